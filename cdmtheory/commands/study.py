"""``cdmtheory study``: GROKtimizer against its rivals, on synthetic tasks and on real data with few samples."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

EPILOG = """examples:
  cdmtheory study --profile short --out results           about a minute: is everything there?
  cdmtheory study --profile full --out results            about five hours of one core; run it again after an interruption and it goes on
  cdmtheory study --profile medium --tasks "sparse parity,wine" --out results
  cdmtheory study --findings results/study.csv            the findings again, from the table alone

needs: pip install 'cdmtheory[torch,data,rivals]'; data sets say what they need
"""
USAGE_ERROR, FAILED, INTERRUPTED = 2, 1, 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to run and where to put it."""
    parser.add_argument("--profile", default="short", metavar="NAME", help="short, medium or full (default: %(default)s)")
    parser.add_argument("--tasks", default="", metavar="NAMES", help="some of the profile's tasks, separated by semicolons or, where no name has one, commas")
    parser.add_argument("--out", default="study", metavar="DIR", help="folder for study.csv, .svg and .pdf, findings.md and the journal (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes, of one thread each (default: 1)")
    parser.add_argument("--findings", metavar="CSV", help="run nothing: print the findings from this table")


def run(options: argparse.Namespace) -> int:
    """Run, write the table and the findings; 0, 1 if runs failed, or 2 with one line on what is wrong."""
    from cdmtheory.groktimizer.findings import findings
    from cdmtheory.groktimizer.table import read, write
    from cdmtheory.sweeps import SweepFailed

    try:
        if options.findings:
            print(findings(read(options.findings)), end="")
            return 0
        from cdmtheory.groktimizer.study import PROFILES, study

        if options.profile not in PROFILES:
            raise ValueError(f"--profile {options.profile}; there are {', '.join(PROFILES)}")
        profile = PROFILES[options.profile]
        chosen = [name.strip() for name in options.tasks.split(";" if ";" in options.tasks or options.tasks in profile.tasks else ",") if name.strip()]
        unknown = [name for name in chosen if name not in profile.tasks]
        if unknown:
            raise ValueError(f"--tasks: no task {unknown[0]!r} in {options.profile}; there are {'; '.join(profile.tasks)}")
        if options.jobs < 1:
            raise ValueError(f"--jobs {options.jobs}; allowed is a whole number >= 1")
        import torch

        from cdmtheory.report.study_figure import draw

        out = Path(options.out)
        out.mkdir(parents=True, exist_ok=True)
        rows = study(profile, journal=out / "journal.jsonl", jobs=options.jobs, tasks=chosen, tell=lambda line: print(line, file=sys.stderr, flush=True))
        write(out / "study.csv", rows)
        table = read(out / "study.csv")
        (out / "findings.md").write_text(findings(table), encoding="utf-8")
        draw(out / "study", table)
        print(f"{out / 'study'}.{{csv,svg,pdf}}: {len(rows)} runs with torch {torch.__version__}\n{out / 'findings.md'}")
    except SweepFailed as error:
        print(f"cdmtheory study: error: {error}; the others are kept in {Path(options.out) / 'journal.jsonl'}", file=sys.stderr)
        return FAILED
    except (ValueError, OSError, ImportError) as error:
        needs = " (pip install 'cdmtheory[torch,data,rivals]')" if isinstance(error, ModuleNotFoundError) else ""
        what = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
        print(f"cdmtheory study: error: {what}{needs}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        print(f"interrupted; what is finished is kept in {Path(options.out) / 'journal.jsonl'}, and the same command goes on from there", file=sys.stderr)
        return INTERRUPTED
    return 0
