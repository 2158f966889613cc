"""First and settled steps equal what stepping with 400 bits finds, and what cannot be told is said."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice

import flint
import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from cdmtheory.arithmetic import Arithmetic, convert
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
from cdmtheory.recurrence import recurrences, value
from cdmtheory.simulate.bounds import block_bounds, envelope, squared_norms
from cdmtheory.simulate.closed_form import norms
from cdmtheory.simulate.compare import RIVALS
from cdmtheory.simulate.hitting import hit
from cdmtheory.simulate.kernel import Modes
from cdmtheory.spectra import Spectrum, synthetic
from tolerances import CLOSED_FORM_OF_ENVELOPE, UNDERFLOW, WINDOW_OF_ENVELOPE

PROBLEMS = 320  # the issue asks for 200


def brute(method: Method, eigenvalues: list[Fraction], squared: list[Fraction], tolerance: Fraction, horizon: int) -> tuple[int | None, int]:
    """First step within the tolerance and the step after the last one above it, by stepping the definition with 400 bits.

    Only the midpoints of the balls are carried on: interval arithmetic itself would grow without end here.
    """
    with flint.ctx.workprec(400):
        h, w = ([convert(v, Arithmetic.BALL) for v in values] for values in (eigenvalues, squared))
        limit = convert(tolerance**2 * sum(squared), Arithmetic.BALL)
        x = previous = [convert(1, Arithmetic.BALL)] * len(h)
        first, last_above = None, -1
        for k, c in enumerate(islice(method.to(Arithmetic.BALL), horizon)):
            norm = sum(a * b * b for a, b in zip(w, x, strict=True)).mid()
            assert abs(norm / limit - 1) > 1e-80, "the brute force itself must be certain"
            if norm > limit:
                last_above = k
            elif first is None:
                first = k
            x, previous = [step(c, a, b, lambda y, e=e: e * y).mid() for a, b, e in zip(x, previous, h, strict=True)], x
        assert last_above < horizon - 1, "the horizon was too near"
        return first, last_above + 1


def problem(seed: int) -> tuple[Method, Spectrum, list[Fraction], Fraction]:
    """A random method that fits, or does not quite fit, a random spectrum; every fifth is a cluster."""
    rng = np.random.default_rng(seed)
    kappa = float(10 ** rng.uniform(0, 2))
    m = int(rng.integers(1, 6))
    h = np.sort(rng.uniform(1, kappa, m)) if seed % 5 else 1 + np.arange(m) * 1e-9
    spectrum = Spectrum.of_eigenvalues(h, multiplicities=rng.integers(1, 9, len(h)))
    mu, L = spectrum.mu, spectrum.L
    eta = Fraction(float(rng.uniform(0.2, 1.8))) / L
    beta = Fraction(float(rng.uniform(-0.3, 0.8)))
    if eta * L > 2 * (1 + beta):
        eta = 1 / L
    inside = Fraction(float(rng.uniform(1, kappa)))
    methods = [polyak(mu, L), chebyshev(mu, L), triple_momentum(mu, L), critically_damped(1 / L, mu), gradient_descent(eta), heavy_ball(eta, beta),
               heavy_ball(1 / L, abs(beta), 1 / (L * (1 + abs(beta)))), nesterov(Fraction(1, 2) / L, abs(beta)), critically_damped(1 / L, inside),
               momentum_method(Fraction(3, 4) / L, abs(beta), abs(beta) / 3), polyak(mu / 2, L), chebyshev(mu, 2 * L), polyak(L, L)]
    weights = [Fraction(int(n)) * Fraction(float(rng.exponential())) for n in spectrum.multiplicities]
    return methods[seed % len(methods)], spectrum, weights, Fraction(float(10 ** -rng.uniform(0.01, 6)))


@pytest.mark.parametrize("block", range(8))
def test_first_and_settled_equal_brute_force(block: int) -> None:
    settled = 0
    for seed in range(block, PROBLEMS, 8):
        method, spectrum, weights, tolerance = problem(seed)
        found = hit(method, spectrum, tolerance, squared=weights)
        if found.settled is None:
            assert found.reason
            assert "never settles" in found.reason
            continue
        settled += 1
        exact = [spectrum.mu, *(Fraction(v) for v in spectrum.eigenvalues[1:-1].tolist()), spectrum.L][-len(spectrum):]
        expected = brute(method, exact, weights, tolerance, 3 * found.settled + 50)
        assert (found.first, found.settled) == expected, (seed, method, spectrum)
    assert settled >= 30


@pytest.mark.parametrize("kappa", [1, 4, 9, 100, 1000])
@pytest.mark.parametrize("exponent", [1, 2, 4, 6])
def test_double_root_of_polyak_at_largest_equals_brute_force(kappa: int, exponent: int) -> None:
    tolerance = Fraction(1, 10**exponent)
    found = hit(polyak(1, kappa), Spectrum.of_eigenvalues([float(kappa)]), tolerance)
    assert (found.first, found.settled) == brute(polyak(1, kappa), [Fraction(kappa)], [Fraction(1)], tolerance, 400 + 20 * kappa)


def test_transient_makes_first_and_settled_differ() -> None:
    """One mode, far under-damped: its zero crossings dip below the tolerance long before its envelope does."""
    method, spectrum = heavy_ball(Fraction(1, 10), Fraction(99, 100)), Spectrum.of_eigenvalues([1.0])
    found = hit(method, spectrum, Fraction(1, 10))
    assert found.first is not None
    assert found.settled is not None
    assert found.first * 10 < found.settled
    assert (found.first, found.settled) == brute(method, [Fraction(1)], [Fraction(1)], Fraction(1, 10), 2 * found.settled)


def test_tie_is_decided_exactly() -> None:
    """(1/2)^10 = 2^-10 is within the tolerance 2^-10, and (1/3)^4 within 3^-4 though no ball can see it."""
    one = Spectrum.of_eigenvalues([1.0])
    assert hit(gradient_descent(Fraction(1, 2)), one, Fraction(1, 1024)).settled == 10
    assert hit(gradient_descent(Fraction(2, 3)), one, Fraction(1, 81)).settled == 4
    assert hit(gradient_descent(Fraction(2, 3)), one, Fraction(1, 81) - Fraction(1, 10**200)).settled == 5


def test_tie_with_roots_is_decided_exactly() -> None:
    """CDM at κ = 2: p_1(μ) = (1 − s)(1 + s) = 1 − 1/κ = 1/2, though s = 1/√2."""
    assert hit(critically_damped(Fraction(1, 2), 1), Spectrum.of_eigenvalues([1.0]), Fraction(1, 2)).settled == 1


@pytest.mark.parametrize("step_index", [300, 1000, 4321])
@pytest.mark.parametrize("h", [1, 1000])
def test_near_tie_is_decided_in_balls(step_index: int, h: int) -> None:
    """The tolerance is the norm at step k, one part in 10³⁰ above or below it: no double can tell, the answer still is k or k + 1."""
    method, spectrum = polyak(1, 1000) if h > 1 else critically_damped(Fraction(1, 10**6), 1), Spectrum.of_eigenvalues([float(h)])
    with flint.ctx.workprec(600):
        norm = abs(value(recurrences(method, [float(h)]).modes[0], step_index)).mid()
        exact = Fraction(int((norm * flint.arb(2) ** 500).floor().unique_fmpz()), 2**500)
    above, below = exact * (1 + Fraction(1, 10**30)), exact * (1 - Fraction(1, 10**30))
    assert hit(method, spectrum, above).settled == step_index
    found = hit(method, spectrum, below)
    assert found.settled == step_index + 1
    assert "decided in balls" in found.how


def test_undecidable_tie_is_said() -> None:
    """The step size is 1/2 in disguise, the norm (1/2)^k; at k = 200 neither balls nor roots can see that it equals the tolerance."""
    root = sympy.sqrt(2)
    method = gradient_descent(sympy.Mul(root, root + 1, evaluate=False) / 2 - root / 2 - sympy.Rational(1, 2))
    found = hit(method, Spectrum.of_eigenvalues([1.0]), Fraction(1, 2**200))
    assert (found.first, found.settled) == (None, None)
    assert found.reason is not None
    assert "cannot be told" in found.reason


def test_gradient_descent_needs_more_than_1e14_steps_at_once() -> None:
    """ceil(log tolerance / log(1 − 1/κ)) in 300 bits, at κ = 10¹³."""
    spectrum = synthetic("interpolating", 10**13, 20, rank=5)
    found = hit(gradient_descent(1 / spectrum.L), spectrum, Fraction(1, 10**6), squared=[1, 0, 0, 0, 0, 0])
    with flint.ctx.workprec(300):
        expected = int((flint.arb(flint.fmpq(1, 10**6)).log() / flint.arb(flint.fmpq(-1, 10**13)).log1p()).ceil().unique_fmpz())
    assert found.first == found.settled == expected
    assert expected > 10**14


def test_balls_around_zero() -> None:
    """At κ = 10²⁴ a mode is a ball around 0 when balls decide; its square must be a number."""
    spectrum = synthetic("uniform", 10**24, 3)
    found = hit(RIVALS["nesterov"](spectrum.mu, spectrum.L), spectrum, 1e-6)
    assert found.settled is not None
    assert "decided in balls" in found.how


def test_beyond_the_integers_of_doubles() -> None:
    """At κ = 10¹⁷ neighbouring steps have the same norm in doubles, and the step itself is no double; balls tell them apart."""
    kappa = 10**17
    found = hit(gradient_descent(1), Spectrum.of_eigenvalues([1 / kappa, 1.0], mu=Fraction(1, kappa)), Fraction(1, 1000), squared=[1, 0])
    with flint.ctx.workprec(300):
        expected = int((flint.arb(flint.fmpq(1, 1000)).log() / flint.arb(flint.fmpq(-1, kappa)).log1p()).ceil().unique_fmpz())
    assert found.settled == expected
    assert "decided in balls" in found.how


def test_a_search_without_end_is_given_up_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mode that hardly decays crosses zero for 10⁸ steps; the settled step is found, how soon a crossing comes within 10⁻⁹ is not."""
    monkeypatch.setattr("cdmtheory.simulate.hitting._WORK", 2e5)
    found = hit(heavy_ball(Fraction(1, 3), 1 - Fraction(1, 10**8)), Spectrum.of_eigenvalues([1.0]), Fraction(1, 10**9))
    assert found.first is None
    assert found.settled is not None
    assert found.settled > 10**9
    assert found.reason is not None
    assert "given up" in found.reason


