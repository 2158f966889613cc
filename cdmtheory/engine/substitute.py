"""Putting expressions in for symbols, so that nothing is lost: neither what a relation says, nor where its parts are undefined.

SymPy merges what becomes equal: ``sqrt(x)*sqrt(y)`` is x at y = x, and ``(x - 1)/(y - 1)`` is 1. Where x < 0, or x = 1, both are undefined all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction

from cdmtheory.language import _OfMethod, h

__all__ = ["NotStated", "apart", "lost_conditions", "put_in", "special_case"]

PARTIAL = (sympy.Pow, sympy.log, sympy.acosh, sympy.atanh)  # functions that have no value somewhere


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
    image = sympy.false if statement.has(sympy.nan, sympy.zoo) or sympy.false in lost else statement.xreplace(swap)
    return sympy.And(image, *lost) if lost else image


def lost_conditions(e: Any, swap: dict[Any, Any]) -> list[Any]:
    """What must hold for the parts of an expression to be defined that its image does not contain any more."""
    parts = dict.fromkeys(_partial(e))
    kept = {part for part, _ in _partial(put_in(e, swap))} if parts else set()
    found: list[Any] = []
    for part, bound in parts:
        if _covered(part.xreplace(swap), kept):
            continue
        if bound and part.has(h):
            raise NotStated(f"that {part} is defined whatever the eigenvalue is")
        condition = _defined(part.func, [a.xreplace(swap) for a in part.args])
        if condition != sympy.true and condition not in found:
            found.append(condition)
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


def _defined(function: Any, args: list[Any]) -> Any:
    """The condition under which a function has a value."""
    x = args[0]
    if any(a.has(sympy.nan, sympy.zoo) for a in args):
        return sympy.false
    if function is sympy.log:
        return sympy.Gt(x, 0)
    if function is sympy.acosh:
        return sympy.Ge(x, 1)
    if function is sympy.atanh:
        return sympy.And(sympy.Gt(x, -1), sympy.Lt(x, 1))
    exponent = args[1]
    if exponent.is_integer:
        return sympy.Or(sympy.Ge(exponent, 0), sympy.Ne(x, 0))
    if exponent.is_Rational:
        return sympy.Ge(x, 0) if exponent > 0 else sympy.Gt(x, 0)
    raise NotStated(f"that {x} to the power {exponent} is defined")
