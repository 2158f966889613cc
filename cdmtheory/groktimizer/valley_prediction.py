"""How many steps weight decay takes along the curved valley of interpolating points, in the limit λ → 0 (theory E2)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from cdmtheory.groktimizer.cells import GAP, LONG, interpolate
from cdmtheory.groktimizer.measured import sharpness, task_named, weights
from cdmtheory.groktimizer.table import Row
from cdmtheory.methods import critically_damped, gradient_descent, step

__all__ = ["along_the_valley", "onto_the_valley", "time_to_gap"]

Floats = NDArray[np.float64]
_PACE = 0.05  # q of a step; time −ln(1 − q) goes by in it, exactly where the valley is flat
_CLOSE = 1e-9  # largest prediction error in the valley


def along_the_valley(task: str, method: str, seed: int, decay: float, budget: int) -> Row:
    """A row of the table like one of the part "law", its steps those of the motion in the valley: τ/√(ηλ) for "CDM", τ/(ηλ) for "GD". What a sweep calls."""
    import torch

    torch.set_num_threads(1)
    began = time.perf_counter()
    made = task_named(task, seed)
    taken = interpolate(made, budget)
    pace = decay / (sharpness(made)[0] + decay)
    found = time_to_gap(onto_the_valley(made), np.concatenate([w.double().numpy().ravel() for w in weights(made)]), method)
    settled = None if found is None else round(found / (math.sqrt(pace) if method == "CDM" else pace))
    return {"part": "valley", "task": task, "method": method, "seed": seed, "decay": decay, "config": "{}", "target": GAP, "switch_step": taken,
            "settled": settled, "seconds": round(time.perf_counter() - began, 3)}


def onto_the_valley(task: Any) -> Callable[[Floats], Floats]:
    """θ ↦ a point near θ where the prediction errors vanish, by Gauss–Newton steps, each the shortest, all with the Jacobian at θ.

    The function raises FloatingPointError where θ is too far from such a point.
    """
    import torch

    ends = np.cumsum([p.numel() for p in task.parameters])[:-1]

    def errors(theta: Floats) -> Any:
        for p, piece in zip(task.parameters, np.split(theta, ends), strict=True):
            p.detach().copy_(torch.from_numpy(piece).reshape(p.shape))
        return task.residuals()

    def onto(theta: Floats) -> Floats:
        found = errors(theta)
        rows = torch.autograd.grad(found, task.parameters, torch.eye(len(found), dtype=found.dtype), is_grads_batched=True)
        jacobian = torch.cat([r.flatten(1) for r in rows], 1).double().numpy()
        gram = cho_factor(jacobian @ jacobian.T)
        first = math.inf
        for _ in range(20):
            left: Floats = found.detach().double().numpy()
            largest = float(np.abs(left).max())
            if largest <= _CLOSE:
                return theta
            if not largest < 2 * (first := min(first, largest)):
                break
            theta = theta - jacobian.T @ cho_solve(gram, left)
            found = errors(theta)
        raise FloatingPointError("this point is too far from one that interpolates the training data")

    return onto


def time_to_gap(onto: Callable[[Floats], Floats], start: Floats, method: str) -> float | None:
    """The time from which on at most :data:`GAP` of the gap of ½‖θ‖² is left, moving in the valley from rest.

    Each step is the method's own on ½‖θ‖², put back into the valley by ``onto``: for "GD" gradient flow θ′ = −P_T θ, for "CDM" D_τθ′ + 2θ′ + P_T θ = 0. The
    least ½‖θ‖² is the least that CDM comes to in :data:`LONG` time constants; None where the method has not come so close by then.
    """
    def halves(name: str) -> Iterator[float]:
        made = critically_damped(_PACE**2, 1.0) if name == "CDM" else gradient_descent(_PACE)
        before = here = onto(start)
        for coefficients in islice(made, int(LONG / _PACE)):
            yield float(here @ here) / 2
            here, before = onto(step(coefficients, here, before, lambda theta: theta)), here

    damped = list(halves("CDM"))
    least, last, k = min(damped), -1, 0
    for k, value in enumerate(damped if method == "CDM" else halves(method)):
        if value - least > GAP * (damped[0] - least):
            last = k
        elif method != "CDM":  # which falls all the way
            break
    return -(last + 1) * math.log1p(-_PACE) if last < k else None
