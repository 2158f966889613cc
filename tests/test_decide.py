"""What a claim means at its edges: kappa = 1, k = 0, beta = 0 and 1, undefined points, connectives, symbols of one's own."""

import time

import pytest
import sympy
from sympy import And, Eq, Equivalent, Implies, Ne, Not, Or, Rational, Symbol, atanh, log

from cdmtheory import (
    Claim,
    Derivation,
    L,
    beta,
    chebyshev,
    eps,
    eta,
    gradient_descent,
    h,
    heavy_ball,
    k,
    kappa,
    mu,
    polyak,
    residual,
    spectral_radius,
    sqrt,
    stable,
    triple_momentum,
    verify,
    worst_rate,
    worst_residual,
)
from cdmtheory.engine.decide import decide
from cdmtheory.engine.derive import _in_its_ring
from cdmtheory.engine.verdict import VERDICTS, Verdict
from tests_support import AMPLE

gd, hb = gradient_descent(eta), heavy_ball(eta, beta)
a, b = Symbol("a"), Symbol("b")
p = Symbol("p", positive=True)
q = Symbol("q", nonnegative=True)
n, m = Symbol("n", integer=True), Symbol("m", integer=True, positive=True)
z = Symbol("z", nonzero=True)


def decided(that, given=(), seconds=AMPLE):
    return decide(Claim("t", that=that, given=given), time.monotonic() + seconds)


EDGES = [
    # kappa = 1 is inside unless given excludes it
    (kappa > 1, (), "REFUTED"), (kappa >= 1, (), "PROVED"), (kappa > 1, [mu < L], "PROVED"), (Eq(mu, L), [kappa <= 1], "PROVED"),
    (worst_rate(polyak(mu, L)) > 0, (), "REFUTED"), (worst_rate(polyak(mu, L)) > 0, [kappa > 1], "PROVED"),
    (1 / (kappa - 1) > 0, (), "REFUTED"), (1 / (kappa - 1) > 0, [kappa > 1], "PROVED"),
    # beta = 0 and 1
    (stable(heavy_ball(1 / L, beta)), [beta >= 0, beta <= 1], "REFUTED"), (stable(heavy_ball(1 / L, beta)), [beta >= 0, beta < 1], "PROVED"),
    (Eq(worst_rate(hb), worst_rate(gd)), [Eq(beta, 0)], "PROVED"), (Ne(beta, 0), [beta >= 0], "REFUTED"),
    # k = 0: p_0 = 1, and 0**0 = 1
    (worst_residual(hb, 0) < 1, (), "REFUTED"), (Eq(residual(hb, 0, h), 1), (), "PROVED"), (worst_residual(gd, k) < 1, [eta * L < 1], "REFUTED"),
    # points at which a side is undefined refute
    (1 / a**2 > 0, (), "REFUTED"), (1 / a**2 > 0, [Ne(a, 0)], "PROVED"), (sqrt(a) >= 0, (), "REFUTED"), (sqrt(a) >= 0, [a >= 0], "PROVED"),
    (sqrt(q) >= 0, (), "PROVED"),
    (1 / q >= 0, (), "REFUTED"), (1 / z**2 > 0, (), "PROVED"), (log(q) <= q, (), "REFUTED"), (atanh(a) < 100, [a >= 0], "REFUTED"),
    (Or(a > 0, 1 / a < 1), (), "REFUTED"), (worst_rate(heavy_ball(eta, 1 / beta)) >= 0, (), "REFUTED"),
    # connectives
    (Implies(a > b, a**2 > b**2), (), "REFUTED"), (Implies(a > b, a**3 > b**3), (), "PROVED"), (Equivalent(p > 1, p**2 > 1), (), "PROVED"),
    (Equivalent(a > 1, a**2 > 1), (), "REFUTED"), (Not(a**2 < 0), (), "PROVED"), (And(a**2 >= 0, b**2 > 0), (), "REFUTED"), (Or(a <= b, a > b), (), "PROVED"),
    # symbols of one's own range over what their assumptions say
    (p > 0, (), "PROVED"), (q > 0, (), "REFUTED"), (q >= 0, (), "PROVED"), (a**2 > a - 1, (), "PROVED"), (n**2 >= n, [n >= 1], "PROVED"),
    (m > 1, (), "REFUTED"),
    (a <= eta, [a < 0], "PROVED"), (eps < 1, (), "PROVED"), (eps < Rational(99, 100), (), "REFUTED"), (h <= L, (), "PROVED"), (h < L, (), "REFUTED"),
    # h is bound in a quantity, free elsewhere
    (Eq(worst_rate(gradient_descent(1 / h)), 0), (), "PROVED"), (stable(gradient_descent(2 / h)), (), "REFUTED"),
    (stable(gradient_descent(1 / h)), (), "PROVED"),
    (worst_rate(gd) >= spectral_radius(gd, h), (), "PROVED"), (worst_rate(gd) > spectral_radius(gd, h), (), "REFUTED"),
    (worst_rate(gd) < 1, [eta * h < 2], "REFUTED"), (worst_rate(gd) < 1, [eta * L < 2], "PROVED"),
    # vacuous: first of all
    (worst_rate(gd) < 0, [mu > L], "VACUOUS"), (a > b, [a > b, b > a], "VACUOUS"), (eta > 0, [eta < 0], "VACUOUS"), (sympy.false, [beta**2 < 0], "VACUOUS"),
    (a > 0, [k >= kappa * log(1 / eps), 2 * k <= log(1 / eps)], "VACUOUS"), (a > 0, [log(kappa) < 0], "VACUOUS"), (a > 0, [log(kappa) <= 0], "REFUTED"),
    (sympy.true, (), "PROVED"), (sympy.false, (), "REFUTED"), (a < b, [sqrt(a) < 0], "VACUOUS"), (p > 0, [eps >= 1], "VACUOUS"),
    # small residuals
    (worst_residual(chebyshev(mu, L), 1) <= (kappa - 1) / (kappa + 1), (), "PROVED"), (worst_residual(chebyshev(mu, L), 1) < (kappa - 1) / (kappa + 1),
    (), "REFUTED"),
    (stable(triple_momentum(mu, L)), (), "PROVED"),
]


