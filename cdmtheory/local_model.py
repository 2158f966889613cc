"""The local quadratic model after interpolation: theory part A as code.

Around an interpolating θ* (all prediction errors zero) the objective is ½(θ−θ*)ᵀH(θ−θ*) + (λ/2)‖θ‖² with H = JᵀJ/n. Its
curved directions, at most n, have curvatures h_i + λ; all others are flat and share the curvature λ.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cdmtheory.curved_side import CurvedSide, Split, curved_side
from cdmtheory.inputs import exact_number, real_array
from cdmtheory.spectra import Spectrum, merge_equal

__all__ = ["Bounded", "Collapsed", "LocalModel", "local_model"]

Floats = NDArray[np.float64]
_ROUNDING = 64 * float(np.finfo(np.float64).eps)  # what projecting leaves of a zero, relative to the vector projected


class Bounded(NamedTuple):
    """A quantity next to the bound that the theory gives for it: ``value <= bound``."""

    value: float
    bound: float


@dataclass(frozen=True, eq=False, repr=False)
class LocalModel:
    """½(θ−θ*)ᵀH(θ−θ*) + (λ/2)‖θ‖² around an interpolating θ*, shape (d,); build it with :func:`local_model`.

    ``side``: the decomposition of the Jacobian; ``theta_star``: θ*; ``parts``: its curved coordinates c and flat part P₀θ*.
    """

    side: CurvedSide
    theta_star: Floats
    parts: Split
    weight_decay: Fraction

    def __repr__(self) -> str:
        return f"<LocalModel: {self.side.d} parameters, rank {self.side.rank}, weight decay {float(self.weight_decay):.6g}>"

    @property
    def curvatures(self) -> Floats:
        """h_i + λ on the curved directions, shape (rank,), descending; λ on every other (theory A2)."""
        return self.side.curvatures + float(self.weight_decay)

    @property
    def spectrum(self) -> Spectrum:
        """{h_i + λ} ∪ {λ with multiplicity d − rank}; ``mu`` is λ exactly where there is a flat direction (theory A2)."""
        return Spectrum.of_curved_side(self.side, self.weight_decay, name="local model")

    @property
    def shrinkage(self) -> Floats:
        """λ/(h_i + λ), what weight decay takes of the curved coordinate i at the minimiser; shape (rank,)."""
        lam = float(self.weight_decay)
        return lam / (self.side.curvatures + lam)

    @property
    def minimiser_coordinates(self) -> Floats:
        """The curved coordinates h_i/(h_i + λ)·c_i of θ_λ, shape (rank,); its flat part is zero."""
        h = self.side.curvatures
        coordinates: Floats = h / (h + float(self.weight_decay)) * self.parts.curved
        return coordinates

    @property
    def minimiser(self) -> Floats:
        """θ_λ = (H + λI)⁻¹Hθ*, shape (d,) (theory A2)."""
        return self.side.lift(self.minimiser_coordinates)

    @property
    def least_norm(self) -> Floats:
        """Pθ*, the least-norm point of {θ : J(θ − θ*) = 0} and the limit of θ_λ as λ → 0; shape (d,) (theory A2)."""
        return self.side.lift(self.parts.curved)

    @property
    def distance_to_least_norm(self) -> Bounded:
        """‖θ_λ − Pθ*‖ and its bound λ/(h_min⁺ + λ)·‖Pθ*‖ (theory A2)."""
        worst = float(self.shrinkage.max(initial=0.0))
        return Bounded(float(np.linalg.norm(self.shrinkage * self.parts.curved)), worst * float(np.linalg.norm(self.parts.curved)))

    @property
    def cost_of_interpolation(self) -> Bounded:
        """The training loss at θ_λ, ½ Σ h_i λ²/(h_i+λ)² c_i², and its bound (λ/8)‖Pθ*‖² (theory A3)."""
        c = self.parts.curved
        return Bounded(float(np.sum(self.side.curvatures * (self.shrinkage * c) ** 2) / 2), float(self.weight_decay) / 8 * float(c @ c))

    def loss(self, theta: ArrayLike) -> float:
        """The training loss ½(θ−θ*)ᵀH(θ−θ*), without weight decay."""
        errors = self.side.rows @ (real_array("theta", theta, 1) - self.theta_star)
        return float(errors @ errors) / (2 * self.side.n_samples)

    def gradient(self, theta: Floats) -> Floats:
        """H(θ−θ*) + λθ, the gradient of the whole objective; shape (d,) to (d,)."""
        gradient: Floats = self.side.rows.T @ (self.side.rows @ (theta - self.theta_star)) / self.side.n_samples + float(self.weight_decay) * theta
        return gradient

    def weights(self, start: ArrayLike | None = None) -> Floats:
        """The norm of start − θ_λ in each eigenspace, in the order of ``spectrum.eigenvalues``; ``start``: shape (d,), default θ*."""
        curved, flat = self.parts if start is None else self.side.split(start, name="start")
        squares = np.append((curved - self.minimiser_coordinates) ** 2, flat @ flat)
        here = slice(None) if self.side.rank < self.side.d else slice(-1)
        which = merge_equal(np.append(self.curvatures, float(self.weight_decay))[here]).which
        return np.sqrt(np.bincount(which, weights=squares[here]))

    def collapse(self, start: ArrayLike | None = None, velocity: ArrayLike | None = None) -> Collapsed:
        """The same dynamics in rank + 1 scalars, exactly: all flat directions move alike (theory A5).

        ``start``: θ_0, shape (d,), default θ*; ``velocity``: θ_0 − θ_{−1}, shape (d,), default zero. Where the flat part of the
        velocity is neither zero nor parallel to P₀θ_0 there is one scalar more; where both are zero, one less.
        """
        curved, flat = self.parts if start is None else self.side.split(start, name="start")
        scale = np.linalg.norm(curved) + np.linalg.norm(flat)
        pushed, drift = Split(np.zeros_like(curved), np.zeros_like(flat)) if velocity is None else self.side.split(velocity, name="velocity")
        basis: list[Floats] = []
        for vector, size in ((flat, scale), (drift, np.linalg.norm(pushed) + np.linalg.norm(drift))):
            new = vector - sum(b * (b @ vector) for b in basis)
            if np.linalg.norm(new) > _ROUNDING * size:
                basis.append(new / np.linalg.norm(new))
        flat_basis = np.array(basis).reshape(len(basis), self.side.d)
        padding = np.zeros(len(basis))
        return Collapsed(np.append(self.curvatures, padding + float(self.weight_decay)), np.append(self.minimiser_coordinates, padding),
                         np.append(curved, flat_basis @ flat), np.append(pushed, flat_basis @ drift), self.side, flat_basis)


@dataclass(frozen=True, eq=False, repr=False)
class Collapsed:
    """The dynamics of a local model in m = rank + 1 scalars (rank and rank + 2 occur, see :meth:`LocalModel.collapse`).

    ``eigenvalues``, ``minimiser``, ``start``, ``velocity``: shape (m,); step ``start`` with :meth:`gradient` as any other
    quadratic. ``flat_basis``: orthonormal rows of shape (d,). Norms and distances are those of the full vectors.
    """

    eigenvalues: Floats
    minimiser: Floats
    start: Floats
    velocity: Floats
    side: CurvedSide
    flat_basis: Floats

    def __len__(self) -> int:
        return len(self.eigenvalues)

    def gradient(self, scalars: Floats) -> Floats:
        """eigenvalues·(scalars − minimiser), shape (m,)."""
        return self.eigenvalues * (scalars - self.minimiser)

    def lift(self, scalars: Floats) -> Floats:
        """The full vector, shape (m,) to (d,)."""
        return self.side.lift(scalars[:self.side.rank]) + scalars[self.side.rank:] @ self.flat_basis


def local_model(jacobian: ArrayLike | CurvedSide, theta_star: ArrayLike, weight_decay: Any) -> LocalModel:
    """The quadratic model around an interpolating θ*, shape (d,), with the Jacobian J there, shape (n, d), and λ > 0.

    A :class:`CurvedSide` instead of the Jacobian saves its decomposition.

    Raises
    ------
    ValueError
        If λ ≤ 0 (then the flat directions have no minimiser, theory A4), a shape does not fit, or something is not finite.
    """
    decay = exact_number("weight_decay", weight_decay)
    if float(decay) <= 0:
        raise ValueError(f"weight_decay = {weight_decay!r}; allowed is a number > 0: without it flat directions never move and have no minimiser")
    side = jacobian if isinstance(jacobian, CurvedSide) else curved_side(jacobian)
    star = real_array("theta_star", theta_star, 1).copy()
    return LocalModel(side, star, side.split(star, name="theta_star"), decay)
