"""Logarithms, limits and suprema over k.

An inequality between logarithms of rational functions in one variable is decided by a derivative ladder: divide by the
coefficient of one logarithm (its sign is known), differentiate, and that logarithm is gone; at the bottom a rational
function's sign comes from its real roots. Going up again, a monotone function has the sign of its value at one end.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sympy
from flint import arb, ctx, fmpq
from sympy.core.relational import Relational

from cdmtheory.engine.decide import Finding, combined, prove
from cdmtheory.engine.evaluate import Open, Undefined, complete, holds, value
from cdmtheory.engine.every_k import _defined, _Mode, _NoClosedForm, _Prover, _square_root, _squares, _tidy, _worst, decide_every_k
from cdmtheory.engine.falsify import points, satisfies
from cdmtheory.engine.solvers import Solvers
from cdmtheory.language import L, Sup, eps, h, k, kappa, mu, residual, steps_to, worst_rate, worst_residual

__all__ = ["decide_analysis", "decide_complexity"]

DEPTH = 6
CLOSE_TO_END = (sympy.Rational(1, 10**4), sympy.Rational(1, 10**8), sympy.Rational(1, 10**16), sympy.Rational(1, 10**32))
LADDER = "a function with a derivative of one sign on an interval is monotone there"
EXPONENTIAL = "R <= e^(R − 1), and (1 + t)e^(−t) decreases for t >= 0; so does (a + t)e^(−t), a >= 1"
ROOT_LIMIT = "worst_residual(m, k)^(1/k) tends to worst_rate(m) for a stationary method and mu < L (Gelfand's formula)"
ASYMPTOTIC = "ceilings and polynomial factors do not change the limit of a ratio of step counts that grow without bound"

def decide_analysis(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding | None:
    """Decide a statement with logarithms, a limit or a supremum over k; None if it is none of these."""
    prover = _Prover(tuple(g for g in given if not g.has(sympy.log, sympy.exp, sympy.atanh)), solvers, deadline, tell)
    if statement.has(sympy.Limit):
        tell("a limit")
        return _limit(statement, prover)
    if statement.has(Sup):
        tell("a supremum over k")
        if isinstance(statement, sympy.And):
            return combined([prove(part, given, (), solvers, deadline, tell) for part in statement.args])
        return _supremum(statement, given, prover) or Finding("UNDECIDED", reason="a supremum over k that does not stand alone on one side")
    if statement.has(sympy.log, sympy.exp, sympy.atanh) and isinstance(statement, (Relational, sympy.And)):
        tell("logarithms in one variable")
        parts = statement.args if isinstance(statement, sympy.And) else (statement,)
        if all(_logarithmic(part, prover) for part in parts):
            prover.assume(LADDER)
            return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))
    return None


# -- inequalities with logarithms ---------------------------------------------------------------------------------------


def _logarithmic(relation: Any, prover: _Prover) -> bool:
    """Whether an inequality in one variable with logarithms is proved."""
    if not relation.has(sympy.log, sympy.exp, sympy.atanh):
        return prover.holds(relation)
    if not isinstance(relation, (sympy.Lt, sympy.Le, sympy.Gt, sympy.Ge)):
        return False
    try:
        low, high = (_closed_rates(side, prover) for side in (relation.args if isinstance(relation, (sympy.Lt, sympy.Le)) else relation.args[::-1]))
    except _NoClosedForm:
        return False
    try:
        low, high = _over_one_variable(low, high)
    except _NoClosedForm:
        return False
    free = (low.free_symbols | high.free_symbols)
    if len(free) != 1:
        return False
    variable = free.pop()
    interval = _interval(variable, prover)
    if interval is None:
        return False
    (a, b), closed_ends = interval
    if not all(_defined_on(side, variable, a, b, prover.deadline) for side in (low, high)):
        return False
    if low.has(sympy.exp) or high.has(sympy.exp) or _variable_powers(low) or _variable_powers(high):
        if not (_positive(low, variable, a, b) and _positive(high, variable, a, b)):
            return False
        low, high = sympy.log(low), sympy.log(high)
    f = _cleared(high - low, variable, a, b)
    if f is None or _sign_in_pieces(f, variable, a, b, min(prover.deadline, time.monotonic() + 30)) != 1:
        return False
    return all(_holds_at(relation, variable, end) for end in closed_ends)


def _defined_on(e: Any, variable: Any, a: Any, b: Any, deadline: float) -> bool:
    """Whether every reciprocal, root and logarithm in an expression, as it stands, is defined on (a, b)."""
    if isinstance(e, sympy.log) and not e.args[0].has(sympy.log, sympy.exp) and _rational_sign(e.args[0], variable, a, b) != 1:
        return False
    if isinstance(e, sympy.Pow) and e.base.has(variable) and not e.exp.is_Integer and _rational_sign(e.base, variable, a, b) != 1:
        return False
    if isinstance(e, sympy.Pow) and e.base.has(variable) and e.exp.is_Integer and e.exp < 0:
        if e.base.has(sympy.log):
            opened = _expanded_logs(e.base, variable, a, b)
            if opened is None or _sign(opened, variable, a, b, 3, deadline) not in (1, -1):
                return False
        elif not e.base.has(sympy.exp) and _rational_sign(e.base, variable, a, b) not in (1, -1):
            return False
    return all(_defined_on(part, variable, a, b, deadline) for part in e.args)


def _closed_rates(e: Any, prover: _Prover) -> Any:
    """The expression with worst rates replaced by closed forms, proved."""
    return e.xreplace({q: closed_rate(q.args[0], prover) for q in e.atoms(worst_rate)})


def closed_rate(term: Any, prover: _Prover) -> Any:
    """worst_rate(m) as an expression: a root at one end of the spectrum, proved to be it."""
    if h in term.free_symbols:
        raise _NoClosedForm("the method depends on the eigenvalue")
    candidates: list[Any] = []
    for end in (mu, L):
        mode = _Mode(term, end)
        discriminant, back = _squares(_tidy(mode.trace**2 - 4 * mode.determinant))
        root = _square_root(sympy.cancel(discriminant)) if discriminant != 0 else sympy.Integer(0)
        modulus, back2 = _squares(mode.determinant)
        product = _square_root(sympy.cancel(modulus)) if modulus != 0 else None
        if root is not None:
            root = root.xreplace(back)
            candidates += [_tidy(s * (mode.trace + t * root) / 2) for s in (1, -1) for t in ((1, -1) if root != 0 else (1,))]
        if product is not None:
            candidates += [_tidy(s * product.xreplace(back2)) for s in (1, -1)]
    for candidate in dict.fromkeys(candidates):
        if candidate.is_number and candidate <= 0:
            continue
        if prover.holds(sympy.Eq(worst_rate(term), candidate, evaluate=False), seconds=4):
            return candidate
    raise _NoClosedForm("the worst rate has no closed form that was found")


def _over_one_variable(*sides: Any) -> tuple[Any, ...]:
    """Expressions over the same single variable: κ where all of them depend on L/μ alone, with roots resolved."""
    found = [e.xreplace({kappa: L / mu}) for e in sides]
    if any(e.has(mu) or e.has(L) for e in found):
        if not all(_same(e.xreplace({mu: 3 * mu, L: 3 * L}), e) for e in found if e.has(mu) or e.has(L)):
            if any(e.has(mu) for e in found):
                raise _NoClosedForm("it depends on more than L/mu")
        else:
            found = [e.xreplace({mu: sympy.Integer(1)}).xreplace({L: kappa}) for e in found]
    found = [e.replace(sympy.atanh, lambda y: sympy.log((1 + y) / (1 - y)) / 2) for e in found]
    for s in set().union(*(e.free_symbols for e in found)):
        if s.is_positive and any(p.base == s and p.exp.is_Rational and p.exp.q == 2 for e in found for p in e.atoms(sympy.Pow)):
            root = sympy.Dummy(f"sqrt_{s.name}", positive=True)
            found = [e.xreplace({s: root**2}) for e in found]
    return tuple(found)


def _same(a: Any, b: Any) -> bool:
    """Whether scaling left an expression as it was, argument by argument of its logarithms."""
    logs_a, logs_b = a.replace(sympy.log, lambda y: sympy.log(_tidy(y))), b.replace(sympy.log, lambda y: sympy.log(_tidy(y)))
    return bool(sympy.cancel(sympy.together(logs_a - logs_b)) == 0) or bool(sympy.simplify(logs_a - logs_b) == 0)


def _interval(variable: Any, prover: _Prover) -> tuple[tuple[Any, Any], list[Any]] | None:
    """The open interval of a variable under the hypotheses, and those of its ends that are allowed values."""
    name = variable.name.removeprefix("sqrt_")
    square = variable.name.startswith("sqrt_")
    low, high, closed_low, closed_high = (sympy.Integer(0), sympy.oo, False, False) if variable.is_positive else (-sympy.oo, sympy.oo, False, False)
    if variable.is_nonnegative and not variable.is_positive:
        low, closed_low = sympy.Integer(0), True
    if name == "kappa":
        low, closed_low = sympy.Integer(1), True
    if name == "eps":
        high = sympy.Integer(1)
    for hypothesis in prover.given:
        g = hypothesis.xreplace({kappa: L / mu})
        parts = g.args if isinstance(g, sympy.And) else (g,)
        for part in parts:
            if name == "kappa" and part in (mu < L, mu < L, sympy.Ne(mu, L), sympy.Ne(L, mu)):
                closed_low = False
                continue
            ratio = name == "kappa" and isinstance(part, Relational) and _homogeneous(part)
            single = part.xreplace({mu: sympy.Integer(1)}).xreplace({L: kappa}) if ratio else part
            if part.has(mu) and not ratio:
                continue
            if not isinstance(single, (sympy.Lt, sympy.Le, sympy.Gt, sympy.Ge)) or {s.name for s in single.free_symbols} != {name}:
                continue
            symbol = single.free_symbols.copy().pop()
            try:
                allowed = sympy.solveset(single, symbol, sympy.Interval.open(0, sympy.oo) if symbol.is_positive else sympy.S.Reals)
            except (NotImplementedError, ValueError, TypeError):
                continue
            if not isinstance(allowed, sympy.Interval):
                continue
            start, end = (sympy.sqrt(t) if square else t for t in (allowed.start, allowed.end))
            if start.is_Rational and start > low:
                low, closed_low = start, not allowed.left_open
            elif start.is_Rational and start == low:
                closed_low = closed_low and not allowed.left_open
            if (end.is_Rational and end < high) or (end.is_Rational and end == high and not high.is_infinite):
                high, closed_high = end, not allowed.right_open
    return ((low, high), [e for e, c in ((low, closed_low), (high, closed_high)) if c]) if low < high else None


def _homogeneous(relation: Any) -> bool:
    scaled = relation.xreplace({mu: 3 * mu, L: 3 * L})
    difference, other = relation.lhs - relation.rhs, scaled.lhs - scaled.rhs
    ratio = sympy.cancel(sympy.together(other / difference)) if difference != 0 else sympy.nan
    return bool(ratio.is_number and ratio.is_positive)


def _variable_powers(e: Any) -> bool:
    return any(not p.exp.is_number for p in e.atoms(sympy.Pow))


def _positive(e: Any, variable: Any, a: Any, b: Any) -> bool:
    """Whether a product of exponentials, powers and rational functions is seen to be positive on (a, b)."""
    for factor in sympy.Mul.make_args(e):
        if isinstance(factor, sympy.exp):
            continue
        base = factor.base if factor.is_Pow else factor
        if base.has(sympy.log, sympy.exp) or _rational_sign(base, variable, a, b) != 1:
            return False
    return True


def _cleared(f: Any, variable: Any, a: Any, b: Any) -> Any:
    """A function with the sign of f on (a, b) that is linear in logarithms with rational coefficients; None if there is none."""
    f = _expanded_logs(f, variable, a, b)
    if f is None:
        return None
    logs = sorted(f.atoms(sympy.log), key=str)
    names = {g: sympy.Dummy(f"log_{i}") for i, g in enumerate(logs)}
    n, d = sympy.fraction(sympy.together(f.xreplace(names)))
    sign = 1
    for factor, power in sympy.factor_list(d)[1]:
        if power % 2 == 0:
            continue
        back = {y: g for g, y in names.items()}
        one = _sign(factor.xreplace(back), variable, a, b, 3, None)
        if one not in (1, -1):
            return None
        sign *= one
    constant = sympy.factor_list(d)[0]
    n = sympy.expand(n) * (1 if constant > 0 else -1) * sign
    return n.xreplace({y: g for g, y in names.items()})


def _expanded_logs(f: Any, variable: Any, a: Any, b: Any) -> Any:
    """Every logarithm as a sum of logarithms of factors that are positive on (a, b); None if one has no sign there."""

    def expanded(argument: Any) -> Any:
        if argument.is_Pow:
            return argument.exp * expanded(argument.base)
        if isinstance(argument, sympy.exp):
            return argument.args[0]
        if argument.is_Mul and argument.has(sympy.exp):
            return sympy.Add(*[expanded(part) for part in argument.args])
        c, factors = sympy.factor_list(sympy.numer(sympy.together(argument)))
        c2, factors2 = sympy.factor_list(sympy.denom(sympy.together(argument)))
        total, number = sympy.Integer(0), c / c2
        for parts, direction in ((factors, 1), (factors2, -1)):
            for factor, power in parts:
                sign = _rational_sign(factor, variable, a, b)
                if sign not in (1, -1):
                    raise _NoClosedForm("a logarithm of a factor without a sign")
                if sign < 0 and power % 2:
                    number = -number
                total += direction * power * sympy.log(factor if sign > 0 else -factor)
        if not number > 0:
            raise _NoClosedForm("the logarithm of a negative number")
        return total + (sympy.log(number) if number != 1 else 0)

    try:
        return f.replace(sympy.log, lambda y: expanded(y) if y.has(variable) else sympy.log(y))
    except (_NoClosedForm, sympy.PolynomialError, TypeError, NotImplementedError):
        return None


def _rational_sign(e: Any, variable: Any, a: Any, b: Any) -> int | None:
    """The sign of a rational function on the open interval (a, b): 1, −1, 0 if it is zero, None if it changes."""
    n, d = sympy.fraction(sympy.cancel(sympy.together(e)))
    sign = 1
    for part in (n, d):
        if part.is_number:
            if part == 0:
                return 0
            sign *= 1 if part > 0 else -1
            continue
        if part.free_symbols != {variable} or not part.is_polynomial(variable):
            return None
        polynomial = sympy.Poly(part, variable)
        if not all(c.is_Rational for c in polynomial.all_coeffs()):
            return None
        inside = [r for r in polynomial.real_roots(multiple=False) if a < r[0] < b]
        if any(multiplicity % 2 for _, multiplicity in inside) or inside:
            return None
        sign *= 1 if polynomial.eval(_between(a, b)) > 0 else -1
    return sign


def _between(a: Any, b: Any) -> Any:
    if b == sympy.oo:
        return a + 1 if a != -sympy.oo else sympy.Integer(0)
    return b - 1 if a == -sympy.oo else (a + b) / 2


def _sign(f: Any, variable: Any, a: Any, b: Any, depth: int, deadline: float | None) -> int | None:
    """The strict sign of a polynomial in logarithms with rational coefficients on (a, b): 1, −1, or None if the ladder does not show it."""
    logs = sorted((g for g in f.atoms(sympy.log) if g.has(variable)), key=sympy.count_ops)
    if not logs:
        return _constant_log_sign(f, variable, a, b)
    if depth == 0 or (deadline is not None and time.monotonic() > deadline):
        return None
    names = {g: sympy.Dummy(f"log_{i}") for i, g in enumerate(logs)}
    terms = sympy.Poly(f.xreplace(names), *names.values()).terms()
    top = max(sum(powers) for powers, _ in terms)
    leading = [sympy.together(c) for powers, c in terms if sum(powers) == top]
    for divisor in [*dict.fromkeys(leading), sympy.Integer(1)]:
        sign = _rational_sign(divisor, variable, a, b)
        if sign not in (1, -1):
            continue
        scaled = [(powers, _cancelled(c / divisor)) for powers, c in terms]
        g = sympy.Add(*[c * sympy.Mul(*[y**n for y, n in zip(logs, powers, strict=True)]) for powers, c in scaled])
        direction = _sign(_slope(scaled, logs, variable), variable, a, b, depth - 1, deadline)
        if direction not in (1, -1):
            continue
        at_low, at_high = _end_sign(g, variable, a, "+"), _end_sign(g, variable, b, "-")
        if direction > 0:
            found = 1 if at_low is not None and at_low >= 0 else -1 if at_high is not None and at_high <= 0 else None
        else:
            found = -1 if at_low is not None and at_low <= 0 else 1 if at_high is not None and at_high >= 0 else None
        if found is not None:
            return found * sign
    return None


def _cancelled(e: Any) -> Any:
    return e if e.has(sympy.log) else sympy.cancel(sympy.together(e))


def _slope(terms: list[Any], logs: list[Any], variable: Any) -> Any:
    """The derivative of Σ coefficient·Π log^n, collected by its logarithms."""
    names = [sympy.Dummy(f"log_{i}") for i in range(len(logs))]
    total = sympy.Integer(0)
    for powers, c in terms:
        product = sympy.Mul(*[y**n for y, n in zip(names, powers, strict=True)])
        total += sympy.diff(c, variable) * product
        for y, g in zip(names, logs, strict=True):
            total += c * sympy.diff(product, y) * sympy.diff(g.args[0], variable) / g.args[0]
    collected = sympy.Poly(total, *names).terms()
    return sympy.Add(*[_cancelled(c) * sympy.Mul(*[g**n for g, n in zip(logs, powers, strict=True)]) for powers, c in collected])


def _sign_in_pieces(f: Any, variable: Any, a: Any, b: Any, deadline: float) -> int | None:
    """The sign on (a, b): by the ladder on all of it, or near the ends, with balls on the boxes between."""
    whole = _sign(f, variable, a, b, DEPTH, min(deadline, time.monotonic() + 3))
    if whole is not None:
        return whole
    starts = [a + d for d in (sympy.Rational(1, 8), sympy.Rational(1, 100))] if a.is_finite else [sympy.Integer(-n) for n in (10, 100)]
    ends = [b - d * (b - a) for d in (sympy.Rational(1, 4), sympy.Rational(1, 20))] if b.is_finite and a.is_finite else [a + n for n in (4, 20, 200)]
    left = next(((c, s) for c in starts if a < c < b and (s := _sign(f, variable, a, c, DEPTH, min(deadline, time.monotonic() + 5))) is not None), None)
    right = next(((c, s) for c in ends if a < c < b and (s := _sign(f, variable, c, b, DEPTH, min(deadline, time.monotonic() + 5))) is not None), None)
    if left is None or right is None or left[1] != right[1]:
        return None
    if left[0] <= right[0] and not _sign_in_balls(f, variable, left[0], right[0], left[1], deadline):
        return None
    return left[1]


def _sign_in_balls(f: Any, variable: Any, a: Any, b: Any, sign: int, deadline: float) -> bool:
    """Whether f has a sign on the closed interval [a, b], by subdivision in balls."""
    boxes = [(a, b)]
    slope = sympy.diff(f, variable)
    with ctx.workprec(128):
        for _ in range(20000):
            if not boxes:
                return True
            if time.monotonic() > deadline:
                return False
            low, high = boxes.pop()
            middle, half = (low + high) / 2, (high - low) / 2
            centre, radius = (arb(fmpq(int(e.p), int(e.q))) for e in (middle, half))
            try:  # mean value form
                box = centre + radius * arb(0, 1)
                number = value(f, {variable: centre}) + value(slope, {variable: box}) * (box - centre)
            except (Open, Undefined):
                number = arb(0)
            if not (number > 0 if sign > 0 else number < 0):
                if high - low < sympy.Rational(1, 10**9):
                    return False
                boxes += [(low, middle), (middle, high)]
    return not boxes


def _constant_log_sign(f: Any, variable: Any, a: Any, b: Any) -> int | None:
    """Sign of a rational function whose coefficients may hold logarithms of numbers: by its own sign, if it has none of these."""
    if not f.has(sympy.log):
        return _rational_sign(f, variable, a, b)
    if not f.has(variable):
        return _number_sign(f)
    return None


def _number_sign(e: Any) -> int | None:
    if e == 0:
        return 0
    if e in (sympy.oo, -sympy.oo):
        return 1 if e == sympy.oo else -1
    for precision in (96, 512):
        with ctx.workprec(precision):
            try:
                number = value(sympy.expand_log(e, force=True), {})
            except (Open, Undefined):
                return None
            if number > 0:
                return 1
            if number < 0:
                return -1
            if not isinstance(number, arb):
                return 0
    return None


def _end_sign(g: Any, variable: Any, end: Any, side: str) -> int | None:
    """Sign of the limit of g at an end of the interval: exactly where g is continuous, else by SymPy, checked in balls nearby."""
    if end.is_Rational:
        singular = any(y.args[0].subs(variable, end) == 0 or y.args[0].subs(variable, end).has(sympy.zoo, sympy.nan) for y in g.atoms(sympy.log))
        denominator = sympy.denom(sympy.together(g.replace(sympy.log, lambda y: sympy.Integer(1))))
        if not singular and denominator.subs(variable, end) != 0:
            return _number_sign(g.subs(variable, end))
    try:
        limit = sympy.limit(g, variable, end, side)
    except (NotImplementedError, ValueError, TypeError, RecursionError, sympy.PoleError):
        return None
    if limit.has(sympy.Limit, sympy.nan, sympy.zoo, sympy.AccumBounds) or limit.free_symbols:
        return None
    return _number_sign(limit) if _confirmed(g, variable, end, side, limit) else None


def _confirmed(g: Any, variable: Any, end: Any, side: str, limit: Any) -> bool:
    """Whether values in balls close to an end approach the limit that SymPy gave."""
    distances = []
    for step in CLOSE_TO_END:
        at = 1 / step if end == sympy.oo else -1 / step if end == -sympy.oo else end + step if side == "+" else end - step
        with ctx.workprec(512):
            try:
                number = value(g.subs(variable, at), {})
                target = None if limit.is_infinite else value(limit, {})
            except (Open, Undefined):
                return False
        number = number if isinstance(number, arb) else arb(number)
        if target is None:
            if not (number > 0 if limit == sympy.oo else number < 0):
                return False
            distances.append(-float(abs(number)))
        else:
            distances.append(float(abs(number - target)))
    if limit.is_infinite:
        return distances[-1] < distances[0]
    return distances[-1] < 1e-6 or (distances[-1] < 0.7 * distances[0] and distances[-1] < 0.05 * (1 + abs(float(limit))))


def _holds_at(relation: Any, variable: Any, end: Any) -> bool:
    """Whether the relation itself holds at an end of the interval that the hypotheses allow."""
    name = variable.name.removeprefix("sqrt_")
    number = end**2 if variable.name.startswith("sqrt_") else end
    exact = fmpq(int(number.p), int(number.q))
    point = {s: exact for s in relation.free_symbols if s.name == name}
    if name == "kappa":
        point = complete({mu: fmpq(1), L: exact})
    try:
        return holds(relation, complete(point)) is True
    except Undefined:
        return False


# -- limits --------------------------------------------------------------------------------------------------------------


def _limit(statement: Any, prover: _Prover) -> Finding | None:
    if not isinstance(statement, Relational):
        return None
    limits = list(statement.atoms(sympy.Limit))
    found: dict[Any, Any] = {}
    try:
        for one in limits:
            found[one] = _one_limit(one, _about_the_rest(prover, one.args[1]))
    except _DependsOnScale as error:
        return Finding("ERROR", reason=str(error))
    except _NoClosedForm as why:
        return Finding("UNDECIDED", reason=f"the limit was not found: {why}")
    shown = "; ".join(f"{sympy.sstr(one.args[0])} tends to {sympy.sstr(number)}" for one, number in found.items())
    left, right = (side.xreplace(found) for side in statement.args)
    if left.free_symbols | right.free_symbols:
        if isinstance(statement, sympy.Eq) and _same_in_other_symbols(left, right, prover):
            return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=[*prover.assumed, "the limit was computed symbolically and checked in balls"])
        point = _differs(statement.func(left, right, evaluate=False), prover.given)
        if point is not None:
            at = {s.name: str(x) for s, x in point.items()}
            return Finding("REFUTED", sorted(prover.by | {"algebra"}), {"point": at, "lhs": None, "rhs": None}, reason=shown)
        return Finding("UNDECIDED", reason=f"{shown}; the comparison depends on other symbols")
    if left.is_infinite or right.is_infinite:
        truth: bool | None = bool(statement.func(left, right)) if statement.func(left, right) in (sympy.true, sympy.false) else None
    else:
        try:
            truth = holds(statement.func(left, right, evaluate=False), {})
        except Undefined:
            truth = False
        if truth is None and isinstance(statement, (sympy.Eq, sympy.Le, sympy.Ge)) and sympy.simplify(left - right) == 0:
            truth = True
    if truth is None:
        return Finding("UNDECIDED", reason=shown)
    if truth:
        return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=[*prover.assumed, "the limit was computed symbolically and checked in balls"])
    return Finding("REFUTED", sorted(prover.by | {"algebra"}), {"point": {}, "lhs": sympy.sstr(left), "rhs": sympy.sstr(right)}, reason=shown)


class _DependsOnScale(Exception):
    """A limit over kappa that still depends on L: an error of the claim."""


def _about_the_rest(prover: _Prover, variable: Any) -> _Prover:
    """The hypotheses that say nothing of the limit's variable, which is bound; that mu < L stays, for all but the last values have it."""
    bound = {kappa, mu, L} if variable == kappa else {variable}
    kept = tuple(g for g in prover.given if not g.free_symbols & bound or g in (mu < L, mu < L, sympy.Ne(mu, L)))
    if variable == kappa:
        kept = (*(g for g in kept if not g.free_symbols & bound), mu < L)
    rest = _Prover(kept, prover.solvers, prover.deadline, prover.tell)
    rest.by, rest.assumed = prover.by, prover.assumed
    return rest


