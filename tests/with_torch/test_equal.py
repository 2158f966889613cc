"""GROKtimizer and GD at equal weight decay: the same phase 1, both thresholds counted on the same runs, and what the local model makes of them."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch")

from cdmtheory.groktimizer.cells import GAP, LONG
from cdmtheory.groktimizer.equal import _Run, equal
from cdmtheory.groktimizer.measured import at, norm, put, state, task_named, weights
from cdmtheory.groktimizer.optimizer import GROKtimizer
from cdmtheory.groktimizer.table import COLUMNS

DECAY = 1e-3


@pytest.fixture(scope="module")
def pair():
    return equal("matrix completion", 0, DECAY, 12, 3000)


def test_both_start_from_the_same_switch(pair):
    ours, theirs = pair
    assert [r["method"] for r in pair] == ["GROKtimizer", "GD, two phases"]
    assert set(ours) | set(theirs) <= set(COLUMNS)
    for key in ("switch_step", "switch_gradients", "switch_loss", "switch_norm", "switch_sharpness"):
        assert ours[key] == theirs[key]
    assert ours["switch_norm"] > ours["norm"]
    assert ours["switch_trace"] > ours["trace"]


def test_both_thresholds(pair):
    ours, theirs = pair
    assert ours["settled"] < (theirs["settled"] or math.inf)
    assert ours["gap_settled"] < (theirs["gap_settled"] or math.inf)
    assert ours["switch_gradients"] + ours["gap_steps"] <= ours["gap_settled"] < ours["gradients"]  # the curvature is measured besides
    assert ours["switch_step"] + ours["gap_steps"] <= ours["steps"]
    assert theirs["gradients"] <= 12 * max(ours["settled"], ours["gap_settled"]) + 20


def test_the_state_at_the_switch_is_that_before_the_first_step_of_phase_2(pair):
    task = task_named("matrix completion", 0)
    optimizer = GROKtimizer(task.parameters, weight_decay=DECAY, decay_from=1)
    while optimizer.phase == 1:
        before = weights(task)
        optimizer.step(task.closure(optimizer))
    after = norm(task)
    put(task, before)
    assert pair[0]["switch_norm"] == norm(task) != after
    assert pair[0]["switch_loss"] == state(task, sharp=False)["training_loss"]


def test_the_threshold_by_its_definition():
    """Run once more, with the objective evaluated apart: least value, gap at the switch, last step above 1 % of it."""
    run, values = _Run("matrix completion", "GROKtimizer", 0, DECAY), []
    while run.elapsed < LONG:
        value = float(run.task.loss().detach()) + DECAY / 2 * norm(run.task) ** 2
        run.step()
        if run.optimizer.phase == 2:
            values.append(value)
    assert run.objective == pytest.approx(values, rel=1e-12)
    left = [(value - min(values)) / (values[0] - min(values)) for value in values]
    gradients, steps = run.arrival(min(values))
    assert left[steps - 1] > GAP >= max(left[steps:])
    assert gradients == run.gradients[steps]


@pytest.mark.parametrize("name", ["linear regression", "wine"])
def test_on_a_linear_model_the_steps_are_those_foretold(name):
    if name == "wine":
        pytest.importorskip("sklearn")
    ours, theirs = equal(name, 0, 1e-2, 12, 3000)
    assert ours["gap_steps"] == pytest.approx(ours["gap_foretold"], abs=2)
    assert theirs["gap_steps"] == pytest.approx(theirs["gap_foretold"], rel=0.02)  # its step size is measured anew, within a tolerance


def test_a_minimum_not_reached_is_not_guessed():
    ours, theirs = equal("matrix completion", 0, DECAY, 3, 80)
    assert ours["switch_step"] == theirs["switch_step"]
    assert ours["gap_settled"] is theirs["gap_settled"] is None
    assert ours["gradients"] == pytest.approx(80, abs=20)


def test_other_weights_for_a_moment():
    task = task_named("matrix completion", 0)
    here = weights(task)
    with at(task, [torch.zeros_like(w) for w in here]):
        assert norm(task) == 0
    assert all(torch.equal(p, w) for p, w in zip(task.parameters, here, strict=True))
