"""What a claim says at one point, decided exactly or by rigorous enclosures.

This is the reference meaning of every quantity, independent of the reduction to polynomials: a counterexample counts only
if it is one here. A value is an exact rational (``fmpq``) wherever that is possible, otherwise a ball (``arb``) that
contains it; a comparison of balls that overlap is repeated with more precision, and stays open (None) at the end.
"""

from __future__ import annotations

import contextlib
from typing import Any

import sympy
from flint import arb, ctx, fmpq, fmpq_poly
from sympy.logic.boolalg import And, BooleanFalse, BooleanTrue, Equivalent, Implies, Not, Or

from cdmtheory.arithmetic import Arithmetic, NoRealRootError, convert
from cdmtheory.arithmetic import sqrt as exact_sqrt
from cdmtheory.engine.approximate import NO_VALUE, residuals
from cdmtheory.engine.worst import steps_needed, worst_in_balls
from cdmtheory.language import L, MethodTerm, Sup, _Optimum, h, k, kappa, mu, residual, spectral_radius, stable, steps_to, worst_rate, worst_residual
from cdmtheory.methods import Coefficients, Method
from cdmtheory.modes import characteristic, coefficients_of, radius_of_balls
from cdmtheory.modes import residual as residual_polynomial
from cdmtheory.recurrence import NoRecurrence, recurrences
from cdmtheory.recurrence import value as power_of_recurrence

__all__ = ["Open", "Point", "Undefined", "complete", "holds", "sides", "value"]

Point = dict[Any, Any]

PRECISIONS = (96, 384, 1536)
LARGEST_POLYNOMIAL = 48
LONGEST_POLYNOMIAL = 2000  # its degree times the digits of what it is made of; enclosing the roots of a longer one may take minutes
LARGEST_K = 10**18
LARGEST_STEPPED = 4000  # steps of a method without a recurrence
LARGEST_EXACT = 256
LARGEST_DIGITS = 30_000  # steps times the bits of the point's numbers, up to which a residual is exact


class Undefined(ArithmeticError):
    """An expression has no real value at the point: 1/0, log 0, an even root of a negative number."""


class Open(ArithmeticError):
    """The value could not be enclosed, or the enclosure does not decide."""


def complete(point: Point) -> Point:
    """The point with kappa = L/mu put in."""
    if mu in point and L in point and point[mu] != 0:
        return {**point, kappa: point[L] / point[mu]}
    if kappa in point:
        return {**point, mu: fmpq(1), L: point[kappa]}
    return point


def holds(statement: Any, point: Point) -> bool | None:
    """Whether a statement is true at a point; None if that stays open.

    Raises
    ------
    Undefined
        If a side of a relation in it is undefined there.
    """
    if isinstance(statement, (BooleanTrue, bool)) and statement:
        return True
    if isinstance(statement, BooleanFalse) or statement is False:
        return False
    if isinstance(statement, Not):
        inner = holds(statement.args[0], point)
        return None if inner is None else not inner
    if isinstance(statement, (And, Or)):
        deciding = isinstance(statement, Or)
        parts = [holds(part, point) for part in statement.args]  # all of them: an undefined one must not hide
        return deciding if deciding in parts else None if None in parts else not deciding
    if isinstance(statement, Implies):
        return holds(Or(Not(statement.args[0], evaluate=False), statement.args[1], evaluate=False), point)
    if isinstance(statement, Equivalent):
        parts = [holds(part, point) for part in statement.args]
        return None if None in parts else len(set(parts)) == 1
    if isinstance(statement, stable):
        return _escalate(lambda: _is_stable(statement, point))
    if isinstance(statement, sympy.core.relational.Relational):
        return _escalate(lambda: _relation(statement, point))
    if isinstance(statement, _Optimum) and all(s in point for s in statement.over):
        try:
            below = holds(sympy.Lt(statement.quantity, statement.value, evaluate=False), point)
        except Undefined:
            return None
        return False if below else None  # a point below the value refutes; no single point proves
    return None


