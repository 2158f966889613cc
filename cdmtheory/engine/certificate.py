"""Certificates: exact identities that show why hypotheses and failure of a claim exclude each other.

For facts f > 0, g >= 0, e = 0 that contradict each other one looks for rational weights c >= 0 and polynomials q with
Σ c·(products of facts) + Σ q·e = 0 in which a product of strict facts alone has positive weight (Krivine, Handelman, Stengle).
A linear program in floats proposes which products, exact elimination finds the weights, and :mod:`cdmtheory.check`, which
knows nothing of this file, has the last word. Its docstring describes the format. Where alternatives are open, or an
identity is not found, cases are distinguished: which alternative, or which sign a polynomial has.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import sympy
from flint import Ordering, fmpq, fmpq_mat, fmpq_mpoly_ctx
from scipy.optimize import linprog
from scipy.sparse import csc_matrix, vstack

from cdmtheory import check
from cdmtheory.claims import slug, text
from cdmtheory.engine.formula import All, Any_, Atom, Formula, atoms, weights
from cdmtheory.engine.reduce import Problem, reduce_claim
from cdmtheory.engine.statements import NotPolynomial
from cdmtheory.engine.worker import NOTHING, Keeping
from cdmtheory.language import _Optimum

__all__ = ["Certificates", "box", "certify", "part_of", "unscaled"]

LONGEST = 10.0  # seconds that a search for a certificate may take
SHARE = 0.3  # and its share of the time that is left
MOST_PRODUCTS = 1500  # columns of a linear program
MOST_MONOMIALS = 1200  # its rows
SHAPES = ((1, 0, 0), (2, 0, 0), (1, 2, 0), (2, 2, 0), (3, 1, 0), (2, 4, 0), (1, 1, 1), (2, 2, 2), (3, 3, 0), (4, 1, 0), (4, 3, 0), (3, 2, 3), (5, 2, 0),
          (3, 6, 0), (6, 2, 0), (6, 5, 0))
"""How many facts, how many variables of known sign the products of one attempt may have, and (one less than) how many of either a square may have beside it."""
TOLERANCES = (1e-9, 1e-7, 1e-11, 1e-5)


def box(deadline: float) -> float:
    """When a search must end that begins now, on ``time.monotonic``'s clock."""
    now = time.monotonic()
    return now + max(0.0, min(LONGEST, SHARE * (deadline - now)))


def certify(problem: Problem, deadline: float, *, original: Problem | None = None) -> dict[str, Any] | None:
    """A part of a certificate for a problem, or None if none was found by ``deadline``.

    ``original``: the problem before variables were set to 1 (see :func:`unscaled`), so that the part can justify this.
    """
    part = part_of(problem, original)
    search = _Search.of(original or problem, {n for n, v in zip(problem.names, problem.variables, strict=True) if v in problem.fixed}, deadline)
    found = search.refute(search.start, 0)
    if found is None:
        return None
    part["proof"] = found.proof
    return part


# -- a problem as JSON ----------------------------------------------------------------------------------------------------


def part_of(problem: Problem, original: Problem | None = None) -> dict[str, Any]:
    """The part of a certificate that says what is to be shown, without its proof."""
    source = original or problem
    names = _identifiers(source.names)
    signs = {n: ">" if v in source.positive else ">=" for n, v in zip(names, source.variables, strict=True)
             if v not in source.fixed and (v in source.positive or v in source.nonnegative)}
    shown = {v: sympy.Integer(1) if v in source.fixed else sympy.Symbol(n) for n, v in zip(names, source.variables, strict=True)}
    part = {
        "variables": [n for n, v in zip(names, source.variables, strict=True) if v not in source.fixed], "signs": signs,
        "substitution": {s.name: str(e.xreplace(shown)) for s, e in source.substitution.items()},
        "fixed": _scalings(source, [i for i, v in enumerate(problem.variables) if v in problem.fixed], names) if original is not None else [],
        "domain": _to_json(source.domain, names), "failure": _to_json(source.failure, names),
    }
    return {"key": check.key(part), **part}


