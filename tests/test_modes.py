"""One eigenvalue: everything in modes.py is compared with the definition, with FLINT's rigorous roots, and with closed forms."""

from fractions import Fraction
from itertools import islice

import flint
import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from cdmtheory.arithmetic import Arithmetic, MixedArithmeticError, convert
from cdmtheory.methods import METHODS, Coefficients, step
from cdmtheory.modes import Regime, characteristic, coefficients_of, regime, residual, spectral_radius, transfer_matrix
from tolerances import DOUBLE_ROOT, RECURRENCE

Q = Fraction
EIGENVALUES = [Q(1), Q(9), Q(7, 3), Q(1, 4)]
numbers = st.fractions(min_value=-3, max_value=3, max_denominator=60)
positive = st.fractions(min_value=Q(1, 30), max_value=5, max_denominator=60)
heavy_ball = METHODS["heavy_ball"]


def fmpq(q):
    return flint.fmpq(q.numerator, q.denominator)


def defined(method, k, h):
    """p_k(h) from the definition alone, in exact rationals."""
    x_prev = x = Q(1)
    for c in islice(method, k):
        x, x_prev = step(c, x, x_prev, lambda y: h * y), x
    return x


def roots(trace, determinant):
    """Rigorous enclosures of both roots of z² − trace·z + determinant."""
    return [r for r, multiplicity in flint.fmpq_poly([fmpq(determinant), fmpq(-trace), 1]).complex_roots() for _ in range(multiplicity)]


def with_roots(trace, determinant):
    """A heavy ball whose characteristic polynomial at h = 1 is z² − trace·z + determinant."""
    return Coefficients(1 + determinant - trace, determinant)


# -- the definition ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("h", EIGENVALUES, ids=str)
def test_the_transfer_matrix_is_one_step(stationary, system, h, put, agrees):
    """M (x, x₋) = (step(x, x₋), x), and the matrix in every number system is the exact one."""
    exact = coefficients_of(stationary)
    (a, b), bottom = transfer_matrix(exact, h)
    assert bottom == (1, 0)
    for x, x_prev in ((Q(2, 3), Q(-1, 5)), (Q(1), Q(1)), (Q(0), Q(4))):
        assert a * x + b * x_prev == step(exact, x, x_prev, lambda y: h * y)
    (a2, b2), bottom2 = transfer_matrix(coefficients_of(put(stationary, system)), put(h, system))
    assert bottom2 == (1, 0)
    assert agrees(a2, Q(a), RECURRENCE)
    assert agrees(b2, Q(b), RECURRENCE)


@given(numbers, numbers, numbers, numbers, numbers, numbers)
def test_any_coefficients_have_the_transfer_matrix_of_their_step(eta, beta, gamma, h, x, x_prev):
    for system in (Arithmetic.RATIONAL, Arithmetic.FLINT, Arithmetic.SYMBOLIC):
        c = Coefficients(*[convert(v, system) for v in (eta, beta, gamma)])
        at, now, before = (convert(v, system) for v in (h, x, x_prev))
        (a, b), _ = transfer_matrix(c, at)
        assert a * now + b * before == step(c, now, before, lambda y, at=at: at * y)


def test_the_matrix_holds_for_symbols():
    eta, beta, gamma, h, x, y = sympy.symbols("eta beta gamma h x y")
    c = Coefficients(eta, beta, gamma)
    (a, b), _ = transfer_matrix(c, h)
    assert sympy.expand(a * x + b * y - step(c, x, y, lambda z: h * z)) == 0
    assert sympy.expand(characteristic(c, h).determinant - (beta - eta * h * gamma)) == 0


@pytest.mark.parametrize("h", EIGENVALUES, ids=str)
def test_the_characteristic_polynomial_is_that_of_the_matrix(stationary, exact_system, h, put):
    c, at = coefficients_of(put(stationary, exact_system)), put(h, exact_system)
    matrix = sympy.Matrix([[sympy.Rational(str(convert(x, Arithmetic.RATIONAL))) for x in row] for row in transfer_matrix(c, at)])
    trace, determinant = (sympy.Rational(str(convert(x, Arithmetic.RATIONAL))) for x in characteristic(c, at))
    assert matrix.charpoly().all_coeffs() == [1, -trace, determinant]


