"""How many steps suffice: C·R^k(a + k·b) <= ε for k >= N(κ, ε), and C·R^k <= D·e^(−φk)."""

from __future__ import annotations

from typing import Any

import sympy
from flint import arb, ctx, fmpq

from cdmtheory.engine.closed_forms import LOWER_BOUND, POWER_OF_RATE, real_steps, worst_form
from cdmtheory.engine.closed_rates import closed_rates
from cdmtheory.engine.logarithms import LADDER, Line, is_logarithmic_inequality, number_sign
from cdmtheory.engine.logsum import Ends, fraction
from cdmtheory.engine.powers import POWERS, is_defined
from cdmtheory.engine.proof import Finding
from cdmtheory.engine.prover import NoClosedForm, Prover, transcendental
from cdmtheory.engine.quantities import value
from cdmtheory.engine.roots import tidy, vanishes
from cdmtheory.engine.tangent import TANGENT, falls_below
from cdmtheory.engine.which_steps import linear
from cdmtheory.language import L, eps, h, k, mu, worst_residual

__all__ = ["EXPONENTIAL", "chebyshev_bound", "decide_complexity", "decide_lower_bound", "largest_tolerance", "opened_count"]

EXPONENTIAL = "R <= e^(R − 1), and (1 + t)e^(−t) decreases for t >= 0; so does (a + t)e^(−t), a >= 1"


def decide_complexity(closed: Any, given: tuple[Any, ...], prover: Prover) -> Finding | None:
    """``k >= N(κ, ε)`` suffices for C·R^k(a + k·b) <= ε with N linear in log(1/ε), or C·R^k <= D·e^(−φk)."""
    if not isinstance(closed, (sympy.Le, sympy.Ge, sympy.Lt, sympy.Gt)):
        return None
    left, right = closed.args if isinstance(closed, (sympy.Le, sympy.Lt)) else closed.args[::-1]
    strictly = isinstance(closed, (sympy.Lt, sympy.Gt))
    powers = [f for f in sympy.Mul.make_args(left) if f.is_Pow and f.exp == k]
    rest = sympy.Mul(*[f for f in sympy.Mul.make_args(left) if f not in powers])
    if len(powers) != 1 or any(p.exp.has(k) for p in rest.atoms(sympy.Pow)):
        chebyshev = chebyshev_bound(left)
        if chebyshev is None:
            return None
        powers, rest = [chebyshev[0]], chebyshev[1]
    try:
        base = closed_rates(powers[0].base, prover)
    except NoClosedForm:
        return None
    given = tuple(_for_one_step(g, prover) for g in given)
    if not strictly and (steps := _least_steps(given)) is not None and _settled(base, rest, right, steps, prover):
        return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
    if right.has(sympy.exp) and not right.has(sympy.log):
        return None if strictly else _against_exponential(base, rest, right, prover)
    needed, found = None if strictly else _steps_that_suffice(right, given), False
    if needed is not None:
        slope, offset = needed
        found = _pure_power(base, rest, slope, offset, prover) if not rest.has(k) else _power_with_factor(base, rest, slope, offset, prover)
    if not found and (steps := _least_steps(given)) is not None and not right.has(k):
        found = falls_below(rest, base, right, steps, prover, strictly=strictly)
    return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed)) if found else None


def _against_exponential(base: Any, rest: Any, right: Any, prover: Prover) -> Finding | None:
    """C·R^k <= D·e^(−φk) for all k, from C <= D and log R <= −φ; R^k(a + k·b), b <= 1 − R, through t = k(1 − R) where φ is a multiple of 1 − R."""
    factors = sympy.Mul.make_args(right)
    exponent = sympy.Add(*[f.args[0] for f in factors if isinstance(f, sympy.exp)])
    constant = sympy.Mul(*[f for f in factors if not isinstance(f, sympy.exp)])
    rate = sympy.cancel(sympy.together(exponent / k))
    if rate.has(k) or not prover.holds(sympy.Ge(base, 0, evaluate=False)) or not _at_every_step(sympy.Ge(constant, 0, evaluate=False), prover):
        return None
    if not _at_every_step(sympy.Le(rest, constant, evaluate=False), prover):
        below = _factor_below(base, rest, rate, constant, prover) or _factor_as_power(base, rest, rate, constant, prover)
        return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed)) if below else None
    if not _logarithmic_or_zero(sympy.Le(sympy.log(base), rate, evaluate=False), base, prover):
        return None
    prover.assume(LADDER)
    return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))


