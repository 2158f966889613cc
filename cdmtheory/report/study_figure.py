"""The study as a figure: how steps grow as the weight decay falls, and what each method took to the target."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from cdmtheory.collect import builtin_claims
from cdmtheory.groktimizer.findings import CLASSICAL, CONSTANT, OURS
from cdmtheory.groktimizer.table import Row, exponent, medians, names, of, or_never, read
from cdmtheory.report import plots

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["committed", "draw", "law", "race"]

_MARKERS = ("o", "s", "^", "D", "v")


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


def race(ax: Axes, rows: Sequence[Row]) -> None:
    """How many gradients to the settled target? Medians with intervals; at the right edge: never within the budget (on most seeds)."""
    rows = [r for r in rows if r["method"] not in CLASSICAL]
    tasks, methods = names(rows, "task"), names(rows, "method")
    finite = [r["settled"] for r in rows if r["settled"]]
    never = 3 * max(finite)
    for number, method in enumerate(methods):
        colour = "C1" if method in (OURS, CONSTANT) else "C3" if method == "CDM" else "0.55"
        for place, task in enumerate(tasks):
            own = of(rows, task=task, method=method)
            if not own:
                continue
            found = [min(v, never) for v in medians(or_never(r["settled"] for r in own))]
            y = place + 0.8 * (number / max(len(methods) - 1, 1) - 0.5)
            ax.plot(found[1:], [y, y], color=colour, linewidth=0.8)
            ax.plot(found[0], y, marker=_MARKERS[number % 5], color=colour, markerfacecolor="white" if found[0] == never else colour, markersize=3,
                    linestyle="none", label=method)
    ax.set(xscale="log", yticks=range(len(tasks)), yticklabels=tasks, xlabel="gradients to the settled target (hollow: never)", title="Tuned alike",
           ylim=(len(tasks) - 0.5, -0.5), xlim=(0.7 * min(finite), 1.3 * never))
    for place in range(1, len(tasks)):
        ax.axhline(place - 0.5, color="0.85", linewidth=0.5)
    _legend_below(ax, -0.4, ncols=3)


def _legend_below(ax: Axes, left: float, ncols: int) -> None:
    """Each label once, half an inch below the axes, however high they are."""
    from matplotlib.transforms import ScaledTranslation

    handles = {label: handle for handle, label in zip(*ax.get_legend_handles_labels(), strict=True)}
    below = ax.transAxes + ScaledTranslation(0, -0.45, ax.figure.dpi_scale_trans)
    ax.legend(handles.values(), handles.keys(), loc="upper left", bbox_to_anchor=(left, 0), bbox_transform=below, fontsize=6, ncols=ncols, frameon=False)


def draw(stem: Path, rows: Sequence[Row]) -> None:
    """``stem``.svg and .pdf of what the table holds."""
    parts = [(kind, own) for kind, own in ((law, of(rows, part="law")), (race, of(rows, part="race"))) if any(r["settled"] for r in own)]
    if not parts:
        return

    height = 1.2 + 0.42 * max(len(names(of(rows, part="race"), "task")), 4)
    panels = [partial(kind, rows=own) for kind, own in parts]
    plots.save(stem.with_suffix(".svg"), *panels, size="text", height=math.ceil(10 * height) / 10, also=[stem.with_suffix(".pdf")])
