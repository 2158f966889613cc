"""C6. Every number of steps: heavy ball with its own first step, from rest, and at the Polyak step."""

from sympy import Eq, Equivalent, Rational

from cdmtheory import Claim, L, Sup, critically_damped, eta, heavy_ball, k, kappa, mu, polyak, sqrt, worst_residual

s = sqrt(eta * mu)
r = 1 - s
rho = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)
polyak_step = 4 / (sqrt(L) + sqrt(mu)) ** 2
scaled = heavy_ball(eta, r**2, eta / (1 + r**2))
between, m = critically_damped(2 / (mu + L), mu), sqrt(2 / (kappa + 1))

worst_residual_with_scaled_first_step = Claim(
    "With the first step η/(1 + β) the supremum after k steps is r^k(1 + k(1 − β)/(1 + β)), for every k and every step up to Polyak's.",
    given=[eta <= polyak_step],
    that=Eq(worst_residual(scaled, k), r**k * (1 + k * (1 - r**2) / (1 + r**2))),
    near_miss=Eq(worst_residual(scaled, k), r**k * (1 + k * (1 - r))),
    reference="theory C6",
)

scaled_first_step_never_exceeds_one = Claim(
    "It never exceeds 1.",
    given=[eta <= polyak_step],
    that=worst_residual(scaled, k) <= 1,
    near_miss=worst_residual(scaled, k) < 1,
    reference="theory C6",
)

it_never_grows = Claim(
    "It never grows with k.",
    given=[eta <= polyak_step],
    that=worst_residual(scaled, k + 1) <= worst_residual(scaled, k),
    near_miss=worst_residual(scaled, k + 1) < worst_residual(scaled, k),
    reference="theory C6",
)

worst_residual_of_polyak_from_rest = Claim(
    "From rest Polyak's heavy ball has the supremum ρ^k(1 + k(1 + ρ)), at L.",
    that=Eq(worst_residual(polyak(mu, L), k), rho**k * (1 + k * (1 + rho))),
    near_miss=Claim("The factor is 1 + k(1 − ρ).", given=[mu < L], that=Eq(worst_residual(polyak(mu, L), k), rho**k * (1 + k * (1 - rho)))),
    reference="theory C6",
)

worst_residual_of_critical_damping_is_at_mu = Claim(
    "From rest the supremum is at mu for all k if ηL <= (1 − r)(1 + 3r).",
    given=[eta * L <= (1 - r) * (1 + 3 * r)],
    that=Eq(worst_residual(critically_damped(eta, mu), k), r**k * (1 + k * s)),
    near_miss=Claim("For every step up to Polyak's it is.", given=[eta <= polyak_step],
                    that=Eq(worst_residual(critically_damped(eta, mu), k), r**k * (1 + k * s))),
    reference="theory C6",
)

at_mu_with_the_best_step_of_gradient_descent = Claim(
    "With η = 2/(μ + L) it is at mu for all k if m² − 10m + 1 <= 0, m = √(2/(κ + 1)).",
    given=[m**2 - 10 * m + 1 <= 0],
    that=Eq(worst_residual(between, k), (1 - m) ** k * (1 + k * m)),
    near_miss=Claim("Up to κ = 195 it is.", given=[kappa <= 195], that=Eq(worst_residual(between, k), (1 - m) ** k * (1 + k * m))),
    reference="theory C6",
)

beyond_it_two_steps_overshoot = Claim(
    "With η = 2/(μ + L) an interior mode is above it after two steps if m² − 10m + 1 > 0, m = √(ημ).",
    given=[Eq(eta * (mu + L), 2), s**2 - 10 * s + 1 > 0],
    that=worst_residual(critically_damped(eta, mu), 2) > r**2 * (1 + 2 * s),
    near_miss=worst_residual(critically_damped(eta, mu), 2) > r**2 * (1 + Rational(21, 10) * s),
    reference="theory C6",
)

which_is_up_to_195 = Claim(
    "That is κ <= 97 + 40√6 = 194.979….",
    that=Equivalent(m**2 - 10 * m + 1 <= 0, kappa <= 97 + 40 * sqrt(6)),
    near_miss=Equivalent(m**2 - 10 * m + 1 <= 0, kappa <= 195),
    reference="theory C6",
)

bound_from_rest = Claim(
    "From rest, at every step below Polyak's, r^k(√(4r/((1 + r)² − ηL)) + k(1 − r)) bounds it.",
    given=[eta < polyak_step],
    that=worst_residual(critically_damped(eta, mu), k) <= r**k * (sqrt(4 * r / ((1 + r) ** 2 - eta * L)) + k * s),
    near_miss=worst_residual(critically_damped(eta, mu), k) <= r**k * (1 + k * s),
    reference="theory C6",
)

polyak_from_rest_stays_below_root_kappa = Claim(
    "From rest Polyak's heavy ball never exceeds √κ (C8: its peak over √κ tends to 1/e).",
    that=Sup(worst_residual(polyak(mu, L), k), k) <= sqrt(kappa),
    near_miss=Sup(worst_residual(polyak(mu, L), k), k) <= sqrt(kappa) / 3 + 1 / sqrt(kappa) / 3,
    reference="theory C6, C8",
)
