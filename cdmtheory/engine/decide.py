"""Deciding one claim: vacuity, counterexample, reduction, solvers; and what each step found.

The engine sees the mathematics of a claim only: its statement, its hypotheses, and hints that it may try and must check.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy.logic.boolalg import And, BooleanFalse, BooleanTrue

from cdmtheory.claims import Claim, Derivation, slug
from cdmtheory.engine.descent import closest, lowest_points
from cdmtheory.engine.falsify import Search, counterexample, points, satisfies, search, simplified, symbols_of
from cdmtheory.engine.formula import FALSE, branches, conjunction
from cdmtheory.engine.irrational import irrational_counterexample
from cdmtheory.engine.keeping import Certificates
from cdmtheory.engine.reduce import Problem, reduce_claim
from cdmtheory.engine.solvers import Solvers, candidates
from cdmtheory.engine.statements import NotPolynomial
from cdmtheory.engine.verdict import Verdict
from cdmtheory.engine.worker import NOTHING, Keeping
from cdmtheory.language import L, Sup, _Optimum, h, k, mu, residual, steps_to, worst_residual

__all__ = ["Finding", "certificates_of", "decide", "prove"]

SEARCH_SHARE = 0.15  # of the time of a claim, for the first search for a counterexample
SEARCH_SECONDS = 1.5
FIRST_STEPS = 4  # that are looked at one by one where a claim for every k stays open
MOST_INTEGERS = 12  # values of k that are looked at one by one
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
class _Engines(Solvers):
    """The solvers, and with them the certificates of the claim that is being decided."""

    certificates: Certificates = field(default_factory=Certificates)


def certificates_of(solvers: Solvers) -> Certificates:
    """The certificates that belong to the solvers of the claim being decided; none yet for solvers started by themselves."""
    return solvers.certificates if isinstance(solvers, _Engines) else Certificates()


def decide(claim: Claim | Derivation, deadline: float, tell: Callable[[str], None] = lambda _: None, keeping: Keeping = NOTHING,
           running: Solvers | None = None, proved: Callable[[Verdict], None] = lambda _: None) -> Verdict:
    """The verdict on a claim, near misses aside.

    ``deadline`` is on ``time.monotonic``'s clock; ``tell`` hears what is being tried; ``running``: solvers that are to be used and left running;
    ``proved`` gets the verdict on a claim that is proved, before certificates of its lemmas are looked for.
    """
    began = time.monotonic()

    def verdict(kept: str | None = None) -> Verdict:
        return Verdict(id=slug(claim.title), title=claim.title, statement=claim.statement, latex=_latex(claim), hypotheses=claim.hypotheses,
                       verdict=found.verdict, by=found.by, scope=found.scope, seconds=round(time.monotonic() - began, 3),
                       counterexample=found.counterexample, certificate=kept, assumed=found.assumed, reason=found.reason)

    certificates = Certificates(keeping, () if isinstance(claim, Derivation) else claim.hints)
    with Solvers() if running is None else nullcontext(running) as own:
        solvers = _Engines(own.processes, certificates)
        if isinstance(claim, Derivation):
            from cdmtheory.engine.derive import follow

            found = follow(claim, solvers, deadline, tell)
        else:
            found = _decide(claim.that, claim.given, claim.hints, solvers, deadline, tell, certificates.announced(claim))
        if found.verdict != "PROVED":
            return verdict()
        proved(verdict())
        tell("looking for certificates of its lemmas")
        found.by = sorted({*found.by, *(["certificate"] if certificates.complete(deadline) else [])})
        return verdict(certificates.keep(claim, found.assumed))


def _latex(claim: Claim | Derivation) -> str:
    return str(sympy.latex(claim.that)) if isinstance(claim, Claim) else r",\quad ".join(str(sympy.latex(s)) for s in claim.steps)


def _decide(statement: Any, given: tuple[Any, ...], hints: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None],
            announced: bool = False) -> Finding:
    share = min(SEARCH_SECONDS, SEARCH_SHARE * (deadline - time.monotonic()))
    tell("reading the claim")
    kept = announced or certificates_of(solvers).covers(statement, given)
    if kept:
        tell("checking its certificate")
        seen, point = _witness(statement, given, time.monotonic() + share), None
    else:
        tell("looking for a counterexample")
        seen, point = search(statement, given, deadline=time.monotonic() + share, limit=600)
    if point is not None:
        return Finding("REFUTED", ["search"], counterexample(statement, given, simplified(statement, given, point)))
    if seen.witness is None:
        empty = hypotheses_empty(statement, given, solvers, deadline, tell)
        if empty is not None:
            return empty
    if not kept and _beyond_polynomials(statement, given) and _descend(statement, given, refuted := Finding("UNDECIDED"), 1.2 * share, tell):
        return refuted
    found = prove(statement, given, hints, solvers, deadline - 0.15 * (deadline - time.monotonic()), tell)
    if found.verdict == "UNDECIDED":
        _last_search(statement, given, found, seen, deadline, tell)
    if found.verdict == "UNDECIDED" and found.scope == "all":
        found.scope = _first_steps(statement, given, solvers, deadline, tell) or found.scope
    return found


def _first_steps(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> str | None:
    """The first numbers of steps for which an open claim about every k was proved; None if there is none."""
    if k not in statement.free_symbols or isinstance(statement, _Optimum) or statement.has(Sup, sympy.Limit):
        return None
    shown = -1
    with certificates_of(solvers).lemmas():
        for steps in range(FIRST_STEPS):
            here = {k: sympy.Integer(steps)}
            allowed = tuple(g.xreplace(here) for g in given)
            tell(f"at least for k = {steps}")
            until = min(deadline, time.monotonic() + SEARCH_SECONDS)
            if time.monotonic() > deadline or (sympy.false not in allowed and prove(
                    statement.xreplace(here), allowed, (), solvers, until, lambda _: None).verdict != "PROVED"):
                break
            shown = steps
    return None if shown < 0 else f"proved for k <= {shown} only"


def _witness(statement: Any, given: tuple[Any, ...], deadline: float) -> Search:
    """A search that ends at the first point which satisfies the hypotheses: what is left to see of a claim with a certificate."""
    seen = Search()
    for point in points(statement, given):
        seen.tried += 1
        if satisfies(given, point) is True:
            seen.inside, seen.witness = 1, point
        if seen.witness is not None or time.monotonic() > deadline:
            break
    return seen


def _beyond_polynomials(statement: Any, given: tuple[Any, ...]) -> bool:
    """Whether the solvers, which find counterexamples to polynomial claims at once, will not see this one."""
    parts = (statement, *given)
    return any(p.has(sympy.log, sympy.exp, sympy.atanh, steps_to, Sup) or (k in p.free_symbols and p.has(residual, worst_residual)) or
               any(k in e.exp.free_symbols for e in p.atoms(sympy.Pow)) for p in parts)


def _descend(statement: Any, given: tuple[Any, ...], found: Finding, seconds: float, tell: Callable[[str], None], seed: int = 7) -> bool:
    """Whether going downhill from some of the points tried ends at a counterexample, which then is what was found."""
    tell("going downhill to a counterexample")
    for point in lowest_points(statement, given, points(statement, given, seed=seed), time.monotonic() + seconds, seed):
        if counterexample(statement, given, point) is not None:
            shown = counterexample(statement, given, simplified(statement, given, point))
            found.verdict, found.by, found.counterexample, found.reason = "REFUTED", ["search"], shown, None
            return True
    return False


def _last_search(statement: Any, given: tuple[Any, ...], found: Finding, seen: Search, deadline: float, tell: Callable[[str], None]) -> None:
    """What time is left goes into the search for a counterexample, with other points than before."""
    if _descend(statement, given, found, min(0.4 * (deadline - time.monotonic()), 4 * SEARCH_SECONDS), tell, seed=8):
        return
    tell("looking further for a counterexample")
    more, point = search(statement, given, deadline=min(deadline, time.monotonic() + 3 * SEARCH_SECONDS), limit=20000, seed=1)
    if point is not None:
        shown = counterexample(statement, given, simplified(statement, given, point))
        found.verdict, found.by, found.counterexample, found.reason = "REFUTED", ["search"], shown, None
        return
    best = more if more.inside > seen.inside else seen
    found.reason = f"{found.reason}; {best.summary()}{closest(statement, given, points(statement, given), min(deadline, time.monotonic() + 1))}"


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
        return _contradicted_by_the_rest(given, solvers, deadline, tell) or Finding(
            "UNDECIDED", reason=f"no point that satisfies the hypotheses was found ({why})")
    if problem.domain == FALSE:
        return Finding("VACUOUS", ["algebra"])
    answer = solvers.ask(problem, problem.domain, min(deadline, time.monotonic() + 0.6 * (deadline - time.monotonic())))
    if answer.status == "unsat":
        return Finding("VACUOUS", list(answer.by))
    if answer.status == "contradiction":
        return _contradiction()
    if answer.status == "sat":
        for point in candidates(problem, answer.models):
            if satisfies(given, point) is True and counterexample(statement, given, point):
                return Finding("REFUTED", list(answer.by), counterexample(statement, given, point))
        if not problem.relaxed:
            return None  # satisfiable, if at an irrational point
        if _between_integers(given, solvers, deadline):
            return Finding("VACUOUS", ["algebra", *answer.by])
    return Finding("UNDECIDED", reason="no point that satisfies the hypotheses was found, and none was excluded")


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


def prove(statement: Any, given: tuple[Any, ...], hints: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding:
    """Prove a statement, or refute it by what a solver proposes. That the hypotheses are satisfiable is known."""
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
    if isinstance(statement, And) and statement.has(_Optimum):
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
    if certificates.kept(statement, given, problem):
        return Finding("PROVED", ["certificate"])
    if problem.strengthened and (least := _above_minimax(statement, given, solvers, deadline, tell)) is not None:
        return least
    found = _refute_branches(problem, statement, given, solvers, deadline, tell)
    if certificates.inside_lemmas:
        if found.verdict == "PROVED":
            certificates.wait(statement, given, problem)
        return found
    if found.verdict == "PROVED" or (found.verdict == "UNDECIDED" and PROPOSED not in str(found.reason)):
        tell("looking for a certificate")
        if certificates.made(statement, given, problem, deadline):
            return Finding("PROVED", sorted({*found.by, "certificate"}))
        certificates.missing += found.verdict == "PROVED"
    return found


def _above_minimax(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding | None:
    """``worst_residual(m, 3) >= E`` and the like, if E is at most the residual of Chebyshev's method, which no method undercuts."""
    if not isinstance(statement, (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt)):
        return None
    left, right = statement.args if isinstance(statement, (sympy.Ge, sympy.Gt)) else statement.args[::-1]
    if not isinstance(left, worst_residual) or not left.args[1].is_Integer or h in left.args[0].free_symbols or right.has(worst_residual, sympy.log, k):
        return None
    from cdmtheory.engine.closed_forms import LOWER_BOUND
    from cdmtheory.engine.powers import is_defined
    from cdmtheory.engine.prover import Prover

    rho, steps = (sympy.sqrt(L) - sympy.sqrt(mu)) / (sympy.sqrt(L) + sympy.sqrt(mu)), int(left.args[1])
    relation = sympy.Le if isinstance(statement, (sympy.Le, sympy.Ge)) else sympy.Lt
    tell("against the minimax polynomial")
    with certificates_of(solvers).lemmas():
        prover = Prover(given, solvers, min(deadline, time.monotonic() + 0.2 * (deadline - time.monotonic())), tell)
        if not is_defined(left, prover) or not prover.holds(relation(right, sympy.cancel(2 * rho**steps / (1 + rho ** (2 * steps))), evaluate=False)):
            return None
    certificates_of(solvers).missing += 1
    return Finding("PROVED", sorted(prover.by), assumed=[LOWER_BOUND])


def combined(found: list[Finding]) -> Finding:
    for verdict in ("DISAGREEMENT", "REFUTED", "UNDECIDED"):
        for part in found:
            if part.verdict == verdict:
                return part
    return Finding("PROVED", sorted({b for part in found for b in part.by}), assumed=[a for part in found for a in part.assumed])


def _contradiction() -> Finding:
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
            return _contradiction()
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
