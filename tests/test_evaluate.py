"""The meaning of every quantity at a point, against the definition, and what has no value there."""

import itertools
import random

import flint
import pytest
import sympy
from flint import fmpq
from sympy import Abs, And, Eq, Implies, Max, Min, Not, Or, Symbol, atanh, exp, log

from cdmtheory import (
    L,
    beta,
    chebyshev,
    critically_damped,
    eps,
    eta,
    gradient_descent,
    h,
    heavy_ball,
    k,
    kappa,
    mu,
    polyak,
    residual,
    spectral_radius,
    sqrt,
    stable,
    steps_to,
    worst_rate,
    worst_residual,
)
from cdmtheory.engine.evaluate import complete, holds, sides
from cdmtheory.engine.quantities import value
from cdmtheory.engine.scalars import Open, Undefined
from cdmtheory.methods import step
from tolerances import BALL, DOUBLE_ROOT

Q = fmpq
a, b = Symbol("a"), Symbol("b")
hb = heavy_ball(eta, beta)


def iterate(method, steps, at):
    x_prev = x = Q(1)
    for c in itertools.islice(method, steps):
        x, x_prev = step(c, x, x_prev, lambda y: at * y), x
    return x


def points(count, seed=0):
    generator = random.Random(seed)
    for _ in range(count):
        low = Q(generator.randint(1, 20), 10)
        yield complete({mu: low, L: low + Q(generator.randint(0, 40), 10), eta: Q(generator.randint(1, 30), 20), beta: Q(generator.randint(-20, 20), 10)})


def test_a_residual_is_the_iterate():
    for point in points(20):
        for steps in (0, 1, 4):
            made = heavy_ball(point[eta], point[beta])
            assert value(residual(hb, steps, L), point) == iterate(made, steps, point[L])
            assert value(residual(chebyshev(mu, L), k, mu), {**point, k: Q(steps)}) == iterate(chebyshev(point[mu], point[L]), steps, point[mu])


def test_a_worst_residual_is_at_least_every_residual_and_nearly_reached():
    for point in points(8):
        worst = flint.arb(value(worst_residual(hb, 4), point))
        made = heavy_ball(point[eta], point[beta])
        grid = [abs(iterate(made, 4, point[mu] + (point[L] - point[mu]) * Q(i, 200))) for i in range(201)]
        assert all(not flint.arb(x) > worst for x in grid)
        assert flint.arb(max(grid)) > worst * flint.arb(0.98)


def test_a_worst_rate_is_the_larger_of_both_ends_and_stability_is_below_one():
    for point in points(60):
        low, high = (value(spectral_radius(hb, end), point) for end in (mu, L))
        worst = value(worst_rate(hb), point)
        assert flint.arb(worst).overlaps(flint.arb(low).max(flint.arb(high)))
        found = holds(stable(hb), point)
        assert found is not None
        assert found is not bool(flint.arb(worst) > 1)
        assert holds(And(stable(hb, mu), stable(hb, L)), point) is found


@pytest.mark.parametrize(("expression", "expected"), [
    (sqrt(a), Q(3, 2)), (a ** sympy.Rational(3, 2), Q(27, 8)), (Max(a, b, 1), Q(9, 4)), (Min(a, b), Q(-2)), (Abs(b), Q(2)), (b**-2, Q(1, 4)),
    (log(a / a), Q(0)),
    (exp(b + 2), Q(1)), (atanh(b + 2), Q(0)), (0 ** (b + 2), Q(1)), (kappa, Q(4)), (worst_rate(polyak(mu, L)), Q(1, 3)), (sympy.floor(a), Q(2)),
    (worst_residual(gradient_descent(1 / L), 2), Q(9, 16))], ids=str)
def test_what_is_rational_comes_out_exactly(expression, expected):
    found = value(expression, complete({a: Q(9, 4), b: Q(-2), mu: Q(1), L: Q(4)}))
    assert isinstance(found, fmpq)
    assert found == expected


@pytest.mark.parametrize("expression", [sqrt(a), log(a), exp(a), a**b, atanh(1 / a), worst_rate(polyak(mu, a)), sympy.pi * a], ids=str)
def test_what_is_irrational_is_enclosed(expression):
    point = complete({a: Q(3), b: Q(1, 3), mu: Q(1), L: Q(2)})
    found = value(expression, point)
    assert isinstance(found, flint.arb)
    assert float(found.rad()) < (DOUBLE_ROOT if expression.has(worst_rate) else BALL)
    reference = {worst_rate(polyak(mu, a)): (sqrt(3) - 1) / (sqrt(3) + 1)}.get(expression, expression.subs({a: 3, b: sympy.Rational(1, 3)}))
    assert found.overlaps(flint.arb(str(sympy.N(reference, 30))))


