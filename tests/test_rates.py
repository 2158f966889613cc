"""Predictions: equal to the exact settled step of the worst eigenvalue, never below any other, and open where nothing is proven."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import flint
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from cdmtheory.arithmetic import Arithmetic
from cdmtheory.methods import Method, chebyshev, critically_damped, gradient_descent, heavy_ball, momentum_method, nesterov, polyak, triple_momentum
from cdmtheory.rates import critical_time, gradient_flow_time, steps_to
from cdmtheory.simulate.compare import RIVALS
from cdmtheory.simulate.hitting import hit
from cdmtheory.simulate.stepwise import spectral
from cdmtheory.spectra import Spectrum
from cdmtheory.worst_at_mu import falls_at, worst_is_at_mu

AT_L = {"polyak"}  # from rest, theory C6; all others are worst at μ


@settings(derandomize=True, deadline=None, max_examples=80)
@given(name=st.sampled_from(sorted(RIVALS)), kappa=st.integers(1, 10**6) | st.sampled_from([1, 2, 4, 9, 943, 944, 10**4, 10**12]), log=st.floats(-12, -0.02))
def test_prediction_is_the_settled_step_of_the_worst_eigenvalue(name: str, kappa: int, log: float) -> None:
    """Two independent routes: bounds by bisection here, closed forms with a search there."""
    mu, L, tolerance = Fraction(1), Fraction(kappa), 10.0**log
    method = RIVALS[name](mu, L)
    predicted = steps_to(method, mu, L, tolerance)
    worst = hit(method, Spectrum.of_eigenvalues([float(L if name in AT_L else mu)]), tolerance)
    if predicted.steps is None:
        assert name in ("triple-momentum", "cdm")
        assert tolerance > (1e-3 if name == "triple-momentum" else 0.98)
        assert predicted.reason
    else:
        assert predicted.steps == worst.settled
        assert predicted.source


@pytest.mark.parametrize("name", sorted(RIVALS))
@pytest.mark.parametrize("kappa", [3, 50, 944, 2000])
def test_no_eigenvalue_needs_more_than_predicted(name: str, kappa: int) -> None:
    """4000 eigenvalues stepped through: none is above the tolerance from the predicted step on, one is just before it."""
    mu, L, tolerance = Fraction(1), Fraction(kappa), 1e-4
    method = RIVALS[name](mu, L)
    predicted = steps_to(method, mu, L, tolerance).steps
    assert predicted is not None
    h = np.unique(np.concatenate([np.geomspace(1, kappa, 2000), kappa + 1 - np.geomspace(1, kappa, 2000)]).clip(1, kappa))
    states = spectral(method, Spectrum.of_eigenvalues(h), predicted + 200, states=True).states
    assert states is not None
    worst = np.abs(states).max(axis=1)
    assert (worst[predicted:] <= tolerance * (1 + 1e-9)).all()
    assert worst[predicted - 1] > tolerance * (1 - 1e-9)


@pytest.mark.parametrize("kappa", [2, 10, 10**8, 10**13, 10**17])
def test_gradient_descent_is_the_logarithm(kappa: int) -> None:
    """ceil(log tolerance / log(1 − 1/κ)) in 300 bits."""
    with flint.ctx.workprec(300):
        expected = int((flint.arb(flint.fmpq(1, 10**6)).log() / flint.arb(flint.fmpq(-1, kappa)).log1p()).ceil().unique_fmpz())
    assert steps_to(gradient_descent(Fraction(1, kappa)), 1, kappa, Fraction(1, 10**6)).steps == expected


def test_gradient_descent_with_an_irrational_step_settles_although_its_rate_is_one_in_doubles() -> None:
    steps = steps_to(gradient_descent(1 / sympy.sqrt(10**34 + 1)), 1, 10**17, Fraction(1, 10**6)).steps
    assert steps == pytest.approx(10**17 * math.log(10**6), rel=1e-12)


def test_polyak_rises_before_it_falls() -> None:
    """The transient of size √κ/e (theory C8): a tolerance above 1 is left and reached again, one above the peak never matters."""
    assert steps_to(polyak(1, 10**4), 1, 10**4, 10).steps == hit(polyak(1, 10**4), Spectrum.of_eigenvalues([1e4]), 10).settled
    assert steps_to(polyak(1, 10**4), 1, 10**4, 1000).steps == 0


@pytest.mark.parametrize("kappa", [1, 2, 3, 30])
def test_critical_damping_below_its_largest_step(kappa: int) -> None:
    """η < 1/L: μ is the worst there too, in the regime where δ stays below 2s and beyond it."""
    for step_size in (Fraction(1, 3 * kappa), Fraction(9, 10 * kappa)):
        method = critically_damped(step_size, 1)
        assert steps_to(method, 1, kappa, 1e-3).steps == hit(method, Spectrum.of_eigenvalues([1.0]), 1e-3).settled


@pytest.mark.parametrize("kappa", [10**2, 10**6, 10**20])
def test_polyak_just_below_and_above_its_peak(kappa: int) -> None:
    """The largest value of the transient decides whether it settles at once: found by looking around the peak."""
    with flint.ctx.workprec(300):
        root = (flint.arb(kappa).sqrt() - 1) / (flint.arb(kappa).sqrt() + 1)
        center = int((-1 / root.log() - 1 / (1 + root)).mid().floor().unique_fmpz())
        peak = max(float((root**k * (1 + k * (1 + root))).mid()) for k in range(max(0, center - 1), center + 3))
    assert steps_to(polyak(1, kappa), 1, kappa, peak * (1 + 1e-12)).steps == 0
    below = steps_to(polyak(1, kappa), 1, kappa, peak * (1 - 1e-12)).steps
    assert below is not None
    assert below >= center


def test_critical_damping_beyond_943_is_open_only_near_tolerance_one() -> None:
    """At κ = 10⁴ an interior eigenvalue overshoots (theory C7), so ε = 0.999 is open; the bounds it names hold."""
    kappa = 10**4
    method = critically_damped(Fraction(1, kappa), 1)
    found = steps_to(method, 1, kappa, Fraction(999, 1000))
    assert found.steps is None
    assert found.reason is not None
    low, high = (int(word.rstrip(":")) for word in found.reason.split()[1:4:2])
    states = spectral(method, Spectrum.of_eigenvalues(np.geomspace(1, kappa, 4000)), 40, states=True).states
    assert states is not None
    last_above = int(np.flatnonzero(np.abs(states).max(axis=1) > 0.999)[-1])
    assert low < last_above + 1 <= high
    assert steps_to(critically_damped(Fraction(1, 943), 1), 1, 943, Fraction(999, 1000)).steps is not None


@pytest.mark.parametrize(("method", "words"), [
    (gradient_descent(Fraction(2, 5)), "never settles"), (critically_damped(Fraction(1, 5), 2), "curvature = mu"),
    (critically_damped(Fraction(1, 4), 1), "eta <= 1/L"), (polyak(1, 6), "its own parameters"), (chebyshev(2, 5), "its own parameters"),
    (nesterov(Fraction(1, 5), Fraction(1, 2)), "beta"), (heavy_ball(Fraction(1, 5), Fraction(9, 10)), "over-damped"),
    (heavy_ball(Fraction(1, 5), Fraction(1, 10), Fraction(1, 9)), "no worst case")])
def test_what_is_not_proven_is_open_with_its_reason(method: Method, words: str) -> None:
    found = steps_to(method, 1, 5, Fraction(9, 10))
    assert found.steps is None
    assert found.reason is not None
    assert words in found.reason


def test_what_cannot_be_certified_names_its_lower_bound() -> None:
    found = steps_to(triple_momentum(1, 9), 1, 9, Fraction(1, 2))
    assert found.steps is None
    assert found.reason is not None
    assert found.reason.startswith("at least 3,")


def test_a_tie_is_decided_exactly() -> None:
    """CDM at κ = 2: u(1) = 1 − 1/κ = 1/2 with an irrational root; Nesterov's momentum is in the same field."""
    assert steps_to(critically_damped(Fraction(1, 2), 1), 1, 2, Fraction(1, 2)).steps == 1
    assert steps_to(gradient_descent(Fraction(1, 3)), 1, 3, Fraction(4, 9)).steps == 2
    root = sympy.sqrt(2)
    assert steps_to(nesterov(sympy.Rational(1, 2), (root - 1) / (root + 1)), 1, 2, Fraction(1, 2)).steps == 1


