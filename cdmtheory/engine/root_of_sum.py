"""A root such as √(2μ/(μ + L)) as an unknown of its own, by which L is a rational function of it: one unknown and one equation less."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy
from sympy.core.relational import Relational

from cdmtheory.engine.substitute import put_in
from cdmtheory.language import L, _OfMethod, kappa, mu

__all__ = ["without_root_of_number", "without_root_of_sum"]


def without_root_of_sum(goal: Any, given: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The same question with s = √(q·μ/(a·μ + c·L)) in place of L, where √(a·μ + c·L) is the only root of a sum and L is under no other."""
    parts = [_split_roots(e) for e in (goal, *given)]
    halves = {p.base for e in parts for p in e.atoms(sympy.Pow) if p.exp.is_Rational and not p.exp.is_Integer}
    sums = [b for b in halves if b.is_Add]
    numbers = [b for b in halves if b.is_Rational]
    if len(sums) != 1 or len(numbers) > 1 or any(L in b.free_symbols for b in halves - {*sums}) or any(e.has(_OfMethod) for e in parts):
        return goal, given
    a, c = (sums[0].coeff(s) for s in (mu, L))
    if sums[0] != a * mu + c * L or not (a.is_Rational and c.is_Rational and a > 0 and c > 0):
        return goal, given
    q = next(iter(numbers), sympy.Integer(1))
    first, *rest = (_by_root(e, a, c, q) for e in parts)
    return first, (*rest, sympy.Ge(q / _unknown(a, c, q) ** 2 - a, c, evaluate=False))


def without_root_of_number(goal: Any, given: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
    """The same question with √μ = √q·t, where √q, q rational, stands in products with √μ only: no root of a number is left."""
    parts = [put_in(e, {kappa: L / mu}) for e in (goal, *given)]
    numbers = {p.base for e in parts for p in e.atoms(sympy.Pow) if p.exp.is_Rational and not p.exp.is_Integer and p.base.is_Rational}
    if len(numbers) != 1 or any(q < 0 for q in numbers) or any(e.has(_OfMethod) for e in parts):
        return goal, given
    q, t = numbers.pop(), sympy.Dummy("t", positive=True)

    def replaced(e: Any) -> Any:
        inside = put_in(e, {p: (sympy.sqrt(q) * t) ** (2 * p.exp) for p in e.atoms(sympy.Pow) if p.base == mu} | {mu: q * t**2})
        return put_in(inside, {side: sympy.expand(side) for r in inside.atoms(Relational) for side in r.args})

    found = [replaced(e) for e in parts]
    if any(p.base == q and not p.exp.is_Integer for e in found for p in e.atoms(sympy.Pow)):
        return goal, given
    return found[0], (*found[1:], sympy.Le(q * t**2, L, evaluate=False))


@lru_cache(maxsize=64)
def _unknown(a: Any, c: Any, q: Any) -> Any:
    return sympy.Dummy("s", positive=True)


@lru_cache(maxsize=512)
def _by_root(e: Any, a: Any, c: Any, q: Any) -> Any:
    """A statement about μ and s."""
    s = _unknown(a, c, q)
    root = sympy.sqrt(q) * sympy.sqrt(mu) / s
    roots = {p: root ** (2 * p.exp) for p in e.atoms(sympy.Pow) if p.base == a * mu + c * L and p.exp.is_Rational}
    inside = put_in(e, {**roots, L: (q * mu / s**2 - a * mu) / c})
    return put_in(inside, {side: sympy.expand(side) for r in inside.atoms(Relational) for side in r.args})  # without √q, if only its square is left


@lru_cache(maxsize=512)
def _split_roots(e: Any) -> Any:
    """Roots of quotients of sums as quotients of roots, with κ = L/μ."""
    e, split = put_in(e, {kappa: L / mu}), {}
    for p in e.atoms(sympy.Pow):
        if p.exp.is_Rational and not p.exp.is_Integer and p.base.is_Add and p.base.free_symbols <= {mu, L}:
            n, d = sympy.fraction(sympy.together(p.base))
            split[p] = (n**p.exp) * (d ** (-p.exp))
    return put_in(e, split)
