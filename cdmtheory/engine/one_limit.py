"""What one limit is: closed forms put in; what then has an exact limit gets it, the rest goes to SymPy and is confirmed in balls."""

from __future__ import annotations

from itertools import islice
from typing import Any

import sympy

from cdmtheory.engine.closed_forms import Mode, worst_form
from cdmtheory.engine.closed_rates import closed_rate, closed_rates
from cdmtheory.engine.count_limits import ROOT_LIMIT, at_large_condition, peak_in_limit, steps_in_limit
from cdmtheory.engine.exact_limit import exact_limit, of_powers
from cdmtheory.engine.expansion import is_defined_near, limit_of_expansion
from cdmtheory.engine.logarithms import confirmed, is_logarithmic_inequality, number_sign
from cdmtheory.engine.one_variable import same_function
from cdmtheory.engine.powers import is_defined
from cdmtheory.engine.proof import certificates_of
from cdmtheory.engine.prover import NoClosedForm, Prover
from cdmtheory.engine.roots import tidy
from cdmtheory.engine.substitute import apart, lost_conditions
from cdmtheory.language import L, MethodTerm, Sup, _OfMethod, eps, h, k, kappa, mu, residual, spectral_radius, steps_to, worst_rate, worst_residual
from cdmtheory.modes import residual as residual_polynomial

__all__ = ["DependsOnScale", "defined_near", "limit_of"]

FAR = 10**4  # a limit over kappa is decided by the condition numbers from here on
MOST_SEEN = 8
LARGEST_DEGREE = 8  # of a residual whose largest value is written down
CONVERGES = "polynomials of a fixed degree whose coefficients converge do so uniformly on [0, 1], and so do their largest values"
VANISHES = "powers of matrices with spectral radius below 1 tend to 0, uniformly on a compact set of eigenvalues"
SYMBOLIC = "the limit was computed symbolically, by SymPy, and checked in balls"

_SEEN: dict[Any, tuple[Any, set[str], list[str]]] = {}  # limits, with what carried them and what was assumed


class DependsOnScale(Exception):
    """A limit over kappa that still depends on L: an error of the claim."""


def limit_of(one: Any, prover: Prover) -> Any:
    """A limit; from the claim before, where certificates are not asked for: near misses often have the limit of their claim.

    Raises
    ------
    NoClosedForm
        If it is not found.
    DependsOnScale
        If it is none of a quantity without a scale.
    """
    prover = _about_the_rest(prover, one)
    if (one, prover.given) not in _SEEN or certificates_of(prover.solvers).keeping.search:
        alone = Prover(prover.given, prover.solvers, prover.deadline, prover.tell)
        limit = _one_limit(one, alone)
        while len(_SEEN) >= MOST_SEEN:
            _SEEN.pop(next(iter(_SEEN)))
        _SEEN[one, prover.given] = limit, alone.by, alone.assumed
    limit, by, assumed = _SEEN[one, prover.given]
    prover.by |= by
    prover.assume(*assumed)
    return limit


def _about_the_rest(prover: Prover, one: Any) -> Prover:
    """The hypotheses that say nothing of a limit's variable, which is bound; over kappa, that it is large, whatever the parameters of methods are."""
    expression, variable = one.args[:2]
    bound = {kappa, mu, L} if variable == kappa else {variable}
    kept = [g for g in prover.given if not g.free_symbols & bound]
    if variable == kappa:
        own = {s for term in expression.atoms(MethodTerm) for s in term.free_symbols} - bound
        above_zero = [s for s in sorted(own, key=str) if s.is_positive] + [
            g.gts - g.lts for g in kept if isinstance(g, (sympy.Lt, sympy.Gt)) and g.free_symbols <= own]
        kept += [sympy.Ge(L * gap, FAR * mu, evaluate=False) for gap in (sympy.Integer(1), *above_zero, *(gap**2 for gap in above_zero))]
    rest = Prover(tuple(kept), prover.solvers, prover.deadline, prover.tell)
    rest.by, rest.assumed = prover.by, prover.assumed
    return rest