def test_ends() -> None:
    spectrum = Spectrum.of_eigenvalues([1.0, 3.0])
    assert hit(gradient_descent(Fraction(1, 3)), spectrum, 1).settled == 0
    assert hit(polyak(1, 10**4), Spectrum.of_eigenvalues([1.0, 10.0**4]), 1).first == 0
    assert hit(polyak(1, 10**4), Spectrum.of_eigenvalues([1.0, 10.0**4]), 1).settled != 0  # it leaves before it settles: theory C8
    one = Spectrum.of_eigenvalues([1.0])
    assert hit(gradient_descent(1), one, Fraction(1, 10**300)).settled == 1
    assert hit(chebyshev(1, 1), one, Fraction(1, 10**300)).settled == 1
    assert hit(gradient_descent(Fraction(1, 2)), one, 2.0**-1074).settled == 1074
    assert hit(gradient_descent(Fraction(1, 2)), one, Fraction(1, 2**5000)).settled == 5000
    for tolerance in (2, 10**300):  # reached before the start, if steps could be negative
        assert hit(gradient_descent(Fraction(1, 3)), spectrum, tolerance).settled == 0
        assert hit(gradient_descent(Fraction(20, 11)), Spectrum.of_eigenvalues([0.1, 0.4, 1.0]), tolerance).first == 0


