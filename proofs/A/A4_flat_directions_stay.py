"""A4. Without weight decay no method of this class moves a flat direction."""

from sympy import Eq, symbols

from cdmtheory import Derivation
from cdmtheory.methods import Coefficients, step

eta, beta, gamma, x = symbols("step momentum lookahead x", real=True)


def flat(z):
    """The gradient along a direction without curvature."""
    return 0 * z


flat_directions_stay = Derivation(
    "On a flat direction a step from rest, with any step size, momentum and lookahead, goes nowhere.",
    steps=[Eq(step(Coefficients(eta, beta, gamma), x, x, flat), x)],
    near_miss=[Eq(step(Coefficients(eta, beta, gamma), x, x, lambda z: z / 100), x)],
    reference="theory A4",
    assumed="induction over the steps: what does not move stays at rest",
)
