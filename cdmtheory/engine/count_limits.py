"""Step counts, and largest residuals over all k, inside a limit: up to a relative error that vanishes."""

from __future__ import annotations

from typing import Any

import sympy

from cdmtheory.engine.closed_forms import Mode, modulus_of, worst_form
from cdmtheory.engine.closed_rates import closed_rate, closed_rates
from cdmtheory.engine.complexity import chebyshev_bound
from cdmtheory.engine.exact_limit import exact_limit
from cdmtheory.engine.logarithms import is_logarithmic_inequality, number_sign
from cdmtheory.engine.prover import NoClosedForm, Prover
from cdmtheory.engine.roots import vanishes
from cdmtheory.language import L, eps, k, kappa, mu

__all__ = ["ASYMPTOTIC", "LARGEST_LATE", "PEAK", "ROOT_LIMIT", "at_large_condition", "peak_in_limit", "steps_in_limit"]

ROOT_LIMIT = "worst_residual(m, k)^(1/k) tends to worst_rate(m) for a stationary method if mu < L, or from rest if the roots are real (Gelfand's formula)"
ASYMPTOTIC = "ceilings and polynomial factors do not change the limit of a ratio of step counts that grow without bound"
LATE = "R^k(1 + k(1 − R)), the residual at mu, decreases with k and is above 49/50 for k <= 1/(5(1 − R)) as R → 1 (6/5·e^(−1/5) = 0.982…)"
PEAK = ("(a + bk)R^k, b > 0, 0 < R < 1, is largest at the real number K = −1/log R − a/b, and falls by a factor of R(1 − log R) from there to K + 1, "
        "which tends to 1 as R → 1; where K tends to a number below 0, it is largest at k = 0")
LARGEST_LATE = sympy.Rational(49, 50)  # tolerance


def steps_in_limit(q: Any, variable: Any, prover: Prover, constants: dict[Any, Any]) -> Any:
    """steps_to up to a relative error that vanishes: log ε/log rate for pure powers always, for the others as ε → 0 only; ``constants`` gets names."""
    term, tolerance = q.args
    if variable not in (kappa, eps):
        raise NoClosedForm("a step count in a limit in which it does not grow")
    if tolerance != eps and (variable == eps or not _is_tolerance(tolerance, prover)):
        raise NoClosedForm("a step count to a tolerance that is not eps and not shown to lie between 0 and 1")
    if variable == eps and term.method.schedule.constant is not None:
        rate = closed_rate(term, prover)
        if not prover.holds(sympy.And(rate > 0, rate < 1, evaluate=False)) or not prover.holds(sympy.Lt(mu, L, evaluate=False)):
            raise NoClosedForm("a step count at a rate that may be 0 or 1")
        prover.assume(ASYMPTOTIC, ROOT_LIMIT)
        return sympy.log(tolerance) / sympy.log(rate)
    form = worst_form(term, prover) if variable != kappa else _late_form(term, tolerance, prover)
    base = [p for p in form.atoms(sympy.Pow) if p.exp == k]
    if len(base) != 1:
        raise NoClosedForm("the step count has no closed form in this limit")
    prover.assume(ASYMPTOTIC)
    rate = base[0].base
    if not prover.holds(sympy.And(rate > 0, rate < 1, evaluate=False)) or (variable == kappa and at_large_condition(1 - rate, prover) != 0):
        raise NoClosedForm("a step count that does not grow without bound, or is infinite")
    if variable == eps or form == base[0]:
        if tolerance.free_symbols <= {eps}:
            return sympy.log(tolerance) / sympy.log(rate)
        constants[decay := sympy.Dummy("decay", positive=True)] = -sympy.log(tolerance)
        return -decay / sympy.log(rate)
    if chebyshev_bound(form) is not None:
        constants[arc := sympy.Dummy("arc", positive=True)] = sympy.acosh(1 / tolerance)
        return -arc / sympy.log(rate)
    factor = sympy.Poly(form / base[0], k).all_coeffs() if (form / base[0]).is_polynomial(k) else []
    if variable != kappa or len(factor) != 2 or factor[1] != 1:
        raise NoClosedForm("the step count has no closed form in this limit")
    constants[sigma := sympy.Dummy("sigma", positive=True)] = _settling_time(tolerance, prover)
    return _with_linear_factor(rate, factor[0] / (1 - rate), sigma, prover)


def _is_tolerance(tolerance: Any, prover: Prover) -> bool:
    """Whether a number, or an expression in parameters of the claim's own such as (1 + s)e^(−s), lies between 0 and 1."""
    if not tolerance.free_symbols:
        return number_sign(tolerance) == number_sign(1 - tolerance) == 1
    parts = (sympy.Gt(tolerance, 0, evaluate=False), sympy.Lt(tolerance, 1, evaluate=False))
    return not tolerance.has(mu, L, kappa, k, eps) and all(is_logarithmic_inequality(part, prover) for part in parts)