def _factor_below(base: Any, rest: Any, rate: Any, constant: Any, prover: Prover) -> bool:
    """R^k(a + k·b) <= D·e^(rate·k): (a + t)e^(−t) <= D·e^(−ct) for t = k(1 − R) > 0, b <= 1 − R, c a number."""
    share = tidy(-rate / (1 - base))
    if not share.is_Rational or not constant.is_Rational or not rest.is_polynomial(k) or sympy.degree(rest, k) != 1:
        return False
    b, a = sympy.Poly(rest, k).all_coeffs()
    if not a.is_Rational or not 0 < a <= constant or not prover.holds(sympy.And(b >= 0, sympy.Ge(1 - base, b, evaluate=False), evaluate=False)):
        return False
    t = sympy.Dummy("t", positive=True)
    if Line(t, Ends(fmpq(0), None), prover).sign(sympy.log(constant) + (1 - share) * t - sympy.log(a + t)) != 1:
        return False
    prover.assume(EXPONENTIAL, LADDER)
    return True


def _factor_as_power(base: Any, rest: Any, rate: Any, constant: Any, prover: Prover) -> bool:
    """R^k(a + k·b) <= D·e^(rate·k): 1 + k·c <= (1 + c)^k for c = b/a >= 0 (Bernoulli), so a <= D and log(R(1 + c)) <= rate suffice."""
    line = linear(rest, k)
    if line is None or not line[0].is_Rational or not line[0] > 0:
        return False
    a, slope = line[0], line[1] / line[0]
    if not prover.holds(sympy.And(sympy.Ge(slope, 0, evaluate=False), sympy.Ge(constant, a, evaluate=False), evaluate=False)):
        return False
    if not _logarithmic_or_zero(sympy.Le(sympy.log(tidy(base * (1 + slope))), rate, evaluate=False), base, prover):
        return False
    prover.assume(POWERS, LADDER)
    return True


def _at_every_step(statement: Any, prover: Prover) -> bool:
    """Whether a polynomial statement holds for every real k >= 0."""
    n = sympy.Dummy("k_real", nonnegative=True)
    return Prover(real_steps(prover, n), prover.solvers, prover.deadline, prover.tell).holds(statement.xreplace({k: n}))


def _for_one_step(hypothesis: Any, prover: Prover) -> Any:
    """``k >= b/c`` for ``c·k >= b`` with c > 0; any other hypothesis as it is."""
    if not isinstance(hypothesis, (sympy.Ge, sympy.Gt, sympy.Le, sympy.Lt)) or transcendental(cost := sympy.cancel(hypothesis.gts / k)) or cost.has(k):
        return hypothesis
    if cost == 1 or hypothesis.lts.has(k) or not prover.holds(sympy.Gt(cost, 0, evaluate=False)):
        return hypothesis
    relation = sympy.Ge if isinstance(hypothesis, (sympy.Ge, sympy.Le)) else sympy.Gt
    return relation(k, hypothesis.lts / cost, evaluate=False)


def _least_steps(given: tuple[Any, ...]) -> Any:
    """N of the only hypothesis about k, if it is k >= N or k > N."""
    about = [g for g in given if g.has(k)]
    if len(about) != 1 or not isinstance(about[0], (sympy.Ge, sympy.Gt, sympy.Le, sympy.Lt)):
        return None
    steps, bound = about[0].args if isinstance(about[0], (sympy.Ge, sympy.Gt)) else about[0].args[::-1]
    return bound if steps == k and not bound.has(k) else None


