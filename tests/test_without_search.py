"""The engines for every k on false claims, with no search for counterexamples before them: what they would prove is seen."""

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis.strategies import fractions, integers
from sympy import Eq, Limit, Min, Ne, Rational, Symbol, atanh, exp, log, oo

from cdmtheory import (
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
    momentum_method,
    mu,
    nesterov,
    phased,
    polyak,
    residual,
    sqrt,
    steps_to,
    triple_momentum,
    worst_residual,
)
from cdmtheory.engine.analysis import decide_analysis
from cdmtheory.engine.every_k import decide_every_k
from cdmtheory.engine.every_mode import bound_every_mode
from cdmtheory.engine.induction import decide_equation
from cdmtheory.engine.minimax import above_minimax
from cdmtheory.engine.prover import Prover
from cdmtheory.engine.solvers import Solvers
from tests_support import AMPLE, with_patience

SECONDS = 2
w = Symbol("w", positive=True)
s = 1 / sqrt(kappa)
r = 1 - s
rho = (sqrt(L) - sqrt(mu)) / (sqrt(L) + sqrt(mu))
gd, ball, fed = gradient_descent(1 / L), heavy_ball(eta, beta), heavy_ball(eta, beta, w)
nes, pol, che, triple = nesterov(1 / L, (sqrt(kappa) - 1) / (sqrt(kappa) + 1)), polyak(mu, L), chebyshev(mu, L), triple_momentum(mu, L)
tenth, half = heavy_ball(1 / L, Rational(1, 10)), Rational(1, 2)
kick = heavy_ball(eta, 0, w)
trace = 1 + beta - eta * h


def p(j, m=ball):
    return residual(m, k + j, h)


def changed(steps):
    """The residual at mu of critical damping after so many steps of gradient descent."""
    return residual(phased(gd, steps, critically_damped(1 / L, mu)), k, mu)


EQUATIONS = {
    "the invariant": ([], Eq(p(1) ** 2 - trace * p(1) * p(0) + beta * p(0) ** 2, eta * h * beta ** (k + 1)), True),
    "the invariant, a step off": ([], Eq(p(1) ** 2 - trace * p(1) * p(0) + beta * p(0) ** 2, eta * h * beta ** (k + 2)), False),
    "the invariant, another sign": ([], Eq(p(1) ** 2 + trace * p(1) * p(0) + beta * p(0) ** 2, eta * h * beta ** (k + 1)), False),
    "three terms": ([], Eq(p(2, fed), trace * p(1, fed) - beta * p(0, fed)), True),
    "three terms, with the step before the first": ([], Eq(p(1, fed), trace * p(0, fed) - beta * p(-1, fed)), False),
    "three terms, with the step before": ([k >= 1], Eq(p(1, fed), trace * p(0, fed) - beta * p(-1, fed)), True),
    "three terms, from two steps on": ([k >= 1], Eq(p(1), trace * p(0) - beta * p(-1)), True),
    "a power before its time": ([k >= 1], Eq(p(-1, gradient_descent(eta)), (1 - eta * h) ** (k - 1)), True),
    "a power a step late": ([k >= 1], Eq(p(-1, gradient_descent(eta)), (1 - eta * h) ** k), False),
    "three terms, the other way": ([], Eq(p(2), trace * p(1) + beta * p(0)), False),
    "a first step of its own": ([k >= 1], Eq(p(0, heavy_ball(eta, 0, w)), (1 - w * h) * (1 - eta * h) ** (k - 1)), True),
    "a first step of its own, at k = 0": ([], Eq(p(0, heavy_ball(eta, 0, w)), (1 - w * h) * (1 - eta * h) ** (k - 1)), False),
    "two first steps of their own": ([k >= 2], Eq(p(0, heavy_ball(eta, 0, w)), (1 - w * h) * (1 - eta * h) ** (k - 2)), False),
    "a period of six": ([], Eq(p(6, heavy_ball(1 / h, 1)), p(0, heavy_ball(1 / h, 1))), True),
    "no period of three": ([], Eq(p(3, heavy_ball(1 / h, 1)), p(0, heavy_ball(1 / h, 1))), False),
    "two roots": ([], Eq(residual(triple, k, mu), (1 + r) * r**k - r * r ** (2 * k)), True),
    "two roots, one wrong": ([], Eq(residual(triple, k, mu), (1 + r) * r**k - r * r ** (3 * k)), False),
    "zero from the first step on": ([], Eq(residual(nes, k, L), 0), False),
    "after one step of gradient descent": ([], Eq(changed(1), r**k * (1 + k * s)), True),
    "after two": ([k >= 2], Eq(changed(2), (1 - s**2) * r ** (k - 1) * (1 + (k - 1) * s)), True),
    "after two, from the first step on": ([k >= 1], Eq(changed(2), (1 - s**2) * r ** (k - 1) * (1 + (k - 1) * s)), True),
    "after two, as if there had been one": ([k >= 2], Eq(changed(2), r**k * (1 + k * s)), False),
    "after two, from the start": ([], Eq(changed(2), r**k * (1 + k * s)), False),
    "after three": ([k >= 3], Eq(changed(3), (1 - s**2) ** 2 * r ** (k - 2) * (1 + (k - 2) * s)), True),
    "after three, a step too early": ([k >= 1], Eq(changed(3), (1 - s**2) ** 2 * r ** (k - 2) * (1 + (k - 2) * s)), False),
    "after one, another slope": ([], Eq(changed(1), r**k * (1 + k * s**2)), False),
    "an odd power": ([], Eq(residual(pol, k, L), rho**k * (1 + k * (1 + rho))), False),
}


