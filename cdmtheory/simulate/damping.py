"""How each mode moves, from its recurrence in balls: rotating or with real roots, and the doubles that describe it."""

from __future__ import annotations

import math
from typing import Any, cast

from cdmtheory.recurrence import Recurrence

__all__ = ["arcosh", "is_rotating", "real", "rotating"]

_TINY = 2.0**-150  # a relative gap between two roots below this cannot be seen before step 10²⁰: they count as one


def arcosh(c: Any) -> float:
    return float((c + (c * c - 1).sqrt()).log())


def _decay(root: Any) -> float:
    """−log|root|, exactly zero where it is too small to be seen."""
    decay = -float(abs(root).log())
    return decay if abs(decay) > _TINY else 0.0


def _gap(r: Recurrence) -> Any:
    """(T/2)² − D, exactly zero where it is too small to be seen."""
    t = (r.trace / 2).mid()
    square = t * t - r.determinant.mid()
    scale = max(abs(float(t)) ** 2, abs(float(r.determinant)))
    return square if abs(float(square)) > _TINY * scale and abs(float(square)) > _TINY**2 else 0 * square


def is_rotating(r: Recurrence) -> bool:
    return bool(_gap(r) < 0)


def rotating(weight: float, r: Recurrence) -> tuple[Any, ...]:
    """Weight, decay, g, bound, lipschitz, θ, θ in units of 2⁻⁶⁴ turns and the rest; mirrored to θ ≤ π/2, which |p_k| does not see."""
    import flint

    t, gap = (r.trace / 2).mid(), -_gap(r)
    modulus = (t * t + gap).sqrt()
    mirror = -1 if t < 0 else 1
    sine, cosine = gap.sqrt() / modulus, abs(t) / modulus
    theta = flint.arb.atan2(sine, cosine)
    slope = mirror * r.start.mid() / modulus - cosine
    fixed = int(cast("Any", (theta / (2 * flint.arb.pi()) * flint.arb(2) ** 128).mid().floor().unique_fmpz()))
    ratio = float(slope / sine)
    angle = float(theta)
    return (weight, _decay(modulus), float(slope), math.hypot(1, ratio), angle * (1 + abs(ratio)), angle, fixed >> 64, (fixed & (2**64 - 1)) / 2.0**64)


def real(weight: float, r: Recurrence) -> tuple[float, ...]:
    """Weight, decay, g, bound, lipschitz, log|ρ|, ρ, 1−ρ. A mode that is over after one step decays infinitely fast."""
    t, gap = (r.trace / 2).mid(), _gap(r)
    if abs(float(t)) < _TINY and float(gap) == 0:
        return weight, math.inf, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0
    root = gap.sqrt()
    larger = t - root if t < 0 else t + root
    smaller = r.determinant.mid() / larger
    slope = float((r.start.mid() - larger) / larger)
    if abs(slope) < _TINY:
        slope = 0.0
    ratio = float(smaller / larger)
    separation = float(abs(2 * root / larger))
    if abs(ratio) < _TINY:
        ratio, log_ratio = 0.0, -math.inf
    else:
        log_ratio = float(abs(smaller / larger).log()) if separation else 0.0
    bound = 1 + (abs(slope) / separation if ratio > 0 and separation else abs(slope)) if slope == 0 or separation else math.inf
    return weight, _decay(larger), slope, bound, abs(slope), log_ratio, ratio, separation

