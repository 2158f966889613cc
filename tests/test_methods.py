"""Methods: one line, many streams. Every method of METHODS is tested here in every number system, whatever is added to the table."""

import ast
import copy
import dataclasses
import inspect
import pickle
from fractions import Fraction
from itertools import islice
from pathlib import Path

import flint
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import cdmtheory
from cdmtheory.arithmetic import Arithmetic, MixedArithmeticError, convert
from cdmtheory.collect import builtin_claims
from cdmtheory.language import SYMBOLS
from cdmtheory.methods import METHODS, Coefficients, Method, step
from tolerances import RECURRENCE

Q = Fraction
PACKAGE = Path(cdmtheory.__file__).parent
STEPS_COMPARED = 7

gradient_descent, heavy_ball, nesterov = METHODS["gradient_descent"], METHODS["heavy_ball"], METHODS["nesterov"]
polyak, chebyshev, triple_momentum = METHODS["polyak"], METHODS["chebyshev"], METHODS["triple_momentum"]
phased, critically_damped, momentum_method = METHODS["phased"], METHODS["critically_damped"], METHODS["momentum_method"]


def opening(method, count=STEPS_COMPARED):
    return list(islice(method, count))


def advance(method, x, grad, count):
    """The iterates x_0 … x_count from rest, by the one line."""
    iterates = [x, x]
    for c in islice(method, count):
        iterates.append(step(c, iterates[-1], iterates[-2], grad))
    return iterates[1:]


def test_the_stream_is_the_same_in_every_number_system(method, system, put, agrees):
    for exact, found in zip(opening(method), opening(put(method, system)), strict=True):
        assert all(agrees(value, Q(wanted), RECURRENCE) for value, wanted in zip(found, exact, strict=True))


def test_a_method_restarts(method):
    assert opening(method) == opening(method)
    two = iter(method), iter(method)
    assert [next(two[0]), next(two[1])] == [opening(method)[0]] * 2, "streams do not share a state"


def test_a_method_is_frozen(method):
    with pytest.raises(dataclasses.FrozenInstanceError):
        method.values = ()
    with pytest.raises(dataclasses.FrozenInstanceError):
        method.family = None


def test_what_is_missing_is_named_with_the_method():
    with pytest.raises(TypeError, match="momentum_method: missing a required argument: 'lookahead'; needed is momentum_method"):
        cdmtheory.momentum_method(1, 2)


def test_methods_compare_and_hash_by_value(method):
    same = method.family(**method.parameters)
    assert same == method
    assert hash(same) == hash(method)
    assert copy.deepcopy(method) == method
    assert pickle.loads(pickle.dumps(method)) == method
    other = method.map(lambda v: v + 1)
    assert other != method
    assert {method, same, other} == {method, other}


def test_repr_evaluates_back(method, exact_system, put):
    names = {**METHODS, "Fraction": Fraction, "Rational": sympy.Rational, "fmpq": flint.fmpq}
    made = put(method, exact_system)
    back = eval(repr(made), names)
    assert back == made
    assert back.arithmetic in (made.arithmetic, None), "None: all of them are whole"
    assert repr(back) == repr(made)


@pytest.mark.parametrize("text", ["heavy_ball(1, 2)", "heavy_ball(0.1, 0.9)", "heavy_ball(eta, beta)", "critically_damped(1/L, mu)",
                                  "heavy_ball(eta/2, beta, 1/L)",
                                  "phased(gradient_descent(1/L), k, heavy_ball(eta, beta))"])
def test_repr_reads_as_it_was_written(text):
    assert repr(eval(text, {**METHODS, **SYMBOLS})) == text


def test_parameters_have_the_names_of_the_signature(method):
    assert list(method.parameters) == list(inspect.signature(method.family).parameters)
    assert method.family.__doc__, "what the method is, its formula and where its rate is proved"


def test_iterates_from_rest_do_not_depend_on_the_system(method, system, put, agrees):
    """Three steps on F(x) = x⁴/4 + x: not a quadratic, so nothing but the definition can be used."""
    exact = advance(method, Q(1, 3), lambda x: x * x * x + 1, 3)
    found = advance(put(method, system), put(Q(1, 3), system), lambda x: x * x * x + 1, 3)
    assert all(agrees(a, b, RECURRENCE) for a, b in zip(found, exact, strict=True))


# -- what is published, as references of their own --------------------------------------------------------------------------

small = st.fractions(min_value=-2, max_value=2, max_denominator=50)
positive = st.fractions(min_value=Q(1, 20), max_value=4, max_denominator=50)


def grad(x):
    return x * x / 4 + 2 * x - 1


