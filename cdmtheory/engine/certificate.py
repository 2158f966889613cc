"""Certificates: exact identities that show why hypotheses and failure of a claim exclude each other.

For facts f > 0, g >= 0, e = 0 that contradict each other one looks for rational weights c >= 0 and polynomials q with
Σ c·(products of facts) + Σ q·e = 0 in which a product of strict facts alone has positive weight (Krivine, Handelman, Stengle).
A linear program in floats proposes which products, exact elimination finds the weights, and :mod:`cdmtheory.check`, which
knows nothing of this file, has the last word. Its docstring describes the format. Where alternatives are open, or an
identity is not found, cases are distinguished: which alternative, or which sign a polynomial has.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from flint import Ordering, fmpq_mpoly_ctx

from cdmtheory.engine.formula import All, Any_, Atom, Formula
from cdmtheory.engine.identities import Attempt, Refuted
from cdmtheory.engine.part import hinted, identifiers, part_of, polynomial_to_json
from cdmtheory.engine.reduce import Problem

__all__ = ["box", "certify"]

LONGEST = 6.0  # seconds that a search for a certificate may take
SHARE = 0.3  # and its share of the time that is left
SHAPES = ((1, 0, 0), (2, 0, 0), (1, 2, 0), (2, 2, 0), (3, 1, 0), (2, 4, 0), (1, 1, 1), (2, 2, 2), (3, 3, 0), (4, 1, 0), (4, 3, 0), (3, 2, 3), (5, 2, 0),
          (3, 6, 0), (6, 2, 0), (6, 5, 0))
"""How many facts, how many variables of known sign the products of one attempt may have, and (one less than) how many of either a square may have beside it."""


def box(deadline: float) -> float:
    """When a search must end that begins now, on ``time.monotonic``'s clock."""
    now = time.monotonic()
    return now + max(0.0, min(LONGEST, SHARE * (deadline - now)))


def certify(problem: Problem, deadline: float, hints: Sequence[Any] = ()) -> dict[str, Any] | None:
    """A part of a certificate for a problem, or None if none was found by ``deadline``.

    ``hints``: expressions whose squares and whose signs are tried before others.
    """
    part = part_of(problem)
    search = _Search.of(problem, deadline, hints)
    found = search.refute(search.start, 0)
    if found is None:
        return None
    part["proof"] = found.proof
    return part


@dataclass(frozen=True)
class _State:
    """Facts and open alternatives, in the order in which the checker has them."""

    facts: tuple[Atom, ...] = ()
    choices: tuple[tuple[Formula, ...], ...] = ()
    taken: frozenset[int] = frozenset()  # alternatives that need not be looked at again

    def with_(self, formula: Formula, taken: int | None = None) -> _State:
        facts, choices = list(self.facts), list(self.choices)

        def add(part: Formula) -> None:
            if isinstance(part, Atom):
                facts.append(part)
            elif isinstance(part, Any_):
                choices.append(part.parts)
            else:
                for p in part.parts:
                    add(p)

        add(formula)
        return _State(tuple(facts), tuple(choices), self.taken if taken is None else self.taken | {taken})


def _within(found: Refuted, outer: _State, inner: _State) -> Refuted | None:
    """The same proof for ``outer`` if it needs nothing that ``inner``, for which it was found, has beyond that."""
    if any(i >= len(outer.facts) for i in found.facts) or any(i >= len(outer.choices) for i in found.choices):
        return None
    fewer_facts, fewer_choices = len(inner.facts) - len(outer.facts), len(inner.choices) - len(outer.choices)

    def moved(i: int, count: int, fewer: int) -> int:
        return i - fewer if i >= count else i

    def rewritten(node: dict[str, Any]) -> dict[str, Any]:
        if "cases" in node:
            head = {"choose": moved(node["choose"], len(inner.choices), fewer_choices)} if "choose" in node else {"sign of": node["sign of"]}
            return {**head, "cases": [rewritten(c) for c in node["cases"]]}
        renumbered = {"terms": [{**t, "facts": [moved(i, len(inner.facts), fewer_facts) for i in t["facts"]]} for t in node["terms"]]}
        if "multipliers" in node:
            renumbered["multipliers"] = [{**m, "fact": moved(m["fact"], len(inner.facts), fewer_facts)} for m in node["multipliers"]]
        return renumbered

    return Refuted(rewritten(found.proof), found.facts, found.choices)


