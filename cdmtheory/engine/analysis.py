"""Logarithms, limits and suprema over k: which of the engines a statement goes to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sympy
from sympy.core.relational import Relational

from cdmtheory.engine.decide import Finding, combined, prove
from cdmtheory.engine.every_k import decide_every_k
from cdmtheory.engine.limits import decide_limit
from cdmtheory.engine.logarithms import LADDER, is_logarithmic_inequality
from cdmtheory.engine.powers import is_defined
from cdmtheory.engine.prover import Prover
from cdmtheory.engine.solvers import Solvers
from cdmtheory.language import Sup, k

__all__ = ["decide_analysis"]



def decide_analysis(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding | None:
    """Decide a statement with logarithms, a limit or a supremum over k; None if it is none of these."""
    prover = Prover(tuple(g for g in given if not g.has(sympy.log, sympy.exp, sympy.atanh)), solvers, deadline, tell)
    if statement.has(sympy.Limit):
        tell("a limit")
        return decide_limit(statement, prover)
    if statement.has(Sup):
        tell("a supremum over k")
        if isinstance(statement, sympy.And):
            return combined([prove(part, given, (), solvers, deadline, tell) for part in statement.args])
        return _supremum(statement, given, prover) or Finding("UNDECIDED", reason="a supremum over k that does not stand alone on one side")
    if statement.has(sympy.log, sympy.exp, sympy.atanh) and isinstance(statement, (Relational, sympy.And)):
        tell("logarithms in one variable")
        parts = statement.args if isinstance(statement, sympy.And) else (statement,)
        if all(is_logarithmic_inequality(part, prover) for part in parts):
            prover.assume(LADDER)
            return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
    return None


def _supremum(statement: Any, given: tuple[Any, ...], prover: Prover) -> Finding | None:
    if not isinstance(statement, Relational):
        return None
    left, right = statement.args
    relation = type(statement)
    if isinstance(right, Sup):
        left, right = right, left
        relation = {sympy.Le: sympy.Ge, sympy.Ge: sympy.Le, sympy.Lt: sympy.Gt, sympy.Gt: sympy.Lt}.get(relation, relation)
    if not isinstance(left, Sup) or right.has(Sup, k):
        return None
    inside = left.args[0]
    upper = lower = None
    if relation in (sympy.Eq, sympy.Le):
        upper = decide_every_k(sympy.Le(inside, right, evaluate=False), given, prover.solvers, prover.deadline, prover.tell)
        if upper is None or upper.verdict != "PROVED":
            return upper
        if relation is sympy.Le:
            return upper
    if relation in (sympy.Eq, sympy.Ge, sympy.Gt):
        if not is_defined(inside, prover) or inside.has(sympy.log):
            return Finding("UNDECIDED", reason="that the expression is defined for every k was not shown")
        free = tuple(g for g in given if not g.has(k))
        for steps in range(4):
            goal = (sympy.Gt if relation is sympy.Gt else sympy.Ge)(inside.xreplace({k: sympy.Integer(steps)}), right, evaluate=False)
            allowed = [g.xreplace({k: sympy.Integer(steps)}) for g in given if g.has(k)]  # this k must be allowed in every problem
            lower = prove(sympy.And(goal, *allowed, evaluate=False), free, (), prover.solvers, min(prover.deadline, time.monotonic() + 5), prover.tell)
            if lower.verdict == "PROVED":
                parts = [p for p in (upper, lower) if p is not None]
                return Finding("PROVED", sorted({b for p in parts for b in p.by}), assumed=[a for p in parts for a in p.assumed])
    return Finding("UNDECIDED", reason="that the supremum over k is attained or approached was not shown")
