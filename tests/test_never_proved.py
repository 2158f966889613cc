"""False or undefined claims that once came out PROVED, or could: none of them may. Each says where it fails.

``pin`` is a hypothesis that only irrational values satisfy. It takes the rational search for counterexamples out of play, so that what
would be proved is seen.
"""

import time

import pytest
from sympy import Abs, Eq, Equivalent, Implies, Limit, Ne, Not, Or, Rational, Symbol, exp, log, oo

from cdmtheory import (
    Claim,
    Derivation,
    L,
    Optimal,
    Sup,
    chebyshev,
    critically_damped,
    eps,
    eta,
    gradient_descent,
    h,
    heavy_ball,
    k,
    kappa,
    momentum_method,
    mu,
    polyak,
    residual,
    spectral_radius,
    sqrt,
    stable,
    steps_to,
    worst_rate,
    worst_residual,
)
from cdmtheory.engine.decide import decide
from tests_support import AMPLE

x, y, b = (Symbol(name, real=True) for name in "xyb")
p = Symbol("p", positive=True)
n, m = (Symbol(name, integer=True) for name in "nm")
step = Symbol("step", real=True, nonzero=True)
pin = Eq(p**2, 2)
half = Rational(1, 2)
rho = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)
ahead = momentum_method(eta, 0, half)
pole = 1 / (x**2 - 2)
nested = spectral_radius(gradient_descent(1 / h), 2 * mu)

gd = gradient_descent(1 / L)
cdm = critically_damped(1 / L, mu)
r = 1 - 1 / sqrt(kappa)
narrow = [kappa >= Rational(100001, 1000), kappa <= Rational(100002, 1000)]
c, z = Symbol("c", real=True), Symbol("Z_1", nonnegative=True)

