"""The polynomial ring of a problem: roots and denominators resolved, signs known, comparisons as atoms."""

from __future__ import annotations

import math
from typing import Any

import sympy
from flint import Ordering, fmpq, fmpq_mpoly_ctx

from cdmtheory.engine.formula import (
    FALSE,
    Atom,
    Formula,
    atom,
    conjunction,
    disjunction,
)
from cdmtheory.engine.statements import Compare, NotPolynomial, comparisons

__all__ = ["Ring", "ordered"]

LARGEST_POWER = 1000


class Ring:
    """The polynomial ring of a problem: which variable stands for which symbol, and which signs are known."""

    def __init__(self, trees: list[Any], symbols: list[Any], fresh: list[Any]) -> None:
        expressions = [e for t in trees for c in comparisons(t) for e in (c.left, c.right)]
        powers = [p for e in expressions for p in e.atoms(sympy.Pow) if p.exp.is_Rational and not p.exp.is_Integer]
        self.substitution: dict[Any, Any] = {}
        variables, self.positive, self.nonnegative = [], set(), set()
        for s in [*symbols, *fresh]:
            order = math.lcm(*(int(p.exp.q) for p in powers if p.base == s)) if s.is_nonnegative else 1
            if order > LARGEST_POWER:
                raise NotPolynomial(f"roots of {s} that make a polynomial of too large a degree")
            v = s if order == 1 else sympy.Dummy(f"root_{s.name}" if order == 2 else f"root{order}_{s.name}", nonnegative=True)
            self.substitution[s] = v**order
            variables.append(v)
            if s.is_positive:
                self.positive.add(v)
            elif s.is_nonnegative:
                self.nonnegative.add(v)
        radicands: dict[Any, Any] = {}
        for p in sorted(powers, key=sympy.count_ops):
            if not (p.base.is_Symbol and p.base.is_nonnegative) and (p.base, p.exp.q) not in radicands:
                radicands[p.base, p.exp.q] = v = sympy.Dummy(f"root_{len(radicands)}", nonnegative=True)
                variables.append(v)
        self.radicands = radicands
        self.variables = variables
        self.names = _distinct([v.name for v in variables])
        self.context = fmpq_mpoly_ctx.get(self.names or ["unused"], Ordering.degrevlex)
        self.generator = dict(zip(variables, self.context.gens(), strict=False))
        self.cache: dict[Any, Any] = {}
        for (base, _), v in radicands.items():
            n, d, _needs = self.rational(base)
            if self.sign(n) * self.sign(d) > 0:
                self.positive.add(v)

    def constant(self, q: Any) -> Any:
        return self.context.constant(q)

    def rational(self, e: Any) -> tuple[Any, Any, tuple[Any, ...]]:
        """Numerator, denominator and what must hold for the expression to be defined (trees of atoms)."""
        if e not in self.cache:
            self.cache[e] = self._rational(e)
        found: tuple[Any, Any, tuple[Any, ...]] = self.cache[e]
        return found

    def _rational(self, e: Any) -> tuple[Any, Any, tuple[Any, ...]]:
        one = self.constant(1)
        if e.is_Rational:
            return self.constant(fmpq(int(e.p), int(e.q))), one, ()
        if e.is_Symbol:
            v = self.substitution[e]
            base, order = (v.base, int(v.exp)) if v.is_Pow else (v, 1)
            return self.generator[base] ** order, one, ()
        if e.is_Add or e.is_Mul:
            n, d, needs = self.rational(e.args[0])
            for a in e.args[1:]:
                n2, d2, needs2 = self.rational(a)
                n, d = (n * d2 + n2 * d, d * d2) if e.is_Add else (n * n2, d * d2)
                n, d = self.cancel(n, d)
                needs = (*needs, *(x for x in needs2 if x not in needs))
            return n, d, needs
        if e.is_Pow and e.exp.is_Rational:
            n, d, needs = self._root(e.base, int(e.exp.q)) if e.exp.q != 1 else self.rational(e.base)
            power = int(e.exp.p)
            if max(abs(power), int(e.exp.q)) > LARGEST_POWER:
                raise NotPolynomial(f"the power {e} makes a polynomial of too large a degree")
            if power < 0 and n.is_zero():
                return one, one, (*needs, FALSE)  # undefined everywhere
            if power < 0:
                needs = (*needs, atom(n, "!="))
                n, d = d, n
            return n ** abs(power), d ** abs(power), needs
        raise NotPolynomial(f"{e} is not polynomial")

    def _root(self, base: Any, order: int) -> tuple[Any, Any, tuple[Any, ...]]:
        if base.is_Symbol and base.is_nonnegative:
            v = self.substitution[base]
            total = int(v.exp) if v.is_Pow else 1
            return self.generator[v.base if v.is_Pow else v] ** (total // order), self.constant(1), ()
        n, d, needs = self.rational(base)
        return self.generator[self.radicands[base, order]], self.constant(1), (*needs, atom(-n * d, "<="))

    def root_definitions(self) -> dict[Any, Formula]:
        """y ≥ 0 and y^q = radicand, for every fresh root y."""
        found = {}
        for (base, order), v in self.radicands.items():
            n, d, _ = self.rational(base)
            y = self.generator[v]
            found[v] = conjunction(atom(-y, "<="), atom(y**order * d - n, "="))
        return found

    def cancel(self, n: Any, d: Any) -> tuple[Any, Any]:
        if d.is_constant():
            return n / d.leading_coefficient(), self.constant(1)
        g = n.gcd(d)
        return (n, d) if g.is_constant() else (n / g, d / g)

    def comparison(self, c: Compare) -> tuple[Formula, tuple[Any, ...]]:
        """A comparison as an atom, given that both sides are defined, and what makes them so."""
        n, d, needs = self.rational(c.left - c.right if not (c.left.is_Rational and c.right.is_Rational) else sympy.Add(c.left, -c.right))
        # the difference may have cancelled what the sides need
        needs = tuple({str(x): x for side in (c.left, c.right) for x in self.rational(side)[2]}.values()) or needs
        if c.relation in ("=", "!="):
            return self.simplified(Atom(n, c.relation)), needs
        return self.simplified(Atom(n * d, c.relation)), needs

    def simplified(self, a: Atom) -> Formula:
        """The atom without factors that are known to be positive, and with even factors split off."""
        if a.polynomial.is_constant():
            return atom(a.polynomial, a.relation)
        c, factors = a.polynomial.factor()
        odd, even = self.constant(1 if c > 0 else -1), self.constant(1)
        for f, e in factors:
            sign = self.sign(f)
            if sign == 0:
                odd, even = (odd * f, even) if e % 2 else (odd, even * f)
            elif sign < 0 and e % 2:
                odd = -odd
        if a.relation in ("=", "!="):
            return atom(odd * even, a.relation)
        if a.relation == "<":
            return conjunction(atom(odd, "<"), atom(even, "!="))
        return disjunction(atom(odd, "<="), atom(even, "="))

    def sign(self, p: Any) -> int:
        """+1 or −1 if the polynomial is seen to be positive or negative on the positive variables, else 0."""
        signs = set()
        strict = False
        for exponents, c in p.to_dict().items():
            used = [v for v, e in zip(self.variables, exponents, strict=False) if int(e)]
            if any(v not in self.positive and v not in self.nonnegative and int(e) % 2
                   for v, e in zip(self.variables, exponents, strict=False) if int(e)):
                return 0
            signs.add(1 if c > 0 else -1)
            strict = strict or all(v in self.positive for v in used)
        return signs.pop() if len(signs) == 1 and strict else 0


def _distinct(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in found:
            number += 1
            candidate = f"{name}_{number}"
        found.append(candidate)
    return found


def ordered(ring: Ring, a: Any, b: Any) -> Formula:
    """a ≤ b for positive symbols; between roots of the same order where both are powers."""
    va, vb = ring.substitution[a], ring.substitution[b]
    if va.is_Pow and vb.is_Pow and va.exp == vb.exp:
        return atom(ring.generator[va.base] - ring.generator[vb.base], "<=")
    return atom(ring.rational(a)[0] - ring.rational(b)[0], "<=")
