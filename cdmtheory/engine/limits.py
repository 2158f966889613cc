"""Statements with limits: every limit is found, and what then stands there is compared."""

from __future__ import annotations

from itertools import islice
from typing import Any

import sympy
from sympy.core.relational import Relational

from cdmtheory.engine.closed_rates import closed_rates, moved
from cdmtheory.engine.count_limits import LARGEST_LATE
from cdmtheory.engine.evaluate import holds
from cdmtheory.engine.falsify import points, satisfies
from cdmtheory.engine.logarithms import is_logarithmic_inequality
from cdmtheory.engine.one_limit import DependsOnScale, defined_near, limit_of
from cdmtheory.engine.one_variable import same_function
from cdmtheory.engine.proof import Finding
from cdmtheory.engine.prover import NoClosedForm, Prover
from cdmtheory.engine.scalars import Undefined
from cdmtheory.engine.substitute import has_whole_steps, special_case
from cdmtheory.language import L, Sup, _OfMethod, eps, k, kappa, mu

__all__ = ["decide_limit"]

LOOKED_AT = 60  # points
FIRST_STEPS = 5  # that a limit with a free number of steps is looked at with


def decide_limit(statement: Any, prover: Prover) -> Finding | None:
    """Decide a relation with limits by what each of them is; None if it is no relation."""
    if not isinstance(statement, Relational):
        return None
    limits = list(statement.atoms(sympy.Limit))
    found: dict[Any, Any] = {}
    try:
        if any(one.has(Sup) for one in limits) and any(g.has(k) for g in prover.given):
            raise NoClosedForm("a supremum over some k only")
        if any(one.args[0].has(sympy.Limit) for one in limits):
            raise NoClosedForm("a limit inside a limit")
        for one in limits:
            found[one] = limit_of(one, prover)
        left, right = (moved(side, found) for side in statement.args)
    except DependsOnScale as error:
        return Finding("ERROR", reason=str(error))
    except NoClosedForm as why:
        found_false = _refuted_at_some_steps(statement, prover) or _refuted_in_part(statement, prover)
        return found_false or Finding("UNDECIDED", reason=f"the limit was not found: {why}")
    shown = "; ".join(f"{sympy.sstr(one.args[0])} tends to {sympy.sstr(number)}" for one, number in found.items())
    if left.free_symbols | right.free_symbols:
        if isinstance(statement, sympy.Eq) and _same_in_other_symbols(left, right, prover):
            return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
        if is_logarithmic_inequality(statement.func(left, right, evaluate=False), prover):
            return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
        point = _differs(statement.func(left, right, evaluate=False), prover.given)
        if point is not None:
            at = {s.name: str(x) for s, x in point.items()}
            return Finding("REFUTED", sorted(prover.by | {"algebra"}), {"point": at, "lhs": None, "rhs": None}, reason=shown)
        return Finding("UNDECIDED", reason=f"{shown}; the comparison depends on other symbols")
    if left.is_infinite or right.is_infinite:
        truth: bool | None = bool(statement.func(left, right)) if statement.func(left, right) in (sympy.true, sympy.false) else None
    else:
        try:
            truth = holds(statement.func(left, right, evaluate=False), {})
        except Undefined:
            truth = False
        if truth is None and sympy.simplify((left - right).rewrite(sympy.log)) == 0:
            truth = isinstance(statement, (sympy.Eq, sympy.Le, sympy.Ge))
    if truth is None:
        return Finding("UNDECIDED", reason=shown)
    if truth:
        return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
    return Finding("REFUTED", sorted(prover.by | {"algebra"}), {"point": {}, "lhs": sympy.sstr(left), "rhs": sympy.sstr(right)}, reason=shown)


def _refuted_at_some_steps(statement: Any, prover: Prover) -> Finding | None:
    """A refutation of a statement about every k, which a limit over κ leaves free, at one of the first k; None if there is none."""
    if k not in statement.free_symbols or any(one.args[1] == k or one.has(Sup) for one in statement.atoms(sympy.Limit)):
        return None
    for steps in range(FIRST_STEPS):
        here = {k: sympy.Integer(steps)}
        if not has_whole_steps(statement, here) or any(special_case(g, here) != sympy.true for g in prover.given if g.has(k)):
            continue
        given = tuple(g for g in prover.given if not g.has(k))
        found = decide_limit(statement.xreplace(here), Prover(given, prover.solvers, prover.deadline, prover.tell))
        if found is not None and found.verdict == "REFUTED":
            found.counterexample = {"lhs": None, "rhs": None, **(found.counterexample or {}),
                                    "point": {**(found.counterexample or {"point": {}})["point"], "k": str(steps)}}
            return found
    return None


def _refuted_in_part(statement: Any, prover: Prover) -> Finding | None:
    """A refutation at some κ > 1, or over κ at some ε not close to 1, where the hypotheses allow more, which may be in the way; None if there is none."""
    bound = {one.args[1] for one in statement.atoms(sympy.Limit)}
    part = sympy.Le(eps, LARGEST_LATE, evaluate=False) if kappa in bound else sympy.Lt(mu, L, evaluate=False)
    if bound & part.free_symbols or (part.has(eps) and not statement.has(eps)) or prover.holds(part):
        return None
    if not any(satisfies((*prover.given, part), point) for point in islice(points(statement, (*prover.given, part)), LOOKED_AT)):
        return None  # it may contradict the hypotheses
    found = decide_limit(statement, Prover((*prover.given, part), prover.solvers, prover.deadline, prover.tell))
    return found if found is not None and found.verdict == "REFUTED" and found.counterexample and found.counterexample["point"] else None


def _differs(comparison: Any, given: tuple[Any, ...]) -> dict[Any, Any] | None:
    """A point within the hypotheses at which what a limit was found to be makes the statement false."""
    for tried, point in enumerate(points(comparison, given)):
        if tried > LOOKED_AT:
            return None
        if satisfies(given, point) is True:
            try:
                if holds(comparison, point) is False:
                    return point
            except Undefined:
                continue
    return None


def _same_in_other_symbols(left: Any, right: Any, prover: Prover) -> bool:
    """Whether two expressions that the limit left over are one, after closed forms and κ = L/μ."""
    y = sympy.Dummy("y", positive=True)
    try:
        sides = [moved(closed_rates(side, prover), {kappa: L / mu}) for side in (left, right)]
    except NoClosedForm:
        return False
    if not all(defined_near(side, y, sympy.oo, prover) for side in sides):
        return False
    if any(side.has(_OfMethod) for side in sides):
        return False
    difference = sides[0] - sides[1]
    difference = difference.replace(sympy.acosh, lambda e: sympy.log(e + sympy.sqrt(e**2 - 1)))
    difference = difference.xreplace({mu: L / kappa})
    if not same_function(difference.xreplace({L: 4 * L}), difference):
        return False
    difference = difference.xreplace({L: sympy.Integer(1)}).xreplace({kappa: y**2})
    difference = difference.replace(sympy.log, lambda e: sympy.log(sympy.factor(sympy.together(e))))
    return bool(sympy.simplify(difference) == 0 or sympy.simplify(sympy.expand_log(difference, force=True)) == 0)
