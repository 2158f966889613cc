"""Property tests of your own methods and bounds: Hypothesis strategies, and assertions that search for where they fail.

In five lines::

    @given(spectra())
    def test_my_bound(spectrum):
        mu, L = float(spectrum.mu), float(spectrum.L)
        method = repeat((1 / L, (1 - (mu / L) ** 0.5) ** 2, 0))
        assert_rate_bound(method, lambda k, mu, L: 2 * (1 - (mu / L) ** 0.5) ** k * (1 + k * (mu / L) ** 0.5), spectrum)

A method is one of cdmtheory's, or any iterable of (step_size, momentum, lookahead), one for each step; it starts at rest. Inside a
test of Hypothesis the assertions tell it how near a case came to failing (``hypothesis.target``), so that it searches there.
Needs hypothesis; nothing else of the package does.
"""

from __future__ import annotations

import contextlib
import inspect
import math
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import islice
from typing import Any

import flint  # noqa: F401  Hypothesis gives every case 200 ms, so what has to be imported is imported here and not in the first case
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cdmtheory import methods as _methods
from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.methods import Coefficients, Family, Method, Schedule
from cdmtheory.simulate.stepwise import spectral
from cdmtheory.spectra import Spectrum

try:
    import hypothesis
    from hypothesis import strategies as st
except ImportError as error:
    raise ImportError("cdmtheory.testing needs Hypothesis; install it with: pip install hypothesis") from error

__all__ = ["assert_never_below_chebyshev", "assert_rate_bound", "assert_same_trajectory", "curvatures", "kappas", "methods", "spectra"]

Floats = NDArray[np.float64]
SLACK = 1e-9  # relative to a bound: coefficients given as floats are off by rounding, which critical damping amplifies k-fold
_EPS = float(np.finfo(float).eps)


# -- strategies ------------------------------------------------------------------------------------------------------------------

def kappas(*, largest: float = 1e8) -> st.SearchStrategy[float]:
    """Condition numbers κ ≥ 1, as floats: round ones first, then any up to ``largest``, spread over the decades. Shrinks to 1."""
    if not largest >= 1:
        raise ValueError(f"largest = {largest!r}; allowed is a number >= 1")
    round_ones = [float(n) for n in (1, 2, 4, 10, 100, 1000, 10**4, 10**6, 10**8) if n <= largest]
    decades = st.floats(0, math.log10(largest), allow_nan=False).map(lambda exponent: min(largest, float(f"{10**exponent:.3g}")))
    return st.sampled_from(round_ones) | decades


def curvatures(*, mu: float = 1e-6, L: float = 1.0) -> st.SearchStrategy[float]:
    """Eigenvalues h in [mu, L], as floats, spread over the decades, the ends included. Shrinks to L."""
    if not 0 < mu <= L:
        raise ValueError(f"mu = {mu!r}, L = {L!r}; needed is 0 < mu <= L")
    return st.sampled_from([L, mu]) | st.floats(0, 1).map(lambda share: min(L, max(mu, L * (mu / L) ** share)))


def spectra(*, largest_kappa: float = 1e8, most: int = 12) -> st.SearchStrategy[Spectrum]:
    """Spectra with up to ``most`` distinct eigenvalues and κ ≤ ``largest_kappa``, both ends present. Shrinks to few eigenvalues, L = 1."""
    if most < 1:
        raise ValueError(f"most = {most!r}; allowed is a whole number >= 1")

    @st.composite
    def eigenvalues(draw: st.DrawFn) -> list[float]:
        kappa, scale = draw(kappas(largest=largest_kappa)), draw(st.sampled_from([1.0, 10.0, 0.01]))
        inside = draw(st.lists(curvatures(mu=1 / kappa), max_size=max(0, most - 2)))
        return sorted({scale * h for h in ([1 / kappa, 1.0, *inside] if most > 1 else [1.0])})

    return st.builds(Spectrum.of_eigenvalues, eigenvalues())


def methods(*, mu: float = 0.01, L: float = 1.0) -> st.SearchStrategy[Method]:
    """Methods of cdmtheory with float parameters, most of them stable on [mu, L]. Shrinks to gradient descent with step size 1/L."""
    if not 0 < mu <= L:
        raise ValueError(f"mu = {mu!r}, L = {L!r}; needed is 0 < mu <= L")
    step_sizes = st.sampled_from([1 / L, 2 / (mu + L), 0.1 / L]) | st.floats(0.01 / L, 1.9 / L)
    momenta = st.sampled_from([0.5, 0.9, 0.0]) | st.floats(0, 0.99)
    damped = st.sampled_from([mu, L]) | st.floats(mu, L)
    named = st.sampled_from([_methods.gradient_descent(1 / L), _methods.polyak(mu, L), _methods.chebyshev(mu, L), _methods.triple_momentum(mu, L)])
    return st.one_of(named, st.builds(_methods.gradient_descent, step_sizes), st.builds(_methods.heavy_ball, step_sizes, momenta),
                     st.builds(_methods.critically_damped, step_sizes, damped), st.builds(_methods.nesterov, st.floats(0.01 / L, 1 / L), momenta))


