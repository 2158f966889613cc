"""Σ c_j·e^{2πi·k·x_j} for many consecutive k at once: a Fourier transform with non-uniform frequencies.

Each c_j is spread over the 17 nearest points of a grid 1.6 to 3.2 times as fine as needed, the grid is transformed, and what the spreading did is divided
out (the "exponential of semicircle" kernel of Barnett, Magland & af Klinteberg 2019). The frequencies come as integers of 2⁻⁶⁴ turns, so the
place within a cell is exact however far k reaches.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["consecutive_sums"]

Floats = NDArray[np.float64]
_WIDTH = 17
_FINER = 1.6


def consecutive_sums(coefficients: NDArray[np.complex128], turns: NDArray[np.int64], turns_low: Floats, count: int) -> Floats:
    """Re Σ_j c_j·exp(2πi·k·x_j) for k = −count/2 … count/2 − 1, shape (count,); x = (turns + turns_low)·2⁻⁶⁴ in [0, 1/2). Error 5e-14·Σ|c|.

    ``count``: even.
    """
    bits = max(6, math.ceil(math.log2(_FINER * count)))
    size = 2**bits
    steepness = _steepness(count, size)
    cell = turns >> (64 - bits)
    inside = ((turns - (cell << (64 - bits))) + turns_low) * 2.0 ** (bits - 64)
    offsets = np.arange(-(_WIDTH // 2), _WIDTH // 2 + 2)[:, None]
    height = _kernel(offsets - inside, steepness)
    index = ((cell + offsets) & (size - 1)).ravel()
    grid = np.empty(size, dtype=np.complex128)
    grid.real, grid.imag = (np.bincount(index, (part * height).ravel(), size) for part in (coefficients.real, coefficients.imag))
    real_part = grid[:size // 2 + 1]  # of the sums: the grid and its mirrored conjugate, half each
    real_part[1:] += np.conj(grid[:size // 2 - 1:-1])
    real_part[0] *= 2
    sums = np.fft.irfft(real_part, size, norm="forward")
    half = count // 2
    found: Floats = np.concatenate((sums[size - half:], sums[:half])) / (2 * _transformed(count, size))
    return found


def _steepness(count: int, size: int) -> float:
    """The best for a kernel of this width and a grid so much finer (ibid., section 4)."""
    return 0.976 * math.pi * _WIDTH * (1 - count / (2 * size))


def _kernel(z: Floats, steepness: float) -> Floats:
    shape = 1 - (2 / _WIDTH * z) ** 2
    return np.where(shape > 0, np.exp(steepness * (np.sqrt(np.maximum(shape, 0)) - 1)), 0.0)


@lru_cache(maxsize=8)
def _transformed(count: int, size: int) -> Floats:
    """∫ kernel(z)·e^{2πikz/size} dz for the same k, from an interpolating polynomial in k."""
    nodes, weights = np.polynomial.legendre.leggauss(80)
    z = _WIDTH / 2 * nodes
    heights = _WIDTH / 2 * weights * _kernel(z, _steepness(count, size))

    def at(x: Floats) -> Floats:
        values: Floats = np.cos(np.pi / 2 * np.multiply.outer(x, z)) @ heights  # x = k/(size/4), up to 1.25
        return values

    polynomial = np.polynomial.Chebyshev.interpolate(at, 70, domain=[-1.25, 1.25])
    k = np.arange(-(count // 2), count // 2)
    values: Floats = np.asarray(polynomial(k / (size / 4)))
    values.flags.writeable = False
    return values
