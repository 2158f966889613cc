"""What a claim says at one point, decided exactly or by rigorous enclosures.

A counterexample counts only if it is one here. A comparison of balls that overlap is repeated with more precision, and stays open (None) at the end.
"""

from __future__ import annotations

from typing import Any

import sympy
from flint import ctx, fmpq
from sympy.logic.boolalg import And, BooleanFalse, BooleanTrue, Equivalent, Implies, Not, Or

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.engine.approximate import NO_VALUE, residuals
from cdmtheory.engine.quantities import Point, characteristic_at, ends, has_polynomial, method_at, radius, residual_at, steps_of, value
from cdmtheory.engine.scalars import Open, Undefined, ball, compare
from cdmtheory.engine.statements import parts_of_coefficients
from cdmtheory.engine.substitute import apart
from cdmtheory.language import L, MethodTerm, Sup, _Optimum, h, k, kappa, mu, stable, steps_to, worst_rate, worst_residual

__all__ = ["complete", "holds", "sides"]

PRECISIONS = (96, 384, 1536)
SHOWN = (192, *PRECISIONS[1:])


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
    left, right = (str(side) if side in (sympy.oo, -sympy.oo) else _shown(side, point) for side in relation.args)
    return left, right


def _shown(side: Any, point: Point) -> str | None:
    number = None
    for precision in SHOWN:
        try:
            with ctx.workprec(precision):
                number = value(side, point)
        except Undefined as reason:
            return f"undefined ({reason})"
        except Open:
            continue
        if isinstance(number, fmpq) or number.rel_accuracy_bits() >= 60:
            break
    return None if number is None else str(number) if isinstance(number, fmpq) else str(number.str(20))


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
    if _not_in_so_few_steps(relation if isinstance(relation, (sympy.Le, sympy.Lt, sympy.Eq)) else relation.reversed, point):
        return False
    # Both sides are evaluated even if one decides, so that an undefined one is seen.
    a, b = value(left, point), value(right, point)
    return compare(relation, a, b)


def _not_in_so_few_steps(relation: Any, point: Point) -> bool:
    """Whether c·steps_to(m, ε), c > 0, exceeds the other side, because the residual after so many steps is above ε; the count itself may have no value."""
    scale, count = relation.args[0].as_coeff_Mul()
    if not isinstance(relation, (sympy.Le, sympy.Lt, sympy.Eq)) or not isinstance(count, steps_to) or not scale > 0:
        return False
    allowed = value(relation.args[1], point) / fmpq(int(scale.p), int(scale.q))
    if not isinstance(allowed, fmpq) or allowed < 0:
        return False
    steps = int(allowed.ceil()) - 1 if isinstance(relation, sympy.Lt) else int(allowed.floor())
    try:
        return steps >= 0 and bool(value(worst_residual(count.args[0], sympy.Integer(steps)), point) > value(count.args[1], point))
    except Open:
        return False


def _one_value_of_supremum(relation: Any, point: Point) -> bool:
    """False if the value at this k alone contradicts an upper bound on a supremum over k."""
    left, right = relation.args
    if isinstance(right, Sup):
        left, right, relation = right, left, relation.reversed
    if not right.has(Sup) and isinstance(left, Sup) and isinstance(relation, (sympy.Le, sympy.Lt, sympy.Eq)):
        exceeds = sympy.Ge if isinstance(relation, sympy.Lt) else sympy.Gt
        if compare(exceeds(left.args[0], right, evaluate=False), value(left.args[0], point), value(right, point)):
            return False
    raise Open("a supremum over k")


def _is_stable(statement: Any, point: Point) -> bool | None:
    points = [statement.args[1]] if len(statement.args) == 2 else list(ends(point))
    if len(statement.args) == 1 and h in statement.args[0].free_symbols:
        _defined_at_every_eigenvalue(statement.args[0])
        low, high = ends(point)
        if any(_is_stable(stable(statement.args[0], sympy.Rational(int(x.p), int(x.q))), point) is False
               for x in (low, high, (low + high) / 2, low + (high - low) / 10)):
            return False
        raise Open("stability over all of [mu, L] of a method that depends on the eigenvalue has no value here")
    answers = []
    for at in points:
        trace, determinant = characteristic_at(statement.args[0], at, point)
        tests = [(1 - determinant), (1 + determinant - trace), (1 + determinant + trace)]
        inside = all(bool(t > 0) for t in tests)
        outside = any(bool(t <= 0) for t in tests)
        answers.append(True if inside else False if outside else None)
    return False if False in answers else None if None in answers else True


