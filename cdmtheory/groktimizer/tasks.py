"""Tasks on which GROKtimizer meets its rivals: each a function of a seed that gives a small problem, freshly initialised.

An ``error`` is what is to be small on data not trained on: 1 − accuracy, or a squared error relative to that of predicting nothing.
Reaching ``target`` is what steps are counted to. Where interpolating is easy and generalising needs a small norm, the initial weights are large.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch

from cdmtheory.groktimizer.optimizer import GROKtimizer

__all__ = ["SYNTHETIC", "Task"]


@dataclass
class Task:
    """A problem, ready to be trained full batch."""

    name: str
    parameters: list[Any]
    loss: Callable[[], Any]  # training loss without weight decay
    errors: Callable[[], tuple[float, float]]  # on validation data, on test data
    target: float  # error to be reached
    accuracy: Callable[[], float] | None = None  # of training, for classification
    decays: tuple[float, float] = (3e-4, 1e-2)  # weight decays that are tried
    residuals: Callable[[], Any] | None = None  # prediction errors ϱ, shape (n,), where the loss is ‖ϱ‖²/2n
    facts: dict[str, Any] = field(default_factory=dict)

    def closure(self, optimizer: Any) -> Callable[[], Any]:
        """What ``optimizer.step`` takes; it tells a GROKtimizer the training accuracy, where there is one."""
        def evaluate() -> Any:
            optimizer.zero_grad()
            loss = self.loss()
            loss.backward()
            if self.accuracy is not None and isinstance(optimizer, GROKtimizer):
                optimizer.observe(loss, self.accuracy())
            return loss

        return evaluate


def _weights(generator: Any, *shape: int, scale: float = 1.0, dtype: Any = torch.float32) -> Any:
    return torch.nn.Parameter(scale * torch.randn(*shape, generator=generator, dtype=dtype))


def linear_regression(seed: int, *, n: int = 60, d: int = 100, scale: float = 5.0) -> Task:
    """Over-parametrised least squares on isotropic inputs, teacher of norm 1, initial weights ``scale`` times as large.

    The target is 1.1 × the error of the least-norm interpolant, which no method of weight decay removes (theory A6).
    """
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, d, generator=generator, dtype=torch.float64)
    teacher = torch.randn(d, generator=generator, dtype=torch.float64) / math.sqrt(d)
    y = x @ teacher
    w = _weights(generator, d, scale=scale / math.sqrt(d), dtype=torch.float64)
    floor = ((torch.linalg.pinv(x) @ y - teacher) ** 2).sum() / (teacher**2).sum()

    def errors() -> tuple[float, float]:
        error = float(((w.detach() - teacher) ** 2).sum() / (teacher**2).sum())
        return error, error

    def residuals() -> Any:
        return x @ w - y

    return Task("linear regression", [w], lambda: (residuals() ** 2).mean() / 2, errors, 1.1 * float(floor), decays=(1e-4, 1e-2), residuals=residuals)


def diagonal_network(seed: int, *, n: int = 40, d: int = 80, sparsity: int = 4, scale: float = 1.0) -> Task:
    """A diagonal linear network w = u⊙v on a sparse teacher: weight decay on u, v is the lasso on w, and finds it."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, d, generator=generator, dtype=torch.float64)
    teacher = torch.zeros(d, dtype=torch.float64)
    teacher[torch.randperm(d, generator=generator)[:sparsity]] = 1.0
    y = x @ teacher
    u, v = (_weights(generator, d, scale=scale, dtype=torch.float64) for _ in range(2))

    def errors() -> tuple[float, float]:
        error = float(((u.detach() * v.detach() - teacher) ** 2).sum() / sparsity)
        return error, error

    def residuals() -> Any:
        return x @ (u * v) - y

    return Task("diagonal network", [u, v], lambda: (residuals() ** 2).mean() / 2, errors, 0.05, decays=(1e-4, 1e-2), residuals=residuals)


def matrix_completion(seed: int, *, size: int = 16, rank: int = 2, observed: float = 0.6, scale: float = 0.7) -> Task:
    """A low-rank matrix UVᵀ with full-width factors from some of its entries: weight decay on the factors is the nuclear norm."""
    generator = torch.Generator().manual_seed(seed)
    a, b = (torch.randn(size, rank, generator=generator, dtype=torch.float64) for _ in range(2))
    truth = a @ b.T / math.sqrt(rank)
    mask = torch.rand(size, size, generator=generator) < observed
    u, v = (_weights(generator, size, size, scale=scale, dtype=torch.float64) for _ in range(2))
    hidden = (truth[~mask] ** 2).sum()

    def errors() -> tuple[float, float]:
        error = float(((u.detach() @ v.detach().T - truth)[~mask] ** 2).sum() / hidden)
        return error, error

    def residuals() -> Any:
        return (u @ v.T - truth)[mask]

    return Task("matrix completion", [u, v], lambda: (residuals() ** 2).sum() / (2 * mask.sum()), errors, 0.1, decays=(1e-4, 1e-2), residuals=residuals)


