"""p_k(h) of a method that changes once: the state at the change in balls, then two solutions of the second recurrence, in closed form.

With the velocity v kept at the change, the second phase is linear in the state: y_j = y_0·p_j + b·v·U_j, where p_j is the residual of the
second method from rest, b = β − ηhγ what its first step makes of the velocity, and U_j = (z₁^j − z₂^j)/(z₁ − z₂).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.methods import Method, step
from cdmtheory.recurrence import NoRecurrence, recurrences, value
from cdmtheory.simulate.kernel import Modes

__all__ = ["after_the_change", "phases", "state_at_the_change"]

Floats = NDArray[np.float64]


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


def state_at_the_change(method: Method, eigenvalues: Floats, exact: Mapping[int, Fraction]) -> tuple[Floats, Floats, Floats]:
    """x, what the first step of the second phase makes of the velocity, and the logarithm of what both were divided by; shape (m,) each."""
    import flint

    first, steps, second = phases(method)
    h: list[float | Fraction] = list(eigenvalues.tolist())
    for i, fraction in exact.items():
        h[i] = fraction
    found = np.empty((3, len(h)))
    with flint.ctx.workprec(256 + 4 * steps.bit_length()):
        start = next(iter(second.to(Arithmetic.BALL)))
        recurrence = recurrences(first, h)
        divisors = [1 if recurrence.divisor is None else value(recurrence.divisor, k) for k in (steps, max(0, steps - 1))]
        for i, (r, each) in enumerate(zip(recurrence.modes, h, strict=True)):
            x, previous = (value(r, k) / divisor for k, divisor in zip((steps, max(0, steps - 1)), divisors, strict=True))
            pushed = step(start, 0 * x, previous - x, partial(mul, convert(each, Arithmetic.BALL)))
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
