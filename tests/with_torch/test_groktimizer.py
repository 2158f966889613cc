"""GROKtimizer: both phases, the switch, the guard, saving and loading, and every way of using it wrongly."""

from __future__ import annotations

import copy
import io
import math
import runpy
from contextlib import nullcontext
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from cdmtheory.groktimizer import CDM, GROKtimizer, groktimize
from cdmtheory.groktimizer.flat_gradient import flat_gradient


class Problem:
    """Over-parametrised least squares, or a diagonal network with the same data."""

    def __init__(self, *, network=False, dtype=torch.float64, scale=2.0):
        generator = torch.Generator().manual_seed(3)
        self.x = torch.randn(8, 30, generator=generator, dtype=torch.float64).to(dtype)
        self.y = self.x @ torch.randn(30, generator=generator, dtype=torch.float64).to(dtype)
        shape = (2, 30) if network else (30,)
        self.weights = torch.nn.Parameter((scale * torch.randn(shape, generator=generator, dtype=torch.float64)).to(dtype))
        self.calls = 0

    def loss(self):
        w = self.weights[0] * self.weights[1] if self.weights.ndim == 2 else self.weights
        return ((self.x @ w - self.y) ** 2).mean() / 2

    def closure(self, optimizer):
        def evaluate():
            self.calls += 1
            optimizer.zero_grad()
            loss = self.loss()
            loss.backward()
            return loss

        return evaluate

    def train(self, optimizer, steps):
        for _ in range(steps):
            optimizer.step(self.closure(optimizer))
        return self.weights.detach().clone()


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("network", [False, True])
def test_it_interpolates_and_then_decays(network, nesterov):
    problem = Problem(network=network)
    optimizer = GROKtimizer([problem.weights], weight_decay=1e-3, nesterov=nesterov)
    assert (optimizer.phase, optimizer.switch_step) == (1, None)
    start = problem.weights.norm().item()
    problem.train(optimizer, 1500)
    assert optimizer.phase == 2
    assert 5 <= optimizer.switch_step < 100
    assert problem.weights.norm().item() < start / 1.5
    assert problem.loss().item() < 0.02
    assert not optimizer.collapsed


def test_phase_2_is_cdm():
    problem, other = Problem(), Problem()
    optimizer = GROKtimizer([problem.weights], 0.05, 1e-2, switch=7)
    problem.train(optimizer, 7)
    assert optimizer.phase == 1
    with torch.no_grad():
        other.weights.copy_(problem.weights)
    assert torch.equal(problem.train(optimizer, 30), other.train(CDM([other.weights], 0.05, 1e-2), 30))
    assert (optimizer.phase, optimizer.switch_step) == (2, 7)


def test_phase_1_is_the_given_optimizer():
    problem, other = Problem(), Problem()
    optimizer = GROKtimizer([problem.weights], 0.05, 1e-2, switch=20, first=lambda params: torch.optim.AdamW(params, lr=0.1))
    assert torch.equal(problem.train(optimizer, 20), other.train(torch.optim.AdamW([other.weights], lr=0.1), 20))
    assert isinstance(optimizer.first_optimizer, torch.optim.AdamW)


def test_observe_and_step_do_what_a_closure_does():
    problem, other = Problem(), Problem()
    first = GROKtimizer([problem.weights], 0.05, 1e-2)
    problem.train(first, 60)
    second = GROKtimizer([other.weights], 0.05, 1e-2)
    for _ in range(60):
        second.observe(other.closure(second)())
        second.step()
    assert torch.equal(problem.weights, other.weights)
    assert first.switch_step == second.switch_step


def test_automatic_step_size_is_that_of_the_hessian():
    problem = Problem(dtype=torch.float32)
    optimizer = GROKtimizer([problem.weights], weight_decay=1e-3)
    before = problem.weights.detach().clone()
    top = torch.linalg.eigvalsh(problem.x.T @ problem.x / 8)[-1].item()
    problem.train(optimizer, 1)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(1 / top, rel=0.05)
    assert not torch.equal(before, problem.weights)
    problem.train(optimizer, 200)
    assert optimizer.phase == 2
    assert optimizer.param_groups[0]["lr"] == pytest.approx(1.5 / (top + 1e-3), rel=0.05)
    assert problem.calls < 201 + 2 * 120


def test_a_dominant_negative_eigenvalue_does_not_disturb():
    weights = torch.nn.Parameter(torch.full((40,), 0.5, dtype=torch.float64))
    curvatures = torch.linspace(-9.0, 2.0, 40, dtype=torch.float64)
    optimizer = GROKtimizer([weights], weight_decay=1e-3)

    def closure():
        optimizer.zero_grad()
        loss = (curvatures * weights**2).sum() / 2
        loss.backward()
        return loss

    optimizer.step(closure)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.5, rel=0.05)


