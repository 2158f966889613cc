"""The study as a figure: how steps grow as the weight decay falls, what momentum saves at one weight decay, and what each method took to the target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cdmtheory.collect import builtin_claims
from cdmtheory.groktimizer.equal_findings import OURS, PLAIN
from cdmtheory.groktimizer.findings import CLASSICAL, ours_first
from cdmtheory.groktimizer.table import Row, exponent, medians, names, of, or_never, read
from cdmtheory.report import plots

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["committed", "draw", "equal", "law", "race"]

_MARKERS = ("o", "s", "^", "D", "v")
_FAR = 20.0  # times the least: as pale as it gets


def committed() -> Path:
    """The table of the study that comes with the package."""
    return builtin_claims().parent / "figures" / "study.csv"


def law(ax: Axes, rows: Sequence[Row] | None = None) -> None:
    """Do steps grow like 1/λ for GD and like 1/√λ for CDM? Medians over seeds; the fitted exponents stand in the legend.

    ``rows``: of the part "law" of a study; default: those of the table that comes with the package.
    """
    rows = of(read(committed()), part="law") if rows is None else rows
    for task, marker in zip(names(rows, "task"), cycle(_MARKERS), strict=False):
        for method, colour in (("GD", "C0"), ("CDM", "C1")):
            own = of(rows, task=task, method=method)
            decays = sorted(names(own, "decay"))
            settled = [medians(or_never(r["settled"] for r in of(own, decay=decay)))[0] for decay in decays]
            slope = exponent(own)
            ax.loglog(decays, settled, marker=marker, color=colour, label=f"{method}, {task}" + (f": {slope[0]:.2f}" if slope else ""))
    ax.set(xlabel=r"weight decay $\lambda$", ylabel="steps of phase 2, settled", title="From one interpolating point")
    _legend_below(ax, -0.1, ncols=2)


def equal(ax: Axes, rows: Sequence[Row]) -> None:
    """What does momentum save at one λ? Steps of phase 2, medians over seeds; an arrow is where GD was given up, a ring the local model."""
    tasks, decays = names(rows, "task"), sorted(names(rows, "decay"))
    places = np.arange(len(tasks))
    for method, label, colour in ((PLAIN, "GD in phase 2", "C0"), (OURS, OURS, "C1")):
        runs = [of(rows, task=task, method=method) for task in tasks]
        taken, foretold = (np.array([medians(or_never(r[key] for r in own))[0] for own in runs]) for key in ("gap_steps", "gap_foretold"))
        spent = np.array([medians([r["steps"] - r["switch_step"] for r in own])[0] for own in runs])
        given_up = np.where(np.isfinite(taken), math.inf, spent)
        for steps, name, marker, look in ((taken, label, "o", {}), (given_up, f"{label}: more, given up", ">", {}),
                                          (foretold, f"{label}, local model", "o", {"markerfacecolor": "none", "markersize": 8})):
            if np.isfinite(steps).any():
                ax.semilogx(steps, places, marker, color=colour, label=name, **look)
    ax.set_yticks(places, tasks)
    ax.set(ylim=(len(tasks) - 0.5, -0.5), xlabel="steps of phase 2 until 1 % of the objective's gap is left",
           title=r"At the smallest $\lambda$ of each task, " + " … ".join(f"{d:g}" for d in dict.fromkeys((decays[0], decays[-1]))))
    _legend_below(ax, -0.1, ncols=2)


def race(ax: Axes, rows: Sequence[Row]) -> None:
    """How many gradients to the settled target? Medians over seeds, the least of each task in bold; the darker, the nearer to it."""
    rows = [r for r in rows if r["method"] not in CLASSICAL]
    tasks, methods = names(rows, "task"), ours_first(names(rows, "method"))
    shades = np.full((len(tasks), len(methods)), np.nan)
    for y, task in enumerate(tasks):
        found = {m: medians(or_never(r["settled"] for r in own))[0] for m in methods if (own := of(rows, task=task, method=m))}
        least = min(found.values())
        for x, method in enumerate(methods):
            value = found.get(method, math.nan)
            shades[y, x] = shade = math.log(value / least, _FAR) if math.isfinite(value) else math.nan
            ax.text(x, y, "–" if math.isnan(value) else "never" if math.isinf(value) else f"{value:.0f}", ha="center", va="center", fontsize=6.5,
                    weight="bold" if shade == 0 else "normal", color="0.5" if math.isnan(shade) else "white" if shade < 0.35 else "black")
    columns, lines = (np.arange(count + 1) - 0.5 for count in (len(methods), len(tasks)))
    mesh = ax.pcolormesh(columns, lines, shades, cmap="Blues_r", vmin=0, vmax=1, edgecolors="white", linewidth=1)
    ax.set(ylim=(len(tasks) - 0.5, -0.5), xlabel="gradients to the settled target, median; all methods tuned alike")
    ax.set_yticks(range(len(tasks)), tasks)
    ax.set_xticks(range(len(methods)), [m.replace(", ", ",\n") for m in methods], rotation=35, ha="left", rotation_mode="anchor")
    ax.tick_params(length=0, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    bar = ax.figure.colorbar(mesh, ax=ax, label="times the least of the task", aspect=40, pad=0.02)
    marks = (1, 2, 5, 10, 20)
    bar.set_ticks([math.log(m, _FAR) for m in marks], labels=list(map(str, marks)))


def _legend_below(ax: Axes, left: float, ncols: int) -> None:
    """Each label once, half an inch below the axes, however high they are."""
    from matplotlib.transforms import ScaledTranslation

    handles = {label: handle for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    below = ax.transAxes + ScaledTranslation(0, -0.45, ax.figure.dpi_scale_trans)
    ax.legend(handles.values(), handles.keys(), loc="upper left", bbox_to_anchor=(left, 0), bbox_transform=below, fontsize=6, ncols=ncols, frameon=False)


def draw(stem: Path, rows: Sequence[Row]) -> None:
    """``stem``.svg and .pdf of what the table holds."""
    parts = [(kind, own) for kind, own, key in ((law, of(rows, part="law"), "settled"), (equal, of(rows, part="equal"), "gap_steps"),
                                                (race, of(rows, part="race"), "settled")) if any(r[key] for r in own)]
    if not parts:
        return

    count = {kind: len(names(own, "task")) for kind, own in parts}
    heights = {law: 2.6, equal: 0.8 + 0.17 * count.get(equal, 0), race: 1.2 + 0.24 * count.get(race, 0)}
    plots.save(stem.with_suffix(".svg"), *(partial(kind, rows=own) for kind, own in parts), size="text", heights=[heights[kind] for kind, _ in parts],
               also=[stem.with_suffix(".pdf")])
