"""``cdmtheory verify``: collect claims, decide them side by side, show the verdicts, exit with what they mean."""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from cdmtheory.commands import USAGE_ERROR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cdmtheory.collect import Collected
    from cdmtheory.engine.session import Session
    from cdmtheory.engine.verdict import Verdict
    from cdmtheory.report.terminal import Terminal

EPILOG = """examples:
  cdmtheory verify                                decide the built-in claims
  cdmtheory verify my_claims.py other/            your own: files and folders
  cdmtheory verify my_claims.py::rate --timeout 300
  cdmtheory verify -k "polyak and not unique" -x  only claims whose id or title matches; stop at the first failure
  cdmtheory verify --json - my_claims.py          everything as JSON on standard output
  cdmtheory verify --html report.html             everything as a page to read
  cdmtheory verify --format github --junit claims.xml claims/     in a workflow
  cdmtheory verify my_claims.py --coq DIR         what a certificate proves, proved again by Coq's kernel

exit codes: 0 all as claimed | 1 something refuted, vacuous or contradictory, or a near miss that held | 2 usage, or a file that
could not be loaded | 3 internal error | 4 something undecided | 5 no claims found | 130 interrupted
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a claim file, FILE::NAME, or a folder; default: the built-in claims")
    parser.add_argument("-k", dest="select", metavar="EXPR", help="only claims whose id or title contains the words (and, or, not and brackets are understood)")
    parser.add_argument("-x", dest="stop_early", action="store_true", help="stop at the first claim that fails")
    parser.add_argument("--json", metavar="FILE", help='write the verdicts as JSON; "-" is standard output, and then nothing else goes there')
    parser.add_argument("--html", metavar="FILE", help="write the verdicts as a page that needs nothing but a browser")
    parser.add_argument("--junit", metavar="FILE", help="write the verdicts as JUnit's XML")
    parser.add_argument("--format", choices=("text", "github"), default="text", help="github: also an annotation for each failure (default: text)")
    parser.add_argument("--jobs", type=int, metavar="N", help="claims decided at once (default: the number of cores)")
    parser.add_argument("--timeout", type=float, default=60, metavar="SECONDS", help="per claim, and per near miss (default: 60)")
    parser.add_argument("--certificates", metavar="DIR", help="write the certificates of what is proved there; a valid one found there is re-checked instead")
    parser.add_argument("--fresh", action="store_true", help="prove everything again, whatever certificates are kept")
    parser.add_argument("--coq", metavar="DIR", help="write what is proved as Coq theories there, and compile them if coqc is installed (certificates "
                        "go there too, unless --certificates names another folder)")
    parser.add_argument("--list", dest="only_list", action="store_true", help="show what would be decided, and stop")


def run(options: argparse.Namespace) -> int:
    """Run the command; the return value is the exit code."""
    try:
        from cdmtheory.engine.session import NOTHING_FOUND, verify_all
        from cdmtheory.report.terminal import Terminal

        terminal = Terminal(sys.stderr if options.json == "-" else sys.stdout)
        found = _found(options)
    except (ValueError, OSError) as error:
        Terminal(sys.stderr).error(str(error))
        return USAGE_ERROR
    except KeyboardInterrupt:
        if options.only_list:
            raise
        return _nothing_decided(options)
    if options.only_list:
        terminal.listing(listed := list(found))
        return USAGE_ERROR if any(entry.error for entry in listed) else 0 if listed else NOTHING_FOUND
    entries: list[Collected] = []
    by_id: dict[str, Collected] = {}

    def noted() -> Iterator[Collected]:
        for entry in found:
            entries.append(entry)
            by_id[entry.id] = entry
            yield entry

    def show(verdict: Verdict) -> None:
        terminal.verdict(verdict)
        if options.format == "github":
            from cdmtheory.report.formats import github

            terminal.raw(github(verdict, by_id.get(verdict.id)))

    with terminal.progress(entries) as progress:
        session = verify_all(noted(), timeout=options.timeout, jobs=options.jobs, stop_early=options.stop_early,
                             on_verdict=show, on_progress=progress, certificates=options.certificates or options.coq, fresh=options.fresh)
        if options.coq is not None and not session.interrupted:
            _with_coq(session, options.coq, terminal, progress)
    terminal.summary(session)
    return _write(session, entries, options)


def _found(options: argparse.Namespace) -> Iterable[Collected]:
    """What is to be decided, once it is sure that the results can be written."""
    from cdmtheory.collect import collect
    from cdmtheory.engine import check_timeout
    from cdmtheory.engine.session import select

    check_timeout(options.timeout)
    if options.jobs is not None and options.jobs < 1:
        raise ValueError(f"--jobs = {options.jobs}; allowed is a whole number >= 1")
    for name in ("json", "html", "junit"):
        if (path := getattr(options, name)) and (name, path) != ("json", "-"):
            _check_writable(f"--{name}", path)
    for option, folder in (("--certificates", options.certificates), ("--coq", options.coq)):
        if folder is not None:
            _make_folder(option, folder)
    select([], options.select)
    return select(collect(options.paths), options.select) if options.paths else _builtin(options.select)


def _nothing_decided(options: argparse.Namespace) -> int:
    """Interrupted before there was anything to decide: reports without claims, for older ones must not pass for those of this run."""
    from cdmtheory.engine.session import Session

    print("interrupted", file=sys.stderr)
    return _write(Session(interrupted=True), [], options)


def _write(session: Session, entries: list[Collected], options: argparse.Namespace) -> int:
    """Every file that was asked for; the exit code of the run, or that of a usage error where one could not be written."""
    from cdmtheory.report.terminal import Terminal

    code = session.exit_code
    for name in ("html", "junit", "json"):
        path = getattr(options, name)
        if not path:
            continue
        if name == "html":
            from cdmtheory.report.page import page

            text = page(session, entries, command=shlex.join(["cdmtheory", "verify", *sys.argv[2:]]) if sys.argv[1:2] == ["verify"] else "cdmtheory verify")
        elif name == "junit":
            from cdmtheory.report.formats import junit

            text = junit(session)
        else:
            text = session.to_json()
        if path == "-" and name == "json":
            sys.stdout.write(text)
            continue
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            instead = "; the verdicts follow on standard output instead" if name == "json" else ""
            Terminal(sys.stderr).error(f"--{name} {path}: {error.strerror or error}{instead}")
            if name == "json":
                sys.stdout.write(text)
            code = USAGE_ERROR
    return code


def _builtin(expression: str | None) -> Iterator[Collected]:
    """The built-in claims that are selected, file by file, under the same ids wherever the package is: ``proofs/…``."""
    from cdmtheory.collect import builtin_claims, collect
    from cdmtheory.engine.session import select

    folder = builtin_claims()

    def each() -> Iterator[Collected]:
        for path in sorted(folder.rglob("*.py")):
            under = path.relative_to(folder.parent).as_posix()
            yield from select([replace(entry, id=entry.id.replace(str(path), under, 1)) for entry in collect([str(path)])], expression)

    return each()


def _with_coq(session: Session, folder: str, terminal: Terminal, progress: Callable[[str, str], None]) -> None:
    """What coqc says of the verdicts. Without coqc, after an interrupt, or where theories cannot be written, they stay as they are."""
    from pathlib import Path

    from cdmtheory.engine.formal import confirm

    try:
        session.verdicts, undecided = confirm(session.verdicts, Path(folder), lambda c: progress("coqc", c.name))
    except OSError as error:
        terminal.note(f"--coq {folder}: {error}")
        return
    except KeyboardInterrupt:
        session.interrupted = True
        return
    for message in undecided:
        terminal.note(message)
    terminal.coq(session.verdicts)


def _make_folder(option: str, path: str) -> None:
    """Refuse a folder that certificates or theories cannot be written to."""
    import os

    try:
        os.makedirs(path, exist_ok=True)
        if not os.access(path, os.W_OK):
            raise PermissionError(None, "it cannot be written to")
    except OSError as error:
        raise ValueError(f"{option} {path}: {error.strerror or error}; give a folder that can be written to") from None


def _check_writable(option: str, path: str) -> None:
    """Refuse an output that cannot be written before hours are spent on its content."""
    from cdmtheory.files import FileProblem, check_writable

    try:
        check_writable(path)
    except FileProblem as problem:
        raise ValueError(f"{option} {problem}") from None
