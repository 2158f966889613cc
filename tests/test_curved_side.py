"""The curved side of a Jacobian: a split into curved and flat that a dense decomposition confirms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdmtheory.curved_side import curved_side
from tolerances import SUMS

quick = settings(derandomize=True, deadline=None, max_examples=60)


def _jacobian(n, d, lost, seed):
    jacobian = np.random.default_rng(seed).standard_normal((n, d))
    jacobian[: min(lost, n - 1)] = jacobian[-1]
    return jacobian


@quick
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 3), st.integers(0, 2**32))
def test_split_is_the_orthogonal_split_of_a_dense_decomposition(n, d, lost, seed):
    jacobian = _jacobian(n, d, lost, seed)
    theta = np.random.default_rng(seed + 1).standard_normal(d)
    side = curved_side(jacobian)
    projection = np.linalg.pinv(jacobian) @ jacobian
    curved, flat = side.split(theta)
    scale = np.linalg.norm(theta) * np.linalg.cond(jacobian[min(lost, n - 1):])
    assert side.rank == np.linalg.matrix_rank(jacobian)
    assert np.abs(flat - (theta - projection @ theta)).max() <= SUMS * scale
    assert np.abs(side.lift(curved) - projection @ theta).max() <= SUMS * scale
    assert abs(curved @ curved + flat @ flat - theta @ theta) <= SUMS * scale * np.linalg.norm(theta)
    assert np.abs(jacobian @ flat).max() <= SUMS * scale * np.linalg.norm(jacobian)


@quick
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 2**32))
def test_curvatures_are_eigenvalues_along_the_lifted_directions(n, d, seed):
    jacobian = _jacobian(n, d, 0, seed)
    side = curved_side(jacobian)
    directions = np.array([side.lift(unit) for unit in np.eye(side.rank)])
    hessian = jacobian.T @ jacobian / n
    scale = np.linalg.cond(jacobian)
    assert np.abs(directions @ directions.T - np.eye(side.rank)).max() <= SUMS * scale
    assert np.abs(directions @ hessian - side.curvatures[:, None] * directions).max() <= SUMS * scale * side.curvatures[0]


@pytest.mark.parametrize("shape", [(6, 50), (50, 6), (6, 6)])
def test_the_split_loses_no_more_than_the_condition_of_the_jacobian(shape):
    u, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((shape[0], 6)))
    v, _ = np.linalg.qr(np.random.default_rng(2).standard_normal((shape[1], 6)))
    side = curved_side(u * np.array([1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5]) @ v.T)
    theta = np.random.default_rng(3).standard_normal(shape[1])
    curved, flat = side.split(theta)
    assert side.rank == 6
    assert np.abs(flat - (theta - v @ (v.T @ theta))).max() <= SUMS * 1e5 * np.linalg.norm(theta)
    assert abs(curved @ curved + flat @ flat - theta @ theta) <= SUMS * 1e5 * (theta @ theta)


def test_split_of_a_vector_of_another_length():
    with pytest.raises(ValueError, match=r"theta: shape \(3,\); allowed is \(2,\)"):
        curved_side([[1.0, 2.0]]).split([1.0, 2.0, 3.0])


def test_repr_tells_the_sizes():
    assert repr(curved_side([[1.0, 2.0], [2.0, 4.0]])) == "<CurvedSide: 2 samples, 2 parameters, rank 1>"
