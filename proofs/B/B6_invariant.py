"""B6. The invariant of the motion of one mode."""

from sympy import Eq, symbols

from cdmtheory import Derivation, beta, eta, h
from cdmtheory.methods import Coefficients, step

x, x_prev, x0 = symbols("x x_prev x_0", real=True)


def next_of(now, before):
    """One step of heavy ball at curvature h."""
    return step(Coefficients(eta, beta), now, before, lambda z: h * z)


def invariant(now, before):
    """x² − 2rc·x·x₋ + r²x₋², where 2rc = 1 + β − ηh and r² = β."""
    return now**2 - (1 + beta - eta * h) * now * before + beta * before**2


invariant_of_the_motion = Derivation(
    "x_k² − (1 + β − ηh)x_k x_{k−1} + βx_{k−1}² is multiplied by β in each step, and starts at ηh·x_0².",
    steps=[Eq(invariant(next_of(x, x_prev), x), beta * invariant(x, x_prev)), Eq(invariant(x0, x0), eta * h * x0**2)],
    near_miss=[Eq(invariant(next_of(x, x_prev), x), beta**2 * invariant(x, x_prev))],
    reference="theory B6",
)