def _only_as_a_factor(e: Any, quantity: Any) -> bool:
    """Whether a step count stands as a factor, or under a fixed power: there a relative error that vanishes does no harm."""
    if not e.has(quantity):
        return True
    if e.is_Mul:
        return all(_only_as_a_factor(f, quantity) for f in e.args)
    if e.is_Pow:
        return e.exp.is_number and _only_as_a_factor(e.base, quantity)
    return bool(e == quantity)


def _differs(comparison: Any, given: tuple[Any, ...]) -> dict[Any, Any] | None:
    """A point within the hypotheses at which what a limit was found to be makes the statement false."""
    for tried, point in enumerate(points(comparison, given)):
        if tried > 60:
            return None
        if satisfies(given, point) is True:
            try:
                if holds(comparison, point) is False:
                    return point
            except Undefined:
                continue
    return None


def _same_in_other_symbols(left: Any, right: Any, prover: _Prover) -> bool:
    """Whether two expressions that the limit left over are one, after closed forms and κ = L/μ."""
    y = sympy.Dummy("y", positive=True)
    try:
        difference = _closed_rates(left - right, prover)
    except _NoClosedForm:
        return False
    difference = difference.xreplace({mu: L / kappa}).xreplace({L: sympy.Integer(1)}).xreplace({kappa: y**2})
    difference = difference.replace(sympy.log, lambda e: sympy.log(sympy.factor(sympy.together(e))))
    return bool(sympy.simplify(difference) == 0 or sympy.simplify(sympy.expand_log(difference, force=True)) == 0)