def _one_limit(one: Any, prover: Prover) -> Any:
    expression, variable, target = one.args[:3]
    expected = {kappa: sympy.oo, k: sympy.oo, eps: sympy.Integer(0)}.get(variable, target)
    if target != expected or target not in (sympy.oo, sympy.Integer(0)) or (target == 0 and str(one.args[3]) != "+"):
        raise NoClosedForm(f"limits are taken over kappa and k at oo, over eps at 0 from above, not over {variable} at {target}")
    if any(variable in part.free_symbols for q in expression.atoms(residual, worst_residual, steps_to) for part in (q.args[0], *q.args[2:])
           if variable in (k, eps)):
        raise NoClosedForm("a method or an eigenvalue that changes with the variable of the limit")
    known = _by_theorem(expression, variable, prover)
    if known is not None:
        return known
    constants: dict[Any, Any] = {}  # names of positive numbers that depend on parameters alone, and of rates
    whole = _without_quantities(apart(expression), variable, prover, constants)
    scaled = _without_scale(whole.xreplace({mu: L / kappa}))
    at_one = None
    if kappa in scaled[0].free_symbols - {variable} and not prover.holds(sympy.Lt(mu, L, evaluate=False)):
        at_one = _at_condition_one(scaled, variable, prover)
        prover = Prover((*prover.given, mu < L), prover.solvers, prover.deadline, prover.tell)
    if variable == k:
        scaled = _decaying(scaled, prover, constants)
    limit = _of_expression(scaled, variable, target, prover, set(constants)).xreplace(constants)
    if at_one is not None and limit.xreplace({kappa: sympy.Integer(1)}) != at_one:
        raise NoClosedForm("it is another at kappa = 1, which is within the hypotheses")
    limit = _without_scale(sympy.Tuple(limit.xreplace({mu: L / kappa})))[0]
    if limit.has(L):
        raise DependsOnScale(f"the limit of {sympy.sstr(expression)} still depends on L; state it of a quantity without a scale, such as eta*L")
    return limit


def _by_theorem(expression: Any, variable: Any, prover: Prover) -> Any:
    """The limits that need no closed form: roots of residuals and residuals as k → oo, residuals of a fixed degree as κ → oo; None if it is none of them."""
    if variable == k and expression.is_Pow and expression.exp == 1 / k and isinstance(expression.base, worst_residual) and expression.base.args[1] == k:
        term = expression.base.args[0]
        if term.method.schedule.constant is not None and (prover.holds(sympy.Lt(mu, L, evaluate=False)) or _real_at_one(term, prover)):
            prover.assume(ROOT_LIMIT)
            return closed_rate(term, prover)
    if variable == k and isinstance(expression, (worst_residual, residual)) and expression.args[1] == k:
        term = expression.args[0].last
        if term.args[0].name == "chebyshev" and isinstance(expression, worst_residual) and worst_form(expression.args[0], prover).has(k):
            return sympy.Integer(0)  # 2ρ^k/(1 + ρ^(2k)), ρ < 1
        if term.method.schedule.constant is not None and is_defined(expression, prover):
            rate = worst_rate(term) if isinstance(expression, worst_residual) else spectral_radius(term, expression.args[2])
            if prover.holds(sympy.Lt(rate, 1, evaluate=False)):
                prover.assume(VANISHES)
                return sympy.Integer(0)
    if variable == kappa and isinstance(expression, worst_residual) and expression.args[1].is_Integer:
        return _of_fixed_degree(expression, prover)
    return None


def _without_quantities(whole: Any, variable: Any, prover: Prover, constants: dict[Any, Any]) -> Any:
    """An expression and its parts with closed forms put in; step counts and suprema up to a relative error that vanishes."""
    whole = whole.xreplace({q: Sup(_without_residuals(q.args[0], prover), k) for q in whole.atoms(Sup)})
    whole = _without_residuals(whole, prover)
    for q in sorted(whole.atoms(Sup), key=str):
        if variable != kappa or not _only_as_a_factor(whole[0], q):
            raise NoClosedForm("a supremum over k that is not a factor in a limit over kappa")
        peak = peak_in_limit(q.args[0], prover)
        if whole[0].has(sympy.log(q)) and at_large_condition(peak, prover) != sympy.oo:
            raise NoClosedForm("the logarithm of a supremum over k that does not grow without bound")
        whole = closed_rates(whole.xreplace({q: peak}), prover)
    for q in sorted(whole.atoms(steps_to), key=str):
        if not _only_as_a_factor(whole[0], q):
            raise NoClosedForm("a step count that is not a factor")
        whole = closed_rates(whole.xreplace({q: steps_in_limit(q, variable, prover.without(k), constants)}), prover)
    if whole.has(_OfMethod):
        raise NoClosedForm("a quantity in it has no closed form")
    return whole


