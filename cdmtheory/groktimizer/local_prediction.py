"""How many steps the local quadratic model predicts for the law of the study, from the Hessian at the interpolating point alone (theory A1, A2)."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cdmtheory.groktimizer.cells import GAP, interpolate, task_named
from cdmtheory.groktimizer.table import Row
from cdmtheory.methods import critically_damped, gradient_descent
from cdmtheory.simulate.hitting import hit
from cdmtheory.spectra import Spectrum, merge_equal

__all__ = ["hessian", "predicted", "steps_to_gap"]

Floats = NDArray[np.float64]


def predicted(task: str, method: str, seed: int, decay: float, budget: int) -> Row:
    """A row of the table like one of the part "law", its steps not taken but predicted. What a sweep calls."""
    import torch

    torch.set_num_threads(1)
    began = time.perf_counter()
    made = task_named(task, seed)
    taken = interpolate(made, budget)
    settled = steps_to_gap(hessian(made), np.concatenate([p.detach().double().numpy().ravel() for p in made.parameters]), decay, method)
    return {"part": "predicted", "task": task, "method": method, "seed": seed, "decay": decay, "config": "{}", "target": GAP, "switch_step": taken,
            "settled": settled, "seconds": round(time.perf_counter() - began, 3)}


def hessian(task: Any) -> Floats:
    """The Hessian of the training loss at the present weights, shape (d, d)."""
    import torch

    gradient = torch.autograd.grad(task.loss(), task.parameters, create_graph=True)
    rows = [torch.autograd.grad(g, task.parameters, retain_graph=True, materialize_grads=True) for g in torch.cat([g.reshape(-1) for g in gradient])]
    return np.array([np.concatenate([part.double().numpy().ravel() for part in row]) for row in rows])


def steps_to_gap(curvature: Floats, theta: Floats, decay: float, method: str) -> int | None:
    """The step from which on at most :data:`GAP` of the objective's gap to its minimum is left, for "CDM" or "GD" with step size 1/(hmax + λ).

    ``curvature``: the Hessian H of the training loss at an interpolating ``theta``, shape (d, d); its negative eigenvalues, which the Hessian of an
    interpolating point has not (theory A1), count as zero. With the coordinates c_i of θ the gap is ½ Σ λ²c_i²/(h_i + λ)·p_k(h_i + λ)².
    """
    h, directions = np.linalg.eigh((curvature + curvature.T) / 2)
    objective = np.maximum(h, 0.0) + decay
    merged = merge_equal(objective)
    shares = np.bincount(merged.which, weights=(decay * (directions.T @ theta)) ** 2 / objective)
    step_size = 1 / float(objective[-1])
    made = critically_damped(step_size, decay) if method == "CDM" else gradient_descent(step_size)
    return hit(made, Spectrum.of_eigenvalues(objective), math.sqrt(GAP), squared=shares.tolist()).settled
