"""The quadratic speedup measured: steps to a tolerance against κ on every synthetic spectrum, next to the theory (C5, D1)."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import astuple, dataclass, fields
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np

from cdmtheory.rates import steps_to
from cdmtheory.simulate.compare import RIVALS
from cdmtheory.simulate.hitting import hit
from cdmtheory.simulate.stepwise import spectral
from cdmtheory.spectra import SYNTHETIC, synthetic

__all__ = ["KAPPAS", "METHODS", "STEPPED_UP_TO", "Measured", "exponents", "measure", "read", "write"]

KAPPAS = tuple(10**n for n in range(2, 9))
METHODS = ("gd", "cdm", "polyak", "chebyshev")
SIZE = 200
TOLERANCE = 1e-6
STEPPED_UP_TO = 170_000  # steps: all of them together are about a minute of two cores


@dataclass(frozen=True)
class Measured:
    """One point: exact first and settled steps, the worst case over [μ, L], and whether stepping through found the same two."""

    spectrum: str
    method: str
    kappa: int
    first: int
    settled: int
    predicted: int
    stepped: bool


def measure(kappas: Iterable[int] = KAPPAS, *, spectra: Sequence[str] = tuple(SYNTHETIC), stepped_up_to: int = STEPPED_UP_TO,
            executor: Executor | None = None, progress: Callable[[str], None] | None = None) -> list[Measured]:
    """All points, ordered by spectrum, method and κ. Those with at most ``stepped_up_to`` steps are simulated step by step too.

    ``executor`` spreads the points over processes; ``progress`` is told of every point that is done.

    Raises
    ------
    RuntimeError
        If a simulation and the closed form find different steps.
    """
    tasks = [(name, method, kappa, stepped_up_to) for name in spectra for method in METHODS for kappa in sorted(kappas)]
    points = []
    for point in (map if executor is None else executor.map)(_point, *zip(*tasks, strict=True)):
        points.append(point)
        if progress is not None:
            progress(f"{point.spectrum}, {point.method}, kappa = {point.kappa:.0e}" + (", also step by step" if point.stepped else ""))
    return points


def _point(name: str, method: str, kappa: int, stepped_up_to: int) -> Measured:
    spectrum = synthetic(name, kappa, SIZE)
    chosen = RIVALS[method](spectrum.mu, spectrum.L)
    found, predicted = hit(chosen, spectrum, TOLERANCE), steps_to(chosen, spectrum.mu, spectrum.L, TOLERANCE)
    if found.first is None or found.settled is None or predicted.steps is None:
        raise RuntimeError(f"{method} on {name} at kappa = {kappa}: {found.reason or predicted.reason}")
    stepped = found.settled <= stepped_up_to
    if stepped:
        norms = spectral(chosen, spectrum, found.settled + found.settled // 20 + 10).norms
        within = norms <= TOLERANCE * norms[0]
        seen = int(np.argmax(within)), int(np.flatnonzero(~within)[-1]) + 1
        if seen != (found.first, found.settled):
            raise RuntimeError(f"{method} on {name} at kappa = {kappa}: simulated {seen}, closed form {(found.first, found.settled)}")
    return Measured(name, method, kappa, found.first, found.settled, predicted.steps, stepped)


def exponents(points: Sequence[Measured]) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """Local slopes d log(settled)/d log κ between neighbouring κ, at their geometric means, for every (spectrum, method)."""
    def curve(p: Measured) -> tuple[str, str]:
        return p.spectrum, p.method

    slopes = {}
    for key, group in groupby(sorted(points, key=lambda p: (*curve(p), p.kappa)), key=curve):
        line = list(group)
        slopes[key] = [(math.sqrt(a.kappa * b.kappa), math.log(b.settled / a.settled) / math.log(b.kappa / a.kappa))
                       for a, b in pairwise(line)]
    return slopes


def write(path: Path, points: Sequence[Measured]) -> None:
    """The points as .csv, one line each."""
    with open(path, "w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(field.name for field in fields(Measured))
        table.writerows(astuple(point) for point in points)


def read(path: Path) -> list[Measured]:
    """The points of a .csv that :func:`write` wrote."""
    with open(path, newline="", encoding="utf-8") as stream:
        return [Measured(spectrum, method, int(kappa), int(first), int(settled), int(predicted), stepped == "True")
                for spectrum, method, kappa, first, settled, predicted, stepped in list(csv.reader(stream))[1:]]
