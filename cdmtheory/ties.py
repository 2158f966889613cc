"""Exact comparison where a norm equals a tolerance: balls of any precision leave that open, rationals and roots do not."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.methods import Method
from cdmtheory.modes import residual

__all__ = ["is_within_exactly"]

_RATIONAL_STEPS = 2000  # the length of a rational doubles with every doubling of k
_SYMBOLIC_TERMS = 100  # modes × steps: every step expands an expression in the roots


def is_within_exactly(method: Method, eigenvalues: Sequence[float | Fraction], squared: Sequence[Fraction], k: int, limit: Fraction) -> bool | None:
    """Whether Σ squared·p_k(h)² ≤ limit, in exact rationals, or, where a parameter is an irrational root, by a zero test in its field.

    None where this is out of reach: too many steps, or an expression that neither vanishes nor shows its sign.
    """
    if k > _RATIONAL_STEPS:
        return None
    try:
        rational = method.to(Arithmetic.RATIONAL)
        return bool(sum(w * residual(rational, k, Fraction(h)) ** 2 for w, h in zip(squared, eigenvalues, strict=True)) <= limit)
    except (TypeError, ValueError):
        pass  # a root that is irrational
    if k * len(eigenvalues) > _SYMBOLIC_TERMS:
        return None
    import sympy

    symbolic = method.to(Arithmetic.SYMBOLIC)

    def exact(value: Any) -> Any:
        return convert(Fraction(value), Arithmetic.SYMBOLIC)

    norm = sum(exact(w) * residual(symbolic, k, exact(h)) ** 2 for w, h in zip(squared, eigenvalues, strict=True))
    difference = sympy.radsimp(sympy.expand(norm - exact(limit)))
    return True if difference == 0 else bool(difference < 0) if difference.is_Rational else None