def _one_limit(one: Any, prover: _Prover) -> Any:
    expression, variable, target = one.args[:3]
    if target not in (sympy.oo, sympy.Integer(0)):
        raise _NoClosedForm(f"limits are taken at oo and at 0, not at {target}")
    if variable == k and expression.is_Pow and expression.exp == 1 / k and isinstance(expression.base, worst_residual) and expression.base.args[1] == k:
        term = expression.base.args[0]
        if term.method.schedule.constant is not None and prover.holds(sympy.Lt(mu, L, evaluate=False)):
            prover.assume(ROOT_LIMIT)
            return closed_rate(term, prover)
    expression = _closed_rates(expression, prover)
    for q in sorted(expression.atoms(worst_residual, residual), key=str):
        expression = expression.xreplace({q: _worst(q.args[0], prover).xreplace({k: q.args[1]}) if isinstance(q, worst_residual) else q})
        expression = _closed_rates(expression, prover)
    for q in sorted(expression.atoms(steps_to), key=str):
        if not _only_as_a_factor(expression, q):
            raise _NoClosedForm("a step count that is not a factor")
        expression = expression.xreplace({q: _steps(q, variable, prover)})
        expression = _closed_rates(expression, prover)
    if expression.has(worst_rate, residual, worst_residual, steps_to):
        raise _NoClosedForm("a quantity in it has no closed form")
    expression = expression.xreplace({mu: L / kappa})
    scaled = expression.xreplace({L: sympy.Integer(1)})
    if expression.has(L) and not _same(expression.xreplace({L: 3 * L}), expression):
        at = sympy.limit(expression, kappa, target) if variable == kappa else expression
        if at.has(L):
            raise _DependsOnScale(f"the limit of {sympy.sstr(one.args[0])} still depends on L; state it of a quantity without a scale, such as eta*L")
        scaled = expression.xreplace({L: sympy.Integer(1)})
    others = scaled.free_symbols - {variable}
    if kappa in others and not prover.holds(sympy.Lt(mu, L, evaluate=False)):
        raise _NoClosedForm("kappa = 1 is within the hypotheses")
    if others - {eps, kappa, k}:
        raise _NoClosedForm(f"it depends on {', '.join(sorted(s.name for s in others))}")
    y = sympy.Dummy("y", positive=True)
    at = scaled.xreplace({variable: y**2}) if variable == kappa else scaled.xreplace({variable: y})
    at = sympy.powdenest(at, force=True)
    try:
        limit = sympy.limit(at, y, target, "+" if target == 0 else "-")
    except (NotImplementedError, ValueError, TypeError, RecursionError, sympy.PoleError) as error:
        raise _NoClosedForm(f"SymPy: {error}") from None
    if limit.has(sympy.Limit, sympy.nan, sympy.zoo, sympy.AccumBounds, y):
        raise _NoClosedForm("SymPy does not find it")
    if not others and not _confirmed(at, y, sympy.sympify(target), "+", limit):
        raise _NoClosedForm(f"SymPy gives {limit}, which values in balls do not confirm")
    for small, large in (("1/7", 7), ("9/10", "3/2"), ("1/1000", 1000)):
        sample = {s: sympy.Rational(small) if s == eps else sympy.Rational(large) for s in others}
        if others and not _confirmed(at.xreplace(sample), y, sympy.sympify(target), "+", limit.xreplace(sample)):
            raise _NoClosedForm(f"SymPy gives {limit}, which values in balls do not confirm")
    return limit


