"""Claims that SymPy would make true on the way: where parts cancel that are undefined somewhere, or a bound symbol would get another meaning.

All of them were found by an attack that read the engine. None may come out as it did then.
"""

import time

import pytest
import sympy
from sympy import Abs, Eq, Ge, Implies, Limit, Max, Min, Ne, Not, Rational, Symbol, acosh, atanh, exp, log, oo

from cdmtheory import (
    Claim,
    Derivation,
    L,
    Optimal,
    Sup,
    Unique,
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
    spectral_radius,
    sqrt,
    stable,
    steps_to,
    triple_momentum,
    verify,
    worst_rate,
    worst_residual,
)
from cdmtheory.claims import ClaimError
from cdmtheory.engine.decide import decide
from cdmtheory.engine.substitute import NotStated, lost_conditions, special_case
from cdmtheory.language import Captured
from tests_support import AMPLE

SECONDS = 3  # far longer than any of them took to be called wrong

x, z = (Symbol(name, real=True) for name in "xz")
p, c = (Symbol(name, positive=True) for name in "pc")
n, m = (Symbol(name, integer=True) for name in "nm")
half = Rational(1, 2)
pin, pinned = Eq(p**2, 2), [Eq(x * (x**2 - 2), 0), x >= 0]
one_or_root = [Eq((x - 1) * (x**2 - 2), 0)]
gd, twice = gradient_descent(1 / L), gradient_descent(1 / (2 * L))
slower = gradient_descent(1 / (L * (k + 1)))  # another method for every k
R = 1 - 1 / kappa
rho = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)
at_its_eigenvalue = gradient_descent(1 / Max(h, mu / 2))  # every residual is 0