def _without_residuals(e: Any, prover: Prover) -> Any:
    e = closed_rates(e, prover)
    for q in sorted(e.atoms(worst_residual), key=str):
        if not (q.args[1].is_integer and q.args[1].is_nonnegative):
            raise NoClosedForm(f"{q.args[1]} may be no number of steps")
        form = worst_form(q.args[0], prover if q.args[1] == k else prover.without(k))
        e = closed_rates(e.xreplace({q: form.xreplace({k: q.args[1]})}), prover)
    return e


def _without_scale(whole: Any) -> Any:
    """An expression at L = 1, if it does not depend on L; and its parts at any L."""
    expression = whole[0]
    if expression.has(L) and same_function(expression.xreplace({L: 4 * L}), expression):
        expression = expression.xreplace({L: sympy.Integer(1)})
    return sympy.Tuple(expression, *whole[1:])


def _of_expression(whole: Any, variable: Any, target: Any, prover: Prover, constants: set[Any]) -> Any:
    """The limit of an expression without quantities, if it and its parts are defined close to the target, whatever the parameters are."""
    others = whole[0].free_symbols - {variable}
    depends = NoClosedForm(f"it depends on {', '.join(sorted(s.name for s in others))}")
    if not all(s.is_positive for s in whole.free_symbols - {variable, k} - constants):
        raise depends
    y = sympy.Dummy("y", positive=True)
    near = whole.xreplace({variable: y**2 if variable == kappa else y})
    if not all(defined_near(part, y, target, prover) for part in near):
        raise NoClosedForm("that it is defined whatever the parameters are was not shown")
    at = sympy.powdenest(near[0], force=True)
    exact = exact_limit(at, y, target)
    exact = of_powers(at, y, target) if exact is None else exact
    exact = limit_of_expansion(at, y, target, lambda c: _sign(c, prover)) if exact is None else exact
    if exact is None and others:
        raise depends
    return _by_sympy(at, y, target, prover) if exact is None else exact


def defined_near(e: Any, y: Any, target: Any, prover: Prover) -> bool:
    """Whether every reciprocal, root and logarithm in an expression is shown to be defined close to the target under the hypotheses."""
    return is_defined_near(e, y, target, lambda c: _sign(c, prover))


def _only_as_a_factor(e: Any, quantity: Any) -> bool:
    """Whether a step count or a supremum is a factor, or under a fixed power: there, or where its logarithm is, a vanishing relative error does no harm."""
    if not e.has(quantity):
        return True
    if e.is_Mul:
        return all(_only_as_a_factor(f, quantity) for f in e.args)
    if e.is_Pow:
        return e.exp.is_number and _only_as_a_factor(e.base, quantity)
    return e in (quantity, sympy.log(quantity))


def _sign(c: Any, prover: Prover) -> int | None:
    """The sign of a coefficient with parameters, shown under the hypotheses factor by factor; None if it is not."""
    if c.is_number:
        return number_sign(c)
    sign = 1
    for factor in sympy.Mul.make_args(sympy.factor(c)):
        if factor.is_number:
            one = number_sign(factor)
        elif factor.is_positive or is_logarithmic_inequality(sympy.Gt(factor, 0, evaluate=False), prover):
            one = 1
        else:
            one = -1 if is_logarithmic_inequality(sympy.Lt(factor, 0, evaluate=False), prover) else None
        if one is None:
            return None
        sign *= one
    return sign


def _at_condition_one(whole: Any, variable: Any, prover: Prover) -> Any:
    """The limit over k where κ = 1, and a power of 0 vanishes."""
    e, y, one = whole[0], sympy.Dummy("y", positive=True), {kappa: sympy.Integer(1)}
    if variable != k:
        raise NoClosedForm("kappa = 1 is within the hypotheses")
    if any(p.exp.has(k) and p.base.xreplace({kappa: sympy.Integer(1)}) == 0 and not p.exp.diff(k).is_positive for p in e.atoms(sympy.Pow)):
        raise NoClosedForm("a power of 0 at kappa = 1, which is within the hypotheses")
    if lost_conditions(whole, one) or not all(defined_near(part.xreplace(one).xreplace({k: y}), y, sympy.oo, prover) for part in whole[1:]):
        raise NoClosedForm("that every part is defined at kappa = 1, which is within the hypotheses, was not shown")
    at = e.xreplace({kappa: sympy.Integer(1)}).replace(lambda p: p.is_Pow and p.base == 0 and p.exp.diff(k).is_positive, lambda _: sympy.Integer(0))
    if at.has(k, sympy.nan, sympy.zoo):
        raise NoClosedForm("kappa = 1 is within the hypotheses")
    return at


