"""What several test files share and pytest has no word for: running the command, claims as text, places in JSON."""

import os
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent


def environment(**more: str) -> dict[str, str]:
    """The variables of a reader's shell whose environment is active: the command is found, nothing else is on Python's path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "PYTEST"))}
    return {**kept, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}", "PYTHONIOENCODING": "utf-8", **more}


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
