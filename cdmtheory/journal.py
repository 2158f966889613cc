"""What a long run has finished, one JSON line each, so that a later run goes on where it stopped.

A line is keyed by a hash of the version of this package, the task, its source and its arguments: when one of these changes, the
result is computed again. A line torn by a crash is passed over, and computed again too.
"""

from __future__ import annotations

import hashlib
import inspect
import json
import os
import pickle
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

from cdmtheory import __version__

__all__ = ["Journal", "key_of", "plain"]


class Journal:
    """Finished results by key, in a file that only grows; with ``path`` None nothing is remembered and nothing is changed.

    Raises
    ------
    ValueError
        If the file cannot be read or written.
    """

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self._file: BinaryIO | None = None
        self.finished: dict[str, Any] = {}
        if path is None:
            return
        try:
            if Path(path).exists():
                self.finished = _read(Path(path))
            self._file = open(path, "ab")  # noqa: SIM115 — until close()
        except OSError as error:
            raise ValueError(f"journal = {os.fspath(path)!r}: {error.strerror or error}; "
                             "give the path of a file that can be written, in a folder that exists") from None
        if self._file.tell() and not Path(path).read_bytes().endswith(b"\n"):
            self._file.write(b"\n")  # after a torn line

    def add(self, entries: Iterable[tuple[str, str, Mapping[str, Any], float, Any]]) -> None:
        """Write down (key, name of the task, arguments, seconds, result) of what was finished, at once."""
        if self._file is None:
            return
        lines = [json.dumps({"key": key, "task": name, "arguments": {n: _shown(v) for n, v in arguments.items()}, "seconds": round(seconds, 6),
                             "result": result}) for key, name, arguments, seconds, result in entries]
        self._file.write("".join(line + "\n" for line in lines).encode())
        self._file.flush()

    def close(self) -> None:
        """Nothing more is written down."""
        if self._file is not None:
            self._file.close()


def _read(path: Path) -> dict[str, Any]:
    found = {}
    for line in path.read_bytes().splitlines():
        try:
            entry = json.loads(line)
            found[entry["key"]] = entry["result"]
        except (ValueError, TypeError, KeyError):
            continue  # torn, or not ours
    return found


def key_of(task: Callable[..., Any]) -> Callable[[Mapping[str, Any]], str]:
    """The key of every set of arguments of one task."""
    try:
        source = inspect.getsource(task)
    except (OSError, TypeError):
        source = ""
    of_task = hashlib.sha256("\0".join((__version__, task.__module__, task.__qualname__, source)).encode())

    def key(arguments: Mapping[str, Any]) -> str:
        digest = of_task.copy()
        for name in sorted(arguments):
            digest.update(name.encode() + b"\0" + _canonical(arguments[name]) + b"\0")
        return digest.hexdigest()[:32]

    return key


def _canonical(value: Any) -> bytes:
    """The same bytes for the same value in every run."""
    if value is None or isinstance(value, (bool, int, float, str, Fraction)):
        return f"{type(value).__name__}:{value!r}".encode()
    if isinstance(value, (list, tuple)):
        return b"[" + b",".join(_canonical(v) for v in value) + b"]"
    if isinstance(value, dict):
        return b"{" + b",".join(sorted(_canonical(k) + b":" + _canonical(v) for k, v in value.items())) + b"}"
    if isinstance(value, (set, frozenset)):
        return b"(" + b",".join(sorted(_canonical(v) for v in value)) + b")"
    return pickle.dumps(value, protocol=4)


def plain(value: Any) -> Any:
    """A result as the journal gives it back: tuples as lists, NumPy numbers and arrays as Python's.

    Raises
    ------
    TypeError
        If it holds anything else than numbers, text, booleans, None, lists and dicts with text as keys.
    """
    return json.loads(json.dumps(value, default=_listed))


def _listed(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a result holds {value!r}, a {type(value).__name__}; a journal keeps numbers, text, booleans, None, lists and dicts. "
                    "Return these, or leave the journal out")


def _shown(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, float, str)) else repr(value)
