"""D3. CDM with η = 1/L is optimal in order, not in constant: twice the steps of Polyak in the limit."""

from sympy import Eq, Limit, Rational, Symbol, acosh, exp, log, oo

from cdmtheory import Claim, L, chebyshev, critically_damped, eps, kappa, mu, polyak, steps_to, worst_rate

cdm = critically_damped(1 / L, mu)
sigma = Symbol("sigma", positive=True)
tolerance = (1 + sigma) * exp(-sigma)
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

against_chebyshev_at_a_thousandth = Claim(
    "The limits do not commute: at ε = 1/1000, as κ grows, CDM takes more than 2.429 times the steps of Chebyshev's method.",
    that=Limit(steps_to(cdm, Rational(1, 1000)) / steps_to(chebyshev(mu, L), Rational(1, 1000)), kappa, oo) > Rational(2429, 1000),
    near_miss=Limit(steps_to(cdm, Rational(1, 1000)) / steps_to(chebyshev(mu, L), Rational(1, 1000)), kappa, oo) > Rational(2430, 1000),
    reference="theory D3: 2σ(ε)/arccosh(1/ε)",
)

against_chebyshev_at_any_tolerance = Claim(
    "At ε = (1 + σ)e^(−σ) that ratio tends to 2σ/arccosh(1/ε), here for σ >= 1/4.",
    given=[sigma >= Rational(1, 4)],
    that=Eq(Limit(steps_to(cdm, tolerance) / steps_to(chebyshev(mu, L), tolerance), kappa, oo), 2 * sigma / acosh(1 / tolerance)),
    near_miss=Eq(Limit(steps_to(cdm, tolerance) / steps_to(chebyshev(mu, L), tolerance), kappa, oo), 2),
    reference="theory D3",
)

polyak_from_rest_is_slower_at_a_tenth = Claim(
    "At ε = 1/10 Polyak's heavy ball from rest takes any number of times the steps of CDM as κ grows.",
    that=Eq(Limit(steps_to(polyak(mu, L), Rational(1, 10)) / steps_to(cdm, Rational(1, 10)), kappa, oo), oo),
    near_miss=Limit(steps_to(polyak(mu, L), Rational(1, 10)) / steps_to(cdm, Rational(1, 10)), kappa, oo) <= 1,
    reference="theory D3",
)

slower_at_838 = Claim(
    "In whole steps it is slower at κ = 838, and was not at 837.",
    given=[Eq(kappa, 838)],
    that=steps_to(polyak(mu, L), Rational(1, 10)) > steps_to(cdm, Rational(1, 10)),
    near_miss=Claim("At κ = 837 it is.", given=[Eq(kappa, 837)], that=steps_to(polyak(mu, L), Rational(1, 10)) > steps_to(cdm, Rational(1, 10))),
    reference="theory D3: as functions of a real number of steps the two cross at κ = 739",
)