def sides(relation: Any, point: Point) -> tuple[str | None, str | None]:
    """Both sides of a relation at a point as exact text where they are rational, as enclosures otherwise."""
    if not isinstance(relation, sympy.core.relational.Relational):
        return None, None
    shown: list[str | None] = []
    for side in relation.args:
        if side in (sympy.oo, -sympy.oo):
            shown.append(str(side))
            continue
        try:
            with ctx.workprec(192):
                number = value(side, point)
            shown.append(str(number) if isinstance(number, fmpq) else number.str(20))
        except Undefined as reason:
            shown.append(f"undefined ({reason})")
        except Open:
            shown.append(None)
    return shown[0], shown[1]


def _escalate(decide: Any) -> bool | None:
    for precision in PRECISIONS:
        try:
            with ctx.workprec(precision):
                result = decide()
        except Open:
            continue
        if result is not None:
            return bool(result)
    return None


def _relation(relation: Any, point: Point) -> bool | None:
    left, right = relation.args
    if any(isinstance(side, Sup) for side in relation.args) and k in point:
        return _one_value_of_supremum(relation, point)
    if sympy.oo in relation.args and any(isinstance(side, steps_to) for side in relation.args):
        return _against_infinity(relation, point)
    shortcut = _against_supremum(relation, point)
    if shortcut is not None:
        return shortcut
    # Both sides are evaluated even if one decides, so that an undefined one is seen.
    a, b = value(left, point), value(right, point)
    return _compare(relation, a, b)


def _one_value_of_supremum(relation: Any, point: Point) -> bool:
    """False if the value at this k alone contradicts an upper bound on a supremum over k."""
    left, right = relation.args
    if isinstance(right, Sup):
        left, right, relation = right, left, relation.reversed
    if not right.has(Sup) and isinstance(left, Sup) and isinstance(relation, (sympy.Le, sympy.Lt, sympy.Eq)):
        exceeds = sympy.Ge if isinstance(relation, sympy.Lt) else sympy.Gt
        if _compare(exceeds(left.args[0], right, evaluate=False), value(left.args[0], point), value(right, point)):
            return False
    raise Open("a supremum over k")


def _compare(relation: Any, a: Any, b: Any) -> bool | None:
    if isinstance(a, fmpq) and isinstance(b, fmpq):
        less, equal = a < b, a == b
    else:
        difference = _ball(a) - _ball(b)
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


def _ball(a: Any) -> Any:
    return a if isinstance(a, arb) else arb(a)


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
    if expr.is_Pow:
        return _power(expr.base, expr.exp, point)
    if isinstance(expr, sympy.exp):
        return _power(sympy.E, expr.args[0], point)
    if isinstance(expr, (sympy.Max, sympy.Min)):
        parts = [value(a, point) for a in expr.args]
        if all(isinstance(p, fmpq) for p in parts):
            return max(parts) if isinstance(expr, sympy.Max) else min(parts)
        result = _ball(parts[0])
        for part in parts[1:]:
            result = result.max(_ball(part)) if isinstance(expr, sympy.Max) else result.min(_ball(part))
        return result
    if isinstance(expr, sympy.Abs):
        return abs(value(expr.args[0], point))
    if isinstance(expr, spectral_radius):
        return _radius(*_characteristic(expr.args[0], expr.args[1], point))
    if isinstance(expr, worst_rate):
        return _worst_rate(expr, point)
    if isinstance(expr, residual):
        return _residual(expr, point)
    if isinstance(expr, worst_residual):
        return _worst_residual(expr, point)
    if isinstance(expr, steps_to):
        return _steps_to(expr, point)
    if expr in _CONSTANTS:
        return _CONSTANTS[expr]()
    if isinstance(expr, sympy.LambertW):
        return _finite(_ball(value(expr.args[0], point)).lambertw(int(expr.args[1]) if len(expr.args) == 2 else 0), expr)
    function = _FUNCTIONS.get(type(expr))
    if function is not None:
        return _finite(function(value(expr.args[0], point)), expr)
    raise Open(f"{type(expr).__name__} has no value here")