FALSE = {
    # a modulus or maximum of the eigenvalue inside a supremum over it
    "a rate that is 0": ([2 * mu <= L], worst_rate(at_its_eigenvalue) >= Rational(1, 3)),
    "a residual that is 0": ([2 * mu <= L], worst_residual(at_its_eigenvalue, 1) > Rational(1, 4)),
    "a rate that is 0, by a modulus": ([4 * mu <= L], Not(worst_rate(gradient_descent(1 / (mu + Abs(h - mu)))) < half)),
    "a rate that is 0, by a radius": ([9 * mu <= L], worst_rate(gradient_descent(1 / (mu + mu * spectral_radius(gradient_descent(1 / mu), h)))) >= half),
    # what cancels as L/μ is put in for κ, or an eigenvalue for h
    "a pole at kappa = 7777777": ([], worst_rate(gradient_descent((L / mu - 7777777) / (kappa - 7777777) / L)) <= 1),
    "a pole at kappa = √2": ([Eq(c * (c**2 - 2) * (c - half), 0)], Eq((L / mu - c) / (kappa - c), 1)),
    "roots of what is negative": ([Eq((c - 1) * (c**2 - 2), 0)], Eq(sqrt(kappa - c) * sqrt(L / mu - c), kappa - c)),
    "a pole of the optimum": (
        [], Optimal(worst_rate(gradient_descent(eta)), over=[eta], value=(kappa - 33333331) / (L / mu - 33333331) * (kappa - 1) / (kappa + 1))),
    "a pole at mu = 777": ([], Eq(residual(gradient_descent((h - mu - 777) / (2 * mu - mu - 777) / mu), 1, 2 * mu), -1)),
    "roots of what is negative, by the eigenvalue": (
        [Eq(c**2, 2)], Eq(residual(gradient_descent(sqrt(h) * sqrt(h + mu)), 1, -2 * mu), 1 - 2 * sqrt(2) * mu**2)),
    # roots that a method takes by itself
    "the root of a negative curvature": ([Eq(x**2, 2)], Eq(spectral_radius(polyak(-x**2, -x**2), mu), 1 + mu / 2)),
    "the same, and no step": (pinned, Eq(residual(critically_damped(x, -x), 0, mu), 1)),
    "the same, triple momentum": ([Eq(x**2, 2)], worst_rate(triple_momentum(-x**2, -x**2)) > 1),
    "the same in a phase that is not reached": (pinned, Eq(residual(phased(gd, 1, critically_damped(1 / L, mu - mu * x)), 1, L), 0)),
    "the same, Chebyshev": (pinned, Eq(residual(chebyshev(1, x**2 - 3), 0, mu), 1)),
    # a witness of an optimum
    "a witness that knows the eigenvalue": (
        [Eq(2 * h, mu + L)], Optimal(worst_rate(gradient_descent(eta)), over=[eta], value=Min((kappa - 1) / (kappa + 1), 1 - Rational(1, 10**60)))),
    "a witness that is not allowed": ([sqrt(x + z) * sqrt(2 * x) >= 2 * z], Optimal((x - z) ** 2, over=[x], value=0)),
    "a witness that is not allowed, the only one": ([sqrt(x + z) * sqrt(2 * x) >= 2 * z], Unique((x - z) ** 2, over=[x], value=0)),
    # hypotheses that are undefined at some k
    "the supremum is not at k = 0": ([1 / (1 + 1 / k) >= 0], Eq(Sup(half**k, k), 1)),
    "nor here": ([sqrt(k - 1) * sqrt(2 * k - 1) >= -1], Eq(Sup(half**k, k), 1)),
    "nor here, of a residual": ([Ne(exp(-1 / k), 5)], Sup(worst_residual(gd, k), k) >= 1),
    "nor at k = 1": ([sqrt(k - 1) * sqrt(k - 2) > -3], Eq(Sup(half**k, k), 1)),
    "no step is taken, which is undefined": ([Eq(mu, 1), Eq(L, 4), Eq(h, 3)], Eq(worst_residual(gradient_descent(1 / (h - 2)), 0), 1)),
    # scale
    "a limit is no L": ([], Eq(Limit(k / (k + 1), k, oo), L)),
    "nor L − μ": ([mu < L], Eq(Limit(worst_residual(gd, k) ** (1 / k), k, oo), L - mu)),
    "nor a limit times L": ([], Eq(Limit(k / (k + 1), k, oo), Limit(worst_rate(gd), kappa, oo) * L)),
    "counts of another method": ([], Eq(Limit(worst_rate(gd), kappa, oo) * steps_to(gradient_descent(1), eps), steps_to(gd, eps))),
    # k inside a method, an eigenvalue or a tolerance
    "a method that slows down": ([], Eq(Limit(worst_residual(slower, k), k, oo), 0)),
    "an eigenvalue that tends to 0": ([], Eq(Limit(residual(gd, k, mu / (k + 1)), k, oo), 0)),
    "a method for k, after three steps": ([], Eq(Limit(kappa * (1 - worst_residual(slower, 3)), kappa, oo), Rational(3, 4))),
    "a method for k, after 2k steps": ([pin, mu < L], Eq(worst_residual(slower, 2 * k), (1 - 1 / (kappa * (2 * k + 1))) ** (2 * k))),
    "a tolerance for k": ([pin, mu < L], steps_to(gd, R**k) <= 1),
    # no numbers of steps
    "k − 1 steps": ([pin, mu < L], Eq(worst_residual(gd, k - 1) * R, worst_residual(gd, k))),
    "k − 1 steps, from below": ([pin, mu < L], worst_residual(gd, k - 1) >= R**k),
    "k − 1 steps beside a limit": ([], Eq(Limit(worst_rate(gd), kappa, oo) + residual(gd, k - 1, mu), 1 + residual(gd, k - 1, mu))),
    # counts in limits in which they do not grow, or to a tolerance that the method knows
    "a count has a ceiling": ([mu < L], Eq(Limit(steps_to(gd, half), k, oo), log(half) / log(1 - 1 / kappa))),
    "a count has a ceiling, Chebyshev": ([mu < L], Eq(Limit(steps_to(chebyshev(mu, L), eps), k, oo), acosh(1 / eps) / (-log(rho)))),
    "a method that knows the tolerance": (
        [mu < L], Eq(Limit(steps_to(polyak(eps**2 * mu, L), eps) * eps / log(1 / eps), eps, 0), sqrt(kappa) / 2)),
    # parts that nobody looked at
    "an undefined premise": ([], Implies(1 / (p**2 - 2) >= 0, worst_residual(gd, k) <= 1)),
    "an undefined premise, a logarithm": ([], Implies(log((p**2 - 2) ** 2) >= 0, worst_residual(gd, k) <= 1)),
    "an undefined premise, a method": ([], Implies(stable(gradient_descent(1 / (p**2 - 2))), worst_residual(gd, k) <= 1)),
    "an undefined premise, a root in a method": (one_or_root, Implies(worst_rate(critically_damped(x, mu)) <= 1, worst_residual(gd, k) <= 1)),
    "log 0 on both sides": ([], Eq(residual(gd, k, mu) * log((p**2 - 2) ** 2), R**k * log((p**2 - 2) ** 2))),
    "1/log 1 on both sides": ([], Eq(residual(gd, k, mu) / log((p**2 - 2) ** 2 + 1), R**k / log((p**2 - 2) ** 2 + 1))),
    "atanh 1 on both sides": ([], Eq(residual(gd, k, mu) * atanh(1 / (1 + (p**2 - 2) ** 2)), R**k * atanh(1 / (1 + (p**2 - 2) ** 2)))),
    "0 to a negative power on both sides": ([], Eq(residual(gd, k, mu) * ((p**2 - 2) ** 2) ** (-p), R**k * ((p**2 - 2) ** 2) ** (-p))),
    "a Lambert function on both sides": ([], Eq(residual(gd, k, mu) * sympy.LambertW(-1 - p), R**k * sympy.LambertW(-1 - p))),
    "a rate without a value on both sides": (
        one_or_root, Eq(residual(gd, k, mu) * worst_rate(critically_damped(x, mu)), R**k * worst_rate(critically_damped(x, mu)))),
    "atanh beside a limit": ([], Eq(Limit(k / (k + 1), k, oo) * atanh(p), atanh(p))),
    "a Lambert function beside a limit": ([], Eq(Limit(k / (k + 1) * sympy.LambertW(-p), k, oo), sympy.LambertW(-p))),
    "an undefined tolerance": ([mu < L], Eq(steps_to(heavy_ball(5 / L, Rational(1, 10)), 1 / (p**2 - 2)), oo)),
    "the root of a power": ([], Eq(Limit(((eps - 1) ** 3) ** Rational(1, 3), eps, 0), -1)),
    "roots of what is negative, in a limit": ([], Eq(Limit(sqrt(1 - kappa) * sqrt(1 - L / mu) / kappa, kappa, oo), -1)),
    # a part that stands elsewhere too, with another h
    "a pole at h = √2·μ, beside a method": (
        [], spectral_radius(gradient_descent(1 / (mu * (h**2 / mu**2 - 2))), mu) >= (kappa - L / mu) / (h**2 / mu**2 - 2)),
    "a pole at the eigenvalue √2·μ, beside h": (
        [Ne(h**2, 2 * mu**2)], worst_rate(gradient_descent((kappa - L / mu) / (L * (h**2 / mu**2 - 2)) + 1 / L)) <= 1 + 1 / (h**2 / mu**2 - 2) ** 2),
    "a Lambert function times 0": ([pin], Eq((kappa - L / mu) * sympy.LambertW(-p), 0)),
    "a rate without a value times 0": ([Eq(x**2, 2), x < 0], Eq((kappa - L / mu) * worst_rate(critically_damped(x, mu)), 0)),
    "log 0 that cancels between the sides": ([], Ge(Abs(x) + log((p**2 - 2) ** 2), log((p**2 - 2) ** 2), evaluate=False)),
    "k − 1 steps that cancel between the sides": ([], Ge(Abs(x) + residual(gd, k - 1, mu), residual(gd, k - 1, mu), evaluate=False)),
    "half the steps that cancel between the sides": (
        [], Ge(Abs(x) + worst_residual(gd, k / 2), worst_residual(gd, k / 2), evaluate=False)),
    "a pole at an eigenvalue that cancels": (
        [], Ge(Abs(x) + steps_to(gradient_descent(1 / (2 * h - mu - L)), eps), steps_to(gradient_descent(1 / (2 * h - mu - L)), eps), evaluate=False)),
    "sides that become equal, both undefined": ([k <= 0], Eq(worst_residual(gd, k) / (x**2 - 2 + k), worst_residual(gd, k) / (x**2 - 2))),
    "a hypothesis whose sides become equal": ([Ne(1 / (x - 1 + k), 1 / (x - 1 + 2 * k) + 1), Eq(x * (x - 1), 0)], Eq(Sup(half**k, k), 1)),
    "a witness whose hypothesis becomes equal": (
        [Eq(z * (z**2 - 2), 0), z >= 0, Ne(sqrt(1 - x), sqrt(1 - 2 * x + z) + 1)], Optimal((x - z) ** 2, over=[x], value=0)),
    "a witness whose hypothesis has a root in a method": (
        [Eq(z * (z**2 - 2), 0), z >= 0, (x - z) * spectral_radius(critically_damped((x - z) ** 2 + 1 - z**2, mu), mu) <= 5],
        Optimal((x - z) ** 2, over=[x], value=0)),
    "a pole at an eigenvalue is no instability": ([Eq(mu, 1), Eq(L, 2)], Not(stable(gradient_descent(1 / (2 * h - mu - L))))),
    # what limits are put into
    "a pole at x = 2": ([], Eq((x - 2) / (x - 2 * Limit(k / (k + 1), k, oo)), 1)),
    "log x times a limit that is 0": ([], Eq(Limit(1 / (k + 1), k, oo) * log(x), 0)),
    "a limit to an undefined power": ([], Eq(Limit(kappa / (kappa + 1), kappa, oo) ** (1 / (p**2 - 2)), 1)),
    "1/log 0 at kappa = 1": ([], Eq(Limit(worst_residual(gd, k) / log(1 - 1 / kappa), k, oo), 0)),
    "0/0 at kappa = 1 beside a residual": ([], Eq(Limit(worst_residual(gd, k) * (L / mu - 1) / (kappa - 1), k, oo), 0)),
    "the logarithm of a supremum that tends to 1": (
        [], Eq(Limit(kappa * log(Sup((1 - 1 / kappa) ** k * (1 + k / kappa - k / kappa**2), k)), kappa, oo), -half)),
    "a scale that is periodic": ([], Eq(Limit(sympy.cos(2 * sympy.pi * log(L) / log(4)) * k / (k + 1), k, oo), 1)),
    "a logarithm of a logarithm": ([], log((log(p) - 1) ** 2) <= log((log(p) - 1) ** 2) + p**2 - p + 1),
    "a tangent on both sides": ([], Ge(sympy.tan(p) + p, sympy.tan(p) + log(1 + p), evaluate=False)),
    "acosh on both sides": ([], Ge(acosh(p) + p, acosh(p) + log(1 + p), evaluate=False)),
    "0/0 at kappa = 1 beside a limit that is 1": ([], Eq((kappa - 1) / (kappa - Limit(worst_rate(gd), kappa, oo)), 1)),
    "0 times oo": ([], Eq(Limit(1 / kappa, kappa, oo) * steps_to(gradient_descent(3 / L), eps), 0)),
    "the ceiling of L": ([], Eq(Limit(sympy.floor(L * kappa) / kappa, kappa, oo), 1)),
    "no step before the first, in a limit": ([], Eq(Limit(worst_residual(gd, k - 1), kappa, oo), 1)),
    "half the steps, in a limit": ([mu < L], Eq(Limit(worst_residual(gd, k / 2), k, oo), 0)),
    "atanh 1 where the scale is dropped": (
        [Eq((L - 2) * (L**2 - 2), 0), kappa >= 2], log(kappa) + (kappa - L / mu) * atanh(2 / L**2) <= kappa - 1),
    # lines that are not written as a + bk
    "a bound in brackets": ([*pinned, k >= p * sqrt(kappa)], (1 - 1 / sqrt(kappa)) ** k * (1 + (k + 3 * x) / sqrt(kappa)) <= (1 + p) * exp(-p)),
    "a bound in brackets, of a residual": (
        [pin], worst_residual(critically_damped(1 / L, mu), k)
        <= (2 / sqrt(3 - 1 / sqrt(kappa)) + k / sqrt(kappa) - (k + 1) / (4 * sqrt(kappa))) * (1 - 1 / sqrt(kappa)) ** k),
    "powers of one base that are both 0": ([], Eq((((kappa**2 - 2) ** 2) ** k + ((kappa**2 - 2) ** 2) ** (k + 1))
                                                  / ((((L / mu) ** 2 - 2) ** 2) ** k + (((L / mu) ** 2 - 2) ** 2) ** (k + 1)), 1)),
    "an undefined conclusion": ([], Implies(Ne(p**2, 2), worst_residual(gd, k) / (p**2 - 2) ** 2 >= 0)),
    "equal at the end of the interval": ([kappa >= 4, mu < L], Limit(steps_to(gd, eps) / log(1 / eps), eps, 0) > 1 / log(Rational(4, 3))),
    "roots of one polynomial, written in two ways": (
        [x >= 0], log(2 + x) + (sqrt((x + 1) * (x + 2)) - 3) / (sqrt(x**2 + 3 * x + 2) - 3) > 0),
    "atanh 1 and its logarithm": ([], atanh(1 / (1 + (x**2 - 2) ** 2)) - log((2 + (x**2 - 2) ** 2) / (x**2 - 2) ** 2) / 2 <= x**2 + 1),
    # names
    "a symbol called eta_mu": ([pin, Symbol("eta_mu", positive=True) < half], log(eta * mu) < 0),
    "a Dummy called sqrt_eps": ([pin], log(sympy.Dummy("sqrt_eps", positive=True)) < 0),
}

