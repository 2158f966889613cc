"""``cdmtheory steps``: how many steps each method needs to a tolerance, on a synthetic spectrum or on the user's own Hessian."""

from __future__ import annotations

import argparse
import sys
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cdmtheory.simulate.compare import MethodSteps, Steps

EPILOG = """examples:
  cdmtheory steps --spectrum interpolating --kappa 1e8 --size 10000
  cdmtheory steps --eigenvalues hessian.csv --tolerance 1e-9 --methods gd,cdm,polyak
  cdmtheory steps --data features.npy --weight-decay 1e-4 --json steps.json --plot steps.svg

first:     least k with |x_k| <= tolerance |x_0|
settled:   least k from which on this stays so
predicted: steps in the worst case over [mu, L]
speedup:   settled steps of gd (step size 1/L) over settled steps of the method
"""
USAGE_ERROR = 2
SPECTRA = ("uniform", "log-uniform", "power-law", "two-cluster", "bulk-outliers", "marchenko-pastur", "interpolating")


def _fraction(text: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text!r} is not a finite number; write it as 1e6, 0.25 or 10/3") from None


def _whole(text: str) -> int:
    value = _fraction(text)
    if value.denominator != 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(value)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the contract."""
    source = parser.add_argument_group("spectrum, one of")
    chosen = source.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--spectrum", choices=SPECTRA, metavar="NAME", help="synthetic, in [1/K, 1]: " + ", ".join(SPECTRA))
    chosen.add_argument("--eigenvalues", metavar="FILE", help=".npy with one axis, or .csv with one column")
    chosen.add_argument("--data", metavar="FILE", help=".npy or .csv, rows are samples; Hessian X'X/n + LAMBDA")
    source.add_argument("--kappa", type=_fraction, metavar="K", help="condition number of the synthetic spectrum")
    source.add_argument("--size", type=_whole, metavar="N", help="its dimension, multiplicity counted")
    source.add_argument("--exponent", type=float, metavar="A", help="of power-law: density h^(A-1)")
    source.add_argument("--rank", type=_whole, metavar="R", help="of interpolating: number of curved directions (default N/2)")
    source.add_argument("--seed", type=_whole, metavar="S", help="of the synthetic spectrum (default 0)")
    source.add_argument("--weight-decay", type=_fraction, metavar="LAMBDA", help="with --data")
    parser.add_argument("--tolerance", type=float, default=1e-6, metavar="EPS", help="of |x_k|/|x_0| (default 1e-6)")
    parser.add_argument("--methods", default="gd,gd-best,cdm,polyak,nesterov,chebyshev,triple-momentum", metavar="NAMES", help="default %(default)s")
    parser.add_argument("--weights", metavar="FILE", help="initial coordinates in the order of the eigenvalues (default: all the same)")
    parser.add_argument("--json", metavar="FILE", help='"-": standard output, and nothing else there')
    parser.add_argument("--plot", metavar="FILE", help="convergence curves; .svg, .pdf or .png")
    parser.add_argument("--explain", action="store_true", help="step sizes, and which route led to each number")


def run(options: argparse.Namespace) -> int:
    """Answer, print and write; 0, or 2 with one line on what is wrong."""
    from cdmtheory.files import check_writable

    try:
        for path in (options.json, options.plot):
            if path and path != "-":
                check_writable(path)
        if options.plot and not options.plot.lower().endswith((".svg", ".pdf", ".png")):
            raise ValueError(f"--plot {options.plot}: allowed endings are .svg, .pdf and .png")
        given, weights = _spectrum(options), None
        if options.weights:
            from cdmtheory.files import read_numbers

            weights = read_numbers(options.weights, 1)
        result = _with_progress(given, options, weights)
        _write(result, given, weights, options)
    except MemoryError as error:
        print(f"cdmtheory steps: error: not enough memory ({error}); a smaller --size, or fewer eigenvalues, need less", file=sys.stderr)
        return USAGE_ERROR
    except (ValueError, TypeError, OSError) as error:
        print(f"cdmtheory steps: error: {error}", file=sys.stderr)
        return USAGE_ERROR
    return 0


def _spectrum(options: argparse.Namespace) -> Any:
    """Eigenvalues as given (their order matters to the weights), or a Spectrum."""
    for name in ("kappa", "size", "exponent", "rank", "seed", "weight_decay"):
        needs = "data" if name == "weight_decay" else "spectrum"
        if getattr(options, name) is not None and getattr(options, needs) is None:
            raise ValueError(f"--{name.replace('_', '-')} belongs to --{needs}; leave it out")
    from cdmtheory.files import read_numbers
    from cdmtheory.spectra import Spectrum, synthetic

    if options.eigenvalues:
        return read_numbers(options.eigenvalues, 1)
    if options.data:
        if options.weight_decay is None:
            raise ValueError("--data needs --weight-decay LAMBDA, such as 1e-4")
        return Spectrum.of_data(read_numbers(options.data, 2), options.weight_decay)
    if options.kappa is None or options.size is None:
        raise ValueError("--spectrum needs --kappa K and --size N")
    return synthetic(options.spectrum, options.kappa, options.size, seed=options.seed or 0, exponent=options.exponent, rank=options.rank)


def _with_progress(given: Any, options: argparse.Namespace, weights: Any) -> Steps:
    from cdmtheory.progress import late_bar
    from cdmtheory.simulate.compare import steps

    with late_bar(len(options.methods.split(",")) + 1) as advance:
        return steps(given, tolerance=options.tolerance, methods=options.methods, weights=weights, progress=lambda name: advance(1, name))


def _write(result: Steps, given: Any, weights: Any, options: argparse.Namespace) -> None:
    if options.json:
        import json

        text = json.dumps(result.to_dict(), indent=2) + "\n"
        if options.json == "-":
            sys.stdout.write(text)
        else:
            with open(options.json, "w", encoding="utf-8") as stream:
                stream.write(text)
    if options.json != "-":
        _print(result, len(set(given.eigenvalues if hasattr(given, "eigenvalues") else given)), explain=options.explain)
    if options.plot:
        from cdmtheory.report.plots import convergence, save

        save(options.plot, lambda ax: convergence(ax, given, result, weights=weights), width=4.6, caption="Norm against step, by cdmtheory steps")


def _print(result: Steps, distinct: int, *, explain: bool) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(f"size {result.size}, mu = {result.mu:.6g}, L = {result.L:.6g}, kappa = {result.kappa:.6g}, tolerance {result.tolerance:g}")
    names = ("method", "first", "settled", "predicted", "speedup")
    for separator in (",", ""):  # digits in groups, where there is room for it
        rows = [(entry.name, *(_count(value, separator) for value in (entry.first, entry.settled, entry.predicted)), _speedup(entry.speedup))
                for entry in result.methods]
        needed = sum(max(len(cell) for cell in column) for column in zip(names, *rows, strict=True)) + len(names) - 1
        if needed <= console.width:
            break
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1 if needed + 2 * len(names) <= console.width else 0))
    table.add_column("method", overflow="fold")
    for name in names[1:]:
        table.add_column(name, justify="right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print()
    console.print(table)
    console.print()
    for entry in result.methods:
        if entry.reason:
            console.print(f"{entry.name}: {entry.reason}", markup=False)
    if explain:
        for entry in result.methods:
            console.print(_explanation(entry, distinct), markup=False)


def _count(value: int | None, separator: str) -> str:
    return "-" if value is None else f"{value:{separator}}"


def _speedup(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _explanation(entry: MethodSteps, distinct: int) -> str:
    from cdmtheory.simulate.route import stepping_seconds

    parameters = "step size and momentum vary" if entry.step_size is None else f"step size {entry.step_size:.9g}, momentum {entry.momentum:.9g}"
    source = f"prediction: {entry.source}" if entry.source else "no prediction"
    stepping = "" if entry.settled is None else f", where stepping would take about {stepping_seconds(distinct, entry.settled):.2g} s and round at every step"
    return f"{entry.name}: {parameters}; {entry.how}; {source}; {entry.seconds:.3g} s{stepping}"
