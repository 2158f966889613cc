"""CDM is SGD with one rule for the momentum: equal to it bit for bit, in every form; what it cannot do is refused."""

from __future__ import annotations

import copy
import io
import math

import pytest

torch = pytest.importorskip("torch")

from cdmtheory.groktimizer import CDM

SHAPES = ((3, 4), (5,), (2, 3, 2))


def parameters(*dtypes):
    generator = torch.Generator().manual_seed(0)
    return [torch.nn.Parameter(torch.randn(shape, dtype=dtype, generator=generator)) for dtype in dtypes or (torch.float64,) for shape in SHAPES]


def loss_of(params):
    return sum(((p.abs() ** 2).double().sum() - 1) ** 2 + p.abs().double().sum() for p in params)


def run(optimizer, params, steps, scheduler=None):
    for _ in range(steps):
        optimizer.zero_grad()
        loss_of(params).backward()
        optimizer.step()
        if scheduler:
            scheduler.step()
    return [p.detach().clone() for p in params]


def same(first, second):
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def momentum(lr, curvature):
    return (1 - math.sqrt(lr * curvature)) ** 2


@pytest.mark.parametrize("foreach", [None, False, True])
@pytest.mark.parametrize("maximize", [False, True])
def test_it_is_sgd_with_the_critical_momentum(foreach, maximize):
    ours, theirs = parameters(), parameters()
    lr, decay = (1e-5 if maximize else 1e-3), 0.1
    first = run(CDM(ours, lr, decay, foreach=foreach, maximize=maximize), ours, 20)
    rule = {"lr": lr, "momentum": momentum(lr, decay), "weight_decay": decay, "foreach": foreach, "maximize": maximize}
    assert same(first, run(torch.optim.SGD(theirs, **rule), theirs, 20))
    assert not same(first, run(torch.optim.SGD(theirs := parameters(), **{**rule, "momentum": momentum(lr, 2 * decay)}), theirs, 20))


def test_damped_at_another_curvature():
    ours, theirs = parameters(), parameters()
    first = run(CDM(ours, 1e-3, 0.1, curvature=0.3), ours, 10)
    assert same(first, run(torch.optim.SGD(theirs, 1e-3, momentum=momentum(1e-3, 0.3), weight_decay=0.1), theirs, 10))


def test_nesterov_form():
    ours, theirs = parameters(), parameters()
    q = math.sqrt(1e-3 * 0.1)
    first = run(CDM(ours, 1e-3, 0.1, nesterov=True), ours, 10)
    assert same(first, run(torch.optim.SGD(theirs, 1e-3, momentum=(1 - q) / (1 + q), weight_decay=0.1, nesterov=True), theirs, 10))


def test_groups_have_rules_of_their_own():
    ours, theirs = parameters(), parameters()
    groups = [{"params": ours[:1], "weight_decay": 0.2}, {"params": ours[1:2], "lr": 2e-3}, {"params": ours[2:], "weight_decay": 0.0}]
    first = run(CDM(groups, 1e-3, 0.1), ours, 10)
    groups = [{"params": theirs[:1], "weight_decay": 0.2, "momentum": momentum(1e-3, 0.2)},
              {"params": theirs[1:2], "lr": 2e-3, "momentum": momentum(2e-3, 0.1)},
              {"params": theirs[2:], "weight_decay": 0.0, "momentum": momentum(1e-3, 0.1)}]  # no decay: as the least damped
    assert same(first, run(torch.optim.SGD(groups, 1e-3, weight_decay=0.1), theirs, 10))


