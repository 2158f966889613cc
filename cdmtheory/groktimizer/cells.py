"""One run of the study: a task, a method, a seed, hyper-parameters, and the row of the table that comes out."""

from __future__ import annotations

import json
import math
import warnings
from typing import Any

from cdmtheory.groktimizer.measured import Course, norm, put, sharpness, state, task_named, weights
from cdmtheory.groktimizer.table import Row

__all__ = ["GAP", "LAW", "LONG", "NETS", "REAL", "SLOW", "TUNING_SEED", "cell", "interpolate"]

LAW = ("linear regression", "diagonal network", "matrix completion")
NETS = ("modular addition", "sparse parity", "digits, large init")
SLOW = ("modular addition, ReLU", "modular addition, transformer")
REAL = ("NCI60", "Khan", "coffee spectra", "wine", "coffee", "breast cancer", "PigCVP", "ACSF1")
TUNING_SEED = 1000
GAP = 0.01  # of the objective's gap to its minimum that is left when a run counts as arrived
LONG = 15  # time constants 1/√(ηλ) after which the minimum is taken as reached: (1 + 15)e^(−15) of the flat distance is left


def cell(part: str, task: str, method: str, seed: int, config: str, budget: int) -> Row:
    """One run; ``config``: the hyper-parameters as JSON. What a sweep calls."""
    import time

    import torch

    torch.set_num_threads(1)
    began = time.perf_counter()
    hyper = json.loads(config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a collapse is in the row
        found = {"law": _law, "variant": _variant}.get(part, _race)(task, method, seed, hyper, budget)
    return {"part": part, "task": task, "method": method, "seed": seed, "config": config, "decay": hyper.get("decay"), **found,
            "seconds": round(time.perf_counter() - began, 3)}


def _train(task: Any, optimizer: Any, budget: int, which: int, *, stop: bool) -> tuple[Course, Row]:
    """Run to the budget of gradients, or until the target is kept."""
    course, row = Course(task, which), {"diverged": False}
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
    sharpest = max(sharpness(task)[0], 1e-12)
    optimizer = RIVALS[method].make(task.parameters, sharpest, **hyper)
    _, row = _train(task, optimizer, budget, 0 if tuning else 1, stop=name not in REAL)
    row |= state(task, sharp=not (tuning or row["diverged"]))
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
    return _train(task, VARIANTS[method](task.parameters, hyper["decay"]), budget, 1, stop=True)[1] | state(task, sharp=False)


def interpolate(task: Any, budget: int) -> int | None:
    """Move the weights to where phase 1 has a loss of 1e-8, and not a step further; the steps taken, None if the budget did not do."""
    from cdmtheory.groktimizer.optimizer import GROKtimizer

    there: list[Any] = []

    def rule(seen: Any) -> bool:
        if seen.loss <= 1e-8:
            there.extend(weights(task))  # the step at which phase 2 begins moves them already, by the decay
        return bool(there)

    first = GROKtimizer(task.parameters, switch=rule)
    while first.phase == 1 and first.control.steps < budget:
        first.step(task.closure(first))
    if there:
        put(task, there)
    return first.switch_step


def _law(name: str, method: str, seed: int, hyper: Row, budget: int) -> Row:
    """Steps until the objective has 1 % of its gap left, from rest at an interpolating point, with step size 1/(hmax + λ)."""
    import torch

    from cdmtheory.groktimizer.cdm import CDM

    task, decay = task_named(name, seed), float(hyper["decay"])
    taken = interpolate(task, budget)
    start = weights(task)
    sharpest = sharpness(task)[0]
    lr = 1 / (sharpest + decay)

    def run(optimizer: Any, steps: int) -> Any:
        """From the start, the objective at every step."""
        put(task, start)
        closure = task.closure(optimizer)
        for _ in range(steps):
            half = decay / 2 * norm(task) ** 2
            yield float(optimizer.step(closure).detach()) + half

    long = int(LONG / math.sqrt(lr * decay))
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
            "switch_sharpness": sharpest, **state(task, sharp=False)}
