"""What a backend has to fulfil: the closed forms computed in its arrays are NumPy's, to 1e-14 of the envelope."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from cdmtheory.methods import chebyshev, critically_damped, gradient_descent, heavy_ball, nesterov, polyak, triple_momentum
from cdmtheory.simulate.bounds import envelope
from cdmtheory.simulate.closed_form import log_residuals, residuals
from cdmtheory.simulate.kernel import Modes
from tolerances import BACKEND_OF_ENVELOPE

H = np.concatenate([[1.0, 1 + 1e-12], np.geomspace(1.5, 1e8 / 1.5, 30), [1e8 - 1, 1e8]])
K = np.array([0, 1, 2, 3, 17, 1000, 12_345, 200_001, 10**7, 10**9, 10**12])
MU, L = Fraction(1), Fraction(10**8)
METHODS = [gradient_descent(1 / L), gradient_descent(Fraction(19, 10) / L), polyak(MU, L), critically_damped(1 / L, MU), chebyshev(MU, L),
           triple_momentum(MU, L), nesterov(1 / L, Fraction(9999, 10001)), heavy_ball(1 / L, Fraction(9, 10), 1 / (2 * L)), critically_damped(1 / L, 100 * MU)]


def check(asarray: Callable[[Any], Any], back: Callable[[Any], Any]) -> None:
    """``asarray``: a NumPy array in the backend; ``back``: the reverse."""
    for method in METHODS:
        ceilings = [Modes.of(method, np.array([h]), np.ones(1)) for h in H]
        ceiling = np.array([[envelope(modes, max(1, int(k)), 0.0) for modes in ceilings] for k in K])
        expected = residuals(method, H, K)
        for h, k in ((asarray(H), asarray(K)), (H, asarray(K)), (asarray(H), K))[:3 if method is METHODS[0] else 1]:
            found = residuals(method, h, k)
            assert type(found) is type(asarray(K))
            assert np.all(np.abs(back(found) - expected) <= BACKEND_OF_ENVELOPE * ceiling)
        sign, log = log_residuals(method, H, K)
        found_sign, found_log = (back(part) for part in log_residuals(method, asarray(H), asarray(K)))
        seen = np.isfinite(log) & (np.abs(expected) > 1e-3 * ceiling)  # not at a zero
        assert np.array_equal(found_sign[seen], sign[seen])
        assert np.all(np.abs(found_log - log)[seen] <= BACKEND_OF_ENVELOPE * 1e3 * (1 + np.abs(log[seen])))


def check_single_precision_is_refused(single: Any) -> None:
    with pytest.raises(TypeError, match="float64"):
        residuals(gradient_descent(0.5), single, np.arange(3))