def test_momentum_follows_a_scheduler():
    ours = parameters()
    optimizer = CDM(ours, 1e-3, 0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    run(optimizer, ours, 3, scheduler)
    assert optimizer.param_groups[0]["momentum"] == pytest.approx(momentum(1e-3 / 4, 0.1), rel=1e-12)
    run(optimizer, ours, 1)
    assert optimizer.param_groups[0]["momentum"] == pytest.approx(momentum(1e-3 / 8, 0.1), rel=1e-12)


def test_real_complex_and_mixed_dtypes():
    dtypes = (torch.float32, torch.float64, torch.complex64, torch.bfloat16)
    ours, theirs = parameters(*dtypes), parameters(*dtypes)
    first = run(CDM(ours, 1e-3, 0.1), ours, 5)
    assert same(first, run(torch.optim.SGD(theirs, 1e-3, momentum=momentum(1e-3, 0.1), weight_decay=0.1), theirs, 5))


def test_sparse_gradients_are_refused():
    table = torch.nn.Embedding(10, 3, sparse=True)
    optimizer = CDM(table.parameters(), 1e-2, 1e-2)
    table(torch.tensor([1, 2])).sum().backward()
    with pytest.raises(RuntimeError, match="sparse=False"):
        optimizer.step()


@pytest.mark.parametrize(("lr", "decay", "message"), [(0.1, 0.0, "nothing to be damped at"), (100.0, 0.1, r"allowed is a number in \(0, 4\)"),
                                                      (float("nan"), 0.1, "lr = nan"), (-1.0, 0.1, "lr = -1.0"), (0.0, 0.1, "lr = 0.0; allowed is"),
                                                      ("auto", 0.1, "lr = 'auto'"), (0.1, "a", "weight_decay = 'a'"), (0.1, -1.0, "weight_decay = -1.0"),
                                                      (True, 0.1, "lr = True"), (torch.ones(2), 0.1, r"lr = tensor\(\[1., 1.\]\)")])
def test_arguments_out_of_range(lr, decay, message):
    with pytest.raises(ValueError, match=message):
        CDM(parameters(), lr, decay)
    with pytest.raises(ValueError, match=message):
        CDM([{"params": parameters(), "lr": lr, "weight_decay": decay}], 0.1, 0.1)


def test_arguments_of_another_kind():
    for curvature in (0, -1.0, "x"):
        with pytest.raises(ValueError, match="curvature = .*or None"):
            CDM(parameters(), 0.1, 0.1, curvature=curvature)
    with pytest.raises(TypeError, match="nesterov = 'yes'; allowed is True or False"):
        CDM(parameters(), 0.1, 0.1, nesterov="yes")


@pytest.mark.parametrize("nesterov", [False, True])
def test_a_schedule_may_begin_and_end_at_zero(nesterov):
    ours = parameters()
    optimizer = CDM(ours, 1e-2, 0.1, nesterov=nesterov)
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda k: min(k, 4 - k) / 2)
    before = [p.detach().clone() for p in ours]
    run(optimizer, ours, 1, scheduler)
    assert all(torch.equal(p, at) for p, at in zip(ours, before, strict=True))
    run(optimizer, ours, 3, scheduler)
    assert optimizer.param_groups[0]["lr"] == 0.0
    assert not torch.equal(ours[0], before[0])
    run(optimizer, ours, 1, scheduler)
    assert all(torch.isfinite(p).all() for p in ours)


def test_a_scheduler_that_goes_too_far_is_stopped():
    ours = parameters()
    optimizer = CDM(ours, 1e-3, 0.1)
    optimizer.param_groups[0]["lr"] = 50.0
    loss_of(ours).backward()
    with pytest.raises(ValueError, match="Lower lr"):
        optimizer.step()


def test_saved_loaded_and_copied():
    ours = parameters()
    optimizer = CDM(ours, 1e-3, 0.1, curvature=0.3)
    run(optimizer, ours, 3)
    file = io.BytesIO()
    torch.save(optimizer.state_dict(), file)
    file.seek(0)
    theirs = [torch.nn.Parameter(p.detach().clone()) for p in ours]
    loaded = CDM(theirs, 0.5, 0.7)
    loaded.load_state_dict(torch.load(file))
    bundle = copy.deepcopy({"params": ours, "optimizer": optimizer})
    expected = run(optimizer, ours, 3)
    assert same(expected, run(loaded, theirs, 3))
    assert same(expected, run(bundle["optimizer"], bundle["params"], 3))


def test_closure_and_hooks_run_once():
    ours = parameters()
    torch.optim.SGD(ours, 0.1)  # wraps SGD.step for hooks, which must not wrap ours twice
    optimizer = CDM(ours, 1e-3, 0.1)
    seen = []
    optimizer.register_step_pre_hook(lambda *_: seen.append("before"))
    optimizer.register_step_post_hook(lambda *_: seen.append("after"))

    def closure():
        seen.append("closure")
        optimizer.zero_grad()
        loss = loss_of(ours)
        loss.backward()
        return loss

    expected = loss_of(ours).item()
    assert optimizer.step(closure).item() == expected
    assert seen == ["before", "closure", "after"]


def test_flat_directions_decay_in_closed_form():
    """On a flat direction p_k = (1 − q)^k (1 + kq), q = √(ηλ) (theory B5); decoupled decay leaves (1 − ηλ)^k, as gradient descent does (E6)."""
    lr, decay, steps = 0.5, 1e-3, 200
    flat = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = CDM([flat], lr, decay)
    for _ in range(steps):
        flat.grad = torch.zeros_like(flat)
        optimizer.step()
    q = math.sqrt(lr * decay)
    assert flat.item() == pytest.approx((1 - q) ** steps * (1 + steps * q), rel=1e-11)
    decoupled = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
    adamw = torch.optim.AdamW([decoupled], lr=lr, weight_decay=decay)
    for _ in range(steps):
        decoupled.grad = torch.zeros_like(decoupled)
        adamw.step()
    assert decoupled.item() == pytest.approx((1 - lr * decay) ** steps, rel=1e-11)
