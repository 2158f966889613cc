"""p_k(h) of a method that changes once: the state at the change in balls, then two solutions of the second recurrence, in closed form.

With the velocity v kept at the change, the second phase is linear in the state: y_j = y_0·p_j + b·v·U_j, where p_j is the residual of the
second method from rest, b = β − ηhγ what its first step makes of the velocity, and U_j = (z₁^j − z₂^j)/(z₁ − z₂).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from operator import mul
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.methods import Method, step
from cdmtheory.recurrence import NoRecurrence, Recurrence, Recurrences, Weighted, recurrences, value
from cdmtheory.simulate.kernel import Modes

__all__ = ["after_the_change", "modes_after_the_change", "phases", "recurrences_after_the_change", "state_at_the_change"]

Floats = NDArray[np.float64]
_NOTHING = 2.0**-120  # relative: far below what doubles see
_SPREAD = 200  # of logarithms: the squares of what differs more, with what a mode may rise, do not fit into doubles


def phases(method: Method) -> tuple[Method, int, Method]:
    """The first method, the number of its steps, and the second.

    Raises
    ------
    NoRecurrence
        If one of the two changes itself.
    """
    first, steps, second = method.values
    if "phased" in (first.name, second.name):
        raise NoRecurrence(f"{method!r} changes more than once and has no closed form; step through it with cdmtheory.simulate.spectral")
    return first, steps, second


def _states(method: Method, h: Sequence[float | Fraction]) -> Iterator[tuple[Any, Any]]:
    """x at the change, and what the first step of the second phase makes of the velocity: balls, for every eigenvalue."""
    first, steps, second = phases(method)
    start = next(iter(second.to(Arithmetic.BALL)))
    recurrence = recurrences(first, h)
    divisors = [1 if recurrence.divisor is None else value(recurrence.divisor, k) for k in (steps, max(0, steps - 1))]
    for r, each in zip(recurrence.modes, h, strict=True):
        x, previous = (value(r, k) / divisor for k, divisor in zip((steps, max(0, steps - 1)), divisors, strict=True))
        yield x, step(start, 0 * x, previous - x, partial(mul, convert(each, Arithmetic.BALL)))


def _bits(method: Method) -> int:
    return 256 + 4 * phases(method)[1].bit_length()


def _exactly(eigenvalues: Floats, exact: Mapping[int, Fraction]) -> list[float | Fraction]:
    h: list[float | Fraction] = list(eigenvalues.tolist())
    for i, fraction in exact.items():
        h[i] = fraction
    return h


def state_at_the_change(method: Method, eigenvalues: Floats, exact: Mapping[int, Fraction]) -> tuple[Floats, Floats, Floats]:
    """x, what the first step of the second phase makes of the velocity, and the logarithm of what both were divided by; shape (m,) each."""
    import flint

    found = np.empty((3, len(eigenvalues)))
    with flint.ctx.workprec(_bits(method)):
        for i, (x, pushed) in enumerate(_states(method, _exactly(eigenvalues, exact))):
            scale = (abs(x).max(abs(pushed))).mid()
            found[:, i] = (0.0, 0.0, 0.0) if scale == 0 else (float(x / scale), float(pushed / scale), float(scale.log()))
    return found[0], found[1], found[2]


def after_the_change(modes: Modes, rest: tuple[Any, Any, Any], steps: NDArray[np.int64], state: tuple[Floats, Floats, Floats]) -> tuple[Any, Any, Any]:
    """(p/e^log, log, rest of log) at ``steps`` ≥ 1 after the change, shape (n, m), from the residuals ``rest`` of the second method, in its order of modes."""
    x, pushed, scale = (part[modes.places] for part in state)
    q, log, low = rest
    n, before = len(modes.angle), steps - 1
    u = np.empty((len(steps), len(modes)))
    u[:, :n] = np.sin(modes.phase(steps)) / np.sin(modes.angle)
    u[:, n:] = modes.geometric(steps)[0]
    u = np.where(modes.mirrored & (before[:, None] % 2 == 1), -u, u)
    log_u, low_u = modes.log_modulus(before)
    log_u, low_u = np.where(before[:, None] == 0, 0.0, log_u), np.where(before[:, None] == 0, 0.0, low_u)
    largest = np.maximum(log, log_u)
    with np.errstate(invalid="ignore"):
        both = x * q * np.exp(log - largest) * (1 + low) + pushed * u * np.exp(log_u - largest) * (1 + low_u)
    return both, largest + scale, np.zeros_like(both)


def recurrences_after_the_change(method: Method, eigenvalues: Sequence[float | Fraction]) -> Recurrences:
    """The second phase as recurrences that begin at the change, at the current precision of ``flint.ctx``."""
    found = recurrences(phases(method)[2], eigenvalues)
    first = 1 if found.divisor is None else found.divisor.start
    return Recurrences([Recurrence(r.trace, r.determinant, x * r.start + pushed * first, x)
                        for r, (x, pushed) in zip(found.modes, _states(method, eigenvalues), strict=True)], found.divisor)


def modes_after_the_change(method: Method, weighted: Weighted, log_tolerance: float) -> tuple[Modes | None, float]:
    """The second phase as modes that begin at the change, and log(‖x at the change‖/‖x_0‖); None if nothing is left of x and of the velocity.

    Modes that are too small for doubles beside the largest are left out where they stay far below the tolerance.

    Raises
    ------
    NoRecurrence
        If a method changes itself, or the modes differ too much at the change.
    """
    modes = Modes.of(phases(method)[2], weighted.eigenvalues, weighted.shares, weighted.exact)
    begun = _begun(method, weighted, modes)
    sizes = begun.log_size + np.log(modes.weights) / 2
    largest = float(sizes.max())
    kept = np.flatnonzero(sizes > largest - _SPREAD) if largest > -np.inf else np.empty(0, dtype=np.intp)
    if len(kept) < len(modes) and largest > -np.inf:
        lost = np.isfinite(sizes) & (sizes <= largest - _SPREAD)
        if (lost & (np.broadcast_to(modes.decay, lost.shape) < 0)).any() or (lost.any() and log_tolerance - largest < 100 - _SPREAD):
            raise NoRecurrence(f"at the change of {method!r} some modes are e^{largest - sizes[lost].max():.0f} times smaller than others; leave them out")
    if not len(kept):
        return None, -np.inf
    shares = modes.weights[kept] * np.exp(2 * (begun.log_x[kept] - largest))
    whole = replace(modes.take(kept), weights=shares / shares.sum(), first=begun.first[kept])
    return _sloped(whole, np.where(abs(begun.slope[kept]) < _NOTHING, 0.0, begun.slope[kept])), largest + float(np.log(shares.sum())) / 2


class _Begun(NamedTuple):
    """Every mode at the change, shape (m,) each; −∞ where nothing is left of it."""

    log_x: Floats
    log_size: Floats  # of the larger of x and what the first step makes of the velocity
    slope: Floats
    first: Floats  # x after a step, over x


def _begun(method: Method, weighted: Weighted, modes: Modes) -> _Begun:
    import flint

    found = _Begun(*np.full((4, len(modes)), -np.inf))
    with flint.ctx.workprec(_bits(method)):
        every = recurrences_after_the_change(method, _exactly(weighted.eigenvalues, weighted.exact))
        divisor = 1 if every.divisor is None else every.divisor.start
        for i, place in enumerate(modes.places):
            r = every.modes[place]
            size = abs(r.origin).max(abs(r.start)).upper()
            if size == 0:
                continue
            x = r.origin if abs(r.origin) > size * _NOTHING else size * _NOTHING  # nothing beside the other part of the mode, but one can divide by it
            t = r.trace / 2
            m = (r.start - t * x) * (-1 if modes.mirrored[i] else 1) / x
            found.log_size[i], found.log_x[i], found.first[i] = float(size.log()), float(abs(x).log()), float(r.start / x / divisor)
            if i < len(modes.angle):
                found.slope[i] = float(m / r.determinant.sqrt())
            else:
                root = abs((t * t - r.determinant).mid()).sqrt()
                larger = (abs(t) + root).mid()
                found.slope[i] = 0.0 if larger == 0 else float((m - root) / larger)
    return found


def _sloped(modes: Modes, slope: Floats) -> Modes:
    """The modes with these slopes, and with the bounds that follow from them."""
    n = len(modes.angle)
    ratio = slope[:n] / np.sin(modes.angle)
    with np.errstate(divide="ignore", invalid="ignore"):
        rising = np.where(slope[n:] == 0, 0.0, np.where(modes.ratio > 0, abs(slope[n:]) / modes.gap, abs(slope[n:])))
    return replace(modes, slope=slope, ratio_of_sine=ratio, bound=np.concatenate([np.hypot(1, ratio), 1 + rising]),
                   lipschitz=np.concatenate([modes.angle * np.hypot(1, ratio), abs(slope[n:])]))
