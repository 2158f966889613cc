"""How the findings are written: numbers, intervals, verdicts, and a section with its table in Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from textwrap import fill

__all__ = ["interval", "number", "section", "verdict"]


def verdict(good: int, total: int) -> str:
    """Of so many cases, so many bear the claim out."""
    return "**SUPPORTED**" if good == total else "**NOT SUPPORTED**" if good == 0 else "**DEPENDS**"


def number(value: float) -> str:
    """Three digits, or all of a whole number; infinity is never."""
    return "never" if math.isinf(value) else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"


def interval(found: tuple[float, float, float]) -> str:
    """A median with its interval, as :func:`cdmtheory.groktimizer.table.medians` gives them."""
    value, low, high = map(number, found)
    return value if low == high else f"{value} [{low}, {high}]"


def section(title: str, good: int, total: int, text: str, columns: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A heading with the verdict, the text, and the table."""
    table = "\n".join("| " + " | ".join(line) + " |" for line in (columns, ["---"] * len(columns), *lines))
    return f"## {title}: {verdict(good, total)}\n\n{fill(text, 150, break_on_hyphens=False)}\n\n{table}\n" if total else ""