def test_measuring_leaves_no_trace():
    problem = Problem()
    optimizer = GROKtimizer([problem.weights], 0.1, 1e-2)
    problem.closure(optimizer)()
    before, seeds = problem.weights.detach().clone(), torch.random.get_rng_state()
    gradient, x, precision = flat_gradient(problem.closure(optimizer), [problem.weights])
    shifted = gradient(x + 1)
    assert torch.equal(before, problem.weights)
    assert torch.equal(seeds, torch.random.get_rng_state())
    expected = problem.x.T @ (problem.x @ (before + 1) - problem.y) / 8
    assert torch.allclose(torch.from_numpy(shifted), expected, rtol=1e-12)
    assert precision == torch.finfo(torch.float64).eps


@pytest.mark.parametrize("at", [0, 5, 40, 61])
@pytest.mark.parametrize("first", [None, lambda params: torch.optim.Adam(params, lr=0.2)])
def test_saved_and_loaded_bit_for_bit(at, first):
    problem = Problem(network=True)
    optimizer = GROKtimizer([problem.weights], weight_decay=1e-2, first=first, switch=40)
    problem.train(optimizer, at)
    file = io.BytesIO()
    torch.save({"weights": problem.weights.detach(), "optimizer": optimizer.state_dict()}, file)
    file.seek(0)
    saved = torch.load(file)
    other = Problem(network=True)
    with torch.no_grad():
        other.weights.copy_(saved["weights"])
    loaded = GROKtimizer([other.weights], weight_decay=1e-2, first=first, switch=40)
    loaded.load_state_dict(saved["optimizer"])
    twin = copy.deepcopy({"problem": problem, "optimizer": optimizer})
    expected = problem.train(optimizer, 80)
    assert torch.equal(expected, other.train(loaded, 80))
    assert torch.equal(expected, twin["problem"].train(twin["optimizer"], 80))
    assert loaded.phase == 2
    assert optimizer.control == loaded.control == twin["optimizer"].control


def test_the_guard_repairs_a_step_size_far_too_large():
    problem = Problem(network=True)
    optimizer = GROKtimizer([problem.weights], weight_decay=1e-3)
    while optimizer.phase == 1:
        problem.train(optimizer, 1)
    optimizer.param_groups[0]["lr"] *= 12
    problem.train(optimizer, 1000)
    assert optimizer.control.repairs > 0
    assert problem.loss().item() < 0.05
    assert torch.isfinite(problem.weights).all()


def test_without_the_guard_it_diverges():
    problem = Problem(network=True)
    optimizer = GROKtimizer([problem.weights], 0.01, weight_decay=1e-3, guard=False, switch=100)
    problem.train(optimizer, 101)
    optimizer.param_groups[0]["lr"] *= 100
    problem.train(optimizer, 300)
    assert not math.isfinite(problem.loss().item())


@pytest.mark.parametrize("first", [None, lambda params: torch.optim.SGD(params, lr=5.0)])
def test_the_guard_repairs_phase_1(first):
    problem = Problem()
    optimizer = GROKtimizer([problem.weights], 5.0 if first is None else 0.05, 1e-3, first=first)
    problem.train(optimizer, 400)
    assert optimizer.control.repairs > 0 or optimizer.phase == 2
    assert problem.loss().item() < 1


def test_collapse_is_noticed():
    problem = Problem(network=True, scale=1.0)
    optimizer = GROKtimizer([problem.weights], weight_decay=50.0, switch=150)
    with pytest.warns(RuntimeWarning, match="weight decay is too large"):
        problem.train(optimizer, 600)
    assert optimizer.collapsed


def test_own_rule_for_the_switch():
    problem = Problem()
    seen = []
    optimizer = GROKtimizer([problem.weights], 0.05, 1e-2, switch=lambda o: seen.append(o) or o.loss < 10)
    problem.train(optimizer, 50)
    assert optimizer.switch_step == len(seen) - 1
    assert all(o.loss >= 10 for o in seen[:-1])
    assert [o.step for o in seen] == list(range(len(seen)))


def test_accuracy_counts_where_it_is_observed():
    problem = Problem()
    optimizer = GROKtimizer([problem.weights], 0.05, 1e-6)
    for k in range(300):
        problem.closure(optimizer)()
        optimizer.observe(0.99**k if k else 100.0, accuracy=0.99 if k < 350 else 1.0)
        optimizer.step()
        assert optimizer.phase == 1
    for k in range(300, 400):
        problem.closure(optimizer)()
        optimizer.observe(0.99**k, accuracy=1.0)
        optimizer.step()
    assert optimizer.switch_step == 319