def _settling_time(tolerance: Any, prover: Prover) -> Any:
    """σ > 0 with (1 + σ)e^(−σ) = ε; for tolerances such as 2/e or (1 + s)e^(−s) the number or expression that it is."""
    sigma = -1 - sympy.LambertW(-tolerance / sympy.E, -1)
    near = [-e.exp for e in tolerance.atoms(sympy.exp)]
    if not tolerance.free_symbols and tolerance.has(sympy.exp, sympy.E):
        near.append(sympy.Rational(str(sympy.N(sigma, 15))).limit_denominator(1000))
    for simple in near:
        if prover.holds(sympy.Gt(simple, 0, evaluate=False)) and sympy.simplify((1 + simple) * sympy.exp(-simple) - tolerance) == 0:
            return simple
    return sigma


def _late_form(term: Any, tolerance: Any, prover: Prover) -> Any:
    """worst_residual in closed form, if need be from k = 1/(5(1 − R)) on: at R^k(1 + k(1 − R)) ~ 0.982 and what is above, a step count sees no more."""
    own = term.free_symbols | {mu, L, kappa, k}
    about = Prover(tuple(g for g in prover.given if g.free_symbols & own), prover.solvers, prover.deadline, prover.tell)  # not about the tolerance
    about.by, about.assumed = prover.by, prover.assumed
    try:
        return worst_form(term, about)
    except NoClosedForm:
        rate = modulus_of(Mode(term, mu), about)
        small = is_logarithmic_inequality(sympy.Le(tolerance, LARGEST_LATE, evaluate=False), prover) if tolerance.free_symbols else (
            number_sign(LARGEST_LATE - tolerance) in (0, 1))
        if rate is None or not small:
            raise
        late = Prover((*about.given, sympy.Ge(5 * k * (1 - rate), 1, evaluate=False)), prover.solvers, prover.deadline, prover.tell)
        late.by, late.assumed = prover.by, prover.assumed
        form = worst_form(term, late)
        if not vanishes(form - rate**k * (1 + k * (1 - rate))):
            raise
        prover.assume(LATE)
        return form


def peak_in_limit(form: Any, prover: Prover) -> Any:
    """Sup((a + bk)R^k, k) up to a relative error that vanishes as κ → oo."""
    powers = [f for f in sympy.Mul.make_args(form) if f.is_Pow and f.exp == k and not f.base.has(k)]
    rate, rest = sympy.Mul(*[p.base for p in powers]), sympy.Mul(*[f for f in sympy.Mul.make_args(form) if f not in powers])
    factor = sympy.Poly(rest, k).all_coeffs() if powers and rest.is_polynomial(k) else []
    if len(factor) not in (1, 2) or not prover.holds(sympy.And(rate > 0, rate < 1, evaluate=False)):
        raise NoClosedForm("the supremum over k has no closed form in this limit")
    slope, start = factor if len(factor) == 2 else (sympy.Integer(0), factor[0])
    if slope == 0 and prover.holds(sympy.Ge(start, 0, evaluate=False)):
        return start
    if not prover.holds(sympy.Gt(slope, 0, evaluate=False)):
        raise NoClosedForm("the supremum over k of a residual whose factor does not grow")
    prover.assume(PEAK)
    tends_to, peak, exponent = (at_large_condition(e, prover) for e in (rate, -1 / sympy.log(rate) - start / slope, -1 - sympy.log(rate) * start / slope))
    if peak is not None and peak.is_negative:
        return start
    if tends_to != 1 or peak != sympy.oo or exponent is None or not exponent.is_finite:
        raise NoClosedForm("the supremum over k has no closed form in this limit")
    return -sympy.exp(exponent) * slope / sympy.log(rate)


def at_large_condition(e: Any, prover: Prover) -> Any:
    """The limit of an expression in μ and L as κ → oo; None if it is not found."""
    y = sympy.Dummy("y", positive=True)
    in_one = closed_rates(e, prover).xreplace({kappa: L / mu}).xreplace({mu: L / y**2}).xreplace({L: sympy.Integer(1)})
    return exact_limit(sympy.powdenest(in_one, force=True), y, sympy.oo)


def _with_linear_factor(rate: Any, slope: Any, sigma: Any, prover: Prover) -> Any:
    """Where R^k(1 + k·c(1 − R)) reaches a tolerance as R → 1: at t/(1 − R) with e^(−t)(1 + ct) = ε; for c → oo at log(c)/(1 − R)."""
    gap, c = at_large_condition(1 - rate, prover), at_large_condition(slope, prover)
    if gap != 0 or c not in (1, sympy.oo):
        raise NoClosedForm("the step count has no closed form in this limit")
    return (sympy.log(slope) if c == sympy.oo else sigma) / (1 - rate)
