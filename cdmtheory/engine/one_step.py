"""abs(p_{M+j}) <= X^(j−1)·(F + (j − 1)·f) for all j >= 1 along every eigenvalue, F, f >= 0, as a question without j.

p_{M+j+1} = T·p_{M+j} − D·p_{M+j−1}, a = p_M, b = p_{M+1}, X·abs(a) <= F − f, roots z, w with abs(w) <= abs(z) <= X.

Real roots: p_{M+j} = w·p_{M+j−1} + z^(j−1)(b − w·a), so that abs(w)(F − f) + X·abs(b − w·a) <= X·F hands the bound on from j − 1 to j.
Complex ones, ρ = √D: abs(p_{M+j}) <= ρ^(j−1)(c + (j − 1)d), d = abs(b − a·T/2), c = ρ·abs(a) + d, and (ρ/X)^(j−1)(1 + t + t²/2) <= 1 with
t = (j − 1)(1 − ρ/X) leaves a quadratic in t; or the invariant bounds all of them: ρ²(b² − T·a·b + D·a²) <= F²(D − T²/4).

T and D are affine in the eigenvalue, which is therefore a rational function of the root, or of ρ: one unknown less.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import sympy
from sympy.logic.boolalg import And, Or

from cdmtheory.engine.prover import Prover, all_proved
from cdmtheory.engine.roots import tidy

__all__ = ["HANDED_DOWN", "Recurrence", "complex_modes_below", "never_negative", "real_modes_below"]

HANDED_DOWN = "p_{k+1} = w·p_k + z^k·(p_1 − w·p_0) with the roots z, w of the recurrence, so that a bound is handed on from k to k + 1 (induction over k)"
SECONDS = 6
SIGN_SECONDS = 3


class Recurrence(NamedTuple):
    """The recurrence along one eigenvalue and where it begins: p_start = before, the next one after."""

    at: Any
    trace: Any
    determinant: Any
    start: int
    before: Any
    after: Any


def real_modes_below(run: Recurrence, sign: int, base: Any, line: tuple[Any, Any], given: tuple[Any, ...], prover: Prover) -> bool:
    """Whether the bound holds along eigenvalues with real roots and a trace of the given sign; ``line``: F and f."""
    z, trace = sympy.Dummy("z", real=True), sign * run.trace
    if not _increases(*line, given, prover):
        return False

    def goal(w: Any, before: Any, after: Any, x: Any, at_one: Any, slope: Any, known: tuple[Any, ...]) -> Any:
        beside = _modulus(after - w * before, known, prover)
        return sympy.Le(_modulus(w, known, prover) * (at_one - slope) + x * beside, x * at_one, evaluate=False)

    equation, parts = z**2 - trace * z + run.determinant, (trace - z, run.before, sign * run.after, base, *line)
    return _for_every_eigenvalue(run, equation, parts, goal, lambda w, *_: (z >= w, z >= -w), given, prover)


def complex_modes_below(run: Recurrence, base: Any, line: tuple[Any, Any], given: tuple[Any, ...], prover: Prover) -> bool:
    """Whether the bound holds along eigenvalues with complex roots, or a double one."""
    rho = sympy.Dummy("rho", nonnegative=True)
    if not _increases(*line, given, prover):
        return False

    def goal(trace: Any, before: Any, after: Any, x: Any, at_one: Any, slope: Any, known: tuple[Any, ...]) -> Any:
        off, gap = _modulus(after - before * trace / 2, known, prover), x - rho
        first = at_one - rho * _modulus(before, known, prover) - off
        linear, square = x * (slope - off) + at_one * gap, at_one * gap + 2 * x * slope
        falling = Or(sympy.Ge(linear, 0, evaluate=False), sympy.Le(linear**2, 2 * first * square * gap, evaluate=False), evaluate=False)
        constant, apart = after**2 - trace * before * after + rho**2 * before**2, rho**2 - trace**2 / 4
        invariant = And(apart > 0, sympy.Le(rho**2 * constant, at_one**2 * apart, evaluate=False), evaluate=False)
        return Or(And(sympy.Ge(first, 0, evaluate=False), falling, evaluate=False), invariant, evaluate=False)

    parts = (run.trace, run.before, run.after, base, *line)
    return _for_every_eigenvalue(run, rho**2 - run.determinant, parts, goal, lambda trace, *_: (sympy.Le(trace**2, 4 * rho**2, evaluate=False),), given, prover)


def never_negative(run: Recurrence, given: tuple[Any, ...], prover: Prover) -> bool:
    """Whether p_M and all later ones are >= 0: real roots z >= w >= 0, and p_{M+1} >= w·p_M >= 0."""
    z, w = sympy.symbols("z w", cls=sympy.Dummy, real=True)
    real = And(sympy.Ge(run.trace, 0), sympy.Ge(run.determinant, 0), sympy.Ge(run.trace**2, 4 * run.determinant, evaluate=False), sympy.Ge(run.before, 0),
               evaluate=False)
    roots = (sympy.Eq(z + w, run.trace, evaluate=False), sympy.Eq(z * w, run.determinant, evaluate=False), z >= w, w >= 0)
    return all_proved(real, given, prover, SECONDS) and all_proved(sympy.Ge(run.after, w * run.before, evaluate=False), (*given, *roots), prover, SECONDS)


def _for_every_eigenvalue(run: Recurrence, equation: Any, parts: tuple[Any, ...], goal: Any, order: Any, given: tuple[Any, ...], prover: Prover) -> bool:
    """Prove a goal where the eigenvalue solves an affine equation: with the solution put in, and where there is not one solution only."""
    pole = tidy(sympy.diff(equation, run.at))
    if run.at in pole.free_symbols:
        return False
    if pole != 0:
        at = {run.at: tidy(-equation.xreplace({run.at: sympy.Integer(0)}) / pole)}
        values = [tidy(e.xreplace(at)) for e in parts]
        known = (*(g.xreplace(at) for g in given), sympy.Ne(pole, 0, evaluate=False), *order(*values))
        if not all_proved(goal(*values, known), known, prover, SECONDS):
            return False
    known = (*given, sympy.Eq(pole, 0, evaluate=False), sympy.Eq(equation, 0, evaluate=False), *order(*parts))
    return all_proved(sympy.false, known, prover, SIGN_SECONDS) or all_proved(goal(*parts, known), known, prover, SECONDS)


def _increases(at_one: Any, slope: Any, given: tuple[Any, ...], prover: Prover) -> bool:
    """Whether a linear bound is nonnegative and does not decrease."""
    return all_proved(And(sympy.Ge(slope, 0, evaluate=False), sympy.Ge(at_one, 0, evaluate=False), evaluate=False), given, prover, SECONDS)


def _modulus(e: Any, known: tuple[Any, ...], prover: Prover) -> Any:
    """The modulus of an expression, without a modulus sign if its sign is proved."""
    e = tidy(e)
    return next((s for s in (e, -e) if all_proved(sympy.Ge(s, 0, evaluate=False), known, prover, SIGN_SECONDS)), sympy.Abs(e))
