"""Theory part A: the quadratic model against dense linear algebra and against a network that is not linear."""

from fractions import Fraction
from itertools import islice

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from cdmtheory.curved_side import curved_side
from cdmtheory.local_model import local_model
from cdmtheory.methods import chebyshev, critically_damped, gradient_descent, nesterov, phased, polyak, step, triple_momentum
from tolerances import EIGENVALUES, ROUNDING, STEPS, SUMS

quick = settings(derandomize=True, deadline=None, max_examples=40)


def _model(n, d, seed=0, decay=0.05):
    random = np.random.default_rng(seed)
    jacobian, star = random.standard_normal((n, d)), random.standard_normal(d)
    return jacobian, star, local_model(jacobian, star, decay)


sizes = st.tuples(st.integers(1, 8), st.integers(1, 8), st.integers(0, 2**32), st.sampled_from([1e-6, 1e-3, 0.1, 1.0, 30.0]))


@quick
@given(sizes)
def test_a2_minimiser_and_spectrum_are_those_of_the_dense_hessian(size):
    n, d, seed, decay = size
    jacobian, star, model = _model(n, d, seed, decay)
    hessian = jacobian.T @ jacobian / n
    whole = hessian + decay * np.eye(d)
    scale = np.linalg.cond(whole) * np.linalg.norm(star)
    assert np.abs(model.minimiser - np.linalg.solve(whole, hessian @ star)).max() <= SUMS * scale
    assert np.abs(model.gradient(model.minimiser)).max() <= SUMS * np.linalg.norm(whole, 2) * np.linalg.norm(star)
    spectrum = model.spectrum
    found = np.repeat(spectrum.eigenvalues, spectrum.multiplicities)
    assert np.abs(found - np.linalg.eigvalsh(whole)).max() <= EIGENVALUES * max(n, d) * found[-1]
    assert np.abs(model.least_norm - np.linalg.pinv(jacobian) @ jacobian @ star).max() <= SUMS * np.linalg.cond(jacobian) * np.linalg.norm(star)


@quick
@given(sizes)
def test_a2_a3_bounds_hold_and_the_cost_is_the_loss(size):
    _, _, model = _model(*size)
    for value, bound in (model.distance_to_least_norm, model.cost_of_interpolation):
        assert 0 <= value <= bound * (1 + SUMS)
    cost = model.cost_of_interpolation.value
    scale = np.linalg.norm(model.side.rows) ** 2 / model.side.n_samples * (model.theta_star @ model.theta_star)
    assert abs(model.loss(model.minimiser) - cost) <= SUMS * np.sqrt(cost * scale) + (SUMS**2) * scale
    assert model.distance_to_least_norm.value == pytest.approx(np.linalg.norm(model.minimiser - model.least_norm), abs=SUMS * np.linalg.norm(model.theta_star))


def test_a2_least_norm_is_the_limit_without_weight_decay():
    jacobian, star, _ = _model(4, 9)
    distances = [local_model(jacobian, star, decay).distance_to_least_norm.value for decay in (1e-4, 1e-6, 1e-8)]
    assert distances[1] / distances[0] == pytest.approx(1e-2, rel=1e-2)
    assert distances[2] / distances[1] == pytest.approx(1e-2, rel=1e-4)  # the next order is λ/h_min⁺


@pytest.mark.parametrize("decay", [1e-6, 0.3, 5.0])
def test_a3_bound_is_attained_where_the_curvature_is_the_weight_decay(decay):
    attained = local_model([[np.sqrt(decay), 0.0]], [2.0, 5.0], decay).cost_of_interpolation
    assert attained.value == pytest.approx(attained.bound, rel=ROUNDING)
    missed = local_model([[np.sqrt(2 * decay), 0.0]], [2.0, 5.0], decay).cost_of_interpolation
    assert missed.value == pytest.approx(8 / 9 * missed.bound, rel=ROUNDING)


def test_a1_the_model_is_the_hessian_of_a_network_at_an_interpolating_point():
    a, b, c, d = theta = sympy.symbols("a b c d", real=True)
    star, decay = (0.7, -0.4, 1.3, 0.2), 0.01
    outputs = [c * sympy.tanh(a * x) + d * sympy.tanh(b * x) for x in (sympy.Rational(1, 2), -2)]
    at_star = dict(zip(theta, star, strict=True))
    errors = [out - out.subs(at_star) for out in outputs]  # the targets are what the network says at θ*
    loss = sum(error**2 for error in errors) / 4 + sympy.Rational(1, 100) * sum(t**2 for t in theta) / 2
    hessian = np.array(sympy.hessian(loss, theta).subs(at_star), dtype=float)
    jacobian = np.array(sympy.Matrix(errors).jacobian(theta).subs(at_star), dtype=float)
    spectrum = local_model(jacobian, star, decay).spectrum
    assert spectrum.multiplicities[0] == 2
    assert np.abs(np.repeat(spectrum.eigenvalues, spectrum.multiplicities) - np.linalg.eigvalsh(hessian)).max() <= EIGENVALUES * 4


