"""Any step at once: residuals p_k(h) and norms ‖x_k‖ of every method with a closed form, in one call for many steps, methods and starts.

Arrays may come from NumPy, PyTorch, JAX, CuPy or any other library of the array-API standard: the answer is of the library of the
argument that is none of NumPy's, and computed there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import array_api_compat
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cdmtheory.inputs import real_array
from cdmtheory.methods import Method
from cdmtheory.recurrence import weighted_eigenvalues
from cdmtheory.simulate.bounds import chunks, squared_norms
from cdmtheory.simulate.kernel import CLIP, Modes
from cdmtheory.simulate.two_phases import after_the_change, phases, state_at_the_change
from cdmtheory.spectra import Spectrum

__all__ = ["log_residuals", "norms", "residuals"]

Floats = NDArray[np.float64]
_AT_ONCE = 2**19  # modes × steps, a few arrays of this length fit the cache
_CONSECUTIVE = 256  # from so many steps in a row on, a transform is quicker


def residuals(method: Method, eigenvalues: Any, k: Any) -> Any:
    """p_k(h) at the steps k, started at rest: shape (n, m).

    ``eigenvalues``: h > 0, float64, shape (m,), or a :class:`Spectrum`; ``k``: whole numbers ≥ 0, shape (n,). Zero below underflow: see
    :func:`log_residuals`. Relative to the envelope, the largest |p_j|, j ≥ k, the error is at most 5e-15 for k·√(ημ) ≤ 20 and 1e-12 beyond, down
    to underflow, for κ ≤ 10¹⁶ and k ≤ 10¹², double roots included.

    Raises
    ------
    TypeError
        If numbers are not float64 (single precision would lose the phase after 10⁷ turns of a mode), or steps no integers.
    NoRecurrence
        If the method changes more than once.
    """
    xp, sign, log, rest = _evaluated(method, eigenvalues, k)
    with np.errstate(over="ignore"):
        return sign * xp.exp(log) * (1 + rest)


def log_residuals(method: Method, eigenvalues: Any, k: Any) -> tuple[Any, Any]:
    """(sign, log|p_k(h)|), shape (n, m) each, for what would underflow; log 0 is −inf. Arguments and errors as of :func:`residuals`."""
    xp, sign, log, rest = _evaluated(method, eigenvalues, k)
    with np.errstate(divide="ignore"):
        return xp.sign(sign), log + (rest + xp.log(xp.abs(sign)))


def _evaluated(method: Method, eigenvalues: Any, k: Any) -> tuple[Any, Any, Any, Any]:
    """The array library, ±|p_k|/r^k, log r^k, and what rounding left of that."""
    xp, device = _library(k, eigenvalues)
    steps = _steps(k, xp, device)
    if isinstance(eigenvalues, Spectrum):
        h, exact = eigenvalues.eigenvalues, {0: eigenvalues.mu, len(eigenvalues) - 1: eigenvalues.L}
    else:
        h, exact = _doubles("eigenvalues", eigenvalues), {}
        if not (h > 0).all():
            raise ValueError(f"eigenvalues: {float(h.min())!r} is among them; allowed are numbers > 0")
    if method.name == "phased":
        return xp, *(xp.asarray(a, device=device) for a in _phased(method, h, exact, _to_numpy(steps)))
    modes = Modes.of(method, h, np.full(len(h), 1 / len(h)), exact)
    back = np.argsort(modes.places)
    if xp is not array_api_compat.array_namespace(h):
        modes, back = modes.on(xp, device), xp.asarray(back, device=device)
    return xp, *_in_order(signed(modes, steps), back)


def _in_order(parts: tuple[Any, Any, Any], back: Any) -> tuple[Any, ...]:
    """In the order of the eigenvalues."""
    xp = array_api_compat.array_namespace(back)
    return tuple(xp.take(xp.broadcast_to(part, parts[0].shape), back, axis=1) for part in parts)


def _phased(method: Method, h: Floats, exact: Mapping[int, Fraction], steps: NDArray[np.int64]) -> tuple[Floats, ...]:
    """Two closed forms, one after the other."""
    state = state_at_the_change(method, h, exact)
    found = [np.empty((len(steps), len(h))) for _ in range(3)]
    first, change, second = phases(method)
    shares = np.full(len(h), 1 / len(h))
    for after, which in ((False, first), (True, second)):
        rows = np.flatnonzero((steps > change) == after)
        if len(rows):
            modes, at = Modes.of(which, h, shares, exact), steps[rows] - change * after
            parts = signed(modes, at)
            if after:
                parts = after_the_change(modes, parts, at, state)
            for whole, part in zip(found, _in_order(parts, np.argsort(modes.places)), strict=True):
                whole[rows] = part
    return tuple(found)


def signed(modes: Modes, steps: Any) -> tuple[Any, Any, Any]:
    """p_k/r^k, log r^k and what rounding left of that, shape (n, m) each or what broadcasts to it, at any steps k ≥ 0."""
    xp = array_api_compat.array_namespace(steps)
    at = steps[:, None]
    q = modes.state(steps)[0]
    q = xp.where(modes.mirrored & (at % 2 == 1), -q, q)
    if modes.divisor is not None:
        q = q * modes.divided(steps)[:, None]
    log, rest = modes.log_modulus(steps)
    early = at < 2  # where a root is 0 the closed form begins at k = 2
    return xp.where(early, xp.where(at == 0, 1.0, modes.first), q), xp.where(early, 0.0, log), xp.where(early, 0.0, rest)


def _library(*arrays: Any) -> tuple[Any, Any]:
    """The first array library that is none of NumPy's, and the device of its array."""
    for array in arrays:
        if array_api_compat.is_array_api_obj(array) and not isinstance(array, np.ndarray):
            xp = array_api_compat.array_namespace(array)
            if array_api_compat.is_jax_namespace(xp) and xp.asarray([0.0]).dtype != np.float64:
                raise TypeError('JAX computes in single precision here, in which kθ is lost after 10⁷ turns; switch doubles on: '
                                'jax.config.update("jax_enable_x64", True)')
            return xp, array_api_compat.device(array)
    return array_api_compat.array_namespace(np.empty(0)), None


