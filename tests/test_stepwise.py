"""The three simulators are the definition: in velocity form, in the eigenbasis, as a matrix and as a gradient."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.linalg import aslinearoperator

from cdmtheory.arithmetic import Arithmetic
from cdmtheory.methods import METHODS, Method, chebyshev, critically_damped, gradient_descent, heavy_ball, momentum_method, phased, polyak
from cdmtheory.modes import characteristic, residual, spectral_radius
from cdmtheory.recurrence import recurrences, value
from cdmtheory.simulate.closed_form import norms
from cdmtheory.simulate.stepwise import DIVERGED, coefficients, dense, matrix_free, spectral
from cdmtheory.spectra import SYNTHETIC, Spectrum, synthetic
from tolerances import ROUNDING_PER_STEP, STABILITY_MARGIN, VELOCITY_FORM

MU, L = Fraction(1), Fraction(9)
VALUES: dict[str, Any] = {"step_size": Fraction(1, 9), "momentum": Fraction(1, 3), "first_step": Fraction(1, 12), "curvature": MU, "mu": MU, "L": L,
                          "lookahead": Fraction(1, 5), "first": gradient_descent(Fraction(1, 5)), "steps": 3, "second": chebyshev(MU, L)}


def every_method() -> list[Method]:
    """One of each family of the table, so that a method added there is tested here."""
    return [made(*(VALUES[name] for name in made.signature.parameters)) for made in METHODS.values()]


def rational_residual(method: Method, steps: int, h: Fraction) -> Fraction:
    return Fraction(residual(method, steps, h))


@pytest.mark.parametrize("method", [m for m in every_method() if m.name != "phased"], ids=lambda m: m.name)
def test_derived_recurrence_is_the_definition(method: Method) -> None:
    """Trace, determinant and first residual, read off two evaluations, give p_k; the divisor is Chebyshev's alone."""
    for h in (Fraction(1), Fraction(7, 3), Fraction(10)):
        found = recurrences(method, [h])
        assert (found.divisor is not None) == (method.name == "chebyshev")
        for k in range(8):
            p = value(found.modes[0], k) if found.divisor is None else value(found.modes[0], k) / value(found.divisor, k)
            exact = rational_residual(method, k, h)
            assert abs(float(p) - float(exact)) <= 1e-12 * max(1.0, abs(float(exact)))


def test_recurrence_is_the_characteristic_polynomial_of_modes() -> None:
    method = momentum_method(Fraction(1, 8), Fraction(1, 2), Fraction(1, 4))
    found = recurrences(method, [Fraction(4)]).modes[0]
    exact = characteristic(next(iter(method)), Fraction(4))
    assert (found.trace, found.determinant) == (float(exact.trace), float(exact.determinant))


@pytest.mark.parametrize("method", every_method(), ids=lambda m: m.name)
def test_float_simulation_equals_exact_rationals(method: Method) -> None:
    steps = 40
    spectrum = Spectrum.of_eigenvalues([1.0, 2.5, 9.0], multiplicities=[4, 1, 2])
    seen = spectral(method, spectrum, steps, states=True)
    assert seen.states is not None
    for i, h in enumerate((Fraction(1), Fraction(5, 2), Fraction(9))):
        exact = [float(rational_residual(method, k, h)) for k in range(steps + 1)]
        assert np.abs(seen.states[:, i] - exact).max() <= ROUNDING_PER_STEP * steps
    assert np.allclose(seen.norms**2, seen.states**2 @ spectrum.multiplicities, rtol=1e-14)


def test_accurate_where_two_iterates_are_not() -> None:
    """κ = 10⁸, 10⁵ steps of CDM: the velocity form keeps 12 digits, the textbook's a·x − β·x₋ less than 7."""
    steps, mu = 100_000, Fraction(1, 10**8)
    spectrum = Spectrum.of_eigenvalues([float(mu)], mu=mu, L=mu)
    method = critically_damped(1, mu)
    exact = float(norms(method, spectrum, np.array([steps]))[0])
    assert abs(spectral(method, spectrum, steps).norms[-1] / exact - 1) < VELOCITY_FORM
    beta = next(iter(method.to(Arithmetic.FLOAT))).momentum
    a, x, previous = 1 + beta - float(mu), 1.0, 1.0
    for _ in range(steps):
        x, previous = a * x - beta * previous, x
    assert abs(x / exact - 1) > 1e4 * VELOCITY_FORM