def _fold(parts: Any, point: Point, operation: Any) -> Any:
    result = value(parts[0], point)
    for part in parts[1:]:
        other = value(part, point)
        if isinstance(result, arb) is not isinstance(other, arb):
            result, other = _ball(result), _ball(other)
        result = operation(result, other)
    return result


def _finite(number: Any, what: Any) -> Any:
    if isinstance(number, arb) and not number.is_finite():
        raise Open(f"{what} is not enclosed")
    return number


def _sqrt(number: Any, what: Any) -> Any:
    if isinstance(number, fmpq):
        if number < 0:
            raise Undefined(f"sqrt of the negative {number}")
        try:
            return exact_sqrt(number)
        except ValueError:
            return arb(number).sqrt()
    if number < 0:
        raise Undefined(f"sqrt of a negative number in {what}")
    return _finite(number.sqrt(), what)


def _power(base: Any, exponent: Any, point: Point) -> Any:
    e = value(exponent, point)
    if base is sympy.E:
        return fmpq(1) if isinstance(e, fmpq) and e == 0 else _finite(_ball(e).exp(), base)
    b = value(base, point)
    if isinstance(e, fmpq) and e.q == 1:
        n = int(e.p)
        if n < 0 and isinstance(b, fmpq) and b == 0:
            raise Undefined(f"{base} is 0 and its power is negative")
        if n < 0 and isinstance(b, arb) and b.contains(0):
            raise Open(f"{base} may be 0")
        return b**n if abs(n) <= 4000 or isinstance(b, arb) else arb(b) ** n
    if isinstance(e, fmpq) and e.q == 2:
        root = _sqrt(b, base)
        if e < 0 and isinstance(root, fmpq) and root == 0:
            raise Undefined(f"{base} is 0 and its power is negative")
        if e < 0 and isinstance(root, arb) and root.contains(0):
            raise Open(f"{base} may be 0")
        return root ** int(e.p)
    if b < 0:
        raise Undefined(f"a power of the negative number {base}")
    if isinstance(b, fmpq) and b == 0:
        if e > 0:
            return fmpq(0)
        if e < 0:
            raise Undefined(f"{base} is 0 and its power is negative")
        raise Open("0 to a power around 0")
    if isinstance(b, fmpq) and b == 1:
        return fmpq(1)
    return _finite((_ball(b).log() * _ball(e)).exp(), base)


def _log(x: Any) -> Any:
    if x <= 0:
        raise Undefined(f"log of {x}")
    return fmpq(0) if isinstance(x, fmpq) and x == 1 else _ball(x).log()


def _atanh(x: Any) -> Any:
    if abs(x) >= 1:
        raise Undefined(f"atanh of {x}")
    return fmpq(0) if isinstance(x, fmpq) and x == 0 else _ball(x).atanh()


def _acosh(x: Any) -> Any:
    if x < 1:
        raise Undefined(f"acosh of {x}")
    return fmpq(0) if isinstance(x, fmpq) and x == 1 else _ball(x).acosh()


def _whole(rounding: str) -> Any:
    def apply(x: Any) -> Any:
        if isinstance(x, fmpq):
            return fmpq(getattr(x, rounding)())
        found = getattr(x, rounding)().unique_fmpz()
        if found is None:
            raise Open("an integer part that the ball does not decide")
        return fmpq(found)
    return apply


_FUNCTIONS: dict[Any, Any] = {
    sympy.log: _log, sympy.atanh: _atanh, sympy.acosh: _acosh,
    sympy.cosh: lambda x: _ball(x).cosh(), sympy.sinh: lambda x: _ball(x).sinh(), sympy.tanh: lambda x: _ball(x).tanh(),
    sympy.asinh: lambda x: _ball(x).asinh(), sympy.cos: lambda x: _ball(x).cos(), sympy.sin: lambda x: _ball(x).sin(),
    sympy.atan: lambda x: _ball(x).atan(), sympy.floor: _whole("floor"), sympy.ceiling: _whole("ceil"),
}
_CONSTANTS: dict[Any, Any] = {sympy.pi: arb.pi, sympy.E: lambda: arb(1).exp()}


