"""Proving one statement under its hypotheses: what was found, by whom, and what was assumed.

That the hypotheses can be satisfied, and that a quick search met no counterexample, is seen to in :mod:`cdmtheory.engine.decide`.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy.logic.boolalg import And, BooleanTrue

from cdmtheory.engine.falsify import counterexample, simplified
from cdmtheory.engine.formula import FALSE, branches, conjunction
from cdmtheory.engine.irrational import irrational_counterexample
from cdmtheory.engine.keeping import Certificates
from cdmtheory.engine.reduce import Problem, reduce_claim
from cdmtheory.engine.solvers import Solvers, candidates
from cdmtheory.engine.statements import NotPolynomial
from cdmtheory.engine.substitute import NotStated
from cdmtheory.language import Captured, _Optimum, worst_rate, worst_residual

__all__ = ["Engines", "Finding", "certificates_of", "combined", "contradiction", "prove"]

PROPOSED = "a solver proposed a counterexample that exact evaluation does not confirm"


@dataclass
class Finding:
    """What was found out about one statement under its hypotheses."""

    verdict: str
    by: list[str] = field(default_factory=list)
    counterexample: dict[str, Any] | None = None
    assumed: list[str] = field(default_factory=list)
    reason: str | None = None
    scope: str = "all"


@dataclass
class Engines(Solvers):
    """The solvers, and with them the certificates of the claim that is being decided."""

    certificates: Certificates = field(default_factory=Certificates)


def certificates_of(solvers: Solvers) -> Certificates:
    """The certificates that belong to the solvers of the claim being decided; none yet for solvers started by themselves."""
    return solvers.certificates if isinstance(solvers, Engines) else Certificates()


def prove(statement: Any, given: tuple[Any, ...], hints: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding:
    """Prove a statement, or refute it by what a solver proposes. That the hypotheses are satisfiable is known."""
    try:
        return _prove(statement, given, hints, solvers, deadline, tell)
    except (NotStated, Captured) as why:
        return Finding("UNDECIDED", reason=str(why))


def _prove(statement: Any, given: tuple[Any, ...], hints: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding:
    certificates = certificates_of(solvers)
    if isinstance(statement, BooleanTrue):
        return Finding("PROVED", ["algebra"])
    if isinstance(statement, _Optimum):
        from cdmtheory.engine.optimum import decide_optimum

        start = len(certificates.parts)
        found = decide_optimum(statement, given, hints, solvers, deadline, tell)
        certificates.name_parts(start, statement)
        return found
    if isinstance(statement, sympy.Not) and isinstance(statement.args[0], _Optimum):
        from cdmtheory.engine.optimum import decide_not_optimal

        with certificates.lemmas():
            found = decide_not_optimal(statement.args[0], given, solvers, deadline, tell)
        certificates.missing += found.verdict == "PROVED"
        return found
    if isinstance(statement, And) and (statement.has(_Optimum) or len(statement.atoms(worst_rate, worst_residual)) > 1):
        return combined([prove(part, given, hints, solvers, deadline, tell) for part in statement.args])
    try:
        problem = reduce_claim(statement, given)
    except NotPolynomial as why:
        from cdmtheory.engine.analysis import decide_analysis
        from cdmtheory.engine.every_k import decide_every_k

        for engine in (decide_analysis, decide_every_k):
            with certificates.lemmas():
                answer = engine(statement, given, solvers, deadline, tell)
            if answer is not None:
                return answer
        return Finding("UNDECIDED", reason=str(why))
    if certificates.kept(statement, given, problem) or any(certificates.kept(statement, given, p, w) for w, p in _with_witnesses(statement, given, problem, 1)):
        return Finding("PROVED", ["certificate"])
    if certificates.inside_lemmas and certificates.known_as_false(problem):
        return Finding("UNDECIDED", reason="a lemma that did not hold when it was tried before")
    if problem.strengthened:
        from cdmtheory.engine.minimax import above_minimax

        if (least := above_minimax(statement, given, solvers, deadline, tell)) is not None:
            return least
    found = _refute_branches(problem, statement, given, solvers, deadline, tell)
    for _, richer in _with_witnesses(statement, given, problem):
        if found.verdict == "UNDECIDED":
            tell("with eigenvalues inside the spectrum")
            problem = richer
            found = _refute_branches(problem, statement, given, solvers, deadline, tell)
    if certificates.inside_lemmas:
        if found.verdict == "PROVED":
            certificates.wait(statement, given, problem)
        elif found.verdict == "REFUTED":
            certificates.note_as_false(problem)
        return found
    if found.verdict == "PROVED" or (found.verdict == "UNDECIDED" and PROPOSED not in str(found.reason)):
        tell("looking for a certificate")
        if certificates.made(statement, given, problem, deadline):
            return Finding("PROVED", sorted({*found.by, "certificate"}))
        certificates.missing += found.verdict == "PROVED"
    return found


def _with_witnesses(statement: Any, given: tuple[Any, ...], problem: Problem, ways: int = 2) -> Iterator[tuple[tuple[Any, ...], Problem]]:
    """Eigenvalues inside the spectrum at which a lower bound may hold, and the same question with them, if it asks for one; found in one way or two."""
    if problem.strengthened:
        from cdmtheory.engine.interior import interior_eigenvalues, stationary_eigenvalues

        for inside in (stationary_eigenvalues, interior_eigenvalues)[:ways]:
            with contextlib.suppress(NotPolynomial):
                if witnesses := inside(statement, given):
                    yield witnesses, reduce_claim(statement, given, witnesses)


def combined(found: list[Finding]) -> Finding:
    for verdict in ("DISAGREEMENT", "REFUTED", "UNDECIDED"):
        for part in found:
            if part.verdict == verdict:
                return part
    return Finding("PROVED", sorted({b for part in found for b in part.by}), assumed=[a for part in found for a in part.assumed])


def contradiction() -> Finding:
    return Finding("DISAGREEMENT", ["cvc5", "z3"], reason="one solver says that there is a solution, the other that there is none")


def _refute_branches(problem: Problem, statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding:
    """Every way to fail is shown to be impossible, or one of them gives a counterexample."""
    cases = [both for b in branches(problem.failure) if (both := conjunction(problem.domain, b)) != FALSE]
    by: set[str] = set() if cases else {"algebra"}
    trouble: list[str] = []
    for number, case in enumerate(cases, 1):
        tell(f"case {number} of {len(cases)}")
        left = deadline - time.monotonic()
        share = left / (len(cases) - number + 1) if trouble else left * 0.9
        answer = solvers.ask(problem, case, time.monotonic() + share)
        if answer.status == "contradiction":
            return contradiction()
        if answer.status == "unsat":
            by |= set(answer.by)
            continue
        if answer.status == "sat":
            for point in candidates(problem, answer.models):
                if counterexample(statement, given, point):
                    return Finding("REFUTED", list(answer.by), counterexample(statement, given, simplified(statement, given, point)))
            irrational = irrational_counterexample(problem, case, answer.models, statement, given)
            if irrational is not None:
                return Finding("REFUTED", list(answer.by), irrational)
            trouble.append(PROPOSED +
                           (" (what it was asked is more than the claim)" if problem.strengthened or problem.relaxed else ""))
        else:
            trouble.append("; ".join(answer.notes) or "the solvers did not decide")
    if trouble:
        return Finding("UNDECIDED", reason=f"{len(cases) - len(trouble)} of {len(cases)} cases excluded; open: {trouble[0]}")
    return Finding("PROVED", sorted(by))
