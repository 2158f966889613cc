"""Limits of expressions with roots, logarithms and parameters, from first terms whose coefficients are shown not to vanish.

An expression is expanded in powers of x → 0+ (x = 1/y at oo) with coefficients in ℓ = log(1/x) and in the parameters. Coefficients after the first
may vanish for some parameters without harm, and so may the first if no power of x below 0 occurs; of every other first one the sign is asked for, and
nothing is said where it is not shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy

from cdmtheory.engine.roots import tidy
from cdmtheory.engine.substitute import is_partial

__all__ = ["is_defined_near", "limit_of_expansion"]

DEPTHS = (4, 12)  # how many powers are kept after the first
BEYOND = 10**6  # a power that no term gets to
Sign = Callable[[Any], int | None]  # of a coefficient: 1, −1, 0; None if it is not shown


class _Unknown(Exception):
    """The first term of an expansion was not found."""


@dataclass(frozen=True)
class _Series:
    """Coefficients by power of x; from ``order`` on nothing is known."""

    terms: dict[int, Any]
    order: Any = sympy.oo

    @property
    def start(self) -> Any:
        """No power below this one occurs."""
        return min(self.terms, default=self.order)


@dataclass(frozen=True)
class _First:
    """c·x^power·ℓ^degree, c not 0, and its sign."""

    power: int
    degree: int
    coefficient: Any
    sign: int


def limit_of_expansion(e: Any, y: Any, target: Any, sign: Sign) -> Any:
    """The limit at oo, or at 0 from above, of an expression in y; None if it is not found."""
    for depth in DEPTHS:
        near = _Expansion(y, target, sign, depth)
        for find in (near.limit, near.constant_term):
            try:
                return find(e)
            except _Unknown:
                continue
    return None


def is_defined_near(e: Any, y: Any, target: Any, sign: Sign) -> bool:
    """Whether every reciprocal, root and logarithm in an expression is shown to be defined close to the target, whatever the parameters are."""
    if isinstance(e, sympy.atanh):
        return all(is_defined_near(sympy.log(1 + s * e.args[0]), y, target, sign) for s in (1, -1))
    if isinstance(e, sympy.Function) and is_partial(e) and not isinstance(e, (sympy.log, sympy.acosh)):
        return False
    below = all(is_defined_near(a, y, target, sign) for a in e.args)
    allowed = {1}
    if isinstance(e, sympy.acosh):
        base, allowed = sympy.log(e.args[0]), {0, 1}
    elif isinstance(e, sympy.log):
        base = e.args[0]
    elif e.is_Pow and not (e.exp.is_Integer and e.exp > 0) and e.base != sympy.E:
        base, allowed = e.base, {1, -1} if e.exp.is_Integer else {1}
    else:
        return below
    if isinstance(base, sympy.acosh):  # it has the sign of the logarithm
        base = sympy.log(base.args[0])
    if not below or base.is_positive:
        return below
    if not base.has(y):
        return sign(base) in allowed
    for depth in DEPTHS:
        near = _Expansion(y, target, sign, depth)
        try:
            return near.first(near.series(base)).sign in allowed
        except _Unknown:
            continue
    return False


def _is_zero(c: Any) -> bool:
    return bool(tidy(c) == 0 or sympy.simplify(c) == 0)


class _Expansion:
    def __init__(self, y: Any, target: Any, sign: Sign, depth: int) -> None:
        self.y, self.power_of_y, self.sign_of, self.depth = y, -1 if target == sympy.oo else 1, sign, depth
        self.log = sympy.Dummy("log", positive=True)

    def limit(self, e: Any) -> Any:
        power, degree, coefficient, sign, vanishes = 0, 0, sympy.Integer(1), 1, False
        for factor in sympy.Mul.make_args(e):
            base, exponent = factor.as_base_exp() if factor.is_Pow and factor.exp.is_Integer else (factor, 1)
            series = self.series(base)
            if not series.terms and series.order == sympy.oo and exponent > 0:
                vanishes = True
                continue
            first = self.first(series)
            power, degree = power + int(exponent) * first.power, degree + int(exponent) * first.degree
            coefficient, sign = coefficient * first.coefficient**exponent, sign * first.sign ** int(abs(exponent))
        if vanishes or power > 0 or (power == 0 and degree < 0):
            return sympy.Integer(0)
        return sympy.simplify(coefficient) if power == degree == 0 else sign * sympy.oo

    def constant_term(self, e: Any) -> Any:
        """The limit of an expression in which no power of x below 0 occurs, whether its constant term vanishes for some parameters or not."""
        series = self.series(e)
        constant = series.terms.get(0, sympy.Integer(0))
        if series.order <= 0 or constant.has(self.log) or not all(_is_zero(c) for power, c in series.terms.items() if power < 0):
            raise _Unknown
        return sympy.simplify(constant)

    def first(self, series: _Series) -> _First:
        """The first term, the highest power of the logarithm in it."""
        for power in sorted(series.terms):
            parts = sympy.Poly(series.terms[power], self.log).terms() if series.terms[power].is_polynomial(self.log) else None
            if parts is None:
                raise _Unknown
            for (degree,), c in parts:
                if _is_zero(c):
                    continue
                sign = self.sign_of(c)
                if sign not in (1, -1):
                    raise _Unknown
                return _First(power, degree, c, sign)
        raise _Unknown

    def series(self, e: Any) -> _Series:
        if not e.has(self.y):
            return _Series({0: e} if e != 0 else {})
        if e == self.y:
            return _Series({self.power_of_y: sympy.Integer(1)})
        if e.is_Add:
            return self.sum([self.series(a) for a in e.args])
        if e.is_Mul:
            found = _Series({0: sympy.Integer(1)})
            for a in e.args:
                found = self.product(found, self.series(a))
            return found
        if isinstance(e, sympy.log):
            return self.logarithm(self.series(e.args[0]))
        if isinstance(e, sympy.exp):
            return self.exponential(self.series(e.args[0]))
        if e.is_Pow and e.exp.is_Rational:
            return self.power(self.series(e.base), e.exp)
        if e.is_Pow:
            return self.exponential(self.series(e.exp * sympy.log(e.base)))
        raise _Unknown

    def sum(self, parts: list[_Series]) -> _Series:
        terms: dict[int, Any] = {}
        order = min(part.order for part in parts)
        for part in parts:
            for power, c in part.terms.items():
                if power < order:
                    terms[power] = terms.get(power, 0) + c
        return self.cut(terms, order)

    def product(self, a: _Series, b: _Series) -> _Series:
        terms: dict[int, Any] = {}
        order = min(a.order + b.start, b.order + a.start) if a.order != sympy.oo or b.order != sympy.oo else sympy.oo
        for m, c in a.terms.items():
            for n, d in b.terms.items():
                if m + n < order:
                    terms[m + n] = terms.get(m + n, 0) + c * d
        return self.cut(terms, order)

    def cut(self, terms: dict[int, Any], order: Any) -> _Series:
        """No more terms than the depth allows, and none that is 0 at sight."""
        kept = {power: c for power, c in ((power, sympy.expand(c)) for power, c in terms.items()) if c != 0}
        last = min(kept, default=0) + self.depth
        whole = order == sympy.oo and all(power < last for power in kept)
        return _Series({power: c for power, c in kept.items() if power < last}, order if whole else min(order, last))

    def split(self, series: _Series, positive: bool) -> tuple[int, Any, _Series]:
        """c·x^p·(1 + rest), c without logarithms of x and not 0, or above 0."""
        first = self.first(series)
        if first.degree != 0 or (positive and first.sign != 1):
            raise _Unknown
        rest = {power - first.power: c / first.coefficient for power, c in series.terms.items() if power > first.power}
        return first.power, first.coefficient, self.cut(rest, min(series.order - first.power, self.depth))

    def composed(self, rest: _Series, coefficient: Callable[[int], Any]) -> _Series:
        """Σ c_n·rest^n for a rest that tends to 0."""
        whole, power = _Series({0: coefficient(0)}), _Series({0: sympy.Integer(1)})
        for n in range(1, self.depth + 1):
            power = self.product(power, rest)
            whole = self.sum([whole, _Series({m: coefficient(n) * c for m, c in power.terms.items()}, power.order)])
        return _Series(whole.terms, min(whole.order, self.depth))

    def power(self, series: _Series, exponent: Any) -> _Series:
        if exponent.is_Integer and exponent > 0:
            found = series
            for _ in range(int(exponent) - 1):
                found = self.product(found, series)
            return found
        start, c, rest = self.split(series, positive=not exponent.is_Integer)
        if not (start * exponent).is_Integer:
            raise _Unknown
        whole = self.composed(rest, lambda n: sympy.binomial(exponent, n))
        return self.product(whole, _Series({int(start * exponent): c**exponent}))

    def logarithm(self, series: _Series) -> _Series:
        start, c, rest = self.split(series, positive=True)
        whole = self.composed(rest, lambda n: sympy.Integer(0) if n == 0 else sympy.Rational((-1) ** (n + 1), n))
        return self.sum([_Series({0: sympy.log(c) - start * self.log}), whole])

    def exponential(self, series: _Series) -> _Series:
        constant = series.terms.get(0, sympy.Integer(0))
        if series.start < 0 and (first := self.first(series)).power < 0 and first.sign == -1:
            return _Series({}, BEYOND)  # below every power
        if series.start < 0 or series.order <= 0 or constant.has(self.log):
            raise _Unknown
        whole = self.composed(_Series({m: c for m, c in series.terms.items() if m > 0}, series.order), lambda n: 1 / sympy.factorial(n))
        return self.product(_Series({0: sympy.exp(constant)}), whole)
