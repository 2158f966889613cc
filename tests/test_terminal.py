"""Verdicts on a terminal: in colour and without, in a pipe, in ASCII, at 80 columns; what failed says what to do next."""

from __future__ import annotations

import io
import re

import pytest

from cdmtheory.engine.session import Session
from cdmtheory.engine.verdict import VERDICTS, Verdict
from cdmtheory.report.terminal import NEXT, Terminal

LONG = "a sentence of many words that goes on and on " * 6
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def verdict(kind: str) -> Verdict:
    found = {"point": {"mu": "1/3", "L": "sqrt(2)"}, "lhs": "1", "rhs": "[bold]2[/bold]"} if kind == "REFUTED" else None
    return Verdict(id="claims.py::κ_one", title="t", statement=LONG, latex="", hypotheses=["0 < mu <= L", "eta > 0"], verdict=kind, counterexample=found,
                   reason=LONG if kind in ("UNDECIDED", "ERROR", "DISAGREEMENT") else None)


class Stream(io.TextIOWrapper):
    def __init__(self, *, tty: bool, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)


def shown(monkeypatch: pytest.MonkeyPatch, kind: str, *, tty: bool, encoding: str = "utf-8", **variables: str) -> str:
    for name in ("NO_COLOR", "TERM", "COLORTERM", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    for name, value in ({"TERM": "xterm-256color"} | variables).items():
        monkeypatch.setenv(name, value)
    stream = Stream(tty=tty, encoding=encoding)
    terminal = Terminal(stream)
    terminal.verdict(verdict(kind))
    terminal.summary(Session([verdict(kind)], seconds=1.0))
    return stream.text()


@pytest.mark.parametrize("kind", VERDICTS)
def test_at_80_columns_lines_go_on_under_their_beginning(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, kind, tty=True)
    assert ANSI.search(text)
    lines = ANSI.sub("", text).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith(f"{kind:<12} claims.py")
    assert all(line.startswith(" " * 13) for line in lines[1:-1])
    if kind in NEXT:
        assert "next: " in text


@pytest.mark.parametrize("kind", VERDICTS)
def test_in_a_pipe_and_without_colour(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = shown(monkeypatch, kind, tty=False)
    assert not ANSI.search(piped)
    assert not any(line.startswith(" " * 15) for line in piped.splitlines()), "one line each, for grep"
    plain = shown(monkeypatch, kind, tty=True, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", plain)
    assert not ANSI.search(shown(monkeypatch, kind, tty=True, TERM="dumb"))
    if kind == "REFUTED":
        assert "right side [bold]2[/bold]" in piped, "no markup in what is shown"


@pytest.mark.parametrize("kind", VERDICTS)
def test_on_an_ascii_terminal(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, kind, tty=True, encoding="ascii")
    assert text.isascii()
    assert r"claims.py::\u03ba_one" in text


def test_nothing_found_says_what_a_claim_file_is() -> None:
    stream = Stream(tty=False)
    Terminal(stream).summary(Session([]))
    assert "no claims found" in stream.text()
    assert "a claim file is a .py file that imports from cdmtheory" in stream.text()