def _against_infinity(relation: Any, point: Point) -> bool:
    """A step count compared with oo."""
    left, right = relation.args
    arrives = _arrives(left if isinstance(left, steps_to) else right, point)
    a, b = (fmpq(0) if isinstance(side, steps_to) and arrives else fmpq(1) for side in (left, right))  # any two numbers in that order will do
    return bool(compare(relation, a, b))


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
    if method.schedule.constant is not None and any(_stays_above(term, end, tolerance, point) for end in ends(point)):
        return False
    raise Open("whether this method arrives")


def _stays_above(term: MethodTerm, end: Any, tolerance: Any, point: Point) -> bool:
    """Whether abs(p_k) exceeds a tolerance for infinitely many k: p_k = A·z^k + B·w^k with abs(z) >= 1."""
    trace, determinant = characteristic_at(term, end, point)
    start = residual_at(term, 1, end, point)
    if bool(ball(start**2 - trace * start + determinant) > 0 or ball(start**2 - trace * start + determinant) < 0) and any(
            bool(t < 0) for t in (1 - determinant, 1 + determinant - trace, 1 + determinant + trace)):
        return True  # a root outside the unit circle, and p_1 no root: A is not 0
    for z in (1, -1):
        if isinstance(trace, fmpq) and isinstance(determinant, fmpq) and 1 - trace * z + determinant == 0 and abs(determinant) < 1:
            other = determinant * z  # abs(p_k) tends to abs(A)
            return bool(abs(ball(start - other)) > abs(ball(z - other)) * ball(tolerance))
    return False


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
    steps = steps_of(left.args[1], point)
    if steps == 0 or has_polynomial(left.args[0], steps, point):
        return None
    _defined_at_every_eigenvalue(left.args[0])
    bound = ball(value(right, point))
    low, high = ends(point)
    for choose in (lambda: (low, high), lambda: _likely_maxima(left.args[0], steps, low, high, point)):
        if any(abs(ball(residual_at(left.args[0], steps, at, point))) > bound for at in choose()):
            return False
    return None


def _defined_at_every_eigenvalue(term: MethodTerm) -> None:
    """Open, unless a method that depends on the eigenvalue is seen to have a value at all of them."""
    if h in term.free_symbols:
        parts = [*apart(term)[1:], *(part.func(part.base.xreplace(swap), part.exp, evaluate=False) for part, swap in parts_of_coefficients(term))]
        if any(part.has(h) and not (part.is_Pow and part.base.is_positive) for part in parts):
            raise Open(f"whether {term} is defined at every eigenvalue")


def _some_eigenvalue_above(rate: Any, bound: Any, point: Point) -> bool | None:
    """False if a spectral radius at one of a few eigenvalues exceeds a bound on the worst rate; None otherwise."""
    _defined_at_every_eigenvalue(rate.args[0])
    limit = ball(value(bound, point))
    low, high = ends(point)
    for part in (fmpq(0), fmpq(1), fmpq(1, 2), fmpq(1, 10), fmpq(9, 10)):
        if ball(radius(*characteristic_at(rate.args[0], low + (high - low) * part, point))) > limit:
            return False
    return None


def _likely_maxima(term: MethodTerm, steps: int, low: Any, high: Any, point: Point) -> list[Any]:
    """Where |p_k| is large, by floating point; only a suggestion of where to evaluate exactly."""
    import numpy as np

    span, near = float(high) - float(low), np.geomspace(1e-8, 1, 1000)
    grid = np.concatenate([np.linspace(float(low), float(high), 2000), np.geomspace(float(low), float(high), 1000), float(high) - span * near])
    try:
        found = np.abs(residuals(method_at(term, point).to(Arithmetic.FLOAT), steps, grid))
    except NO_VALUE:
        return []
    order = np.argsort(np.where(np.isfinite(found), found, -1.0))[::-1][:3]
    return [x for x in (convert(convert(float(grid[i]), Arithmetic.RATIONAL), Arithmetic.FLINT) for i in order) if low <= x <= high]