def _pairs(seed: int, p: int, fraction: float) -> tuple[Any, Any, Any, Any]:
    """Generator, one-hot pairs (a, b), labels a + b mod p, and the parts."""
    generator = torch.Generator().manual_seed(seed)
    a, b = torch.meshgrid(torch.arange(p), torch.arange(p), indexing="ij")
    order = torch.randperm(p * p, generator=generator)
    n = int(fraction * p * p)
    rest = (p * p - n) // 2
    pairs = torch.nn.functional.one_hot(torch.stack([a.ravel()[order], p + b.ravel()[order]], 1), 2 * p).sum(1).float()
    return generator, pairs, (a + b).ravel()[order] % p, (slice(0, n), slice(n, n + rest), slice(n + rest, None))


def _classification(name: str, parameters: list[Any], predict: Callable[[Any], Any], labels: Any, parts: Sequence[Any], target: float,
                    loss: Callable[[Any, Any], Any]) -> Task:
    """``predict(part)`` gives scores for a part of the data; the parts are for training, validation and test."""
    accuracy = 0.0  # at the last evaluation of the loss

    def error(part: Any) -> float:
        with torch.no_grad():
            return float((predict(part).argmax(1) != labels[part]).double().mean())

    def training_loss() -> Any:
        nonlocal accuracy
        scores = predict(parts[0])
        accuracy = float((scores.detach().argmax(1) == labels[parts[0]]).double().mean())
        return loss(scores, labels[parts[0]])

    return Task(name, parameters, training_loss, lambda: (error(parts[1]), error(parts[2])), target, accuracy=lambda: accuracy)


def squared_loss(scores: Any, labels: Any) -> Any:
    """Mean over samples of ½‖scores − one-hot label‖²."""
    return 0.5 * (scores - torch.nn.functional.one_hot(labels, scores.shape[1])).pow(2).sum(1).mean()


def modular_addition(seed: int, *, p: int = 23, width: int = 128, fraction: float = 0.7, scale: float = 0.5) -> Task:
    """a + b mod p by a two-layer network with squares for activations and squared loss (Gromov 2023)."""
    generator, pairs, labels, parts = _pairs(seed, p, fraction)
    first, out = _weights(generator, 2 * p, width, scale=scale), _weights(generator, width, p, scale=scale / math.sqrt(width))
    return _classification("modular addition", [first, out], lambda part: (pairs[part] @ first) ** 2 @ out, labels, parts, 0.05, squared_loss)


def modular_addition_relu(seed: int, *, p: int = 23, width: int = 128, fraction: float = 0.8, scale: float = 1.0) -> Task:
    """a + b mod p by a two-layer ReLU network with cross-entropy."""
    generator, pairs, labels, parts = _pairs(seed, p, fraction)
    first, out = _weights(generator, 2 * p, width, scale=scale), _weights(generator, width, p, scale=scale / math.sqrt(width))
    return _classification("modular addition, ReLU", [first, out], lambda part: torch.relu(pairs[part] @ first) @ out, labels, parts, 0.1,
                           torch.nn.functional.cross_entropy)


def modular_addition_transformer(seed: int, *, p: int = 23, width: int = 32, heads: int = 4, fraction: float = 0.8) -> Task:
    """a + b mod p by a one-layer transformer without normalisation, with cross-entropy at the last of the tokens a, b, = (Nanda et al. 2023)."""
    generator, pairs, labels, parts = _pairs(seed, p, fraction)
    tokens = torch.cat([pairs[:, :p].argmax(1, keepdim=True), pairs[:, p:].argmax(1, keepdim=True), torch.full((p * p, 1), p)], 1)
    shapes = [(p + 1, width), (3, width), *[(width, width)] * 4, (width, 4 * width), (4 * width, width), (width, p)]
    parameters = [_weights(generator, *shape, scale=(4 * width if shape[0] == 4 * width else width) ** -0.5) for shape in shapes]
    embedding, place, query, key, value, mix, up, down, out = parameters

    def predict(part: Any) -> Any:
        x = embedding[tokens[part]] + place
        asked, keys, values = (y.unflatten(2, (heads, -1)).transpose(1, 2) for y in (x[:, -1:] @ query, x @ key, x @ value))
        last = x[:, -1] + torch.nn.functional.scaled_dot_product_attention(asked, keys, values).flatten(1) @ mix
        return (last + torch.relu(last @ up) @ down) @ out

    return _classification("modular addition, transformer", parameters, predict, labels, parts, 0.1, torch.nn.functional.cross_entropy)


