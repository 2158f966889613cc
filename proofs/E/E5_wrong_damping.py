"""E5. CDM damped at the wrong curvature, or with another step size. u = √(ηλ), λ the flat curvature."""

from sympy import Eq, Limit, Rational, Symbol, log, oo, sqrt

from cdmtheory import Claim, Derivation, L, critically_damped, eta, kappa, mu, worst_rate

u = Symbol("u", positive=True)
f = Symbol("f", positive=True)

underestimated = Claim(
    "Damped at a quarter of the flat curvature, every direction up to the Polyak step contracts at 1 − √(ημ)/2.",
    given=[eta <= 4 / (sqrt(L) + sqrt(mu)) ** 2],
    that=Eq(worst_rate(critically_damped(eta, mu / 4)), 1 - sqrt(eta * mu) / 2),
    near_miss=Eq(worst_rate(critically_damped(eta, mu / 4)), 1 - sqrt(eta * mu)),
    reference="theory E5",
)

underestimating_costs_more_than_the_root = Claim(
    "Underestimating the curvature by a factor of 4 takes more than twice the steps …",
    given=[u < 1],
    that=log(1 - u) / log(1 - u / 2) > 2,
    near_miss=log(1 - u) / log(1 - u / 2) > Rational(201, 100),
    reference="theory E5",
)

underestimating_costs_the_root_in_the_limit = Claim(
    "… and twice the steps in the limit of small weight decay.",
    that=Eq(Limit(log(1 - 1 / sqrt(kappa)) / log(1 - 1 / (2 * sqrt(kappa))), kappa, oo), 2),
    near_miss=Eq(Limit(log(1 - 1 / sqrt(kappa)) / log(1 - 1 / (2 * sqrt(kappa))), kappa, oo), 4),
    reference="theory E5",
)


def slow_root(s):
    """The larger root of z² − (1 + β − s²)z + β with β = (1 − 2s)²: damped at four times the curvature."""
    return (2 - 4 * s + 3 * s**2 + s * sqrt(3) * sqrt(4 - 8 * s + 3 * s**2)) / 2


overestimated = Derivation(
    "Damped at four times the flat curvature, the flat direction has the real root (2 − 4u + 3u² + √3·u·√(4 − 8u + 3u²))/2.",
    given=[u < Rational(1, 2)],
    steps=[Eq(slow_root(u) ** 2 - (1 + (1 - 2 * u) ** 2 - u**2) * slow_root(u) + (1 - 2 * u) ** 2, 0, evaluate=False)],
    near_miss=[Eq(slow_root(u) ** 2 - (1 + (1 - u) ** 2 - u**2) * slow_root(u) + (1 - u) ** 2, 0)],
    reference="theory E5",
)

overestimating_costs_more = Claim(
    "Overestimating it by a factor of 4 takes 2 + √3 = 3.73… times the steps in the limit of small weight decay: not symmetric.",
    that=Eq(Limit(log(1 - 1 / sqrt(kappa)) / log(slow_root(1 / sqrt(kappa))), kappa, oo), 2 + sqrt(3)),
    near_miss=Eq(Limit(log(1 - 1 / sqrt(kappa)) / log(slow_root(1 / sqrt(kappa))), kappa, oo), 2),
    reference="theory E5",
)

continuous_cost_of_overestimating = Claim(
    "In continuous time, damped at f times the curvature, the slower root √f − √(f − 1) is more than 1/(2√f): less than 2√f times the time.",
    given=[f >= 1],
    that=sqrt(f) - sqrt(f - 1) > 1 / (2 * sqrt(f)),
    near_miss=sqrt(f) - sqrt(f - 1) > 1 / sqrt(f),
    reference="theory E5",
)

overestimating_costs_more_than_underestimating = Claim(
    "For every factor f > 1 the cost √f + √(f − 1) of overestimating exceeds the cost √f of underestimating.",
    given=[f > 1],
    that=1 / (sqrt(f) - sqrt(f - 1)) > sqrt(f),
    near_miss=1 / (sqrt(f) - sqrt(f - 1)) > sqrt(f) + Rational(1, 10),
    reference="theory E5",
)

smaller_step_costs_gradient_descent_more = Claim(
    "A step size a quarter as large costs gradient descent a factor of more than 4, where CDM pays twice (as for underestimating).",
    given=[u < 1],
    that=log(1 - u**2) / log(1 - u**2 / 4) > 4,
    near_miss=log(1 - u**2) / log(1 - u**2 / 4) > Rational(401, 100),
    reference="theory E5",
)
