"""Certificates as they lie in files: each is read, and checked, once by a process, and again after the file has changed."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cdmtheory import check

__all__ = ["KeptFile", "kept_file"]


@dataclass(frozen=True)
class KeptFile:
    """A file that may hold a certificate; nothing of it is believed before :attr:`accepted` or the checker says so."""

    path: Path
    text: str

    @cached_property
    def _data(self) -> dict[str, Any]:
        with contextlib.suppress(ValueError, RecursionError):
            data = json.loads(self.text)
            if isinstance(data, dict):
                return data
        return {}

    @cached_property
    def claim(self) -> dict[str, Any]:
        """What it says of the claim that it is about."""
        claim = self._data.get("claim")
        return claim if isinstance(claim, dict) else {}

    @cached_property
    def parts(self) -> list[dict[str, Any]]:
        """Its parts that have a key."""
        parts = self._data.get("parts")
        return [p for p in parts if isinstance(p, dict) and isinstance(p.get("key"), str)] if isinstance(parts, list) else []

    @cached_property
    def accepted(self) -> bool:
        """Whether the checker accepts the whole of it."""
        return not check.check_text(self.text)


def kept_file(path: Path) -> KeptFile | None:
    """The file as it is now; None if it cannot be read or is too large."""
    try:
        about = path.stat()
        return _read(path, about.st_mtime_ns, about.st_size) if about.st_size <= check.LARGEST_FILE else None
    except (OSError, ValueError):
        return None


@lru_cache(maxsize=1024)
def _read(path: Path, _modified: int, _size: int) -> KeptFile:
    return KeptFile(path, path.read_text(encoding="utf-8"))