def method_at(term: MethodTerm, point: Point) -> Method:
    """A method with its parameters evaluated, all exact rationals or all balls."""
    made: Method = term.method.map(lambda e: value(sympy.sympify(e), point))
    if _has_ball(made):
        return made.to(Arithmetic.BALL)
    try:
        for part in (made, *(v for v in made.values if isinstance(v, Method))):
            for _ in zip(range(1), part, strict=False):
                pass
    except NoRealRootError as reason:
        raise Undefined(str(reason)) from None
    except ValueError:  # a root without a rational value
        return made.to(Arithmetic.BALL)
    except ZeroDivisionError:
        raise Undefined(f"{term} divides by 0") from None
    return made


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
        c, at = Coefficients(*[_ball(x) for x in c]), _ball(at)
        for x in c:
            _finite(x, "a coefficient")
    return c, at


def _characteristic(term: MethodTerm, at: Any, point: Point) -> tuple[Any, Any]:
    where = value(at, point) if isinstance(at, sympy.Basic) else at
    found = characteristic(*_coefficients(term, where, point))
    return found.trace, found.determinant


def _radius(trace: Any, determinant: Any) -> Any:
    """Spectral radius of z² − trace·z + determinant; exact if its roots are rational or its modulus is."""
    trace, determinant = (fmpq(x) if isinstance(x, int) else x for x in (trace, determinant))
    if isinstance(trace, arb) is not isinstance(determinant, arb):
        trace, determinant = _ball(trace), _ball(determinant)
    d = trace * trace - 4 * determinant
    if d <= 0:
        return _sqrt(determinant, "the spectral radius")
    if d > 0:
        root = _sqrt(d, "the spectral radius")
        total = _fold_two(abs(trace), root)
        return total / 2
    return _finite(radius_of_balls(trace, determinant), "the spectral radius")


def _fold_two(a: Any, b: Any) -> Any:
    return a + b if isinstance(a, arb) is isinstance(b, arb) else _ball(a) + _ball(b)


def _ends(point: Point) -> tuple[Any, Any]:
    if mu not in point or L not in point:
        raise Open("the spectrum [mu, L] has no values")
    return point[mu], point[L]


def _worst_rate(expr: Any, point: Point) -> Any:
    """At an end of [mu, L]: {(trace, determinant): radius <= r} is a triangle, and both are affine in the eigenvalue (proofs/C/C0)."""
    if h in expr.args[0].free_symbols:
        raise Open("a supremum over methods that depend on the eigenvalue has no value here")
    low, high = (_radius(*_characteristic(expr.args[0], end, point)) for end in _ends(point))
    if isinstance(low, fmpq) and isinstance(high, fmpq):
        return max(low, high)
    return _ball(low).max(_ball(high))


def _is_stable(statement: Any, point: Point) -> bool | None:
    points = [statement.args[1]] if len(statement.args) == 2 else list(_ends(point))
    if len(statement.args) == 1 and h in statement.args[0].free_symbols:
        low, high = _ends(point)
        if any(_is_stable(stable(statement.args[0], sympy.Rational(int(x.p), int(x.q))), point) is False
               for x in (low, high, (low + high) / 2, low + (high - low) / 10)):
            return False
        raise Open("stability over all of [mu, L] of a method that depends on the eigenvalue has no value here")
    answers = []
    for at in points:
        trace, determinant = _characteristic(statement.args[0], at, point)
        tests = [(1 - determinant), (1 + determinant - trace), (1 + determinant + trace)]
        inside = all(bool(t > 0) for t in tests)
        outside = any(bool(t <= 0) for t in tests)
        answers.append(True if inside else False if outside else None)
    return False if False in answers else None if None in answers else True


