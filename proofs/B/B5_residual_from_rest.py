"""B5. The residual polynomial from rest, in Chebyshev polynomials of the second kind."""

from sympy import Eq, chebyshevu, symbols

from cdmtheory import Claim, Derivation, critically_damped, eta, heavy_ball, mu, residual, sqrt
from cdmtheory.modes import residual as residual_of

r, c = symbols("r c", real=True)
curvature_times_step = 1 + r**2 - 2 * r * c
p = [residual_of(heavy_ball(curvature_times_step, r**2), k, 1) for k in range(7)]

residual_in_chebyshev_polynomials = Derivation(
    "With β = r² and ηh = 1 + r² − 2rc the residual from rest is r^k(U_k(c) − r·U_{k−1}(c)), here for k = 0 … 6.",
    steps=[Eq(p[k], r**k * (chebyshevu(k, c) - r * (chebyshevu(k - 1, c) if k else 0)), evaluate=False) for k in range(7)],
    near_miss=[Eq(p[4], r**4 * (chebyshevu(4, c) - chebyshevu(3, c)))],
    reference="theory B5",
    assumed="induction over k by the recurrence that both sides obey",
)

residual_at_critical_curvature = Claim(
    "At the critical curvature five steps from rest leave (1 − s)⁵(1 + 5s), s = √(ημ): the double root costs the factor 1 + ks.",
    that=Eq(residual(critically_damped(eta, mu), 5, mu), (1 - sqrt(eta * mu)) ** 5 * (1 + 5 * sqrt(eta * mu))),
    near_miss=Eq(residual(critically_damped(eta, mu), 5, mu), (1 - sqrt(eta * mu)) ** 5),
    reference="theory B5",
)
