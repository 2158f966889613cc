"""Claims and derivations: what they keep, what they imply, and everything they refuse, with the message that says what to write."""

import dataclasses
import runpy
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import sympy
from sympy import And, Eq, Equivalent, Implies, Not, Symbol

from cdmtheory import Claim, ClaimError, Derivation, L, beta, eps, eta, gradient_descent, h, heavy_ball, k, kappa, lambda_, mu, stable, worst_rate
from cdmtheory.arithmetic import MixedArithmeticError
from cdmtheory.claims import slug
from tests_support import environment

hb = heavy_ball(eta, beta)
rate = worst_rate(hb)


def claim(that, **more):
    return Claim("t", that=that, **more)


# -- what a claim keeps -------------------------------------------------------------------------------------------------------

def test_a_claim_is_frozen_data():
    made = Claim("  title ", that=rate < 1, given=eta < 1, near_miss=rate < 2, reference="C1", hints=[Eq(eta, 1)])
    assert (made.title, made.given, made.reference, made.hints) == ("title", (eta < 1,), "C1", (Eq(eta, 1),))
    assert made.near_miss == (Claim("title (near miss 1)", that=rate < 2, given=[eta < 1]),)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.title = "another"
    assert made != claim(rate < 1)


def test_near_misses_may_be_claims_of_their_own():
    other = Claim("other", that=rate < 3, given=[eta < 2])
    made = claim(rate < 1, near_miss=[rate < 2, other])
    assert [m.title for m in made.near_miss] == ["t (near miss 1)", "other"]
    assert made.near_miss[1] is other


@pytest.mark.parametrize(("statement", "expected"), [
    (rate < 1, ["0 < mu <= L", "eta > 0", "beta real"]),
    (h < 1, ["0 < mu <= L", "mu <= h <= L"]),
    (beta < kappa, ["0 < mu <= L", "kappa = L/mu", "beta real"]),
    (beta < eps, ["0 < eps < 1", "beta real"]),
    (beta < lambda_, ["lambda > 0", "beta real"]),
    (beta < k, ["k an integer >= 0", "beta real"]),
    (Symbol("a") < Symbol("b", positive=True), ["a real", "b > 0"]),
    (Symbol("n", integer=True) < Symbol("m", integer=True, nonnegative=True), ["m an integer >= 0", "n an integer"])], ids=str)
def test_implied_hypotheses_are_printed(statement, expected):
    assert claim(statement).hypotheses == expected
    assert claim(statement, given=[beta < 5]).hypotheses[-1] == "beta < 5"


def test_a_slug_is_an_identifier():
    assert slug("Rate: 1 - sqrt(eta mu), for all!") == "rate-1-sqrt-eta-mu-for-all"
    assert slug("Títle of ﬁve, Ⅱ") == "title-of-five-ii"


# -- what a claim refuses -------------------------------------------------------------------------------------------------------

half = sympy.Float(0.5)


@pytest.mark.parametrize(("statement", "exact"), [
    (rate < 0.5, "Rational(1, 2)"), (worst_rate(gradient_descent(0.1)) < 1, "Rational(1, 10)"), (eta < half * mu, "Rational(1, 2)"),
    (Eq(eta**half, 1), "Rational(1, 2)"), (And(eta < 1, Not(Eq(beta, 0.25))), "Rational(1, 4)"),
    (worst_rate(gradient_descent(np.float64(0.3))) < 1, "Rational(3, 10)"),
    (stable(heavy_ball(0.5, 0.125)), "Rational(1,"),
    (eta <= 1.0, "Rational(1, 1)")], ids=str)
@pytest.mark.parametrize("place", ["that", "given", "near_miss"])
def test_a_float_anywhere_is_refused(statement, exact, place):
    with pytest.raises(ClaimError, match="the float") as error:
        Claim("t", **{"that": eta < 2, "given": (), place: [statement] if place != "that" else statement})
    assert f"use {exact}" in str(error.value)


def test_a_float_beside_a_symbol_in_a_method_is_refused():
    with pytest.raises(MixedArithmeticError, match=r"momentum of heavy_ball = 0.5 is in floating point.*Rational\(1, 2\)"):
        heavy_ball(eta, 0.5)


