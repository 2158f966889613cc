"""``worst_residual(m, k) <= X^k·B(k)`` mode by mode, over-damped ones included.

With roots z, w of the recurrence, abs(z) >= abs(w), and S = 1 + q + … + q^(k−1), q = w/z, p_k = z^(k−1)(z + (p_1 − z)S) for k >= 1. With complex
ones, ρ = √determinant and abs(p_k) = ρ^(k−1)·E, E is at most ρ + k·abs(p_1 − trace/2), and E² at most D·(p_1² − T·p_1 + D)/(D − T²/4), by the invariant
p_k² − T·p_k·p_{k−1} + D·p_{k−1}², which D multiplies at every step. S, E and the power of the quotient to X become reals bound only by what is true of them.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.logic.boolalg import And, Implies, Or

from cdmtheory.engine.closed_forms import CHEBYSHEV, RECURRENCE, Mode, real_steps
from cdmtheory.engine.decide import Finding
from cdmtheory.engine.powers import POWERS
from cdmtheory.engine.prover import NoClosedForm, Prover, all_proved, powers_of_k, transcendental
from cdmtheory.language import L, h, k, mu, residual, worst_residual

__all__ = ["bound_every_mode"]

GEOMETRIC = "S = 1 + q + … + q^(k−1) for k >= 1: 1 <= S <= k and S(1 − q) <= 1 if 0 <= q <= 1, and 1 + q <= S <= 1 if −1 <= q <= 0 (induction over k)"
INVARIANT = "p_k² − T·p_k·p_{k−1} + D·p_{k−1}² is multiplied by D at every step (induction over k)"
SECONDS = 6


def bound_every_mode(statement: Any, prover: Prover) -> Finding | None:
    """A proof of an upper bound on a residual for every k; None if it is no such statement, or not shown."""
    if not isinstance(statement, (sympy.Le, sympy.Ge)):
        return None
    left, right = statement.args if isinstance(statement, sympy.Le) else statement.args[::-1]
    if not isinstance(left, worst_residual) or left.args[1] != k or right.has(worst_residual, residual) or transcendental(right):
        return None
    term, x = left.args[0], sympy.Dummy("h_any", positive=True)
    powers = [f for f in sympy.Mul.make_args(right) if f.is_Pow and f.exp == k]
    base, rest = sympy.Mul(*[f.base for f in powers]), sympy.Mul(*[f for f in sympy.Mul.make_args(right) if f not in powers])
    if h in term.free_symbols or powers_of_k(rest):
        return None
    try:
        mode = Mode(term, x)
    except NoClosedForm:
        return None
    between = (mu <= x, x <= L)
    dead = And(*(sympy.Eq(e, 0, evaluate=False) for e in (mode.trace, mode.determinant, mode.first)), evaluate=False)
    start = And(sympy.Ge(base, 0, evaluate=False), sympy.Ge(rest.xreplace({k: sympy.Integer(0)}), 1, evaluate=False), evaluate=False)
    if not all_proved(start, prover.given, prover, SECONDS) or not prover.holds(Implies(sympy.Eq(base, 0, evaluate=False), dead, evaluate=False), *between):
        return None
    n = sympy.Dummy("k_real", positive=True)
    given = (*real_steps(prover, n), *between, n >= 1, base > 0)
    bound = base * rest.xreplace({k: n})
    if not all_proved(sympy.Ge(rest.xreplace({k: n}), 0, evaluate=False), (*real_steps(prover, n), n >= 1), prover, SECONDS):
        return None
    if all(_real_modes(mode, sign, base, bound, given, n, prover) for sign in (1, -1)) and _complex_modes(mode, base, bound, given, n, prover):
        prover.assume(RECURRENCE, CHEBYSHEV, INVARIANT, GEOMETRIC, POWERS)
        return Finding("PROVED", sorted(prover.by), assumed=list(prover.assumed))
    return None


def _real_modes(mode: Mode, sign: int, base: Any, bound: Any, given: tuple[Any, ...], n: Any, prover: Prover) -> bool:
    """The modes with real roots and a trace of the given sign; (−1)^k·p_k has the trace of the other."""
    z, w, s = (sympy.Dummy(name, real=True) for name in ("z", "w", "S"))
    sums = Or(And(w >= 0, s >= 1, s <= n, s * (z - w) <= z, evaluate=False), And(w <= 0, s <= 1, s * z >= z + w, evaluate=False), evaluate=False)
    roots = (sympy.Eq(z + w, sign * mode.trace, evaluate=False), sympy.Eq(z * w, mode.determinant, evaluate=False), z >= w, z >= -w)
    if not all_proved(sympy.Le(z, base, evaluate=False), (*given, *roots), prover, SECONDS):
        return False
    return _below(z + (sign * mode.first - z) * s, z, base, bound, (*given, *roots, sums), n, prover)


def _complex_modes(mode: Mode, base: Any, bound: Any, given: tuple[Any, ...], n: Any, prover: Prover) -> bool:
    """The modes with complex roots, or a double one."""
    rho, size = sympy.Dummy("rho", nonnegative=True), sympy.Dummy("size", nonnegative=True)
    ties = (sympy.Le(mode.trace**2, 4 * mode.determinant, evaluate=False), sympy.Eq(rho**2, mode.determinant, evaluate=False))
    if not all_proved(sympy.Le(rho, base, evaluate=False), (*given, *ties), prover, SECONDS):
        return False
    most = rho + n * sympy.Abs(mode.first - mode.trace / 2)
    constant = mode.first**2 - mode.trace * mode.first + mode.determinant
    facts = (sympy.Le(size, most, evaluate=False), size**2 * (mode.determinant - mode.trace**2 / 4) <= mode.determinant * constant)
    return _below(size, rho, base, bound, (*given, *ties, *facts), n, prover)


def _below(size: Any, modulus: Any, base: Any, bound: Any, given: tuple[Any, ...], n: Any, prover: Prover) -> bool:
    """Whether abs(size)·(modulus/base)^(k−1) is within the bound: without that power, or with Bernoulli's inequality for it."""
    if all_proved(sympy.Le(sympy.Abs(size), bound, evaluate=False), given, prover, SECONDS):
        return True
    power, gap, m = sympy.Dummy("W", nonnegative=True), base - modulus, n - 1
    bernoulli = (power <= 1, power * (base**2 + m * base * gap + m * (m + 1) * gap**2 / 2) <= base**2)
    return all_proved(sympy.Le(power * sympy.Abs(size), bound, evaluate=False), (*given, *bernoulli), prover, 2 * SECONDS)
