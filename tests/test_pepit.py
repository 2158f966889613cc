"""Our methods through PEPit's semidefinite programs: its own heavy-ball example, and worst cases over quadratics.

PEPit is handed ``methods.step`` itself, on its symbolic points. It is floating point at fixed numbers: it can refute us, not prove us.
"""

from itertools import islice
from math import sqrt

import numpy as np
import pytest

from cdmtheory.methods import chebyshev, critically_damped, gradient_descent, heavy_ball, nesterov, polyak, step
from cdmtheory.modes import residual
from tolerances import SDP

PEPit = pytest.importorskip("PEPit")
MU, L = 0.1, 1.0


def _worst(method, steps, *, quadratic, metric):
    """The largest value of the metric after so many steps from rest, where it was at most 1 at the start."""
    from PEPit.functions import SmoothStronglyConvexFunction, SmoothStronglyConvexQuadraticFunction

    problem = PEPit.PEP()
    f = problem.declare_function(SmoothStronglyConvexQuadraticFunction if quadratic else SmoothStronglyConvexFunction, mu=MU, L=L)
    x_star = f.stationary_point()

    def size(x):
        return (x - x_star) ** 2 if metric == "distance" else f(x) - f(x_star)

    x = x_prev = problem.set_initial_point()
    problem.set_initial_condition(size(x) <= 1)
    for c in islice(method, steps):
        x, x_prev = step(c, x, x_prev, f.gradient), x
    problem.set_performance_metric(size(x))
    return problem.solve(wrapper="cvxpy", verbose=0)


@pytest.mark.parametrize("steps", [1, 2, 4])
def test_our_heavy_ball_reproduces_the_example_of_pepit(steps):
    from PEPit.examples.unconstrained_convex_minimization import wc_heavy_ball_momentum

    step_size = 1 / (2 * L)
    momentum = sqrt((1 - step_size * MU) * (1 - L * step_size))
    theirs, bound = wc_heavy_ball_momentum(mu=MU, L=L, alpha=step_size, beta=momentum, n=steps, verbose=-1)
    ours = _worst(heavy_ball(step_size, momentum), steps, quadratic=False, metric="value")
    assert abs(ours - theirs) <= SDP
    assert ours <= bound + SDP
    if steps > 1:
        assert abs(_worst(heavy_ball(step_size, momentum - 0.01), steps, quadratic=False, metric="value") - theirs) > 10 * SDP


@pytest.mark.parametrize("steps", [1, 3, 6, 10])
@pytest.mark.parametrize("method", [gradient_descent(1 / L), gradient_descent(2 / (MU + L)), critically_damped(1 / L, MU), polyak(MU, L),
                                    nesterov(1 / L, (1 - sqrt(MU)) / (1 + sqrt(MU))), chebyshev(MU, L)], ids=repr)
def test_worst_cases_over_quadratics_agree(method, steps):
    ours = np.abs(residual(method, steps, np.linspace(MU, L, 100_001))).max() ** 2
    theirs = _worst(method, steps, quadratic=True, metric="distance")
    assert abs(ours - theirs) <= SDP


def test_a_method_slightly_off_would_be_seen():
    ours = np.abs(residual(critically_damped(1 / L, MU), 4, np.linspace(MU, L, 1001))).max() ** 2
    assert abs(_worst(critically_damped(1 / L, 1.01 * MU), 4, quadratic=True, metric="distance") - ours) > 10 * SDP
