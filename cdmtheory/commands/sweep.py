"""``cdmtheory sweep``: the steps of every method on a grid of spectra, on this machine or on a Dask cluster, as CSV or Parquet."""

from __future__ import annotations

import argparse
import math
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

from cdmtheory.commands import USAGE_ERROR

EPILOG = """examples:
  cdmtheory sweep --spectrum log-uniform,uniform --kappa 1e2,1e4,1e6,1e8 --size 1000 --seed 0:10 --out steps.csv
  cdmtheory sweep --spectrum power-law --exponent 0.25,0.5,1 --kappa 1e6 --size 500 --methods gd,cdm --out steps.parquet
  cdmtheory sweep --spectrum uniform --kappa 1e4 --size 1000 --seed 0:1000 --scheduler tcp://10.0.0.1:8786 --out steps.csv

Every option in plural takes values separated by commas; seeds also as FIRST:STOP. One row for each combination and method.
What is finished is kept in OUT.journal: run the same command again after an interruption and it goes on.
"""
FAILED = 1
COLUMNS = ("spectrum", "kappa", "size", "exponent", "seed", "tolerance", "method", "step_size", "momentum", "first", "settled", "predicted", "reason")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--spectrum", required=True, metavar="NAMES", help="as of cdmtheory steps")
    parser.add_argument("--kappa", required=True, metavar="KS", help="condition numbers")
    parser.add_argument("--size", required=True, metavar="NS", help="dimensions, multiplicity counted")
    parser.add_argument("--exponent", metavar="AS", help="of power-law")
    parser.add_argument("--seed", default="0", metavar="SEEDS", help="such as 1,2,3 or 0:10 (default 0)")
    parser.add_argument("--tolerance", default="1e-6", metavar="EPS", help="tolerances (default 1e-6)")
    parser.add_argument("--methods", default="gd,gd-best,cdm,polyak,nesterov,chebyshev,triple-momentum", metavar="NAMES", help="default %(default)s")
    parser.add_argument("--out", required=True, metavar="FILE", help='.csv or .parquet; "-": CSV on standard output')
    parser.add_argument("--journal", metavar="FILE", help="where finished tasks are kept (default OUT.journal; none for standard output)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster, such as tcp://10.0.0.1:8786 (default: the cores of this machine)")


def count_steps(spectrum: str, kappa: str, size: int, exponent: float | None, seed: int, tolerance: float, method: str) -> dict[str, Any]:
    """The task: one method on one synthetic spectrum."""
    from cdmtheory.simulate.compare import one_method
    from cdmtheory.spectra import synthetic

    found = one_method(method, synthetic(spectrum, Fraction(kappa), size, seed=seed, exponent=exponent), tolerance)
    return {name: getattr(found, name) for name in ("step_size", "momentum", "first", "settled", "predicted", "reason")}


def run(options: argparse.Namespace) -> int:
    """Sweep and write; 0, 1 if tasks failed, 2 with one line on what is wrong."""
    from cdmtheory.sweeps import SweepFailed, sweep

    try:
        points = _points(options)
        write = _writer(options.out)
        journal = options.journal or (None if options.out == "-" else f"{options.out}.journal")
        with _cluster(options.scheduler) as executor:
            try:
                results, failures = sweep(count_steps, points, executor=executor, journal=journal), []
            except SweepFailed as failed:
                results, failures = failed.results, failed.failures
    except (ValueError, TypeError, OSError, ImportError) as error:
        print(f"cdmtheory sweep: error: {error}", file=sys.stderr)
        return USAGE_ERROR
    write([{**point, "kappa": float(Fraction(point["kappa"])), **result} for point, result in zip(points, results, strict=True) if result is not None])
    for arguments, happened in failures:
        print(f"failed: {arguments}: {happened.strip().splitlines()[-1]}", file=sys.stderr)
    return FAILED if failures else 0


