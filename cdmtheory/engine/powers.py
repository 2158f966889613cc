"""Powers base^k as variables, with what is true of every power; and where a statement with powers is defined."""

from __future__ import annotations

import time
from typing import Any

import sympy
from sympy.logic.boolalg import And, Implies

from cdmtheory.engine.closed_forms import real_steps
from cdmtheory.engine.decide import Finding, prove
from cdmtheory.engine.prover import NoClosedForm, Prover, powers_of_k
from cdmtheory.language import L, k, kappa, mu, residual, spectral_radius, steps_to, worst_rate, worst_residual

__all__ = ["POWERS", "compare_powers", "is_defined"]

POWERS = "for 0 <= ρ <= 1: ρ^k <= 1, ρ^k >= 1 − k(1 − ρ) and ρ^k(ρ + k(1 − ρ)) <= ρ (Bernoulli), decreasing in k (induction over k)"


def is_defined(statement: Any, prover: Prover) -> bool:
    """Whether every root, reciprocal and negative power in a statement is defined under the hypotheses, as it stands."""
    if isinstance(statement, (worst_residual, steps_to)):
        term = statement.args[0]
        if term.method.schedule.constant is None:
            return all(is_defined(a, prover) for a in term.args[1:])
        return prover.holds(sympy.Ge(worst_rate(term), 0, evaluate=False))
    if isinstance(statement, residual):
        term, _, at = statement.args
        if term.method.schedule.constant is None:
            return False
        return prover.holds(sympy.Ge(spectral_radius(term, at), 0, evaluate=False))
    if isinstance(statement, sympy.Pow):
        base, exponent = statement.args
        if exponent.has(k):
            slope = sympy.Poly(exponent, k).all_coeffs() if exponent.is_polynomial(k) else []
            if len(slope) != 2 or not all(c.is_Integer for c in slope) or not is_defined(base, prover):
                return False
            return (slope[0] > 0 and slope[1] >= 0) or prover.holds(sympy.Ne(base, 0, evaluate=False))
        if exponent.is_Rational and (exponent < 0 or not exponent.is_Integer):
            if base.has(k) and base.has(sympy.Pow) and powers_of_k(base):
                return is_defined(base, prover) and _nonzero_with_powers(base, exponent)
            at = base.xreplace({k: sympy.Dummy("k_real", nonnegative=True)})
            allowed = sympy.Ne if exponent.is_Integer else sympy.Gt if exponent < 0 else sympy.Ge
            if base.is_positive and base.is_Symbol:
                return True
            if base.has(sympy.log):
                return is_defined(base, prover)  # its sign is looked at where the logarithm is
            return prover.holds(allowed(at, 0, evaluate=False))
    return all(is_defined(a, prover) for a in statement.args)


def _nonzero_with_powers(base: Any, exponent: Any) -> bool:
    """Whether a sum with powers of k is seen to be positive: terms that are products of even powers, and a positive number."""
    if not exponent.is_Integer:
        return False
    terms = sympy.Add.make_args(base)
    sums = [t for t in terms if t.is_positive] and all(t.is_positive or (t.is_Pow and t.exp.has(k) and _even(t.exp)) for t in terms)
    powers = all(t.is_Pow and t.exp.has(k) for t in terms) and len({abs(sympy.Poly(t.exp, k).all_coeffs()[0]) for t in terms}) == 1
    return bool(sums) or (powers and len({sympy.cancel(t.base) for t in terms}) == 1)


def _even(exponent: Any) -> bool:
    return bool(exponent.is_polynomial(k) and all(c.is_Integer and c % 2 == 0 for c in sympy.Poly(exponent, k).all_coeffs()))


def compare_powers(statement: Any, prover: Prover) -> Finding | None:
    """Prove a statement in which k occurs in polynomials and in powers base^(a·k + b), 0 <= base."""
    swap = {kappa: L / mu}
    n = sympy.Dummy("k_real", nonnegative=True)
    bases: list[Any] = []
    variables: list[Any] = []

    def variable(base: Any) -> Any:
        """The variable that stands for base^k; the same one for bases that are proved to be equal."""
        for known, z in zip(bases, variables, strict=True):
            if known == base or prover.holds(sympy.Eq(known, base, evaluate=False)):
                return z
        bases.append(base)
        sign = {"nonnegative": True} if prover.holds(sympy.Ge(base, 0, evaluate=False)) else {"real": True}
        variables.append(sympy.Dummy(f"Z_{len(bases)}", **sign))
        return variables[-1]

    def replaced(e: Any) -> Any:
        if e.is_Pow and e.exp.has(k):
            slope = sympy.Poly(e.exp, k).all_coeffs() if e.exp.is_polynomial(k) else []
            if len(slope) != 2 or not all(c.is_Integer for c in slope):
                raise NoClosedForm(f"the power {e}")
            base = replaced(e.base)
            return variable(base) ** slope[0] * base ** slope[1]
        return e if not e.args or not e.has(k) or isinstance(e, (residual, worst_residual)) else e.func(*[replaced(a) for a in e.args])

    try:
        goal = replaced(statement.xreplace(swap)) if not isinstance(statement, sympy.logic.boolalg.BooleanAtom) else statement
    except (NoClosedForm, sympy.PolynomialError):
        return None
    facts: list[Any] = []
    for base, z in zip(bases, variables, strict=True):
        if not z.is_nonnegative:
            facts.append(Implies(sympy.Ne(base, 0, evaluate=False), sympy.Ne(z, 0, evaluate=False), evaluate=False))
            facts.append(Implies(sympy.Eq(n, 0, evaluate=False), sympy.Eq(z, 1, evaluate=False), evaluate=False))
            continue
        if prover.holds(sympy.Le(base, 1, evaluate=False)):
            facts += [z <= 1, z >= 1 - n * (1 - base), z * (1 + n * (1 - base)) <= 1, z * (base + n * (1 - base)) <= base,
                      Implies(n >= 1, z <= base, evaluate=False)]
            facts.append(sympy.Or(n >= 1, And(sympy.Eq(n, 0, evaluate=False), sympy.Eq(z, 1, evaluate=False), evaluate=False), evaluate=False))
        elif prover.holds(sympy.Ge(base, 1, evaluate=False)):
            facts += [z >= 1, z >= 1 + n * (base - 1)]
        if prover.holds(sympy.Gt(base, 0, evaluate=False)):
            facts.append(z > 0)
        else:
            facts.append(Implies(And(sympy.Eq(base, 0, evaluate=False), n >= 1, evaluate=False), sympy.Eq(z, 0, evaluate=False), evaluate=False))
            facts.append(Implies(base > 0, z > 0, evaluate=False))
    for i, (a, za) in enumerate(zip(bases, variables, strict=True)):
        for b, zb in list(zip(bases, variables, strict=True))[:i]:
            if not (za.is_nonnegative and zb.is_nonnegative):
                continue
            if prover.holds(sympy.Le(a, b, evaluate=False)):
                facts.append(za <= zb)
            elif prover.holds(sympy.Ge(a, b, evaluate=False)):
                facts.append(zb <= za)
    if goal == sympy.true:
        return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
    given = (*(g.xreplace(swap) for g in real_steps(prover, n)), *facts)
    found = prove(goal.xreplace({k: n}), given, (), prover.solvers, min(prover.deadline, time.monotonic() + 20), lambda _: None)
    if found.verdict != "PROVED":
        return None
    if bases:
        prover.assume(POWERS)
    return Finding("PROVED", sorted(prover.by | set(found.by)), assumed=list(prover.assumed))