def test_certificate_is_refused_where_mu_is_not_the_worst() -> None:
    """Over-damped at μ = 1, but with η = 1.9/L the other end is the slow one; and the sign test fails where roots are complex."""
    slow_at_L = momentum_method(Fraction(19, 1000), Fraction(1, 100), 0)
    assert steps_to(slow_at_L, 10, 100, 1e-6).steps is None
    assert steps_to(momentum_method(Fraction(1, 100), Fraction(1, 100), 0), 10, 100, 1e-6).steps is not None
    with flint.ctx.workprec(200):
        c = slow_at_L.to(Arithmetic.BALL).schedule.constant
        assert c is not None
        assert not worst_is_at_mu(c, Fraction(10), Fraction(100), 60, Fraction(1, 10**6))
        assert falls_at(c, flint.arb(10), 60)
        assert not falls_at(c, flint.arb(50), 60)


def test_certificate_sees_a_transient_that_is_still_to_come() -> None:
    """Over-damped at μ; at L the residual is 1.9 after one step and 2.17 after two, so a tolerance of 2 is not met at once."""
    method = heavy_ball(Fraction(29, 10_000), Fraction(1, 2))
    states = spectral(method, Spectrum.of_eigenvalues([1000.0]), 2).norms
    assert states[1] < 2 < states[2]
    assert steps_to(method, 1, 1000, 2).steps is None
    assert steps_to(method, 1, 1000, 1e-6).steps is not None


