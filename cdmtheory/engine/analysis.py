"""Logarithms, limits and suprema over k: which of the engines a statement goes to."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy
from flint import fmpq
from sympy.core.relational import Relational

from cdmtheory.engine.approximate import NO_VALUE, number
from cdmtheory.engine.evaluate import complete, holds
from cdmtheory.engine.every_k import decide_every_k
from cdmtheory.engine.falsify import described, points, satisfies
from cdmtheory.engine.limits import decide_limit
from cdmtheory.engine.logarithms import is_logarithmic_inequality, variable_powers
from cdmtheory.engine.powers import is_defined
from cdmtheory.engine.proof import Finding, combined, prove
from cdmtheory.engine.prover import Prover, powers_of_k, transcendental
from cdmtheory.engine.solvers import Solvers
from cdmtheory.engine.substitute import special_case
from cdmtheory.language import Sup, k, kappa

__all__ = ["decide_analysis"]

FIRST_STEPS = 4  # at which a supremum over k may be attained
LOOKED_AT = 60


def decide_analysis(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding | None:
    """Decide a statement with logarithms, a limit or a supremum over k; None if it is none of these."""
    prover = Prover(tuple(g for g in given if not transcendental(g)), solvers, deadline, tell)
    if statement.has(sympy.Limit):
        tell("a limit")
        return _within(decide_limit(statement, prover), given)
    if statement.has(Sup):
        tell("a supremum over k")
        if isinstance(statement, sympy.And):
            return combined([prove(part, given, (), solvers, deadline, tell) for part in statement.args])
        return _supremum(statement, given, prover) or Finding("UNDECIDED", reason="a supremum over k that does not stand alone on one side")
    if isinstance(statement, (Relational, sympy.And)) and (transcendental(statement) or (variable_powers(statement) and not powers_of_k(statement))):
        tell("logarithms in one variable")
        parts = statement.args if isinstance(statement, sympy.And) else (statement,)
        if all(is_logarithmic_inequality(part, prover) for part in parts):
            return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
    return None


def _within(found: Finding | None, given: tuple[Any, ...]) -> Finding | None:
    """What was found of a limit; a counterexample must satisfy the hypotheses with logarithms too, which it was not looked for with."""
    more = tuple(g for g in given if transcendental(g))
    if found is None or found.verdict != "REFUTED" or not more or not (named := (found.counterexample or {"point": {}})["point"]):
        return found
    symbols = {s.name: s for g in more for s in g.free_symbols}
    point = complete({symbols[name]: fmpq(*map(int, value.split("/"))) for name, value in named.items() if name in symbols})
    inside = set(symbols.values()) <= set(point) and satisfies(more, point) is True
    return found if inside else Finding("UNDECIDED", reason=f"{found.reason}; a point at which that is false and the hypotheses hold was not found")


def _supremum(statement: Any, given: tuple[Any, ...], prover: Prover) -> Finding | None:
    if not isinstance(statement, Relational):
        return None
    left, right = statement.args
    relation = type(statement)
    if isinstance(right, Sup):
        left, right = right, left
        relation = {sympy.Le: sympy.Ge, sympy.Ge: sympy.Le, sympy.Lt: sympy.Gt, sympy.Gt: sympy.Lt}.get(relation, relation)
    if not isinstance(left, Sup) or right.has(Sup, k) or relation is sympy.Ne:
        return None
    inside = left.args[0]
    if relation in (sympy.Eq, sympy.Le):
        upper = decide_every_k(sympy.Le(inside, right, evaluate=False), given, prover.solvers, prover.deadline, prover.tell)
        if upper is None or upper.verdict != "PROVED" or relation is sympy.Le:
            return upper
    else:
        upper = Finding("PROVED")
    if not is_defined(inside, prover) or inside.has(sympy.log):
        return Finding("UNDECIDED", reason="that the expression is defined for every k was not shown")
    if relation is sympy.Lt:
        return _below_everywhere(inside, right, given, prover)
    for steps in range(FIRST_STEPS):
        lower = _at_one_step(sympy.Gt if relation is sympy.Gt else sympy.Ge, inside, steps, right, given, prover)
        if lower is not None:
            return combined([upper, lower])
    lower = _approached(relation, inside, right, given, prover)
    if lower is not None:
        return combined([upper, lower])
    return _never_reached(inside, right, given, prover) or Finding("UNDECIDED", reason="that the supremum over k is attained or approached was not shown")


def _at_one_step(relation: Any, inside: Any, steps: int, right: Any, given: tuple[Any, ...], prover: Prover) -> Finding | None:
    """The proof that the expression at one step, which is allowed in every problem, compares with the right side; None if there is none."""
    here = {k: sympy.Integer(steps)}
    goal = special_case(relation(inside, right, evaluate=False), here)
    allowed = [special_case(g, here) for g in given if g.has(k)]
    free = tuple(g for g in given if not g.has(k))
    found = prove(sympy.And(goal, *allowed, evaluate=False), free, (), prover.solvers, min(prover.deadline, time.monotonic() + 5), prover.tell)
    return found if found.verdict == "PROVED" else None


def _approached(relation: Any, inside: Any, right: Any, given: tuple[Any, ...], prover: Prover) -> Finding | None:
    """The proof that the limit over k compares with the right side, if every large k is allowed; None if there is none."""
    if not all(isinstance(g, (sympy.Ge, sympy.Gt, sympy.Le, sympy.Lt)) and g.gts == k and not g.lts.has(k) for g in given if g.has(k)):
        return None
    compared = sympy.Gt if relation is sympy.Gt else sympy.Eq
    free = Prover(tuple(g for g in prover.given if not g.has(k)), prover.solvers, prover.deadline, prover.tell)
    found = decide_limit(compared(sympy.Limit(inside, k, sympy.oo), right, evaluate=False), free)
    return found if found is not None and found.verdict == "PROVED" else None


def _below_everywhere(inside: Any, right: Any, given: tuple[Any, ...], prover: Prover) -> Finding | None:
    """A supremum below the right side: it is the value at one of the first steps, and that is below."""
    for steps in range(FIRST_STEPS):
        below = _at_one_step(sympy.Lt, inside, steps, right, given, prover)
        if below is None:
            continue
        there = sympy.Le(inside, inside.xreplace({k: sympy.Integer(steps)}), evaluate=False)
        largest = decide_every_k(there, given, prover.solvers, min(prover.deadline, time.monotonic() + 15), prover.tell)
        if largest is not None and largest.verdict == "PROVED":
            return combined([largest, below])
    return None


def _never_reached(inside: Any, right: Any, given: tuple[Any, ...], prover: Prover) -> Finding | None:
    """REFUTED if at one problem the supremum is proved to be at most a number below the right side."""
    free = tuple(g for g in given if not g.has(k))
    for tried, point in enumerate(points(sympy.Le(inside.xreplace({k: sympy.Integer(1)}), right, evaluate=False), free)):
        if tried > 12 or time.monotonic() > prover.deadline:
            return None
        problem = {s: x for s, x in point.items() if s != k}
        between = _between(inside, right, given, problem) if satisfies(free, problem) is True else None
        if between is None or holds(sympy.Lt(between, right, evaluate=False), problem) is not True:
            continue
        here = tuple(sympy.Eq(s, sympy.Rational(int(x.p), int(x.q)), evaluate=False) for s, x in problem.items() if s != kappa)
        until = min(prover.deadline, time.monotonic() + 10)
        bound = decide_every_k(sympy.Le(inside, between, evaluate=False), (*given, *here), prover.solvers, until, prover.tell)
        if bound is not None and bound.verdict == "PROVED":
            found = described(sympy.true, problem, problem)
            return Finding("REFUTED", bound.by, found, list(bound.assumed), reason=f"at this problem the supremum over k is at most {between}")
    return None


def _between(inside: Any, right: Any, given: tuple[Any, ...], problem: dict[Any, Any]) -> Any:
    """A number that separates the values at the first steps from the right side at one problem, as far as floats can tell; None if there is none."""
    at = {s: float(Fraction(int(x.p), int(x.q))) for s, x in problem.items()}
    values = []
    try:
        for steps in range(LOOKED_AT):
            point = {**problem, k: fmpq(steps)}
            if satisfies(tuple(g for g in given if g.has(k)), point) is True:
                values.append(number(inside, {**at, k: float(steps)}))
        bound, most = number(right, at), max(values, default=math.inf)
    except NO_VALUE:
        return None
    if not most < bound - 1e-9 * abs(bound):
        return None
    return sympy.Rational(Fraction((3 * bound + most) / 4).limit_denominator(10**4))
