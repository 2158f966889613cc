"""Residuals for every k in closed form, proved: at an eigenvalue with a double root, and as suprema over [mu, L].

A residual of a stationary method on one eigenvalue obeys p_{k+1} = T·p_k − D·p_{k−1}. Where the roots are complex or double,
with ρ = √D and T = 2ρc, it is p_k = ρ^k (U_k(c) − w·U_{k−1}(c)), ρw = T − p_1, in Chebyshev polynomials of the second kind.
The supremum over [mu, L] is sought at an end with a double root, where it is ρ^k (1 + k(1 ∓ w)); that no eigenvalue exceeds it is
one polynomial question about reals u, v, k bound only by what is true of u = U_k(c), v = U_{k−1}(c).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy
from sympy.logic.boolalg import And, Or

from cdmtheory.engine.proof import Finding
from cdmtheory.engine.prover import NoClosedForm, Prover, all_proved, powers_of_k, transcendental
from cdmtheory.engine.roots import square_root, squares, tidy, vanishes
from cdmtheory.engine.substitute import put_in
from cdmtheory.engine.which_steps import linear
from cdmtheory.language import L, bind, h, k, mu, residual, worst_rate, worst_residual
from cdmtheory.modes import characteristic
from cdmtheory.modes import residual as residual_of

__all__ = ["AMPLITUDE", "CHEBYSHEV", "EARLY", "INCREASING", "LOWER_BOUND", "MINIMAX", "POWER_OF_RATE", "RECURRENCE", "Mode", "as_bound", "close",
           "modulus_of", "real_steps", "residual_at", "worst_form"]

CHEBYSHEV = ("|U_k(c)| <= k + 1, U_k² − 2c·U_k·U_{k−1} + U_{k−1}² = 1, so |U_k − w·U_{k−1}| <= 1 + |c − w|·k and (U_k − U_{k−1})²(1 + c) <= 2, on [−1, 1] "
             "(induction over k)")
AMPLITUDE = ("(U_k − w·U_{k−1})²(1 − c²) <= 1 − c² + (c − w)², and |U_k − w·U_{k−1}| <= 1 + |c − w|·k − (1 − c²)k²/2 if |c − w| >= (1 − c²)k, on [−1, 1] "
             "(it is T_k + (c − w)·U_{k−1}, and T_k² + (1 − c²)·U_{k−1}² = 1)")
BERNOULLI = "ρ^k(1 + k(1 − ρ) + k(k + 1)(1 − ρ)²/2) <= 1 for 0 <= ρ <= 1 (induction over k)"
INCREASING = "ρ^k(1 + k(1 − ρ)) increases with ρ on [0, 1] (its derivative is k(k + 1)ρ^(k−1)(1 − ρ))"
RECURRENCE = "p_k as a combination of Chebyshev polynomials (both sides obey the same recurrence; induction over k)"
LOWER_BOUND = "no polynomial of degree <= k with value 1 at 0 has a smaller supremum on [mu, L] than Chebyshev's (alternation at k + 1 points)"
MINIMAX = "Chebyshev's method has the residual T_k(x(h))/T_k(x(0)), whose modulus is largest at the ends (recurrence of T_k; |T_k| <= 1)"
EARLY = 5  # steps before this one may be looked at one by one
POWER_OF_RATE = "(1 − ηh)^k is the residual of gradient descent, and a power of a modulus is largest where the modulus is (induction over k)"


def close(statement: Any, prover: Prover) -> Any:
    """The statement with every residual for general k replaced by its closed form."""
    swap = {}
    for q in statement.atoms(residual, worst_residual):
        if q.args[1].is_Integer and (isinstance(q, residual) or (q in statement.args and q.args[0].args[0].name != "chebyshev")):
            continue  # a polynomial question
        if not q.args[1].is_Integer and not q.args[1].has(k):
            raise NoClosedForm(f"the number of steps {q.args[1]} is not k")
        own = prover if q.args[1] == k else prover.without(k)  # what is said of k is not said of k + 1, nor of 3
        form = worst_form(q.args[0], own) if isinstance(q, worst_residual) else residual_at(q.args[0], q.args[2], own)
        swap[q] = form.xreplace({k: q.args[1]})
    return statement.xreplace(swap)


def worst_form(term: Any, prover: Prover) -> Any:
    """worst_residual(m, k) in closed form, proved."""
    name = term.args[0].name
    if term.free_symbols & {h, k}:
        raise NoClosedForm("the method depends on the eigenvalue, or on the number of steps")
    constant = term.method.schedule.constant
    if constant is None:
        if name == "chebyshev":
            return _chebyshev(term, prover)
        raise NoClosedForm(f"{name} changes from step to step")
    if constant.momentum == 0 and constant.lookahead == 0 and not term.method.schedule.opening:
        prover.assume(POWER_OF_RATE)
        return worst_rate(term) ** k
    return _momentum_supremum(term, prover)


def _chebyshev(term: Any, prover: Prover, sign: int = 1) -> Any:
    """2(±ρ)^k/(1 + ρ^(2k)), ρ = (√L' − √μ')/(√L' + √μ') for chebyshev(μ', L'), at μ' and at L'; the spectrum must be [μ', L'] itself."""
    low, high = term.args[1:]
    if (low, high) != (mu, L):
        raise NoClosedForm("chebyshev tuned for another interval than [mu, L]")
    prover.assume(MINIMAX)
    rho = (sympy.sqrt(high) - sympy.sqrt(low)) / (sympy.sqrt(high) + sympy.sqrt(low))
    return 2 * (sign * rho) ** k / (1 + rho ** (2 * k))


class Mode:
    """A stationary method along an eigenvalue: trace, determinant, first residual, in rational functions of roots."""

    def __init__(self, term: Any, at: Any) -> None:
        if k in term.free_symbols | at.free_symbols:
            raise NoClosedForm("another method, or eigenvalue, for every number of steps")
        method = bind(term, at).method
        constant = method.schedule.constant
        if constant is None or len(method.schedule.opening) > 1:
            raise NoClosedForm(f"{term.args[0].name} changes from step to step")
        found = characteristic(constant, at)
        self.trace, self.determinant = tidy(found.trace), tidy(found.determinant)
        self.first = tidy(residual_of(method, 1, at))


def modulus_of(mode: Mode, prover: Prover) -> Any:
    """√determinant as an expression that is proved to be nonnegative; None if it is no square."""
    inside, back = squares(mode.determinant)
    root = square_root(sympy.cancel(inside))
    if root is None:
        return None
    root = root.xreplace(back)
    for candidate in (root, -root):
        if prover.holds(sympy.Ge(candidate, 0, evaluate=False)):
            return candidate
    return None


def residual_at(term: Any, at: Any, prover: Prover) -> Any:
    """p_k at an eigenvalue with a double root z: z^k (1 + k·w) with z·w = p_1 − z; Chebyshev's at an end of its interval."""
    if term.args[0].name == "chebyshev" and at in (mu, L):
        return _chebyshev(term, prover, 1 if at == mu else -1)
    mode = Mode(term, at)
    if mode.determinant == 0 and not term.method.schedule.opening:
        prover.assume(RECURRENCE)
        return mode.trace**k
    if not vanishes(mode.trace**2 - 4 * mode.determinant):
        raise NoClosedForm("the residual at an eigenvalue without a double root")
    z = mode.trace / 2
    if z == 0:
        raise NoClosedForm("a double root at 0")
    w = tidy((mode.first - z) / z)
    if not prover.holds(sympy.Implies(sympy.Eq(z, 0, evaluate=False), sympy.Eq(mode.first, 0, evaluate=False), evaluate=False)):
        raise NoClosedForm("a double root that may be 0")
    prover.assume(RECURRENCE)
    return z**k * (1 + k * w)


