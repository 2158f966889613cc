"""Polynomials in logarithms whose coefficients are rational functions of one variable, all of it exact.

A :class:`LogSum` is Σ c(x)·Π log(q_i(x))^n_i with c and q_i over the rationals and every q_i > 0 on the interval in question.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any, NamedTuple

import sympy
from flint import arb, arb_poly, ctx, fmpq, fmpq_mpoly_ctx, fmpq_poly, fmpz

__all__ = ["ONE", "Ends", "Leading", "LogSum", "Quotient", "end_sign", "fraction", "leading", "log_sum", "sign_between"]

BISECTIONS = 80
PRECISIONS = (128, 512)


class Ends(NamedTuple):
    """An open interval; None stands for −oo below and for oo above."""

    low: fmpq | None
    high: fmpq | None


class Quotient(NamedTuple):
    """A rational function without common factors, its denominator monic."""

    over: Any
    under: Any

    @staticmethod
    def of(over: Any, under: Any) -> Quotient:
        common = over.gcd(under) if over != 0 else under
        over, under = over // common, under // common
        lead = under.leading_coefficient()
        return Quotient(over / lead, under / lead)

    def plus(self, other: Quotient) -> Quotient:
        return Quotient.of(self.over * other.under + other.over * self.under, self.under * other.under)

    def times(self, other: Quotient) -> Quotient:
        return Quotient.of(self.over * other.over, self.under * other.under)

    def inverse(self) -> Quotient:
        return Quotient.of(self.under, self.over)

    def slope(self) -> Quotient:
        return Quotient.of(self.over.derivative() * self.under - self.over * self.under.derivative(), self.under * self.under)


ZERO = fmpq_poly([0])
ONE = Quotient(fmpq_poly([1]), fmpq_poly([1]))


@dataclass(frozen=True)
class LogSum:
    """Σ terms[n]·Π log(logs[i])^n[i]; no term is 0. Constant logarithms have a constant polynomial as their argument."""

    logs: tuple[Any, ...]
    terms: dict[tuple[int, ...], Quotient]

    def divided(self, by: Quotient) -> LogSum:
        turned = by.inverse()
        return LogSum(self.logs, {n: c.times(turned) for n, c in self.terms.items()})

    def slope(self) -> LogSum:
        """The derivative."""
        found: dict[tuple[int, ...], Quotient] = {}

        def add(powers: tuple[int, ...], c: Quotient) -> None:
            found[powers] = found[powers].plus(c) if powers in found else c

        for powers, c in self.terms.items():
            add(powers, c.slope())
            for i, (n, q) in enumerate(zip(powers, self.logs, strict=True)):
                if n and not q.is_constant():
                    inner = Quotient.of(q.derivative() * n, q)
                    add((*powers[:i], n - 1, *powers[i + 1:]), c.times(inner))
        return LogSum(self.logs, {n: c for n, c in found.items() if c.over != 0})

    def varying(self, powers: tuple[int, ...]) -> int:
        """The degree of a term in the logarithms that depend on the variable."""
        return sum(n for n, q in zip(powers, self.logs, strict=True) if not q.is_constant())

    @property
    def rational(self) -> Quotient | None:
        """The function itself, if no logarithm is left in it."""
        if any(any(n) for n in self.terms):
            return None
        return next(iter(self.terms.values()), Quotient(ZERO, ONE.under))

    @property
    def constant(self) -> bool:
        """Whether it does not depend on the variable."""
        return all(c.over.is_constant() and c.under.is_constant() and not self.varying(n) for n, c in self.terms.items())

    def at(self, x: Any) -> Any:
        """Its value in a ball; an indefinite one where it is not defined."""
        logs = [_ball(q, x).log() if any(n[i] for n in self.terms) else arb(0) for i, q in enumerate(self.logs)]
        total = arb(0)
        for powers, c in self.terms.items():
            value = _ball(c.over, x) / _ball(c.under, x)
            for n, y in zip(powers, logs, strict=True):
                value *= y**n
            total += value
        return total

    def number(self) -> int | None:
        """The sign of a constant; None if no precision shows it."""
        if not self.terms:
            return 0
        for bits in PRECISIONS:
            with ctx.workprec(bits):
                value = self.at(arb(0))
                if value > 0 or value < 0:
                    return 1 if value > 0 else -1
        return None


def _ball(p: Any, x: Any) -> Any:
    return arb_poly(p)(x)


def fraction(q: Any) -> fmpq:
    """SymPy's rational number as FLINT's."""
    return fmpq(int(q.p), int(q.q))


def log_sum(expression: Any, variable: Any) -> LogSum | None:
    """A SymPy expression as a :class:`LogSum`; None if it is none."""
    arguments = sorted(expression.atoms(sympy.log), key=lambda g: (sympy.count_ops(g), str(g)))
    names = {g: sympy.Dummy(f"log_{i}") for i, g in enumerate(arguments)}
    try:
        logs = tuple(_polynomial(g.args[0], variable) for g in arguments)
        over, under = sympy.fraction(sympy.together(expression.xreplace(names)))
        if under.free_symbols & set(names.values()):
            return None
        below = _polynomial(under, variable)
        terms = sympy.Poly(over, *names.values()).terms() if names else [((), over)]
        found = {tuple(map(int, powers)): Quotient.of(_polynomial(c, variable), below) for powers, c in terms if c != 0}
    except (ValueError, sympy.PolynomialError, ZeroDivisionError):
        return None
    return LogSum(logs, found)


def _polynomial(e: Any, variable: Any) -> Any:
    coefficients = sympy.Poly(e, variable).all_coeffs()
    if not all(c.is_Rational for c in coefficients):
        raise ValueError(f"the coefficients of {e} are not all rational")
    return fmpq_poly([fraction(c) for c in reversed(coefficients)])


# -- the sign of a polynomial on an interval ------------------------------------------------------------------------------


def sign_between(p: Any, ends: Ends) -> int | None:
    """The sign of a polynomial on an open interval by Descartes' rule; 0 if it is zero, None if it has a root there."""
    if p.is_constant():
        return 1 if p[0] > 0 else -1 if p[0] < 0 else 0
    low, high = ends
    if low is None and high is None:
        middle, left, right = p(fmpq(0)), sign_between(p, Ends(None, fmpq(0))), sign_between(p, Ends(fmpq(0), None))
        return left if middle != 0 and left == right else None
    return _sign_on_unit(_on_unit_interval(p, low, high), BISECTIONS)