@given(positive, small, small)
def test_heavy_ball_is_polyak_1964(eta, beta, x0):
    x = [x0, x0]
    for _ in range(4):
        x.append(x[-1] - eta * grad(x[-1]) + beta * (x[-1] - x[-2]))
    assert advance(heavy_ball(eta, beta), x0, grad, 4) == x[1:]
    assert advance(gradient_descent(eta), x0, grad, 1) == advance(heavy_ball(eta, 0), x0, grad, 1) == [x0, x0 - eta * grad(x0)]


@given(positive, small, small)
def test_nesterov_is_published_in_two_sequences(eta, beta, x0):
    x, y = [x0], x0
    for _ in range(4):
        x.append(y - eta * grad(y))
        y = x[-1] + beta * (x[-1] - x[-2])
    assert advance(nesterov(eta, beta), x0, grad, 4) == x


@given(st.integers(1, 6), st.integers(0, 6), small)
def test_triple_momentum_is_van_scoy_freeman_lynch_2018(m, more, x0):
    """ξ_{k+1} = (1+β)ξ_k − βξ_{k−1} − α∇f(y_k), y_k = (1+γ)ξ_k − γξ_{k−1}; α = (1+ρ)/L, β = ρ²/(2−ρ), γ = ρ²/((1+ρ)(2−ρ)), ρ = 1 − 1/√κ."""
    mu, L = Q(m * m), Q((m + more) ** 2)
    rho = 1 - Q(m, m + more)
    alpha, beta, gamma = (1 + rho) / L, rho**2 / (2 - rho), rho**2 / ((1 + rho) * (2 - rho))
    xi = [x0, x0]
    for _ in range(4):
        y = (1 + gamma) * xi[-1] - gamma * xi[-2]
        xi.append((1 + beta) * xi[-1] - beta * xi[-2] - alpha * grad(y))
    assert advance(triple_momentum(mu, L), x0, grad, 4) == xi[1:]


@given(st.integers(1, 9), st.integers(0, 9))
def test_polyak_is_damped_critically_at_both_ends(m, more):
    low, high = Q(m, 3), Q(m + more, 3)
    (made,) = opening(polyak(low**2, high**2), 1)
    assert made.step_size == 4 / (low + high) ** 2
    assert made.momentum == ((high - low) / (high + low)) ** 2
    for end in (low, high):
        assert (1 - sympy.sqrt(made.step_size) * sympy.Rational(end.numerator, end.denominator)) ** 2 == made.momentum
    assert opening(critically_damped(made.step_size, low**2), 1) == [made]


@given(positive, positive)
def test_chebyshev_has_the_three_term_recurrence(mu, gap):
    """ω_{k+1} = 1/(1 − σ²ω_k/4) is T_k(1/σ)-quotients: ω_{k+1} = (2/σ)·T_k(1/σ)/T_{k+1}(1/σ) (Golub & Varga 1961)."""
    L = mu + gap
    sigma = (L - mu) / (L + mu)
    t = [Q(1), 1 / sigma]
    for _ in range(6):
        t.append(2 / sigma * t[-1] - t[-2])
    for k, c in enumerate(opening(chebyshev(mu, L), 6)):
        omega = 2 / sigma * t[k] / t[k + 1] if k else Q(1)
        assert c == Coefficients(2 * omega / (L + mu), omega - 1)


def test_a_phase_keeps_the_velocity_and_starts_the_second_method_at_its_own_step_0():
    first, second = heavy_ball(Q(1, 5), Q(1, 2)), heavy_ball(Q(1, 7), Q(1, 3), Q(1, 9))
    assert opening(phased(first, 2, second), 5) == opening(first, 2) + [Coefficients(Q(1, 9), Q(1, 3))] + [Coefficients(Q(1, 7), Q(1, 3))] * 2
    before = advance(first, Q(1), grad, 2)
    after = step(Coefficients(Q(1, 9), Q(1, 3)), before[-1], before[-2], grad)
    assert advance(phased(first, 2, second), Q(1), grad, 3) == [*before, after]
    assert opening(phased(first, 0, second)) == opening(second)


def test_the_first_step_of_heavy_ball_is_one_step_only():
    assert [c.step_size for c in opening(heavy_ball(Q(1, 5), Q(1, 2), Q(2, 5)), 4)] == [Q(2, 5), Q(1, 5), Q(1, 5), Q(1, 5)]


def test_whole_numbers_stay_exact():
    assert opening(gradient_descent(3), 1)[0].step_size == 3
    assert opening(chebyshev(1, 2), 1) == [Coefficients(Q(2, 3))]
    assert opening(polyak(4, 9), 1) == [Coefficients(Q(4, 25), Q(1, 25))]


