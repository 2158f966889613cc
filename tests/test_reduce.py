"""From the spectral radius to polynomials: Jury's test against rigorous roots, at thousands of points; suprema against dense grids."""

import random

import flint
import pytest
import sympy
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, And, Eq, Max, Min, Ne, Symbol

from cdmtheory import L, beta, eta, gradient_descent, h, heavy_ball, kappa, momentum_method, mu, spectral_radius, sqrt, stable, worst_rate, worst_residual
from cdmtheory.engine.evaluate import complete, holds
from cdmtheory.engine.formula import evaluate
from cdmtheory.engine.quantities import value
from cdmtheory.engine.reduce import NotPolynomial, reduce_claim
from cdmtheory.engine.scalars import Undefined
from cdmtheory.language import k
from cdmtheory.methods import METHODS
from cdmtheory.modes import characteristic, coefficients_of

r = Symbol("r")
hb = heavy_ball(eta, beta)
Q = fmpq


def fails(problem, point):
    """Whether the polynomials say that the claim fails at a point (or nothing, where the point is outside the hypotheses)."""
    values = []
    for v in problem.variables:
        symbol, power = next((s, e) for s, e in problem.substitution.items() if v in e.free_symbols)
        x = point[symbol]
        values.append(x if power == v else root(x))
    assert not problem.fixed, "give the reduction something that is not homogeneous"
    return evaluate(problem.domain, values) and evaluate(problem.failure, values)


def root(x):
    found = sympy.sqrt(sympy.Rational(int(x.p), int(x.q)))
    return Q(int(found.p), int(found.q))


def radius(trace, determinant):
    """The spectral radius in balls, from FLINT's certified roots alone."""
    with flint.ctx.workprec(400):
        moduli = [abs(z) for z, _ in flint.fmpq_poly([determinant, -trace, 1]).complex_roots()]
        return max(moduli, key=lambda m: m.mid()) if len(moduli) > 1 else moduli[0]


T, D = Symbol("T"), Symbol("D")
BY_TRACE = momentum_method(1, D, 0)  # at eigenvalue 1 + D − T: z² − T z + D


def test_jurys_test_agrees_with_rigorous_roots_at_thousands_of_points():
    """Trace and determinant from random roots, real, complex and double, zero among them; bounds above, below and exactly at the radius."""
    generator = random.Random(0)
    compare = {relation: reduce_claim(relation(spectral_radius(BY_TRACE, 1 + D - T), r), ()) for relation in (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt, Eq, Ne)}
    numbers = [Q(0), Q(1), Q(-1), Q(1, 2), *[Q(generator.randint(-60, 60), generator.randint(1, 20)) for _ in range(40)]]
    seen = dict.fromkeys(("double", "zero", "complex", "real"), 0)
    for _ in range(2500):
        kind = generator.choice(("double", "real", "complex", "complex", "zero"))
        a, b = generator.choice(numbers), generator.choice(numbers)
        if kind == "double":
            trace, determinant, exact = 2 * a, a * a, abs(a)
        elif kind == "real":
            trace, determinant, exact = a + b, a * b, max(abs(a), abs(b))
        elif kind == "zero":
            trace, determinant, exact = Q(0), Q(0), Q(0)
        else:
            m, n = generator.randint(1, 12), generator.randint(1, 12)  # (m² − n², 2mn, m² + n²): a rational modulus
            scale = abs(a) or Q(1)
            trace, determinant, exact = 2 * scale * (m * m - n * n), (scale * (m * m + n * n)) ** 2, scale * (m * m + n * n)
        assert radius(trace, determinant).overlaps(flint.arb(exact))
        seen[kind] += 1
        bound = generator.choice([exact, exact * Q(999999, 1000000), exact * Q(1000001, 1000000), -exact, generator.choice(numbers)])
        point = {T: trace, D: determinant, r: bound}
        truth = {sympy.Le: exact <= bound, sympy.Lt: exact < bound, sympy.Ge: exact >= bound, sympy.Gt: exact > bound, Eq: exact == bound, Ne: exact != bound}
        for relation, problem in compare.items():
            assert fails(problem, point) is not truth[relation], (relation, point)
    assert min(seen.values()) > 300


AT_MOST = reduce_claim(spectral_radius(BY_TRACE, 1 + D - T) <= r, ())