def _steps(q: Any, variable: Any, prover: _Prover) -> Any:
    """steps_to up to a relative error that vanishes: log ε/log rate for pure powers always, for the others as ε → 0 only."""
    term, tolerance = q.args
    if tolerance != eps and (variable == eps or tolerance.free_symbols or not prover.holds(sympy.And(tolerance > 0, tolerance < 1, evaluate=False))):
        raise _NoClosedForm("a step count to a tolerance that is not eps")
    if variable == eps and term.method.schedule.constant is not None:
        rate = closed_rate(term, prover)
        if not prover.holds(sympy.And(rate > 0, rate < 1, evaluate=False)) or not prover.holds(sympy.Lt(mu, L, evaluate=False)):
            raise _NoClosedForm("a step count at a rate that may be 0 or 1")
        prover.assume(ASYMPTOTIC, ROOT_LIMIT)
        return sympy.log(tolerance) / sympy.log(rate)
    form = _worst(term, prover)
    base = [p for p in form.atoms(sympy.Pow) if p.exp == k]
    if len(base) != 1 or (variable != eps and form != base[0]):
        raise _NoClosedForm("the step count has no closed form in this limit")
    prover.assume(ASYMPTOTIC)
    return sympy.log(tolerance) / sympy.log(base[0].base)


