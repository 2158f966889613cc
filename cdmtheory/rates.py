"""Predictions in closed form: how many steps, or how much time, the worst eigenvalue of [μ, L] takes to a tolerance.

The worst case of a method at step k is u(k), the supremum over [μ, L] of abs(p_k), which theory.md gives for every method of the comparison;
``steps_to`` is the least K with u(j) ≤ tolerance for all j ≥ K, an exact integer, decided in balls.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.inputs import exact_number
from cdmtheory.methods import Method
from cdmtheory.recurrence import recurrences, value
from cdmtheory.ties import is_within_exactly
from cdmtheory.worst_case import worst_is_at_mu

__all__ = ["Prediction", "critical_time", "gradient_flow_time", "steps_to"]

_FARTHEST = 2**62


@dataclass(frozen=True)
class Prediction:
    """``steps``: the least K from which on the worst residual is within the tolerance; None has its ``reason``. ``source``: the theorem."""

    steps: int | None
    reason: str | None
    source: str


@dataclass(frozen=True)
class _Worst:
    """u(k) as a ball at the current precision; ``peak``: a step from which on it does not rise (before it, it does not fall); the theorem.

    ``eigenvalue``: where the supremum is attained, for exact comparison of ties; None where that is of no use.
    """

    at: Callable[[int], Any]
    peak: int
    source: str
    eigenvalue: Fraction | None = None


class _Open(Exception):
    """There is no proven worst case, for the reason given."""


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
        if method.name not in _WORST:
            return _certified(method, low, high, level)
        worst = _WORST[method.name](method, low, high)
        return Prediction(_settled(method, worst, level), None, worst.source)
    except _TooEarly as early:
        return _damped_early(method, early, level)
    except _Open as open_question:
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


def _ball(value: Any) -> Any:
    return convert(value, Arithmetic.BALL)


def _is_within(method: Method, worst: _Worst, k: int, level: Fraction) -> bool:
    """Whether u(k) ≤ tolerance, in balls of growing precision, and exactly in the end."""
    import flint

    for bits in (128, 512, 2048, 8192):
        with flint.ctx.workprec(bits):
            u, limit = worst.at(k), _ball(level)
            if u <= limit:
                return True
            if u > limit:
                return False
    if worst.eigenvalue is not None:
        exactly = is_within_exactly(method, [worst.eigenvalue], [Fraction(1)], k, level**2)
        if exactly is not None:
            return exactly
    raise _Open(f"the worst residual at step {k} equals the tolerance to 8192 bits; a slightly different tolerance will do")


def _settled(method: Method, worst: _Worst, level: Fraction) -> int:
    """Doubling and bisection on the part that does not rise; the part before is either all within or its end is not."""
    low = max(0, worst.peak - 1)
    if _is_within(method, worst, worst.peak, level) and _is_within(method, worst, low, level):
        return 0 if level >= 1 else worst.peak  # a tolerance below u(0) = 1 is not met at 0, so peak = 0 cannot be
    high = max(1, worst.peak)
    while not _is_within(method, worst, high, level):
        low, high = high, 2 * high
        if high > _FARTHEST:
            raise _Open("does not settle within 2^62 steps")
    while high - low > 1:
        middle = (low + high) // 2
        if _is_within(method, worst, middle, level):
            high = middle
        else:
            low = middle
    return high


def _rational(value: Any) -> Fraction | None:
    """The value as the rational it is, or None: an expression in roots, a ball, an array."""
    try:
        exact: Fraction = convert(value, Arithmetic.RATIONAL)
    except TypeError:
        return None
    return exact


def _of_gradient_descent(method: Method, mu: Fraction, L: Fraction) -> _Worst:
    step_size = method.parameters["step_size"]

    def rate() -> Any:
        one, eta = _ball(1), _ball(step_size)
        return abs(one - eta * _ball(mu)).max(abs(one - eta * _ball(L)))

    if not rate() < 1:
        raise _Open("never settles: abs(1 - eta*h) is not below 1 on all of [mu, L] (theory C1)")
    eta = _rational(step_size)
    worst = None if eta is None else max(mu, L, key=lambda h: abs(1 - eta * h))
    return _Worst(lambda k: rate() ** k, 0, "theory C1", worst)


def _double_root(mu: Fraction, step_size: Any, source: str) -> _Worst:
    """r^k(1 + ks) at μ, s = √(ημ), r = 1 − s: it never rises, its ratio of neighbours is at most 1 − s²."""

    def at(k: int) -> Any:
        s = (_ball(step_size) * _ball(mu)).sqrt()
        return (1 - s) ** k * (1 + k * s)

    return _Worst(at, 0, source, mu)


class _TooEarly(Exception):
    """CDM, where the worst eigenvalue is μ only from some step on: what is needed to look closer."""

    def __init__(self, worst: _Worst, transient: Callable[[int], Any]) -> None:
        self.worst, self.transient = worst, transient


def _of_critically_damped(method: Method, mu: Fraction, L: Fraction) -> _Worst:
    """η ≤ 1/L, damped at μ. For κ ≤ 943 the supremum is r^k(1+ks) (C7). Beyond, at δ = η(h−μ)/(2r) ≤ 2s it still is a bound, and for
    2s ≤ δ ≤ δ(L) it is r^k·A with A² = (s² + 2rδ)/(δ(2−δ)), quasiconvex in δ, so largest at an end.
    """
    step_size, curvature = (_rational(method.parameters[name]) for name in ("step_size", "curvature"))
    if curvature != mu or step_size is None or step_size * L > 1:
        raise _Open("the worst case of critical damping is proven for curvature = mu and eta <= 1/L only (theory C7)")
    worst, kappa = _double_root(mu, step_size, "theory C7"), L / mu
    if step_size * L == 1 and kappa <= 943:
        return worst

    def transient(k: int) -> Any:
        s = (_ball(step_size) * _ball(mu)).sqrt()
        r = 1 - s

        def squared(delta: Any) -> Any:
            return (s * s + 2 * r * delta) / (delta * (2 - delta))

        return r**k * squared(2 * s).max(squared(_ball(step_size) * _ball(L - mu) / (2 * r))).sqrt()

    raise _TooEarly(worst, transient)


def _damped_early(method: Method, case: _TooEarly, level: Fraction) -> Prediction:
    """u(j) is between the residual at μ and the larger of it and the transient; where both say the same, that is the answer."""
    try:
        at_mu = _settled(method, case.worst, level)
        transient = _settled(method, _Worst(case.transient, 0, ""), level)
    except _Open as open_question:
        return Prediction(None, str(open_question), "")
    if transient <= at_mu:
        return Prediction(at_mu, None, "theory C7")
    return Prediction(None, f"between {at_mu} and {transient}: at so large a tolerance an interior eigenvalue may settle last (theory C5, C7)", "")


def _of_polyak(method: Method, mu: Fraction, L: Fraction) -> _Worst:
    """r^k(1 + k(1+r)) at h = L, from rest (theory C6); rises up to k = −1/log r − 1/(1+r)."""
    _same_ends(method, mu, L)

    def root() -> Any:
        low, high = _ball(mu).sqrt(), _ball(L).sqrt()
        return (high - low) / (high + low)

    def at(k: int) -> Any:
        r = root()
        return r**k * (1 + k * (1 + r))

    if mu == L:
        return _Worst(lambda k: _ball(0 if k else 1), 0, "theory C6")
    r = root()
    return _Worst(at, max(0, int((-1 / r.log() - 1 / (1 + r)).upper().ceil().unique_fmpz())), "theory C6", L)


def _of_nesterov(method: Method, mu: Fraction, L: Fraction) -> _Worst:
    """r^k(1 + ks) at μ, for η ≤ 1/L and β = (1−s)/(1+s) (theory C9)."""
    import sympy

    eta, beta = (convert(method.parameters[name], Arithmetic.SYMBOLIC) for name in ("step_size", "momentum"))
    s = sympy.sqrt(eta * convert(mu, Arithmetic.SYMBOLIC))
    if not bool(eta * convert(L, Arithmetic.SYMBOLIC) <= 1) or sympy.radsimp(beta * (1 + s) - (1 - s)) != 0:
        raise _Open("the worst case of Nesterov's method is proven for eta <= 1/L and beta = (1 - s)/(1 + s), s = sqrt(eta*mu), only (theory C9)")
    return _double_root(mu, method.parameters["step_size"], "theory C9")


def _of_chebyshev(method: Method, mu: Fraction, L: Fraction) -> _Worst:
    """1/T_k((κ+1)/(κ−1)) = 2ρ^k/(1+ρ^{2k}) (theory D1)."""
    _same_ends(method, mu, L)

    def at(k: int) -> Any:
        low, high = _ball(mu).sqrt(), _ball(L).sqrt()
        power = ((high - low) / (high + low)) ** k
        return 2 * power / (1 + power * power)

    return _Worst(at if mu < L else lambda k: _ball(0 if k else 1), 0, "theory D1", mu)


def _same_ends(method: Method, mu: Fraction, L: Fraction) -> None:
    if method.parameters["mu"] != mu or method.parameters["L"] != L:
        raise _Open(f"the worst case of {method!r} is proven on [mu, L] of its own parameters only")


def _of_stationary(method: Method, mu: Fraction, L: Fraction) -> _Worst:
    """p_k(μ) where both roots at μ are real: a sum of two powers, which falls from p_1 < p_0 on. That μ is the worst is certified afterwards."""
    import flint

    schedule = method.to(Arithmetic.BALL).schedule
    if schedule.constant is None or schedule.opening:
        raise _Open(f"no worst case of {method.name} over [mu, L] is proven")

    def at(k: int) -> Any:
        return value(recurrences(method, [mu]).modes[0], k)

    if mu == L and method.name == "triple_momentum":  # ρ = 0: plain gradient descent with η = 1/L
        return _Worst(lambda k: _ball(0 if k else 1), 0, "one step, as mu = L")
    with flint.ctx.workprec(256):
        trace, determinant, start = recurrences(method, [mu]).modes[0]
        if not (trace > 0 and determinant > 0 and trace * trace / 4 > determinant and 0 < start < 1 and trace < 2 and 1 - trace + determinant > 0):
            raise _Open(f"no worst case of {method.name} over [mu, L] is proven, and it is not over-damped at mu, where it could be certified")
    return _Worst(at, 0, "certified in balls", mu)


def _certified(method: Method, mu: Fraction, L: Fraction, level: Fraction) -> Prediction:
    """The steps at μ, if no other eigenvalue needs more."""
    import flint

    worst = _of_stationary(method, mu, L)
    at_mu = _settled(method, worst, level)
    with flint.ctx.workprec(256):
        constant = method.to(Arithmetic.BALL).schedule.constant
        assert constant is not None
    if mu == L or worst_is_at_mu(constant, mu, L, max(1, at_mu), level):
        return Prediction(at_mu, None, worst.source)
    raise _Open(f"at least {at_mu}, what mu needs; that no other eigenvalue in [mu, L] needs more could not be certified")


_WORST: dict[str, Callable[[Method, Fraction, Fraction], _Worst]] = {
    "gradient_descent": _of_gradient_descent, "critically_damped": _of_critically_damped, "polyak": _of_polyak, "nesterov": _of_nesterov,
    "chebyshev": _of_chebyshev}
