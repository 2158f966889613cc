"""One run of the study: a task, a method, a seed, hyper-parameters, and the row of the table that comes out."""

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Callable
from typing import Any

from cdmtheory.groktimizer.table import Row

__all__ = ["GAP", "LAW", "NETS", "REAL", "SLOW", "TUNING_SEED", "cell", "interpolate", "task_named"]

LAW = ("linear regression", "diagonal network", "matrix completion")
NETS = ("modular addition", "sparse parity", "digits, large init")
SLOW = ("modular addition, ReLU", "modular addition, transformer")
REAL = ("NCI60", "Khan", "coffee spectra", "wine", "coffee", "breast cancer", "PigCVP", "ACSF1")
TUNING_SEED = 1000
GAP = 0.01  # of the objective's gap to its minimum that is left when a run of the law counts as arrived



def cell(part: str, task: str, method: str, seed: int, config: str, budget: int) -> Row:
    """One run; ``config``: the hyper-parameters as JSON. What a sweep calls."""
    import time

    import torch

    torch.set_num_threads(1)
    began = time.perf_counter()
    hyper = json.loads(config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a collapse is in the row
        found = {"law": _law, "equal": _equal, "variant": _variant}.get(part, _race)(task, method, seed, hyper, budget)
    return {"part": part, "task": task, "method": method, "seed": seed, "config": config, "decay": hyper.get("decay"), **found,
            "seconds": round(time.perf_counter() - began, 3)}


def task_named(name: str, seed: int) -> Any:
    """A synthetic task or a data set, with what is random in it drawn from the seed.

    Raises
    ------
    ImportError
        If the package that holds the data is missing; the message says what to install.
    """
    from cdmtheory.groktimizer.tasks import SYNTHETIC, real_data

    return (SYNTHETIC[name] if name in SYNTHETIC else real_data(name))(seed)


def _sharpness(task: Any) -> tuple[float, float]:
    """Largest Hessian eigenvalue and trace of the training loss at the present weights."""
    import torch

    from cdmtheory.groktimizer.curvature import hessian_product, top_eigenvalue, trace
    from cdmtheory.groktimizer.flat_gradient import flat_gradient

    gradient, x, precision = flat_gradient(task.closure(torch.optim.SGD(task.parameters, 1.0)), task.parameters)
    product = hessian_product(gradient, x, precision=precision)
    return top_eigenvalue(product, len(x)), trace(product, len(x))


def _norm(task: Any) -> float:
    return math.sqrt(sum(float((p.detach() ** 2).sum()) for p in task.parameters))


def _state(task: Any, *, sharp: bool) -> Row:
    """What the weights are like now."""
    loss = float(task.loss().detach())
    row: Row = {"training_loss": loss, "accuracy": task.accuracy() if task.accuracy else None, "norm": _norm(task), "error": task.errors()[1]}
    if sharp and math.isfinite(loss):
        row["sharpness"], row["trace"] = _sharpness(task)
    return row


class _Course:
    """Errors at about every hundredth more gradients, with what can be said of them at the end."""

    def __init__(self, task: Any, which: int) -> None:
        self.task, self.which, self.gradients = task, which, 0
        self.next, self.seen = 0.0, [(0, task.errors()[which])]

    def closure(self, optimizer: Any) -> Callable[[], Any]:
        inner = self.task.closure(optimizer)

        def counted() -> Any:
            self.gradients += 1
            return inner()

        return counted

    def look(self) -> None:
        if self.gradients >= self.next:
            self.seen.append((self.gradients, self.task.errors()[self.which]))
            self.next = max(self.gradients + 1, 1.01 * self.gradients)

    @property
    def first(self) -> int | None:
        return next((g for g, e in self.seen if e <= self.task.target), None)

    @property
    def settled(self) -> int | None:
        after = None
        for g, e in self.seen:
            after = (g if after is None else after) if e <= self.task.target else None
        return after

    @property
    def over(self) -> bool:
        """Whether the target has been kept for half as long again as it took."""
        settled = self.settled
        return settled is not None and self.gradients >= 1.5 * settled + 50


def _train(task: Any, optimizer: Any, budget: int, which: int, *, stop: bool) -> tuple[_Course, Row]:
    """Run to the budget of gradients, or until the target is kept."""
    course, row = _Course(task, which), {"diverged": False}
    closure, steps = course.closure(optimizer), 0
    try:
        while course.gradients < budget and not (stop and course.over):
            loss = optimizer.step(closure)
            steps += 1
            course.look()
            if not math.isfinite(float(loss.detach())) and not hasattr(optimizer, "control"):
                row["diverged"] = True
                break
    except FloatingPointError:
        row["diverged"] = True
    control = getattr(optimizer, "control", None)
    if control:
        row |= {"switch_step": control.switch_step, "repairs": control.repairs, "collapsed": control.collapsed}
    settled = None if row["diverged"] else course.settled
    return course, {**row, "target": task.target, "steps": steps, "gradients": course.gradients, "first": course.first, "settled": settled}


def _race(name: str, method: str, seed: int, hyper: Row, budget: int) -> Row:
    from cdmtheory.groktimizer.rivals import RIVALS

    task = task_named(name, seed)
    if method in ("ridge", "logistic regression"):
        return _classical(task, method, hyper)
    tuning = seed == TUNING_SEED
    sharpest = max(_sharpness(task)[0], 1e-12)
    optimizer = RIVALS[method].make(task.parameters, sharpest, **hyper)
    _, row = _train(task, optimizer, budget, 0 if tuning else 1, stop=name not in REAL)
    row |= _state(task, sharp=not (tuning or row["diverged"]))
    if tuning:
        row["error"] = task.errors()[0]
    return row


def _classical(task: Any, method: str, hyper: Row) -> Row:
    """Ridge or logistic regression (scikit-learn) on the very same features; its λ is tuned like everybody's."""
    from cdmtheory.groktimizer.data import _sklearn

    x, labels, parts = task.facts["data"]
    linear = _sklearn("linear_model")
    n = parts[0].stop
    model = (linear.RidgeClassifier(alpha=n * hyper["decay"], fit_intercept=False) if method == "ridge"
             else linear.LogisticRegression(C=1 / (n * hyper["decay"]), fit_intercept=False, max_iter=5000))
    model.fit(x[parts[0]], labels[parts[0]])
    validation, test = (float((model.predict(x[part]) != labels[part]).mean()) for part in parts[1:])
    return {"target": task.target, "error": validation if task.facts["seed"] == TUNING_SEED else test, "diverged": False}


def _variant(name: str, method: str, seed: int, hyper: Row, budget: int) -> Row:
    from cdmtheory.groktimizer.variants import VARIANTS

    task = task_named(name, seed)
    return _train(task, VARIANTS[method](task.parameters, hyper["decay"]), budget, 1, stop=True)[1] | _state(task, sharp=False)


def _equal(name: str, method: str, seed: int, hyper: Row, budget: int) -> Row:
    """Both phases at constant λ, with or without momentum in phase 2, and the state at the switch; without, it is given up at ``cap`` × what ours took."""
    from cdmtheory.groktimizer.optimizer import GROKtimizer
    from cdmtheory.groktimizer.rivals import TwoPhaseGD

    reference = None
    if method == "GD, two phases":
        task = task_named(name, seed)
        reference = _train(task, GROKtimizer(task.parameters, weight_decay=hyper["decay"], decay_from=1), budget, 1, stop=True)[1]["settled"]
    task = task_named(name, seed)
    kind = TwoPhaseGD if method == "GD, two phases" else GROKtimizer
    optimizer = kind(task.parameters, weight_decay=hyper["decay"], decay_from=1)
    before: Row = {}
    course = _Course(task, 1)
    closure = course.closure(optimizer)
    while optimizer.phase == 1 and course.gradients < budget:
        optimizer.step(closure)
        course.look()
        if optimizer.phase == 2:
            before = {f"switch_{key.removeprefix('training_')}": value for key, value in _state(task, sharp=True).items() if key != "accuracy"}
    limit = budget if reference is None else hyper["cap"] * reference
    while course.gradients < limit and not course.over:
        optimizer.step(closure)
        course.look()
    control = optimizer.control
    return {**before, "target": task.target, "switch_step": control.switch_step, "repairs": control.repairs, "collapsed": control.collapsed, "diverged": False,
            "gradients": course.gradients, "steps": control.steps + (control.switch_step or 0), "first": course.first, "settled": course.settled,
            **_state(task, sharp=True)}


def interpolate(task: Any, budget: int) -> int | None:
    """Move the weights to where phase 1 has a loss of 1e-8, and not a step further; the steps taken, None if the budget did not do."""
    import torch

    from cdmtheory.groktimizer.optimizer import GROKtimizer

    there: list[Any] = []

    def rule(seen: Any) -> bool:
        if seen.loss <= 1e-8:
            there.extend(p.detach().clone() for p in task.parameters)  # the step at which phase 2 begins moves them already, by the decay
        return bool(there)

    first = GROKtimizer(task.parameters, switch=rule)
    while first.phase == 1 and first.control.steps < budget:
        first.step(task.closure(first))
    with torch.no_grad():
        for p, at in zip(task.parameters, there or task.parameters, strict=True):
            p.copy_(at)
    return first.switch_step


def _law(name: str, method: str, seed: int, hyper: Row, budget: int) -> Row:
    """Steps until the objective has 1 % of its gap left, from rest at an interpolating point, with step size 1/(hmax + λ)."""
    import torch

    from cdmtheory.groktimizer.cdm import CDM

    task, decay = task_named(name, seed), float(hyper["decay"])
    taken = interpolate(task, budget)
    start = [p.detach().clone() for p in task.parameters]
    sharpest = _sharpness(task)[0]
    lr = 1 / (sharpest + decay)

    def run(optimizer: Any, steps: int) -> Any:
        """From the start, the objective at every step."""
        with torch.no_grad():
            for p, at in zip(task.parameters, start, strict=True):
                p.copy_(at)
        closure = task.closure(optimizer)
        for _ in range(steps):
            half = decay / 2 * _norm(task) ** 2
            yield float(optimizer.step(closure).detach()) + half

    long = int(15 / math.sqrt(lr * decay))  # (1 + 15)e^(−15) of the flat distance is left
    for objective in run(CDM(task.parameters, lr, decay), long):
        least = objective
    optimizer = CDM(task.parameters, lr, decay) if method == "CDM" else torch.optim.SGD(task.parameters, lr, weight_decay=decay)
    high, last, k = 0.0, 0, 0
    for k, objective in enumerate(run(optimizer, long if method == "CDM" else int(5 / (lr * decay)))):
        high = max(high, objective - least)
        if objective - least > GAP * high:
            last = k + 1
        elif k > (1.3 if method == "CDM" else 1.02) * last + 20:  # GD falls all the way
            break
    return {"target": GAP, "switch_step": taken, "settled": last if last < k else None, "steps": k, "gradients": k, "diverged": False,
            "switch_sharpness": sharpest, **_state(task, sharp=False)}
