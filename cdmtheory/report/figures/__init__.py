"""The figures of the package. Each answers one question, and each of its panels is a function that draws on the ``ax`` it is given.

To compose your own: ``from cdmtheory.report.figures import spectral_radius`` and ``spectral_radius(ax, kappa=1000)`` inside
``with cdmtheory.report.plots.style():``. To add one: write its panels, and name it in ``FIGURES``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

__all__ = ["FIGURES", "Figure", "available", "panels"]


@dataclass(frozen=True)
class Figure:
    """``panels``: "module.name" of functions of an ax, or of a tuple of them; ``caption``: the question, then how to read it; ``shows``: of the ledger."""

    panels: tuple[str, ...]
    caption: str
    shows: tuple[str, ...]


FIGURES = {
    "quadratic_speedup": Figure(
        ("plots.quadratic_speedup", "plots.local_exponents", "plots.measured_over_predicted"),
        "How does the number of steps grow with the condition number? Like κ for gradient descent, like √κ for critically damped momentum and "
        "Chebyshev. Lines: worst case over [μ, L]; dots: seven spectra, filled where also stepped through.",
        ("C5",)),
    "damping_regimes": Figure(
        ("figures.one_mode.damping_regimes",),
        "How does one mode of heavy ball move? In the (ηh, β) plane: under-damped above the critical curve, over-damped below it, stable inside the "
        "triangle. Polyak's parameters put all of [μ, L] on a line between two points of that curve.",
        ("B3", "B4")),
    "phase_portraits": Figure(
        ("figures.one_mode.PORTRAITS",),
        "How does a mode come to rest? Position and velocity: spirals when under-damped, straight in along one direction (dashed) when critically "
        "damped, along the slow one of two when over-damped.",
        ("B1", "B5")),
    "spectral_radius": Figure(
        ("figures.over_a_spectrum.spectral_radius",),
        "How fast does each method contract at each eigenvalue, at κ = 100? Critically damped momentum at the same rate everywhere. (Chebyshev's "
        "method changes from step to step and has no spectral radius.)",
        ("C1", "C2", "C3", "C9")),
    "residual_polynomials": Figure(
        ("figures.over_a_spectrum.residual_polynomials",),
        "What is left of each eigen-direction after 12 steps, at κ = 100? No method stays strictly inside the grey band on all of [μ, L]; Chebyshev's "
        "touches its edges 13 times.",
        ("D1", "D2")),
    "transients": Figure(
        ("figures.over_a_spectrum.polyak_transient", "figures.over_a_spectrum.overshoot"),
        "How far off can the first steps be? Left: Polyak's method from rest moves away by √κ/e before it converges (dots: simulated). Right: the "
        "supremum of three steps of CDM is no longer at μ beyond κ = 943.36.",
        ("C6", "C7", "C8")),
    "convergence": Figure(
        ("figures.over_a_spectrum.CONVERGENCE",),
        "Does theory say where a simulation is? Lines: closed form; dots: simulated step by step; three spectra with κ = 10⁴.",
        ("C4",)),
    "wrong_damping": Figure(
        ("figures.one_mode.wrong_damping",),
        "What does a wrong damping cost? Four times too much costs 3.73 times the steps, four times too little costs 2.",
        ("E5",)),
    "noise_floor": Figure(
        ("figures.one_mode.noise_floor", "figures.one_mode.gain_at_equal_noise"),
        "What does speed cost under gradient noise? Left: a faster method has a higher floor. Right: at an equal floor CDM is faster than gradient "
        "descent by a factor that tends to 2, not to √κ.",
        ("E1",)),
    "grokking": Figure(
        ("figures.beyond.grokking",),
        "How long after the training loss does the test risk fall? A linear student: phase 1 interpolates, phase 2 decays weights; arrows: the "
        "delay until the test risk is within a tenth of its floor.",
        ("A6", "A4")),
    "flat_direction": Figure(
        ("figures.beyond.valley", "figures.beyond.steps_along_the_valley"),
        "Does the square root survive a curved manifold? On ab = 1 weight decay leads along the valley to a = b, in steps ∝ 1/λ by gradient descent "
        "and ∝ 1/√λ by critically damped momentum.",
        ("E2",)),
    "groktimizer_study": Figure(
        ("study_figure.law",),
        "Does the speed law hold on real tasks? Steps of phase 2 until settled against the weight decay: slope −1 for GD, −½ for CDM.",
        ("E6",)),
}


def available() -> list[str]:
    """The names of the figures whose data are there; only the study's may be missing."""
    from cdmtheory.report.study_figure import committed

    return [name for name in FIGURES if name != "groktimizer_study" or committed().exists()]


def panels(name: str, *, points: Any = None) -> list[Callable[[Any], None]]:
    """The functions that draw the panels of a figure, from left to right; ``points``: what quadratic_speedup.measure found, for the figure of that name."""
    found: list[Callable[[Any], None]] = []
    for place in FIGURES[name].panels:
        module, _, function = place.rpartition(".")
        made = getattr(import_module(f"cdmtheory.report.{module}"), function)
        found += made if isinstance(made, tuple) else (made,)
    return found if points is None else [_with(draw, points) for draw in found]


def _with(draw: Callable[..., None], points: Any) -> Callable[[Any], None]:
    return lambda ax: draw(ax, points=points)
