"""The synthetic laws of eigenvalues on [μ, L] with L = 1: one quantile function each. To add one, write it and name it in ``SYNTHETIC``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

__all__ = ["SYNTHETIC"]

Floats = NDArray[np.float64]


def _power_law(u: Floats, mu: float, exponent: float) -> Floats:
    """Density ∝ h^{exponent−1}, as in theory E4: 1 is uniform, 0 log-uniform, the smaller the more small eigenvalues."""
    if exponent == 0:
        logarithmic: Floats = np.exp((1 - u) * np.log(mu))
        return logarithmic
    steepness = exponent * np.log(mu)
    if abs(steepness) > 700:
        raise ValueError(f"exponent = {exponent!r} at mu = {mu:.3g}; allowed is |exponent·ln(mu)| <= 700, beyond it all mass sits at one end")
    drawn: Floats = np.exp(np.log1p((1 - u) * np.expm1(steepness)) / exponent)
    return drawn


def _two_cluster(u: Floats, mu: float) -> Floats:
    """Half of the eigenvalues in [μ, 1.1μ], half in [0.9L, L]."""
    clusters: Floats = np.where(u < 0.5, mu * (1 + 0.2 * u), 1 - 0.2 * (1 - u))
    return clusters


def _bulk_outliers(u: Floats, mu: float) -> Floats:
    """A bulk of 95 %, uniform in [μ, √(μL)], and outliers, log-uniform in [√(μL), L]: what deep networks show."""
    root = np.sqrt(mu)
    drawn: Floats = np.where(u < 0.95, mu + (root - mu) * u / 0.95, root ** (20 * (1 - u)))
    return drawn


def _marchenko_pastur(u: Floats, mu: float) -> Floats:
    """Quantiles of the density ∝ √((L−h)(h−μ))/h, the limit law of sample covariances with d/n = ((√κ−1)/(√κ+1))².

    With h = (L+μ)/2 − (L−μ)/2·cos φ the distribution function is elementary in φ; it is inverted by bisection.
    """
    middle, half, root = (1 + mu) / 2, (1 - mu) / 2, np.sqrt(mu)

    def below(phi: Floats) -> Floats:
        inner: Floats = middle * phi + half * np.sin(phi) - 2 * root * np.arctan(np.tan(phi / 2) / root)
        return inner

    low, high = np.zeros_like(u), np.full_like(u, np.pi)
    total = np.pi * (middle - root)
    for _ in range(54):
        phi = (low + high) / 2
        left = below(phi) < u * total
        low, high = np.where(left, phi, low), np.where(left, high, phi)
    quantiles: Floats = mu + (1 - mu) * np.sin(low / 2) ** 2
    return quantiles


def _interpolating(u: Floats, mu: float, ratio: float) -> Floats:
    """The curved side of n samples with d = n/ratio independent features: λ + (1−λ)·Marchenko–Pastur (theory A2, λ = μ)."""
    root = np.sqrt(ratio)
    return mu + (1 - mu) * _marchenko_pastur(u, float(((1 - root) / (1 + root)) ** 2))


SYNTHETIC: dict[str, Callable[..., Floats]] = {
    "uniform": partial(_power_law, exponent=1.0),
    "log-uniform": partial(_power_law, exponent=0.0),
    "power-law": _power_law,
    "two-cluster": _two_cluster,
    "bulk-outliers": _bulk_outliers,
    "marchenko-pastur": _marchenko_pastur,
    "interpolating": _interpolating,
}
"""The quantile function of every synthetic law on [μ, 1]: numbers u in (0, 1), shape (n,), to eigenvalues, shape (n,)."""
