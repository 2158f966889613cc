"""Square roots of linear and quadratic polynomials in one variable made rational by another variable, Euler's substitutions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

__all__ = ["EULER", "Substitution", "rational_near", "substitution"]

EULER = "a change of variable that is monotone and makes a square root rational (Euler's substitutions)"
FINEST = sympy.Rational(1, 10**9)  # relative width by which an irrational end is moved outwards


@dataclass(frozen=True)
class Substitution:
    """x = ``forward`` in the new variable t > 0, with sqrt(``base``) = ``root``; t is monotone in x where the root is real."""

    old: Any
    new: Any
    forward: Any
    base: Any
    root: Any
    backward: Any  # t, in x
    start: Any  # from here on, or None: everywhere that the base is not negative

    def into(self, e: Any) -> Any:
        """An expression in the new variable, that root made rational."""
        e = e.replace(lambda p: p.is_Pow and p.exp.is_Rational and p.exp.q == 2 and sympy.expand(p.base - self.base) == 0, lambda p: self.root ** (2 * p.exp))
        return e.xreplace({self.old: self.forward})

    def interval(self, low: Any, high: Any) -> tuple[Any, Any] | None:
        """An interval with rational or infinite ends that contains the new variable; None if the base may be negative between ``low`` and ``high``."""
        if self.start is not None and not low >= self.start:
            return None
        ends = []
        for end, side in ((low, "+"), (high, "-")):
            if end.is_infinite:
                t = sympy.limit(self.backward, self.old, end)
            elif self.base.xreplace({self.old: end}) < 0:
                return None
            else:
                t = sympy.limit(self.backward, self.old, end, side)
            if t is sympy.nan or not t.is_extended_real or t.is_extended_negative:
                return None
            ends.append(t)
        lower, upper = sorted(ends)
        return rational_near(lower, -1), rational_near(upper, 1)


def rational_near(end: Any, outwards: int) -> Any:
    """An end of an interval, or a rational number just beyond it where it is irrational."""
    if end.is_Rational or end.is_infinite:
        return end
    near = sympy.Rational(str(sympy.N(end, 30)))
    return near + outwards * abs(near) * FINEST


def substitution(e: Any, x: Any) -> Substitution | None:
    """A substitution that makes one of the square roots of polynomials in x in an expression rational; None if there is none."""
    t = sympy.Dummy(f"euler_{x.name}", positive=True)
    bases = {p.base for p in e.atoms(sympy.Pow) if p.exp.is_Rational and p.exp.q == 2 and p.base.has(x) and p.base.is_polynomial(x)}
    for base in sorted(bases, key=str):
        parts = sympy.Poly(base, x).all_coeffs()
        if not all(c.is_Rational for c in parts):
            continue
        if len(parts) == 2:
            b, a = parts
            return Substitution(x, t, (t**2 - a) / b, base, t, sympy.sqrt(base), None)
        if len(parts) == 3:
            a, b, c = parts
            shift, rest = b / (2 * a), c - b**2 / (4 * a)  # a(x + shift)² + rest
            if a > 0 and (r := sympy.sqrt(a)).is_Rational:  # t = r(x + shift) + sqrt(base)
                return Substitution(x, t, (t**2 - rest) / (2 * t * r) - shift, base, (t**2 + rest) / (2 * t), r * (x + shift) + sympy.sqrt(base),
                                    None if rest > 0 else -shift)
            if a < 0 < rest and (r := sympy.sqrt(-a)).is_Rational and (w := sympy.sqrt(rest)).is_Rational:  # t² = (w − r(x + shift))/(w + r(x + shift))
                return Substitution(x, t, w * (1 - t**2) / (1 + t**2) / r - shift, base, 2 * w * t / (1 + t**2),
                                    sympy.sqrt((w - r * (x + shift)) / (w + r * (x + shift))), None)
    return None
