"""Both phases at equal λ, with and without momentum in phase 2, from one and the same point: one run of each, counted to two thresholds."""

from __future__ import annotations

import json
import math
import time
import warnings
from typing import Any

from cdmtheory.groktimizer.cells import GAP, LONG
from cdmtheory.groktimizer.local_prediction import Quadratic, hessian, of_classifier, of_hessian, steps_to_gap
from cdmtheory.groktimizer.measured import Course, at, norm, state, task_named, weights
from cdmtheory.groktimizer.table import Row

__all__ = ["EQUAL", "equal"]

EQUAL = ("GROKtimizer", "GD, two phases")
_FEW = 200  # weights up to which the Hessian is written out for a prediction


def equal(task: str, seed: int, decay: float, cap: int, budget: int) -> list[Row]:
    """The rows of GROKtimizer and of the same two phases without momentum in phase 2, λ constant. What a sweep calls.

    Two thresholds are counted on the same runs, in gradients of both phases, from where on they are kept until the end of the run:

    * ``settled``: the task's target, a test error. Grokking.
    * ``gap_settled``: 1 % of the objective's gap is left, F − F* ≤ (F_switch − F*)/100, where F is the training loss + (λ/2)‖θ‖², F_switch that at the
      switch, and F* the least that either of the two runs has come to. What the theory counts. ``gap_steps``: the steps of phase 2 alone.

    GROKtimizer runs for :data:`LONG` time constants of phase 2, Σ√(ηλ) over its steps, whenever it arrives; if ``budget`` gradients do not do for that, F* is
    unknown and ``gap_settled`` None. The other ends when it has kept both thresholds (with GROKtimizer's F*), or is given up at ``cap`` × the gradients
    of GROKtimizer to the later of those that it settled to (settled to neither: after as many as it took). Above GROKtimizer's own, ``steps`` and ``gradients``
    of a run that was given up are lower bounds.

    ``gap_foretold``: ``gap_steps`` as the local quadratic model at the switch has it, with the first step size of phase 2, for linear models, for which
    it is exact, and models of at most 200 weights.
    """
    import torch

    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a collapse is in the row
        ours = _Run(task, EQUAL[0], seed, decay)
        while ours.optimizer.phase == 1 and ours.course.gradients < budget:
            ours.step()
        while ours.elapsed < LONG and ours.course.gradients < budget:
            ours.step()
        ours.end()
        long = ours.elapsed >= LONG
        least = min(ours.objective, default=math.nan)
        arrived = [g for g in (ours.course.settled, ours.arrival(least)[0] if long else None) if g is not None]
        limit = cap * max(arrived) if arrived else ours.course.gradients
        other = _Run(task, EQUAL[1], seed, decay)
        while other.course.gradients < limit and not (other.kept(least) and other.course.over):
            other.step()
        other.end()
    least = min([*ours.objective, *other.objective], default=math.nan) if long else math.nan
    return [{"part": "equal", "task": task, "method": run.method, "seed": seed, "decay": decay, "config": json.dumps({"decay": decay, "cap": cap}),
             **run.row(least)} for run in (ours, other)]


class _Run:
    """One of the two, with the objective at the switch and after every step of phase 2, and the gradients spent until then."""

    def __init__(self, name: str, method: str, seed: int, decay: float) -> None:
        from cdmtheory.groktimizer.optimizer import GROKtimizer
        from cdmtheory.groktimizer.rivals import TwoPhaseGD

        self.began = time.perf_counter()
        self.method, self.decay, self.task = method, decay, task_named(name, seed)
        self.optimizer = (GROKtimizer if method == EQUAL[0] else TwoPhaseGD)(self.task.parameters, weight_decay=decay, decay_from=1)
        self.course = Course(self.task, 1)
        self.closure = self.course.closure(self.optimizer)
        self.objective: list[float] = []
        self.gradients: list[int] = []
        self.elapsed = 0.0  # time constants of phase 2
        self.switch: Row = {}
        self.last: Row = {}
        self.above = -1  # the last step of phase 2 known to have more than 1 % of the gap left

    def step(self) -> None:
        """One step; the objective is that of the weights before it, of which it evaluates the loss."""
        before = weights(self.task) if self.optimizer.phase == 1 else None
        spent, decayed = self.course.gradients, self.decay / 2 * norm(self.task) ** 2
        loss = float(self.optimizer.step(self.closure).detach())
        self.course.look()
        if self.optimizer.phase == 1:
            return
        lr = self.optimizer.param_groups[0]["lr"] * self.optimizer.control.scale
        if before is not None:
            with at(self.task, before):
                self.switch = {f"switch_{key.removeprefix('training_')}": value for key, value in state(self.task, sharp=True).items() if key != "accuracy"}
                self.switch |= {"switch_gradients": spent, "gap_foretold": self._foretold(lr)}
        self.objective.append(loss + decayed)
        self.gradients.append(spent)
        self.elapsed += math.sqrt(lr * self.decay)

    def _foretold(self, lr: float) -> int | None:
        model = _quadratic(self.task, self.decay)
        return None if model is None else steps_to_gap(model, self.decay, "CDM" if self.method == EQUAL[0] else "GD", lr)

    def _level(self, least: float) -> float:
        return least + GAP * (self.objective[0] - least)

    def arrival(self, least: float) -> tuple[int | None, int | None]:
        """Gradients, and steps of phase 2, after which at most 1 % of the gap is left until the end; None where that is not so."""
        if not self.objective or math.isnan(least):
            return None, None
        level = self._level(least)
        k = 1 + max((i for i, value in enumerate(self.objective) if not value <= level), default=-1)
        return (self.gradients[k], k) if k < len(self.objective) else (None, None)

    def kept(self, least: float) -> bool:
        """Whether at most 1 % has been left for long enough, if asked after every step: without momentum the objective falls all the way."""
        if not self.objective or math.isnan(least):
            return True
        now = len(self.objective) - 1
        if not self.objective[now] <= self._level(least):
            self.above = now
        return now > 1.02 * self.above + 20

    def end(self) -> None:
        """No more steps."""
        self.last = {**state(self.task, sharp=True), "seconds": round(time.perf_counter() - self.began, 3)}

    def row(self, least: float) -> Row:
        """What the table says of it."""
        control, course = self.optimizer.control, self.course
        settled, steps = self.arrival(least)
        return {**self.switch, "target": self.task.target, "switch_step": control.switch_step, "repairs": control.repairs, "collapsed": control.collapsed,
                "diverged": False, "gradients": course.gradients, "steps": (control.switch_step or 0) + len(self.objective), "first": course.first,
                "settled": course.settled, "gap_settled": settled, "gap_steps": steps, **self.last}


def _quadratic(task: Any, decay: float) -> Quadratic | None:
    """The local model at the present weights, where it costs little."""
    import torch

    gradient = [g + decay * p.detach() for g, p in zip(torch.autograd.grad(task.loss(), task.parameters), task.parameters, strict=True)]
    if "data" in task.facts:
        inputs, _, parts = task.facts["data"]
        return of_classifier(inputs[parts[0]], gradient[0].double().numpy(), decay)
    if sum(p.numel() for p in task.parameters) > _FEW:
        return None
    return of_hessian(hessian(task), torch.cat([g.ravel() for g in gradient]).double().numpy(), decay)