@settings(derandomize=True, deadline=None, max_examples=60)
@given(which=st.integers(0, len(every_method()) - 1), name=st.sampled_from(sorted(SYNTHETIC)), size=st.integers(2, 8), seed=st.integers(0, 99))
def test_eigenbasis_equals_dense_equals_matrix_free(which: int, name: str, size: int, seed: int) -> None:
    method, steps = every_method()[which], 30
    rng = np.random.default_rng(seed)
    spectrum = synthetic(name, 9, size, seed=seed)
    h = 9 * np.repeat(spectrum.eigenvalues, spectrum.multiplicities)
    Q = np.linalg.qr(rng.standard_normal((size, size)))[0]
    H = (Q * h) @ Q.T
    H = (H + H.T) / 2
    starts = rng.standard_normal((3, size))
    H_before, starts_before = H.copy(), starts.copy()
    rows = dense(method, H, starts, steps)
    free = matrix_free(method, lambda x: x @ H, starts, steps)
    operator = matrix_free(method, aslinearoperator(H), starts, steps)
    target = matrix_free(method, lambda x: (x - 1) @ H, starts + 1, steps, target=np.ones(size))
    bound = ROUNDING_PER_STEP * (steps + 1) * size * max(1.0, rows.norms.max())
    for other in (free, operator, target):
        assert np.abs(other.norms - rows.norms).max() <= bound
    for i, start in enumerate(starts):
        basis = spectral(method, Spectrum.of_eigenvalues(h), 0)
        assert basis.norms.shape == (1,)
        coordinates = Q.T @ start
        own = dense(method, np.diag(h), coordinates, steps)
        assert np.abs(own.norms - rows.norms[:, i]).max() <= bound
        assert np.abs(Q @ own.x - rows.x[i]).max() <= bound
        distinct, which_of = np.unique(h, return_inverse=True)
        squares = np.bincount(which_of, weights=coordinates**2)
        counts = np.bincount(which_of)
        diagonal = spectral(method, Spectrum.of_eigenvalues(distinct, multiplicities=counts), steps, weights=np.sqrt(squares / counts))
        assert np.abs(diagonal.norms - own.norms).max() <= bound
    assert np.array_equal(H, H_before)
    assert np.array_equal(starts, starts_before)


@settings(derandomize=True, deadline=None, max_examples=100)
@given(log_step=st.floats(-2.5, 1.2), beta=st.floats(-1.3, 1.3), gamma=st.sampled_from([0.0, 0.3, 1.0]))
def test_decays_iff_stable_by_the_theory(log_step: float, beta: float, gamma: float) -> None:
    """Spectral radius of the definition below 1 − margin: the norm ends far below 1; above 1 + margin: it grows."""
    method = momentum_method(10.0**log_step, beta, beta * gamma)
    radius = float(spectral_radius(next(iter(method)), 1.0))
    steps = 2000
    seen = spectral(method, Spectrum.of_eigenvalues([1.0]), steps)
    end = seen.norms[-1]
    if radius < 1 - STABILITY_MARGIN:
        assert seen.diverged_at is None
        assert end < 1e-6
    elif radius > 1 + STABILITY_MARGIN:
        assert end > 1e6 or seen.diverged_at is not None
    if gamma == 0 and abs(radius - 1) > STABILITY_MARGIN:
        assert (radius < 1) == (abs(beta) < 1 and 0 < 10.0**log_step < 2 * (1 + beta))  # theory B3


def test_divergence_is_detected_and_never_warns() -> None:
    """``filterwarnings = error`` turns an overflow warning into a failure."""
    fast = spectral(gradient_descent(1e300), Spectrum.of_eigenvalues([1.0, 1e5]), 100)
    assert fast.diverged_at == 1
    slow = spectral(gradient_descent(3), Spectrum.of_eigenvalues([1.0]), 1000)
    assert slow.diverged_at is not None
    assert len(slow.norms) == slow.diverged_at + 1
    assert slow.norms[-1] > DIVERGED >= slow.norms[-2]
    nan = matrix_free(gradient_descent(1), lambda x: x * np.nan, np.ones(2), 5)
    assert nan.diverged_at == 1


