"""A root such as √(2μ/(μ + L)) as an unknown of its own, by which L is a rational function of it: one unknown and one equation less."""

from __future__ import annotations

from typing import Any

import sympy

from cdmtheory.language import L, _OfMethod, kappa, mu

__all__ = ["without_root_of_sum"]


def without_root_of_sum(goal: Any, given: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The same question with s = √(q·μ/(a·μ + c·L)) in place of L, where √(a·μ + c·L) is the only root of a sum and L is under no other."""
    parts = [_split_roots(e.xreplace({kappa: L / mu})) for e in (goal, *given)]
    halves = {p.base for e in parts for p in e.atoms(sympy.Pow) if p.exp.is_Rational and not p.exp.is_Integer}
    sums = [b for b in halves if b.is_Add]
    numbers = [b for b in halves if b.is_Rational]
    if len(sums) != 1 or len(numbers) > 1 or any(L in b.free_symbols for b in halves - {*sums}) or any(e.has(_OfMethod) for e in parts):
        return goal, given
    a, c = (sums[0].coeff(s) for s in (mu, L))
    if sums[0] != a * mu + c * L or not (a.is_Rational and c.is_Rational and a > 0 and c > 0):
        return goal, given
    q, s = next(iter(numbers), sympy.Integer(1)), sympy.Dummy("s", positive=True)
    root, high = sympy.sqrt(q) * sympy.sqrt(mu) / s, (q * mu / s**2 - a * mu) / c

    def replaced(e: Any) -> Any:
        inside = e.replace(lambda p: p.is_Pow and p.base == sums[0] and p.exp.is_Rational, lambda p: root ** (2 * p.exp))
        return inside.xreplace({L: high})

    first, *rest = (replaced(e) for e in parts)
    return first, (*rest, sympy.Ge(q / s**2 - a, c, evaluate=False))


def _split_roots(e: Any) -> Any:
    """Roots of quotients of sums as quotients of roots."""

    def split(p: Any) -> Any:
        n, d = sympy.fraction(sympy.together(p.base))
        return (n**p.exp) * (d ** (-p.exp))

    return e.replace(lambda p: p.is_Pow and p.exp.is_Rational and not p.exp.is_Integer and p.base.is_Add and p.base.free_symbols <= {mu, L}, split)
