"""Finding claims in files: which files are claim files is seen without running them; what they hold, by running them."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import importlib.util
import os
import sys
import traceback
import types
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdmtheory.claims import Claim, ClaimError, Derivation, misread_in_source

__all__ = ["Collected", "builtin_claims", "collect"]


@dataclass(frozen=True)
class Collected:
    """One entry of a collection: a claim under its id, or the error that stood in the way of a file."""

    id: str
    claim: Claim | Derivation | None
    error: str | None = None
    path: Path | None = None


@dataclass(frozen=True)
class _Source:
    shown: str  # the path as given
    path: Path
    only: str | None = None  # ``file::name``


def builtin_claims() -> Path:
    """The folder of the built-in claims: beside this package in a checkout, inside it where it is installed."""
    package = Path(__file__).resolve().parent
    for folder in (package / "proofs", package.parent / "proofs"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError("the built-in claims (folder proofs) are missing from this installation; reinstall cdmtheory")


def collect(paths: Iterable[str]) -> list[Collected]:
    """All claims under the given paths (files, ``file::name``, folders), in file order; each claim once, where it is defined.

    A missing path, a file that mentions cdmtheory and cannot be parsed, and one that fails to run are entries with an error.
    """
    entries: list[Collected] = []
    sources: list[_Source] = []
    slots: list[Any] = []
    for given in paths:
        for found in _expand(given):
            slots.append(found)
            if isinstance(found, _Source):
                sources.append(found)
    modules = _run_all(sources)
    owner = _owners(sources, modules)
    seen: set[tuple[int, str]] = set()
    for slot in slots:
        if isinstance(slot, Collected):
            entries.append(slot)
            continue
        module = modules[slot.path]
        if isinstance(module, str):
            if (0, str(slot.path)) not in seen:
                seen.add((0, str(slot.path)))
                entries.append(Collected(slot.shown, None, module, slot.path))
            continue
        matched = False
        for name, value in list(vars(module).items()):
            if not isinstance(value, (Claim, Derivation)) or (slot.only is not None and name != slot.only):
                continue
            matched = True
            if slot.only is None and owner[id(value)] != (slot.path, name):
                continue
            if (id(value), "claim") not in seen:
                seen.add((id(value), "claim"))
                entries.append(Collected(f"{slot.shown}::{name}", value, None, slot.path))
        if slot.only is not None and not matched:
            held = [n for n, v in vars(module).items() if isinstance(v, (Claim, Derivation))]
            reason = f"there is no claim named {slot.only!r}; the file holds {', '.join(held) or 'none'}"
            entries.append(Collected(f"{slot.shown}::{slot.only}", None, reason, slot.path))
    return entries


def _expand(given: str) -> list[_Source | Collected]:
    file, separator, name = given.partition("::")
    path = Path(file)
    if path.is_dir():
        if separator:
            return [Collected(given, None, f"{file} is a folder; FILE::NAME needs a file")]
        return [source for p in sorted(_python_files(path)) for source in _if_claims(str(p), p, None)]
    if not path.is_file():
        return [Collected(given, None, f"there is no file or folder {file}; give the path of a claim file, or of a folder that holds some")]
    if path.suffix != ".py":
        return [Collected(given, None, f"{file} is not a Python file; a claim file ends in .py")]
    return _if_claims(file, path, name if separator else None)


def _python_files(folder: Path) -> Iterator[Path]:
    """Those in a folder and below, but for what is hidden, caches, and virtual environments, whose packages are not the user's."""
    for here, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if not f.startswith(".") and f != "__pycache__" and not Path(here, f, "pyvenv.cfg").is_file()]
        yield from (Path(here, f) for f in files if f.endswith(".py") and not f.startswith("."))


def _if_claims(shown: str, path: Path, only: str | None) -> list[_Source | Collected]:
    """The file if it imports from cdmtheory; nothing if it does not; an error if that cannot be seen."""
    try:
        data = path.read_bytes()
        tree = ast.parse(data, filename=shown)
    except (SyntaxError, ValueError) as error:
        if b"cdmtheory" not in data:
            return []
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        return [Collected(shown, None, f"the file cannot be parsed: {error.msg if isinstance(error, SyntaxError) else error}{line}", path.resolve())]
    except OSError as error:
        return [Collected(shown, None, f"the file cannot be read: {error.strerror or error}", path.resolve())]
    return [_Source(shown, path.resolve(), only)] if _imports_package(tree) else []


