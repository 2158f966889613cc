"""GROKtimizer with one thing changed: what its parts are worth, and what else was tried to make it faster, at the same weight decay."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from cdmtheory.groktimizer.control import REACH, Controller
from cdmtheory.groktimizer.curvature import hessian_product, top_eigenvalue
from cdmtheory.groktimizer.flat_gradient import flat_gradient
from cdmtheory.groktimizer.optimizer import GROKtimizer

__all__ = ["VARIANTS"]


class _AtInterpolation(Controller):
    """Waits for the training data to be interpolated, however much the weight decay weighs."""

    def _light(self, loss: float, decay: Callable[[], float]) -> bool:
        return False


class _MeasuredOnce(Controller):
    remeasure = False


class _MeasuredOften(Controller):
    @property
    def remeasure(self) -> bool:
        return self.steps >= 32 and self.steps & (self.steps - 1) == 0


def _controlled(made: GROKtimizer, control: Controller) -> GROKtimizer:
    control.stronger = made.control.stronger
    made.control = control
    return made


class _FlatCurvature(GROKtimizer):
    """Damped at the curvature of the objective along the velocity, within [λ/4, 4λ], found whenever the step size is (theory E2)."""

    def _measure(self, closure: Callable[[], Any] | None, sharpest: float | None = None) -> None:
        super()._measure(closure, sharpest)
        if self.phase == 1 or self.control.steps == 0 or closure is None:
            return
        velocity = np.concatenate([self.state[p]["momentum_buffer"].double().numpy().ravel() for p in self._parameters()])
        gradient, x, precision = flat_gradient(closure, self._parameters())
        along = float(velocity @ hessian_product(gradient, x, precision=precision)(velocity) / (velocity @ velocity))
        for group in self.param_groups:
            decay = group["weight_decay"]
            group["curvature"] = min(max(along + decay, decay / 4), 4 * decay)


class _Scaled(GROKtimizer):
    """Momentum on D(gradient + λθ), D diagonal: the same objective in other coordinates. The step size is for D^½(∇²F)D^½."""

    scales: Any = None  # D, as one tensor for each parameter

    def _found(self, gradient: Callable[[Any], Any], x: Any, precision: float) -> list[Any]:
        raise NotImplementedError

    def _measure(self, closure: Callable[[], Any] | None, sharpest: float | None = None) -> None:
        super()._measure(closure, sharpest)
        if self.phase == 1 or closure is None:
            return
        gradient, x, precision = flat_gradient(closure, self._parameters())
        kept = [p.grad.clone() for p in self._parameters()]
        self.scales = self._found(gradient, x, precision)
        root = np.sqrt(np.concatenate([s.double().numpy().ravel() for s in self.scales]))
        product = hessian_product(gradient, x, precision=precision)
        top = max(top_eigenvalue(lambda v: root * product(root * v), len(x), tolerance=0.1), 1e-12)
        for p, grad in zip(self._parameters(), kept, strict=True):
            p.grad = grad
        for group in self.param_groups:
            group["lr"] = REACH / top

    def _damped_step(self) -> None:
        decay = self.param_groups[0]["weight_decay"]
        for p, scale in zip(self._parameters(), self.scales, strict=True):
            p.grad = scale * (p.grad + decay * p.detach())
        for group in self.param_groups:
            group["weight_decay"], group["curvature"] = 0.0, decay
        super()._damped_step()
        for group in self.param_groups:
            group["weight_decay"] = decay


def _centred(scales: list[Any]) -> list[Any]:
    """With the geometric mean 1, so that the flat directions keep the curvature λ on average."""
    logs = torch.cat([s.log().ravel() for s in scales])
    return [(s.log() - logs.mean()).clamp(-math.log(10), math.log(10)).exp() for s in scales]


class _PerLayer(_Scaled):
    """D constant on each parameter: one over the top eigenvalue of its own block of the Hessian."""

    def _found(self, gradient: Callable[[Any], Any], x: Any, precision: float) -> list[Any]:
        product, found, start = hessian_product(gradient, x, precision=precision), [], 0
        for p in self._parameters():
            block = slice(start, start := start + p.numel())

            def own(v: Any, block: slice = block) -> Any:
                whole = np.zeros_like(x)
                whole[block] = v
                return product(whole)[block]

            found.append(torch.full_like(p, 1 / max(top_eigenvalue(own, p.numel(), tolerance=0.1), 1e-6)).detach())
        return _centred(found)


class _Preconditioned(_Scaled):
    """D from the squared gradients that Adam saw in phase 1, within a factor of ten of its mean."""

    def _found(self, gradient: Callable[[Any], Any], x: Any, precision: float) -> list[Any]:
        seen = self.first_optimizer.state
        return _centred([1 / (seen[p]["exp_avg_sq"].sqrt() + 1e-8) for p in self._parameters()])


def _adam(parameters: list[Any]) -> Any:
    return torch.optim.Adam(parameters, lr=3e-3)


VARIANTS: dict[str, Callable[[list[Any], float], Any]] = {
    "as it is": lambda p, decay: GROKtimizer(p, weight_decay=decay),
    "switch at interpolation": lambda p, decay: _controlled(GROKtimizer(p, weight_decay=decay), _AtInterpolation()),
    "phase 2 at once": lambda p, decay: GROKtimizer(p, weight_decay=decay, switch=0),
    "step size measured once": lambda p, decay: _controlled(GROKtimizer(p, weight_decay=decay), _MeasuredOnce()),
    "measured often": lambda p, decay: _controlled(GROKtimizer(p, weight_decay=decay), _MeasuredOften()),
    "Nesterov form": lambda p, decay: GROKtimizer(p, weight_decay=decay, nesterov=True),
    "λ constant": lambda p, decay: GROKtimizer(p, weight_decay=decay, decay_from=1),
    "flat curvature estimated": lambda p, decay: _FlatCurvature(p, weight_decay=decay),
    "Adam in phase 1": lambda p, decay: GROKtimizer(p, weight_decay=decay, first=_adam),
    "preconditioned after Adam": lambda p, decay: _Preconditioned(p, weight_decay=decay, first=_adam),
    "step size per layer": lambda p, decay: _PerLayer(p, weight_decay=decay)}
"""Made from parameters and λ. Digits and the two modular additions led to what GROKtimizer is; the other tasks judge."""
