"""Rates and stability; which of these claims are true is in truth.json, and nowhere here."""

from sympy import Abs, And, Eq, Equivalent, Implies, Max, Not, Or, Rational, Symbol

from cdmtheory import (
    Claim,
    L,
    beta,
    critically_damped,
    eta,
    gradient_descent,
    h,
    heavy_ball,
    kappa,
    mu,
    nesterov,
    polyak,
    spectral_radius,
    sqrt,
    stable,
    worst_rate,
)

gd = gradient_descent(eta)
rate_1 = Claim("gradient descent, any step", that=Eq(worst_rate(gd), Max(Abs(1 - eta * mu), Abs(1 - eta * L))))
rate_2 = Claim("gradient descent, small steps", given=[eta <= 1 / L], that=Eq(worst_rate(gd), 1 - eta * mu))
rate_3 = Claim("gradient descent, steps a little too large", given=[eta <= Rational(41, 20) / (L + mu)], that=Eq(worst_rate(gd), 1 - eta * mu))
rate_4 = Claim("half the largest step of gradient descent", that=worst_rate(gradient_descent(1 / L)) <= 1 - 1 / kappa)
rate_5 = Claim("... strictly below a slightly larger bound, kappa = 1 included", that=worst_rate(gradient_descent(1 / L)) < 1 - 1 / kappa**2)
rate_6 = Claim("... kappa = 1 excluded", given=[mu < L], that=worst_rate(gradient_descent(1 / L)) < 1 - 1 / kappa**2)
rate_7 = Claim("polyak is no faster than this", that=worst_rate(polyak(mu, L)) >= 1 - 2 / sqrt(kappa))
rate_8 = Claim("polyak is faster than this", that=worst_rate(polyak(mu, L)) < 1 - 2 / sqrt(kappa))
rate_9 = Claim("nesterov beyond 1/L", given=[eta <= Rational(21, 20) / L],
               that=Eq(worst_rate(nesterov(eta, (1 - sqrt(eta * mu)) / (1 + sqrt(eta * mu)))), 1 - sqrt(eta * mu)))
radius_1 = Claim("the radius where roots are complex", given=[beta > 0, (1 + beta - eta * h) ** 2 <= 4 * beta],
                 that=Eq(spectral_radius(heavy_ball(eta, beta), h), sqrt(beta)))
radius_2 = Claim("... and not only there", given=[beta > 0], that=Eq(spectral_radius(heavy_ball(eta, beta), h), sqrt(beta)))
radius_3 = Claim("negative momentum never helps a small step", given=[beta < 0, eta * h < 1],
                 that=spectral_radius(heavy_ball(eta, beta), h) > spectral_radius(gd, h))
stable_1 = Claim("stability of gradient descent", that=Equivalent(stable(gd), eta * L < 2))
stable_2 = Claim("stability of gradient descent, the edge included", that=Equivalent(stable(gd), eta * L <= 2))
stable_3 = Claim("momentum widens the range of steps", given=[beta >= 0, beta < 1], that=Implies(stable(gd), stable(heavy_ball(eta, beta))))
stable_4 = Claim("... and so does negative momentum", given=[beta > -1, beta < 1], that=Implies(stable(gd), stable(heavy_ball(eta, beta))))
stable_5 = Claim("stable at both ends, stable between", given=[stable(heavy_ball(eta, beta), mu), stable(heavy_ball(eta, beta), L)],
                 that=stable(heavy_ball(eta, beta), h))
stable_6 = Claim("damped critically, stable up to four times the curvature's step", given=[eta * h < 4], that=stable(critically_damped(eta, h), h))
stable_7 = Claim("... the edge included", given=[eta * h <= 4], that=stable(critically_damped(eta, h), h))
x = Symbol("x")
logic_1 = Claim("either, or", given=[eta * L < 2], that=Or(stable(gd), Not(stable(gd, mu))))
logic_2 = Claim("both", given=[eta * mu < 2], that=And(stable(gd), stable(gd, mu)))
