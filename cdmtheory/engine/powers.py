"""Powers base^k as variables, with what is true of every power; and where a statement with powers is defined."""

from __future__ import annotations

import itertools
import time
from typing import Any

import sympy
from sympy.logic.boolalg import And, Implies

from cdmtheory.engine.closed_forms import close, real_steps
from cdmtheory.engine.logarithms import is_logarithmic_inequality
from cdmtheory.engine.proof import Finding
from cdmtheory.engine.prover import NoClosedForm, Prover, powers_of_k, transcendental
from cdmtheory.engine.roots import tidy
from cdmtheory.engine.substitute import is_partial, put_in
from cdmtheory.language import L, _OfMethod, k, kappa, mu, residual, spectral_radius, stable, worst_rate, worst_residual

__all__ = ["POWERS", "compare_powers", "is_defined"]

BERNOULLI = "r^k >= 1 − k(1 − r) for r >= −1 and whole numbers k (Bernoulli)"
POWERS = ("for 0 <= ρ <= 1: ρ^k <= 1, ρ^k >= 1 − k(1 − ρ) and ρ^k(ρ + k(1 − ρ)) <= ρ (Bernoulli, also to the third order and strictly), "
          "decreasing in k (induction over k); (ab)^k = a^k·b^k")

LARGEST_NAMED = 12  # steps whose power is a polynomial of a degree that solvers bear


def is_defined(statement: Any, prover: Prover) -> bool:
    """Whether every root, reciprocal and negative power in a statement is defined under the hypotheses, as it stands."""
    if isinstance(statement, _OfMethod):
        steps = statement.args[1] if isinstance(statement, (residual, worst_residual)) else k
        at = statement.args[-1] if isinstance(statement, (residual, spectral_radius)) or (isinstance(statement, stable) and len(statement.args) == 2) else None
        counted = steps == k or (bool(steps.is_integer) and prover.holds(sympy.Ge(steps, 0, evaluate=False)))
        return counted and all(is_defined(a, prover) for a in statement.args[1:]) and _runs(statement.args[0], at, prover)
    if isinstance(statement, sympy.log):
        return is_defined(statement.args[0], prover) and is_logarithmic_inequality(sympy.Gt(statement.args[0], 0, evaluate=False), prover)
    if isinstance(statement, sympy.acosh):
        return is_defined(statement.args[0], prover) and is_logarithmic_inequality(sympy.Ge(statement.args[0], 1, evaluate=False), prover)
    if isinstance(statement, sympy.atanh):
        return is_defined(statement.args[0], prover) and all(
            is_logarithmic_inequality(r(statement.args[0], b, evaluate=False), prover) for r, b in ((sympy.Gt, -1), (sympy.Lt, 1)))
    if isinstance(statement, sympy.Pow):
        base, exponent = statement.args
        if exponent.has(k):
            slope = sympy.Poly(exponent, k).all_coeffs() if exponent.is_polynomial(k) else []
            if len(slope) != 2 or not all(c.is_Rational for c in slope) or not is_defined(base, prover):
                return False
            if not all(c.is_Integer for c in slope):  # √β^k, say
                return bool(slope[0] > 0 and slope[1] >= 0) and prover.holds(sympy.Ge(base, 0, evaluate=False))
            return (slope[0] > 0 and slope[1] >= 0) or prover.holds(sympy.Or(exponent >= 0, sympy.Ne(base, 0, evaluate=False), evaluate=False))
        if exponent.is_Rational and (exponent < 0 or not exponent.is_Integer):
            if exponent.is_Integer and base.has(worst_residual):
                return is_defined(base, prover) and _nonzero_when_closed(base, prover)
            if base.has(k) and base.has(sympy.Pow) and powers_of_k(base):
                return is_defined(base, prover) and _nonzero_with_powers(base, exponent)
            at = base.xreplace({k: sympy.Dummy("k_real", nonnegative=True)})
            allowed = sympy.Ne if exponent.is_Integer else sympy.Gt if exponent < 0 else sympy.Ge
            if base.is_positive and base.is_Symbol:
                return True
            if transcendental(base):
                return is_defined(base, prover) and any(is_logarithmic_inequality(r(base, 0, evaluate=False), prover)
                                                        for r in ((sympy.Gt, sympy.Lt) if exponent.is_Integer else (allowed,)))
            return prover.holds(allowed(at, 0, evaluate=False)) or (base.is_polynomial(k) and prover.holds(allowed(base, 0, evaluate=False)))
        if statement.base != sympy.E and not (exponent.is_Integer or prover.holds(sympy.Gt(base, 0, evaluate=False))):
            return False
    if isinstance(statement, sympy.Function) and is_partial(statement):
        return False
    return all(is_defined(a, prover) for a in statement.args)


