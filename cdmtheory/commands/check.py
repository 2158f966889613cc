"""``cdmtheory check``: re-check certificates with nothing but ``check.py``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

EPILOG = """examples:
  cdmtheory verify my_claims.py --certificates DIR     prove claims and write their certificates
  cdmtheory check DIR                                  re-check them
  cdmtheory check proof.json && echo valid
  python check.py proof.json                           the same with cdmtheory/check.py alone, copied to a machine with bare Python

exit codes: 0 all valid | 1 some rejected | 2 usage | 5 no certificates found
"""
REJECTED = 1
NOTHING_FOUND = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("paths", nargs="+", metavar="FILE|DIR", help="a certificate, or a folder of them (every .json in it and below)")
    parser.add_argument("-q", "--quiet", action="store_true", help="show only what is rejected")


def run(options: argparse.Namespace) -> int:
    """Run the command; the return value is the exit code."""
    from cdmtheory.check import check_file
    from cdmtheory.commands import USAGE_ERROR

    files: list[Path] = []
    for given in options.paths:
        path = Path(given)
        if path.is_dir():
            files += sorted(path.rglob("*.json"))
        elif path.exists():
            files.append(path)
        else:
            print(f"check: there is no file or folder {given}; give a certificate, or a folder that holds some", file=sys.stderr)
            return USAGE_ERROR
    if not files:
        print(f"check: no certificates (.json) in {', '.join(options.paths)}", file=sys.stderr)
        return NOTHING_FOUND
    began = time.monotonic()
    rejected = 0
    for file in dict.fromkeys(files):
        reasons = check_file(file)
        rejected += bool(reasons)
        for reason in reasons:
            print(f"rejected  {file}\n          {reason}")
        if not reasons and not options.quiet:
            print(f"valid     {file}")
    count = len(dict.fromkeys(files))
    print(f"{count - rejected} of {count} valid in {time.monotonic() - began:.1f} s")
    return REJECTED if rejected else 0
