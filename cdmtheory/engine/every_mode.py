"""``worst_residual(m, k) <= X^k·B(k)`` mode by mode, over-damped ones included; for phased methods with a given number of steps too.

From some step M on (0 unless the method is phased) a residual obeys p_{k+1} = T·p_k − D·p_{k−1}. With a = p_M, b = p_{M+1}, real roots z, w of
the recurrence, abs(z) >= abs(w), and S = 1 + q + … + q^(j−1), q = w/z, p_{M+j} = z^(j−1)(z·a + (b − z·a)S) for j >= 1. With complex ones,
ρ = √D and abs(p_{M+j}) = ρ^(j−1)·E, E is at most ρ·abs(a) + j·abs(b − a·T/2), and E² at most D·(b² − T·a·b + D·a²)/(D − T²/4), by the invariant
p_k² − T·p_k·p_{k−1} + D·p_{k−1}², which D multiplies at every step. S, E and the power of the quotient to X become reals bound only by what is true of them.

A bound X^(j−1)·(F + (j − 1)·f) with F, f >= 0 asks for neither of them, nor for j: :mod:`cdmtheory.engine.one_step`.
"""

from __future__ import annotations

from typing import Any

import sympy
from sympy.logic.boolalg import And, Implies, Or

from cdmtheory.engine.closed_forms import CHEBYSHEV, EARLY, RECURRENCE, Mode, real_steps
from cdmtheory.engine.one_step import HANDED_DOWN, Recurrence, complex_modes_below, never_negative, real_modes_below
from cdmtheory.engine.powers import POWERS
from cdmtheory.engine.proof import Finding
from cdmtheory.engine.prover import NoClosedForm, Prover, all_proved, powers_of_k, transcendental
from cdmtheory.engine.roots import tidy
from cdmtheory.engine.which_steps import linear
from cdmtheory.language import L, MethodTerm, bind, h, k, mu, residual, worst_residual
from cdmtheory.modes import residual as residual_of

__all__ = ["bound_every_mode", "run"]

GEOMETRIC = ("S = 1 + q + … + q^(k−1) for k >= 1: 1 <= S <= k, S(1 − q) <= 1 and S(2 + (k − 1)(1 − q)) <= 2k if 0 <= q <= 1, "
             "and 1 + q <= S <= 1 if −1 <= q <= 0 (induction over k)")
INVARIANT = "p_k² − T·p_k·p_{k−1} + D·p_{k−1}² is multiplied by D at every step (induction over k)"
SECONDS = 6
LARGEST_START = 6  # step from which on a method may be stationary


def run(term: MethodTerm, at: Any) -> Recurrence:
    """The recurrence that a method ends in; it holds from the first step on if the method is stationary."""
    steps, rest = 0, term
    while rest.args[0].name == "phased":
        if not rest.args[2].is_Integer or rest.args[2] > LARGEST_START:
            raise NoClosedForm("a phase without a given, small number of steps")
        steps, rest = steps + int(rest.args[2]), rest.args[3]
    mode, method = Mode(rest, at), bind(term, at).method
    start = max(0, steps + len(rest.method.schedule.opening) - 1)
    return Recurrence(at, mode.trace, mode.determinant, start, *(_without_root_of(at, residual_of(method, start + j, at)) for j in (0, 1)))


def _without_root_of(at: Any, e: Any) -> Any:
    """A residual, tidy, but not (√(ηh) − 1)(√(ηh) + 1) for ηh − 1: one_step puts in for h what need not be positive term by term."""
    factored = tidy(e)
    if at in (mu, L) or not any(p.base == at and not p.exp.is_Integer for p in factored.atoms(sympy.Pow)):
        return factored
    return sympy.Add(*[tidy(c) * at**n for (n,), c in sympy.Poly(e, at).terms()])