@dataclass
class _Search:
    names: list[str]
    context: Any
    start: _State
    signed: list[tuple[int, bool, Any]]  # variables of known sign: number of the fact that says so, whether it is strict, the variable
    deadline: float
    hints: list[Any]  # polynomials
    failed: set[tuple[frozenset[str], tuple[int, int, int]]] = field(default_factory=set)  # facts and shapes that gave nothing

    @staticmethod
    def of(problem: Problem, deadline: float, hints: Sequence[Any] = ()) -> _Search:
        fixed = {n for n, v in zip(problem.names, problem.variables, strict=True) if v in problem.fixed}
        source = problem.unscaled or problem
        context = fmpq_mpoly_ctx.get(problem.names or ["unused"], Ordering.degrevlex)
        start = _State()
        signed: list[tuple[int, bool, Any]] = []
        for name, v, g in zip(problem.names, problem.variables, context.gens(), strict=False):
            if name not in fixed and (v in problem.positive or v in problem.nonnegative):
                signed.append((len(signed), v in problem.positive, g))
                start = start.with_(Atom(-g, "<" if v in problem.positive else "<="))
        for formula in (source.domain, source.failure):
            start = start.with_(_set_to_one(formula, fixed))
        return _Search(identifiers(problem.names), context, start, signed, deadline, hinted(problem, hints, context))

    def late(self) -> bool:
        return time.monotonic() > self.deadline

    def refute(self, state: _State, depth: int) -> Refuted | None:
        """A proof that a state is impossible: alternatives first, those that exclude themselves before the others."""
        if self.late() or depth > 60:
            return None
        for i, choice in enumerate(state.choices):
            if not choice:
                return Refuted({"choose": i, "cases": []}, frozenset(), frozenset({i}))
        open_ = [i for i, choice in enumerate(state.choices) if i not in state.taken and not any(_holds(c, state) for c in choice)]
        if not open_:
            return self.close(state)
        if (found := self.identity(state, 0, 2)) is not None:
            return found
        best: tuple[int, int, list[Refuted | None]] | None = None
        for i in open_[:12]:
            quick = [self.identity(state.with_(c, i), 0, 2) for c in state.choices[i]]
            left = sum(q is None for q in quick)
            if best is None or left < best[0]:
                best = (left, i, quick)
            if left <= 1:
                break
        assert best is not None
        _, i, quick = best
        proofs = []
        for part, known in zip(state.choices[i], quick, strict=True):
            inner = state.with_(part, i)
            found = known or self.refute(inner, depth + 1)
            if found is None:
                return None
            if (whole := _within(found, state, inner)) is not None:
                return whole
            proofs.append(found)
        return _join({"choose": i, "cases": [p.proof for p in proofs]}, proofs, state, frozenset({i}))

    def close(self, state: _State) -> Refuted | None:
        """A proof from the facts alone, with more and more effort."""
        for first, last, splits, inner in ((0, 4, 0, 0), (0, 0, 1, 3), (4, 9, 0, 0), (0, 0, 1, 8), (9, 12, 0, 0), (0, 0, 2, 5), (12, 16, 0, 0), (0, 0, 2, 10)):
            found = self.identity(state, first, last) if last else self.split(state, splits, inner)
            if found is not None or self.late():
                return found
        return None

    def split(self, state: _State, depth: int, effort: int) -> Refuted | None:
        """A proof that distinguishes the sign of a polynomial."""
        for p in _worth_splitting(state, [g for _, _, g in self.signed], self.hints):
            proofs = []
            for case in (Atom(p, "<"), Atom(p, "="), Atom(-p, "<")):
                if self.late():
                    return None
                inner = state.with_(case)
                found = self.identity(inner, 0, effort) or (self.split(inner, depth - 1, effort) if depth > 1 else None)
                if found is None:
                    break
                if (whole := _within(found, state, inner)) is not None:
                    return whole
                proofs.append(found)
            else:
                return _join({"sign of": polynomial_to_json(p, self.names), "cases": [q.proof for q in proofs]}, proofs, state, frozenset())
        return None

    def identity(self, state: _State, first: int, last: int) -> Refuted | None:
        """An identity whose products have one of the shapes first, …, last − 1."""
        attempt = Attempt(state.facts, self.names, self.context, self.signed, self.deadline, self.hints)
        if attempt.found is not None:
            return attempt.found
        facts = frozenset(map(str, state.facts))
        for shape in SHAPES[first:last]:
            mark = (facts, shape)
            if mark in self.failed:
                continue
            if self.late():
                return None
            found = attempt.solve(*shape)
            if found is not None:
                return found
            self.failed.add(mark)
        return None


def _set_to_one(formula: Formula, fixed: set[str]) -> Formula:
    """The formula with variables set to 1 and nothing simplified, so that its parts keep their places."""
    if isinstance(formula, Atom):
        return Atom(formula.polynomial.subs(dict.fromkeys(fixed, 1)), formula.relation) if fixed else formula
    return type(formula)(tuple(_set_to_one(p, fixed) for p in formula.parts))


def _holds(formula: Formula, state: _State) -> bool:
    """Whether an alternative is among the facts already, so that distinguishing it would say nothing new."""
    if isinstance(formula, Atom):
        return formula in state.facts
    return isinstance(formula, All) and all(_holds(p, state) for p in formula.parts)


def _join(proof: dict[str, Any], cases: list[Refuted], state: _State, choices: frozenset[int]) -> Refuted:
    return Refuted(proof, frozenset(i for c in cases for i in c.facts if i < len(state.facts)),
                    choices | frozenset(i for c in cases for i in c.choices if i < len(state.choices)))


def _worth_splitting(state: _State, signed: list[Any], hints: list[Any]) -> Iterator[Any]:
    """Polynomials whose sign is unknown: hints, factors of the facts, what is known not to be 0, variables, what bounds them by 1."""
    known = [a.polynomial for a in state.facts if not a.polynomial.is_constant()]
    if not known:
        return
    factors: list[Any] = []
    for a in state.facts:
        parts = [] if a.polynomial.is_constant() else [f for f, _ in a.polynomial.factor()[1]]
        factors += parts if len(parts) > 1 or a.relation == "!=" else []
    gens = [g for i, g in enumerate(known[0].context().gens()) if any(p.degrees()[i] for p in known)]
    seen: list[Any] = []
    for p in (*hints, *factors, *[g for g in gens if g not in signed], *[g - 1 for g in gens], *known):
        settled = any(a.polynomial in (p, -p) and a.relation in ("<", "=") for a in state.facts)
        if not settled and p not in seen and -p not in seen:
            seen.append(p)
            yield p