@pytest.mark.parametrize("steps", [5, 40, 150])
def test_groktimize_takes_the_same_steps(steps):
    problem = Problem()
    x, y = problem.x.numpy(), problem.y.numpy()
    start = problem.weights.detach().numpy().copy()
    found = groktimize(lambda w: float(((x @ w - y) ** 2).mean() / 2), start, jac=lambda w: x.T @ (x @ w - y) / 8, weight_decay=1e-3, maxiter=steps)
    optimizer = GROKtimizer([problem.weights], weight_decay=1e-3)
    trained = problem.train(optimizer, steps)
    assert (optimizer.phase, optimizer.switch_step) == (found.phase, found.switch_step)
    assert torch.allclose(trained, torch.from_numpy(found.x), rtol=0, atol=1e-7)


def test_lambda_begins_stronger_and_the_objective_stays():
    """Each step of phase 2 is critically damped at the weight decay of that step; groups keep theirs; the end is the regularised minimum."""
    problem = Problem()
    optimizer = GROKtimizer([problem.weights], weight_decay=1e-2, switch=3)
    seen = []
    step = optimizer._damped_step

    def watched():
        step()
        group = optimizer.param_groups[0]
        seen.append(group["weight_decay"])
        assert group["momentum"] == pytest.approx((1 - math.sqrt(group["lr"] * group["weight_decay"])) ** 2, rel=1e-12)

    optimizer._damped_step = watched
    problem.train(optimizer, 600)
    assert seen[0] == pytest.approx(0.1)
    assert seen[-1] == optimizer.param_groups[0]["weight_decay"] == 1e-2
    gram = problem.x.T @ problem.x / 8 + 1e-2 * torch.eye(30, dtype=torch.float64)
    assert torch.allclose(problem.weights, torch.linalg.solve(gram, problem.x.T @ problem.y / 8), atol=1e-6)


def test_mini_batches():
    problem = Problem()
    optimizer = GROKtimizer([problem.weights], 0.02, 1e-2, switch=lambda o: o.loss < 1e-3)
    x, y = problem.x, problem.y
    for k in range(2000):
        problem.x, problem.y = x[k % 4::4], y[k % 4::4]
        problem.train(optimizer, 1)
    problem.x, problem.y = x, y
    assert optimizer.phase == 2
    assert problem.loss().item() < 0.05