def _steps_that_suffice(tolerance: Any, given: tuple[Any, ...]) -> tuple[Any, Any] | None:
    """From the hypothesis k >= slope·log(1/ε) + offset: slope and offset."""
    enough = [g for g in given if isinstance(g, (sympy.Ge, sympy.Gt, sympy.Le, sympy.Lt)) and g.has(eps) and g.has(k)]
    if tolerance != eps or len(enough) != 1:
        return None
    g = enough[0]
    steps, bound = g.args if isinstance(g, (sympy.Ge, sympy.Gt)) else g.args[::-1]
    if steps != k:
        return None
    return opened_count(bound)


def largest_tolerance(given: tuple[Any, ...]) -> Any:
    """The least rational number that a hypothesis says ε is not above; 1 if there is none."""
    bounds = [g.gts for g in given if isinstance(g, (sympy.Lt, sympy.Le, sympy.Gt, sympy.Ge)) and g.lts == eps and g.gts.is_Rational and g.gts > 0]
    return min([sympy.Integer(1), *bounds])


def opened_count(count: Any) -> tuple[Any, Any] | None:
    """slope and offset of a count that is slope·log(1/ε) + offset."""
    inverse = sympy.Dummy("E", positive=True)  # 1/ε
    big = sympy.Dummy("X", positive=True)  # log(1/ε)
    opened = count.xreplace({eps: 1 / inverse})
    opened = opened.replace(lambda e: isinstance(e, sympy.log) and e.has(inverse), lambda e: sympy.expand_log(e, force=True))
    needed = sympy.expand(opened, log=False).xreplace({sympy.log(inverse): big})
    if needed.has(inverse) or not needed.is_polynomial(big) or sympy.degree(needed, big) != 1:
        return None
    return needed.coeff(big, 1), needed.coeff(big, 0)


def _pure_power(base: Any, rest: Any, slope: Any, offset: Any, prover: Prover) -> bool:
    """C·R^k <= ε: slope·log R <= −1, and log C + X + (slope·X + offset)·log R <= 0 at the least log(1/ε) = X."""
    goals = [] if _same_logarithms(sympy.log(base) * slope, -1) else [sympy.Le(sympy.log(base) * slope, -1, evaluate=False)]
    least = sympy.expand_log(-sympy.log(largest_tolerance(prover.given)))
    constant = sympy.log(rest) + least + (slope * least + offset) * sympy.log(base) if rest != 1 or offset != 0 else sympy.Integer(0)
    if constant != 0 and rest.is_number and rest > 1:
        constant = sympy.cancel(sympy.expand(constant / sympy.log(rest)))
    goals += [sympy.Le(constant, 0, evaluate=False)] if constant != 0 else []
    if not prover.holds(sympy.Gt(base, 0, evaluate=False)):
        signed = offset.replace(sympy.log, lambda c: sympy.Dummy("log_number", positive=True) * sympy.sign(c - 1))
        positive = sympy.And(sympy.Gt(slope, 0, evaluate=False), sympy.Ge(signed, 0, evaluate=False), evaluate=False)
        if slope.has(sympy.log) or not prover.holds(sympy.Implies(sympy.Eq(base, 0, evaluate=False), positive, evaluate=False)):
            return False  # where R = 0, k >= 1 is needed, for 0^0 = 1
    if prover.holds(sympy.And(base >= 0, base <= 1, evaluate=False)) and all(_logarithmic_or_zero(goal, base, prover) for goal in goals):
        prover.assume(LADDER)
        return True
    return False


