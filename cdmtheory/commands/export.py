"""``cdmtheory export``: certificates as Coq theories."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

EPILOG = """examples:
  cdmtheory verify my_claims.py --certificates DIR     prove claims and write their certificates
  cdmtheory export DIR --coq THEORIES                  write a theory for each, and Certificate.v, which they need
  cdmtheory check --coq THEORIES                       compile them with coqc, and look at their axioms

exit codes: 0 all written | 1 some are no valid certificates | 2 usage | 5 no certificates found
(a certificate that is not about polynomials has no theory; this is said, and is no failure)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR", help="a certificate, or a folder of them (every .json in it and below)")
    parser.add_argument("--coq", required=True, metavar="DIR", help="the folder that the theories are written to; it is made if it is not there")


def run(options: argparse.Namespace) -> int:
    """Run the command; the return value is the exit code."""
    from cdmtheory.check import check_file
    from cdmtheory.commands import USAGE_ERROR
    from cdmtheory.commands.check import NOTHING_FOUND, REJECTED, files_below
    from cdmtheory.engine.formal import BASIS, export

    try:
        files = files_below(options.paths, (".json",))
    except FileNotFoundError as error:
        print(f"cdmtheory export: error: {error}", file=sys.stderr)
        return USAGE_ERROR
    if not files:
        print(f"cdmtheory export: error: no certificates (.json) in {', '.join(options.paths)}", file=sys.stderr)
        return NOTHING_FOUND
    reasons = {file: check_file(file) for file in files}
    try:
        written = export([f for f in files if not reasons[f]], Path(options.coq))
    except OSError as error:
        print(f"cdmtheory export: error: --coq {options.coq}: {error.strerror or error}; give a folder that can be written to", file=sys.stderr)
        return USAGE_ERROR
    for file in files:
        for reason in reasons[file]:
            print(f"rejected  {file}\n          {reason}")
        if str(file) in written.without:
            print(f"no theory {file}\n          {written.without[str(file)]}")
        elif not reasons[file]:
            print(f"written   {Path(options.coq) / written.of[str(file)][0]}.v")
    print(f"{len(written.texts)} of {len(files)} written, with {BASIS}; compile them: cdmtheory check --coq {options.coq}")
    return REJECTED if any(reasons.values()) else 0