# -- suprema over k and complexity --------------------------------------------------------------------------------------


def _supremum(statement: Any, given: tuple[Any, ...], prover: _Prover) -> Finding | None:
    if not isinstance(statement, Relational):
        return None
    left, right = statement.args
    relation = type(statement)
    if isinstance(right, Sup):
        left, right = right, left
        relation = {sympy.Le: sympy.Ge, sympy.Ge: sympy.Le, sympy.Lt: sympy.Gt, sympy.Gt: sympy.Lt}.get(relation, relation)
    if not isinstance(left, Sup) or right.has(Sup, k):
        return None
    inside = left.args[0]
    upper = lower = None
    if relation in (sympy.Eq, sympy.Le):
        upper = decide_every_k(sympy.Le(inside, right, evaluate=False), given, prover.solvers, prover.deadline, prover.tell)
        if upper is None or upper.verdict != "PROVED":
            return upper
        if relation is sympy.Le:
            return upper
    if relation in (sympy.Eq, sympy.Ge, sympy.Gt):
        if not _defined(inside, prover) or inside.has(sympy.log):
            return Finding("UNDECIDED", reason="that the expression is defined for every k was not shown")
        free = tuple(g for g in given if not g.has(k))
        for steps in range(4):
            goal = (sympy.Gt if relation is sympy.Gt else sympy.Ge)(inside.xreplace({k: sympy.Integer(steps)}), right, evaluate=False)
            allowed = [g.xreplace({k: sympy.Integer(steps)}) for g in given if g.has(k)]  # this k must be allowed in every problem
            lower = prove(sympy.And(goal, *allowed, evaluate=False), free, (), prover.solvers, min(prover.deadline, time.monotonic() + 5), prover.tell)
            if lower.verdict == "PROVED":
                parts = [p for p in (upper, lower) if p is not None]
                return Finding("PROVED", sorted({b for p in parts for b in p.by}), assumed=[a for p in parts for a in p.assumed])
    return Finding("UNDECIDED", reason="that the supremum over k is attained or approached was not shown")


