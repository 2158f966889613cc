"""What several test files share and pytest has no word for: running the command, claims as text, places in JSON."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import sympy

from cdmtheory.engine.solvers import Solvers

PROJECT = Path(__file__).parent.parent
AMPLE = 240.0  # seconds for what is to be decided: many times what it takes alone, since a verdict is tested here and not a time


def environment(**more: str) -> dict[str, str]:
    """The variables of a reader's shell whose environment is active: the command is found, nothing else is on Python's path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "PYTEST"))}
    return {**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONIOENCODING": "utf-8", **more}


def with_patience(attempt: Callable[[Solvers], Any]) -> Any:
    """What an attempt with solvers gives; where a lemma was given up for want of time, once more and with more of it, as ``decide`` does."""
    for patience in (1.0, 4.0, 16.0):
        with Solvers(patience=patience) as solvers:
            found = attempt(solvers)
        if found or not solvers.hurried:
            break
    return found


def approached_far_out(e: Any, y: Any, limit: Any) -> bool:
    """Whether the values of an expression at 10^20, 10^60 and 10^100 approach a limit; they are taken with mpmath's digits."""
    at = sympy.lambdify(y, e, "mpmath")
    far = [at(mpmath.mpf(10) ** n) for n in (20, 60, 100)]
    if limit in (sympy.oo, -sympy.oo):
        return all((v > 0) == (limit == sympy.oo) for v in far) and abs(far[0]) < abs(far[1]) < abs(far[2])
    distance = [abs(v - mpmath.mpf(sympy.N(limit, 60))) for v in far]
    return distance[2] < 1e-10 or (distance[2] < distance[1] < distance[0] and distance[2] < 0.3)


def as_certificate(*parts: dict) -> dict:
    """Parts as a certificate of a claim without a name."""
    about = {"name": "", "title": "", "statement": "", "hypotheses": []}
    return {"format": "cdmtheory certificate", "schema": 1, "claim": about, "parts": [{"role": "", "statement": "", **part} for part in parts]}


def places(node, path=()):
    """All places in a JSON value, each as the keys that lead there."""
    yield path
    for key, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(value, (*path, key))


def at(node, path):
    """What stands at a place."""
    for key in path:
        node = node[key]
    return node
