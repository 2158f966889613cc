"""Spectra of Hessians: distinct eigenvalues with their multiplicities, synthetic or of a given matrix, data or operator.

A spectrum is all that a first-order method sees of a quadratic. Equal eigenvalues are always merged, because they move
alike: a billion flat directions cost as much as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from numbers import Integral
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cdmtheory.curved_side import CurvedSide, curved_side
from cdmtheory.inputs import count, exact_number, real_array
from cdmtheory.laws import SYNTHETIC

if TYPE_CHECKING:
    from scipy.sparse.linalg import LinearOperator

__all__ = ["SYNTHETIC", "Merged", "Spectrum", "merge_equal", "synthetic"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_EPS = float(np.finfo(np.float64).eps)
_SMALL = 1000  # an operator no larger is written out: faster, and it always succeeds
_VECTORS = 80


def _positive(name: str, array: Floats) -> None:
    if not (array > 0).all():
        place = int(np.argmin(array > 0))
        raise ValueError(f"{name}: {array[place]} at index {place}; allowed are numbers > 0. "
                         "A flat direction needs weight decay: add lambda > 0 to every eigenvalue")


class Merged(NamedTuple):
    """Numbers with the equal ones merged; ``distinct[which]`` are the numbers given."""

    distinct: Floats
    multiplicities: Ints
    which: Ints


def merge_equal(values: ArrayLike) -> Merged:
    """The distinct values, ascending, how often each occurs, and for every given value the index of its distinct one.

    Weights in the order of ``values`` aggregate as ``numpy.bincount(merged.which, weights=w**2)``: squared norms per eigenspace.
    """
    distinct, index, counts = np.unique(real_array("eigenvalues", values, 1), return_inverse=True, return_counts=True)
    return Merged(distinct, counts.astype(np.int64), index.astype(np.int64))


@dataclass(frozen=True, eq=False, repr=False)
class Spectrum:
    """The eigenvalues of a positive definite Hessian, distinct and ascending, with multiplicities.

    ``eigenvalues``: shape (m,), float64, read-only; ``multiplicities``: shape (m,), int64, read-only; ``mu`` and ``L``: the
    extremes as exact rationals, as prescribed, or else the value of the extreme float. Build one with :func:`synthetic`,
    :meth:`of_eigenvalues`, :meth:`of_matrix`, :meth:`of_data` or :meth:`of_operator`.

    Raises
    ------
    TypeError, ValueError
        If something is not real, finite, positive, distinct and ascending, or ``mu`` or ``L`` is not the extreme eigenvalue.
    """

    eigenvalues: Floats
    multiplicities: Ints
    mu: Fraction
    L: Fraction
    name: str

    def __post_init__(self) -> None:
        h = real_array("eigenvalues", self.eigenvalues, 1).copy()
        _positive("eigenvalues", h)
        if (np.diff(h) <= 0).any():
            raise ValueError(f"eigenvalues: not distinct and ascending at index {int(np.argmax(np.diff(h) <= 0))}; "
                             "use Spectrum.of_eigenvalues, which sorts and merges")
        given = np.asarray(self.multiplicities)
        if given.dtype.kind not in "iu" or given.shape != h.shape or (given < 1).any():
            raise ValueError(f"multiplicities: {given!r}; allowed are {len(h)} whole numbers >= 1, one for every distinct eigenvalue")
        counts = given.astype(np.int64)
        if self.mu > self.L:
            raise ValueError(f"mu = {self.mu} is larger than L = {self.L}; needed is 0 < mu <= L. Are the two exchanged?")
        for name, exact, extreme in (("mu", self.mu, h[0]), ("L", self.L, h[-1])):
            if float(exact) != extreme:
                raise ValueError(f"{name} = {exact} is not the extreme eigenvalue {extreme}; leave it out, or add it to the eigenvalues")
        h.flags.writeable = counts.flags.writeable = False
        object.__setattr__(self, "eigenvalues", h)
        object.__setattr__(self, "multiplicities", counts)

    @property
    def kappa(self) -> float:
        """The condition number κ = L/μ."""
        return float(self.L / self.mu)

    @property
    def size(self) -> int:
        """The dimension d: the sum of the multiplicities."""
        return int(self.multiplicities.sum())

    def __len__(self) -> int:
        """The number m of distinct eigenvalues."""
        return len(self.eigenvalues)

    def __repr__(self) -> str:
        return f"<Spectrum {self.name}: size {self.size}, {len(self)} distinct, mu = {float(self.mu):.6g}, L = {float(self.L):.6g}, kappa = {self.kappa:.6g}>"

    @classmethod
    def of_eigenvalues(cls, values: ArrayLike, *, multiplicities: ArrayLike | None = None, mu: Any = None, L: Any = None, name: str = "given") -> Spectrum:
        """The spectrum with the given eigenvalues, in any order, equal ones merged.

        ``values``: shape (n,); ``multiplicities``: shape (n,), default 1 each; ``mu``, ``L``: the exact extremes, where they are known.
        """
        merged = merge_equal(values)
        counts = merged.multiplicities
        if multiplicities is not None:
            each = np.asarray(multiplicities)
            if each.dtype.kind not in "iu" or each.shape != merged.which.shape or (each < 1).any():
                raise ValueError(f"multiplicities: {each!r}; allowed are {len(merged.which)} whole numbers >= 1, one for every eigenvalue given")
            counts = np.zeros(len(merged.distinct), dtype=np.int64)
            np.add.at(counts, merged.which, each.astype(np.int64))
        _positive("eigenvalues", merged.distinct)
        low, high = (Fraction(float(extreme)) for extreme in merged.distinct[[0, -1]])
        if len(merged.distinct) == 1:
            mu, L = (L if mu is None else mu), (mu if L is None else L)
        return cls(merged.distinct, counts, low if mu is None else exact_number("mu", mu), high if L is None else exact_number("L", L), name)

    @classmethod
    def of_matrix(cls, matrix: ArrayLike, *, name: str = "matrix") -> Spectrum:
        """The spectrum of a symmetric positive definite matrix, shape (d, d); each eigenvalue errs by about eps·L.

        Raises
        ------
        ValueError
            If it is not square, not symmetric (beyond rounding, d·eps·max|entry|), or not positive definite beyond rounding.
        """
        a = real_array("matrix", matrix, 2)
        d = len(a)
        if a.shape != (d, d):
            raise ValueError(f"matrix: shape {a.shape}; allowed is a square matrix. For a data matrix use Spectrum.of_data")
        gap = np.abs(a - a.T)
        if gap.max() > d * _EPS * np.abs(a).max():
            i, j = (int(v) for v in np.unravel_index(np.argmax(gap), gap.shape))
            raise ValueError(f"matrix: not symmetric, the largest difference is {gap[i, j]:.3g} between entries ({i}, {j}) and ({j}, {i}); "
                             "a Hessian is symmetric. Take (A + A.T)/2 if the difference is noise")
        if not (a - np.diag(np.diag(a))).any():
            return cls.of_eigenvalues(np.diag(a), name=name)
        h = np.linalg.eigvalsh(a)
        if h[0] <= d * _EPS * np.abs(h).max():
            raise ValueError(f"matrix: its smallest eigenvalue is {h[0]:.3g}, not positive beyond rounding ({d * _EPS * np.abs(h).max():.3g}); "
                             "allowed is a positive definite matrix. Add weight decay, lambda times the identity")
        return cls.of_eigenvalues(h, name=name)

    @classmethod
    def of_data(cls, data: ArrayLike, weight_decay: Any, *, rank_tolerance: float | None = None, name: str = "data") -> Spectrum:
        """The spectrum of XᵀX/n + λI for a data matrix or Jacobian X of shape (n, d): rows are samples (theory A2).

        Never d × d: a 60 × 10⁶ matrix has at most 61 distinct eigenvalues. The flat one, λ with multiplicity d − rank, is exact
        (``mu`` is λ as given, which may be a Fraction); a column of zeros is one more flat direction. ``rank_tolerance``:
        see :func:`cdmtheory.curved_side.curved_side`.

        Raises
        ------
        ValueError
            If λ < 0, if λ = 0 and a direction is flat, or the data hold nan or inf.
        """
        return cls.of_curved_side(curved_side(data, rank_tolerance=rank_tolerance), weight_decay, name=name)

    @classmethod
    def of_curved_side(cls, side: CurvedSide, weight_decay: Any, *, name: str = "data") -> Spectrum:
        """As :meth:`of_data`, of a decomposition already at hand; one serves all λ."""
        decay = exact_number("weight_decay", weight_decay)
        flat = side.d - side.rank
        if decay < 0:
            raise ValueError(f"weight_decay = {weight_decay}; allowed is a number >= 0")
        if flat and float(decay) == 0:
            empty = np.flatnonzero(~side.rows.any(axis=0))
            raise ValueError(f"weight_decay = {weight_decay}, but {flat} of {side.d} directions are flat (rank {side.rank})"
                             + (f", among them column {int(empty[0])}, which is all zeros" if len(empty) else "")
                             + "; no step size makes them converge. Use weight_decay > 0")
        h = side.curvatures + float(decay)
        if not flat:
            return cls.of_eigenvalues(h, name=name)
        return cls.of_eigenvalues(np.append(h, float(decay)), multiplicities=np.array([1] * side.rank + [flat]), mu=decay, name=name)

    @classmethod
    def of_operator(cls, operator: LinearOperator, *, tolerance: float = 1e-8, max_iterations: int = 200, name: str = "operator") -> Spectrum:
        """The two extreme eigenvalues of a symmetric positive definite ``LinearOperator``, by Lanczos (SciPy's eigsh).

        What lies between stays unknown, so the spectrum has size 2: enough for every worst case over [μ, L], not for averages.
        ``tolerance``: of the residual of each, relative to itself, so that it errs by no more; eps·κ at best. ``max_iterations``: restarts
        with 80 vectors each. Up to d = 1000 the operator is written out instead. Deterministic.

        Raises
        ------
        ValueError
            If it is not square, not symmetric (tried on two random vectors), or not positive definite beyond rounding.
        RuntimeError
            If Lanczos does not converge.
        """
        d, columns = operator.shape
        if d != columns:
            raise ValueError(f"operator: shape {operator.shape}; allowed is a square one. For a Jacobian J give the operator of JᵀJ/n + λI")
        random = np.random.default_rng(0)
        x, y = random.standard_normal((2, d))
        ax, ay = real_array("operator @ x", operator @ x, 1), real_array("operator @ y", operator @ y, 1)
        scale = np.linalg.norm(ax) * np.linalg.norm(y) + np.linalg.norm(ay) * np.linalg.norm(x)
        if abs(ax @ y - ay @ x) > 1e-9 * scale:
            raise ValueError(f"operator: not symmetric, ⟨Ax, y⟩ = {ax @ y:.6g} but ⟨x, Ay⟩ = {ay @ x:.6g}; a Hessian is symmetric")
        low, high = _extremes(operator, x, tolerance, max_iterations)
        if low <= _EPS * high:
            raise ValueError(f"operator: its smallest eigenvalue is {low:.3g}, not positive beyond rounding ({_EPS * high:.3g}); "
                             "allowed is a positive definite operator. Add weight decay, lambda times the identity")
        return cls.of_eigenvalues(np.array([low, high]), name=name)


def _extremes(operator: LinearOperator, start: Floats, tolerance: float, max_iterations: int) -> tuple[float, float]:
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh

    d = operator.shape[0]
    if d <= _SMALL:
        h = np.linalg.eigvalsh(operator @ np.eye(d))
        return float(h[0]), float(h[-1])
    try:
        low, high = (float(eigsh(operator, k=1, which=which, v0=start, tol=tolerance, maxiter=max_iterations, ncv=_VECTORS,
                                 return_eigenvectors=False)[0]) for which in ("SA", "LA"))
    except ArpackNoConvergence:
        raise RuntimeError(f"operator: Lanczos did not converge in {max_iterations} restarts with {_VECTORS} vectors; eigenvalues crowded at mu take many. "
                           f"Raise max_iterations = {max_iterations} or tolerance = {tolerance}, or use Spectrum.of_data or of_matrix") from None
    return low, high


def synthetic(name: str, kappa: Any, size: int, *, seed: int = 0, exponent: float | None = None, rank: int | None = None) -> Spectrum:
    """A synthetic spectrum of ``size`` eigenvalues in [1/κ, 1], both ends present exactly; the same seed gives the same spectrum.

    The quantile function of the law is taken at one random point in each of ``size`` equal strata, so that even small
    spectra look like their law; the outermost two are moved to the ends. ``exponent`` (power-law only, default 1/2): density
    ∝ h^{exponent−1}. ``rank`` (interpolating only, default half of ``size``): the number of curved eigenvalues; the rest is
    one flat eigenvalue 1/κ.

    Raises
    ------
    ValueError
        If the name is unknown, κ < 1, a parameter belongs to another law, or one eigenvalue would have to be both ends.
    """
    if name not in SYNTHETIC:
        raise ValueError(f"spectrum {name!r} is not known; allowed are {', '.join(SYNTHETIC)}")
    condition, dimension = exact_number("kappa", kappa), count("size", size)
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise ValueError(f"seed = {seed!r}; allowed is a whole number >= 0")
    if condition < 1:
        raise ValueError(f"kappa = {kappa}; allowed is a number >= 1, because kappa = L/mu")
    for parameter, value, owner in (("exponent", exponent, "power-law"), ("rank", rank, "interpolating")):
        if value is not None and name != owner:
            raise ValueError(f"{parameter} = {value!r} belongs to the spectrum {owner}, not to {name}; leave it out")
    if dimension == 1 and condition > 1:
        raise ValueError(f"size = 1 holds a single eigenvalue, so kappa = {kappa} is impossible; allowed is kappa = 1 or size >= 2")
    mu = 1 / condition
    lowest = float(mu)
    if lowest == 0:
        raise ValueError("kappa is beyond the range of floating point; allowed is at most about 1e308")
    law, curved, flat = SYNTHETIC[name], dimension, 0
    if name == "power-law":
        law = partial(law, exponent=float(exact_number("exponent", 0.5 if exponent is None else exponent)))
    if name == "interpolating" and dimension > 1:
        curved = dimension // 2 if rank is None else count("rank", rank)
        if curved >= dimension:
            raise ValueError(f"rank = {curved} leaves no flat direction in size = {dimension}; allowed is 1 <= rank < size")
        law, flat = partial(law, ratio=curved / dimension), dimension - curved
    if lowest == 1:
        return Spectrum(np.ones(1), np.array([dimension]), mu, Fraction(1), name)
    h = np.clip(law((np.arange(curved) + np.random.default_rng(seed).random(curved)) / curved, lowest), lowest, 1.0)
    h[-1] = 1.0
    if flat:
        h = np.append(h, lowest)
        return Spectrum.of_eigenvalues(h, multiplicities=np.array([1] * curved + [flat]), mu=mu, L=1, name=name)
    h[0] = lowest
    return Spectrum.of_eigenvalues(h, mu=mu, L=1, name=name)