def sparse_parity(seed: int, *, bits: int = 20, order: int = 3, n: int = 400, width: int = 100, scale: float = 1.0) -> Task:
    """The parity of 3 of 20 bits by a two-layer ReLU network with squared loss (Barak et al. 2022)."""
    generator = torch.Generator().manual_seed(seed)
    x = 2.0 * torch.randint(0, 2, (n + 2000, bits), generator=generator) - 1.0
    labels = (x[:, :order].prod(1) > 0).long()
    first, bias = _weights(generator, bits, width, scale=scale / math.sqrt(bits)), _weights(generator, width, scale=scale / math.sqrt(bits))
    out = _weights(generator, width, 2, scale=scale / math.sqrt(width))
    parts = (slice(0, n), slice(n, n + 1000), slice(n + 1000, None))
    return _classification("sparse parity", [first, bias, out], lambda part: torch.relu(x[part] @ first + bias) @ out, labels, parts, 0.05, squared_loss)


def digits(seed: int, *, n: int = 200, width: int = 128, scale: float = 8.0) -> Task:
    """Handwritten digits (scikit-learn's) by a two-layer ReLU network, initialised 8 times too large (Omnigrok, Liu et al. 2022)."""
    from cdmtheory.groktimizer.data import load

    generator = torch.Generator().manual_seed(seed)
    x, labels = load("digits")
    order = torch.randperm(len(x), generator=generator)
    inputs, labels = torch.from_numpy(x / 16).float()[order], torch.from_numpy(labels)[order]
    first, out = (_weights(generator, i, o, scale=scale / math.sqrt(3 * i)) for i, o in ((inputs.shape[1], width), (width, 10)))
    parts = (slice(0, n), slice(n, n + 500), slice(n + 500, None))
    return _classification("digits, large init", [first, out], lambda part: torch.relu(inputs[part] @ first) @ out, labels, parts, 0.1, squared_loss)


def real_data(name: str) -> Callable[..., Task]:
    """A linear classifier on a real data set, trained on at most half as many samples as features, with squared loss from large weights.

    Features are standardised by the training part, which is 40 % of the samples (of each class), or fewer where those were more than half of the features
    (:func:`cdmtheory.groktimizer.data.split`: wine, breast cancer); of the rest half is for validation, half for testing.
    The target is an error 0.05 above that of ridge regression with the same λ = 10⁻²: what weight decay can reach.
    """
    def task(seed: int, *, scale: float = 3.0) -> Task:
        from cdmtheory.groktimizer.data import load, split

        generator = torch.Generator().manual_seed(seed)
        x, labels = load(name)
        indices = split(labels, x.shape[1], seed)
        x, labels = x[np.concatenate(indices)], labels[np.concatenate(indices)]
        n, end = len(indices[0]), len(indices[0]) + len(indices[1])
        parts = (slice(0, n), slice(n, end), slice(end, None))
        mean, deviation = x[parts[0]].mean(0), x[parts[0]].std(0)
        kept = deviation > 0
        scaled = (x[:, kept] - mean[kept]) / deviation[kept] / math.sqrt(int(kept.sum()))
        inputs = torch.from_numpy(np.column_stack([scaled, np.ones(len(x))])).float()  # with a constant feature
        classes = int(labels.max()) + 1
        w = _weights(generator, inputs.shape[1], classes, scale=scale)
        target = torch.from_numpy(labels)
        made = _classification(name, [w], lambda part: inputs[part] @ w, target, parts, 0.0, squared_loss)
        gram = inputs[parts[0]].double() @ inputs[parts[0]].double().T
        one_hot = torch.nn.functional.one_hot(target[parts[0]], classes).double()
        fitted = inputs.double() @ inputs[parts[0]].double().T @ torch.linalg.solve(gram + 1e-2 * n * torch.eye(n, dtype=torch.float64), one_hot)
        made.facts |= {"data": (inputs.numpy(), labels, parts), "seed": seed}
        made.facts["ridge"] = tuple(float((fitted[part].argmax(1) != target[part]).double().mean()) for part in parts[1:])
        made.decays = (3e-4, 1e-1)
        made.target = max(made.facts["ridge"]) + 0.05
        return made

    return task


SYNTHETIC: dict[str, Callable[..., Task]] = {
    "linear regression": linear_regression, "diagonal network": diagonal_network, "matrix completion": matrix_completion,
    "modular addition": modular_addition, "modular addition, ReLU": modular_addition_relu, "sparse parity": sparse_parity, "digits, large init": digits,
    "modular addition, transformer": modular_addition_transformer}