@pytest.mark.parametrize("symbol", [Symbol("mu"), Symbol("eta", real=True), Symbol("beta"), Symbol("L", positive=True, integer=True), Symbol("kappa"),
                                    Symbol("h"), Symbol("k"), Symbol("eps"), Symbol("lambda"), Symbol("lambda_"), sympy.Dummy("mu", positive=True)], ids=repr)
def test_a_look_alike_symbol_is_refused(symbol):
    for statement in (symbol < 7, worst_rate(gradient_descent(symbol)) < 1):
        with pytest.raises(ClaimError, match=f"the symbol {symbol.name} is spelled like cdmtheory's.*from cdmtheory import"):
            claim(statement)
    with pytest.raises(ClaimError, match="spelled like"):
        claim(rate < 1, given=[symbol < 3])


def test_the_same_symbol_made_by_the_user_is_no_look_alike():
    assert claim(Symbol("mu", positive=True) < L).that == (mu < L)


@pytest.mark.parametrize("part", [eta, beta, eta * h, rate, sympy.log(eta)], ids=str)
@pytest.mark.parametrize("connective", [Equivalent, Implies])
def test_a_number_as_a_part_of_a_statement_is_refused(connective, part):
    with pytest.raises(ClaimError, match=f"inside {connective.__name__} is not a statement but a number; compare it"):
        claim(connective(stable(hb), part))
    with pytest.raises(ClaimError, match="inside Not is not a statement"):
        claim(Not(part))


@pytest.mark.parametrize(("statement", "message"), [
    (rate, "is worst_rate, not a statement"), (eta, "eta is a symbol, not a statement"), (hb, "not a statement"), (None, "None is not a statement"),
    ("eta < 1", "'eta < 1' is not a statement"), (sympy.Xor(eta < 1, beta < 1), "Xor, not a statement"),
    (sympy.Contains(eta, sympy.Interval(0, 1)), "Contains"),
    (sympy.ITE(eta < 1, beta < 1, beta < 2), "ITE"), (Eq(sympy.Matrix([eta]), sympy.Matrix([beta])), "a matrix, not a number"),
    (Eq(sympy.I * eta, beta, evaluate=False), "complex"), (Eq(sympy.sympify(hb), 1, evaluate=False), "a method, not a number")], ids=str)
def test_what_is_no_statement_is_refused(statement, message):
    with pytest.raises(ClaimError, match=message):
        claim(statement)


@pytest.mark.parametrize("assumption", ["rational", "even", "prime", "irrational"])
def test_an_assumption_that_cannot_be_honoured_is_refused(assumption):
    symbol = Symbol("x", **{assumption: True})
    with pytest.raises(ClaimError, match="the symbol x is assumed to be .*allowed are"):
        claim(Eq(symbol * eta, beta))


@pytest.mark.parametrize(("make", "message"), [
    (lambda: Claim("", that=eta < 1), "title = ''"), (lambda: Claim(eta < 1, that=eta < 1), "the first argument is the title"),
    (lambda: Claim("t", that=eta < 1, given="eta < 2"), "given = 'eta < 2' is text"), (lambda: Claim("t", that=[eta < 1]), "not a statement"),
    (lambda: Derivation("t", steps=[]), "steps is empty"), (lambda: Derivation("t", steps=[claim(eta < 1)]), "steps holds the Claim 't'"),
    (lambda: Derivation("t", steps=[eta]), "not a statement"), (lambda: Derivation("t", steps=[Eq(eta, 0.5)]), "the float 0.5")])
def test_a_claim_that_cannot_be_meant_is_refused(make, message):
    with pytest.raises(ClaimError, match=message):
        make()


def test_a_derivation_keeps_its_steps():
    made = Derivation("d", steps=[Eq((eta + 1) ** 2, eta**2 + 2 * eta + 1), eta > 0], near_miss=Eq(eta, eta + 1), assumed="for d = 2 only")
    assert made.steps == (Eq((eta + 1) ** 2, eta**2 + 2 * eta + 1), sympy.true)
    assert made.assumed == ("for d = 2 only",)
    assert made.near_miss[0].steps == (sympy.false,)
    assert made.statement == "Eq((eta + 1)**2, eta**2 + 2*eta + 1); True"


