"""Following a derivation: every equation is brought to 0 = 0 exactly, every other step is decided like a claim."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

import sympy
from flint import ctx, fmpq

from cdmtheory.claims import Derivation, text
from cdmtheory.engine.decide import _decide
from cdmtheory.engine.evaluate import sides
from cdmtheory.engine.falsify import points, satisfies
from cdmtheory.engine.proof import Finding
from cdmtheory.engine.quantities import value
from cdmtheory.engine.ring import Ring
from cdmtheory.engine.scalars import Open, Undefined
from cdmtheory.engine.solvers import Solvers
from cdmtheory.engine.statements import Compare, NotPolynomial
from cdmtheory.engine.vacuity import hypotheses_empty

__all__ = ["follow"]

FEW, POINTS = 4, 40  # points that satisfy the hypotheses
TRIED = 20  # times as many, at most, are tried


def _in_its_ring(e: Any) -> Any:
    """The numerator of an expression of rational operations and roots, over the rationals: 0 only if the expression is 0 wherever it is defined."""
    try:
        return Ring([Compare(e, "=", sympy.Integer(0))], sorted(e.free_symbols, key=str), []).rational(e)[0]
    except (NotPolynomial, ZeroDivisionError, OverflowError):  # what is defined nowhere, or has no degree that could be written down
        return None


CHEAP: tuple[Callable[[Any], Any], ...] = (lambda x: x, _in_its_ring, sympy.expand)
DEAR: tuple[Callable[[Any], Any], ...] = (
    lambda x: sympy.cancel(sympy.together(sympy.expand(x, power_exp=True))), lambda x: sympy.expand(sympy.expand_trig(x)),
    lambda x: sympy.cancel(sympy.together(sympy.expand(x.rewrite(sympy.exp), power_exp=True))), sympy.radsimp, sympy.combsimp, sympy.simplify)


def follow(derivation: Derivation, solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding:
    """The first step that fails decides; PROVED if none does."""
    by: set[str] = set()
    empty = _vacuous(derivation, solvers, deadline, tell)
    if empty is not None:
        return empty
    for number, step in enumerate(derivation.steps, 1):
        tell(f"step {number} of {len(derivation.steps)}")
        found = _equation(step, derivation.given) if isinstance(step, sympy.Eq) and not _is_claim(step) else None
        if found is None or (found.verdict == "UNDECIDED" and isinstance(step.lhs, sympy.Expr)):
            share = time.monotonic() + (deadline - time.monotonic()) / (len(derivation.steps) - number + 1)
            as_claim = _decide(step, derivation.given, (), solvers, share, tell)
            # a claim also fails where a side is undefined, which an equation of a derivation does not: so that only a proof carries over
            found = as_claim if found is None or as_claim.verdict == "PROVED" else found
        if found.verdict != "PROVED":
            found.reason = f"step {number}, {text(step)}" + (f": {found.reason}" if found.reason else "")
            if number > 1:
                found.scope = f"steps 1 to {number - 1} hold" if found.verdict == "UNDECIDED" else "all"
            return found
        by |= set(found.by)
    assumed = list(derivation.assumed)
    if any(p.exp.is_negative and p.base.free_symbols for s in derivation.steps if not _is_claim(s) for p in s.atoms(sympy.Pow)):
        assumed.append("both sides of an equation are compared where they are defined")
    return Finding("PROVED", sorted(by), assumed=assumed)


def _vacuous(derivation: Derivation, solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding | None:
    """What is to be said if the hypotheses contradict each other, or no point that satisfies them is known."""
    if not derivation.given:
        return None
    statement = _about(derivation.given[0].free_symbols)
    for tried, point in enumerate(points(statement, derivation.given)):
        if satisfies(derivation.given, point) is True:
            return None
        if tried > 400:
            break
    return hypotheses_empty(statement, derivation.given, solvers, deadline, tell)


def _about(symbols: set[Any]) -> Any:
    """A statement in these symbols whose points say nothing of where it fails."""
    return sympy.Eq(sum(sorted(symbols, key=str), sympy.Integer(0)), 0, evaluate=False)


def _is_claim(step: Any) -> bool:
    from cdmtheory.language import Sup, _OfMethod

    return bool(step.has(_OfMethod, Sup, sympy.Limit))


def _equation(step: Any, given: tuple[Any, ...]) -> Finding | None:
    """An equation between expressions or matrices: reduced to zero, or shown to differ at a point; None if neither worked."""
    entries, whole = _entries(step), _whole(step)
    # what is wrong is so nearly everywhere, and to see that costs less than to simplify it
    if (point := _differs(entries, whole, given, FEW)) is None:
        left_over = [e for e in entries if not reduces_to_zero(e, CHEAP)]
        if all(reduces_to_zero(e, () if _counts_below_zero(e) else DEAR) for e in left_over):
            return Finding("PROVED", ["algebra"])
        point = _differs(left_over, whole, given, POINTS)
    if point is not None:
        left, right = _sides(step, point)
        at = {s.name: str(x) for s, x in sorted(point.items(), key=lambda i: i[0].name)}
        return Finding("REFUTED", ["search"], {"point": at, "lhs": left, "rhs": right})
    return Finding("UNDECIDED", reason="the difference of both sides does not reduce to 0, and no point was found at which it is not 0") if any(
        e.has(sympy.Function) or e.atoms(sympy.Pow) for e in entries) else None


def _counts_below_zero(e: Any) -> bool:
    """Whether a factorial or binomial coefficient may be one of a number below 0, where SymPy's rules for them do not agree."""
    return bool(e.has(sympy.binomial, sympy.factorial, sympy.gamma, sympy.RisingFactorial, sympy.FallingFactorial)) and not all(
        s.is_nonnegative for s in e.free_symbols)


