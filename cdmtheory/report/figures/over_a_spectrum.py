"""Figures about all eigenvalues of [μ, L] at once: rates, residual polynomials, transients, convergence on spectra."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cdmtheory.methods import Method, critically_damped, polyak
from cdmtheory.modes import coefficients_of, residual
from cdmtheory.modes import spectral_radius as radius
from cdmtheory.rates import steps_to
from cdmtheory.report.plots import LABELS, look, tex
from cdmtheory.simulate.closed_form import norms
from cdmtheory.simulate.compare import RIVALS
from cdmtheory.simulate.stepwise import spectral
from cdmtheory.spectra import Spectrum, synthetic

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["convergence_on", "overshoot", "polyak_transient", "residual_polynomials", "spectral_radius"]

STATIONARY = ("gd", "gd-best", "cdm", "polyak", "nesterov", "triple-momentum")


def _rivals(kappa: float, names: Sequence[str]) -> dict[str, Method]:
    mu = Fraction(1) / Fraction(kappa)
    return {name: RIVALS[name](mu, Fraction(1)) for name in names}


def spectral_radius(ax: Axes, *, kappa: float = 100, methods: Sequence[str] = STATIONARY) -> None:
    """How fast does each method contract at each eigenvalue? The spectral radius over [μ, L], L = 1."""
    from cdmtheory.arithmetic import Arithmetic

    h = np.geomspace(1 / kappa, 1, 301)
    for name, method in _rivals(kappa, methods).items():
        ax.semilogx(h, radius(coefficients_of(method.to(Arithmetic.FLOAT)), h), **look(name))
    ax.set(xlabel="eigenvalue $h/L$", ylabel=r"spectral radius $\rho(h)$", xlim=(1 / kappa, 1), ylim=(0, 1.02),
           title=rf"Rate at each eigenvalue, $\kappa = {kappa:g}$")
    ax.legend(loc="lower left")


def residual_polynomials(ax: Axes, *, kappa: float = 100, k: int = 12, methods: Sequence[str] = ("gd", "cdm", "polyak", "chebyshev")) -> None:
    """What is left of each eigen-direction after k steps? p_k over [μ, L]; no method stays inside the grey band, Chebyshev's only just (theory D1)."""
    h = np.geomspace(1 / kappa, 1, 601)
    spectrum = Spectrum.of_eigenvalues(h, mu=Fraction(1) / Fraction(kappa), L=1)
    lowest = 1 / math.cosh(k * math.acosh((kappa + 1) / (kappa - 1)))
    ax.axhspan(-lowest, lowest, color="0.9", linewidth=0)
    ax.axhline(0, color="0.6", linewidth=0.5)
    for name, method in _rivals(kappa, methods).items():
        ax.semilogx(spectrum.eigenvalues, spectral(method, spectrum, k).x, **look(name))
    ax.set(xlabel="eigenvalue $h/L$", ylabel=rf"$p_{{{k}}}(h)$", xlim=(1 / kappa, 1), ylim=(-0.75, 1.6), title=rf"What {k} steps leave, $\kappa = {kappa:g}$")
    ax.legend(loc="upper right", ncols=2)


def polyak_transient(ax: Axes, *, kappas: Sequence[int] = (10**2, 10**4, 10**6)) -> None:
    """How far does Polyak's method, started at rest, move away before it converges? Worst residual r^k(1 + k(1+r)), peak ≈ √κ/e (theory C6, C8)."""
    for number, kappa in enumerate(kappas):
        method, mu = polyak(Fraction(1, kappa), Fraction(1)), Fraction(1, kappa)
        last = int(9 * math.sqrt(kappa))
        k = np.unique(np.geomspace(1, last, 240).astype(np.int64))
        r = (math.sqrt(kappa) - 1) / (math.sqrt(kappa) + 1)
        colour = f"C{(0, 2, 1)[number % 3]}"
        ax.loglog(k, r**k * (1 + k * (1 + r)), color=colour, label=rf"$\kappa = {tex(kappa)}$")
        seen = spectral(method, Spectrum.of_eigenvalues([float(mu), 1.0], mu=mu, L=1), last, states=True).states
        assert seen is not None
        dots = np.unique(np.geomspace(1, last, 14).astype(np.int64))
        ax.plot(dots, np.abs(seen[dots]).max(axis=1), "o", color=colour, label=f"_simulated, kappa = {kappa}")
        ax.axhline(math.sqrt(kappa) / math.e, color=colour, linewidth=0.6, linestyle=":")
    ax.set(xlabel="step $k$", ylabel=r"$\sup_h\, |p_k(h)|$", ylim=(1e-2, 2e3), title="Polyak from rest; dotted: √κ/e")
    ax.legend(loc="lower left")


