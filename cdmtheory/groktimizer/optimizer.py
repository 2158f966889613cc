"""GROKtimizer: any optimiser until the training data are interpolated, critically damped weight decay from there on."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any

import torch

from cdmtheory.groktimizer.cdm import CDM
from cdmtheory.groktimizer.control import FRESH, STRONGER, Controller, Decision, Switch, new_step_size
from cdmtheory.groktimizer.curvature import hessian_product, top_eigenvalue
from cdmtheory.groktimizer.flat_gradient import flat_gradient

__all__ = ["GROKtimizer"]

FIRST_MOMENTUM = 0.9
_UNKNOWN = 1e-3  # lr until it is measured
_OWN = ("control", "first_optimizer", "_auto", "_measured", "_measured_at", "_sharpest", "_pending", "_copies", "_plain_first")


class GROKtimizer(CDM):
    """Two phases: interpolate without weight decay, then critically damped momentum with coupled weight decay λ, from rest.

    ``step(closure)``, where the closure zeroes gradients, calls ``backward()`` on the training loss *without* weight decay and
    returns it; or, with a loop of your own, ``observe(loss, accuracy=None)`` and ``step()`` after ``backward()``.

    ``lr``: step size; "auto" measures hmax, the largest Hessian eigenvalue of the loss, by 2 × 8 or so extra calls of the closure, at the
    first step, at the switch (unless that was within 32 steps), after 256, 512, … steps of phase 1 and after 64, 128, … of phase 2: 1/hmax in phase 1,
    1.5/(hmax + λ) in phase 2 (1/(hmax + λ) with ``nesterov``).
    A number holds for both phases, and LR schedulers may change it (not that of ``first``, which has its own); with "auto" use none, ReduceLROnPlateau
    included: what it has changed is measured anew.
    ``first``: a function from parameters to the optimiser of phase 1; None is SGD with Nesterov momentum 0.9, no weight decay and ``lr``.
    ``switch``: steps of phase 1, a function of an :class:`Observation` that says when it is over, or None, the first of: loss ≤ Σ(λ/2)‖θ‖² and
    ≤ half the first, so that momentum finds no more energy in the loss than in the decay; accuracy 1 and loss ≤ 0.05 for 20 steps in a row
    (where no accuracy is observed, loss ≤ 0.05 × the first); a loss that fell by less than a fifth in 32 steps.
    ``decay_from``: phase 2 begins with so many times ``weight_decay``, critically damped at that, and eases to ``weight_decay`` over a few time
    constants: the weights decay sooner, and what is minimised in the end is the same. None: 10 where ``lr`` is "auto", 1 where it is a number
    (phase 2 is then :class:`CDM`, step by step). A repair by the guard ends it.
    ``guard``: from rest the objective can only fall; where it exceeds 1.05 × that at the switch, or is not finite, the best weights
    are put back, the velocity is dropped, and the step size halved (in phase 1 at 10 × the first loss). Costs one copy of the weights.
    ``weight_decay`` may differ between parameter groups; see :class:`CDM` for groups without, and for sparse, complex and mixed dtypes. Leave frozen
    parameters out: they would count in Σ(λ/2)‖θ‖². Layers that keep running statistics see the extra calls of the closure too.

    Attributes: ``phase`` (1 or 2), ``switch_step`` (phase-1 steps taken, or None), ``collapsed`` (the weights went to zero: λ is too large),
    ``first_optimizer``, ``control`` (counts of steps and repairs). ``state_dict`` holds all of it: a run continues bit for bit in either phase.
    With mini-batches give ``lr`` and ``switch`` numbers, such as ten epochs: "auto" then measures the curvature of one batch, and the loss observed is
    that of one batch. On digits (``tests/benchmarks/mini_batches.py``: 60 epochs, median test error of five seeds) "auto" ended at 0.27 with batches of
    16, 0.055 of 64 and 0.030 of 256; lr = 0.01, 0.1 and 0.1 at 0.030, 0.027 and 0.025, and SGD with momentum 0.9 and the same λ at 0.027, 0.025 and 0.027:
    momentum near 1 amplifies the noise of the batches (theory E1), and nothing is gained over SGD. A loss that differs at the very weights
    that the guard has put back is noisy: each time, its limit is doubled, and with "auto" there is a warning.

    Raises
    ------
    ValueError, TypeError
        For arguments out of range or of another kind.
    RuntimeError
        If "auto" meets ``step()`` without a closure, a closure that leaves no gradients, or an LR scheduler; if nothing says when to switch; at
        sparse gradients.
    FloatingPointError
        If the loss is not finite at the first step, or no step size helps.
    """

    def __init__(self, params: Any, lr: Any = "auto", weight_decay: float = 1e-2, *, first: Callable[[list[Any]], Any] | None = None,
                 switch: Switch = None, guard: bool = True, nesterov: bool = False, decay_from: float | None = None) -> None:
        if isinstance(lr, str) and lr != "auto":
            raise ValueError(f"lr = {lr!r}; allowed is a number > 0, or 'auto'")
        if first is not None and not callable(first):
            raise TypeError(f"first = {first!r}; allowed is a function of parameters that returns a torch optimizer, or None")
        self._auto = isinstance(lr, str)
        self._plain_first = first is None
        self.first_optimizer: Any = None
        self.control = Controller(switch, guard, stronger=decay_from if decay_from is not None else STRONGER if self._auto else 1.0)
        self._pending: tuple[float, float | None] | None = None
        self._copies: list[Any] = []
        self._measured = False
        self._measured_at = 0
        self._sharpest = 0.0
        super().__init__(params, lr=_UNKNOWN if self._auto else lr, weight_decay=weight_decay, nesterov=nesterov)
        fixed = next((p.dtype for p in self._parameters() if not (p.is_floating_point() or p.is_complex())), None)
        if fixed:
            raise TypeError(f"params: one is of dtype {fixed}, which cannot be trained. Give [p for p in model.parameters() if p.requires_grad]")
        if first is None:
            self.first_optimizer = torch.optim.SGD([{"params": g["params"], "lr": g["lr"]} for g in self.param_groups], momentum=FIRST_MOMENTUM, nesterov=True)
        else:
            self.first_optimizer = first(self._parameters())
            if not isinstance(self.first_optimizer, torch.optim.Optimizer):
                raise TypeError(f"first returned {self.first_optimizer!r}; it must take a list of parameters and return a torch optimizer, "
                                "such as first=lambda params: torch.optim.AdamW(params, lr=1e-3)")
            wants = signature(self.first_optimizer.step).parameters.get("closure")
            if wants is not None and wants.default is Parameter.empty:
                raise TypeError(f"first returned {type(self.first_optimizer).__name__}, whose step calls the closure itself; phase 1 calls it once a step. "
                                "Run it before GROKtimizer, and give switch=0")

    @property
    def phase(self) -> int:
        """1 until the switch, then 2."""
        return self.control.phase

    @property
    def switch_step(self) -> int | None:
        """The number of phase-1 steps taken before the switch; None in phase 1."""
        return self.control.switch_step

    @property
    def collapsed(self) -> bool:
        """Whether the weights went to zero in phase 2 and took the fit with them."""
        return self.control.collapsed

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Only while the optimiser is made: both phases must know all parameters."""
        if self.first_optimizer is not None:
            raise RuntimeError("add_param_group after the start: phase 1 would not know these parameters. Give all of them when GROKtimizer is made")
        super().add_param_group(param_group)

    def observe(self, loss: Any, accuracy: Any = None) -> None:
        """Tell the training loss (without weight decay) and, for classification, the training accuracy in [0, 1], before ``step``.

        With ``step(closure)`` the closure's own loss is taken and this one's accuracy.
        """
        share = None if accuracy is None else _number(accuracy, "accuracy")
        if share is not None and not 0 <= share <= 1:
            raise ValueError(f"accuracy = {share!r}; allowed is a share in [0, 1]. Divide per cent by 100")
        self._pending = (_number(loss), share)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """One step of the current phase; returns the closure's loss. A step on which the guard put weights back moves nothing else."""
        if self._auto and any("initial_lr" in group for group in self.param_groups):
            raise RuntimeError("an LR scheduler multiplies a number, but lr='auto' is measured anew in each phase. Give lr a number")
        if self._auto and (not self._measured or (self.control.remeasure and self.control.steps != self._measured_at)):
            self._measure(closure)
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
            if loss is None:
                raise RuntimeError("the closure returned None; it must return the training loss")
            self._pending = (_number(loss), self._pending[1] if self._pending else None)
        observed, self._pending = self._pending, None
        if observed is not None:
            before = self.control.noisy
            decision = self.control.decide(*observed, self._decay)
            if self._auto and self.control.noisy and not before:
                warnings.warn("the training loss is another at the very same weights: mini-batches, or dropout. lr='auto' measures the curvature of one "
                              "batch, and on small ones its steps come out far too large. Give lr and switch numbers", RuntimeWarning, stacklevel=2)
        elif self.control.due:
            self.control.begin(float("nan"), 0.0)
            decision = Decision.SWITCH
        elif self.phase == 1 and not isinstance(self.control.switch, int) and not self.control.looks:
            raise RuntimeError("step() in phase 1 does not know the loss, so it cannot tell when to switch. Call observe(loss) before it, "
                               "use step(closure), or give switch a number of steps")
        else:
            decision = Decision.GO
        if decision is Decision.REPAIR:
            self._repair()
            return loss
        if decision is Decision.SWITCH:
            if self._auto:
                self._measure(closure, sharpest=self._sharpest if (self.switch_step or 0) - self._measured_at <= FRESH else None)
            self._keep()
        elif decision is Decision.KEEP:
            self._keep()
        self._move()
        self.control.steps += 1
        return loss

    def _move(self) -> None:
        """A step of the phase, at the step sizes that repairs have left."""
        if self.phase == 1 and self._plain_first:
            for inner, group in zip(self.first_optimizer.param_groups, self.param_groups, strict=True):
                inner["lr"] = group["lr"] * self.control.scale
        if self.phase == 1:
            self._refuse_sparse()  # phase 2 would, hours later
            self.first_optimizer.step()
            return
        scale = self.control.scale
        least = min((group["lr"] * group["weight_decay"] for group in self.param_groups if group["weight_decay"] > 0), default=0.0)
        stronger = self.control.strengthen(scale * least) if least else 1.0
        if scale == stronger == 1.0:
            self._damped_step()
            return
        nominal = [(group["lr"], group["weight_decay"]) for group in self.param_groups]
        for group in self.param_groups:  # not for good: a scheduler would not know
            group["lr"], group["weight_decay"] = group["lr"] * scale, group["weight_decay"] * stronger
        try:
            self._damped_step()
        finally:
            for group, (lr, decay) in zip(self.param_groups, nominal, strict=True):
                group["lr"], group["weight_decay"] = lr, decay

    def _measure(self, closure: Callable[[], Any] | None, sharpest: float | None = None) -> None:
        """Set the step sizes from hmax: ``sharpest``, or measured here."""
        if closure is None:
            raise RuntimeError("lr='auto' measures the curvature of the loss and needs step(closure) at the first step of each phase. Or give lr a number")
        if sharpest is None:
            gradient, x, precision = flat_gradient(closure, self._parameters())
            kept = [None if p.grad is None else p.grad.clone() for p in self._parameters()]
            sharpest = max(top_eigenvalue(hessian_product(gradient, x, precision=precision), len(x), tolerance=0.1), 0.0)
            for p, grad in zip(self._parameters(), kept, strict=True):
                p.grad = grad
        least = min((g["weight_decay"] for g in self.param_groups if g["weight_decay"] > 0), default=0.0)
        for group in self.param_groups:
            before = group["lr"]
            decay = 0.0 if self.phase == 1 else group["weight_decay"] or least
            group["lr"] = new_step_size(sharpest, decay, before if self.control.steps else None, nesterov=group["nesterov"])
            moving = self.state if self.phase == 2 else self.first_optimizer.state if self._plain_first else {}
            for p in group["params"]:
                if "momentum_buffer" in moving.get(p, {}):  # lr·buffer is the velocity per step; per unit of time √lr·buffer, which stays
                    moving[p]["momentum_buffer"].mul_((before / group["lr"]) ** 0.5)
        self._measured, self._measured_at, self._sharpest = True, self.control.steps, sharpest

    def _parameters(self) -> list[Any]:
        return [p for group in self.param_groups for p in group["params"]]

    def _decay(self) -> float:
        """Σ(λ/2)‖θ‖² over the groups."""
        total = 0.0
        for group in self.param_groups:
            norms = torch._foreach_norm([p.detach() for p in group["params"]])
            total += 0.5 * float(group["weight_decay"]) * sum(float(n) ** 2 for n in norms)
        return total

    def _keep(self) -> None:
        if not self.control.guard:
            return
        weights = [p.detach() for p in self._parameters()]
        if self._copies:
            torch._foreach_copy_(self._copies, weights)
        else:
            self._copies = [w.clone() for w in weights]

    def _repair(self) -> None:
        for p, copy in zip(self._parameters(), self._copies, strict=True):
            p.detach().copy_(copy)
        if self.phase == 2:
            self.state.clear()
            return
        self.first_optimizer.state.clear()
        if not self._plain_first:
            for group in self.first_optimizer.param_groups:
                group["lr"] = group["lr"] / 2

    def state_dict(self) -> dict[str, Any]:
        """The state of both phases, of the controller and of the guard. A ``switch`` that is a function is not saved: give it anew."""
        return {**super().state_dict(), "first": self.first_optimizer.state_dict(), "first_class": type(self.first_optimizer).__name__,
                "control": self.control.state(), "measured": [self._measured, self._measured_at, self._sharpest], "pending": self._pending,
                "copies": [c.clone() for c in self._copies]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Continue where :meth:`state_dict` was taken."""
        missing = {"first", "control", "measured", "pending", "copies"} - set(state_dict)
        if missing:
            raise ValueError(f"the state has no {sorted(missing)}: it is not that of a GROKtimizer")
        here, there = type(self.first_optimizer).__name__, state_dict.get("first_class")
        if there not in (None, here):
            raise ValueError(f"the state's phase 1 is run by {there}, this one's by {here}; give the first= that it was saved with")
        super().load_state_dict({"state": state_dict["state"], "param_groups": state_dict["param_groups"]})
        self.first_optimizer.load_state_dict(state_dict["first"])
        self.control.load(state_dict["control"])
        self._measured, self._measured_at, self._sharpest = state_dict["measured"]
        self._pending = None if state_dict["pending"] is None else tuple(state_dict["pending"])
        self._copies = [c.to(p).clone() for c, p in zip(state_dict["copies"], self._parameters(), strict=False)]

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), **{name: getattr(self, name) for name in _OWN}}


def _number(value: Any, name: str = "loss") -> float:
    try:
        return float(value.detach() if isinstance(value, torch.Tensor) else value)
    except (TypeError, ValueError, RuntimeError):
        shown = f"a tensor of shape {tuple(value.shape)}" if isinstance(value, torch.Tensor) else repr(value)
        raise TypeError(f"{name} = {shown}; allowed is one real number, or a tensor that holds one") from None
