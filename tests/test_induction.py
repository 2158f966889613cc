"""Equations with the residual of a method that changes, by induction from the step on which it does not; nothing is searched here."""

import time

import pytest
from sympy import Eq

from cdmtheory import L, critically_damped, gradient_descent, k, kappa, mu, phased, residual, sqrt
from cdmtheory.engine.induction import decide_equation
from cdmtheory.engine.proof import Engines
from cdmtheory.engine.prover import Prover

r = 1 - 1 / sqrt(kappa)


def after(steps):
    return residual(phased(gradient_descent(1 / L), steps, critically_damped(1 / L, mu)), k, mu)


@pytest.mark.parametrize(("given", "that", "truth"), [
    ((), Eq(after(1), r**k * (1 + k / sqrt(kappa))), True),
    ((k >= 2,), Eq(after(2), (1 - 1 / kappa) * r ** (k - 1) * (1 + (k - 1) / sqrt(kappa))), True),
    ((k >= 2,), Eq(after(2), r**k * (1 + k / sqrt(kappa))), False),
    ((k >= 1,), Eq(after(2), (1 - 1 / kappa) * r ** (k - 1) * (1 + (k - 1) / sqrt(kappa))), True),  # one step of gradient descent either way
    ((k >= 1,), Eq(after(3), (1 - 1 / kappa) ** 2 * r ** (k - 2) * (1 + (k - 2) / sqrt(kappa))), False),
    ((k >= 3,), Eq(after(3), (1 - 1 / kappa) ** 2 * r ** (k - 2) * (1 + (k - 2) / sqrt(kappa))), True),
    ((), Eq(after(1), r**k * (1 + k / kappa)), False),
    ((), Eq(after(2), r**k * (1 + k / sqrt(kappa))), False),
], ids=str)
def test_residuals_of_methods_that_change_once(given, that, truth):
    with Engines() as solvers:
        found = decide_equation(that, Prover(given, solvers, time.monotonic() + 30, lambda _: None))
    assert (found is not None and found.verdict == "PROVED") is truth
