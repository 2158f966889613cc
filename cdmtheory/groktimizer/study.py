"""The study: tasks × optimisers × seeds, every method tuned with the same number of draws, every run in a journal.

Four parts, one row of the table per run. *law*: from one interpolating point, how do the steps of GD and of CDM grow as λ falls? (*predicted* and
*valley*, not runs: what the local quadratic model, and the motion along the curved valley, make of it.) *equal*: GROKtimizer and the same two phases
without momentum, at the smallest λ of each task, to the test error and to 1 % of the objective's gap. *variant*: GROKtimizer with one thing changed, at
the middle λ. *race*: everybody, tuned on the validation data of a seed of its own, then run on other seeds. Cost is counted in gradients, those for
measuring curvature and SAM's second one included.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any

from cdmtheory.groktimizer.cells import LAW, NETS, REAL, SLOW, TUNING_SEED, cell
from cdmtheory.groktimizer.equal import equal
from cdmtheory.groktimizer.local_prediction import predicted
from cdmtheory.groktimizer.measured import task_named
from cdmtheory.groktimizer.table import Row
from cdmtheory.groktimizer.valley_prediction import along_the_valley
from cdmtheory.sweeps import grid, sweep

__all__ = ["PROFILES", "Profile", "study"]

_LONG = 20_000  # steps of phase 1 of the law until the loss is 1e-8; gradients of GROKtimizer at equal λ


@dataclass(frozen=True)
class Profile:
    """How much of the study is run. ``budget``: gradients per run of a race; ``cap``: GD at equal λ is given up at this multiple of GROKtimizer's."""

    tasks: tuple[str, ...]
    law_decays: tuple[float, ...]
    law_seeds: int
    valley: bool  # whether the motion along the valley is followed, at the smallest λ
    seeds: int
    net_seeds: int
    slow_seeds: int  # of the tasks whose runs take more than ten seconds
    draws: int
    budget: int
    cap: int


PROFILES = {
    "short": Profile((LAW[2], "wine"), (1e-2, 1e-3), 1, False, 1, 1, 1, 2, 240, 11),  # about a minute: does everything run?
    "medium": Profile((*LAW, *NETS, *REAL[:4]), (1e-2, 3e-3, 1e-3, 3e-4), 2, True, 5, 3, 3, 3, 1200, 11),  # about an hour
    "full": Profile((*LAW, *NETS, *REAL, *SLOW), (1e-2, 3e-3, 1e-3, 3e-4, 1e-4), 3, True, 10, 10, 3, 8, 1200, 11),  # about five hours of one core
}


def study(profile: Profile, *, journal: str | os.PathLike[str] | None = None, executor: Executor | None = None, jobs: int = 1, progress: bool = True,
          tell: Callable[[str], None] = print, tasks: Sequence[str] = ()) -> list[Row]:
    """Run a profile, or some of its tasks; rows in the order they were made. What is in the journal is not run again.

    ``executor``: where runs are made, as in :func:`cdmtheory.sweeps.sweep`; None: ``jobs`` processes of one thread each.

    Raises
    ------
    cdmtheory.sweeps.SweepFailed
        If runs failed (all others are in the journal).
    ImportError
        If the package that some rivals come from is not installed.
    """
    from cdmtheory.groktimizer.rivals import pytorch_optimizer

    pytorch_optimizer("SAM")  # missing, it would be missed only after the first parts
    rows: list[Row] = []
    with nullcontext(executor) if executor else ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for name in tasks or profile.tasks:
            try:
                task_named(name, 0)
            except ImportError as error:
                tell(f"{name}: left out; {error}")
                continue
            rows += _of_task(name, profile, partial(sweep, executor=pool, journal=journal, progress=progress), tell)
    return rows


def _of_task(name: str, profile: Profile, run: Callable[..., list[Row]], tell: Callable[[str], None]) -> list[Row]:
    from cdmtheory.groktimizer.rivals import RIVALS, draws
    from cdmtheory.groktimizer.variants import VARIANTS

    decays = task_named(name, 0).decays
    rows: list[Row] = []
    if name in LAW:
        tell(f"{name}: steps against weight decay")
        law = grid(seed=range(profile.law_seeds), decay=profile.law_decays, method=("CDM", "GD"))
        rows += run(cell, [_point("law", name, point["method"], point["seed"], {"decay": point["decay"]}, _LONG) for point in law])
        rows += run(predicted, [{"task": name, **point, "budget": _LONG} for point in law])
        rows += run(along_the_valley, [{"task": name, **point, "budget": _LONG} for point in law
                                       if profile.valley and point["decay"] == min(profile.law_decays)])
    seeds = range(profile.slow_seeds if name in SLOW else profile.net_seeds if name in NETS else profile.seeds)
    tell(f"{name}: at equal weight decay")
    pairs: list[Any] = run(equal, [{"task": name, "seed": seed, "decay": decays[0], "cap": profile.cap, "budget": _LONG}
                                  for seed in range(profile.seeds)])  # two methods only: there is time for all seeds, of the slow tasks too
    rows += [row for pair in pairs for row in pair]
    tell(f"{name}: GROKtimizer with one thing changed")
    middle = float(f"{math.sqrt(decays[0] * decays[1]):.2g}")
    rows += run(cell, [_point("variant", name, method, seed, {"decay": middle}, 2 * profile.budget) for seed in seeds for method in VARIANTS])
    tell(f"{name}: tuning")
    methods = {method: draws(method, profile.draws, decays) for method in RIVALS if method != "Muon" or name not in LAW[:2]}
    if name in REAL:
        methods |= {method: [{"decay": c["decay"]} for c in draws("GD", profile.draws, (1e-4, 1e-1))] for method in ("ridge", "logistic regression")}
    budget = min(profile.budget, 300) if name in REAL else profile.budget
    tried = run(cell, [_point("tuning", name, method, TUNING_SEED, hyper, budget) for method, hypers in methods.items() for hyper in hypers])
    best = {method: min((r for r in tried if r["method"] == method), key=_merit) for method in methods}
    tell(f"{name}: race")
    return rows + tried + run(cell, [_point("race", name, method, seed, json.loads(best[method]["config"]), budget) for seed in seeds for method in methods])


def _merit(row: Row) -> tuple[float, float]:
    """The fewest gradients to the settled target; among those that do not reach it, and on real data first of all, the least error."""
    error = math.inf if row["diverged"] or not math.isfinite(row["error"]) else row["error"]
    never = math.inf if row.get("settled") is None else float(row["settled"])
    return (error, never) if row["task"] in REAL else (never, error)


def _point(part: str, task: str, method: str, seed: int, hyper: Row, budget: int) -> Row:
    return {"part": part, "task": task, "method": method, "seed": seed, "config": json.dumps(hyper), "budget": budget}
