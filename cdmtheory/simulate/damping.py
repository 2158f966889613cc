"""How every mode moves, rotating or with real roots, and the numbers that say so, from the trace and the determinant of a step.

What is small is computed as a product of differences to its zeros, which are found in balls: the gap to critical damping (T/2)² − D, a
quadratic in h, and what is missing of a root from 1. So nothing is lost at a double root or at κ = 10²⁴.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.recurrence import Affine, Forms
from cdmtheory.simulate.twofold import Twofold, angle, log1p

__all__ = ["BITS", "Real", "Rotating", "arcosh", "motion"]

Floats = NDArray[np.float64]
BITS = 256
_NOISE = 2.0**-200  # relative: what balls of 256 bits leave of a zero
_UNSEEN = 2.0**-95  # what twice the precision leaves of a zero


@dataclass(frozen=True, eq=False)
class Rotating:
    """Complex roots r·e^{±iθ}; arrays of shape (n,). p_k = (±r)^k·(cos kθ + ratio·sin kθ), θ ≤ π/2, the sign in ``mirrored``."""

    places: NDArray[np.intp]  # in the eigenvalues given
    decay: Twofold  # −log r
    turns: Twofold  # θ/2π
    ratio: Floats
    slope: Floats  # ratio·sin θ
    mirrored: NDArray[np.bool_]
    first: Floats  # p_1


@dataclass(frozen=True, eq=False)
class Real:
    """Real roots z and ρz, |ρ| ≤ 1; arrays of shape (n,). p_k = z^k·(1 + slope·(1−ρ^k)/(1−ρ)), and k for the quotient at ρ = 1."""

    places: NDArray[np.intp]
    decay: Twofold  # −log|z|, inf at z = 0
    slope: Floats
    ratio: Floats  # ρ
    log_ratio: Floats  # log|ρ|
    gap: Floats  # 1 − ρ
    mirrored: NDArray[np.bool_]  # z < 0
    first: Floats


def arcosh(c: Any) -> Any:
    """The inverse hyperbolic cosine of a ball above 1."""
    return (c + (c * c - 1).sqrt()).log()


class _Points:
    """Eigenvalues, scaled to at most 1, and the exact values of those that are no doubles."""

    def __init__(self, h: Floats, exact: Mapping[int, Any]) -> None:
        self.h, self.exact = h, exact

    def minus(self, zero: Any) -> Twofold:
        """h − zero to twice the precision; ``zero``: a ball."""
        difference = Twofold.of_ball(-zero) + self.h
        for i, ball in self.exact.items():
            at = Twofold.of_ball(ball - zero)
            difference.high[i], difference.low[i] = at.high, at.low
        return difference

    def at(self, places: NDArray[np.intp]) -> _Points:
        found = {i: np.flatnonzero(places == i) for i in self.exact}
        return _Points(self.h[places], {int(where[0]): self.exact[i] for i, where in found.items() if len(where)})

    def along(self, constant: Any, slope: Any) -> Twofold:
        """constant + slope·h, as slope·(h − zero); of shape (1,) where it does not depend on h."""
        if abs(float(slope)) <= _NOISE * max(1.0, abs(float(constant))):
            value = Twofold.of_ball(constant)
            return Twofold(np.array([value.high]), np.array([value.low]))
        return self.minus((-constant / slope).mid()) * Twofold.of_ball(slope)


def motion(found: Forms, eigenvalues: Floats, exact: Mapping[int, Fraction]) -> tuple[Rotating, Real]:
    """The modes of a method, made in balls of BITS bits; ``eigenvalues``: shape (m,); ``exact``: those of them, by place, that are no doubles."""
    exponent = math.frexp(float(np.max(eigenvalues)))[1]
    scale = convert(Fraction(2) ** exponent, Arithmetic.BALL)
    points = _Points(np.ldexp(eigenvalues, -exponent), {i: convert(h, Arithmetic.BALL) / scale for i, h in exact.items() if Fraction(float(h)) != h})
    trace, determinant, start = (Affine(f.constant.mid(), (f.slope * scale).mid()) for f in (found.trace, found.determinant, found.start))
    half = Affine(trace.constant / 2, trace.slope / 2)
    gap = _gap(half, determinant, points)
    first, second = np.flatnonzero(gap.high < 0), np.flatnonzero(gap.high >= 0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # constants without a mode, roots that vanish
        return (_rotating(half, determinant, start, points.at(first), -gap[first], first),
                _real(half, determinant, start, points.at(second), gap[second], second))


def _gap(half: Affine, determinant: Affine, points: _Points) -> Twofold:
    """(T/2)² − D = A(h − a)(h − b), or A((h − c)² + w)."""
    A, B = half.slope * half.slope, 2 * half.constant * half.slope - determinant.slope
    C = half.constant * half.constant - determinant.constant
    if abs(float(A)) <= _NOISE * max(abs(float(B)), abs(float(C))):
        return points.along(C.mid(), B.mid())
    c = (-B / (2 * A)).mid()
    w = (c * c - C / A).mid()
    outer = Twofold.of_ball(A.mid())
    if abs(float(w)) <= _NOISE * max(float(c * c), 1.0):
        distance = points.minus(c)
        return distance * distance * outer
    if w < 0:
        distance = points.minus(c)
        return (distance * distance + Twofold.of_ball(-w)) * outer
    far = c + w.sqrt() if c > 0 else c - w.sqrt()
    near = C / A / far if far != 0 else c - w.sqrt()
    return points.minus(near.mid()) * points.minus(far.mid()) * outer


def _rotating(half: Affine, determinant: Affine, start: Affine, points: _Points, square: Twofold, places: NDArray[np.intp]) -> Rotating:
    t, d = points.along(*half), points.along(*determinant)
    decay = log1p(points.along(determinant.constant - 1, determinant.slope), d) * -0.5
    m = points.along(start.constant - half.constant, start.slope - half.slope)
    sine = square.sqrt()
    sign = np.where(t.high < 0, -1.0, 1.0)
    return Rotating(places, _spread(_seen(decay), places), angle(sine, t * sign), sign * m.rounded() / sine.rounded(),
                    sign * m.rounded() / np.sqrt(d.rounded()), np.broadcast_to(sign < 0, places.shape), _spread(points.along(*start), places).rounded())


def _real(half: Affine, determinant: Affine, start: Affine, points: _Points, square: Twofold, places: NDArray[np.intp]) -> Real:
    t = points.along(*half)
    root, sign = square.sqrt(), np.where(t.high < 0, -1.0, 1.0)
    t, sign = _spread(t * sign, places), np.broadcast_to(sign, places.shape)
    z = t + root
    over = z + (-1.0)  # |z| − 1 where it is no small difference, else −χ(±1)/(1 − |z₂|)
    inside = t.high <= 1
    for at in (1.0, -1.0):
        chosen = np.flatnonzero(inside & (sign == at))
        if len(chosen):
            value = points.at(chosen).along(1 - 2 * at * half.constant + determinant.constant, -2 * at * half.slope + determinant.slope)
            below = (-t + 1.0 + root)[chosen]
            zero = below.high == 0
            quotient = -value / Twofold(np.where(zero, 1.0, below.high), below.low)
            over.high[chosen], over.low[chosen] = np.where(zero, 0.0, quotient.high), np.where(zero, 0.0, quotient.low)
    vanishes = z.high < _UNSEEN
    size = np.where(vanishes, 1.0, z.high)
    m = points.along(start.constant - half.constant, start.slope - half.slope) * sign - root
    slope = np.where(vanishes, 0.0, m.rounded() / size)
    ratio = np.where(vanishes, 0.0, points.along(*determinant).rounded() / (size * size))
    slope = np.where((abs(slope) < _UNSEEN) & (abs(ratio) < 0.5), 0.0, slope)
    gap = np.where(vanishes, 1.0, 2 * root.rounded() / size)
    missing = np.where(ratio > 0, gap, 2 * t.rounded() / size)  # 1 − |ρ|
    log_ratio = np.where(abs(ratio) > 0.5, np.log1p(-np.minimum(missing, 1.0)), np.log(abs(ratio)))
    decay = _seen(-log1p(Twofold(*(np.where(vanishes, 0.0, part) for part in (over.high, over.low))), Twofold(size, np.where(vanishes, 0.0, z.low))))
    slope, ratio, log_ratio, gap = (np.broadcast_to(a, places.shape) for a in (slope, ratio, log_ratio, gap))
    return Real(places, Twofold(np.where(vanishes, np.inf, decay.high), decay.low), slope, ratio, log_ratio, gap, sign < 0,
                _spread(points.along(*start), places).rounded())


def _spread(value: Twofold, places: NDArray[np.intp]) -> Twofold:
    """Own arrays of the shape of ``places``."""
    return Twofold(*(np.broadcast_to(part, places.shape).copy() for part in (value.high, value.low)))


def _seen(value: Twofold) -> Twofold:
    """Zero where it cannot be told from zero."""
    noise = abs(value.high) < _UNSEEN
    return Twofold(np.where(noise, 0.0, value.high), np.where(noise, 0.0, value.low))
