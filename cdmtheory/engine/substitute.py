"""Putting expressions in for symbols, so that nothing is lost: neither what a relation says, nor where its parts are undefined.

SymPy merges what becomes equal: ``sqrt(x)*sqrt(y)`` is x at y = x, and ``(x - 1)/(y - 1)`` is 1. Where x < 0, or x = 1, both are undefined all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction

from cdmtheory.language import _OfMethod, h, residual, worst_residual

__all__ = ["PARTIAL", "TOTAL", "NotStated", "apart", "lost_conditions", "put_in", "special_case"]

PARTIAL = (sympy.Pow, sympy.log, sympy.acosh, sympy.atanh)  # functions that have no value somewhere
TOTAL = (sympy.exp, sympy.Abs, sympy.Max, sympy.Min, sympy.sinh, sympy.cosh, sympy.tanh, sympy.asinh, sympy.atan, sympy.sin, sympy.cos,
         sympy.floor, sympy.ceiling, sympy.sign, _OfMethod)  # have one wherever their arguments do; quantities are looked at by themselves


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
    return sympy.Tuple(e, *(part for part, bound in dict.fromkeys(_partial(e)) if not (bound and part.has(h))))


def special_case(statement: Any, swap: dict[Any, Any]) -> Any:
    """A statement with expressions put in for symbols: false, too, wherever a part of it as written is undefined.

    Raises
    ------
    NotStated
        If SymPy drops a part of which that cannot be said.
    """
    lost = lost_conditions(statement, swap)
    return sympy.false if sympy.false in lost else sympy.And(statement.xreplace(swap), *lost) if lost else statement.xreplace(swap)


def lost_conditions(e: Any, swap: dict[Any, Any]) -> list[Any]:
    """What must hold for the parts of an expression to be defined that its image does not contain any more; false, if one is defined nowhere."""
    if any(not _may_be_counted(q.args[1].xreplace(swap)) for q in e.atoms(residual, worst_residual)):
        return [sympy.false]
    parts = dict.fromkeys(_partial(e))
    if any(_defined(part, swap) == sympy.false for part, _ in parts):
        return [sympy.false]
    kept = {part for part, _ in _partial(put_in(e, swap))} if parts else set()
    found: list[Any] = []
    for part, bound in parts:
        if _covered(part.xreplace(swap), kept) or (condition := _defined(part, swap)) == sympy.true:
            continue
        if condition is None or (bound and part.has(h)):
            raise NotStated(f"that {part} is defined is not said of {part.xreplace(swap)}")
        found += [condition] if condition not in found else []
    return found


def _covered(part: Any, kept: set[Any]) -> bool:
    """Whether a part, or a power of the same base that is defined only where this one is, is among those that are kept."""
    if part in kept or not (part.is_Pow and part.exp.is_Rational):
        return part in kept
    same = [p.exp for p in kept if p.is_Pow and p.base == part.base and p.exp.is_Rational]
    return (part.exp > 0 or any(e < 0 for e in same)) and (part.exp.is_Integer or any(not e.is_Integer for e in same))


def _partial(e: Any, bound: bool = False) -> Iterator[tuple[Any, bool]]:
    """The parts of an expression that may be undefined; and whether ``h`` is bound there."""
    if isinstance(e, PARTIAL) and not (e.is_Pow and (e.base is sympy.E or (e.exp.is_integer and e.exp.is_nonnegative))):
        yield e, bound
    for n, a in enumerate(e.args):
        yield from _partial(a, bound or (n == 0 and isinstance(e, _OfMethod)))


def _may_be_counted(steps: Any) -> bool:
    """Whether an expression may be a number of steps: if it is a number, whether it is one."""
    return not steps.is_number or bool(steps.is_Integer and steps >= 0)


def _defined(part: Any, swap: dict[Any, Any]) -> Any:
    """The condition under which a part has a value; None if it is not known how to say that."""
    x, *rest = (a.xreplace(swap) for a in part.args)
    if any(a.has(sympy.nan, sympy.zoo, sympy.I) for a in (x, *rest)):
        return sympy.false
    if isinstance(part, sympy.log):
        return sympy.Gt(x, 0)
    if isinstance(part, sympy.acosh):
        return sympy.Ge(x, 1)
    if isinstance(part, sympy.atanh):
        return sympy.And(sympy.Gt(x, -1), sympy.Lt(x, 1))
    exponent = rest[0]
    if exponent.is_integer:
        return sympy.Or(sympy.Ge(exponent, 0), sympy.Ne(x, 0))
    if exponent.is_Rational:
        return sympy.Ge(x, 0) if exponent > 0 else sympy.Gt(x, 0)
    return None
