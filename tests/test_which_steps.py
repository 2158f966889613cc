"""What hypotheses about k leave: N the least integer with the property, tried at every small k."""

import pytest
from sympy import Ge, Le, Rational, Symbol, false, sqrt

from cdmtheory import k
from cdmtheory.engine.which_steps import few_steps, least_step, whole_steps

n = Symbol("n", integer=True)


@pytest.mark.parametrize("g", [3 * k > 4, 2 * k >= 5, 2 * k > 5, k > 0, k < 3, 2 * k <= 5, k > 4, -k <= -3, Rational(7, 3) * k < 7, 2 * k > 6, 2 * k >= 6])
def test_a_hypothesis_says_the_same_of_integers(g):
    found = whole_steps(g)
    assert isinstance(found, (Ge, Le))
    assert (found.lhs, found.rhs.is_Integer) == (k, True)
    assert all(found.subs(k, j) == g.subs(k, j) for j in range(12))


@pytest.mark.parametrize("g", [k**2 > 2, k > sqrt(2), k >= n, false])
def test_others_stay(g):
    assert whole_steps(g) == g


def test_least_and_few():
    assert least_step((whole_steps(3 * k > 4), k >= 1)) == 2
    assert few_steps((whole_steps(2 * k < 5), k >= 1)) == [{k: 1}, {k: 2}]
