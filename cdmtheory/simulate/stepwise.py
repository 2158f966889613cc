"""Step by step: what a method does to an eigenbasis, to a matrix or to a gradient, one step after the other.

One loop serves all three; they differ in the gradient alone. It advances position and velocity,

    v ← v − ((1−β)·v + η·∇F(x + γ·v)),   x ← x + v,

which is :func:`cdmtheory.methods.step` with d = v, rearranged: 1−β is small where momentum is close to 1, so it is computed
exactly and rounded once. (The textbook's a·x − β·x₋ loses 6 digits more at κ = 10⁸.)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cdmtheory.arithmetic import Arithmetic
from cdmtheory.inputs import real_array
from cdmtheory.methods import Coefficients, Method
from cdmtheory.spectra import Spectrum

__all__ = ["DIVERGED", "Damped", "Trajectory", "coefficients", "constant_coefficients", "dense", "matrix_free", "spectral"]

Floats = NDArray[np.float64]
DIVERGED = 1e100  # a norm grown by this factor will not come back, and is far enough from overflow that no step can warn
_PART = 2**13  # numbers that are updated together, in the cache from the first operation to the last
_BITS = 192  # of the exact evaluation of the coefficients, before they are rounded to doubles


@dataclass(frozen=True, eq=False)
class Trajectory:
    """What a simulation saw.

    ``norms``: ‖x_k − target‖₂ for k = 0 … steps, shape (steps + 1,), or (steps + 1, m) for m right-hand sides. ``x``,
    ``velocity``: the last state. ``diverged_at``: the step at which a norm had grown by a factor of 1e100 (or was no number)
    and the simulation stopped, norms ending there; None if that never happened. ``states``: every iterate, if asked for.
    """

    norms: Floats
    x: Floats
    velocity: Floats
    diverged_at: int | None
    states: Floats | None


class Damped(NamedTuple):
    """The coefficients of one step with the momentum as what is missing from 1: ``damping`` = 1 − β."""

    step_size: Any
    damping: Any
    lookahead: Any


def coefficients(method: Method) -> Iterator[Damped]:
    """The stream (η, 1−β, γ) of a method in doubles, each the rounding of its exact value.

    Raises
    ------
    TypeError
        If a parameter has no value (a free symbol, an array).
    """
    import flint

    with flint.ctx.workprec(_BITS):
        schedule = method.to(Arithmetic.BALL).schedule
        stream = iter(schedule)
    previous: Coefficients | None = None
    rounded = Damped(0.0, 0.0, 0.0)
    while True:
        with flint.ctx.workprec(_BITS):
            c = next(stream)
            if c is not previous:
                previous, rounded = c, Damped(float(flint.arb(c.step_size)), float(flint.arb(1 - c.momentum)), float(flint.arb(c.lookahead)))
        if c is schedule.constant:
            yield from repeat(rounded)
        yield rounded


def constant_coefficients(method: Method) -> tuple[float, float] | None:
    """Step size and momentum of a stationary method (of its tail, where step 0 differs), rounded once; None where they vary."""
    import flint

    with flint.ctx.workprec(_BITS):
        constant = method.to(Arithmetic.BALL).schedule.constant
        return None if constant is None else (float(flint.arb(constant.step_size)), float(flint.arb(constant.momentum)))


def spectral(method: Method, spectrum: Spectrum, steps: int, *, weights: ArrayLike | None = None, states: bool = False) -> Trajectory:
    """The trajectory in the eigenbasis, one coordinate for every distinct eigenvalue.

    ``weights``: the initial coordinates, shape (m,), default 1; a coordinate of multiplicity n counts n times in the norm.
    ‖x_k‖² = Σ multiplicity·(p_k(h)·weight)².
    """
    h = spectrum.eigenvalues
    start = np.ones(len(h)) if weights is None else real_array("weights", weights, 1)
    if start.shape != h.shape:
        raise ValueError(f"weights: shape {start.shape}; allowed is one weight for each of the {len(h)} distinct eigenvalues")
    counts = spectrum.multiplicities.astype(np.float64)
    return _run(method, lambda y, out: np.multiply(h, y, out=out), start, steps, lambda x: math.sqrt(counts.dot(x * x)), states=states)


def dense(method: Method, matrix: ArrayLike, start: ArrayLike, steps: int, *, states: bool = False) -> Trajectory:
    """The trajectory on ½xᵀHx for a symmetric matrix H, shape (d, d); ``start``: shape (d,), or (m, d) with one start per row.

    Raises
    ------
    ValueError
        If the matrix is not square or not symmetric, or the shapes do not fit.
    """
    H = real_array("matrix", matrix, 2)
    if H.shape[0] != H.shape[1]:
        raise ValueError(f"matrix: shape {H.shape}; allowed is a square matrix. For a data matrix use Spectrum.of_data")
    asymmetry = float(np.abs(H - H.T).max())
    if asymmetry > 1e-12 * np.abs(H).max():
        raise ValueError(f"matrix: not symmetric, H and its transpose differ by {asymmetry:.3g}; a Hessian is symmetric, use (H + H.T)/2")
    x = _start(start)
    if x.shape[-1] != len(H):
        raise ValueError(f"start: shape {x.shape}; allowed is ({len(H)},) or (m, {len(H)}), one start per row")
    return _run(method, lambda y, out: np.matmul(y, H, out=out), x, steps, _euclidean, states=states)


def matrix_free(method: Method, gradient: Any, start: ArrayLike, steps: int, *, target: ArrayLike | None = None, states: bool = False) -> Trajectory:
    """The trajectory on any differentiable objective, given its gradient.

    ``gradient``: a function of an array of the shape of ``start``, or a SciPy ``LinearOperator`` (the Hessian H; the gradient
    is H·x, row by row if ``start`` has rows). ``target``: norms are distances from it, default the origin.

    Raises
    ------
    TypeError, ValueError
        If the gradient is neither, or returns another shape.
    """
    x = _start(start)
    goal = np.zeros_like(x[..., :]) if target is None else np.broadcast_to(real_array("target", target, np.ndim(target)), x.shape)
    if hasattr(gradient, "matmat") and hasattr(gradient, "matvec"):
        operator = gradient
        if operator.shape != (x.shape[-1], x.shape[-1]):
            raise ValueError(f"gradient: an operator of shape {operator.shape}; allowed is ({x.shape[-1]}, {x.shape[-1]}), as start has shape {x.shape}")

        def apply(y: Floats) -> Any:
            return operator.matvec(y) if y.ndim == 1 else operator.matmat(y.T).T
    elif callable(gradient):
        apply = gradient
    else:
        raise TypeError(f"gradient = {gradient!r}; allowed is a function of x or a scipy.sparse.linalg.LinearOperator. For a matrix use dense")

    def checked(y: Floats, _: Floats) -> Floats:
        own = y.copy()  # the gradient may keep it
        own.flags.writeable = False  # and one that writes into its argument would change the trajectory unseen
        g = np.asarray(apply(own), dtype=np.float64)
        if g.shape != x.shape:
            raise ValueError(f"gradient: returned shape {g.shape}; needed is the shape of start, {x.shape}")
        return g

    return _run(method, checked, x, steps, lambda y: _euclidean(y - goal), states=states)


def _start(start: ArrayLike) -> Floats:
    return real_array("start", start, 2 if np.ndim(start) == 2 else 1)


def _euclidean(x: Floats) -> Any:
    return np.sqrt(np.einsum("...i,...i->...", x, x))


def _run(method: Method, gradient: Callable[[Floats, Floats], Floats], start: Floats, steps: int, norm: Callable[[Floats], Any], *, states: bool) -> Trajectory:
    """THE loop. ``gradient(y, out)`` may write into ``out`` and return it; nothing of the size of x is allocated on the way."""
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 0:
        raise ValueError(f"steps = {steps!r}; allowed is a whole number >= 0")
    if not isinstance(method, Method):
        raise TypeError(f"method = {method!r}; allowed is a method such as cdmtheory.gradient_descent(0.1)")
    x = start.copy()
    v, ahead, out = np.zeros_like(x), np.empty_like(x), np.empty_like(x)
    scratch = np.empty((2, min(_PART, x.size)))
    parts = [(part, v.reshape(-1)[part], x.reshape(-1)[part], *scratch[:, :min(_PART, x.size - part.start)])
             for part in (slice(i, i + _PART) for i in range(0, x.size, _PART))]
    first = np.asarray(norm(x))
    norms = np.empty((steps + 1, *first.shape))
    norms[0], single = first, first.ndim == 0
    seen = [x.copy()] if states else None
    limit = DIVERGED * max(float(first.max()), 1e-100)
    diverged_at = None
    with np.errstate(over="ignore", invalid="ignore"):
        for k, c in zip(range(1, steps + 1), coefficients(method), strict=False):
            # v ← v − (η·∇F(x + γ·v) + damping·v)
            y = x if c.lookahead == 0 else np.add(x, np.multiply(v, c.lookahead, out=ahead), out=ahead)
            g = gradient(y, out).reshape(-1)
            for part, v_part, x_part, change, damped in parts:
                np.multiply(g[part], c.step_size, change)
                np.add(change, np.multiply(v_part, c.damping, damped), change)
                np.subtract(v_part, change, v_part)
                np.add(x_part, v_part, x_part)
            norms[k] = size = norm(x)
            if seen is not None:
                seen.append(x.copy())
            if not (size <= limit if single else (size <= limit).all()):
                diverged_at, norms = k, norms[: k + 1]
                break
    return Trajectory(norms, x, v, diverged_at, None if seen is None else np.array(seen))
