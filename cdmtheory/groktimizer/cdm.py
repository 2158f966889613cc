"""Critically damped momentum as a PyTorch optimiser."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from cdmtheory.groktimizer.control import damped

__all__ = ["CDM"]


class CDM(torch.optim.SGD):
    """Critically damped momentum: SGD whose momentum is (1 − √(lr·c))², c the curvature it is damped at, with coupled weight decay.

    On one parameter group it *is* ``torch.optim.SGD(params, lr, momentum=(1 - sqrt(lr * c)) ** 2, weight_decay=weight_decay)``, and
    the step is SGD's own. What is added is the rule: the momentum follows ``lr`` (an LR scheduler may change it at any step) in each
    parameter group. Weight decay must be coupled, as here: decoupled (AdamW's) it moves flat directions as gradient descent does (theory E6).

    ``params``, ``foreach``, ``maximize``: as in SGD. ``lr``, ``weight_decay`` (λ), ``curvature`` (default λ; the objective is the loss plus
    (λ/2)‖θ‖²) may be set per group. A group with neither weight decay nor curvature is damped as the least damped of the others. ``nesterov``:
    SGD's Nesterov form with momentum (1−q)/(1+q), q = √(lr·c) (theory C9).

    Real and complex parameters of mixed dtypes are supported; sparse gradients are not: weight decay is dense.

    Raises
    ------
    ValueError
        If lr·c is not in (0, 4), or nothing gives a curvature.
    RuntimeError
        At a sparse gradient.
    """

    def __init__(self, params: Any, lr: Any, weight_decay: float, *, curvature: float | None = None, nesterov: bool = False,
                 foreach: bool | None = None, maximize: bool = False) -> None:
        self._curvature = curvature
        super().__init__(params, lr=lr, momentum=0.5, weight_decay=weight_decay, nesterov=nesterov, foreach=foreach, maximize=maximize)
        self.defaults["curvature"] = curvature
        self._damp()

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """As in SGD; ``curvature`` is one more key."""
        super().add_param_group(param_group)
        self.param_groups[-1].setdefault("curvature", self._curvature)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("curvature", None)

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_curvature": self._curvature}

    def _damp(self) -> None:
        """Set the momentum of each group from its lr and curvature."""
        curvatures = [group["weight_decay"] if group["curvature"] is None else group["curvature"] for group in self.param_groups]
        if not any(c > 0 for c in curvatures):
            raise ValueError(f"weight_decay = {[g['weight_decay'] for g in self.param_groups]}, curvature = {[g['curvature'] for g in self.param_groups]}: "
                             "nothing to be damped at. Give a positive weight_decay, or curvature=")
        least = min(c for c in curvatures if c > 0)
        for group, c in zip(self.param_groups, curvatures, strict=True):
            lr, at = float(group["lr"]), float(c or least)
            group["momentum"] = damped(lr, at)
            if group["nesterov"]:
                root = math.sqrt(lr * at)
                group["momentum"] = (1 - root) / (1 + root)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step; ``closure`` as in SGD."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        self._damped_step()
        return loss

    def _damped_step(self) -> None:
        self._damp()
        if any(p.grad is not None and p.grad.is_sparse for group in self.param_groups for p in group["params"]):
            raise RuntimeError("sparse gradients: weight decay moves every weight, so they must be dense. Use Embedding(..., sparse=False), "
                               "or give sparse parameters to an optimizer of their own (torch.optim.SparseAdam)")
        plain = torch.optim.SGD.step
        while getattr(plain, "hooked", False):  # step hooks run around our own step; around SGD's they would run twice
            plain = plain.__wrapped__
        plain(self)
