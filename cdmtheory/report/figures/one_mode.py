"""Figures about one eigenvalue: regimes of damping, phase portraits, what a wrong damping costs, what noise leaves."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from cdmtheory.arithmetic import Arithmetic
from cdmtheory.methods import Coefficients, Method, critically_damped, gradient_descent, heavy_ball, polyak, step
from cdmtheory.modes import coefficients_of, transfer_matrix
from cdmtheory.modes import spectral_radius as radius
from cdmtheory.report.plots import look, tex
from cdmtheory.simulate.hitting import hit
from cdmtheory.spectra import Spectrum

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["damping_regimes", "gain_at_equal_noise", "noise_floor", "phase_portrait", "wrong_damping"]

SHADES = {"under": "#cfe3f1", "over": "#fbe3cf", "alternating": "#f6edc8"}


def damping_regimes(ax: Axes, *, kappa: float = 10) -> None:
    """How does one mode of heavy ball move? Regimes in the (ηh, β) plane, the boundary of stability, and where Polyak puts all of [μ, L] (theory B3, B4)."""
    x = np.linspace(0, 4, 401)
    critical = (1 - np.sqrt(x)) ** 2
    boundary = np.maximum(x / 2 - 1, -1)
    ax.fill_between(x, critical, 1, color=SHADES["under"], linewidth=0)
    ax.fill_between(x, np.maximum(boundary, 0), critical, color=SHADES["over"], linewidth=0)
    ax.fill_between(x, boundary, np.minimum(0, critical), where=boundary <= 0, color=SHADES["alternating"], linewidth=0)
    ax.plot(x, critical, color="C1", label=r"critical: $\beta = (1-\sqrt{\eta h})^2$")
    edge = np.array([[0, -1], [0, 1], [4, 1], [0, -1]])
    ax.plot(edge[:, 0], edge[:, 1], color="black", label="boundary of stability")
    c = coefficients_of(polyak(1.0, kappa))
    ax.plot([c.step_size, c.step_size * kappa], [c.momentum] * 2, color="C3", marker="o", label=rf"Polyak on $[\mu, L]$, $\kappa = {kappa:g}$")
    ax.plot([0, 2], [0, 0], color="C0", linewidth=0.8, linestyle="--", label=r"GD, $\beta = 0$")
    thin = {"arrowstyle": "-", "linewidth": 0.5, "shrinkA": 1, "shrinkB": 0}
    ax.annotate("under-damped\n(complex roots)", (1.45, 0.64), ha="center", va="center", fontsize="small")
    ax.annotate("over-damped", (0.3, 0.07), (0.78, -0.2), ha="center", va="center", fontsize="small", arrowprops=thin)
    ax.annotate("roots of\nboth signs", (0.43, -0.44), ha="center", va="center", fontsize="small")
    ax.annotate("two negative\nroots", (2.25, 0.17), (2.95, -0.08), ha="center", va="center", fontsize="small", arrowprops=thin)
    ax.annotate("unstable", (3.6, 0.42), ha="center", va="center", fontsize="small", color="0.35")
    ax.set(xlabel=r"$\eta h$", ylabel=r"momentum $\beta$", xlim=(0, 4.15), ylim=(-1.02, 1.05), title="Regimes of one mode of heavy ball")
    ax.legend(loc="lower right", fontsize="small")


def phase_portrait(ax: Axes, *, regime: str = "critically damped", root: float = 0.06) -> None:
    """How does a mode come to rest? Position against velocity, one dot every fourth step, for √(ηh) = ``root`` (theory B1)."""
    momentum = {"under-damped": (1 - root / 5) ** 2, "critically damped": (1 - root) ** 2, "over-damped": (1 - 2.5 * root) ** 2}[regime]
    c = Coefficients(root**2, momentum)
    for angle in np.linspace(0, 2 * np.pi, 8, endpoint=False):
        path = _path(c, math.cos(angle), root * math.sin(angle), 200)
        ax.plot(path[:, 0], path[:, 1] / root, color="C0", linewidth=0.8, label=f"_start at angle {angle:.3f}")
        ax.plot(path[:60:4, 0], path[:60:4, 1] / root, ".", color="C0", markersize=2)
    if regime != "under-damped":
        matrix = np.array(transfer_matrix(c, 1.0), dtype=np.float64)
        roots = sorted(set(np.round(np.linalg.eigvals(matrix).real, 4))) if regime == "over-damped" else [1 - root]
        for z in roots:  # along (x, z·x) a mode moves straight
            slope = (1 - 1 / z) / root
            at = np.array([-1.0, 1.0]) * min(1.15, 1.15 / abs(slope))
            ax.plot(at, slope * at, color="C1", linewidth=0.9, linestyle="--")
    ax.plot([0], [0], "o", color="black")
    ax.set(xlabel="$x$", ylabel=r"velocity $/\sqrt{\eta h}$", xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), title=regime)
    ax.set_aspect("equal")


def _path(c: Coefficients, x: float, velocity: float, steps: int) -> Any:
    """Position and velocity of one mode of curvature 1, shape (steps + 1, 2)."""
    x_prev, seen = x - velocity, []
    for _ in range(steps + 1):
        seen.append((x, x - x_prev))
        x, x_prev = step(c, x, x_prev, lambda y: y), x
    return np.array(seen)


PORTRAITS = tuple(partial(phase_portrait, regime=name) for name in ("under-damped", "critically damped", "over-damped"))


def wrong_damping(ax: Axes, *, kappa: int = 10**6, tolerances: tuple[float, ...] = (1e-100, 1e-6)) -> None:
    """What does a wrong damping cost? Steps over those of the right one when λ is taken for λ̂: √(λ/λ̂) below, √f + √(f−1), f = λ̂/λ, above (theory E5)."""
    f = np.geomspace(1 / 64, 64, 241)
    cost = np.where(f < 1, 1 / np.sqrt(np.minimum(f, 1)), np.sqrt(np.maximum(f, 1)) + np.sqrt(np.maximum(f, 1) - 1))
    ax.loglog(f, cost, color="C1", label=r"theory, $\varepsilon \to 0$")
    mu, spectrum = Fraction(1, kappa), Spectrum.of_eigenvalues([1 / kappa], mu=Fraction(1, kappa))
    taken = [Fraction(2) ** n for n in range(-6, 7)]
    for tolerance, marker in zip(tolerances, "os", strict=False):
        counts = [hit(critically_damped(Fraction(1), f * mu), spectrum, tolerance).settled for f in (Fraction(1), *taken)]
        right, *others = [math.nan if count is None else count for count in counts]
        ax.plot([float(f) for f in taken], [count / right for count in others], marker, color="C0", markerfacecolor="C0" if marker == "o" else "white",
                label=rf"counted, $\varepsilon = {tex(tolerance)}$")
    ax.set(xlabel=r"assumed over true curvature, $\hat\lambda/\lambda$", ylabel="steps, relative", xlim=(1 / 90, 90), ylim=(0.6, 50),
           title="Cost of a wrong damping", xticks=[1 / 64, 1 / 8, 1, 8, 64], xticklabels=["1/64", "1/8", "1", "8", "64"], yticks=[1, 2, 5, 10, 20],
           yticklabels=["1", "2", "5", "10", "20"])
    ax.minorticks_off()
    ax.annotate("too little", (1 / 60, 0.72), ha="left")
    ax.annotate("too much", (60, 0.72), ha="right")
    ax.legend(loc="upper center")


def _floor_and_time(method: Method, noise_variance: float = 1.0) -> tuple[float, float]:
    """Stationary variance and time constant of one mode of curvature 1: the covariance solves C = M·C·Mᵀ + Q, Q = η²v at (0, 0)."""
    from scipy.linalg import solve_discrete_lyapunov

    c = coefficients_of(method.to(Arithmetic.FLOAT))
    matrix = np.array(transfer_matrix(c, 1.0), dtype=np.float64)
    shock = np.array([[c.step_size**2 * noise_variance, 0.0], [0.0, 0.0]])
    return float(solve_discrete_lyapunov(matrix, shock)[0, 0]), -1 / math.log(radius(c, 1.0))


def _by_theory(eta: Any, beta: Any) -> Any:
    """ηv(1+β)/(h(1−β)(2(1+β)−ηh)) at h = v = 1 (theory E1)."""
    return eta * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - eta))


def noise_floor(ax: Axes) -> None:
    """What does speed cost under noise? Stationary variance against time constant, for every step size; lines: theory E1, dots: the covariance equation."""
    u = np.geomspace(3e-3, 0.7, 121)
    curves: dict[str, tuple[Any, Any, Callable[[float], Method]]] = {
        "gd": (_by_theory(u, 0.0), -1 / np.log(1 - u), gradient_descent),
        "cdm": (_by_theory(u**2, (1 - u) ** 2), -1 / np.log(1 - u), _critical)}
    for name, (floor, time, make) in curves.items():
        own = look(name)
        ax.loglog(time, floor, **own)
        dots = np.geomspace(4e-3, 0.6, 9)
        seen = [_floor_and_time(make(float(w))) for w in dots]
        ax.plot([t for _, t in seen], [f for f, _ in seen], "o", color=own["color"], label=f"_covariance, {own['label']}")
    ax.set(xlabel=r"time constant $-1/\ln\rho$ (steps)", ylabel=r"noise floor $h\,\mathrm{var}/v$", title="Noise floor against speed")
    ax.legend(loc="upper right")


def _critical(u: float) -> Method:
    return heavy_ball(u * u, (1 - u) ** 2)


def gain_at_equal_noise(ax: Axes) -> None:
    """What is left of the speedup at an equal noise floor? The time constant of GD over that of CDM tends to 2 as the floor falls, whatever κ (theory E1)."""
    u = np.geomspace(1e-3, 0.7, 161)
    floor = _by_theory(u**2, (1 - u) ** 2)
    eta = 2 * floor / (1 + floor)  # where gradient descent has that floor: η/(2 − η) = floor
    ax.semilogx(floor, np.log(1 - u) / np.log1p(-np.minimum(eta, 1 - 1e-12)), color="C1", label="_gain")
    ax.axhline(2, color="0.35", linewidth=0.8, linestyle=":")
    ax.annotate("2", (float(floor[-1]), 2), (2, 1), textcoords="offset points", ha="right", va="bottom", color="0.35")
    ax.set(xlabel=r"noise floor $h\,\mathrm{var}/v$", ylabel="time constant, GD over CDM", ylim=(0, 2.3), title="Gain at an equal floor")
