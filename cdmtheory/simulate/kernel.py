"""p_k(h) at any step at once: what every method of the table comes down to, mode by mode, in doubles with a known error.

A mode with roots of one modulus r and angle θ is r^k·(cos kθ + ratio·sin kθ); one with real roots z and ρz, |ρ| ≤ 1, is
z^k·(1 + g·S_k), S_k = (1−ρ^k)/(1−ρ), and S_k = k at a double root; g = (p_1 − Re z)/|z|, ratio = g/sin θ. Which of the two, and log r,
θ and g, comes from :mod:`cdmtheory.simulate.damping` in twice the precision of doubles, so nothing is lost at κ = 10²⁴. The phase kθ is
reduced exactly, as an integer multiple of 2⁻⁶⁴ turns, and k·log r is a product without rounding and a small rest.

Set up in NumPy; evaluated in the array library of ``k``, through the array-API standard.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from cdmtheory.methods import Method
from cdmtheory.recurrence import forms
from cdmtheory.simulate import damping
from cdmtheory.simulate.twofold import Twofold

__all__ = ["CLIP", "Modes"]

Floats = NDArray[np.float64]
CLIP = 300.0  # logarithms are clipped here where squares of exponentials must stay below overflow
_ALIKE = 2.0**-60  # relative: the error of a logarithm
_TURN = 2 * math.pi / 2**64


@dataclass(frozen=True, eq=False)
class Modes:
    """All modes of a method on a spectrum; arrays of shape (m,), first the rotating ones, then those with real roots.

    ``weights``: squared weights with multiplicity, sum 1. ``decay``: −log of the larger root's modulus, shape (1,) where all are equal, in the
    end of which k·``decay_high`` is exact. ``slope``: g; ``bound``: sup over k of |p_k|/r^k, inf at a double root; ``lipschitz``: of p_k/r^k in k.
    ``divisor``: arcosh of what divides (Chebyshev), or None.
    """

    places: Any  # in the eigenvalues given
    mirrored: Any  # the factor (−1)^k
    weights: Any
    first: Any  # p_1
    decay: Any
    decay_high: Any  # the first 13 bits of it
    decay_rest: Any
    slope: Any
    bound: Any
    lipschitz: Any
    angle: Any  # θ, of the rotating modes only
    ratio_of_sine: Any  # g/sin θ
    turns: Any  # θ/2π in units of 2⁻⁶⁴
    turns_low: Any  # and the rest of it, in the same units
    log_ratio: Any  # log|ρ|, of the modes with real roots only; 0 at a double root, −1e250 at ρ = 0
    ratio: Any  # ρ
    gap: Any  # 1 − ρ
    divisor: float | None

    @classmethod
    def of(cls, method: Method, eigenvalues: Floats, weights: Floats, exact: Mapping[int, Fraction] | None = None) -> Modes:
        """``weights``: sum 1; ``exact``: the eigenvalues that are no doubles, by their place. Raises NoRecurrence as :func:`recurrence.forms`."""
        import flint

        with flint.ctx.workprec(damping.BITS):
            found = forms(method)
            turning, real = damping.motion(found, eigenvalues, exact or {})
            divisor = None if found.divisor is None else damping.arcosh(found.divisor.start)
            center = 1.0 if found.divisor is None else float(found.divisor.start)
        decay = Twofold(*(np.concatenate([getattr(part.decay, name) for part in (turning, real)]) for name in ("high", "low")))
        if len(decay.high) > 1 and np.isfinite(decay.high).all() and (abs((decay - decay[:1]).high) <= _ALIKE * abs(decay.high[0])).all():
            decay = decay[:1]
        if divisor is not None:
            decay = decay + Twofold.of_ball(divisor)
            decay = decay * np.where(abs(decay.high) > _ALIKE * float(divisor), 1.0, 0.0)
        over = np.isinf(decay.high)
        mantissa, exponent = np.frexp(np.where(over, 0.0, decay.high))
        high = np.ldexp(np.rint(mantissa * 2.0**13), exponent - 13)
        rest = np.where(over, 1e250, decay.high - high + decay.low)
        angle = turning.turns.rounded() * (2 * np.pi)
        with np.errstate(divide="ignore", invalid="ignore"):
            rising = np.where(real.slope == 0, 0.0, np.where(real.ratio > 0, abs(real.slope) / real.gap, abs(real.slope)))
        scaled = np.ldexp(turning.turns.high, 64)
        whole = np.floor(scaled)
        low = (scaled - whole) + np.ldexp(turning.turns.low, 64)
        places = np.concatenate([turning.places, real.places])
        return cls(places, np.concatenate([turning.mirrored, real.mirrored]), weights[places], np.concatenate([turning.first, real.first]) / center,
                   decay.high, high, rest, np.concatenate([turning.slope, real.slope]), np.concatenate([np.hypot(1, turning.ratio), 1 + rising]),
                   np.concatenate([angle + abs(turning.slope), abs(real.slope)]), angle, turning.ratio,
                   whole.astype(np.int64) + np.floor(low).astype(np.int64), low - np.floor(low), np.maximum(real.log_ratio, -1e250), real.ratio, real.gap,
                   None if divisor is None else float(divisor))

    def __len__(self) -> int:
        return len(self.weights)

    def on(self, xp: Any, device: Any) -> Modes:
        """The same in another array library."""
        moved = {f.name: xp.asarray(getattr(self, f.name).copy(), device=device) for f in fields(self) if f.name != "divisor"}
        return replace(self, **moved)

    def take(self, kept: NDArray[np.intp]) -> Modes:
        """Some of the modes, by ascending index."""
        n = len(self.angle)
        turning, real = kept[kept < n], kept[kept >= n] - n
        of = {**dict.fromkeys(("angle", "ratio_of_sine", "turns", "turns_low"), turning), **dict.fromkeys(("log_ratio", "ratio", "gap"), real)}
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "divisor"}
        return replace(self, **{name: a[of.get(name, kept)] if len(a) == len(self) or name in of else a for name, a in arrays.items()})

    @property
    def monotone(self) -> bool:
        """Whether every mode is a plain power, so that no norm ever rises unless it rises forever."""
        return not self.slope.any() and len(self.angle) == 0 and bool((self.decay >= 0).all())

    def state(self, k: Any) -> tuple[Any, Any]:
        """(q, e) at steps k ≥ 2, shape (len(k), m) each: ±p_k/r^k = q, and ±p_{k+j}/r^{k+j} = q·C_j + e·S_j for all j ≥ 0.

        C_j = cos jθ, S_j = sin jθ where the mode rotates; C_j = 1, S_j = (1−ρ^j)/(1−ρ) where its roots are real.
        """
        xp = array_api_compat.array_namespace(k)
        parts = []
        if self.angle.shape[0]:
            phase = self.phase(k)
            cosine, sine = xp.cos(phase), xp.sin(phase)
            parts.append((cosine + self.ratio_of_sine * sine, self.ratio_of_sine * cosine - sine))
        if self.gap.shape[0]:
            slope = self.slope[self.angle.shape[0]:]
            sums, powers = self.geometric(k)
            parts.append((1 + slope * sums, slope * powers))
        q, e = parts[0] if len(parts) == 1 else (xp.concat(both, axis=1) for both in zip(*parts, strict=True))
        return q, e

    def phase(self, k: Any) -> Any:
        """kθ without its whole turns, of the rotating modes, shape (len(k), n)."""
        xp = array_api_compat.array_namespace(k)
        steps = k[:, None]
        real_steps = xp.astype(steps, xp.float64)
        whole = steps * self.turns + xp.astype(real_steps * self.turns_low, xp.int64)  # wraps around: whole turns drop out
        direct = real_steps * self.angle
        return xp.where(direct < 0.5, direct, xp.astype(whole, xp.float64) * _TURN)  # 2⁻⁶⁴ turns are coarse for a small angle

    def geometric(self, k: Any) -> tuple[Any, Any]:
        """S_j = (1−ρ^j)/(1−ρ) and ρ^j of the modes with real roots, shape (len(k), m − n)."""
        xp = array_api_compat.array_namespace(k)
        steps = k[:, None]
        real_steps = xp.astype(steps, xp.float64)

        less = xp.expm1(real_steps * self.log_ratio)
        odd = (self.ratio < 0) & (steps % 2 == 1)
        double = self.gap == 0
        return (xp.where(double, real_steps, xp.where(odd, 2 + less, -less) / xp.where(double, 1.0, self.gap)), xp.where(odd, -1 - less, 1 + less))

    def log_modulus(self, k: Any) -> tuple[Any, Any]:
        """log r^k and what rounding left of it, shape (len(k), m) or (len(k), 1)."""
        xp = array_api_compat.array_namespace(k)
        steps = xp.astype(k, xp.float64)[:, None]
        whole, rest = -steps * self.decay_high, -steps * self.decay_rest
        total = whole + rest
        return total, (whole - total) + rest

    def powers(self, k: Any, log_scale: float) -> Any:
        """r^k·e^{−log_scale}, kept away from overflow; what underflows is rounded up to e^{−300}; shape (len(k), m) or (len(k), 1)."""
        xp = array_api_compat.array_namespace(k)
        total, rest = self.log_modulus(k)
        return xp.exp(xp.clip(total - log_scale, -CLIP, CLIP)) * (1 + rest)

    def divided(self, k: Any) -> Any:
        """1/cosh(kψ) = e^{−kψ}·2/(1 + e^{−2kψ}) for Chebyshev's divisor, without the first factor, which is in the decay; otherwise 1."""
        if self.divisor is None:
            return 1.0
        xp = array_api_compat.array_namespace(k)
        return 2 / (1 + xp.exp(-2 * self.divisor * xp.astype(k, xp.float64)))
