"""Whether any point satisfies the hypotheses of a claim: one that none does says nothing, and is VACUOUS."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sympy
from sympy.logic.boolalg import BooleanFalse

from cdmtheory.engine.falsify import counterexample, satisfies, symbols_of
from cdmtheory.engine.formula import FALSE
from cdmtheory.engine.proof import Finding, contradiction, prove
from cdmtheory.engine.reduce import reduce_claim
from cdmtheory.engine.solvers import Solvers, candidates
from cdmtheory.engine.statements import NotPolynomial
from cdmtheory.engine.substitute import NotStated, special_case
from cdmtheory.language import k

__all__ = ["hypotheses_empty"]

FIRST_STEPS = 4  # at which an irrational point that satisfies the hypotheses is looked for
MOST_INTEGERS = 12  # values of k that are looked at one by one


def hypotheses_empty(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding | None:
    """VACUOUS if no point satisfies the hypotheses, UNDECIDED if none was found and none excluded, None if there is one."""
    tell("are the hypotheses satisfiable?")
    if any(isinstance(g, BooleanFalse) for g in given):
        return Finding("VACUOUS", ["algebra"])
    if not given and not symbols_of(statement, ()):
        return None
    try:
        problem = reduce_claim(sympy.false, given)
    except NotPolynomial as why:
        return _empty_without_logarithms(given, solvers, deadline) or _contradicted_by_the_rest(given, solvers, deadline, tell) or Finding(
            "UNDECIDED", reason=f"no point that satisfies the hypotheses was found ({why})")
    if problem.domain == FALSE:
        return Finding("VACUOUS", ["algebra"])
    answer = solvers.ask(problem, problem.domain, min(deadline, time.monotonic() + 0.6 * (deadline - time.monotonic())))
    if answer.status == "unsat":
        return Finding("VACUOUS", list(answer.by))
    if answer.status == "contradiction":
        return contradiction()
    if answer.status == "sat":
        for point in candidates(problem, answer.models):
            if satisfies(given, point) is True and counterexample(statement, given, point):
                return Finding("REFUTED", list(answer.by), counterexample(statement, given, point))
        if not problem.relaxed:
            return None  # satisfiable, if at an irrational point
        if _at_some_step(given, solvers, deadline):
            return None
        if _between_integers(given, solvers, deadline):
            return Finding("VACUOUS", ["algebra", *answer.by])
    return Finding("UNDECIDED", reason="no point that satisfies the hypotheses was found, and none was excluded")


def _empty_without_logarithms(given: tuple[Any, ...], solvers: Solvers, deadline: float) -> Finding | None:
    """VACUOUS if the hypotheses exclude each other whatever the logarithms and exponentials in them are, but for 1 − 1/x < log x < x − 1."""
    atoms = sorted({a for g in given for a in g.atoms(sympy.log, sympy.exp)}, key=str)
    real: dict[Any, Any] = {a: sympy.Dummy("transcendental", real=True) for a in atoms}
    signs = []
    for a in atoms:
        inner = a.args[0].xreplace({s: v for s, v in real.items() if s != a})
        if isinstance(a, sympy.exp) and not a.args[0].is_real:
            continue
        power, exponent, defined = (inner, real[a], [inner > 0]) if isinstance(a, sympy.log) else (real[a], inner, [])
        apart = (power > 1 + exponent, power * exponent > power - 1)
        cases = [sympy.And(power > 1, exponent > 0, *apart, evaluate=False), sympy.And(power < 1, exponent < 0, *apart, evaluate=False),
                 sympy.And(sympy.Eq(power, 1, evaluate=False), sympy.Eq(exponent, 0, evaluate=False), evaluate=False)]
        signs.append(sympy.Implies(sympy.And(*defined), sympy.And(power > 0, sympy.Or(*cases, evaluate=False), evaluate=False), evaluate=False))
    try:
        problem = reduce_claim(sympy.false, (*(g.xreplace(real) for g in given), *signs))
    except NotPolynomial:
        return None
    answer = solvers.ask(problem, problem.domain, min(deadline, time.monotonic() + 0.3 * (deadline - time.monotonic())))
    return Finding("VACUOUS", list(answer.by)) if problem.domain == FALSE or answer.status == "unsat" else None


def _contradicted_by_the_rest(given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding | None:
    """VACUOUS if the other hypotheses prove that one is false, or all by themselves are empty; None if neither was shown."""
    until = time.monotonic() + 0.5 * (deadline - time.monotonic())
    for one in sorted(given, key=lambda g: not g.has(sympy.log, sympy.exp)):
        rest = tuple(g for g in given if g is not one)
        if isinstance(one, sympy.core.relational.Relational) and time.monotonic() < until:
            shown = prove(one.negated, rest, (), solvers, min(until, time.monotonic() + 6), tell)
            if shown.verdict == "PROVED":
                return Finding("VACUOUS", shown.by, assumed=shown.assumed)
    return None


def _at_some_step(given: tuple[Any, ...], solvers: Solvers, deadline: float) -> bool:
    """Whether hypotheses can be satisfied at one of the first k, if at an irrational point."""
    for j in range(FIRST_STEPS) if any(k in g.free_symbols for g in given) else ():
        try:
            problem = reduce_claim(sympy.false, tuple(special_case(g, {k: sympy.Integer(j)}) for g in given))
        except (NotPolynomial, NotStated):
            return False
        if not problem.relaxed and problem.domain != FALSE and solvers.ask(problem, problem.domain, min(deadline, time.monotonic() + 2)).status == "sat":
            return True
    return False


def _between_integers(given: tuple[Any, ...], solvers: Solvers, deadline: float) -> bool:
    """Whether hypotheses that real numbers satisfy hold for no integer k: none from MOST on, and none of those before."""
    if not any(k in g.free_symbols for g in given):
        return False

    def empty(hypotheses: tuple[Any, ...]) -> bool:
        try:
            problem = reduce_claim(sympy.false, hypotheses)
        except NotPolynomial:
            return False
        return problem.domain == FALSE or solvers.ask(problem, problem.domain, min(deadline, time.monotonic() + 2)).status == "unsat"

    return empty((*given, k >= MOST_INTEGERS)) and all(empty(tuple(g.xreplace({k: sympy.Integer(j)}) for g in given)) for j in range(MOST_INTEGERS))
