"""GROKtimizer and its rivals with their hyper-parameters left open: each gets the same number of draws from its space.

Grokfast and SAM come from pytorch-optimizer, Muon from PyTorch itself (weights that are no matrices go to AdamW there, as its authors say).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from cdmtheory.groktimizer.cdm import CDM
from cdmtheory.groktimizer.optimizer import GROKtimizer

__all__ = ["RIVALS", "Rival", "TwoPhaseGD", "draws", "pytorch_optimizer"]

Range = tuple[float, float]
FACTOR, DECAY, DECOUPLED = (0.3, 3.0), (0.0, 0.0), (1e-2, 3.0)  # step size × hmax; λ of the task; AdamW's, which is per step size


@dataclass(frozen=True)
class Rival:
    """``make(parameters, hmax, **hyper)`` gives a torch optimizer; ``space``: ranges, log-uniform, or lists to choose from."""

    make: Callable[..., Any]
    space: dict[str, Range | list[Any]]


class TwoPhaseGD(GROKtimizer):
    """GROKtimizer without momentum in phase 2, with the same phase 1, step sizes and guard: what critical damping is worth at equal λ."""

    def _damp(self) -> None:
        super()._damp()
        for group in self.param_groups:
            group["momentum"] = 0.0


def _muon(parameters: list[Any], hmax: float, *, lr: float, decay: float) -> Any:
    matrices, others = [p for p in parameters if p.ndim == 2], [p for p in parameters if p.ndim != 2]
    made = [torch.optim.Muon(matrices, lr=lr, weight_decay=decay)] if matrices else []
    if others:
        made.append(torch.optim.AdamW(others, lr=lr, weight_decay=decay))
    return _Together(made)


class _Together:
    """Several optimisers as one."""

    def __init__(self, parts: list[Any]) -> None:
        self.parts = parts

    def zero_grad(self) -> None:
        for part in self.parts:
            part.zero_grad()

    def step(self, closure: Callable[[], Any]) -> Any:
        loss = closure()
        for part in self.parts:
            part.step()
        return loss


class _SAM:
    """SAM as its step wants it: a gradient at the weights, then the closure at the perturbed ones. Two gradients a step."""

    def __init__(self, parameters: list[Any], **settings: Any) -> None:
        self.inner = pytorch_optimizer("SAM")(parameters, torch.optim.SGD, **settings)

    def zero_grad(self) -> None:
        self.inner.zero_grad()

    def step(self, closure: Callable[[], Any]) -> Any:
        loss = closure()
        self.inner.step(closure)
        return loss


def pytorch_optimizer(name: str) -> Any:
    """An optimiser of the package pytorch-optimizer.

    Raises
    ------
    ImportError
        If it is not installed; the message says how it is.
    """
    try:
        import pytorch_optimizer
    except ModuleNotFoundError as error:
        if error.name != "pytorch_optimizer":
            raise
        raise ImportError(f"{name} comes with pytorch-optimizer: pip install --no-deps pytorch-optimizer") from None
    return getattr(pytorch_optimizer, name)


def _first(choice: str) -> Callable[[list[Any]], Any] | None:
    return None if choice == "default" else lambda parameters: torch.optim.Adam(parameters, lr=float(choice.removeprefix("Adam ")))


RIVALS: dict[str, Rival] = {
    "GD": Rival(lambda p, hmax, *, factor, decay: torch.optim.SGD(p, factor / hmax, weight_decay=decay), {"factor": (0.3, 2.0), "decay": DECAY}),
    "SGD momentum": Rival(lambda p, hmax, *, factor, momentum, decay: torch.optim.SGD(p, factor / hmax, momentum=momentum, weight_decay=decay),
                          {"factor": FACTOR, "decay": DECAY, "momentum": [0.9, 0.99]}),
    "Nesterov": Rival(lambda p, hmax, *, factor, momentum, decay: torch.optim.SGD(p, factor / hmax, momentum=momentum, weight_decay=decay, nesterov=True),
                      {"factor": (0.3, 1.3), "decay": DECAY, "momentum": [0.9, 0.99]}),
    "AdamW": Rival(lambda p, hmax, *, lr, decay: torch.optim.AdamW(p, lr, weight_decay=decay), {"lr": (1e-3, 3e-2), "decay": DECOUPLED}),
    "Grokfast AdamW": Rival(lambda p, hmax, *, lr, decay: pytorch_optimizer("GrokFastAdamW")(p, lr=lr, weight_decay=decay),
                            {"lr": (1e-3, 3e-2), "decay": DECOUPLED}),
    "Muon": Rival(_muon, {"lr": (1e-3, 1e-1), "decay": DECOUPLED}),
    "SAM": Rival(lambda p, hmax, *, factor, rho, decay: _SAM(p, lr=factor / hmax, momentum=0.9, weight_decay=decay, rho=rho),
                 {"factor": FACTOR, "decay": DECAY, "rho": (1e-2, 3e-1)}),
    "CDM": Rival(lambda p, hmax, *, factor, decay: CDM(p, factor / hmax, decay), {"factor": FACTOR, "decay": DECAY}),
    "GROKtimizer": Rival(lambda p, hmax, *, first, decay: GROKtimizer(p, weight_decay=decay, first=_first(first)),
                         {"decay": DECAY, "first": ["default", "Adam 3e-3", "Adam 1e-2"]}),
    "GROKtimizer, λ constant": Rival(lambda p, hmax, *, first, decay: GROKtimizer(p, weight_decay=decay, first=_first(first), decay_from=1),
                                     {"decay": DECAY, "first": ["default", "Adam 3e-3", "Adam 1e-2"]}),
}


def draws(name: str, count: int, decays: Range) -> list[dict[str, Any]]:
    """The first ``count`` points of a Halton sequence in the space of a rival; ``decays``: the range of λ on this task."""
    from scipy.stats import qmc

    space = {key: decays if value is DECAY else value for key, value in RIVALS[name].space.items()}
    points = qmc.Halton(len(space), scramble=False).random(count + 1)[1:]  # the first is the corner 0
    return [{key: _at(value, float(x)) for (key, value), x in zip(space.items(), point, strict=True)} for point in points]


def _at(value: Range | list[Any], x: float) -> Any:
    if isinstance(value, list):
        return value[int(x * len(value))]
    low, high = value
    return float(f"{math.exp(math.log(low) + x * math.log(high / low)):.3g}")
