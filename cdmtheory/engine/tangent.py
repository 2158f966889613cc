"""(a + b·k)·R^k <= T for all k >= N, where N and T may hold log(1/ε), log κ and logarithms of numbers.

log R <= −φ with φ = 1 − R or 2(1 − R)/(1 + R), and log y <= y/c + log c − 1 for every c > 0, so that
(a + b·k)/c + log c − 1 − φk <= log T suffices: one polynomial question in k, κ and reals in place of the logarithms.
"""

from __future__ import annotations

import itertools
import math
import time
from typing import Any

import sympy
from flint import ctx

from cdmtheory.engine.proof import prove
from cdmtheory.engine.prover import Prover
from cdmtheory.engine.quantities import value
from cdmtheory.engine.roots import tidy
from cdmtheory.language import L, eps, k, kappa, mu

__all__ = ["TANGENT", "Logarithms", "falls_below"]

TANGENT = "log R <= R − 1 and log R <= 2(R − 1)/(R + 1) for 0 < R <= 1; log y <= y/c + log c − 1 for y, c > 0 (tangent)"
SAMPLES = tuple(itertools.product((1.0, 1.01, 1.5, 4.0, 100.0, 1e4, 1e8), (1e-9, 0.1, 1.0, 10.0, 100.0)))  # κ and log(1/ε)


class Logarithms:
    """Reals in place of the logarithms of 1/ε, √κ and numbers, with what is true of them."""

    def __init__(self) -> None:
        self.inverse = sympy.Dummy("log_1_over_eps", positive=True)
        self.ratio = sympy.Dummy("log_sqrt_kappa", nonnegative=True)
        self.numbers: dict[Any, Any] = {}

    def replaced(self, e: Any) -> Any:
        """An expression without logarithms; None if one is of anything else, or ε stands outside of them."""
        e = sympy.sympify(e).xreplace({L: kappa * mu})
        opened = e.replace(sympy.log, self._opened)
        return None if opened.has(sympy.log, sympy.exp, sympy.nan, eps) else opened.xreplace({kappa: L / mu})

    def _opened(self, argument: Any) -> Any:
        total: Any = sympy.Integer(0)
        for factor in sympy.Mul.make_args(sympy.powsimp(sympy.factor(sympy.cancel(argument)))):
            base, exponent = factor.as_base_exp()
            if base == eps:
                total -= exponent * self.inverse
            elif base == kappa:
                total += 2 * exponent * self.ratio
            elif base.is_Rational and base > 0:
                total += exponent * self.number(base)
            else:
                return sympy.nan
        return total

    def number(self, q: Any) -> Any:
        if q == 1:
            return sympy.Integer(0)
        return self.numbers.setdefault(q, sympy.Dummy("log_number", real=True))

    def facts(self) -> tuple[Any, ...]:
        """What is used of them: enclosures of the logarithms of numbers, and 1 − 1/√κ <= log √κ <= √κ − 1."""
        root = sympy.sqrt(L) / sympy.sqrt(mu)
        found: list[Any] = [self.ratio <= root - 1, self.ratio >= 1 - 1 / root]
        for q, symbol in self.numbers.items():
            with ctx.workprec(64):
                middle = int((value(sympy.log(q), {}).mid() * 10**9).floor().unique_fmpz() or 0)  # the ball is far narrower than 10⁻⁹
            found += [symbol >= sympy.Rational(middle - 1, 10**9), symbol <= sympy.Rational(middle + 2, 10**9)]
        return tuple(found)

    def floats(self, ratio: float, inverse: float) -> dict[Any, float]:
        return {self.inverse: inverse, self.ratio: math.log(ratio) / 2, L: ratio, mu: 1.0, kappa: ratio, **{s: math.log(q) for q, s in self.numbers.items()}}


def falls_below(factor: Any, base: Any, tolerance: Any, steps: Any, prover: Prover, *, strictly: bool = False) -> bool:
    """Whether factor·base^k <= tolerance (or < ) for every k >= steps; factor = a + b·k > 0, 0 <= base <= 1."""
    logs, n = Logarithms(), sympy.Dummy("k_real", nonnegative=True)
    target, bound = logs.replaced(sympy.log(tolerance)), logs.replaced(steps)
    if target is None or bound is None or not factor.is_polynomial(k) or sympy.degree(factor, k) > 1 or (base.has(k) or base.has(eps)):
        return False
    if not prover.holds(sympy.And(sympy.Ge(base, 0, evaluate=False), sympy.Le(base, 1, evaluate=False), evaluate=False)):
        return False
    y = factor.xreplace({kappa: L / mu}).xreplace({k: n})
    given = tuple(g.xreplace({k: n}) for g in prover.given if not g.has(sympy.log, sympy.exp))
    if not Prover(given, prover.solvers, prover.deadline, prover.tell).holds(sympy.Gt(y, 0, evaluate=False), n >= 0):
        return False
    root = sympy.sqrt(L) / sympy.sqrt(mu)
    for slope in dict.fromkeys(tidy(e) for e in (1 - base, 2 * (1 - base) / (1 + base))):
        for guess, power in itertools.product((*([factor] if factor.is_Rational else []), 1, 2, 4, 8, 16, 32, sympy.Rational(1, 2)), (0, 1, 2)):
            number = sympy.sympify(guess)
            c, log_c = number * root**power, logs.number(number) + power * logs.ratio
            left, right = y / c + log_c - 1, slope * n + target
            if not _plausible(left - right, bound, n, logs):
                continue
            goal = (sympy.Lt if strictly else sympy.Le)(left, right, evaluate=False)
            until = min(prover.deadline, time.monotonic() + 6)
            found = prove(goal, (*given, *logs.facts(), sympy.Ge(n, bound, evaluate=False)), (), prover.solvers, until, lambda _: None)
            if found.verdict == "PROVED":
                prover.by |= set(found.by)
                prover.assume(TANGENT)
                return True
            if time.monotonic() > prover.deadline:
                return False
    return False


def _plausible(excess: Any, bound: Any, n: Any, logs: Logarithms) -> bool:
    """Whether floats at a few problems speak for it; only a filter."""
    symbols = sorted((excess.free_symbols | bound.free_symbols) - {n}, key=str)
    known = set(logs.floats(2.0, 1.0))
    if not set(symbols) <= known:
        return True
    try:
        first, over = sympy.lambdify(symbols, bound), sympy.lambdify([*symbols, n], excess)
        for ratio, inverse in SAMPLES:
            at = [logs.floats(ratio, inverse)[s] for s in symbols]
            start = max(0.0, float(first(*at)))
            if any(float(over(*at, start * scale)) > 1e-9 * (1 + start) for scale in (1.0, 2.0, 10.0)):
                return False
    except (ZeroDivisionError, OverflowError, ValueError, TypeError):
        return True
    return True
