"""D3. CDM with η = 1/L is optimal in order, not in constant: twice the steps of Polyak in the limit."""

from sympy import Eq, Limit, log, oo

from cdmtheory import Claim, L, critically_damped, eps, kappa, mu, polyak, steps_to, worst_rate

cdm = critically_damped(1 / L, mu)
ratio = log(worst_rate(polyak(mu, L))) / log(worst_rate(cdm))

steps_over_polyak_as_the_tolerance_vanishes = Claim(
    "At fixed κ, as ε vanishes, CDM with η = 1/L needs ln ρ_Polyak/ln ρ_CDM times the steps.",
    given=[mu < L],
    that=Eq(Limit(steps_to(cdm, eps) / steps_to(polyak(mu, L), eps), eps, 0), ratio),
    near_miss=Eq(Limit(steps_to(cdm, eps) / steps_to(polyak(mu, L), eps), eps, 0), 1),
    reference="theory D3: the near miss is 'provably optimal' read as the constant",
)

twice_the_steps_in_the_limit = Claim(
    "That ratio tends to 2 as κ grows.",
    that=Eq(Limit(ratio, kappa, oo), 2),
    near_miss=Eq(Limit(ratio, kappa, oo), 1),
    reference="theory D3",
)

slower_than_polyak = Claim(
    "At every κ > 1 its rate is worse than Polyak's.",
    given=[mu < L],
    that=worst_rate(cdm) > worst_rate(polyak(mu, L)),
    near_miss=worst_rate(cdm) <= worst_rate(polyak(mu, L)),
    reference="theory D3",
)
