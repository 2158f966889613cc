"""Claims for every number of steps, of step counts and of what contradicts itself; which are true is in truth.json, and nowhere here."""

from sympy import Eq, Implies, Not, Rational, Symbol, exp, log, oo

from cdmtheory import (
    Claim,
    L,
    Optimal,
    chebyshev,
    critically_damped,
    eps,
    gradient_descent,
    heavy_ball,
    k,
    kappa,
    mu,
    nesterov,
    polyak,
    residual,
    sqrt,
    steps_to,
    worst_rate,
    worst_residual,
)

a, b = Symbol("a", real=True), Symbol("b", real=True)
s = 1 / sqrt(kappa)
r = 1 - s
rho = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)
gd, gd_best = gradient_descent(1 / L), gradient_descent(2 / (L + mu))
cdm, pol, che, nes = critically_damped(1 / L, mu), polyak(mu, L), chebyshev(mu, L), nesterov(1 / L, rho)

powers_1 = Claim("Nesterov is never above gradient descent", that=worst_residual(nes, k) <= worst_residual(gd, k))
powers_2 = Claim("CDM is never above gradient descent", that=worst_residual(cdm, k) <= worst_residual(gd, k))
powers_3 = Claim("gradient descent falls", given=[mu < L], that=worst_residual(gd, k + 1) < worst_residual(gd, k))
powers_4 = Claim("... at kappa = 1 too", that=worst_residual(gd, k + 1) < worst_residual(gd, k))
powers_5 = Claim("the sign at L", that=Eq(residual(gd_best, k, L), (-1) ** k * ((kappa - 1) / (kappa + 1)) ** k))
powers_6 = Claim("no sign at L", that=Eq(residual(gd_best, k, L), ((kappa - 1) / (kappa + 1)) ** k))
powers_7 = Claim("to the second order", that=r**k * (1 + k * s + k * (k + 1) / (2 * kappa)) <= 1)
powers_8 = Claim("... and twice it", that=r**k * (1 + k * s + k * (k + 1) / kappa) <= 1)
powers_9 = Claim("strictly, from one step on", given=[k >= 1], that=worst_residual(gd, k) < 1 / (1 + k / kappa))

early_1 = Claim("at mu up to 943", given=[kappa <= 943], that=worst_residual(cdm, k) <= r**k * (1 + k * s))
early_2 = Claim("at mu up to 944", given=[kappa <= 944], that=worst_residual(cdm, k) <= r**k * (1 + k * s))
early_3 = Claim("a constant a little too small", that=worst_residual(cdm, k) <= r**k * (Rational(115, 100) + k * s))
early_4 = Claim("no constant will do", that=worst_residual(cdm, k) <= 100 * r**k)

count_1 = Claim("enough for gradient descent", that=steps_to(gd, eps) <= kappa * log(1 / eps) + 1)
count_2 = Claim("... and needed", that=steps_to(gd, eps) >= (kappa - 1) * log(1 / eps))
count_3 = Claim("... a little more", that=steps_to(gd, eps) >= (kappa - Rational(1, 4)) * log(1 / eps))
count_4 = Claim("exactly, but for a step", given=[mu < L], that=steps_to(gd_best, eps) <= log(1 / eps) / log((kappa + 1) / (kappa - 1)) + 1)
count_5 = Claim("... without it", given=[mu < L], that=steps_to(gd_best, eps) <= log(1 / eps) / log((kappa + 1) / (kappa - 1)))
count_6 = Claim("Chebyshev before gradient descent", that=steps_to(che, eps) <= steps_to(gd_best, eps))
count_7 = Claim("Polyak before CDM", that=steps_to(pol, Rational(1, 10)) <= steps_to(cdm, Rational(1, 10)))
count_8 = Claim("Polyak arrives", given=[mu < L], that=steps_to(pol, eps) < oo)
count_9 = Claim("no heavy ball is faster", given=[k < (sqrt(kappa) - 1) / 2 * log(1 / eps)], that=worst_residual(heavy_ball(a, b), k) > eps)

enough_1 = Claim("Polyak with its logarithm", given=[k >= sqrt(kappa) * (log(sqrt(kappa)) + 2 * log(1 / eps) + 2)], that=worst_residual(pol, k) <= eps)
enough_2 = Claim("... without it", given=[k >= sqrt(kappa) * log(2 / eps)], that=worst_residual(pol, k) <= eps)
enough_3 = Claim("to 1/kappa", given=[k >= kappa * log(kappa)], that=worst_residual(gd, k) <= 1 / kappa)
enough_4 = Claim("... in half of it", given=[k >= kappa * log(kappa) / 2], that=worst_residual(gd, k) <= 1 / kappa)
enough_5 = Claim("as an implication", that=Implies(k >= kappa * log(1 / eps), worst_residual(gd, k) <= eps))
enough_6 = Claim("Chebyshev, a shade too few", given=[k >= Rational(49, 100) * sqrt(kappa) * log(2 / eps)], that=worst_residual(che, k) <= eps)
enough_7 = Claim("Nesterov as an exponential", that=worst_residual(nes, k) <= (1 + k * s) * exp(-k * s))
enough_8 = Claim("... without the factor", that=worst_residual(nes, k) <= exp(-k * s))

not_1 = Claim("1 - 1/kappa is not the best rate", given=[mu < L], that=Not(Optimal(worst_rate(gradient_descent(a)), over=[a], value=1 - 1 / kappa)))
not_2 = Claim("... nor at kappa = 1", that=Not(Optimal(worst_rate(gradient_descent(a)), over=[a], value=1 - 1 / kappa)))

empty_1 = Claim("between integers", given=[k > 1, k < 2], that=worst_residual(gd, k) < 0)
empty_2 = Claim("no tolerance", given=[log(eps) > 0], that=worst_residual(gd, k) <= eps)
empty_3 = Claim("gradient descent above 1", given=[worst_residual(gd, k) > 1], that=worst_rate(gd) < 0)
