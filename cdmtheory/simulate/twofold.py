"""Arrays in twice the precision of doubles: the unevaluated sum of two, about 104 bits, in plain NumPy.

Dekker (1971) for products and quotients, Knuth for sums. Needed where a difference, an angle or a logarithm will be multiplied by a step
count of up to 10¹²; what follows is then done in doubles. Sizes have to stay within 1e±140, which dividing the eigenvalues by the largest does.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Twofold", "angle", "log1p"]

Floats = NDArray[np.float64]
_SPLITTER = 2.0**27 + 1


def _two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def _quick(a: Any, b: Any) -> Twofold:
    """a + b where |a| ≥ |b|."""
    s = a + b
    return Twofold(s, b - (s - a))


def _halves(a: Any) -> tuple[Any, Any]:
    t = _SPLITTER * a
    high = t - (t - a)
    return high, a - high


def _two_product(a: Any, b: Any) -> tuple[Any, Any]:
    p = a * b
    (a1, a2), (b1, b2) = _halves(a), _halves(b)
    return p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2


@dataclass(frozen=True, eq=False, slots=True)
class Twofold:
    """``high + low``, arrays of one shape or numbers, |low| ≤ eps·|high|."""

    high: Any
    low: Any

    @classmethod
    def of_ball(cls, ball: Any) -> Twofold:
        """The middle of a ball, rounded to twice the precision."""
        middle = ball.mid()
        high = float(middle)
        return cls(high, float((middle - high).mid()))

    def __getitem__(self, chosen: Any) -> Twofold:
        return Twofold(self.high[chosen], self.low[chosen])

    def __neg__(self) -> Twofold:
        return Twofold(-self.high, -self.low)

    def __add__(self, other: Any) -> Twofold:
        if not isinstance(other, Twofold):
            s, e = _two_sum(self.high, other)
            return _quick(s, e + self.low)
        s, e = _two_sum(self.high, other.high)
        t, f = _two_sum(self.low, other.low)
        first = _quick(s, e + t)
        return _quick(first.high, first.low + f)

    def __sub__(self, other: Any) -> Twofold:
        difference: Twofold = self + (-other)
        return difference

    def __mul__(self, other: Any) -> Twofold:
        if not isinstance(other, Twofold):
            p, e = _two_product(self.high, other)
            return _quick(p, e + self.low * other)
        p, e = _two_product(self.high, other.high)
        product: Twofold = _quick(p, e + (self.high * other.low + self.low * other.high))
        return product

    def __truediv__(self, other: Twofold) -> Twofold:
        first = self.high / other.high
        rest = self - other * first
        second = rest.high / other.high
        quotient: Twofold = _quick(first, second) + (rest - other * second).high / other.high
        return quotient

    def sqrt(self) -> Twofold:
        """Zero where it is zero."""
        root = np.sqrt(self.high)
        p, e = _two_product(root, root)
        with np.errstate(invalid="ignore", divide="ignore"):
            rest = ((self.high - p) - e + self.low) / (2 * root)
        return _quick(root, np.where(root > 0, rest, 0.0))

    def rounded(self) -> Any:
        """The nearest doubles."""
        return self.high + self.low


def log1p(x: Twofold, whole: Twofold) -> Twofold:
    """log(1 + x), ``whole`` being 1 + x, relative error about 1e-20: a table of log(c), c = n/128·2ᵉ, and a series in (whole − c)/(whole + c)."""
    mantissa, exponent = np.frexp(whole.high)
    near = abs(x.high) < 2.0**-7
    n = np.where(near, 0, np.rint(mantissa * 128)).astype(np.int64)  # 0: c = 1
    c = np.where(near, 1.0, np.ldexp(n / 128.0, exponent))
    over = x if near.all() else whole - c
    over = Twofold(np.where(near, x.high, over.high), np.where(near, x.low, over.low))
    u: Twofold = over / (whole + c)
    square = u.high * u.high
    tail = u.high * square * (1 / 3 + square * (1 / 5 + square * (1 / 7 + square / 9)))
    series: Twofold = (u + tail) * 2.0
    if not n.any():
        return series
    table = _logarithms()
    e = np.where(n == 0, 0, exponent).astype(np.float64)
    return series + Twofold(table.high[n], table.low[n]) + table[-1] * e


@lru_cache(maxsize=1)
def _logarithms() -> Twofold:
    """log(n/128) for n = 0 … 128 (0 at n = 0), and log 2 last."""
    import flint

    with flint.ctx.workprec(256):
        both = [Twofold.of_ball((flint.arb(n) / 128).log() if n else flint.arb(0)) for n in range(129)] + [Twofold.of_ball(flint.arb(2).log())]
    return Twofold(np.array([b.high for b in both]), np.array([b.low for b in both]))


_ANGLES = 256
_THIRD = Twofold(1 / 3, 2.0**-54 / 3)  # 1/3 in doubles is too small by 2⁻⁵⁴/3


def angle(sine: Twofold, cosine: Twofold) -> Twofold:
    """The angle in [0, π/2] with tangent sine/cosine, both ≥ 0, in turns of 2π: a table, and a series in the tangent of the rest."""
    table = _angles()
    n = np.rint(np.arctan2(sine.high, cosine.high) * (2 * _ANGLES / np.pi)).astype(np.int64)
    c, s = (Twofold(t.high[n], t.low[n]) for t in table[:2])
    v = (sine * c - cosine * s) / (cosine * c + sine * s)
    square = v * v
    rest = v * square * _THIRD
    high = v.high * square.high * square.high * (1 / 5 - square.high * (1 / 7 - square.high / 9))
    turns: Twofold = (v - rest + high) * _turn() + Twofold(n / (4.0 * _ANGLES), 0.0 * v.low)
    return turns


@lru_cache(maxsize=1)
def _angles() -> tuple[Twofold, Twofold]:
    """Cosine and sine of n·π/512, n = 0 … 256."""
    import flint

    with flint.ctx.workprec(256):
        found = [[Twofold.of_ball(f(flint.arb(n) / (2 * _ANGLES))) for n in range(_ANGLES + 1)] for f in (flint.arb.cos_pi, flint.arb.sin_pi)]
    cosines, sines = (Twofold(np.array([b.high for b in column]), np.array([b.low for b in column])) for column in found)
    return cosines, sines


@lru_cache(maxsize=1)
def _turn() -> Twofold:
    """1/2π."""
    import flint

    with flint.ctx.workprec(256):
        return Twofold.of_ball(1 / (2 * flint.arb.pi()))