def unscaled(statement: Any, given: tuple[Any, ...], problem: Problem) -> Problem | None:
    """The problem of a claim before variables were set to 1; None if it cannot be had.

    The hypothesis s ≠ 1, which no scaling respects, is added for every symbol that was set to 1, and taken out of the result.
    """
    marked = [s for s, e in problem.substitution.items() if e.free_symbols & problem.fixed]
    try:
        found = reduce_claim(statement, (*given, *[sympy.Ne(s, 1, evaluate=False) for s in marked]))
    except NotPolynomial:
        return None
    if found.fixed or found.names != problem.names or len(marked) != len(problem.fixed):
        return None
    context = next((a.polynomial.context() for a in (*atoms(found.domain), *atoms(found.failure))), None)
    if context is None:
        return None
    marks = [context.gens()[i] - 1 for i, v in enumerate(problem.variables) if v in problem.fixed]
    parts = found.domain.parts if isinstance(found.domain, All) else (found.domain,)
    kept = [p for p in parts if not (isinstance(p, Atom) and p.relation == "!=" and (p.polynomial in marks or -p.polynomial in marks))]
    if len(kept) != len(parts) - len(marks):
        return None
    return Problem(found.names, All(tuple(kept)), found.failure, found.substitution, found.variables, found.positive, found.nonnegative)


def _identifiers(names: list[str]) -> list[str]:
    """The names, with those replaced that could not be told apart in the text of a monomial."""
    taken = {n for n in names if n.isidentifier()}
    found = []
    for i, name in enumerate(names):
        fresh = name if name in taken else next(c for c in (f"v{i + j}" for j in itertools.count()) if c not in taken)
        taken.add(fresh)
        found.append(fresh)
    return found


def _scalings(problem: Problem, fixed: list[int], names: list[str]) -> list[dict[str, Any]]:
    """For every variable set to 1 the weights that allow it, without effect on those before it."""
    basis = weights([a.polynomial for f in (problem.domain, problem.failure) for a in atoms(f)], len(problem.variables))
    found = []
    for place in fixed:
        chosen = next((w for w in basis if w[place] != 0), None)
        if chosen is None:
            return []
        found.append({"variable": names[place], "weights": {n: str(w) for n, w in zip(names, chosen, strict=True) if w != 0}})
        basis = [[a - b * (w[place] / chosen[place]) for a, b in zip(w, chosen, strict=True)] for w in basis if w is not chosen]
    return found


def _to_json(formula: Formula, names: list[str]) -> dict[str, Any]:
    if isinstance(formula, Atom):
        return {formula.relation: polynomial_to_json(formula.polynomial, names)}
    return {"all" if isinstance(formula, All) else "any": [_to_json(p, names) for p in formula.parts]}


def polynomial_to_json(p: Any, names: list[str]) -> dict[str, str]:
    """A polynomial as a certificate has it: monomials in the variables' names with their coefficients."""
    found = {}
    for exponents, c in p.to_dict().items():
        factors = [n if e == 1 else f"{n}^{e}" for n, e in zip(names, map(int, exponents), strict=False) if e]
        found["*".join(factors) or "1"] = str(c)
    return found


# -- cases ----------------------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True)
class _Refuted:
    """A proof, and which facts and alternatives of its state it uses."""

    proof: dict[str, Any]
    facts: frozenset[int]
    choices: frozenset[int] = frozenset()

    def within(self, outer: _State, inner: _State) -> _Refuted | None:
        """The same proof for ``outer`` if it needs nothing that ``inner``, for which it was found, has beyond that."""
        if any(i >= len(outer.facts) for i in self.facts) or any(i >= len(outer.choices) for i in self.choices):
            return None
        fewer_facts, fewer_choices = len(inner.facts) - len(outer.facts), len(inner.choices) - len(outer.choices)

        def moved(i: int, count: int, fewer: int) -> int:
            return i - fewer if i >= count else i

        def rewritten(node: dict[str, Any]) -> dict[str, Any]:
            if "cases" in node:
                head = {"choose": moved(node["choose"], len(inner.choices), fewer_choices)} if "choose" in node else {"sign of": node["sign of"]}
                return {**head, "cases": [rewritten(c) for c in node["cases"]]}
            found = {"terms": [{**t, "facts": [moved(i, len(inner.facts), fewer_facts) for i in t["facts"]]} for t in node["terms"]]}
            if "multipliers" in node:
                found["multipliers"] = [{**m, "fact": moved(m["fact"], len(inner.facts), fewer_facts)} for m in node["multipliers"]]
            return found

        return _Refuted(rewritten(self.proof), self.facts, self.choices)


