"""How many steps gradient descent, critically damped momentum and their rivals need on one spectrum: measured, and predicted."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from cdmtheory import methods
from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.inputs import exact_number, real_array
from cdmtheory.methods import Method
from cdmtheory.rates import Prediction, steps_to
from cdmtheory.simulate.hitting import Hit, hit
from cdmtheory.simulate.stepwise import constant_coefficients
from cdmtheory.spectra import Spectrum, merge_equal

__all__ = ["RIVALS", "MethodSteps", "Steps", "one_method", "squared_weights", "steps"]


def _nesterov(mu: Fraction, L: Fraction) -> Method:
    """η = 1/L, β = (√κ−1)/(√κ+1), with the root kept exact."""
    import sympy

    root = sympy.sqrt(convert(L / mu, Arithmetic.SYMBOLIC))
    return methods.nesterov(convert(1 / L, Arithmetic.SYMBOLIC), (root - 1) / (root + 1))


RIVALS: dict[str, Callable[[Fraction, Fraction], Method]] = {
    "gd": lambda mu, L: methods.gradient_descent(1 / L),
    "gd-best": lambda mu, L: methods.gradient_descent(2 / (mu + L)),
    "cdm": lambda mu, L: methods.critically_damped(1 / L, mu),
    "polyak": methods.polyak,
    "nesterov": _nesterov,
    "chebyshev": methods.chebyshev,
    "triple-momentum": methods.triple_momentum,
}


@dataclass(frozen=True)
class MethodSteps:
    """One method's answer; ``first``, ``settled``, ``predicted`` as in the contract, ``reason`` where one of them is None, ``source`` the theorem."""

    name: str
    step_size: float | None
    momentum: float | None
    first: int | None
    settled: int | None
    predicted: int | None
    speedup: float | None
    seconds: float
    how: str
    reason: str | None
    source: str

    def to_dict(self) -> dict[str, Any]:
        """The entry of the JSON; ``reason`` is there only where something is null."""
        names = ("name", "step_size", "momentum", "first", "settled", "predicted", "speedup", "seconds", "how")
        entry = {name: getattr(self, name) for name in names}
        return entry if self.reason is None else {**entry, "reason": self.reason}


@dataclass(frozen=True)
class Steps:
    """The comparison on one spectrum, one entry per method in the order asked for."""

    mu: float
    L: float
    kappa: float
    size: int
    tolerance: float
    methods: tuple[MethodSteps, ...]

    def to_dict(self) -> dict[str, Any]:
        """The JSON of the contract."""
        return {"schema": 1, "mu": self.mu, "L": self.L, "kappa": self.kappa, "size": self.size, "tolerance": self.tolerance,
                "methods": [entry.to_dict() for entry in self.methods]}