# -- assertions ------------------------------------------------------------------------------------------------------------------

def assert_rate_bound(method: Method | Iterable[Any], bound: Callable[[int, float, float], float], spectrum: Spectrum | ArrayLike, *,
                      steps: int = 200) -> None:
    """‖x_k‖/‖x_0‖ ≤ bound(k, mu, L) for every start at rest and every k from 0 to ``steps``, on one spectrum, a
    :class:`Spectrum` or an array of eigenvalues.

    The worst start is a single eigenvector, so what is compared is the largest abs(p_k(h)) over the eigenvalues. A bound is allowed 1e-9 of
    itself for rounding. An iterable that ends earlier is compared as far as it goes.

    Raises
    ------
    AssertionError
        With the first step that fails, the eigenvalue, and both numbers.
    """
    spectrum = _spectrum(spectrum)
    p = _residuals(method, spectrum, steps)
    mu, L = float(spectrum.mu), float(spectrum.L)
    norms = np.abs(p).max(axis=1)
    allowed = np.array([_bound_at(bound, k, mu, L) for k in range(len(p))])
    slack = SLACK * np.abs(allowed) + _rounding(norms)
    _toward("rate bound", norms, allowed + slack)
    wrong = ~(norms <= allowed + slack)
    if wrong.any():
        k = int(np.argmax(wrong))
        h = float(spectrum.eigenvalues[int(np.argmax(np.abs(p[k])))])
        raise AssertionError(f"after {k} steps |x_k|/|x_0| = {norms[k]:.10g} at the eigenvalue {h:.10g}, above the bound {allowed[k]:.10g}\n"
                             f"mu = {mu:.10g}, L = {L:.10g}, kappa = {spectrum.kappa:.10g}, eigenvalues {_shown(spectrum)}")


def assert_never_below_chebyshev(method: Method | Iterable[Any], mu: Any, L: Any, *, steps: int = 50) -> None:
    """The worst residual over [mu, L] is at least 1/T_k((κ+1)/(κ−1)) for every k up to ``steps``: no method is faster (theory D1).

    True of every first-order method that knows nothing of h, so a failure means that the coefficients are not what you think, or the
    arithmetic is not. For every k it is enough to look at the k + 1 points of [mu, L] where Chebyshev's polynomial is extreme.

    Raises
    ------
    AssertionError
        With the step and both numbers.
    """
    low, high = float(mu), float(L)
    if not 0 < low <= high:
        raise ValueError(f"mu = {mu!r}, L = {L!r}; needed is 0 < mu <= L")
    if low == high:
        return  # the bound is 0 from the first step on
    extreme = [(high + low) / 2 + (high - low) / 2 * np.cos(np.pi * np.arange(k + 1) / k) for k in range(1, steps + 1)]
    spectrum = Spectrum.of_eigenvalues(np.clip(np.concatenate(extreme), low, high))
    p = np.abs(_residuals(method, spectrum, steps))
    worst = np.array([1.0, *(p[k, np.searchsorted(spectrum.eigenvalues, np.clip(extreme[k - 1], low, high))].max() for k in range(1, len(p)))])
    angle = math.acosh((high + low) / (high - low))
    least = np.array([1 / math.cosh(min(700.0, k * angle)) for k in range(len(p))])
    slack = 1e-6 * least + _rounding(p.max(axis=1))
    _toward("never below Chebyshev", least, worst + slack)
    wrong = worst + slack < least
    if wrong.any():
        k = int(np.argmax(wrong))
        raise AssertionError(f"after {k} steps the worst residual over [{low:.10g}, {high:.10g}] is {worst[k]:.10g}, below {least[k]:.10g}, "
                             "the least that any first-order method leaves")


