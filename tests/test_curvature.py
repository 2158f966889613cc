"""Largest eigenvalue and trace from gradients alone: against matrices whose eigenvalues are known, dominant negative ones included."""

from __future__ import annotations

import numpy as np
import pytest

from cdmtheory.groktimizer.curvature import hessian_product, top_eigenvalue, trace

RANDOM = np.random.default_rng(1)


def symmetric(eigenvalues):
    q, _ = np.linalg.qr(RANDOM.standard_normal((len(eigenvalues), len(eigenvalues))))
    return q @ np.diag(eigenvalues) @ q.T


@pytest.mark.parametrize("d", [1, 3, 24, 25, 200])
@pytest.mark.parametrize("low", [-50.0, -1.0, 0.0])
def test_the_algebraically_largest(d, low):
    h = np.linspace(low, 7.0, d)
    matrix = symmetric(h)
    assert top_eigenvalue(lambda v: matrix @ v, d) == pytest.approx(h[-1], rel=0.02, abs=0.02)


def test_a_rough_answer_takes_fewer_products():
    matrix, calls = symmetric(np.append(np.linspace(0, 1, 99), 5.0)), []
    found = top_eigenvalue(lambda v: calls.append(1) or matrix @ v, 100, tolerance=0.1)
    assert found == pytest.approx(5.0, rel=0.05)
    assert len(calls) <= 16


def test_special_matrices():
    assert top_eigenvalue(lambda v: 0 * v, 100) == pytest.approx(0, abs=1e-12)
    assert top_eigenvalue(lambda v: 3.0 * v, 100) == pytest.approx(3.0)
    assert top_eigenvalue(lambda v: -3.0 * v, 100) == pytest.approx(-3.0)


def test_not_finite():
    with pytest.raises(FloatingPointError, match="not finite"):
        top_eigenvalue(lambda v: v * np.nan, 50)


@pytest.mark.parametrize(("precision", "within"), [(np.finfo(np.float64).eps, 1e-8), (np.finfo(np.float32).eps, 1e-3)])
def test_products_by_differences(precision, within):
    a = symmetric(np.linspace(-1, 3, 30))
    x, v = RANDOM.standard_normal((2, 30))
    hessian = a + np.diag(3 * x**2)
    product = hessian_product(lambda y: a @ y + y**3, x, precision=float(precision))
    assert np.linalg.norm(product(v) - hessian @ v) <= within * np.linalg.norm(hessian @ v)
    assert not product(0 * v).any()


def test_trace():
    small = symmetric(np.arange(10.0))
    assert trace(lambda v: small @ v, 10) == pytest.approx(45)
    large = symmetric(np.linspace(0, 1, 300))
    bound = 4 * np.linalg.norm(large - np.diag(np.diag(large))) * np.sqrt(2 / 16)
    assert abs(trace(lambda v: large @ v, 300) - 150) < bound
