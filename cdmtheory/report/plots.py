"""Figures: every one a function that draws on axes it is given, so that users compose their own.

``save`` renders with the style of the package: vector graphics without dates, the same bytes from the same versions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from cdmtheory.report.quadratic_speedup import Measured, exponents
from cdmtheory.simulate.closed_form import norms
from cdmtheory.simulate.compare import RIVALS, Steps, squared_weights
from cdmtheory.spectra import Spectrum

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["COLUMN", "TEXT", "convergence", "local_exponents", "measured_over_predicted", "quadratic_speedup", "save", "style"]

COLUMN, TEXT = 3.4, 7.0  # widths in inches: one column of a two-column paper, and the whole text
LABELS = {"gd": "GD", "gd-best": "GD, best step", "cdm": "CDM", "polyak": "Polyak", "nesterov": "Nesterov", "chebyshev": "Chebyshev",
          "triple-momentum": "Triple momentum"}
_COLOURS = {name: f"C{i}" for i, name in enumerate(("gd", "cdm", "chebyshev", "polyak", "gd-best", "nesterov", "triple-momentum"))}
_MARKERS = {"gd": "o", "cdm": "s", "polyak": "^", "chebyshev": "D"}


def style() -> AbstractContextManager[None]:
    """The style sheet of the package, as a context."""
    import matplotlib.style

    return matplotlib.style.context(Path(__file__).parent / "styles" / "cdmtheory.mplstyle")


def save(path: str | Path, draw: Callable[..., None], *, width: float = COLUMN, height: float = 2.6, columns: int = 1) -> None:
    """Write the figure that ``draw(*axes)`` draws; the ending of the path chooses the format (.svg, .pdf, .png)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(width, height))
        FigureCanvasAgg(figure)
        figure.set_layout_engine("constrained", wspace=0.06)
        draw(*figure.subplots(1, columns, squeeze=False)[0])
        date = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(Path(path).suffix.lower(), {})
        figure.savefig(path, metadata=date)


def quadratic_speedup(ax: Axes, points: Sequence[Measured]) -> None:
    """How does the number of steps grow with κ? Worst case over [μ, L] as lines, every spectrum as a dot, filled where it was also stepped through."""
    for method, own in _by_method(points):
        theory = sorted({(p.kappa, p.predicted) for p in own})
        ax.loglog(*zip(*theory, strict=True), color=_COLOURS[method])
        for stepped in (False, True):
            chosen = [p for p in own if p.stepped == stepped]
            ax.plot([p.kappa for p in chosen], [p.settled for p in chosen], **_dots(method), markerfacecolor=_COLOURS[method] if stepped else "white")
        ax.plot([], [], **{**_dots(method), "linestyle": "-"}, label=LABELS[method])
    ax.set(ylabel="steps to tolerance", title="Steps, and worst case (lines)")
    ax.legend(loc="upper left")
    _against_kappa(ax, points)


def local_exponents(ax: Axes, points: Sequence[Measured]) -> None:
    """What is the exponent? Local slopes of the steps against κ tend to 1 and 1/2; for Polyak from rest the logarithm shows. Lines: worst case."""
    for value in (0.5, 1.0):
        ax.axhline(value, color="0.6", linewidth=0.6, linestyle=":")
    for (_, method), slopes in exponents(points).items():
        ax.semilogx(*zip(*slopes, strict=True), **_dots(method))
    for method, own in _by_method(points):
        theory = exponents([replace(p, settled=p.predicted) for p in own if p.spectrum == own[0].spectrum])
        ax.plot(*zip(*theory[own[0].spectrum, method], strict=True), color=_COLOURS[method])
    ax.set(ylabel="local exponent", ylim=(0.4, 1.1), title="Exponent between neighbours")
    for text, height, method in (("GD", 0.76, "gd"), ("Polyak from rest", 0.21, "polyak"), ("CDM and Chebyshev", 0.06, "cdm")):
        ax.annotate(text, (0.95, height), xycoords="axes fraction", ha="right", va="bottom", color=_COLOURS[method])
    _against_kappa(ax, points)


def measured_over_predicted(ax: Axes, points: Sequence[Measured]) -> None:
    """How sharp is the worst case? Settled steps over the prediction: below 1, because one mode among many carries a part of the norm only."""
    ax.axhline(1.0, color="0.6", linewidth=0.6, linestyle=":")
    for method, own in _by_method(points):
        for spectrum in dict.fromkeys(p.spectrum for p in own):
            line = sorted((p.kappa, p.settled / p.predicted) for p in own if p.spectrum == spectrum)
            ax.semilogx(*zip(*line, strict=True), **{**_dots(method), "linestyle": "-", "linewidth": 0.6})
    ax.set(ylabel="measured / predicted", ylim=(0.7, 1.05), title="Measured over worst case")
    _against_kappa(ax, points)


def _by_method(points: Sequence[Measured]) -> list[tuple[str, list[Measured]]]:
    return [(method, [p for p in points if p.method == method]) for method in dict.fromkeys(p.method for p in points)]


def _dots(method: str) -> dict[str, Any]:
    return {"marker": _MARKERS[method], "color": _COLOURS[method], "linestyle": "none", "markeredgewidth": 0.7}


def _against_kappa(ax: Axes, points: Sequence[Measured]) -> None:
    low, high = min(p.kappa for p in points), max(p.kappa for p in points)
    decades = range(round(math.log10(low)), round(math.log10(high)) + 1)
    ax.set(xlabel=r"condition number $\kappa$", xlim=(low / 1.8, high * 1.8), xticks=[10.0**n for n in decades[::2]])
    ax.minorticks_off()


def convergence(ax: Axes, eigenvalues: ArrayLike | Spectrum, result: Steps, *, weights: ArrayLike | None = None) -> None:
    """When does each method arrive? The norm at 400 steps evenly spread in log k, a dot at the settled step, the tolerance as a line."""
    spectrum = eigenvalues if isinstance(eigenvalues, Spectrum) else Spectrum.of_eigenvalues(eigenvalues)
    squared = None if weights is None else squared_weights(eigenvalues, weights)
    for entry in result.methods:
        if entry.settled is None:
            continue
        k = np.unique(np.geomspace(1, max(10, 1.3 * entry.settled), 400).astype(np.int64))
        method = RIVALS[entry.name](spectrum.mu, spectrum.L)
        ax.loglog(k, np.maximum(norms(method, spectrum, k, squared=squared), 1e-300), color=_COLOURS[entry.name], label=LABELS[entry.name],
                  linestyle="--" if entry.name == "nesterov" else "-")  # it lies on CDM
        ax.plot([max(1, entry.settled)], [result.tolerance], "o", color=_COLOURS[entry.name], clip_on=False)
    ax.axhline(result.tolerance, color="0.5", linewidth=0.6, linestyle=":")
    ax.set(xlabel="step k", ylabel=r"$\|x_k\| / \|x_0\|$", ylim=(result.tolerance / 10, None),
           title=rf"$d = {result.size}$, $\kappa = {_power(result.kappa)}$")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))


def _power(value: float) -> str:
    exponent = math.floor(math.log10(value))
    mantissa = value / 10**exponent
    return f"{value:.4g}" if exponent < 4 else rf"10^{{{exponent}}}" if abs(mantissa - 1) < 5e-3 else rf"{mantissa:.2f} \cdot 10^{{{exponent}}}"