def _runs(term: Any, at: Any, prover: Prover) -> bool:
    """Whether every coefficient of a method is defined, along one eigenvalue or all of them (None)."""
    if term.args[0].name == "phased":
        return _runs(term.args[1], at, prover) and _runs(term.args[3], at, prover)
    if term.method.schedule.constant is None:
        return all(is_defined(a, prover) for a in term.args[1:])
    return prover.holds(sympy.Ge(worst_rate(term) if at is None else spectral_radius(term, at), 0, evaluate=False))


def _nonzero_when_closed(base: Any, prover: Prover) -> bool:
    """Whether an expression with residuals after k steps is never 0, by their closed forms."""
    try:
        found = compare_powers(sympy.Ne(close(base, prover), 0, evaluate=False), prover)
    except NoClosedForm:
        return False
    return found is not None and found.verdict == "PROVED"


def _nonzero_with_powers(base: Any, exponent: Any) -> bool:
    """Whether a sum with powers of k is seen to be positive: terms that are products of even powers, and a positive number."""
    if not exponent.is_Integer:
        return False
    terms = sympy.Add.make_args(base)
    sums = [t for t in terms if t.is_positive] and all(t.is_positive or (t.is_Pow and t.exp.has(k) and _even(t.exp)) for t in terms)
    powers = len(terms) == 2 and all(t.is_Pow and t.exp.has(k) for t in terms) and terms[0].exp == -terms[1].exp  # x^e + x^(−e)
    return bool(sums) or (powers and sympy.cancel(terms[0].base - terms[1].base) == 0)


def _even(exponent: Any) -> bool:
    return bool(exponent.is_polynomial(k) and all(c.is_Integer and c % 2 == 0 for c in sympy.Poly(exponent, k).all_coeffs()))


def compare_powers(statement: Any, prover: Prover) -> Finding | None:
    """Prove a statement in which k occurs in polynomials and in powers base^(a·k + b); where mu = L makes a base 0, that case by itself."""
    if statement == sympy.true:
        return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
    found = _compared(statement, prover)
    if found is None and statement.has(mu, L, kappa) and prover.holds(sympy.Ge(L, mu, evaluate=False)) and not prover.holds(sympy.Lt(mu, L, evaluate=False)):
        above = Prover((*prover.given, mu < L), prover.solvers, prover.deadline, prover.tell)
        equal = Prover((*prover.given, sympy.Eq(mu, L, evaluate=False)), prover.solvers, prover.deadline, prover.tell)
        for case in (above, equal):
            case.by, case.assumed = prover.by, prover.assumed
        first = _compared(statement, above)
        return first and _compared(statement.xreplace({kappa: L / mu}).xreplace({mu: L}), equal)
    return found


