"""Optimal refuted at the problem where its only witness is not allowed; minima over every number of steps."""

import time

import pytest
from sympy import Rational, Symbol, sqrt

from cdmtheory import Claim, L, Optimal, Unique, gradient_descent, heavy_ball, k, kappa, worst_rate, worst_residual
from cdmtheory.engine.decide import decide
from tests_support import AMPLE

a, b = Symbol("a", real=True), Symbol("b", real=True)
polyak = Optimal(worst_rate(heavy_ball(a, b)), over=[a, b], value=(sqrt(kappa) - 1) / (sqrt(kappa) + 1))


@pytest.mark.parametrize(("given", "that", "truth"), [
    ([a <= 3 / L, b >= 0], polyak, "REFUTED"),
    ([a <= 4 / L, b >= 0], polyak, "PROVED"),
    ([b <= Rational(49, 50)], Optimal(worst_rate(heavy_ball(1 / L, b)), over=[b], value=1 - 1 / sqrt(kappa)), "REFUTED"),
    ([a <= Rational(199, 100) / L], Optimal(worst_rate(gradient_descent(a)), over=[a], value=(kappa - 1) / (kappa + 1)), "REFUTED"),
])
def test_a_minimiser_out_of_range(given, that, truth):
    found = decide(Claim("out of range", given=given, that=that), time.monotonic() + AMPLE)
    assert found.verdict == truth, found.reason
    assert truth != "REFUTED" or found.counterexample is not None


@pytest.mark.parametrize(("given", "kind", "value", "truth"), [
    ([], Optimal, ((kappa - 1) / (kappa + 1)) ** k, "PROVED"),
    ([], Unique, ((kappa - 1) / (kappa + 1)) ** k, "REFUTED"),  # at k = 0 every step size is as good
    ([k >= 1], Optimal, ((kappa - 1) / (kappa + Rational(1001, 1000))) ** k, "REFUTED"),
])
def test_the_best_step_for_every_number_of_steps(given, kind, value, truth):
    found = decide(Claim("best", given=given, that=kind(worst_residual(gradient_descent(a), k), over=[a], value=value)), time.monotonic() + AMPLE)
    assert found.verdict == truth, found.reason