def test_phased_keeps_its_velocity_at_the_change() -> None:
    spectrum = Spectrum.of_eigenvalues([1.0])
    one = heavy_ball(Fraction(1, 10), Fraction(1, 2))
    assert np.array_equal(spectral(phased(one, 5, one), spectrum, 20).norms, spectral(one, spectrum, 20).norms)
    at_rest = spectral(one, spectrum, 15, weights=spectral(one, spectrum, 5).x).norms
    assert abs(at_rest[-1] - spectral(one, spectrum, 20).norms[-1]) > 1e-6


def test_coefficients_are_rounded_once() -> None:
    """1 − β at κ = 10²⁰ in doubles would be off by a relative 1e-6."""
    damping = next(coefficients(polyak(1, 10**20))).damping
    exact = 1 - (1 - 2 / (1 + Fraction(10) ** 10)) ** 2
    assert abs(damping / float(exact) - 1) < 1e-15


def test_a_second_run_gives_the_same() -> None:
    spectrum, method = synthetic("uniform", 50, 10), chebyshev(Fraction(1, 50), 1).to(Arithmetic.FLOAT)
    assert np.array_equal(spectral(method, spectrum, 20).norms, spectral(method, spectrum, 20).norms)


H2 = np.array([[2.0, 1.0], [1.0, 3.0]])
GD = gradient_descent(0.1)


@pytest.mark.parametrize(("call", "word"), [
    (lambda: gradient_descent(0), "step_size = 0"), (lambda: gradient_descent(-1.0), "step_size"), (lambda: gradient_descent(float("nan")), "step_size"),
    (lambda: dense(GD, [[1.0, 2.0], [0.0, 1.0]], [1.0, 1.0], 3), "not symmetric"),
    (lambda: dense(GD, [[1.0, 2.0]], [1.0, 1.0], 3), "square"),
    (lambda: dense(GD, H2, [1.0, 1.0, 1.0], 3), "start"),
    (lambda: dense(GD, [[1.0, float("nan")], [float("nan"), 1.0]], [1.0, 1.0], 3), "matrix"),
    (lambda: dense(GD, H2, [1.0, float("inf")], 3), "start"),
    (lambda: dense(GD, H2, [1.0, 1.0], -1), "steps = -1"),
    (lambda: dense(GD, H2, [1.0, 1.0], 1.5), "steps = 1.5"),  # type: ignore[arg-type]
    (lambda: matrix_free(GD, lambda x: x[:1], [1.0, 1.0], 3), "gradient"),
    (lambda: matrix_free(GD, aslinearoperator(np.eye(3)), [1.0, 1.0], 3), "operator"),
    (lambda: matrix_free(GD, lambda x: x, [1.0, 1.0], 3, target=[float("nan"), 0.0]), "target"),
    (lambda: spectral(GD, Spectrum.of_eigenvalues([1.0, 2.0]), 3, weights=[1.0]), "weights"),
    (lambda: spectral(GD, Spectrum.of_eigenvalues([1.0, 2.0]), 3, weights=[1.0, float("nan")]), "weights")])
def test_bad_input_is_named(call: Any, word: str) -> None:
    with pytest.raises(ValueError, match=word):
        call()


@pytest.mark.parametrize("call", [lambda: dense("gd", H2, [1.0, 1.0], 3), lambda: matrix_free(GD, H2, [1.0, 1.0], 3),  # type: ignore[arg-type]
                                  lambda: dense(GD, H2, [1j, 1.0], 3)])
def test_the_wrong_kind_is_named(call: Any) -> None:
    with pytest.raises(TypeError, match=r"method|gradient|start"):
        call()


def test_a_gradient_that_writes_into_its_argument_is_stopped() -> None:
    def careless(x: Any) -> Any:
        x *= 2
        return x

    with pytest.raises(ValueError, match="read-only"):
        matrix_free(GD, careless, [1.0, 1.0], 3)