def _same_logarithms(left: Any, right: Any) -> bool:
    """Whether two expressions in logarithms are one, log(1/x) being −log x."""

    def canonical(argument: Any) -> Any:
        inside = tidy(argument)
        n, d = sympy.fraction(inside)
        return -sympy.log(tidy(1 / inside)) if str(n) < str(d) else sympy.log(inside)

    names: dict[Any, Any] = {}
    difference = (left - right).replace(sympy.log, canonical).replace(lambda e: isinstance(e, sympy.log), lambda e: names.setdefault(e, sympy.Dummy("log")))
    return bool(sympy.cancel(sympy.together(difference)) == 0)


def decide_lower_bound(statement: Any, given: tuple[Any, ...], prover: Prover) -> Finding | None:
    """``worst_residual(m, k) > ε`` for all k < N, or k <= N, N linear in log(1/ε): from worst_residual >= R^k, 0 < R < 1."""
    if not isinstance(statement, (sympy.Gt, sympy.Lt, sympy.Ge, sympy.Le)):
        return None
    left, right = statement.args if isinstance(statement, (sympy.Gt, sympy.Ge)) else statement.args[::-1]
    about = [g for g in given if g.has(k)]
    if not isinstance(left, worst_residual) or left.args[1] != k or right != eps or len(about) != 1 or h in left.args[0].free_symbols:
        return None
    if not isinstance(about[0], (sympy.Lt, sympy.Gt, sympy.Le, sympy.Ge)):
        return None
    steps, bound = about[0].args if isinstance(about[0], (sympy.Lt, sympy.Le)) else about[0].args[::-1]
    beyond = sympy.Ge if isinstance(about[0], (sympy.Lt, sympy.Gt)) else sympy.Gt  # what log R·slope must be to −1
    opened = opened_count(bound) if steps == k and bound is not None else None
    if opened is None or not is_defined(bound, prover) or not is_defined(left, prover):
        return None
    slope, offset = opened
    rho = (sympy.sqrt(L) - sympy.sqrt(mu)) / (sympy.sqrt(L) + sympy.sqrt(mu))
    bases = [(rho, LOWER_BOUND)]
    try:
        form = worst_form(left.args[0], prover)
        bases = [(closed_rates(form.base, prover), POWER_OF_RATE)] if form.is_Pow and form.exp == k else bases
    except NoClosedForm:
        pass
    for base, source in bases:
        if not prover.holds(sympy.And(sympy.Ge(base, 0, evaluate=False), sympy.Lt(base, 1, evaluate=False), evaluate=False)):
            continue
        none = sympy.And(sympy.Le(slope, 0, evaluate=False), sympy.Le(offset, 0, evaluate=False), evaluate=False)
        if not prover.holds(sympy.Gt(base, 0, evaluate=False)) and (
                transcendental(none) or not prover.holds(sympy.Implies(sympy.Eq(base, 0, evaluate=False), none, evaluate=False))):
            continue
        positive = Prover((*prover.given, sympy.Gt(base, 0, evaluate=False)), prover.solvers, prover.deadline, prover.tell)
        if _zero_where_equal(base, prover):
            positive = Prover((*prover.given, mu < L), prover.solvers, prover.deadline, prover.tell)
        positive.by, positive.assumed = prover.by, prover.assumed
        shallow = (not transcendental(slope) and positive.holds(sympy.Le(slope * (1 / base - 1), 1, evaluate=False))) or (
            beyond is sympy.Ge and _same_logarithms(sympy.log(base) * slope, -1)) or is_logarithmic_inequality(
            beyond(sympy.log(base) * slope, -1, evaluate=False), positive)
        if shallow and (offset == 0 or (not transcendental(offset) and positive.holds(sympy.Le(offset, 0, evaluate=False)))):
            prover.assume(TANGENT, source)
            return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
    return None


