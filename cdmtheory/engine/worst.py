"""Suprema over [mu, L] and step counts at one problem, where no polynomial of small degree gives them: by theorem, or from nodes."""

from __future__ import annotations

import functools
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from cdmtheory.arithmetic import Arithmetic
from cdmtheory.methods import Method
from cdmtheory.modes import radius_of_balls
from cdmtheory.rates import steps_to
from cdmtheory.recurrence import recurrences, value
from cdmtheory.worst_case import WORST, Open, TooEarly

__all__ = ["from_nodes", "steps_needed", "worst_in_balls"]

LARGEST_DEGREE = 400  # of a residual that is enclosed from its values at nodes
NODES_PER_DEGREE = {192: 12, 384: 64}  # by precision: the enclosure is 0.9 % or 0.03 % wide
MOST_NODES = 10000


def steps_needed(method: Method, mu: fmpq, L: fmpq, tolerance: fmpq) -> int | None:
    """steps_to(method, tolerance) over [mu, L]; None where no theorem or certificate gives it."""
    return _steps_needed(method, _fraction(mu), _fraction(L), _fraction(tolerance))


@functools.lru_cache(maxsize=4096)
def _steps_needed(method: Method, mu: Fraction, L: Fraction, tolerance: Fraction) -> int | None:
    try:
        found = steps_to(_in_fractions(method), mu, L, tolerance).steps
        return _by_enclosures(method, mu, L, tolerance) if found is None else found
    except (ValueError, TypeError, ArithmeticError):
        return None


def _by_enclosures(method: Method, mu: Fraction, L: Fraction, tolerance: Fraction) -> int | None:
    """From a step on, R^j + c·j·R^(j−1) bounds every residual (R the worst rate, c = sup abs(p_1) + R) and falls; before it, enclosures step by step."""
    level = arb(fmpq(tolerance.numerator, tolerance.denominator))
    balls = method.to(Arithmetic.BALL)
    modes = recurrences(balls, [mu, L]).modes
    if balls.schedule.constant is None:
        return None
    rate = functools.reduce(arb.max, (radius_of_balls(m.trace, m.determinant).upper() for m in modes))
    c = functools.reduce(arb.max, (abs(m.start).upper() for m in modes)) + rate
    last = 1
    while not (rate < 1 and rate * c <= (1 - rate) * (rate + c * last) and rate ** (last - 1) * (rate + c * last) <= level):
        last = last + last // 8 + 1
        if last > LARGEST_DEGREE:
            return None
    for j in range(last, -1, -1):
        number = from_nodes(method, fmpq(mu.numerator, mu.denominator), fmpq(L.numerator, L.denominator), j) if j else arb(1)
        if number is None or not (number <= level or number > level):
            return None
        if number > level:
            return j + 1
    return 0


def worst_in_balls(method: Method, mu: fmpq, L: fmpq, steps: int) -> arb | None:
    """An enclosure of the supremum of abs(p_k) over [mu, L]; None where there is none."""
    exact = _in_fractions(method)
    if method.name in WORST:
        try:
            return arb(WORST[method.name](exact, _fraction(mu), _fraction(L)).at(steps))
        except TooEarly as early:  # the value at mu, or a little more
            at_mu, elsewhere = arb(early.worst.at(steps)), arb(early.transient(steps))
            if elsewhere <= at_mu:
                return at_mu
            if steps > LARGEST_DEGREE:
                return at_mu.union(at_mu.max(elsewhere))
        except (Open, ValueError, TypeError, ZeroDivisionError):
            pass
    return from_nodes(method, mu, L, steps) if steps <= LARGEST_DEGREE else None


def from_nodes(method: Method, mu: fmpq, L: fmpq, steps: int) -> arb | None:
    """From the values at the N + 1 extrema of T_N: for a polynomial of degree n < N they are at least cos(πn/2N) of the supremum.

    (Ehlich and Zeller 1964.) Values within [mu, L] bound it from below.
    """
    count = next((n for bits, n in NODES_PER_DEGREE.items() if ctx.prec <= bits), MOST_NODES) * max(steps, 1)
    if count > MOST_NODES:
        return None
    with ctx.workprec(ctx.prec + 8 * steps.bit_length()):
        middle, half = arb(mu + L) / 2, arb(L - mu) / 2
        nodes: list[Any] = [middle + half * arb.cos_pi_fmpq(fmpq(i, count)) for i in range(count + 1)]
        try:
            found = recurrences(method.to(Arithmetic.BALL), nodes)
        except (ValueError, TypeError, ZeroDivisionError):  # a phased method, or parameters without a value
            return None
        largest = functools.reduce(arb.max, (abs(value(r, steps)) for r in found.modes))
        if found.divisor is not None:
            largest /= abs(value(found.divisor, steps))
        return largest.union(largest / arb.cos_pi_fmpq(fmpq(steps, 2 * count))) if largest.is_finite() else None


def _in_fractions(method: Method) -> Method:
    """The method with rational parameters as fractions; roots stay SymPy's."""

    def number(e: Any) -> Any:
        return Fraction(int(e.p), int(e.q)) if getattr(e, "is_Rational", False) else e

    found = method.map(number)
    kinds = {type(v) for v in found.values if not isinstance(v, (Method, int, type(None)))}
    return found if kinds <= {Fraction} else method


def _fraction(q: fmpq) -> Fraction:
    return Fraction(int(q.p), int(q.q))
