"""What the program says about a claim."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

__all__ = ["VERDICTS", "Verdict"]

VERDICTS = {
    "PROVED": "holds wherever the hypotheses do",
    "REFUTED": "there is a point within the hypotheses at which it fails",
    "VACUOUS": "the hypotheses contradict each other, so it says nothing",
    "UNDECIDED": "neither was shown; the evidence is given",
    "DISAGREEMENT": "two engines contradict each other: a bug of this program, please report it",
    "ERROR": "the file or the claim could not be loaded",
}


@dataclass(frozen=True)
class Verdict:
    """A verdict with its evidence; the attributes are the fields of the JSON output.

    ``verdict`` is a key of ``VERDICTS``; ``by`` lists what carried it; ``scope`` is "all" or what the verdict was narrowed to;
    ``counterexample`` has the exact point and both sides; ``assumed`` the human steps; ``reason`` why it is undecided.
    """

    id: str
    title: str
    statement: str
    latex: str
    hypotheses: list[str]
    verdict: str
    by: list[str] = field(default_factory=list)
    scope: str = "all"
    seconds: float = 0.0
    counterexample: dict[str, Any] | None = None
    certificate: str | None = None
    assumed: list[str] = field(default_factory=list)
    reason: str | None = None
    near_misses: list[dict[str, str]] = field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The verdict as one entry of the JSON output."""
        return asdict(self)

    def with_(self, **changes: Any) -> Verdict:
        """The verdict with some fields changed."""
        return replace(self, **changes)

    def __str__(self) -> str:
        return f"{self.verdict}: {self.title}"

    def _repr_latex_(self) -> str:
        """For notebooks: verdict and title in words, the statement in mathematics."""
        title = "".join({"\\": r"\backslash ", "^": r"\^{}", "~": r"\~{}"}.get(c, "\\" + c if c in "&%$#_{}" else c) for c in self.title)
        return rf"$\displaystyle \textbf{{{self.verdict}}}\quad \text{{{title}}}\quad {self.latex}$"
