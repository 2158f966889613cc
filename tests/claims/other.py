"""Optima, plain inequalities, and hypotheses that contradict each other; which of these claims are true is in truth.json."""

from sympy import Abs, And, Eq, Rational, Symbol

from cdmtheory import (
    Claim,
    L,
    Optimal,
    Unique,
    beta,
    eps,
    eta,
    gradient_descent,
    h,
    heavy_ball,
    kappa,
    mu,
    phased,
    sqrt,
    stable,
    worst_rate,
    worst_residual,
)

best_1 = Claim("the best step of gradient descent", that=Optimal(worst_rate(gradient_descent(eta)), over=[eta], value=(kappa - 1) / (kappa + 1)))
best_2 = Claim("... a little better", given=[mu < L], that=Optimal(worst_rate(gradient_descent(eta)), over=[eta], value=(kappa - 1) / (kappa + 2)))
best_3 = Claim("... and it is the only one", that=Unique(worst_rate(gradient_descent(eta)), over=[eta], value=(kappa - 1) / (kappa + 1)))
best_4 = Claim("momentum alone, at step 1/L and one curvature",
               that=Optimal(worst_rate(heavy_ball(1 / L, beta)), over=[beta], value=1 - 1 / kappa))
a, b, c = (Symbol(s, real=True) for s in "abc")
n = Symbol("n", integer=True, nonnegative=True)
best_5 = Claim("a sum of distances, least at a kink", that=Optimal(Abs(a - 3) + 2 * Abs(a + 1), over=[a], value=4))
best_6 = Claim("... and no less", that=Optimal(Abs(a - 3) + 2 * Abs(a + 1), over=[a], value=3))
two_steps = worst_residual(phased(gradient_descent(a), 1, gradient_descent(b)), 2)
of_two = (L - mu) ** 2 / (L**2 + 6 * L * mu + mu**2)
best_7 = Claim("two steps of gradient descent at Chebyshev's nodes", that=Optimal(two_steps, over=[a, b], value=of_two))
best_8 = Claim("... the best step twice", that=Optimal(two_steps, over=[a, b], value=((kappa - 1) / (kappa + 1)) ** 2))
best_9 = Claim("... in one order only", given=[mu < L], that=Unique(two_steps, over=[a, b], value=of_two))
plain_1 = Claim("sum of squares", that=a**2 + b**2 + c**2 >= a * b + b * c + c * a)
plain_2 = Claim("... strictly", that=a**2 + b**2 + c**2 > a * b + b * c + c * a)
plain_3 = Claim("the mean of the roots", that=sqrt(mu * L) <= (mu + L) / 2)
plain_4 = Claim("an integer is not between", that=(n - 1) * (n - 2) >= 0)
plain_6 = Claim("a quotient that is undefined at a = 0", that=1 / a**2 > 0)
plain_7 = Claim("eps below its root", that=eps < sqrt(eps))
empty_1 = Claim("h outside its range", given=[h > L], that=stable(gradient_descent(1 / h)))
empty_2 = Claim("only together impossible", given=[a > b, b > c, c > a + Rational(1, 10**9)], that=Eq(a, b))
empty_3 = Claim("an unstable stable method", given=[stable(gradient_descent(eta)), eta * mu > 2], that=And(a > 0, b > 0))
