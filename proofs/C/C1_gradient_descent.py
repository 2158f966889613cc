"""C1. Gradient descent over [mu, L]."""

from sympy import Abs, Eq, Max, Symbol

from cdmtheory import Claim, L, Optimal, Unique, gradient_descent, kappa, mu, worst_rate

a = Symbol("a", real=True)

worst_rate_of_gradient_descent = Claim(
    "Gradient descent with step size a has the rate max(|1 − aμ|, |1 − aL|).",
    that=Eq(worst_rate(gradient_descent(a)), Max(Abs(1 - a * mu), Abs(1 - a * L))),
    near_miss=Eq(worst_rate(gradient_descent(a)), Abs(1 - a * mu)),
    reference="theory C1",
)

best_fixed_step = Claim(
    "The best fixed step of gradient descent gives (κ − 1)/(κ + 1), and is unique.",
    that=Unique(worst_rate(gradient_descent(a)), over=[a], value=(kappa - 1) / (kappa + 1)),
    near_miss=[Optimal(worst_rate(gradient_descent(a)), over=[a], value=1 - 1 / kappa),
               Optimal(worst_rate(gradient_descent(a)), over=[a], value=(kappa - 1) / (kappa + 2))],
    reference="theory C1",
)

rate_at_best_step = Claim(
    "That step is 2/(μ + L).",
    that=Eq(worst_rate(gradient_descent(2 / (mu + L))), (kappa - 1) / (kappa + 1)),
    near_miss=Eq(worst_rate(gradient_descent(1 / L)), (kappa - 1) / (kappa + 1)),
    reference="theory C1",
)