def steps(eigenvalues: ArrayLike | Spectrum, *, tolerance: float = 1e-6, methods: Sequence[str] = tuple(RIVALS), weights: ArrayLike | None = None,
          progress: Callable[[str], None] | None = None) -> Steps:
    """First, settled and predicted number of steps of each method to ‖x_k‖₂ ≤ tolerance·‖x_0‖₂, all exact integers.

    ``eigenvalues``: shape (n,), any order, equal ones merged, or a :class:`Spectrum`. ``methods``: names out of gd, gd-best, cdm, polyak,
    nesterov, chebyshev, triple-momentum. ``weights``: the initial coordinates, in the order of the eigenvalues, shape (n,), or one for
    each distinct eigenvalue of a Spectrum, which then holds for all its directions; default the same on every eigen-direction.
    ``progress`` is called with the name of every method before its turn.

    Raises
    ------
    ValueError, TypeError
        If an eigenvalue, a weight, the tolerance or a name is not what is allowed.
    """
    level = float(exact_number("tolerance", tolerance))
    if level <= 0:
        raise ValueError(f"tolerance = {tolerance!r}; allowed is a number > 0, usually below 1, such as 1e-6")
    names = [name.strip() for name in methods.split(",")] if isinstance(methods, str) else list(methods or ())
    unknown = [name for name in names if name not in RIVALS]
    if unknown or not names or len(set(names)) < len(names):
        wrong = f"{unknown[0]!r} is not known" if unknown else "nothing to compare" if not names else "a name is there twice"
        raise ValueError(f"methods: {wrong}; allowed are {', '.join(RIVALS)}")
    spectrum = eigenvalues if isinstance(eigenvalues, Spectrum) else Spectrum.of_eigenvalues(eigenvalues)
    if spectrum.L / spectrum.mu > sys.float_info.max:
        raise ValueError(f"eigenvalues: from {float(spectrum.mu)} to {float(spectrum.L)}, so kappa = L/mu is beyond the range of floating point; allowed is "
                         "at most about 1e308. Is the smallest one rounding noise? Then add weight decay")
    squared = None if weights is None else squared_weights(eigenvalues, weights)
    answers: dict[str, _Answer] = {}
    for name in dict.fromkeys(["gd", *names]):
        if progress is not None:
            progress(name)
        answers[name] = _answer(name, spectrum, level, squared)
    of_gd = answers["gd"].found.settled
    return Steps(float(spectrum.mu), float(spectrum.L), spectrum.kappa, spectrum.size, level,
                 tuple(_entry(name, answers[name], of_gd) for name in names))


def squared_weights(eigenvalues: ArrayLike | Spectrum, weights: ArrayLike) -> list[Fraction]:
    """Σ weight² over the directions of each distinct eigenvalue, exact."""
    given = real_array("weights", weights, 1)
    if isinstance(eigenvalues, Spectrum):
        counts, which = eigenvalues.multiplicities.tolist(), np.arange(len(eigenvalues))
    else:
        merged = merge_equal(eigenvalues)
        counts, which = [1] * len(merged.which), merged.which
    if given.shape != which.shape:
        each = "distinct eigenvalue" if isinstance(eigenvalues, Spectrum) else "eigenvalue"
        raise ValueError(f"weights: {len(given)} numbers; allowed are {len(which)}, one for each {each}")
    if not given.any():
        raise ValueError("weights: all zero; at least one initial coordinate has to differ from zero")
    total = [Fraction(0)] * (int(which.max()) + 1)
    for i, w, n in zip(which.tolist(), given.tolist(), counts, strict=True):
        total[i] += n * Fraction(w) ** 2
    return total


def one_method(name: str, spectrum: Spectrum, tolerance: float) -> MethodSteps:
    """The entry of one method, without the speedup over gradient descent."""
    return _entry(name, _answer(name, spectrum, tolerance, None), None)


class _Answer(NamedTuple):
    method: Method
    found: Hit
    predicted: Prediction
    seconds: float


def _answer(name: str, spectrum: Spectrum, level: float, squared: list[Fraction] | None) -> _Answer:
    began = time.perf_counter()
    method = RIVALS[name](spectrum.mu, spectrum.L)
    return _Answer(method, hit(method, spectrum, level, squared=squared), steps_to(method, spectrum.mu, spectrum.L, level), time.perf_counter() - began)


def _entry(name: str, answer: _Answer, of_gd: int | None) -> MethodSteps:
    method, found, predicted, seconds = answer
    step_size, momentum = constant_coefficients(method) or (None, None)
    open_questions = [reason for reason in (found.reason, predicted.reason and f"predicted: {predicted.reason}") if reason]
    return MethodSteps(name, step_size, momentum, found.first, found.settled, predicted.steps, _ratio(of_gd, found.settled), seconds, found.how,
                       "; ".join(open_questions) or None, predicted.source)


def _ratio(of_gd: int | None, own: int | None) -> float | None:
    if of_gd is None or own is None or (own == 0 and of_gd > 0):
        return None
    return 1.0 if own == of_gd else of_gd / own
