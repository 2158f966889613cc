"""The number systems in which a definition can be evaluated, and the refusal to mix them.

A definition in this package uses ``+ - * /`` and integer literals only, so it can be evaluated in floating point
(scalars and arrays of any array-API library), exact rationals, SymPy expressions and balls alike. Roots enter through
:func:`sqrt`. Mixing two systems would silently lose what the more exact one stands for, so it is refused.
"""

from __future__ import annotations

import math
import sys
from enum import Enum
from fractions import Fraction
from typing import Any

__all__ = ["Arithmetic", "MixedArithmeticError", "NoRealRootError", "arithmetic_of", "convert", "sqrt"]


class Arithmetic(Enum):
    """A number system; the value is its name in messages."""

    FLOAT = "floating point"
    RATIONAL = "exact rationals (fractions.Fraction)"
    FLINT = "exact rationals (flint.fmpq)"
    SYMBOLIC = "SymPy expressions"
    BALL = "balls (flint.arb)"


class MixedArithmeticError(TypeError):
    """Values of two number systems met in one definition."""


class NoRealRootError(ValueError):
    """The square root of a negative number was asked for."""


def _library(value: object) -> str:
    return type(value).__module__.partition(".")[0]


def _kind(value: Any) -> Arithmetic | None:
    """The number system of one value; None for an int, which belongs to all of them."""
    if value is None or isinstance(value, (bool, str, bytes, complex)):
        raise TypeError(f"{value!r} is not a real number; allowed: int, float, Fraction, SymPy, flint.fmpq, flint.arb or a real array")
    if isinstance(value, int):
        return None
    if isinstance(value, float):
        return Arithmetic.FLOAT
    if isinstance(value, Fraction):
        return Arithmetic.RATIONAL
    library = _library(value)
    if library == "flint":
        name = type(value).__name__
        if name == "arb":
            return Arithmetic.BALL
        if name == "fmpz":
            return None
        if name in ("fmpq", "fmpq_poly", "fmpq_mpoly"):
            return Arithmetic.FLINT
    sympy = sys.modules.get("sympy")
    if sympy is not None and isinstance(value, sympy.Basic):
        if value.atoms(sympy.Float):
            raise MixedArithmeticError(f"the SymPy expression {value} contains a float; use Rational(p, q), for instance Rational(1, 2) for 0.5")
        return Arithmetic.SYMBOLIC
    import array_api_compat

    if library == "numpy" or array_api_compat.is_array_api_obj(value):
        dtype = str(getattr(value, "dtype", "")).rpartition(".")[2]
        if not dtype.startswith(("float", "bfloat", "int", "uint")):
            raise TypeError(f"an array of dtype {dtype} does not hold real numbers; convert it to float64 first")
        return Arithmetic.FLOAT
    raise TypeError(f"{value!r} of type {type(value).__name__} is not a number of any arithmetic known here; "
                    "allowed: int, float, Fraction, SymPy, flint.fmpq, flint.arb or an array")


def arithmetic_of(**values: Any) -> Arithmetic | None:
    """The number system that all named values share; None if they are all ints.

    Raises
    ------
    MixedArithmeticError
        If two of them belong to different systems; the message names both.
    TypeError
        If one is not a real number.
    """
    found: Arithmetic | None = None
    found_name = ""
    for name, value in values.items():
        try:
            kind = _kind(value)
        except TypeError as error:
            raise type(error)(f"{name}: {error}") from None
        if kind is None or kind is found:
            continue
        if found is not None:
            remedy = "Convert one of them first, for instance with cdmtheory.arithmetic.convert"
            if {found, kind} == {Arithmetic.FLOAT, Arithmetic.SYMBOLIC}:
                remedy = "Where SymPy stands, write a number exactly, for instance Rational(1, 2) for 0.5; or convert with cdmtheory.arithmetic.convert"
            raise MixedArithmeticError(f"{found_name} is in {found.value}, {name} = {value!r} is in {kind.value}; the two do not mix. {remedy}")
        found, found_name = kind, name
    return found


def _exact_root(value: Fraction) -> Fraction | None:
    if value < 0:
        return None
    p, q = math.isqrt(value.numerator), math.isqrt(value.denominator)
    return Fraction(p, q) if p * p == value.numerator and q * q == value.denominator else None


