"""The motion along the curved valley: against closed forms, where the valley is flat and where it is the hyperbola ab = 1."""

from __future__ import annotations

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from cdmtheory.groktimizer.cells import cell, interpolate
from cdmtheory.groktimizer.measured import task_named
from cdmtheory.groktimizer.table import COLUMNS
from cdmtheory.groktimizer.tasks import Task
from cdmtheory.groktimizer.valley_prediction import along_the_valley, onto_the_valley, time_to_gap
from cdmtheory.rates import critical_time, gradient_flow_time


def hyperbola(a):
    """ab = 1, from (a, 1/a)."""
    weights = torch.nn.Parameter(torch.tensor([a, 1 / a], dtype=torch.float64))
    return Task("hyperbola", [weights], lambda: ((weights.prod() - 1) ** 2) / 2, lambda: (0.0, 0.0), 0.1, residuals=lambda: (weights.prod() - 1)[None])


def test_a_flat_valley_is_crossed_in_the_time_of_one_mode():
    task = task_named("linear regression", 0)
    start = task.parameters[0].detach().numpy().copy()
    onto = onto_the_valley(task)
    assert time_to_gap(onto, start, "CDM") == pytest.approx(critical_time(0.1, 1.0), rel=0.03)
    assert time_to_gap(onto, start, "GD") == pytest.approx(gradient_flow_time(0.1, 1.0), rel=0.03)


def test_gradient_flow_on_the_hyperbola():
    """a² − b² falls as e^(−2t), so a² + b² = √(4 + (a² − b²)²), and when 1 % of its gap to 2 is left, are known."""
    first = 3.0**2 - 3.0**-2
    there = 2 + 0.01 * (math.sqrt(4 + first**2) - 2)
    expected = math.log(first / math.sqrt(there**2 - 4)) / 2
    assert time_to_gap(onto_the_valley(hyperbola(3.0)), np.array([3.0, 1 / 3]), "GD") == pytest.approx(expected, rel=0.03)


def test_a_point_near_the_valley_is_put_into_it():
    task = task_named("diagonal network", 0)
    interpolate(task, 5000)
    near = np.concatenate([p.detach().numpy().ravel() for p in task.parameters]) + 0.01
    onto = onto_the_valley(task)
    there = onto(near)
    assert float((task.residuals().detach() ** 2).mean()) <= 1e-18
    assert np.linalg.norm(there - near) < 2 * np.linalg.norm(np.full(160, 0.01))
    assert np.array_equal(onto(there), there)
    with pytest.raises(FloatingPointError, match="too far"):
        onto(0.1 * near)  # the Jacobian is a tenth of what it is there


def test_the_row():
    """On matrix completion training takes as many steps as the motion in the valley, within a tenth."""
    row = along_the_valley("matrix completion", "CDM", 0, 1e-3, 5000)
    assert set(row) <= set(COLUMNS)
    assert row["settled"] == pytest.approx(cell("law", "matrix completion", "CDM", 0, '{"decay": 0.001}', 5000)["settled"], rel=0.1)