def _steps(k: Any, xp: Any, device: Any) -> Any:
    if not array_api_compat.is_array_api_obj(k):
        k = np.asarray(k)
    own = array_api_compat.array_namespace(k)
    if k.ndim != 1 or k.shape[0] == 0 or not own.isdtype(k.dtype, "integral") or bool(own.any(k < 0)):
        raise ValueError(f"k = {k!r}; allowed is an array of whole numbers >= 0 with one axis, at least one")
    return own.astype(k, own.int64) if own is xp else xp.asarray(_to_numpy(k).astype(np.int64), device=device)


def _doubles(name: str, values: Any) -> Floats:
    """As a NumPy array; single precision is refused, because what was rounded to 24 bits is another spectrum."""
    if array_api_compat.is_array_api_obj(values):
        xp = array_api_compat.array_namespace(values)
        if xp.isdtype(values.dtype, "real floating") and values.dtype != xp.float64:
            raise TypeError(f"{name}: {values.dtype}; allowed is float64, because a phase kθ is lost in single precision after 10⁷ turns. "
                            "Convert, if what rounding did to the numbers does not matter")
        values = _to_numpy(values)
    return real_array(name, values, 1)


def _to_numpy(values: Any) -> NDArray[Any]:
    if array_api_compat.is_cupy_array(values):
        return np.asarray(values.get())
    if array_api_compat.is_torch_array(values):
        return np.asarray(values.detach().cpu())
    return np.asarray(values) if hasattr(values, "__array__") else np.from_dlpack(values)