def test_the_residual_is_the_iterate_from_rest(method, system, put, agrees):
    for k in (0, 1, 2, 5):
        for h in EIGENVALUES[:3]:
            assert agrees(residual(put(method, system), k, put(h, system)), defined(method, k, h), RECURRENCE * 100)


def test_the_residual_polynomial_comes_out_for_a_symbol(method, put):
    h = sympy.Symbol("h")
    for k in (0, 1, 4):
        p = sympy.Poly(residual(put(method, "SymPy"), k, h), h)
        assert p.degree() <= k
        assert p.eval(0) == 1
        assert all(p.eval(sympy.Rational(str(x))) == sympy.Rational(str(defined(method, k, x))) for x in EIGENVALUES)


def test_the_residual_obeys_the_transfer_matrix(stationary):
    """Powers of the matrix applied to (1, 1), from where the coefficients no longer change."""
    c = coefficients_of(stationary)
    h = Q(7, 3)
    (a, b), _ = transfer_matrix(c, h)
    x, x_prev = residual(stationary, 3, h), residual(stationary, 2, h)
    for k in range(4, 9):
        x, x_prev = a * x + b * x_prev, x
        assert residual(stationary, k, h) == x


# -- spectral radius and regime ------------------------------------------------------------------------------------------------

@given(numbers, numbers)
def test_real_roots_give_the_larger_modulus_exactly(first, second):
    c = with_roots(first + second, first * second)
    assert spectral_radius(c, Q(1)) == max(abs(first), abs(second))
    assert regime(c, Q(1)) is (Regime.CRITICALLY_DAMPED if first == second else Regime.OVER_DAMPED)


@given(st.fractions(min_value=-1, max_value=1, max_denominator=40), st.fractions(min_value=Q(1, 40), max_value=3, max_denominator=40))
def test_complex_roots_give_the_root_of_the_determinant(cosine, r):
    assume(abs(cosine) < 1)
    c = with_roots(2 * r * cosine, r * r)
    assert spectral_radius(c, Q(1)) == r
    assert regime(c, Q(1)) is Regime.UNDER_DAMPED


@given(numbers, numbers)
def test_balls_enclose_what_flint_finds(trace, determinant):
    """Both are rigorous, so they must overlap, and both must be narrow."""
    ball = spectral_radius(Coefficients(*[flint.arb(fmpq(x)) for x in with_roots(trace, determinant)[:2]]), flint.arb(1))
    first, second = (abs(r) for r in roots(trace, determinant))
    assert ball.overlaps(first.max(second))
    assert float(ball.rad()) < DOUBLE_ROOT * 10
    floating = spectral_radius(Coefficients(float(1 + determinant - trace), float(determinant)), 1.0)
    assert abs(floating - float(first.max(second))) < DOUBLE_ROOT * 10
    array = spectral_radius(Coefficients(float(1 + determinant - trace), float(determinant)), np.array([1.0, 1.0]))
    assert np.allclose(array, floating, rtol=0, atol=DOUBLE_ROOT)


@pytest.mark.parametrize(("trace", "determinant", "radius", "found"), [
    (0, 0, 0, Regime.CRITICALLY_DAMPED), (2, 1, 1, Regime.CRITICALLY_DAMPED), (-2, 1, 1, Regime.CRITICALLY_DAMPED),
    (Q(1), Q(1, 4), Q(1, 2), Regime.CRITICALLY_DAMPED),
    (1, 0, 1, Regime.OVER_DAMPED), (0, -1, 1, Regime.OVER_DAMPED), (0, 1, 1, Regime.UNDER_DAMPED), (-3, 2, 2, Regime.OVER_DAMPED)], ids=str)
def test_at_the_edges(trace, determinant, radius, found, put, system, agrees):
    c = with_roots(Q(trace), Q(determinant))
    in_system = Coefficients(*[put(Q(x), system) for x in c[:2]])
    assert agrees(spectral_radius(in_system, put(Q(1), system)), Q(radius), DOUBLE_ROOT)
    assert regime(c, Q(1)) is found


def test_the_radius_of_a_symbolic_method_is_a_formula():
    eta, beta, h = sympy.symbols("eta beta h", positive=True)
    formula = spectral_radius(Coefficients(eta, beta), h)
    for point in ({eta: 1, beta: 0, h: 2}, {eta: 1, beta: 1, h: 1}, {eta: sympy.Rational(1, 4), beta: sympy.Rational(1, 4), h: 1}):
        exact = spectral_radius(Coefficients(Q(str(point[eta])), Q(str(point[beta]))), Q(str(point[h])))
        assert formula.subs(point) == sympy.Rational(str(exact))