def _on_unit_interval(p: Any, low: fmpq | None, high: fmpq | None) -> Any:
    """A polynomial with the signs of p, with the interval brought to (0, 1)."""
    if low is not None and high is not None:
        return p(fmpq_poly([low, high - low]))
    moved = p(fmpq_poly([low, 1])) if low is not None else p(fmpq_poly([high or fmpq(0), -1]))  # on (0, oo)
    n = moved.degree()
    rest = fmpq_poly([1, -1])
    return sum((fmpq_poly([0] * i + [moved[i]]) * rest ** (n - i) for i in range(n + 1)), ZERO)


def _sign_on_unit(p: Any, depth: int) -> int | None:
    coefficients = p.coeffs()
    seen = fmpq_poly(coefficients[::-1])(fmpq_poly([1, 1])).coeffs()  # (1 + y)^n p(1/(1 + y)) on (0, oo)
    signs = [1 if c > 0 else -1 for c in seen if c != 0]
    variations = sum(a != b for a, b in itertools.pairwise(signs))
    if variations == 0:
        return signs[0]
    if variations == 1 or depth == 0 or p(fmpq(1, 2)) == 0:
        return None
    left = _sign_on_unit(p(fmpq_poly([0, fmpq(1, 2)])), depth - 1)
    return left if left is not None and left == _sign_on_unit(p(fmpq_poly([fmpq(1, 2), fmpq(1, 2)])), depth - 1) else None


# -- behaviour at an end --------------------------------------------------------------------------------------------------


def end_sign(f: LogSum, ends: Ends, at_low: bool) -> int | None:
    """The sign of the limit of f at an end of the interval, 1 and −1 also where it is infinite; None if it is not found."""
    if not f.terms or _lowest(f, ends, at_low) > 0:
        return 0
    found = leading(f, ends, at_low, 0)
    return 0 if found is None else found.sign


@dataclass(frozen=True)
class Leading:
    """f ~ t^power · (log t)^degree · constant as t → 0+, the constant a sum of products of logarithms of primes."""

    power: int
    degree: int
    constant: list[tuple[dict[int, int], fmpq]]  # [({prime: exponent of its logarithm}, coefficient), …]

    def value(self) -> Any:
        """The constant in a ball."""
        total = arb(0)
        for powers, c in self.constant:
            part = arb(c)
            for p, n in powers.items():
                part *= arb(p).log() ** n
            total += part
        return total

    def symbolic(self) -> Any:
        """The constant as a SymPy expression."""
        return sympy.Add(*[sympy.Rational(int(c.p), int(c.q)) * sympy.Mul(*[sympy.log(p) ** n for p, n in powers.items()]) for powers, c in self.constant])

    @property
    def sign(self) -> int | None:
        """The sign of f close to the end; None if no precision shows it."""
        for bits in PRECISIONS:
            with ctx.workprec(bits):
                value = self.value()
                if value > 0 or value < 0:
                    return -1 if (value > 0) == bool(self.degree % 2) else 1
        return None


