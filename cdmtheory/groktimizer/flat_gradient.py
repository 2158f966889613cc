"""The gradient of a closure as a function between vectors of float64, whatever the parameters are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

__all__ = ["flat_gradient"]


def flat_gradient(closure: Callable[[], Any], parameters: list[Any]) -> tuple[Callable[[Any], Any], Any, float]:
    """(x ↦ gradient of the closure's loss at x, the present x, precision) as float64 vectors; the parameters are left as they were.

    A complex parameter counts as its real and imaginary parts. Every call sees the same random numbers, so that dropout cancels in differences.
    """
    views = [torch.view_as_real(p.detach()) if p.is_complex() else p.detach() for p in parameters]
    before = [v.clone() for v in views]
    seeds = torch.random.get_rng_state()

    def put(values: list[Any]) -> None:
        for view, value in zip(views, values, strict=True):
            view.copy_(value)

    def gradient(x: Any) -> Any:
        pieces, start = [], 0
        for view in views:
            pieces.append(torch.from_numpy(np.array(x[start:start + view.numel()])).reshape(view.shape).to(view))
            start += view.numel()
        try:
            put(pieces)
            torch.random.set_rng_state(seeds)
            with torch.enable_grad():
                closure()
            if all(p.grad is None for p in parameters):
                raise RuntimeError("the closure left no gradients; it must call backward() on the loss it returns, of a model with these parameters")
            found = []
            for p, view in zip(parameters, views, strict=True):
                if p.grad is not None and p.grad.is_sparse:
                    raise RuntimeError("sparse gradients: the curvature cannot be measured. Use Embedding(..., sparse=False)")
                grad = torch.zeros_like(view) if p.grad is None else torch.view_as_real(p.grad) if p.is_complex() else p.grad
                found.append(grad.detach().double().cpu().numpy().ravel().copy())
            return np.concatenate(found)
        finally:
            put(before)
            torch.random.set_rng_state(seeds)

    precision = max(torch.finfo(v.dtype).eps for v in views)
    return gradient, np.concatenate([v.double().cpu().numpy().ravel() for v in views]), precision
