"""Statements about every number of steps: closed forms, powers, and what follows from the ends and from the minimax polynomial.

Human steps (induction) are named in what is assumed.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

import sympy
from sympy.logic.boolalg import And, Implies

from cdmtheory.engine.closed_forms import LOWER_BOUND, Mode, as_bound, close, modulus_of, residual_at
from cdmtheory.engine.complexity import decide_complexity, decide_lower_bound, opened_count
from cdmtheory.engine.decide import Finding, prove
from cdmtheory.engine.logarithms import closed_rate, is_logarithmic_inequality
from cdmtheory.engine.powers import compare_powers, is_defined
from cdmtheory.engine.prover import NoClosedForm, Prover, Tell, powers_of_k, transcendental
from cdmtheory.engine.solvers import Solvers
from cdmtheory.language import L, eps, h, k, mu, residual, steps_to, worst_rate, worst_residual

__all__ = ["decide_every_k"]

def decide_every_k(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> Finding | None:
    """A proof for every k, or None if this is not such a statement; a refutation is the business of the search."""
    if any(g.has(steps_to) for g in given) or not (statement.has(residual, worst_residual, steps_to) or powers_of_k(statement)):
        return None
    tell("a statement for every k")
    if isinstance(statement, And):
        parts = [decide_every_k(p, given, solvers, deadline, tell) or prove(p, given, (), solvers, deadline, tell) for p in statement.args]
        open_parts = [p for p in parts if p.verdict != "PROVED"]
        return open_parts[0] if open_parts else Finding("PROVED", sorted({b for p in parts for b in p.by}),
                                                         assumed=list(dict.fromkeys(a for p in parts for a in p.assumed)))
    if isinstance(statement, Implies):
        premises = statement.args[0].args if isinstance(statement.args[0], And) else (statement.args[0],)
        found = decide_every_k(statement.args[1], (*given, *premises), solvers, deadline, tell)
        return found if found is not None and found.verdict == "PROVED" else Finding("UNDECIDED", reason="the conclusion was not shown")
    compared = _between_step_counts(statement, given, solvers, deadline, tell)
    if compared is not None:
        return compared
    statement, given, count = _without_steps_to(statement, given)
    lower = decide_lower_bound(statement, given, Prover(tuple(g for g in given if not transcendental(g) and not g.has(k)), solvers, deadline, tell))
    if lower is not None:
        return lower
    below = _from_below(statement, given, solvers, deadline, tell)
    if below is not None:
        return below
    prover = Prover(tuple(g for g in given if not transcendental(g)), solvers, deadline, tell)
    if count is not None and not _nonnegative(count, prover):
        return Finding("UNDECIDED", reason=f"a number of steps is never below 0, and that {sympy.sstr(count)} is not was not shown")
    if not is_defined(statement, prover):
        return Finding("UNDECIDED", reason="that every part of the statement is defined wherever the hypotheses hold was not shown")
    try:
        closed = close(statement, prover)
    except NoClosedForm as why:
        bounded = as_bound(statement, prover) or _by_larger_bound(statement, given, prover)
        return bounded or Finding("UNDECIDED", reason=str(why))
    closed = _with_closed_rates(closed, prover)
    if closed.has(steps_to):
        return Finding("UNDECIDED", reason="a number of steps stands where no engine looks for it")
    if closed.has(sympy.log, sympy.exp) or any(transcendental(g) for g in given):
        found = decide_complexity(closed, given, prover)
    else:
        found = compare_powers(closed, prover)
    if found is None:
        return as_bound(statement, prover) or Finding("UNDECIDED", reason=f"with the closed form of the residual, this is open: {sympy.sstr(closed)}")
    return found


def _between_step_counts(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> Finding | None:
    """steps_to(a) <= steps_to(b) if a is never above b; steps_to(m) < oo if its worst rate is below 1."""
    if not isinstance(statement, (sympy.Le, sympy.Ge, sympy.Lt, sympy.Gt)) or any(g.has(k) for g in given):
        return None
    low, high = statement.args if isinstance(statement, (sympy.Le, sympy.Lt)) else statement.args[::-1]
    if not isinstance(low, steps_to):
        return None
    if high == sympy.oo and isinstance(statement, (sympy.Lt, sympy.Gt)) and low.args[0].method.schedule.constant is not None:
        found = prove(And(sympy.Lt(worst_rate(low.args[0]), 1, evaluate=False), sympy.Gt(low.args[1], 0, evaluate=False), evaluate=False), given, (),
                      solvers, deadline, tell)
        return found if found.verdict == "PROVED" else None
    same = isinstance(high, steps_to) and high.args[1] == low.args[1] and (low.args[1] == eps or low.args[1].is_Rational)
    if same and isinstance(statement, (sympy.Le, sympy.Ge)):
        tell("residual against residual")
        never_above = sympy.Le(worst_residual(low.args[0], k), worst_residual(high.args[0], k), evaluate=False)
        found_for_all = decide_every_k(never_above, tuple(g for g in given if not transcendental(g)), solvers, deadline, tell)
        return found_for_all if found_for_all is not None and found_for_all.verdict == "PROVED" else None
    return None


def _with_closed_rates(closed: Any, prover: Prover) -> Any:
    """The statement with worst rates as expressions, as far as they are found."""
    for rate in sorted(closed.atoms(worst_rate), key=str):
        with contextlib.suppress(NoClosedForm):
            closed = closed.xreplace({rate: closed_rate(rate.args[0], prover)})
    return closed


def _nonnegative(count: Any, prover: Prover) -> bool:
    """Whether a step count linear in log(1/ε) is at least 0."""
    if not transcendental(count):
        return prover.holds(sympy.Ge(count, 0, evaluate=False))

    opened = opened_count(count)
    if opened is None:
        return False
    positive = [part.replace(sympy.log, lambda c: sympy.Dummy("log_number", positive=True) if c.is_Rational and c > 1 else sympy.log(c)) for part in opened]
    return all(is_logarithmic_inequality(sympy.Ge(part, 0, evaluate=False), prover) for part in positive)


def _without_steps_to(statement: Any, given: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...], Any]:
    """``steps_to(m, eps) <= N`` says that N >= 0 and worst_residual(m, k) <= eps for all integers k > N − 1; >= N follows from > eps for k < N."""
    if isinstance(statement, (sympy.Le, sympy.Ge)) and not any(g.has(k) for g in given):
        left, right = statement.args if isinstance(statement, sympy.Le) else statement.args[::-1]
        if isinstance(left, steps_to) and not right.has(steps_to, k):
            return sympy.Le(worst_residual(left.args[0], k), left.args[1], evaluate=False), (*given, sympy.Gt(k, right - 1, evaluate=False)), right
        if isinstance(right, steps_to) and not left.has(steps_to, k):  # whoever has arrived has made N steps
            return sympy.Gt(worst_residual(right.args[0], k), right.args[1], evaluate=False), (*given, sympy.Lt(k, left, evaluate=False)), None
    return statement, given, None


def _from_below(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> Finding | None:
    """``worst_residual(m, k) >= E``: by the residual at one end, or by the minimax polynomial, which no method undercuts."""
    if not isinstance(statement, (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt)):
        return None
    left, right = statement.args if isinstance(statement, (sympy.Ge, sympy.Gt)) else statement.args[::-1]
    if not isinstance(left, worst_residual) or left.args[1] != k or right.has(sympy.log, sympy.exp, steps_to):
        return None
    relation = sympy.Ge if isinstance(statement, (sympy.Le, sympy.Ge)) else sympy.Gt
    term = left.args[0]
    share = (deadline - time.monotonic()) / 6
    for witness in ("chebyshev", mu, L):
        prover = Prover(given, solvers, min(deadline, time.monotonic() + share), tell)
        if any(transcendental(g) for g in given):
            return None
        try:
            closed = close(sympy.Ge(left, right, evaluate=False).args[1], prover) if right.has(residual, worst_residual) else right
            if witness == "chebyshev":
                if h in term.free_symbols:
                    continue  # its residual is no polynomial in the eigenvalue
                rho = (sympy.sqrt(L) - sympy.sqrt(mu)) / (sympy.sqrt(L) + sympy.sqrt(mu))
                form = 2 * rho**k / (1 + rho ** (2 * k))
                prover.assume(LOWER_BOUND)
            else:
                form = residual_at(term, witness, prover)
        except NoClosedForm:
            continue
        for sign in (1, -1) if witness == L else (1,):
            found = compare_powers(relation(_absolute(form, sign), closed, evaluate=False), prover)
            if found is not None and found.verdict == "PROVED":
                return found
    return None


def _absolute(form: Any, sign: int) -> Any:
    """|z^k·(…)| for a power of z with the given sign of z."""
    return form if sign > 0 else form.replace(lambda e: e.is_Pow and e.exp == k, lambda e: (-e.base) ** k)


def _by_larger_bound(statement: Any, given: tuple[Any, ...], prover: Prover) -> Finding | None:
    """A complexity claim where the supremum has no closed form: through worst_residual(m, k) <= ρ^k(2 + k(1 − ρ))."""
    if not isinstance(statement, (sympy.Le, sympy.Ge)):
        return None
    left = statement.args[0] if isinstance(statement, sympy.Le) else statement.args[1]
    right = statement.args[1] if isinstance(statement, sympy.Le) else statement.args[0]
    if not any(transcendental(g) for g in given) and not right.has(sympy.exp):
        return None
    if not isinstance(left, worst_residual) or left.args[1] != k:
        return None
    try:
        modulus = modulus_of(Mode(left.args[0], mu), prover)
    except NoClosedForm:
        return None
    if modulus is None:
        return None

    own = [right / sympy.Mul(*[f for f in sympy.Mul.make_args(right) if isinstance(f, sympy.exp)])] if right.has(sympy.exp) else []
    for factor in (*own, *(number + k * (1 - modulus) for number in (sympy.Rational(3, 2), sympy.Integer(2)))):
        bound = modulus**k * factor
        if as_bound(sympy.Le(left, bound, evaluate=False), prover) is not None:
            return decide_complexity(sympy.Le(bound, right, evaluate=False), given, prover)
    return None