@pytest.mark.parametrize(("that", "given", "expected"), EDGES, ids=str)
def test_at_the_edges(that, given, expected):
    found = decided(that, given)
    assert found.verdict == expected, (found.by, found.reason, found.counterexample)
    if expected == "REFUTED":
        point = found.counterexample["point"]
        assert all(sympy.Rational(x).is_Rational for x in point.values())


OPEN_FOR_NOW = [
    (worst_residual(hb, k) <= 1 + k, [beta >= 0, beta < 1, eta * L <= 1]), (log(kappa) <= kappa - 1, ()),
    (Eq(sympy.Limit(worst_rate(polyak(mu, L)), kappa, sympy.oo), 1), ()),
    (sympy.gamma(kappa) > 0, ())]


@pytest.mark.parametrize(("that", "given"), OPEN_FOR_NOW, ids=str)
def test_a_true_claim_beyond_reach_is_never_refuted(that, given):
    found = decided(that, given, seconds=3)
    assert found.verdict in ("PROVED", "UNDECIDED")
    assert found.verdict == "PROVED" or found.reason


def test_a_counterexample_shows_both_sides():
    found = decided(worst_rate(gd) <= 1 - eta * mu, [eta <= 2 / L])
    point = {name: sympy.Rational(x) for name, x in found.counterexample["point"].items()}
    assert sympy.Rational(found.counterexample["rhs"]) == 1 - point["eta"] * point["mu"]
    assert sympy.Rational(found.counterexample["lhs"]) == max(abs(1 - point["eta"] * point["mu"]), abs(1 - point["eta"] * point["L"]))
    assert sympy.Rational(found.counterexample["lhs"]) > sympy.Rational(found.counterexample["rhs"])
    assert point["kappa"] == point["L"] / point["mu"]


def test_the_time_limit_is_kept():
    began = time.monotonic()
    found = decided(sympy.gamma(1 + kappa) > Rational(1, 10**9), seconds=1)
    assert time.monotonic() - began < 5
    assert found.verdict == "UNDECIDED"
    assert "points tried" in found.reason


