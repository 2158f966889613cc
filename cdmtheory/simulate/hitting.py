"""When the iterates come within a tolerance, and from when on they stay there: exact integers, without stepping.

A monotone envelope gives a step from which on the norm stays below; before it, blocks of steps are bounded from both sides
and split until the last step above the tolerance, or the first one within, is found. Where doubles with their known error
cannot tell, balls decide; where balls cannot, exact arithmetic; where nothing can, the answer is None with the reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cdmtheory.inputs import exact_number
from cdmtheory.methods import Method
from cdmtheory.recurrence import NoRecurrence, weighted_eigenvalues
from cdmtheory.simulate.bounds import ERROR, Squares, block_bounds, envelope, is_fast, squared_norms
from cdmtheory.simulate.judge import Judge, Undecided
from cdmtheory.simulate.kernel import Modes
from cdmtheory.simulate.two_phases import modes_after_the_change, phases
from cdmtheory.spectra import Spectrum

__all__ = ["Hit", "hit"]

_FARTHEST = 2**62  # no step beyond it is looked at
_DIVERGING_SEARCH = 100_000  # how far the first step within the tolerance is looked for when the norm grows in the end
_BATCH = 2**19  # modes × blocks at once, a few arrays of this length fit the cache
_WORK = 8e8  # modes × blocks altogether, about a minute
_SPLIT = 16
_LEAF = 4e7  # modes × steps that are evaluated rather than split
_FEW = 1024  # steps that a scan begins with


@dataclass(frozen=True)
class Hit:
    """``first``: least k with ‖x_k‖ ≤ tolerance·‖x_0‖; ``settled``: least k from which on this holds. None has its ``reason``; ``how`` names the route."""

    first: int | None
    settled: int | None
    reason: str | None
    how: str


def hit(method: Method, spectrum: Spectrum, tolerance: Any, *, squared: Sequence[Any] | None = None) -> Hit:
    """First and settled step of a method on a spectrum, started at rest.

    ``squared``: the squared initial weight of each distinct eigenvalue, multiplicity included, numbers ≥ 0, shape (m,);
    default the multiplicities. ‖x_k‖² = Σ squared·p_k(h)².

    Raises
    ------
    ValueError
        If the tolerance is not a number > 0, or the squared weights do not fit or are all zero.
    """
    level = exact_number("tolerance", tolerance)
    if level <= 0:
        raise ValueError(f"tolerance = {tolerance!r}; allowed is a number > 0, usually below 1, such as 1e-6")
    judge = Judge(method, weighted_eigenvalues(spectrum, squared), level)
    try:
        return (_of_two_phases if method.name == "phased" else _of_one)(judge)
    except NoRecurrence as error:
        return Hit(None, None, str(error), "none")


def _of_one(judge: Judge) -> Hit:
    weighted = judge.weighted
    found = _Question(Modes.of(judge.method, weighted.eigenvalues, weighted.shares, weighted.exact), judge.log_tolerance, judge).answer()
    return replace(found, how=judge.how)


def _of_two_phases(judge: Judge) -> Hit:
    """Up to the change, and from there on."""
    first, change, _ = phases(judge.method)
    modes, log_size = modes_after_the_change(judge.method, judge.weighted, judge.log_tolerance)
    later = Hit(0, 0, None, "") if modes is None else _Question(modes, judge.log_tolerance - log_size, lambda j: judge(change + j)).answer()
    try:
        weighted = judge.weighted
        before = _Question(Modes.of(first, weighted.eigenvalues, weighted.shares, weighted.exact), judge.log_tolerance, judge)
        found = before.edge(change, within=True)
        settled = None if later.settled is None else change + later.settled
        if later.settled == 0:
            last_above = before.edge(change, within=False)
            settled = 0 if last_above is None else last_above + 1
    except Undecided as undecided:
        return Hit(None, None, str(undecided), judge.how)
    if found is None and later.first is not None:
        found = change + later.first
    return Hit(found, settled, later.reason, judge.how)


class _Question:
    """Modes with squared weights, and a tolerance; counts what it took to answer. ``within``: what decides where doubles cannot."""

    def __init__(self, modes: Modes, log_tolerance: float, within: Callable[[int], bool]) -> None:
        self.modes, self.log_tolerance, self.within = modes, log_tolerance, within
        self.first_norm = math.sqrt(self.modes.weights @ np.square(self.modes.first))
        self.fast = is_fast(self.modes)
        self.leaf = 2**18 if self.fast else int(np.clip(_LEAF / len(self.modes), 4096, 2**17))
        self.whole: Squares | None = None  # all norms from step 2 on, where that is one evaluation
        self.work = 0.0

    def answer(self) -> Hit:
        first = settled = None
        reason = None
        try:
            plain = self.modes.monotone and bool((self.modes.decay > 0).all())
            end = _FARTHEST if plain else self._end()
            if end is None:
                slowest = float(np.min(self.modes.decay))
                reason = (f"never settles: a mode grows by a factor {math.exp(min(-slowest, 700.0)):.6g} per step" if slowest < 0 else
                          "does not settle: a mode does not decay, as far as twice the precision of doubles can tell" if slowest == 0 else
                          f"does not settle within 2^62 steps (decay {slowest:.3g} per step)")
                first = self.edge(_DIVERGING_SEARCH, within=True)
                if first is None:
                    reason += f"; not within the tolerance in the first {_DIVERGING_SEARCH} steps either"
            elif plain:
                first = settled = self._bisection(end)
                if settled is None:
                    reason = f"does not settle within 2^62 steps (decay {float(np.min(self.modes.decay)):.3g} per step)"
            else:
                if 2 < end <= self.leaf:
                    self.whole = self._squares(2, end - 1)
                last_above = self.edge(end, within=False)
                settled = 0 if last_above is None else last_above + 1
                first = self.edge(settled + 1, within=True)
        except Undecided as undecided:
            reason = str(undecided)
        return Hit(first, settled, reason, "")

    def _end(self) -> int | None:
        """A step from which on the envelope is within the tolerance, a percent beyond the first such step at most."""
        slowest = float(np.min(self.modes.decay))
        low, high = 1, 2 if slowest <= 0 else int(min(max(2.0, -self.log_tolerance / slowest), _FARTHEST))
        while self._open(high):
            low, high = high, 2 * high
            if high > _FARTHEST:
                return None
        while low == 1 and high > 2 and not self._open(high // 2):
            high //= 2
        low = max(low, high // 2)
        while high - low > max(1, high // 128):
            middle = (low + high) // 2
            if self._open(middle):
                low = middle
            else:
                high = middle
        return high

    def _open(self, k: int) -> bool:
        """Whether the envelope still is above the tolerance."""
        return envelope(self.modes, k, self.log_tolerance) > 1

    def _estimate(self) -> int:
        """Where the norm of plain powers meets the tolerance: Newton's method on its logarithm, which is convex."""
        decay, logs = np.minimum(self.modes.decay, 1e250), np.log(self.modes.weights)
        slowest = int(np.argmin(decay)) if len(decay) > 1 else 0
        k = max(0.0, (float(np.max(logs[slowest])) / 2 - self.log_tolerance) / float(decay[slowest]))
        for _ in range(60):
            exponents = logs - 2 * k * decay
            largest = float(exponents.max())
            terms = np.exp(exponents - largest)
            total = float(terms.sum())
            step = ((largest + math.log(total)) / 2 - self.log_tolerance) * total / float((decay * terms).sum())
            k += step
            if step < 0.25:
                break
        return min(max(0, round(k)), _FARTHEST)

    def _bisection(self, end: int) -> int | None:
        """The first step within the tolerance where the norm never rises, None if it is beyond ``end``: around an estimate."""
        near, width = self._estimate(), 1
        low, high = near - 1, near
        while not self._single(high):
            if high >= end:
                return None
            low, high, width = high, min(end, high + width), 2 * width
        while low >= 0 and self._single(low):
            low, high, width = max(-1, low - width), low, 2 * width
        while high - low > 1:
            middle = (low + high) // 2
            if self._single(middle):
                high = middle
            else:
                low = middle
        return high

    def _single(self, k: int) -> bool:
        """Whether one step is within the tolerance, in doubles if they can tell."""
        if k < 2:
            return self._early(k)
        bounds = block_bounds(self.modes, np.array([k]), np.array([k]), self.log_tolerance)
        return bool(bounds.upper[0] <= 1) if bounds.upper[0] <= 1 or bounds.lower[0] > 1 else self.within(k)

    def edge(self, stop: int, *, within: bool) -> int | None:
        """The first step before ``stop`` within the tolerance, or else the last one there that is not."""
        early = range(min(2, stop)) if within else range(min(2, stop) - 1, -1, -1)  # the closed forms hold from k = 2 on
        found = next((k for k in early if self._early(k) == within), None) if within else None
        if found is None and stop > 2:
            found = self._search(2, stop, max(1, -(-stop // 64)), within=within)
        return found if found is not None or within else next((k for k in early if self._early(k) == within), None)

    def _early(self, k: int) -> bool:
        """Whether step 0 or 1 is within the tolerance."""
        norm = 1.0 if k == 0 else self.first_norm
        level = math.exp(min(self.log_tolerance, 700.0))
        return norm < level if abs(norm - level) > 1e-9 * max(norm, level) else self.within(k)

    def _search(self, start: int, stop: int, width: int, *, within: bool) -> int | None:
        """Blocks of ``width`` steps in order (backwards, if the last step above is asked for), split where the bounds leave it open."""
        if stop - start <= self.leaf:
            return self._scan(start, stop, within=within)
        for chosen in self._batches(range(start, stop, width), within):
            last = np.minimum(chosen + width, stop) - 1
            bounds = block_bounds(self.modes, chosen, last, self.log_tolerance)
            all_within, all_above = bounds.upper <= 1, bounds.lower > 1
            for i in np.flatnonzero(~all_above if within else ~all_within).tolist():
                a, b = int(chosen[i]), int(last[i])
                if all_within[i] or all_above[i]:
                    return a if within else b
                found = self._search(a, b + 1, max(1, -(-(b + 1 - a) // _SPLIT)), within=within)
                if found is not None:
                    return found
        return None

    def _scan(self, start: int, stop: int, *, within: bool) -> int | None:
        """The same, where every step is evaluated: a few first, because the answer may be among them."""
        count = max(_FEW, 2 * len(self.modes)) if self.fast else _FEW
        while start < stop:
            count = min(count, stop - start)
            left = start if within else stop - count
            squares = self._squares(left, count)
            limit = np.exp(np.clip(2 * (self.log_tolerance - squares.log_scale), -700, 700))
            error = squares.error + ERROR * limit
            inside, outside = squares.values + error <= limit, squares.values - error > limit
            candidates = np.flatnonzero(~outside if within else ~inside)
            for offset in (candidates if within else candidates[::-1]).tolist():
                if (inside if within else outside)[offset] or self._single(left + offset) == within:
                    return left + int(offset)
            start, stop = (start + count, stop) if within else (start, stop - count)
            count = min(8 * count, self.leaf)
        return None

    def _squares(self, start: int, count: int) -> Squares:
        if self.whole is not None:
            part = slice(start - 2, start - 2 + count)
            return Squares(self.whole.values[part], self.whole.error[part], self.whole.log_scale[part])
        self._spend(count * 4 + 16 * len(self.modes) if self.fast else count * len(self.modes) / 16 + len(self.modes))
        return squared_norms(self.modes, start, count)

    def _spend(self, evaluations: float) -> None:
        self.work += evaluations
        if self.work > _WORK:
            raise Undecided(f"the search was given up after {_WORK:.0e} evaluations of a mode; a larger tolerance or fewer distinct eigenvalues need less")

    def _batches(self, lefts: range, within: bool) -> Iterator[NDArray[np.int64]]:
        """The left ends in order or backwards, as many at once as fit the cache, a few first because the answer may be among them."""
        size, begin = 4, 0
        while begin < len(lefts):
            size = max(1, min(2 * size, _BATCH // len(self.modes)))
            part = lefts[begin:begin + size] if within else lefts[::-1][begin:begin + size]
            self._spend(len(part) * len(self.modes))
            yield np.array(part, dtype=np.int64)
            begin += size