TRUE = {
    "a rate that is 0 is small": ([2 * mu <= L, worst_rate(at_its_eigenvalue) < Rational(1, 3)], 2 * mu <= L),
    "an exponential of the eigenvalue": ([Eq(mu, half), Eq(L, 2), worst_rate(gradient_descent(3 * exp(-h))) < Rational(1, 5)], L > 1),
    "no k = 0": ([sqrt(k - 1) * sqrt(2 * k - 1) <= 10**6], Optimal(x**2 + k, over=[x], value=Max(k, 1))),
    "no k = 0, by a reciprocal": ([Ne(1 / (1 + 1 / k), 7, evaluate=False)], Optimal(x**2 + k, over=[x], value=Max(k, 1))),
    "no parameter at m = 3": ([Eq((m - 3) * (m - 4), 0), Eq(2 * n, m)], Optimal(9 - 2 * m + 2 * n, over=[n], value=5)),
    "a k-th root of a method for k": ([mu < L], Eq(Limit(worst_residual(slower, k) ** (1 / k), k, oo), 1)),
    "a method for k, after three steps": ([], Eq(Limit(kappa * (1 - worst_residual(slower, 3)), kappa, oo), 3 / (k + 1))),
    "a hypothesis with a limit": ([Ne(Limit(k / (k + 1), k, oo), L)], Ne(L, 1)),
    "a tolerance for k": ([pin, mu < L, steps_to(gd, R**k) > 1], k >= 2),
    "where all eigenvalues agree": (
        [Eq(mu, L)], Eq(Limit(steps_to(heavy_ball(Rational(9, 5) / mu, Rational(1, 10)), eps) / log(1 / eps) * (1 + eps ** (k + 1)), eps, 0), 1 / log(2))),
    "a limit inside a limit": ([], Eq(Limit(kappa / (kappa + 1) * Limit(1 / kappa, kappa, oo), kappa, oo), 0)),
    "a bound in brackets as a hypothesis": (
        [x**2 >= 2, x**2 <= 2, x >= 0, k >= p * sqrt(kappa), (1 - 1 / sqrt(kappa)) ** k * (1 + (k + 3 * x) / sqrt(kappa)) > (1 + p) * exp(-p)], k >= 0),
    "a whole power that is a ball": ([Eq(x, 2)], Eq((-1) ** (sqrt(2) * sqrt(x)), 1)),
    "a whole number of steps that is a ball": ([Eq(k, 2)], worst_residual(gd, sqrt(2) * sqrt(k)) <= 1),
}

