"""C2. Critically damped at mu: one rate for the whole spectrum, up to the Polyak step."""

from sympy import Eq

from cdmtheory import Claim, L, critically_damped, eta, h, kappa, mu, spectral_radius, sqrt, worst_rate

polyak_step = 4 / (sqrt(L) + sqrt(mu)) ** 2
method = critically_damped(eta, mu)
rate = 1 - sqrt(eta * mu)

every_eigenvalue_contracts_alike = Claim(
    "Critically damped at mu, for every step up to the Polyak step every eigenvalue has the spectral radius 1 − √(ημ).",
    given=[eta <= polyak_step],
    that=Eq(spectral_radius(method, h), rate),
    near_miss=Claim("A slightly longer step keeps it.", given=[eta <= polyak_step * (1 + 1 / kappa)], that=Eq(spectral_radius(method, h), rate)),
    reference="theory C2",
)

worst_rate_of_critical_damping = Claim(
    "Critically damped at mu, every step up to the Polyak step contracts at exactly 1 − √(ημ).",
    given=[eta <= polyak_step],
    that=Eq(worst_rate(method), rate),
    near_miss=worst_rate(method) < rate,
    reference="theory C2",
)

fails_beyond_the_polyak_step = Claim(
    "Beyond the Polyak step the rate is worse, at L.",
    given=[eta > polyak_step, eta * mu <= 1],
    that=worst_rate(method) > rate,
    near_miss=worst_rate(method) <= rate,
    reference="theory C2",
)

rate_at_one_over_L = Claim(
    "With η = 1/L the rate is 1 − 1/√κ.",
    that=Eq(worst_rate(critically_damped(1 / L, mu)), 1 - 1 / sqrt(kappa)),
    near_miss=[Eq(worst_rate(critically_damped(1 / L, mu)), (sqrt(kappa) - 1) / (sqrt(kappa) + 1)),
               worst_rate(critically_damped(1 / L, mu)) <= 1 - 2 / sqrt(kappa)],
    reference="theory C2",
)
