"""Limits of quotients of polynomials in logarithms, exactly, from their series; and of products of powers, by their logarithms."""

from __future__ import annotations

from typing import Any

import sympy
from flint import fmpq

from cdmtheory.engine.logarithms import expanded_logs
from cdmtheory.engine.logsum import Ends, leading, log_sum

__all__ = ["exact_limit", "of_powers"]

ORDER = 40  # how far the series of a numerator or denominator are looked at for a first term


def exact_limit(e: Any, y: Any, target: Any) -> Any:
    """The limit of a quotient of polynomials in logarithms of rational functions of y, from the first terms of both; None if it is none."""
    opened = expanded_logs(e.replace(sympy.atanh, lambda x: sympy.log((1 + x) / (1 - x)) / 2), y, lambda f: _sign_near(f, y, target))
    if opened is None:
        return None
    factor, rest = sympy.factor(sympy.together(opened)).as_independent(y, as_Add=False)
    over, under = (log_sum(part, y) for part in sympy.fraction(rest))
    if over is None or under is None or not under.terms:
        return None
    if not over.terms:
        return sympy.Integer(0)
    ends, at_low = (Ends(fmpq(0), None), True) if target == 0 else (Ends(None, None), False)
    first, second = (leading(part, ends, at_low, ORDER) for part in (over, under))
    if first is None or second is None:
        return None
    power, degree = first.power - second.power, first.degree - second.degree
    if power > 0 or (power == 0 and degree < 0):
        return sympy.Integer(0)
    if power == 0 and degree == 0:
        return sympy.simplify(factor * first.symbolic() / second.symbolic())
    if factor.free_symbols or first.sign is None or second.sign is None:
        return None
    return sympy.oo * first.sign * second.sign * factor


def of_powers(e: Any, y: Any, target: Any) -> Any:
    """The limit of a product in which a base and its exponent both vary, (1 − 1/y)^y say, by its logarithm; None if it is none."""
    factors = sympy.Mul.make_args(e)
    varying = [f for f in factors if isinstance(f, (sympy.Pow, sympy.exp)) and f.exp.has(y)]
    if not varying:
        return None
    logarithm = sympy.Add(*[f.exp * (1 if f.base == sympy.E else sympy.log(f.base)) for f in varying])
    rest = sympy.Mul(*[f for f in factors if f not in varying])
    for sign in (1, -1):
        power = exact_limit(logarithm + sympy.log(sign * rest), y, target)
        if power is not None:
            return sign * sympy.exp(power)
    return None


def _sign_near(f: Any, y: Any, target: Any) -> int | None:
    """The sign that a polynomial has close to 0+ or to oo."""
    try:
        coefficients = [c for c in sympy.Poly(f, y).all_coeffs() if c != 0]
    except sympy.PolynomialError:
        return None
    c = coefficients[0 if target == sympy.oo else -1]
    return None if not c.is_Rational else 1 if c > 0 else -1
