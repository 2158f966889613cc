"""A certificate that μ is the worst eigenvalue of [μ, L] from some step on, for methods without a theorem of their own.

[μ, L] is covered by balls. From μ on, as long as both roots are real, the residual is shown to fall as h grows, through the sign of its derivative;
further up, an envelope is shown to be within the tolerance. Both hold for all steps j ≥ K at once. With the roots z₁ > z₂, ρ = z₂/z₁,

    p_j = z₁^j·(1 + g·S_j),   g = (p₁ − z₁)/z₁,   S_j = 1 + ρ + … + ρ^{j−1}.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.methods import Coefficients
from cdmtheory.modes import Characteristic, characteristic

__all__ = ["falls_at", "worst_is_at_mu"]

_BITS = 256
_BALLS = 2000  # given up beyond; the examples of the tests need a few hundred


def worst_is_at_mu(c: Coefficients, mu: Fraction, L: Fraction, steps: int, tolerance: Fraction) -> bool:
    """Whether abs(p_j(h)) ≤ max(abs(p_j(μ)), tolerance) is certain for all j ≥ ``steps`` ≥ 1 and all h in [μ, L]; False: not shown.

    ``c``: the constant coefficients in balls; the method starts at rest.
    """
    import flint

    with flint.ctx.workprec(_BITS):
        level = convert(tolerance, Arithmetic.BALL)
        waiting, falling = [(mu, L)], True
        for _ in range(_BALLS):
            if not waiting:
                return True
            low, high = waiting.pop()
            h = convert(low, Arithmetic.BALL).union(convert(high, Arithmetic.BALL))
            if falling and falls_at(c, h, steps):
                continue  # p_j(h) ≤ p_j(low) ≤ p_j(μ), all of [μ, low] having passed this way
            if _is_within(c, h, steps, level):
                falling = False
                continue
            middle = (low + high) / 2
            waiting += [(middle, high), (low, middle)]
    return False


def falls_at(c: Coefficients, h: Any, steps: int) -> bool:
    """Whether both roots are real and positive on the ball h, and 0 < p_j falls there as h grows, for all j ≥ ``steps``.

    (log p_j)′ = j·z₁′/z₁ + (g·S_j)′/(1 + g·S_j), where z₁′ < 0, 1 ≤ S_j ≤ 1/(1−ρ) and 0 ≤ dS_j/dρ ≤ 1/(1−ρ)².
    """
    trace, determinant = characteristic(c, h)
    gap = trace * trace / 4 - determinant
    if not (gap > 0 and trace > 0 and determinant > 0):
        return False
    slope = _slope(c)
    root = gap.sqrt()
    z1, z2 = trace / 2 + root, determinant / (trace / 2 + root)
    z1_slope, z2_slope = (z1 * slope.trace - slope.determinant) / (2 * root), (slope.determinant - z2 * slope.trace) / (2 * root)
    start, start_slope = trace - determinant, slope.trace - slope.determinant
    ratio = z2 / z1
    g, g_slope, ratio_slope = (start - z1) / z1, (start_slope * z1 - start * z1_slope) / (z1 * z1), (z2_slope - ratio * z1_slope) / z1
    sums = (1 + 0 * ratio).union(1 / (1 - ratio))
    sums_slope = (0 * ratio).union(1 / ((1 - ratio) * (1 - ratio)))
    positive = 1 + g * sums
    return bool(z1_slope < 0 and ratio < 1 and positive > 0
                and steps * z1_slope / z1 + (g_slope * sums + g * sums_slope * ratio_slope) / positive < 0)


def _is_within(c: Coefficients, h: Any, steps: int, level: Any) -> bool:
    """Whether abs(p_j) ≤ level on the ball h for all j ≥ ``steps``, by r^j + √χ·j·r^{j−1} or r^j·(1 + √(χ/gap)), χ = abs((p₁ − z₁)(p₁ − z₂)).

    Both hold in every damping regime; at real roots because the smaller of the two factors is at most √χ.
    """
    trace, determinant = characteristic(c, h)
    gap = trace * trace / 4 - determinant
    radius = (abs(trace).upper() / 2 + gap.max(0 * gap).upper().sqrt()).max(abs(determinant).upper().sqrt())  # of the roots, from above, real or not
    if not radius < 1:
        return False
    start = trace - determinant
    chi, gap = abs(start * start - start * trace + determinant).upper().sqrt(), abs(gap)
    if gap > 0 and radius**steps * (1 + chi / gap.sqrt()) <= level:
        return True
    falls = (radius - 1) * radius + chi * (radius - (1 - radius) * steps) <= 0  # the bound does not rise from ``steps`` on
    return bool(falls and radius ** (steps - 1) * (radius + chi * steps) <= level)


def _slope(c: Coefficients) -> Characteristic:
    """How trace and determinant change with h: they are affine."""
    at = [characteristic(c, convert(h, Arithmetic.BALL)) for h in (0, 1)]
    return Characteristic(at[1].trace - at[0].trace, at[1].determinant - at[0].determinant)