def test_an_irrational_root_needs_another_number_system():
    with pytest.raises(ValueError, match="irrational"):
        next(iter(polyak(1, 3)))
    (ball,) = opening(polyak(1, 3).to(Arithmetic.BALL), 1)
    assert ball.step_size.overlaps(4 / (1 + flint.arb(3).sqrt()) ** 2)
    assert float(ball.step_size.rad()) < 1e-14
    (symbolic,) = opening(polyak(sympy.Integer(1), sympy.Integer(3)), 1)
    assert symbolic.step_size == 4 / (1 + sympy.sqrt(3)) ** 2
    assert opening(polyak(1, 3).to(Arithmetic.FLOAT), 1)[0].step_size == pytest.approx(4 / (1 + 3**0.5) ** 2)


# -- what is refused ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("make", "message"), [
    (lambda: gradient_descent(0), "step_size = 0; allowed is a number > 0"),
    (lambda: gradient_descent(-0.1), "step_size = -0.1"),
    (lambda: gradient_descent(float("nan")), "step_size = nan is not finite"),
    (lambda: heavy_ball(1, float("inf")), "momentum = inf is not finite"),
    (lambda: heavy_ball(1, 1, 0), "first_step = 0"),
    (lambda: polyak(9, 1), "mu = 9 is larger than L = 1.*exchanged"),
    (lambda: chebyshev(0, 1), "mu = 0"),
    (lambda: critically_damped(1, Q(-1)), "curvature = "),
    (lambda: phased(gradient_descent(1), -1, gradient_descent(1)), "steps = -1; allowed is a whole number >= 0"),
    (lambda: phased(gradient_descent(1), 1.5, gradient_descent(1)), "steps = 1.5"),
    (lambda: phased(gradient_descent(1), True, gradient_descent(1)), "steps = True")])
def test_a_value_that_cannot_be_meant_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(("make", "message"), [
    (lambda: gradient_descent(), "step_size"),
    (lambda: gradient_descent(1, 2), "too many"),
    (lambda: heavy_ball(1, beta=2), "momentum"),
    (lambda: gradient_descent("1"), "'1' is not a real number"),
    (lambda: gradient_descent(True), "True is not a real number"),
    (lambda: gradient_descent(gradient_descent(1)), "a number is needed here, not a method"),
    (lambda: phased(1, 2, gradient_descent(1)), "first = 1; a method is needed"),
    (lambda: heavy_ball(1, None), "momentum = None; a number is needed")])
def test_a_value_of_a_wrong_kind_is_refused(make, message):
    with pytest.raises(TypeError, match=message):
        make()


@pytest.mark.parametrize("first", [0.5, Q(1, 2), flint.fmpq(1, 2), sympy.Rational(1, 2), flint.arb(1)], ids=repr)
@pytest.mark.parametrize("second", [0.5, Q(1, 2), flint.fmpq(1, 2), sympy.Rational(1, 2), flint.arb(1)], ids=repr)
def test_parameters_of_two_number_systems_are_refused(first, second):
    if type(first) is type(second):
        assert heavy_ball(first, second).arithmetic is gradient_descent(first).arithmetic
        return
    for make in (lambda: heavy_ball(first, second), lambda: momentum_method(1, first, second), lambda: chebyshev(first, second)):
        with pytest.raises(MixedArithmeticError, match="do not mix"):
            make()


def test_phases_of_two_number_systems_are_refused():
    with pytest.raises(MixedArithmeticError, match="do not mix"):
        phased(gradient_descent(0.5), 2, gradient_descent(Q(1, 2)))


# -- rules of the house ------------------------------------------------------------------------------------------------------

def float_literals(path: Path) -> list[str]:
    return [f"{path.name}:{node.lineno}: {node.value!r}" for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, (float, complex))]


@pytest.mark.parametrize("path", [PACKAGE / "methods.py", PACKAGE / "modes.py", *sorted(builtin_claims().rglob("*.py"))], ids=lambda p: p.name)
def test_no_float_literal_in_a_definition_or_a_claim(path):
    assert float_literals(path) == []


def test_a_float_literal_is_seen(tmp_path):
    (tmp_path / "claim.py").write_text("half = 0.5\ntwo = 2\n", encoding="utf-8")
    assert float_literals(tmp_path / "claim.py") == ["claim.py:1: 0.5"]


def test_the_table_names_each_method_after_its_function():
    assert all(name == made.name == made.schedule.__name__ for name, made in METHODS.items())
    assert isinstance(METHODS["polyak"](1, 4), Method)


def test_step_takes_arrays_of_any_shape():
    x, x_prev = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    found = step(Coefficients(0.5, 0.25, 0.125), x, x_prev, lambda y: 2 * y)
    assert np.array_equal(found, x + 0.25 * (x - x_prev) - (x + 0.125 * (x - x_prev)))
    assert convert(Q(1, 4), Arithmetic.FLOAT) == 0.25
