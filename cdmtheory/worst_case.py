"""The worst case over [μ, L] of each method at step k, u(k) = sup abs(p_k), as a formula in balls. Each names the theorem it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.methods import Method
from cdmtheory.recurrence import recurrences, value

__all__ = ["WORST", "Open", "TooEarly", "Worst", "of_stationary"]


@dataclass(frozen=True)
class Worst:
    """u(k) as a ball at the current precision; ``peak``: a step from which on it does not rise (before it, it does not fall); the theorem.

    ``eigenvalue``: where the supremum is attained, for exact comparison of ties; None where that is of no use.
    """

    at: Callable[[int], Any]
    peak: int
    source: str
    eigenvalue: Fraction | None = None


class Open(Exception):
    """There is no proven worst case, for the reason given."""


def _ball(value: Any) -> Any:
    return convert(value, Arithmetic.BALL)


def _rational(value: Any) -> Fraction | None:
    """The value as the rational it is, or None: an expression in roots, a ball, an array."""
    try:
        exact: Fraction = convert(value, Arithmetic.RATIONAL)
    except TypeError:
        return None
    return exact


def _of_gradient_descent(method: Method, mu: Fraction, L: Fraction) -> Worst:
    import flint

    step_size = method.parameters["step_size"]

    def rate() -> Any:
        one, eta = _ball(1), _ball(step_size)
        return abs(one - eta * _ball(mu)).max(abs(one - eta * _ball(L)))

    eta = _rational(step_size)
    worst = None if eta is None else max(mu, L, key=lambda h: abs(1 - eta * h))
    if eta is not None and worst is not None:
        settles = abs(1 - eta * worst) < 1
    else:
        with flint.ctx.workprec(4096):  # next to 1 the working precision cannot tell
            settles = bool(rate() < 1)
    if not settles:
        raise Open("never settles: abs(1 - eta*h) is not below 1 on all of [mu, L] (theory C1)")
    return Worst(lambda k: rate() ** k, 0, "theory C1", worst)


def _double_root(mu: Fraction, step_size: Any, source: str) -> Worst:
    """r^k(1 + ks) at μ, s = √(ημ), r = 1 − s: it never rises, its ratio of neighbours is at most 1 − s²."""

    def at(k: int) -> Any:
        s = (_ball(step_size) * _ball(mu)).sqrt()
        return (1 - s) ** k * (1 + k * s)

    return Worst(at, 0, source, mu)


class TooEarly(Exception):
    """CDM, where the worst eigenvalue is μ only from some step on: what is needed to look closer."""

    def __init__(self, worst: Worst, transient: Callable[[int], Any]) -> None:
        self.worst, self.transient = worst, transient


def _of_critically_damped(method: Method, mu: Fraction, L: Fraction) -> Worst:
    """η ≤ 1/L, damped at μ. For κ ≤ 943 the supremum is r^k(1+ks) (C7). Beyond, at δ = η(h−μ)/(2r) ≤ 2s it still is a bound, and for
    2s ≤ δ ≤ δ(L) it is r^k·A with A² = (s² + 2rδ)/(δ(2−δ)), quasiconvex in δ, so largest at an end.
    """
    step_size, curvature = (_rational(method.parameters[name]) for name in ("step_size", "curvature"))
    if curvature != mu or step_size is None or step_size * L > 1:
        raise Open("the worst case of critical damping is proven for curvature = mu and eta <= 1/L only (theory C7)")
    worst, kappa = _double_root(mu, step_size, "theory C7"), L / mu
    if step_size * L == 1 and kappa <= 943:
        return worst

    s = (_ball(step_size) * _ball(mu)).sqrt()
    if _ball(step_size * (L - mu)) < 4 * s * (1 - s) or mu == L:  # δ(L) ≤ 2s
        return worst

    def transient(k: int) -> Any:
        s = (_ball(step_size) * _ball(mu)).sqrt()
        r = 1 - s

        def squared(delta: Any) -> Any:
            return (s * s + 2 * r * delta) / (delta * (2 - delta))

        return r**k * squared(2 * s).max(squared(_ball(step_size) * _ball(L - mu) / (2 * r))).sqrt()

    raise TooEarly(worst, transient)


def _of_polyak(method: Method, mu: Fraction, L: Fraction) -> Worst:
    """r^k(1 + k(1+r)) at h = L, from rest (theory C6); rises up to k = −1/log r − 1/(1+r)."""
    import flint

    _same_ends(method, mu, L)

    def root() -> Any:
        low, high = _ball(mu).sqrt(), _ball(L).sqrt()
        return (high - low) / (high + low)

    def at(k: int) -> Any:
        r = root()
        return r**k * (1 + k * (1 + r))

    if mu == L:
        return Worst(lambda k: _ball(0 if k else 1), 0, "theory C6")
    with flint.ctx.workprec(256):
        r = root()
        peak = max(0, int((-1 / r.log() - 1 / (1 + r)).upper().ceil().unique_fmpz()))
    return Worst(at, peak, "theory C6", L)


def _of_nesterov(method: Method, mu: Fraction, L: Fraction) -> Worst:
    """r^k(1 + ks) at μ, for η ≤ 1/L and β = (1−s)/(1+s) (theory C9)."""
    import sympy

    eta, beta = (convert(method.parameters[name], Arithmetic.SYMBOLIC) for name in ("step_size", "momentum"))
    s = sympy.sqrt(eta * convert(mu, Arithmetic.SYMBOLIC))
    if not bool(eta * convert(L, Arithmetic.SYMBOLIC) <= 1) or sympy.radsimp(beta * (1 + s) - (1 - s)) != 0:
        raise Open("the worst case of Nesterov's method is proven for eta <= 1/L and beta = (1 - s)/(1 + s), s = sqrt(eta*mu), only (theory C9)")
    return _double_root(mu, method.parameters["step_size"], "theory C9")


def _of_chebyshev(method: Method, mu: Fraction, L: Fraction) -> Worst:
    """1/T_k((κ+1)/(κ−1)) = 2ρ^k/(1+ρ^{2k}) (theory D1)."""
    _same_ends(method, mu, L)

    def at(k: int) -> Any:
        low, high = _ball(mu).sqrt(), _ball(L).sqrt()
        power = ((high - low) / (high + low)) ** k
        return 2 * power / (1 + power * power)

    return Worst(at if mu < L else lambda k: _ball(0 if k else 1), 0, "theory D1", mu)


def _same_ends(method: Method, mu: Fraction, L: Fraction) -> None:
    if method.parameters["mu"] != mu or method.parameters["L"] != L:
        raise Open(f"the worst case of {method!r} is proven on [mu, L] of its own parameters only")


def of_stationary(method: Method, mu: Fraction, L: Fraction) -> Worst:
    """p_k(μ) where both roots at μ are real: a sum of two powers, which falls from p_1 < p_0 on. That μ is the worst is certified afterwards."""
    import flint

    schedule = method.to(Arithmetic.BALL).schedule
    if schedule.constant is None or schedule.opening:
        raise Open(f"no worst case of {method.name} over [mu, L] is proven")

    def at(k: int) -> Any:
        return value(recurrences(method, [mu]).modes[0], k)

    if mu == L and method.name == "triple_momentum":  # ρ = 0: plain gradient descent with η = 1/L
        return Worst(lambda k: _ball(0 if k else 1), 0, "one step, as mu = L")
    with flint.ctx.workprec(256):
        trace, determinant, start, _ = recurrences(method, [mu]).modes[0]
        if not (trace > 0 and determinant > 0 and trace * trace / 4 > determinant and 0 < start < 1 and trace < 2 and 1 - trace + determinant > 0):
            raise Open(f"no worst case of {method.name} over [mu, L] is proven, and it is not over-damped at mu, where it could be certified")
    return Worst(at, 0, "certified in balls", mu)


WORST: dict[str, Callable[[Method, Fraction, Fraction], Worst]] = {
    "gradient_descent": _of_gradient_descent, "critically_damped": _of_critically_damped, "polyak": _of_polyak, "nesterov": _of_nesterov,
    "chebyshev": _of_chebyshev}