@pytest.mark.parametrize("name", EQUATIONS)
def test_equations(name):
    given, that, truth = EQUATIONS[name]
    until = time.monotonic() + (AMPLE if truth else SECONDS)
    found = with_patience(lambda solvers: decide_equation(that, Prover(tuple(given), solvers, until, lambda _: None)))
    assert (found is not None) is truth


FALSE_BOUNDS = {
    "1 at k = 0": ([], worst_residual(tenth, k) <= Rational(99, 100)),
    "over-damped at mu": ([], worst_residual(tenth, k) <= (1 - 1 / kappa) ** k),
    "a double root needs its k": ([], worst_residual(triple, k) <= r**k),
    "a root at -1 has the factor 11/9": ([eta * L <= Rational(22, 10)], worst_residual(heavy_ball(eta, Rational(1, 10)), k) <= Rational(12, 10)),
    "triple momentum, a slope too small": ([], worst_residual(triple, k) <= r**k * (1 + k / 100)),
    "momentum 9/10 with a longer step": ([eta * L <= Rational(39, 10)], worst_residual(heavy_ball(eta, Rational(9, 10)), k) <= Rational(101, 100)),
    "a phase that overshoots": ([], worst_residual(phased(gradient_descent(3 / L), 2, gd), k) <= 3),
    "a step before its phase ends": ([], worst_residual(phased(gradient_descent(3 / L), 1, gradient_descent(1 / h)), k) <= 1),
    "the end of a phase": ([], worst_residual(phased(gd, 2, gradient_descent(2 / L)), k) <= Rational(1, 2) ** k),
    "1 - 1/κ and no more": ([kappa >= 2], worst_residual(gradient_descent(1 / L), k) <= r**k * (1 + k * s)),
}


@pytest.mark.parametrize("name", FALSE_BOUNDS)
def test_false_bounds(name):
    given, that = FALSE_BOUNDS[name]
    with Solvers() as solvers:
        assert bound_every_mode(that, Prover(tuple(given), solvers, time.monotonic() + SECONDS, lambda _: None)) is None


@given(q=fractions(-1, 1), x=fractions(0, 1), steps=integers(1, 40))
def test_what_is_assumed_of_sums_and_powers(q, x, steps):
    total = sum(q**j for j in range(steps))
    if q >= 0:
        assert 1 <= total <= steps
        assert total * (1 - q) <= 1
        assert total * (2 + (steps - 1) * (1 - q)) <= 2 * steps
    else:
        assert 1 + q <= total <= 1
    orders = steps * (1 - x), Fraction(steps * (steps + 1), 2) * (1 - x) ** 2, Fraction(steps * (steps + 1) * (steps + 2), 6) * (1 - x) ** 3
    assert x**steps * (1 + orders[0] + orders[1] + orders[2]) <= 1
    assert q**steps >= 1 - steps * (1 - q)


