"""``cdmtheory figures``: draw the figures of the package, and write the data they show next to them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

EPILOG = """examples:
  cdmtheory figures                                   all of them, into ./figures
  cdmtheory figures quadratic_speedup --out plots     one, into ./plots
"""
USAGE_ERROR = 2
FORMATS = ("svg", "pdf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Names and the folder."""
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(FIGURES)} (default: all)")
    parser.add_argument("--out", default="figures", metavar="DIR", help="folder for the .svg, .pdf and .csv (default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Draw; 0, or 2 with one line on what is wrong."""
    from rich.console import Console

    unknown = [name for name in options.names if name not in FIGURES]
    if unknown:
        print(f"cdmtheory figures: error: no figure {unknown[0]!r}; there are {', '.join(FIGURES)}", file=sys.stderr)
        return USAGE_ERROR
    out = Path(options.out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with Console(stderr=True).status("drawing") as status:
            for name in options.names or FIGURES:
                FIGURES[name](out / name, status.update)
                print(f"{out / name}.{{csv,{','.join(FORMATS)}}}")
    except OSError as error:
        print(f"cdmtheory figures: error: {error.filename or options.out}: {error.strerror or error}", file=sys.stderr)
        return USAGE_ERROR
    return 0


def _quadratic_speedup(stem: Path, progress: Callable[[str], None]) -> None:
    """About a minute of two cores, nearly all of it stepping through what the closed forms say at once."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from cdmtheory.report import plots, quadratic_speedup

    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        points = quadratic_speedup.measure(executor=pool, progress=progress)
    quadratic_speedup.write(stem.with_suffix(".csv"), points)

    def draw(steps: Axes, slopes: Axes, ratio: Axes) -> None:
        plots.quadratic_speedup(steps, points)
        plots.local_exponents(slopes, points)
        plots.measured_over_predicted(ratio, points)

    for ending in FORMATS:
        plots.save(stem.with_suffix(f".{ending}"), draw, width=plots.TEXT, columns=3)


FIGURES: dict[str, Callable[[Path, Callable[[str], None]], None]] = {"quadratic_speedup": _quadratic_speedup}