def overshoot(ax: Axes, *, low: float = 100, high: float = 1e6) -> None:
    """Is μ always the worst eigenvalue of CDM with η = 1/L? Not at k = 3 beyond κ = 943.36…, where one inside overshoots (theory C7)."""
    kappas = np.geomspace(low, high, 81)
    excess = [_worst_after_three(kappa) / _at_mu_after_three(kappa) for kappa in kappas]
    limit, threshold = 7 * (2 * math.sqrt(7) - 1) / 27, 943.3618
    ax.semilogx(kappas, excess, color="C1", label="_k = 3")
    ax.axhline(1, color="0.5", linewidth=0.6)
    ax.axhline(limit, color="0.35", linewidth=0.8, linestyle=":")
    ax.axvline(threshold, ymax=0.45, color="0.35", linewidth=0.8, linestyle=(0, (4, 2)))
    ax.annotate(f"limit {limit:.4f}", (low, limit), (4, -3), textcoords="offset points", ha="left", va="top", color="0.35")
    ax.annotate("from κ = 943.36 on", (high, 1.004), (-4, 2), textcoords="offset points", ha="right", va="bottom", color="0.35")
    ax.set(xlabel=r"condition number $\kappa$", ylabel=r"$\sup_h |p_3(h)| \, / \, p_3(\mu)$", ylim=(0.985, 1.13), xlim=(low, high),
           title="CDM, $\\eta = 1/L$, three steps")


def _at_mu_after_three(kappa: float) -> float:
    s = 1 / math.sqrt(kappa)
    return (1 - s) ** 3 * (1 + 3 * s)


def _worst_after_three(kappa: float) -> float:
    """The exact supremum over [μ, L]: the ends, and the roots of the derivative of a cubic."""
    points = [0.0, 0.25, 0.5, 1.0]
    cubic = np.polynomial.Polynomial.fit(points, [residual(critically_damped(1.0, 1 / kappa), 3, h) for h in points], 3)
    turns = [complex(z) for z in cubic.deriv().roots().tolist()]
    inside = [z.real for z in turns if abs(z.imag) < 1e-12 and 1 / kappa < z.real < 1]
    return float(max(abs(cubic(h)) for h in [1 / kappa, 1.0, *inside]))


def convergence_on(ax: Axes, *, spectrum: str = "uniform", kappa: int = 10**4, size: int = 100, methods: Sequence[str] = ("gd", "cdm", "polyak", "chebyshev"),
                   legend: bool = True) -> None:
    """Does theory say where a simulation is? The closed form as lines, simulated step by step as dots, on one synthetic spectrum."""
    chosen = synthetic(spectrum, kappa, size)
    for name in methods:
        method = RIVALS[name](chosen.mu, chosen.L)
        settled = steps_to(method, chosen.mu, chosen.L, 1e-6).steps
        assert settled is not None
        k, last = np.unique(np.geomspace(1, settled, 150).astype(np.int64)), min(settled, 4_000)
        own = look(name)
        ax.loglog(k, norms(method, chosen, k), **own)
        simulated = spectral(method, chosen, last).norms
        dots = np.unique(np.geomspace(1, last, 16).astype(np.int64))
        ax.plot(dots, simulated[dots] / simulated[0], "o", color=own["color"], label=f"_simulated {LABELS[name]}")
    ax.set(xlabel="step $k$", ylabel=r"$\|x_k\|/\|x_0\|$", ylim=(1e-6, 20),
           title=f"{spectrum.replace('-', ' ')}, $\\kappa = {tex(kappa)}$")
    if legend:
        ax.legend(loc="lower left", handlelength=1.0)


CONVERGENCE: tuple[Callable[[Axes], None], ...] = (
    convergence_on, partial(convergence_on, spectrum="bulk-outliers", legend=False), partial(convergence_on, spectrum="interpolating", legend=False))