@pytest.mark.parametrize("lr", ["auto", 0.05])
def test_noisy_mini_batches_do_not_exhaust_the_guard(lr):
    """Labels that cannot be fitted: the loss of a batch of twenty goes up and down by more than the guard's slack."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(200, 10, generator=generator, dtype=torch.float64)
    y = x.sum(1) + torch.randn(200, generator=generator, dtype=torch.float64)
    weights = torch.nn.Parameter(3 * torch.randn(10, generator=generator, dtype=torch.float64))
    optimizer = GROKtimizer([weights], lr, 1e-2, switch=10)
    with pytest.warns(RuntimeWarning, match="Give lr and switch numbers") if lr == "auto" else nullcontext() as warned:
        for _ in range(1000):
            batch = torch.randint(0, 200, (20,), generator=generator)

            def closure(batch=batch):
                optimizer.zero_grad()
                loss = ((x[batch] @ weights - y[batch]) ** 2).mean() / 2
                loss.backward()
                return loss

            optimizer.step(closure)
    assert optimizer.control.noisy
    assert len(warned or ()) == (lr == "auto")  # said once
    assert 0 < optimizer.control.repairs < 12
    assert ((x @ weights - y) ** 2).mean().item() / 2 < 1.5


def test_scheduler():
    problem = Problem()
    optimizer = GROKtimizer([problem.weights], 0.05, 1e-2, switch=5)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: 0.5 ** (k // 10))
    for _ in range(20):
        problem.train(optimizer, 1)
        scheduler.step()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.05 / 4)
    problem.train(optimizer, 1)
    assert optimizer.param_groups[0]["momentum"] == pytest.approx((1 - math.sqrt(0.05 / 4 * 1e-2)) ** 2)
    with_auto = GROKtimizer([problem.weights])
    torch.optim.lr_scheduler.ConstantLR(with_auto)
    with pytest.raises(RuntimeError, match="LR scheduler"):
        problem.train(with_auto, 1)


def test_groups_and_dtypes():
    a = torch.nn.Parameter(torch.randn(4, dtype=torch.complex64))
    b = torch.nn.Parameter(torch.randn(3, dtype=torch.float64))
    optimizer = GROKtimizer([{"params": [a], "weight_decay": 0.1}, {"params": [b], "weight_decay": 0.0}], switch=3)

    def closure():
        optimizer.zero_grad()
        loss = 3 * (a - 1).abs().pow(2).sum().double() + (b**2).sum()
        loss.backward()
        return loss

    for _ in range(200):
        last = optimizer.step(closure).item()
    assert optimizer.param_groups[0]["lr"] == pytest.approx(1.5 / 6.1, rel=0.05)
    assert a.detach().real.mean().item() == pytest.approx(6 / 6.1, rel=1e-3)
    assert b.norm().item() < 1e-6
    assert last < 0.01


@pytest.mark.parametrize(("make", "error", "message"), [
    (lambda p: GROKtimizer([p], "fast"), ValueError, "'auto'"),
    (lambda p: GROKtimizer([p], switch=-1), ValueError, "whole number of steps"),
    (lambda p: GROKtimizer([p], switch=True), ValueError, "whole number of steps"),
    (lambda p: GROKtimizer([p], 0.1, 0.0), ValueError, "nothing to be damped at"),
    (lambda p: GROKtimizer([p], first=lambda params: params), TypeError, "torch optimizer"),
    (lambda p: GROKtimizer([p], first=torch.optim.LBFGS), TypeError, "LBFGS, whose step calls the closure itself"),
    (lambda p: GROKtimizer([p, torch.nn.Parameter(torch.ones(2, dtype=torch.int64), requires_grad=False)]), TypeError, "dtype torch.int64"),
    (lambda p: GROKtimizer([p], nesterov="yes"), TypeError, "nesterov = 'yes'; allowed is True or False"),
    (lambda p: GROKtimizer([p], guard=0), TypeError, "guard = 0; allowed is True or False"),
    (lambda p: GROKtimizer([p], lr=None), ValueError, "lr = None"),
    (lambda p: GROKtimizer([p], decay_from="ten"), ValueError, "decay_from = 'ten'"),
    (lambda p: GROKtimizer([p]).step(lambda: torch.zeros(())), RuntimeError, "left no gradients"),
    (lambda p: GROKtimizer([p], 0.1).step(lambda: torch.zeros(3)), TypeError, r"a tensor of shape \(3,\)"),
    (lambda p: GROKtimizer([p], 0.1).observe(None), TypeError, "loss = None"),
    (lambda p: GROKtimizer([p], 0.1).observe(1.0, 97.0), ValueError, "Divide per cent by 100"),
    (lambda p: GROKtimizer([p], 0.1).load_state_dict(GROKtimizer([p], 0.1, first=torch.optim.Adam).state_dict()), ValueError, "run by Adam, this one's by SGD"),
    (lambda p: GROKtimizer([p]).step(), RuntimeError, "needs step"),
    (lambda p: GROKtimizer([p], 0.1).step(), RuntimeError, "observe"),
    (lambda p: GROKtimizer([p], 0.1).step(lambda: None), RuntimeError, "closure returned None"),
    (lambda p: GROKtimizer([p], 0.1).step(lambda: float("nan")), FloatingPointError, "at the first step"),
    (lambda p: GROKtimizer([p], 0.1).add_param_group({"params": [torch.nn.Parameter(torch.zeros(2))]}), RuntimeError, "after the start"),
    (lambda p: GROKtimizer([p], 0.1).load_state_dict(torch.optim.SGD([p], 0.1).state_dict()), ValueError, "not that of a GROKtimizer"),
])
def test_used_wrongly(make, error, message):
    with pytest.raises(error, match=message):
        make(torch.nn.Parameter(torch.ones(3)))


@pytest.mark.parametrize("lr", ["auto", 0.1])
def test_sparse_gradients_are_refused_at_once(lr):
    table = torch.nn.Embedding(10, 3, sparse=True)
    optimizer = GROKtimizer(table.parameters(), lr)

    def closure():
        optimizer.zero_grad()
        loss = table(torch.tensor([1, 2])).pow(2).sum()
        loss.backward()
        return loss

    with pytest.raises(RuntimeError, match="sparse=False"):
        optimizer.step(closure)


def test_the_benchmark_of_mini_batches_runs(monkeypatch):
    pytest.importorskip("sklearn")
    found = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "mini_batches.py"))
    monkeypatch.setitem(found["error"].__globals__, "EPOCHS", 1)
    errors = {name: found["error"](make, 256, 0) for name, make in found["WAYS"].items()}
    assert len(set(errors.values())) > 2
    assert all(0 <= e <= 1 for e in errors.values())
