"""What a claim says at a point, in floating point: quick, and never to be trusted. It suggests where to look."""

from __future__ import annotations

import functools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import sympy
from flint import fmpq
from sympy.logic.boolalg import And, Equivalent, Implies, Not, Or

from cdmtheory.engine.worst import steps_needed
from cdmtheory.language import L, MethodTerm, Sup, _Optimum, bind, h, mu, residual, spectral_radius, stable, steps_to, worst_rate, worst_residual
from cdmtheory.methods import Coefficients, Method
from cdmtheory.modes import characteristic
from cdmtheory.modes import residual as residual_polynomial

__all__ = ["NO_VALUE", "margin", "near", "number", "residuals"]

NO_VALUE = (ValueError, ZeroDivisionError, OverflowError, TypeError, KeyError, NotImplementedError, ArithmeticError)
PARTS = np.unique(np.concatenate([np.linspace(0, 1, 161), np.geomspace(1e-4, 1, 60), 1 - np.geomspace(1e-4, 1, 40)]))
STEPPED = 200  # steps of a method that changes from step to step


def margin(statement: Any, point: dict[Any, float]) -> float:
    """How far from failing a statement is at a point, in floats: negative where it seems false; raises where it has no value."""
    if statement in (sympy.true, sympy.false):
        return 1.0 if statement == sympy.true else -1.0
    if isinstance(statement, Not):
        return -margin(statement.args[0], point)
    if isinstance(statement, (And, Or)):
        return (min if isinstance(statement, And) else max)(margin(part, point) for part in statement.args)
    if isinstance(statement, Implies):
        return max(-margin(statement.args[0], point), margin(statement.args[1], point))
    if isinstance(statement, Equivalent):
        parts = [margin(part, point) for part in statement.args]
        return max(min(parts), -max(parts))
    if isinstance(statement, stable):
        return 1 - number(spectral_radius(*statement.args) if len(statement.args) == 2 else worst_rate(statement.args[0]), point)
    if isinstance(statement, _Optimum):
        return margin(sympy.Ge(statement.quantity, statement.value, evaluate=False), point)
    left, right = (number(side.args[0] if isinstance(side, Sup) else side, point) for side in statement.args)
    if not (math.isfinite(left) and math.isfinite(right)):
        raise ValueError("no value")
    gap = (right - left) / (abs(left) + abs(right) or 1.0)
    if isinstance(statement, sympy.Eq):
        return -abs(gap)
    return abs(gap) if isinstance(statement, sympy.Ne) else gap if isinstance(statement, (sympy.Lt, sympy.Le)) else -gap


def number(e: Any, point: dict[Any, float]) -> float:
    """An expression in floats."""
    if e.is_Symbol:
        return point[e]
    if e.is_number and not e.has(spectral_radius, worst_rate, residual, worst_residual, steps_to):
        return _constant(e)
    if e.is_Add:
        return math.fsum(number(a, point) for a in e.args)
    if e.is_Mul:
        return math.prod(number(a, point) for a in e.args)
    if e.is_Pow:
        base, exponent = number(e.base, point), number(e.exp, point)
        return float(base**exponent) if base >= 0 or exponent == int(exponent) else math.nan
    if isinstance(e, (sympy.Max, sympy.Min)):
        return (max if isinstance(e, sympy.Max) else min)(number(a, point) for a in e.args)
    if isinstance(e, (worst_rate, spectral_radius, residual, worst_residual)):
        return _quantity(e, point)
    if isinstance(e, steps_to):
        return _steps_to(e, point)
    known: dict[Any, Any] = {sympy.Abs: abs, sympy.log: math.log, sympy.exp: math.exp, sympy.atanh: math.atanh, sympy.acosh: math.acosh, sympy.cosh: math.cosh,
             sympy.floor: math.floor, sympy.ceiling: math.ceil, sympy.tanh: math.tanh, sympy.sinh: math.sinh, sympy.cos: math.cos, sympy.sin: math.sin}
    return float(known[type(e)](number(e.args[0], point)))


@functools.lru_cache(maxsize=4096)
def _constant(e: Any) -> float:
    return float(e)


def _quantity(e: Any, point: dict[Any, float]) -> float:
    term: MethodTerm = e.args[0]
    if isinstance(e, (spectral_radius, residual)):
        where = np.array([number(e.args[-1], point)])
    elif isinstance(e, worst_rate) and h not in term.free_symbols:
        where = np.array([point[mu], point[L]])
    else:
        where = point[mu] + (point[L] - point[mu]) * PARTS
    if h in term.free_symbols:
        return max(_quantity(e.func(bind(term, sympy.Float(x)), *e.args[1:-1], *([x] if len(e.args) in (2, 3) else [])), point) for x in where[::16])
    steps = None if isinstance(e, (spectral_radius, worst_rate)) else int(number(e.args[1], point))
    if steps is not None and steps < 0:
        raise ValueError("a negative number of steps")
    found = _values(term, steps, where, point)
    if isinstance(e, residual):
        return float(found[0])
    return float(np.max(np.abs(found)))


def _values(term: MethodTerm, steps: int | None, where: Any, point: dict[Any, float]) -> Any:
    """Spectral radii, or residuals after some steps, at an array of eigenvalues."""
    if steps == 0:
        return np.ones_like(where)
    return residuals(term.method.map(lambda p: number(sympy.sympify(p), point)), steps, where)


def residuals(method: Method, steps: int | None, where: Any) -> Any:
    """p_k at an array of eigenvalues, or the spectral radii where the number of steps is None."""
    schedule = method.schedule
    if schedule.constant is None and method.name == "chebyshev" and steps is not None and steps > STEPPED:
        low, high = math.sqrt(method.parameters["mu"]), math.sqrt(method.parameters["L"])
        rate = (high - low) / (high + low)
        return np.full_like(where, 2 * rate**steps / (1 + rate ** (2 * steps)))
    with np.errstate(all="ignore"):
        if schedule.constant is None:
            if steps is None or steps > STEPPED:
                raise ValueError("too many steps")
            return residual_polynomial(method, steps, where)
        first = next(iter(schedule))
        return _powers(schedule.constant, first, steps, where)


def _powers(c: Coefficients, first: Coefficients, steps: int | None, where: Any) -> Any:
    trace, determinant = (x + 0 * where for x in characteristic(c, where))
    middle, gap = trace / 2, trace * trace / 4 - determinant
    root = np.sqrt(gap.astype(complex))
    a, b = middle + root, middle - root
    if steps is None:
        return np.maximum(abs(a), abs(b))
    start = 1 - first.step_size * where
    close = abs(root) * steps < 1e-4
    apart = np.where(close, 1, a - b)
    between = np.where(close, steps * middle.astype(complex) ** (steps - 1), (a**steps - b**steps) / apart)
    return ((a**steps + b**steps) / 2 + (start - middle) * between).real


def _steps_to(e: Any, point: dict[Any, float]) -> float:
    numbers = {s: near(x) for s, x in point.items()}
    method = e.args[0].method.map(lambda p: sympy.sympify(p).xreplace({s: sympy.Rational(int(x.p), int(x.q)) for s, x in numbers.items()}))
    found = steps_needed(method, numbers[mu], numbers[L], near(number(e.args[1], point)))
    if found is None:
        raise ValueError("no value")
    return float(found)


def near(x: float, bits: int = 10**15) -> fmpq:
    """A rational near a float, with a denominator of at most ``bits``; never 0 for a positive one."""
    q = Fraction(x).limit_denominator(bits)
    if q == 0 and x > 0:
        q = Fraction(x)
    return fmpq(q.numerator, q.denominator)
