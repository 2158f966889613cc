"""Annotations and JUnit's XML: what a failure is, what is escaped, which line it points to."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from cdmtheory.collect import Collected
from cdmtheory.engine.session import Session
from cdmtheory.engine.verdict import Verdict
from cdmtheory.report.formats import decided, failed, fails_at, github, junit, line_of_definition, readable


def verdict(kind: str, miss: str | None = None, **more: str) -> Verdict:
    made = Verdict(id="a.py::name", title="a title", statement="x < 1", latex="", hypotheses=[], verdict=kind,
                   near_misses=[] if miss is None else [{"statement": "x < 2", "verdict": miss}])
    return made.with_(**more)


@pytest.mark.parametrize("kind", ["PROVED", "REFUTED", "VACUOUS", "UNDECIDED", "DISAGREEMENT", "ERROR"])
@pytest.mark.parametrize("miss", [None, "REFUTED", "PROVED", "UNDECIDED", "VACUOUS"])
def test_what_fails_is_what_makes_the_exit_code_differ_from_0(kind: str, miss: str | None) -> None:
    v = verdict(kind, miss)
    assert failed(v) == (Session([v]).exit_code != 0)
    assert (github(v, None) is None) == (not failed(v))
    assert (ElementTree.fromstring(junit(Session([v]))).find(".//testcase")[0].tag in ("failure", "error")) == failed(v)


def test_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("import os\n\nfirst = 1\nif first:\n    second = 2\n", encoding="utf-8")
    assert [line_of_definition(file, name) for name in ("first", "second", "third")] == [3, 5, None]
    assert line_of_definition(tmp_path / "missing.py", "first") is None


def test_special_characters(tmp_path: Path) -> None:
    line = github(verdict("ERROR", title="100%: a, b\nc", reason="first\nsecond (line 7)", id="my,file.py"),
                  Collected("my,file.py", None, "x", tmp_path / "my,file.py"))
    assert line == "::error file=my%2Cfile.py,line=7,title=ERROR%3A 100%25%3A a%2C b%0Ac::claimed: x < 1%0Afirst%0Asecond (line 7)"
    root = ElementTree.fromstring(junit(Session([verdict("REFUTED", title="a \x00 <b> \x1b[0m", statement="x < 1 & y")])))
    assert "x < 1 & y" in root.find(".//failure").text


def test_what_has_no_point_and_what_nothing_carried_is_said_in_words() -> None:
    assert fails_at({"point": {}, "lhs": None, "rhs": None}) == "is false"


def test_long_fractions_are_read_in_decimals():
    long = f"{10**80 + 1}/{3 * 10**80}"
    assert readable(long).startswith("0.33333333333333333333… (an exact fraction of")
    assert [readable(short) for short in ("16/65", "-3", "[0.97 +/- 3.91e-4]")] == ["16/65", "-3", "[0.97 +/- 3.91e-4]"]
    assert fails_at({"point": {"mu": "1", "L": "1/2"}, "lhs": None, "rhs": None}) == "fails at mu = 1, L = 1/2"
    assert decided(verdict("UNDECIDED")) == "UNDECIDED"
    assert decided(verdict("PROVED", by=["algebra", "z3"])) == "PROVED by algebra, z3"
    case = ElementTree.fromstring(junit(Session([verdict("ERROR", title="a.py", reason="NameError (line 3)")]))).find(".//error")
    assert case is not None
    assert case.get("message") == "NameError (line 3)"
