"""Polynomials and formulas of a certificate in the words of Coq; names; comments."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

__all__ = ["RELATIONS", "Formulas", "Polynomial", "atoms", "cleared", "comment", "identifier", "negative", "polynomial", "stem", "summed"]

RELATIONS = {"<": "<", "<=": "<=", "=": "=", "!=": "<>"}
LEMMA = {"<": "lt", "<=": "le", "=": "eq", "!=": "ne"}

Polynomial = dict[tuple[tuple[str, int], ...], Fraction]  # a monomial is its variables with their exponents

WORDS = frozenset(re.findall(r"\w+", """
as at cofix else end exists exists2 fix for forall fun if IF in let match mod return Prop SProp Set then Type using where with
by I N R S Z True False IZR eq_refl sqrt pow_lt pow2_ge_0 multiple_of unit_of root_of root_of_weak sign_of whole_lt whole_le times_zero plus_zero contradiction
Rlt_le Rlt_0_1 Rinv_0_lt_compat Rmult_lt_0_compat Rmult_le_pos Rplus_lt_le_0_compat"""))
"""Names that a theory uses: a variable that is called so is given another name."""


def polynomial(node: Mapping[str, str]) -> Polynomial:
    """A polynomial from the JSON of a certificate."""
    found: Polynomial = {}
    for text, c in node.items():
        factors = [] if text == "1" else [f.partition("^") for f in text.split("*")]
        found[tuple((n, int(e or 1)) for n, _, e in factors)] = Fraction(c)
    return {m: c for m, c in found.items() if c}


def atoms(formula: Mapping[str, Any]) -> Iterator[Polynomial]:
    """The polynomials of a formula."""
    [(kind, content)] = formula.items()
    if kind in RELATIONS:
        yield polynomial(content)
    else:
        for part in content:
            yield from atoms(part)


def cleared(p: Polynomial) -> tuple[Polynomial, Fraction]:
    """The polynomial times a positive number that makes it one in integers without common divisor, and this number."""
    scale = Fraction(math.lcm(*(c.denominator for c in p.values())), math.gcd(*(c.numerator for c in p.values())) or 1)
    return {m: c * scale for m, c in p.items()}, scale


def negative(p: Polynomial) -> Polynomial:
    """-p."""
    return {m: -c for m, c in p.items()}


def summed(p: Polynomial, names: Mapping[str, str]) -> str:
    """A polynomial in integers as text; an even power of a variable that is shown as ``sqrt x`` is a power of x."""
    text = ""
    for m, c in p.items():
        factors = [f for name, e in m for f in _power(names[name], e)]
        size = [] if abs(c) == 1 and factors else [str(abs(c))]
        sign = (" - " if c < 0 else " + ") if text else ("- " if c < 0 else "")
        text += sign + " * ".join([*size, *factors])
    return text or "0"


def _power(name: str, e: int) -> list[str]:
    if name.startswith("sqrt "):
        return [*_power(name.removeprefix("sqrt "), e // 2), *([name] if e % 2 else [])]
    return [] if e == 0 else [name if e == 1 else f"{name}^{e}"]


@dataclass(frozen=True)
class Formulas:
    """Formulas of a certificate, with its variables under the given names."""

    names: Mapping[str, str]

    def says(self, formula: Mapping[str, Any], *, inner: bool = False) -> str:
        """The formula."""
        [(kind, content)] = formula.items()
        if kind in RELATIONS:
            left, right = self._sides(content)
            return f"{left} {RELATIONS[kind]} {right}"
        word, empty = ("/\\", "True") if kind == "all" else ("\\/", "False")
        return _joined([self.says(p, inner=len(content) > 1) for p in content], word, empty, inner)

    def denies(self, formula: Mapping[str, Any], *, inner: bool = False) -> str:
        """What holds if the formula does not."""
        [(kind, content)] = formula.items()
        if kind in RELATIONS:
            left, right = self._sides(content)
            return {"<": f"{right} <= {left}", "<=": f"{right} < {left}", "=": f"{left} <> {right}", "!=": f"{left} = {right}"}[kind]
        denied = [self.denies(p, inner=len(content) > 1) for p in content]
        if kind == "any":
            return _joined(denied, "/\\", "True", inner)
        return _joined([*[self.says(p, inner=True) for p in content[:-1]], *denied[-1:]], "->", "False", inner)

    def either(self, formula: Mapping[str, Any]) -> str:
        """A proof of: the formula, or what holds if it does not."""
        return self._proof("either", formula)

    def _proof(self, what: str, formula: Mapping[str, Any]) -> str:
        [(kind, content)] = formula.items()
        if kind in RELATIONS:
            left, right = self._sides(content)
            return f"({what}_{LEMMA[kind]} ({left}) ({right}))"
        if not content:
            return f"{what}_{'true' if kind == 'all' else 'false'}"
        found = self._proof(what, content[-1])
        for part in reversed(content[:-1]):
            first = self._proof("decided" if kind == "all" else what, part)
            found = f"({what}_{'and' if kind == 'all' else 'or'} {first} {found})"
        return found

    def _sides(self, node: Mapping[str, str]) -> tuple[str, str]:
        """The positive terms of a polynomial, and the negative ones on the other side."""
        p, _ = cleared(polynomial(node))
        return summed({m: c for m, c in p.items() if c > 0}, self.names), summed({m: -c for m, c in p.items() if c < 0}, self.names)


def _joined(parts: list[str], word: str, empty: str, inner: bool) -> str:
    text = f" {word} ".join(parts) or empty
    return f"({text})" if inner else text


def identifier(text: str, taken: set[str]) -> str:
    """A name of Coq like the given one, different from those taken and from the words that a theory uses."""
    found = re.sub(r"[^A-Za-z0-9_]", "_", text)
    found = found if found[:1].isalpha() else f"v{found}"
    found += "_" if found in WORDS or re.fullmatch(r"[A-Z]{1,2}[0-9]+|(of|either|decided)_[a-z]+", found) else ""
    found = next(name for name in itertools.chain([found], (f"{found}_{i}" for i in itertools.count(2))) if name not in taken)
    taken.add(found)
    return found


def stem(name: str) -> str:
    """The name of a theory, and of its file, made from the name of a claim or a file: ``C2_x.py::rate`` is C2_x_rate."""
    found = re.sub(r"[^A-Za-z0-9]+", "_", name.replace(".py::", "_")).strip("_") or "claim"
    return found if found[0].isalpha() else f"claim_{found}"


def comment(lines: list[str]) -> str:
    """A comment. What would end it or begin another, and quotation marks, which Coq pairs in comments too, are taken apart."""
    text = "\n   ".join(" ".join(line.split()) for line in lines)
    while (safe := text.replace("(*", "( *").replace("*)", "* )").replace('"', "'")) != text:
        text = safe
    return f"(* {text} *)\n"
