"""Figures beyond one quadratic: the grokking curve of a linear model, a curved valley, and the study of GROKtimizer."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from cdmtheory.curved import gradient as valley_gradient
from cdmtheory.curved import measure_exponents
from cdmtheory.grokking import grokking_curve, interpolating_solution
from cdmtheory.local_model import local_model
from cdmtheory.methods import Method, critically_damped, gradient_descent, step
from cdmtheory.report.plots import look, tex
from cdmtheory.simulate.stepwise import matrix_free

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["grokking", "steps_along_the_valley", "valley"]


def grokking(ax: Axes, *, weight_decay: float = 1e-4, n: int = 60, d: int = 400) -> None:
    """How long after the training loss does the test risk fall? Phase 1 (gradient descent without decay, simulated) interpolates, phase 2 decays the
    weights from there (closed form, theory A6); arrows: until the test risk is within a tenth of its floor."""
    rng = np.random.default_rng(0)
    data = rng.standard_normal((n, d))
    teacher, start = rng.standard_normal(d) / math.sqrt(d), 12 * rng.standard_normal(d) / math.sqrt(d)
    targets = data @ teacher
    step_size = n / float(np.linalg.norm(data, 2)) ** 2
    seen = matrix_free(gradient_descent(step_size), lambda x: data.T @ (data @ x - targets) / n, start, 100, states=True).states
    assert seen is not None
    train, test = ((seen @ data.T - targets) ** 2).sum(axis=1) / (2 * n), ((seen - teacher) ** 2).sum(axis=1) / 2
    first = int(np.argmax(train < 1e-6 * train[0]))
    k1 = np.arange(1, first + 1)
    ax.loglog(k1, train[k1], color="black", linestyle=":", label="train")
    ax.plot(k1, test[k1], color="black", label="test")
    model = local_model(data, interpolating_solution(data, targets, start), weight_decay)
    k = np.unique(np.geomspace(1, 2e6, 150).astype(np.int64))
    for name, method in {"gd": gradient_descent(step_size), "cdm": critically_damped(step_size, weight_decay)}.items():
        curve, own = grokking_curve(model, method, k, teacher=teacher), look(name)
        ax.plot(k + first, curve.test, color=own["color"], label=f"test, {own['label']} with decay")
        ax.plot(k + first, curve.train, color=own["color"], linestyle=":", label=f"_train, {own['label']}")

        def within(steps: Any, method: Method = method, level: float = 1.1 * curve.floor) -> Any:
            return grokking_curve(model, method, steps, teacher=teacher).test < level

        if not (arrived := curve.test < 1.1 * curve.floor).any():
            continue  # no arrow for what does not happen
        delay = _first_within(within, k, arrived)
        height, at, side = {"gd": (2.2, delay / 3, "right"), "cdm": (6.5, first, "left")}[name]
        ax.annotate("", (delay + first, height), (first, height),
                    arrowprops={"arrowstyle": "<->", "color": own["color"], "shrinkA": 0, "shrinkB": 0, "linewidth": 0.8})
        ax.annotate(f"{delay:,} steps".replace(",", "\u2009"), (at, height), (5 if side == "left" else -5, 2), textcoords="offset points", ha=side,
                    va="bottom", color=own["color"], fontsize="small")
    ax.set(xlabel="step", ylabel="risk", ylim=(2e-3, 400), title=rf"Linear student, $d = {d}$, $n = {n}$, $\lambda = {tex(weight_decay)}$")
    ax.legend(loc="lower right")


def _first_within(within: Callable[[Any], Any], k: Any, seen: Any) -> int:
    """The first step that is within, between the grid point that is and the one before it: the grid is made finer until it holds every step."""
    while True:
        place = int(np.argmax(seen))
        if place == 0 or k[place] == k[place - 1] + 1:
            return int(k[place])
        k = np.unique(np.linspace(k[place - 1], k[place], 40).astype(np.int64))
        seen = within(k)


def valley(ax: Axes, *, weight_decay: float = 1e-2, step_size: float = 0.2) -> None:
    """Where does weight decay lead on a curved manifold? Along the valley ab = 1 to the flattest point a = b (theory E2)."""
    a = np.linspace(0.35, 2.6, 201)
    ax.plot(a, 1 / a, color="0.6", label="$ab = 1$")
    for name, method, every, marker in (("gd", gradient_descent(step_size), 60, "o"), ("cdm", critically_damped(step_size, 2 * weight_decay), 6, ".")):
        path = _along_the_valley(method, weight_decay, 20 * every)
        own = look(name)
        ax.plot(path[::every].real, path[::every].imag, marker, fillstyle="none" if name == "gd" else "full", color=own["color"],
                label=f"{own['label']}, every {every} steps")
    ax.set(xlabel="$a$", ylabel="$b$", xlim=(0.35, 2.6), ylim=(0.2, 2.2), title=rf"The valley $ab = 1$, $\lambda = {tex(weight_decay)}$")
    ax.legend(loc="upper right")


def _along_the_valley(method: Method, weight_decay: float, steps: int) -> Any:
    x_prev = x = complex(2, 0.5)
    seen = [x]
    for c in islice(method, steps):
        x, x_prev = step(c, x, x_prev, lambda point: valley_gradient(point, weight_decay)), x
        seen.append(x)
    return np.array(seen)


def steps_along_the_valley(ax: Axes, *, step_size: float = 0.2) -> None:
    """Does the square root survive curvature? Steps until the imbalance of ab = 1 stays below 10⁻³, against λ, with the slopes −1 and −½ (theory E2)."""
    methods: dict[str, tuple[Callable[[float], Method], Callable[[float], int], int]] = {
        "gd": (lambda lam: gradient_descent(step_size), lambda lam: int(8 / (step_size * lam)), 8),
        "cdm": (lambda lam: critically_damped(step_size, 2 * lam), lambda lam: int(24 / math.sqrt(2 * step_size * lam)), 13)}
    for name, (method, horizon, last) in methods.items():
        found = measure_exponents(method, [10.0 ** (-n / 2) for n in range(3, last)], horizon)
        own = look(name)
        slope = -1 if name == "gd" else -0.5
        line = np.array(found.weight_decays)
        ax.loglog(line, found.steps[-1] * (line / line[-1]) ** slope, color=own["color"], linewidth=0.8, label=f"_slope {slope}, {own['label']}")
        ax.plot(found.weight_decays, found.steps, "o", color=own["color"], label=f"{own['label']}, slope {found.slopes[-1]:.3f}".replace("-", "\u2212"))
    ax.set(xlabel=r"weight decay $\lambda$", ylabel="steps until settled", ylim=(40, 3e6), title="Steps along the valley")
    ax.legend(loc="upper right")