EMPTY = {
    "undefined everywhere": ([1 / (1 + 1 / (kappa - L / mu)) >= 0, x > 0], x * L >= x * mu),
    "undefined everywhere, by a polynomial that is 0": ([1 / ((x + 1) ** 2 - x**2 - 2 * x - 1) > 0], x > 0),
    "the root of a negative step": ([Eq(residual(critically_damped(-eta, mu), 0, h), 1)], eta * L >= eta * mu),
    "the root of a negative step, a rate": ([spectral_radius(polyak(-mu, -mu), h) > 0], eta * L >= eta * mu),
    "a logarithm of what is negative": ([Ge(Abs(x) + log(mu - 2 * L), log(mu - 2 * L), evaluate=False)], x * L >= x * mu - 1),
    "a pole at an eigenvalue": ([worst_rate(gradient_descent(1 / (2 * h - mu - L))) >= 0], x > 0),
    "a pole at an eigenvalue, unstable": ([Not(stable(gradient_descent(1 / (2 * h - mu - L))))], x > 0),
    "a reciprocal at the eigenvalue": ([Eq(spectral_radius(gradient_descent(1 / (1 + 1 / (h - mu))), mu), 1)], mu <= L),
}


def verdict(name, given, that):
    hints = {"a witness that knows the eigenvalue": [Eq(eta, 1 / h)]}.get(name, [Eq(x, z)] if name.startswith("a witness") else [])
    return decide(Claim(name, given=given, that=that, hints=hints), time.monotonic() + SECONDS).verdict


