"""The number systems: what mixes, what is refused, and that roots and conversions are exact or rigorous."""

from fractions import Fraction

import array_api_strict
import flint
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from cdmtheory.arithmetic import Arithmetic, MixedArithmeticError, arithmetic_of, convert, sqrt
from cdmtheory.methods import METHODS

x = sympy.Symbol("x", positive=True)
OF_EACH = {Arithmetic.FLOAT: [0.5, np.float64(0.5), np.ones(2), array_api_strict.asarray([1.0])], Arithmetic.RATIONAL: [Fraction(1, 2)],
           Arithmetic.FLINT: [flint.fmpq(1, 2)], Arithmetic.SYMBOLIC: [sympy.Rational(1, 2), x, sympy.sqrt(2)], Arithmetic.BALL: [flint.arb(1) / 2]}
ALL = [(kind, value) for kind, values in OF_EACH.items() for value in values]
fractions = st.fractions(min_value=-1000, max_value=1000, max_denominator=10**6)


@pytest.mark.parametrize(("kind", "value"), ALL, ids=str)
def test_every_value_is_recognised(kind, value):
    assert arithmetic_of(value=value) is kind
    assert arithmetic_of(value=value, whole=3) is kind, "an int belongs to every number system"
    assert arithmetic_of(whole=3, other=flint.fmpz(2)) is None


@pytest.mark.parametrize(("kind", "value"), ALL, ids=str)
@pytest.mark.parametrize(("other_kind", "other"), ALL, ids=str)
def test_two_systems_do_not_mix(kind, value, other_kind, other):
    if kind is other_kind:
        assert arithmetic_of(a=value, b=other) is kind
        return
    with pytest.raises(MixedArithmeticError, match=r"^a is in .*, b = .* is in .*convert") as error:
        arithmetic_of(a=value, b=other)
    assert kind.value in str(error.value)
    assert other_kind.value in str(error.value)
    with pytest.raises(MixedArithmeticError, match="do not mix"):
        METHODS["heavy_ball"](value, other)


@pytest.mark.parametrize("value", [True, "1", b"1", 1j, None, object(), np.array([1j]), np.array([True]), np.array([None])],
                         ids=lambda v: "object" if type(v) is object else repr(v))
def test_what_is_not_a_real_number_is_refused(value):
    with pytest.raises(TypeError, match="weight"):
        arithmetic_of(weight=value)


def test_a_float_inside_an_expression_is_refused():
    with pytest.raises(MixedArithmeticError, match=r"Rational\(1, 2\) for 0.5"):
        arithmetic_of(step_size=0.5 * x)


@given(fractions)
def test_conversions_are_exact_and_come_back(q):
    for system in (Arithmetic.FLINT, Arithmetic.SYMBOLIC, Arithmetic.RATIONAL):
        there = convert(q, system)
        assert arithmetic_of(there=there) is system
        assert convert(there, Arithmetic.RATIONAL) == q
        ball = convert(there, Arithmetic.BALL)
        assert ball.contains(flint.fmpq(q.numerator, q.denominator))
        assert float(ball.rad()) <= 1e-12 * abs(q)
        assert convert(there, Arithmetic.FLOAT) == float(q), "the nearest float"


def test_a_float_converts_to_the_rational_that_it_is():
    assert convert(0.1, Arithmetic.RATIONAL) == Fraction(0.1) != Fraction(1, 10)
    assert convert(0.1, Arithmetic.BALL).contains(flint.fmpq(*Fraction(0.1).as_integer_ratio()))
    assert not convert(0.1, Arithmetic.BALL).contains(flint.fmpq(1, 10))


def test_an_int_becomes_a_number_of_the_system():
    assert convert(1, Arithmetic.RATIONAL) / 3 == Fraction(1, 3)
    assert convert(1, Arithmetic.FLINT) / 3 == flint.fmpq(1, 3)
    assert convert(1, Arithmetic.SYMBOLIC) / 3 == sympy.Rational(1, 3)


@pytest.mark.parametrize(("value", "to", "message"), [(x, Arithmetic.BALL, "free symbols"), (sympy.sqrt(2), Arithmetic.RATIONAL, "not a rational"),
                                                      (flint.arb(1), Arithmetic.RATIONAL, "enclosure"), (sympy.log(2), Arithmetic.BALL, "enclosed"),
                                                      (np.ones(2), Arithmetic.BALL, "one by one")], ids=str)
def test_a_conversion_that_would_lose_something_is_refused(value, to, message):
    with pytest.raises(TypeError, match=message):
        convert(value, to)


def test_an_algebraic_number_converts_to_a_ball_around_it():
    number = (sympy.sqrt(2) + 1) ** -2 * sympy.Rational(3, 7) + sympy.root(5, 3)
    ball = convert(number, Arithmetic.BALL)
    assert ball.overlaps(flint.arb(str(number.evalf(30))))
    assert float(ball.rad()) < 1e-13


@given(fractions.filter(lambda q: q >= 0))
def test_the_root_of_a_square_is_exact_in_every_system(q):
    square = q * q
    assert sqrt(square) == q
    assert sqrt(convert(square, Arithmetic.FLINT)) == convert(q, Arithmetic.FLINT)
    assert sqrt(convert(square, Arithmetic.SYMBOLIC)) == convert(q, Arithmetic.SYMBOLIC)
    assert (sqrt(convert(square, Arithmetic.BALL)) - convert(q, Arithmetic.BALL)).contains(0)
    assert sqrt(float(square)) == pytest.approx(float(q))


def test_the_root_of_a_whole_number_is_whole_or_symbolic():
    assert sqrt(9) == 3
    assert isinstance(sqrt(9), int)
    assert sqrt(2) == sympy.sqrt(2)
    assert sqrt(x) == sympy.sqrt(x)
    assert np.array_equal(sqrt(np.array([4.0, 9.0])), [2, 3])


@pytest.mark.parametrize("value", [Fraction(2), flint.fmpq(2)], ids=repr)
def test_an_irrational_root_of_an_exact_rational_is_refused(value):
    with pytest.raises(ValueError, match="irrational"):
        sqrt(value)


@pytest.mark.parametrize("value", [-1, -1.0, Fraction(-1), flint.fmpq(-1)], ids=repr)
def test_the_root_of_a_negative_number_is_refused(value):
    with pytest.raises(ValueError, match="no real root"):
        sqrt(value)
