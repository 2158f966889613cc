"""C5. Steps to a tolerance: exponents 1 and 1/2 in the condition number."""

from sympy import Eq, Limit, Rational, Symbol, exp, log, oo

from cdmtheory import Claim, L, chebyshev, critically_damped, eps, gradient_descent, k, kappa, mu, polyak, sqrt, steps_to, worst_residual

sigma = Symbol("sigma", positive=True)
tolerance = (1 + sigma) * exp(-sigma)

steps_of_gradient_descent = Claim(
    "With η = 1/L, κ·ln(1/ε) steps of gradient descent suffice.",
    that=steps_to(gradient_descent(1 / L), eps) <= kappa * log(1 / eps) + 1,
    near_miss=Claim("(κ − 1)/2·ln(1/ε) steps at the best step size suffice.", given=[k >= (kappa - 1) * log(1 / eps) / 2],
                    that=worst_residual(gradient_descent(2 / (mu + L)), k) <= eps),
    reference="theory C5",
)

steps_of_gradient_descent_grow_like_kappa = Claim(
    "Their number over κ tends to ln(1/ε).",
    that=Eq(Limit(steps_to(gradient_descent(1 / L), eps) / kappa, kappa, oo), log(1 / eps)),
    near_miss=Eq(Limit(steps_to(gradient_descent(2 / (mu + L)), eps) / kappa, kappa, oo), 2),
    reference="theory C5",
)

steps_of_best_gradient_descent = Claim(
    "At the best step size, half as many: κ/2·ln(1/ε).",
    given=[k >= kappa * log(1 / eps) / 2],
    that=worst_residual(gradient_descent(2 / (mu + L)), k) <= eps,
    near_miss=Claim("A third as many.", given=[k >= kappa * log(1 / eps) / 3], that=worst_residual(gradient_descent(2 / (mu + L)), k) <= eps),
    reference="theory C5",
)

steps_of_critical_damping = Claim(
    "2√κ·ln(2/ε) steps of CDM with η = 1/L suffice.",
    given=[k >= 2 * sqrt(kappa) * log(2 / eps)],
    that=worst_residual(critically_damped(1 / L, mu), k) <= eps,
    near_miss=Claim("√κ·ln(2/ε) steps suffice.", given=[k >= sqrt(kappa) * log(2 / eps)], that=worst_residual(critically_damped(1 / L, mu), k) <= eps),
    reference="theory C5",
)

steps_of_chebyshev = Claim(
    "(√κ/2)·ln(2/ε) steps of Chebyshev's method suffice.",
    given=[k >= sqrt(kappa) * log(2 / eps) / 2],
    that=worst_residual(chebyshev(mu, L), k) <= eps,
    near_miss=Claim("(√κ/2)·ln(1/ε) steps suffice.", given=[k >= sqrt(kappa) * log(1 / eps) / 2], that=worst_residual(chebyshev(mu, L), k) <= eps),
    reference="theory C5",
)

steps_of_polyak_have_a_logarithm_more = Claim(
    "From rest Polyak's heavy ball takes (√κ/4)·ln κ steps, whatever the tolerance.",
    that=Eq(Limit(steps_to(polyak(mu, L), eps) / (sqrt(kappa) * log(kappa)), kappa, oo), Rational(1, 4)),
    near_miss=Eq(Limit(steps_to(polyak(mu, L), eps) / (sqrt(kappa) * log(kappa)), kappa, oo), Rational(1, 2)),
    reference="theory C5",
)

steps_of_critical_damping_at_a_tenth = Claim(
    "At ε = 1/10 the number of steps of CDM with η = 1/L over √κ tends to σ, (1 + σ)e^(−σ) = 1/10, which is more than 3.889.",
    that=Limit(steps_to(critically_damped(1 / L, mu), Rational(1, 10)) / sqrt(kappa), kappa, oo) > Rational(3889, 1000),
    near_miss=Limit(steps_to(critically_damped(1 / L, mu), Rational(1, 10)) / sqrt(kappa), kappa, oo) > Rational(3890, 1000),
    reference="theory C5",
)

steps_of_critical_damping_at_any_tolerance = Claim(
    "At ε = (1 + σ)e^(−σ) that number over √κ tends to σ, here for σ >= 1/4, ε < 0.974.",
    given=[sigma >= Rational(1, 4)],
    that=Eq(Limit(steps_to(critically_damped(1 / L, mu), tolerance) / sqrt(kappa), kappa, oo), sigma),
    near_miss=Eq(Limit(steps_to(critically_damped(1 / L, mu), tolerance) / sqrt(kappa), kappa, oo), log(1 / tolerance)),
    reference="theory C5",
)
