"""The curved side of a Jacobian: its singular values and what it sees of a vector, through the small side only.

For J of shape (n, d) the Hessian JᵀJ/n is d × d, but at most n of its directions are curved. Here nothing of size d × d is
ever formed: a triangle R with the same singular values first, then their decomposition. It comes from the Gram matrix only
where that is well conditioned; elsewhere the Gram matrix would lose half of the digits of the small singular values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cdmtheory.inputs import exact_number, real_array

__all__ = ["CurvedSide", "Split", "curved_side"]

Floats = NDArray[np.float64]
_BLOCK = 8192


class Split(NamedTuple):
    """θ = Vc + flat: ``curved`` holds the coordinates c, shape (rank,), ``flat`` is P₀θ, shape (d,)."""

    curved: Floats
    flat: Floats


@dataclass(frozen=True, eq=False, repr=False)
class CurvedSide:
    """The thin singular value decomposition of J, with the right singular vectors V = JᵀU/s left implicit.

    ``rows``: J, or, where n > d, a triangle R with RᵀR = JᵀJ; shape (min(n, d), d), not copied where n <= d. ``left``: U, shape (min(n, d), rank).
    ``singular_values``: s > 0, shape (rank,), descending. ``n_samples``: n.
    """

    rows: Floats
    left: Floats
    singular_values: Floats
    n_samples: int

    @property
    def d(self) -> int:
        """The number of parameters."""
        return int(self.rows.shape[1])

    @property
    def rank(self) -> int:
        """The number of curved directions."""
        return len(self.singular_values)

    @property
    def curvatures(self) -> Floats:
        """h_i = s_i²/n > 0, the positive eigenvalues of JᵀJ/n, shape (rank,), descending (theory A1)."""
        with np.errstate(over="ignore", under="ignore"):
            h: Floats = self.singular_values * (self.singular_values / self.n_samples)
        return h

    def __repr__(self) -> str:
        return f"<CurvedSide: {self.n_samples} samples, {self.d} parameters, rank {self.rank}>"

    def lift(self, curved: ArrayLike) -> Floats:
        """Vc, the vector with the given curved coordinates: shape (rank,) to shape (d,)."""
        vector: Floats = self.rows.T @ (self.left @ (np.asarray(curved, dtype=np.float64) / self.singular_values))
        return vector

    def split(self, theta: ArrayLike, *, name: str = "theta") -> Split:
        """The curved coordinates Vᵀθ and the flat part P₀θ = θ − VVᵀθ of a vector of shape (d,), which messages call ``name``.

        Errs by about eps·s_max/s_min⁺ of ‖θ‖, since V is implicit.

        Raises
        ------
        ValueError
            If the shape does not fit, or something is not finite.
        """
        whole = real_array(name, theta, 1)
        if len(whole) != self.d:
            raise ValueError(f"{name}: shape {whole.shape}; allowed is ({self.d},), one number for every column of the Jacobian")
        c = self.left.T @ (self.rows @ whole) / self.singular_values
        return Split(c, whole - self.lift(c))


def _triangle(tall: Floats) -> Floats:
    """R with RᵀR = AᵀA for a tall A: Cholesky's where A is well conditioned, else by a QR factorisation in blocks of rows.

    The Gram matrix errs by eps·s_max²; down to s_min² = s_max²/1000 that is nothing, and a matrix product is ten times faster.
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        gram = tall.T @ tall
    if np.isfinite(gram).all():
        h = np.linalg.eigvalsh(gram)
        if h[0] > h[-1] / 1000 > 1e-290:
            return np.ascontiguousarray(np.linalg.cholesky(gram).T)
    r = np.zeros((0, tall.shape[1]))
    for start in range(0, len(tall), _BLOCK):
        r = np.asarray(np.linalg.qr(np.concatenate((r, tall[start:start + _BLOCK])), mode="r"))
    return r


def curved_side(jacobian: ArrayLike, *, rank_tolerance: float | None = None) -> CurvedSide:
    """The curved side of a Jacobian or data matrix of shape (n, d): O(n·d·min(n, d)) work, O(min(n, d)²) extra memory.

    Singular values up to ``rank_tolerance``·s_max count as zero, their directions as flat; by default max(n, d)·eps, the bound
    on what rounding alone can leave of a zero.

    Raises
    ------
    TypeError, ValueError
        If it is not a real matrix, or holds nan or inf (the first place, or the missing column, is named).
    """
    if type(jacobian).__module__.startswith("scipy.sparse"):
        raise TypeError("jacobian: a sparse matrix; allowed is a dense one. Use jacobian.toarray(), or Spectrum.of_operator for the extremes alone")
    array = np.asarray(jacobian)
    if array.dtype.kind == "f" and array.ndim == 2 and array.size and (missing := np.isnan(array).all(axis=0)).any():
        raise ValueError(f"jacobian: column {int(np.argmax(missing))} holds no number at all; remove missing columns")
    rows = real_array("jacobian", array, 2)
    n, d = rows.shape
    tolerance = max(n, d) * float(np.finfo(float).eps) if rank_tolerance is None else float(exact_number("rank_tolerance", rank_tolerance))
    if not 0 <= tolerance < 1:
        raise ValueError(f"rank_tolerance = {rank_tolerance!r}; allowed is 0 <= rank_tolerance < 1, relative to the largest singular value")
    if n > d:
        rows = _triangle(rows)
        left, s, _ = np.linalg.svd(rows)
    else:
        _, s, right = np.linalg.svd(_triangle(rows.T))
        left = right.T  # J = RᵀQᵀ with R = A·S·Bᵀ, so U = B
    rank = int(np.count_nonzero(s > tolerance * s[0]))
    return CurvedSide(rows, left[:, :rank], s[:rank], n)