def _lowest(f: LogSum, ends: Ends, at_low: bool) -> int:
    return min(_valuation(c.over, ends, at_low) - _valuation(c.under, ends, at_low) for c in f.terms.values())


def leading(f: LogSum, ends: Ends, at_low: bool, last: int) -> Leading | None:
    """The leading behaviour of f at an end of the interval, if its power is at most ``last``.

    With t > 0 the distance from the end (its reciprocal at infinity) every coefficient is a Laurent series in t, and every
    logarithm n·log t + log c + a power series: f is a series in t whose coefficients are polynomials in log t and log c. The
    first one that is not zero is what counts.
    """
    lowest = _lowest(f, ends, at_low)
    series = _Series(f, ends, at_low, max(1, 1 + last - lowest))
    total: dict[int, Any] = {}
    for powers, c in f.terms.items():
        start, found = series.quotient(c)
        for i, n in enumerate(powers):
            for _ in range(n):
                found = series.product(found, series.logarithm(i))
        for j, x in enumerate(found):
            if start + j <= last:
                total[start + j] = total.get(start + j, 0) + x
    for power in sorted(total):
        if total[power] != 0:
            terms = total[power].to_dict()
            degree = max(m[0] for m in terms)
            constant = [({p: int(n) for p, n in zip(series.primes, m[1:], strict=True) if n}, c) for m, c in terms.items() if m[0] == degree]
            return Leading(power, int(degree), constant)
    return None


def _moved(p: Any, ends: Ends, at_low: bool) -> tuple[int, list[fmpq]]:
    """p near an end as t^v·(coefficients of a power series), the first of them not 0."""
    end = ends.low if at_low else ends.high
    step = 1 if at_low else -1
    if end is None:
        sign = -1 if at_low else 1
        return -p.degree(), [p[i] * sign**i for i in range(p.degree(), -1, -1)]
    coefficients = p(fmpq_poly([end, step])).coeffs()
    v = next(i for i, c in enumerate(coefficients) if c != 0)
    return v, list(coefficients[v:])


def _valuation(p: Any, ends: Ends, at_low: bool) -> int:
    v: int = _moved(p, ends, at_low)[0]
    return v


class _Series:
    """Power series in t, ``count`` terms of them, with coefficients that are polynomials in log t and the logarithms of primes."""

    def __init__(self, f: LogSum, ends: Ends, at_low: bool, count: int) -> None:
        self.count, self.ends, self.at_low = count, ends, at_low
        self.moved = [_moved(q, ends, at_low) for q in f.logs]
        primes = sorted({int(p) for _, s in self.moved for part in (s[0].p, s[0].q) for p, _ in fmpz(part).factor()})
        self.primes = primes
        self.context = fmpq_mpoly_ctx.get(["log_t", *[f"log_{p}" for p in primes]])
        self.gens = self.context.gens()

    def quotient(self, c: Quotient) -> tuple[int, list[Any]]:
        (v, over), (w, under) = _moved(c.over, self.ends, self.at_low), _moved(c.under, self.ends, self.at_low)
        found: list[fmpq] = []
        for i in range(self.count):
            x = over[i] if i < len(over) else fmpq(0)
            x -= sum((found[j] * under[i - j] for j in range(i) if i - j < len(under)), fmpq(0))
            found.append(x / under[0])
        return v - w, [self.context.constant(x) for x in found]

    def logarithm(self, i: int) -> list[Any]:
        v, s = self.moved[i]
        constant = v * self.gens[0]
        for part, sign in ((s[0].p, 1), (s[0].q, -1)):
            for p, n in fmpz(part).factor():
                constant += sign * int(n) * self.gens[1 + self.primes.index(int(p))]
        u = [x / s[0] for x in s[:self.count]] + [fmpq(0)] * max(0, self.count - len(s))
        found = [fmpq(0)] * self.count  # log(1 + …): n·f_n = n·u_n − Σ j·f_j·u_(n−j)
        for n in range(1, self.count):
            found[n] = u[n] - sum((fmpq(j, n) * found[j] * u[n - j] for j in range(1, n)), fmpq(0))
        return [constant, *[self.context.constant(x) for x in found[1:]]]

    def product(self, a: list[Any], b: list[Any]) -> list[Any]:
        return [sum((a[j] * b[i - j] for j in range(i + 1)), self.context.constant(0)) for i in range(self.count)]
