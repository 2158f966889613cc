"""The grokking curve (A6) in closed form against a direct simulation of all parameters with methods.step."""

from itertools import islice

import numpy as np
import pytest

from cdmtheory.grokking import closed_residuals, grokking_curve, interpolating_solution, residuals, stepped_residuals
from cdmtheory.local_model import local_model
from cdmtheory.methods import chebyshev, critically_damped, gradient_descent, heavy_ball, nesterov, phased, polyak, step, triple_momentum
from cdmtheory.recurrence import NoRecurrence
from tolerances import STEPS, SUMS

N, D, DECAY, NOISE = 8, 25, 0.02, 0.1


def _problem(seed=0, *, teacher_scale=1.0, start_scale=1.0):
    random = np.random.default_rng(seed)
    data = random.standard_normal((N, D))
    teacher, start = teacher_scale * random.standard_normal(D), start_scale * random.standard_normal(D)
    targets = data @ teacher + np.sqrt(NOISE) * random.standard_normal(N)
    star = interpolating_solution(data, targets, start)
    return data, targets, teacher, star, local_model(data, star, DECAY)


METHODS = [gradient_descent(0.1), critically_damped(0.1, DECAY), nesterov(0.1, 0.8), heavy_ball(0.1, 0.5, 0.05), polyak(DECAY, 8.0), chebyshev(DECAY, 8.0),
           triple_momentum(DECAY, 8.0), phased(gradient_descent(0.1), 30, critically_damped(0.1, DECAY))]


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
def test_a6_is_what_stepping_all_parameters_gives(method):
    data, targets, teacher, star, model = _problem()
    steps = 250
    curve = grokking_curve(model, method, np.arange(steps), teacher=teacher, noise_variance=NOISE)
    assert float(model.spectrum.L) < 8
    x = x_prev = star
    for k, c in enumerate(islice(method, steps)):
        errors, off = data @ x - targets, x - teacher
        tolerance = STEPS * (k + 1)
        assert abs(curve.train[k] - errors @ errors / (2 * N)) <= tolerance * (curve.train.max() + 1)
        assert abs(curve.test[k] - (off @ off + NOISE) / 2) <= tolerance * curve.test[0]
        assert abs(curve.norm[k] - np.linalg.norm(x)) <= tolerance * curve.norm[0]
        x, x_prev = step(c, x, x_prev, lambda y: data.T @ (data @ y - targets) / N + DECAY * y), x
    assert curve.train.max() > 1e-5  # a curve of zeros would agree too easily


def test_the_flat_component_falls_as_the_closed_formulas_say_at_any_step():
    _, _, teacher, _, model = _problem()
    k = np.array([0, 1, 1000, 10**5, 10**6])
    root = np.sqrt(1e-4 * DECAY)
    damped = grokking_curve(model, critically_damped(1e-4, DECAY), k, teacher=teacher).flat
    assert np.abs(damped - np.exp(k * np.log1p(-root)) * (1 + k * root)).max() <= SUMS
    descent = grokking_curve(model, gradient_descent(1e-4), k, teacher=teacher).flat
    assert np.abs(descent - np.exp(k * np.log1p(-1e-4 * DECAY))).max() <= SUMS
    assert damped[2] < 0.6 < descent[2]


def test_a_million_million_steps_end_at_the_floor():
    _, _, teacher, _, model = _problem()
    curve = grokking_curve(model, critically_damped(0.1, DECAY), np.array([0, 10**12]), teacher=teacher, noise_variance=NOISE)
    assert curve.test[1] == pytest.approx(curve.floor, rel=SUMS)
    assert curve.train[1] == pytest.approx(model.cost_of_interpolation.value, rel=SUMS)
    flat_teacher = model.side.split(teacher).flat
    assert curve.floor > (flat_teacher @ flat_teacher + NOISE) / 2  # what no method removes
    assert curve.test[0] > curve.floor


@pytest.mark.parametrize(("alignment", "turns"), [(0.5, True), (2.0, False), (-0.5, False)])
def test_the_flat_risk_is_u_shaped_exactly_if_the_start_overshoots_the_teacher(alignment, turns):
    data, _, teacher, _, _ = _problem()
    flat_start = local_model(data, teacher, DECAY).parts.flat  # ⟨P₀θ_0, P₀θ_T⟩ = alignment·‖P₀θ_0‖²
    model = local_model(data, flat_start, DECAY)
    test = grokking_curve(model, critically_damped(0.1, DECAY), np.arange(400), teacher=alignment * flat_start).test
    lowest = int(np.argmin(test))
    assert (0 < lowest < 399) == turns
    falling = alignment < 0 or turns
    assert (test[1] < test[0]) == falling


