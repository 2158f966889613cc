"""Lower bounds whose witness is inside the spectrum; nearby false ones are not proved with it."""

import time

import pytest
from sympy import Eq, Rational, Symbol, sqrt

from cdmtheory import Claim, L, critically_damped, gradient_descent, k, kappa, mu, worst_residual
from cdmtheory.engine.decide import decide
from cdmtheory.engine.interior import interior_eigenvalues
from tests_support import AMPLE

p = Symbol("p", positive=True)
pin = Eq(p**2, 2)
cdm = critically_damped(1 / L, mu)
at_mu = (1 - 1 / sqrt(kappa)) ** 3 * (1 + 3 / sqrt(kappa))


@pytest.mark.parametrize(("given", "that", "truth"), [
    ([kappa >= 950], worst_residual(cdm, 3) > at_mu, "PROVED"),
    ([kappa >= 943, pin], worst_residual(cdm, 3) > at_mu, "UNDECIDED"),
    ([kappa >= 10**5], worst_residual(cdm, 3) >= Rational(21, 20), "PROVED"),
    ([kappa >= 10**4, pin], worst_residual(cdm, 3) >= Rational(21, 20), "UNDECIDED"),
])
def test_lower_bounds_inside(given, that, truth):
    assert decide(Claim("inside", given=given, that=that), time.monotonic() + (6 if truth == "UNDECIDED" else AMPLE)).verdict == truth


def test_witnesses_are_eigenvalues():
    found = interior_eigenvalues(worst_residual(cdm, 3) >= 1, (kappa >= 1000,))
    assert found
    for x in found:
        assert 1 < x.xreplace({mu: 1, L: 2000}) < 2000


def test_no_witness_where_the_ends_are_worst_or_k_is_free():
    assert interior_eigenvalues(worst_residual(gradient_descent(1 / L), 3) >= 1, ()) == ()
    assert interior_eigenvalues(worst_residual(cdm, k) >= 1, ()) == ()
