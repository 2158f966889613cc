"""``cdmtheory check``: re-check certificates with nothing but ``check.py``, or with Coq."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from pathlib import Path

EPILOG = """examples:
  cdmtheory verify my_claims.py --certificates DIR     prove claims and write their certificates
  cdmtheory check DIR                                  re-check them
  cdmtheory check proof.json && echo valid
  python check.py proof.json                           the same with cdmtheory/check.py alone, copied to a machine with bare Python
  cdmtheory check --coq DIR                            compile theories (.v), and certificates as theories, with coqc

exit codes: 0 all valid | 1 some rejected | 2 usage, or no coqc | 5 nothing to check found
"""
REJECTED = 1
NOTHING_FOUND = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR", help="a certificate, or a folder of them (every .json in it and below)")
    parser.add_argument("-q", "--quiet", action="store_true", help="show only what is rejected")
    parser.add_argument("--coq", action="store_true", help="with coqc: theories (.v) and certificates; their axioms must be those of Coq's real numbers")


def files_below(paths: Iterable[str], endings: tuple[str, ...]) -> list[Path]:
    """The files named, and those with these endings in the folders named and below, each once.

    Raises
    ------
    FileNotFoundError
        If a path does not exist; the message says so.
    """
    files: list[Path] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            files += sorted(p for p in path.rglob("*") if p.suffix in endings)
        elif path.exists():
            files.append(path)
        else:
            raise FileNotFoundError(f"there is no file or folder {given}; give a certificate, or a folder that holds some")
    return list(dict.fromkeys(files))


def run(options: argparse.Namespace) -> int:
    """Run the command; the return value is the exit code."""
    from cdmtheory.check import check_file
    from cdmtheory.commands import USAGE_ERROR

    endings = (".json", ".v") if options.coq else (".json",)
    try:
        files = files_below(options.paths, endings)
    except FileNotFoundError as error:
        print(f"cdmtheory check: error: {error}", file=sys.stderr)
        return USAGE_ERROR
    if not files:
        what = "theories (.v) or certificates (.json)" if options.coq else "certificates (.json)"
        print(f"cdmtheory check: error: no {what} in {', '.join(options.paths)}", file=sys.stderr)
        return NOTHING_FOUND
    began = time.monotonic()
    if options.coq:
        try:
            results, without = _with_coq(files)
        except FileNotFoundError as error:
            print(f"cdmtheory check: error: {error}", file=sys.stderr)
            return USAGE_ERROR
    else:
        results, without = {file: check_file(file) for file in files}, {}
    for file, reasons in results.items():
        for reason in reasons:
            print(f"rejected  {file}\n          {reason}")
        if not reasons and not options.quiet:
            print(f"valid     {file}")
    for file, reason in without.items():
        print(f"no theory {file}\n          {reason}")
    rejected = sum(map(bool, results.values()))
    print(f"{len(results) - rejected} of {len(results)} valid in {time.monotonic() - began:.1f} s")
    return REJECTED if rejected else 0


def _with_coq(files: list[Path]) -> tuple[dict[Path, list[str]], dict[Path, str]]:
    """Why files are rejected, by coqc or for their axioms, and why some have no theory.

    A certificate is made a theory first. What a theory asks for is looked for beside it.
    """
    from cdmtheory.coq.compile import INSTALL, compile_theories, coqc, sources
    from cdmtheory.coq.export import NoPolynomials
    from cdmtheory.coq.formulas import stem
    from cdmtheory.engine.formal import library, theory_of
    from cdmtheory.report.terminal import Terminal

    if coqc() is None:
        raise FileNotFoundError(INSTALL)
    found: dict[Path, list[str]] = {}
    without: dict[Path, str] = {}
    with Terminal(sys.stderr).progress(files) as tell:
        for folder in dict.fromkeys(file.parent for file in files):
            beside = sources(folder)
            texts, names = {**sources(library()), **beside}, dict[Path, str]()
            for file in (f for f in files if f.parent == folder):
                name = file.stem if file.suffix == ".v" else stem(file.stem)
                if file.suffix != ".v":
                    try:
                        text = theory_of(file)
                    except NoPolynomials as why:
                        without[file] = str(why)
                        continue
                    except (OSError, ValueError) as why:
                        found[file] = [str(why)]
                        continue
                    if beside.get(name, text) != text:
                        found[file] = [f"{name}.v beside it is not its theory; export it again"]
                        continue
                    texts[name] = text
                names[file] = name
            compiled = compile_theories(texts, dict.fromkeys(names.values()), tell=lambda c: tell(c.name, f"{c.seconds:.0f} s"))
            found |= {file: [reason] if (reason := compiled[name].reason) else [] for file, name in names.items()}
    return {file: found[file] for file in files if file in found}, without
