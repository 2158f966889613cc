"""Points with algebraic coordinates, such as a condition number of 3 + 2√2: the exact sign of a polynomial there.

Balls of growing precision decide unless it is 0; a zero is told from a small number by its conjugates. With rational integer coefficients, and
αᵢ a root of a polynomial of degree dᵢ with leading coefficient lᵢ, g = f(α)·∏ lᵢ^deg is an algebraic integer with at most D = ∏ dᵢ conjugates, all
of them below some M; their product is an integer, so g = 0 or abs(g) >= M^(1 − D).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy
from flint import arb, ctx, fmpq, fmpz_poly

from cdmtheory.engine.formula import All, Atom, Formula, truth

__all__ = ["Algebraic", "satisfied"]

MOST_BITS = 200_000


@dataclass(frozen=True)
class Algebraic:
    """The only root in [low, high] of an integer polynomial, given by its coefficients from the constant one upwards."""

    coefficients: tuple[int, ...]
    low: Fraction
    high: Fraction

    @classmethod
    def of(cls, number: Fraction | int) -> Algebraic:
        exact = Fraction(number)
        return cls((-exact.numerator, exact.denominator), exact, exact)

    @property
    def degree(self) -> int:
        return len(self.coefficients) - 1

    @property
    def middle(self) -> Fraction:
        return (self.low + self.high) / 2

    @property
    def bound(self) -> Fraction:
        """No complex root is larger (Cauchy)."""
        return 1 + max(Fraction(abs(c), abs(self.coefficients[-1])) for c in self.coefficients[:-1])

    def ball(self) -> Any:
        """An enclosure at the current precision."""
        if self.degree == 1:
            return arb(fmpq(-self.coefficients[0], self.coefficients[1]))
        inside = arb(fmpq(self.low.numerator, self.low.denominator)).union(arb(fmpq(self.high.numerator, self.high.denominator)))
        roots: list[Any] = [root for root, _ in fmpz_poly(list(self.coefficients)).complex_roots()]  # type: ignore[misc,has-type]
        found = [z.real for z in roots if z.imag.contains(0) and z.real.overlaps(inside)]
        if len(found) != 1:
            raise ValueError(f"{len(found)} roots of {self.coefficients} in [{self.low}, {self.high}]")
        return found[0]

    def symbolic(self) -> Any:
        """The number for SymPy, and for people: with root signs where two of them suffice."""
        x = sympy.Dummy("x")
        polynomial = sympy.Poly(list(reversed(self.coefficients)), x)
        for factor, _ in polynomial.factor_list()[1]:
            for root in sympy.roots(factor, x) if factor.degree() <= 2 or len(factor.terms()) == 2 else factor.real_roots():
                if root.is_real and self.low <= root <= self.high:
                    return root
        raise ValueError(f"no root of {polynomial} in [{self.low}, {self.high}]")


def sign(polynomial: Any, values: Sequence[Algebraic]) -> int:
    """The sign of a polynomial with rational coefficients at algebraic values of its variables."""
    terms = [(Fraction(int(c.p), int(c.q)), [int(e) for e in exponents]) for exponents, c in polynomial.to_dict().items()]
    used = [i for i in range(len(values)) if any(e[i] for _, e in terms)]
    common = math.lcm(*(c.denominator for c, _ in terms)) if terms else 1
    leading = math.prod(abs(values[i].coefficients[-1]) ** max(e[i] for _, e in terms) for i in used)
    largest = common * leading * sum((abs(c) * math.prod((values[i].bound ** e[i] for i in used), start=Fraction(1)) for c, e in terms), Fraction(0))
    conjugates = math.prod(values[i].degree for i in used)
    least_bits = (conjugates - 1) * max(0, math.ceil(largest).bit_length())  # abs(g) >= 2^(−least_bits), or g = 0
    bits = 64
    while bits <= MOST_BITS:
        with ctx.workprec(bits):
            balls = {i: values[i].ball() for i in used}
            number = arb(0)
            for c, e in terms:
                term = arb(fmpq(c.numerator, c.denominator) * common * leading)
                for i in used:
                    term *= balls[i] ** e[i]
                number += term
            if number > 0:
                return 1
            if number < 0:
                return -1
            if abs(number) < arb(2) ** -least_bits:
                return 0
        bits *= 2
    raise ValueError("a sign that takes too many bits")


def satisfied(formula: Formula, values: Sequence[Algebraic]) -> bool:
    """Whether a formula holds at algebraic values of all variables."""
    if isinstance(formula, Atom):
        return truth(sign(formula.polynomial, values), formula.relation)
    if isinstance(formula, All):
        return all(satisfied(p, values) for p in formula.parts)
    return any(satisfied(p, values) for p in formula.parts)
