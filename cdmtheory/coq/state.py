"""What a proof in a theory works on: facts and open alternatives by their numbers in the certificate, and terms of an identity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cdmtheory.coq.formulas import RELATIONS, Polynomial, cleared, negative, polynomial, summed

__all__ = ["Fact", "State", "Term", "Units", "nested", "positive_product", "units_product"]

Units = tuple[tuple[str, int], ...]
"""A product of powers of units: positive variables, powers of which are what was set to 1."""


@dataclass(frozen=True)
class Fact:
    """A fact of the state, hypothesis F…: in the theorem's variables it says of units·value what the relation says of value."""

    relation: str
    value: Polynomial  # in the variables of the proof, in integers
    scale: Fraction  # by which the certificate's polynomial was multiplied to make it so
    units: Units


@dataclass(frozen=True)
class Term:
    """A term of an identity: a weight times a product, and a proof of the sign of the product."""

    weight: Fraction
    strict: bool
    value: str
    proof: str

    @staticmethod
    def of(node: Mapping[str, Any], state: State, names: Mapping[str, str]) -> Term:
        """A term of a certificate."""
        weight, factors = Fraction(node["weight"]), list[tuple[str, str, bool]]()
        for k in node["facts"]:
            fact = state.facts[k]
            squared = fact.relation == "!="
            weight /= fact.scale ** (2 if squared else 1)
            value = f"({summed(fact.value, names)})^2" if squared else f"({summed(negative(fact.value), names)})"
            factors.append((value, f"V{k}", fact.relation in ("<", "!=")))
        for square in node.get("squares", []):
            p, scale = cleared(polynomial(square))
            weight /= scale**2
            factors.append((f"({summed(p, names)})^2", f"(pow2_ge_0 ({summed(p, names)}))", False))
        strict = all(s for _, _, s in factors)
        return Term(weight, strict, " * ".join(value for value, _, _ in factors), positive_product([(proof, s) for _, proof, s in factors], strict))

    def times(self, whole: int) -> tuple[str, str]:
        """The term times a number that makes its weight whole, and a proof of its sign."""
        c = int(self.weight * whole)
        if not self.value:
            return str(c), f"(whole_lt {c} eq_refl)"
        lemma = "Rmult_lt_0_compat _ _ (whole_lt" if self.strict else "Rmult_le_pos _ _ (whole_le"
        return f"{c} * ({self.value})", f"({lemma} {c} eq_refl) {self.proof})"


class State:
    """Facts and open alternatives, by their numbers in the certificate: hypotheses F… and C…"""

    def __init__(self, at_one: Callable[[Polynomial], tuple[Polynomial, Units]]) -> None:
        self.at_one = at_one  # a polynomial with the fixed variables set to 1, and the units that it lost
        self.facts: list[Fact] = []
        self.choices: list[list[Mapping[str, Any]]] = []

    def copy(self) -> State:
        """The same, to be added to on its own."""
        found = State(self.at_one)
        found.facts, found.choices = list(self.facts), list(self.choices)
        return found

    def atom(self, relation: str, p: Polynomial) -> str:
        """Add a fact; the name of its hypothesis."""
        integers, scale = cleared(p)
        value, units = self.at_one(integers)
        self.facts.append(Fact(relation, value, scale, units))
        return f"F{len(self.facts) - 1}"

    def about_inner(self, relation: str, p: Polynomial) -> str:
        """Add a fact about the variables of the proof, in integers; the name of its hypothesis."""
        self.facts.append(Fact(relation, p, Fraction(1), ()))
        return f"F{len(self.facts) - 1}"

    def pattern(self, formula: Mapping[str, Any]) -> str:
        """Add a formula; the pattern that takes its hypothesis apart."""
        [(kind, content)] = formula.items()
        if kind in RELATIONS:
            return self.atom(kind, polynomial(content))
        if kind == "any":
            self.choices.append(list(content))
            return f"C{len(self.choices) - 1}"
        return nested([self.pattern(p) for p in content], " ") or "_"


def nested(patterns: list[str], between: str) -> str:
    """One pattern for A /\\ (B /\\ C) or A \\/ (B \\/ C) from those of the parts."""
    found = patterns[-1] if patterns else ""
    for pattern in reversed(patterns[:-1]):
        found = f"[{pattern}{between}{found}]"
    return found


def units_product(units: Units) -> str:
    """A product of powers of units as text."""
    return "(" + (" * ".join(f"{u}^{e}" if e > 0 else f"/ {u}^{-e}" for u, e in units) or "1") + ")"


def positive_product(factors: list[tuple[str, bool]], strict: bool) -> str:
    """A proof that a product is positive, or not negative, from proofs for its factors and whether these are strict; empty for no factors."""
    found = ""
    for proof, is_strict in factors:
        one = f"(Rlt_le _ _ {proof})" if is_strict and not strict else proof
        found = f"({'Rmult_lt_0_compat' if strict else 'Rmult_le_pos'} _ _ {found} {one})" if found else one
    return found