CLAIMS = {
    "lookahead without momentum is no gradient descent": ([pin], Eq(worst_residual(ahead, k), worst_rate(ahead) ** k)),
    "modulus 0 and k = 0: 1 <= -5": ([Eq(mu, L), Eq(x**2, 2)], worst_residual(heavy_ball(1 / mu, (x**2 - 2) ** 2), k) <= -5 * (x**2 - 2) ** k),
    "modulus 0 and k = 0: 1 <= 1/2": ([Eq(mu, L), pin], worst_residual(polyak(mu, L), k) <= rho**k / 2),
    "modulus 0 and k = 0: 1 <= -7": ([Eq(kappa, 1), pin], worst_residual(polyak(mu, L), k) <= rho**k * (k - 7)),
    "undefined at kappa = 1, bound": ([pin], worst_residual(polyak(mu, L), k) <= rho**k * (1 + k * (1 + rho)) * (1 + 1 / (kappa - 1))),
    "undefined at kappa = 1, equation": ([pin], Eq(worst_residual(gradient_descent(2 / (mu + L)), k),
                                                  ((kappa - 1) / (kappa + 1)) ** (k + 1) * (kappa + 1) / (kappa - 1))),
    "h is bound inside": ([2 * mu > L], stable(gradient_descent(nested / h))),
    "h is bound inside, worst rate": ([2 * mu > L, mu < L], worst_rate(gradient_descent(nested / h)) < 1),
    "a step size of unknown sign, which turns the range of the cosines around": (
        [pin, step > 0, step <= 4 / (sqrt(L) + sqrt(mu)) ** 2],
        Eq(worst_residual(critically_damped(step, mu), k), (1 - sqrt(step * mu)) ** k * (1 + k * sqrt(step * mu)))),
    "strictly less than what is attained at mu": ([pin, mu < L], worst_residual(cdm, 2) < r**2 * (1 + 2 / sqrt(kappa))),
    "strictly less than 0, where the modulus is 0": ([pin], worst_residual(cdm, k) < (2 / sqrt(2 + r) + k / sqrt(kappa)) * r**k),
    "a hundredth beyond 943.36 for every k": ([pin, kappa <= Rational(94337, 100)], Eq(worst_residual(cdm, k), r**k * (1 + k / sqrt(kappa)))),
    "the amplitude does not help beyond": ([pin, kappa <= 1200], worst_residual(cdm, k) <= r**k * (1 + k / sqrt(kappa))),
    "undefined at √2, cancels between the sides": ([], Abs(x) + pole >= pole),
    "undefined at √2, step size at eigenvalue 0": ([], Eq(spectral_radius(gradient_descent(pole), 0), 1)),
    "undefined at √2, step times eigenvalue": ([], Eq(spectral_radius(gradient_descent(pole), x**2 - 2), 0)),
    "undefined at √2, no step taken": ([], Eq(residual(gradient_descent(pole), 0, mu), 1)),
    "undefined at √2, momentum of step 0": ([], Eq(residual(heavy_ball(eta, pole), 1, mu), 1 - eta * mu)),
    "undefined at √2, unused step": ([], Eq(residual(heavy_ball(pole, b, eta), 1, mu), 1 - eta * mu)),
    "undefined at 1/√3, cancels with a residual": ([], Eq((1 - 3 * eta**2 * mu) / residual(gradient_descent(3 * eta**2), 1, mu), 1)),
    "a pole between the ends": ([mu < L], worst_residual(gradient_descent(1 / (2 * h - mu - L)), 1) >= 0),
    "a pole between the ends, unstable": ([mu < L], Not(stable(gradient_descent(1 / (2 * h - mu - L))))),
    "a number of steps is an integer: 1 > 0.1 at kappa = 1, eps = 0.9": ([], steps_to(gd, eps) <= kappa * log(1 / eps)),
    "a number of steps is an integer, Chebyshev": ([], steps_to(chebyshev(mu, L), eps) <= sqrt(kappa) / 2 * log(2 / eps)),
    "a number of steps is an integer: 1 > 1/2": ([mu < L], steps_to(gd, 1 - 1 / kappa) <= half),
    "a number of steps is not negative": ([], steps_to(gd, 1) <= -1),
    "a ceiling oscillates": ([mu < L], Eq(Limit(steps_to(gd, eps) - log(eps) / log(1 - 1 / kappa), eps, 0), 0)),
    "a difference of counts has no limit": ([], Eq(Limit(steps_to(gd, eps) - kappa * log(1 / eps), kappa, oo), -log(1 / eps) / 2)),
    "a count that stays bounded is an integer": ([mu < L], Eq(Limit(steps_to(gd, half + eps), eps, 0), log(half) / log(1 - 1 / kappa))),
    "the limit is 1": ([], Eq(Limit(steps_to(gd, 1 - 1 / (2 * kappa)), kappa, oo), half)),
    "log 0 at kappa = 1 inside a limit": ([], Eq(Limit(log(worst_rate(gd)) / k, k, oo), 0)),
    "the supremum is over the k that kappa allows": ([k >= kappa], Eq(Sup((1 - 1 / kappa) ** k, k), 1 - 1 / kappa)),
    "the supremum is over the k that kappa allows, residual": ([k >= kappa], Sup(worst_residual(gd, k), k) >= 1 - 1 / kappa),
    "undefined at k = 0": ([], Sup(log(k), k) >= 0),
    "L alone may be small": ([], log(L) > -5),
    "L is no condition number": ([], log(kappa) <= 10**4 * L),
    "a bound on L bounds no kappa": ([L <= 5], log(kappa) < 40),
    "a bound on L bounds no kappa from below": ([L >= 4, mu < L], log(kappa) > Rational(1, 20000)),
    "a user's own c": ([*narrow, c >= 2], worst_residual(cdm, k) <= r**k),
    "a user's own Z_1": ([*narrow, z >= 2], worst_residual(gd, k) <= half),
    "not at k = 311": ([k >= 1], Ne(residual(heavy_ball(1 / mu, 0, 1 / mu), k, mu), k - 311)),
    "a hypothesis on kappa does not reach into its limit": ([kappa <= 2], Eq(Limit(worst_rate(gradient_descent(1 / (2 * mu))), kappa, oo), half)),
    "a method that knows the eigenvalue is below Chebyshev": ([mu < L], worst_residual(gradient_descent(1 / h), k) >= 2 * rho**k / (1 + rho ** (2 * k))),
    "sign of a power at an odd k": ([pin, mu < L], Eq(residual(gradient_descent(2 / (L + mu)), k, L), ((kappa - 1) / (kappa + 1)) ** k)),
    "strict at one step": ([pin, mu < L], r**k * (1 + k / sqrt(kappa)) < 1),
    "second order, not twice it": ([pin, mu < L], r**k * (1 + k / sqrt(kappa) + k * (k + 1) / kappa) <= 1),
    "Bernoulli strict at k = 1": ([pin, mu < L, k >= 1], r**k > 1 - k / sqrt(kappa)),
    "quotient of powers, the wrong way": ([pin, mu < L, k >= 1], worst_residual(gd, k) <= r**k * (1 + k / sqrt(kappa))),
    "up to 943, not to 944": ([pin, kappa <= 944], worst_residual(cdm, k) <= r**k * (1 + k / sqrt(kappa))),
    "a count a little below": ([pin], steps_to(gd, eps) >= (kappa - half) * log(1 / eps)),
    "a count at kappa = 1": ([pin], steps_to(gradient_descent(2 / (L + mu)), eps) >= (kappa + 1) / 2 * log(1 / eps)),
    "every method, half a step too many": ([pin], steps_to(chebyshev(mu, L), eps) >= sqrt(kappa) / 2 * log(2 / eps)),
    "Polyak needs its logarithm": ([pin, k >= sqrt(kappa) * log(2 / eps)], worst_residual(polyak(mu, L), k) <= eps),
    "tangent a little too low": ([pin, k >= sqrt(kappa) * log(sqrt(kappa) / eps) / 2], worst_residual(polyak(mu, L), k) <= eps),
    "strict where it is equal": ([pin, mu < L, k >= log(1 / eps) / log(kappa / (kappa - 1))], worst_residual(gd, k) < eps),
    "counts compared the wrong way": ([pin], steps_to(gd, eps) <= steps_to(gradient_descent(2 / (L + mu)), eps)),
    "counts without an end": ([pin], steps_to(gradient_descent(2 / L), eps) < oo),
    "a premise that does not suffice": ([pin], Implies(k >= kappa * log(1 / eps) / 2, worst_residual(gd, k) <= eps)),
    "an exponential without its factor": ([pin], worst_residual(polyak(mu, L), k) <= (1 + k) * exp(-2 * k / sqrt(kappa))),
    "integers above 1, and 3/2": ([n > 1], n**2 > 4),
    "integers of either sign": ([n**2 > 2], n >= 2),
    "an integer above a real": ([n > x], n >= x + 1),
    "integers and a root of 2": ([sqrt(2) * n < 2], n <= 0),
    "integers one apart": ([n > m], n >= m + 2),
    "thirds of integers": ([n / 3 + m / 6 > 0], 2 * n + m >= 2),
    "reals have no gaps": ([], Or(x >= 1, x <= 0)),
    "integers above and at least": ([], Equivalent(n > 1, n >= 1)),
    "integers below 1, and -1/2": ([n < 1, n > -half], n**2 > 0),
    "an integer need not reach p": ([], Optimal((n - p) ** 2, over=[n], value=0)),
    "a first coefficient that vanishes at p = 1": ([], Eq(Limit(((p - 1) * kappa + sqrt(kappa)) / ((p - 1) * kappa + 1), kappa, oo), 1)),
    "the same below a root of two": ([pin], Eq(Limit(((p**2 - 2) * kappa + sqrt(kappa)) / ((p**2 - 2) * kappa + 1), kappa, oo), 1)),
    "CDM overshoots early, so that sigma is no p": ([], Eq(Limit(steps_to(cdm, (1 + p) * exp(-p)) / sqrt(kappa), kappa, oo), p)),
    "a tolerance above 1": ([p < 2], Eq(Limit(steps_to(gd, p) / kappa, kappa, oo), log(1 / p))),
    "4/L is too long for critical damping at every large kappa": (
        [p <= 4], Eq(Limit(sqrt(kappa) * (1 - worst_rate(critically_damped(p / L, mu))), kappa, oo), sqrt(p))),
    "a power of a rate, at kappa = 1": ([], worst_rate(cdm) < worst_rate(gd) ** sqrt(kappa)),
    "half a step of Bernoulli": ([pin], (1 - p / 2) ** k * (1 + k * p / 2) >= 1 - Rational(99, 200) * k * (k + 1) * (p / 2) ** 2),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_never_proved(name):
    given, that = CLAIMS[name]
    assert decide(Claim(name, given=given, that=that), time.monotonic() + 4).verdict != "PROVED"


at_zero_or_root_of_two = [Eq(x * (x**2 - 2), 0), x >= 0]  # true at x = 0, where points are looked at, and false at √2
some = [*at_zero_or_root_of_two, 900 * mu * (1 + x) >= L]
log_steps = log(1 / eps) / log(2)
HALF_STEP = gradient_descent(1 / (2 * L))

ATTACKED = {
    "what is said of k is not said of 3": ([5 * k >= sqrt(kappa), *some], worst_residual(cdm, 3) * r**k <= r**(k + 3) * (1 + 3 * (1 - r))),
    "nor of k + 1": ([k <= 2, *some], worst_residual(cdm, k + 1) <= r ** (k + 1) * (1 + (k + 1) * (1 - r))),
    "nor of k + 1 in a limit": ([k <= 2], Eq(Limit(worst_residual(cdm, k + 1), kappa, oo), 1)),
    "nor of the steps that are counted": ([k <= 2], Eq(Limit(steps_to(cdm, (1 + p) * exp(-p)) / sqrt(kappa), kappa, oo), p)),
    "a count that is infinite": ([], Eq(Limit(steps_to(gradient_descent(3 / L), half), kappa, oo), -1)),
    "a rate that grows": ([], Eq(Limit(steps_to(gradient_descent(half / mu), half), kappa, oo), 0)),
    "a rate above 1 in a count": ([Eq((2 * eta * L - 3) * (eta**2 * L**2 - 8), 0), 3 * mu >= L, k >= log(1 / eps) / log(1 / (eta * L - 1))],
                                  worst_residual(gradient_descent(eta), k) <= eps),
    "kappa = 1 in a lower bound": ([k <= log_steps], worst_residual(HALF_STEP, k) > eps),
    "kappa = 1 in a count from below": ([], steps_to(HALF_STEP, eps) > log_steps),
    "kappa = 1 alone": ([*at_zero_or_root_of_two, mu >= L], steps_to(HALF_STEP, eps) >= (half / 2 + 100 * x) * log(1 / eps)),
    "a bound below 0": ([*at_zero_or_root_of_two, k <= 100 * x, 2 * mu >= L, 3 * mu <= 2 * L], -worst_residual(gd, k) / 2 <= -exp(-k / 100) / 3),
    "a supremum that is the value": ([], Ne(Sup(worst_residual(gd, k), k), 1)),
    "a pole of a parameter": ([], Eq(Limit(1 / ((p**2 - 2) * kappa), kappa, oo), 0)),
    "a logarithm of a parameter": ([], Eq(Limit(1 + log(p - 1) / kappa, kappa, oo), 1)),
    "a root of a parameter": ([], Eq(Limit(1 + sqrt(1 - 2 * eps) / k, k, oo), 1)),
    "a factor of a parameter": ([], Eq(Limit(((p - 1) * kappa + (p - 1)) / ((p - 1) * kappa + 2 * (p - 1)), kappa, oo), 1)),
    "a pole at k = 3": ([], Eq(Limit(1 + 1 / ((k - 3) * kappa), kappa, oo), 1)),
    "a pole at kappa = √2": ([mu < L], Eq(Limit(1 / (k * (kappa**2 - 2)), k, oo), 0)),
    "a first coefficient that vanishes at k = 0": ([], Eq(Limit(k * kappa / (k * kappa + 1), kappa, oo), 1)),
    "at eps = 1/2": ([], Eq(Limit((1 - 2 * eps) * kappa / ((1 - 2 * eps) * kappa + 1), kappa, oo), 1)),
    "at kappa = √2": ([mu < L], Eq(Limit(eps / (eps + (kappa**2 - 2) ** 2), eps, 0), 0)),
    "a comparison that is undefined at p = 2": ([], Eq(Limit(p * kappa / (kappa + 1), kappa, oo), (p**2 - 2 * p) / (p - 2))),
    "a comparison that is undefined below 2": ([], Eq(Limit(log((p - 2) ** 2) * kappa / (kappa + 1), kappa, oo), 2 * log(p - 2))),
    "0/0 at kappa = 1": ([], Eq(Limit((1 - 1 / sqrt(kappa)) ** k / ((kappa - 1) / (kappa + 1)) ** k, k, oo), 0)),
    "a pole where e^x = 2": ([], Eq((exp(x) - 2) ** (-2) * (exp(2 * x) - 4 * exp(x) + 4), 1)),
    "a symbol called sqrt_eps": ([Eq((Symbol("sqrt_eps", positive=True) - half) * (Symbol("sqrt_eps", positive=True) ** 2 - 2), 0)],
                                 log(Symbol("sqrt_eps", positive=True)) < 0),
}


@pytest.mark.parametrize("name", ATTACKED)
def test_what_an_attack_once_proved(name):
    given, that = ATTACKED[name]
    assert decide(Claim(name, given=given, that=that), time.monotonic() + 4).verdict not in ("PROVED", "VACUOUS")


TRUE = {
    "k = 0 by a hypothesis": ([k <= 0], Eq(Limit(k * kappa / (k * kappa + 1), kappa, oo), 0)),
    "eps = 1/2 by a hypothesis": ([Eq(2 * eps, 1)], Eq(Limit((1 - 2 * eps) * kappa / ((1 - 2 * eps) * kappa + 1), kappa, oo), 0)),
    "a hypothesis with a logarithm": ([log(p) > 1], Limit(p * kappa / (kappa + 1), kappa, oo) > 2),
    "a hypothesis with an exponential": ([exp(k) >= 20], Limit(worst_residual(cdm, k), kappa, oo) > 1),
    "a rate above 1 is possible": ([Eq((2 * eta * L - 3) * (eta**2 * L**2 - 8), 0), 3 * mu >= L, k >= log(1 / eps) / log(1 / (eta * L - 1)),
                                    worst_residual(gradient_descent(eta), k) > eps], worst_residual(gradient_descent(eta), k) > eps),
    "the count at tolerance 2 is 0": ([], Eq(Limit(steps_to(gd, 2) / kappa, kappa, oo), 0)),
    "one step of critical damping in the limit": ([k <= 1], Eq(Limit(worst_residual(critically_damped(1 / L, mu), k), kappa, oo), 1)),
    "a number of steps that no kappa allows": ([k >= 10 * kappa], Eq(Limit(worst_residual(critically_damped(1 / L, mu), k), kappa, oo), 1)),
    "one step to 1 - 1/(2 kappa)": ([], Eq(Limit(steps_to(gd, 1 - 1 / (2 * kappa)), kappa, oo), 1)),
}


@pytest.mark.parametrize("name", TRUE)
def test_never_refuted(name):
    given, that = TRUE[name]
    assert decide(Claim(name, given=given, that=that), time.monotonic() + 8).verdict not in ("REFUTED", "VACUOUS")


def test_contradictory_hypotheses_of_a_derivation():
    found = decide(Derivation("nothing", given=[x > 1, x < 0], steps=[Eq((x + 1) ** 2, x**2 + 2 * x + 1)]), time.monotonic() + AMPLE)
    assert found.verdict == "VACUOUS"


@pytest.mark.parametrize(("given", "statement"), [([], n**2 >= n), ([], k**2 >= k), ([n > 1], n**2 >= 4),
                                                  ([n > half, n < Rational(7, 2)], (n - 1) * (n - 3) <= 0),
                                                  ([2 * n > 3], n >= 2), ([n**2 > 2, n > 0], n >= 2), ([n * m > 1], n * m >= 2), ([n > m], n >= m + 1),
                                                  ([n / 3 + m / 6 > 0], 2 * n + m >= 1), ([], Implies(n > 1, n**2 >= 4)), ([], Or(n >= 1, n <= 0)),
                                                  ([], Equivalent(n > 1, n >= 2))])
def test_between_integers_there_is_none(given, statement):
    assert decide(Claim("integers", given=given, that=statement), time.monotonic() + AMPLE).verdict == "PROVED"


def test_no_half_integer():
    assert decide(Claim("half", given=[Eq(2 * n, 1)], that=n > 0), time.monotonic() + AMPLE).verdict == "VACUOUS"