def sqrt(value: Any) -> Any:
    """The nonnegative square root, in the number system of ``value``.

    An int gives an int where the root is one, otherwise the SymPy expression; a rational without a rational root is
    refused, because no rational is the answer. This is the ``sqrt`` to use in claims: ``sqrt(L)`` is SymPy's.

    Raises
    ------
    ValueError
        For a negative number, or a rational whose root is irrational.
    """
    kind = arithmetic_of(value=value)
    if kind is Arithmetic.SYMBOLIC:
        import sympy

        return sympy.sqrt(value)
    if kind is Arithmetic.FLOAT:
        if isinstance(value, float):
            if value < 0:
                raise NoRealRootError(f"sqrt of {value!r}: no real root; the argument must be >= 0")
            return math.sqrt(value)
        import array_api_compat

        return array_api_compat.array_namespace(value).sqrt(value)
    if kind is Arithmetic.BALL:
        return value.sqrt()
    exact = _exact_root(Fraction(int(value)) if kind is None else Fraction(int(value.numerator), int(value.denominator)) if kind is Arithmetic.RATIONAL
                        else Fraction(int(value.p), int(value.q)))
    if exact is None:
        if value < 0:
            raise NoRealRootError(f"sqrt of {value!r}: no real root; the argument must be >= 0")
        if kind is None:
            import sympy

            return sympy.sqrt(int(value))
        raise ValueError(f"sqrt of {value!r}: its root is irrational and exact rationals cannot hold it; "
                         "evaluate in balls or floating point, or give the root itself as a parameter")
    if kind is None:
        return int(exact)
    return exact if kind is Arithmetic.RATIONAL else type(value)(exact.numerator, exact.denominator)


def convert(value: Any, to: Arithmetic) -> Any:
    """``value`` in another number system: exactly, or as the nearest float, or as a ball that contains it.

    A float converts to the rational it is (``0.1`` is not ``1/10``). Arrays stay arrays. An int becomes
    a number of the system asked for, so that dividing it stays exact.

    Raises
    ------
    TypeError
        If an expression has free symbols, or a ball would have to become exact.
    """
    kind = arithmetic_of(value=value)
    if kind is to:
        return value
    if kind is Arithmetic.FLOAT and not isinstance(value, float):
        raise TypeError("an array stays in floating point; convert its elements one by one")
    if to is Arithmetic.FLOAT:
        if kind is Arithmetic.FLINT:
            return int(value.p) / int(value.q)
        return float(value)
    if to is Arithmetic.BALL:
        return _ball(value, kind)
    if kind is Arithmetic.SYMBOLIC:
        if not value.is_Rational:
            raise TypeError(f"{value} is not a rational number; it converts to floating point or balls only")
        exact = Fraction(int(value.p), int(value.q))
    elif kind is Arithmetic.FLINT:
        exact = Fraction(int(value.p), int(value.q))
    elif kind is Arithmetic.BALL:
        raise TypeError("a ball is an enclosure, not a number; it converts to floating point only")
    else:
        exact = Fraction(int(value) if kind is None else value)
    if to is Arithmetic.RATIONAL:
        return exact
    if to is Arithmetic.FLINT:
        import flint

        return flint.fmpq(exact.numerator, exact.denominator)
    import sympy

    return sympy.Rational(exact.numerator, exact.denominator)


def _ball(value: Any, kind: Arithmetic | None) -> Any:
    import flint

    if kind is None or kind is Arithmetic.FLINT:
        return flint.arb(value)
    if kind is Arithmetic.SYMBOLIC:
        if value.free_symbols:
            raise TypeError(f"{value} has free symbols; put numbers in first")
        if value.is_Rational:
            return flint.arb(flint.fmpq(int(value.p), int(value.q)))
        if value.is_Pow and value.exp.is_Rational:
            root = _ball(value.base, Arithmetic.SYMBOLIC)
            if value.exp.q == 2:
                return root.sqrt() ** int(value.exp.p)
            return root ** _ball(value.exp, Arithmetic.SYMBOLIC)
        if value.is_Add or value.is_Mul:
            parts = [_ball(part, Arithmetic.SYMBOLIC) for part in value.args]
            return sum(parts[1:], parts[0]) if value.is_Add else math.prod(parts[1:], start=parts[0])
        raise TypeError(f"{value} cannot be enclosed in a ball; allowed are rationals, roots, sums and products")
    exact = Fraction(value)
    return flint.arb(flint.fmpq(exact.numerator, exact.denominator))