def decide_complexity(closed: Any, given: tuple[Any, ...], prover: _Prover) -> Finding | None:
    """``k >= N(κ, ε)`` suffices for C·R^k(a + k·b) <= ε with N linear in log(1/ε), or C·R^k <= D·e^(−φk)."""
    if not isinstance(closed, (sympy.Le, sympy.Ge)):
        return None
    left, right = closed.args if isinstance(closed, sympy.Le) else closed.args[::-1]
    powers = [f for f in sympy.Mul.make_args(left) if f.is_Pow and f.exp == k]
    rest = sympy.Mul(*[f for f in sympy.Mul.make_args(left) if f not in powers])
    if len(powers) != 1 or any(p.exp.has(k) for p in rest.atoms(sympy.Pow)):
        chebyshev = _chebyshev_bound(left)
        if chebyshev is None:
            return None
        powers, rest = [chebyshev[0]], chebyshev[1]
    base = _closed_rates(powers[0].base, prover)
    if right.has(sympy.exp) and not right.has(sympy.log):
        return _against_exponential(base, rest, right, prover)
    needed = _steps_that_suffice(right, given)
    if needed is None:
        return None
    slope, offset = needed
    found = _pure_power(base, rest, slope, offset, prover) if not rest.has(k) else _power_with_factor(base, rest, slope, offset, prover)
    return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed)) if found else None


