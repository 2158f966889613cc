"""Numbers a claim is evaluated in: an exact rational (``fmpq``) wherever that is possible, otherwise a ball (``arb``) that contains the value."""

from __future__ import annotations

from typing import Any

import sympy
from flint import arb, fmpq

from cdmtheory.arithmetic import sqrt as exact_sqrt

__all__ = ["CONSTANTS", "FUNCTIONS", "Open", "Undefined", "ball", "compare", "finite", "power", "square_root"]


LARGEST_POWER = 4000  # of a rational number that is written out


class Undefined(ArithmeticError):
    """An expression has no real value at the point: 1/0, log 0, an even root of a negative number."""


class Open(ArithmeticError):
    """The value could not be enclosed, or the enclosure does not decide."""


def ball(a: Any) -> Any:
    return a if isinstance(a, arb) else arb(a)


def finite(number: Any, what: Any) -> Any:
    if isinstance(number, arb) and not number.is_finite():
        raise Open(f"{what} is not enclosed")
    return number


def square_root(number: Any, what: Any) -> Any:
    if isinstance(number, fmpq):
        if number < 0:
            raise Undefined(f"sqrt of the negative {number}")
        try:
            return exact_sqrt(number)
        except ValueError:
            return arb(number).sqrt()
    if number < 0:
        raise Undefined(f"sqrt of a negative number in {what}")
    return finite(number.sqrt(), what)


def power(b: Any, e: Any, base: Any) -> Any:
    """b to the e; ``base`` is what b is the value of, for messages."""
    if isinstance(e, fmpq) and e.q == 1:
        n = int(e.p)
        if n < 0 and isinstance(b, fmpq) and b == 0:
            raise Undefined(f"{base} is 0 and its power is negative")
        if n < 0 and isinstance(b, arb) and b.contains(0):
            raise Open(f"{base} may be 0")
        return _whole_power(b, n)
    if isinstance(e, fmpq) and e.q == 2:
        root = square_root(b, base)
        if e < 0 and isinstance(root, fmpq) and root == 0:
            raise Undefined(f"{base} is 0 and its power is negative")
        if e < 0 and isinstance(root, arb) and root.contains(0):
            raise Open(f"{base} may be 0")
        return _whole_power(root, int(e.p))
    if b < 0:
        if isinstance(e, arb) and e.contains_integer():
            raise Open(f"whether a power of the negative number {base} is a whole one")
        raise Undefined(f"a power of the negative number {base}")
    if isinstance(b, fmpq) and b == 0:
        if e > 0:
            return fmpq(0)
        if e < 0:
            raise Undefined(f"{base} is 0 and its power is negative")
        raise Open("0 to a power around 0")
    if isinstance(b, fmpq) and b == 1:
        return fmpq(1)
    return finite((ball(b).log() * ball(e)).exp(), base)


def _whole_power(b: Any, n: int) -> Any:
    """b^n, in balls where the digits would be too many."""
    return b**n if abs(n) <= LARGEST_POWER or isinstance(b, arb) else arb(b) ** n


def _log(x: Any) -> Any:
    if x <= 0:
        raise Undefined(f"log of {x}")
    return fmpq(0) if isinstance(x, fmpq) and x == 1 else ball(x).log()


def _atanh(x: Any) -> Any:
    if abs(x) >= 1:
        raise Undefined(f"atanh of {x}")
    return fmpq(0) if isinstance(x, fmpq) and x == 0 else ball(x).atanh()


def _acosh(x: Any) -> Any:
    if x < 1:
        raise Undefined(f"acosh of {x}")
    return fmpq(0) if isinstance(x, fmpq) and x == 1 else ball(x).acosh()


def _whole(rounding: str) -> Any:
    def apply(x: Any) -> Any:
        if isinstance(x, fmpq):
            return fmpq(getattr(x, rounding)())
        found = getattr(x, rounding)().unique_fmpz()
        if found is None:
            raise Open("an integer part that the ball does not decide")
        return fmpq(found)
    return apply


def compare(relation: Any, a: Any, b: Any) -> bool | None:
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        less, equal = a < b, a == b
    else:
        difference = ball(a) - ball(b)
        if not difference.is_finite():
            raise Open(str(relation))
        less, more = bool(difference < 0), bool(difference > 0)
        if not less and not more:
            return None
        equal = False
    if isinstance(relation, sympy.Eq):
        return equal
    if isinstance(relation, sympy.Ne):
        return not equal
    if isinstance(relation, sympy.Lt):
        return less
    if isinstance(relation, sympy.Le):
        return less or equal
    if isinstance(relation, sympy.Gt):
        return not less and not equal
    return not less


FUNCTIONS: dict[Any, Any] = {
    sympy.log: _log, sympy.atanh: _atanh, sympy.acosh: _acosh,
    sympy.cosh: lambda x: ball(x).cosh(), sympy.sinh: lambda x: ball(x).sinh(), sympy.tanh: lambda x: ball(x).tanh(),
    sympy.asinh: lambda x: ball(x).asinh(), sympy.cos: lambda x: ball(x).cos(), sympy.sin: lambda x: ball(x).sin(),
    sympy.atan: lambda x: ball(x).atan(), sympy.floor: _whole("floor"), sympy.ceiling: _whole("ceil"),
}
CONSTANTS: dict[Any, Any] = {sympy.pi: arb.pi, sympy.E: lambda: arb(1).exp()}