@pytest.mark.parametrize(("method", "word"), [
    (gradient_descent(1), "grows"), (gradient_descent(Fraction(2, 3)), "does not decay"), (heavy_ball(Fraction(1, 3), 1), "does not decay"),
    (heavy_ball(Fraction(1, 3), Fraction(3, 2)), "grows"), (chebyshev(Fraction(1), Fraction(2)), "does not decay"),
    (chebyshev(Fraction(1), Fraction(3, 2)), "grows")])
def test_what_never_settles_says_why(method: Method, word: str) -> None:
    found = hit(method, Spectrum.of_eigenvalues([1.0, 3.0]), Fraction(1, 1000))
    assert found.settled is None
    assert found.reason is not None
    assert word in found.reason


def test_a_diverging_method_can_still_come_within() -> None:
    """The mode at 1 vanishes at once, the one at 3 is small at first, then grows."""
    found = hit(gradient_descent(1), Spectrum.of_eigenvalues([1.0, 3.0]), Fraction(1, 10), squared=[1, Fraction(1, 10**6)])
    assert (found.first, found.settled) == (1, None)


def test_modes_without_weight_do_not_count() -> None:
    spectrum = Spectrum.of_eigenvalues([1e-9, 1.0])
    assert hit(gradient_descent(Fraction(1, 2)), spectrum, Fraction(1, 1000), squared=[0, 1]).settled == 10


