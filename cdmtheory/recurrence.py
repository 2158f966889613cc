"""Each mode as a three-term recurrence in balls: what decides, when doubles cannot.

Along one eigenvalue the residual obeys p_{k+1} = T·p_k − D·p_{k−1} with the trace and the determinant that
:mod:`cdmtheory.modes` reads off ``methods.step``. Chebyshev's residual is such a sequence too, T_k(c), divided by T_k at h = 0 (theory D1).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.inputs import exact_number, real_array
from cdmtheory.methods import Coefficients, Method, gradient_descent, step
from cdmtheory.modes import characteristic
from cdmtheory.spectra import Spectrum

__all__ = ["Affine", "Forms", "NoRecurrence", "Recurrence", "Recurrences", "Weighted", "forms", "recurrences", "squared_norm", "value",
           "weighted_eigenvalues"]


class NoRecurrence(ValueError):
    """The method changes from step to step in a way that has no closed form here."""


class Recurrence(NamedTuple):
    """p_0 = ``origin``, p_1 = ``start``, p_{k+1} = ``trace``·p_k − ``determinant``·p_{k−1}."""

    trace: Any
    determinant: Any
    start: Any
    origin: Any = 1


class Recurrences(NamedTuple):
    """One recurrence for every eigenvalue, and the common one that divides them all (Chebyshev), or None."""

    modes: list[Recurrence]
    divisor: Recurrence | None


class Affine(NamedTuple):
    """constant + slope·h, balls."""

    constant: Any
    slope: Any

    def __call__(self, h: Any) -> Any:
        return self.constant + self.slope * h

    @classmethod
    def of(cls, function: Any, c: Coefficients) -> Affine:
        """What ``function(c, h)`` is, which is affine in h because a step is linear in the gradient."""
        zero, one = convert(0, Arithmetic.BALL), convert(1, Arithmetic.BALL)
        constant = function(c, zero)
        return cls(constant, function(c, one) - constant)


class Forms(NamedTuple):
    """The three numbers of :class:`Recurrence` as functions of the eigenvalue, and the common divisor (Chebyshev), or None."""

    trace: Affine
    determinant: Affine
    start: Affine
    divisor: Recurrence | None


def forms(method: Method) -> Forms:
    """Trace, determinant and first residual of a method as affine functions of h, at the current precision of ``flint.ctx``.

    Raises
    ------
    NoRecurrence
        For methods that change from step to step, Chebyshev's excepted.
    """
    if method.name == "chebyshev":
        mu, L = (convert(method.parameters[name], Arithmetic.BALL) for name in ("mu", "L"))
        if method.parameters["mu"] == method.parameters["L"]:
            return forms(gradient_descent(2 / (mu + L)))
        center = (L + mu) / (L - mu)
        first = Affine.of(_first_residual, next(iter(method.to(Arithmetic.BALL))))
        at = Affine(center * first.constant, center * first.slope)
        return Forms(Affine(2 * at.constant, 2 * at.slope), Affine(1 + 0 * center, 0 * center), at, Recurrence(2 * center, 1 + 0 * center, center))
    schedule = method.to(Arithmetic.BALL).schedule
    if schedule.constant is None or len(schedule.opening) > 1:
        raise NoRecurrence(f"{method!r} changes from step to step and has no recurrence of its own; step through it with cdmtheory.simulate.spectral")
    return Forms(Affine.of(lambda c, h: characteristic(c, h).trace, schedule.constant),
                 Affine.of(lambda c, h: characteristic(c, h).determinant, schedule.constant), Affine.of(_first_residual, next(iter(schedule))), None)


def recurrences(method: Method, eigenvalues: Sequence[float | Fraction]) -> Recurrences:
    """The recurrences of a method at single eigenvalues, at the current precision of ``flint.ctx``; raises as :func:`forms`."""
    trace, determinant, start, divisor = forms(method)
    points = [convert(h, Arithmetic.BALL) for h in eigenvalues]
    return Recurrences([Recurrence(trace(h), determinant(h), start(h)) for h in points], divisor)


def _first_residual(c: Coefficients, h: Any) -> Any:
    return step(c, 1, 1, lambda x: h * x)


def value(r: Recurrence, k: int) -> Any:
    """p_k as a ball, in O(log k) operations and without a division or a case distinction, double roots included.

    With t = T/2 and w² = t² − D the root t + w has the power a + b·w, found by repeated squaring, and p_k = a·p_0 + (p_1 − t·p_0)·b.
    Nothing cancels in the over-damped and the critical case, and next to nothing in the under-damped one. Without momentum it is a plain power.
    """
    if k and r.determinant == 0:
        return r.start * r.trace ** (k - 1)
    t = r.trace / 2
    square = t * t - r.determinant
    a, b = 1 + 0 * t, 0 * t
    for bit in bin(k)[2:]:
        a, b = a * a + b * b * square, 2 * a * b
        if bit == "1":
            a, b = a * t + b * square, a + b * t
    return a * r.origin + (r.start - t * r.origin) * b


class Weighted(NamedTuple):
    """The eigenvalues that carry weight: doubles, shape (m,), the exact ones of those that are none, by place, and the squared weights.

    ``shares``: of the squared weights, sum 1, doubles; ``squared``: an array of exact numbers, of doubles, or of multiplicities.
    """

    eigenvalues: Any
    exact: dict[int, Fraction]
    shares: Any
    squared: Any

    def exactly(self) -> tuple[list[float | Fraction], list[Fraction]]:
        """Eigenvalues and squared weights, both exact."""
        h: list[float | Fraction] = list(self.eigenvalues.tolist())
        for i, value in self.exact.items():
            h[i] = value
        return h, [Fraction(w) for w in self.squared.tolist()]


def weighted_eigenvalues(spectrum: Spectrum, squared: Sequence[Any] | None) -> Weighted:
    """What of a spectrum carries weight; default of the squared weights: the multiplicities.

    Raises
    ------
    ValueError
        If the weights are not one number ≥ 0 for each distinct eigenvalue, or all of them zero.
    """
    ends = {0: spectrum.mu, len(spectrum) - 1: spectrum.L}
    if squared is None:
        return Weighted(spectrum.eigenvalues, ends, spectrum.multiplicities / spectrum.size, spectrum.multiplicities)
    doubles = isinstance(squared, np.ndarray) and squared.dtype == np.float64
    given = real_array("squared", squared, 1) if doubles else np.array([exact_number("squared", w) for w in squared], dtype=object)
    if len(given) != len(spectrum) or (given < 0).any() or not given.any():
        raise ValueError(f"squared: {len(given)} squared weights, least {min(given, default=None)}; "
                         f"allowed are {len(spectrum)} numbers >= 0, one for each distinct eigenvalue, not all zero")
    kept = np.flatnonzero(given > 0)
    weights = given[kept]
    exact = {int(np.searchsorted(kept, i)): h for i, h in ends.items() if given[i] > 0}
    scaled = weights / weights.max()
    shares = np.array(scaled / (math.fsum(scaled) if doubles else scaled.sum()), dtype=np.float64)
    return Weighted(spectrum.eigenvalues[kept], exact, shares, weights)


def squared_norm(found: Recurrences, squared: Sequence[Any], k: int) -> Any:
    """Σ squared_i·p_k(h_i)² as a ball; ``squared``: the squared weights, balls."""
    residuals = [value(r, k) for r in found.modes]
    total = sum((w * p * p for w, p in zip(squared, residuals, strict=True)), convert(0, Arithmetic.BALL))  # p**2 is nan for a ball around 0
    divisor = 1 if found.divisor is None else value(found.divisor, k)
    return total / (divisor * divisor)