TRUE_BOUNDS = {
    "a bound linear in k": worst_residual(tenth, k) <= (1 + k) * (1 - 1 / (2 * kappa)) ** k,
    "a phase and what follows": worst_residual(phased(gd, 3, gradient_descent(1 / (2 * L))), k) <= 1,
}


@pytest.mark.parametrize("name", TRUE_BOUNDS)
def test_true_bounds(name):
    until = time.monotonic() + AMPLE
    assert with_patience(lambda solvers: bound_every_mode(TRUE_BOUNDS[name], Prover((), solvers, until, lambda _: None))) is not None


FALSE = {
    "Bernoulli beyond its range": (decide_every_k, [eta * L <= Rational(201, 100)], residual(gradient_descent(eta), k, h) >= 1 - k * eta * h),
    "Bernoulli with a smaller factor": (decide_every_k, [eta * L <= 2], residual(gradient_descent(eta), k, h) >= 1 - Rational(9999, 10000) * k * eta * h),
    "Bernoulli strictly, at k = 1": (decide_every_k, [eta * L <= 2, k >= 1], residual(gradient_descent(eta), k, h) > 1 - k * eta * h),
    "Bernoulli to the third order, a fifth for a sixth": (
        decide_every_k, [], r**k * (1 + k * s + k * (k + 1) * s**2 / 2 + k * (k + 1) * (k + 2) * s**3 / 5) <= 1),
    "half the steps, half the slope": (decide_every_k, [], r ** (k / 2) <= 1 - k * s / 2),
    "a step size's own count, a hundredth short": (
        decide_every_k, [eta <= 2 / (L + mu), k * eta * mu >= Rational(99, 100) * log(1 / eps)], worst_residual(gradient_descent(eta), k) <= eps),
    "a step size's own count, beyond 2/(L + mu)": (
        decide_every_k, [eta <= Rational(201, 100) / (L + mu), k * eta * mu >= log(1 / eps)], worst_residual(gradient_descent(eta), k) <= eps),
    "fewer steps than κ·log(1/ε)": (decide_every_k, [mu < L], steps_to(gd, eps) < kappa * log(1 / eps)),
    "half a step too many": (decide_every_k, [mu < L], (kappa - half) * log(1 / eps) <= steps_to(gd, eps)),
    "fewer than no steps": (decide_every_k, [], steps_to(gd, 2) < 0),
    "at the crossing itself": (decide_every_k, [mu < L, k <= log(eps) / log(1 - 1 / kappa)], worst_residual(gd, k) > eps),
    "Chebyshev, one more than fits": (decide_every_k, [mu < L, k <= (sqrt(kappa) - 1) * log(1 / eps) / 2 + 1], worst_residual(che, k) > eps),
    "below the lesser of two": (decide_every_k, [mu < L], worst_residual(gd, k) <= Min(worst_residual(pol, k), 1)),
    "a multiple of k that may be below 0": (decide_every_k, [k * (eta * L - 1) >= log(1 / eps)], worst_residual(gd, k) <= eps),
    "a tolerance of 2 is within reach of a residual of 1": (decide_every_k, [eta * L >= 2], Eq(steps_to(gradient_descent(eta), 2), oo)),
    "a step size of 2/L does not arrive": (decide_every_k, [eta * L <= 2], steps_to(gradient_descent(eta), eps) < oo),
    "dead after its own first step": (decide_every_k, [Eq(mu, L), eta * L > 2], Eq(steps_to(heavy_ball(eta, 0, 1 / L), eps), oo)),
    "some arrive": (decide_every_k, [eta * L > 1], Eq(steps_to(gradient_descent(eta), eps), oo)),
    "the last phase counts": (decide_every_k, [], steps_to(phased(gd, 2, gradient_descent(2 / L)), eps) < oo),
    "the tolerance is above 0": (decide_every_k, [], steps_to(gd, eps - half) < oo),
    "steps that a hypothesis names": (decide_every_k, [k >= 2], worst_residual(gd, k) <= (1 - 1 / kappa) ** 3),
    "steps that a hypothesis names, from below": (decide_every_k, [k <= 3], worst_residual(gd, k) >= (1 - 1 / kappa) ** 2),
    "a power above a square, a step early": (decide_every_k, [k >= 3], 2**k >= k**2),
    "a power above a square, strictly": (decide_every_k, [k >= 4], 2**k > k**2),
    "a power above a square, past a gap": (decide_every_k, [k >= 1, Ne(k, 3)], 2**k >= k**2),
    "a negative base": (decide_every_k, [], (-2) ** k >= -k),
    "dead after its first phase": (decide_every_k, [], Eq(steps_to(phased(gd, 3, gradient_descent(3 / L)), eps), oo)),
    "a rate of 1 does not grow": (decide_every_k, [mu < L, eta * L >= 2], Eq(steps_to(phased(gd, 1, gradient_descent(eta)), eps), oo)),
    "strictly below the step before": (decide_every_k, [k >= 1], worst_residual(gd, k) < worst_residual(gd, k - 1)),
    "steps that a hypothesis leaves": (decide_every_k, [k <= 3], worst_residual(critically_damped(1 / L, mu), k) <= r**k * (1 + k * s)),
    "all steps but one": (decide_every_k, [k <= 100, Ne(k, 13)], worst_residual(gd, k) * (k - 50) <= 0),
    "never above 11/10": (decide_every_k, [], worst_residual(critically_damped(1 / L, mu), k) <= Rational(11, 10)),
    "a first step again": (decide_every_k, [], Eq(residual(phased(kick, 1, kick), k, h), residual(kick, k, h))),
    "one to the infinity": (decide_analysis, [], Eq(Limit((1 - 2 / kappa) ** kappa, kappa, oo), 1)),
    "below its own limit": (decide_analysis, [], Limit((1 + 1 / kappa) ** kappa, kappa, oo) < exp(1)),
    "equal logarithms": (decide_analysis, [kappa > 1], Eq(log(1 - 1 / kappa), 2 * atanh(1 / kappa))),
    "a negative power at k = 1": (decide_every_k, [k >= 1], Eq(worst_residual(gd, k), (1 - 1 / kappa) ** 2 * (1 - 1 / kappa) ** (k - 2))),
    "a quotient of 0 and 0": (decide_every_k, [], worst_residual(pol, k) / worst_residual(che, k) >= 0),
    "a factor of Chebyshev's": (decide_every_k, [mu < L], worst_residual(pol, k) / worst_residual(che, k) <= 1 + k),
    "one step is the largest": (decide_analysis, [], Sup(worst_residual(gd, k), k) < 1),
    "1 is reached": (decide_analysis, [], Sup(worst_residual(nes, k), k) > 1),
    "from the first step on, strictly": (decide_analysis, [k >= 1], Sup(worst_residual(gd, k), k) < 1 - 1 / kappa),
    "from the first step on": (decide_analysis, [k >= 1], Eq(Sup(worst_residual(gd, k), k), 1)),
    "log(1/ε)": (decide_analysis, [], Eq(Limit(steps_to(nes, eps) / sqrt(kappa), kappa, oo), 2)),
    "Chebyshev's count": (decide_analysis, [], Eq(Limit(steps_to(che, half) / sqrt(kappa), kappa, oo), 1)),
    "half of Polyak's": (decide_analysis, [], Eq(Limit(steps_to(pol, eps) / steps_to(che, eps), kappa, oo), 2)),
    "three steps of CDM": (decide_analysis, [], Eq(Limit(worst_residual(critically_damped(1 / L, mu), 3), kappa, oo), 1)),
    "the limit at kappa = 1 is another": (decide_analysis, [], Eq(Limit(worst_residual(gd, k) ** (1 / k) / (1 - 1 / kappa), k, oo), 1)),
    "Polyak's peak, its square root": (decide_analysis, [], Eq(Limit(Sup(worst_residual(pol, k), k) / sqrt(kappa), kappa, oo), exp(-half))),
    "Polyak's peak, of some k only": (decide_analysis, [k <= 3], Eq(Limit(Sup(worst_residual(pol, k), k) / sqrt(kappa), kappa, oo), exp(-1))),
    "Polyak's peak less its growth": (decide_analysis, [], Eq(Limit(Sup(worst_residual(pol, k), k) - sqrt(kappa) * exp(-1), kappa, oo), 0)),
    "Nesterov's peak is its start": (decide_analysis, [], Limit(Sup(worst_residual(nes, k), k), kappa, oo) > 1),
    "a peak of what is negative": (decide_analysis, [], Eq(Limit(Sup(-worst_residual(gd, k), k), kappa, oo), -1)),
    "quotients of powers": (decide_analysis, [kappa > 1], Eq(Limit(worst_residual(gd, k) / worst_residual(nes, k), k, oo), 0)),
}


