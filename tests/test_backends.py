"""The closed forms on every array library that is installed; PyTorch's are in tests/with_torch."""

from __future__ import annotations

import sys

import array_api_strict
import numpy as np
import pytest

from backends import H, check, check_single_precision_is_refused
from cdmtheory.methods import polyak
from cdmtheory.simulate.closed_form import residuals


def read_only(array: np.ndarray) -> np.ndarray:
    copy = array.copy()
    copy.flags.writeable = False
    return copy


def test_read_only_numpy() -> None:
    check(read_only, np.asarray)
    check_single_precision_is_refused(np.ones(2, dtype=np.float32))


def test_array_api_strict() -> None:
    check(lambda array: array_api_strict.asarray(array.copy()), np.from_dlpack)
    check_single_precision_is_refused(array_api_strict.asarray([1.0], dtype=array_api_strict.float32))


def test_jax() -> None:
    jax = pytest.importorskip("jax", reason="pip install 'cdmtheory[jax]'")
    with pytest.raises(TypeError, match="jax_enable_x64"):
        residuals(polyak(1, 2), np.ones(2), jax.numpy.arange(3))
    with jax.enable_x64(True):
        check(jax.numpy.asarray, np.asarray)
        check_single_precision_is_refused(jax.numpy.ones(2, dtype=np.float32))


def test_cupy() -> None:
    """Runs where a GPU is."""
    cupy = pytest.importorskip("cupy", reason="pip install 'cdmtheory[cupy]'")
    if not cupy.is_available():
        pytest.skip("no GPU")
    check(cupy.asarray, cupy.asnumpy)
    check_single_precision_is_refused(cupy.ones(2, dtype=np.float32))


@pytest.mark.parametrize("module", ["jax", "torch", "cupy"])
def test_no_library_but_numpy_is_needed(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    assert residuals(polyak(1, 10**8), H, np.arange(3)).shape == (3, len(H))
