"""Simulation: step by step, at any step at once, and the exact step at which a tolerance is reached."""

from typing import Any

__all__ = ["Hit", "Steps", "Trajectory", "dense", "distances", "hit", "log_residuals", "matrix_free", "norms", "residuals", "spectral", "steps"]

_HOME = {"Hit": "hitting", "hit": "hitting", "distances": "route", "log_residuals": "closed_form", "norms": "closed_form", "residuals": "closed_form",
         "Steps": "compare", "steps": "compare", "Trajectory": "stepwise", "dense": "stepwise",
         "matrix_free": "stepwise", "spectral": "stepwise"}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOME:
        return getattr(import_module(f"cdmtheory.simulate.{_HOME[name]}"), name)
    raise AttributeError(f"module 'cdmtheory.simulate' has no attribute {name!r}")
