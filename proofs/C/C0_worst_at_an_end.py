"""C0. Why the supremum of a spectral radius over [mu, L] is at one of the two ends.

Both roots of z² − Tz + D have modulus at most r iff (T, D) lies in the triangle D ≤ r², ±T·r ≤ r² + D, ±T ≤ 2r. A triangle
is convex, and trace and determinant of every method of the class are affine in the eigenvalue.
"""

from sympy import And, Eq, symbols

from cdmtheory import Claim, Derivation
from cdmtheory.methods import Coefficients
from cdmtheory.modes import characteristic

eta, beta, gamma, at_low, at_high = symbols("step momentum lookahead h_low h_high", real=True)
r, share = symbols("r share", nonnegative=True)
t1, d1, t2, d2 = symbols("T_1 D_1 T_2 D_2", real=True)
c = Coefficients(eta, beta, gamma)


def inside(t, d):
    """Jury's triangle."""
    return And(d <= r**2, t * r <= r**2 + d, -t * r <= r**2 + d, t <= 2 * r, -t <= 2 * r)


def between(a, b):
    """A point between two."""
    return (1 - share) * a + share * b


triangle_is_convex = Claim(
    "If the spectral radius is at most r at both ends, it is at most r between them.",
    given=[share <= 1, inside(t1, d1), inside(t2, d2)],
    that=inside(between(t1, t2), between(d1, d2)),
    near_miss=Claim("Beyond the ends it may be larger.", given=[share <= 2, inside(t1, d1), inside(t2, d2)],
                    that=inside(between(t1, t2), between(d1, d2))),
    reference="used by the engine for every worst_rate and stable",
)

affine_in_the_eigenvalue = Derivation(
    "Trace and determinant of a step are affine in the eigenvalue.",
    steps=[Eq(characteristic(c, between(at_low, at_high))[i], between(characteristic(c, at_low)[i], characteristic(c, at_high)[i])) for i in (0, 1)],
    near_miss=[Eq(characteristic(c, at_low * at_high).trace, characteristic(c, at_low).trace * characteristic(c, at_high).trace)],
    reference="used by the engine for every worst_rate and stable",
)
