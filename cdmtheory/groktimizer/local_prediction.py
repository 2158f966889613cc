"""How many steps of phase 2 the local quadratic model predicts, from gradient and Hessian at the point where phase 2 begins alone (theory A1, A2)."""

from __future__ import annotations

import math
import time
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cdmtheory.groktimizer.cells import GAP, interpolate
from cdmtheory.groktimizer.measured import task_named, weights
from cdmtheory.groktimizer.table import Row
from cdmtheory.methods import critically_damped, gradient_descent
from cdmtheory.simulate.hitting import hit
from cdmtheory.spectra import Spectrum, merge_equal

__all__ = ["Quadratic", "hessian", "of_classifier", "of_hessian", "predicted", "steps_to_gap"]

Floats = NDArray[np.float64]


class Quadratic(NamedTuple):
    """A quadratic objective: the distinct eigenvalues of its Hessian, ascending, and how much of the gap to its minimum lies along each, shape (m,)."""

    curvatures: Floats
    gaps: Floats


def predicted(task: str, method: str, seed: int, decay: float, budget: int) -> Row:
    """A row of the table like one of the part "law", its steps not taken but predicted. What a sweep calls."""
    import torch

    torch.set_num_threads(1)
    began = time.perf_counter()
    made = task_named(task, seed)
    taken = interpolate(made, budget)
    model = of_hessian(hessian(made), decay * _flat(weights(made)), decay)
    settled = steps_to_gap(model, decay, method, 1 / float(model.curvatures[-1]))
    return {"part": "predicted", "task": task, "method": method, "seed": seed, "decay": decay, "config": "{}", "target": GAP, "switch_step": taken,
            "settled": settled, "seconds": round(time.perf_counter() - began, 3)}


def _flat(tensors: Any) -> Floats:
    return np.concatenate([t.detach().double().numpy().ravel() for t in tensors])


def hessian(task: Any) -> Floats:
    """The Hessian of the training loss at the present weights, shape (d, d)."""
    import torch

    gradient = torch.autograd.grad(task.loss(), task.parameters, create_graph=True)
    rows = [torch.autograd.grad(g, task.parameters, retain_graph=True, materialize_grads=True) for g in torch.cat([g.reshape(-1) for g in gradient])]
    return np.array([_flat(row) for row in rows])


def of_hessian(curvature: Floats, gradient: Floats, decay: float) -> Quadratic:
    """The objective's model at a point: ``curvature`` H, shape (d, d), of the training loss and ``gradient`` g, shape (d,), of the objective (λθ where the
    training data are interpolated). The gap along an eigenvector v of H is (g·v)²/2(h + λ).

    Negative eigenvalues of H, which the Hessian of an interpolating point has not (theory A1), count as zero.
    """
    h, directions = np.linalg.eigh((curvature + curvature.T) / 2)
    objective = np.maximum(h, 0.0) + decay
    return _merged(objective, (directions.T @ gradient) ** 2 / (2 * objective))


def of_classifier(inputs: ArrayLike, gradient: Floats, decay: float) -> Quadratic:
    """The same, exactly, of a linear model with squared loss: ``inputs`` X, shape (n, d), ``gradient`` shape (d, classes). H is XᵀX/n for each class."""
    x = np.asarray(inputs, dtype=np.float64)
    s, directions = np.linalg.svd(x / math.sqrt(len(x)), full_matrices=False)[1:]
    along = directions @ gradient
    flat = ((gradient - directions.T @ along) ** 2).sum() / (2 * decay)
    return _merged(np.append(s**2, 0.0) + decay, np.append((along**2).sum(axis=1) / (2 * (s**2 + decay)), flat))


def _merged(curvatures: Floats, gaps: Floats) -> Quadratic:
    merged = merge_equal(curvatures)
    return Quadratic(merged.distinct, np.bincount(merged.which, weights=gaps).astype(np.float64))


def steps_to_gap(model: Quadratic, decay: float, method: str, step_size: float) -> int | None:
    """The step from which on at most :data:`GAP` of the gap is left, for "CDM" or "GD" from rest: the gap is Σ gaps·p_k(h)²."""
    made = critically_damped(step_size, decay) if method == "CDM" else gradient_descent(step_size)
    return hit(made, Spectrum.of_eigenvalues(model.curvatures), math.sqrt(GAP), squared=model.gaps.tolist()).settled
