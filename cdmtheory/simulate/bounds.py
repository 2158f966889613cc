"""Norms over many consecutive steps, and bounds of them over blocks of steps: what a search for a step rests on.

A squared norm is Σ w·p_k², and p_k² = r^{2k}·(A + Re c·e^{2ikθ}): where all r are the same, that is a Fourier transform in k. Elsewhere, and
near double roots, where A and c cancel, p_{k+j} = r^j·(q·C_j + e·S_j) makes a window of steps one matrix product.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cdmtheory.simulate.kernel import CLIP, Modes
from cdmtheory.simulate.nonuniform import consecutive_sums

__all__ = ["ERROR", "FOURIER", "Bounds", "Squares", "block_bounds", "chunks", "envelope", "is_fast", "squared_norms"]

Floats = NDArray[np.float64]
ERROR = 1e-12  # of a double against the truth, relative to the envelope of its mode; measured below 2e-14, see tests/test_closed_form.py
_NEGLIGIBLE = 1e-30  # of a squared norm: a million modes like that are below its error
FOURIER = 64  # modes, from which on a transform is quicker than matrix products
_CANCELS = 16  # p_k/r^k may be the difference of numbers so much larger, squares 256 times
_WINDOW = 512
_AT_ONCE = 2**21


@dataclass(frozen=True, eq=False)
class Bounds:
    """Of the norm in units of the tolerance, for blocks of steps: shape (blocks,) each."""

    lower: Floats
    upper: Floats


def _ceiling(modes: Modes, k: Any) -> Floats:
    """An upper bound of |p_j|/r^j for all j ≤ k."""
    smaller: Floats = np.minimum(modes.bound, 1 + np.abs(modes.slope) * k)
    return smaller


def block_bounds(modes: Modes, first: NDArray[np.int64], last: NDArray[np.int64], log_tolerance: float) -> Bounds:
    """Lower and upper bounds of ‖x_k‖/(‖x_0‖·tolerance) over first ≤ k ≤ last, 2 ≤ first; shape (blocks,) each.

    In the middle of a block p_k/r^k is evaluated; from there it moves by at most ``lipschitz`` per step. Where that is everything, it is not evaluated.
    """
    middle = (first + last) // 2
    reach = (last - middle).astype(np.float64)[:, None]
    ceiling = _ceiling(modes, last[:, None])
    seen = np.flatnonzero(modes.lipschitz * reach.min() < 1)
    high, low = ceiling.copy(), np.zeros_like(ceiling)
    if len(seen):
        near = modes if len(seen) == len(modes) else modes.take(seen)
        q = np.abs(near.state(middle)[0])
        blur = near.lipschitz * reach + ERROR * ceiling[:, seen]
        high[:, seen], low[:, seen] = np.minimum(ceiling[:, seen], q + blur), np.maximum(0, q - blur)
    high *= modes.powers(first, log_tolerance)
    low *= modes.powers(last, log_tolerance)
    upper, lower = np.sqrt((high * high) @ modes.weights), np.sqrt((low * low) @ modes.weights)
    return Bounds(lower * modes.divided(first) * (1 - 10 * ERROR), upper * modes.divided(last) * (1 + 10 * ERROR))


def envelope(modes: Modes, k: int, log_tolerance: float) -> float:
    """An upper bound of ‖x_j‖/(‖x_0‖·tolerance) for all j ≥ k that never rises with k.

    Per mode r^k·min(bound, 1 + k|g|), where the second factor is taken at its peak −1/log r − 1/|g| as long as k is before it.
    """
    slope = np.abs(modes.slope)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        peak = np.where(slope > 0, 1 / modes.decay - 1 / slope, 0.0)
        at = np.where(modes.decay > 0, np.maximum(k, peak), np.inf)
        linear = np.where(modes.decay > 0, -at * modes.decay + np.log1p(slope * at), np.inf)
        constant = np.where(modes.decay >= 0, -k * modes.decay + np.log(modes.bound), np.inf)
    logs = np.minimum(linear, constant) - log_tolerance + (math.log(2) if modes.divisor is not None else 0.0)
    return math.sqrt(float(np.exp(np.clip(2 * logs, -2 * CLIP, 2 * CLIP)) @ modes.weights)) * (1 + 10 * ERROR)


def is_fast(modes: Modes) -> bool:
    """Whether consecutive norms are a Fourier transform: all modes rotate and decay alike."""
    return len(modes.decay) == 1 and len(modes.angle) >= FOURIER


def chunks(start: int, stop: int) -> Iterator[tuple[int, int]]:
    """(start, count) of what is evaluated at once."""
    while start < stop:
        count = min(2**17, stop - start)
        yield start, count
        start += count


@dataclass(frozen=True, eq=False)
class Squares:
    """‖x_k‖² = ``values``·e^{2·``log_scale``}, and the error of ``values``; shape (count,) each."""

    values: Floats
    error: Floats
    log_scale: Floats


def squared_norms(modes: Modes, start: int, count: int) -> Squares:
    """‖x_k‖² at ``count`` consecutive steps from ``start`` ≥ 2 on."""
    modes = _without_negligible(modes, start)
    k = np.arange(start, start + count)
    slowest = int(np.argmin(modes.decay))
    alike = len(modes.decay) == 1
    total, rest = (modes if alike else modes.take(np.array([slowest]))).log_modulus(k)
    log_scale = (total + rest)[:, 0] + np.log(modes.divided(k))
    steady = (np.arange(len(modes)) < len(modes.angle)) & (modes.bound <= _CANCELS * (1 + np.abs(modes.slope) * start))
    values, error = np.zeros(count), np.zeros(count)
    if alike and np.count_nonzero(steady) >= FOURIER:
        values, error = _transformed(modes if steady.all() else modes.take(np.flatnonzero(steady)), start, count)
        modes = modes.take(np.flatnonzero(~steady))
    if len(modes):
        delta = np.zeros(1) if alike else np.minimum(modes.decay, 1e250) - modes.decay[int(np.argmin(modes.decay))]
        more, more_error = _windows(modes, delta, start, count)
        values, error = values + more, error + more_error
    return Squares(values, error, log_scale)


def _without_negligible(modes: Modes, start: int) -> Modes:
    """Without the modes that are nothing beside a slower one, from ``start`` on."""
    if len(modes.decay) == 1:
        return modes
    decay = np.minimum(modes.decay, 1e250)
    size = np.log(modes.weights) + 2 * (np.log(_ceiling(modes, start)) - start * decay)
    largest = int(np.argmax(size))
    with np.errstate(divide="ignore"):
        kept = (size + 2 * np.log(modes.bound) > size[largest] + math.log(_NEGLIGIBLE)) | (decay < decay[largest])
    return modes if kept.all() else modes.take(np.flatnonzero(kept))


def _transformed(modes: Modes, start: int, count: int) -> tuple[Floats, Floats]:
    """Of modes that have left their double root, by a Fourier transform around the middle of the range."""
    even = count + count % 2
    phase = modes.phase(np.array([start + even // 2]))[0]
    ratio, w = modes.ratio_of_sine, modes.weights
    cosine, sine = np.cos(2 * phase), np.sin(2 * phase)
    c = w * ((1 - ratio * ratio) / 2 - 1j * ratio) * (cosine + 1j * sine)
    sums = consecutive_sums(c, 2 * modes.turns, 2 * modes.turns_low, even)[:count]
    size = float(w @ (1 + ratio * ratio)) / 2
    return size + sums, np.full(count, 10 * ERROR * size)


def _windows(modes: Modes, delta: Floats, start: int, count: int) -> tuple[Floats, Floats]:
    """A matrix product: windows × modes times modes × steps of a window; ``delta``: the decay beyond that of the slowest, (m,) or (1,)."""
    window = 2 ** int(np.clip(np.log2(count) / 2, 3, math.log2(_WINDOW)))
    while window > 8 and window * len(modes) > _AT_ONCE:
        window //= 2
    j, n = np.arange(window), len(modes.angle)
    c, s = np.ones((window, len(modes))), np.empty((window, len(modes)))
    phase = modes.phase(j)
    c[:, :n], s[:, :n] = np.cos(phase), np.sin(phase)
    s[:, n:] = modes.geometric(j)[0]
    fall = np.exp(np.maximum(-2 * j[:, None] * delta, -CLIP))  # a number too small to matter, but not so small that arithmetic gets slow
    plain = n == 0 and not modes.slope.any()
    table = fall * c * c if plain else np.hstack([fall * c * c, 2 * fall * c * s, fall * s * s])
    starts = np.arange(start, start + count, window)
    values, error = np.empty((len(starts), window)), np.empty((len(starts), 1))
    batch = max(1, _AT_ONCE // len(modes))
    for i in range(0, len(starts), batch):
        at = starts[i:i + batch]
        scale = modes.weights * np.exp(np.maximum(-2 * at[:, None] * delta, -CLIP))
        q, e = modes.state(at)
        values[i:i + batch] = (scale * q * q if plain else np.hstack([scale * q * q, scale * q * e, scale * e * e])) @ table.T
        error[i:i + batch, 0] = 10 * ERROR * np.sum(scale * _ceiling(modes, at[:, None] + window) ** 2, axis=1)
    return values.ravel()[:count], np.broadcast_to(error, values.shape).ravel()[:count]
