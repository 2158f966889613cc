"""Statements about every number of steps: closed forms, powers, and what follows from the ends and from the minimax polynomial.

Human steps (induction) are named in what is assumed.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

import sympy
from sympy.logic.boolalg import And, Implies

from cdmtheory.engine.closed_forms import LOWER_BOUND, POWER_OF_RATE, Mode, as_bound, close, modulus_of, residual_at, worst_form
from cdmtheory.engine.closed_rates import closed_rate
from cdmtheory.engine.complexity import decide_complexity, decide_lower_bound, largest_tolerance, opened_count
from cdmtheory.engine.every_mode import bound_every_mode, run
from cdmtheory.engine.induction import decide_equation, falls_from_first, handed_on, same_residuals
from cdmtheory.engine.logarithms import is_logarithmic_inequality
from cdmtheory.engine.powers import POWERS, compare_powers, is_defined
from cdmtheory.engine.proof import Finding, combined, prove
from cdmtheory.engine.prover import NoClosedForm, Prover, Tell, powers_of_k, transcendental
from cdmtheory.engine.solvers import Solvers
from cdmtheory.engine.substitute import special_case
from cdmtheory.engine.which_steps import few_steps, from_first_step, whole_steps
from cdmtheory.language import L, MethodTerm, eps, h, k, kappa, mu, residual, steps_to, worst_rate, worst_residual

__all__ = ["decide_every_k"]

ISOLATED = "a rate above 1 is above 1 on an interval of eigenvalues, and a polynomial in the eigenvalue that is not 0 vanishes at finitely many"
GROWS = "p_k grows without bound where the larger root is above 1 in modulus, unless p_1 is a root itself (solution of the recurrence)"


def decide_every_k(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> Finding | None:
    """A proof for every k, or None if this is not such a statement; a refutation is the business of the search."""
    if any(g.has(steps_to) for g in given) or not (statement.has(residual, worst_residual, steps_to) or powers_of_k(statement)):
        return None
    tell("a statement for every k")
    statement, given = _without_empty_changes(statement), tuple(whole_steps(_without_empty_changes(g)) for g in given)
    few = few_steps(given)
    if few and k in statement.free_symbols:
        cases = [prove(special_case(statement, here), tuple(special_case(g, here) for g in given), (), solvers, deadline, tell) for here in few]
        if all(case.verdict == "PROVED" for case in cases):
            return combined(cases)
    statement = _without_extremes(statement)
    if isinstance(statement, And):
        parts = [decide_every_k(p, given, solvers, deadline, tell) or prove(p, given, (), solvers, deadline, tell) for p in statement.args]
        open_parts = [p for p in parts if p.verdict != "PROVED"]
        return open_parts[0] if open_parts else Finding("PROVED", sorted({b for p in parts for b in p.by}),
                                                         assumed=list(dict.fromkeys(a for p in parts for a in p.assumed)))
    if isinstance(statement, Implies):
        premises = statement.args[0].args if isinstance(statement.args[0], And) else (statement.args[0],)
        about = Prover(tuple(g for g in given if not transcendental(g)), solvers, deadline, tell)
        if not all(is_defined(p, about) for p in (*premises, statement.args[1])):
            return Finding("UNDECIDED", reason="that premise and conclusion are defined wherever the hypotheses hold was not shown")
        premises = _without_equal_powers(premises, about)
        found = decide_every_k(statement.args[1], (*given, *premises), solvers, deadline, tell)
        if found is None and not any(powers_of_k(p) or transcendental(p) for p in premises):
            found = prove(statement.args[1], (*given, *premises), (), solvers, deadline, tell)
        return found if found is not None and found.verdict == "PROVED" else Finding("UNDECIDED", reason="the conclusion was not shown")
    if not is_defined(statement, Prover(tuple(g for g in given if not transcendental(g)), solvers, deadline, tell)):
        return Finding("UNDECIDED", reason="that every part of the statement is defined wherever the hypotheses hold was not shown")
    compared = _between_step_counts(statement, given, solvers, deadline, tell)
    if compared is not None:
        return compared
    statement, given = _roots_of_powers(statement, given, solvers, deadline, tell)
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
    equation = decide_equation(statement, prover) or same_residuals(statement, prover)
    if equation is not None:
        return equation
    later = from_first_step(statement, given)
    if later is not None:
        return decide_every_k(*later, solvers, deadline, tell)
    try:
        closed = close(statement, prover)
    except NoClosedForm as why:
        bounded = (as_bound(statement, prover) or _by_larger_bound(statement, given, prover) or bound_every_mode(statement, prover)
                   or _from_both_sides(statement, given, prover))
        return bounded or Finding("UNDECIDED", reason=str(why))
    closed = _with_closed_rates(closed, prover)
    if closed.has(steps_to):
        return _from_both_sides(statement, given, prover) or Finding("UNDECIDED", reason="a number of steps stands where no engine looks for it")
    if closed.has(sympy.log, sympy.exp) or any(transcendental(g) for g in given):
        found = decide_complexity(closed, given, prover)
    else:
        found = compare_powers(closed, prover)
    if found is None:
        return as_bound(statement, prover) or handed_on(closed, prover) or falls_from_first(closed, prover) or Finding(
            "UNDECIDED", reason=f"with the closed form of the residual, this is open: {sympy.sstr(closed)}")
    return found


def _without_equal_powers(premises: tuple[Any, ...], prover: Prover) -> tuple[Any, ...]:
    """``a <= b`` for ``a**k <= b**k`` where a, b >= 0 and k >= 1; any other premise as it is."""

    def simpler(premise: Any) -> Any:
        if not isinstance(premise, (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt, sympy.Eq)):
            return premise
        try:
            a, b = close(premise, prover).args
        except NoClosedForm:
            return premise
        bases = [a.base, b.base] if a.is_Pow and b.is_Pow and a.exp == b.exp == k else []
        if not bases or not prover.holds(And(k >= 1, *(sympy.Ge(base, 0, evaluate=False) for base in bases), evaluate=False)):
            return premise
        prover.assume(POWERS)
        return premise.func(*bases, evaluate=False)

    return tuple(simpler(p) for p in premises)


def _without_extremes(statement: Any) -> Any:
    """``Max(a, b) <= Min(c, d)`` as four inequalities; any other statement as it is."""
    if not isinstance(statement, (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt)):
        return statement
    relation = sympy.Le if isinstance(statement, (sympy.Le, sympy.Ge)) else sympy.Lt
    lower = statement.lts.args if isinstance(statement.lts, sympy.Max) else (statement.lts,)
    upper = statement.gts.args if isinstance(statement.gts, sympy.Min) else (statement.gts,)
    parts = [relation(a, b, evaluate=False) for a in lower for b in upper]
    return statement if len(parts) == 1 else And(*parts, evaluate=False)


def _without_empty_changes(e: Any) -> Any:
    """The same with m for phased(m, N, m), m a method with one step for all times, N a number of steps."""
    phased = [t for t in e.atoms(MethodTerm) if t.args[0].name == "phased" and t.args[1] == t.args[3] and t.args[2].is_integer and t.args[2].is_nonnegative]
    return e.xreplace({t: t.args[1] for t in phased if t.args[1].method.schedule.constant is not None and not t.args[1].method.schedule.opening})


def _roots_of_powers(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> tuple[Any, tuple[Any, ...]]:
    """√β^k, which SymPy writes as β^(k/2), with a symbol of its own for √β where β >= 0."""
    powers = [p for p in statement.atoms(sympy.Pow) if p.exp.has(k) and p.exp.diff(k).is_Rational and p.exp.diff(k).q == 2]
    for s in sorted({p.base for p in powers} - {mu, L, kappa, eps, h}, key=str):
        if not Prover(tuple(g for g in given if not transcendental(g)), solvers, deadline, tell).holds(sympy.Ge(s, 0, evaluate=False)):
            continue
        root = sympy.Dummy("root", nonnegative=True)
        if s.is_Symbol:
            statement, given = statement.xreplace({s: root**2}), tuple(g.xreplace({s: root**2}) for g in given)
        else:
            statement = statement.xreplace({p: root ** (2 * p.exp) for p in powers if p.base == s})
            given = (*given, sympy.Eq(root**2, s, evaluate=False))
    return statement, given


def _between_step_counts(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> Finding | None:
    """steps_to(a) <= steps_to(b) if a is never above b; a step count against oo."""
    if not isinstance(statement, (sympy.Le, sympy.Ge, sympy.Lt, sympy.Gt, sympy.Eq, sympy.Ne)) or any(g.has(k) for g in given):
        return None
    low, high = statement.args if not isinstance(statement, (sympy.Ge, sympy.Gt)) else statement.args[::-1]
    if k in low.free_symbols | high.free_symbols:
        return None
    if isinstance(statement, (sympy.Eq, sympy.Ne)) and isinstance(high, steps_to):
        low, high = high, low
    prover = Prover(tuple(g for g in given if not transcendental(g)), solvers, deadline, tell)
    if isinstance(low, steps_to) and high == sympy.oo:
        if isinstance(statement, (sympy.Lt, sympy.Gt, sympy.Ne)):
            return _proved(prover) if _arrives(low, prover) else None
        return _proved(prover) if isinstance(statement, sympy.Eq) and _never_arrives(low, prover) else None
    if low == sympy.oo and isinstance(high, steps_to) and isinstance(statement, (sympy.Le, sympy.Ge)):
        return _proved(prover) if _never_arrives(high, prover) else None
    if not isinstance(low, steps_to):
        return None
    same = isinstance(high, steps_to) and high.args[1] == low.args[1] and (low.args[1] == eps or low.args[1].is_Rational)
    if same and isinstance(statement, (sympy.Le, sympy.Ge)):
        tell("residual against residual")
        never_above = sympy.Le(worst_residual(low.args[0], k), worst_residual(high.args[0], k), evaluate=False)
        found = decide_every_k(never_above, prover.given, solvers, deadline, tell)
        if (found is None or found.verdict != "PROVED") and (late := _where_small(high, prover)) is not None:
            found = decide_every_k(never_above, (*prover.given, late), solvers, deadline, tell)
        return combined([found, _proved(prover)]) if found is not None and found.verdict == "PROVED" else None
    return None


def _where_small(count: Any, prover: Prover) -> Any:
    """What is true of every k at which a residual R^k·f, f >= 1, is at most ε <= c < 1: k(1 − R) >= 1 − c, by Bernoulli; None if that says nothing."""
    term, tolerance = count.args
    most = tolerance if tolerance.is_Rational else largest_tolerance(prover.given)
    try:
        form = worst_form(term, prover)
    except NoClosedForm:
        return None
    powers = [f for f in sympy.Mul.make_args(form) if f.is_Pow and f.exp == k]
    if len(powers) != 1 or not prover.holds(And(powers[0].base >= 0, sympy.Ge(form / powers[0], 1, evaluate=False), evaluate=False)):
        return None
    prover.assume(POWERS)
    return sympy.Ge(k * (1 - _with_closed_rates(powers[0].base, prover)), 1 - most, evaluate=False) if most < 1 else None


def _proved(prover: Prover) -> Finding:
    return Finding("PROVED", sorted(prover.by), assumed=list(prover.assumed))


def _arrives(count: Any, prover: Prover) -> bool:
    """Whether a step count is finite: the tolerance is above 0, and the method that runs in the end has a worst rate below 1."""
    term, tolerance = count.args
    if not is_defined(count, prover) or not prover.holds(sympy.Gt(tolerance, 0, evaluate=False)):
        return False
    if term.last.method.schedule.constant is not None:
        return prover.holds(sympy.Lt(worst_rate(term.last), 1, evaluate=False))
    with contextlib.suppress(NoClosedForm):
        return bool(worst_form(term, prover).has(k))  # Chebyshev's, which tends to 0
    return False


def _never_arrives(count: Any, prover: Prover) -> bool:
    """Whether a step count is infinite: the residual at one end of the spectrum keeps a modulus of 1, or grows without bound."""
    term, tolerance = count.args
    if h in term.free_symbols or not is_defined(count, prover):
        return False
    if _grows(term, prover):
        prover.assume(GROWS, ISOLATED)
        return True
    if term.method.schedule.constant is None:
        return False
    worst = worst_rate(term)
    try:
        modes = [Mode(term, end) for end in (mu, L)]
    except NoClosedForm:
        return False
    if not term.method.schedule.opening and all(m.determinant == 0 for m in modes) and prover.holds(
            And(sympy.Ge(worst, 1, evaluate=False), sympy.Lt(tolerance, 1, evaluate=False), evaluate=False)):
        prover.assume(POWER_OF_RATE)
        return True
    no_root = [sympy.Ne(m.first**2 - m.trace * m.first + m.determinant, 0, evaluate=False) for m in modes]
    if prover.holds(And(sympy.Gt(worst, 1, evaluate=False), *no_root, evaluate=False)):
        prover.assume(GROWS)
        return True
    return False


def _grows(term: Any, prover: Prover) -> bool:
    """Whether mu < L, the method that runs in the end has a worst rate above 1, and its start is not an eigenvector whatever the eigenvalue."""
    x = sympy.Dummy("h_any", positive=True)
    if term.last.method.schedule.constant is None or not prover.holds(And(mu < L, sympy.Gt(worst_rate(term.last), 1, evaluate=False), evaluate=False)):
        return False
    try:
        start = run(term, x)
    except NoClosedForm:
        return False
    invariant = start.after**2 - start.trace * start.before * start.after + start.determinant * start.before**2
    return any(prover.holds(sympy.Ne(invariant.xreplace({x: at}), 0, evaluate=False)) for at in (L, 2 * L, 3 * L))


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
    """``steps_to(m, eps) <= N`` says that N >= 0 and worst_residual(m, k) <= eps for all integers k > N − 1; >= N follows from > eps for k < N.

    ``< N`` follows from N >= 1 and <= eps for k >= N − 1; ``> N`` from > eps for k <= N.
    """
    if isinstance(statement, (sympy.Le, sympy.Ge, sympy.Lt, sympy.Gt)) and not any(g.has(k) for g in given):
        strict = isinstance(statement, (sympy.Lt, sympy.Gt))
        left, right = statement.args if isinstance(statement, (sympy.Le, sympy.Lt)) else statement.args[::-1]
        if isinstance(left, steps_to) and k not in left.free_symbols and not right.has(steps_to, k):
            late = (sympy.Ge if strict else sympy.Gt)(k, right - 1, evaluate=False)
            return sympy.Le(worst_residual(left.args[0], k), left.args[1], evaluate=False), (*given, late), right - 1 if strict else right
        if isinstance(right, steps_to) and k not in right.free_symbols and not left.has(steps_to, k):  # whoever has arrived has made N steps
            early = (sympy.Le if strict else sympy.Lt)(k, left, evaluate=False)
            return sympy.Gt(worst_residual(right.args[0], k), right.args[1], evaluate=False), (*given, early), None
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
    minimax = any(t.args[0].name == "chebyshev" for t in right.atoms(MethodTerm)) or any(p.exp == 2 * k for p in right.atoms(sympy.Pow))
    for witness in ("chebyshev", mu, L) if minimax else (mu, L, "chebyshev"):
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


def _from_both_sides(statement: Any, given: tuple[Any, ...], prover: Prover) -> Finding | None:
    """``worst_residual(m, k) == E``, or ``steps_to(m, eps) == N``, as <= and >=; None if one of them is not shown."""
    if not isinstance(statement, sympy.Eq) or not any(isinstance(side, (worst_residual, steps_to)) for side in statement.args):
        return None
    left, right = statement.args if isinstance(statement.args[0], (worst_residual, steps_to)) else statement.args[::-1]
    parts = []
    for relation in (sympy.Ge, sympy.Le):
        parts.append(decide_every_k(relation(left, right, evaluate=False), given, prover.solvers, prover.deadline, prover.tell))
        if parts[-1] is None or parts[-1].verdict != "PROVED":
            return None
    return combined([part for part in parts if part is not None])


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
