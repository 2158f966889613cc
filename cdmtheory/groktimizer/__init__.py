"""GROKtimizer: interpolate first, then decay the weights with critically damped momentum.

``CDM`` and ``GROKtimizer`` are PyTorch optimisers (``pip install 'cdmtheory[torch]'``); ``groktimize`` needs NumPy and SciPy alone. The
two share the controller, which decides when phase 1 is over and when a step size was too large.
"""

from importlib import import_module
from typing import Any

__all__ = ["CDM", "GROKtimizer", "Observation", "groktimize"]

_HOME = {"CDM": "cdm", "GROKtimizer": "optimizer", "Observation": "control", "groktimize": "minimize"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'cdmtheory.groktimizer' has no attribute {name!r}")
    try:
        return getattr(import_module(f"cdmtheory.groktimizer.{_HOME[name]}"), name)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise ImportError(f"{name} needs PyTorch: pip install 'cdmtheory[torch]'. Without it there is cdmtheory.groktimizer.groktimize") from None