@dataclass
class _Search:
    names: list[str]
    context: Any
    start: _State
    signed: list[tuple[int, bool, Any]]  # variables of known sign: number of the fact that says so, whether it is strict, the variable
    deadline: float
    failed: set[tuple[frozenset[str], tuple[int, int, int]]] = field(default_factory=set)  # facts and shapes that gave nothing

    @staticmethod
    def of(problem: Problem, fixed: set[str], deadline: float) -> _Search:
        context = fmpq_mpoly_ctx.get(problem.names or ["unused"], Ordering.degrevlex)
        start = _State()
        signed: list[tuple[int, bool, Any]] = []
        for name, v, g in zip(problem.names, problem.variables, context.gens(), strict=False):
            if name not in fixed and (v in problem.positive or v in problem.nonnegative):
                signed.append((len(signed), v in problem.positive, g))
                start = start.with_(Atom(-g, "<" if v in problem.positive else "<="))
        for formula in (problem.domain, problem.failure):
            start = start.with_(_set_to_one(formula, fixed))
        return _Search(_identifiers(problem.names), context, start, signed, deadline)

    def late(self) -> bool:
        return time.monotonic() > self.deadline

    def refute(self, state: _State, depth: int) -> _Refuted | None:
        """A proof that a state is impossible: alternatives first, those that exclude themselves before the others."""
        if self.late() or depth > 60:
            return None
        for i, choice in enumerate(state.choices):
            if not choice:
                return _Refuted({"choose": i, "cases": []}, frozenset(), frozenset({i}))
        open_ = [i for i, choice in enumerate(state.choices) if i not in state.taken and not any(_holds(c, state) for c in choice)]
        if not open_:
            return self.close(state)
        if (found := self.identity(state, 0, 2)) is not None:
            return found
        best: tuple[int, int, list[_Refuted | None]] | None = None
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
            if (whole := found.within(state, inner)) is not None:
                return whole
            proofs.append(found)
        return _join({"choose": i, "cases": [p.proof for p in proofs]}, proofs, state, frozenset({i}))

    def close(self, state: _State) -> _Refuted | None:
        """A proof from the facts alone, with more and more effort."""
        for first, last, splits, inner in ((0, 4, 0, 0), (0, 0, 1, 3), (4, 9, 0, 0), (0, 0, 1, 8), (9, 12, 0, 0), (0, 0, 2, 5), (12, 16, 0, 0), (0, 0, 2, 10)):
            found = self.identity(state, first, last) if last else self.split(state, splits, inner)
            if found is not None or self.late():
                return found
        return None

    def split(self, state: _State, depth: int, effort: int) -> _Refuted | None:
        """A proof that distinguishes the sign of a polynomial."""
        for p in _worth_splitting(state, [g for _, _, g in self.signed]):
            proofs = []
            for case in (Atom(p, "<"), Atom(p, "="), Atom(-p, "<")):
                if self.late():
                    return None
                inner = state.with_(case)
                found = self.identity(inner, 0, effort) or (self.split(inner, depth - 1, effort) if depth > 1 else None)
                if found is None:
                    break
                if (whole := found.within(state, inner)) is not None:
                    return whole
                proofs.append(found)
            else:
                return _join({"sign of": polynomial_to_json(p, self.names), "cases": [q.proof for q in proofs]}, proofs, state, frozenset())
        return None

    def identity(self, state: _State, first: int, last: int) -> _Refuted | None:
        """An identity whose products have one of the shapes first, …, last − 1."""
        attempt = _Attempt(state.facts, self)
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


def _join(proof: dict[str, Any], cases: list[_Refuted], state: _State, choices: frozenset[int]) -> _Refuted:
    return _Refuted(proof, frozenset(i for c in cases for i in c.facts if i < len(state.facts)),
                    choices | frozenset(i for c in cases for i in c.choices if i < len(state.choices)))


