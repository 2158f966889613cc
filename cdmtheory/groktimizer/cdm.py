"""Critically damped momentum as a PyTorch optimiser."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real
from typing import Any

import torch

from cdmtheory.groktimizer.control import damped
from cdmtheory.inputs import boolean

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
        _check_numbers({"lr": lr, "weight_decay": weight_decay, "curvature": curvature})  # SGD's own words are about less
        super().__init__(params, lr=lr, momentum=0.5, weight_decay=weight_decay, nesterov=boolean("nesterov", nesterov), foreach=foreach, maximize=maximize)
        self.defaults["curvature"] = curvature
        self._damp()

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """As in SGD; ``curvature`` is one more key."""
        if isinstance(param_group, dict):
            _check_numbers(param_group)
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
            raise ValueError("weight_decay = 0, and no curvature is given: there is nothing to be damped at. Give a positive weight_decay, in one "
                             "parameter group at least; others may have 0")
        least = min(c for c in curvatures if c > 0)
        for group, c in zip(self.param_groups, curvatures, strict=True):
            lr, at = float(group["lr"]), float(c or least)
            group["momentum"] = damped(lr, at) if lr else 1.0  # a scheduler that warms up begins with lr = 0, and the limit is 1
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

    def _refuse_sparse(self) -> None:
        if any(p.grad is not None and p.grad.is_sparse for group in self.param_groups for p in group["params"]):
            raise RuntimeError("sparse gradients: weight decay moves every weight, so they must be dense. Use Embedding(..., sparse=False), "
                               "or give sparse parameters to an optimizer of their own (torch.optim.SparseAdam)")

    def _damped_step(self) -> None:
        self._damp()
        self._refuse_sparse()
        plain = torch.optim.SGD.step
        while getattr(plain, "hooked", False):  # step hooks run around our own step; around SGD's they would run twice
            plain = plain.__wrapped__
        plain(self)


def _check_numbers(given: dict[str, Any]) -> None:
    """Refuse what is no number, or out of range, among the lr, weight_decay and curvature of a parameter group."""
    for name, allowed in (("lr", "a finite number > 0"), ("weight_decay", "a finite number >= 0"), ("curvature", "a finite number > 0, or None")):
        value = given.get(name, 1.0)
        if value is None and name == "curvature":
            continue
        single = value.numel() == 1 if isinstance(value, torch.Tensor) else isinstance(value, Real) and not isinstance(value, bool)
        if not single or not math.isfinite(value) or value < 0 or (value == 0 and name != "weight_decay"):
            raise ValueError(f"{name} = {value!r}; allowed is {allowed}")
