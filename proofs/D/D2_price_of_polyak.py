"""D2. Polyak's step attains the best rate, and exceeds the best value by a known factor."""

from sympy import Eq, Limit, log

from cdmtheory import Claim, L, chebyshev, eps, k, kappa, mu, polyak, sqrt, steps_to, worst_rate, worst_residual

rho = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)

factor_over_the_minimax_residual = Claim(
    "From rest Polyak's residual is (1 + ρ^(2k))(1 + k(1 + ρ))/2 times the minimax.",
    that=Eq(worst_residual(polyak(mu, L), k), worst_residual(chebyshev(mu, L), k) * (1 + rho ** (2 * k)) * (1 + k * (1 + rho)) / 2),
    near_miss=Claim("It is the minimax residual.", given=[k >= 1, mu < L], that=worst_residual(polyak(mu, L), k) <= worst_residual(chebyshev(mu, L), k)),
    reference="theory D2",
)

steps_of_polyak_as_the_tolerance_vanishes = Claim(
    "At fixed κ the number of Polyak's steps over ln(ε)/ln(ρ) tends to 1 as ε vanishes.",
    given=[mu < L],
    that=Eq(Limit(steps_to(polyak(mu, L), eps) * log(worst_rate(polyak(mu, L))) / log(eps), eps, 0), 1),
    near_miss=Eq(Limit(steps_to(polyak(mu, L), eps) * log(worst_rate(polyak(mu, L))) / log(eps), eps, 0), 2),
    reference="theory D2",
)
