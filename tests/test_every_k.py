"""Claims for every k, with logarithms, exponentials and limits, beyond the built-in ones: true ones are proved, false neighbours refuted."""

import time

import pytest
from flint import fmpq
from sympy import Abs, Eq, Limit, Rational, Symbol, acosh, atanh, exp, log, oo

from cdmtheory import (
    Claim,
    L,
    Sup,
    beta,
    chebyshev,
    critically_damped,
    eps,
    eta,
    gradient_descent,
    h,
    heavy_ball,
    k,
    kappa,
    mu,
    nesterov,
    phased,
    polyak,
    residual,
    sqrt,
    steps_to,
    triple_momentum,
    worst_rate,
    worst_residual,
)
from cdmtheory.engine.decide import _first_steps, decide
from cdmtheory.engine.descent import closest
from cdmtheory.engine.solvers import Solvers
from tests_support import AMPLE

u = Symbol("u", positive=True)
half = Rational(1, 2)
rho = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)
gd = gradient_descent(1 / L)
cdm = critically_damped(1 / L, mu)
r = 1 - sqrt(eta * mu)
m, v = sqrt(2 / (kappa + 1)), sqrt(Rational(3, 2) / kappa)
between, half_as_far_again = critically_damped(2 / (L + mu), mu), critically_damped(3 / (2 * L), mu)
under_damped = [beta > 0, beta < 1, eta * mu >= (1 - sqrt(beta)) ** 2, eta * L <= (1 + sqrt(beta)) ** 2]
up_to_polyak = [eta <= 4 / (sqrt(L) + sqrt(mu)) ** 2]
CLAIMS = {
    "gradient descent is a power": ([], Eq(residual(gradient_descent(eta), k, h), (1 - eta * h) ** k), "PROVED"),
    "not the next power": ([], Eq(residual(gradient_descent(eta), k, h), (1 - eta * h) ** (k + 1)), "REFUTED"),
    "every eigenvalue, with a loose factor": (up_to_polyak, Abs(residual(critically_damped(eta, mu), k, h)) <= (1 + 2 * k) * r**k, "PROVED"),
    "every eigenvalue, with a factor too small": (up_to_polyak, Abs(residual(critically_damped(eta, mu), k, h)) <= (1 + k / 100) * r**k, "REFUTED"),
    "Polyak goes up before it goes down": ([], worst_residual(polyak(mu, L), k + 1) <= worst_residual(polyak(mu, L), k), "REFUTED"),
    "an exponential bound": ([], worst_residual(chebyshev(mu, L), k) <= 2 * exp(-2 * k / sqrt(kappa)), "PROVED"),
    "an exponential bound too good": ([], worst_residual(chebyshev(mu, L), k) <= 2 * exp(-3 * k / sqrt(kappa)), "REFUTED"),
    "two steps of Polyak": ([], Eq(worst_residual(polyak(mu, L), 2), rho**2 * (1 + 2 * (1 + rho))), "PROVED"),
    "Polyak is not below Chebyshev": ([mu < L], worst_residual(polyak(mu, L), k) >= worst_residual(chebyshev(mu, L), k), "PROVED"),
    "the supremum over k of Nesterov is its start": ([], Eq(Sup(worst_residual(nesterov(1 / L, rho), k), k), 1), "PROVED"),
    "CDM stays below 2/√3": ([], worst_residual(cdm, k) < 2 / sqrt(3), "PROVED"),
    "CDM does not stay below the residual at mu": ([kappa <= 900], worst_residual(cdm, k) < (1 - 1 / sqrt(kappa)) ** k * (1 + k / sqrt(kappa)), "REFUTED"),
    "at mu with the step 3/(2L) up to 146": ([kappa >= 3, kappa <= 146], Eq(worst_residual(half_as_far_again, k), (1 - v) ** k * (1 + k * v)), "PROVED"),
    "up to 147": ([kappa >= 3, kappa <= 147], Eq(worst_residual(half_as_far_again, k), (1 - v) ** k * (1 + k * v)), "REFUTED"),
    "σ(2/e) is 1": ([], Eq(Limit(steps_to(cdm, 2 * exp(-1)) / sqrt(kappa), kappa, oo), 1), "PROVED"),
    "σ(2/e) is not 1.001": ([], Eq(Limit(steps_to(cdm, 2 * exp(-1)) / sqrt(kappa), kappa, oo), Rational(1001, 1000)), "REFUTED"),
    "CDM exceeds 9/8": ([], worst_residual(cdm, k) <= Rational(9, 8), "REFUTED"),
    "a phase that overshoots": ([], worst_residual(phased(gradient_descent(3 / L), 1, gd), k) <= 1, "REFUTED"),
    "a phase with an end": ([mu < L], Eq(steps_to(phased(gradient_descent(3 / L), 3, gd), eps), oo), "REFUTED"),
    "the step before, Polyak": ([k >= 1], worst_residual(polyak(mu, L), k) <= worst_residual(polyak(mu, L), k - 1), "REFUTED"),
    "the rate of triple momentum": ([], Eq(worst_rate(triple_momentum(mu, L)), 1 - 1 / sqrt(kappa)), "PROVED"),
    "a count with its ceiling": ([], steps_to(gd, eps) <= kappa * log(1 / eps) + 1, "PROVED"),
    "a touching inside": ([], log(u) <= u - 1, "PROVED"),
    "a touching inside, strictly": ([], log(u) < u - 1, "REFUTED"),
    "squares that touch": ([], log(u) ** 2 <= (u - 1) ** 2 / u, "PROVED"),
    "squares, a little less": ([], log(u) ** 2 <= Rational(9999, 10000) * (u - 1) ** 2 / u, "REFUTED"),
    "atanh": ([u < 1], atanh(u) > u, "PROVED"),
    "atanh, a little more": ([u < 1], atanh(u) > Rational(1001, 1000) * u, "REFUTED"),
    "a limit": ([], Eq(Limit((1 - worst_rate(gradient_descent(2 / (L + mu)))) * kappa, kappa, oo), 2), "PROVED"),
    "another limit": ([], Eq(Limit((1 - worst_rate(gradient_descent(2 / (L + mu)))) * kappa, kappa, oo), 1), "REFUTED"),
    "the k-th root": ([mu < L], Eq(Limit(worst_residual(polyak(mu, L), k) ** (1 / k), k, oo), rho), "PROVED"),
    "a limit that keeps a scale": ([], Eq(Limit(1 / L, kappa, oo), 0), "ERROR"),
    "a first step of its own": (up_to_polyak, worst_residual(heavy_ball(eta, r**2, eta / (1 + r**2)), k) <= 1, "PROVED"),
    "over-damped modes": ([], worst_residual(heavy_ball(1 / L, Rational(1, 10)), k) <= 1, "PROVED"),
    "the invariant of the motion": ([], Eq(residual(polyak(mu, L), k + 1, L) + rho * residual(polyak(mu, L), k, L), -(rho + 1) * (-rho) ** (k + 1)), "REFUTED"),
    "an infinite count": ([eta * L >= 2], Eq(steps_to(gradient_descent(eta), eps), oo), "PROVED"),
    "Chebyshev's count grows like the root": ([], Eq(Limit(steps_to(chebyshev(mu, L), eps) / sqrt(kappa), kappa, oo), acosh(1 / eps) / 2), "PROVED"),
    "Nesterov's exponent": ([], Eq(Limit(log(steps_to(nesterov(1 / L, rho), eps)) / log(kappa), kappa, oo), Rational(1, 2)), "PROVED"),
    "a supremum that is not reached": ([k >= 1], Eq(Sup(worst_residual(gd, k), k), 1), "REFUTED"),
    "a side that changes its sign": ([], exp(-u) >= 1 - u, "PROVED"),
    "a side that changes its sign, too steep": ([], exp(-u) >= 1 - Rational(99, 100) * u, "REFUTED"),
    "half the steps": ([], worst_residual(nesterov(1 / L, rho), k) ** 2 <= Rational(25, 16) * (1 - 1 / sqrt(kappa)) ** k, "PROVED"),
    "half the steps, a little less": ([], worst_residual(nesterov(1 / L, rho), k) ** 2 <= Rational(23, 16) * (1 - 1 / sqrt(kappa)) ** k, "REFUTED"),
    "two steps for one": ([], worst_residual(gd, k) <= (1 - 1 / (2 * kappa)) ** (2 * k), "PROVED"),
    "two steps for one, too good": ([], worst_residual(gd, k) <= (1 - Rational(51, 100) / kappa) ** (2 * k), "REFUTED"),
    "from 4/3 on": ([3 * k > 4], worst_residual(gd, k) <= (1 - 1 / kappa) ** 2, "PROVED"),
    "from 4/5 on": ([5 * k > 4], worst_residual(gd, k) <= (1 - 1 / kappa) ** 2, "REFUTED"),
    "a phase of the same first step": ([], Eq(residual(phased(gradient_descent(eta), 1, heavy_ball(eta, beta)), k, h), residual(heavy_ball(eta, beta), k, h)),
                                       "PROVED"),
    "a phase of another step": ([], Eq(residual(phased(gradient_descent(eta), 2, heavy_ball(eta, beta)), k, h), residual(heavy_ball(eta, beta), k, h)),
                                "REFUTED"),
    "three steps overshoot in a limit over kappa": ([], Eq(Limit(worst_residual(cdm, k), kappa, oo), 1), "REFUTED"),
    "at mu with the step 2/(mu + L) up to 194": ([kappa <= 194], Eq(worst_residual(between, k), (1 - m) ** k * (1 + k * m)), "PROVED"),
    "quadratic speedup of counts": ([], Eq(Limit(steps_to(gd, half / 5) / steps_to(cdm, half / 5), kappa, oo), oo), "PROVED"),
    "a limit whose rate is another at small kappa": ([], Eq(Limit(steps_to(gradient_descent(3 * half / L), eps) / kappa, kappa, oo), 2 * log(1 / eps) / 3),
                                                     "PROVED"),
    "a rate under a root, in a limit": ([], Eq(Limit(kappa * (1 - worst_rate(heavy_ball(1 / L, half))), kappa, oo), 2), "PROVED"),
    "a rate under a root, another limit": ([], Eq(Limit(kappa * (1 - worst_rate(heavy_ball(1 / L, half))), kappa, oo), 3 * half), "REFUTED"),
    "a limit with a parameter": ([u < 4], Eq(Limit(sqrt(kappa) * (1 - worst_rate(critically_damped(u / L, mu))), kappa, oo), sqrt(u)), "PROVED"),
    "a limit with a parameter, another": ([u < 4], Eq(Limit(sqrt(kappa) * (1 - worst_rate(critically_damped(u / L, mu))), kappa, oo), u), "REFUTED"),
    "a tolerance that is an expression": ([], Eq(Limit(steps_to(nesterov(1 / L, rho), (1 + u) * exp(-u)) / sqrt(kappa), kappa, oo), u), "PROVED"),
    "up to 4/(3L + mu), over-damped modes too": ([eta * (3 * L + mu) <= 4], Eq(worst_residual(nesterov(eta, (1 - sqrt(eta * mu)) / (1 + sqrt(eta * mu))), k),
                                                                              r**k * (1 + k * (1 - r))), "PROVED"),
    "beyond 4/(3L + mu)": ([3 * eta * L <= 4], Eq(worst_residual(nesterov(eta, (1 - sqrt(eta * mu)) / (1 + sqrt(eta * mu))), k), r**k * (1 + k * (1 - r))),
                           "REFUTED"),
    "Bernoulli for a product": ([u < 1], (1 - u) ** k * (1 + k * u) >= 1 - k * (k + 1) * u**2 / 2, "PROVED"),
    "Bernoulli for a product, a little more": ([u < 1], (1 - u) ** k * (1 + k * u) >= 1 - Rational(49, 100) * k * (k + 1) * u**2, "REFUTED"),
    "rates and powers of them": ([mu < L], worst_rate(cdm) < worst_rate(gd) ** sqrt(kappa), "PROVED"),
    "rates and powers of them, twice the power": ([mu < L], worst_rate(cdm) < worst_rate(gd) ** (2 * sqrt(kappa)), "REFUTED"),
    "powers above 1 in a limit": ([mu < L], Eq(Limit(worst_residual(polyak(mu, L), k) / (k * rho**k), k, oo), 1 + rho), "PROVED"),
    "another limit at every kappa above 1": ([], Eq(Limit(steps_to(cdm, eps) / steps_to(polyak(mu, L), eps), eps, 0), 2), "REFUTED"),
    "fewer steps to a tolerance of a half and below": ([eps <= half], steps_to(cdm, eps) <= steps_to(gd, eps), "PROVED"),
    "fewer steps to every tolerance": ([], steps_to(cdm, eps) <= steps_to(gd, eps), "REFUTED"),
    "a supremum that is approached": ([mu < L], Eq(Sup(worst_residual(polyak(mu, L), k) / ((k + 1) * rho**k), k), 1 + rho), "PROVED"),
    "a supremum that is approached, another": ([mu < L], Eq(Sup(worst_residual(polyak(mu, L), k) / ((k + 1) * rho**k), k), 2), "REFUTED"),
    "another way to write acosh": ([], Eq(Limit(steps_to(chebyshev(mu, L), eps) / sqrt(kappa), kappa, oo), log(1 / eps + sqrt(1 / eps**2 - 1)) / 2), "PROVED"),
    "a quarter and less": ([eps <= half / 2, k >= 2 * sqrt(kappa) * log(1 / eps)], worst_residual(nesterov(1 / L, rho), k) <= eps, "PROVED"),
    "a third and less": ([eps <= Rational(1, 3), k >= 2 * sqrt(kappa) * log(1 / eps)], worst_residual(nesterov(1 / L, rho), k) <= eps, "REFUTED"),
    "a quarter and less, Chebyshev": ([eps <= half / 2, k >= 3 * half**2 * sqrt(kappa) * log(1 / eps)], worst_residual(chebyshev(mu, L), k) <= eps, "PROVED"),
    "half the rate without a factor of k": ([], worst_residual(nesterov(1 / L, rho), k) <= Rational(5, 4) * exp(-k / (2 * sqrt(kappa))), "PROVED"),
    "half the rate, too small a factor": ([], worst_residual(nesterov(1 / L, rho), k) <= Rational(6, 5) * exp(-k / (2 * sqrt(kappa))), "REFUTED"),
    "an exponential that does not decay": ([k >= 1, exp(-k / kappa) >= 1], worst_residual(gd, k) <= exp(-k / kappa), "VACUOUS"),
    "an exponential that decays a little": ([k >= 1, exp(-k / kappa) >= Rational(9, 10)], worst_residual(gd, k) <= exp(-k / kappa), "PROVED"),
    "enough steps and too few": ([k >= kappa * log(1 / eps), k <= kappa * (1 - eps)], worst_residual(gd, k) <= eps, "VACUOUS"),
    "after u root condition numbers of steps": ([k >= u * sqrt(kappa)], worst_residual(nesterov(1 / L, rho), k) <= (1 + u) * exp(-u), "PROVED"),
    "after u root condition numbers of steps, less": ([k >= u * sqrt(kappa)], worst_residual(nesterov(1 / L, rho), k) <= (1 + u / 2) * exp(-u), "REFUTED"),
    "one step where all eigenvalues agree": ([mu + L <= 2 * sqrt(mu * L)], Eq(steps_to(polyak(mu, L), eps), 1), "PROVED"),
    "not a logarithm at any tolerance": ([], Eq(Limit(steps_to(cdm, eps) / sqrt(kappa), kappa, oo), log(1 / eps)), "REFUTED"),
    "a supremum from the first step on": ([k >= 1, kappa <= 17], Eq(Sup(worst_residual(polyak(mu, L), k), k), rho * (2 + rho)), "PROVED"),
    "a supremum from the first step on, too far": ([k >= 1, kappa <= 18], Eq(Sup(worst_residual(polyak(mu, L), k), k), rho * (2 + rho)), "REFUTED"),
    "a factor of k as a power": ([], (1 + k / sqrt(kappa)) * (1 - 1 / sqrt(kappa)) ** k <= exp(-k / kappa), "PROVED"),
    "a factor of k as a power, too fast": ([], (1 + k / sqrt(kappa)) * (1 - 1 / sqrt(kappa)) ** k <= exp(-Rational(101, 100) * k / kappa), "REFUTED"),
    "powers of a root of a parameter": ([*under_damped], worst_residual(heavy_ball(eta, beta), k) <= beta ** (k / 2) * (1 + k * (1 + sqrt(beta))), "PROVED"),
    "powers of a root of a parameter, less": (
        [*under_damped], worst_residual(heavy_ball(eta, beta), k) <= beta ** (k / 2) * (1 + k * (Rational(99, 100) + sqrt(beta))), "REFUTED"),
    "Polyak against CDM, far out": ([k >= sqrt(kappa) * log(3 * kappa) / 2], worst_residual(polyak(mu, L), k) <= worst_residual(cdm, k), "REFUTED"),
    "at one condition number, by the ends": ([Eq(L, 100 * mu)], Eq(steps_to(polyak(mu, L), Rational(1, 100)), 45), "PROVED"),
    "at one condition number, one step less": ([Eq(L, 100 * mu)], Eq(steps_to(polyak(mu, L), Rational(1, 100)), 44), "REFUTED"),
    "Chebyshev's residual at mu": ([mu < L], Eq(residual(chebyshev(mu, L), k, mu), worst_residual(chebyshev(mu, L), k)), "PROVED"),
    "Chebyshev's residual at L": ([], Eq(residual(chebyshev(mu, L), k, L), worst_residual(chebyshev(mu, L), k)), "REFUTED"),
    "Chebyshev's residual at L, its sign": ([mu < L], Abs(residual(chebyshev(mu, L), k, L)) <= residual(chebyshev(mu, L), k, mu), "PROVED"),
    "a limit for every k": ([], Eq(Limit(kappa * (1 - worst_residual(gd, k)), kappa, oo), k), "PROVED"),
    "a limit for every k, one more": ([], Eq(Limit(kappa * (1 - worst_residual(gd, k)), kappa, oo), k + 1), "REFUTED"),
    "at most 1.1546": ([], worst_residual(cdm, k) <= Rational(11546, 10000), "REFUTED"),
    "complexity of CDM, too few steps": ([k >= sqrt(kappa) * log(2 / eps)], worst_residual(cdm, k) <= eps, "REFUTED"),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_beyond_one_polynomial(name):
    given, that, truth = CLAIMS[name]
    found = decide(Claim(name, given=given, that=that), time.monotonic() + AMPLE)
    assert found.verdict == truth, found.reason
    if truth == "REFUTED":
        assert found.counterexample is not None or that.has(Limit)


def test_what_stays_open_says_what_was_shown():
    with Solvers(patience=10) as solvers:
        assert _first_steps(worst_residual(gd, k) >= 1 - 1 / kappa, (), solvers, time.monotonic() + 10, lambda _: None) == "proved for k <= 1 only"
        assert _first_steps(worst_residual(gd, k) <= half, (), solvers, time.monotonic() + 10, lambda _: None) is None
    near = [{u: fmpq(n, 10)} for n in (5, 9, 30)]
    assert closest(u**2 - 2 * u + 2 >= 1, (), iter(near), lambda: False) == "; closest to failing, at a relative distance of 0.005, at u = 0.9"


@pytest.mark.parametrize("name", ["every eigenvalue, with a loose factor", "the k-th root", "Polyak is not below Chebyshev"])
def test_human_steps_are_named(name):
    given, that, _ = CLAIMS[name]
    assert decide(Claim(name, given=given, that=that), time.monotonic() + AMPLE).assumed


def test_a_limit_of_logarithms_and_rational_functions_rests_on_nothing_human():
    given, that, _ = CLAIMS["a limit"]
    assert decide(Claim("a limit", given=given, that=that), time.monotonic() + AMPLE).assumed == []