def _power_with_factor(base: Any, rest: Any, slope: Any, offset: Any, prover: Prover) -> bool:
    """R^k(a + k·b) <= ε with b <= 1 − R, through t = k(1 − R): (a + t)e^(−t), decreasing for t >= 1 − a."""
    if not rest.is_polynomial(k) or sympy.degree(rest, k) != 1:
        return False
    b, a = sympy.Poly(rest, k).all_coeffs()
    if not a.is_Rational or a < 1 or not prover.holds(sympy.And(sympy.Ge(1 - base, b, evaluate=False), base >= 0, base <= 1, evaluate=False)):
        return False
    tau = tidy(sympy.expand((1 - base) * slope)), tidy(sympy.expand((1 - base) * offset))
    if any(t.free_symbols for t in tau) or not tau[0] > 0 or number_sign(tau[1]) not in (0, 1):
        return False
    big = sympy.Dummy("X", positive=True)
    t = tau[0] * big + _rational_below(tau[1])  # t − log(a + t) increases, so less is harder
    least = fraction(_rational_below(-sympy.log(largest_tolerance(prover.given))))
    if Line(big, Ends(least, None), prover).sign(t - big - sympy.log(a + t)) != 1:
        return False
    prover.assume(EXPONENTIAL, LADDER)
    return True


def _settled(base: Any, rest: Any, right: Any, steps: Any, prover: Prover) -> bool:
    """R^k(a + k·b) <= X, b <= 1 − R, for k >= T/(1 − R) with (a + T)e^(−T) <= X, T of parameters alone."""
    if (line := linear(rest, k)) is None:
        return False
    (a, b), t = line, tidy(steps * (1 - base))
    if not a.is_Rational or a < 1 or t.has(mu, L):
        return False
    if not prover.holds(sympy.And(*(sympy.Ge(e, 0, evaluate=False) for e in (t, base, 1 - base, 1 - base - b)), evaluate=False)):
        return False
    settled = (a + t) * sympy.exp(-t)
    if sympy.simplify(right - settled) != 0 and not is_logarithmic_inequality(sympy.Le(settled, right, evaluate=False), prover):
        return False
    prover.assume(EXPONENTIAL)
    return True


def _rational_below(number: Any) -> Any:
    """A rational at most 10⁻⁶ below a nonnegative number."""
    with ctx.workprec(128):
        found = value(number, {})
    if not isinstance(found, arb):
        return number
    return sympy.Max(sympy.Integer(int((found * 10**6 - 1).floor().unique_fmpz() or 0)) / 10**6, 0)


def chebyshev_bound(left: Any) -> tuple[Any, Any] | None:
    """2ρ^k/(1 + ρ^(2k)) <= 2·ρ^k."""
    found = [p for p in left.atoms(sympy.Pow) if p.exp == k]
    if len(found) != 1:
        return None
    z = sympy.Dummy("Z", nonnegative=True)
    plain = left.xreplace({p: z ** (p.exp / k) for p in left.atoms(sympy.Pow) if p.base == found[0].base and (p.exp / k).is_Integer})
    return (found[0], sympy.Integer(2)) if not plain.has(k) and vanishes(plain - 2 * z / (1 + z**2)) else None


def _zero_where_equal(base: Any, prover: Prover) -> bool:
    """Whether a base is above 0 where mu < L, and 0 where mu = L."""
    above = sympy.Implies(sympy.Gt(L, mu, evaluate=False), sympy.Gt(base, 0, evaluate=False), evaluate=False)
    return prover.holds(sympy.And(above, sympy.Implies(sympy.Eq(mu, L, evaluate=False), sympy.Eq(base, 0, evaluate=False), evaluate=False), evaluate=False))


def _logarithmic_or_zero(goal: Any, base: Any, prover: Prover) -> bool:
    """An inequality with log(base) where base > 0; where it is 0 the power vanishes or k = 0, which the bound excludes for ε < 1."""
    strict = Prover((*prover.given, sympy.Gt(base, 0, evaluate=False)), prover.solvers, prover.deadline, prover.tell)
    if _zero_where_equal(base, prover):
        strict = Prover((*prover.given, mu < L), prover.solvers, prover.deadline, prover.tell)
    proved = is_logarithmic_inequality(goal, strict)
    prover.by |= strict.by
    return proved
