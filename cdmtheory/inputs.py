"""Numbers and arrays given by a user, checked at the door: what is wrong, what is allowed and what to do, in one message."""

from __future__ import annotations

from fractions import Fraction
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cdmtheory.arithmetic import Arithmetic, convert

__all__ = ["boolean", "count", "exact_number", "real_array"]

Floats = NDArray[np.float64]


def real_array(name: str, values: ArrayLike, ndim: int) -> Floats:
    """``values`` as a float64 array with ``ndim`` axes, all finite, not copied where it is one; ``name`` is what messages call it.

    Raises
    ------
    TypeError
        If the values are not real numbers: complex, text, objects, booleans.
    ValueError
        If the number of axes differs, there is nothing in it, or something is nan or inf.
    """
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        raise TypeError(f"{name}: an array of dtype {array.dtype}; allowed are real numbers. "
                        "Take the real part, or convert text and objects with .astype(float) after a look at what they hold")
    if array.ndim != ndim:
        raise ValueError(f"{name}: an array of shape {array.shape}; allowed is {'one axis' if ndim == 1 else f'{ndim} axes'}. "
                         + ("Pick a row or column, or flatten it with .ravel()" if array.ndim > ndim else "Give every number its row with .reshape"))
    if array.size == 0:
        raise ValueError(f"{name}: an empty array of shape {array.shape}; allowed is at least one number. Is the file or the selection empty?")
    array = array.astype(np.float64, copy=False)
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name}: {array[place]} at index {place if ndim > 1 else place[0]}; allowed are finite numbers. "
                         "Remove it, or replace what is missing")
    return array


def exact_number(name: str, value: Any) -> Fraction:
    """``value`` as the rational number it is (a float is the binary fraction it stands for).

    Raises
    ------
    TypeError, ValueError
        If it is no real number, or nan or inf.
    """
    plain = int(value) if isinstance(value, Integral) and not isinstance(value, bool) else float(value) if isinstance(value, np.floating) else value
    if isinstance(plain, float) and not np.isfinite(plain):
        raise ValueError(f"{name} = {value!r}; allowed is a finite number")
    try:
        exact: Fraction = convert(plain, Arithmetic.RATIONAL)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from None
    return exact


def boolean(name: str, value: Any) -> bool:
    """``value`` as a bool.

    Raises
    ------
    TypeError
        If it is anything else than True or False: "no" would count as True.
    """
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} = {value!r}; allowed is True or False")
    return bool(value)


def count(name: str, value: Any) -> int:
    """``value`` as an int >= 1.

    Raises
    ------
    ValueError
        If it is anything else.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} = {value!r}; allowed is a whole number >= 1")
    return int(value)
