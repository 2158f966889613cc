"""The property-test kit: true bounds pass, bounds that are slightly wrong are found, and what is found can be read."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from fractions import Fraction
from itertools import count, repeat

import hypothesis
import numpy as np
import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from cdmtheory import Spectrum, chebyshev, critically_damped, gradient_descent, heavy_ball, nesterov, polyak
from cdmtheory import testing as kit
from cdmtheory.methods import Method
from cdmtheory.testing import assert_never_below_chebyshev, assert_rate_bound, assert_same_trajectory, curvatures, kappas, methods, spectra
from tests_support import environment

FEW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


def ends(spectrum: Spectrum) -> tuple[float, float]:
    return float(spectrum.mu), float(spectrum.L)


def double_root(k: int, mu: float, L: float) -> float:
    """r^k(1 + ks): true of Nesterov's method (theory C9), and of critical damping up to κ = 943 only (C7)."""
    s = math.sqrt(mu / L)
    return (1 - s) ** k * (1 + k * s)


# -- true ----------------------------------------------------------------------------------------------------------------------------

@FEW
@given(spectra())
def test_true_bounds_hold(spectrum: Spectrum) -> None:
    mu, L = ends(spectrum)
    s = math.sqrt(mu / L)
    assert_rate_bound(nesterov(1 / L, (1 - s) / (1 + s)), double_root, spectrum, steps=60)
    assert_rate_bound(critically_damped(1 / L, mu), lambda k, mu, L: (1 - s) ** k * (2 / math.sqrt(3 - s) + k * s), spectrum, steps=60)


@FEW
@given(spectra(largest_kappa=943))
def test_critical_damping_up_to_943(spectrum: Spectrum) -> None:
    mu, L = ends(spectrum)
    assert_rate_bound(critically_damped(1 / L, mu), double_root, spectrum, steps=60)


@FEW
@given(methods(), kappas(largest=1e6))
def test_nothing_is_faster_than_chebyshev(method: Method, kappa: float) -> None:
    assert_never_below_chebyshev(method, 1 / kappa, 1, steps=25)


@pytest.mark.parametrize("kappa", [1, 1.001, 2, 100, 1e8])
def test_chebyshev_itself_attains_it(kappa: float) -> None:
    assert_never_below_chebyshev(chebyshev(1 / kappa, 1.0), 1 / kappa, 1, steps=40)
    assert_never_below_chebyshev(polyak(1 / kappa, 1.0), 1 / kappa, 1, steps=40)


@FEW
@given(spectra())
def test_the_same_method_in_two_ways(spectrum: Spectrum) -> None:
    mu, L = ends(spectrum)
    root = math.sqrt(mu / L)
    assert_same_trajectory(critically_damped(1 / L, mu), heavy_ball(1 / L, (1 - root) ** 2), spectrum, steps=60)
    assert_same_trajectory(critically_damped(1 / L, mu), repeat((1 / L, (1 - root) ** 2, 0)), spectrum, steps=60)


# -- false -----------------------------------------------------------------------------------------------------------------------------