def assert_same_trajectory(first: Method | Iterable[Any], second: Method | Iterable[Any], spectrum: Spectrum | ArrayLike, *, steps: int = 100) -> None:
    """Two methods leave the same of every eigen-direction after every step up to ``steps``, within 1e-9 of the larger, and rounding.

    Raises
    ------
    AssertionError
        With the first step at which they differ, the eigenvalue, and both numbers.
    """
    spectrum = _spectrum(spectrum)
    p, q = _residuals(first, spectrum, steps), _residuals(second, spectrum, steps)
    common = min(len(p), len(q))
    p, q = p[:common], q[:common]
    apart = np.abs(p - q)
    size = np.maximum(np.abs(p), np.abs(q))
    allowed = (1 + np.arange(common)[:, None]) * SLACK * np.maximum.reduce([size[np.maximum(0, np.arange(common) - back)] for back in (0, 1, 2)])
    allowed += 64 * _EPS * (1 + np.arange(common)[:, None]) * np.maximum(1, size)
    _toward("same trajectory", apart.max(axis=1), allowed.max(axis=1))
    wrong = ~(apart <= allowed)
    if wrong.any():
        k = int(np.argmax(wrong.any(axis=1)))
        i = int(np.argmax(wrong[k]))
        raise AssertionError(f"after {k} steps they differ at the eigenvalue {float(spectrum.eigenvalues[i]):.10g}: {p[k, i]:.12g} and {q[k, i]:.12g}\n"
                             f"eigenvalues {_shown(spectrum)}")


# -- what they share ---------------------------------------------------------------------------------------------------------------

def _spectrum(given: Spectrum | ArrayLike) -> Spectrum:
    return given if isinstance(given, Spectrum) else Spectrum.of_eigenvalues(given)


def _bound_at(bound: Callable[[int, float, float], float], k: int, mu: float, L: float) -> float:
    given = bound(k, mu, L)
    try:
        found = float(given)
    except TypeError:
        found = math.nan
    if math.isnan(found):
        raise ValueError(f"bound({k}, {mu!r}, {L!r}) = {given!r} is not a number")
    return found


def _residuals(method: Method | Iterable[Any], spectrum: Spectrum, steps: int) -> Floats:
    """p_k(h), shape (steps + 1, number of eigenvalues), or fewer rows where the iterable ends or the method diverges."""
    if isinstance(steps, bool) or not isinstance(steps, int) or steps < 0:
        raise ValueError(f"steps = {steps!r}; allowed is a whole number >= 0")
    if not isinstance(method, Method):
        given = _triples(method, steps)
        if steps and not given:
            raise ValueError("method: the iterable is empty, so nothing would be compared; one that was used before is used up: make a new one for every case")
        method, steps = _of_stream(given), len(given)
    states = spectral(method, spectrum, steps, states=True).states
    assert states is not None
    return states


def _triples(stream: Iterable[Any], steps: int) -> list[Coefficients]:
    found: list[Coefficients] = []
    before: Any = None
    for k, c in enumerate(islice(stream, steps)):
        if c is before:
            found.append(found[-1])  # a constant method is converted once
            continue
        before = c
        try:
            step_size, momentum, lookahead = (v.item() if isinstance(v, np.generic) else v for v in c)
            found.append(Coefficients(*(convert(Fraction(v) if isinstance(v, float) else v, Arithmetic.BALL) for v in (step_size, momentum, lookahead))))
        except (TypeError, ValueError, OverflowError) as error:
            raise TypeError(f"method: step {k} is {c!r}; allowed are three finite numbers (step_size, momentum, lookahead)") from error
    return found


def _of_stream(given: list[Coefficients]) -> Method:
    """The coefficients as a method, so that it runs in the one loop there is."""
    return Method(Family("given", lambda: Schedule(varying=lambda: iter(given)), inspect.Signature()), ())


def _rounding(norms: Floats) -> Floats:
    """What rounding alone can leave at every step: some units in the last place of the iterates just before."""
    before = np.maximum.reduce([norms[np.maximum(0, np.arange(len(norms)) - back)] for back in (1, 2)])
    rounding: Floats = 64 * _EPS * (1 + np.arange(len(norms))) * before
    return rounding


def _toward(label: str, value: Floats, limit: Floats) -> None:
    """Tell Hypothesis how near this case came to failing: the largest log(value/limit), which is above 0 where it fails."""
    if not hypothesis.currently_in_test_context() or len(value) < 2:
        return
    with np.errstate(divide="ignore", invalid="ignore"):
        nearest = np.log(value[1:]) - np.log(np.maximum(limit[1:], 1e-300))
    finite = nearest[np.isfinite(nearest)]
    if finite.size:
        with contextlib.suppress(hypothesis.errors.InvalidArgument):  # a second assertion in the same test: the first one leads the search
            hypothesis.target(float(finite.max()), label=label)


def _shown(spectrum: Spectrum) -> str:
    h = [f"{x:.6g}" for x in spectrum.eigenvalues.tolist()]
    return ", ".join(h if len(h) <= 12 else [*h[:6], "…", *h[-5:]])