@pytest.mark.parametrize(("steps", "expected"), [
    ([Eq((a + b) ** 2, a**2 + 2 * a * b + b**2), Eq(sympy.Matrix([[a, 1], [0, a]]) ** 2, sympy.Matrix([[a**2, 2 * a], [0, a**2]]))], "PROVED"),
    ([Eq((a + b) ** 2, a**2 + 2 * a * b + b**2), Eq((a + b) ** 3, a**3 + b**3)], "REFUTED"), ([Eq(sympy.Matrix([[a]]), sympy.Matrix([[b]]))], "REFUTED"),
    ([Eq(sympy.Sum(n, (n, 1, m)), m * (m + 1) / 2)], "PROVED"), ([Eq(sympy.Derivative(sympy.sin(a) ** 2, a), sympy.sin(2 * a))], "PROVED"),
    ([a**2 + 1 > 0], "PROVED"),
    ([Eq(sqrt(q**2 + 2 * q + 1), 1 + q)], "PROVED"), ([Eq(sqrt(q**2 - 2 * q + 1), 1 - q)], "REFUTED"),
    ([Eq(sympy.sqrt(a) * sympy.sqrt(b), sympy.sqrt(a * b))], "UNDECIDED")],
    ids=str)
def test_derivations(steps, expected):
    found = decide(Derivation("d", steps=steps, assumed="general sizes"), time.monotonic() + AMPLE)
    assert found.verdict == expected, found.reason
    assert found.assumed == (["general sizes"] if expected == "PROVED" else [])


@pytest.mark.parametrize("zero", [
    (a + b) ** 2 - a**2 - 2 * a * b - b**2, 1 / (1 - a) - (1 + a) / (1 - a**2), sqrt(p) ** 3 / p - sqrt(p), sqrt(p + q) ** 4 - (p + q) ** 2], ids=str)
def test_an_identity_is_seen_in_its_ring(zero):
    assert _in_its_ring(zero) == 0


@pytest.mark.parametrize("other", [
    sqrt(a**2) - a, sqrt(a) * sqrt(b) - sqrt(a * b), (a**2 - 1) / (a - 1) - a, sqrt(p + q) - sqrt(p) - sqrt(q), sympy.exp(a) - 1,
    1 / ((a + 1) ** 2 - a**2 - 2 * a - 1), sympy.cbrt(a**3) - a], ids=str)
def test_what_is_no_identity_is_not(other):
    assert _in_its_ring(other) != 0


# -- from Python ---------------------------------------------------------------------------------------------------------------

def test_verify_returns_a_frozen_verdict_with_the_fields_of_the_json():
    found = verify(Claim("Gradient descent, 1/L!", that=stable(gradient_descent(1 / L)), near_miss=stable(gradient_descent(2 / L))), timeout=AMPLE)
    assert isinstance(found, Verdict)
    assert (found.verdict, found.id, found.title) == ("PROVED", "gradient-descent-1-l", "Gradient descent, 1/L!")
    assert found.near_misses == [{"statement": "stable(gradient_descent(2/L))", "verdict": "REFUTED"}]
    assert set(found.to_dict()) == {"id", "title", "statement", "latex", "hypotheses", "verdict", "by", "scope", "seconds", "counterexample", "certificate",
        "assumed",
                                    "reason", "near_misses"}
    assert found.verdict in VERDICTS
    assert str(found) == "PROVED: Gradient descent, 1/L!"
    with pytest.raises(AttributeError):
        found.verdict = "REFUTED"


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "60", True, None])
def test_a_timeout_is_a_positive_number(timeout):
    with pytest.raises(ValueError, match="timeout = .*allowed is a positive number of seconds"):
        verify(Claim("t", that=a < b), timeout=timeout)


@pytest.mark.parametrize("claim", [a < b, "t", None, [Claim("t", that=a < b)]], ids=str)
def test_only_claims_are_verified(claim):
    with pytest.raises(TypeError, match="allowed is a Claim or a Derivation"):
        verify(claim)
