"""The search for counterexamples: what it proposes lies inside the hypotheses, what it reports is exact."""

import math
from itertools import islice

import pytest
from flint import fmpq
from sympy import Eq, Rational, Symbol

from cdmtheory import L, Optimal, beta, eps, eta, gradient_descent, h, heavy_ball, k, kappa, mu, sqrt, steps_to, worst_rate, worst_residual
from cdmtheory.engine.falsify import allowance, counterexample, points, satisfies, search, symbols_of

a = Symbol("a")
n = Symbol("n", integer=True, positive=True)
z = Symbol("z", nonpositive=True)
hb = heavy_ball(eta, beta)
Q = fmpq


def test_every_point_respects_what_is_implied():
    statement = worst_residual(hb, k) < eps * h + n + z + a
    inside = [p for p in islice(points(statement, ()), 500) if satisfies((), p)]
    assert len(inside) > 100, "candidates outside are allowed, and passed over"
    for point in inside:
        assert set(point) == {mu, L, kappa, eta, beta, h, k, eps, n, z, a}
        assert 0 < point[mu] <= point[h] <= point[L]
        assert point[kappa] == point[L] / point[mu]
        assert point[eta] > 0
        assert 0 < point[eps] < 1
        assert point[k].q == 1
        assert point[k] >= 0
        assert point[n].q == 1
        assert point[n] > 0
        assert point[z] <= 0


def test_the_search_is_the_same_every_time():
    first, second = ([list(islice(points(worst_rate(hb) < eta, (), seed=s), 50)) for _ in range(2)] for s in (0, 1))
    assert first[0] == first[1]
    assert first[0] != second[0]


def test_both_edges_and_large_condition_numbers_are_tried():
    found = list(islice(points(worst_rate(hb) < 1, ()), 60))
    ratios = {p[kappa] for p in found}
    assert {Q(1), Q(4), Q(10**6), Q(10**12)} <= ratios
    steps = {p[k] for p in islice(points(worst_residual(hb, k) < 1, ()), 60)}
    assert {Q(0), Q(1), Q(2), Q(100)} <= steps


@pytest.mark.parametrize(("statement", "given"), [
    (eta * (sqrt(L) + sqrt(mu)) ** 2 <= Rational(40001, 10000), [eta <= Rational(400011, 100000) / (sqrt(L) + sqrt(mu)) ** 2]),
    (worst_rate(gradient_descent(eta)) < 1, [eta <= 2 / L]), (a**2 > a - Rational(1, 4), ()), (Eq(kappa, 1), [Rational(101, 100) * mu >= L]),
    (1 / beta**2 > 0, ()),
    (Optimal(worst_rate(gradient_descent(eta)), over=[eta], value=(kappa - 1) / kappa), [mu < L])], ids=str)
def test_near_misses_are_found_and_confirmed(statement, given):
    _, point = search(statement, tuple(given), over=allowance(20, math.inf))
    assert point is not None
    assert satisfies(given, point) is True
    shown = counterexample(statement, tuple(given), point)
    assert set(shown) == {"point", "lhs", "rhs"}
    assert set(shown["point"]) >= {s.name for s in symbols_of(statement, tuple(given))}
    again = {s: Q(*map(int, (*shown["point"][s.name].split("/"), 1)[:2])) for s in point}
    assert again == point, "the text is the point"


def test_a_true_statement_has_no_counterexample():
    seen, point = search(worst_rate(gradient_descent(eta)) < 1, (eta * L < 2,), over=allowance(20, math.inf), limit=300)
    assert point is None
    assert 0 < seen.inside <= seen.tried == 300
    assert "satisfy the hypotheses, none of them contradicts the statement" in seen.summary()
    assert seen.witness is not None


@pytest.mark.parametrize(("point", "expected"), [
    ({mu: Q(2), L: Q(1)}, False), ({mu: Q(1), L: Q(1)}, True), ({mu: Q(1), L: Q(2), h: Q(3)}, False), ({mu: Q(1), L: Q(2), kappa: Q(3)}, False),
    ({eps: Q(1)}, False),
    ({eta: Q(0)}, False), ({k: Q(1, 2)}, False), ({k: Q(0)}, True), ({n: Q(0)}, False), ({z: Q(0)}, True), ({beta: Q(-5)}, True)], ids=str)
def test_implied_hypotheses_at_a_point(point, expected):
    assert satisfies((), point) is expected


def test_an_undefined_hypothesis_is_not_satisfied():
    assert satisfies([1 / a > 0], {a: Q(0)}) is False
    assert counterexample(a > 0, (1 / a < 5,), {a: Q(0)}) is None
    assert counterexample(1 / a > 0, (), {a: Q(0)})["lhs"].startswith("undefined")


def test_a_bound_on_kappa_is_tried_with_the_first_numbers_of_steps():
    found = [(p[kappa], p[k]) for p in islice(points(worst_residual(hb, k) < 1, (kappa <= 195,)), 60)]
    assert {(Q(195), Q(steps)) for steps in range(6)} <= set(found)


def test_tolerances_at_which_a_number_of_steps_changes_are_tried():
    claim = steps_to(heavy_ball(1 / L, 0), eps) <= steps_to(gradient_descent(1 / L), eps)
    found = list(islice(points(claim, ()), 300))
    assert any(p[eps] == (1 - 1 / p[kappa]) ** steps for p in found for steps in (2, 3) if p[kappa] > 1)
