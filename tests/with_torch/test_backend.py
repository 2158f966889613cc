"""The closed forms in PyTorch's arrays, on the CPU."""

import pytest

torch = pytest.importorskip("torch", reason="pip install torch==2.13.0")

from backends import check, check_single_precision_is_refused


def test_torch() -> None:
    check(torch.from_numpy, lambda tensor: tensor.numpy())
    check_single_precision_is_refused(torch.ones(2))
