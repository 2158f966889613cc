"""A curved interpolation manifold, measured: steps along ab = 1 against the weight decay (theory E2).

The training loss ½(ab − 1)² is zero on the hyperbola ab = 1; weight decay λ pulls along it to the flattest point a = b. Started
at rest on it, gradient descent takes ∝ 1/λ steps and critically damped momentum ∝ 1/√λ, although nothing here is quadratic.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from cdmtheory.inputs import exact_number
from cdmtheory.methods import Method, step

__all__ = ["Exponents", "flat_curvature", "gradient", "imbalance", "measure_exponents", "settled_step"]


def gradient(point: complex, weight_decay: float) -> complex:
    """The gradient of ½(ab − 1)² + (λ/2)(a² + b²) at the point a + ib of the plane, as a complex number again."""
    a, b = point.real, point.imag
    error = a * b - 1
    return complex(error * b + weight_decay * a, error * a + weight_decay * b)


def imbalance(point: complex) -> float:
    """|a² − b²|, how far from the flattest point a = b; under gradient flow it is exactly e^{−2λt} of what it was, for any λ."""
    return abs(point.real**2 - point.imag**2)


def flat_curvature(weight_decay: Any) -> Any:
    """The curvature along the valley at the minimiser a = b = √(1 − λ) (λ < 1): 2λ exactly, not the λ of the local model.

    It is the Hessian's entry (1, −1)·∇²F·(1, −1)/2 = F_aa − F_ab = (b² + λ) − (2ab − 1) with ab = b² = 1 − λ, in the arithmetic given.
    """
    square = 1 - weight_decay
    return (square + weight_decay) - (2 * square - 1)


def settled_step(method: Method, weight_decay: float, *, tolerance: float, start: complex, horizon: int) -> int:
    """The least number of steps from which on the imbalance stays within tolerance × that of the start, seen up to the horizon.

    ``start``: a + i/a, a point of the manifold, where the method is at rest.

    Raises
    ------
    ValueError
        If the horizon comes before the iterates have been within the tolerance for half of it, or the method diverges.
    """
    level, settled = tolerance * imbalance(start), 0
    x_prev = x = start
    try:
        for k, c in enumerate(islice(method, horizon)):
            if not imbalance(x) <= level:
                settled = k + 1
            x, x_prev = step(c, x, x_prev, lambda point: gradient(point, weight_decay)), x
    except OverflowError:
        settled = horizon
    if settled > horizon // 2:
        raise ValueError(f"horizon = {horizon} shows no settling of {method!r} at weight_decay = {weight_decay!r} (last above the tolerance at step "
                         f"{settled - 1}); give more than twice that many steps, or a step size below 2/(a² + b²)")
    return settled


@dataclass(frozen=True)
class Exponents:
    """Settled steps at descending weight decays λ, and the local slopes of ln(steps) against ln(λ) between neighbours."""

    weight_decays: tuple[float, ...]
    steps: tuple[int, ...]

    @property
    def slopes(self) -> tuple[float, ...]:
        """One less than there are weight decays; they tend to −1 for gradient descent and −1/2 for critical damping as λ → 0."""
        pairs = list(zip(self.weight_decays, self.steps, strict=True))
        return tuple(math.log(k2 / k1) / math.log(lam2 / lam1) for (lam1, k1), (lam2, k2) in pairwise(pairs))


def measure_exponents(method: Callable[[float], Method], weight_decays: Sequence[float], horizon: Callable[[float], int], *,
                      tolerance: float = 1e-3, start: float = 2.0) -> Exponents:
    """Simulate ``method(λ)`` for every λ, from rest at (start, 1/start), step by step with :func:`cdmtheory.methods.step`.

    ``weight_decays``: positive and descending; ``horizon``: λ to the steps to simulate, more than twice those it takes
    to settle, for instance ``lambda lam: int(8 / (eta * lam))`` for gradient descent with step size eta.
    A million steps take about two seconds.

    Raises
    ------
    ValueError
        If a weight decay is not in (0, 1) or not below the one before, the tolerance not in (0, 1), the start not > 1, or nothing settles.
    """
    decays = [float(exact_number("weight_decay", lam)) for lam in weight_decays]
    if not all(0 < lam < 1 for lam in decays) or any(not after < before for before, after in pairwise(decays)):
        raise ValueError(f"weight_decays = {weight_decays!r}; allowed are numbers in (0, 1), each below the one before")
    if not 0 < tolerance < 1 or not start > 1:
        raise ValueError(f"tolerance = {tolerance!r}, start = {start!r}; allowed are 0 < tolerance < 1 and start > 1, the flattest point")
    steps = tuple(settled_step(method(lam), lam, tolerance=tolerance, start=complex(start, 1 / start), horizon=horizon(lam)) for lam in decays)
    return Exponents(tuple(decays), steps)