def norms(method: Method | Sequence[Method], spectrum: Spectrum, k: ArrayLike, *, squared: Any = None, log: bool = False) -> Floats:
    """‖x_k‖/‖x_0‖ at any steps at once, for one or several methods and one or several starts.

    ``k``: whole numbers ≥ 0, shape (n,); steps that follow each other are cheapest. ``squared``: the squared initial weight of every distinct
    eigenvalue, multiplicity included, shape (m,), or (s, m) for s starts; default the multiplicities. Shape of the result: (n,), with an
    axis of methods in front where a sequence is given, and an axis of starts at the end where ``squared`` has two. ``log``: the natural
    logarithm, for what would underflow.

    Raises
    ------
    ValueError
        If k or the weights do not fit; NoRecurrence for a method that changes more than once.
    """
    steps = _steps(k, *_library(np.empty(0)))
    if isinstance(method, Method):
        starts = squared is not None and np.ndim(squared) == 2
        return _norms(method, spectrum, steps, _several(squared, spectrum) if starts else squared, log=log)
    return np.stack([norms(each, spectrum, k, squared=squared, log=log) for each in method])


def _several(squared: Any, spectrum: Spectrum) -> Floats:
    weights = real_array("squared", squared, 2)
    if weights.shape[1] != len(spectrum) or (weights < 0).any() or not weights.any(axis=1).all():
        raise ValueError(f"squared: shape {weights.shape}, least {weights.min()!r}; allowed are {len(spectrum)} numbers >= 0 in each row, "
                         "one for each distinct eigenvalue, not all zero")
    shares: Floats = weights / weights.sum(axis=1, keepdims=True)
    return shares


def _norms(method: Method, spectrum: Spectrum, steps: NDArray[np.int64], squared: Any, *, log: bool) -> Floats:
    if isinstance(squared, np.ndarray) and squared.ndim == 2:
        h, exact, weights = spectrum.eigenvalues, {0: spectrum.mu, len(spectrum) - 1: spectrum.L}, squared.T
    else:
        h, exact, shares, _ = weighted_eigenvalues(spectrum, squared)
        weights = shares[:, None]
    if method.name == "phased":
        found = _logarithms(_phased(method, h, exact, steps), weights)
    else:
        modes = Modes.of(method, h, weights[:, 0], exact)
        if len(steps) >= _CONSECUTIVE and weights.shape[1] == 1 and not log and (np.diff(steps) == 1).all():
            whole = _consecutive(modes, steps)
            return whole[:, None] if np.ndim(squared) == 2 else whole
        batch = max(1, _AT_ONCE // len(modes))
        found = np.concatenate([_logarithms(signed(modes, steps[i:i + batch]), weights[modes.places]) for i in range(0, len(steps), batch)])
    if not log:
        with np.errstate(over="ignore"):
            found = np.exp(found)
    result: Floats = found if np.ndim(squared) == 2 else found[:, 0]
    return result


def _logarithms(parts: tuple[Any, ...], weights: Floats) -> Floats:
    """log ‖x_k‖, shape (n, s): the largest modulus of a mode is taken out before squares are summed."""
    p, log, rest = parts
    largest = log.max(axis=1, keepdims=True)
    p = p * np.exp(np.maximum(log - largest, -CLIP)) * (1 + rest)
    with np.errstate(divide="ignore"):
        result: Floats = largest + np.log((p * p) @ weights) / 2
    return result


def _consecutive(modes: Modes, steps: NDArray[np.int64]) -> Floats:
    early = int(np.searchsorted(steps, 2))
    parts = [np.exp(_logarithms(signed(modes, steps[:early]), modes.weights[:, None]))[:, 0]] if early else []
    for start, count in chunks(int(steps[0]) + early, int(steps[-1]) + 1):
        squares = squared_norms(modes, start, count)
        parts.append(np.sqrt(np.maximum(squares.values, 0)) * np.exp(squares.log_scale))
    return np.concatenate(parts)
