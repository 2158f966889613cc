"""Induction over k: equations between residuals at one eigenvalue, both sides as polynomials in p_k, p_{k+1} and powers; powers against polynomials."""

from __future__ import annotations

from typing import Any

import sympy

from cdmtheory.engine.every_mode import run
from cdmtheory.engine.powers import is_defined
from cdmtheory.engine.proof import Finding
from cdmtheory.engine.prover import NoClosedForm, Prover
from cdmtheory.engine.roots import squares
from cdmtheory.engine.which_steps import least_step, linear
from cdmtheory.language import L, bind, h, k, kappa, mu, residual, steps_to, worst_residual
from cdmtheory.modes import residual as residual_of

__all__ = ["decide_equation", "falls_from_first", "handed_on", "same_residuals"]

INDUCTION = "both sides obey one recurrence, and its first steps are checked (induction over k)"
HANDED_ON = "with d_{k+1} >= a·d_k, a >= 0, what d_k is at the first step it is at all: not negative, or positive if a > 0 (induction over k)"
FALLS = "a sequence d_k >= 0 with d_{k+1} <= d_k from some step on stays below what it is below there (induction over k)"
LARGEST_SHIFT = 6
LARGEST_FIRST = 6  # step that the hypotheses begin with


def decide_equation(statement: Any, prover: Prover) -> Finding | None:
    """Prove an equation with residual(m, k + j, at) of one method at one eigenvalue; None if it is none, or is not shown."""
    quantities = statement.atoms(residual) if isinstance(statement, sympy.Eq) else set()
    if len({(q.args[0], q.args[2]) for q in quantities}) != 1 or statement.has(worst_residual, steps_to):
        return None
    first = least_step(prover.given)
    if first > LARGEST_FIRST:
        return None
    try:
        terms = _Terms(next(iter(quantities)), first)
        difference = terms.polynomial(statement.lhs - statement.rhs)
    except (NoClosedForm, sympy.PolynomialError, ValueError):
        return None
    if not is_defined(statement, prover) or not terms.follows(difference):
        return None
    prover.assume(INDUCTION)
    return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))


def same_residuals(statement: Any, prover: Prover) -> Finding | None:
    """Prove that two methods have the same residuals, or worst ones: they end in one recurrence, and begin alike."""
    if not isinstance(statement, sympy.Eq) or type(statement.lhs) is not type(statement.rhs) or not isinstance(statement.lhs, (residual, worst_residual)):
        return None
    (first, *rest), (second, *others) = statement.lhs.args, statement.rhs.args
    if rest != others or {h} & (first.free_symbols | second.free_symbols) or not is_defined(statement, prover):
        return None
    at = rest[1] if len(rest) == 2 else sympy.Dummy("h_any", positive=True)
    try:
        a, b = run(first, at), run(second, at)
    except NoClosedForm:
        return None
    steps = range(max(a.start, b.start) + 2)
    differences = [a.trace - b.trace, a.determinant - b.determinant,
                   *(residual_of(bind(first, at).method, j, at) - residual_of(bind(second, at).method, j, at) for j in steps)]
    if not all(_is_zero(d) for d in differences):
        return None
    prover.assume(INDUCTION)
    return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))


def handed_on(statement: Any, prover: Prover) -> Finding | None:
    """Prove that c·a^k is not below, or not above, a polynomial q(k): so it is at first, and q(k + 1) compares likewise with a·q(k)."""
    if not isinstance(statement, (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt)):
        return None
    low, high = statement.args if isinstance(statement, (sympy.Le, sympy.Lt)) else statement.args[::-1]
    first, z, n = least_step(prover.given), sympy.Dummy("Z"), sympy.Dummy("k_real", nonnegative=True)
    powers = {p for p in (high - low).atoms(sympy.Pow) if p.exp.has(k)}
    if len(powers) != 1 or len([g for g in prover.given if g.has(k)]) != int(first > 0):
        return None
    power = powers.pop()
    base, difference = power.base, sympy.expand((high - low).xreplace({power: z}))
    if power.exp != k or base.has(k) or not difference.is_polynomial(z, k) or sympy.degree(difference, z) != 1 or difference.coeff(z, 1).has(k):
        return None
    strict, rest = isinstance(statement, (sympy.Lt, sympy.Gt)), -difference.coeff(z, 0)
    at_first = difference.xreplace({z: base**first, k: sympy.Integer(first)})
    step = sympy.Ge(base * rest.xreplace({k: n}) - rest.xreplace({k: n + 1}), 0, evaluate=False)
    relation = sympy.Gt if strict else sympy.Ge
    free = Prover(tuple(g for g in prover.given if not g.has(k)), prover.solvers, prover.deadline, prover.tell)
    if not (free.holds(relation(base, 0, evaluate=False)) and free.holds(relation(at_first, 0, evaluate=False)) and free.holds(step, n >= first)):
        return None
    prover.assume(HANDED_ON)
    return Finding("PROVED", sorted(prover.by | free.by | {"algebra"}), assumed=list(prover.assumed))


