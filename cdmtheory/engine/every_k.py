"""Statements about every number of steps.

A residual of a stationary method on one eigenvalue obeys p_{k+1} = T·p_k − D·p_{k−1}. Where the roots are complex or double,
with ρ = √D and T = 2ρc, it is p_k = ρ^k (U_k(c) − w·U_{k−1}(c)), ρw = T − p_1, in Chebyshev polynomials of the second kind.
The supremum over [mu, L] is sought at an end with a double root, where it is ρ^k (1 + k(1 ∓ w)); that no eigenvalue exceeds it is
one polynomial question about reals u, v, k bound only by what is true of u = U_k(c), v = U_{k−1}(c). Powers ρ^k that remain
become a variable Z with what is true of every power. Human steps (induction) are named in ``ASSUMED``.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sympy
from sympy.logic.boolalg import And, Implies

from cdmtheory.engine.decide import Finding, prove
from cdmtheory.engine.solvers import Solvers
from cdmtheory.language import L, bind, h, k, kappa, mu, residual, spectral_radius, steps_to, worst_rate, worst_residual
from cdmtheory.modes import characteristic
from cdmtheory.modes import residual as residual_of

__all__ = ["decide_every_k"]

CHEBYSHEV = ("|U_k(c)| <= k + 1, U_k² − 2c·U_k·U_{k−1} + U_{k−1}² = 1 and (U_k − U_{k−1})²(1 + c) <= 2 on [−1, 1] (induction over k)")
POWERS = "for 0 <= ρ <= 1: ρ^k <= 1, ρ^k >= 1 − k(1 − ρ) and ρ^k(ρ + k(1 − ρ)) <= ρ (Bernoulli), decreasing in k (induction over k)"
INCREASING = "ρ^k(1 + k(1 − ρ)) increases with ρ on [0, 1] (its derivative is k(k + 1)ρ^(k−1)(1 − ρ))"
RECURRENCE = "p_k as a combination of Chebyshev polynomials (both sides obey the same recurrence; induction over k)"
MINIMAX = "Chebyshev's method has the residual T_k(x(h))/T_k(x(0)), whose modulus is largest at the ends (recurrence of T_k; |T_k| <= 1)"
LOWER_BOUND = "no polynomial of degree <= k with value 1 at 0 has a smaller supremum on [mu, L] than Chebyshev's (alternation at k + 1 points)"
POWER_OF_RATE = "(1 − ηh)^k is the residual of gradient descent, and a power of a modulus is largest where the modulus is (induction over k)"

Tell = Callable[[str], None]


class _NoClosedForm(Exception):
    """No closed form of a residual was found; the message says which."""


class _Prover:
    """Proves side conditions under the hypotheses of the claim, remembering which engines did and what was assumed."""

    def __init__(self, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> None:
        self.given, self.solvers, self.deadline, self.tell = given, solvers, deadline, tell
        self.by: set[str] = set()
        self.assumed: list[str] = []

    def holds(self, statement: Any, *more: Any, seconds: float = 8) -> bool:
        """Whether a statement is proved under the hypotheses and ``more``."""
        if statement == sympy.true:
            return True
        if statement == sympy.false:
            return False
        until = min(self.deadline, time.monotonic() + seconds)
        found = prove(statement, (*self.given, *more), (), self.solvers, until, lambda _: None)
        if found.verdict == "PROVED":
            self.by |= set(found.by)
        return found.verdict == "PROVED"

    def assume(self, *steps: str) -> None:
        self.assumed += [s for s in steps if s not in self.assumed]


def decide_every_k(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> Finding | None:
    """A proof for every k, or None if this is not such a statement; a refutation is the business of the search."""
    if any(g.has(steps_to) for g in given) or not (statement.has(residual, worst_residual, steps_to) or _powers_of_k(statement)):
        return None
    tell("a statement for every k")
    if isinstance(statement, And):
        parts = [decide_every_k(p, given, solvers, deadline, tell) or prove(p, given, (), solvers, deadline, tell) for p in statement.args]
        open_parts = [p for p in parts if p.verdict != "PROVED"]
        return open_parts[0] if open_parts else Finding("PROVED", sorted({b for p in parts for b in p.by}),
                                                         assumed=list(dict.fromkeys(a for p in parts for a in p.assumed)))
    statement, given, count = _without_steps_to(statement, given)
    below = _from_below(statement, given, solvers, deadline, tell)
    if below is not None:
        return below
    prover = _Prover(tuple(g for g in given if not _transcendental(g)), solvers, deadline, tell)
    if count is not None and not _nonnegative(count, prover):
        return Finding("UNDECIDED", reason=f"a number of steps is never below 0, and that {sympy.sstr(count)} is not was not shown")
    if not _defined(statement, prover):
        return Finding("UNDECIDED", reason="that every part of the statement is defined wherever the hypotheses hold was not shown")
    try:
        closed = _close(statement, prover)
    except _NoClosedForm as why:
        bounded = _as_bound(statement, prover) or _by_larger_bound(statement, given, prover)
        return bounded or Finding("UNDECIDED", reason=str(why))
    if closed.has(sympy.log, sympy.exp) or any(_transcendental(g) for g in given):
        from cdmtheory.engine.analysis import decide_complexity

        found = decide_complexity(closed, given, prover)
    else:
        found = _compare_powers(closed, prover)
    if found is None:
        return _as_bound(statement, prover) or Finding("UNDECIDED", reason=f"with the closed form of the residual, this is open: {sympy.sstr(closed)}")
    return found


def _defined(statement: Any, prover: _Prover) -> bool:
    """Whether every root, reciprocal and negative power in a statement is defined under the hypotheses, as it stands."""
    if isinstance(statement, (worst_residual, steps_to)):
        term = statement.args[0]
        if term.method.schedule.constant is None:
            return all(_defined(a, prover) for a in term.args[1:])
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
            if len(slope) != 2 or not all(c.is_Integer for c in slope) or not _defined(base, prover):
                return False
            return (slope[0] > 0 and slope[1] >= 0) or prover.holds(sympy.Ne(base, 0, evaluate=False))
        if exponent.is_Rational and (exponent < 0 or not exponent.is_Integer):
            if base.has(k) and base.has(sympy.Pow) and _powers_of_k(base):
                return _defined(base, prover) and _nonzero_with_powers(base, exponent)
            at = base.xreplace({k: sympy.Dummy("k_real", nonnegative=True)})
            allowed = sympy.Ne if exponent.is_Integer else sympy.Gt if exponent < 0 else sympy.Ge
            if base.is_positive and base.is_Symbol:
                return True
            if base.has(sympy.log):
                return _defined(base, prover)  # its sign is looked at where the logarithm is
            return prover.holds(allowed(at, 0, evaluate=False))
    return all(_defined(a, prover) for a in statement.args)


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


def _transcendental(e: Any) -> bool:
    return bool(e.has(sympy.log, sympy.exp, sympy.atanh))


def _powers_of_k(e: Any) -> bool:
    return any(p.exp.has(k) for p in e.atoms(sympy.Pow))


def _nonnegative(count: Any, prover: _Prover) -> bool:
    """Whether a step count linear in log(1/ε) is at least 0."""
    if not _transcendental(count):
        return prover.holds(sympy.Ge(count, 0, evaluate=False))
    from cdmtheory.engine.analysis import opened_count

    opened = opened_count(count)
    return opened is not None and all(not _transcendental(part) and prover.holds(sympy.Ge(part, 0, evaluate=False)) for part in opened)


def _without_steps_to(statement: Any, given: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...], Any]:
    """``steps_to(m, eps) <= N`` says that N >= 0 and worst_residual(m, k) <= eps for all integers k > N − 1."""
    if isinstance(statement, (sympy.Le, sympy.Ge)) and not any(g.has(k) for g in given):
        left, right = statement.args if isinstance(statement, sympy.Le) else statement.args[::-1]
        if isinstance(left, steps_to) and not right.has(steps_to, k):
            return sympy.Le(worst_residual(left.args[0], k), left.args[1], evaluate=False), (*given, sympy.Gt(k, right - 1, evaluate=False)), right
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
        prover = _Prover(given, solvers, min(deadline, time.monotonic() + share), tell)
        if any(_transcendental(g) for g in given):
            return None
        try:
            closed = _close(sympy.Ge(left, right, evaluate=False).args[1], prover) if right.has(residual, worst_residual) else right
            if witness == "chebyshev":
                rho = (sympy.sqrt(L) - sympy.sqrt(mu)) / (sympy.sqrt(L) + sympy.sqrt(mu))
                form = 2 * rho**k / (1 + rho ** (2 * k))
                prover.assume(LOWER_BOUND)
            else:
                form = _residual_at(term, witness, prover)
        except _NoClosedForm:
            continue
        for sign in (1, -1) if witness == L else (1,):
            found = _compare_powers(relation(_absolute(form, sign), closed, evaluate=False), prover)
            if found is not None and found.verdict == "PROVED":
                return found
    return None


def _absolute(form: Any, sign: int) -> Any:
    """|z^k·(…)| for a power of z with the given sign of z."""
    return form if sign > 0 else form.replace(lambda e: e.is_Pow and e.exp == k, lambda e: (-e.base) ** k)


# -- closed forms -------------------------------------------------------------------------------------------------------


def _close(statement: Any, prover: _Prover) -> Any:
    """The statement with every residual for general k replaced by its closed form."""
    swap = {}
    for q in statement.atoms(residual, worst_residual):
        if q.args[1].is_Integer:
            continue
        if not q.args[1].has(k):
            raise _NoClosedForm(f"the number of steps {q.args[1]} is not k")
        form = _worst(q.args[0], prover) if isinstance(q, worst_residual) else _residual_at(q.args[0], q.args[2], prover)
        swap[q] = form.xreplace({k: q.args[1]})
    return statement.xreplace(swap)


def _worst(term: Any, prover: _Prover) -> Any:
    """worst_residual(m, k) in closed form, proved."""
    name = term.args[0].name
    if h in term.free_symbols:
        raise _NoClosedForm("the method depends on the eigenvalue")
    constant = term.method.schedule.constant
    if constant is None:
        if name == "chebyshev":
            return _chebyshev(term, prover)
        raise _NoClosedForm(f"{name} changes from step to step")
    if constant.momentum == 0 and constant.lookahead == 0 and not term.method.schedule.opening:
        prover.assume(POWER_OF_RATE)
        return worst_rate(term) ** k
    return _momentum_supremum(term, prover)


def _chebyshev(term: Any, prover: _Prover) -> Any:
    """2ρ^k/(1 + ρ^(2k)), ρ = (√L' − √μ')/(√L' + √μ') for chebyshev(μ', L'); the spectrum must be [μ', L'] itself."""
    low, high = term.args[1:]
    if (low, high) != (mu, L):
        raise _NoClosedForm("chebyshev tuned for another interval than [mu, L]")
    prover.assume(MINIMAX)
    rho = (sympy.sqrt(high) - sympy.sqrt(low)) / (sympy.sqrt(high) + sympy.sqrt(low))
    return 2 * rho**k / (1 + rho ** (2 * k))


class _Mode:
    """A stationary method along an eigenvalue: trace, determinant, first residual, in rational functions of roots."""

    def __init__(self, term: Any, at: Any) -> None:
        method = bind(term, at).method
        constant = method.schedule.constant
        if constant is None or len(method.schedule.opening) > 1:
            raise _NoClosedForm(f"{term.args[0].name} changes from step to step")
        found = characteristic(constant, at)
        self.trace, self.determinant = _tidy(found.trace), _tidy(found.determinant)
        self.first = _tidy(residual_of(method, 1, at))


def _tidy(e: Any) -> Any:
    """Factored over the roots of the positive symbols, with κ = L/μ."""
    e = sympy.sympify(e).xreplace({kappa: L / mu})
    roots = {s: sympy.Dummy(f"root_{s.name}", positive=True) for s in e.free_symbols if s.is_positive}
    inside = sympy.factor(sympy.cancel(sympy.together(e.xreplace({s: r**2 for s, r in roots.items()}))))
    return inside.xreplace({r: sympy.sqrt(s) for s, r in roots.items()})


def _square_root(e: Any) -> Any:
    """A root of a square, without its sign; None if it is no square."""
    c, factors = sympy.factor_list(sympy.numer(e)), sympy.factor_list(sympy.denom(e))
    root = sympy.Integer(1)
    for (number, parts), sign in ((c, 1), (factors, -1)):
        r = sympy.sqrt(number)
        if not r.is_Rational or any(n % 2 for _, n in parts):
            return None
        root *= (r * sympy.Mul(*[f ** (n // 2) for f, n in parts])) ** sign
    return root


def _squares(e: Any) -> tuple[Any, dict[Any, Any]]:
    roots = {s: sympy.Dummy(f"root_{s.name}", positive=True) for s in e.free_symbols if s.is_positive}
    return e.xreplace({s: r**2 for s, r in roots.items()}), {r: sympy.sqrt(s) for s, r in roots.items()}


def _modulus(mode: _Mode, prover: _Prover) -> Any:
    """√determinant as an expression that is proved to be nonnegative; None if it is no square."""
    inside, back = _squares(mode.determinant)
    root = _square_root(sympy.cancel(inside))
    if root is None:
        return None
    root = root.xreplace(back)
    for candidate in (root, -root):
        if prover.holds(sympy.Ge(candidate, 0, evaluate=False)):
            return candidate
    return None


def _residual_at(term: Any, at: Any, prover: _Prover) -> Any:
    """p_k at an eigenvalue with a double root z: z^k (1 + k·w) with z·w = p_1 − z."""
    mode = _Mode(term, at)
    if mode.determinant == 0 and not term.method.schedule.opening:
        prover.assume(RECURRENCE)
        return mode.trace**k
    if _tidy(mode.trace**2 - 4 * mode.determinant) != 0:
        raise _NoClosedForm("the residual at an eigenvalue without a double root")
    z = mode.trace / 2
    if z == 0:
        raise _NoClosedForm("a double root at 0")
    w = _tidy((mode.first - z) / z)
    if not prover.holds(sympy.Implies(sympy.Eq(z, 0, evaluate=False), sympy.Eq(mode.first, 0, evaluate=False), evaluate=False)):
        raise _NoClosedForm("a double root that may be 0")
    prover.assume(RECURRENCE)
    return z**k * (1 + k * w)


class _Chebyshev:
    """Reals u, v, c in place of U_k(c), U_{k−1}(c), c with all that is used about them; n in place of k."""

    def __init__(self) -> None:
        self.n = sympy.Dummy("k_real", nonnegative=True)
        self.u, self.v, self.c = (sympy.Dummy(name, real=True) for name in ("U_k", "U_k_minus_1", "c"))
        n, u, v, c = self.n, self.u, self.v, self.c
        self.facts = (c <= 1, c >= -1, u <= n + 1, -n - 1 <= u, v <= n, -n <= v, sympy.Eq(u**2 - 2 * c * u * v + v**2, 1, evaluate=False),
                      (u - v) ** 2 * (1 + c) <= 2, (u + v) ** 2 * (1 - c) <= 2)


def _momentum_supremum(term: Any, prover: _Prover) -> Any:
    """ρ^k (1 + k·b) at an end with a double root, proved to be the supremum over [mu, L]."""
    x = sympy.Dummy("h_any", positive=True)
    between = (mu <= x, x <= L)
    mode, low, high = _Mode(term, x), _Mode(term, mu), _Mode(term, L)
    if not prover.holds(sympy.Le(mode.trace**2, 4 * mode.determinant, evaluate=False), *between):
        raise _NoClosedForm("an eigenvalue may be over-damped")
    ends = []
    for end, sign in ((low, 1), (high, -1)):
        modulus = _modulus(end, prover)
        if modulus is not None and _tidy(end.trace - 2 * sign * modulus) == 0 and modulus != 0:
            w = _tidy((end.trace - end.first) / modulus)
            ends.append((modulus, _tidy(1 - sign * w)))
    if not ends:
        raise _NoClosedForm("no end of the spectrum has a double root")
    for modulus, slope in reversed(ends):
        if _is_supremum(term, mode, modulus, slope, between, x, prover):
            prover.assume(RECURRENCE, CHEBYSHEV)
            return modulus**k * (1 + k * slope)
    raise _NoClosedForm("the supremum over the eigenvalues was not shown to be at an end")


def _is_supremum(term: Any, mode: _Mode, modulus: Any, slope: Any, between: tuple[Any, ...], x: Any, prover: _Prover) -> bool:
    """Whether |p_k(h)| <= modulus^k (1 + k·slope) for every h, and the bound is defined and right where modulus is 0."""
    del term
    zero = sympy.Implies(sympy.Eq(modulus, 0, evaluate=False), sympy.Eq(mode.first, 0, evaluate=False), evaluate=False)
    if not prover.holds(zero, *between) or not prover.holds(sympy.Ge(slope, -1, evaluate=False)):
        return False
    f = _Chebyshev()
    given = _real_steps(prover, f.n)
    if x not in mode.determinant.free_symbols:
        w = _tidy((mode.trace - mode.first) / modulus)
        ties = (sympy.Eq(mode.trace, 2 * modulus * f.c, evaluate=False), *between, *f.facts)
        goal = sympy.Le(sympy.Abs(f.u - w * f.v), 1 + f.n * slope, evaluate=False)
        return _proved(goal, (*given, *ties, modulus > 0), prover)
    return _tidy(slope - (1 - modulus)) == 0 and _largest_modulus_wins(mode, modulus, between, given, f, prover)


def _largest_modulus_wins(mode: _Mode, modulus: Any, between: tuple[Any, ...], given: tuple[Any, ...], f: _Chebyshev, prover: _Prover) -> bool:
    """|p_k(h)| <= ρ^k (1 + k(1 − ρ)) with ρ = ρ(h) <= modulus <= 1, so that the supremum is where ρ is largest (Nesterov's method)."""
    if _tidy((mode.trace - mode.first) / mode.determinant) != 1:  # p_k = ρ^k (U_k − ρU_{k−1})
        return False
    rho = sympy.Dummy("rho", positive=True)
    ties = (sympy.Eq(rho**2, mode.determinant, evaluate=False), sympy.Eq(mode.trace, 2 * rho * f.c, evaluate=False), *between)
    along = And(sympy.Ge(f.c, rho, evaluate=False), sympy.Le(rho, modulus, evaluate=False), sympy.Le(modulus, 1, evaluate=False), evaluate=False)
    bound = sympy.Le(sympy.Abs(f.u - rho * f.v), 1 + f.n * (1 - rho), evaluate=False)
    at_zero = sympy.Implies(sympy.Eq(mode.determinant, 0, evaluate=False), sympy.Eq(mode.first, 0, evaluate=False), evaluate=False)
    if _proved(along, (*given, *ties), prover) and _proved(bound, (*f.facts, rho <= 1, rho <= f.c), prover) and prover.holds(at_zero, *between):
        prover.assume(INCREASING)
        return True
    return False


def _real_steps(prover: _Prover, n: Any) -> tuple[Any, ...]:
    """The hypotheses with a real k in place of the integer."""
    return tuple(g.xreplace({k: n}) for g in prover.given if not _powers_of_k(g) and not g.has(worst_residual, residual))


def _proved(goal: Any, given: tuple[Any, ...], prover: _Prover, seconds: float = 12) -> bool:
    until = min(prover.deadline, time.monotonic() + seconds)
    parts = goal.args if isinstance(goal, And) else (goal,)
    for part in parts:
        found = prove(part, given, (), prover.solvers, until, lambda _: None)
        if found.verdict != "PROVED":
            return False
        prover.by |= set(found.by)
    return True


def _as_bound(statement: Any, prover: _Prover) -> Finding | None:
    """``worst_residual(m, k) <= X^k·B(k)`` by bounding every eigenvalue, where the supremum itself has no closed form."""
    if not isinstance(statement, (sympy.Le, sympy.Ge)):
        return None
    left, right = statement.args if isinstance(statement, sympy.Le) else statement.args[::-1]
    inner = left.args[0] if isinstance(left, sympy.Abs) else left
    if not isinstance(inner, (worst_residual, residual)) or inner.args[1] != k or right.has(worst_residual, residual) or _transcendental(right):
        return None
    term = inner.args[0]
    factors = [f for f in sympy.Mul.make_args(right) if f.is_Pow and f.exp == k]
    rest = sympy.Mul(*[f for f in sympy.Mul.make_args(right) if f not in factors])
    base = sympy.Mul(*[f.base for f in factors])
    if rest.has(sympy.Pow) and _powers_of_k(rest):
        return None
    x = sympy.Dummy("h_any", positive=True) if isinstance(inner, worst_residual) else inner.args[2]
    between = (mu <= x, x <= L) if isinstance(inner, worst_residual) else ()
    try:
        mode = _Mode(term, x)
    except _NoClosedForm:
        return None
    if x in mode.determinant.free_symbols or mode.determinant == 0:
        return None
    modulus = _modulus(mode, prover)
    if modulus is None or not prover.holds(sympy.Le(mode.trace**2, 4 * mode.determinant, evaluate=False), *between):
        return None
    zero = sympy.Implies(sympy.Eq(modulus, 0, evaluate=False), sympy.Eq(mode.first, 0, evaluate=False), evaluate=False)
    if not prover.holds(zero, *between) or not prover.holds(sympy.Ge(base, modulus, evaluate=False)):
        return None
    f = _Chebyshev()
    given = (*_real_steps(prover, f.n), sympy.Eq(mode.trace, 2 * modulus * f.c, evaluate=False), *between, *f.facts, modulus > 0)
    w, bound = _tidy((mode.trace - mode.first) / modulus), rest.xreplace({k: f.n})
    always = (*_real_steps(prover, f.n), *between)
    whole = And(sympy.Ge(bound, 0, evaluate=False), sympy.Ge(rest.xreplace({k: sympy.Integer(0)}), 1, evaluate=False), evaluate=False)
    if not _proved(whole, always, prover):  # where the modulus is 0, p_0 = 1 and every later p_k = 0
        return None
    y = sympy.Dummy("y", positive=True)  # |U_k − U_{k−1}| <= y, and u − wv = (u − v) + (1 − w)v
    ways = (((sympy.Le(sympy.Abs(f.u - w * f.v), bound, evaluate=False),), given),
            ((sympy.Le(y + (1 - w) * f.n, bound, evaluate=False), sympy.Le(w, 1, evaluate=False)),
             (*_real_steps(prover, f.n), sympy.Eq(mode.trace, 2 * modulus * f.c, evaluate=False), *between, f.c > -1, f.c <= 1,
              sympy.Eq(y**2 * (1 + f.c), 2, evaluate=False), modulus > 0)))
    for goals, hypotheses in ways:
        if all(_proved(g, hypotheses, prover) for g in goals):
            if goals[0].has(y) and not _proved(sympy.Gt(f.c, -1, evaluate=False), given, prover):
                continue
            prover.assume(RECURRENCE, CHEBYSHEV)
            return Finding("PROVED", sorted(prover.by), assumed=list(prover.assumed))
    return None


def _by_larger_bound(statement: Any, given: tuple[Any, ...], prover: _Prover) -> Finding | None:
    """A complexity claim where the supremum has no closed form: through worst_residual(m, k) <= ρ^k(2 + k(1 − ρ))."""
    if not isinstance(statement, (sympy.Le, sympy.Ge)) or not any(_transcendental(g) for g in given):
        return None
    left = statement.args[0] if isinstance(statement, sympy.Le) else statement.args[1]
    right = statement.args[1] if isinstance(statement, sympy.Le) else statement.args[0]
    if not isinstance(left, worst_residual) or left.args[1] != k:
        return None
    try:
        modulus = _modulus(_Mode(left.args[0], mu), prover)
    except _NoClosedForm:
        return None
    if modulus is None:
        return None
    from cdmtheory.engine.analysis import decide_complexity

    for factor in (sympy.Rational(3, 2), sympy.Integer(2)):
        bound = modulus**k * (factor + k * (1 - modulus))
        if _as_bound(sympy.Le(left, bound, evaluate=False), prover) is not None:
            return decide_complexity(sympy.Le(bound, right, evaluate=False), given, prover)
    return None


# -- powers -------------------------------------------------------------------------------------------------------------


def _compare_powers(statement: Any, prover: _Prover) -> Finding | None:
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
                raise _NoClosedForm(f"the power {e}")
            base = replaced(e.base)
            return variable(base) ** slope[0] * base ** slope[1]
        return e if not e.args or not e.has(k) or isinstance(e, (residual, worst_residual)) else e.func(*[replaced(a) for a in e.args])

    try:
        goal = replaced(statement.xreplace(swap)) if not isinstance(statement, sympy.logic.boolalg.BooleanAtom) else statement
    except (_NoClosedForm, sympy.PolynomialError):
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
    given = (*(g.xreplace(swap) for g in _real_steps(prover, n)), *facts)
    found = prove(goal.xreplace({k: n}), given, (), prover.solvers, min(prover.deadline, time.monotonic() + 20), lambda _: None)
    if found.verdict != "PROVED":
        return None
    if bases:
        prover.assume(POWERS)
    return Finding("PROVED", sorted(prover.by | set(found.by)), assumed=list(prover.assumed))