def _points(options: argparse.Namespace) -> list[dict[str, Any]]:
    """The grid; what no task could do is refused before the first one runs."""
    from cdmtheory.laws import SYNTHETIC
    from cdmtheory.simulate.compare import RIVALS
    from cdmtheory.sweeps import grid

    points = grid(spectrum=_names("spectrum", options.spectrum, SYNTHETIC), kappa=_numbers("kappa", options.kappa, _kappa),
                  size=_numbers("size", options.size, _whole), exponent=[None] if options.exponent is None else _numbers("exponent", options.exponent, _finite),
                  seed=_seeds(options.seed), tolerance=_numbers("tolerance", options.tolerance, _positive), method=_names("methods", options.methods, RIVALS))
    if options.exponent is not None and any(point["spectrum"] != "power-law" for point in points):
        raise ValueError(f"--exponent belongs to the spectrum power-law; leave it out, or the other spectra of {options.spectrum}")
    return points


def _names(option: str, text: str, allowed: Any) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in allowed:
            raise ValueError(f"--{option}: {name!r} is not known; allowed are {', '.join(allowed)}")
    return names


def _numbers(option: str, text: str, kind: Any) -> list[Any]:
    try:
        return [kind(part.strip()) for part in text.split(",")]
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"--{option} {text}: allowed are {kind.__doc__}, separated by commas") from None


def _kappa(text: str) -> str:
    """numbers >= 1"""
    if Fraction(text) < 1:
        raise ValueError
    return text


def _finite(text: str) -> float:
    """finite numbers"""
    if not math.isfinite(float(text)):
        raise ValueError
    return float(text)


def _positive(text: str) -> float:
    """numbers > 0"""
    if not 0 < float(text) < float("inf"):
        raise ValueError
    return float(text)


def _whole(text: str) -> int:
    """whole numbers >= 1"""
    value = Fraction(text)
    if value.denominator != 1 or value < 1:
        raise ValueError
    return int(value)


def _seeds(text: str) -> list[int]:
    first, colon, stop = text.partition(":")
    try:
        seeds = list(range(int(first), int(stop))) if colon else [int(part) for part in text.split(",")]
    except ValueError:
        seeds = []
    if not seeds or min(seeds) < 0:
        raise ValueError(f"--seed {text}: allowed are whole numbers >= 0 separated by commas, or FIRST:STOP, which leaves STOP out")
    return seeds


def _cluster(address: str | None) -> Any:
    from contextlib import nullcontext

    if address is None:
        return nullcontext()
    try:
        from distributed import Client
    except ImportError:
        raise ImportError("--scheduler needs Dask: pip install 'cdmtheory[dask]'") from None
    connect: Any = Client  # untyped
    return connect(address, timeout=10, set_as_default=False)


def _writer(path: str) -> Any:
    """What writes the rows; an ending, a library or a folder that is missing is said now."""
    if path == "-":
        return lambda rows: _csv(rows, sys.stdout)
    from cdmtheory.files import check_writable

    check_writable(path)
    ending = Path(path).suffix.lower()
    if ending == ".csv":
        def to_csv(rows: list[dict[str, Any]]) -> None:
            with open(path, "w", newline="", encoding="utf-8") as stream:
                _csv(rows, stream)
        return to_csv
    if ending != ".parquet":
        raise ValueError(f"--out {path}: allowed endings are .csv and .parquet")
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise ImportError("--out in .parquet needs pyarrow: pip install 'cdmtheory[parquet]', or choose .csv") from None
    kinds = {"size": pa.int64(), "seed": pa.int64(), "first": pa.int64(), "settled": pa.int64(), "predicted": pa.int64(),
             "spectrum": pa.string(), "method": pa.string(), "reason": pa.string()}
    schema = pa.schema([(name, kinds.get(name, pa.float64())) for name in COLUMNS])
    return lambda rows: parquet.write_table(pa.Table.from_pylist(rows, schema=schema), path)


def _csv(rows: list[dict[str, Any]], stream: Any) -> None:
    import csv

    table = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
