"""Every road to a distance leads to the same number, and the choice says what it was expected to cost."""

from __future__ import annotations

import numpy as np
import pytest

from cdmtheory.curved_side import curved_side
from cdmtheory.methods import Method, critically_damped, gradient_descent, nesterov, phased, polyak
from cdmtheory.simulate.route import distances
from cdmtheory.simulate.stepwise import matrix_free
from cdmtheory.spectra import Spectrum, synthetic
from tolerances import STEPPED_DOUBLE_ROOT

METHODS = [gradient_descent(0.5), critically_damped(0.5, 0.05), nesterov(0.5, 0.7), polyak(0.05, 2)]


@pytest.mark.parametrize("method", METHODS, ids=repr)
@pytest.mark.parametrize("rows", [None, 1, 5])
def test_all_roads_agree_on_a_matrix(method: Method, rows: int | None) -> None:
    rng = np.random.default_rng(1)
    Q = np.linalg.qr(rng.standard_normal((30, 30)))[0]
    H = (Q * np.geomspace(0.05, 1.9, 30)) @ Q.T
    H, start, k = (H + H.T) / 2, rng.standard_normal(30 if rows is None else (rows, 30)), np.array([0, 1, 2, 17, 100])
    stepped, decomposed, best = (distances(method, H, k, start=start, route=route) for route in ("stepping", "eigendecomposition", None))
    assert stepped.norms.shape == ((5,) if rows is None else (5, rows))
    assert np.allclose(stepped.norms, decomposed.norms, rtol=STEPPED_DOUBLE_ROOT, atol=1e-14)
    assert best.plan.route == min(best.plan.seconds, key=lambda name: best.plan.seconds[name])


@pytest.mark.parametrize("method", METHODS, ids=repr)
def test_a_wide_jacobian_is_collapsed(method: Method) -> None:
    """The same as 500 parameters stepped through, at the cost of 9 scalars."""
    rng = np.random.default_rng(2)
    J, start, decay = rng.standard_normal((8, 500)) / 20, rng.standard_normal(500), 0.05
    k = np.array([0, 1, 2, 50, 300])
    full = matrix_free(method, lambda x: J.T @ (J @ x) / 8 + decay * x, start, 300).norms[k]
    for problem in (J, curved_side(J)):
        for route in ("stepping", "closed form"):
            assert np.allclose(distances(method, problem, k, start=start, weight_decay=decay, route=route).norms, full, rtol=1e-12, atol=1e-15)


def test_a_spectrum_counts_its_multiplicities() -> None:
    spectrum = Spectrum.of_eigenvalues([0.1, 1.0], multiplicities=[10**9, 3])
    k = np.array([0, 5, 40])
    for route in ("stepping", "closed form"):
        found = distances(gradient_descent(0.5), spectrum, k, start=[1.0, 2.0], route=route).norms
        assert np.allclose(found, np.sqrt(10**9 * 0.95 ** (2.0 * k) + 3 * 4 * 0.5 ** (2.0 * k)), rtol=1e-13)


def test_few_steps_are_stepped_and_many_are_not() -> None:
    spectrum = synthetic("uniform", 100, 50)
    few, many = (distances(polyak(spectrum.mu, spectrum.L), spectrum, np.array([k])).plan for k in (3, 10**9))
    assert (few.route, many.route) == ("stepping", "closed form")
    assert "about" in few.why


def test_what_has_no_closed_form_is_stepped_and_says_why() -> None:
    once = phased(gradient_descent(1), 3, polyak(0.1, 1))
    spectrum, k = Spectrum.of_eigenvalues([0.1, 1.0]), np.array([10**4])
    assert distances(once, spectrum, k).plan.route == "closed form"
    chosen = distances(phased(once, 5, gradient_descent(1)), spectrum, k).plan
    assert chosen.route == "stepping"
    assert "step through it" in chosen.why


@pytest.mark.parametrize(("problem", "options", "word"), [
    (np.eye(2), {"route": "closed form"}, "route"), (np.eye(2), {"start": np.ones(3)}, "start"),
    (Spectrum.of_eigenvalues([1.0]), {"start": [1.0, 2.0]}, "start"),
    (np.ones((2, 5)), {}, "square"), (np.eye(2), {"k": [1.5]}, "k = "), (np.ones((2, 5)), {"weight_decay": 0}, "weight_decay")])
def test_bad_input_is_named(problem: object, options: dict[str, object], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        distances(gradient_descent(0.1), problem, options.pop("k", [1, 2]), **options)  # type: ignore[arg-type]