def bound_every_mode(statement: Any, prover: Prover) -> Finding | None:
    """A proof of an upper bound on a residual for every k; None if it is no such statement, or not shown."""
    if not isinstance(statement, (sympy.Le, sympy.Ge)):
        return None
    left, right = statement.args if isinstance(statement, sympy.Le) else statement.args[::-1]
    if left == 0 and isinstance(right, residual) and right.args[1:] == (k, h):
        return _at_least_zero(right, prover)
    if left.is_Pow and left.exp == 2 and k not in right.free_symbols and prover.holds(sympy.Ge(right, 0, evaluate=False)):
        left, right = left.base, sympy.sqrt(right)
    left = left.args[0] if isinstance(left, sympy.Abs) else left
    at_h = isinstance(left, residual) and left.args[2] == h
    if not (at_h or isinstance(left, worst_residual)) or left.args[1] != k or right.has(worst_residual, residual) or transcendental(right):
        return None
    term, x = left.args[0], h if at_h else sympy.Dummy("h_any", positive=True)
    powers = [f for f in sympy.Mul.make_args(right) if f.is_Pow and f.exp == k]
    base, rest = sympy.Mul(*[f.base for f in powers]), sympy.Mul(*[f for f in sympy.Mul.make_args(right) if f not in powers])
    if h in term.free_symbols or powers_of_k(rest):
        return None
    try:
        found = run(term, x)
    except NoClosedForm:
        return None
    between, m = (mu <= x, x <= L), found.start
    dead = And(*(sympy.Eq(e, 0, evaluate=False) for e in (found.trace, found.determinant, found.after)), evaluate=False) if m == 0 else sympy.false
    begins = And(sympy.Ge(base, 0, evaluate=False), sympy.Ge(rest.xreplace({k: sympy.Integer(0)}), 1, evaluate=False), evaluate=False)
    if not all_proved(begins, prover.given, prover, SECONDS) or not prover.holds(Implies(sympy.Eq(base, 0, evaluate=False), dead, evaluate=False), *between):
        return None
    n = sympy.Dummy("k_real", positive=True)
    hypotheses = tuple(g.xreplace({n: n + m}) for g in real_steps(prover, n))
    factor = base ** (m + 1) * rest.xreplace({k: n + m})
    if not all_proved(sympy.Ge(rest.xreplace({k: n + m}), 0, evaluate=False), (*hypotheses, n >= 1), prover, SECONDS):
        return None
    for first in (1, EARLY):
        given = (*hypotheses, *between, n >= first, base > 0)
        if all(_real_modes(found, sign, base, factor, given, n, prover) for sign in (1, -1)) and _complex_modes(found, base, factor, given, n, prover):
            break
    else:
        return None
    for steps in range(1, m + first):
        here = {k: sympy.Integer(steps)}
        early = sympy.Le(sympy.Abs(left).xreplace(here), right.xreplace(here), evaluate=False)
        if not all_proved(early, tuple(g.xreplace(here) for g in prover.given), prover):
            return None
    prover.assume(RECURRENCE, CHEBYSHEV, INVARIANT, GEOMETRIC, HANDED_DOWN, POWERS)
    return Finding("PROVED", sorted(prover.by), assumed=list(prover.assumed))


def _at_least_zero(quantity: Any, prover: Prover) -> Finding | None:
    """A proof that a residual along h is never negative, if its roots are real and positive."""
    if h in quantity.args[0].free_symbols:
        return None
    try:
        found = run(quantity.args[0], h)
    except NoClosedForm:
        return None
    given, early = real_steps(prover, sympy.Dummy("k_real", nonnegative=True)), range(found.start)
    if not never_negative(found, given, prover) or not all(prover.holds(sympy.Ge(quantity.xreplace({k: sympy.Integer(j)}), 0, evaluate=False)) for j in early):
        return None
    prover.assume(HANDED_DOWN)
    return Finding("PROVED", sorted(prover.by), assumed=list(prover.assumed))


def _line(bound: Any, n: Any) -> tuple[Any, Any] | None:
    """The value at n = 1 and the slope of a bound that is linear in n."""
    parts = linear(bound, n)
    return None if parts is None else (bound.xreplace({n: sympy.Integer(1)}), parts[1])