def test_phase_one_ends_where_stepping_without_weight_decay_ends():
    data, targets, _, _, _ = _problem()
    start = np.random.default_rng(3).standard_normal(D)
    x = x_prev = start
    for c in islice(nesterov(0.12, 0.7), 3000):
        x, x_prev = step(c, x, x_prev, lambda y: data.T @ (data @ y - targets) / N), x
    found = interpolating_solution(data, targets, start)
    assert np.abs(found - x).max() <= STEPS * 3000 * np.linalg.norm(start)
    assert np.abs(data @ found - targets).max() <= SUMS * np.abs(targets).max() * np.linalg.norm(data)


@pytest.mark.parametrize("kappa", [1.0, 30.0, 1e4])
@pytest.mark.parametrize("of", [lambda mu: gradient_descent(1.0), lambda mu: critically_damped(1.0, mu), lambda mu: nesterov(1.0, 0.7),
                                lambda mu: chebyshev(mu, 1.0), lambda mu: heavy_ball(0.9, 0.3, 0.5)])
def test_stepped_and_closed_residuals_agree(kappa, of):
    k, h = np.array([0, 5, 1, 40, 40, 300]), np.geomspace(1 / kappa, 1, 7)
    h[-1] = 1.0
    method = of(1 / kappa)
    stepped, closed = stepped_residuals(method, k, h), closed_residuals(method, k, h)
    assert np.abs(stepped - closed).max() <= STEPS * 300
    assert np.abs(residuals(method, k, h) - closed).max() <= STEPS * 300
    assert np.array_equal(stepped[0], np.ones(7))


def test_a_schedule_without_closed_form_is_stepped():
    method, k, h = phased(phased(gradient_descent(1.0), 2, gradient_descent(0.5)), 9, gradient_descent(1.0)), np.array([3000]), np.array([1e-3])
    with pytest.raises(NoRecurrence):
        closed_residuals(method, k, h)
    expected = (1 - 1e-3) ** 2993 * (1 - 5e-4) ** 7
    assert residuals(method, k, h)[0, 0] == pytest.approx(expected, rel=STEPS * 3000)


def test_other_residuals_can_be_given():
    _, _, teacher, _, model = _problem()
    frozen = grokking_curve(model, gradient_descent(0.1), [0, 7], teacher=teacher, residuals=lambda method, k, h: np.ones((len(k), len(h))))
    assert frozen.test[1] == frozen.test[0]
    assert frozen.train.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("far", [[3000], [10**9]])
def test_divergence_is_reported_with_the_remedy(far):
    _, _, teacher, _, model = _problem()
    with pytest.raises(ValueError, match=r"gradient_descent\(1.0\) diverges on curvatures up to .*take a smaller step size"):
        grokking_curve(model, gradient_descent(1.0), far, teacher=teacher)


@pytest.mark.parametrize(("k", "options", "message"), [
    ([-1], {}, r"k = \[-1\]; allowed"), ([1.5], {}, r"k = \[1.5\]; allowed"), ([], {}, r"k = \[\]; allowed"), (3, {}, "k = 3; allowed"),
    ([1], {"noise_variance": -1}, "noise_variance = -1; allowed"), ([1], {"noise_variance": float("nan")}, "noise_variance = nan"),
    ([10**25], {}, r"allowed is .* from 0 to 2\^63 - 1"), ([1], {"teacher": [1.0]}, r"teacher: shape \(1,\)")])
def test_grokking_curve_refuses(k, options, message):
    _, _, teacher, _, model = _problem()
    with pytest.raises(ValueError, match=message):
        grokking_curve(model, gradient_descent(0.1), k, **{"teacher": teacher, **options})


def test_a_jacobian_is_no_local_model():
    with pytest.raises(TypeError, match="model: ndarray; allowed is what .*local_model"):
        grokking_curve(np.ones((2, 3)), gradient_descent(0.1), [1], teacher=np.ones(3))


@pytest.mark.parametrize(("data", "targets", "message"), [
    ([[1.0, 2.0], [1.0, 2.0]], [1.0, 3.0], "no parameters interpolate.*rank 1 of 2 rows"),
    ([[1.0], [2.0]], [1.0, 2.0], "2 samples of 1 parameters"),
    ([[1.0, 2.0]], [1.0, 3.0], r"targets: shape \(2,\); allowed is \(1,\)"),
    ([[1.0, 2.0]], [float("nan")], "targets: nan at index 0")])
def test_interpolating_solution_refuses(data, targets, message):
    with pytest.raises(ValueError, match=message):
        interpolating_solution(data, targets, np.ones(len(data[0])))
