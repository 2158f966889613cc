"""The command line: finds the command, which lives in a module of its own in ``cdmtheory.commands``, and runs it.

Only the module of the command that is asked for is imported, and argparse only with it, so ``cdmtheory --help`` answers at once.
"""

from __future__ import annotations

import sys

from cdmtheory.commands import INTERNAL_ERROR, INTERRUPTED, USAGE_ERROR

COMMANDS = {
    "verify": "decide claims: PROVED, REFUTED, VACUOUS or UNDECIDED, with the reason",
    "check": "re-check certificates, with nothing but the standard library, or with Coq",
    "export": "write certificates as Coq theories",
    "steps": "count the steps each method needs to a tolerance, on a synthetic spectrum or on your own Hessian",
    "sweep": "count steps on grids of spectra, on this machine or on a Dask cluster",
    "figures": "draw the figures and write the data they show",
    "study": "GROKtimizer against its rivals, tuned alike, on synthetic tasks and real data",
    "demo": "a proof, a refutation and a figure in under a minute",
}

USAGE = "usage: cdmtheory [--help] [--version] COMMAND …"
EPILOG = """examples:
  cdmtheory demo                        see a proof, a refutation and a figure
  cdmtheory verify                      decide the built-in claims
  cdmtheory verify my_claims.py         decide your own
  cdmtheory COMMAND --help              what a command takes, with an example
"""


def _help() -> str:
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:<{width}}  {purpose}" for name, purpose in COMMANDS.items())
    shown = f"{USAGE}\n\nDecides claims about how fast first-order optimisers converge, and shows its work.\n\ncommands:\n{listed}\n\n{EPILOG}"
    encoding = sys.stdout.encoding or "ascii"
    return shown if encoding.lower().replace("-", "") == "utf8" else shown.replace("…", "...").encode(encoding, "backslashreplace").decode(encoding)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the return value is the exit code."""
    given = sys.argv[1:] if arguments is None else arguments
    first = given[0] if given else ""
    if first == "--version":
        from cdmtheory import __version__

        print(f"cdmtheory {__version__}")
        return 0
    if first in ("", "-h", "--help", "help"):
        sys.stdout.write(_help())
        return 0 if first else USAGE_ERROR
    if first not in COMMANDS:
        kind = "option" if first.startswith("-") else "command"
        print(f"cdmtheory: error: there is no {kind} {first!r}; the commands are {', '.join(COMMANDS)}", file=sys.stderr)
        return USAGE_ERROR
    return _run(first, given[1:])


def _run(name: str, given: list[str]) -> int:
    import argparse
    from importlib import import_module

    purpose, module = COMMANDS[name], import_module(f"cdmtheory.commands.{name}")
    parser = argparse.ArgumentParser(prog=f"cdmtheory {name}", description=purpose[0].upper() + purpose[1:] + ".", epilog=module.EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    module.add_arguments(parser)
    try:
        options = parser.parse_args(given)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else USAGE_ERROR
    try:
        code: int = module.run(options)
        return code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except Exception:
        import traceback

        traceback.print_exc()
        print("internal error; please report it with the lines above", file=sys.stderr)
        return INTERNAL_ERROR


if __name__ == "__main__":
    sys.exit(main())
