"""Claims whose hypotheses leave one problem, or one condition number: decided by their value there.

A quantity over [mu, L] depends on L/mu alone if the step sizes of its method are divided by t, and its curvatures are multiplied by t, where mu and L are.
"""

from __future__ import annotations

from typing import Any

import sympy
from flint import fmpq

from cdmtheory.engine.evaluate import complete, holds
from cdmtheory.engine.falsify import satisfies
from cdmtheory.engine.proof import Finding
from cdmtheory.engine.quantities import Point
from cdmtheory.engine.roots import vanishes
from cdmtheory.engine.scalars import Undefined
from cdmtheory.language import L, MethodTerm, eps, h, k, kappa, mu, stable, steps_to, worst_rate, worst_residual

__all__ = ["decide_at_one_point"]

VALUE = "suprema over [mu, L] and step counts at one problem are enclosed, by theorems on the methods where no polynomial of small degree gives them"
SCALING = "quantities over a spectrum depend on L/mu alone where the method's step sizes and curvatures scale with it"
DEGREES = {"step_size": -1, "first_step": -1, "momentum": 0, "steps": 0, "curvature": 1, "mu": 1, "L": 1}
"""What becomes of a method's parameters when the spectrum is multiplied by t: they are multiplied by t to this power."""


def decide_at_one_point(statement: Any, given: tuple[Any, ...]) -> Finding | None:
    """A proof by evaluation, or None if the hypotheses leave more than one problem, or the value stays open."""
    point = _only_point(statement, given)
    if point is None:
        return None
    try:
        if satisfies(given, point) is not True or holds(statement, point) is not True:
            return None
    except Undefined:
        return None
    scaled = not any(isinstance(g, sympy.Eq) and {mu, L} & set(g.args) for g in given)
    return Finding("PROVED", ["balls"], assumed=[VALUE, SCALING] if scaled else [VALUE])


def _only_point(statement: Any, given: tuple[Any, ...]) -> Point | None:
    """The one point that the hypotheses leave, up to a scale that does not matter; None if there are more."""
    pinned: Point = {}
    others = [statement]
    for relation in given:
        if isinstance(relation, sympy.Eq):
            for symbol, number in (relation.args, relation.args[::-1]):
                if symbol.is_Symbol and number.is_Rational:
                    pinned[symbol] = fmpq(int(number.p), int(number.q))
            if (ratio := _condition_number(relation)) is not None:
                pinned[kappa] = ratio
                continue
        others.append(relation)
    free: set[Any] = set().union(*(_free_symbols(e) for e in (statement, *given)))
    if free & {h, k, eps} - set(pinned):
        return None
    if {mu, L} <= set(pinned):
        return complete(pinned) if free <= {*pinned, kappa} and pinned.get(kappa, pinned[L] / pinned[mu]) == pinned[L] / pinned[mu] else None
    if kappa in pinned and free <= {*pinned, mu, L} and not {mu, L} & set(pinned) and all(map(_free_of_scale, others)):
        return complete(pinned)
    return None


def _condition_number(relation: Any) -> fmpq | None:
    """q of a hypothesis such as L = q·μ, or L/μ = q; None if it is no such hypothesis."""
    difference = sympy.numer(sympy.together((relation.lhs - relation.rhs).xreplace({kappa: L / mu})))
    a, b = difference.coeff(L), difference.coeff(mu)
    if not (a.is_Rational and b.is_Rational and a != 0) or sympy.expand(difference - a * L - b * mu) != 0:
        return None
    return fmpq(int(-b.p), int(b.q)) / fmpq(int(a.p), int(a.q))


def _free_symbols(e: Any) -> set[Any]:
    """The symbols of an expression that its value depends on: not the eigenvalue inside the method of a quantity over the spectrum, but its ends."""
    if _over_spectrum(e):
        inside: set[Any] = e.args[0].free_symbols - {h}
        return inside | {mu, L}.union(*(_free_symbols(a) for a in e.args[1:]))
    own: set[Any] = set() if e.args else set(e.free_symbols)
    return own.union(*(_free_symbols(a) for a in e.args))


def _over_spectrum(e: Any) -> bool:
    """Whether it is a quantity over all of [mu, L]."""
    return isinstance(e, (worst_rate, worst_residual, steps_to)) or (isinstance(e, stable) and len(e.args) == 1)


def _free_of_scale(e: Any) -> bool:
    """Whether the value of an expression depends on L/mu alone."""
    if _over_spectrum(e):
        return _scales(e.args[0]) and all(_free_of_scale(a) for a in e.args[1:])
    if {mu, L} & set(e.free_symbols) and not e.has(worst_rate, worst_residual, steps_to, stable, MethodTerm) and isinstance(e, sympy.Expr):
        return _has_degree(e, 0)
    return e not in (mu, L) and all(_free_of_scale(a) for a in e.args)


def _scales(term: MethodTerm) -> bool:
    """Whether a method does the same on a spectrum that is multiplied by t."""
    names = term.method.family.signature.parameters
    parts = list(zip(names, term.args[1:], strict=True))
    return h not in term.free_symbols and all(
        _scales(part) if isinstance(part, MethodTerm) else part == sympy.Tuple() or (name in DEGREES and _has_degree(part, DEGREES[name]))
        for name, part in parts)


def _has_degree(e: Any, degree: int) -> bool:
    """Whether an expression is multiplied by t^degree when mu and L are multiplied by t."""
    t = sympy.Dummy("t", positive=True)
    plain = e.xreplace({kappa: L / mu})
    return bool(vanishes(plain.xreplace({mu: t * mu, L: t * L}) - t**degree * plain))