@pytest.mark.parametrize("tolerance", [0.9, 0.1, 1e-6, 1e-12])
def test_times_of_theory_b2(tolerance: float) -> None:
    """The time solves (1 + √λ·t)·e^{−√λ·t} = ε; gradient flow has ln(1/ε)/λ."""
    for curvature in (1.0, 1e-6):
        x = math.sqrt(curvature) * critical_time(tolerance, curvature)
        assert abs((1 + x) * math.exp(-x) / tolerance - 1) < 1e-12 * (1 + x)
        assert abs(math.exp(-curvature * gradient_flow_time(tolerance, curvature)) / tolerance - 1) < 1e-14 * (1 + math.log(1 / tolerance))
    assert critical_time(1.0, 2.0) == gradient_flow_time(1.0, 2.0) == 0


def test_steps_of_cdm_tend_to_the_critical_time() -> None:
    """Theory C5: steps at η = 1/L over √κ tend to σ(ε)."""
    kappa = 10**12
    found = steps_to(critically_damped(Fraction(1, kappa), 1), 1, kappa, 1e-6).steps
    assert found is not None
    assert abs(found / math.sqrt(kappa) / critical_time(1e-6, 1) - 1) < 1e-5


def test_polyak_from_rest_has_its_logarithm() -> None:
    """Theory C5: ~ (√κ/4)·ln κ, so a decade of κ adds ln 10 to 4K/√κ, and the log of the log a little."""
    scaled = [4 * steps_to(polyak(1, 10**n), 1, 10**n, 1e-6).steps / 10 ** (n / 2) for n in (12, 14, 16, 18)]  # type: ignore[operator]
    gains = [(b - a) / math.log(100) for a, b in pairwise(scaled)]
    assert all(1 < b < a < 1.2 for a, b in pairwise(gains))


@pytest.mark.parametrize(("mu", "L", "tolerance"), [(0, 1, 0.1), (2, 1, 0.1), (-1, 1, 0.1), (1, 2, 0), (1, 2, -1), (1, 2, float("nan")),
                                                     (float("inf"), 2, 0.1)])
def test_bad_input_is_named(mu: float, L: float, tolerance: float) -> None:
    with pytest.raises(ValueError, match=r"mu = |tolerance = "):
        steps_to(gradient_descent(1), mu, L, tolerance)
    for call in (critical_time, gradient_flow_time):
        with pytest.raises(ValueError, match="tolerance"):
            call(-1.0, 1.0)
        with pytest.raises(ValueError, match="curvature"):
            call(0.5, 0.0)