@pytest.mark.parametrize("change", [0, 1, 7])
@pytest.mark.parametrize("first", [gradient_descent(Fraction(1, 25)), critically_damped(Fraction(1, 25), 4), chebyshev(1, 25)], ids=lambda m: m.name)
def test_two_phases_against_exact_rationals(first: Method, change: int) -> None:
    """Modes that vanish at the change (25 under gradient descent), double roots, over-damped ones, from before the change and after it."""
    spectrum = Spectrum.of_eigenvalues([1.0, 1.0 + 2.0**-10, 9.0, 24.0, 25.0])
    for second in (gradient_descent(Fraction(1, 13)), critically_damped(Fraction(1, 25), 1), nesterov(Fraction(1, 25), Fraction(2, 3)),
                   triple_momentum(1, 25), chebyshev(1, 25)):
        method = phased(first, change, second)
        exact = squares(method, spectrum.eigenvalues.tolist(), 100)
        for tolerance in (1, Fraction(1, 3), Fraction(1, 100)):
            within = [w <= tolerance**2 * 5 for w in exact]
            found = hit(method, spectrum, tolerance)
            assert found.first == within.index(True)
            assert found.settled == max((k + 1 for k, w in enumerate(within) if not w), default=0)


def squares(method: Method, eigenvalues: list[float], steps: int) -> list[Fraction]:
    """‖x_0‖², …, from the definition, exact."""
    h = [Fraction(each) for each in eigenvalues]
    x = previous = [Fraction(1)] * len(h)
    found = []
    for c in islice(method, steps):
        found.append(sum((each * each for each in x), Fraction(0)))
        x, previous = [step(c, a, b, lambda y, at=at: at * y) for a, b, at in zip(x, previous, h, strict=True)], x
    return found


def test_two_phases_with_many_steps_each() -> None:
    spectrum = synthetic("log-uniform", 10**6, 50)
    method = phased(gradient_descent(Fraction(1)), 10**5, critically_damped(Fraction(1), spectrum.mu))
    found = hit(method, spectrum, 1e-6)
    assert found.first is not None
    assert found.settled is not None
    assert found.settled > 10**5
    before, after = (norms(method, spectrum, edge + np.arange(-50, 50)) for edge in (found.first, found.settled))
    assert before[:50].min() > 1e-6 >= before[50]
    assert after[49] > 1e-6 >= after[50:].max()


def test_two_phases_of_which_the_second_grows() -> None:
    spectrum = Spectrum.of_eigenvalues([1.0, 4.0])
    found = hit(phased(gradient_descent(Fraction(1, 4)), 3, gradient_descent(1)), spectrum, Fraction(1, 2))
    assert (found.first, found.settled) == (2, 2)  # the mode that would grow is 0 at the change
    found = hit(phased(gradient_descent(Fraction(1, 8)), 3, gradient_descent(1)), spectrum, Fraction(1, 2))
    assert (found.first, found.settled) == (3, None)
    assert found.reason is not None
    assert "grows" in found.reason


def test_no_closed_form_is_said() -> None:
    twice = phased(gradient_descent(1), 3, phased(gradient_descent(1), 3, polyak(1, 2)))
    found = hit(twice, Spectrum.of_eigenvalues([1.0]), 0.5)
    assert (found.first, found.settled) == (None, None)
    assert found.reason is not None
    assert "step through it" in found.reason