def _compared(statement: Any, prover: Prover) -> Finding | None:
    if statement == sympy.true:
        return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
    n = sympy.Dummy("k_real", nonnegative=True)
    table = _Powers(prover, n)
    try:
        goal = table.replaced(put_in(statement, {kappa: L / mu})) if not isinstance(statement, sympy.logic.boolalg.BooleanAtom) else statement
    except (NoClosedForm, sympy.PolynomialError):
        return None
    if goal == sympy.true:
        return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
    if not table.bases and goal.has(worst_residual) and not powers_of_k(goal):
        return None  # neither k nor a power is left to look at
    given = tuple(put_in(g, {kappa: L / mu}) for g in real_steps(prover, n))
    shared = _without_shared_power(goal, table)
    if shared is not None and prover.attempt(put_in(shared, {k: n}), given, 8).verdict == "PROVED":
        return Finding("PROVED", sorted(prover.by), assumed=list(prover.assumed))
    for facts, seconds in ((table.facts, 8), (table.sharper, 8), (table.quotients, 12), (table.third_order, 8)):
        if time.monotonic() > prover.deadline:
            return None
        known = facts()
        if known is None:
            continue
        found = prover.attempt(put_in(goal, {k: n}), (*given, *known), seconds)
        if found.verdict == "PROVED":
            if table.bases:
                prover.assume(POWERS)
            if not all(z.is_nonnegative for z in table.variables):
                prover.assume(BERNOULLI)
            return Finding("PROVED", sorted(prover.by), assumed=list(prover.assumed))
        if not table.bases:
            return None
    return None


def _without_shared_power(goal: Any, table: _Powers) -> Any:
    """What ``a·Z <= b·Z`` follows from, Z >= 0 the only power; None if the goal is not of this form."""
    if not isinstance(goal, (sympy.Le, sympy.Ge)) or len(table.variables) != 1 or not table.variables[0].is_nonnegative or table.sign is not None:
        return None
    z = table.variables[0]
    sides = [tidy(side / z) for side in (goal.lts, goal.gts)]
    return None if any(side.has(z) for side in sides) else sympy.Le(*sides, evaluate=False)


