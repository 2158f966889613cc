"""Counterexamples that run, in exact rationals: where the theory of quadratics ends (theory D4).

On a smooth, strongly convex function that is not quadratic, heavy ball with Polyak's parameters need not converge
(Lessard, Recht, Packard 2016): here it has a cycle of three points which attracts a whole neighbourhood.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

from cdmtheory.methods import Method, polyak, step
from cdmtheory.modes import Characteristic, coefficients_of, transfer_matrix

__all__ = ["POLYAK_THREE_CYCLE", "LimitCycle", "PiecewiseLinear"]

Matrix = tuple[tuple[Fraction, Fraction], tuple[Fraction, Fraction]]


@dataclass(frozen=True)
class PiecewiseLinear:
    """A continuous, increasing, piecewise linear derivative f′: f is smooth and strongly convex between its slopes.

    ``kinks``: where the slope changes, ascending; ``slopes``: one more than kinks, each > 0; f′(0) = 0, so that 0 is the minimiser.
    """

    kinks: tuple[Fraction, ...]
    slopes: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if len(self.slopes) != len(self.kinks) + 1 or any(not s > 0 for s in self.slopes):
            raise ValueError(f"slopes = {self.slopes}; allowed are {len(self.kinks) + 1} numbers > 0, one more than there are kinks")
        if any(not a < b for a, b in zip((Fraction(0), *self.kinks), self.kinks, strict=False)):
            raise ValueError(f"kinks = {self.kinks}; allowed are ascending numbers > 0")

    def slope(self, x: Fraction) -> Fraction:
        """f″(x), at a kink that of the right side."""
        return self.slopes[bisect_right(self.kinks, x)]

    def __call__(self, x: Fraction) -> Fraction:
        """f′(x)."""
        value, left = Fraction(0), Fraction(0)
        for kink, slope in zip(self.kinks, self.slopes, strict=False):
            if x < kink:
                break
            value, left = value + slope * (kink - left), kink
        return value + self.slope(x) * (x - left)

    def distance_to_kink(self, x: Fraction) -> Fraction:
        """How far x can move without changing its piece."""
        return min(abs(x - kink) for kink in self.kinks)


def _product(a: Matrix, b: Matrix) -> Matrix:
    (p, q), (r, s) = b
    return tuple((u * p + v * r, u * q + v * s) for u, v in a)  # type: ignore[return-value]


def _norm(m: Matrix) -> Fraction:
    """The norm of the matrix for the largest absolute entry of a vector."""
    return max(abs(u) + abs(v) for u, v in m)


_UNIT: Matrix = ((Fraction(1), Fraction(0)), (Fraction(0), Fraction(1)))


def _growth(turn: list[Matrix]) -> Fraction:
    """The largest norm of a product of the matrices, taken around and around; their product over one turn must be a contraction."""
    product, growth = _UNIT, Fraction(1)
    while True:
        for matrix in turn:
            product = _product(matrix, product)
            growth = max(growth, _norm(product))
        if _norm(product) < 1:
            return growth


@dataclass(frozen=True)
class LimitCycle:
    """Points that a stationary method visits forever on a piecewise linear f′: a proof that it does not converge.

    Everything about it is exact: that it is a cycle, that it attracts, and a neighbourhood it attracts.
    """

    method: Method
    gradient: PiecewiseLinear
    points: tuple[Fraction, ...]

    def holds(self) -> bool:
        """Whether the method, run on the points, visits them in order and forever, and none is the minimiser 0."""
        c = coefficients_of(self.method)
        n = len(self.points)
        return all(step(c, self.points[i], self.points[i - 1], self.gradient) == self.points[(i + 1) % n] for i in range(n)) and all(self.points)

    def jacobian(self) -> Matrix:
        """The derivative of once around the cycle at the state (x, x₋) = (points[−1], points[−2]): a product of transfer matrices.

        Around the cycle f′ is linear, so the derivative is exact in a neighbourhood.
        """
        around = _UNIT
        for matrix in self._turn(len(self.points) - 1):
            around = _product(matrix, around)
        return around

    def _turn(self, first: int) -> list[Matrix]:
        """The transfer matrices of once around, at the slopes met from the state (points[first], points[first − 1]) on."""
        c, n = coefficients_of(self.method), len(self.points)
        visited = ((self.points[(first + i) % n], self.points[(first + i - 1) % n]) for i in range(n))
        return [transfer_matrix(c, self.gradient.slope(x + c.lookahead * (x - before))) for x, before in visited]

    @property
    def multipliers(self) -> Characteristic:
        """Trace and determinant of the Jacobian; its eigenvalues are the roots of z² − trace·z + determinant."""
        (a, b), (c, d) = self.jacobian()
        return Characteristic(a + d, a * d - b * c)

    def attracts(self) -> bool:
        """Whether both eigenvalues of the Jacobian lie inside the unit circle: |determinant| < 1 and |trace| < 1 + determinant."""
        trace, determinant = self.multipliers
        return bool(abs(determinant) < 1 and abs(trace) < 1 + determinant)

    def radius(self) -> Fraction:
        """A proved δ > 0: every state (x, x₋) with both entries closer than δ to two consecutive points converges to the cycle.

        δ = (least distance from a kink of the places where f′ is taken)/C, where C bounds how much a deviation grows in any number of
        steps: the largest norm of a product of transfer matrices, met before a whole number of turns has norm < 1.

        Raises
        ------
        ValueError
            If it is no cycle, or does not attract.
        """
        if not (self.holds() and self.attracts()):
            raise ValueError(f"{self.points} is not an attracting cycle of {self.method!r}; a radius exists only for one that holds() and attracts()")
        c = coefficients_of(self.method)
        growth = max(_growth(self._turn(first)) for first in range(len(self.points)))
        room = min(self.gradient.distance_to_kink(x + c.lookahead * (x - self.points[i - 1])) for i, x in enumerate(self.points))
        return room / (growth * Fraction(1 + 2 * abs(c.lookahead)))

    def catches(self, start: Any, steps: int) -> bool:
        """Whether the method from rest at ``start`` is proved to end in the cycle, because it comes within the radius in so many steps."""
        radius, x = self.radius(), Fraction(start)
        x_prev = x
        for c in islice(self.method, steps):
            if any(abs(x - self.points[i]) < radius and abs(x_prev - self.points[i - 1]) < radius for i in range(len(self.points))):
                return True
            x, x_prev = step(c, x, x_prev, self.gradient), x
        return False


POLYAK_THREE_CYCLE = LimitCycle(polyak(Fraction(1), Fraction(25)), PiecewiseLinear((Fraction(1), Fraction(2)), (Fraction(25), Fraction(1), Fraction(25))),
                                (Fraction(792, 1225), Fraction(-2208, 1225), Fraction(2592, 1225)))
"""Theory D4: μ = 1, L = 25, η = 1/9, β = 4/9, f′ = 25x, x + 24 and 25x − 24 on x < 1, [1, 2) and x ≥ 2."""
