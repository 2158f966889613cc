"""Imports point only downwards: every module may import its own floor and the floors below it."""

import ast
import sys
from pathlib import Path

import pytest

import cdmtheory

PACKAGE = Path(cdmtheory.__file__).parent

FLOORS = ["check", "coq", "arithmetic", "methods", "modes",  # definitions
          "inputs", "files", "laws", "curved_side", "spectra", "curved", "local_model", "recurrence", "ties", "worst_at_mu", "worst_case", "rates", "simulate",
          "counterexamples", "grokking",  # numbers
          "language", "claims", "collect", "engine",  # claims
          "journal", "progress", "sweeps", "groktimizer", "report", "testing", "pytest_plugin", "commands", "cli", "__main__"]
"""The rooms of the house from the ground up. Below all of them is ``cdmtheory/__init__.py``, which imports nothing by itself."""

EXCEPTIONS = {("methods", "language"): "Method._sympy_ hands a method to SymPy as a term of the language, in a function, when SymPy asks for it"}

FILES = sorted(path for path in PACKAGE.rglob("*.py") if "proofs" not in path.relative_to(PACKAGE).parts)


def floor_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports_of(path: Path) -> list[tuple[int, str]]:
    """Line and full name of every import in a file, those inside functions and ``import_module("…")`` included."""
    package = ["cdmtheory", *path.relative_to(PACKAGE).parts[:-1]]
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ".".join([*package[:len(package) + 1 - node.level], *([node.module] if node.module else [])]) if node.level else str(node.module)
            found += [(node.lineno, f"{base}.{alias.name}" if base == "cdmtheory" else base) for alias in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and isinstance(node.args[0], ast.Constant):
            found.append((node.lineno, node.args[0].value))
    return found


def upward(path: Path) -> list[str]:
    here = floor_of(path)
    wrong = []
    for line, name in imports_of(path):
        parts = (cdmtheory._MODULE_OF.get(name.removeprefix("cdmtheory."), name)).split(".")
        if parts[0] != "cdmtheory" or len(parts) == 1 or parts[1] not in FLOORS:
            continue  # another library, or __version__
        if FLOORS.index(parts[1]) > FLOORS.index(here) and (here, parts[1]) not in EXCEPTIONS:
            wrong.append(f"{path.relative_to(PACKAGE)}:{line} imports {name}, which is above it")
    return wrong


def test_every_module_has_a_floor():
    assert {floor_of(path) for path in FILES} - {"__init__"} <= set(FLOORS), "a new room: say in FLOORS (and in design.md) where it stands"


@pytest.mark.parametrize("path", [p for p in FILES if floor_of(p) != "__init__"], ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_point_downwards(path):
    assert upward(path) == []


def test_the_package_itself_imports_nothing_of_the_rest():
    assert [name for _, name in imports_of(PACKAGE / "__init__.py") if name.startswith("cdmtheory") and name != "cdmtheory.methods"] == []


def test_every_exception_is_still_needed_or_harmless():
    """An import that is excepted stands inside a function: at module level it would be a circle."""
    for path in FILES:
        top = [n for n in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(n, ast.ImportFrom)]
        for node in top:
            target = (node.module or "").split(".")[1:2]
            assert (floor_of(path), *target) not in EXCEPTIONS, f"{path.name}:{node.lineno}"


def test_an_upward_import_is_seen(tmp_path, monkeypatch):
    module = tmp_path / "modes.py"
    module.write_text("def f():\n    from cdmtheory.engine import verify\n    from cdmtheory import worst_rate\n    return verify\n", encoding="utf-8")
    monkeypatch.setattr(sys.modules[__name__], "PACKAGE", tmp_path)
    assert upward(module) == ["modes.py:2 imports cdmtheory.engine, which is above it", "modes.py:3 imports cdmtheory.worst_rate, which is above it"]


@pytest.mark.skipif(not (PACKAGE / "check.py").exists(), reason="check.py comes with the certificates")
def test_the_checker_needs_the_standard_library_alone():
    outside = [name for _, name in imports_of(PACKAGE / "check.py") if name.split(".")[0] not in sys.stdlib_module_names]
    assert outside == []