class _Powers:
    """A variable Z for every base^k in a statement, and what is true of it; ``n`` stands for k."""

    def __init__(self, prover: Prover, n: Any) -> None:
        self.prover, self.n = prover, n
        self.bases: list[Any] = []
        self.variables: list[Any] = []
        self.multiples: dict[Any, set[int]] = {}  # for each variable the m of the base^(m·k) that occur
        self.sign: Any = None  # (−1)^k
        self.known: dict[str, tuple[Any, ...]] = {}

    def holds(self, statement: Any) -> bool:
        return self.prover.holds(statement)

    def variable(self, base: Any) -> Any:
        """The variable that stands for base^k; the same one for bases that are proved to be equal."""
        for known, z in zip(self.bases, self.variables, strict=True):
            if known == base or self.holds(sympy.Eq(known, base, evaluate=False)):
                return z
            if known.is_Dummy and self.holds(sympy.Eq(known**2, base, evaluate=False)):
                return z**2
        nonnegative = self.holds(sympy.Ge(base, 0, evaluate=False))
        if not nonnegative and self.holds(sympy.Le(base, 0, evaluate=False)):
            self.sign = self.sign or sympy.Dummy("sign", real=True)
            return self.sign if base == -1 else self.sign * self.variable(-base)
        self.bases.append(base)
        sign = {"nonnegative": True} if nonnegative else {"real": True}
        self.variables.append(sympy.Dummy(f"Z_{len(self.bases)}", **sign))
        return self.variables[-1]

    def replaced(self, e: Any) -> Any:
        """An expression with its powers of k replaced."""
        if e.is_Pow and e.exp.has(k):
            slope = sympy.Poly(e.exp, k).all_coeffs() if e.exp.is_polynomial(k) else []
            if len(slope) != 2 or not all(c.is_Integer for c in slope):
                raise NoClosedForm(f"the power {e}")
            base = self.replaced(e.base)
            z = self.variable(base)
            self.multiples.setdefault(z, set()).add(int(slope[0]))
            return z ** slope[0] * base ** slope[1]
        return e if not e.args or not e.has(k) or isinstance(e, (residual, worst_residual)) else e.func(*[self.replaced(a) for a in e.args])

    def facts(self) -> tuple[Any, ...]:
        """Bernoulli's inequality for each, and how they are ordered."""
        n, found = self.n, []
        if self.sign is not None:
            at_zero = Implies(sympy.Eq(n, 0, evaluate=False), sympy.Eq(self.sign, 1, evaluate=False), evaluate=False)
            found += [sympy.Eq(self.sign**2, 1, evaluate=False), at_zero]
        for base, z in zip(self.bases, self.variables, strict=True):
            found += self._of_one(base, z)
        for i, (a, za) in enumerate(zip(self.bases, self.variables, strict=True)):
            for b, zb in list(zip(self.bases, self.variables, strict=True))[:i]:
                if not (za.is_nonnegative and zb.is_nonnegative):
                    continue
                if self.holds(sympy.Le(a, b, evaluate=False)):
                    found.append(za <= zb)
                elif self.holds(sympy.Ge(a, b, evaluate=False)):
                    found.append(zb <= za)
                found += self._of_multiples((a, za), (b, zb))
        self.known["facts"] = tuple(found)
        return self.known["facts"]

    def _of_multiples(self, first: tuple[Any, Any], second: tuple[Any, Any]) -> list[Any]:
        """a^(mk) against b^(nk), where multiples of k occur, by a^m against b^n."""
        (a, za), (b, zb) = first, second
        found = []
        for m, n in itertools.product(self.multiples.get(za, {1}), self.multiples.get(zb, {1})):
            if m > 0 and n > 0 and m != n:
                if self.holds(sympy.Le(a**m, b**n, evaluate=False)):
                    found.append(za**m <= zb**n)
                elif self.holds(sympy.Ge(a**m, b**n, evaluate=False)):
                    found.append(za**m >= zb**n)
        return found

    def _of_one(self, base: Any, z: Any) -> list[Any]:
        n = self.n
        found: list[Any] = []
        if not z.is_nonnegative:
            found = [Implies(sympy.Ne(base, 0, evaluate=False), sympy.Ne(z, 0, evaluate=False), evaluate=False),
                     Implies(sympy.Eq(n, 0, evaluate=False), sympy.Eq(z, 1, evaluate=False), evaluate=False), Implies(base > 0, z > 0, evaluate=False),
                     Implies(base >= -1, z >= 1 - n * (1 - base), evaluate=False)]
            return [*found, z <= 1, z >= -1] if self.holds(sympy.Le(base**2, 1, evaluate=False)) else found
        if self.holds(sympy.Le(base, 1, evaluate=False)):
            found += [z <= 1, z >= 1 - n * (1 - base), z * (1 + n * (1 - base)) <= 1, z * (base + n * (1 - base)) <= base,
                      Implies(n >= 1, z <= base, evaluate=False)]
            for m in self._named_steps():
                found += [Implies(n >= m, z <= base**m, evaluate=False), Implies(n <= m, z >= base**m, evaluate=False)]
            found.append(sympy.Or(n >= 1, And(sympy.Eq(n, 0, evaluate=False), sympy.Eq(z, 1, evaluate=False), evaluate=False), evaluate=False))
        elif self.holds(sympy.Ge(base, 1, evaluate=False)):
            found += [z >= 1, z >= 1 + n * (base - 1)]
        if self.holds(sympy.Gt(base, 0, evaluate=False)):
            found.append(z > 0)
        else:
            found.append(Implies(And(sympy.Eq(base, 0, evaluate=False), n >= 1, evaluate=False), sympy.Eq(z, 0, evaluate=False), evaluate=False))
            found.append(Implies(base > 0, z > 0, evaluate=False))
        return found

    def _named_steps(self) -> list[int]:
        """The numbers of steps from two on with which the hypotheses compare k."""
        relations = [r for g in self.prover.given for r in g.atoms(sympy.core.relational.Relational) if k in r.args]
        return sorted({int(side) for r in relations for side in r.args if side.is_Integer and 2 <= side <= LARGEST_NAMED})

    def sharper(self) -> tuple[Any, ...] | None:
        """Bernoulli's inequality strictly from two steps on, and to the second order."""
        found = [f for base, z in zip(self.bases, self.variables, strict=True) if z.is_nonnegative for f in self._sharper(base, z)]
        self.known["sharper"] = tuple(found)
        return (*self.known["facts"], *found) if found else None

    def _sharper(self, base: Any, z: Any) -> list[Any]:
        n, x = self.n, 1 - base
        whole = sympy.Or(sympy.Eq(n, 0, evaluate=False), sympy.Eq(n, 1, evaluate=False), n >= 2, evaluate=False)
        first = Implies(sympy.Eq(n, 1, evaluate=False), sympy.Eq(z, base, evaluate=False), evaluate=False)
        none = Implies(sympy.Eq(n, 0, evaluate=False), sympy.Eq(z, 1, evaluate=False), evaluate=False)
        if self.holds(sympy.Le(base, 1, evaluate=False)):
            return [whole, first, none, z * (1 + n * x + n * (n + 1) * x**2 / 2) <= 1, z <= 1 - n * x + n * (n - 1) * x**2 / 2,
                    Implies(And(n >= 2, base < 1, evaluate=False), z > 1 - n * x, evaluate=False),
                    Implies(And(n >= 2, base < 1, evaluate=False), sympy.Or(sympy.Eq(z, 0, evaluate=False), z < base, evaluate=False), evaluate=False),
                    Implies(And(n >= 1, base < 1, evaluate=False), z * (1 + n * x) < 1, evaluate=False)]
        if self.holds(sympy.Ge(base, 1, evaluate=False)):
            return [whole, first, none, z >= 1 - n * x + n * (n - 1) * x**2 / 2, Implies(And(n >= 2, base > 1, evaluate=False), z > 1 - n * x, evaluate=False)]
        return []

    def third_order(self) -> tuple[Any, ...] | None:
        """Bernoulli's inequality to the third order."""
        n, found = self.n, []
        for base, z in list(zip(self.bases, self.variables, strict=True)):
            if z.is_nonnegative and self.holds(sympy.Le(base, 1, evaluate=False)):
                x = 1 - base
                found.append(z * (1 + n * x + n * (n + 1) * x**2 / 2 + n * (n + 1) * (n + 2) * x**3 / 6) <= 1)
                found.append(z >= 1 - n * x + n * (n - 1) * x**2 / 2 - n * (n - 1) * (n - 2) * x**3 / 6)
        return (*self.known["facts"], *found) if found else None

    def quotients(self) -> tuple[Any, ...] | None:
        """a^k = b^k·(a/b)^k for any two of them, the quotient with its own inequalities; the product where 1 is between them."""
        original, found = list(zip(self.bases, self.variables, strict=True)), []
        for i, (a, za) in enumerate(original):
            for b, zb in original[:i]:
                if not (za.is_nonnegative and zb.is_nonnegative):
                    continue
                (low, z_low), (high, z_high) = ((a, za), (b, zb)) if self.holds(sympy.Le(a, b, evaluate=False)) else ((b, zb), (a, za))
                if not self.holds(sympy.And(sympy.Le(low, high, evaluate=False), sympy.Gt(high, 0, evaluate=False), evaluate=False)):
                    continue
                product = self.holds(sympy.And(sympy.Le(low, 1, evaluate=False), sympy.Ge(high, 1, evaluate=False), evaluate=False))
                ratio = tidy(low * high if product else low / high)
                count = len(self.bases)
                w = self.variable(ratio)
                found.append(sympy.Eq(w, z_low * z_high, evaluate=False) if product else sympy.Eq(z_low, z_high * w, evaluate=False))
                if len(self.bases) > count:
                    found += [*self._of_one(ratio, w), *self._sharper(ratio, w)]
        return (*self.known["facts"], *self.known["sharper"], *found) if found else None
