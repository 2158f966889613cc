"""Distances from the minimum by the cheapest road: stepping, the closed form, or an eigendecomposition and the closed form.

Where it is a close thing, what stepping costs is measured on the problem itself, a few steps of it, and what an eigendecomposition costs on a
small block of the matrix.
A Jacobian is always collapsed first, equal eigenvalues always merged.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cdmtheory.curved_side import CurvedSide
from cdmtheory.inputs import exact_number, real_array
from cdmtheory.local_model import local_model
from cdmtheory.methods import Method
from cdmtheory.recurrence import NoRecurrence, forms
from cdmtheory.simulate.bounds import FOURIER
from cdmtheory.simulate.closed_form import norms
from cdmtheory.simulate.stepwise import dense, spectral
from cdmtheory.simulate.two_phases import phases
from cdmtheory.spectra import Spectrum, merge_equal

__all__ = ["Distances", "Plan", "distances", "plan", "stepping_seconds"]

Floats = NDArray[np.float64]
_FLOP = 3e-11  # seconds; a guess, which decides only where it is clear
_STEP, _SET_UP = 2.2e-5, 2e-3  # seconds of Python per step, and before any closed form; as much again around an eigendecomposition
_CLEAR = 8
_FEW = 50  # steps: to measure would cost as much
_PROBE = 160
_CUBIC = 2000  # the dimension where an eigendecomposition's cubic part takes as long as its quadratic one


@dataclass(frozen=True)
class Plan:
    """``route``: "stepping", "closed form" or "eigendecomposition"; ``seconds``: what each was expected to take; ``why``: in words."""

    route: str
    seconds: dict[str, float]
    why: str


@dataclass(frozen=True, eq=False)
class Distances:
    """``norms``: ‖x_k − x*‖₂, shape (n,), or (n, s) for s starts; ``plan``: how they were found, and why so."""

    norms: Floats
    plan: Plan


def distances(method: Method, problem: ArrayLike | Spectrum | CurvedSide, k: ArrayLike, *, start: ArrayLike | None = None, weight_decay: Any = None,
              route: str | None = None) -> Distances:
    """‖x_k − x*‖₂ at the steps k of a method on a quadratic.

    ``problem``: a :class:`Spectrum`; a symmetric positive definite matrix H, shape (d, d), for ½xᵀHx; or, with ``weight_decay`` λ, a Jacobian
    or data matrix X of shape (n, d), or its :class:`CurvedSide`, for ½xᵀ(XᵀX/n + λI)x, which is collapsed to min(n, d) + 1 scalars.
    ``k``: whole numbers ≥ 0, shape (n,). ``start``: x_0, shape (d,), or (s, d) for s starts of a matrix; of a Spectrum one coordinate per
    distinct eigenvalue, shape (m,), counted with its multiplicity; default all 1. ``route``: one of those of :class:`Plan`, to insist.

    Raises
    ------
    ValueError
        If shapes do not fit, or the route is not possible.
    """
    steps = np.asarray(k)
    if steps.ndim != 1 or steps.size == 0 or steps.dtype.kind not in "iu" or (steps < 0).any():
        raise ValueError(f"k = {k!r}; allowed is an array of whole numbers >= 0 with one axis, at least one")
    if isinstance(problem, (Spectrum, CurvedSide)) or weight_decay is not None:
        spectrum, weights = _collapsed(problem, start, weight_decay)
        return _spectral(method, spectrum, weights, steps, route)
    H = real_array("problem", problem, 2)
    x = np.ones(len(H)) if start is None else real_array("start", start, np.ndim(start))
    chosen = plan(method, steps, len(H), rows=1 if x.ndim == 1 else len(x), matrix=H, start=x, route=route)
    if chosen.route == "stepping":
        return Distances(dense(method, H, x, int(steps.max())).norms[steps], chosen)
    h, vectors = np.linalg.eigh((H + H.T) / 2)
    merged = merge_equal(h)
    squares = np.zeros((len(merged.distinct), 1 if x.ndim == 1 else len(x)))
    np.add.at(squares, merged.which, np.square(vectors.T @ np.atleast_2d(x).T))
    found = norms(method, Spectrum.of_eigenvalues(h), steps, squared=squares.T) * np.sqrt(squares.sum(axis=0))
    return Distances(found[:, 0] if x.ndim == 1 else found, chosen)


def _collapsed(problem: Any, start: ArrayLike | None, weight_decay: Any) -> tuple[Spectrum, Floats]:
    """The spectrum, and the norm of the start in each eigenspace."""
    if isinstance(problem, Spectrum):
        weights = np.ones(len(problem)) if start is None else real_array("start", start, 1)
        if weights.shape != (len(problem),):
            raise ValueError(f"start: shape {weights.shape}; allowed is one coordinate for each of the {len(problem)} distinct eigenvalues")
        return problem, weights * np.sqrt(problem.multiplicities)
    exact_number("weight_decay", weight_decay)
    d = problem.d if isinstance(problem, CurvedSide) else np.shape(problem)[-1]
    model = local_model(problem, np.zeros(d), weight_decay)
    return model.spectrum, model.weights(np.ones(d) if start is None else real_array("start", start, 1))


def _spectral(method: Method, spectrum: Spectrum, weights: Floats, steps: NDArray[np.int64], route: str | None) -> Distances:
    chosen = plan(method, steps, len(spectrum), least=float(spectrum.eigenvalues[0]), route=route)
    if chosen.route == "stepping":
        each = Spectrum(spectrum.eigenvalues, np.ones(len(spectrum), dtype=np.int64), spectrum.mu, spectrum.L, spectrum.name)
        return Distances(spectral(method, each, int(steps.max()), weights=weights).norms[steps], chosen)
    size = float(np.linalg.norm(weights))
    return Distances(norms(method, spectrum, steps, squared=weights * weights) * size if size else np.zeros(len(steps)), chosen)


def plan(method: Method, k: NDArray[np.int64], size: int, *, rows: int = 1, matrix: Floats | None = None, start: Floats | None = None,
         least: float | None = None, route: str | None = None) -> Plan:
    """The cheapest road to the steps k: of ``size`` eigenvalues, the smallest of which is ``least``, or of a matrix with ``rows`` starts."""
    other = "closed form" if matrix is None else "eigendecomposition"
    if route not in (None, "stepping", other):
        raise ValueError(f"route = {route!r}; allowed are 'stepping' and {other!r}, or None for the quicker one")
    last = int(k.max())
    stepping = stepping_seconds(size, last) if matrix is None else last * (_STEP + 2 * rows * size**2 * _FLOP)
    if route is None and stepping < _SET_UP / _CLEAR:
        return Plan("stepping", {"stepping": stepping}, f"stepping about {stepping:.2g} s, less than any set-up")
    try:
        closed = _closed_seconds(method, k, size, rows, least)
    except NoRecurrence as error:
        if route == other:
            raise
        return Plan("stepping", {"stepping": stepping}, str(error))
    seconds = {"stepping": stepping, other: closed if matrix is None else closed + _SET_UP + 15 * size**3 * _FLOP}
    if matrix is not None and start is not None and last > _FEW and 1 / _CLEAR < seconds["stepping"] / seconds[other] < _CLEAR:
        product = _measured(lambda: np.matmul(start, matrix))
        seconds = {"stepping": last * (_STEP + product + rows * size * 6e-9), other: closed + _SET_UP + _eigen_seconds(matrix)}
    quicker = min(seconds, key=lambda name: seconds[name])
    told = ", ".join(f"{name} about {value:.2g} s" for name, value in seconds.items())
    return Plan(route or quicker, seconds, f"{told} for {len(k)} steps up to {last}, {size} {'eigenvalues' if matrix is None else 'dimensions'}"
                + ("; insisted on" if route else ""))


def stepping_seconds(size: int, last: int) -> float:
    """About what stepping takes in an eigenbasis of ``size`` distinct eigenvalues."""
    return last * (9e-6 + 4e-9 * size)


def _closed_seconds(method: Method, k: NDArray[np.int64], size: int, rows: int, least: float | None) -> float:
    """Set-up, then single steps or, if they follow each other, a transform or matrix products."""
    import flint

    set_up = _SET_UP + 1.2e-6 * size
    if method.name == "phased":
        first, _, second = phases(method)
        return sum(_closed_seconds(each, k[:1], size, rows, least) for each in (first, second)) + size * (6e-5 + len(k) * 1e-7)
    with flint.ctx.workprec(64):
        found = forms(method)
    if len(k) < 256 or rows > 1 or not (np.diff(k) == 1).all():
        return set_up + len(k) * size * (6e-8 + 1e-9 * rows)
    determinant = float(found.determinant.constant)
    alike = size >= FOURIER and least is not None and abs(float(found.determinant.slope)) < 1e-15 < abs(determinant) \
        and float(found.trace(least)) ** 2 < (4 + 1e-9) * abs(determinant)  # no mode is over-damped, so all decay alike
    return set_up + (len(k) * 2e-7 + size * 2e-6 if alike else len(k) * size * 4e-10 + math.sqrt(len(k)) * size * 1.5e-7)


def _measured(run: Callable[[], Any]) -> float:
    """Seconds of the best of three runs."""
    best = np.inf
    for _ in range(3):
        began = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - began)
    return float(best)


def _eigen_seconds(matrix: Floats) -> float:
    block = np.ascontiguousarray(matrix[:_PROBE, :_PROBE])
    n, m = len(matrix), len(block)
    return _measured(lambda: np.linalg.eigh(block)) * (n / m) ** 2 * (1 + n / _CUBIC) / (1 + m / _CUBIC)