@pytest.mark.parametrize("name", FALSE)
def test_false_claims(name):
    engine, given, that = FALSE[name]
    with Solvers() as solvers:
        found = engine(that, tuple(given), solvers, time.monotonic() + SECONDS, lambda _: None)
    assert found is None or found.verdict != "PROVED"


TRUE = {
    "Bernoulli, whatever the sign": (decide_every_k, [eta * L <= 2], residual(gradient_descent(eta), k, h) >= 1 - k * eta * h),
    "Bernoulli to the third order": (decide_every_k, [], r**k * (1 + k * s + k * (k + 1) * s**2 / 2 + k * (k + 1) * (k + 2) * s**3 / 6) <= 1),
    "CDM never exceeds 7/6": (decide_every_k, [], worst_residual(critically_damped(1 / L, mu), k) <= Rational(7, 6)),
    "a phase without an end": (decide_every_k, [mu < L], Eq(steps_to(phased(gd, 3, gradient_descent(3 / L)), eps), oo)),
    "a power above a square": (decide_every_k, [k >= 4], 2**k >= k**2),
    "a change that changes nothing": (decide_every_k, [], Eq(worst_residual(phased(gd, 5, gd), k), (1 - 1 / kappa) ** k)),
    "the step before": (decide_every_k, [k >= 1], worst_residual(gd, k) <= worst_residual(gd, k - 1)),
    "two steps, each by itself": (decide_every_k, [k < 3, k >= 1], worst_residual(heavy_ball(1 / L, Rational(9, 10)), k) <= 1),
    "equal logarithms": (decide_analysis, [kappa > 1], Eq(log(1 - 1 / kappa) - log(1 + 1 / kappa), -2 * atanh(1 / kappa))),
    "one to the infinity": (decide_analysis, [], Eq(Limit((1 - 2 / kappa) ** kappa, kappa, oo), exp(-2))),
    "a step size's own count": (decide_every_k, [eta <= 2 / (L + mu), k * eta * mu >= log(1 / eps)], worst_residual(gradient_descent(eta), k) <= eps),
    "fewer steps than one more than suffice": (decide_every_k, [mu < L], steps_to(che, eps) < sqrt(kappa) * log(2 / eps) / 2 + 1),
    "more steps than (κ − 1)·log(1/ε)": (decide_every_k, [mu < L], (kappa - 1) * log(1 / eps) < steps_to(gd, eps)),
    "that many are not enough": (decide_every_k, [mu < L, k <= (sqrt(kappa) - 1) * log(1 / eps) / 2], worst_residual(che, k) > eps),
    "below the least of three": (decide_every_k, [mu < L], worst_residual(che, k) <= Min(worst_residual(pol, k), worst_residual(nes, k), 1)),
    "Polyak's peak": (decide_analysis, [], Eq(Limit(Sup(worst_residual(pol, k), k) / sqrt(kappa), kappa, oo), exp(-1))),
    "Nesterov has none": (decide_analysis, [], Eq(Limit(Sup(worst_residual(nes, k), k), kappa, oo), 1)),
    "powers with a factor k": (decide_analysis, [], Eq(Limit(Sup(k * worst_residual(gd, k), k) / kappa, kappa, oo), exp(-1))),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_claims(name):
    engine, given, that = TRUE[name]

    def attempt(solvers):
        found = engine(that, tuple(given), solvers, until, lambda _: None)
        return found is not None and found.verdict == "PROVED"

    until = time.monotonic() + AMPLE
    assert with_patience(attempt)


@pytest.mark.parametrize(("factor", "truth"), [(1, True), (Rational(10001, 10000), False)])
def test_no_two_steps_undercut_chebyshev(factor, truth):
    least = 2 * rho**2 / (1 + rho**4)
    with Solvers() as solvers:
        found = above_minimax(worst_residual(momentum_method(eta, beta, w), 2) >= factor * least, (mu < L,), solvers, time.monotonic() + 30, lambda _: None)
    assert (found is not None) is truth
