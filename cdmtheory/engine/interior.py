"""Eigenvalues inside [mu, L] at which a residual is largest, as expressions: witnesses of a lower bound that no end of the spectrum attains.

They are where the derivative of the residual vanishes, or what floating point at a few problems suggests; what is proved with them says so for all.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy

from cdmtheory.engine.approximate import NO_VALUE, number, residuals
from cdmtheory.engine.falsify import points, satisfies
from cdmtheory.engine.roots import tidy
from cdmtheory.language import L, h, k, mu, worst_residual
from cdmtheory.modes import residual as residual_of

__all__ = ["interior_eigenvalues", "stationary_eigenvalues"]

PROBLEMS = 24  # that are looked at
MOST_TRIED = 200
WITNESSES = 3
FINEST = 200  # denominator of a witness
PARTS = np.unique(np.concatenate([np.linspace(0, 1, 2001), np.geomspace(1e-8, 1, 1000)]))


def stationary_eigenvalues(statement: Any, given: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """Where the derivatives of residuals of two or three steps vanish; that this is between mu and L, and real, is part of what is to be proved."""
    found: list[Any] = []
    for q in sorted(_quantities(statement), key=str):
        if q.args[1] > 3:
            continue
        x = sympy.Dummy("h_any", positive=True)
        slope = [tidy(c) for c in sympy.Poly(residual_of(q.args[0].method, int(q.args[1]), x), x).diff().all_coeffs()]
        if len(slope) == 2:
            found.append(tidy(-slope[1] / slope[0]))
        if len(slope) == 3:
            a, b, c = slope
            factors = [f.as_base_exp() for f in sympy.Mul.make_args(tidy(b**2 - 4 * a * c))]
            outside = sympy.Mul(*[base ** (n // 2) for base, n in factors if n.is_Integer])  # of either sign: so is the root
            inside = sympy.Mul(*[base ** (n % 2 if n.is_Integer else n) for base, n in factors])
            found += [(-b + sign * outside * sympy.sqrt(sympy.expand(inside))) / (2 * a) for sign in (1, -1)]
    return tuple(found)


def _quantities(statement: Any) -> list[Any]:
    return [] if k in statement.free_symbols else [q for q in statement.atoms(worst_residual) if q.args[1].is_Integer and h not in q.args[0].free_symbols]


def interior_eigenvalues(statement: Any, given: tuple[Any, ...]) -> tuple[Any, ...]:
    """A few eigenvalues between mu and L: at a fixed part of the way from mu to L, times mu, or times √(mu·L), whichever varies least."""
    quantities = _quantities(statement)
    if not quantities:
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