def _real_modes(run: Recurrence, sign: int, base: Any, bound: Any, given: tuple[Any, ...], n: Any, prover: Prover) -> bool:
    """The modes with real roots and a trace of the given sign; (−1)^k·p_k has the trace of the other."""
    z, w, s = (sympy.Dummy(name, real=True) for name in ("z", "w", "S"))
    sums = Or(And(w >= 0, s >= 1, s <= n, s * (z - w) <= z, s * (2 * z + (n - 1) * (z - w)) <= 2 * n * z, evaluate=False),
              And(w <= 0, s <= 1, s * z >= z + w, evaluate=False), evaluate=False)
    roots = (sympy.Eq(z + w, sign * run.trace, evaluate=False), sympy.Eq(z * w, run.determinant, evaluate=False), z >= w, z >= -w)
    if not all_proved(sympy.Le(z, base, evaluate=False), (*given, *roots), prover, SECONDS):
        return False
    first, line = sign * run.after, _line(sympy.expand(bound), n)
    if line is not None:  # za + (b − za)S lies between b and za + (b − za)n, or between za and b
        at_one, slope = line
        parts = (sympy.Ge(slope, 0), sympy.Le(sympy.Abs(first), at_one), sympy.Le(sympy.Abs(z * run.before), at_one),
                 sympy.Le(sympy.Abs(first - z * run.before), slope))
        if all_proved(And(*parts, evaluate=False), (*given, *roots), prover, SECONDS):
            return True
        if real_modes_below(run, sign, base, line, tuple(g for g in given if not g.has(n)), prover):
            return True
    return _below(z * run.before + (first - z * run.before) * s, z, base, bound, (*given, *roots, sums), n, prover)


def _complex_modes(run: Recurrence, base: Any, bound: Any, given: tuple[Any, ...], n: Any, prover: Prover) -> bool:
    """The modes with complex roots, or a double one."""
    rho, size = sympy.Dummy("rho", nonnegative=True), sympy.Dummy("size", nonnegative=True)
    ties = (sympy.Le(run.trace**2, 4 * run.determinant, evaluate=False), sympy.Eq(rho**2, run.determinant, evaluate=False))
    if not all_proved(sympy.Le(rho, base, evaluate=False), (*given, *ties), prover, SECONDS):
        return False
    off, line = sympy.Abs(run.after - run.before * run.trace / 2), _line(sympy.expand(bound), n)
    if line is not None:
        at_one, slope = line
        parts = (sympy.Le(off, slope), sympy.Le(base * sympy.Abs(run.before) + off, at_one))
        if all_proved(And(*parts, evaluate=False), (*given, ties[0]), prover, SECONDS):
            return True
        if complex_modes_below(run, base, line, tuple(g for g in given if not g.has(n)), prover):
            return True
    most = rho * sympy.Abs(run.before) + n * off
    constant = run.after**2 - run.trace * run.before * run.after + run.determinant * run.before**2
    facts = (sympy.Le(size, most, evaluate=False), size**2 * (run.determinant - run.trace**2 / 4) <= run.determinant * constant)
    return _below(size, rho, base, bound, (*given, *ties, *facts), n, prover)


def _below(size: Any, modulus: Any, base: Any, bound: Any, given: tuple[Any, ...], n: Any, prover: Prover) -> bool:
    """Whether abs(size)·(modulus/base)^(k−1) is within the bound: without that power, or with Bernoulli's inequality for it."""
    if all_proved(sympy.Le(sympy.Abs(size), bound, evaluate=False), given, prover, SECONDS):
        return True
    power, gap, m = sympy.Dummy("W", nonnegative=True), base - modulus, n - 1
    bernoulli = (power <= 1, power * (base**2 + m * base * gap + m * (m + 1) * gap**2 / 2) <= base**2)
    return all_proved(sympy.Le(power * sympy.Abs(size), bound, evaluate=False), (*given, *bernoulli), prover, 2 * SECONDS)
