"""That the value of an Optimal is reached by no parameters at some problem, which refutes it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sympy
from flint import fmpq

from cdmtheory.engine.falsify import points, satisfies
from cdmtheory.engine.formula import FALSE
from cdmtheory.engine.proof import Finding, prove
from cdmtheory.engine.reduce import reduce_claim
from cdmtheory.engine.solvers import Solvers
from cdmtheory.engine.statements import NotPolynomial
from cdmtheory.language import L, _Optimum, kappa, mu

__all__ = ["not_attained_at_counterexample", "not_attained_somewhere", "problems_of"]

Tell = Callable[[str], None]


def problems_of(claim: _Optimum, outer: tuple[Any, ...], count: int) -> list[dict[Any, fmpq]]:
    """A few concrete problems (values of everything but the parameters) that satisfy the outer hypotheses."""
    found: list[dict[Any, fmpq]] = []
    statement = sympy.Eq(claim.quantity.xreplace({}), claim.value, evaluate=False)
    for tried, point in enumerate(points(statement, outer)):
        if len(found) == count or tried > 200:
            break
        problem = {s: x for s, x in point.items() if s not in claim.over}
        if satisfies(outer, problem) is True and problem not in found:
            found.append(problem)
    return found


def not_attained_somewhere(claim: _Optimum, outer: tuple[Any, ...], inner: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> Finding | None:
    """REFUTED if at one of a few concrete problems no parameters at all reach the value."""
    for problem in problems_of(claim, outer, 3):
        if time.monotonic() > deadline:
            return None
        tell("is it attained at one problem?")
        if (missed := _not_attained_at(claim, problem, inner, solvers, deadline, tell)) is not None:
            return missed
    return None


def not_attained_at_counterexample(claim: _Optimum, attained: Finding, inner: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> Finding | None:
    """REFUTED if where a witness fails no other parameters reach the value either."""
    if attained.verdict != "REFUTED" or attained.counterexample is None:
        return None
    values = {name: sympy.sympify(text) for name, text in attained.counterexample["point"].items()}
    names = {s.name: s for g in (claim.quantity, claim.value, *inner) for s in g.free_symbols} | {"mu": mu, "L": L}
    if not all(x.is_Rational for x in values.values()):
        return None
    tell("is it attained where a witness fails?")
    problem = {names[n]: fmpq(int(x.p), int(x.q)) for n, x in values.items() if n in names and names[n] not in claim.over}
    return _not_attained_at(claim, problem, inner, solvers, deadline, tell)


def _not_attained_at(claim: _Optimum, problem: dict[Any, fmpq], inner: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> Finding | None:
    """REFUTED if at a problem no parameters at all reach the value."""
    here = [sympy.Eq(s, sympy.Rational(int(x.p), int(x.q)), evaluate=False) for s, x in problem.items() if s != kappa]
    if _may_be_empty((*inner, *here), solvers, deadline):
        return None  # no parameters are allowed at this problem
    above = prove(sympy.Gt(claim.quantity, claim.value, evaluate=False), (*inner, *here), (), solvers, min(deadline, time.monotonic() + 5), tell)
    if above.verdict == "DISAGREEMENT":
        return above
    if above.verdict != "PROVED":
        return None
    shown = {s.name: str(x) for s, x in sorted(problem.items(), key=lambda item: item[0].name)}
    reason = f"at this problem every choice of {', '.join(s.name for s in claim.over)} gives more than the value, so it is not attained"
    return Finding("REFUTED", above.by, {"point": shown, "lhs": None, "rhs": None}, reason=reason)


def _may_be_empty(given: tuple[Any, ...], solvers: Solvers, deadline: float) -> bool:
    """Whether no point satisfies some hypotheses, or polynomials cannot tell, as of integers."""
    try:
        problem = reduce_claim(sympy.false, given)
    except NotPolynomial:
        return True
    return problem.domain == FALSE or problem.relaxed or solvers.ask(problem, problem.domain, min(deadline, time.monotonic() + 3)).status != "sat"
