"""D1. The minimax residual, and Chebyshev's method, which attains it at every k."""

from sympy import Eq, Rational

from cdmtheory import Claim, L, chebyshev, gradient_descent, k, kappa, mu, nesterov, sqrt, worst_residual

rho = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)
minimax = 2 * rho**k / (1 + rho ** (2 * k))

worst_residual_of_chebyshev = Claim(
    "Chebyshev's method has the supremum 2ρ^k/(1 + ρ^(2k)) at every k.",
    that=Eq(worst_residual(chebyshev(mu, L), k), minimax),
    near_miss=[Eq(worst_residual(chebyshev(mu, L), k), rho**k),
               Claim("It is at most ρ^k.", given=[mu < L, k >= 1], that=worst_residual(chebyshev(mu, L), k) <= rho**k)],
    reference="theory D1",
)

gradient_descent_is_not_below_it = Claim(
    "Gradient descent is not below it.",
    given=[mu < L],
    that=worst_residual(gradient_descent(2 / (mu + L)), k) >= minimax,
    near_miss=worst_residual(gradient_descent(2 / (mu + L)), k) >= Rational(101, 100) * minimax,
    reference="theory D1",
)

nesterov_is_not_below_it = Claim(
    "Nesterov's method is not below it.",
    given=[mu < L],
    that=worst_residual(nesterov(1 / L, rho), k) >= minimax,
    near_miss=worst_residual(nesterov(1 / L, rho), k) >= 2 * minimax,
    reference="theory D1",
)
