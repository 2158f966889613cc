"""A certificate as a Coq theory: a readable theorem, and a proof made of nothing but products, sums, ``ring`` and ``field``.

Built on the JSON alone (its format: :mod:`cdmtheory.check`). A part becomes one theorem over the reals, in the claim's own symbols
where these are a variable or its square (``mu`` and ``sqrt mu`` for root_mu): signs → hypotheses → what the failure formula denies.
The proof goes as the certificate does. Whether it is one is for ``coqc`` to say: a certificate that is wrong makes a theory that is rejected.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from cdmtheory.coq.formulas import RELATIONS, Formulas, Polynomial, atoms, cleared, comment, identifier, negative, polynomial, summed
from cdmtheory.coq.state import Fact, State, Term, Units, nested, positive_product, units_product

__all__ = ["NoPolynomials", "NotExported", "says_something", "theory"]

ROLES = {"the statement": "", "lemma": "_lemma", "lower bound": "_lower_bound", "attained at the witness": "_attained", "attained nowhere else": "_unique"}


class NotExported(ValueError):
    """No theory can be made; the message says why."""


class NoPolynomials(NotExported):
    """The certificate may be valid, but no part of it is about polynomials."""


def says_something(data: Mapping[str, Any]) -> bool:
    """Whether every part has a theorem, with a failure to exclude. Where the reduction left none it says True: no work of the kernel."""
    return all(_is_polynomial(part) and any(True for _ in atoms(part["failure"])) for part in data["parts"])


def _is_polynomial(part: Mapping[str, Any]) -> bool:
    return "kind" not in part


def theory(data: Mapping[str, Any]) -> str:
    """The text of the theory of a certificate, as read from JSON; it needs ``Certificate.v`` beside it.

    Parts about other things than polynomials are named in a comment.

    Raises
    ------
    NotExported
        If the data has not the shape of a certificate.
    NoPolynomials
        If no part is about polynomials.
    """
    try:
        claim, names = data["claim"], set[str]()
        name = claim["name"] or claim["title"]
        head = comment([claim["title"], "", f"Claim: {claim['statement']}", *[f"  where {h}" for h in claim["hypotheses"]], "",
                        f"Made by cdmtheory export from the certificate of {name}. To compile, in this folder: coqc Certificate.v, then coqc and this file."])
        parts = [_Part(part).theorem(identifier(name.rpartition("::")[2][:80] + ROLES.get(part["role"].partition(":")[0], ""), names))
                 if _is_polynomial(part) else comment([f"Not in this theory: {part['role']}, about {part['kind']}", f"Statement: {part['statement']}"])
                 for part in data["parts"]]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as why:
        raise NotExported(f"it is not a certificate ({type(why).__name__}: {why})") from None
    if not any(map(_is_polynomial, data["parts"])):
        raise NoPolynomials("no part of it is about polynomials, and others have no theory")
    return "\n".join([head, "Require Import Certificate.\nLocal Open Scope R_scope.\n", *parts])


class _Part:
    """One part of a certificate. Fixed variables are units (``x'u``) in the proof; what they scale is ``x'`` there."""

    def __init__(self, part: Mapping[str, Any]) -> None:
        self.part = part
        self.signs: Mapping[str, str] = part["signs"]
        taken: set[str] = set()
        self.names = {n: identifier(n, taken) for n in part["variables"]}
        self.roots: dict[str, str] = {}  # variable: the symbol whose square root it is
        for symbol, expression in part["substitution"].items():
            variable = expression.removesuffix("**2")
            alone = sum(bool(re.search(rf"\b{re.escape(variable)}\b", e)) for e in part["substitution"].values()) == 1
            if expression != variable and variable in self.signs and alone:
                self.roots[variable] = identifier(symbol, taken)
        self.symbols = {n: self.roots.get(n, v) for n, v in self.names.items()}
        self.shown = Formulas({n: f"sqrt {self.roots[n]}" if n in self.roots else v for n, v in self.names.items()})
        self.weights: dict[str, dict[str, int]] = {}  # of every fixed variable: whole, its own positive
        for entry in part["fixed"]:
            given = {n: Fraction(w) for n, w in entry["weights"].items() if Fraction(w)}
            whole = Fraction(math.lcm(*(w.denominator for w in given.values())), math.gcd(*(w.numerator for w in given.values())))
            whole = -whole if given[entry["variable"]] < 0 else whole
            self.weights[entry["variable"]] = {n: int(w * whole) for n, w in given.items()}
        self.inner = {n: f"{v}'" if self._units(n) else v for n, v in self.names.items()}
        self.positive = {f"{self.names[f]}'u": f"U{i}" for i, f in enumerate(self.weights)}
        divided = any(e < 0 for weights in self.weights.values() for e in weights.values())
        self.close = "field; repeat split; assumption" if divided else "ring"
        self.lines: list[str] = []

    def theorem(self, name: str) -> str:
        """The theorem with its proof."""
        part, shown = self.part, self.shown
        signs = [f"0 {'<' if self.signs[n] == '>' else '<='} {v}" for n, v in self.symbols.items() if n in self.signs]
        [(kind, content)] = part["domain"].items()
        premises = content if kind == "all" else [part["domain"]]
        substitution = ", ".join(f"{s} = {e}" for s, e in part["substitution"].items() if s != e)
        about = [part["role"], f"Statement: {part['statement']}", *[f"  where {h}" for h in part.get("hypotheses", [])],
                 *([f"Witness: {', '.join(f'{s} = {e}' for s, e in part['witness'].items())}"] if part.get("witness") else []),
                 *([f"In the certificate {substitution}."] if substitution else []),
                 *([] if any(True for _ in atoms(part["failure"])) else ["The reduction to polynomials left no way to fail, so nothing is left to prove."])]
        says = " ->\n  ".join([*([" -> ".join(signs)] if signs else []), *[shown.says(f, inner=next(iter(f)) not in RELATIONS) for f in premises],
                              shown.denies(part["failure"])])
        self._prove_all(premises)
        quantified = f"forall {' '.join(self.symbols.values())} : R,\n  " if self.symbols else ""
        return "\n".join([comment(about) + f"Theorem {name} :\n  {quantified}{says}.", "Proof.", *self.lines, "Qed.", ""])

    def _say(self, text: str, depth: int = 1) -> None:
        self.lines.append("  " * depth + text)

    # from the theorem's variables to those of the proof

    def _prove_all(self, premises: list[Mapping[str, Any]]) -> None:
        state = State(self._at_one)
        signed = {n: "" for n in self.names if n in self.signs}
        for i, n in enumerate(signed):
            if n in self.weights:
                signed[n] = f"S{i}"
            else:
                signed[n] = state.atom("<" if self.signs[n] == ">" else "<=", {((n, 1),): Fraction(-1)})
        self._say(f"intros {' '.join([*self.symbols.values(), *signed.values(), *[state.pattern(f) for f in premises]])}.")
        self._say(f"destruct {self.shown.either(self.part['failure'])} as [N | N]; [exfalso | exact N].")
        for n, sign in signed.items():
            if n in self.roots:
                lemma = "root_of" if self.signs[n] == ">" else "root_of_weak"
                self._say(f"destruct ({lemma} {self.roots[n]} {sign}) as [{self.names[n]} [{sign}' [Q{sign} R{sign}]]].")
                self._say(f"rewrite ?R{sign} in *; clear R{sign} {sign}; rename {sign}' into {sign}; subst {self.roots[n]}.")
        for i, (n, weights) in enumerate(self.weights.items()):
            u, units = f"{self.names[n]}'u", self._units(n)
            lemma = f"unit_of {weights[n] - 1} {self.names[n]} {units_product(units)} {self._is_positive(units)} {signed[n]}"
            self._say(f"destruct ({lemma}) as [{u} [U{i} [Z{i} E{i}]]].")
        scaled = {n: self._units(n) for n in self.names if n not in self.weights and self._units(n)}
        for n, units in scaled.items():
            self._say(f"destruct (multiple_of {self.names[n]} {units_product(units)} {self._is_positive(units)}) as [{self.inner[n]} {self.inner[n]}E].")
        if gone := [self.names[n] for n in (*scaled, *reversed(self.weights))]:
            self._say(f"{'; '.join(f'subst {v}' for v in gone)}.")
        self._say(f"pose proof N as {state.pattern(self.part['failure'])}.")
        self._prove(self.part["proof"], state, 1)

    def _units(self, variable: str) -> Units:
        """What a variable is multiplied by when others are set to 1."""
        return tuple((f"{self.names[f]}'u", w[variable]) for f, w in self.weights.items() if f != variable and w.get(variable))

    def _is_positive(self, units: Units) -> str:
        """A proof that a product of powers of units is positive."""
        proofs = [f"(pow_lt {u} {abs(e)} {self.positive[u]})" for u, e in units]
        return positive_product([(p if e > 0 else f"(Rinv_0_lt_compat _ {p})", True) for p, (_, e) in zip(proofs, units, strict=True)], True) or "Rlt_0_1"

    def _at_one(self, p: Polynomial) -> tuple[Polynomial, Units]:
        """The polynomial with the fixed variables set to 1, and the units that it lost."""
        found: Polynomial = {}
        for m, c in p.items():
            rest = tuple((n, e) for n, e in m if n not in self.weights)
            found[rest] = found.get(rest, Fraction(0)) + c
        first = next(iter(p), ())
        degrees = [(f"{self.names[f]}'u", sum(w.get(n, 0) * e for n, e in first)) for f, w in self.weights.items()]
        return {m: c for m, c in found.items() if c}, tuple((u, d) for u, d in degrees if d)

    # the proof

    def _prove(self, node: Mapping[str, Any], state: State, depth: int) -> None:
        if "choose" in node:
            i, parts = node["choose"], state.choices[node["choose"]]
            inner = [state.copy() for _ in parts]
            patterns = [s.pattern(f) for s, f in zip(inner, parts, strict=True)]
            self._say(f"pose proof C{i} as {nested(patterns, ' | ')}." if parts else f"destruct C{i}.", depth)
        elif "sign of" in node:
            p, _ = cleared(polynomial(node["sign of"]))
            inner = [state.copy() for _ in range(3)]
            patterns = [s.about_inner(r, q) for s, r, q in zip(inner, "<=<", (p, p, negative(p)), strict=True)]
            self._say(f"destruct (sign_of ({summed(p, self.inner)})) as {nested(patterns, ' | ')}.", depth)
        else:
            self._contradiction(node, state, depth)
            return
        for s, case in zip(inner, node["cases"], strict=True):
            self._say("{", depth)
            self._prove(case, s, depth + 1)
            self._say("}", depth)

    def _contradiction(self, node: Mapping[str, Any], state: State, depth: int) -> None:
        """The identity of a branch: products that are not negative, one of them positive, and multiples of 0 add up to 0."""
        terms = [Term.of(t, state, self.inner) for t in node["terms"]]
        multipliers = [(m["fact"], {m_: c / state.facts[m["fact"]].scale for m_, c in polynomial(m["times"]).items()}) for m in node.get("multipliers", [])]
        for k in sorted({k for t in node["terms"] for k in t["facts"]} | {k for k, _ in multipliers}):
            self._value(k, state.facts[k], depth)
        whole = math.lcm(*(t.weight.denominator for t in terms), *(c.denominator for _, p in multipliers for c in p.values()))
        sums, positive = [], ""
        for term in sorted(terms, key=lambda t: not t.strict):  # a positive one first
            text, proof = term.times(whole)
            sums.append(text)
            positive = f"(Rplus_lt_le_0_compat _ _ {positive} {f'(Rlt_le _ _ {proof})' if term.strict else proof})" if positive else proof
        zeros, nothing = [], ""
        for k, p in multipliers:
            times = summed({m: c * whole for m, c in p.items()}, self.inner)
            zeros.append(f"({times}) * ({summed(state.facts[k].value, self.inner)})")
            nothing = f"(plus_zero _ _ {nothing} (times_zero ({times}) _ V{k}))" if nothing else f"(times_zero ({times}) _ V{k})"
        self._say(f"apply (contradiction ({' + '.join(sums)}) ({' + '.join(zeros) or '0'})).", depth)
        self._say(f"- exact {positive or 'I'}.", depth)
        self._say(f"- exact {nothing or 'eq_refl'}.", depth)
        self._say("- ring.", depth)

    def _value(self, k: int, fact: Fact, depth: int) -> None:
        """V… says of the value of fact F… that it is positive, not negative, or zero."""
        p, minus = summed(fact.value, self.inner), summed(negative(fact.value), self.inner)
        says, lemma = {"<": (f"0 < {minus}", "of_lt"), "<=": (f"0 <= {minus}", "of_le"), "=": (f"{p} = 0", "of_eq"), "!=": (f"0 < ({p})^2", "of_ne")}[
            fact.relation]
        sign = f"{lemma} {units_product(fact.units)} _ _ _ {self._is_positive(fact.units)} _ F{k}"
        self._say(f"assert (V{k} : {says}) by (refine ({sign}); {self.close}).", depth)
