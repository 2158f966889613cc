"""C7. CDM with η = 1/L from rest: what holds for all κ, and the statement that holds up to κ = 943 only."""

from sympy import Eq, Limit, Rational, oo

from cdmtheory import Claim, L, critically_damped, heavy_ball, k, kappa, mu, sqrt, worst_rate, worst_residual
from cdmtheory.language import beta

method = critically_damped(1 / L, mu)
s = 1 / sqrt(kappa)
r = 1 - s

bound_for_every_kappa = Claim(
    "For every κ and k the supremum is at most (2/√(2 + r) + k/√κ)·r^k.",
    that=worst_residual(method, k) <= (2 / sqrt(2 + r) + k * s) * r**k,
    near_miss=[Eq(worst_residual(method, k), r**k * (1 + k * s)), worst_residual(method, k) <= (Rational(11, 10) + k * s) * r**k],
    reference="theory C7; the first near miss is true up to κ = 943.36… and false beyond: a sweep that stops at 900 does not see it",
)

residual_at_mu_is_a_lower_bound = Claim(
    "r^k(1 + k/√κ), the residual at mu, is a lower bound for every κ and k.",
    that=worst_residual(method, k) >= r**k * (1 + k * s),
    near_miss=worst_residual(method, k) >= r**k * (1 + k * s * Rational(101, 100)),
    reference="theory C7",
)

at_mu_up_to_943 = Claim(
    "It is the supremum for every k while s⁴ − 2s³ + 22s² + 30s >= 1, s = 1/√κ: up to κ = 943.36….",
    given=[s**4 - 2 * s**3 + 22 * s**2 + 30 * s >= 1],
    that=Eq(worst_residual(method, k), r**k * (1 + k * s)),
    near_miss=Claim("Up to κ = 944 it is.", given=[kappa <= 944], that=Eq(worst_residual(method, k), r**k * (1 + k * s))),
    reference="theory C7",
)

three_steps_overshoot = Claim(
    "Beyond it an interior mode overshoots after three steps.",
    given=[s**4 - 2 * s**3 + 22 * s**2 + 30 * s < 1],
    that=worst_residual(method, 3) > r**3 * (1 + 3 * s),
    near_miss=Claim("From κ = 943 on.", given=[kappa >= 943], that=worst_residual(method, 3) > r**3 * (1 + 3 * s)),
    reference="theory C7",
)

three_steps_in_the_limit = Claim(
    "What three steps leave tends to 7(2√7 − 1)/27 = 1.1126… as κ grows.",
    that=Eq(Limit(worst_residual(method, 3), kappa, oo), Rational(7, 27) * (2 * sqrt(7) - 1)),
    near_miss=Eq(Limit(worst_residual(method, 3), kappa, oo), 1),
    reference="theory C7",
)

no_momentum_reaches_the_polyak_rate = Claim(
    "With η = 1/L and κ > 1 no momentum in [0, 1) reaches the Polyak rate.",
    given=[mu < L, 0 <= beta, beta < 1],
    that=worst_rate(heavy_ball(1 / L, beta)) > (sqrt(kappa) - 1) / (sqrt(kappa) + 1),
    near_miss=worst_rate(heavy_ball(1 / L, beta)) > 1 - s,
    reference="theory C7",
)