def _entries(step: Any) -> list[Any]:
    left, right = step.lhs, step.rhs
    if isinstance(left, sympy.MatrixBase) or isinstance(right, sympy.MatrixBase) or getattr(left, "is_Matrix", False):
        left, right = (sympy.Matrix(sympy.sympify(side).doit()) for side in (left, right))
        if left.shape != right.shape:
            raise ValueError(f"the matrices of {text(step)} have the shapes {left.shape} and {right.shape}; they must agree")
        return [sympy.sympify(e).doit() for e in left - right]
    return [sympy.sympify(left - right).doit()]


def reduces_to_zero(e: Any, ways: Iterable[Callable[[Any], Any]]) -> bool:
    """Whether exact rewriting brings an expression to 0."""
    for way in ways:
        try:
            if way(e) == 0:
                return True
        except (sympy.PolynomialError, NotImplementedError, ValueError, TypeError, AttributeError):
            continue
    return False


def _whole(step: Any) -> list[Any]:
    """Everything that stands on either side, in which nothing has cancelled between the two."""
    return [e for side in (step.lhs, step.rhs) for e in (sympy.Matrix(sympy.sympify(side).doit()) if getattr(side, "is_Matrix", False) else (side.doit(),))]


def _differs(entries: list[Any], whole: list[Any], given: tuple[Any, ...], most: int) -> dict[Any, fmpq] | None:
    """A point, among the first ones, at which one of the entries is not 0, and both sides are defined."""
    return next(filter(None, (_nonzero_point(e, whole, given, most) for e in entries)), None)


def _undefined(e: Any, point: dict[Any, fmpq]) -> bool:
    try:
        value(e, point)
    except Undefined:
        return True
    except Open:
        pass
    return False


def _nonzero_point(e: Any, whole: list[Any], given: tuple[Any, ...], most: int) -> dict[Any, fmpq] | None:
    inside = (point for point in islice(points(_about(e.free_symbols), given), TRIED * most) if satisfies(given, point) is True)
    for point in islice(inside, most):
        try:
            with ctx.workprec(256):
                number = value(e, point)
        except (Undefined, Open):
            continue
        if (number != 0 if isinstance(number, fmpq) else (number > 0 or number < 0)) and not any(_undefined(side, point) for side in whole):
            return point
    return None


def _sides(step: Any, point: dict[Any, fmpq]) -> tuple[str | None, str | None]:
    if isinstance(step.lhs, sympy.Expr) and isinstance(step.rhs, sympy.Expr):
        return sides(sympy.Eq(step.lhs.doit(), step.rhs.doit(), evaluate=False), point)
    return None, None
