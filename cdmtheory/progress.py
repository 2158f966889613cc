"""A progress bar for whoever waits longer than two seconds at a terminal; nobody else sees anything of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["late_bar"]

_LATE = 2.0  # seconds


@contextmanager
def late_bar(total: int, *, shown: bool = True) -> Iterator[Callable[[int, str], None]]:
    """``advance(n, what)`` moves the bar, on standard error, by n of ``total`` and says what is being done."""
    if not (shown and sys.stderr.isatty()):
        yield lambda n, what: None
        return
    from threading import Timer

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=total)
    late = Timer(_LATE, bar.start)
    late.daemon = True
    late.start()
    try:
        yield lambda n, what: bar.update(task, advance=n, description=what)
    finally:
        late.cancel()
        bar.stop()
