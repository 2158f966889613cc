"""Optimal refuted at the problem where its only witness is not allowed."""

import time

import pytest
from sympy import Rational, Symbol, sqrt

from cdmtheory import Claim, L, Optimal, gradient_descent, heavy_ball, kappa, worst_rate
from cdmtheory.engine.decide import decide

a, b = Symbol("a", real=True), Symbol("b", real=True)
polyak = Optimal(worst_rate(heavy_ball(a, b)), over=[a, b], value=(sqrt(kappa) - 1) / (sqrt(kappa) + 1))


@pytest.mark.parametrize(("given", "that", "truth"), [
    ([a <= 3 / L, b >= 0], polyak, "REFUTED"),
    ([a <= 4 / L, b >= 0], polyak, "PROVED"),
    ([b <= Rational(49, 50)], Optimal(worst_rate(heavy_ball(1 / L, b)), over=[b], value=1 - 1 / sqrt(kappa)), "REFUTED"),
    ([a <= Rational(199, 100) / L], Optimal(worst_rate(gradient_descent(a)), over=[a], value=(kappa - 1) / (kappa + 1)), "REFUTED"),
])
def test_a_minimiser_out_of_range(given, that, truth):
    found = decide(Claim("out of range", given=given, that=that), time.monotonic() + 40)
    assert found.verdict == truth, found.reason
    assert truth != "REFUTED" or found.counterexample is not None