def _worth_splitting(state: _State, signed: list[Any]) -> Iterator[Any]:
    """Polynomials whose sign is unknown: factors of the facts, what is known not to be 0, variables, what bounds them by 1."""
    known = [a.polynomial for a in state.facts if not a.polynomial.is_constant()]
    if not known:
        return
    factors: list[Any] = []
    for a in state.facts:
        parts = [] if a.polynomial.is_constant() else [f for f, _ in a.polynomial.factor()[1]]
        factors += parts if len(parts) > 1 or a.relation == "!=" else []
    gens = [g for i, g in enumerate(known[0].context().gens()) if any(p.degrees()[i] for p in known)]
    seen: list[Any] = []
    for p in (*factors, *[g for g in gens if g not in signed], *[g - 1 for g in gens], *known):
        settled = any(a.polynomial in (p, -p) and a.relation in ("<", "=") for a in state.facts)
        if not settled and p not in seen and -p not in seen:
            seen.append(p)
            yield p


# -- identities -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Product:
    """A product of facts: which, its value modulo the equations, and whether it is strictly positive."""

    facts: tuple[int, ...]
    normal: Any
    strict: bool
    square: Any = None  # a polynomial whose square is another factor


@dataclass(frozen=True)
class _Rule:
    """An equation, divided by its leading coefficient, that replaces y^degree; and what it is made of: Σ parts[k]·(fact k)."""

    polynomial: Any
    place: int
    degree: int
    parts: dict[int, Any]


