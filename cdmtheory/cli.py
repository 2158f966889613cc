"""The command line: finds the command, which lives in a module of its own in ``cdmtheory.commands``, and runs it.

Only the module of the command that is asked for is imported, so ``cdmtheory --help`` answers at once.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from importlib import import_module

from cdmtheory.commands import INTERNAL_ERROR, INTERRUPTED, USAGE_ERROR

COMMANDS = {
    "verify": "decide claims: PROVED, REFUTED, VACUOUS or UNDECIDED, with the reason",
    "check": "re-check certificates, with nothing but the standard library, or with Coq",
    "export": "write certificates as Coq theories",
    "steps": "count the steps each method needs to a tolerance, on a synthetic spectrum or on your own Hessian",
    "sweep": "count steps on grids of spectra, on this machine or on a Dask cluster",
    "figures": "draw the figures and write the data they show",
    "study": "GROKtimizer against its rivals, tuned alike, on synthetic tasks and real data",
}

EPILOG = """examples:
  cdmtheory verify                      decide the built-in claims
  cdmtheory verify my_claims.py         decide your own
  cdmtheory COMMAND --help              what a command takes, with an example
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the return value is the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="cdmtheory", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG,
                                     description="Decides claims about how fast first-order optimisers converge, and shows its work.")
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    chosen = next((word for word in given if not word.startswith("-")), None)
    for name, purpose in COMMANDS.items():
        sub = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".",
                                  formatter_class=argparse.RawDescriptionHelpFormatter)
        if name == chosen:
            module = import_module(f"cdmtheory.commands.{name}")
            sub.epilog = module.EPILOG
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    try:
        options = parser.parse_args(given)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE_ERROR
    if options.version:
        from cdmtheory import __version__

        print(f"cdmtheory {__version__}")
        return 0
    if options.command is None:
        parser.print_help()
        return USAGE_ERROR
    try:
        code: int = options.run(options)
        return code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception:
        traceback.print_exc()
        print("internal error; please report it with the lines above", file=sys.stderr)
        return INTERNAL_ERROR


if __name__ == "__main__":
    sys.exit(main())