def _steps(expr: Any, point: Point) -> int:
    steps = value(expr, point)
    if not isinstance(steps, fmpq) or steps.q != 1 or steps < 0:
        raise Undefined(f"k = {steps} is not a number of steps")
    if steps > LARGEST_K:
        raise Open(f"k = {steps} is too large for an exact residual")
    return int(steps.p)


def _residual(expr: Any, point: Point) -> Any:
    steps = _steps(expr.args[1], point)
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
            found = recurrences(exact.to(Arithmetic.BALL), [_ball(at)])
            number = power_of_recurrence(found.modes[0], steps)
            return _finite(number if found.divisor is None else number / power_of_recurrence(found.divisor, steps), term)
    if steps > LARGEST_STEPPED:
        raise Open(f"k = {steps} is too large for this method")
    with ctx.workprec(ctx.prec + 4 * steps):
        method = method_at(term, {**point, h: at}).to(Arithmetic.BALL)
        return _finite(arb(1) * residual_polynomial(method, steps, _ball(at)), term)


def _worst_residual(expr: Any, point: Point) -> Any:
    """Supremum of |p_k| over [mu, L]: at an end or at a real zero of the derivative, all of which are enclosed."""
    term, steps = expr.args[0], _steps(expr.args[1], point)
    low, high = _ends(point)
    if steps == 0:
        method_at(term, point)
        return fmpq(1)
    if low == high:
        return abs(residual_at(term, steps, low, point))
    method = method_at(term, point) if h not in term.free_symbols else None
    if method is None:
        raise Open("this supremum over the eigenvalues has no value here")
    if (eta := _only_step_size(method)) is not None and steps <= 4000:
        return max(abs(1 - eta * low), abs(1 - eta * high)) ** steps
    if not _has_polynomial(term, steps, point):
        found = worst_in_balls(_with_numbers(term, point), low, high, steps)
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


def _with_numbers(term: MethodTerm, point: Point) -> Method:
    """The method with the point put into its parameters, as SymPy numbers: roots stay exact."""
    numbers = {s: sympy.Rational(int(x.p), int(x.q)) for s, x in point.items() if isinstance(x, fmpq)}
    return term.method.map(lambda e: sympy.sympify(e).xreplace(numbers))


def _steps_to(expr: Any, point: Point) -> Any:
    """steps_to(m, eps): the exact integer where a theorem gives the worst case at every step."""
    term, tolerance = expr.args[0], value(expr.args[1], point)
    low, high = _ends(point)
    if not isinstance(tolerance, fmpq) or tolerance <= 0 or h in term.free_symbols:
        raise Open("a step count to a tolerance that is irrational or not above 0")
    method_at(term, point)  # undefined parameters are seen here
    found = steps_needed(_with_numbers(term, point), low, high, tolerance)
    if found is None:
        raise Open("the step count has no value here")
    return fmpq(found)


def _against_infinity(relation: Any, point: Point) -> bool:
    """A step count compared with oo."""
    left, right = relation.args
    arrives = _arrives(left if isinstance(left, steps_to) else right, point)
    a, b = (fmpq(0) if isinstance(side, steps_to) and arrives else fmpq(1) for side in (left, right))  # any two numbers in that order will do
    return bool(_compare(relation, a, b))


def _arrives(count: Any, point: Point) -> bool:
    """Whether a step count is finite, from what runs in the end; the solution of the recurrence at the ends of the spectrum tells that it is not."""
    term, tolerance = count.args[0], value(count.args[1], point)
    method = method_at(term, point)
    last = method_at(term.last, point)
    if h in term.free_symbols or not tolerance > 0:
        raise Open("a step count of a method that depends on the eigenvalue, or to a tolerance that is not above 0")
    if last.schedule.constant is None:
        raise Open("whether this method arrives")
    if _is_stable(stable(term.last), point):
        return True
    if method.schedule.constant is not None and any(_stays_above(term, end, tolerance, point) for end in _ends(point)):
        return False
    raise Open("whether this method arrives")


