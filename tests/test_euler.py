"""Square roots under logarithms: the change of variable is what it says, and proves nothing that is false."""

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Rational, Symbol, atanh, log, oo, sqrt

from cdmtheory import kappa
from cdmtheory.engine.euler import substitution
from cdmtheory.engine.logarithms import is_logarithmic_inequality
from cdmtheory.engine.proof import Engines
from cdmtheory.engine.prover import Prover
from tests_support import AMPLE

x = Symbol("x", real=True)
u = Symbol("u", positive=True)

COEFFICIENTS = st.fractions(-5, 5, max_denominator=4).map(lambda f: Rational(f.numerator, f.denominator))


@settings(max_examples=60, deadline=None)
@given(a=COEFFICIENTS, b=COEFFICIENTS, c=COEFFICIENTS, at=st.floats(-6, 6))
def test_the_root_is_rational_in_the_new_variable_which_is_monotone(a, b, c, at):
    base = a * x**2 + b * x + c
    change = substitution(sqrt(base), x)
    if change is None or float(base.subs(x, at)) < 1e-6 or (change.start is not None and at < change.start):
        return
    t = float(change.backward.subs(x, at))
    assert t > 0
    assert float(change.forward.subs(change.new, t)) == pytest.approx(at, rel=1e-6, abs=1e-6)
    assert float(change.root.subs(change.new, t)) == pytest.approx(math.sqrt(float(base.subs(x, at))), rel=1e-6, abs=1e-6)
    ends = change.interval(Rational(at).limit_denominator(10**6), Rational(at).limit_denominator(10**6) + Rational(1, 10**3))
    if ends is not None:  # it contains the images of both ends and what lies between them
        near = [float(change.backward.subs(x, at + d)) for d in (0.0, 0.0005, 0.001)]
        assert all(float(ends[0]) - 1e-4 * (1 + n) <= n <= float(ends[1]) + 1e-4 * (1 + n) for n in near)
        assert near in (sorted(near), sorted(near, reverse=True))


def proved(statement, *hypotheses, seconds=20.0):
    with Engines() as solvers:
        return is_logarithmic_inequality(statement, Prover(hypotheses, solvers, time.monotonic() + seconds, lambda _: None))


TRUE = [
    (atanh(1 / kappa) < 1 / sqrt(kappa**2 - 1), kappa > 1), (log(1 + 1 / u) < 1 / sqrt(u * (u + 1)),), (atanh(u) < u / sqrt(1 - u**2), u < 1),
    (log(1 + u) < u / sqrt(1 + u),), (log(u + sqrt(u**2 + 1)) < u,), (log(2 + x) <= 2 + sqrt(1 - x**2), x > -1, x < 1),
    (atanh(x) <= x / sqrt(1 - x**2), x >= 0, x < 1),
    (-1 / log(1 - sqrt(2 / (3 * kappa))) < sqrt(3 * kappa / 2) - Rational(1, 2), kappa > 1),
    (-1 / log(1 - 2 / sqrt(3 * kappa + 1)) < sqrt(3 * kappa) / 2, kappa >= 2),
]
FALSE = [
    (atanh(1 / kappa) < Rational(999, 1000) / sqrt(kappa**2 - 1), kappa > 1), (log(1 + 1 / u) < Rational(999, 1000) / sqrt(u * (u + 1)),),
    (atanh(u) < u / sqrt(1 - u**2), u < 2), (atanh(u) < u / sqrt(1 - u**2),), (log(1 + u) < u / sqrt(1 + Rational(1001, 1000) * u),),
    (log(u + sqrt(u**2 + 1)) < Rational(999, 1000) * u,), (log(4 + x) - 10 < sqrt(x**2 - 1), x > -3, x < 3), (atanh(x) < x / sqrt(1 - x**2), x >= 0, x < 1),
    (log(u) - u < sqrt(u**2 - 1), u > Rational(1, 2)), (log(5 + x) - 10 < sqrt(1 - x**2), x > -2, x < 1), (log(1 + u) < 3 * sqrt(3 - u), u < 3),
    (log(u) < sqrt(u**2 - 1), u >= 1), (log(u) <= Rational(99, 100) * sqrt(u**2 - 1) - Rational(1, 10**6), u > 1),
    (-1 / log(1 - sqrt(2 / (3 * kappa))) < sqrt(3 * kappa / 2) - Rational(501, 1000), kappa > 1),
    (-1 / log(1 - sqrt(2 / (3 * u))) < sqrt(3 * u / 2), 3 * u >= 2), (log(3 * u) < sqrt(3 * u) * Rational(73, 100), u > 0),
]


@pytest.mark.parametrize("claim", TRUE, ids=lambda c: str(c[0]))
def test_inequalities_with_roots_are_proved(claim):
    assert proved(*claim, seconds=AMPLE)


@pytest.mark.parametrize("claim", FALSE, ids=lambda c: str(c[0]))
def test_false_neighbours_are_not(claim):
    assert not proved(*claim)


def test_irrational_ends_move_outwards():
    change = substitution(sqrt(x**2 + 1), x)
    low, high = change.interval(Rational(1), oo)
    assert low < 1 + sqrt(2)
    assert float(low) == pytest.approx(1 + math.sqrt(2))
    assert high == oo