@pytest.mark.parametrize("name", FALSE)
def test_false_claims_are_not_proved(name):
    assert verdict(name, *FALSE[name]) not in ("PROVED", "VACUOUS", "DISAGREEMENT")


@pytest.mark.parametrize("name", TRUE)
def test_true_claims_are_not_refuted(name):
    assert verdict(name, *TRUE[name]) not in ("REFUTED", "VACUOUS", "DISAGREEMENT")


@pytest.mark.parametrize("name", EMPTY)
def test_hypotheses_that_nothing_satisfies_prove_nothing(name):
    assert verdict(name, *EMPTY[name]) in ("VACUOUS", "UNDECIDED")


@pytest.mark.parametrize("step", [Eq(sqrt(x) + Abs(x), sqrt(x) + x), Eq(log(x) + Abs(x), log(x) + x)], ids=str)
def test_equations_of_a_derivation_are_compared_where_they_are_defined(step):
    assert decide(Derivation("where x > 0", steps=[step]), time.monotonic() + SECONDS).verdict != "REFUTED"


def test_symbols_that_no_answer_could_tell_apart_are_refused():
    with pytest.raises(ClaimError, match="two different symbols are called u"):
        Claim("u and u", given=[Symbol("u", real=True) < half], that=log(Symbol("u", positive=True)) < 0)


