"""Any step at once: within the stated error of balls, in every damping regime, at and around double roots, and far below underflow."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import islice

import flint
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdmtheory.methods import (
    Method,
    chebyshev,
    critically_damped,
    gradient_descent,
    heavy_ball,
    momentum_method,
    nesterov,
    phased,
    polyak,
    step,
    triple_momentum,
)
from cdmtheory.modes import residual
from cdmtheory.recurrence import NoRecurrence, recurrences, value
from cdmtheory.simulate.bounds import envelope
from cdmtheory.simulate.closed_form import log_residuals, norms, residuals
from cdmtheory.simulate.kernel import Modes
from cdmtheory.simulate.nonuniform import consecutive_sums
from cdmtheory.simulate.stepwise import spectral
from cdmtheory.simulate.twofold import Twofold, angle, log1p
from cdmtheory.spectra import Spectrum, synthetic
from tolerances import CONSECUTIVE_OF_ENVELOPE, EPS, FAR_OF_ENVELOPE, NEAR_OF_ENVELOPE, NON_UNIFORM, STEPPED_DOUBLE_ROOT, TWOFOLD, VELOCITY_FORM, ZERO

Q = Fraction


def table(mu: Fraction, L: Fraction) -> list[Method]:
    """Every method with a closed form, in every damping regime, some with a first step of their own."""
    root = Q(math.isqrt(int(L / mu)))
    return [gradient_descent(1 / L), gradient_descent(Q(19, 10) / L), polyak(mu, L), critically_damped(1 / L, mu), critically_damped(1 / L, 3 * mu),
            critically_damped(1 / L, (mu + L) / 2), nesterov(1 / L, (root - 1) / (root + 1)), chebyshev(mu, L), chebyshev(mu / 2, 2 * L),
            triple_momentum(mu, L), heavy_ball(1 / L, Q(9, 10), 1 / (2 * L)), heavy_ball(Q(3, 2) / L, Q(-1, 5)), momentum_method(1 / L, Q(99, 100), Q(1, 3)),
            momentum_method(Q(1, 2) / L, Q(1, 2), Q(-1, 2)), momentum_method(Q(1, 2) / L, Q(9, 10), Q(-1))]


def exactly(method: Method, h: float, k: int) -> flint.arb:
    """p_k(h) in balls, of a precision at which nothing is lost."""
    r = recurrences(method, [h])
    p = value(r.modes[0], k)
    return p if r.divisor is None else p / value(r.divisor, k)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(which=st.integers(0, 14), log_kappa=st.sampled_from([0, 2, 4, 8, 12, 16]), time=st.floats(-4, math.log10(700)), log_offset=st.integers(-18, 0),
       place=st.integers(0, 3), odd=st.integers(0, 1))
def test_error_relative_to_the_envelope(which: int, log_kappa: int, time: float, log_offset: int, place: int, odd: int) -> None:
    """κ ≤ 10¹⁶, k ≤ 10¹² over all k·√(ημ) down to underflow, h at, next to and far from both ends and from the double root."""
    kappa = Q(10**log_kappa)
    method = table(Q(1), kappa)[which]
    h = [1.0, 1 + 10.0**log_offset, float(kappa) * (1 - 10.0**log_offset), math.exp(math.log(kappa) * -log_offset / 18)][place]
    h = min(max(h, 1.0), float(kappa))
    slowness = math.sqrt(1 / kappa) if which > 1 else 1 / float(kappa)
    k = min(10**12, 2 + odd + int(10**time / slowness))
    ceiling = envelope(Modes.of(method, np.array([h]), np.ones(1)), k, 0.0)
    if ceiling < 1e-125:  # the bound is clipped there; the logarithms are tested below
        return
    with flint.ctx.workprec(400 + 2 * k.bit_length() + 2 * 18 * 4):
        error = abs(float(exactly(method, h, k) - float(residuals(method, np.array([h]), np.array([k]))[0, 0]))) / ceiling
    assert error <= (NEAR_OF_ENVELOPE if k * slowness <= 20 else FAR_OF_ENVELOPE)


@pytest.mark.parametrize("which", range(15))
def test_logarithms_below_underflow(which: int) -> None:
    """Where p_k is 10⁻⁴⁰⁰⁰ or less, its sign and logarithm still are right."""
    method = table(Q(1), Q(100))[which]
    h, k = np.array([1.0, 2.5, 40.0, 99.0]), np.array([0, 1, 2, 3, 100_001])
    sign, log = log_residuals(method, h, k)
    with flint.ctx.workprec(3000):
        for i, j in np.ndindex(sign.shape):
            p = exactly(method, float(h[j]), int(k[i]))
            if abs(p) < 1e-60 and k[i] < 4:
                continue  # an exact zero, or what 3000 bits make of it
            assert sign[i, j] == (1 if p > 0 else -1)
            assert abs(log[i, j] - float(abs(p).log())) <= NEAR_OF_ENVELOPE * (1 + abs(log[i, j]))
    assert np.abs(log[4]).min() > 200


def test_closed_forms_are_the_definition(method: Method) -> None:
    """Every method of METHODS against the definition in exact rationals."""
    h = np.array([0.25, 0.5, 1.0, 1.75, 4.0])
    found = residuals(method, h, np.arange(12))
    expected = np.array([[float(residual(method, k, Q(each))) for each in h] for k in range(12)])
    assert np.all(np.abs(found - expected) <= NEAR_OF_ENVELOPE * np.maximum(1, np.abs(expected).max(axis=0)))


@pytest.mark.parametrize("name", ["log-uniform", "uniform", "two-cluster"])
@pytest.mark.parametrize("which", [0, 2, 3, 6, 7, 9, 12])
def test_norms_of_a_whole_trajectory(which: int, name: str) -> None:
    """Consecutive steps (a transform, or matrix products), single steps, and stepping agree."""
    spectrum = synthetic(name, 400, 150)
    method = table(spectrum.mu, spectrum.L)[which]
    k = np.arange(700)
    whole, stepped = norms(method, spectrum, k), spectral(method, spectrum, 699).norms / math.sqrt(spectrum.size)
    scale = np.maximum.accumulate(whole[::-1])[::-1]
    assert np.all(np.abs(whole - stepped) <= (STEPPED_DOUBLE_ROOT if method.name == "polyak" else VELOCITY_FORM) * scale)
    single = norms(method, spectrum, k[::7])
    assert np.all(np.abs(whole[::7] - single) <= CONSECUTIVE_OF_ENVELOPE * scale[::7])
    far = norms(method, spectrum, np.arange(10**6, 10**6 + 600), log=True)
    assert np.all(far < -1000)


def test_methods_and_starts_in_one_call() -> None:
    spectrum = synthetic("uniform", 50, 20)
    both, k = [gradient_descent(1), polyak(spectrum.mu, spectrum.L)], np.array([0, 1, 5, 300])
    seeds = np.random.default_rng(0).standard_normal((7, 20)) ** 2
    found = norms(both, spectrum, k, squared=seeds)
    assert found.shape == (2, 4, 7)
    for i, method in enumerate(both):
        for s in range(7):
            assert np.allclose(found[i, :, s], norms(method, spectrum, k, squared=seeds[s]), rtol=1e-13, atol=0)
    assert norms(both, spectrum, k).shape == (2, 4)
    assert norms(both[0], spectrum, k, squared=seeds[:1]).shape == (4, 1)
    with pytest.raises(ValueError, match="squared"):
        norms(both, spectrum, k, squared=-seeds)


def test_a_billion_flat_directions_cost_what_one_costs() -> None:
    spectrum = Spectrum.of_eigenvalues([1e-6, 0.5, 1.0], multiplicities=[10**9, 1, 1])
    found = norms(gradient_descent(1), spectrum, np.array([10**6]))
    assert abs(found[0] / (math.exp(10**6 * math.log1p(-1e-6)) * math.sqrt(10**9 / (10**9 + 2))) - 1) < 1e-12


def test_exact_ends_of_a_spectrum_are_used() -> None:
    """1/κ is no double at κ = 10¹⁷ + 1; after 10²⁰/κ… steps rounding it would be seen."""
    kappa = 10**17 + 1
    spectrum = Spectrum.of_eigenvalues([1 / kappa, 1.0], mu=Q(1, kappa))
    k = np.array([10**11])
    with flint.ctx.workprec(500):
        exact = float(value(recurrences(polyak(spectrum.mu, 1), [spectrum.mu]).modes[0], int(k[0])))
    assert abs(residuals(polyak(spectrum.mu, Q(1)), spectrum, k)[0, 0] / exact - 1) < FAR_OF_ENVELOPE


@pytest.mark.parametrize(("h", "k", "error", "word"), [
    (np.ones(2, dtype=np.float32), np.arange(3), TypeError, "float32"), (np.array([1.0, -1.0]), np.arange(3), ValueError, "> 0"),
    (np.ones(2), np.array([-1]), ValueError, "k = "), (np.ones(2), np.array([1.5]), ValueError, "k = "), (np.ones(2), 3, ValueError, "one axis"),
    (np.array([1.0, np.nan]), np.arange(3), ValueError, "finite"), (np.ones((2, 2)), np.arange(3), ValueError, "one axis")])
def test_bad_input_is_named(h: object, k: object, error: type[Exception], word: str) -> None:
    with pytest.raises(error, match=word):
        residuals(gradient_descent(0.5), h, k)


def test_no_closed_form_is_said() -> None:
    twice = phased(gradient_descent(1), 3, phased(gradient_descent(1), 2, polyak(1, 2)))
    with pytest.raises(NoRecurrence, match="step through it"):
        norms(twice, Spectrum.of_eigenvalues([1.0, 2.0]), np.arange(4))


@pytest.mark.parametrize("change", [0, 1, 7, 20])
@pytest.mark.parametrize("first", [0, 2, 3, 7, 9])
def test_two_phases_with_the_velocity_kept(first: int, change: int) -> None:
    """Every second method after every kind of first one, against exact rationals."""
    k, h = np.arange(41), np.array([1.0, 1.5, 60.0, 99.0, 100.0])
    methods = table(Q(1), Q(100))
    for which in (0, 2, 3, 6, 7, 9, 10, 12):
        method = phased(methods[first], change, methods[which])
        exact = np.array([trajectory(method, Q(each), 60) for each in h.tolist()]).T
        scale = np.maximum.accumulate(np.abs(exact[::-1]), axis=0)[::-1][:41]
        assert np.all(np.abs(residuals(method, h, k) - exact[:41]) <= FAR_OF_ENVELOPE * scale + ZERO), method
        assert np.allclose(norms(method, Spectrum.of_eigenvalues(h), k), np.sqrt(np.mean(exact[:41] ** 2, axis=1)), rtol=FAR_OF_ENVELOPE, atol=ZERO)


def trajectory(method: Method, h: Fraction, steps: int) -> list[float]:
    """p_0 … p_steps from the definition, exact and rounded once."""
    x = previous = Q(1)
    seen = [1.0]
    for c in islice(method, steps):
        x, previous = step(c, x, previous, lambda y: h * y), x
        seen.append(float(x))
    return seen


def ball(x: Twofold, i: int) -> flint.arb:
    return flint.arb(float(x.high[i])) + flint.arb(float(x.low[i]))


def test_twice_the_precision() -> None:
    rng = np.random.default_rng(0)
    n = 300
    x, y = (Twofold(v, v * EPS / 4 * rng.uniform(-1, 1, n)) for v in 10.0 ** rng.uniform(-20, 0, (2, n)))
    small = Twofold(-x.high, -x.low)
    with flint.ctx.workprec(400):
        turn = 2 * flint.arb.pi()
        for i in range(n):
            a, b = ball(x, i), ball(y, i)
            for found, exact, factor in ((x + y, a + b, 1), (x * y, a * b, 1), (x / y, a / b, 1), (x.sqrt(), a.sqrt(), 1),
                                         (log1p(x, x + 1.0), a.log1p(), 2.0**40),
                                         (log1p(small, small + 1.0), (-a).log1p(), 2.0**40)):
                assert abs(float(ball(found, i) / exact - 1)) <= factor * TWOFOLD
            assert abs(float(ball(angle(x, y), i) - flint.arb.atan2(a, b) / turn)) <= 16 * TWOFOLD


@pytest.mark.parametrize("count", [2, 30, 1000, 4096])
def test_consecutive_sums(count: int) -> None:
    rng = np.random.default_rng(count)
    turns = np.concatenate([rng.integers(0, 2**63 - 1, 80), rng.integers(0, 2**30, 20), [0, 2**63 - 1]])
    c = rng.standard_normal(102) + 1j * rng.standard_normal(102)
    k = np.arange(-(count // 2), count // 2)
    with np.errstate(over="ignore"):
        phase = (k[:, None] * turns).astype(np.float64) * (2 * np.pi / 2.0**64)
    expected = (np.exp(1j * phase) @ c).real
    assert np.abs(consecutive_sums(c, turns, np.zeros(102), count) - expected).max() <= NON_UNIFORM * np.abs(c).sum()