def _by_sympy(at: Any, y: Any, target: Any, prover: Prover) -> Any:
    """The limit that SymPy finds of an expression without parameters, confirmed by values in balls."""
    prover.assume(SYMBOLIC)
    try:
        limit = sympy.limit(at, y, target, "+" if target == 0 else "-")
    except (NotImplementedError, ValueError, TypeError, RecursionError, sympy.PoleError) as error:
        raise NoClosedForm(f"SymPy: {error}") from None
    if limit.has(sympy.Limit, sympy.nan, sympy.zoo, sympy.AccumBounds, y):
        raise NoClosedForm("SymPy does not find it")
    if not confirmed(at, y, sympy.sympify(target), "+", limit):
        raise NoClosedForm(f"SymPy gives {limit}, which values in balls do not confirm")
    return limit


def _decaying(e: Any, prover: Prover, constants: dict[Any, Any]) -> Any:
    """Powers R^k with 0 < R < 1, or R > 1, as exp(−c·k) or exp(c·k), c > 0, whose value is not asked for; of two R < 1 the smaller has the larger c."""
    known: list[tuple[Any, Any]] = []
    bases = {}  # each base, with what is below 1 of it and its reciprocal, and the sign of k there
    for base in {p.base for p in e.atoms(sympy.Pow) if p.exp.has(k) and p.base.free_symbols and p.base.free_symbols <= {mu, L, kappa}}:
        original = base.xreplace({kappa: L / mu})
        for below, sign in ((original, 1), (tidy(1 / original), -1)):
            if prover.holds(sympy.And(below > 0, below < 1, evaluate=False)):
                bases[base] = below, sign
                break
    for base, (below, sign) in sorted(bases.items(), key=lambda b: -b[1][0].xreplace({L: 4.0, mu: 1.0})):
        rate = next((rate for b, rate in known if prover.holds(sympy.Eq(below, b, evaluate=False))), None)
        if rate is None:
            larger = [(b, rate) for b, rate in reversed(known) if prover.holds(sympy.Lt(below, b, evaluate=False))]
            above, least = larger[0] if larger else (sympy.Integer(1), sympy.Integer(0))
            constants[c := sympy.Dummy("c", positive=True)] = -sympy.log(below / above)
            rate = c + least
            known.append((below, rate))
        e = e.replace(lambda p, base=base: p.is_Pow and p.base == base and p.exp.has(k), lambda p, r=sign * rate: sympy.exp(-r * p.exp))
    return e


def _of_fixed_degree(q: Any, prover: Prover) -> Any:
    """The limit over κ of worst_residual(m, 3) and the like: p_k has a fixed degree, so it converges on 0 <= h/L <= 1 if its coefficients do."""
    x, y = sympy.Dummy("x"), sympy.Dummy("y", positive=True)
    term, steps = q.args
    if steps > LARGEST_DEGREE or h in term.free_symbols or not is_defined(q, prover):
        raise NoClosedForm(f"a residual of degree {steps}, or one that may be undefined")
    method = term.method.map(lambda e: sympy.powdenest(sympy.sympify(e).xreplace({kappa: y**2, L: sympy.Integer(1), mu: y**-2}), force=True))
    if any(sympy.sympify(e).free_symbols - {y} for row in islice(method, int(steps)) for e in row):
        raise NoClosedForm("a method with parameters of its own")
    whole = residual_polynomial(method, int(steps), sympy.Poly(x, x, domain=sympy.QQ.frac_field(y)))
    limits = [exact_limit(sympy.sympify(c), y, sympy.oo) for c in sympy.Poly(whole, x).all_coeffs()]
    if any(c is None or c.is_infinite or not c.is_Rational for c in limits):
        raise NoClosedForm("the coefficients of the residual do not converge to rational numbers")
    prover.assume(CONVERGES)
    limit = sympy.Poly(limits, x)
    inner = [r for r in limit.diff().real_roots() if 0 < r < 1] if limit.degree() > 1 else []
    return sympy.Max(*[sympy.Abs(sympy.radsimp(sympy.simplify(limit.as_expr().xreplace({x: at})))) for at in (sympy.Integer(0), sympy.Integer(1), *inner)])


def _real_at_one(term: Any, prover: Prover) -> bool:
    """Whether both roots are real where κ = 1: from rest the residual then has the modulus of the larger one up to a polynomial in k."""
    if term.method.schedule.opening or h in term.free_symbols:
        return False
    mode = Mode(term, mu)
    real = sympy.Ge(mode.trace**2 - 4 * mode.determinant, 0, evaluate=False)
    return prover.holds(sympy.Implies(sympy.Eq(mu, L, evaluate=False), real, evaluate=False))
