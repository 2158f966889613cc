"""A5. All flat directions share the curvature λ, so they move as one."""

from sympy import Eq, Rational, symbols

from cdmtheory import Derivation, lambda_
from cdmtheory.methods import Coefficients, step

eta, beta, gamma, x, x_prev, a, b = symbols("step momentum lookahead x x_prev a b", real=True)
c = Coefficients(eta, beta, gamma)


def gradient(z):
    """The gradient along any flat direction: weight decay alone."""
    return lambda_ * z


one = step(c, x, x_prev, gradient)

flat_directions_move_as_one = Derivation(
    "A step of a flat coordinate a·x with last value a·x₋ is a times the step of x with x₋, for every a: one scalar moves them all.",
    steps=[
        Eq(step(c, a * x, a * x_prev, gradient), a * one),
        Eq(step(c, a * x, a * x_prev, gradient) ** 2 + step(c, b * x, b * x_prev, gradient) ** 2, (a**2 + b**2) * one**2),
    ],
    near_miss=[Eq(step(c, a * x, b * x_prev, gradient), a * one), Eq(step(c, a * x, a * x_prev, lambda z: lambda_ * z + Rational(1, 9)), a * one)],
    reference="theory A5",
    assumed="induction over the steps, and a sum over the flat coordinates; the start is at rest or its velocity parallel to the flat part",
)
