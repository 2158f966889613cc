"""One eigenvalue h: what a step does to a single mode of a quadratic, derived from :func:`cdmtheory.methods.step`.

Along an eigenvector of curvature h the gradient is h·x, so a step is linear in (x, x₋) and everything follows from the
2×2 transfer matrix, which is ``step`` applied to the unit states. All functions work in whatever arithmetic they are given.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from cdmtheory.arithmetic import Arithmetic, arithmetic_of, sqrt
from cdmtheory.methods import Coefficients, Method, step

__all__ = ["Characteristic", "Regime", "characteristic", "coefficients_of", "regime", "residual", "spectral_radius", "transfer_matrix"]


class Characteristic(NamedTuple):
    """z² − trace·z + determinant, the characteristic polynomial of one step at one eigenvalue."""

    trace: Any
    determinant: Any

    @property
    def discriminant(self) -> Any:
        """trace² − 4·determinant: negative under-damped, zero critically damped, positive over-damped."""
        return self.trace * self.trace - 4 * self.determinant


class Regime(Enum):
    """How a mode moves: two complex roots, a double root, or two real roots."""

    UNDER_DAMPED = "under-damped"
    CRITICALLY_DAMPED = "critically damped"
    OVER_DAMPED = "over-damped"


def coefficients_of(method: Method) -> Coefficients:
    """The constant coefficients of a stationary method (of its tail, where step 0 differs).

    Raises
    ------
    ValueError
        If the method changes from step to step (chebyshev, phased): it has no transfer matrix of its own.
    """
    constant = method.schedule.constant
    if constant is None:
        raise ValueError(f"{method!r} changes from step to step and has no single transfer matrix, so no spectral radius; "
                         "use worst_residual(method, k) instead")
    return constant


def transfer_matrix(c: Coefficients, h: Any) -> tuple[tuple[Any, Any], tuple[Any, Any]]:
    """The matrix M with (x⁺, x) = M (x, x₋) at eigenvalue h: one step applied to the states (1, 0) and (0, 1)."""
    arithmetic_of(step_size=c.step_size, momentum=c.momentum, lookahead=c.lookahead, eigenvalue=h)

    def grad(x: Any) -> Any:
        return h * x

    return (step(c, 1, 0, grad), step(c, 0, 1, grad)), (1, 0)


def characteristic(c: Coefficients, h: Any) -> Characteristic:
    """Trace and determinant of the transfer matrix at h. For heavy ball z² − (1+β−ηh)z + β (theory B3)."""
    (a, b), (one, zero) = transfer_matrix(c, h)
    return Characteristic(a + zero, a * zero - b * one)


def regime(c: Coefficients, h: Any) -> Regime:
    """The damping regime at one eigenvalue h, decided exactly in exact arithmetics.

    Raises
    ------
    ValueError
        If the sign of the discriminant cannot be read off (a ball around zero, free symbols).
    """
    d = characteristic(c, h).discriminant
    for holds, found in ((d < 0, Regime.UNDER_DAMPED), (d == 0, Regime.CRITICALLY_DAMPED), (d > 0, Regime.OVER_DAMPED)):
        if holds is True or (not hasattr(holds, "free_symbols") and bool(holds)) or str(holds) == "True":
            return found
    raise ValueError(f"the discriminant {d} has no definite sign; evaluate in exact rationals, or with more precision")


def spectral_radius(c: Coefficients, h: Any) -> Any:
    """The larger modulus of the two roots at eigenvalue h.

    √determinant if the discriminant is ≤ 0, otherwise (|trace| + √discriminant)/2. In floating point (scalars and arrays) the
    result errs by about √eps near a double root, because the root itself is that sensitive there; balls are
    enclosures of both cases where the sign of the discriminant is open.
    """
    trace, determinant = characteristic(c, h)
    kind = arithmetic_of(trace=trace, determinant=determinant)
    if kind is Arithmetic.SYMBOLIC:
        import sympy

        d = trace * trace - 4 * determinant
        return sympy.Piecewise((sympy.sqrt(determinant), d <= 0), ((sympy.Abs(trace) + sympy.sqrt(d)) / 2, True))
    if kind is Arithmetic.BALL:
        return radius_of_balls(trace, determinant)
    d = trace * trace - 4 * determinant
    if kind is Arithmetic.FLOAT and not isinstance(d, float):
        import array_api_compat

        xp = array_api_compat.array_namespace(d)
        zero = xp.zeros_like(d)
        return xp.where(d <= 0, xp.sqrt(xp.where(d <= 0, determinant, zero)), (xp.abs(trace) + xp.sqrt(xp.where(d > 0, d, zero))) / 2)
    return sqrt(determinant) if d <= 0 else (abs(trace) + sqrt(d)) / 2


def radius_of_balls(trace: Any, determinant: Any) -> Any:
    """Spectral radius of z² − trace·z + determinant in balls; where the sign of the discriminant is open, both cases are enclosed."""
    d = trace * trace - 4 * determinant
    if d < 0:
        return determinant.sqrt()
    if d > 0:
        return (abs(trace) + d.sqrt()) / 2
    return _root_of_positive_part(determinant).union((abs(trace) + _root_of_positive_part(d)) / 2)


def _root_of_positive_part(ball: Any) -> Any:
    """√max(x, 0) for a ball that may reach below zero; the root of the ball itself would be undefined."""
    return ball.sqrt() if ball > 0 else (0 * ball.mid()).union(ball.abs_upper().sqrt())


def residual(method: Method, k: int, h: Any) -> Any:
    """p_k(h), the residual polynomial of any method at step k: the iterate from x₀ = 1 at rest, stepped k times.

    With a symbol for h the polynomial itself comes out. O(k) steps; for many steps at once see cdmtheory.simulate.
    """
    if isinstance(k, bool) or not isinstance(k, int) or k < 0:
        raise ValueError(f"k = {k!r}; allowed is a whole number of steps >= 0")
    x_prev = x = 1
    for c in _first(method, k):
        arithmetic_of(step_size=c.step_size, momentum=c.momentum, lookahead=c.lookahead, eigenvalue=h)
        x, x_prev = step(c, x, x_prev, lambda y: h * y), x
        if hasattr(x, "expand") and hasattr(x, "free_symbols"):
            x = x.expand()
    return x


def _first(method: Method, k: int) -> Any:
    from itertools import islice

    return islice(method, k)