class _Chebyshev:
    """Reals u, v, c in place of U_k(c), U_{k−1}(c), c with all that is used about them; n in place of k."""

    def __init__(self) -> None:
        self.n = sympy.Dummy("k_real", nonnegative=True)
        self.u, self.v, self.c = (sympy.Dummy(name, real=True) for name in ("U_k", "U_k_minus_1", "c"))
        n, u, v, c = self.n, self.u, self.v, self.c
        self.bounds = (c <= 1, c >= -1, u <= n + 1, -n - 1 <= u, v <= n, -n <= v, u - c * v <= 1, u - c * v >= -1)
        self.facts = (*self.bounds, sympy.Eq(u**2 - 2 * c * u * v + v**2, 1, evaluate=False), (u - v) ** 2 * (1 + c) <= 2, (u + v) ** 2 * (1 - c) <= 2)


@lru_cache(maxsize=1)
def _chebyshev_reals() -> _Chebyshev:
    """The same every time, so that SymPy looks at the comparisons once."""
    return _Chebyshev()


def _momentum_supremum(term: Any, prover: Prover) -> Any:
    """ρ^k (1 + k·b) at an end with a double root, proved to be the supremum over [mu, L]."""
    x = sympy.Dummy("h_any", positive=True)
    between = (mu <= x, x <= L)
    mode, low, high = Mode(term, x), Mode(term, mu), Mode(term, L)
    if not prover.holds(sympy.Le(mode.trace**2, 4 * mode.determinant, evaluate=False), *between):
        raise NoClosedForm("an eigenvalue may be over-damped")
    ends = []
    for end, sign in ((low, 1), (high, -1)):
        modulus = modulus_of(end, prover)
        if modulus is not None and vanishes(end.trace - 2 * sign * modulus) and modulus != 0:
            w = tidy((end.trace - end.first) / modulus)
            ends.append((modulus, tidy(1 - sign * w)))
    if not ends:
        raise NoClosedForm("no end of the spectrum has a double root")
    for modulus, slope in reversed(ends):
        if _is_supremum(term, mode, modulus, slope, between, x, prover):
            prover.assume(RECURRENCE, CHEBYSHEV)
            return modulus**k * (1 + k * slope)
    raise NoClosedForm("the supremum over the eigenvalues was not shown to be at an end")