def fails(strategy: st.SearchStrategy, check) -> object:
    """The smallest case at which an assertion fails, as a user's test would find it."""
    caught = []

    @settings(max_examples=300, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def run(case) -> None:
        try:
            check(case)
        except AssertionError as error:
            caught.append((case, str(error)))
            raise

    with pytest.raises(AssertionError):
        run()
    return caught[-1]


def test_the_overshoot_beyond_943_is_found() -> None:
    """A sweep up to κ = 900 calls it true."""
    spectrum, message = fails(spectra(), lambda s: assert_rate_bound(critically_damped(1 / ends(s)[1], ends(s)[0]), double_root, s, steps=12))
    assert spectrum.kappa > 943
    assert len(spectrum) == 3, "two ends and the one that overshoots"
    assert re.search(r"after \d+ steps \|x_k\|/\|x_0\| = [\d.]+ at the eigenvalue [\d.e-]+, above the bound [\d.]+\nmu = ", message)


def test_a_method_the_package_does_not_have_with_a_bound_that_is_subtly_wrong() -> None:
    """Heavy ball whose momentum warms up: the bound holds up to κ = 11 and is off by a few per cent beyond."""
    def warm_up(mu: float, L: float):
        return ((1 / L, min(k / (k + 1), (1 - math.sqrt(mu / L)) ** 2), 0) for k in count())

    spectrum, _ = fails(spectra(), lambda s: assert_rate_bound(warm_up(*ends(s)), double_root, s, steps=20))
    assert spectrum.kappa > 11.6
    assert len(spectrum) == 2
    eleven = Spectrum.of_eigenvalues(np.geomspace(1 / 11, 1, 40))
    assert_rate_bound(warm_up(*ends(eleven)), double_root, eleven)


def test_a_wrong_momentum_is_a_different_trajectory() -> None:
    spectrum, message = fails(spectra(), lambda s: assert_same_trajectory(critically_damped(1 / ends(s)[1], ends(s)[0]),
                                                                          heavy_ball(1 / ends(s)[1], 1 - math.sqrt(ends(s)[0] / ends(s)[1])), s, steps=30))
    assert spectrum.kappa == 2
    assert "after 2 steps they differ" in message


def test_a_difference_in_the_ninth_digit_is_seen() -> None:
    s = Spectrum.of_eigenvalues([0.1, 1.0])
    with pytest.raises(AssertionError, match="differ"):
        assert_same_trajectory(heavy_ball(1.0, 0.5), heavy_ball(1.0, 0.5 + 1e-7), s)


def test_something_below_chebyshev_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No first-order method can be; so the simulation is made to lie."""
    honest = kit._residuals
    monkeypatch.setattr(kit, "_residuals", lambda *given: 0.99 * honest(*given))
    with pytest.raises(AssertionError, match=r"after 1 steps the worst residual over \[0.01, 1\] is .*, below"):
        assert_never_below_chebyshev(chebyshev(0.01, 1.0), 0.01, 1, steps=10)


# -- what is accepted ----------------------------------------------------------------------------------------------------------------

def test_streams_of_every_kind() -> None:
    s = Spectrum.of_eigenvalues([0.25, 1.0])
    method = gradient_descent(Fraction(1, 2))
    for stream in (repeat((0.5, 0, 0)), [(Fraction(1, 2), 0, 0)] * 100, repeat(np.array([0.5, 0.0, 0.0])), iter(method), ((0.5, 0.0, 0.0) for _ in count())):
        assert_same_trajectory(method, stream, s)
    assert_rate_bound([(1, 0, 0)] * 3, lambda k, mu, L: 0.75**k, s)  # ends after three steps
    with pytest.raises(TypeError, match=r"method: step 0 is \(1, 2\); allowed are three finite numbers"):
        assert_rate_bound(repeat((1, 2)), lambda k, mu, L: 1, s)
    with pytest.raises(TypeError, match="method: step 0"):
        assert_rate_bound(repeat((math.nan, 0, 0)), lambda k, mu, L: 1, s)
    used_up = iter([(0.5, 0, 0)] * 3)
    assert_rate_bound(used_up, lambda k, mu, L: 1, s)
    for check in (lambda: assert_rate_bound(used_up, lambda k, mu, L: 0.5, s), lambda: assert_same_trajectory(method, used_up, s),
                  lambda: assert_never_below_chebyshev([], 1, 10)):
        with pytest.raises(ValueError, match="the iterable is empty"):  # it would pass whatever is asserted
            check()
    with pytest.raises(ValueError, match="= None is not a number"):
        assert_rate_bound(method, lambda k, mu, L: None, s)
    assert_rate_bound(method, lambda k, mu, L: 0.875**k, [0.25, 1.0, 1.0])  # eigenvalues will do
    with pytest.raises(ValueError, match="eigenvalues: "):
        assert_rate_bound(method, lambda k, mu, L: 1, [-1.0])
    with pytest.raises(ValueError, match="not a number"):
        assert_rate_bound(method, lambda k, mu, L: math.nan, s)
    with pytest.raises(ValueError, match="steps = -1"):
        assert_rate_bound(method, lambda k, mu, L: 1, s, steps=-1)


def test_a_method_that_diverges_breaks_its_bound_and_no_other() -> None:
    s = Spectrum.of_eigenvalues([0.25, 1.0])
    with pytest.raises(AssertionError, match="above the bound"):
        assert_rate_bound(gradient_descent(100.0), lambda k, mu, L: 1, s)
    assert_never_below_chebyshev(gradient_descent(100.0), 0.25, 1)
    assert_same_trajectory(gradient_descent(100.0), gradient_descent(100.0), s)


@FEW
@given(st.data())
def test_what_the_strategies_yield(data: st.DataObject) -> None:
    kappa = data.draw(kappas(largest=1e4))
    assert 1 <= kappa <= 1e4
    assert 0.5 <= data.draw(curvatures(mu=0.5, L=3.0)) <= 3
    spectrum = data.draw(spectra(largest_kappa=100, most=4))
    assert isinstance(spectrum, Spectrum)
    assert len(spectrum) <= 4
    assert spectrum.kappa <= 100 * (1 + 1e-9)
    assert isinstance(data.draw(methods()), Method)


def test_they_shrink_to_what_can_be_read() -> None:
    quick = settings(max_examples=200, database=None, derandomize=True, deadline=None)
    assert find(kappas(), lambda _: True, settings=quick) == 1
    assert find(kappas(), lambda kappa: kappa > 50, settings=quick) == 100
    assert find(spectra(), lambda _: True, settings=quick).eigenvalues.tolist() == [1]
    assert find(spectra(), lambda s: s.kappa > 5, settings=quick).eigenvalues.tolist() == [0.1, 1]
    assert repr(find(methods(), lambda _: True, settings=quick)) == "gradient_descent(1.0)"


@pytest.mark.parametrize("make", [lambda: kappas(largest=0.5), lambda: curvatures(mu=2, L=1), lambda: spectra(most=0), lambda: methods(mu=0)])
def test_strategies_refuse_what_makes_no_sense(make) -> None:
    with pytest.raises(ValueError, match="allowed|needed"):
        make()


def test_the_search_is_led(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    monkeypatch.setattr(hypothesis, "target", lambda value, *, label: told.append((label, value)))

    @settings(max_examples=5, database=None, derandomize=True)
    @given(spectra())
    def run(s: Spectrum) -> None:
        assert_rate_bound(gradient_descent(1 / ends(s)[1]), lambda k, mu, L: 1, s, steps=5)

    run()
    assert told
    assert all(label == "rate bound" and value <= 0 for label, value in told)


def test_without_hypothesis_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['hypothesis'] = None\ntry:\n    import cdmtheory.testing\nexcept ImportError as e:\n    print(e)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=environment(), check=True)
    assert done.stdout == "cdmtheory.testing needs Hypothesis; install it with: pip install hypothesis\n"
