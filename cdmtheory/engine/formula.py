"""Quantifier-free formulas over polynomials with rational coefficients: what solvers and certificates work on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpq_mat, fmpq_mpoly

__all__ = ["FALSE", "TRUE", "All", "Any_", "Atom", "Formula", "atoms", "branches", "conjunction", "disjunction", "evaluate", "map_atoms", "negate", "smtlib",
           "truth"]

_NEGATED = {"<": ">=", "<=": ">", "=": "!=", "!=": "="}


@dataclass(frozen=True)
class Atom:
    """``polynomial relation 0`` with relation one of ``<``, ``<=``, ``=``, ``!=``."""

    polynomial: fmpq_mpoly
    relation: str

    def __str__(self) -> str:
        return f"{self.polynomial} {self.relation} 0"


@dataclass(frozen=True)
class All:
    """All parts hold."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Any_:
    """At least one part holds."""

    parts: tuple[Formula, ...]


Formula = Atom | All | Any_
TRUE, FALSE = All(()), Any_(())


def atom(polynomial: fmpq_mpoly, relation: str) -> Formula:
    """An atom, decided at once if its polynomial is a constant."""
    if polynomial.is_constant():
        c = polynomial.leading_coefficient() if not polynomial.is_zero() else fmpq(0)
        return TRUE if truth(c, relation) else FALSE
    return Atom(polynomial, relation)


def truth(number: Any, relation: str) -> bool:
    return bool({"<": number < 0, "<=": number <= 0, "=": number == 0, "!=": number != 0}[relation])


def conjunction(*parts: Formula) -> Formula:
    """All of them, flattened, with constants and repetitions taken out."""
    return _join(All, TRUE, FALSE, parts)


def disjunction(*parts: Formula) -> Formula:
    """Any of them, flattened, with constants and repetitions taken out."""
    return _join(Any_, FALSE, TRUE, parts)


def _join(kind: Any, neutral: Formula, absorbing: Formula, parts: tuple[Formula, ...]) -> Formula:
    kept: list[Formula] = []
    for part in parts:
        if part == absorbing:
            return absorbing
        for piece in part.parts if isinstance(part, kind) else (part,):
            if piece == absorbing:
                return absorbing
            if piece != neutral and piece not in kept:
                kept.append(piece)
    if len(kept) == 1:
        return kept[0]
    if kind is All and _contradiction(kept):
        return FALSE
    return kind(tuple(kept)) if kept else neutral


def _contradiction(parts: list[Formula]) -> bool:
    """Whether two atoms of a conjunction exclude each other word by word: p < 0 with −p < 0, −p <= 0, p = 0; p = 0 with p != 0."""
    by_relation: dict[str, list[Any]] = {r: [p.polynomial for p in parts if isinstance(p, Atom) and p.relation == r] for r in _NEGATED}
    negative, equal = by_relation["<"], by_relation["="]
    return any(-p in negative or -p in by_relation["<="] or p in equal or -p in equal for p in negative) or any(
        p in by_relation["!="] or -p in by_relation["!="] for p in equal)


def negate(formula: Formula) -> Formula:
    """The negation, pushed to the atoms."""
    if isinstance(formula, Atom):
        flipped = _NEGATED[formula.relation]
        if flipped in (">", ">="):
            return Atom(-formula.polynomial, "<" if flipped == ">" else "<=")
        return Atom(formula.polynomial, flipped)
    parts = [negate(p) for p in formula.parts]
    return disjunction(*parts) if isinstance(formula, All) else conjunction(*parts)


def atoms(formula: Formula) -> Iterator[Atom]:
    """All atoms in a formula."""
    if isinstance(formula, Atom):
        yield formula
    else:
        for part in formula.parts:
            yield from atoms(part)


def map_atoms(formula: Formula, change: Callable[[Atom], Formula]) -> Formula:
    """The formula with every atom replaced."""
    if isinstance(formula, Atom):
        return change(formula)
    parts = [map_atoms(p, change) for p in formula.parts]
    return conjunction(*parts) if isinstance(formula, All) else disjunction(*parts)


def evaluate(formula: Formula, values: list[fmpq]) -> bool:
    """Whether it holds at rational values of all variables."""
    if isinstance(formula, Atom):
        return truth(formula.polynomial(*values), formula.relation)
    if isinstance(formula, All):
        return all(evaluate(p, values) for p in formula.parts)
    return any(evaluate(p, values) for p in formula.parts)


def branches(formula: Formula, limit: int = 48) -> list[Formula]:
    """The formula as alternatives, each to be refuted on its own; a conjunction distributes while they stay few."""
    if isinstance(formula, Any_):
        return [piece for part in formula.parts for piece in branches(part, limit)]
    if isinstance(formula, All):
        result: list[Formula] = [TRUE]
        for part in formula.parts:
            pieces = branches(part, limit) if isinstance(part, Any_) else [part]
            if len(result) * len(pieces) > limit:
                pieces = [part]
            result = [both for a in result for b in pieces if (both := conjunction(a, b)) != FALSE]
        return result
    return [formula]


def smtlib(formula: Formula, names: list[str]) -> str:
    """The formula as an SMT-LIB term; variables are named v0, v1, … in the order of ``names``."""
    if isinstance(formula, Atom):
        p = _term(formula.polynomial)
        return f"(not (= {p} 0.0))" if formula.relation == "!=" else f"({formula.relation} {p} 0.0)"
    if not formula.parts:
        return "true" if isinstance(formula, All) else "false"
    inner = " ".join(smtlib(p, names) for p in formula.parts)
    return f"({'and' if isinstance(formula, All) else 'or'} {inner})"


def _term(polynomial: fmpq_mpoly) -> str:
    terms = []
    for exponents, coefficient in polynomial.to_dict().items():
        factors = [_number(coefficient)] if coefficient != 1 or not any(exponents) else []
        for i, e in enumerate(exponents):
            factors += [f"v{i}"] * int(e)
        terms.append(factors[0] if len(factors) == 1 else f"(* {' '.join(factors)})")
    return terms[0] if len(terms) == 1 else f"(+ {' '.join(terms)})"


def _number(c: Any) -> str:
    p, q = int(c.p), int(c.q)
    size = f"{abs(p)}.0" if q == 1 else f"(/ {abs(p)}.0 {q}.0)"
    return size if p >= 0 else f"(- {size})"


def weights(polynomials: list[fmpq_mpoly], count: int) -> list[list[fmpq]]:
    """A basis of all weights under which every polynomial is homogeneous (scaling x_i by t^w_i only multiplies it)."""
    rows = []
    for p in polynomials:
        monomials = [list(map(int, e)) for e in p.monoms()]
        rows += [[a - b for a, b in zip(m, monomials[0], strict=True)] for m in monomials[1:]]
    if not rows:
        return [[fmpq(int(i == j)) for j in range(count)] for i in range(count)]
    reduced, rank = fmpq_mat(len(rows), count, [fmpq(x) for row in rows for x in row]).rref()
    pivots = [next(j for j in range(count) if reduced[i, j] != 0) for i in range(rank)]
    basis = []
    for free in (j for j in range(count) if j not in pivots):
        vector = [fmpq(0)] * count
        vector[free] = fmpq(1)
        for i, pivot in enumerate(pivots):
            vector[pivot] = -reduced[i, free]
        basis.append(vector)
    return basis
