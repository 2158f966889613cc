"""Optimal and Unique: a lower bound for all parameters, and a witness that attains it.

"For all problems there are parameters" is settled by naming the parameters as expressions. Candidates come from hints and
from solving the equations that hold where an optimum touches its value; each has to be proved like any other claim.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from typing import Any

import sympy
from flint import arb, ctx, fmpq

from cdmtheory.engine.evaluate import complete
from cdmtheory.engine.falsify import allowance, counterexample, described, satisfies, search, typical_parameters
from cdmtheory.engine.proof import Finding, prove
from cdmtheory.engine.quantities import value
from cdmtheory.engine.scalars import Open, Undefined
from cdmtheory.engine.solvers import Solvers
from cdmtheory.engine.substitute import NotStated, has_whole_steps, lost_conditions, put_in, special_case
from cdmtheory.engine.unattained import not_attained_at_counterexample, not_attained_somewhere, problems_of
from cdmtheory.language import Captured, L, Unique, _OfMethod, _Optimum, bind, k, kappa, mu, spectral_radius, worst_rate, worst_residual
from cdmtheory.modes import characteristic, coefficients_of
from cdmtheory.modes import residual as residual_of

__all__ = ["decide_not_optimal", "decide_optimum"]

CLOSE = arb("1e-18")
MOST_EQUATIONS = 12
LOOK_SECONDS = 1.0  # for another minimiser
LARGEST_RESIDUAL = 3  # steps of a residual whose equations are solved
ATTAINED = "the minimum is attained at"


def decide_optimum(claim: _Optimum, given: tuple[Any, ...], hints: tuple[Any, ...], solvers: Solvers, deadline: float,
                   tell: Callable[[str], None]) -> Finding:
    """Decide Optimal or Unique; a refutation names a better parameter, or a problem at which the value is not attained."""
    over = set(claim.over)
    if not isinstance(claim, Unique) and not over & claim.quantity.free_symbols and not any(g.free_symbols & over for g in given):
        return prove(sympy.Eq(claim.quantity, claim.value, evaluate=False), given, (), solvers, deadline, tell)  # nothing to choose
    if k in claim.free_symbols and (wrong := _refuted_at_first_steps(claim, given, solvers, deadline, tell)) is not None:
        return wrong
    outer = tuple(g for g in given if not g.free_symbols & over)
    inner = tuple(g for g in given if g.free_symbols & over)
    tell("the lower bound")
    share = time.monotonic() + 0.5 * (deadline - time.monotonic())
    bound = prove(sympy.Ge(claim.quantity, claim.value, evaluate=False), given, (), solvers, share, tell)
    if bound.verdict in ("REFUTED", "DISAGREEMENT"):
        return bound
    missed = not_attained_somewhere(claim, outer, inner, solvers, min(deadline, time.monotonic() + 0.3 * (deadline - time.monotonic())), tell)
    if missed is not None:
        return missed
    if bound.verdict != "PROVED":
        bound.reason = f"the lower bound is open: {bound.reason}"
        return bound
    tell("a witness that attains it")
    trouble = "no parameters that attain the value were found; give them as hints=[Eq(symbol, expression), …]"
    first: tuple[dict[Any, Any], Finding] | None = None  # a witness that may be the only one, and why that is open
    for witness in _witnesses(claim, outer, inner, hints):
        try:
            allowed = _allowed(sympy.Le(claim.quantity, claim.value, evaluate=False), witness, inner)
        except (Captured, NotStated):
            continue
        attained = prove(allowed, outer, (), solvers, time.monotonic() + 0.5 * (deadline - time.monotonic()), tell)
        if (missed := not_attained_at_counterexample(claim, attained, inner, solvers, deadline, tell)) is not None:
            return missed
        if attained.verdict != "PROVED":
            trouble = f"that {_shown(witness)} attains the value is open: {attained.reason or attained.verdict.lower()}"
            continue
        by = sorted({*bound.by, *attained.by})
        if first is not None:
            problem = next((p for p in problems_of(claim, outer, 3) if _differ(first[0], witness, p)), None)
            if problem is None:
                continue
            return Finding("REFUTED", by, described(sympy.true, problem, problem), reason=f"{ATTAINED} {_shown(first[0])} and at {_shown(witness)}")
        if not isinstance(claim, Unique):
            return Finding("PROVED", by)
        tell("uniqueness")
        only = sympy.Implies(sympy.Le(claim.quantity, claim.value, evaluate=False),
                             sympy.And(*[sympy.Eq(s, witness[s], evaluate=False) for s in claim.over], evaluate=False), evaluate=False)
        unique = prove(only, given, (), solvers, deadline, tell)
        if unique.verdict == "PROVED":
            return Finding("PROVED", sorted({*by, *unique.by}))
        if unique.verdict == "UNDECIDED" and (point := search(only, given, over=allowance(LOOK_SECONDS, deadline))[1]) is not None:
            unique = Finding("REFUTED", ["search"], counterexample(only, given, point))
        if unique.verdict == "REFUTED":
            unique.reason = f"{ATTAINED} {_shown(witness)} and at another point too"
        if unique.verdict != "UNDECIDED":
            return unique
        unique.reason = f"optimal, but uniqueness is open: {unique.reason}"
        first = witness, unique
    return first[1] if first else Finding("UNDECIDED", reason=trouble, scope="the lower bound holds; attainment is open")


def _differ(one: dict[Any, Any], other: dict[Any, Any], problem: dict[Any, fmpq]) -> bool:
    """Whether two witnesses are different parameters at a problem."""
    with ctx.workprec(192):
        point = complete(dict(problem))
        try:
            return any(bool(_as_ball(value(one[s], point)) - _as_ball(value(other[s], point)) != 0) for s in one)
        except (Undefined, Open):
            return False


def _refuted_at_first_steps(claim: _Optimum, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding | None:
    """What refutes a claim about every k at k = 0 or 1; None if nothing was found there."""
    for steps in (0, 1):
        here = {k: sympy.Integer(steps)}
        allowed = tuple(special_case(g, here) for g in given)
        if sympy.false in allowed:
            continue
        if not has_whole_steps(claim, here):
            continue
        tell(f"at k = {steps}")
        until = time.monotonic() + 0.05 * (deadline - time.monotonic())
        found = decide_optimum(claim.xreplace(here), tuple(g for g in allowed if g != sympy.true), (), solvers, until, lambda _: None)
        if found.verdict == "REFUTED":
            found.counterexample = {"lhs": None, "rhs": None, **(found.counterexample or {}),
                                    "point": {**(found.counterexample or {"point": {}})["point"], "k": str(steps)}}
            found.reason = f"at k = {steps}: {found.reason or 'the value is not the minimum'}"
            return found
    return None


def decide_not_optimal(claim: _Optimum, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding:
    """Decide that the minimum is not the value: nowhere attained, or undercut everywhere; refuted at a problem where it is the minimum."""
    over = set(claim.over)
    outer, inner = tuple(g for g in given if not g.free_symbols & over), tuple(g for g in given if g.free_symbols & over)
    for problem in [p for p in problems_of(claim, outer, 4) if mu in p]:
        tell("is it optimal at one problem?")
        here = {s: sympy.Rational(int(x.p), int(x.q)) for s, x in problem.items()}
        at = tuple(sympy.Eq(s, x, evaluate=False) for s, x in here.items() if s != kappa)
        until = min(deadline, time.monotonic() + 0.15 * (deadline - time.monotonic()))
        if decide_optimum(claim, (*given, *at), (), solvers, until, lambda _: None).verdict == "PROVED":
            shown = {s.name: str(x) for s, x in sorted(problem.items(), key=lambda item: item[0].name)}
            return Finding("REFUTED", ["algebra"], {"point": shown, "lhs": None, "rhs": None}, reason="at this problem it is the minimum")
    tell("is it out of reach everywhere?")
    above = prove(sympy.Gt(claim.quantity, claim.value, evaluate=False), given, (), solvers, time.monotonic() + 0.3 * (deadline - time.monotonic()), tell)
    if above.verdict == "PROVED":
        return above
    tell("is it undercut everywhere?")
    for choice in itertools.product(typical_parameters(), repeat=len(claim.over)):
        if time.monotonic() > deadline:
            break
        witness = dict(zip(claim.over, choice, strict=True))
        if not all(_undercuts(claim, witness, p) for p in problems_of(claim, outer, 3)):
            continue
        better = _allowed(sympy.Lt(claim.quantity, claim.value, evaluate=False), witness, inner)
        found = prove(better, outer, (), solvers, time.monotonic() + 0.4 * (deadline - time.monotonic()), tell)
        if found.verdict == "PROVED":
            return Finding("PROVED", found.by)
    return Finding("UNDECIDED", reason="that the value is nowhere the minimum was not shown, and no problem was found at which it is")


def _undercuts(claim: _Optimum, witness: dict[Any, Any], problem: dict[Any, fmpq]) -> bool:
    """Whether, by numbers, a witness is below the value at one problem: a filter, no proof."""
    try:
        with ctx.workprec(192):
            point = complete(dict(problem))
            point = {**point, **{s: value(e, point) for s, e in witness.items()}}
            return bool(_as_ball(value(claim.quantity, point)) < _as_ball(value(claim.value, point)))
    except (Undefined, Open, ValueError, ZeroDivisionError, AttributeError):
        return False


def _shown(witness: dict[Any, Any]) -> str:
    return ", ".join(f"{s.name} = {sympy.sstr(e)}" for s, e in witness.items())


def _allowed(compared: Any, witness: dict[Any, Any], inner: tuple[Any, ...]) -> Any:
    """That the hypotheses allow a witness, and that at it the quantity is defined and compares with the value."""
    parts = [put_in(compared, witness), *(put_in(g, witness) for g in inner), *(_range_of(s, e) for s, e in witness.items())]
    return sympy.And(*parts, *(c for e in (compared, *inner) for c in lost_conditions(e, witness)), evaluate=False)


def _range_of(s: Any, e: Any) -> Any:
    """That an expression lies in the range its symbol has by assumption; an integer must be seen to be one."""
    if s.is_integer and not e.is_integer:
        return sympy.Eq(sympy.floor(e), e, evaluate=False) if e.is_number else sympy.false
    if s.is_positive:
        return sympy.Gt(e, 0, evaluate=False)
    if s.is_nonnegative:
        return sympy.Ge(e, 0, evaluate=False)
    if s.is_negative:
        return sympy.Lt(e, 0, evaluate=False)
    if s.is_nonpositive:
        return sympy.Le(e, 0, evaluate=False)
    return sympy.Ne(e, 0, evaluate=False) if s.is_nonzero else sympy.Eq(e, e, evaluate=False)


def _witnesses(claim: _Optimum, outer: tuple[Any, ...], inner: tuple[Any, ...], hints: tuple[Any, ...]) -> Iterator[dict[Any, Any]]:
    """Parameters as expressions of the problem that attain the value, as far as numbers can tell."""
    problems = problems_of(claim, outer, 3)
    named = {e.lhs: e.rhs for e in hints if isinstance(e, sympy.Eq) and e.lhs in claim.over}
    for _ in claim.over:  # one may be given by another
        named = {s: e.xreplace(named) for s, e in named.items()}
    in_the_problem = not any(e.free_symbols & set(claim.over) for e in named.values())
    if in_the_problem and len(named) == len(claim.over) and all(_attains(claim, inner, named, p) is not False for p in problems):
        yield named
    if not problems or not has_whole_steps(sympy.Tuple(claim, *inner), {k: sympy.Integer(1)}):
        return
    one = {k: sympy.Integer(1)}  # what is best for every number of steps is so for one
    equations = list(dict.fromkeys(_touching(claim.xreplace(one), tuple(g.xreplace(one) for g in inner))))[:MOST_EQUATIONS]
    numbers = {s: sympy.Rational(int(x.p), int(x.q)) for s, x in problems[0].items()}
    seen: list[dict[Any, Any]] = []
    for fixed in _some_fixed(claim.over):
        free = tuple(s for s in claim.over if s not in fixed)
        left = list(dict.fromkeys(e.xreplace(fixed) for e in equations))
        for chosen in itertools.combinations([e for e in left if e.has(*free)], len(free)):
            at_problem = [e.xreplace(numbers) for e in chosen]
            here = {s: e.xreplace(numbers) for s, e in fixed.items()}
            if not any(_attains(claim, inner, {**here, **w}, problems[0]) is not False for w in _solutions(at_problem, free)):
                continue
            for witness in ({**fixed, **w} for w in _solutions(chosen, free)):
                if witness not in seen and all(_attains(claim, inner, witness, p) is not False for p in problems):
                    seen.append(witness)
                    yield witness


def _some_fixed(over: tuple[Any, ...]) -> Iterator[dict[Any, Any]]:
    """No parameter given in advance; then one of several, for minima that a whole curve of parameters attains."""
    yield {}
    if len(over) > 1:
        for s in over:
            for guess in ((1 / L, 1 / (L + mu)) if s.is_positive else (sympy.Integer(0), 1 / L)):
                yield {s: guess}


def _solutions(equations: Any, over: tuple[Any, ...]) -> list[dict[Any, Any]]:
    """Solutions of a small polynomial system; every root is a symbol of its own, so that SymPy sees rational functions.

    A parameter under a square root is found through its root.
    """
    rooted = {p.base for e in equations for p in e.atoms(sympy.Pow) if p.exp.is_Rational and not p.exp.is_Integer} & set(over)
    roots = {s: sympy.Dummy(f"root_{s.name}", positive=True) for e in equations for s in e.free_symbols
             if s.is_positive and (s not in over or s in rooted)}
    unknown = [roots.get(s, s) if s in rooted else s for s in over]
    squares = {s: r**2 for s, r in roots.items()}
    back: dict[Any, Any] = {r: sympy.sqrt(s) for s, r in roots.items() if s not in over}
    rational = []
    for e in equations:
        inside = e.xreplace(squares)
        for power in sorted((p for p in inside.atoms(sympy.Pow) if p.exp.is_Rational and not p.exp.is_Integer), key=sympy.count_ops):
            if power.free_symbols & set(unknown):
                return []
            known = next((r for r, p in back.items() if p == power), None)
            symbol = known or sympy.Dummy("root", positive=True)
            back[symbol] = power
            inside = inside.xreplace({power: symbol})
        rational.append(sympy.numer(sympy.together(inside)))
    try:
        found = sympy.solve(rational, unknown, dict=True)
    except (NotImplementedError, ValueError, TypeError):
        return []
    found = [w for w in found if all(s in w for s in unknown) and not any(w[s].free_symbols & set(unknown) or w[s].has(sympy.I) for s in unknown)]
    return [{s: sympy.factor(w[r] ** (2 if s in rooted else 1)).xreplace(back).xreplace(back) for s, r in zip(over, unknown, strict=True)} for w in found]


def _touching(claim: _Optimum, inner: tuple[Any, ...]) -> Iterator[Any]:
    """Equations one of which holds wherever the quantity equals the value, or where a hypothesis on the parameters is sharp."""
    swap = {kappa: L / mu}
    target = claim.value.xreplace(swap)
    target = target.replace(sympy.Abs, lambda e: e)
    yield from _equations_of(claim.quantity.xreplace(swap), target)
    for kink in sorted(claim.quantity.atoms(sympy.Abs), key=str):
        yield kink.args[0].xreplace(swap)
    for g in inner:
        for relation in g.atoms(sympy.core.relational.Relational):
            if not relation.has(_OfMethod):
                yield (relation.lhs - relation.rhs).xreplace(swap)
    if not claim.quantity.has(_OfMethod, sympy.Abs, sympy.Max, sympy.Min):
        for s in claim.over:
            yield sympy.diff(claim.quantity.xreplace(swap), s)


def _equations_of(quantity: Any, target: Any) -> Iterator[Any]:
    if isinstance(quantity, (sympy.Max, sympy.Min)):
        for part in quantity.args:
            yield from _equations_of(part, target)
    elif isinstance(quantity, sympy.Abs):
        yield quantity.args[0] - target
        yield quantity.args[0] + target
    elif isinstance(quantity, (spectral_radius, worst_rate)):
        ends = [quantity.args[1]] if isinstance(quantity, spectral_radius) else [mu, L]
        for at in ends:
            found = characteristic(coefficients_of(bind(quantity.args[0], at).method), at)
            trace, determinant = sympy.sympify(found.trace), sympy.sympify(found.determinant)
            if determinant == 0:
                yield from (trace - target, trace + target)
            else:
                yield from (determinant - target**2, trace - 2 * target, trace * target - target**2 - determinant,
                            -trace * target - target**2 - determinant, trace + 2 * target)
    elif isinstance(quantity, worst_residual) and quantity.args[1].is_Integer and quantity.args[1] <= LARGEST_RESIDUAL:
        for at in (mu, L):
            p = sympy.sympify(residual_of(bind(quantity.args[0], at).method, int(quantity.args[1]), at))
            yield from (p - target, p + target)
    elif not quantity.has(_OfMethod):
        yield quantity - target


def _attains(claim: _Optimum, inner: tuple[Any, ...], witness: dict[Any, Any], problem: dict[Any, fmpq]) -> bool | None:
    """Whether, by numbers, a witness is allowed and attains the value at one problem, or None if the quantity has no value: a filter, no proof."""
    try:
        with ctx.workprec(192):
            point = complete(dict(problem))
            point = {**point, **{s: value(e, point) for s, e in witness.items()}}
            for s in claim.over:
                if (s.is_positive and not point[s] > 0) or (s.is_nonnegative and point[s] < 0):
                    return False
            if any(bool(abs(value(g.lhs, point) - value(g.rhs, point)) > CLOSE) and satisfies((g,), point) is False
                   for g in inner if isinstance(g, sympy.core.relational.Relational)):
                return False
            gap = _as_ball(value(claim.quantity, point)) - _as_ball(value(claim.value, point))
            return not gap > CLOSE and not (gap < -CLOSE)
    except Open:
        return None
    except (Undefined, ValueError, ZeroDivisionError, AttributeError):
        return False


def _as_ball(x: Any) -> Any:
    return x if isinstance(x, arb) else arb(x)
