"""Deciding one claim: vacuity, counterexample, reduction, solvers; and what each step found.

The engine sees the mathematics of a claim only: its statement, its hypotheses, and hints that it may try and must check.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import sympy
from flint import fmpq
from sympy.core.relational import Relational

from cdmtheory.claims import Claim, Derivation, slug
from cdmtheory.engine.descent import closest, lowest_points
from cdmtheory.engine.evaluate import complete
from cdmtheory.engine.falsify import Search, allowance, counterexample, points, satisfies, search, simplified, symbols_of
from cdmtheory.engine.keeping import Certificates
from cdmtheory.engine.one_point import decide_at_one_point
from cdmtheory.engine.proof import Engines, Finding, certificates_of, prove
from cdmtheory.engine.solvers import Solvers
from cdmtheory.engine.substitute import NotStated, special_case
from cdmtheory.engine.vacuity import hypotheses_empty
from cdmtheory.engine.verdict import Verdict
from cdmtheory.engine.worker import NOTHING, Keeping
from cdmtheory.language import Sup, _Optimum, k, residual, steps_to, worst_residual

__all__ = ["decide"]

SEARCH_SHARE = 0.15  # of the time of a claim, for the first search for a counterexample
SEARCH_SECONDS = 1.5
MORE_PATIENCE = 4  # times as long a lemma may take, where one was given up for want of time
RATIONAL = re.compile(r"-?[0-9]+(/[1-9][0-9]*)?")
FIRST_STEPS = 4  # that are looked at one by one where a claim for every k stays open


def decide(claim: Claim | Derivation, deadline: float, tell: Callable[[str], None] = lambda _: None, keeping: Keeping = NOTHING,
           running: Solvers | None = None, proved: Callable[[Verdict], None] = lambda _: None) -> Verdict:
    """The verdict on a claim, near misses aside.

    ``deadline`` is on ``time.monotonic``'s clock; ``tell`` hears what is being tried; ``running``: solvers that are to be used and left running;
    ``proved`` gets the verdict on a claim that is proved, before certificates of its lemmas are looked for.
    """
    began = time.monotonic()
    shown = Verdict(id=slug(claim.title), title=claim.title, statement=claim.statement, latex=_latex(claim), hypotheses=claim.hypotheses, verdict="UNDECIDED")

    def verdict(kept: str | None = None) -> Verdict:
        return shown.with_(verdict=found.verdict, by=found.by, scope=found.scope, seconds=round(time.monotonic() - began, 3),
                       counterexample=found.counterexample, certificate=kept, assumed=found.assumed, reason=found.reason)

    certificates = Certificates(keeping, () if isinstance(claim, Derivation) else claim.hints)
    with Solvers() if running is None else nullcontext(running) as own:
        solvers = Engines(own.processes, certificates=certificates)
        if isinstance(claim, Derivation):
            from cdmtheory.engine.derive import follow

            found = follow(claim, solvers, deadline, tell)
        else:
            known = hashlib.sha256("\n".join((shown.statement, *shown.hypotheses)).encode()).hexdigest()[:32]
            found = _refuted_before(claim.that, claim.given, keeping.counterexamples().get(known)) or _decide(
                claim.that, claim.given, claim.hints, solvers, deadline, tell, certificates.announced(claim))
            if found.verdict == "REFUTED" and found.counterexample and all(map(RATIONAL.fullmatch, found.counterexample["point"].values())):
                keeping.note_counterexample(known, found.counterexample["point"])
        if found.verdict != "PROVED":
            return verdict()
        proved(verdict())
        tell("looking for certificates of its lemmas")
        found.by = sorted({*found.by, *(["certificate"] if certificates.complete(deadline) else [])})
        return verdict(certificates.keep(claim, found.assumed))


def _refuted_before(statement: Any, given: tuple[Any, ...], noted: dict[str, str] | None) -> Finding | None:
    """A refutation by a point that refuted the claim once, if it does so now."""
    if noted is None or not all(map(RATIONAL.fullmatch, noted.values())):
        return None
    point = complete({s: fmpq(*map(int, noted[s.name].split("/"))) for s in symbols_of(statement, given) if s.name in noted})
    again = counterexample(statement, given, point) if set(symbols_of(statement, given)) <= set(point) else None
    return Finding("REFUTED", ["search"], again) if again else None


def _latex(claim: Claim | Derivation) -> str:
    return str(sympy.latex(claim.that)) if isinstance(claim, Claim) else r",\quad ".join(str(sympy.latex(s)) for s in claim.steps)


def _decide(statement: Any, given: tuple[Any, ...], hints: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None],
            announced: bool = False) -> Finding:
    """``announced``: a certificate that is kept says that it is about this claim, which makes a counterexample unlikely."""
    share = min(SEARCH_SECONDS, SEARCH_SHARE * (deadline - time.monotonic()))
    tell("reading the claim")
    if announced or (isinstance(statement, Relational) and statement.has(sympy.Limit)):  # a limit has no value at a point
        tell("are the hypotheses satisfiable?")
        seen, point = _witness(statement, given, allowance(share, deadline)), None
    else:
        tell("looking for a counterexample")
        seen, point = search(statement, given, over=allowance(share, deadline), limit=600)
    if point is not None:
        return Finding("REFUTED", ["search"], counterexample(statement, given, simplified(statement, given, point)))
    if seen.witness is None:
        empty = hypotheses_empty(statement, given, solvers, deadline, tell)
        if empty is not None:
            return empty
    if (known := decide_at_one_point(statement, given)) is not None:
        return known
    over = allowance(1.2 * share, deadline)
    if not announced and _beyond_polynomials(statement, given) and _descend(statement, given, refuted := Finding("UNDECIDED"), over, tell):
        return refuted
    found = prove(statement, given, hints, solvers, deadline - 0.15 * (deadline - time.monotonic()), tell)
    if found.verdict == "UNDECIDED":
        _last_search(statement, given, found, seen, deadline, tell)
    while found.verdict == "UNDECIDED" and solvers.hurried and time.monotonic() < deadline - 1:
        solvers.hurried, solvers.patience = False, MORE_PATIENCE * solvers.patience
        tell("once more, with more time for each lemma")
        again = prove(statement, given, hints, solvers, deadline, tell)
        found = again if again.verdict != "UNDECIDED" else found
    if found.verdict == "UNDECIDED" and found.scope == "all":
        found.scope = _first_steps(statement, given, solvers, deadline, tell) or found.scope
    return found


def _first_steps(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> str | None:
    """The first numbers of steps for which an open claim about every k was proved; None if there is none."""
    if k not in statement.free_symbols or isinstance(statement, _Optimum) or statement.has(Sup, sympy.Limit):
        return None
    shown = -1
    with certificates_of(solvers).lemmas(), suppress(NotStated):
        for steps in range(FIRST_STEPS):
            here = {k: sympy.Integer(steps)}
            allowed = tuple(special_case(g, here) for g in given)
            tell(f"at least for k = {steps}")
            until = min(deadline, time.monotonic() + SEARCH_SECONDS * solvers.patience)
            if time.monotonic() > deadline or (sympy.false not in allowed and prove(
                    special_case(statement, here), allowed, (), solvers, until, lambda _: None).verdict != "PROVED"):
                break
            shown = steps
    return None if shown < 0 else f"proved for k <= {shown} only"


def _witness(statement: Any, given: tuple[Any, ...], over: Callable[[], bool]) -> Search:
    """A search that ends at the first point which satisfies the hypotheses: what is left to see of a claim with a certificate."""
    seen = Search()
    for point in points(statement, given):
        seen.tried += 1
        if satisfies(given, point) is True:
            seen.inside, seen.witness = 1, point
        if seen.witness is not None or over():
            break
    return seen


def _beyond_polynomials(statement: Any, given: tuple[Any, ...]) -> bool:
    """Whether the solvers, which find counterexamples to polynomial claims at once, will not see this one."""
    parts = (statement, *given)
    return any(p.has(sympy.log, sympy.exp, sympy.atanh, steps_to, Sup) or (k in p.free_symbols and p.has(residual, worst_residual)) or
               any(k in e.exp.free_symbols for e in p.atoms(sympy.Pow)) for p in parts)


def _descend(statement: Any, given: tuple[Any, ...], found: Finding, over: Callable[[], bool], tell: Callable[[str], None], seed: int = 7) -> bool:
    """Whether going downhill from some of the points tried ends at a counterexample, which then is what was found."""
    tell("going downhill to a counterexample")
    for point in lowest_points(statement, given, points(statement, given, seed=seed), over, seed):
        if counterexample(statement, given, point) is not None:
            shown = counterexample(statement, given, simplified(statement, given, point))
            found.verdict, found.by, found.counterexample, found.reason = "REFUTED", ["search"], shown, None
            return True
    return False


def _last_search(statement: Any, given: tuple[Any, ...], found: Finding, seen: Search, deadline: float, tell: Callable[[str], None]) -> None:
    """What time is left goes into the search for a counterexample, with other points than before."""
    if _descend(statement, given, found, allowance(4 * SEARCH_SECONDS, time.monotonic() + 0.4 * (deadline - time.monotonic())), tell, seed=8):
        return
    tell("looking further for a counterexample")
    more, point = search(statement, given, over=allowance(3 * SEARCH_SECONDS, deadline), limit=20000, seed=1)
    if point is not None:
        shown = counterexample(statement, given, simplified(statement, given, point))
        found.verdict, found.by, found.counterexample, found.reason = "REFUTED", ["search"], shown, None
        return
    best = more if more.inside > seen.inside else seen
    found.reason = f"{found.reason}; {best.summary()}{closest(statement, given, points(statement, given), allowance(1, deadline))}"
