"""Putting expressions in for symbols, so that nothing is lost: neither what a relation says, nor where its parts are undefined.

SymPy merges what becomes equal: ``sqrt(x)*sqrt(y)`` is x at y = x, and ``(x - 1)/(y - 1)`` is 1. Where x < 0, or x = 1, both are undefined all the same.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any

import sympy
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction

from cdmtheory.language import _OfMethod, bind, h, residual, spectral_radius, stable, worst_residual

__all__ = ["NotStated", "apart", "has_whole_steps", "is_partial", "lost_conditions", "put_in", "special_case"]

TOTAL = (sympy.exp, sympy.Abs, sympy.Max, sympy.Min, sympy.sinh, sympy.cosh, sympy.tanh, sympy.asinh, sympy.atan, sympy.sin, sympy.cos,
         sympy.floor, sympy.ceiling, sympy.sign)  # have a value wherever their arguments do
EVERYWHERE = "every eigenvalue"


class NotStated(Exception):
    """That a part is defined, which SymPy dropped, cannot be said as a condition."""


def put_in(e: Any, swap: dict[Any, Any]) -> Any:
    """``e.xreplace(swap)``, with relations and connectives that stay as they are written: SymPy would ask for signs, which takes longer than all else."""
    if isinstance(e, Relational) and e not in swap:
        return e.func(*(a.xreplace(swap) for a in e.args), evaluate=False)
    if isinstance(e, BooleanFunction) and e not in swap:
        return e.func(*(put_in(a, swap) for a in e.args), evaluate=False)
    return e.xreplace(swap)


def apart(e: Any) -> Any:
    """An expression, and after it each of its parts that may be undefined by itself, so that whatever is put in they do not cancel."""
    return sympy.Tuple(e, *dict.fromkeys(part for part, bound in _partial(e) if bound is None))


def special_case(statement: Any, swap: dict[Any, Any]) -> Any:
    """A statement with expressions put in for symbols: false, too, wherever a part of it as written is undefined.

    Raises
    ------
    NotStated
        If SymPy drops a part of which that cannot be said.
    """
    lost = lost_conditions(statement, swap)
    if sympy.false in lost:
        return sympy.false
    image = _evaluated(put_in(statement, swap))
    return sympy.And(image, *lost, evaluate=False) if lost else image


def _evaluated(statement: Any) -> Any:
    """A statement of which SymPy evaluates what is defined everywhere."""
    if not isinstance(statement, (Relational, BooleanFunction)):
        return statement
    args = [_evaluated(a) for a in statement.args]
    return statement.func(*args) if next(_partial(statement), None) is None else statement.func(*args, evaluate=False)


def has_whole_steps(e: Any, swap: dict[Any, Any]) -> bool:
    """Whether every number of steps in the image of an expression, if it is a number, is a whole one and not below 0."""
    counts = [q.args[1].xreplace(swap) for q in e.atoms(residual, worst_residual)]
    return all(not steps.is_number or (steps.is_Integer and steps >= 0) for steps in counts)


def lost_conditions(e: Any, swap: dict[Any, Any]) -> list[Any]:
    """What must hold for the parts of an expression to be defined that its image does not contain any more; false, if one is defined nowhere.

    That a key of ``swap`` is defined wherever it is put in for is the caller's to know.
    """
    if not has_whole_steps(e, swap):
        return [sympy.false]
    parts = dict.fromkeys(_partial(e, swap))
    if any(_defined(part, swap) == sympy.false for part, _ in parts):
        return [sympy.false]
    kept = set(_partial(put_in(e, swap))) if parts else set()
    found: list[Any] = []
    for part, bound in parts:
        after = part.xreplace(swap)
        where = bound.xreplace(swap) if isinstance(bound, sympy.Basic) else bound
        if _covered(after, {p for p, other in kept if other == where}) or (condition := _defined(part, swap)) == sympy.true:
            continue
        if condition is None or bound == EVERYWHERE:
            raise NotStated(f"that {part} is defined is not said of {after}")
        condition = condition if bound is None else bind(condition, where)
        found += [condition] if condition not in found else []
    return found


def _covered(part: Any, kept: set[Any]) -> bool:
    """Whether a part, or a power of the same base that is defined only where this one is, is among those that are kept."""
    if part in kept or not (part.is_Pow and part.exp.is_Rational):
        return part in kept
    same = [p.exp for p in kept if p.is_Pow and p.base == part.base and p.exp.is_Rational]
    return (part.exp > 0 or any(e < 0 for e in same)) and (part.exp.is_Integer or any(not e.is_Integer for e in same))


def is_partial(e: Any) -> bool:
    """Whether a function, power or quantity may have no value where its arguments have one."""
    if e.is_Pow:
        return not (e.base is sympy.E or (e.exp.is_integer and e.exp.is_nonnegative))
    return isinstance(e, _OfMethod) or (isinstance(e, sympy.Function) and not isinstance(e, TOTAL))


def _partial(e: Any, replaced: Container[Any] = (), bound: Any = None) -> Iterator[tuple[Any, Any]]:
    """The parts of an expression that may be undefined, and for those with an ``h`` that is bound what it is bound to.

    What is replaced as a whole, such as a quantity by its closed form, is not looked into.
    """
    if e in replaced:
        return
    if is_partial(e):
        yield e, bound if e.has(h) else None
    for n, a in enumerate(e.args):
        yield from _partial(a, replaced, _bound_by(e) if n == 0 and isinstance(e, _OfMethod) else bound)


def _bound_by(quantity: Any) -> Any:
    """The eigenvalue that h is inside the method of a quantity."""
    at_one = isinstance(quantity, (spectral_radius, residual)) or (isinstance(quantity, stable) and len(quantity.args) == 2)
    return quantity.args[-1] if at_one else EVERYWHERE


def _defined(part: Any, swap: dict[Any, Any]) -> Any:
    """The condition under which a part has a value; None if it is not known how to say that."""
    if isinstance(part, _OfMethod):
        image = part.xreplace(swap)
        return None if isinstance(part, stable) else sympy.Ge(image, image, evaluate=False)
    x, *rest = (a.xreplace(swap) for a in part.args)
    if any(a.has(sympy.nan, sympy.zoo, sympy.I) for a in (x, *rest)):
        return sympy.false
    if isinstance(part, sympy.log):
        return sympy.Gt(x, 0)
    if isinstance(part, sympy.acosh):
        return sympy.Ge(x, 1)
    if isinstance(part, sympy.atanh):
        return sympy.And(sympy.Gt(x, -1), sympy.Lt(x, 1))
    if not part.is_Pow:
        return None
    exponent = rest[0]
    if exponent.is_integer:
        return sympy.Or(sympy.Ge(exponent, 0), sympy.Ne(x, 0))
    if exponent.is_Rational:
        return sympy.Ge(x, 0) if exponent > 0 else sympy.Gt(x, 0)
    return None
