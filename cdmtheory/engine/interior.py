"""Eigenvalues inside [mu, L] at which a residual is largest, as expressions: witnesses of a lower bound that no end of the spectrum attains.

Floating point at a few problems suggests them; what is proved with them says so for all.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from cdmtheory.engine.approximate import NO_VALUE, number, residuals
from cdmtheory.engine.falsify import points, satisfies
from cdmtheory.language import L, h, k, mu, worst_residual

__all__ = ["interior_eigenvalues"]

PROBLEMS = 24  # that are looked at
MOST_TRIED = 200
WITNESSES = 3
FINEST = 200  # denominator of a witness
PARTS = np.unique(np.concatenate([np.linspace(0, 1, 2001), np.geomspace(1e-8, 1, 1000)]))


def interior_eigenvalues(statement: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
    """A few eigenvalues between mu and L: at a fixed part of the way from mu to L, times mu, or times √(mu·L), whichever varies least."""
    quantities = [q for q in statement.atoms(worst_residual) if q.args[1].is_Integer and h not in q.args[0].free_symbols]
    if not quantities or k in statement.free_symbols:
        return ()
    found: list[tuple[float, float, float]] = []
    problems = 0
    for tried, point in enumerate(points(statement, given)):
        if tried == MOST_TRIED or problems == PROBLEMS:
            break
        if satisfies(given, point) is not True or point[mu] == point[L]:
            continue
        problems += 1
        floats = {s: float(Fraction(int(x.p), int(x.q))) for s, x in point.items()}
        low, high = floats[mu], floats[L]
        for q in quantities:
            try:
                method = q.args[0].method.map(lambda p: number(sympy.sympify(p), floats))  # noqa: B023
                part = float(PARTS[np.nanargmax(abs(residuals(method, int(q.args[1]), low + (high - low) * PARTS)))])
            except NO_VALUE:
                continue
            if 0 < part < 1:
                at = low + (high - low) * part
                found.append((part, at / low, at / (low * high) ** 0.5))
    if not found:
        return ()
    units = ((mu, L - mu), (sympy.Integer(0), mu), (sympy.Integer(0), sympy.sqrt(mu) * sympy.sqrt(L)))
    columns = [sorted(column) for column in zip(*found, strict=True)]
    (start, unit), values = min(zip(units, columns, strict=True), key=lambda pair: pair[1][-1] / pair[1][0])
    chosen = {Fraction(values[round(i * (len(values) - 1) / (WITNESSES - 1))]).limit_denominator(FINEST) for i in range(WITNESSES)}
    return tuple(start + sympy.Rational(c.numerator, c.denominator) * unit for c in sorted(chosen) if c > 0)