@pytest.mark.parametrize("expression", [1 / a, a**-2, 1 / sqrt(a), log(a), log(-b), sqrt(-b), atanh(b),
    (-b) ** sympy.Rational(1, 3), worst_rate(heavy_ball(1 / a, b)),
                                        spectral_radius(polyak(a, L), L) / a, residual(hb, b / 2, mu), log(a) * 0 + log(a)], ids=str)
def test_what_is_undefined_is_said_to_be(expression):
    point = complete({a: Q(0), b: Q(1), mu: Q(1), L: Q(2), eta: Q(1), beta: Q(0)})
    with pytest.raises((Undefined, ZeroDivisionError)) as error:
        value(expression, point)
    assert isinstance(error.value, Undefined)
    with pytest.raises(Undefined):
        holds(Or(Eq(b, 1), expression > 0, evaluate=False), point)


def test_what_cannot_be_enclosed_stays_open():
    assert holds(sympy.gamma(a) > 0, {a: Q(1, 3)}) is None
    with pytest.raises(Open):
        value(b, {a: Q(1)})
    near = sqrt(2) + sqrt(3) - sqrt(5 + 2 * sqrt(6))  # is 0, and no precision shows it
    assert holds(Eq(near * a, 0), {a: Q(1)}) is None
    assert holds(near * a < sympy.Rational(1, 10**300), {a: Q(1)}) is True


@pytest.mark.parametrize(("statement", "expected"), [
    (And(a > 0, b > 0), False), (Or(a > 0, b > 0), True), (Not(b > 0), True), (Implies(b > 0, a < 0), True), (sympy.Equivalent(a > 0, b > 0), False),
    (a >= 1, True), (a > 1, False), (Eq(a, 1), True), (sympy.Ne(a, 1), False), (sympy.true, True), (sympy.false, False),
    (sqrt(2) * a < sympy.Rational(1414213563, 10**9), True),
    (sqrt(2) * a < sympy.Rational(1414213562, 10**9), False)], ids=str)
def test_statements_at_a_point(statement, expected):
    assert holds(statement, {a: Q(1), b: Q(-1)}) is expected


def test_sides_are_exact_text_or_rigorous_enclosures():
    assert sides(a < b, {a: Q(1, 3), b: Q(2)}) == ("1/3", "2")
    left, right = sides(sqrt(a) < 1 / b, {a: Q(2), b: Q(0)})
    assert left.startswith("[1.41421356237309504")
    assert right.startswith("undefined (")
    assert sides(stable(hb), {}) == (None, None)


def test_h_inside_a_method_is_the_eigenvalue_of_the_quantity():
    point = complete({mu: Q(1), L: Q(4), h: Q(3)})
    assert value(spectral_radius(gradient_descent(1 / h), mu), point) == 0
    assert value(spectral_radius(gradient_descent(1 / (2 * h)), L), point) == Q(1, 2)


def test_long_numbers_in_a_high_degree():
    """Enclosing the zeros of such a derivative takes minutes; its values at nodes do not."""
    point = complete({mu: Q(1), L: Q(64), beta: Q(1, 10**40), k: Q(40)})
    assert holds(worst_residual(heavy_ball(1 / L, beta), k) <= 2, point) is True
    assert holds(worst_residual(heavy_ball(1 / L, beta), k) <= sympy.Rational(1, 10), point) is False


@pytest.mark.parametrize("relation", [sympy.Le, sympy.Lt, sympy.Eq, sympy.Ge, sympy.Gt])
@pytest.mark.parametrize("scale", [1, 2, sympy.Rational(1, 3)])
def test_a_step_count_against_numbers_around_it(relation, scale):
    for condition, tolerance in ((Q(10), Q(1, 10)), (Q(2), Q(1, 2)), (Q(1), Q(1, 2)), (Q(3), Q(2, 3))):  # the last two are reached exactly
        point = complete({mu: Q(1), L: condition, eps: tolerance})
        count = value(steps_to(gradient_descent(1 / L), eps), point)
        for other in (count - 1, count - Q(1, 2), count, count + Q(1, 2), count + 1):
            number = scale * sympy.Rational(int(other.p), int(other.q))
            expected = bool(relation(sympy.Rational(int(count.p), int(count.q)), number / scale))
            assert holds(relation(scale * steps_to(gradient_descent(1 / L), eps), number, evaluate=False), point) is expected
            assert holds(relation(scale * steps_to(gradient_descent(1 / L), eps), number, evaluate=False).reversed, point) is expected


def test_a_count_without_a_value_exceeds_what_the_residual_shows():
    quicker = steps_to(critically_damped(1 / L, mu), eps) <= steps_to(gradient_descent(1 / L), eps)
    point = complete({mu: Q(1), L: Q(10**6), eps: (1 - Q(1, 10**6)) ** 3})  # CDM is above 1 at its third step
    assert holds(quicker, point) is False
    with pytest.raises(Open):
        value(quicker.lhs, point)
