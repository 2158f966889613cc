"""Claims whose hypotheses leave one problem, or one condition number, are decided by their value; a scale that matters leaves them open."""

import time

import pytest
from sympy import Eq, Rational

from cdmtheory import (
    L,
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
    nesterov,
    phased,
    polyak,
    residual,
    sqrt,
    stable,
    steps_to,
    worst_rate,
    worst_residual,
)
from cdmtheory.claims import Claim
from cdmtheory.engine.decide import decide
from cdmtheory.engine.one_point import decide_at_one_point
from tests_support import AMPLE

tenth = Rational(1, 10)
cdm, gd = critically_damped(1 / L, mu), gradient_descent(1 / L)
at_841 = [Eq(kappa, 841)]


@pytest.mark.parametrize(("given", "that", "truth"), [
    (at_841, Eq(steps_to(cdm, tenth), 111), "PROVED"), (at_841, Eq(steps_to(cdm, tenth), 110), "REFUTED"),
    (at_841, Eq(steps_to(polyak(mu, L), tenth), 112), "PROVED"), (at_841, steps_to(polyak(mu, L), tenth) <= steps_to(cdm, tenth), "REFUTED"),
    ([Eq(841, kappa)], steps_to(chebyshev(mu, L), tenth) < steps_to(cdm, tenth), "PROVED"),
    ([Eq(mu, 3), Eq(L, 30)], steps_to(gradient_descent(Rational(1, 30)), tenth) < 23, "PROVED"),
    ([Eq(mu, 3), Eq(L, 30)], steps_to(gradient_descent(Rational(1, 30)), tenth) < 22, "REFUTED"),
    ([Eq(kappa, 10**6)], worst_residual(cdm, 60) < Rational(6, 5), "PROVED"), ([Eq(kappa, 10**6)], worst_residual(cdm, 60) < 1, "REFUTED"),
    ([Eq(kappa, 944)], worst_residual(cdm, 3) > (1 - 1 / sqrt(kappa)) ** 3 * (1 + 3 / sqrt(kappa)), "PROVED"),
], ids=str)
def test_step_counts_and_suprema_at_one_condition_number(given, that, truth):
    found = decide(Claim("At one condition number.", given=given, that=that), time.monotonic() + AMPLE)
    assert found.verdict == truth
    assert truth == "REFUTED" or found.by == ["balls"]


@pytest.mark.parametrize(("given", "that"), [
    ([Eq(kappa, 10)], worst_rate(gradient_descent(eta)) >= 0),  # a step size that is free
    ([Eq(kappa, 10)], worst_rate(gradient_descent(1 / (L + 1))) < 1),  # one that does not scale
    ([Eq(kappa, 10)], worst_rate(gradient_descent(1 / L)) * L > mu / 2), ([Eq(kappa, 10)], L * mu > 1), ([Eq(kappa, 10)], residual(gd, 3, h) >= 0),
    ([Eq(kappa, 10), Eq(L, 1)], worst_rate(gd) < 1),  # the other end follows, but is not looked for
    ([kappa <= 10], worst_rate(gd) < 1), ([Eq(kappa, 10)], worst_residual(gd, k) <= 1), ([Eq(kappa, 10)], steps_to(gd, eps) >= 0),
    ([Eq(mu, 1), Eq(L, 10), Eq(kappa, 9)], worst_rate(gd) < 1),  # contradict each other
    ([Eq(mu, 10), Eq(L, 1)], worst_rate(gd) < 1), ([Eq(kappa, Rational(1, 2))], worst_rate(gd) < 1),  # outside what is implied
    ([Eq(kappa, 10)], stable(gradient_descent(Rational(1, 10)))), ([Eq(kappa, 10)], worst_rate(critically_damped(1 / L, mu**2)) < 1),
    ([Eq(kappa, 10)], worst_rate(heavy_ball(1 / L, mu)) < 2), ([Eq(kappa, 10)], worst_residual(phased(gradient_descent(1 / (L + 1)), 2, gd), 3) <= 1),
], ids=str)
def test_what_is_not_one_value_is_not_decided_here(given, that):
    assert decide_at_one_point(that, tuple(given)) is None


def test_the_value_must_be_certain():
    equal = Eq(worst_residual(cdm, 3), (1 - 1 / sqrt(kappa)) ** 3 * (1 + 3 / sqrt(kappa)))  # at mu, but seen in balls only
    assert decide_at_one_point(equal, (Eq(kappa, 943),)) is None
    assert decide_at_one_point(worst_rate(nesterov(1 / L, tenth)) < 1, (Eq(kappa, 1), Eq(mu, 0))) is None
