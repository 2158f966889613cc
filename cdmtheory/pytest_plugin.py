"""A plugin for pytest: ``pytest --claims`` collects claim files too and decides them as ``cdmtheory verify`` does.

Without ``--claims`` it does nothing, and imports nothing of the package either.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cdmtheory.collect import Collected
    from cdmtheory.engine.verdict import Verdict

__all__ = ["ClaimFile", "ClaimItem"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """The two options."""
    group = parser.getgroup("cdmtheory", "claims about first-order methods")
    group.addoption("--claims", action="store_true",
                    help="collect claim files of cdmtheory as tests: a claim passes if it is PROVED and its near misses are REFUTED")
    group.addoption("--claims-timeout", type=float, default=60, metavar="SECONDS", help="per claim, and per near miss (default: 60)")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Every Python file is looked at, by its source alone, once --claims is given; only claim files have items."""
    if not parent.config.getoption("--claims") or file_path.suffix != ".py":
        return None
    found: pytest.Collector = ClaimFile.from_parent(parent, path=file_path)
    return found


class ClaimFailed(Exception):
    """A claim that is not as claimed."""

    def __init__(self, verdict: Verdict) -> None:
        from cdmtheory.report.formats import explanation

        super().__init__(f"{verdict.verdict}: {verdict.title}\n{explanation(verdict)}")


class ClaimFile(pytest.File):
    """A file and its claims, which are decided together, by one call, when the first of them is run."""

    _verdicts: dict[str, Verdict] | None = None

    def collect(self) -> Iterator[pytest.Item]:
        from cdmtheory.collect import collect

        for entry in collect([str(self.path)]):
            yield ClaimItem.from_parent(self, name=entry.id.partition("::")[2] or "file", entry=entry)

    def verdict(self, entry: Collected) -> Verdict:
        """The verdict on one of the claims."""
        if self._verdicts is None:
            from cdmtheory.engine.session import verify_all

            wanted = [item.entry for item in self.session.items if isinstance(item, ClaimItem) and item.parent is self]
            session = verify_all(wanted, timeout=self.config.getoption("--claims-timeout"))
            if session.interrupted:
                raise KeyboardInterrupt
            if session.internal_error:
                raise RuntimeError(f"internal error of cdmtheory, please report it: {session.internal_error}")
            self._verdicts = {v.id: v for v in session.verdicts}
        return self._verdicts[entry.id]


class ClaimItem(pytest.Item):
    """One claim, or a file that could not be loaded."""

    def __init__(self, *, entry: Collected, **rest: Any) -> None:
        super().__init__(**rest)
        self.entry = entry

    def runtest(self) -> None:
        from cdmtheory.report.formats import decided, failed

        assert isinstance(self.parent, ClaimFile)
        verdict = self.parent.verdict(self.entry)
        self.add_report_section("call", "verdict", decided(verdict))
        if failed(verdict):
            raise ClaimFailed(verdict)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return str(excinfo.value) if isinstance(excinfo.value, ClaimFailed) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        from cdmtheory.report.formats import line_of_definition

        line = line_of_definition(self.path, self.name)
        return self.path, None if line is None else line - 1, f"claim {self.name}"