# -- what only the source shows ---------------------------------------------------------------------------------------------------

CHAINS = {
    "inside the call": 'c = Claim("t", that=stable(gradient_descent(eta)), given=[0 < eta < 1])',
    "over several lines": 'c = Claim("t",\n    that=stable(gradient_descent(eta)),\n    given=[\n        0 < eta < 1,\n    ])',
    "as the statement": 'c = Claim("t", that=0 < eta <= L)',
    "in a near miss": 'c = Claim("t", that=eta < 1, near_miss=[0 < eta < L])',
    "with a root": 'c = Claim("t", that=0 < sqrt(eta) < 1)',
    "at module level": 'bounds = 0 < eta < 1\nc = Claim("t", that=stable(gradient_descent(eta)), given=[bounds])',
    "in a function": 'def make():\n    a = Symbol("a", positive=True)\n    return Claim("t", that=a < 3, given=[0 < a < 1])\nc = make()',
    "of a module's symbol": 'import cdmtheory\nc = Claim("t", that=0 < cdmtheory.eta < 1)',
    "of a list's element": 'xs = [eta, L]\nc = Claim("t", that=0 < xs[0] < 1)',
    "in a derivation": 'c = Derivation("t", steps=[0 < eta < 1])',
}
HEADER = "from sympy import Symbol, Equivalent\nfrom cdmtheory import Claim, Derivation, L, eta, gradient_descent, sqrt, stable\n"


def run_script(tmp_path, source):
    """The names of a script that was run."""
    script = tmp_path / "script.py"
    script.write_text(HEADER + textwrap.dedent(source) + "\n", encoding="utf-8")
    return runpy.run_path(str(script), run_name="__main__")


@pytest.mark.parametrize("source", CHAINS.values(), ids=CHAINS.keys())
def test_a_chained_comparison_in_a_script_is_refused(source, tmp_path):
    line = next(n for n, text in enumerate((HEADER + source).splitlines(), 1) if text.count("<") >= 2)
    with pytest.raises(ClaimError, match=rf"the chained comparison .* \(line {line}\) .*use And\("):
        run_script(tmp_path, source)


def test_the_interpreter_shows_the_error_too(tmp_path):
    (tmp_path / "script.py").write_text(HEADER + CHAINS["inside the call"], encoding="utf-8")
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60, env=environment())
    assert done.returncode == 1
    assert "ClaimError: the chained comparison 0 < eta < 1 (line 3) keeps only one of its halves; use And(0 < eta, eta < 1)" in done.stderr


def test_a_chained_comparison_of_numbers_is_none_of_our_business(tmp_path):
    source = '''
        def helper(eta):
            return 0 < eta < 1
        n = 3
        assert 0 < n < 5 and helper(0.5) and all(0 < L < 9 for L in (1, 2)) and (lambda eta: 0 < eta < 1)(0.5)
        Claim("t", that=eta < L)
        reached = True'''
    assert run_script(tmp_path, source)["reached"]


def test_a_chained_comparison_that_sympy_sees_is_refused_by_it(tmp_path):
    with pytest.raises(TypeError, match="cannot determine truth value of Relational"):
        run_script(tmp_path, 'b = Symbol("b")\nClaim("t", that=0 < b < 1)')


def test_a_number_in_equivalent_is_refused_where_the_source_shows_it(tmp_path):
    with pytest.raises(ClaimError, match="1 inside Equivalent \\(line 3\\) is not a statement but a number"):
        run_script(tmp_path, 'Claim("t", that=Equivalent(stable(gradient_descent(eta)), 1))')


def test_a_claim_without_source_is_still_a_claim():
    names = {}
    exec("from cdmtheory import Claim, eta\nc = Claim('t', that=eta < 1)", names)
    assert names["c"].that == (eta < 1)
