"""|p_k(h)| at any step at once, in doubles with a known error, and bounds of it over blocks of steps.

A mode with roots of one modulus r and angle θ is r^k·(cos kθ + g·sin kθ/sin θ); one with real roots z and ρz, |ρ| ≤ 1, is
z^k·(1 + g·S_k), S_k = (1−ρ^k)/(1−ρ), and S_k = k at a double root; g = (p_1 − Re z)/|z|. Which of the two, and log r, θ, g, is settled
in balls of 256 bits, so nothing is lost at κ = 10²⁴. The phase kθ is reduced exactly, as an integer multiple of 2⁻⁶⁴ turns.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cdmtheory.methods import Method
from cdmtheory.recurrence import Recurrence, Recurrences, recurrences, weighted_eigenvalues
from cdmtheory.simulate import damping
from cdmtheory.spectra import Spectrum

__all__ = ["BITS", "ERROR", "Bounds", "Modes", "norms"]

Floats = NDArray[np.float64]
BITS = 256
ERROR = 1e-12  # of a double against the truth, relative to the envelope of its mode; measured below 2e-14, see tests/test_hitting.py
_CLIP = 300.0  # logarithms are clipped here, so that squares of exponentials stay below overflow


@dataclass(frozen=True, eq=False)
class Bounds:
    """Of the norm in units of the tolerance, for blocks of steps: shape (blocks,) each."""

    lower: Floats
    upper: Floats


@dataclass(frozen=True, eq=False)
class Modes:
    """All modes of a method on a spectrum; arrays of shape (m,), first the rotating ones, then those with real roots.

    ``weights``: squared weights with multiplicity, sum 1. ``decay``: −log of the larger root's modulus. ``slope``: g; ``bound``:
    sup over k of |p_k|/r^k, inf at a double root; ``lipschitz``: of p_k/r^k in k. ``divisor``: arcosh of what divides (Chebyshev), or None.
    """

    weights: Floats
    decay: Floats
    slope: Floats
    bound: Floats
    lipschitz: Floats
    angle: Floats  # θ, of the rotating modes only
    turns: NDArray[np.uint64]  # θ/2π in units of 2⁻⁶⁴
    turns_low: Floats  # and the rest of it, in the same units
    log_ratio: Floats  # log|ρ|, of the modes with real roots only; 0 at a double root
    ratio: Floats  # ρ
    gap: Floats  # 1 − ρ
    divisor: float | None

    @classmethod
    def of(cls, found: Recurrences, weights: Floats) -> Modes:
        """The modes of recurrences that were made at a precision of BITS."""
        divisor = None if found.divisor is None else damping.arcosh(found.divisor.start)
        rotating: list[tuple[float, Recurrence]] = []
        real: list[tuple[float, Recurrence]] = []
        for r, w in zip(found.modes, weights.tolist(), strict=True):
            (rotating if damping.is_rotating(r) else real).append((w, r))
        first = np.array([damping.rotating(w, r) for w, r in rotating], dtype=np.object_).reshape(len(rotating), 8)
        second = np.array([damping.real(w, r) for w, r in real], dtype=np.float64).reshape(len(real), 8)
        both = np.vstack([first[:, :5].astype(np.float64), second[:, :5]])
        if divisor is not None:
            both[:, 1] += divisor
        return cls(both[:, 0], both[:, 1], both[:, 2], both[:, 3], both[:, 4],
                   first[:, 5].astype(np.float64), first[:, 6].astype(np.uint64), first[:, 7].astype(np.float64),
                   second[:, 5], second[:, 6], second[:, 7], divisor)

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def monotone(self) -> bool:
        """Whether every mode is a plain power, so that no norm ever rises unless it rises forever."""
        return not self.slope.any() and len(self.angle) == 0 and bool((self.decay >= 0).all())

    def state(self, k: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """(q, e) at steps k ≥ 2, shape (len(k), m) each: ±p_k/r^k = q, and ±p_{k+j}/r^{k+j} = q·C_j + e·S_j for all j ≥ 0.

        C_j = cos jθ, S_j = sin jθ where the mode rotates; C_j = 1, S_j = (1−ρ^j)/(1−ρ) where its roots are real.
        """
        q, e = np.empty((len(k), len(self))), np.empty((len(k), len(self)))
        n = len(self.angle)
        steps = k[:, None]
        if n:
            small = steps * self.angle
            whole = k.astype(np.uint64)[:, None] * self.turns  # wraps around: whole turns drop out
            whole += (steps * self.turns_low).astype(np.uint64)
            phase = np.where(small < 0.5, small, whole.view(np.int64) * (2 * np.pi / 2**64))
            cosine, sine, ratio = np.cos(phase), np.sin(phase), self.slope[:n] / np.sin(self.angle)
            q[:, :n] = cosine + ratio * sine
            e[:, :n] = ratio * cosine - sine
        if n < len(self):
            sums, powers = self._geometric(steps)
            q[:, n:] = 1 + self.slope[n:] * sums
            e[:, n:] = self.slope[n:] * powers
        return q, e

    def _geometric(self, steps: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """S_j = (1−ρ^j)/(1−ρ) and ρ^j of the modes with real roots, shape (len(steps), m − rotating)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            less = np.where(steps == 0, 0.0, np.expm1(steps * self.log_ratio))
            odd = (self.ratio < 0) & (steps % 2 == 1)
            return np.where(self.gap == 0, steps, np.where(odd, 2 + less, -less) / self.gap), np.where(odd, -1 - less, 1 + less)

    def block_bounds(self, first: NDArray[np.int64], last: NDArray[np.int64], log_tolerance: float) -> Bounds:
        """Lower and upper bounds of ‖x_k‖/(‖x_0‖·tolerance) over first ≤ k ≤ last, 2 ≤ first; shape (blocks,) each.

        In the middle of a block p_k/r^k is evaluated; from there it moves by at most ``lipschitz`` per step.
        """
        middle = (first + last) // 2
        reach = (last - middle).astype(np.float64)[:, None]
        q = np.abs(self.state(middle)[0])
        ceiling = self._ceiling(last[:, None])
        blur = self.lipschitz * reach + ERROR * ceiling
        high = np.minimum(ceiling, q + blur) * self._powers(first[:, None], log_tolerance)
        low = np.maximum(0, q - blur) * self._powers(last[:, None], log_tolerance)
        upper, lower = np.sqrt((high * high) @ self.weights), np.sqrt((low * low) @ self.weights)
        return Bounds(lower * self._divided(first) * (1 - 10 * ERROR), upper * self._divided(last) * (1 + 10 * ERROR))

    def tables(self) -> Floats:
        """r^{2j}·(C_j², 2·C_j·S_j, S_j², 1) for 0 ≤ j < window, shape (window, 4m): what :meth:`window_bounds` multiplies with."""
        n, j = len(self.angle), np.arange(max(1, min(64, 2**22 // len(self))))[:, None]
        c, s = np.ones((len(j), len(self))), np.empty((len(j), len(self)))
        c[:, :n], s[:, :n] = np.cos(j * self.angle), np.sin(j * self.angle)
        s[:, n:] = self._geometric(j)[0]
        with np.errstate(invalid="ignore"):
            powers = np.where(j == 0, 1.0, np.exp(np.minimum(-2 * j * self.decay, _CLIP)))
        return np.hstack([powers * c * c, 2 * powers * c * s, powers * s * s, powers])

    def window_bounds(self, starts: NDArray[np.int64], tables: Floats, log_tolerance: float) -> Bounds:
        """Bounds of ‖x_k‖/(‖x_0‖·tolerance) at every step of the windows that begin at ``starts``, shape (len(starts), window) each.

        One matrix product: a squared norm is linear in (q², q·e, e²) at the start of its window.
        """
        q, e = self.state(starts)
        window, squares = len(tables), 3 * len(self)
        scale = self.weights * self._powers(starts[:, None], log_tolerance) ** 2
        total = np.hstack([scale * q * q, scale * q * e, scale * e * e]) @ tables[:, :squares].T
        error = 10 * ERROR * ((scale * self._ceiling(starts[:, None] + window) ** 2) @ tables[:, squares:].T)
        common = self._divided(starts[:, None] + np.arange(window))
        return Bounds(np.sqrt(np.maximum(0, total - error)) * common * (1 - ERROR), np.sqrt(total.clip(min=0) + error) * common * (1 + ERROR))

    def _ceiling(self, k: Any) -> Floats:
        """An upper bound of |p_j|/r^j for all j ≤ k."""
        smaller: Floats = np.minimum(self.bound, 1 + np.abs(self.slope) * k)
        return smaller

    def _powers(self, k: Any, log_tolerance: float) -> Floats:
        """r^k/tolerance, kept away from overflow; what underflows is rounded up to e^{−300}."""
        powers: Floats = np.exp(np.clip(-k * self.decay - log_tolerance, -_CLIP, _CLIP))
        return powers

    def _divided(self, k: Any) -> Any:
        """1/cosh(kψ) = e^{−kψ}·2/(1 + e^{−2kψ}) for Chebyshev's divisor, without the first factor, which is in the decay; otherwise 1."""
        return 1.0 if self.divisor is None else 2 / (1 + np.exp(-2 * k * self.divisor))

    def envelope(self, k: int, log_tolerance: float) -> float:
        """An upper bound of ‖x_j‖/(‖x_0‖·tolerance) for all j ≥ k that never rises with k.

        Per mode r^k·min(bound, 1 + k|g|), where the second factor is taken at its peak −1/log r − 1/|g| as long as k is before it.
        """
        slope = np.abs(self.slope)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            peak = np.where(slope > 0, 1 / self.decay - 1 / slope, 0.0)
            at = np.where(self.decay > 0, np.maximum(k, peak), np.inf)
            linear = np.where(self.decay > 0, -at * self.decay + np.log1p(slope * at), np.inf)
            constant = np.where(self.decay >= 0, -k * self.decay + np.log(self.bound), np.inf)
        logs = np.minimum(linear, constant) - log_tolerance + (math.log(2) if self.divisor is not None else 0.0)
        total = math.sqrt(float(np.exp(np.clip(2 * logs, -2 * _CLIP, 2 * _CLIP)) @ self.weights))
        return total * (1 + 10 * ERROR)


def norms(method: Method, spectrum: Spectrum, k: ArrayLike, *, squared: Sequence[Any] | None = None) -> Floats:
    """‖x_k‖/‖x_0‖ at any steps at once; ``k``: whole numbers ≥ 0, shape (n,). Error below 1e-11 of the envelope; ``squared`` as in ``hit``."""
    import flint

    steps = np.asarray(k)
    if steps.ndim != 1 or steps.dtype.kind not in "iu" or (steps < 0).any():
        raise ValueError(f"k = {k!r}; allowed is an array of whole numbers >= 0 with one axis")
    h, weights = weighted_eigenvalues(spectrum, squared)
    shares = np.array([float(w / sum(weights)) for w in weights])
    with flint.ctx.workprec(BITS):
        found = recurrences(method, h)
        modes = Modes.of(found, shares)
        first = math.sqrt(shares @ np.square([float(p) for p in found.first_residuals()]))
    at = steps.astype(np.int64)
    batch = max(1, 2**19 // len(modes))
    parts = [modes.block_bounds(part, part, 0.0) for part in (np.maximum(2, at[i:i + batch]) for i in range(0, len(at), batch))]
    return np.where(at == 0, 1.0, np.where(at == 1, first, np.concatenate([(part.lower + part.upper) / 2 for part in parts])))
