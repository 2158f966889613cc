"""When to leave phase 1, and when to go back: decisions on numbers alone, shared by the PyTorch optimiser and by groktimize."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import Enum
from functools import lru_cache
from numbers import Integral, Real
from typing import Any, NamedTuple

from cdmtheory.inputs import boolean

__all__ = ["CALM_LOSS", "CALM_STEPS", "Controller", "Decision", "Observation", "Switch", "damped"]

CALM_LOSS, CALM_STEPS = 0.05, 20  # a loss this small for so many steps in a row is interpolation; accuracy alone fired too early
FRESH = 32  # a curvature measured at most so many steps before the switch will do for phase 2
MEASURE = {1: 256, 2: 64}  # steps of each phase until curvature is measured anew; then after twice as many, and so on
PLATEAU, FALL = 32, 0.8  # or a loss whose mean over so many steps is more than this times that over as many before: waiting gains little
SLACK = 1.05  # from rest the objective falls along every continuous path; a discrete one gets this much
WAYWARD = 10.0  # phase 1 may overshoot its first loss by this factor
LOOK = 10  # steps between two looks at the whole objective, which costs a pass over the weights
MOST_REPAIRS = 40
REACH = 1.5  # step size of phase 2 times hmax; twice as much still contracts, and the guard repairs it where the curvature rises
STRONGER, EASING = 10.0, 2.0  # phase 2 begins with so many times the weight decay, which falls by e in so many of its own time constants
COLLAPSED, GONE = 1e-2, 1e-3  # of the norm at the switch, where the loss has risen, and in any case


def new_step_size(sharpest: float, decay: float, before: float | None, *, nesterov: bool) -> float:
    """1/hmax in phase 1 (``decay`` = 0), 1.5/(hmax + λ) in phase 2, 1/(hmax + λ) in the Nesterov form; at most 4 × the one ``before``."""
    top = sharpest + decay
    found = (1.0 if nesterov or not decay else REACH) / top if top > 0 else 1.0
    return found if before is None else min(found, 4 * before)


class Observation(NamedTuple):
    """What a rule for switching sees: steps of phase 1 so far, the training loss, the training accuracy (None where nobody said)."""

    step: int
    loss: float
    accuracy: float | None


Switch = int | Callable[[Observation], bool] | None
"""Steps of phase 1, a rule of one's own, or None: when the first of these holds. The loss is at most half the first and at most Σ(λ/2)‖θ‖²: momentum,
which is hardly damped in curved directions, then finds no more energy in the loss than in the decay. Accuracy 1 and loss ≤ 0.05 for 20 steps in a row (loss ≤
0.05 × the first where no accuracy is observed). A loss below the first that fell by less than a fifth in 32 steps (means over 32)."""


class Decision(Enum):
    """What is to be done before the next step."""

    GO = "go on"
    KEEP = "keep a copy of the weights, then go on"
    SWITCH = "begin phase 2"
    REPAIR = "put the copy back, forget the velocity, halve the step size, and do not step"


@lru_cache(maxsize=256)
def damped(step_size: float, curvature: float) -> float:
    """The momentum (1 − √(η·curvature))² that is critically damped at a curvature (theory B4; read off ``methods.critically_damped``).

    Raises
    ------
    ValueError
        If η·curvature is not in (0, 4): outside the mode does not contract (theory B4).
    """
    from cdmtheory.methods import critically_damped

    if not (step_size > 0 and 0 < step_size * curvature < 4):
        raise ValueError(f"lr = {step_size!r} with curvature (or weight_decay) {curvature!r}: the product is {step_size * curvature:.3g}; allowed is a number "
                         "in (0, 4), and one far below 1 for acceleration. Lower lr, or give a positive weight_decay or curvature")
    constant = critically_damped(float(step_size), float(curvature)).schedule.constant
    assert constant is not None
    return float(constant.momentum)


@dataclass
class Controller:
    """The state of the two phases: plain numbers, saved and loaded with the optimiser."""

    switch: Switch = None
    guard: bool = True
    phase: int = 1
    steps: int = 0  # of this phase
    switch_step: int | None = None
    scale: float = 1.0  # what repairs have left of the step size
    repairs: int = 0  # in both phases
    collapsed: bool = False
    looks: int = 0  # observations in this phase
    first_loss: float = math.nan
    calm: int = 0
    loudest: float = 0.0  # largest loss of the calm steps
    recent: list[float] = field(default_factory=list)  # losses of phase 1
    weight: float = 0.0  # Σ(λ/2)‖θ‖² at the last look of phase 1
    limit: float = math.inf
    kept: float = math.inf
    kept_loss: float = math.nan
    back: bool = False  # whether the copy was put back and not a step taken since
    noisy: bool = False  # whether the loss was another at the weights put back
    loss_at_switch: float = math.nan
    decay_at_switch: float = math.nan
    stronger: float = 1.0  # phase 2 begins with so many times the weight decay
    elapsed: float = 0.0  # time constants of the present weight decay

    def __post_init__(self) -> None:
        s, stronger = self.switch, self.stronger
        if isinstance(s, Integral) and not isinstance(s, bool):
            self.switch = s = int(s)  # NumPy's too
        if s is not None and not callable(s) and (isinstance(s, bool) or not isinstance(s, int) or s < 0):
            raise ValueError(f"switch = {s!r}; allowed is a whole number of steps >= 0, a function of an Observation, or None (automatic)")
        if isinstance(stronger, bool) or not isinstance(stronger, Real) or not 1 <= stronger < math.inf:
            raise ValueError(f"decay_from = {stronger!r}; allowed is a finite number >= 1, or None (automatic)")
        self.guard = boolean("guard", self.guard)

    def state(self) -> dict[str, Any]:
        """Everything but the rule itself, which may be a function."""
        return {name: value for name, value in asdict(self).items() if name not in ("switch", "guard")}

    def load(self, state: dict[str, Any]) -> None:
        """Put back what :meth:`state` gave."""
        for name, value in state.items():
            setattr(self, name, value)

    @property
    def remeasure(self) -> bool:
        """Whether curvature is to be measured anew, for it may change by orders of magnitude: after 256, 512, … steps of phase 1 and 64, 128, … of phase 2."""
        return self.steps >= MEASURE[self.phase] and self.steps & (self.steps - 1) == 0

    @property
    def due(self) -> bool:
        """Whether a switch at a fixed number of steps is due."""
        return self.phase == 1 and isinstance(self.switch, int) and self.steps >= self.switch

    def strengthen(self, decays: float) -> float:
        """The factor by which the weight decay is larger in this step of phase 2 than it will be; ``decays``: ηλ, with which it will not pass 1/4."""
        now = max(1.0, min(self.stronger * math.exp(-self.elapsed / EASING), 0.25 / decays))
        self.elapsed += math.sqrt(now * decays)
        return now

    def decide(self, loss: float, accuracy: float | None, decay: Callable[[], float]) -> Decision:
        """What to do, given the training loss before the step; ``decay()`` is Σ(λ/2)‖θ‖², asked for only when it is needed.

        Raises
        ------
        FloatingPointError
            If the loss is not finite and there is nothing to go back to, or no step size helps.
        """
        self.looks += 1
        if self.back and math.isfinite(loss) and not math.isclose(loss, self.kept_loss, rel_tol=1e-3):
            self.limit *= 2  # of another batch, or with dropout: the step size may not have been at fault
            self.noisy = True
        self.back = False
        if self.phase == 1:
            return self._first(loss, accuracy, decay)
        if not self.guard:
            return Decision.GO
        if not loss <= self.limit:
            return self._repair(loss)
        if self.looks % LOOK:
            return Decision.GO
        half = decay()
        objective = loss + half
        if not objective <= self.limit:
            return self._repair(objective)
        shrunk = half / self.decay_at_switch if self.decay_at_switch > 0 else 1.0
        if not self.collapsed and (shrunk <= GONE**2 or (shrunk <= COLLAPSED**2 and loss > 2 * self.loss_at_switch)):
            self.collapsed = True
            warnings.warn(f"the weights have collapsed: their norm is {math.sqrt(shrunk):.2g} × that at the switch, and the training loss went from "
                          f"{self.loss_at_switch:.3g} to {loss:.3g}. The weight decay is too large for this model; lower it", RuntimeWarning, stacklevel=4)
        return self._keep(objective, loss)

    def _first(self, loss: float, accuracy: float | None, decay: Callable[[], float]) -> Decision:
        if math.isnan(self.first_loss):
            self.first_loss = loss
            self.limit = WAYWARD * max(loss, CALM_LOSS)
        calm = loss <= CALM_LOSS * (self.first_loss if accuracy is None else 1.0) and (accuracy is None or accuracy >= 1)
        self.calm = self.calm + 1 if calm else 0
        self.loudest = max(self.loudest, loss) if calm else 0.0
        self.recent = [*self.recent[1 - 2 * PLATEAU:], loss]
        if self.guard and not (math.isfinite(loss) and loss <= self.limit):  # the limit is infinite where the first loss is
            return self._repair(loss)
        if not math.isfinite(loss):
            return Decision.GO  # unguarded: the user's own affair
        over = (self._light(loss, decay) or self.calm >= CALM_STEPS or self._flat() if self.switch is None
                else self.steps >= self.switch if isinstance(self.switch, int) else bool(self.switch(Observation(self.steps, loss, accuracy))))
        if over:
            self.begin(max(loss, self.loudest, *(self.recent[-PLATEAU:] if self._flat() else ())), decay(), loss)
            return Decision.SWITCH
        return self._keep(loss, loss) if self.guard else Decision.GO

    def _light(self, loss: float, decay: Callable[[], float]) -> bool:
        """Whether the loss is at most half the first and Σ(λ/2)‖θ‖², as that was at the last look."""
        if self.looks % LOOK == 1:
            self.weight = decay()
        return 0 <= loss <= min(self.weight, self.first_loss / 2)  # a loss below 0 says nothing about interpolation

    def _flat(self) -> bool:
        """Whether the loss has come down and hardly falls any more."""
        before, after = self.recent[:PLATEAU], self.recent[PLATEAU:]
        return len(after) == PLATEAU and max(after) < self.first_loss and sum(after) > FALL * sum(before)

    def begin(self, loss: float, decay: float, now: float = math.nan) -> None:
        """Phase 2 begins here, at this training loss (not a number where nobody observed it); ``now``: without what it was in the calm steps before."""
        self.phase, self.switch_step, self.steps, self.looks, self.scale = 2, self.steps, 0, 0, 1.0
        self.loss_at_switch, self.decay_at_switch = loss, decay
        self.limit = math.inf if math.isnan(loss) else SLACK * (loss + decay)
        self.kept, self.kept_loss = loss + decay, now
        self.recent = []

    def _keep(self, objective: float, loss: float) -> Decision:
        if objective <= 0.9 * self.kept:
            self.kept, self.kept_loss = objective, loss
            return Decision.KEEP
        return Decision.GO

    def _repair(self, objective: float) -> Decision:
        self.repairs += 1
        self.back = True
        self.scale /= 2
        self.elapsed = math.inf if self.phase == 2 else 0.0
        self.calm, self.recent = 0, []
        if math.isinf(self.kept) or self.repairs > MOST_REPAIRS:
            raise FloatingPointError(f"the loss is {objective:.3g} " + ("at the first step" if math.isinf(self.kept) else
                                     f"after {self.repairs} repairs, each of which halved the step size") + "; look at the data, the model and the loss")
        return Decision.REPAIR
