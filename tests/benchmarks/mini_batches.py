"""What GROKtimizer does with mini-batches, against SGD with momentum 0.9 and the same weight decay: run it, and it prints a table.

A network 64-64-10 on 1200 of scikit-learn's digits, cross-entropy, λ = 10⁻³, 60 epochs. In each cell: test error, median and worst over five seeds.
"""

from __future__ import annotations

import statistics
import warnings
from collections.abc import Callable
from typing import Any

import torch

from cdmtheory.groktimizer import GROKtimizer
from cdmtheory.groktimizer.data import load

BATCHES, SEEDS, EPOCHS, TRAINING, DECAY = (16, 64, 256, 1200), range(5), 60, 1200, 1e-3
WAYS: dict[str, Callable[[Any, int], Any]] = {
    'GROKtimizer, lr="auto"': lambda p, epoch: GROKtimizer(p, weight_decay=DECAY),
    "GROKtimizer, lr=0.1, switch after 10 epochs": lambda p, epoch: GROKtimizer(p, lr=0.1, weight_decay=DECAY, switch=10 * epoch),
    "GROKtimizer, lr=0.01, switch after 10 epochs": lambda p, epoch: GROKtimizer(p, lr=0.01, weight_decay=DECAY, switch=10 * epoch),
    "SGD, lr=0.1, momentum 0.9": lambda p, epoch: torch.optim.SGD(p, 0.1, momentum=0.9, weight_decay=DECAY),
    "SGD, lr=0.01, momentum 0.9": lambda p, epoch: torch.optim.SGD(p, 0.01, momentum=0.9, weight_decay=DECAY)}


def error(make: Callable[[Any, int], Any], batch: int, seed: int) -> float:
    """The test error after the last epoch."""
    torch.manual_seed(seed)
    x, labels = map(torch.from_numpy, load("digits"))
    order = torch.randperm(len(x))
    x, labels = (x / 16).float()[order], labels[order]
    net = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
    optimizer = make(net.parameters(), TRAINING // batch)
    for _ in range(EPOCHS):
        for part in torch.randperm(TRAINING).split(batch):

            def closure(part: Any = part) -> Any:
                optimizer.zero_grad()
                loss = torch.nn.functional.cross_entropy(net(x[part]), labels[part])
                loss.backward()
                return loss

            optimizer.step(closure)
    with torch.no_grad():
        return float((net(x[TRAINING:]).argmax(1) != labels[TRAINING:]).double().mean())


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore", RuntimeWarning)  # that lr="auto" has met mini-batches
    print("| batch | " + " | ".join(map(str, BATCHES)) + " |\n" + "|---" * (len(BATCHES) + 1) + "|")
    for name, make in WAYS.items():
        cells = []
        for batch in BATCHES:
            errors = [error(make, batch, seed) for seed in SEEDS]
            cells.append(f"{statistics.median(errors):.3f} ({max(errors):.3f})")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
