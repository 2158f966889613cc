"""Going downhill to a counterexample: floating point suggests where a statement is closest to failing, exact evaluation judges.

Nothing here decides anything. The margin of a comparison is its relative distance from failing; it is made smaller by a simplex
search over the continuous symbols, from many starts, and the points reached are rounded and handed over.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from cdmtheory.engine.approximate import NO_VALUE, margin, near
from cdmtheory.engine.evaluate import complete
from cdmtheory.engine.falsify import satisfies
from cdmtheory.engine.quantities import Point
from cdmtheory.language import L, eps, h, kappa, mu

__all__ = ["closest", "lowest_points"]

EVALUATIONS = 160  # for each free symbol
CLOSEST_OF = 400  # points among which the one closest to failing is named
FAILING = -1e-13  # a relative margin below this is more than rounding


def lowest_points(statement: Any, given: tuple[Any, ...], starts: Iterator[Point], over: Callable[[], bool], seed: int = 0) -> Iterator[Point]:
    """Points within reach of the starts at which a statement seems to fail, simple numbers first; whether it does is for others to say."""
    generator = random.Random(seed)
    while not over():
        ranked: list[tuple[float, int, dict[Any, float]]] = []
        for tried, start in enumerate(starts):
            try:
                at = {s: float(Fraction(int(x.p), int(x.q))) for s, x in start.items()}
            except OverflowError:
                continue
            low = _objective(statement, given, at)
            if low < 2:
                ranked.append((low, tried, at))
            if tried > 120 or over():
                break
        if not ranked:
            return
        ranked.sort()
        chosen = ranked[:4] + generator.sample(ranked, min(3, len(ranked)))
        for _, _, at in chosen:
            if over():
                return
            yield from _downhill(statement, given, at, over)


def closest(statement: Any, given: tuple[Any, ...], starts: Iterator[Point], over: Callable[[], bool]) -> str:
    """In words, where a statement that stays open came closest to failing, by the relative distance of its sides in floating point."""
    best: tuple[float, Point] | None = None
    for tried, start in enumerate(starts):
        if tried > CLOSEST_OF or over():
            break
        if satisfies(given, start) is not True:
            continue
        try:
            low = _objective(statement, given, {s: float(Fraction(int(x.p), int(x.q))) for s, x in start.items()})
        except OverflowError:
            continue
        if math.isfinite(low) and low < 1 and (best is None or low < best[0]):
            best = low, start
    if best is None:
        return ""
    shown = ", ".join(f"{s.name} = {float(Fraction(int(x.p), int(x.q))):.6g}" for s, x in sorted(best[1].items(), key=lambda item: item[0].name))
    return f"; closest to failing, at a relative distance of {max(best[0], 0.0):.2g}, at {shown}"


def _objective(statement: Any, given: tuple[Any, ...], at: dict[Any, float]) -> float:
    """The margin where the hypotheses hold; where they do not, more than any margin, and more the further off."""
    try:
        with np.errstate(all="ignore"):
            off = min((margin(g, at) for g in given if not isinstance(g, sympy.Eq)), default=1.0)
            if mu in at and h in at and not at[mu] <= at[h] <= at[L]:
                off = min(off, -1.0)
            if eps in at and not 0 < at[eps] < 1:
                off = min(off, -1.0)
            return margin(statement, at) if off >= 0 else 2 - off
    except NO_VALUE:
        return 9.0


def _downhill(statement: Any, given: tuple[Any, ...], at: dict[Any, float], over: Callable[[], bool]) -> Iterator[Point]:
    """A simplex search over the continuous symbols (positive ones, and κ − 1, on a logarithmic scale), and the roundings of where it ends."""
    free = [s for s in at if s not in (mu, kappa) and not s.is_integer]

    def point(z: Any) -> dict[Any, float]:
        found = dict(at)
        for s, x in zip(free, z, strict=True):
            if s == L:
                found[L] = at[mu] * (1 + math.exp(min(x, 80.0)))
            else:
                found[s] = math.exp(min(x, 80.0)) if s.is_positive else x
        if kappa in found:
            found[kappa] = found[L] / found[mu]
        return found

    def coordinate(s: Any) -> float:
        if s == L:
            return math.log(max(at[L] / at[mu] - 1, 1e-9))
        return math.log(max(at[s], 1e-300)) if s.is_positive else at[s]

    start = np.array([coordinate(s) for s in free])
    best, low = at, _objective(statement, given, at)
    if free:
        from scipy.optimize import minimize  # here, since most claims need none of it

        def judged(z: Any) -> float:
            if over():
                raise TimeoutError
            return _objective(statement, given, point(z))

        try:
            found = minimize(judged, start, method="Nelder-Mead", options={"maxfev": EVALUATIONS * len(free), "xatol": 1e-10, "fatol": 1e-16,
                                                                           "initial_simplex": _simplex(start)})
        except TimeoutError:
            return
        if found.fun < low:
            best, low = point(found.x), float(found.fun)
    if low < FAILING:
        yield from _roundings(best)


def _simplex(start: Any) -> Any:
    return np.vstack([start, *(start + 0.3 * row for row in np.eye(len(start)))])


def _roundings(at: dict[Any, float]) -> Iterator[Point]:
    for bits in (10, 1000, 10**6, 10**9, 10**15):
        found = {s: near(x, bits) for s, x in at.items() if s not in (kappa, L)}
        if L in at:
            found[L] = near(at[L] / at[mu], bits) * found[mu]
        yield complete(found)