def _is_supremum(term: Any, mode: Mode, modulus: Any, slope: Any, between: tuple[Any, ...], x: Any, prover: Prover) -> bool:
    """Whether |p_k(h)| <= modulus^k (1 + k·slope) for every h, and the bound is defined and right where modulus is 0."""
    zero = sympy.Implies(sympy.Eq(modulus, 0, evaluate=False), sympy.Eq(mode.first, 0, evaluate=False), evaluate=False)
    if not prover.holds(zero, *between) or not prover.holds(sympy.Ge(slope, -1, evaluate=False)):
        return False
    f = _chebyshev_reals()
    given = real_steps(prover, f.n)
    if x not in mode.determinant.free_symbols:
        w = _offset(mode, modulus)
        distance = sympy.Abs(tidy(mode.trace / (2 * modulus) - w))
        if all_proved(sympy.Le(distance, slope, evaluate=False), (*given, *between, modulus > 0), prover, seconds=3):
            return True
        ties = (sympy.Eq(mode.trace, 2 * modulus * f.c, evaluate=False), *between)
        goals = (*_amplitude_below(w, slope, f), sympy.Le(sympy.Abs(f.u - w * f.v), 1 + f.n * slope, evaluate=False))
        pole = sympy.diff(mode.trace, x)
        if (pole.is_negative or pole.is_positive) and x not in pole.free_symbols:  # the eigenvalue by its cosine: one unknown less
            at = {x: tidy((2 * modulus * f.c - mode.trace.xreplace({x: sympy.Integer(0)})) / pole)}
            left, right = (tidy(mode.trace.xreplace({x: end}) / (2 * modulus)) for end in ((L, mu) if pole.is_negative else (mu, L)))
            goals = tuple(put_in(g, at) for g in goals)
            ties = (sympy.Ge(f.c, left, evaluate=False), sympy.Le(f.c, right, evaluate=False))
        near, *without, goal = goals
        known = (*given, *ties, modulus > 0)
        ways = [(goal, (*known, *f.facts))]
        if not all_proved(sympy.Ge(slope, 0, evaluate=False), given, prover):
            return _from_some_step(ways, f, term, modulus**k * (1 + k * slope), prover)
        ways = [(g, (*known, f.c <= 1, f.c >= -1)) for g in without] + ways
        prover.assume(AMPLITUDE)
        return _from_some_step(ways, f, term, modulus**k * (1 + k * slope), prover, near)
    return vanishes(slope - (1 - modulus)) and _largest_modulus_wins(mode, modulus, between, given, f, prover)


def _offset(mode: Mode, modulus: Any) -> Any:
    """w of p_k = ρ^k (U_k − w·U_{k−1}); ρ itself for heavy ball from rest."""
    return modulus if vanishes(mode.trace - mode.first - mode.determinant) else tidy((mode.trace - mode.first) / modulus)


def _amplitude_below(w: Any, slope: Any, f: _Chebyshev) -> tuple[Any, Any, Any]:
    """What ``abs(U_n − w·U_{n−1}) <= 1 + slope·n`` follows from where slope >= 0, without U_n: it is T_n + (c − w)·U_{n−1}, T_n² + (1 − c²)U_{n−1}² = 1.

    That c is near w; that, or a small amplitude; or also that |U_{n−1}| is n at most, where that says more.
    """
    curved, offs = 1 - f.c**2, (w - f.c,) if vanishes(slope - (1 - w)) else (w - f.c, f.c - w)  # c <= 1
    small = sympy.Le((f.c - w) ** 2, ((1 + slope * f.n) ** 2 - 1) * curved, evaluate=False)
    near = [sympy.Le(off, slope, evaluate=False) for off in offs]
    steep = [And(sympy.Ge(off, f.n * curved, evaluate=False), sympy.Le(off, slope + f.n * curved / 2, evaluate=False), evaluate=False) for off in offs]
    return (And(*near, evaluate=False), And(*(Or(one, small, evaluate=False) for one in near), evaluate=False),
            And(*(Or(one, small, other, evaluate=False) for one, other in zip(near, steep, strict=True)), evaluate=False))