def _stays_above(term: MethodTerm, end: Any, tolerance: Any, point: Point) -> bool:
    """Whether abs(p_k) exceeds a tolerance for infinitely many k: p_k = A·z^k + B·w^k with abs(z) >= 1."""
    trace, determinant = _characteristic(term, end, point)
    start = residual_at(term, 1, end, point)
    if bool(_ball(start**2 - trace * start + determinant) > 0 or _ball(start**2 - trace * start + determinant) < 0) and any(
            bool(t < 0) for t in (1 - determinant, 1 + determinant - trace, 1 + determinant + trace)):
        return True  # a root outside the unit circle, and p_1 no root: A is not 0
    for z in (1, -1):
        if isinstance(trace, fmpq) and isinstance(determinant, fmpq) and 1 - trace * z + determinant == 0 and abs(determinant) < 1:
            other = determinant * z  # abs(p_k) tends to abs(A)
            return bool(abs(_ball(start - other)) > abs(_ball(z - other)) * _ball(tolerance))
    return False


def _horner(polynomial: Any, x: Any) -> Any:
    result = arb(0)
    for c in reversed(polynomial.coeffs()):
        result = result * x + arb(c)
    return result


def _has_polynomial(term: MethodTerm, steps: int, point: Point) -> bool:
    """Whether p_k is a polynomial with rational coefficients and of a degree whose extrema can be enclosed."""
    bits = max((x.height_bits() for x in point.values() if isinstance(x, fmpq)), default=1)
    return steps <= LARGEST_POLYNOMIAL and steps * bits <= LONGEST_POLYNOMIAL and h not in term.free_symbols and not _has_ball(method_at(term, point))


def _against_supremum(relation: Any, point: Point) -> bool | None:
    """``worst_residual(m, k) <= bound`` where the supremum has no value: a single eigenvalue above the bound refutes it."""
    left, right = relation.args
    less_equal = isinstance(relation, (sympy.Le, sympy.Lt, sympy.Eq))
    if isinstance(right, (worst_residual, worst_rate)) and isinstance(relation, (sympy.Ge, sympy.Gt, sympy.Eq)):
        left, right, less_equal = right, left, True
    if less_equal and isinstance(left, worst_rate) and h in left.args[0].free_symbols and not right.has(worst_rate, worst_residual):
        return _some_eigenvalue_above(left, right, point)
    if not less_equal or not isinstance(left, worst_residual) or right.has(worst_residual):
        return None
    steps = _steps(left.args[1], point)
    if steps == 0 or _has_polynomial(left.args[0], steps, point):
        return None
    bound = _ball(value(right, point))
    low, high = _ends(point)
    for choose in (lambda: (low, high), lambda: _likely_maxima(left.args[0], steps, low, high, point)):
        if any(abs(_ball(residual_at(left.args[0], steps, at, point))) > bound for at in choose()):
            return False
    return None


def _some_eigenvalue_above(rate: Any, bound: Any, point: Point) -> bool | None:
    """False if a spectral radius at one of a few eigenvalues exceeds a bound on the worst rate; None otherwise."""
    limit = _ball(value(bound, point))
    low, high = _ends(point)
    for part in (fmpq(0), fmpq(1), fmpq(1, 2), fmpq(1, 10), fmpq(9, 10)):
        if _ball(_radius(*_characteristic(rate.args[0], low + (high - low) * part, point))) > limit:
            return False
    return None


def _likely_maxima(term: MethodTerm, steps: int, low: Any, high: Any, point: Point) -> list[Any]:
    """Where |p_k| is large, by floating point; only a suggestion of where to evaluate exactly."""
    import numpy as np

    grid = np.concatenate([np.linspace(float(low), float(high), 2000), np.geomspace(float(low), float(high), 1000)])
    try:
        found = np.abs(residuals(method_at(term, point).to(Arithmetic.FLOAT), steps, grid))
    except NO_VALUE:
        return []
    order = np.argsort(np.where(np.isfinite(found), found, -1.0))[::-1][:3]
    return [x for x in (convert(convert(float(grid[i]), Arithmetic.RATIONAL), Arithmetic.FLINT) for i in order) if low <= x <= high]
