"""Lower bounds whose witness is inside the spectrum; nearby false ones are not proved with it."""

import time

import pytest
from sympy import Eq, Rational, Symbol, sqrt

from cdmtheory import Claim, L, critically_damped, eta, gradient_descent, k, kappa, mu, worst_residual
from cdmtheory.engine.decide import decide
from cdmtheory.engine.interior import interior_eigenvalues, stationary_eigenvalues
from tests_support import AMPLE

p = Symbol("p", positive=True)
pin = Eq(p**2, 2)
cdm = critically_damped(1 / L, mu)
s = 1 / sqrt(kappa)
at_mu = (1 - s) ** 3 * (1 + 3 * s)
at_mu_after_two = (1 - sqrt(eta * mu)) ** 2 * (1 + 2 * sqrt(eta * mu))


@pytest.mark.parametrize(("given", "that", "truth"), [
    ([kappa >= 950], worst_residual(cdm, 3) > at_mu, "PROVED"),
    ([kappa >= 943, pin], worst_residual(cdm, 3) > at_mu, "UNDECIDED"),
    ([kappa >= 10**5], worst_residual(cdm, 3) >= Rational(21, 20), "PROVED"),
    ([kappa >= 10**4, pin], worst_residual(cdm, 3) >= Rational(11, 10), "UNDECIDED"),
    ([s**4 - 2 * s**3 + 22 * s**2 + 30 * s < 1], worst_residual(cdm, 3) > at_mu, "PROVED"),
    ([s**4 - 2 * s**3 + 22 * s**2 + 30 * s < 1 + s / 100, pin], worst_residual(cdm, 3) > at_mu, "UNDECIDED"),
    ([Eq(eta * (L + mu), 2), eta * mu - 10 * sqrt(eta * mu) + 1 > 0], worst_residual(critically_damped(eta, mu), 2) > at_mu_after_two, "PROVED"),
    ([Eq(eta * (L + mu), 2), eta * mu - 10 * sqrt(eta * mu) + 1 >= 0], worst_residual(critically_damped(eta, mu), 2) > at_mu_after_two, "UNDECIDED"),
])
def test_lower_bounds_inside(given, that, truth):
    assert decide(Claim("inside", given=given, that=that), time.monotonic() + (6 if truth == "UNDECIDED" else AMPLE)).verdict == truth


def test_witnesses_are_eigenvalues():
    found = interior_eigenvalues(worst_residual(cdm, 3) >= 1, (kappa >= 1000,))
    assert found
    for x in found:
        assert 1 < x.xreplace({mu: 1, L: 2000}) < 2000


def test_derivatives_vanish_there():
    x, = stationary_eigenvalues(worst_residual(critically_damped(2 / (L + mu), mu), 2) >= 1)
    at = {mu: 1, L: 7}  # p_2 = 1 − (2 + β)ηh + (ηh)², β = 1/4, η = 1/4
    assert abs(float(x.xreplace(at)) - (2 + 1 / 4) * 4 / 2) < 1e-12
    assert len(stationary_eigenvalues(worst_residual(cdm, 3) >= 1)) == 2
    assert stationary_eigenvalues(worst_residual(cdm, k) >= 1) == ()


def test_no_witness_where_the_ends_are_worst_or_k_is_free():
    assert interior_eigenvalues(worst_residual(gradient_descent(1 / L), 3) >= 1, ()) == ()
    assert interior_eigenvalues(worst_residual(cdm, k) >= 1, ()) == ()