def _from_some_step(ways: list[tuple[Any, tuple[Any, ...]]], f: _Chebyshev, term: Any, bound: Any, prover: Prover, unless: Any = sympy.false,
                    less: Any = sympy.Le) -> bool:
    """Whether one of several goals about reals u, v, n, with its hypotheses, is proved for all n.

    Or from EARLY on, and the few steps before it by themselves or, unless something else shows it, as polynomials; the last goal is what all say.
    """
    if any(all_proved(goal, given, prover) for goal, given in ways):
        return True
    if not any(all_proved(goal, (*given, f.n >= EARLY), prover) for goal, given in ways):
        return False
    for steps in range(1, EARLY):
        relaxed = {f.n: sympy.Integer(steps)}
        now = [(put_in(goal, relaxed), tuple(put_in(g, relaxed) for g in given)) for goal, given in ways]
        exact = _as_polynomials(*now[-1], steps, put_in(unless, relaxed), f)
        if any(all_proved(*way, prover, 2) for way in now[:-1]) or all_proved(*exact, prover, 4) or all_proved(*now[-1], prover, 2):
            continue
        here = {k: sympy.Integer(steps)}
        allowed = tuple(g.xreplace(here) for g in prover.given)
        if not all_proved(less(worst_residual(term, steps), bound.xreplace(here), evaluate=False), allowed, prover, 20):
            return False
    return True


def _as_polynomials(goal: Any, given: tuple[Any, ...], steps: int, unless: Any, f: _Chebyshev) -> tuple[Any, tuple[Any, ...]]:
    """A goal with u, v as polynomials in the distance of the cosine to 1, where what shows it already does not hold."""
    at = {f.u: sympy.chebyshevu(steps, f.c), f.v: sympy.chebyshevu(steps - 1, f.c)}
    cosine = {f.c: 1 - sympy.Dummy("distance", nonnegative=True)}
    plain = [g for g in given if not g.has(f.u, f.v)] + ([] if unless == sympy.false else [sympy.Not(unless)])
    goal = put_in(goal, {s: sympy.expand(p.xreplace(cosine)) for s, p in at.items()})
    return put_in(goal, cosine), tuple(put_in(g, cosine) for g in plain)


def _largest_modulus_wins(mode: Mode, modulus: Any, between: tuple[Any, ...], given: tuple[Any, ...], f: _Chebyshev, prover: Prover) -> bool:
    """|p_k(h)| <= ρ^k (1 + k(1 − ρ)) with ρ = ρ(h) <= modulus <= 1, so that the supremum is where ρ is largest (Nesterov's method)."""
    if not vanishes((mode.trace - mode.first) / mode.determinant - 1):  # p_k = ρ^k (U_k − ρU_{k−1})
        return False
    rho = sympy.Dummy("rho", positive=True)
    ties = (sympy.Eq(rho**2, mode.determinant, evaluate=False), sympy.Eq(mode.trace, 2 * rho * f.c, evaluate=False), *between)
    along = And(sympy.Ge(f.c, rho, evaluate=False), sympy.Le(rho, modulus, evaluate=False), sympy.Le(modulus, 1, evaluate=False), evaluate=False)
    bound = sympy.Le(sympy.Abs(f.u - rho * f.v), 1 + f.n * (1 - rho), evaluate=False)
    at_zero = sympy.Implies(sympy.Eq(mode.determinant, 0, evaluate=False), sympy.Eq(mode.first, 0, evaluate=False), evaluate=False)
    if all_proved(along, (*given, *ties), prover) and all_proved(bound, (*f.facts, rho <= 1, rho <= f.c), prover) and prover.holds(at_zero, *between):
        prover.assume(INCREASING)
        return True
    return False


def real_steps(prover: Prover, n: Any) -> tuple[Any, ...]:
    """The hypotheses with a real k in place of the integer."""
    return tuple(put_in(g, {k: n}) for g in prover.given if not powers_of_k(g) and not g.has(worst_residual, residual))


