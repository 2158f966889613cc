"""What a step of CDM and of GROKtimizer costs over torch.optim.SGD(momentum, foreach), on a model of 10⁶ parameters, interleaved in one run.

    OMP_NUM_THREADS=1 python tests/benchmarks/groktimizer_overhead.py

Prints the median over rounds of (time of ours)/(time of SGD); the same with the second SGD says how far the ratio moves by chance.
"""

from __future__ import annotations

import statistics
import time

import torch

from cdmtheory.groktimizer import CDM, GROKtimizer

LR, DECAY, STEPS, ROUNDS = 1e-3, 1e-2, 40, 60


def model() -> list[torch.nn.Parameter]:
    """Twenty matrices and twenty vectors, 10⁶ numbers in all."""
    generator = torch.Generator().manual_seed(0)
    made = [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in [(223, 223)] * 20 + [(223,)] * 20]
    for p in made:
        p.grad = 1e-3 * torch.randn(p.shape, generator=generator)
    return made


def groktimizer() -> GROKtimizer:
    optimizer = GROKtimizer(model(), LR, DECAY, switch=0)
    optimizer.observe(1.0)
    optimizer.step()
    assert optimizer.phase == 2
    return optimizer


def seconds(optimizer: torch.optim.Optimizer) -> float:
    began = time.perf_counter()
    for _ in range(STEPS):
        if isinstance(optimizer, GROKtimizer):
            optimizer.observe(1.0)
        optimizer.step()
    return time.perf_counter() - began


def main() -> None:
    momentum = (1 - (LR * DECAY) ** 0.5) ** 2

    def sgd() -> torch.optim.SGD:
        return torch.optim.SGD(model(), LR, momentum=momentum, weight_decay=DECAY, foreach=True)

    rivals = {"SGD": sgd(), "SGD again": sgd(), "CDM": CDM(model(), LR, DECAY, foreach=True), "GROKtimizer, phase 2 with guard": groktimizer()}
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(ROUNDS):
        for name, optimizer in rivals.items():
            times[name].append(seconds(optimizer))
    for name, own in times.items():
        ratios = sorted(a / b for a, b in zip(own, times["SGD"], strict=True))
        print(f"{name:32s} {1e3 * statistics.median(own) / STEPS:7.3f} ms/step   ratio {statistics.median(ratios):.3f}"
              f"   (middle half {ratios[ROUNDS // 4]:.3f} to {ratios[3 * ROUNDS // 4]:.3f})")


if __name__ == "__main__":
    main()
