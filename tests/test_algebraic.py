"""Signs at algebraic numbers, exactly; and counterexamples that no rational point is."""

import time
from fractions import Fraction

import pytest
from flint import Ordering, fmpq, fmpq_mpoly_ctx
from sympy import And, Eq, Ne, Not, Rational, Symbol, sqrt

from cdmtheory import Claim, L, eta, gradient_descent, kappa, mu, polyak, worst_rate
from cdmtheory.engine.algebraic import Algebraic, satisfied, sign
from cdmtheory.engine.decide import decide
from cdmtheory.engine.formula import conjunction
from cdmtheory.engine.irrational import irrational_counterexample
from cdmtheory.engine.reduce import reduce_claim
from tests_support import AMPLE

x, y = fmpq_mpoly_ctx.get(["x", "y"], Ordering.degrevlex).gens()
ROOT_2 = Algebraic((-2, 0, 1), Fraction(1), Fraction(2))
ROOT_8 = Algebraic((-8, 0, 1), Fraction(2), Fraction(3))
CUBE_ROOT_2 = Algebraic((-2, 0, 0, 1), Fraction(1), Fraction(2))
MINUS_ROOT_2 = Algebraic((-2, 0, 1), Fraction(-2), Fraction(-1))


@pytest.mark.parametrize(("polynomial", "at", "expected"), [
    (x**2 - 2, (ROOT_2, ROOT_2), 0), (2 * x - y, (ROOT_2, ROOT_8), 0), (x * y - 4, (ROOT_2, ROOT_8), 0), (x**3 - y**2 * x, (ROOT_2, MINUS_ROOT_2), 0),
    (2 * x - y + fmpq(1, 10**80), (ROOT_2, ROOT_8), 1), (2 * x - y - fmpq(1, 10**80), (ROOT_2, ROOT_8), -1), (y**3 - 2, (ROOT_2, CUBE_ROOT_2), 0),
    (x**3 - y**3 - 2 * x + 2, (ROOT_2, CUBE_ROOT_2), 0), (x - y, (ROOT_2, CUBE_ROOT_2), 1), (x + y, (ROOT_2, MINUS_ROOT_2), 0), (0 * x, (ROOT_2, ROOT_2), 0),
    (x - y, (Algebraic.of(Fraction(1, 3)), Algebraic.of(Fraction(1, 3))), 0)])
def test_signs(polynomial, at, expected):
    assert sign(polynomial, at) == expected


def test_numbers_for_people():
    assert (ROOT_8.symbolic(), MINUS_ROOT_2.symbolic(), Algebraic((-4, 0, 0, 0, 1), Fraction(1), Fraction(2)).symbolic()) == (2 * sqrt(2), -sqrt(2), sqrt(2))
    with pytest.raises(ValueError, match="2 roots"):
        Algebraic((-2, 0, 1), Fraction(-2), Fraction(2)).ball()


X, Y, a = Symbol("X", positive=True), Symbol("Y", positive=True), Symbol("a", real=True)
gd = gradient_descent(1 / L)
CLAIMS = {
    "a square that touches": ([], (X**3 - 2) ** 2 > 0, {"X": "2**(1/3)"}),
    "a condition number": ([], Ne(worst_rate(gradient_descent(2 / (mu + L))), 1 / sqrt(2)), {"mu": "3 - 2*sqrt(2)", "L": "1", "kappa": "2*sqrt(2) + 3"}),
    "through the roots of Polyak's step": ([], Ne(worst_rate(polyak(mu, L)) ** 2, Rational(1, 2)), None),
    "hypotheses that no rational satisfies": ([Eq(kappa**2, 2)], worst_rate(gd) < 1 - 1 / kappa, {"mu": "sqrt(2)/2", "L": "1", "kappa": "sqrt(2)"}),
    "the golden ratio": ([eta > mu], Ne(eta**2, eta * mu + mu**2), None),
    "three numbers": ([], Not(And(Eq(X**2, 2), Eq(a**3, X), Eq(Y * a, 1))), {"X": "sqrt(2)", "a": "2**(1/6)", "Y": "2**(5/6)/2"}),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_refuted_at_an_irrational_point(name):
    given, that, expected = CLAIMS[name]
    found = decide(Claim(name, given=given, that=that), time.monotonic() + AMPLE)
    assert found.verdict == "REFUTED", found.reason
    assert expected is None or found.counterexample["point"] == expected


def test_a_true_claim_about_one_irrational_point():
    assert decide(Claim("t", given=[Eq(kappa**2, 2)], that=worst_rate(gd) <= 1 - 1 / kappa), time.monotonic() + AMPLE).verdict == "PROVED"


def test_a_model_is_judged():
    claim = (X**2 - 2) ** 2 > 0
    problem = reduce_claim(claim, ())
    question = conjunction(problem.domain, problem.failure)
    for wrong in (CUBE_ROOT_2, MINUS_ROOT_2, Algebraic.of(Fraction(7, 5)), Algebraic((-2, 0, 1), Fraction(-2), Fraction(2))):
        assert irrational_counterexample(problem, question, ({"v0": wrong},), claim, ()) is None
    assert irrational_counterexample(problem, question, ({"v0": ROOT_2},), claim, ())["point"] == {"X": "sqrt(2)"}
    assert irrational_counterexample(problem, question, ({"v0": ROOT_2},), claim, (X > 2,)) is None, "the hypotheses are looked at again, in balls"
    assert satisfied(question, [ROOT_2])
