"""``cdmtheory figures``: draw the figures of the package, and write the data they show next to them."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

EPILOG = """examples:
  cdmtheory figures                                   all of them, into ./figures
  cdmtheory figures spectral_radius --out plots       one, into ./plots
  cdmtheory figures transients --size talk --out .    for a slide
  cdmtheory figures --list                            names, and the question each one answers
"""
USAGE_ERROR = 2
FORMATS = ("svg", "pdf")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Names, the folder and the size."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="which (default: all; --list names them)")
    parser.add_argument("--out", default="figures", metavar="DIR", help="folder for the .svg, .pdf and .csv (default: %(default)s)")
    parser.add_argument("--size", choices=("column", "text", "talk"), help="one column (3.4 in), the whole text (7 in) or a slide (13.3 in); "
                        "default: one column for one panel, the whole text for more")
    parser.add_argument("--list", dest="only_list", action="store_true", help="show the names and captions, and stop")


def run(options: argparse.Namespace) -> int:
    """Draw; 0, or 2 with one line on what is wrong."""
    from cdmtheory.report.figures import FIGURES, available

    unknown = [name for name in options.names if name not in FIGURES]
    if unknown:
        print(f"cdmtheory figures: error: no figure {unknown[0]!r}; there are {', '.join(FIGURES)}", file=sys.stderr)
        return USAGE_ERROR
    if options.only_list:
        for name in options.names or available():
            print(name + "\n" + textwrap.fill(FIGURES[name].caption, 78, initial_indent="    ", subsequent_indent="    "))
        return 0
    missing = [name for name in options.names if name not in available()]
    if missing:
        print(f"cdmtheory figures: error: the data of {missing[0]} are not in this installation", file=sys.stderr)
        return USAGE_ERROR
    from rich.console import Console

    out = Path(options.out)
    try:
        out.mkdir(parents=True, exist_ok=True)
        with Console(stderr=True).status("drawing") as status:
            for name in options.names or available():
                status.update(f"drawing {name}")
                _draw(name, out / name, options.size, status.update)
                print(f"{out / name}.{{csv,{','.join(FORMATS)}}}")
    except OSError as error:
        print(f"cdmtheory figures: error: {error.filename or options.out}: {error.strerror or error}", file=sys.stderr)
        return USAGE_ERROR
    return 0


def _draw(name: str, stem: Path, size: str | None, progress: Callable[[str], None]) -> None:
    from cdmtheory.report.figures import FIGURES, panels
    from cdmtheory.report.plots import save, write_data

    points = _measure(progress) if name == "quadratic_speedup" else None
    drawn = panels(name, points=points)
    size = size or ("column" if len(drawn) == 1 else "text")
    first, *others = (stem.with_suffix(f".{ending}") for ending in FORMATS)
    axes = save(first, *drawn, size=size, caption=FIGURES[name].caption, also=others)
    if points is None:
        write_data(stem.with_suffix(".csv"), axes)
    else:
        from cdmtheory.report import quadratic_speedup

        quadratic_speedup.write(stem.with_suffix(".csv"), points)


def _measure(progress: Callable[[str], None]) -> Any:
    """About a minute of two cores, nearly all of it stepping through what the closed forms say at once."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    from cdmtheory.report import quadratic_speedup

    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return quadratic_speedup.measure(executor=pool, progress=progress)
