"""E4. No strong convexity: spectral measure a·h^(a−1)dh on [0, 1], step size 1. What is averaged is the squared residual."""

from math import factorial

from sympy import Eq, Limit, Poly, Rational, Symbol, diff, expand, oo, prod, symbols

from cdmtheory import Claim, Derivation, k
from cdmtheory.methods import Coefficients, step

a = Symbol("a", positive=True)
curvature, c, d = symbols("curvature c d", real=True)
m = Symbol("m", positive=True)


def mean(p):
    """∫ p(h)·a·h^(a−1)dh over [0, 1] of a polynomial in h: the mean of h^j is a/(a + j)."""
    return sum(coefficient * a / (a + j) for (j,), coefficient in Poly(expand(p), curvature).terms())


def descended(steps):
    """The residual of gradient descent."""
    x = 1
    for _ in range(steps):
        x = step(Coefficients(1), x, x, lambda w: curvature * w)
    return x


def rising(n):
    """(a + 1)(a + 2)…(a + n)."""
    return prod(a + j for j in range(1, n + 1))


gradient_descent_by_parts = Derivation(
    "The mean of (1 − h)^m is m/(a + m) times that of (1 − h)^(m−1): so gradient descent has the error (2k)!/((a + 1)…(a + 2k)) = Γ(a+1)(2k)!/Γ(a+2k+1).",
    steps=[
        Eq(diff(curvature**a * (1 - curvature) ** m, curvature), curvature ** (a - 1) * (1 - curvature) ** (m - 1) * (a * (1 - curvature) - m * curvature)),
        Eq(a * (1 - curvature) - m * curvature, (a + m) * (1 - curvature) - m),
        *(Eq(mean(descended(steps) ** 2), factorial(2 * steps) / rising(2 * steps), evaluate=False) for steps in (1, 2, 3)),
    ],
    near_miss=[Eq(mean(descended(2) ** 2), factorial(4) / rising(4) * (a + 4) / (a + 5), evaluate=False),
               Eq(a * (1 - curvature) - m * curvature, (a + m) * (1 - curvature) - a)],
    reference="theory E4",
    assumed="h^a·(1 − h)^m vanishes at both ends (fundamental theorem of calculus); induction over m",
)

best_of_degree_1 = Claim(
    "No polynomial of degree 1 with value 1 at 0 has a smaller mean square than (1/(a + 1))² …",
    that=mean((1 + c * curvature) ** 2) >= (1 / (a + 1)) ** 2,
    near_miss=mean((1 + c * curvature) ** 2) > (1 / (a + 1)) ** 2,
    reference="theory E4",
)

best_of_degree_2 = Derivation(
    "… and none of degree 2 than (2/((a + 1)(a + 2)))²: the excess is a sum of two squares with positive weights, which vanish at one point.",
    steps=[
        Eq(mean((1 + c * curvature + d * curvature**2) ** 2) - (2 / rising(2)) ** 2,
           a / (a + 2) * (c + (a + 2) / (a + 1) + (a + 2) / (a + 3) * d) ** 2
           + a / ((a + 3) ** 2 * (a + 4)) * (d - (a + 3) * (a + 4) / rising(2)) ** 2, evaluate=False),
    ],
    near_miss=[Eq(mean((1 + c * curvature + d * curvature**2) ** 2) - (2 / rising(2)) ** 2, 0)],
    reference="theory E4",
)

uniform_gradient_descent = Claim(
    "With a = 1 gradient descent's error 1/(2k + 1) falls as 1/k …",
    that=Eq(Limit(k / (2 * k + 1), k, oo), Rational(1, 2)),
    near_miss=Eq(Limit(k**2 / (2 * k + 1), k, oo), Rational(1, 2)),
    reference="theory E4",
)

uniform_best = Claim(
    "… and that of the best polynomials, (1/(k + 1))², as 1/k²: the exponent doubles.",
    that=Eq(Limit(k**2 / (k + 1) ** 2, k, oo), 1),
    near_miss=Eq(Limit(k / (k + 1) ** 2, k, oo), 1),
    reference="theory E4",
)
