"""The numbers of steps that hypotheses about k leave."""

from __future__ import annotations

from typing import Any

import sympy
from sympy.core.relational import Relational
from sympy.logic.boolalg import And

from cdmtheory.language import k, residual, worst_residual

__all__ = ["few_steps", "from_first_step", "least_step", "linear", "whole_steps"]

MOST_STEPS = 12  # that are looked at one by one, where the hypotheses leave no others


def linear(e: Any, n: Any) -> tuple[Any, Any] | None:
    """a and b of an expression that is a + b·n, however it is written; None if it is none."""
    if not e.is_polynomial(n) or sympy.degree(e, n) > 1:
        return None
    return e.xreplace({n: sympy.Integer(0)}), sympy.Poly(e, n).coeff_monomial(n)


def whole_steps(g: Any) -> Any:
    """A hypothesis about k alone as k >= N or k <= N, which says the same of integers: k >= 2 for 3k > 4."""
    if not isinstance(g, (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt)) or g.free_symbols != {k}:
        return g
    excess = linear(g.gts - g.lts, k)  # at least 0, or above it
    if excess is None or excess[1] == 0 or not all(c.is_Rational for c in excess):
        return g
    constant, slope = excess
    edge, strict = -constant / slope, isinstance(g, (sympy.Lt, sympy.Gt))
    if slope > 0:
        return sympy.Ge(k, sympy.floor(edge) + 1 if strict else sympy.ceiling(edge), evaluate=False)
    return sympy.Le(k, sympy.ceiling(edge) - 1 if strict else sympy.floor(edge), evaluate=False)


def least_step(given: tuple[Any, ...]) -> int:
    """The number of steps from which on the hypotheses ask for the equation."""
    return max((int(g.rhs) for g in given if isinstance(g, sympy.Ge) and g.lhs == k and g.rhs.is_Integer), default=0)


def few_steps(given: tuple[Any, ...]) -> list[dict[Any, Any]] | None:
    """The values of k, where the hypotheses leave a few only."""
    parts = [p for g in given for p in (g.args if isinstance(g, And) else (g,)) if isinstance(p, Relational) and k in p.args and p.free_symbols == {k}]
    tops = [p.gts for p in parts if isinstance(p, (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt)) and p.lts == k]
    tops += [p.args[1] if p.args[0] == k else p.args[0] for p in parts if isinstance(p, sympy.Eq)]
    last = min((t for t in tops if t.is_Rational), default=sympy.oo)
    if last > MOST_STEPS:
        return None
    return [{k: sympy.Integer(n)} for n in range(int(sympy.floor(last)) + 1) if all(p.xreplace({k: sympy.Integer(n)}) != sympy.false for p in parts)]


def from_first_step(statement: Any, given: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]] | None:
    """The same with k + N in place of k, where k >= N by hypothesis and an earlier step, k − 1 say, occurs."""
    counts = [q.args[1] for q in statement.atoms(residual, worst_residual)] + [p.exp for p in statement.atoms(sympy.Pow)]
    first = least_step(given)
    if first == 0 or not any((e - k).is_Integer and e - k < 0 for e in counts):
        return None
    later = {k: k + first}
    return statement.xreplace(later), tuple(g.xreplace(later) for g in given)