def _against_exponential(base: Any, rest: Any, right: Any, prover: _Prover) -> Finding | None:
    """C·R^k <= D·e^(−φk) for all k, from C <= D and log R <= −φ."""
    factors = sympy.Mul.make_args(right)
    exponent = sympy.Add(*[f.args[0] for f in factors if isinstance(f, sympy.exp)])
    constant = sympy.Mul(*[f for f in factors if not isinstance(f, sympy.exp)])
    rate = sympy.cancel(sympy.together(exponent / k))
    if rate.has(k) or rest.has(k) or not prover.holds(sympy.Le(rest, constant, evaluate=False)) or not prover.holds(sympy.Ge(base, 0, evaluate=False)):
        return None
    if not _logarithmic_or_zero(sympy.Le(sympy.log(base), rate, evaluate=False), base, prover):
        return None
    prover.assume(LADDER)
    return Finding("PROVED", sorted(prover.by | {"algebra"}), assumed=list(prover.assumed))


def _steps_that_suffice(tolerance: Any, given: tuple[Any, ...]) -> tuple[Any, Any] | None:
    """From the hypothesis k >= slope·log(1/ε) + offset: slope and offset."""
    enough = [g for g in given if isinstance(g, (sympy.Ge, sympy.Gt, sympy.Le, sympy.Lt)) and g.has(eps)]
    if tolerance != eps or len(enough) != 1:
        return None
    g = enough[0]
    steps, bound = g.args if isinstance(g, (sympy.Ge, sympy.Gt)) else g.args[::-1]
    if steps != k:
        return None
    return opened_count(bound)