@pytest.mark.parametrize("name", ["chebyshev", "phased"])
def test_a_method_that_changes_has_no_transfer_matrix(name):
    made = METHODS["chebyshev"](1, 4) if name == "chebyshev" else METHODS["phased"](heavy_ball(1, 0), 1, heavy_ball(1, 0))
    with pytest.raises(ValueError, match="changes from step to step.*worst_residual"):
        coefficients_of(made)


@pytest.mark.parametrize("k", [-1, 1.0, True, "1", None])
def test_a_number_of_steps_is_a_whole_number(k):
    with pytest.raises(ValueError, match="allowed is a whole number of steps >= 0"):
        residual(heavy_ball(1, 0), k, 1)


def test_an_eigenvalue_of_another_number_system_is_refused():
    c = Coefficients(Q(1, 2), Q(1, 3))
    for ask in (transfer_matrix, characteristic, spectral_radius, regime):
        with pytest.raises(MixedArithmeticError, match="eigenvalue = 0.5 is in floating point"):
            ask(c, 0.5)
    with pytest.raises(MixedArithmeticError, match="do not mix"):
        residual(heavy_ball(Q(1, 2), Q(1, 3)), 2, 0.5)


def test_a_regime_that_cannot_be_seen_is_refused():
    with pytest.raises(ValueError, match="no definite sign"):
        regime(Coefficients(flint.arb(1, 0.1), flint.arb(0)), flint.arb(1))
    with pytest.raises(ValueError, match="no definite sign"):
        regime(Coefficients(sympy.Symbol("x"), 0), sympy.Integer(1))
    assert regime(Coefficients(0.5, 0.25), 4.0) is Regime.UNDER_DAMPED


# -- closed forms of theory.md, as references of their own ------------------------------------------------------------------------

def chebyshev_u(k, c):
    before, now = Q(0), Q(1)  # U_{−1}, U_0
    for _ in range(k):
        before, now = now, 2 * c * now - before
    return now if k >= 0 else Q(0)


def chebyshev_t(k, c):
    before, now = c, Q(1)  # T_{−1} = T_1
    for _ in range(k):
        before, now = now, 2 * c * now - before
    return now


@given(positive, numbers, positive)
def test_b3_stability_of_heavy_ball(eta, beta, h):
    """B3: stable iff |β| < 1 and 0 < ηh < 2(1+β); here against the moduli of FLINT's roots."""
    found = characteristic(Coefficients(eta, beta), h)
    assert (found.trace, found.determinant) == (1 + beta - eta * h, beta)
    stable = abs(beta) < 1 and eta * h < 2 * (1 + beta)
    moduli = [abs(r) for r in roots(*found)]
    if stable:
        assert not any(m > 1 for m in moduli)
    else:
        assert any(not m < 1 for m in moduli)


@given(st.fractions(min_value=Q(1, 30), max_value=3, max_denominator=30), numbers)
def test_b4_the_critical_momentum_minimises_the_radius(root, beta):
    """B4: with u = √(ηh), the radius is least at β = (1 − u)², where it is |1 − u|; there the discriminant is 0."""
    best = Coefficients(root * root, (1 - root) ** 2)
    assert spectral_radius(best, Q(1)) == abs(1 - root)
    assert regime(best, Q(1)) is Regime.CRITICALLY_DAMPED
    assert regime(Coefficients(root * root, (1 + root) ** 2), Q(1)) is Regime.CRITICALLY_DAMPED
    other = Coefficients(flint.arb(fmpq(root * root)), flint.arb(fmpq(beta)))
    assert beta == (1 - root) ** 2 or not spectral_radius(other, flint.arb(1)) < abs(flint.arb(fmpq(1 - root)))


@given(positive, st.fractions(min_value=Q(1, 30), max_value=2, max_denominator=30), positive, st.integers(0, 12))
def test_b5_the_residual_in_chebyshev_polynomials(eta, r, h, k):
    """B5: p_k = r^k (U_k(c) − r U_{k−1}(c)), r = √β, c = (1 + β − ηh)/(2r)."""
    c = (1 + r * r - eta * h) / (2 * r)
    assert residual(heavy_ball(eta, r * r), k, h) == r**k * (chebyshev_u(k, c) - r * chebyshev_u(k - 1, c))


