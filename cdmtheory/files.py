"""Numbers from a user's .csv or .npy file, and what to say when they are not there."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

__all__ = ["FileProblem", "check_writable", "read_numbers"]


class FileProblem(ValueError):
    """A file cannot be read, written, or does not hold what is needed; the message says which and what to do."""


def read_numbers(path: str, ndim: int) -> Any:
    """The real, finite numbers of a .npy or .csv file, float64, shape (n,) or (n, d). A .csv may have one header line.

    Raises
    ------
    FileProblem
        If the file is missing, of another kind, holds objects (never unpickled), text, gaps, complex numbers, nan or inf, nothing, or has
        other axes than asked for.
    """
    from cdmtheory.inputs import real_array

    file = Path(path)
    if not file.is_file():
        raise FileProblem(f"{path}: {'a folder, not a file' if file.is_dir() else 'no such file'}; needed is a .npy or .csv file")
    if file.suffix.lower() not in (".npy", ".csv"):
        raise FileProblem(f"{path}: ends in {file.suffix or 'nothing'!r}; allowed are .npy and .csv")
    try:
        values = _read_npy(path) if file.suffix.lower() == ".npy" else _read_csv(path, ndim)
        return real_array(path, values, ndim)
    except OSError as error:
        raise FileProblem(f"{path}: cannot be read ({error.strerror or error})") from None
    except (TypeError, ValueError) as error:
        raise error if isinstance(error, FileProblem) else FileProblem(str(error)) from None


def _read_npy(path: str) -> Any:
    import numpy as np

    try:
        return np.load(path, allow_pickle=False)
    except (ValueError, EOFError) as error:
        if "pickle" in str(error):
            raise FileProblem(f"{path}: an array of objects, or no .npy file at all; objects are never unpickled. "
                              "Save real numbers with numpy.save(path, array.astype(float))") from None
        raise FileProblem(f"{path}: not a valid .npy file ({error})") from None


def _read_csv(path: str, ndim: int) -> list[Any]:
    rows: list[list[float]] = []
    try:
        with open(path, newline="", encoding="utf-8-sig") as stream:
            for number, cells in enumerate(csv.reader(stream), 1):
                if not any(cell.strip() for cell in cells):
                    continue
                try:
                    rows.append([float(cell) for cell in cells])
                except ValueError:
                    if not rows and number == 1 and not any(_is_number(cell) for cell in cells):
                        continue  # the header
                    wrong = next(i for i, cell in enumerate(cells) if not _is_number(cell))
                    what = f"{cells[wrong]!r} is not a number" if cells[wrong].strip() else "a number is missing"
                    raise FileProblem(f"{path}: line {number}, column {wrong + 1}: {what}; allowed are numbers, and one header line of names") from None
                if len(rows[-1]) != len(rows[0]):
                    raise FileProblem(f"{path}: line {number} has {len(rows[-1])} columns, the first has {len(rows[0])}; they must agree")
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileProblem(f"{path}: not a text file of comma-separated numbers ({error})") from None
    if not rows:
        raise FileProblem(f"{path}: holds no numbers; is the file empty?")
    if ndim == 1 and len(rows[0]) != 1:
        raise FileProblem(f"{path}: {len(rows[0])} columns; allowed is one number per line")
    return [row[0] for row in rows] if ndim == 1 else rows


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def check_writable(path: str) -> None:
    """Refuse an output that cannot be written, before hours of work go into it; nothing is created.

    Raises
    ------
    FileProblem
        If the folder is not there or the path is a folder, or either cannot be written.
    """
    import os

    file = Path(path)
    if not file.parent.is_dir():
        raise FileProblem(f"{path}: the folder {file.parent} does not exist; create it first")
    if file.is_dir():
        raise FileProblem(f"{path}: is a folder; give the name of a file in it")
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise FileProblem(f"{path}: cannot be written; choose another place or ask for permission")
