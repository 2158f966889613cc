"""groktimize: both phases without torch, SciPy's conventions, and agreement with what the theory says of the end point and of the speed."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from scipy.optimize import minimize

from cdmtheory.groktimizer import groktimize
from tests_support import environment
from tolerances import FITTED_EXPONENT

RANDOM = np.random.default_rng(0)
X = RANDOM.standard_normal((10, 40))
Y = X @ RANDOM.standard_normal(40)
START = 3 * RANDOM.standard_normal(40)


def loss(x, target=Y):
    return float(((X @ x - target) ** 2).sum() / 20)


def slope(x, target=Y):
    return X.T @ (X @ x - target) / 10


@pytest.mark.parametrize("nesterov", [False, True])
def test_it_finds_the_regularised_minimiser(nesterov):
    found = groktimize(loss, START, jac=slope, weight_decay=1e-3, nesterov=nesterov)
    assert found.success
    ridge = np.linalg.solve(X.T @ X / 10 + 1e-3 * np.eye(40), X.T @ Y / 10)
    assert np.linalg.norm(found.x - ridge) <= 2e-6 * np.linalg.norm(ridge)
    assert found.fun == loss(found.x)
    assert found.objective == pytest.approx(found.fun + 0.5e-3 * found.x @ found.x, rel=1e-14)
    assert np.linalg.norm(found.jac) <= 1e-9 * np.linalg.norm(found.x)
    assert [p["phase"] for p in found.phases] == [1, 2]
    assert found.phases[1]["first_step"] == found.switch_step == found.phases[0]["steps"]
    assert sum(p["steps"] for p in found.phases) == found.nit < found.nfev
    top = np.linalg.eigvalsh(X.T @ X / 10)[-1]
    assert found.phases[0]["step_size"] == pytest.approx(1 / top, rel=0.03)


def test_steps_of_phase_2_grow_like_the_root_of_the_weight_decay():
    decays = [1e-2, 1e-3, 1e-4, 1e-5]
    steps = [groktimize(loss, START, jac=slope, weight_decay=lam, maxiter=100_000, tol=1e-3).phases[1]["steps"] for lam in decays]
    assert abs(np.polyfit(np.log(decays), np.log(steps), 1)[0] + 0.5) < FITTED_EXPONENT


def test_as_a_method_of_scipy():
    direct = groktimize(loss, START, jac=slope, weight_decay=1e-2)
    through = minimize(loss, START, jac=slope, method=groktimize, options={"weight_decay": 1e-2})
    assert np.array_equal(direct.x, through.x)
    both = minimize(lambda x: (loss(x), slope(x)), START, jac=True, method=groktimize, options={"weight_decay": 1e-2}, bounds=None, constraints=())
    assert np.array_equal(direct.x, both.x)
    with_args = minimize(loss, START, args=(Y,), jac=slope, method=groktimize, tol=1e-2, options={"weight_decay": 1e-2})
    assert with_args.nit < direct.nit
    assert np.array_equal(groktimize(lambda x: (loss(x), slope(x)), START, jac=True, weight_decay=1e-2).x, direct.x)


def test_lambda_begins_stronger_where_the_step_size_is_automatic():
    runs = {d: groktimize(loss, START, jac=slope, weight_decay=1e-4, decay_from=d) for d in (None, 1.0, 10.0)}
    assert runs[None].nit == runs[10.0].nit < runs[1.0].nit
    assert np.linalg.norm(runs[10.0].x - runs[1.0].x) <= 1e-5 * np.linalg.norm(runs[1.0].x)
    fixed = groktimize(loss, START, jac=slope, weight_decay=1e-4, lr=0.1)
    assert fixed.nit == groktimize(loss, START, jac=slope, weight_decay=1e-4, lr=0.1, decay_from=1).nit


def test_arguments_of_any_shape():
    found = groktimize(lambda x: loss(x.ravel()), START.reshape(8, 5), jac=lambda x: slope(x.ravel()).reshape(8, 5), weight_decay=1e-2)
    assert found.x.shape == found.jac.shape == (8, 5)
    assert np.array_equal(found.x.ravel(), groktimize(loss, START, jac=slope, weight_decay=1e-2).x)


def test_callbacks():
    points, results = [], []
    found = groktimize(loss, START, jac=slope, weight_decay=1e-2, callback=points.append)
    groktimize(loss, START, jac=slope, weight_decay=1e-2, callback=lambda intermediate_result: results.append(intermediate_result))
    assert len(points) == len(results) == found.nit
    assert np.array_equal(points[-1], found.x)
    assert {r.phase for r in results} == {1, 2}

    def stop(x):
        raise StopIteration

    stopped = groktimize(loss, START, jac=slope, weight_decay=1e-2, callback=stop)
    assert (stopped.nit, stopped.success, stopped.status) == (1, False, 99)


def test_it_says_when_steps_were_not_enough():
    found = groktimize(loss, START, jac=slope, weight_decay=1e-2, maxiter=5)
    assert not found.success
    assert "to end phase 1" in found.message
    assert found.phase == 1


def test_switch_and_repair():
    assert groktimize(loss, START, jac=slope, weight_decay=1e-2, switch=3).switch_step == 3
    assert groktimize(loss, START, jac=slope, weight_decay=1e-2, switch=lambda o: o.step == 4).switch_step == 4
    far = groktimize(loss, START, jac=slope, weight_decay=1e-2, lr=3.0, switch=0)
    assert far.repairs > 0
    assert far.success


def test_a_saddle_with_dominant_negative_curvature():
    h = np.linspace(-9, 2, 40)
    found = groktimize(lambda x: float(h @ x**2 / 2 + (x**4).sum()), 0.1 * np.ones(40), jac=lambda x: h * x + 4 * x**3, weight_decay=1e-2, maxiter=3, switch=0)
    assert found.phases[0]["step_size"] == pytest.approx(1 / (2 + 12 * 0.01), rel=0.02)


@pytest.mark.parametrize(("change", "error", "message"), [
    ({"weight_decay": None}, ValueError, "weight_decay is missing"), ({"weight_decay": 0.0}, ValueError, "allowed is a finite number > 0"),
    ({"jac": None}, TypeError, "jac = None"), ({"lr": "fast"}, ValueError, "'auto'"), ({"bounds": [(0, 1)] * 40}, ValueError, "bounds"),
    ({"hess": lambda x: x}, ValueError, "hess"), ({"wait_decay": 1.0}, TypeError, "wait_decay"), ({"maxiter": 0}, ValueError, "maxiter"),
    ({"jac": lambda x: slope(x)[:3]}, ValueError, "as many entries"), ({"lr": 1e9, "switch": 0}, ValueError, "allowed is a number"),
    ({"decay_from": 0.5}, ValueError, "decay_from = 0.5"), ({"weight_decay": "a"}, TypeError, "weight_decay"), ({"lr": 0}, ValueError, "lr = 0"),
    ({"lr": -1.0}, ValueError, "lr = -1.0"), ({"lr": float("nan")}, ValueError, "lr = nan"), ({"lr": None}, TypeError, "lr"),
    ({"tol": -1.0}, ValueError, "tol = -1.0"), ({"jac": "2-point"}, TypeError, "Finite differences"), ({"jac": True}, TypeError, "must return"),
    ({"nesterov": "yes"}, TypeError, "nesterov = 'yes'; allowed is True or False"), ({"guard": None}, TypeError, "guard = None; allowed is True or False"),
    ({"decay_from": "ten"}, ValueError, "decay_from = 'ten'"), ({"callback": 3}, TypeError, "callback = 3"),
])
def test_used_wrongly(change, error, message):
    with pytest.raises(error, match=message):
        groktimize(loss, START, **{"jac": slope, "weight_decay": 1e-2, **change})


@pytest.mark.parametrize(("returned", "message"), [(np.ones(3), r"an array of shape \(3,\); .*residuals"), (None, "None"), (1j, "1j")])
def test_a_loss_that_is_not_one_number(returned, message):
    with pytest.raises(TypeError, match=f"fun returned {message}"):
        groktimize(lambda x: returned, START, jac=slope, weight_decay=1e-2)


def test_a_loss_in_an_array_of_one_and_functions_that_write_into_their_argument():
    def spoil(x):
        found = slope(x)
        x[:] = 0.0
        return found

    usual = groktimize(loss, START, jac=slope, weight_decay=1e-2)
    assert np.array_equal(groktimize(lambda x: np.array([loss(x)]), START, jac=spoil, weight_decay=1e-2).x, usual.x)


def test_nothing_finite_at_the_start():
    with pytest.raises(FloatingPointError, match="inf at the first step"):
        groktimize(lambda x: math.inf, START, jac=slope, weight_decay=1e-2, lr=0.1)
    with pytest.raises(FloatingPointError, match="at the first step"):
        groktimize(lambda x: float("nan"), START, jac=slope, weight_decay=1e-2, lr=0.1)
    with pytest.raises(FloatingPointError, match="not finite"):
        groktimize(loss, START, jac=lambda x: np.full(40, np.inf), weight_decay=1e-2)


def test_torch_is_neither_loaded_nor_needed():
    code = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name="torch")
sys.meta_path.insert(0, Absent())
from cdmtheory.groktimizer import groktimize
print(groktimize(lambda x: float(x @ x), [1.0, 2.0], jac=lambda x: 2 * x, weight_decay=0.1, switch=0).success)
try:
    from cdmtheory.groktimizer import CDM
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, env=environment(), check=True)
    assert done.stdout.splitlines()[0] == "True"
    assert "CDM needs PyTorch: pip install 'cdmtheory[torch]'" in done.stdout
