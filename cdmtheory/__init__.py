"""cdmtheory decides claims about how fast first-order optimisers converge, and shows its work.

Everything named here is imported when it is first used, so that ``import cdmtheory`` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # of typing, which alone takes as long to import as Python takes to start
if TYPE_CHECKING:
    from typing import Any

__version__ = "0.1.0"

_HOME = {
    "cdmtheory.arithmetic": ["sqrt"],
    "cdmtheory.claims": ["Claim", "ClaimError", "Derivation"],
    "cdmtheory.engine": ["verify"],
    "cdmtheory.language": ["L", "Optimal", "Sup", "Unique", "beta", "eps", "eta", "h", "k", "kappa", "lambda_", "mu", "residual",
                           "spectral_radius", "stable", "steps_to", "worst_rate", "worst_residual"],
    "cdmtheory.methods": ["chebyshev", "critically_damped", "gradient_descent", "heavy_ball", "momentum_method", "nesterov", "phased", "polyak",
                          "triple_momentum"],
    "cdmtheory.simulate": ["steps"],
    "cdmtheory.spectra": ["Spectrum"],
}
_OF_SYMPY = ("Abs", "And", "Eq", "Equivalent", "Implies", "Limit", "Max", "Min", "Ne", "Not", "Or", "Rational", "atanh", "exp", "log", "oo")  # words of claims
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = sorted([*_MODULE_OF, "__version__"])


def __getattr__(name: str) -> Any:
    if name in _MODULE_OF:
        return getattr(import_module(_MODULE_OF[name]), name)
    if name in _OF_SYMPY:
        return getattr(import_module("sympy"), name)
    if not name.startswith("_"):
        methods = import_module("cdmtheory.methods").METHODS  # a method added there is exported without a word here
        if name in methods:
            return methods[name]
    raise AttributeError(f"module 'cdmtheory' has no attribute {name!r}")


def __dir__() -> list[str]:
    return list(__all__)