def falls_from_first(statement: Any, prover: Prover) -> Finding | None:
    """Prove that R^k(a + k·b) stays below what it is below at the first step: R >= 0, a + k·b >= 0, and R(a + (k + 1)b) <= a + k·b from there on."""
    if not isinstance(statement, (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt)):
        return None
    low, high = statement.args if isinstance(statement, (sympy.Le, sympy.Lt)) else statement.args[::-1]
    powers = [f for f in sympy.Mul.make_args(low) if f.is_Pow and f.exp == k]
    rest = sympy.Mul(*[f for f in sympy.Mul.make_args(low) if f not in powers])
    first, n = least_step(prover.given), sympy.Dummy("k_real", nonnegative=True)
    if len(powers) != 1 or powers[0].base.has(k) or high.has(k) or linear(rest, k) is None or len([g for g in prover.given if g.has(k)]) != int(first > 0):
        return None
    base, relation = powers[0].base, sympy.Lt if isinstance(statement, (sympy.Lt, sympy.Gt)) else sympy.Le
    free = Prover(tuple(g for g in prover.given if not g.has(k)), prover.solvers, prover.deadline, prover.tell)
    begins = relation(base**first * rest.xreplace({k: sympy.Integer(first)}), high, evaluate=False)
    now, after = rest.xreplace({k: n}), rest.xreplace({k: n + 1})
    falls = (sympy.Ge(now, 0, evaluate=False), sympy.Le(base * after, now, evaluate=False))
    if not (free.holds(sympy.Ge(base, 0, evaluate=False)) and free.holds(begins) and all(free.holds(part, n >= first) for part in falls)):
        return None
    prover.assume(FALLS)
    return Finding("PROVED", sorted(prover.by | free.by | {"algebra"}), assumed=list(dict.fromkeys([*prover.assumed, *free.assumed])))


class _Terms:
    """p_{k0+n+j}, p_{k0+n+j+1}, j <= 0, and every base^n as variables, with what becomes of them from n to n + 1."""

    def __init__(self, quantity: Any, first: int) -> None:
        self.term, self.at, self.first = quantity.args[0], quantity.args[2], first
        self.run = run(self.term, self.at)
        self.p, self.q, self.n = sympy.symbols("p q n", cls=sympy.Dummy)
        self.powers: dict[Any, Any] = {}
        self.lowest = 0  # p is p_{k0+n+lowest}

    def polynomial(self, e: Any) -> Any:
        """An expression in the variables."""
        e = e.xreplace({kappa: L / mu})
        swap = {}
        shifts = {quantity: quantity.args[1] - k for quantity in e.atoms(residual)}
        if not all(shift.is_Integer and -self.first <= shift <= LARGEST_SHIFT for shift in shifts.values()):
            raise NoClosedForm("numbers of steps that are not k + j, or below 0")
        self.lowest = min(0, *map(int, shifts.values()))
        for quantity, shift in shifts.items():
            x, y = self.p, self.q
            for _ in range(int(shift) - self.lowest):
                x, y = y, self.run.trace * y - self.run.determinant * x
            swap[quantity] = x
        return self._powers(e.xreplace(swap)).xreplace({k: self.n + self.first})

    def _powers(self, e: Any) -> Any:
        if e.is_Pow and e.exp.has(k):
            if not e.exp.is_polynomial(k) or e.base.has(k):
                raise NoClosedForm(f"the power {e}")
            exponent = sympy.Poly(e.exp.xreplace({k: self.n + self.first}), self.n).all_coeffs()
            if len(exponent) != 2 or not all(c.is_Integer and c >= 0 for c in exponent):
                raise NoClosedForm(f"the power {e}")
            return self.powers.setdefault(e.base, sympy.Dummy("Z")) ** exponent[0] * e.base ** exponent[1]
        return e.func(*[self._powers(a) for a in e.args]) if e.args and e.has(k) else e

    def follows(self, difference: Any) -> bool:
        """Whether a polynomial is 0 for every n >= 0: it is at first, and each next one is a combination of those before."""
        start: dict[Any, Any] = {self.n: sympy.Integer(0), **dict.fromkeys(self.powers.values(), sympy.Integer(1))}
        if self.first + self.lowest < self.run.start:
            return False  # before the step from which on the method is stationary
        x, y = self.run.before, self.run.after
        for _ in range(self.first + self.lowest - self.run.start):
            x, y = y, self.run.trace * y - self.run.determinant * x
        start |= {self.p: x, self.q: y}
        step = {self.p: self.q, self.q: self.run.trace * self.q - self.run.determinant * self.p, self.n: self.n + 1,
                **{z: base * z for base, z in self.powers.items()}}
        known: list[Any] = []
        for _ in range(3):
            if self._combination(difference, known):
                return True
            if not _is_zero(difference.xreplace(start)):
                return False
            known.append(difference)
            difference = difference.xreplace(step)
        return False

    def _combination(self, e: Any, known: list[Any]) -> bool:
        """Whether e is a combination of known polynomials, with coefficients that have no denominator but the claim's own."""
        if not known:
            return _is_zero(e)
        variables = (self.q, self.p, self.n, *self.powers.values())
        numerators = _numerators([*known, e])
        try:
            quotients, rest = sympy.reduced(numerators[-1], numerators[:-1], *variables, order="lex", field=True)
        except (sympy.PolynomialError, NotImplementedError):
            return False
        return bool(sympy.cancel(rest) == 0 and all(sympy.denom(sympy.together(x)).is_number for x in quotients))


def _numerators(expressions: list[Any]) -> list[Any]:
    """The numerators, with the same symbols for the same roots."""
    tags = [sympy.Dummy("tag") for _ in expressions]
    inside, _ = squares(sympy.Add(*[tag * e for tag, e in zip(tags, expressions, strict=True)]))
    parts = [inside.xreplace({other: sympy.Integer(int(other == tag)) for other in tags}) for tag in tags]
    return [sympy.numer(sympy.cancel(sympy.together(part))) for part in parts]


def _is_zero(e: Any) -> bool:
    return bool(_numerators([e])[0] == 0)
