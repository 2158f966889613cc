"""B3. Heavy ball on one eigenvalue: characteristic polynomial and stability."""

from sympy import Abs, And, Eq, Equivalent, symbols

from cdmtheory import Claim, Derivation, beta, h, heavy_ball, stable
from cdmtheory.modes import characteristic, coefficients_of

a = symbols("a", real=True)
method = heavy_ball(a, beta)

stable_iff = Claim(
    "Heavy ball with any real step size a and momentum is stable at curvature h iff |β| < 1 and 0 < a·h < 2(1 + β).",
    that=Equivalent(stable(method, h), And(Abs(beta) < 1, 0 < a * h, a * h < 2 * (1 + beta))),
    near_miss=[Equivalent(stable(method, h), And(Abs(beta) <= 1, 0 < a * h, a * h < 2 * (1 + beta))),
               Equivalent(stable(method, h), And(beta < 1, 0 < a * h, a * h <= 2 * (1 + beta))),
               Equivalent(stable(method, h), And(Abs(beta) < 1, 0 < a * h, a * h < 2))],
    reference="theory B3",
)

characteristic_polynomial = Derivation(
    "The characteristic polynomial of heavy ball at curvature h is z² − (1 + β − a·h)z + β.",
    steps=[Eq(characteristic(coefficients_of(method), h).trace, 1 + beta - a * h), Eq(characteristic(coefficients_of(method), h).determinant, beta)],
    near_miss=[Eq(characteristic(coefficients_of(method), h).trace, 1 + beta + a * h)],
    reference="theory B3",
)
