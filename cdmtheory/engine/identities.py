"""Identities that show that facts contradict each other.

For facts f > 0, g >= 0, e = 0 one looks for rational weights c >= 0 and polynomials q with Σ c·(products of facts) + Σ q·e = 0 in which
a product of strict facts alone has positive weight (Krivine, Handelman, Stengle). A linear program in floats proposes which products,
exact elimination finds the weights.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from cdmtheory.engine.formula import Atom
from cdmtheory.engine.part import polynomial_to_json

__all__ = ["Attempt", "Refuted"]

MOST_PRODUCTS = 1500  # columns of a linear program
MOST_MONOMIALS = 1200  # its rows
TOLERANCES = (1e-9, 1e-7, 1e-11, 1e-5)


@dataclass(frozen=True)
class Refuted:
    """A proof, and which facts and alternatives of its state it uses."""

    proof: dict[str, Any]
    facts: frozenset[int]
    choices: frozenset[int] = frozenset()


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


class Attempt:
    """The identities that some facts allow.

    ``signed``: variables of known sign: number of the fact that says so, whether it is strict, the variable. ``hints``: polynomials to square.
    """

    def __init__(self, facts: tuple[Atom, ...], names: list[str], context: Any, signed: list[tuple[int, bool, Any]], deadline: float,
                 hints: Sequence[Any] = ()) -> None:
        self.facts, self.names, self.context, self.deadline, self.hints = facts, names, context, deadline, hints
        self.one = self.context.constant(1)
        self.found: Refuted | None = None
        self.rules: list[_Rule] = []
        self.free: list[int] = []  # equations that replace nothing
        self.signed: list[_Product] = []
        self.basic: list[_Product] = []
        for k, a in enumerate(facts):
            if a.relation == "=":
                self._use_equation(k)
            if self.found is not None:
                return
        signs = {k for k, _, _ in signed}
        self.signed += [_Product((k,), self._normal(g), strict) for k, strict, g in signed]
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
        """Quotients by the rules, and what remains: not the smallest rest if the time is up."""
        quotients = [self.context.constant(0) for _ in self.rules]
        for _ in range(200):
            before = p
            for i, rule in enumerate(self.rules):
                while (degree := int(p.degrees()[rule.place])) >= rule.degree if p != 0 else False:
                    if self._late():
                        return quotients, p
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
        """Polynomials whose squares may help: variables, their differences and sums, and derivatives of facts.

        The derivative completes the square in a fact of degree 2; it vanishes where a fact touches another.
        """
        polynomials = [a.polynomial for a in self.facts if not a.polynomial.is_constant()]
        degrees = [list(map(int, p.degrees())) for p in polynomials]
        gens = [(i, g) for i, g in enumerate(self.context.gens()) if any(d[i] for d in degrees)]
        found = [*self.hints]
        slopes = [(d[i], p.derivative(i)) for p, d in zip(polynomials, degrees, strict=True) for i, _ in gens if d[i] >= 2]
        found += [slope for degree, slope in slopes if degree == 2]
        found += [g for _, g in gens] + [g - c for _, g in gens for c in (1, -1)]
        found += [g - s * f for (_, g), (_, f) in itertools.combinations(gens, 2) for s in (1, -1)]
        found += [slope for degree, slope in slopes if degree > 2]
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

    def solve(self, count: int, powers: int, squares: int) -> Refuted | None:
        """An identity of one of the ``SHAPES``."""
        from scipy.optimize import linprog  # here, since most claims need none of it
        from scipy.sparse import csc_matrix, vstack

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

    def _finish(self, terms: list[tuple[Any, _Product]], multipliers: dict[int, Any], *, expand: bool = True) -> Refuted | None:
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
        return Refuted(proof, frozenset({k for _, p in terms for k in p.facts} | set(multipliers)))

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