class _Attempt:
    """The identities that some facts allow."""

    def __init__(self, facts: tuple[Atom, ...], search: _Search) -> None:
        self.facts, self.names, self.context, self.deadline = facts, search.names, search.context, search.deadline
        self.one = self.context.constant(1)
        self.found: _Refuted | None = None
        self.rules: list[_Rule] = []
        self.free: list[int] = []  # equations that replace nothing
        self.signed: list[_Product] = []
        self.basic: list[_Product] = []
        for k, a in enumerate(facts):
            if a.relation == "=":
                self._use_equation(k)
            if self.found is not None:
                return
        signs = {k for k, _, _ in search.signed}
        self.signed += [_Product((k,), self._normal(g), strict) for k, strict, g in search.signed]
        for k, a in enumerate(facts):
            if a.relation == "=" or k in signs:
                continue
            value = a.polynomial * a.polynomial if a.relation == "!=" else -a.polynomial
            normal = self._normal(value)
            made = _Product((k,), normal, a.relation in ("<", "!="))
            if normal.is_constant():
                c = normal.leading_coefficient() if normal != 0 else fmpq(0)
                if c < 0 or (c == 0 and made.strict):
                    rest = [] if c == 0 else [(fmpq(-c), _Product((), self.one, True))]
                    self.found = self._finish([(fmpq(1), made), *rest], {})
                    return
                continue
            same = next((i for i, b in enumerate(self.basic) if b.normal == normal), None)
            if same is None:
                self.basic.append(made)
            elif made.strict and not self.basic[same].strict:
                self.basic[same] = made

    # equations

    def _use_equation(self, k: int) -> None:
        e = self.facts[k].polynomial
        quotients, rest = self._divide(e)
        parts = {k: self.one}
        for rule, q in zip(self.rules, quotients, strict=True):
            for j, p in rule.parts.items():
                parts[j] = parts.get(j, 0) - q * p
        if rest == 0:
            return
        if rest.is_constant():
            c = rest.leading_coefficient()
            self.found = self._finish([(fmpq(1), _Product((), self.one, True))], {j: p * (-1 / c) for j, p in parts.items()}, expand=False)
            return
        used = {rule.place for rule in self.rules}
        best = None
        for place, degree in enumerate(rest.degrees()):
            if degree and place not in used:
                lead = [(m, c) for m, c in rest.to_dict().items() if m[place] == degree]
                if len(lead) == 1 and sum(lead[0][0]) == degree and (best is None or (degree, -place) < (best[1], -best[0])):
                    best = (int(place), int(degree), lead[0][1])
        if best is None:
            self.free.append(k)
            return
        place, degree, c = best
        self.rules.append(_Rule(rest * (1 / c), place, degree, {j: p * (1 / c) for j, p in parts.items()}))

    def _divide(self, p: Any) -> tuple[list[Any], Any]:
        """Quotients by the rules, and what remains."""
        quotients = [self.context.constant(0) for _ in self.rules]
        for _ in range(200):
            before = p
            for i, rule in enumerate(self.rules):
                while (degree := int(p.degrees()[rule.place])) >= rule.degree if p != 0 else False:
                    top = {tuple(e - (rule.degree if j == rule.place else 0) for j, e in enumerate(map(int, m))): c
                           for m, c in p.to_dict().items() if m[rule.place] == degree}
                    q = self.context.from_dict(top)
                    quotients[i] += q
                    p -= q * rule.polynomial
            if p == before:
                break
        return quotients, p

    def _normal(self, p: Any) -> Any:
        return self._divide(p)[1] if self.rules else p

    # products

    def _products(self, count: int, powers: int, squares: int) -> list[_Product] | None:
        """Products of at most so many facts and signed variables, some of them times a square; None if they are too many."""
        empty = _Product((), self.one, True)
        monomials = self._combinations(self.signed, powers, empty)
        if monomials is None:
            return None
        found = self._combinations(self.basic, count, empty)
        if found is None or len(found) * len(monomials) > MOST_PRODUCTS:
            return None
        pairs = [self._multiply(a, b) for a in found for b in monomials]
        if squares:
            few = self._combinations([*self.basic, *self.signed], squares - 1, empty) or [empty]
            pairs += [_Product(a.facts, self._normal(a.normal * s * s), False, s) for s in self._squares() for a in few[:40]]
        seen: dict[str, int] = {}
        result: list[_Product] = []
        for made in pairs:
            if self._late():
                return None
            mark = str(made.normal)
            if mark in seen:
                if made.strict and not result[seen[mark]].strict:
                    result[seen[mark]] = made
                continue
            seen[mark] = len(result)
            result.append(made)
        return result

    def _squares(self) -> list[Any]:
        """Polynomials whose squares may help: variables, their differences and sums, and what completes a square in a fact."""
        polynomials = [a.polynomial for a in self.facts if not a.polynomial.is_constant()]
        degrees = [list(map(int, p.degrees())) for p in polynomials]
        gens = [(i, g) for i, g in enumerate(self.context.gens()) if any(d[i] for d in degrees)]
        found = [p.derivative(i) for p, d in zip(polynomials, degrees, strict=True) for i, _ in gens if d[i] == 2]
        found += [g for _, g in gens] + [g - c for _, g in gens for c in (1, -1)]
        found += [g - s * f for (_, g), (_, f) in itertools.combinations(gens, 2) for s in (1, -1)]
        return list({str(s): s for s in found if not s.is_zero()}.values())[:60]

    def _combinations(self, factors: list[_Product], count: int, empty: _Product) -> list[_Product] | None:
        found, level = [empty], [(empty, 0)]
        for _ in range(count):
            following = []
            for made, start in level:
                for i in range(start, len(factors)):
                    following.append((self._multiply(made, factors[i]), i))
                    if len(found) + len(following) > MOST_PRODUCTS:
                        return None
            found += [made for made, _ in following]
            level = following
        return found

    def _multiply(self, a: _Product, b: _Product) -> _Product:
        if not a.facts:
            return b
        if not b.facts:
            return a
        return _Product((*a.facts, *b.facts), self._normal(a.normal * b.normal), a.strict and b.strict)

    def _late(self) -> bool:
        return time.monotonic() > self.deadline

    # the linear program

    def solve(self, count: int, powers: int, squares: int) -> _Refuted | None:
        """An identity of one of the ``SHAPES``."""
        products = self._products(count, powers, squares)
        if products is None:
            return None
        free = self._multipliers(products)
        columns = [p.normal for p in products] + [self._normal(q * self.facts[k].polynomial) for k, q in free]
        rows: dict[Any, int] = {}
        data, at, start = [], [], [0]
        scale = []
        for column in columns:
            terms = column.to_dict()
            size = max((abs(float(c)) for c in terms.values()), default=1.0)
            for m, c in terms.items():
                at.append(rows.setdefault(m, len(rows)))
                data.append(float(c) / size)
            start.append(len(at))
            scale.append(size)
        if len(rows) > MOST_MONOMIALS:
            return None
        strict = np.array([float(p.strict) for p in products] + [0.0] * len(free))
        matrix = csc_matrix((data, at, start), shape=(len(rows), len(columns)))
        cost = np.array([1.0 + len(p.facts) for p in products] + [0.01] * len(free))
        bounds = [(0, None)] * len(products) + [(None, None)] * len(free)
        left = self.deadline - time.monotonic()
        if left <= 0:
            return None
        answer = linprog(cost, A_eq=vstack([matrix, csc_matrix(strict)]), b_eq=np.append(np.zeros(len(rows)), 1.0), bounds=bounds,
                         method="highs-ds", options={"time_limit": left})
        if answer.x is None:
            return None
        for tolerance in TOLERANCES:
            support = [j for j, x in enumerate(answer.x) if abs(x) > tolerance]
            exact = _exact([columns[j] for j in support], [j < len(products) and products[j].strict for j in support])
            if exact is None or any(c < 0 for j, c in zip(support, exact, strict=True) if j < len(products)):
                continue
            terms = [(c, products[j]) for j, c in zip(support, exact, strict=True) if j < len(products) and c != 0]
            multipliers: dict[int, Any] = {}
            for j, c in zip(support, exact, strict=True):
                if j >= len(products) and c != 0:
                    k, q = free[j - len(products)]
                    multipliers[k] = multipliers.get(k, 0) + q * c
            return self._finish(terms, multipliers)
        return None

    def _multipliers(self, products: list[_Product]) -> list[tuple[int, Any]]:
        """Monomials times the equations that replace nothing: those that take a monomial which occurs to smaller ones."""
        found: list[tuple[int, Any]] = []
        waiting = list({tuple(map(int, m)): None for p in products for m in p.normal.to_dict()})
        seen = set(waiting)
        reduced = {k: self._normal(self.facts[k].polynomial) for k in self.free}
        leading = {k: [tuple(map(int, m)) for m in e.monoms()] for k, e in reduced.items() if e != 0}
        while waiting and len(found) < MOST_PRODUCTS:
            monomial = waiting.pop()
            for k, (top, *others) in leading.items():
                rest = tuple(int(a) - b for a, b in zip(monomial, top, strict=True))
                if min(rest) >= 0:
                    found.append((k, self.context.from_dict({rest: 1})))
                    new = {tuple(a + b for a, b in zip(rest, m, strict=True)) for m in others} - seen
                    seen |= new
                    waiting += new
        return found

    def _finish(self, terms: list[tuple[Any, _Product]], multipliers: dict[int, Any], *, expand: bool = True) -> _Refuted | None:
        """The identity as JSON, with the multipliers of the equations that were used to replace."""
        weight = sum((c for c, p in terms if p.strict), fmpq(0))
        if weight <= 0:
            return None
        total = sum((self._exactly(p) * (c / weight) for c, p in terms), self.context.constant(0))
        multipliers = {k: q * (1 / weight) for k, q in multipliers.items()}
        if expand:
            total += sum((q * self.facts[k].polynomial for k, q in multipliers.items()), self.context.constant(0))
            quotients, rest = self._divide(total)
            for rule, quotient in zip(self.rules, quotients, strict=True):
                for k, part in rule.parts.items():
                    multipliers[k] = multipliers.get(k, 0) - quotient * part
            if rest != 0:
                return None
        proof: dict[str, Any] = {"terms": [{"weight": str(c / weight), "facts": sorted(p.facts)} |
                                           ({} if p.square is None else {"squares": [polynomial_to_json(p.square, self.names)]}) for c, p in terms]}
        multipliers = {k: q for k, q in multipliers.items() if q != 0}
        if multipliers:
            proof["multipliers"] = [{"fact": k, "times": polynomial_to_json(q, self.names)} for k, q in sorted(multipliers.items())]
        return _Refuted(proof, frozenset({k for _, p in terms for k in p.facts} | set(multipliers)))

    def _exactly(self, product: _Product) -> Any:
        value = self.one if product.square is None else product.square * product.square
        for k in product.facts:
            p = self.facts[k].polynomial
            value = value * (p * p if self.facts[k].relation == "!=" else -p)
        return value


