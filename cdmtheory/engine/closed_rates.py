"""Worst rates in closed form, and expressions put in for quantities where nothing may cancel."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy

from cdmtheory.engine.closed_forms import Mode
from cdmtheory.engine.prover import NoClosedForm, Prover
from cdmtheory.engine.roots import square_root, squares, tidy
from cdmtheory.engine.substitute import NotStated, lost_conditions
from cdmtheory.language import L, h, mu, worst_rate

__all__ = ["closed_rate", "closed_rates", "moved"]


def closed_rates(e: Any, prover: Prover) -> Any:
    """The expression with worst rates replaced by closed forms, proved."""
    found = {q: closed_rate(q.args[0], prover) for q in e.atoms(worst_rate)}
    return moved(e, found) if found else e


def closed_rate(term: Any, prover: Prover) -> Any:
    """worst_rate(m) as an expression: a root at one end of the spectrum, proved to be it."""
    if h in term.free_symbols:
        raise NoClosedForm("the method depends on the eigenvalue")
    for candidate in _rate_candidates(term):
        if prover.holds(sympy.Eq(worst_rate(term), candidate, evaluate=False), seconds=4):
            return candidate
    raise NoClosedForm("the worst rate has no closed form that was found")


@lru_cache(maxsize=256)
def _rate_candidates(term: Any) -> tuple[Any, ...]:
    """What the spectral radius may be at one end or the other: a root of z² − trace·z + determinant, or the root of the determinant."""
    candidates: list[Any] = []
    unfactored: list[Any] = []  # with a root of a discriminant that is no square
    for end in (mu, L):
        mode = Mode(term, end)
        discriminant, back = squares(tidy(mode.trace**2 - 4 * mode.determinant))
        root = square_root(sympy.cancel(discriminant)) if discriminant != 0 else sympy.Integer(0)
        modulus, back2 = squares(mode.determinant)
        product = square_root(sympy.cancel(modulus)) if modulus != 0 else None
        if root is not None:
            root = root.xreplace(back)
            candidates += [tidy(s * (mode.trace + t * root) / 2) for s in (1, -1) for t in ((1, -1) if root != 0 else (1,))]
        else:
            own = sympy.sqrt(mode.trace**2 - 4 * mode.determinant)
            unfactored += [s * (mode.trace + s * own) / 2 for s in (1, -1)]
        if product is not None:
            candidates += [tidy(s * product.xreplace(back2)) for s in (1, -1)]
    return tuple(c for c in dict.fromkeys((*candidates, *unfactored)) if not (c.is_number and not c.is_positive))


def moved(e: Any, swap: dict[Any, Any]) -> Any:
    """An expression with others put in, none of its parts having cancelled on the way."""
    try:
        lost = lost_conditions(e, swap)
    except NotStated as why:
        raise NoClosedForm(str(why)) from None
    if lost:
        raise NoClosedForm(f"a part cancels which may be undefined: {lost[0]}")
    return e.xreplace(swap)
