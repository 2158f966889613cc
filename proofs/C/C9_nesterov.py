"""C9. Nesterov's method with constant momentum: its rate, and every number of steps."""

from sympy import Eq, Rational, Symbol

from cdmtheory import Claim, L, Optimal, Unique, eta, k, kappa, mu, nesterov, sqrt, worst_rate, worst_residual

a, b = Symbol("a", real=True), Symbol("b", real=True)
root = sqrt(eta * mu)

worst_rate_of_nesterov = Claim(
    "Nesterov with η ≤ 1/L and β = (1 − √(ημ))/(1 + √(ημ)) has the rate 1 − √(ημ).",
    given=[eta <= 1 / L],
    that=Eq(worst_rate(nesterov(eta, (1 - root) / (1 + root))), 1 - root),
    near_miss=[worst_rate(nesterov(eta, (1 - root) / (1 + root))) < 1 - root,
               Claim("Up to ηL = 1.4.", given=[eta <= Rational(14, 10) / L, eta * mu < 1],
                     that=Eq(worst_rate(nesterov(eta, (1 - root) / (1 + root))), 1 - root))],
    reference="theory C9",
)

worst_rate_of_nesterov_at_one_over_L = Claim(
    "With η = 1/L and β = (√κ − 1)/(√κ + 1) the rate is 1 − 1/√κ.",
    that=Eq(worst_rate(nesterov(1 / L, (sqrt(kappa) - 1) / (sqrt(kappa) + 1))), 1 - 1 / sqrt(kappa)),
    near_miss=worst_rate(nesterov(1 / L, (sqrt(kappa) - 1) / (sqrt(kappa) + 1))) <= (sqrt(kappa) - 1) / (sqrt(kappa) + 1),
    reference="theory C9",
)

best_nesterov = Claim(
    "Over all real step sizes and momenta Nesterov's least worst rate is 1 − 2/√(3κ + 1).",
    that=Optimal(worst_rate(nesterov(a, b)), over=[a, b], value=1 - 2 / sqrt(3 * kappa + 1)),
    near_miss=[Optimal(worst_rate(nesterov(a, b)), over=[a, b], value=1 - 2 / sqrt(3 * kappa + 2)),
               Unique(worst_rate(nesterov(a, b)), over=[a, b], value=1 - 2 / sqrt(3 * kappa + 1))],
    reference="Lessard, Recht, Packard 2016, section 4",
)

worst_residual_of_nesterov = Claim(
    "From rest, with η ≤ 1/L, the supremum after k steps is r^k(1 + ks), at mu, for all κ and k: what C7 denies to heavy ball.",
    given=[eta <= 1 / L],
    that=Eq(worst_residual(nesterov(eta, (1 - root) / (1 + root)), k), (1 - root) ** k * (1 + k * root)),
    near_miss=[Eq(worst_residual(nesterov(eta, (1 - root) / (1 + root)), k), (1 - root) ** k),
               Claim("Up to ηL = 1.4.", given=[eta <= Rational(14, 10) / L, eta * mu < 1],
                     that=worst_residual(nesterov(eta, (1 - root) / (1 + root)), k) <= (1 - root) ** k * (1 + k * root))],
    reference="theory C9",
)
