"""Figures: every one a function that draws on axes it is given, so that users compose their own.

``save`` renders with the style of the package: vector graphics without dates, the same bytes from the same versions.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cdmtheory.report.quadratic_speedup import Measured, exponents
from cdmtheory.simulate.closed_form import norms
from cdmtheory.simulate.compare import RIVALS, Steps, squared_weights
from cdmtheory.spectra import Spectrum

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["LABELS", "SIZES", "Size", "convergence", "local_exponents", "look", "measured_over_predicted", "quadratic_speedup", "save", "style", "tex",
           "write_data"]

LABELS = {"gd": "GD", "gd-best": "GD, best step", "cdm": "CDM", "polyak": "Polyak", "nesterov": "Nesterov", "chebyshev": "Chebyshev",
          "triple-momentum": "Triple momentum"}
_COLOURS = {name: f"C{i}" for i, name in enumerate(("gd", "cdm", "chebyshev", "polyak", "gd-best", "nesterov", "triple-momentum"))}
_MARKERS = {"gd": "o", "cdm": "s", "polyak": "^", "chebyshev": "D"}
_DASHES = {"gd-best": (0, (5, 1.5)), "nesterov": (0, (3, 1.2)), "triple-momentum": (0, (1, 1))}  # to be told apart without colour too


class Size(NamedTuple):
    """A width in inches, the height of a panel, whether panels stand side by side, and what is put on top of the style."""

    width: float
    height: float
    side_by_side: bool
    overlay: tuple[str, ...] = ()


SIZES = {"column": Size(3.4, 2.6, False), "text": Size(7.0, 2.6, True), "talk": Size(13.3, 5.4, True, ("talk",))}
"""One column of a two-column paper, the whole text, and a slide."""


def look(name: str) -> dict[str, Any]:
    """Colour, dashes and label of a method, the same in every figure."""
    return {"color": _COLOURS[name], "linestyle": _DASHES.get(name, "-"), "label": LABELS[name]}


def tex(value: float) -> str:
    """A number > 0 in a title or label; a power of ten as such."""
    exponent = math.floor(math.log10(value))
    mantissa = value / 10.0**exponent
    if math.isclose(mantissa, 1):
        return f"10^{{{exponent}}}"
    return f"{value:.4g}" if -4 <= exponent < 4 else rf"{mantissa:.2f} \cdot 10^{{{exponent}}}"


def style(size: str = "column") -> AbstractContextManager[None]:
    """The style sheet of the package, as a context; ``size``: a key of ``SIZES``."""
    import matplotlib.style

    overlay = _size(size).overlay
    folder = Path(__file__).parent / "styles"
    return matplotlib.style.context([folder / f"{name}.mplstyle" for name in ("cdmtheory", *overlay)])


def _size(name: str) -> Size:
    if name not in SIZES:
        raise ValueError(f"size = {name!r}; allowed are {', '.join(SIZES)}")
    return SIZES[name]


def save(path: str | Path, *panels: Callable[[Axes], None], size: str = "column", width: float | None = None, height: float | None = None,
         heights: Sequence[float] | None = None, caption: str = "", also: Sequence[str | Path] = ()) -> list[Axes]:
    """Write the figure whose panels the functions draw; the ending of the path chooses the format (.svg, .pdf, .png).

    ``also``: further paths for the same figure; ``size``: a key of ``SIZES``; ``heights``: in inches, of panels that then stand one upon another;
    ``caption``: kept in the file as its description.
    The same bytes from the same versions of the libraries.

    Raises
    ------
    ValueError
        If there is no panel, or the size or the ending of a path is not known.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    form, many = _size(size), len(panels)
    if not panels:
        raise ValueError("panels: there are none; give functions that draw on an ax, such as damping_regimes")
    rows, columns = (1, many) if form.side_by_side and not heights else (many, 1)
    height = sum(heights) if heights else height or form.height * (rows if not form.side_by_side else 1.25 if many == 1 and size == "text" else 1)
    with style(size):
        figure = Figure(figsize=(width or form.width * (0.7 if many == 1 and size == "talk" else 1), height))
        FigureCanvasAgg(figure)
        figure.set_layout_engine("constrained", wspace=0.06)
        axes = list(figure.subplots(rows, columns, squeeze=False, height_ratios=heights).flat)
        for draw, ax in zip(panels, axes, strict=True):
            draw(ax)
            ax.minorticks_off()  # logarithmic axes bring theirs whatever the style says
        described = {".svg": {"Date": None, "Description": caption or None}, ".pdf": {"CreationDate": None, "Subject": caption or None},
                     ".png": {"Description": caption}}
        for each in (path, *also):
            figure.savefig(each, metadata=described.get(Path(each).suffix.lower(), {}))
    return axes


def write_data(path: Path, axes: Sequence[Axes]) -> None:
    """What the curves of a figure show, read off the axes themselves: panel, curve, x, y. A curve is a line that was given a label."""
    with open(path, "w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(("panel", "curve", "x", "y"))
        for number, ax in enumerate(axes, 1):
            for line in ax.lines:
                name = str(line.get_label()).lstrip("_")
                if not re.fullmatch(r"child\d+", name):
                    table.writerows((number, name, f"{x:.8g}", f"{y:.8g}") for x, y in np.asarray(line.get_xydata()).tolist())


def quadratic_speedup(ax: Axes, points: Sequence[Measured]) -> None:
    """How does the number of steps grow with κ? Worst case over [μ, L] as lines, every spectrum as a dot, filled where it was also stepped through."""
    for method, own in _by_method(points):
        theory = sorted({(p.kappa, p.predicted) for p in own})
        ax.loglog(*zip(*theory, strict=True), color=_COLOURS[method])
        for stepped in (False, True):
            chosen = [p for p in own if p.stepped == stepped]
            ax.plot([p.kappa for p in chosen], [p.settled for p in chosen], **_dots(method), markerfacecolor=_COLOURS[method] if stepped else "white")
        ax.plot([], [], **{**_dots(method), "linestyle": "-"}, label=f"{LABELS[method]} {_fitted(own):.3f}")
    ax.set(ylabel="steps to tolerance", ylim=(30, 1e12), title="Steps, and fitted exponents")
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


def _fitted(points: Sequence[Measured]) -> float:
    """The exponent of the settled steps in κ, by least squares of the logarithms over the upper half of the decades."""
    middle = math.sqrt(min(p.kappa for p in points) * max(p.kappa for p in points))
    upper = [p for p in points if p.kappa >= middle]
    slope: float = np.polyfit([math.log(p.kappa) for p in upper], [math.log(p.settled) for p in upper], 1)[0]
    return slope


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
           title=rf"$d = {result.size}$, $\kappa = {tex(result.kappa)}$")
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