def test_assumptions_that_an_answer_would_not_show_are_refused():
    for assumptions in ({"extended_positive": True}, {"zero": False}, {"integer": False}, {"rational": False, "real": True}):
        with pytest.raises(ClaimError, match="the symbol t is assumed to be"):
            Claim("t", that=Symbol("t", **assumptions) < 5)


def test_what_is_not_evaluated_reaches_another_process_as_it_was_written():
    written = sympy.Mul(x, 1 / x, evaluate=False)
    assert verify(Claim("x/x", that=Eq(written, 1, evaluate=False)), timeout=20).verdict == "REFUTED"


def test_binomial_coefficients_of_negative_numbers():
    assert decide(Derivation("symmetry", steps=[Eq(sympy.binomial(n, m), sympy.binomial(n, n - m))]), time.monotonic() + SECONDS).verdict != "PROVED"


@pytest.mark.parametrize("given", [[k <= 3]])
def test_what_cannot_be_said_ends_as_open(given):
    assert decide(Claim("a power", given=given, that=worst_residual(gd, k) <= 1 + k * p**x), time.monotonic() + SECONDS).verdict == "UNDECIDED"


def test_powers_of_too_large_a_degree_are_refused():
    that = Eq(x, (1 - eta ** Rational(9999999, 20000000) * sqrt(h)) ** 2)
    assert decide(Claim("a power", that=that), time.monotonic() + SECONDS).verdict in ("UNDECIDED", "REFUTED")


