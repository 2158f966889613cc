"""Inequalities between logarithms of rational functions in one variable, by a derivative ladder.

Divide by the coefficient of one logarithm (its sign is known), differentiate, and that logarithm is gone; at the bottom a rational
function's sign comes from its real roots. Going up again, a monotone function has the sign of its value at one end. Where the
ladder fails on the whole interval it is climbed near the ends, and balls cover the rest.
"""

from __future__ import annotations

import time
from typing import Any

import sympy
from flint import arb, ctx, fmpq
from sympy.core.relational import Relational

from cdmtheory.engine.closed_forms import Mode, square_root, squares, tidy
from cdmtheory.engine.evaluate import Open, Undefined, complete, holds, value
from cdmtheory.engine.prover import NoClosedForm, Prover
from cdmtheory.language import L, h, kappa, mu, worst_rate

__all__ = ["CLOSE_TO_END", "DEPTH", "LADDER", "closed_rate", "closed_rates", "confirmed", "is_logarithmic_inequality", "number_sign",
           "same_function", "sign_on"]

DEPTH = 6
CLOSE_TO_END = (sympy.Rational(1, 10**4), sympy.Rational(1, 10**8), sympy.Rational(1, 10**16), sympy.Rational(1, 10**32))
LADDER = ("a function with a derivative of one sign on an interval is monotone there; "
          "its limit at an end where a logarithm is singular is SymPy's, confirmed by balls nearby")


def is_logarithmic_inequality(relation: Any, prover: Prover) -> bool:
    """Whether an inequality in one variable with logarithms is proved."""
    if not relation.has(sympy.log, sympy.exp, sympy.atanh):
        return prover.holds(relation)
    if not isinstance(relation, (sympy.Lt, sympy.Le, sympy.Gt, sympy.Ge)):
        return False
    try:
        low, high = (closed_rates(side, prover) for side in (relation.args if isinstance(relation, (sympy.Lt, sympy.Le)) else relation.args[::-1]))
    except NoClosedForm:
        return False
    try:
        low, high = _over_one_variable(low, high)
    except NoClosedForm:
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
            if opened is None or sign_on(opened, variable, a, b, 3, deadline) not in (1, -1):
                return False
        elif not e.base.has(sympy.exp) and _rational_sign(e.base, variable, a, b) not in (1, -1):
            return False
    return all(_defined_on(part, variable, a, b, deadline) for part in e.args)


def closed_rates(e: Any, prover: Prover) -> Any:
    """The expression with worst rates replaced by closed forms, proved."""
    return e.xreplace({q: closed_rate(q.args[0], prover) for q in e.atoms(worst_rate)})


def closed_rate(term: Any, prover: Prover) -> Any:
    """worst_rate(m) as an expression: a root at one end of the spectrum, proved to be it."""
    if h in term.free_symbols:
        raise NoClosedForm("the method depends on the eigenvalue")
    candidates: list[Any] = []
    for end in (mu, L):
        mode = Mode(term, end)
        discriminant, back = squares(tidy(mode.trace**2 - 4 * mode.determinant))
        root = square_root(sympy.cancel(discriminant)) if discriminant != 0 else sympy.Integer(0)
        modulus, back2 = squares(mode.determinant)
        product = square_root(sympy.cancel(modulus)) if modulus != 0 else None
        if root is not None:
            root = root.xreplace(back)
            candidates += [tidy(s * (mode.trace + t * root) / 2) for s in (1, -1) for t in ((1, -1) if root != 0 else (1,))]
        if product is not None:
            candidates += [tidy(s * product.xreplace(back2)) for s in (1, -1)]
    for candidate in dict.fromkeys(candidates):
        if candidate.is_number and candidate <= 0:
            continue
        if prover.holds(sympy.Eq(worst_rate(term), candidate, evaluate=False), seconds=4):
            return candidate
    raise NoClosedForm("the worst rate has no closed form that was found")


