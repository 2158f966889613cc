"""Verdicts for other programs: annotations of a GitHub workflow, and JUnit's XML."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

if TYPE_CHECKING:
    from cdmtheory.collect import Collected
    from cdmtheory.engine.session import Session
    from cdmtheory.engine.verdict import Verdict

__all__ = ["decided", "explanation", "failed", "fails_at", "github", "junit", "line_of_definition", "readable"]

LONGEST_SIDE = 60  # characters of an exact fraction that is shown as it is


def failed(verdict: Verdict) -> bool:
    """Whether it makes the exit code of verify other than 0: not proved, or a near miss that was not refuted."""
    return verdict.verdict != "PROVED" or any(m["verdict"] != "REFUTED" for m in verdict.near_misses)


def decided(verdict: Verdict) -> str:
    """The verdict and what carried it, if anything did."""
    return f"{verdict.verdict} by {', '.join(verdict.by)}" if verdict.by else verdict.verdict


def fails_at(found: dict[str, Any]) -> str:
    """The point of a counterexample in words; a statement that is False has none."""
    return "fails at " + ", ".join(f"{name} = {x}" for name, x in found["point"].items()) if found["point"] else "is false"


def readable(side: str) -> str:
    """A side of a counterexample as people read it: of a long exact fraction its value in decimals. The JSON has all digits."""
    if len(side) <= LONGEST_SIDE or not set(side) <= set("-/0123456789"):
        return side
    return f"{Decimal(Fraction(side).numerator) / Decimal(Fraction(side).denominator):.20g}… (an exact fraction of {len(side)} characters)"


def explanation(verdict: Verdict) -> str:
    """What was claimed and what stands against it, as plain text of a few lines."""
    lines = [f"claimed: {verdict.statement}"] if verdict.statement else []
    if verdict.hypotheses:
        lines.append(f"given: {'; '.join(verdict.hypotheses)}")
    found = verdict.counterexample
    if found:
        lines.append(fails_at(found))
        lines += [f"{side} side: {readable(found[key])}" for side, key in (("left", "lhs"), ("right", "rhs")) if found[key] is not None]
    if verdict.reason:
        lines.append(verdict.reason)
    lines += [f"near miss {m['verdict']}, expected REFUTED: {m['statement']}" for m in verdict.near_misses if m["verdict"] != "REFUTED"]
    return "\n".join(lines)


def line_of_definition(path: Path, name: str) -> int | None:
    """The line on which a file binds a name at module level; None if that cannot be seen."""
    return _bindings(path).get(name)


@cache
def _bindings(path: Path) -> dict[str, int]:
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return {}
    return {node.id: node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def github(verdict: Verdict, entry: Collected | None) -> str | None:
    """The workflow command that puts a failure next to the line that claims it; None for what is as claimed."""
    if not failed(verdict):
        return None
    place = []
    if entry is not None and entry.path is not None:
        file, _, name = verdict.id.partition("::")
        line = line_of_definition(entry.path, name) if name else _line_in(verdict.reason)
        place = [f"file={_property(file)}"] + ([f"line={line}"] if line else [])
    level = "warning" if verdict.verdict == "UNDECIDED" else "error"
    title = f"{verdict.verdict if verdict.verdict != 'PROVED' else 'near miss not refuted'}: {verdict.title}"
    return f"::{level} {','.join([*place, f'title={_property(title)}'])}::{_message(explanation(verdict))}"


def _line_in(reason: str | None) -> str | None:
    found = re.search(r"\(line (\d+)\)", reason or "")
    return found.group(1) if found else None


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(session: Session) -> str:
    """The run as JUnit's XML: a suite for every file, a case for every claim. What is UNDECIDED counts as a failure too, of that type."""
    root = ElementTree.Element("testsuites", name="cdmtheory", time=f"{session.seconds:.3f}")
    totals = {"tests": 0, "failures": 0, "errors": 0}
    for file, group in groupby(session.verdicts, key=lambda v: v.id.partition("::")[0]):
        verdicts: Sequence[Verdict] = list(group)
        errors = sum(v.verdict == "ERROR" for v in verdicts)
        counts = {"tests": len(verdicts), "failures": sum(failed(v) for v in verdicts) - errors, "errors": errors}
        totals = {name: totals[name] + counts[name] for name in totals}
        suite = ElementTree.SubElement(root, "testsuite", {"name": _plain(file), "time": f"{sum(v.seconds for v in verdicts):.3f}", "skipped": "0",
                                                           **{name: str(n) for name, n in counts.items()}})
        for v in verdicts:
            case = ElementTree.SubElement(suite, "testcase", name=_plain(v.id.partition("::")[2] or v.id), classname=_plain(file), time=f"{v.seconds:.3f}")
            if failed(v):
                trouble = ElementTree.SubElement(case, "error" if v.verdict == "ERROR" else "failure", type=v.verdict if v.verdict != "PROVED" else "NEAR MISS",
                                                 message=_plain((v.reason if v.verdict == "ERROR" else None) or v.title))
                trouble.text = _plain(explanation(v))
            ElementTree.SubElement(case, "system-out").text = _plain(f"{decided(v)}: {v.title}")
    for name, n in totals.items():
        root.set(name, str(n))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _plain(text: str) -> str:
    """Without the characters that XML 1.0 has no place for."""
    return _NOT_XML.sub("\ufffd", text)
