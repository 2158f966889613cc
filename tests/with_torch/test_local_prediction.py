"""The steps that the local model predicts: against stepping on a quadratic, and against training where the model is exact."""

from __future__ import annotations

import json

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from cdmtheory.groktimizer.cells import GAP, cell, interpolate
from cdmtheory.groktimizer.local_prediction import hessian, of_classifier, of_hessian, predicted, steps_to_gap
from cdmtheory.groktimizer.measured import task_named
from cdmtheory.groktimizer.table import COLUMNS


def stepped(curvature, gradient, decay, method, step_size):
    """From which step on at most GAP of the gap is left, by stepping."""
    whole = curvature + decay * np.eye(len(gradient))
    momentum = (1 - np.sqrt(step_size * decay)) ** 2 if method == "CDM" else 0.0
    x, velocity, gaps = np.linalg.solve(whole, gradient), np.zeros_like(gradient), []
    for _ in range(4000):
        gaps.append(x @ whole @ x / 2)
        velocity = momentum * velocity - step_size * (whole @ x)
        x = x + velocity
    return max(k for k, gap in enumerate(gaps) if gap > GAP * gaps[0]) + 1


@pytest.mark.parametrize("method", ["CDM", "GD"])
@pytest.mark.parametrize("decay", [0.3, 0.01])
def test_against_stepping(method, decay):
    random = np.random.default_rng(3)
    rows = random.standard_normal((4, 7))
    curvature, theta = rows.T @ rows / 4, random.standard_normal(7)
    for gradient in (decay * theta, random.standard_normal(7)):  # where the training data are interpolated, and anywhere
        model = of_hessian(curvature, gradient, decay)
        step_size = 1 / model.curvatures[-1]
        assert model.gaps.sum() == pytest.approx(gradient @ np.linalg.solve(curvature + decay * np.eye(7), gradient) / 2)
        assert steps_to_gap(model, decay, method, step_size) == stepped(curvature, gradient, decay, method, step_size)


def test_a_classifier_has_the_hessian_of_its_inputs_for_each_class():
    random = np.random.default_rng(4)
    inputs, gradient = random.standard_normal((4, 7)), random.standard_normal((7, 3))
    found = of_classifier(inputs, gradient, 0.1)
    written_out = of_hessian(np.kron(inputs.T @ inputs / 4, np.eye(3)), gradient.ravel(), 0.1)
    assert len(found.curvatures) == 5
    assert found.gaps.sum() == pytest.approx(written_out.gaps.sum())
    for method in ("CDM", "GD"):
        assert steps_to_gap(found, 0.1, method, 0.3) == steps_to_gap(written_out, 0.1, method, 0.3)


@pytest.mark.parametrize("method", ["CDM", "GD"])
def test_on_a_linear_model_training_takes_the_steps_predicted(method):
    taken = cell("law", "linear regression", method, 0, json.dumps({"decay": 1e-2}), 5000)["settled"]
    foretold = predicted("linear regression", method, 0, 1e-2, 5000)
    assert set(foretold) <= set(COLUMNS)
    assert abs(foretold["settled"] - taken) <= 1  # the minimum is known to training only as far as it ran


def test_the_hessian_of_an_interpolating_point_is_that_of_gauss_and_newton():
    task = task_named("matrix completion", 0)
    assert interpolate(task, 5000) > 0
    assert float(task.loss().detach()) <= 1e-8
    h = np.linalg.eigvalsh(hessian(task))
    assert h[0] > -1e-4 * h[-1]


def test_the_law_begins_at_one_point_whatever_the_weight_decay():
    rows = [cell("law", "matrix completion", "CDM", 0, json.dumps({"decay": decay}), 5000) for decay in (1e-2, 1e-3)]
    assert rows[0]["switch_sharpness"] == rows[1]["switch_sharpness"]


def test_too_small_a_budget_leaves_the_weights_where_they_are():
    task = task_named("matrix completion", 0)
    assert interpolate(task, 3) is None
    assert torch.isfinite(task.loss().detach())
