"""Verdicts on a terminal: one line each, and for what failed the reason and what to do; plain where there is no colour."""

from __future__ import annotations

import contextlib
import textwrap
import time
from collections.abc import Callable, Iterator, Sized
from typing import TYPE_CHECKING, Any, TextIO

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from cdmtheory.collect import Collected
    from cdmtheory.engine.session import Session
    from cdmtheory.engine.verdict import Verdict

__all__ = ["Terminal"]

STYLES = {"PROVED": "green", "REFUTED": "red", "VACUOUS": "yellow", "UNDECIDED": "yellow", "DISAGREEMENT": "bold red", "ERROR": "red"}
SHOW_PROGRESS_AFTER = 2.0  # seconds
INDENT = 13
NEXT = {
    "REFUTED": "next: correct the statement, or add to given what excludes this point",
    "VACUOUS": "next: drop or weaken one of them; nothing can be learnt from a claim without a case",
    "UNDECIDED": "next: stronger hypotheses in given, the claim in parts, or hints; a larger --timeout if all of it was used",
    "DISAGREEMENT": "next: please report it, with the claim; do not rely on either answer",
}


class Terminal:
    """Writes to one stream, in colour only if that is a terminal."""

    def __init__(self, stream: TextIO) -> None:
        self.console = Console(file=stream, highlight=False, soft_wrap=not stream.isatty())
        self.ascii = (getattr(stream, "encoding", None) or "ascii").lower() not in ("utf-8", "utf8")

    def error(self, message: str) -> None:
        """A usage error, on one line."""
        self._line(f"[red]error[/red]: {escape(message)}")

    def raw(self, line: str | None) -> None:
        """A line for another program, as it is; None is no line."""
        if line is not None:
            self.console.out(line.encode("ascii", "backslashreplace").decode() if self.ascii else line, highlight=False)

    def say(self, text: str, *, heading: bool = False) -> None:
        """Text as it is, a heading in bold."""
        for line in text.split("\n"):
            self._line(f"[bold]{escape(line)}[/bold]" if heading else escape(line))

    def listing(self, entries: list[Collected]) -> None:
        """What would be decided."""
        for entry in entries:
            self._line(escape(f"{entry.id}  {entry.claim.title if entry.claim else 'ERROR: ' + str(entry.error)}"))

    def verdict(self, verdict: Verdict) -> None:
        """One verdict, with what a reader needs if it is not as hoped."""
        style = STYLES[verdict.verdict]
        by = f" by {', '.join(verdict.by)}" if verdict.by else ""
        self._line(f"[{style}]{verdict.verdict:<12}[/{style}] {escape(verdict.id)}  [dim]{verdict.seconds:.1f} s{escape(by)}[/dim]")
        if verdict.verdict != "PROVED":
            if verdict.statement and verdict.verdict != "ERROR":
                self._detail(f"claimed: {verdict.statement}")
            if verdict.counterexample:
                self._counterexample(verdict.counterexample)
            if verdict.verdict == "VACUOUS":
                self._detail(f"no values satisfy all of: {'; '.join(verdict.hypotheses)}")
            if verdict.reason:
                self._detail(verdict.reason)
            if verdict.verdict in NEXT:
                self._detail(NEXT[verdict.verdict], dim=True)
        for miss in verdict.near_misses:
            if miss["verdict"] != "REFUTED":
                self._detail(f"near miss {miss['verdict']}, expected REFUTED: {miss['statement']}")

    def _counterexample(self, found: dict[str, Any]) -> None:
        from cdmtheory.report.formats import fails_at, readable

        left, right = (shown if shown is None else readable(shown) for shown in (found["lhs"], found["rhs"]))
        both = f": left side {left}, right side {right}" if left is not None or right is not None else ""
        self._detail(f"{fails_at(found)}{both}")

    def coq(self, verdicts: list[Verdict]) -> None:
        """What coqc said of them."""
        for verdict in verdicts:
            if verdict.verdict == "DISAGREEMENT":
                self.verdict(verdict)
        self.note(f"{sum('coq' in v.by for v in verdicts)} of {len(verdicts)} carried by coq, "
                  f"{sum(v.verdict == 'PROVED' and not v.assumed for v in verdicts)} rest on no assumed step")

    def note(self, message: str) -> None:
        """A remark, on one line."""
        self._line(escape(message))

    def summary(self, session: Session) -> None:
        """The last line of a run."""
        counts = ", ".join(f"{n} {name}" for name, n in session.counts.items()) or ("no claim decided" if session.interrupted else "no claims found")
        misses = [m for v in session.verdicts for m in v.near_misses]
        refuted = sum(m["verdict"] == "REFUTED" for m in misses)
        near = f"; {refuted} of {len(misses)} near misses refuted" if misses else ""
        if session.internal_error:
            self._line(f"[bold red]internal error[/bold red]: {escape(session.internal_error)}; please report it")
        if session.interrupted:
            self._line("interrupted; these are the verdicts so far")
        self._line(f"[bold]{counts}[/bold]{near} in {session.seconds:.1f} s")
        if not session.verdicts and not session.interrupted and not session.internal_error:
            self._detail("next: a claim file is a .py file that imports from cdmtheory and holds claims at module level; see cdmtheory verify --help")

    @contextlib.contextmanager
    def progress(self, claims: Sized) -> Iterator[Callable[[str, str], None]]:
        """A line per claim in work with what is being tried, on a terminal and only if it takes long enough to be wanted.

        ``claims``: those known so far, which may be growing.
        """
        if not self.console.is_terminal:
            yield lambda *_: None
            return
        began = time.monotonic()
        current: dict[str, str] = {}
        with self.console.status("") as status:

            def tell(name: str, message: str) -> None:
                current.pop(name, None)
                current[name] = message
                if time.monotonic() - began > SHOW_PROGRESS_AFTER:
                    recent = list(current.items())[-2:]
                    status.update(escape(f"of {len(claims)}: " + " | ".join(f"{n.split('/')[-1]}: {m}" for n, m in recent)))

            yield tell

    def _detail(self, text: str, *, dim: bool = False) -> None:
        """An indented line; on a terminal a long one goes on under its own beginning, in a pipe it stays one line."""
        lines = [text]
        if self.console.is_terminal:
            width = max(20, self.console.width - INDENT - 1)
            lines = [part for line in text.splitlines() for part in textwrap.wrap(line, width, subsequent_indent="  ", break_on_hyphens=False) or [""]]
        for line in lines:
            shown = f"{' ' * INDENT}{escape(line)}"
            self._line(f"[dim]{shown}[/dim]" if dim else shown)

    def _line(self, markup: str) -> None:
        if self.ascii:
            markup = markup.encode("ascii", "backslashreplace").decode()
        self.console.print(markup)
