"""Whether an iterate is within a tolerance, one step at a time, where doubles cannot tell: in balls, then exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.methods import Method
from cdmtheory.recurrence import Weighted, recurrences, squared_norm
from cdmtheory.simulate.two_phases import phases, recurrences_after_the_change
from cdmtheory.ties import is_within_exactly

__all__ = ["Judge", "Undecided"]

_BALL_WORK = 1e6  # modes × steps decided in balls, about a minute


class Undecided(Exception):
    """No method at hand tells whether a step is within the tolerance."""


class Judge:
    """Whether ‖x_k‖ ≤ tolerance·‖x_0‖ at single steps, decided in balls of growing precision, then exactly; counts what it decided."""

    def __init__(self, method: Method, weighted: Weighted, tolerance: Fraction) -> None:
        self.method, self.weighted, self.tolerance = method, weighted, tolerance
        self.log_tolerance = math.log(tolerance.numerator) - math.log(tolerance.denominator)
        self.balls = 0

    @property
    def how(self) -> str:
        """The route in words, and how many steps it took balls to decide."""
        return "closed form, envelope and search" + (f", {self.balls} steps decided in balls" if self.balls else "")

    def __call__(self, k: int) -> bool:
        import flint

        self.balls += 1
        if self.balls * len(self.weighted.eigenvalues) > _BALL_WORK:
            raise Undecided(f"given up after {self.balls} steps that doubles could not decide; a slightly different tolerance may do")
        eigenvalues, squared = self.weighted.exactly()
        limit = self.tolerance**2 * sum(squared)
        start = 64 + 3 * k.bit_length()
        for bits in (start, 2 * start, 4 * start, 16 * start):
            with flint.ctx.workprec(bits):
                weights = [convert(w, Arithmetic.BALL) for w in squared]
                difference = self._squared_norm(eigenvalues, weights, k) - convert(limit, Arithmetic.BALL)
            if difference <= 0:
                return True
            if difference > 0:
                return False
        exactly = is_within_exactly(self.method, eigenvalues, squared, k, limit)
        if exactly is not None:
            return exactly
        raise Undecided(f"at step {k} the norm equals the tolerance to {16 * start} bits, and whether it is within cannot be told; "
                        "a slightly different tolerance will do")

    def _squared_norm(self, eigenvalues: Sequence[float | Fraction], weights: Sequence[Any], k: int) -> Any:
        if self.method.name != "phased":
            return squared_norm(recurrences(self.method, eigenvalues), weights, k)
        first, change, _ = phases(self.method)
        if k <= change:
            return squared_norm(recurrences(first, eigenvalues), weights, k)
        return squared_norm(recurrences_after_the_change(self.method, eigenvalues), weights, k - change)
