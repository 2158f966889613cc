"""How a process of this package is started, whatever lies in the folder the user works in."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["command"]

ROOT = str(Path(__file__).parents[2])


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs ``main()`` of a module of this very package.

    ``python -m`` would look into the current folder first: there a user's ``queue.py`` or ``sympy.py`` may lie, or another copy of this package.
    """
    return [sys.executable, "-P", "-c", f"import sys; {ROOT!r} in sys.path or sys.path.insert(0, {ROOT!r}); from {module} import main; main()", *arguments]
