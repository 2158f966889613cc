"""Predictions in closed form: how many steps, or how much time, the worst eigenvalue of [μ, L] takes to a tolerance.

The worst case of a method at step k is u(k), the supremum over [μ, L] of abs(p_k), which theory.md gives for every method of the comparison;
``steps_to`` is the least K with u(j) ≤ tolerance for all j ≥ K, an exact integer, decided in balls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.inputs import exact_number
from cdmtheory.methods import Method
from cdmtheory.ties import is_within_exactly
from cdmtheory.worst_at_mu import worst_is_at_mu
from cdmtheory.worst_case import WORST, Open, TooEarly, Worst, of_stationary

__all__ = ["Prediction", "critical_time", "gradient_flow_time", "steps_to"]

_FARTHEST = 2**62


@dataclass(frozen=True)
class Prediction:
    """``steps``: the least K from which on the worst residual is within the tolerance; None has its ``reason``. ``source``: the theorem."""

    steps: int | None
    reason: str | None
    source: str


def steps_to(method: Method, mu: Any, L: Any, tolerance: Any) -> Prediction:
    """Least K with abs(p_j(h)) ≤ tolerance for all j ≥ K and all h in [μ, L], started at rest.

    Sources: theory C1 (gradient descent), C7 with the envelope of C2 (CDM), C6 (Polyak, from rest), C9 (Nesterov), D1 (Chebyshev); other stationary
    methods by a certificate in balls, where they are over-damped at μ (triple momentum is).

    Raises
    ------
    ValueError
        If not 0 < μ ≤ L, or the tolerance is not > 0.
    """
    low, high, level = (exact_number(name, value) for name, value in (("mu", mu), ("L", L), ("tolerance", tolerance)))
    if not 0 < low <= high:
        raise ValueError(f"mu = {mu!r}, L = {L!r}; needed is 0 < mu <= L")
    if level <= 0:
        raise ValueError(f"tolerance = {tolerance!r}; allowed is a number > 0, usually below 1, such as 1e-6")
    try:
        if method.name not in WORST:
            return _certified(method, low, high, level)
        worst = WORST[method.name](method, low, high)
        return Prediction(_settled(method, worst, level), None, worst.source)
    except TooEarly as early:
        return _damped_early(method, early, level)
    except Open as open_question:
        return Prediction(None, str(open_question), "")


def critical_time(tolerance: float, curvature: float) -> float:
    """Hitting time of continuous critical damping, (−1 − W₋₁(−ε/e))/√λ, from (1 + √λ·t)·e^{−√λ·t} = ε (theory B2).

    With ``curvature`` 1 this is σ(ε) of theory C5: the steps of CDM at η = 1/L are ~ √κ·σ(ε).
    """
    from scipy.special import lambertw

    _positive(tolerance=tolerance, curvature=curvature)
    return 0.0 if tolerance >= 1 else float(-1 - lambertw(-tolerance / math.e, -1).real) / math.sqrt(curvature)


def gradient_flow_time(tolerance: float, curvature: float) -> float:
    """Hitting time of gradient flow, ln(1/ε)/λ (theory B2)."""
    _positive(tolerance=tolerance, curvature=curvature)
    return max(0.0, -math.log(tolerance)) / curvature


def _positive(**values: float) -> None:
    for name, given in values.items():
        if not (given > 0 and math.isfinite(given)):
            raise ValueError(f"{name} = {given!r}; allowed is a finite number > 0")


def _is_within(method: Method, worst: Worst, k: int, level: Fraction) -> bool:
    """Whether u(k) ≤ tolerance, in balls of growing precision, and exactly in the end."""
    import flint

    for bits in (128, 512, 2048, 8192):
        with flint.ctx.workprec(bits):
            u, limit = worst.at(k), convert(level, Arithmetic.BALL)
            if u <= limit:
                return True
            if u > limit:
                return False
    if worst.eigenvalue is not None:
        exactly = is_within_exactly(method, [worst.eigenvalue], [Fraction(1)], k, level**2)
        if exactly is not None:
            return exactly
    raise Open(f"the worst residual at step {k} equals the tolerance to 8192 bits; a slightly different tolerance will do")


def _settled(method: Method, worst: Worst, level: Fraction) -> int:
    """Doubling and bisection on the part that does not rise. The largest value is next to the peak: if it is within, all are."""
    low = max(0, worst.peak - 1)
    if _is_within(method, worst, worst.peak, level) and _is_within(method, worst, low, level):
        return 0
    high = max(1, worst.peak)
    while not _is_within(method, worst, high, level):
        low, high = high, 2 * high
        if high > _FARTHEST:
            raise Open("does not settle within 2^62 steps")
    while high - low > 1:
        middle = (low + high) // 2
        if _is_within(method, worst, middle, level):
            high = middle
        else:
            low = middle
    return high


def _damped_early(method: Method, case: TooEarly, level: Fraction) -> Prediction:
    """u(j) is between the residual at μ and the larger of it and the transient; where both say the same, that is the answer."""
    try:
        at_mu = _settled(method, case.worst, level)
        transient = _settled(method, Worst(case.transient, 0, ""), level)
    except Open as open_question:
        return Prediction(None, str(open_question), "")
    if transient <= at_mu:
        return Prediction(at_mu, None, "theory C7")
    return Prediction(None, f"between {at_mu} and {transient}: at so large a tolerance an interior eigenvalue may settle last (theory C5, C7)", "")


def _certified(method: Method, mu: Fraction, L: Fraction, level: Fraction) -> Prediction:
    """The steps at μ, if no other eigenvalue needs more."""
    import flint

    worst = of_stationary(method, mu, L)
    at_mu = _settled(method, worst, level)
    with flint.ctx.workprec(256):
        constant = method.to(Arithmetic.BALL).schedule.constant
        assert constant is not None
    if mu == L or worst_is_at_mu(constant, mu, L, max(1, at_mu), level):
        return Prediction(at_mu, None, worst.source)
    raise Open(f"at least {at_mu}, what mu needs; that no other eigenvalue in [mu, L] needs more could not be certified")
