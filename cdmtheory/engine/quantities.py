"""The value of an expression, and of every quantity of the language, at one point.

This is the reference meaning of a quantity, independent of the reduction to polynomials.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import sympy
from flint import arb, ctx, fmpq, fmpq_poly

from cdmtheory.arithmetic import Arithmetic, NoRealRootError
from cdmtheory.engine.scalars import CONSTANTS, FUNCTIONS, Open, Undefined, ball, finite, power, square_root
from cdmtheory.engine.worst import from_nodes, steps_needed, worst_in_balls
from cdmtheory.language import L, MethodTerm, h, mu, residual, spectral_radius, steps_to, worst_rate, worst_residual
from cdmtheory.methods import Coefficients, Method
from cdmtheory.modes import characteristic, coefficients_of, radius_of_balls
from cdmtheory.modes import residual as residual_polynomial
from cdmtheory.recurrence import NoRecurrence, recurrences
from cdmtheory.recurrence import value as power_of_recurrence

__all__ = ["Point", "characteristic_at", "ends", "has_polynomial", "method_at", "radius", "residual_at", "steps_of", "value"]

Point = dict[Any, Any]

LARGEST_POLYNOMIAL = 48
LONGEST_POLYNOMIAL = 2000  # its degree times the digits of what it is made of; enclosing the roots of a longer one may take minutes
LARGEST_K = 10**18
LARGEST_STEPPED = 4000  # steps of a method without a recurrence
LARGEST_EXACT = 256
LARGEST_DIGITS = 30_000  # steps times the bits of the point's numbers, up to which a residual is exact


def value(expr: Any, point: Point) -> Any:
    """An expression at a point: ``fmpq`` where it is rational and seen to be, otherwise an ``arb`` that contains it.

    Raises
    ------
    Undefined
        If it has no real value.
    Open
        If it cannot be enclosed, by this precision or at all.
    """
    if expr.is_Symbol:
        if expr not in point:
            raise Open(f"{expr} has no value")
        return point[expr]
    if expr.is_Rational:
        return fmpq(int(expr.p), int(expr.q))
    if expr.is_Add:
        return _fold(expr.args, point, lambda a, b: a + b)
    if expr.is_Mul:
        return _fold(expr.args, point, lambda a, b: a * b)
    if isinstance(expr, sympy.exp) or (expr.is_Pow and expr.base is sympy.E):
        return _exponential(expr.exp, point)
    if expr.is_Pow:
        return power(value(expr.base, point), value(expr.exp, point), expr.base)
    if isinstance(expr, (sympy.Max, sympy.Min)):
        parts = [value(a, point) for a in expr.args]
        if all(isinstance(p, fmpq) for p in parts):
            return max(parts) if isinstance(expr, sympy.Max) else min(parts)
        result = ball(parts[0])
        for part in parts[1:]:
            result = result.max(ball(part)) if isinstance(expr, sympy.Max) else result.min(ball(part))
        return result
    if isinstance(expr, sympy.Abs):
        return abs(value(expr.args[0], point))
    if isinstance(expr, spectral_radius):
        return radius(*characteristic_at(expr.args[0], expr.args[1], point))
    if isinstance(expr, worst_rate):
        return _worst_rate(expr, point)
    if isinstance(expr, residual):
        return _residual(expr, point)
    if isinstance(expr, worst_residual):
        return _worst_residual(expr, point)
    if isinstance(expr, steps_to):
        return _steps_to(expr, point)
    if expr in CONSTANTS:
        return CONSTANTS[expr]()
    if isinstance(expr, sympy.LambertW):
        return finite(ball(value(expr.args[0], point)).lambertw(int(expr.args[1]) if len(expr.args) == 2 else 0), expr)
    function = FUNCTIONS.get(type(expr))
    if function is not None:
        return finite(function(value(expr.args[0], point)), expr)
    raise Open(f"{type(expr).__name__} has no value here")


def _fold(parts: Any, point: Point, operation: Any) -> Any:
    result = value(parts[0], point)
    for part in parts[1:]:
        other = value(part, point)
        if isinstance(result, arb) is not isinstance(other, arb):
            result, other = ball(result), ball(other)
        result = operation(result, other)
    return result


def _exponential(exponent: Any, point: Point) -> Any:
    e = value(exponent, point)
    return fmpq(1) if isinstance(e, fmpq) and e == 0 else finite(ball(e).exp(), "an exponential")


def method_at(term: MethodTerm, point: Point) -> Method:
    """A method with its parameters evaluated, all exact rationals or all balls."""
    made: Method = term.method.map(lambda e: value(sympy.sympify(e), point))
    if _has_ball(made):
        return made.to(Arithmetic.BALL)
    try:
        for part in _phases(made):
            for _ in zip(range(1), part, strict=False):
                pass
    except NoRealRootError as reason:
        raise Undefined(str(reason)) from None
    except ValueError:  # a root without a rational value
        return made.to(Arithmetic.BALL)
    except ZeroDivisionError:
        raise Undefined(f"{term} divides by 0") from None
    return made


def _phases(method: Method) -> Iterator[Method]:
    """A method, and every one that a phased method is made of."""
    yield method
    for v in method.values:
        if isinstance(v, Method):
            yield from _phases(v)


def _has_ball(method: Method) -> bool:
    return any(_has_ball(v) if isinstance(v, Method) else isinstance(v, arb) for v in method.values)


def _coefficients(term: MethodTerm, at: Any, point: Point) -> tuple[Coefficients, Any]:
    """The constant coefficients and the eigenvalue in one number system; ``h`` inside the method is the eigenvalue."""
    method = method_at(term, {**point, h: at})
    try:
        c = coefficients_of(method)
    except ZeroDivisionError:
        raise Undefined(f"{term} divides by 0") from None
    return _same_system(c, at)


def _same_system(c: Coefficients, at: Any) -> tuple[Coefficients, Any]:
    if any(isinstance(x, arb) for x in (*c, at)):
        c, at = Coefficients(*[ball(x) for x in c]), ball(at)
        for x in c:
            finite(x, "a coefficient")
    return c, at


def characteristic_at(term: MethodTerm, at: Any, point: Point) -> tuple[Any, Any]:
    where = value(at, point) if isinstance(at, sympy.Basic) else at
    found = characteristic(*_coefficients(term, where, point))
    return found.trace, found.determinant


def radius(trace: Any, determinant: Any) -> Any:
    """Spectral radius of z² − trace·z + determinant; exact if its roots are rational or its modulus is."""
    trace, determinant = (fmpq(x) if isinstance(x, int) else x for x in (trace, determinant))
    if isinstance(trace, arb) is not isinstance(determinant, arb):
        trace, determinant = ball(trace), ball(determinant)
    d = trace * trace - 4 * determinant
    if d <= 0:
        return square_root(determinant, "the spectral radius")
    if d > 0:
        root = square_root(d, "the spectral radius")
        total = _sum(abs(trace), root)
        return total / 2
    return finite(radius_of_balls(trace, determinant), "the spectral radius")


def ends(point: Point) -> tuple[Any, Any]:
    if mu not in point or L not in point:
        raise Open("the spectrum [mu, L] has no values")
    return point[mu], point[L]


def _worst_rate(expr: Any, point: Point) -> Any:
    """At an end of [mu, L]: {(trace, determinant): radius <= r} is a triangle, and both are affine in the eigenvalue (proofs/C/C0)."""
    if h in expr.args[0].free_symbols:
        raise Open("a supremum over methods that depend on the eigenvalue has no value here")
    low, high = (radius(*characteristic_at(expr.args[0], end, point)) for end in ends(point))
    if isinstance(low, fmpq) and isinstance(high, fmpq):
        return max(low, high)
    return ball(low).max(ball(high))


def steps_of(expr: Any, point: Point) -> int:
    steps = value(expr, point)
    if isinstance(steps, arb) and steps.contains_integer():
        raise Open(f"whether {expr} is a number of steps")
    if not isinstance(steps, fmpq) or steps.q != 1 or steps < 0:
        raise Undefined(f"k = {steps} is not a number of steps")
    if steps > LARGEST_K:
        raise Open(f"k = {steps} is too large for an exact residual")
    return int(steps.p)


def _residual(expr: Any, point: Point) -> Any:
    steps = steps_of(expr.args[1], point)
    at = value(expr.args[2], point)
    return residual_at(expr.args[0], steps, at, point)


def residual_at(term: MethodTerm, steps: int, at: Any, point: Point) -> Any:
    """p_k at one eigenvalue; in balls with guard bits for every step, because each step loses one or two."""
    exact = method_at(term, {**point, h: at})
    bits = max((x.height_bits() for x in (at, *point.values()) if isinstance(x, fmpq)), default=1)
    if not _has_ball(exact) and isinstance(at, fmpq) and steps <= LARGEST_EXACT and steps * bits <= LARGEST_DIGITS:
        try:
            return fmpq(1) * residual_polynomial(exact, steps, at)
        except ZeroDivisionError:
            raise Undefined(f"{term} divides by 0") from None
    if steps > 16:  # by powers of the recurrence, which loses a few bits for every doubling
        with contextlib.suppress(NoRecurrence), ctx.workprec(ctx.prec + 8 * steps.bit_length()):
            found = recurrences(exact.to(Arithmetic.BALL), [ball(at)])
            number = power_of_recurrence(found.modes[0], steps)
            return finite(number if found.divisor is None else number / power_of_recurrence(found.divisor, steps), term)
    if steps > LARGEST_STEPPED:
        raise Open(f"k = {steps} is too large for this method")
    with ctx.workprec(ctx.prec + 4 * steps):
        method = method_at(term, {**point, h: at}).to(Arithmetic.BALL)
        return finite(arb(1) * residual_polynomial(method, steps, ball(at)), term)


def _worst_residual(expr: Any, point: Point) -> Any:
    """Supremum of |p_k| over [mu, L]: at an end or at a real zero of the derivative, all of which are enclosed."""
    term, steps = expr.args[0], steps_of(expr.args[1], point)
    low, high = ends(point)
    if steps == 0:
        if h in term.free_symbols:
            raise Open("whether this method is defined at every eigenvalue has no value here")
        method_at(term, point)
        return fmpq(1)
    if low == high:
        return abs(residual_at(term, steps, low, point))
    method = method_at(term, point) if h not in term.free_symbols else None
    if method is None:
        raise Open("this supremum over the eigenvalues has no value here")
    if (eta := _only_step_size(method)) is not None and steps <= 4000:
        return max(abs(1 - eta * low), abs(1 - eta * high)) ** steps
    if not has_polynomial(term, steps, point):
        known = all(isinstance(x, fmpq) for x in point.values())
        found = worst_in_balls(with_numbers(term, point), low, high, steps) if known else from_nodes(method, low, high, steps)
        if found is None:
            raise Open("this supremum over the eigenvalues has no value here")
        return found
    polynomial = fmpq_poly([1]) * residual_polynomial(method, steps, fmpq_poly([0, 1]))
    best = max(abs(polynomial(low)), abs(polynomial(high)))
    inner: list[Any] = []
    for root, _ in polynomial.derivative().complex_roots() if polynomial.degree() > 1 else []:
        x = root.real
        if root.imag.contains(0) and not (x < low) and not (x > high):
            inner.append(abs(_horner(polynomial, x)))
    if all(bool(v < arb(best)) for v in inner):
        return best
    result = arb(best)
    for v in inner:
        result = result.max(v)
    return result


def _only_step_size(method: Method) -> Any:
    """The rational step size of what is plain gradient descent; None for every other method."""
    constant = method.schedule.constant
    plain = constant is not None and not method.schedule.opening and not any(isinstance(x, arb) for x in constant)
    return constant.step_size if plain and constant and constant.momentum == 0 and constant.lookahead == 0 else None


def with_numbers(term: MethodTerm, point: Point) -> Method:
    """The method with the point put into its parameters, as SymPy numbers: roots stay exact."""
    numbers = {s: sympy.Rational(int(x.p), int(x.q)) for s, x in point.items() if isinstance(x, fmpq)}
    return term.method.map(lambda e: sympy.sympify(e).xreplace(numbers))


def _steps_to(expr: Any, point: Point) -> Any:
    """steps_to(m, eps): the exact integer where a theorem gives the worst case at every step."""
    term, tolerance = expr.args[0], value(expr.args[1], point)
    low, high = ends(point)
    if not isinstance(tolerance, fmpq) or tolerance <= 0 or h in term.free_symbols:
        raise Open("a step count to a tolerance that is irrational or not above 0")
    method_at(term, point)  # undefined parameters are seen here
    found = steps_needed(with_numbers(term, point), low, high, tolerance)
    if found is None:
        raise Open("the step count has no value here")
    return fmpq(found)


def _horner(polynomial: Any, x: Any) -> Any:
    result = arb(0)
    for c in reversed(polynomial.coeffs()):
        result = result * x + arb(c)
    return result


def has_polynomial(term: MethodTerm, steps: int, point: Point) -> bool:
    """Whether p_k is a polynomial with rational coefficients and of a degree whose extrema can be enclosed."""
    bits = max((x.height_bits() for x in point.values() if isinstance(x, fmpq)), default=1)
    return steps <= LARGEST_POLYNOMIAL and steps * bits <= LONGEST_POLYNOMIAL and h not in term.free_symbols and not _has_ball(method_at(term, point))


def _sum(a: Any, b: Any) -> Any:
    return a + b if isinstance(a, arb) is isinstance(b, arb) else ball(a) + ball(b)
