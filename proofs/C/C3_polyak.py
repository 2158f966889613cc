"""C3. Polyak's parameters: critically damped at both ends, and no heavy ball does better."""

from sympy import And, Eq, Symbol

from cdmtheory import Claim, L, Optimal, Unique, eta, heavy_ball, kappa, mu, polyak, sqrt, worst_rate
from cdmtheory.modes import characteristic, coefficients_of

a, b = Symbol("a", real=True), Symbol("b", real=True)
rate = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)
constant = coefficients_of(polyak(mu, L))

worst_rate_of_polyak = Claim(
    "Polyak's heavy ball has the rate (√κ − 1)/(√κ + 1).",
    that=Eq(worst_rate(polyak(mu, L)), rate),
    near_miss=[Eq(worst_rate(polyak(mu, L)), 1 - 1 / sqrt(kappa)), worst_rate(polyak(mu, L)) < rate],
    reference="theory C3",
)

critically_damped_at_both_ends = Claim(
    "At Polyak's parameters both mu and L have a double root.",
    that=And(Eq(characteristic(constant, mu).discriminant, 0), Eq(characteristic(constant, L).discriminant, 0)),
    near_miss=Eq(characteristic(constant, (mu + L) / 2).discriminant, 0),
    reference="theory C3",
)

no_heavy_ball_does_better = Claim(
    "Over all real step sizes and momenta the least worst rate of heavy ball is Polyak's, at his parameters alone.",
    that=Unique(worst_rate(heavy_ball(a, b)), over=[a, b], value=rate),
    near_miss=[Optimal(worst_rate(heavy_ball(a, b)), over=[a, b], value=(kappa - 1) / (kappa + 1)),
               Claim("Steps up to 1/L suffice for it.", given=[eta <= 1 / L], that=Optimal(worst_rate(heavy_ball(eta, b)), over=[eta, b], value=rate))],
    reference="theory C3; Polyak 1964",
)
