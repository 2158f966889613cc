"""What the study found, from its table alone: each empirical claim with SUPPORTED, NOT SUPPORTED or DEPENDS, the numbers and the conditions.

Nothing here is a proof, and nothing is typed by hand: the words follow from the numbers by the rules that stand beside them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from textwrap import fill

import numpy as np

from cdmtheory.groktimizer.equal_findings import OURS, faster_descent, faster_grokking
from cdmtheory.groktimizer.law_findings import FORETOLD, quadratic_speedup
from cdmtheory.groktimizer.table import Row, medians, names, of, or_never
from cdmtheory.groktimizer.words import interval, number, section

__all__ = ["findings", "ours_first"]

CONSTANT = "GROKtimizer, λ constant"
USUAL, DESIGNED_ON = "as it is", ("digits, large init", "modular addition", "modular addition, ReLU")
CLASSICAL = ("ridge", "logistic regression")


def ours_first(methods: Iterable[str]) -> list[str]:
    """Methods in the order of wide tables: what is looked for first needs no scrolling."""
    ours = (OURS, CONSTANT, "CDM")
    return sorted(methods, key=lambda m: ours.index(m) if m in ours else len(ours))


def findings(rows: Sequence[Row]) -> str:
    """The page as Markdown."""
    race, equal = of(rows, part="race"), of(rows, part="equal")
    parts = [_head(rows), quadratic_speedup(rows), faster_descent(equal), faster_grokking(equal), _race(race), _real(race),
             _norm(equal), _flat(equal), _divergence(rows), _passage(race), _variants(of(rows, part="variant"))]
    return "\n".join(part for part in parts if part)


def _head(rows: Sequence[Row]) -> str:
    rows = [row for row in rows if row["part"] not in FORETOLD]
    seeds = "; ".join(f"{task} {len(names(of(rows, part='race', task=task), 'seed'))}" for task in names(of(rows, part="race"), "task"))
    draws = sorted({len(of(rows, part="tuning", task=task, method="AdamW")) for task in names(of(rows, part="race"), "task")})
    minutes = sum(row["seconds"] or 0 for row in rows) / 60
    text = (f"Measured, not proved: what is proved stands in the ledger. Made from the table of `cdmtheory study` by `cdmtheory study --findings`: {len(rows)} "
            f"runs, {minutes:.0f} minutes of a core that was shared. Every method was tuned with the same number of draws "
            f"({', '.join(map(str, draws))} per task) on the validation data of a seed of its own. Seeds in the races: {seeds}. "
            "Intervals: middle 95 % of 2000 bootstrap resamples over seeds; with three seeds that is no more than their range. "
            "Cost is in gradients, those that measuring curvature takes and SAM's second one included. "
            "Settled: below the target from there on until the end of the run. Full batch; no mini-batches, no GPU.")
    return f"# Findings\n\n{fill(text, 150, break_on_hyphens=False)}\n"


def _race(rows: list[Row]) -> str:
    rows = [r for r in rows if r["method"] not in CLASSICAL]
    methods, lines, reached = ours_first(names(rows, "method")), [], 0
    near = dict.fromkeys((OURS, CONSTANT), 0)
    for task in names(rows, "task"):
        found = {m: medians(or_never(r["settled"] for r in own)) for m in methods if (own := of(rows, task=task, method=m))}
        best = min(found.values())
        reached += not math.isinf(best[0])
        for ours in near:
            near[ours] += not math.isinf(best[0]) and ours in found and found[ours][0] <= best[2]
        lines.append((task, *(_bold(found, m, best[0]) for m in methods)))
    return section("Against tuned rivals", near[OURS], reached,
                    "Gradients to the settled target on test data, median and interval; the best in bold. GROKtimizer is the best, or its median lies "
                    f"within the interval of the best, on {near[OURS]} of {reached} tasks; with λ constant on {near[CONSTANT]}.", ("task", *methods), lines)


def _variants(rows: list[Row]) -> str:
    methods, lines, worse, judges = [m for m in names(rows, "method") if m != USUAL], [], 0, 0
    better = dict.fromkeys(methods, 0)
    for task in names(rows, "task"):
        usual = medians(or_never(r["settled"] for r in of(rows, task=task, method=USUAL)))
        found = {m: medians(or_never(r["settled"] for r in of(rows, task=task, method=m))) for m in methods}
        worse += all(usual[0] <= value for value, _, _ in found.values())
        shown = task + (" (designed on)" if task in DESIGNED_ON else "")
        if task not in DESIGNED_ON:
            judges += 1
            for m in methods:
                better[m] += found[m][0] < usual[0]
        lines.append((shown, f"{of(rows, task=task)[0]['decay']:g}", *map(interval, (usual, *found.values()))))
    total = len(lines)
    lines.append((f"of the {judges} tasks not designed on, better on", "", "", *map(str, better.values())))
    return section("Each part of GROKtimizer is worth having", worse, total,
                    "Gradients to the settled target at the same λ, with one thing changed; what was tried and not kept is here too. Supported where no "
                    f"change does better in the median: {worse} of {total}. The last line counts where a change does.", ("task", "λ", USUAL, *methods), lines)


def _bold(found: dict[str, tuple[float, float, float]], method: str, best: float) -> str:
    if method not in found:
        return "–"
    return f"**{interval(found[method])}**" if found[method][0] == best and not math.isinf(best) else interval(found[method])


def _real(rows: list[Row]) -> str:
    tasks = names(of(rows, method="ridge"), "task")
    rows = [r for r in rows if r["task"] in tasks]
    methods, lines = ours_first(names(rows, "method")), []
    better = dict.fromkeys(("clearly", "all", "AdamW", "classical"), 0)
    for task in tasks:
        found = {m: medians(or_never(None if r["diverged"] else r["error"] for r in of(rows, task=task, method=m))) for m in methods}
        ours, _, high = found[OURS]
        others = min(v for m, (v, _, _) in found.items() if m not in (OURS, CONSTANT))
        better["all"] += ours < others
        better["clearly"] += high < others
        better["AdamW"] += ours < found["AdamW"][0]
        better["classical"] += ours < min(found[m][0] for m in CLASSICAL)
        lines.append((task, *(_bold(found, m, min(found.values())[0]) for m in methods)))
    return section("Better generalisation on real data", better["clearly"], len(tasks),
                    "Median test error after the same number of gradients, from large weights at which all methods start; each tuned for it on validation "
                    f"data. Supported where GROKtimizer's whole interval lies below the median of every other method: {better['clearly']} of {len(tasks)} "
                    f"sets. Its median is the least on {better['all']}; it is less than AdamW's on {better['AdamW']}, and than those of both ridge and "
                    f"logistic regression, which do not start from large weights and are what a reader would use, on {better['classical']}.",
                    ("data", *methods), lines)


def _norm(rows: list[Row]) -> str:
    rows = [r for r in of(rows, method=OURS) if r["switch_norm"] is not None]
    lines, good = [], 0
    for task in names(rows, "task"):
        own = of(rows, task=task)
        ratio = medians([r["norm"] / r["switch_norm"] for r in own])
        accuracy = [r["accuracy"] for r in own if r["accuracy"] is not None]
        kept = min(accuracy) == 1 if accuracy else all(r["training_loss"] <= r["switch_loss"] for r in own)
        good += ratio[2] < 1 and kept
        lines.append((task, interval(ratio), number(max(r["training_loss"] for r in own)), number(min(accuracy)) if accuracy else "–"))
    return section("Low norm without losing interpolation", good, len(lines),
                    "GROKtimizer at the smallest λ: norm of the weights at the end over that at the switch. Supported where the whole interval is below 1 "
                    f"and training accuracy is 1 at the end on every seed (regression: the training loss did not rise): {good} of {len(lines)}. In the "
                    "local model the loss at the minimiser is at most (λ/8)‖Pθ*‖² (proved, A3).",
                   ("task", "norm, end over switch", "largest training loss", "least training accuracy"), lines)


def _flat(rows: list[Row]) -> str:
    rows = [r for r in of(rows, method=OURS) if r["switch_sharpness"] and r["switch_trace"] and r["settled"] is not None]
    lines, good = [], 0
    for task in names(rows, "task"):
        top, trace = (medians([r[key] / r[f"switch_{key}"] for r in of(rows, task=task)]) for key in ("sharpness", "trace"))
        good += top[0] < 0.9 and trace[0] < 0.9
        lines.append((task, interval(top), interval(trace)))
    return section("Generalising minima are flatter", good, len(lines),
                    "Largest Hessian eigenvalue and trace of the training loss, at the end over at the switch, of runs that settled to the target. Supported "
                    f"where both medians fell by a tenth or more: {good} of {len(lines)}. On linear models the Hessian does not depend on the weights; that "
                    "the least norm need not be flattest is proved (E3).",
                   ("task", "top eigenvalue, end over switch", "trace, end over switch"), lines)


def _divergence(rows: Sequence[Row]) -> str:
    rows = [r for r in rows if r["part"] not in ("law", *FORETOLD) and r["method"] not in CLASSICAL]
    guarded = [r for r in rows if r["repairs"] is not None]
    lost = sum(bool(r["diverged"]) for r in guarded)
    lines = [(m, str(len(own)), str(sum(bool(r["diverged"]) for r in own)), *((f"{sum(r[key] or 0 for r in own):g}" if own[0]["repairs"] is not None else "–")
                                                                              for key in ("repairs", "collapsed")))
             for m in names(rows, "method") for own in [of(rows, method=m)]]
    return section("No divergence of GROKtimizer that is not repaired", len(guarded) if not lost else 0, len(guarded),
                    "Runs, tuning included, that ended with a loss that is not finite; repairs by the guard, and collapses of the weights that it reported.",
                    ("method", "runs", "diverged", "repairs", "collapses"), lines)


def _passage(rows: list[Row]) -> str:
    lines = []
    for method in names(rows, "method"):
        ratios = [r["settled"] / r["first"] for r in of(rows, method=method) if r["settled"] and r["first"]]
        if ratios:
            lines.append((method, number(float(np.median(ratios))), number(max(ratios)), str(len(ratios))))
    flattered = sum(float(line[2]) > 1.1 for line in lines)
    return section("First passage flatters", flattered, len(lines),
                    "Settled over first passage of the target in the races: a method that oscillates crosses it early. Supported where some run settled "
                    f"more than a tenth later than it first passed: {flattered} of {len(lines)} methods.", ("method", "median", "largest", "runs"), lines)
