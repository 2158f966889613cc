"""The study's table: one row per run, written and read as .csv, and the two statistics that are taken of it."""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["COLUMNS", "Row", "exponent", "medians", "names", "of", "or_never", "read", "write"]

Row = dict[str, Any]
COLUMNS = ("part", "task", "method", "seed", "decay", "config", "target", "first", "settled", "gap_settled", "gap_steps", "gap_foretold", "gradients",
           "steps", "switch_step", "switch_gradients", "repairs", "collapsed", "diverged", "error", "training_loss", "accuracy", "norm", "sharpness",
           "trace", "switch_error", "switch_loss", "switch_norm", "switch_sharpness", "switch_trace", "seconds")
_TEXT = ("part", "task", "method", "config")


def write(path: str | os.PathLike[str], rows: Sequence[Row]) -> None:
    """The rows as .csv; what a run has no word for is empty."""
    with open(Path(path), "w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, COLUMNS, lineterminator="\n", restval="")
        table.writeheader()
        for row in rows:
            table.writerow({key: f"{value:.6g}" if isinstance(value, float) else value for key, value in row.items()})


def read(path: str | os.PathLike[str]) -> list[Row]:
    """The rows that :func:`write` wrote: numbers, booleans, None where empty.

    Raises
    ------
    ValueError
        If it is no such table.
    """
    with open(Path(path), newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    if not rows or set(rows[0]) != set(COLUMNS):
        raise ValueError(f"{os.fspath(path)}: not a table of cdmtheory study; make one with cdmtheory study --out DIR")
    return [{key: value if key in _TEXT else _value(value) for key, value in row.items()} for row in rows]


def _value(text: str) -> Any:
    return None if text == "" else text == "True" if text in ("True", "False") else float(text)


def of(rows: Iterable[Row], **wanted: Any) -> list[Row]:
    """The rows with these values."""
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def names(rows: Iterable[Row], key: str) -> list[Any]:
    """The values of a column, each once, in order of appearance."""
    return list(dict.fromkeys(row[key] for row in rows))


def or_never(values: Iterable[float | None]) -> list[float]:
    """Infinity for None: what did not happen happens later than everything."""
    return [math.inf if v is None else v for v in values]


def _median(samples: Any) -> Any:
    return np.sort(samples, axis=-1)[..., (samples.shape[-1] - 1) // 2]  # the lower one: one of the values, so that infinities are no trouble


def medians(values: Sequence[float], statistic: Callable[[Any], Any] = _median, *, resamples: int = 2000) -> tuple[float, float, float]:
    """Median (or another statistic, of the last axis) and the middle 95 % of it over bootstrap resamples."""
    sample = np.array(values, dtype=np.float64)
    chosen = np.random.default_rng(0).integers(0, len(sample), (resamples if len(set(values)) > 1 else 1, len(sample)))
    low, high = (float(np.quantile(statistic(sample[chosen]), q, method="inverted_cdf")) for q in (0.025, 0.975))
    return float(statistic(sample)), low, high


def exponent(rows: Sequence[Row], *, decade: bool = False) -> tuple[float, float, float] | None:
    """Slope of ln(settled steps) against ln(λ), mean over seeds, with its bootstrap interval; None where a run did not settle.

    ``decade``: over the least λ and those at most ten times as large only.
    """
    if decade and rows:
        least = min(row["decay"] for row in rows)
        rows = [row for row in rows if row["decay"] <= 10.01 * least]
    if not rows or any(row["settled"] is None for row in rows) or len(names(rows, "decay")) < 2:
        return None
    slopes = []
    for seed in names(rows, "seed"):
        own = of(rows, seed=seed)
        slopes.append(float(np.polyfit(np.log([r["decay"] for r in own]), np.log([r["settled"] for r in own]), 1)[0]))
    return medians(slopes, lambda samples: samples.mean(axis=-1))
