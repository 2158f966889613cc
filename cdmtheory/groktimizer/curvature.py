"""How sharp the loss is: largest eigenvalue and trace of the Hessian, from gradients alone.

Products with the Hessian are central differences of the gradient, two gradients each: no second derivatives are needed, so any closure
that leaves a gradient behind will do. The largest eigenvalue is the *algebraically* largest (Lanczos, SciPy's eigsh): a dominant negative
one, on which power iteration ends, does not disturb.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["hessian_product", "top_eigenvalue", "trace"]

Floats = NDArray[np.float64]
_VECTORS = 12  # Hessian products before a restart
_ROUGH = 0.1  # a tolerance with which fewer will do
_DENSE = 24  # up to so many parameters the Hessian is written out


def hessian_product(gradient: Callable[[Floats], Floats], x: Floats, *, precision: float = float(np.finfo(np.float64).eps)) -> Callable[[Floats], Floats]:
    """v ↦ ∇²F(x)·v as (∇F(x + εv/‖v‖) − ∇F(x − εv/‖v‖))·‖v‖/2ε with ε = precision^(1/3)·(1 + ‖x‖/√d); ``precision``: of the gradient's own arithmetic."""
    reach = precision ** (1 / 3) * (1.0 + float(np.linalg.norm(x)) / np.sqrt(len(x)))

    def product(v: Floats) -> Floats:
        v = np.asarray(v, dtype=np.float64).ravel()
        length = float(np.linalg.norm(v))
        if length == 0:
            return np.zeros_like(x)
        shift = (reach / length) * v
        with np.errstate(invalid="ignore", over="ignore"):
            found: Floats = (gradient(x + shift) - gradient(x - shift)) * (length / (2 * reach))
        return found

    return product


def top_eigenvalue(product: Callable[[Floats], Floats], d: int, *, tolerance: float = 0.02, seed: int = 0) -> float:
    """The algebraically largest eigenvalue of the symmetric operator ``product`` on R^d; about a dozen products, eight with tolerance 0.1.

    Raises
    ------
    FloatingPointError
        If a product is not finite.
    """
    from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigsh

    best = -np.inf

    def checked(v: Floats) -> Floats:
        nonlocal best
        v = np.asarray(v, dtype=np.float64).ravel()
        image = product(v)
        if not np.isfinite(image).all():
            raise FloatingPointError("the gradient near this point is not finite, nor is its Hessian; start elsewhere, or give lr a number")
        best = max(best, float(v @ image) / max(float(v @ v), np.finfo(float).tiny))
        return image

    if d <= _DENSE:
        matrix = np.column_stack([checked(e) for e in np.eye(d)])
        return float(np.linalg.eigvalsh((matrix + matrix.T) / 2)[-1])
    start = np.random.default_rng(seed).standard_normal(d)
    try:
        return float(eigsh(LinearOperator((d, d), matvec=checked, dtype=np.float64), k=1, which="LA", v0=start, tol=tolerance, maxiter=4,
                           ncv=_VECTORS if tolerance < _ROUGH else 8, return_eigenvectors=False)[0])
    except ArpackNoConvergence as error:
        return max([best, *map(float, error.eigenvalues)])
    except ArpackError:  # the start was an eigenvector, or the Hessian is zero
        return best


def trace(product: Callable[[Floats], Floats], d: int, *, samples: int = 16, seed: int = 0) -> float:
    """The trace: exact up to d = 24, else the mean of vᵀHv over random signs v (Hutchinson), which errs by ‖H − diag H‖_F·√(2/samples)."""
    random = np.random.default_rng(seed)
    vectors = np.eye(d) if d <= _DENSE else random.choice([-1.0, 1.0], size=(samples, d))
    total = sum(float(v @ product(v)) for v in vectors)
    return total if d <= _DENSE else total / samples
