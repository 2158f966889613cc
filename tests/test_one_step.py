"""Bounds handed on from step to step: along real roots, complex ones, and with their false neighbours where a root is double or of modulus 1."""

import time

import pytest
from sympy import Abs, Eq, Rational, Symbol, sqrt

from cdmtheory import Claim, L, eta, h, heavy_ball, k, kappa, mu, residual, triple_momentum, worst_residual
from cdmtheory.engine.decide import decide
from tests_support import AMPLE

b = Symbol("b", real=True)
p = Symbol("p", positive=True)
pin = Eq(p**2, 2)  # only irrational values satisfy it: the search for counterexamples is out of play
r = 1 - 1 / sqrt(kappa)
tm = triple_momentum(mu, L)
over_damped = [b >= 0, b < 1, eta * L <= (1 - sqrt(b)) ** 2]
a_little_less = [b >= 0, b < 1, eta * L <= Rational(1001, 1000) * (1 - sqrt(b)) ** 2]
CLAIMS = {
    "triple momentum never exceeds its start": ([], worst_residual(tm, k) <= 1, "PROVED"),
    "triple momentum, a factor too small": ([pin], worst_residual(tm, k) <= (1 + Rational(99, 100) * k / sqrt(kappa)) * r**k, "UNDECIDED"),
    "over-damped": (over_damped, Abs(residual(heavy_ball(eta, b), k, h)) <= 1, "PROVED"),
    "over-damped, never negative": (over_damped, residual(heavy_ball(eta, b), k, h) >= 0, "PROVED"),
    "under-damped, negative at some step": ([*a_little_less, pin], residual(heavy_ball(eta, b), k, h) >= 0, "UNDECIDED"),
    "without friction": ([eta * L < 4], residual(heavy_ball(eta, 1), k, h) ** 2 <= 4 / (4 - eta * h), "PROVED"),
    "without friction, a little less": ([eta * L < 4], residual(heavy_ball(eta, 1), k, h) ** 2 <= Rational(3999, 1000) / (4 - eta * h), "REFUTED"),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_bounds_from_step_to_step(name):
    given, that, truth = CLAIMS[name]
    found = decide(Claim(name, given=given, that=that), time.monotonic() + (6 if truth == "UNDECIDED" else AMPLE))
    assert found.verdict == truth, found.reason
    if truth == "PROVED":
        assert any("induction over k" in step for step in found.assumed)