def as_bound(statement: Any, prover: Prover) -> Finding | None:
    """``worst_residual(m, k) <= X^k·B(k)``, or <, by bounding every eigenvalue, where the supremum itself has no closed form."""
    if not isinstance(statement, (sympy.Le, sympy.Ge, sympy.Lt, sympy.Gt)):
        return None
    strict = isinstance(statement, (sympy.Lt, sympy.Gt))
    less = sympy.Lt if strict else sympy.Le
    left, right = statement.lts, statement.gts
    inner = left.args[0] if isinstance(left, sympy.Abs) else left
    if not isinstance(inner, (worst_residual, residual)) or inner.args[1] != k or right.has(worst_residual, residual) or transcendental(right):
        return None
    term = inner.args[0]
    factors = [f for f in sympy.Mul.make_args(right) if f.is_Pow and f.exp == k]
    rest = sympy.Mul(*[f for f in sympy.Mul.make_args(right) if f not in factors])
    base = sympy.Mul(*[f.base for f in factors])
    if rest.has(sympy.Pow) and powers_of_k(rest):
        return None
    x = sympy.Dummy("h_any", positive=True) if isinstance(inner, worst_residual) else inner.args[2]
    between = (mu <= x, x <= L) if isinstance(inner, worst_residual) else ()
    try:
        mode = Mode(term, x)
    except NoClosedForm:
        return None
    if x in mode.determinant.free_symbols or mode.determinant == 0:
        return None
    modulus = modulus_of(mode, prover)
    if modulus is None or not prover.holds(sympy.Le(mode.trace**2, 4 * mode.determinant, evaluate=False), *between):
        return None
    zero = sympy.Implies(sympy.Eq(modulus, 0, evaluate=False), sympy.Eq(mode.first, 0, evaluate=False), evaluate=False)
    if not prover.holds(zero, *between) or not prover.holds(sympy.Ge(base, modulus, evaluate=False)):
        return None
    if strict and not prover.holds(sympy.Gt(base, 0, evaluate=False)):  # 0 is not less than 0
        return None
    f = _chebyshev_reals()
    given = (*real_steps(prover, f.n), sympy.Eq(mode.trace, 2 * modulus * f.c, evaluate=False), *between, *f.facts, modulus > 0)
    w, bound = _offset(mode, modulus), rest.xreplace({k: f.n})
    always = (*real_steps(prover, f.n), *between)
    whole = And(less(0, bound, evaluate=False), less(1, rest.xreplace({k: sympy.Integer(0)}), evaluate=False), evaluate=False)
    if not all_proved(whole, always, prover):  # where the modulus is 0, p_0 = 1 and every later p_k = 0
        return None
    cosine = tidy(mode.trace / (2 * modulus))
    ways = [(less(1 + sympy.Abs(cosine - w) * f.n, bound, evaluate=False), (*always, modulus > 0))]
    if (line := linear(bound, f.n)) is not None:  # |U_k − U_{k−1}|² <= 2/(1 + c), and u − wv = (u − v) + (1 − w)v
        b0, b1 = line
        parts = (sympy.Gt(cosine, -1), sympy.Le(w, 1), sympy.Le(1 - w, b1), sympy.Ge(b0, 0), less(2, b0**2 * (1 + cosine), evaluate=False))
        ways.append((And(*parts, evaluate=False), (*always, modulus > 0)))
    size, facts = _decaying(cosine, w, tidy(modulus / base), f.n)
    ways.append((less(size, bound, evaluate=False), (*always, modulus > 0, f.n >= 1, *facts)))
    whole = less(sympy.Abs(f.u - w * f.v), bound, evaluate=False)
    for goal, hypotheses in (*ways, (whole, given)):
        relaxed = goal in (whole, ways[-1][0]) and isinstance(inner, worst_residual)
        if _from_some_step([(goal, hypotheses)], f, term, right, prover, less=less) if relaxed else all_proved(goal, hypotheses, prover):
            prover.assume(RECURRENCE, CHEBYSHEV, *([BERNOULLI] if goal == ways[-1][0] else []))
            return Finding("PROVED", sorted(prover.by), assumed=list(prover.assumed))
    return None


def _decaying(cosine: Any, w: Any, ratio: Any, n: Any) -> tuple[Any, tuple[Any, ...]]:
    """At least ratio^n·|U_n − w·U_{n−1}|, and what is known of the reals in it: Bernoulli's inequality to the second order and |U_n − U_{n−1}|."""
    power, step = (sympy.Dummy(name, nonnegative=True) for name in ("W", "step"))
    gap = 1 - ratio
    return power * (step + sympy.Abs(1 - w) * n), (power <= 1, power * (1 + n * gap + n * (n + 1) * gap**2 / 2) <= 1, step**2 * (1 + cosine) <= 2)