def _over_one_variable(*sides: Any) -> tuple[Any, ...]:
    """Expressions over the same single variable: κ where all of them depend on L/μ alone, with roots resolved."""
    found = [e.xreplace({kappa: L / mu}) for e in sides]
    if any(e.has(mu) or e.has(L) for e in found):
        if not all(same_function(e.xreplace({mu: 3 * mu, L: 3 * L}), e) for e in found if e.has(mu) or e.has(L)):
            if any(e.has(mu) for e in found):
                raise NoClosedForm("it depends on more than L/mu")
        else:
            found = [e.xreplace({mu: sympy.Integer(1)}).xreplace({L: kappa}) for e in found]
    found = [e.replace(sympy.atanh, lambda y: sympy.log((1 + y) / (1 - y)) / 2) for e in found]
    for s in set().union(*(e.free_symbols for e in found)):
        if s.is_positive and any(p.base == s and p.exp.is_Rational and p.exp.q == 2 for e in found for p in e.atoms(sympy.Pow)):
            root = sympy.Dummy(f"sqrt_{s.name}", positive=True)
            found = [e.xreplace({s: root**2}) for e in found]
    return tuple(found)


def same_function(a: Any, b: Any) -> bool:
    """Whether scaling left an expression as it was, argument by argument of its logarithms."""
    logs_a, logs_b = a.replace(sympy.log, lambda y: sympy.log(tidy(y))), b.replace(sympy.log, lambda y: sympy.log(tidy(y)))
    return bool(sympy.cancel(sympy.together(logs_a - logs_b)) == 0) or bool(sympy.simplify(logs_a - logs_b) == 0)


def _interval(variable: Any, prover: Prover) -> tuple[tuple[Any, Any], list[Any]] | None:
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
        one = sign_on(factor.xreplace(back), variable, a, b, 3, None)
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
                    raise NoClosedForm("a logarithm of a factor without a sign")
                if sign < 0 and power % 2:
                    number = -number
                total += direction * power * sympy.log(factor if sign > 0 else -factor)
        if not number > 0:
            raise NoClosedForm("the logarithm of a negative number")
        return total + (sympy.log(number) if number != 1 else 0)

    try:
        return f.replace(sympy.log, lambda y: expanded(y) if y.has(variable) else sympy.log(y))
    except (NoClosedForm, sympy.PolynomialError, TypeError, NotImplementedError):
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


def sign_on(f: Any, variable: Any, a: Any, b: Any, depth: int, deadline: float | None) -> int | None:
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
        direction = sign_on(_slope(scaled, logs, variable), variable, a, b, depth - 1, deadline)
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
    whole = sign_on(f, variable, a, b, DEPTH, min(deadline, time.monotonic() + 3))
    if whole is not None:
        return whole
    starts = [a + d for d in (sympy.Rational(1, 8), sympy.Rational(1, 100))] if a.is_finite else [sympy.Integer(-n) for n in (10, 100)]
    ends = [b - d * (b - a) for d in (sympy.Rational(1, 4), sympy.Rational(1, 20))] if b.is_finite and a.is_finite else [a + n for n in (4, 20, 200)]
    left = next(((c, s) for c in starts if a < c < b and (s := sign_on(f, variable, a, c, DEPTH, min(deadline, time.monotonic() + 5))) is not None), None)
    right = next(((c, s) for c in ends if a < c < b and (s := sign_on(f, variable, c, b, DEPTH, min(deadline, time.monotonic() + 5))) is not None), None)
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
        return number_sign(f)
    return None


def number_sign(e: Any) -> int | None:
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
            return number_sign(g.subs(variable, end))
    try:
        limit = sympy.limit(g, variable, end, side)
    except (NotImplementedError, ValueError, TypeError, RecursionError, sympy.PoleError):
        return None
    if limit.has(sympy.Limit, sympy.nan, sympy.zoo, sympy.AccumBounds) or limit.free_symbols:
        return None
    return number_sign(limit) if confirmed(g, variable, end, side, limit) else None


def confirmed(g: Any, variable: Any, end: Any, side: str, limit: Any) -> bool:
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
