"""The grokking curve in closed form: train and test risk of a linear teacher–student problem at any step (theory A6).

Phase 1 interpolates without weight decay, phase 2 decays the weights from there, from rest. Of the method of phase 2 only
its residuals p_k(h) are needed, so the curve of any method follows, at steps no simulation could reach.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cdmtheory.curved_side import CurvedSide, curved_side
from cdmtheory.inputs import exact_number, real_array
from cdmtheory.local_model import LocalModel
from cdmtheory.methods import Method
from cdmtheory.recurrence import NoRecurrence
from cdmtheory.simulate import closed_form
from cdmtheory.simulate.stepwise import DIVERGED, spectral
from cdmtheory.spectra import Spectrum, merge_equal

__all__ = ["GrokkingCurve", "Residuals", "closed_residuals", "grokking_curve", "interpolating_solution", "residuals", "stepped_residuals"]

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]
Residuals = Callable[[Method, Steps, Floats], Floats]
"""(method, k of shape (n,), h of shape (m,)) to the residuals p_k(h), shape (n, m)."""


def residuals(method: Method, k: Steps, h: Floats) -> Floats:
    """p_k(h) for many k and h at once, shape (n, m): closed form or stepping, whichever is quicker."""
    stepping = int(k.max()) * (14 + len(h) / 50)
    closed = 3000 + len(h) * (2 + len(k) / 15)  # both in microseconds, roughly
    if closed < stepping:
        with suppress(NoRecurrence):
            return closed_residuals(method, k, h)
    return stepped_residuals(method, k, h)


def stepped_residuals(method: Method, k: Steps, h: Floats) -> Floats:
    """p_k(h), shape (n, m), of any method: by stepping once through the largest k (all iterates are kept on the way).

    Errs by about 1e-13 of the envelope, and more where a double root sits at h = L: there rounding Polyak's step size to a double
    moves p_k by 1e-8 at κ = 10⁸, k = 1000.

    Raises
    ------
    ValueError
        If the method diverges on the way.
    """
    which = merge_equal(h).which
    seen = spectral(method, Spectrum.of_eigenvalues(h), int(k.max()), states=True)
    if seen.diverged_at is not None or seen.states is None:
        raise _diverged(method, seen.diverged_at, h)
    table: Floats = seen.states[k][:, which]
    return table


def closed_residuals(method: Method, k: Steps, h: Floats) -> Floats:
    """p_k(h), shape (n, m), in closed form, to 5e-15 of the envelope (:mod:`cdmtheory.simulate.closed_form`).

    Raises
    ------
    NoRecurrence
        If the method changes from step to step (Chebyshev's excepted).
    ValueError
        If the method diverges on the way.
    """
    table: Floats = closed_form.residuals(method, h, k)
    fine = (np.abs(table) <= DIVERGED).all(axis=1)
    if not fine.all():
        raise _diverged(method, int(k[np.argmin(fine)]), h)
    return table


def _diverged(method: Method, step: int | None, h: Floats) -> ValueError:
    return ValueError(f"{method!r} diverges on curvatures up to {h.max():.6g}: at step {step} it has grown beyond {DIVERGED:g}; "
                      f"take a smaller step size, for instance 1/{h.max():.6g}")


def interpolating_solution(data: ArrayLike | CurvedSide, targets: ArrayLike, start: ArrayLike) -> Floats:
    """P₀θ_0 + X⁺y: where every span-based method without weight decay ends on a linear model (theory A4); shape (d,).

    ``data``: X, shape (n, d), n ≤ d; ``targets``: y, shape (n,); ``start``: θ_0, shape (d,).

    Raises
    ------
    ValueError
        If a shape does not fit, or no θ interpolates: Xθ = y has no solution within rounding.
    """
    side = data if isinstance(data, CurvedSide) else curved_side(data)
    if len(side.rows) != side.n_samples:
        raise ValueError(f"data: {side.n_samples} samples of {side.d} parameters; allowed are at most as many samples as parameters, "
                         "more of them cannot all be interpolated")
    y = real_array("targets", targets, 1)
    if len(y) != side.n_samples:
        raise ValueError(f"targets: shape {y.shape}; allowed is ({side.n_samples},), one target for every row of the data")
    solution = side.lift(side.left.T @ y / side.singular_values) + side.split(start, name="start").flat
    miss = float(np.abs(side.rows @ solution - y).max())
    if miss > 1e-6 * float(np.abs(y).max()):
        raise ValueError(f"targets: no parameters interpolate, the best linear fit misses a target by {miss:.3g}; needed is a data matrix "
                         f"of full row rank (rank {side.rank} of {side.n_samples} rows). Are there equal rows with different targets?")
    return solution


@dataclass(frozen=True, eq=False, repr=False)
class GrokkingCurve:
    """What phase 2 does to the risks, step by step; all arrays have the shape of ``k``, (n,).

    ``train``: the training loss 𝓛_k; ``test``: the risk ½E(x·θ_k − y)² on a new noisy sample; ``norm``: ‖θ_k‖; ``flat``: p_k(λ),
    the part of the flat component that is left; ``floor``: the test risk of the minimiser, where ``test`` ends.
    """

    k: Steps
    train: Floats
    test: Floats
    norm: Floats
    flat: Floats
    floor: float

    def __repr__(self) -> str:
        return f"<GrokkingCurve: {len(self.k)} steps up to {self.k.max()}, test {self.test[0]:.6g} to {self.test[-1]:.6g}, floor {self.floor:.6g}>"


def grokking_curve(model: LocalModel, method: Method, k: ArrayLike, *, teacher: ArrayLike, noise_variance: Any = 0,
                   residuals: Residuals = residuals) -> GrokkingCurve:
    """Train and test risk at the steps k of phase 2, started at rest at ``model.theta_star`` (theory A6).

    𝓛_k = ½ Σ h_i (λ/(h_i+λ))² (1 − p_k(h_i+λ))² c_i² and
    R_k = ½{Σ (c_i[1 − λ/(h_i+λ)·(1 − p_k(h_i+λ))] − t_i)² + ‖p_k(λ)P₀θ_0 − P₀θ_T‖² + v}: isotropic inputs of variance 1, label noise v.

    ``k``: whole numbers ≥ 0, shape (n,); ``teacher``: θ_T, shape (d,); ``residuals``: where p_k(h) comes from; by default the
    quicker of :func:`stepped_residuals` and :func:`closed_residuals`, so that any k is cheap.

    Raises
    ------
    ValueError
        If k holds something else, a shape does not fit, the noise variance is negative, or the method diverges.
    TypeError
        If something is of another kind.
    """
    if not isinstance(model, LocalModel):
        raise TypeError(f"model: {type(model).__name__}; allowed is what cdmtheory.local_model.local_model(jacobian, theta_star, weight_decay) makes")
    steps = np.asarray(k)
    if steps.dtype.kind not in "iu" or steps.ndim != 1 or steps.size == 0 or (steps < 0).any():
        raise ValueError(f"k = {k!r}; allowed is a one-dimensional array of whole numbers from 0 to 2^63 - 1, for instance numpy.arange(100)")
    steps = steps.astype(np.int64)
    noise = float(exact_number("noise_variance", noise_variance))
    if noise < 0:
        raise ValueError(f"noise_variance = {noise_variance!r}; allowed is a number >= 0")
    t, flat_teacher = model.side.split(teacher, name="teacher")
    c, flat_start = model.parts
    table = residuals(method, steps, np.append(model.curvatures, float(model.weight_decay)))
    p, p_flat = table[:, :-1], table[:, -1]
    moved = model.shrinkage * (1 - p)
    curved = c * (1 - moved)
    # along the unit vector of P₀θ_0 and across it, so that nothing cancels
    length = float(np.linalg.norm(flat_start))
    unit = flat_start / length if length > 0 else flat_start
    along = float(unit @ flat_teacher)
    across = flat_teacher - along * unit
    rest = float(across @ across) + noise

    def risk(curved: Floats, flat: Any) -> Any:
        return (np.sum((curved - t) ** 2, axis=-1) + (flat * length - along) ** 2 + rest) / 2

    return GrokkingCurve(steps, np.sum(model.side.curvatures * (moved * c) ** 2, axis=1) / 2, risk(curved, p_flat),
                         np.sqrt(np.sum(curved**2, axis=1) + (p_flat * length) ** 2), p_flat, float(risk(model.minimiser_coordinates, 0.0)))