def opened_count(count: Any) -> tuple[Any, Any] | None:
    """slope and offset of a count that is slope·log(1/ε) + offset."""
    inverse = sympy.Dummy("E", positive=True)  # 1/ε
    big = sympy.Dummy("X", positive=True)  # log(1/ε)
    opened = count.xreplace({eps: 1 / inverse})
    opened = opened.replace(lambda e: isinstance(e, sympy.log) and e.has(inverse), lambda e: sympy.expand_log(e, force=True))
    needed = sympy.expand(opened).xreplace({sympy.log(inverse): big})
    if needed.has(inverse) or not needed.is_polynomial(big) or sympy.degree(needed, big) != 1:
        return None
    return needed.coeff(big, 1), needed.coeff(big, 0)


def _pure_power(base: Any, rest: Any, slope: Any, offset: Any, prover: _Prover) -> bool:
    """C·R^k <= ε: slope·log R <= −1 and log C + offset·log R <= 0."""
    goals = [sympy.Le(sympy.log(base) * slope, -1, evaluate=False)]
    constant = sympy.log(rest) + offset * sympy.log(base) if rest != 1 or offset != 0 else sympy.Integer(0)
    if constant != 0 and rest.is_number and rest > 1:
        constant = sympy.cancel(sympy.expand(constant / sympy.log(rest)))
    goals += [sympy.Le(constant, 0, evaluate=False)] if constant != 0 else []
    if not prover.holds(sympy.Gt(base, 0, evaluate=False)):
        signed = offset.replace(sympy.log, lambda c: sympy.Dummy("log_number", positive=True) * sympy.sign(c - 1))
        positive = sympy.And(sympy.Gt(slope, 0, evaluate=False), sympy.Ge(signed, 0, evaluate=False), evaluate=False)
        if slope.has(sympy.log) or not prover.holds(sympy.Implies(sympy.Eq(base, 0, evaluate=False), positive, evaluate=False)):
            return False  # where R = 0, k >= 1 is needed, for 0^0 = 1
    if all(_logarithmic_or_zero(goal, base, prover) for goal in goals):
        prover.assume(LADDER)
        return True
    return False


def _power_with_factor(base: Any, rest: Any, slope: Any, offset: Any, prover: _Prover) -> bool:
    """R^k(a + k·b) <= ε with b <= 1 − R, through t = k(1 − R): (a + t)e^(−t), decreasing for t >= 1 − a."""
    if not rest.is_polynomial(k) or sympy.degree(rest, k) != 1:
        return False
    b, a = sympy.Poly(rest, k).all_coeffs()
    if not a.is_Rational or a < 1 or not prover.holds(sympy.Ge(1 - base, b, evaluate=False)) or not prover.holds(sympy.Ge(base, 0, evaluate=False)):
        return False
    tau = _tidy(sympy.expand((1 - base) * slope)), _tidy(sympy.expand((1 - base) * offset))
    if any(t.free_symbols for t in tau) or not tau[0] > 0 or _number_sign(tau[1]) not in (0, 1):
        return False
    big = sympy.Dummy("X", positive=True)
    t = tau[0] * big + _rational_below(tau[1])  # t − log(a + t) increases, so less is harder
    if _sign(t - big - sympy.log(a + t), big, sympy.Integer(0), sympy.oo, DEPTH, prover.deadline) != 1:
        return False
    prover.assume(EXPONENTIAL, LADDER)
    return True


def _rational_below(number: Any) -> Any:
    """A rational at most 10⁻⁶ below a nonnegative number."""
    with ctx.workprec(128):
        found = value(number, {})
    if not isinstance(found, arb):
        return number
    return sympy.Max(sympy.Integer(int((found * 10**6 - 1).floor().unique_fmpz() or 0)) / 10**6, 0)


def _chebyshev_bound(left: Any) -> tuple[Any, Any] | None:
    """2ρ^k/(1 + ρ^(2k)) <= 2·ρ^k."""
    found = [p for p in left.atoms(sympy.Pow) if p.exp == k]
    if len(found) == 1 and sympy.simplify(left - 2 * found[0] / (1 + found[0] ** 2)) == 0:
        return found[0], sympy.Integer(2)
    return None


def _logarithmic_or_zero(goal: Any, base: Any, prover: _Prover) -> bool:
    """An inequality with log(base) where base > 0; where it is 0 the power vanishes or k = 0, which the bound excludes for ε < 1."""
    strict = _Prover((*prover.given, sympy.Gt(base, 0, evaluate=False)), prover.solvers, prover.deadline, prover.tell)
    if prover.holds(sympy.Implies(sympy.Gt(L, mu, evaluate=False), sympy.Gt(base, 0, evaluate=False), evaluate=False)):
        strict = _Prover((*prover.given, mu < L), prover.solvers, prover.deadline, prover.tell)
    proved = _logarithmic(goal, strict)
    prover.by |= strict.by
    return proved