@pytest.mark.parametrize(("tolerance", "squared"), [(0, None), (-1e-3, None), (float("nan"), None), (float("inf"), None),
                                                    (0.1, [1]), (0.1, [1, -1]), (0.1, [0, 0]), (0.1, [1, float("nan")])])
def test_bad_input_is_named(tolerance: float, squared: list[float] | None) -> None:
    with pytest.raises(ValueError, match=r"tolerance|squared"):
        hit(gradient_descent(0.1), Spectrum.of_eigenvalues([1.0, 2.0]), tolerance, squared=squared)


def test_a_tolerance_that_is_no_number_is_named() -> None:
    with pytest.raises(TypeError, match="tolerance"):
        hit(gradient_descent(0.1), Spectrum.of_eigenvalues([1.0, 2.0]), "small")


@settings(derandomize=True, deadline=None, max_examples=60)
@given(log_kappa=st.integers(0, 24), log_gap=st.integers(-24, 0), log_k=st.integers(1, 12), which=st.integers(0, 6))
def test_doubles_are_within_their_stated_error(log_kappa: int, log_gap: int, log_k: int, which: int) -> None:
    """|p_k|/r^k in doubles against balls, relative to the envelope, at and around double roots, up to κ = 10²⁴ and k = 10¹²."""
    kappa, gap, k = Fraction(10**log_kappa), Fraction(1, 10**-log_gap), 10**log_k + which
    mu, L = Fraction(1), kappa
    h = [mu, mu + gap * (L - mu), L - gap * (L - mu)]
    method = [polyak(mu, L), critically_damped(1 / L, mu), triple_momentum(mu, L), critically_damped(1 / L, 2 * mu), gradient_descent(Fraction(3, 2) / L),
              nesterov(1 / L, Fraction(1, 3)), chebyshev(mu, 2 * L)][which]
    for one in h:
        modes = Modes.of(method, np.array([float(one)]), np.ones(1), {0: one})
        ceiling = envelope(modes, k, 0.0)
        with flint.ctx.workprec(2000):
            found = recurrences(method, [one])
            exact = value(found.modes[0], k)
            exact = abs(float(exact if found.divisor is None else exact / value(found.divisor, k)))
        step_by_step = block_bounds(modes, np.array([k]), np.array([k]), 0.0)
        start = max(2, k - 3)
        squares = squared_norms(modes, start, 8)
        at, error, scale = squares.values[k - start], squares.error[k - start], np.exp(squares.log_scale[k - start])
        window = np.sqrt(np.maximum(0, at - error)) * scale, np.sqrt(at + error) * scale
        for lower, upper, allowed in ((step_by_step.lower[0], step_by_step.upper[0], CLOSED_FORM_OF_ENVELOPE), (*window, WINDOW_OF_ENVELOPE)):
            assert lower <= exact * (1 + 1e-15) + UNDERFLOW
            assert upper >= exact * (1 - 1e-15)
            assert upper - lower <= allowed * max(ceiling, UNDERFLOW)


@pytest.mark.parametrize("name", sorted(RIVALS))
@pytest.mark.parametrize("law", ["log-uniform", "two-cluster"])
def test_at_a_condition_number_of_1e12(name: str, law: str) -> None:
    """Found by scanning transforms of many steps, held against norms at single steps."""
    spectrum = synthetic(law, 10**12, 300)
    method = RIVALS[name](spectrum.mu, spectrum.L)
    found = hit(method, spectrum, 1e-6)
    assert found.first is not None
    assert found.settled is not None
    before, after = (norms(method, spectrum, edge + np.arange(-200, 200)) for edge in (found.first, found.settled))
    near = 1e-11 if name.startswith("gd") else 0.0  # 10¹³ steps: neighbouring norms differ by 10⁻¹³
    assert before[:200].min() > 1e-6 * (1 - near)
    assert before[200] <= 1e-6 * (1 + near)
    assert after[199] > 1e-6 * (1 - near)
    assert after[200:].max() <= 1e-6 * (1 + near)