def test_a_hint_that_depends_on_what_is_chosen_is_no_witness():
    y = Symbol("y", real=True)
    claim = Claim("anywhere on a line", given=[y >= 0], that=Unique((x - y) ** 2, over=[x, y], value=0), hints=[Eq(x, Abs(y)), Eq(y, Abs(y))])
    assert decide(claim, time.monotonic() + SECONDS).verdict != "PROVED"


def test_a_hint_may_be_given_by_another():
    y = Symbol("y", real=True)
    claim = Claim("one point", that=Optimal((x - y) ** 2 + (y - 1) ** 2, over=[x, y], value=0), hints=[Eq(x, y), Eq(y, 1)])
    assert decide(claim, time.monotonic() + AMPLE).verdict == "PROVED"


@pytest.mark.parametrize("steps", [half, -3, Symbol("p", positive=True)])
def test_phases_have_whole_numbers_of_steps(steps):
    with pytest.raises(ValueError, match="phased: steps = .*; allowed is a whole number"):
        phased(gd, steps, twice)


def test_a_file_that_only_says_it_is_a_certificate_hides_no_counterexample(tmp_path):
    from cdmtheory.engine.worker import Keeping

    claim = Claim("k3", that=Eq((L / mu - c) / (kappa - c), 1))
    about = {"name": "n", "title": claim.title, "statement": claim.statement, "hypotheses": claim.hypotheses}
    (tmp_path / "bogus.json").write_text(str({"format": "cdmtheory certificate", "schema": 1, "claim": about, "parts": []}).replace("'", '"'))
    assert decide(claim, time.monotonic() + SECONDS, keeping=Keeping(folders=(str(tmp_path),), builtin=False)).verdict == "REFUTED"


def test_what_cancels_is_said():
    assert lost_conditions(Eq((L / mu - c) / (kappa - c), 1), {kappa: L / mu}) == [Ne(L / mu - c, 0)]
    assert lost_conditions(sqrt(x + z) * sqrt(2 * x) >= 0, {x: z}) == [z >= 0, 2 * z >= 0]
    assert lost_conditions(1 / (kappa - 1) + 1 / (L / mu - 1) ** 2 > 0, {kappa: L / mu}) == []  # one of them is kept, and says it
    assert special_case(Ne(1 / k, 5), {k: sympy.Integer(0)}) == sympy.false
    assert special_case(sqrt(k - 1) * sqrt(2 * k - 1) <= 1, {k: sympy.Integer(0)}) == sympy.false
    assert special_case(worst_residual(gd, k - 1) <= 1, {k: sympy.Integer(0)}) == sympy.false
    with pytest.raises(NotStated):
        lost_conditions(worst_rate(gradient_descent((h - kappa) / (h - L / mu))) < 1, {kappa: L / mu})


def test_a_bound_symbol_is_not_captured():
    assert spectral_radius(gradient_descent(eta), h).xreplace({eta: 1 / h}) == spectral_radius(gradient_descent(1 / h), h)
    assert worst_rate(gradient_descent(1 / h)).xreplace({h: mu}) == worst_rate(gradient_descent(1 / h))
    assert spectral_radius(gradient_descent(1 / h), h).xreplace({h: mu}) == spectral_radius(gradient_descent(1 / h), mu)
    assert Sup(worst_residual(gd, k), k).xreplace({k: sympy.Integer(1)}) == Sup(worst_residual(gd, k), k)
    for e, swap in ((worst_rate(gradient_descent(eta)), {eta: 1 / h}), (Sup(c**k, k), {c: 1 / (k + 1)}),
                    (Optimal((x - z) ** 2, over=[x], value=0), {z: x}), (spectral_radius(gradient_descent(eta), mu), {eta: 1 / h})):
        with pytest.raises(Captured):
            e.xreplace(swap)


def test_nesterov_without_momentum_from_the_first_step():
    assert verdict("first step", [1 / (1 + 1 / k) + log(2) > 0], Eq(Sup(worst_residual(nesterov(1 / L, 0), k), k), 1)) != "PROVED"
