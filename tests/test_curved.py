"""E2: exponents −1 and −1/2 in the weight decay along ab = 1, with their constants from two independent flows."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from cdmtheory.curved import flat_curvature, gradient, imbalance, measure_exponents, settled_step
from cdmtheory.methods import critically_damped, gradient_descent, nesterov
from tolerances import ODE, ROUNDING

ETA = 0.2
quick = settings(derandomize=True, deadline=None, max_examples=60)


def _descent(lam):
    return gradient_descent(ETA)


def _damped(lam):
    return critically_damped(ETA, lam)


@pytest.fixture(scope="module")
def descent():
    return measure_exponents(_descent, [1e-2, 1e-3, 1e-4], lambda lam: int(7.2 / (ETA * lam)))


@pytest.fixture(scope="module")
def damped():
    return measure_exponents(_damped, [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7], lambda lam: int(15 / (ETA * lam) ** 0.5))


def test_gradient_descent_has_exponent_minus_one(descent):
    assert abs(descent.slopes[-1] + 1) < 1e-4
    assert abs(descent.slopes[0] + 1) > abs(descent.slopes[-1] + 1)


def test_critical_damping_has_exponent_minus_one_half(damped):
    errors = [abs(slope + 0.5) for slope in damped.slopes]
    assert errors[-1] < 1e-4
    assert errors[0] > 1e-3
    assert sorted(errors, reverse=True) == errors


def test_the_steps_of_gradient_descent_are_those_of_the_flow(descent):
    # under the flow a² − b² falls as exp(−2λt), t = ηk; a step of size η errs by a relative ηλ
    for lam, k in zip(descent.weight_decays, descent.steps, strict=True):
        assert abs(k * 2 * ETA * lam / np.log(1e3) - 1) < ETA * lam


def _riemannian_time(tolerance, w):
    """When D_τθ′ + 2θ′ + P_Tθ = 0 on a = e^w, b = e^−w has settled: w″ + tanh(2w)·w′² + 2w′ + tanh(2w) = 0, from rest."""
    level = tolerance * np.sinh(2 * w)

    def crossed(tau, y):
        return abs(np.sinh(2 * y[0])) - level

    crossed.direction = -1
    return solve_ivp(lambda tau, y: (y[1], -np.tanh(2 * y[0]) * y[1] ** 2 - 2 * y[1] - np.tanh(2 * y[0])), (0, 25), (w, 0.0),
                     rtol=1e-11, atol=1e-14, events=crossed).t_events[0][-1]


def test_the_steps_of_critical_damping_are_those_of_the_riemannian_flow(damped):
    tau = _riemannian_time(1e-3, np.log(2.0))
    for lam, k in zip(damped.weight_decays, damped.steps, strict=True):
        assert abs(k * np.sqrt(ETA * lam) / tau - 1) < ODE + np.sqrt(ETA * lam)  # a step errs by a relative √(ηλ)
    assert abs(damped.steps[-1] * np.sqrt(2 * ETA * 1e-7) / tau - 1) > 0.1  # damping at λ, not at the curvature 2λ, sets the constant


@pytest.mark.parametrize("lam", [Fraction(1, 7), Fraction(1, 1000)])
def test_the_flat_curvature_is_twice_the_weight_decay_exactly(lam):
    assert flat_curvature(lam) == 2 * lam
    at, small = complex((1 - float(lam)) ** 0.5, (1 - float(lam)) ** 0.5), 1e-5
    assert abs(gradient(at, float(lam))) <= ROUNDING
    along = complex(1, -1) / 2**0.5
    second = (gradient(at + small * along, float(lam)) - gradient(at - small * along, float(lam))) / (2 * small)
    assert (second * along.conjugate()).real == pytest.approx(2 * float(lam), abs=1e-9)  # central differences: small² and eps/small


@quick
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0, 1))
def test_the_gradient_is_that_of_the_objective(a, b, lam):
    def objective(x, y):
        return (x * y - 1) ** 2 / 2 + lam / 2 * (x * x + y * y)

    small = 1e-6
    expected = complex((objective(a + small, b) - objective(a - small, b)) / (2 * small), (objective(a, b + small) - objective(a, b - small)) / (2 * small))
    assert abs(gradient(complex(a, b), lam) - expected) < 1e-7 * 100  # objective ≤ 100 there, eps·100/small


@quick
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0, 1))
def test_the_imbalance_decays_at_exactly_twice_the_weight_decay(a, b, lam):
    g = gradient(complex(a, b), lam)
    change = 2 * (a * -g.real - b * -g.imag)
    assert abs(change + 2 * lam * (a * a - b * b)) <= ROUNDING * 200
    assert imbalance(complex(a, b)) == abs(a * a - b * b)


def test_settled_is_the_last_time_above_and_not_the_first_below(damped):
    first = settled_step(_damped(1e-4), 1e-4, tolerance=1e-3, start=2 + 0.5j, horizon=4000)
    x_prev = x = 2 + 0.5j
    above = []
    for k, c in zip(range(4000), _damped(1e-4), strict=False):
        if imbalance(x) > 1e-3 * 3.75:
            above.append(k)
        x, x_prev = x + c.momentum * (x - x_prev) - c.step_size * gradient(x, 1e-4), x
    assert first == above[-1] + 1 == damped.steps[2]
    assert len(above) < first  # it swings through before


def test_nesterov_is_measured_the_same_way():
    def method(lam):
        root = (ETA * lam) ** 0.5
        return nesterov(ETA, (1 - root) / (1 + root))

    found = measure_exponents(method, [1e-4, 1e-5, 1e-6], lambda lam: int(15 / (ETA * lam) ** 0.5))
    assert abs(found.slopes[-1] + 0.5) < 1e-3


@pytest.mark.parametrize(("method", "horizon"), [(_damped, 10), (_descent, 1000), (lambda lam: gradient_descent(5.0), 1000)])
def test_too_short_a_horizon_and_divergence_are_refused(method, horizon):
    with pytest.raises(ValueError, match=f"horizon = {horizon} shows no settling"):
        measure_exponents(method, [1e-3], lambda lam: horizon)


@pytest.mark.parametrize(("decays", "options", "message"), [
    ([0.0], {}, r"weight_decays = \[0.0\]; allowed"), ([-1e-3], {}, "weight_decays"), ([1e-3, 1e-2], {}, "each below the one before"),
    ([float("nan")], {}, "weight_decay = nan"), ([1e-2], {"tolerance": 0}, "tolerance = 0"), ([1e-2], {"start": 1.0}, "start = 1.0")])
def test_measure_exponents_refuses(decays, options, message):
    with pytest.raises(ValueError, match=message):
        measure_exponents(_descent, decays, lambda lam: 100, **options)
