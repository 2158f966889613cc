"""The root of a sum as an unknown: the same truth at points, and what is no such question stays as it is."""

import pytest
from sympy import Rational, sqrt

from cdmtheory import L, critically_damped, gradient_descent, kappa, mu, worst_rate
from cdmtheory.engine.root_of_sum import without_root_of_sum

root = sqrt(2 / (kappa + 1))


@pytest.mark.parametrize(("goal", "given"), [(root * kappa <= 9, (kappa <= 100,)), (root**3 * L >= mu, ()),
                                             (sqrt(3) / sqrt(2 * L + mu) <= 2 / sqrt(mu), (kappa <= 7,))])
def test_the_same_at_points(goal, given):
    changed, known = without_root_of_sum(goal, given)
    (s,) = changed.free_symbols - {mu, L}
    a, c, q = (1, 2, 3) if goal.has(sqrt(3)) else (1, 1, 2)
    assert L not in changed.free_symbols
    for ratio in (1, Rational(3, 2), 7, 49, 200):
        at = {mu: 1, L: ratio, kappa: ratio, s: sqrt(Rational(q) / (a + c * ratio))}
        assert bool(changed.subs(at)) == bool(goal.subs(at))
        assert [bool(k.subs(at)) for k in known] == [bool(g.subs(at)) for g in given] + [True]
    assert not known[-1].subs({mu: 1, s: sqrt(Rational(q) / (a + c * Rational(99, 100)))})  # kappa below 1


@pytest.mark.parametrize("goal", [sqrt(L) <= 3 * sqrt(mu), root <= sqrt(3 * mu / (2 * L + mu)), root * sqrt(kappa) <= 2,
                                  worst_rate(critically_damped(2 / (L + mu), mu)) <= 1 - root, worst_rate(gradient_descent(1 / L)) <= 1])
def test_others_stay(goal):
    assert without_root_of_sum(goal, ()) == (goal, ())