METHODS = [gradient_descent(0.1), critically_damped(0.1, 0.05), nesterov(0.1, 0.8), polyak(0.05, 9.0), chebyshev(0.05, 9.0), triple_momentum(0.05, 9.0),
           phased(gradient_descent(0.1), 20, critically_damped(0.1, 0.05))]


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
@pytest.mark.parametrize(("velocity", "scalars"), [("rest", 5), ("parallel", 5), ("curved", 5), ("any", 6)])
def test_a5_the_collapse_follows_every_method_exactly(method, velocity, scalars):
    _, star, model = _model(4, 12)
    random = np.random.default_rng(5)
    pushes = {"rest": None, "parallel": -0.3 * model.parts.flat, "curved": model.side.lift(random.standard_normal(4)), "any": random.standard_normal(12)}
    push = pushes[velocity]
    small = model.collapse(velocity=push)
    assert len(small) == scalars
    x = star
    x_prev = star if push is None else star - push
    z, z_prev = small.start, small.start - small.velocity
    largest = 0.0
    for k, c in enumerate(islice(method, 150)):
        largest = max(largest, np.linalg.norm(x))
        assert np.abs(small.lift(z) - x).max() <= STEPS * (k + 1) * largest
        assert abs(np.linalg.norm(z) - np.linalg.norm(x)) <= STEPS * (k + 1) * largest
        x, x_prev = step(c, x, x_prev, model.gradient), x
        z, z_prev = step(c, z, z_prev, small.gradient), z


def test_a5_without_a_flat_part_there_is_one_scalar_less():
    _, _, model = _model(4, 12)
    assert len(model.collapse(start=model.least_norm)) == 4
    assert len(model.collapse(start=model.least_norm, velocity=np.ones(12))) == 5
    _, _, square = _model(4, 4)
    assert len(square.collapse(velocity=np.ones(4))) == 4


def test_a4_without_weight_decay_the_flat_component_stays():
    jacobian, star, model = _model(4, 12)
    side = curved_side(jacobian)
    start = np.random.default_rng(7).standard_normal(12)
    x = x_prev = start
    for c in islice(critically_damped(0.1, 0.05), 300):
        x, x_prev = step(c, x, x_prev, lambda y: jacobian.T @ (jacobian @ (y - star)) / 4), x
    assert np.abs(side.split(x).flat - side.split(start).flat).max() <= STEPS * 300 * np.linalg.norm(start)
    assert np.linalg.norm(side.split(x).curved - model.parts.curved) < 0.01 * np.linalg.norm(side.split(start).curved - model.parts.curved)


@quick
@given(sizes)
def test_weights_are_distances_per_eigenspace_in_the_order_of_the_spectrum(size):
    _, _, model = _model(*size)
    start = np.random.default_rng(1).standard_normal(model.side.d)
    weights = model.weights(start)
    assert weights.shape == model.spectrum.eigenvalues.shape
    gap = start - model.minimiser
    scale = gap @ gap + start @ start
    assert abs(weights @ weights - gap @ gap) <= SUMS * scale * np.linalg.cond(model.side.rows)
    quadratic = model.spectrum.eigenvalues @ weights**2
    assert abs(quadratic - gap @ (model.gradient(start) - model.gradient(model.minimiser))) <= SUMS * float(model.spectrum.L) * scale


def test_the_weight_decay_stays_exact():
    assert local_model([[1.0, 2.0]], [1.0, 1.0], Fraction(1, 3)).spectrum.mu == Fraction(1, 3)


def test_inputs_are_neither_modified_nor_kept():
    jacobian, star = np.array([[1.0, 2.0]]), np.array([3.0, 4.0])
    jacobian.flags.writeable = False
    model = local_model(jacobian, star, 0.1)
    before = model.minimiser
    star[:] = 0
    assert model.loss([3.0, 4.0]) == 0.0
    assert np.array_equal(model.minimiser, before)


@pytest.mark.parametrize(("arguments", "message"), [
    (([[1.0, 2.0]], [1.0, 2.0], 0), "weight_decay = 0; allowed is a number > 0"),
    (([[1.0, 2.0]], [1.0, 2.0], -0.1), "weight_decay = -0.1; allowed"),
    (([[1.0, 2.0]], [1.0, 2.0], float("inf")), "weight_decay = inf"),
    (([[1.0, 2.0]], [1.0], 0.1), r"theta_star: shape \(1,\); allowed is \(2,\)"),
    (([[1.0, 2.0]], [1.0, float("nan")], 0.1), "theta_star: nan at index 1"),
    (([[1.0, float("nan")]], [1.0, 2.0], 0.1), "jacobian: column 1 holds no number"),
    (([1.0, 2.0], [1.0, 2.0], 0.1), "jacobian: an array of shape")])
def test_local_model_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        local_model(*arguments)