def _exact(columns: list[Any], strict: list[bool]) -> list[fmpq] | None:
    """Rational weights with Σ weight·column = 0 and the weights of strict columns summing to 1; None if there are none."""
    if not columns:
        return None
    rows: dict[Any, dict[int, fmpq]] = {}
    for j, column in enumerate(columns):
        for m, c in column.to_dict().items():
            rows.setdefault(m, {})[j] = c
    width = len(columns) + 1
    entries = [fmpq(0)] * (width * (len(rows) + 1))
    for i, row in enumerate(rows.values()):
        for j, c in row.items():
            entries[i * width + j] = c
    for j, s in enumerate(strict):
        entries[len(rows) * width + j] = fmpq(int(s))
    entries[-1] = fmpq(1)
    reduced, rank = fmpq_mat(len(rows) + 1, width, entries).rref()
    found = [fmpq(0)] * (width - 1)
    for i in range(rank):
        pivot = next(j for j in range(width) if reduced[i, j] != 0)
        if pivot == width - 1:
            return None
        found[pivot] = reduced[i, width - 1]
    return found


# -- keeping --------------------------------------------------------------------------------------------------------------


class Certificates:
    """The certificates of one claim while it is decided: kept ones that fit, and new ones, part by part."""

    def __init__(self, keeping: Keeping = NOTHING) -> None:
        self.keeping = keeping
        self.parts: list[dict[str, Any]] = []
        self._statements: list[Any] = []  # what they show
        self.missing = 0  # what was proved without one
        self.paused = 0
        self._known: dict[Any, tuple[dict[str, Any], Path] | None] = {}
        self._shelf: dict[str, list[tuple[dict[str, Any], Path]]] | None = None

    @contextlib.contextmanager
    def pause(self) -> Iterator[None]:
        """What is proved meanwhile are lemmas of another engine, which need no certificates."""
        self.paused += 1
        try:
            yield
        finally:
            self.paused -= 1

    def kept(self, statement: Any, given: tuple[Any, ...], problem: Problem, *, use: bool = True) -> bool:
        """Whether a kept certificate proves the problem; it is checked again, against the problem as it is now."""
        if self.paused or not self._kept_parts():
            return False
        if (statement, given) not in self._known:
            self._known[statement, given] = self._find(part_of(problem, _original(statement, given, problem)))
        found = self._known[statement, given]
        if found is not None and use:
            self._record(statement, given, found[0])
        return found is not None

    def covers(self, statement: Any, given: tuple[Any, ...]) -> bool:
        """Whether kept certificates prove a statement, or the bound in it if it is about an optimum."""
        if not self._kept_parts():
            return False
        if isinstance(statement, sympy.And) and statement.has(_Optimum):
            return all(self.covers(part, given) for part in statement.args)
        if isinstance(statement, _Optimum):
            statement = sympy.Ge(statement.quantity, statement.value, evaluate=False)
        try:
            return self.kept(statement, given, reduce_claim(statement, given), use=False)
        except NotPolynomial:
            return False

    def made(self, statement: Any, given: tuple[Any, ...], problem: Problem, deadline: float) -> bool:
        """Whether a certificate was found for a problem within its share of the time, and accepted by the checker."""
        if self.paused:
            return False
        part = certify(problem, box(deadline), original=_original(statement, given, problem))
        if part is None or check.check(_file({}, [{"role": "", "statement": "", **part}])):
            return False
        self._record(statement, given, part)
        return True

    def name_parts(self, start: int, optimum: Any) -> None:
        """Say what the parts recorded since ``start`` show of an optimum, and at which parameters it is attained."""
        for part, role in zip(self.parts[start:], ("lower bound", "attained at the witness", "attained nowhere else"), strict=False):
            part["role"] = f"{role}: {text(optimum)}"
        for relation in (r for s in self._statements[start + 1:start + 2] for r in sympy.And.make_args(s) if isinstance(r, sympy.Le)):
            witness = _bindings(optimum.quantity, relation.lhs, set(optimum.over))
            if len(witness) == len(optimum.over):
                self.parts[start + 1]["witness"] = {s.name: text(witness[s]) for s in optimum.over}

    def keep(self, claim: Any) -> str | None:
        """Write the certificate of a proved claim where it belongs; its path, or None if it has no complete one or cannot be written."""
        if not self.parts or self.missing:
            return None
        if self.keeping.write is None:
            return self._holding_all_parts(claim)
        name = self.keeping.name or slug(claim.title)
        about = {"name": name, "title": claim.title, "statement": claim.statement, "hypotheses": claim.hypotheses}
        content = json.dumps(_file(about, self.parts), indent=1, ensure_ascii=False) + "\n"
        folder = Path(self.keeping.write)
        safe = re.sub(r"[^\w.-]+", "_", name.replace(".py::", ".")).strip("._")[:120] or "claim"
        for path in (folder / f"{safe}.json", folder / f"{safe}-{hashlib.sha256(json.dumps(about).encode()).hexdigest()[:8]}.json"):
            if path.exists() and _title(path) != claim.title:
                continue  # another claim's
            try:
                if not path.exists() or path.read_text(encoding="utf-8") != content:
                    beside = path.with_suffix(f".{os.getpid()}.tmp")
                    beside.write_text(content, encoding="utf-8")
                    beside.replace(path)
            except OSError:
                return None
            return _shown(path)
        return None

    def _holding_all_parts(self, claim: Any) -> str | None:
        """The kept file that holds all parts, the claim's own if there is one; parts of the same normal form may be in several."""
        shelf = self._kept_parts()
        common = set.intersection(*[{path for _, path in shelf.get(part["key"], [])} for part in self.parts])
        for path in sorted(common, key=lambda path: (_title(path) != claim.title, path)):
            if not check.check_file(path):
                return _shown(path)
        return None

    def _record(self, statement: Any, given: tuple[Any, ...], part: dict[str, Any]) -> None:
        shown = {"role": "the statement", "statement": text(statement), "hypotheses": [text(g) for g in given]}
        self.parts.append({**shown, **{name: value for name, value in part.items() if name not in (*shown, "witness")}})
        self._statements.append(statement)

    def _kept_parts(self) -> dict[str, list[tuple[dict[str, Any], Path]]]:
        if self._shelf is None:
            self._shelf = {}
            for path in self.keeping.read():
                with contextlib.suppress(OSError, ValueError, RecursionError):
                    data = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size <= check.LARGEST_FILE else None
                    parts = data.get("parts") if isinstance(data, dict) else None
                    for part in parts if isinstance(parts, list) else ():
                        if isinstance(part, dict) and isinstance(part.get("key"), str):
                            self._shelf.setdefault(part["key"], []).append((part, path))
        return self._shelf

    def _find(self, wanted: dict[str, Any]) -> tuple[dict[str, Any], Path] | None:
        for part, path in self._kept_parts().get(wanted["key"], []):
            if not check.check(_file({}, [{"role": "", "statement": "", **part}])) and check.canonical(part) == check.canonical(wanted):
                return part, path
        return None


def _original(statement: Any, given: tuple[Any, ...], problem: Problem) -> Problem | None:
    return unscaled(statement, given, problem) if problem.fixed else None


def _bindings(pattern: Any, value: Any, symbols: set[Any]) -> dict[Any, Any]:
    """What stands in ``value`` where ``pattern`` has the symbols, as far as the two have the same shape."""
    if pattern in symbols:
        return {pattern: value}
    found: dict[Any, Any] = {}
    if pattern.func == value.func and len(pattern.args) == len(value.args):
        for a, b in zip(pattern.args, value.args, strict=True):
            found = {**_bindings(a, b, symbols), **found}
    return found


def _file(about: dict[str, Any], parts: list[dict[str, Any]]) -> dict[str, Any]:
    about = about or {"name": "", "title": "", "statement": "", "hypotheses": []}
    return {"format": "cdmtheory certificate", "schema": 1, "claim": about, "parts": parts}


def _title(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["claim"]["title"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _shown(path: Path) -> str:
    try:
        short = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return str(path) if short.startswith("..") else short
