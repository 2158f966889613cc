"""C4. The quadratic speedup, exactly. K = −1/ln(rate) is the time constant of a rate; u = √(ημ)."""

from sympy import Eq, Limit, Rational, Symbol, log, oo

from cdmtheory import Claim, L, critically_damped, eps, gradient_descent, kappa, mu, polyak, sqrt, worst_rate

u = Symbol("u", positive=True)
K_gd, K_cdm = -1 / log(1 - u**2), -1 / log(1 - u)
at_best_steps = log(worst_rate(polyak(mu, L))) / log(worst_rate(gradient_descent(2 / (mu + L))))

speedup_is_more_than_one_over_u = Claim(
    "At the same step, gradient descent at μ (rate 1 − u²) needs more than 1/u times the steps of CDM (rate 1 − u).",
    given=[u < 1],
    that=1 / u < K_gd / K_cdm,
    near_miss=[1 / u + Rational(1, 100) < K_gd / K_cdm, Rational(101, 100) / u < K_gd / K_cdm],
    reference="theory C4",
)

speedup_is_less_than_one_over_u_plus_a_half = Claim(
    "… and less than 1/u + 1/2 times.",
    given=[u < 1],
    that=K_gd / K_cdm < 1 / u + Rational(1, 2),
    near_miss=K_gd / K_cdm < 1 / u + Rational(49, 100),
    reference="theory C4",
)

nothing_can_be_added_as_u_tends_to_1 = Claim(
    "Both constants are best possible: K_GD/K_CDM − 1/u tends to 0 as u = 1 − ε tends to 1 …",
    that=Eq(Limit(log(eps) / log(1 - (1 - eps) ** 2) - 1 / (1 - eps), eps, 0), 0),
    near_miss=Eq(Limit(log(eps) / log(1 - (1 - eps) ** 2) - 1 / (1 - eps), eps, 0), Rational(1, 100)),
    reference="theory C4",
)

a_half_is_reached_as_u_vanishes = Claim(
    "… and to 1/2 as u = ε vanishes.",
    that=Eq(Limit(log(1 - eps) / log(1 - eps**2) - 1 / eps, eps, 0), Rational(1, 2)),
    near_miss=Eq(Limit(log(1 - eps) / log(1 - eps**2) - 1 / eps, eps, 0), Rational(49, 100)),
    reference="theory C4",
)

square_of_cdm_time_constant = Claim(
    "K_CDM² <= K_GD.",
    given=[u < 1],
    that=K_cdm**2 <= K_gd,
    near_miss=K_cdm**2 <= Rational(99, 100) * K_gd,
    reference="theory C4",
)

square_in_the_limit = Claim(
    "K_CDM²/K_GD tends to 1 as u = ε vanishes.",
    that=Eq(Limit(-log(1 - eps**2) / log(1 - eps) ** 2, eps, 0), 1),
    near_miss=Eq(Limit(-log(1 - eps**2) / log(1 - eps) ** 2, eps, 0), Rational(99, 100)),
    reference="theory C4",
)

speedup_at_best_steps_is_more_than_root_kappa = Claim(
    "Each at its best step, gradient descent needs more than √κ times the steps of Polyak's heavy ball.",
    given=[mu < L],
    that=at_best_steps > sqrt(kappa),
    near_miss=at_best_steps > sqrt(kappa) + Rational(1, 10),
    reference="theory C4",
)

speedup_at_best_steps_is_less_than_root_kappa_plus_a_fifth = Claim(
    "… and less than √κ + 1/5 times: the largest excess is 0.19984…, at κ = 1.4403…",
    given=[mu < L],
    that=at_best_steps < sqrt(kappa) + Rational(1, 5),
    near_miss=at_best_steps < sqrt(kappa) + Rational(1998, 10000),
    reference="theory C4",
)

speedup_grows_like_root_kappa = Claim(
    "With η = 1/L the ratio of time constants over √κ tends to 1.",
    that=Eq(Limit(log(worst_rate(critically_damped(1 / L, mu))) / log(worst_rate(gradient_descent(1 / L))) / sqrt(kappa), kappa, oo), 1),
    near_miss=Eq(Limit(log(worst_rate(critically_damped(1 / L, mu))) / log(worst_rate(gradient_descent(1 / L))) / sqrt(kappa), kappa, oo), 2),
    reference="theory C4",
)