@settings(max_examples=300)
@given(st.fractions(-4, 4, max_denominator=50), st.fractions(-4, 4, max_denominator=50), st.fractions(0, 4, max_denominator=50))
def test_jurys_test_agrees_where_the_radius_is_irrational(trace, determinant, bound):
    point = {T: Q(trace.numerator, trace.denominator), D: Q(determinant.numerator, determinant.denominator), r: Q(bound.numerator, bound.denominator)}
    exact = radius(point[T], point[D])
    if exact < flint.arb(point[r]):
        assert not fails(AT_MOST, point)
    elif exact > flint.arb(point[r]):
        assert fails(AT_MOST, point)


# -- every method, every quantity: the polynomials against the meaning at a point -------------------------------------------------

def random_points(count):
    generator = random.Random(1)
    for _ in range(count):
        low = Q(generator.randint(1, 12), generator.randint(1, 6))
        high = low + generator.choice([Q(0), Q(generator.randint(1, 40), generator.randint(1, 5))])
        at = low + (high - low) * Q(generator.randint(0, 8), 8)
        yield {mu: low**2, L: high**2, h: at**2, eta: Q(generator.randint(1, 9), generator.randint(1, 30)) ** 2, beta: Q(generator.randint(-12, 12), 8),
               r: Q(generator.randint(0, 12), 8)}


STATEMENTS = [
    stable(hb, h), stable(hb), worst_rate(hb) <= r, worst_rate(hb) > r, spectral_radius(METHODS["critically_damped"](eta, mu), h) <= r,
    spectral_radius(METHODS["nesterov"](eta, beta), h) < r, worst_rate(METHODS["polyak"](mu, L)) <= r, worst_rate(METHODS["triple_momentum"](mu, L)) <= r,
    worst_rate(gradient_descent(eta)) <= Max(r, Abs(1 - eta * mu)), Min(r, beta) < Abs(beta - eta * h), And(eta * h < r, beta / r > -1),
    mu * r - mu * worst_rate(gradient_descent(eta)) >= 0, Abs(METHODS["heavy_ball"](eta, beta).values[1]) <= sqrt(eta * h) + 1 / (kappa + 1)]


@pytest.mark.parametrize("statement", STATEMENTS, ids=str)
def test_the_polynomials_say_what_the_statement_means(statement):
    problem = reduce_claim(And(statement, Ne(r, r + eta, evaluate=False), evaluate=False), [eta + 1 > 0, beta + r + mu + 1 + eta**2 > -10**6])
    decided = 0
    for point in random_points(120):
        try:
            truth = holds(statement, complete(point))
        except Undefined:
            truth = False
        if truth is not None:
            decided += 1
            assert fails(problem, point) is not truth, point
    assert decided > 100


@pytest.mark.parametrize("made", [hb, METHODS["nesterov"](eta, beta), METHODS["momentum_method"](eta, beta, r)], ids=str)
def test_the_supremum_is_at_an_end_of_the_spectrum(made):
    """Quasi-convexity: no eigenvalue of a dense grid has a larger radius than both ends; in balls."""
    generator = random.Random(2)
    for _ in range(25):
        point = {eta: Q(generator.randint(1, 40), 20), beta: Q(generator.randint(-24, 24), 10), r: Q(generator.randint(-20, 20), 10)}
        low = Q(generator.randint(1, 10), 10)
        high = low + Q(generator.randint(1, 30), 10)
        point |= {mu: low, L: high}
        worst = value(worst_rate(made), complete(point))
        at_a_point = made.map(lambda e, point=point: value(sympy.sympify(e), point))
        for i in range(41):
            c = characteristic(coefficients_of(at_a_point), low + (high - low) * Q(i, 40))
            assert not radius(Q(1) * c.trace, Q(1) * c.determinant) > flint.arb(worst) + flint.arb("1e-20")


@pytest.mark.parametrize(("statement", "reason"), [
    (sympy.log(kappa) < 1, "logarithm"), (worst_residual(hb, k) < 1, "every number of steps"), (worst_residual(hb, 40) < 1, "degree 40"),
    (2**eta < 3, "power"), (sympy.gamma(eta) < 1, "not polynomial")], ids=str)
def test_what_is_not_a_polynomial_question_says_why(statement, reason):
    with pytest.raises(NotPolynomial, match=reason):
        reduce_claim(statement, ())


def test_scaling_is_used_and_loses_nothing():
    problem = reduce_claim(worst_rate(gradient_descent(1 / L)) <= 1 - 1 / kappa, ())
    assert problem.fixed, "one of mu, L can be 1"
    assert len(problem.variables) - len(problem.fixed) == 1