def _imports_package(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(a.name.split(".")[0] == "cdmtheory" for a in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").split(".")[0] == "cdmtheory":
            return True
    return False


def _run_all(sources: list[_Source]) -> dict[Path, types.ModuleType | str]:
    """Every file run once; a file that was already imported by another is not run again."""
    modules: dict[Path, types.ModuleType | str] = {}
    before = set(sys.modules)
    try:
        for source in sources:
            if source.path not in modules:
                modules[source.path] = _run(source, before)
    finally:
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).resolve() in modules:
                del sys.modules[name]
        for folder in {source.path.parent for source in sources}:
            _forget(folder, before, own=True)
    return modules


def _run(source: _Source, before: set[str]) -> types.ModuleType | str:
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None)
        if file and Path(file).resolve() == source.path:
            return sys.modules[name]
    folder = str(source.path.parent)
    stem = source.path.stem
    clash = stem in sys.modules or stem in sys.stdlib_module_names or not stem.isidentifier()
    name = f"_cdmtheory_claims_{hashlib.sha256(str(source.path).encode()).hexdigest()[:12]}" if clash else stem
    spec = importlib.util.spec_from_file_location(name, source.path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    _forget(source.path.parent, before, own=False)
    sys.modules[name] = module
    sys.path.insert(0, folder)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            spec.loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except SystemExit as stop:
        sys.modules.pop(name, None)
        return f"the file ends the program (SystemExit {stop.code!r}); a claim file only defines claims"
    except BaseException as error:
        sys.modules.pop(name, None)
        return _explain(error, source)
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(folder)
    tree = ast.parse(source.path.read_bytes())
    for _, message in misread_in_source(tree, vars(module)):
        sys.modules.pop(name, None)
        return message
    return module


def _own_module(folder: Path, name: str) -> Path | None:
    """The file that ``import name`` means to a claim file in this folder, if there is one beside it."""
    top = name.partition(".")[0]
    return next((p for p in (folder / f"{top}.py", folder / top / "__init__.py") if top != "cdmtheory" and p.is_file()), None)


def _forget(folder: Path, before: set[str], *, own: bool) -> None:
    """Drop what claim files imported from beside them (``own``), or namesakes from other folders that would stand in for it."""
    for name in sorted(set(sys.modules) - before, reverse=True):  # a package after what is inside it
        top = sys.modules.get(name.partition(".")[0])
        file, mine = getattr(top, "__file__", None), _own_module(folder, name)
        if file and mine and (Path(file).resolve() == mine) is own:
            del sys.modules[name]


def _explain(error: BaseException, source: _Source) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).resolve() == source.path]
    where = f" (line {lines[-1]})" if lines else ""
    message = f"{type(error).__name__}: {error}" if not isinstance(error, ClaimError) else str(error)
    if isinstance(error, TypeError) and "truth value of Relational" in str(error):
        message = "a comparison was used as a yes-or-no value; a chained comparison such as 0 < a < 1 does that: write And(0 < a, a < 1)"
    return message + where


def _owners(sources: list[_Source], modules: dict[Path, types.ModuleType | str]) -> dict[int, tuple[Path, str]]:
    """For every claim the file and the first name it belongs to: the file that made it, else one that does not merely import it."""
    made: dict[int, tuple[Path, str]] = {}
    owners: dict[int, tuple[Path, str]] = {}
    borrowed: dict[int, tuple[Path, str]] = {}
    for path in dict.fromkeys(s.path for s in sources):
        module = modules[path]
        if isinstance(module, str):
            continue
        imported = _imported_names(ast.parse(path.read_bytes()))
        for name, value in vars(module).items():
            if isinstance(value, (Claim, Derivation)):
                into = made if value.made_in == str(path) else borrowed if name in imported or _comes_from_import(value, module, imported) else owners
                into.setdefault(id(value), (path, name))
    return {**borrowed, **owners, **made}


def _imported_names(tree: ast.Module) -> set[str]:
    return {alias.asname or alias.name for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names}


def _comes_from_import(value: Any, module: types.ModuleType, imported: set[str]) -> bool:
    """Whether the claim reached the module by ``import *``, or by another name for one that was imported."""
    if any(getattr(module, name, None) is value for name in imported):
        return True
    return "*" in imported and any(other is not module and getattr(other, "__file__", None) and any(v is value for v in vars(other).values())
                                   for other in list(sys.modules.values()) if isinstance(other, types.ModuleType) and other.__name__ != module.__name__
                                   and "cdmtheory" not in other.__name__)
