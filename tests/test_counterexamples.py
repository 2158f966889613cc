"""The limit cycle of D4: exact, attracting, and reached from rest; and what is no cycle is not taken for one."""

from dataclasses import replace
from fractions import Fraction
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdmtheory.arithmetic import sqrt
from cdmtheory.counterexamples import POLYAK_THREE_CYCLE, LimitCycle, PiecewiseLinear
from cdmtheory.methods import gradient_descent, heavy_ball, nesterov, polyak, step

CYCLE = POLYAK_THREE_CYCLE
quick = settings(derandomize=True, deadline=None, max_examples=60)
inside = st.fractions(Fraction(-99, 100), Fraction(99, 100), max_denominator=100)
rationals = st.fractions(-5, 5, max_denominator=60)


def test_the_derivative_is_the_one_of_the_ledger():
    f = CYCLE.gradient
    for x in (Fraction(-3), Fraction(0), Fraction(999, 1000)):
        assert f(x) == 25 * x
    for x in (Fraction(1), Fraction(3, 2), Fraction(1999, 1000)):
        assert f(x) == x + 24
    for x in (Fraction(2), Fraction(7, 2)):
        assert f(x) == 25 * x - 24


@quick
@given(rationals, rationals)
def test_it_is_strongly_convex_and_smooth_between_1_and_25(x, y):
    f = CYCLE.gradient
    assert (x - y) ** 2 <= (f(x) - f(y)) * (x - y) <= 25 * (x - y) ** 2


def test_the_three_cycle_is_exact():
    method = polyak(Fraction(1), Fraction(25))
    c = next(iter(method))
    assert (c.step_size, c.momentum) == (Fraction(1, 9), Fraction(4, 9))
    points = [Fraction(792, 1225), Fraction(-2208, 1225), Fraction(2592, 1225)]
    assert list(CYCLE.points) == points
    assert CYCLE.holds()
    x, x_prev = points[0], points[2]
    for k, each in enumerate(islice(method, 30)):
        assert x == points[k % 3]
        x, x_prev = step(each, x, x_prev, CYCLE.gradient), x


def test_it_attracts_with_spectral_radius_exactly_8_27():
    trace, determinant = CYCLE.multipliers
    assert CYCLE.multipliers.discriminant == 0
    assert sqrt(determinant) == abs(trace) / 2 == Fraction(8, 27)
    assert CYCLE.attracts()


def test_the_jacobian_is_the_derivative_of_three_steps():
    def around(x, x_prev):
        for c in islice(CYCLE.method, 3):
            x, x_prev = step(c, x, x_prev, CYCLE.gradient), x
        return x, x_prev

    state = (CYCLE.points[2], CYCLE.points[1])
    assert around(*state) == state
    small = Fraction(1, 1000)
    along_x, along_prev = around(state[0] + small, state[1]), around(state[0], state[1] + small)
    columns = [[(moved - at) / small for moved, at in zip(each, state, strict=True)] for each in (along_x, along_prev)]
    assert CYCLE.jacobian() == tuple(zip(*columns, strict=True))


@quick
@given(st.integers(0, 2), inside, inside)
def test_every_state_within_the_radius_converges_to_the_cycle(phase, u, v):
    radius = CYCLE.radius()
    assert radius == Fraction(1917, 31850)
    x, x_prev = CYCLE.points[phase] + u * radius, CYCLE.points[phase - 1] + v * radius
    for c in islice(CYCLE.method, 60):
        x, x_prev = step(c, x, x_prev, CYCLE.gradient), x
    left = radius * 101 * Fraction(2, 3) ** 59  # a deviation falls as (1 + 5k/3)·(2/3)^k: a double root, −2/3
    assert abs(x - CYCLE.points[phase]) < left
    assert abs(x_prev - CYCLE.points[phase - 1]) < left


def test_a_state_far_beyond_the_radius_escapes():
    x, x_prev = CYCLE.points[2] - 20 * CYCLE.radius(), CYCLE.points[1]
    for c in islice(CYCLE.method, 90):
        x, x_prev = step(c, x, x_prev, CYCLE.gradient), x
    assert min(abs(x - point) for point in CYCLE.points) > Fraction(1, 100)


@pytest.mark.parametrize(("start", "caught"), [("307/100", True), ("33/10", True), ("346/100", True), ("1/2", False), ("5", False)])
def test_from_rest_some_starts_are_proved_never_to_converge(start, caught):
    assert CYCLE.catches(Fraction(start), 60) == caught
    x = x_prev = np.float64(Fraction(start))
    for c in islice(polyak(1.0, 25.0), 600):
        x, x_prev = step(c, x, x_prev, lambda y: float(CYCLE.gradient(Fraction(float(y))))), x
    assert (abs(x) > 0.5) == caught
    assert (abs(x) < 1e-12) != caught


@pytest.mark.parametrize("changed", [
    {"points": (Fraction(793, 1225), Fraction(-2208, 1225), Fraction(2592, 1225))},
    {"points": (Fraction(-2208, 1225), Fraction(792, 1225), Fraction(2592, 1225))},
    {"points": (Fraction(0),)},
    {"method": heavy_ball(Fraction(1, 9), Fraction(445, 1000))},
    {"method": gradient_descent(Fraction(1, 9))},
    {"gradient": PiecewiseLinear((Fraction(1), Fraction(2)), (Fraction(25), Fraction(2), Fraction(25)))}])
def test_near_misses_are_no_cycles(changed):
    near = replace(CYCLE, **changed)
    assert not near.holds()
    with pytest.raises(ValueError, match="is not an attracting cycle"):
        near.radius()


def test_a_cycle_that_does_not_attract_is_told_from_one_that_does():
    linear = PiecewiseLinear((Fraction(100),), (Fraction(2), Fraction(2)))
    neutral = LimitCycle(gradient_descent(Fraction(1)), linear, (Fraction(1), Fraction(-1)))
    assert neutral.holds()
    assert not neutral.attracts()
    with pytest.raises(ValueError, match="is not an attracting cycle"):
        neutral.radius()


def test_lookahead_moves_the_place_where_the_slope_is_read():
    nudged = LimitCycle(nesterov(Fraction(1, 9), Fraction(4, 9)), CYCLE.gradient, CYCLE.points)
    assert not nudged.holds()
    assert nudged.jacobian() != CYCLE.jacobian()


@pytest.mark.parametrize(("kinks", "slopes", "message"), [
    ((Fraction(1),), (Fraction(1),), "allowed are 2 numbers > 0"), ((Fraction(1),), (Fraction(1), Fraction(0)), "numbers > 0"),
    ((Fraction(2), Fraction(1)), (Fraction(1),) * 3, "kinks = .*ascending"), ((Fraction(-1),), (Fraction(1),) * 2, "kinks = .*ascending")])
def test_piecewise_linear_refuses(kinks, slopes, message):
    with pytest.raises(ValueError, match=message):
        PiecewiseLinear(kinks, slopes)
