"""What is measured of a run of the study: errors along its course, and what the weights are like at a point of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from cdmtheory.groktimizer.table import Row

__all__ = ["Course", "at", "norm", "put", "sharpness", "state", "task_named", "weights"]


def task_named(name: str, seed: int) -> Any:
    """A synthetic task or a data set, with what is random in it drawn from the seed.

    Raises
    ------
    ImportError
        If the package that holds the data is missing; the message says what to install.
    """
    from cdmtheory.groktimizer.tasks import SYNTHETIC, real_data

    return (SYNTHETIC[name] if name in SYNTHETIC else real_data(name))(seed)


def sharpness(task: Any) -> tuple[float, float]:
    """Largest Hessian eigenvalue and trace of the training loss at the present weights."""
    import torch

    from cdmtheory.groktimizer.curvature import hessian_product, top_eigenvalue, trace
    from cdmtheory.groktimizer.flat_gradient import flat_gradient

    gradient, x, precision = flat_gradient(task.closure(torch.optim.SGD(task.parameters, 1.0)), task.parameters)
    product = hessian_product(gradient, x, precision=precision)
    return top_eigenvalue(product, len(x)), trace(product, len(x))


def norm(task: Any) -> float:
    """Euclidean, of all weights."""
    return math.sqrt(sum(float((p.detach() ** 2).sum()) for p in task.parameters))


def state(task: Any, *, sharp: bool) -> Row:
    """What the weights are like now."""
    loss = float(task.loss().detach())
    row: Row = {"training_loss": loss, "accuracy": task.accuracy() if task.accuracy else None, "norm": norm(task), "error": task.errors()[1]}
    if sharp and math.isfinite(loss):
        row["sharpness"], row["trace"] = sharpness(task)
    return row


class Course:
    """Errors at about every hundredth more gradients, with what can be said of them at the end."""

    def __init__(self, task: Any, which: int) -> None:
        self.task, self.which, self.gradients = task, which, 0
        self.next, self.seen = 0.0, [(0, task.errors()[which])]

    def closure(self, optimizer: Any) -> Callable[[], Any]:
        inner = self.task.closure(optimizer)

        def counted() -> Any:
            self.gradients += 1
            return inner()

        return counted

    def look(self) -> None:
        if self.gradients >= self.next:
            self.seen.append((self.gradients, self.task.errors()[self.which]))
            self.next = max(self.gradients + 1, 1.01 * self.gradients)

    @property
    def first(self) -> int | None:
        return next((g for g, e in self.seen if e <= self.task.target), None)

    @property
    def settled(self) -> int | None:
        after = None
        for g, e in self.seen:
            after = (g if after is None else after) if e <= self.task.target else None
        return after

    @property
    def over(self) -> bool:
        """Whether the target has been kept for half as long again as it took."""
        settled = self.settled
        return settled is not None and self.gradients >= 1.5 * settled + 50


def weights(task: Any) -> list[Any]:
    """A copy of the present weights."""
    return [p.detach().clone() for p in task.parameters]


@contextmanager
def at(task: Any, there: Sequence[Any]) -> Iterator[None]:
    """With other weights for a moment; those that were there are put back."""
    here = weights(task)
    put(task, there)
    try:
        yield
    finally:
        put(task, here)


def put(task: Any, there: Sequence[Any]) -> None:
    """Other weights from here on."""
    for p, value in zip(task.parameters, there, strict=True):
        p.detach().copy_(value)