@given(st.fractions(min_value=Q(1, 30), max_value=Q(29, 30), max_denominator=30), st.integers(0, 20))
def test_b5_at_the_critical_curvature(r, k):
    """B5: p_k = r^k (1 + k(1 − r)): the price of the double root."""
    assert residual(METHODS["critically_damped"]((1 - r) ** 2, Q(1)), k, Q(1)) == r**k * (1 + k * (1 - r))


@given(positive, st.fractions(min_value=Q(1, 30), max_value=2, max_denominator=30), positive, st.integers(1, 12))
def test_b6_the_invariant_of_the_motion(eta, r, h, k):
    """B6: x_k² − 2rc·x_k x_{k−1} + r² x_{k−1}² = β^k ηh x_0²."""
    made = heavy_ball(eta, r * r)
    x, before = residual(made, k, h), residual(made, k - 1, h)
    assert x * x - (1 + r * r - eta * h) * x * before + r * r * before * before == (r * r) ** k * eta * h


@given(positive, st.fractions(min_value=Q(1, 30), max_value=Q(29, 30), max_denominator=30), positive, st.integers(0, 12))
def test_c6_the_scaled_first_step(eta, r, h, k):
    """C6: with first step η/(1+β), p_k = r^k [2β/(1+β)·T_k(c) + (1−β)/(1+β)·U_k(c)]."""
    beta = r * r
    c = (1 + beta - eta * h) / (2 * r)
    expected = r**k * (2 * beta / (1 + beta) * chebyshev_t(k, c) + (1 - beta) / (1 + beta) * chebyshev_u(k, c))
    assert residual(heavy_ball(eta, beta, eta / (1 + beta)), k, h) == expected


@given(positive, positive, numbers, st.integers(0, 10))
def test_d1_chebyshev_is_the_minimax_polynomial(mu, gap, h, k):
    """D1: p_k(h) = T_k((L+μ−2h)/(L−μ)) / T_k((κ+1)/(κ−1)), in exact rationals."""
    L = mu + gap
    expected = chebyshev_t(k, (L + mu - 2 * h) / gap) / chebyshev_t(k, (L + mu) / gap)
    assert residual(METHODS["chebyshev"](mu, L), k, h) == expected


@given(st.integers(1, 9), st.integers(0, 30), st.fractions(min_value=0, max_value=1, max_denominator=40))
def test_c3_polyak_contracts_alike_everywhere(m, more, part):
    """C3: the radius is (√κ−1)/(√κ+1) at every eigenvalue of [μ, L]."""
    low, high = Q(m), Q(m + more)
    h = low**2 + part * (high**2 - low**2)
    assert spectral_radius(coefficients_of(METHODS["polyak"](low**2, high**2)), h) == (high - low) / (high + low)


@given(st.integers(1, 9), st.integers(0, 30), st.fractions(min_value=0, max_value=1, max_denominator=40))
def test_triple_momentum_contracts_at_its_rate(m, more, part):
    """Van Scoy, Freeman, Lynch 2018: rate 1 − 1/√κ, on quadratics too; it is attained at h = μ."""
    low, high = Q(m), Q(m + more)
    rate = 1 - low / high
    made = coefficients_of(METHODS["triple_momentum"](low**2, high**2).to(Arithmetic.BALL))
    at = flint.arb(fmpq(low**2 + part * (high**2 - low**2)))
    assert not spectral_radius(made, at) > flint.arb(fmpq(rate))
    assert spectral_radius(made, flint.arb(fmpq(low**2))).overlaps(flint.arb(fmpq(rate)))


@given(st.integers(1, 9), st.integers(0, 30), st.fractions(min_value=0, max_value=1, max_denominator=40))
def test_nesterov_at_one_over_L(m, more, part):
    """With η = 1/L, β = (√κ−1)/(√κ+1) the radius is at most 1 − 1/√κ, and that at h = μ (Nesterov 2004; theory C9)."""
    low, high = Q(m), Q(m + more)
    made = coefficients_of(METHODS["nesterov"](1 / high**2, (high - low) / (high + low)))
    assert spectral_radius(made, low**2) == 1 - low / high
    balls = Coefficients(*[flint.arb(fmpq(Q(x))) for x in made])
    h = flint.arb(fmpq(low**2 + part * (high**2 - low**2)))
    assert not spectral_radius(balls, h) > flint.arb(fmpq(1 - low / high))
