"""What the part "equal" of the study found: GROKtimizer against GD at one λ, to the objective's threshold and to the test error."""

from __future__ import annotations

import math

from cdmtheory.groktimizer.table import Row, medians, names, of, or_never
from cdmtheory.groktimizer.words import interval, number, section

__all__ = ["OURS", "PLAIN", "faster_descent", "faster_grokking"]

OURS, PLAIN = "GROKtimizer", "GD, two phases"
ENOUGH = 10


def faster_descent(rows: list[Row]) -> str:
    """To 1 % of the objective's gap: the law of speed, both phases counted."""
    lines, good, good_steps, good_alone = [], 0, 0, 0
    for task in names(rows, "task"):
        own = [{**r, "both_steps": None if r["gap_steps"] is None else r["switch_step"] + r["gap_steps"]} for r in of(rows, task=task)]
        *both, enough = _against(own, "gap_settled")
        *_, steps, enough_steps = _against(own, "both_steps")
        *alone, enough_alone = _against(own, "gap_steps")
        foretold = ("–",) * 3 if all(r["gap_foretold"] is None for r in own) else _against(own, "gap_foretold")[:3]
        good += enough
        good_steps += enough_steps
        good_alone += enough_alone
        lines.append((*_which(own), *both, steps, *alone, *foretold))
    return section("The objective falls faster at equal λ", good, len(lines),
                   "GROKtimizer against the same two phases without momentum in phase 2, both with step size 1.5/(hmax + λ) and the same constant λ, the "
                   "smallest of each task: gradients, of both phases, until 1 % of the gap that the objective had at the switch is left, settled. Supported "
                   f"where the median ratio is {ENOUGH} or more: {good} of {len(lines)}. The ratio grows like 1/√λ, so this is a statement about small λ. "
                   "Gradients that measure curvature count, and phase 1 is the same for both; so the ratio is less than that of the steps of both phases, and "
                   "this than that of phase 2 alone. These stand beside it, without a say in the verdict "
                   f"({ENOUGH} or more on {good_steps} and on {good_alone}), and so does what the local quadratic model at the switch "
                   "makes of them (exact for the linear models; not made for models of more than 200 weights that are not linear). GD was given up at a "
                   "multiple of GROKtimizer's gradients: what that leaves unknown has its lower bound, with ≥.",
                   ("task", "λ", "seeds", "GROKtimizer", "GD in phase 2", "ratio", "ratio in steps", "steps of phase 2: GROKtimizer", "GD", "ratio",
                    "local model: GROKtimizer", "GD", "ratio"),
                   lines)


def faster_grokking(rows: list[Row]) -> str:
    """To the test error that the task asks for."""
    lines, good = [], 0
    for task in names(rows, "task"):
        own = of(rows, task=task)
        *both, enough = _against(own, "settled")
        good += enough
        lines.append((*_which(own), *both))
    return section("Faster grokking at equal λ", good, len(lines),
                   "The very same runs, counted to the target, a test error: gradients of both phases until it is kept. Supported where the median ratio is "
                   f"{ENOUGH} or more: {good} of {len(lines)}. A test error that is reached before the flat directions have decayed leaves momentum little to "
                   "win, and one that the minimum at this λ does not have is kept by no method.",
                   ("task", "λ", "seeds", "GROKtimizer", "GD in phase 2", "ratio"), lines)


def _which(rows: list[Row]) -> tuple[str, str, str]:
    return rows[0]["task"], f"{rows[0]['decay']:g}", str(len(names(rows, "seed")))


def _against(rows: list[Row], key: str) -> tuple[str, str, str, bool]:
    """Of one task: what GROKtimizer took and GD took, the ratio of GD's to ours seed by seed, and whether its median is enough."""
    own, other = of(rows, method=OURS), of(rows, method=PLAIN)
    ours, gd = or_never(r[key] for r in own), or_never(r[key] for r in other)
    shown = interval(medians(ours)), interval(medians(gd)).replace("never", "given up")
    arrived = sum(map(math.isfinite, ours))
    if arrived < len(ours):
        return *shown, f"GROKtimizer settled on {arrived} of {len(ours)} seeds", False
    at_least = {r["seed"]: _spent(r, key) if r[key] is None else r[key] for r in other}
    known = {r["seed"]: math.inf if r[key] is None else r[key] for r in other}
    ratio, if_never = (medians([max(took[r["seed"]], 1) / max(r[key], 1) for r in own]) for took in (at_least, known))  # 0: there from the start
    middle, low, high = (("" if value == same else "≥ ") + number(value) for value, same in zip(ratio, if_never, strict=True))
    return *shown, middle if low == high else f"{middle} [{low}, {high}]", ratio[0] >= ENOUGH


def _spent(row: Row, key: str) -> float:
    """What a run had spent when it ended."""
    if key == "both_steps":
        return float(row["steps"])
    return float(row["steps"] - row["switch_step"] if key == "gap_steps" else row["gradients"])
