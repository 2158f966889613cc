"""Inequalities between logarithms of rational functions in one variable: from the claim to one function on one interval.

Its sign is shown by :mod:`cdmtheory.engine.ladder`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import sympy
from flint import arb, ctx, fmpq
from sympy.core.relational import Relational

from cdmtheory.engine.closed_forms import Mode
from cdmtheory.engine.euler import EULER, rational_near, substitution
from cdmtheory.engine.evaluate import complete, holds
from cdmtheory.engine.logsum import Ends, fraction, log_sum, sign_between
from cdmtheory.engine.prover import NoClosedForm, Prover, transcendental
from cdmtheory.engine.quantities import value
from cdmtheory.engine.roots import square_root, squares, tidy
from cdmtheory.engine.scalars import Open, Undefined
from cdmtheory.engine.substitute import NotStated, apart, is_partial, lost_conditions
from cdmtheory.language import L, _OfMethod, eps, eta, h, kappa, mu, worst_rate

__all__ = ["CLOSE_TO_END", "LADDER", "Line", "closed_rate", "closed_rates", "confirmed", "expanded_logs", "is_logarithmic_inequality",
           "moved", "number_sign", "same_function", "variable_powers"]

CLOSE_TO_END = (sympy.Rational(1, 10**4), sympy.Rational(1, 10**8), sympy.Rational(1, 10**16), sympy.Rational(1, 10**32))
LADDER = "a function with a derivative of one sign on an interval is monotone there"


def is_logarithmic_inequality(relation: Any, prover: Prover) -> bool:
    """Whether an inequality, or an equation, in one variable with logarithms is proved."""
    if not transcendental(relation) and not variable_powers(relation):
        return prover.holds(relation)
    if not isinstance(relation, (sympy.Lt, sympy.Le, sympy.Gt, sympy.Ge, sympy.Eq)):
        return False
    try:
        low, high = (closed_rates(side, prover) for side in (relation.args if isinstance(relation, (sympy.Lt, sympy.Le)) else relation.args[::-1]))
        (low, high, *parts), originals = _over_one_variable(low, high, (*apart(low)[1:], *apart(high)[1:]))
    except NoClosedForm:
        return False
    free = sympy.Tuple(low, high, *parts).free_symbols
    if len(free) != 1 or any(e.has(_OfMethod) for e in (low, high, *parts)):
        return False
    variable = free.pop()
    stands_for = originals.get(variable, Original(variable))
    original: Original | None = stands_for
    interval = _interval(variable, stands_for, prover)
    if interval is None:
        return False
    (a, b), closed_ends = interval
    if not all(_holds_at(relation, original, end) for end in closed_ends):
        return False
    while (change := substitution(sympy.Tuple(low, high, *parts), variable)) is not None:
        if (ends := change.interval(a, b)) is None:
            return False
        (a, b), variable, original = ends, change.new, None
        low, high, *parts = map(change.into, (low, high, *parts))
        prover.assume(EULER)
    line = Line(variable, Ends(*(None if e.is_infinite else fraction(e) for e in (a, b))), prover, original)
    if not all(_defined_on(part, line) for part in (low, high, *parts)):
        return False
    try:
        pieces = _pieces(relation, low, high, line)
    except sympy.PolynomialError:
        return False
    if pieces is None or not all(_holds_on(relation, low, high, piece) for piece in pieces):
        return False
    prover.assume(LADDER)
    return True


def _pieces(relation: Any, low: Any, high: Any, line: Line) -> list[Line] | None:
    """The interval, cut where the lower side of an inequality with exponentials changes its sign; None if that is at no rational point."""
    if not _exponential(low, high) or low.has(sympy.log, sympy.exp) or variable_powers(low) or line.rational_sign(low) is not None:
        return [line]
    polynomial = sympy.Poly(sympy.fraction(sympy.together(low))[0], line.variable)
    inside = sorted(r for r in polynomial.ground_roots() if r.is_Rational and (line.ends.low is None or line.ends.low < fraction(r))
                    and (line.ends.high is None or fraction(r) < line.ends.high))
    if not all(_holds_at(relation, line.original, r) for r in inside):
        return None
    ends = [line.ends.low, *map(fraction, inside), line.ends.high]
    return [replace(line, ends=Ends(a, b)) for a, b in pairwise(ends)]


def _exponential(low: Any, high: Any) -> bool:
    return bool(low.has(sympy.exp) or high.has(sympy.exp) or variable_powers(low) or variable_powers(high))


def _holds_on(relation: Any, low: Any, high: Any, line: Line) -> bool:
    """Whether low < high, low <= high or low = high on an open interval."""
    if isinstance(relation, sympy.Eq):
        return bool(_cleared(high - low, line) == 0)
    if _exponential(low, high):
        if not _positive(high, line):
            return False
        if not low.has(sympy.log, sympy.exp) and not variable_powers(low) and line.rational_sign(low) in (0, -1):
            return True
        if not _positive(low, line):
            return False
        low, high = sympy.log(low), sympy.log(high)
    f = _cleared(high - low, line)
    return f is not None and (line.sign(f) == 1 or (isinstance(relation, (sympy.Le, sympy.Ge)) and _touches_once(f, relation, line)))


def _touches_once(f: Any, relation: Any, line: Line) -> bool:
    """Whether f > 0 left and right of a rational point at which all that stands under a logarithm is 1, and the relation holds there."""
    common = None
    for argument in (g.args[0] for g in f.atoms(sympy.log) if g.has(line.variable)):
        roots = {r for r in sympy.Poly(argument - 1, line.variable).ground_roots() if r.is_Rational}
        common = roots if common is None else common & roots
    for c in common or ():
        at = fraction(c)
        if (line.ends.low is None or line.ends.low < at) and (line.ends.high is None or at < line.ends.high) and _holds_at(relation, line.original, c):
            pieces = (replace(line, ends=Ends(line.ends.low, at)), replace(line, ends=Ends(at, line.ends.high)))
            return all(piece.sign(f) == 1 for piece in pieces)
    return False


@dataclass(frozen=True)
class Original:
    """What a variable stands for: a symbol of the claim or the product ημ; or √(scale·s) for such an s."""

    expression: Any
    scale: Any = None

    def variable(self, value: Any) -> Any:
        """The variable where what it stands for has this value."""
        return value if self.scale is None else sympy.sqrt(self.scale * value)

    def value(self, variable: Any) -> Any:
        """The value of what it stands for."""
        return variable if self.scale is None else variable**2 / self.scale


@dataclass(frozen=True)
class Line:
    """A variable on an open interval, and who keeps the proofs of the signs of functions there; what it stands for, if it does so simply."""

    variable: Any
    ends: Ends
    prover: Prover
    original: Original | None = None

    def sign(self, f: Any) -> int | None:
        """The strict sign of a polynomial in logarithms with rational coefficients; None if it is not shown."""
        function = log_sum(f, self.variable)
        return None if function is None else self.prover.sign_of(function, self.ends, self.variable)

    def rational_sign(self, e: Any) -> int | None:
        """The sign of a rational function: 1, −1, 0 if it is zero, None if it changes."""
        function = log_sum(e, self.variable)
        quotient = None if function is None else function.rational
        if quotient is None:
            return None
        over, under = sign_between(quotient.over, self.ends), sign_between(quotient.under, self.ends)
        return None if over is None or not under else over * under


def _defined_on(e: Any, line: Line) -> bool:
    """Whether every reciprocal, root and logarithm in an expression, as it stands, is defined on the interval."""
    if not e.has(line.variable):
        return True
    if isinstance(e, sympy.log):
        if not (_logarithmic_sign(e.args[0], line) == 1 if e.args[0].has(sympy.log) else
                _positive(e.args[0], line) if e.args[0].has(sympy.exp) else line.rational_sign(e.args[0]) == 1):
            return False
    elif isinstance(e, sympy.Function) and is_partial(e):
        return False
    if isinstance(e, sympy.Pow) and e.base.has(line.variable) and not e.exp.is_Integer and line.rational_sign(e.base) != 1:
        return False
    if isinstance(e, sympy.Pow) and e.base.has(line.variable) and e.exp.is_Integer and e.exp < 0:
        if e.base.has(sympy.log):
            if _logarithmic_sign(e.base, line) not in (1, -1):
                return False
        elif not (_positive(e.base, line) or e.base.is_positive if e.base.has(sympy.exp) else line.rational_sign(e.base) in (1, -1)):
            return False
    return all(_defined_on(part, line) for part in e.args)


def _logarithmic_sign(e: Any, line: Line) -> int | None:
    """The strict sign of an expression with logarithms; None if it is not shown."""
    opened = expanded_logs(e, line.variable, line.rational_sign)
    return None if opened is None else line.sign(opened)


def closed_rates(e: Any, prover: Prover) -> Any:
    """The expression with worst rates replaced by closed forms, proved."""
    found = {q: closed_rate(q.args[0], prover) for q in e.atoms(worst_rate)}
    return moved(e, found) if found else e


def closed_rate(term: Any, prover: Prover) -> Any:
    """worst_rate(m) as an expression: a root at one end of the spectrum, proved to be it."""
    if h in term.free_symbols:
        raise NoClosedForm("the method depends on the eigenvalue")
    for candidate in _rate_candidates(term):
        if prover.holds(sympy.Eq(worst_rate(term), candidate, evaluate=False), seconds=4):
            return candidate
    raise NoClosedForm("the worst rate has no closed form that was found")


@lru_cache(maxsize=256)
def _rate_candidates(term: Any) -> tuple[Any, ...]:
    """What the spectral radius may be at one end or the other: a root of z² − trace·z + determinant, or the root of the determinant."""
    candidates: list[Any] = []
    unfactored: list[Any] = []  # with a root of a discriminant that is no square
    for end in (mu, L):
        mode = Mode(term, end)
        discriminant, back = squares(tidy(mode.trace**2 - 4 * mode.determinant))
        root = square_root(sympy.cancel(discriminant)) if discriminant != 0 else sympy.Integer(0)
        modulus, back2 = squares(mode.determinant)
        product = square_root(sympy.cancel(modulus)) if modulus != 0 else None
        if root is not None:
            root = root.xreplace(back)
            candidates += [tidy(s * (mode.trace + t * root) / 2) for s in (1, -1) for t in ((1, -1) if root != 0 else (1,))]
        else:
            own = sympy.sqrt(mode.trace**2 - 4 * mode.determinant)
            unfactored += [s * (mode.trace + s * own) / 2 for s in (1, -1)]
        if product is not None:
            candidates += [tidy(s * product.xreplace(back2)) for s in (1, -1)]
    return tuple(c for c in dict.fromkeys((*candidates, *unfactored)) if not (c.is_number and not c.is_positive))


def _over_one_variable(low: Any, high: Any, their_parts: tuple[Any, ...]) -> tuple[list[Any], dict[Any, Original]]:
    """Two sides, and parts of them by themselves, over the same single variable: κ where the sides depend on L/μ alone, or ημ, and roots where they occur.

    The other value: what the new variables stand for.
    """
    originals: dict[Any, Original] = {}
    sides, parts = ([e.xreplace({kappa: L / mu}) for e in several] for several in ((low, high), their_parts))
    swap: dict[Any, Any] = {}
    if any(e.has(eta) and e.has(mu) for e in sides) and not any(e.has(L) for e in sides) and _scale_free(sides, parts, {mu: 4 * mu, eta: eta / 4}):
        originals[product := sympy.Dummy("eta_mu", positive=True)] = Original(eta * mu)
        swap = {mu: sympy.Integer(1), eta: product}
    elif any(e.has(mu) or e.has(L) for e in sides) and _scale_free(sides, parts, {mu: 4 * mu, L: 4 * L}):
        swap = {mu: sympy.Integer(1), L: kappa}
    elif any(e.has(mu) for e in sides):
        raise NoClosedForm("it depends on more than L/mu")
    found = [e.xreplace(swap).replace(sympy.atanh, lambda y: sympy.log((1 + y) / (1 - y)) / 2) for e in (*sides, *parts)]
    for s in set().union(*(e.free_symbols for e in found)):
        if s.is_positive and any(p.base == s and p.exp.is_Rational and p.exp.q == 2 for e in found for p in e.atoms(sympy.Pow)):
            root = sympy.Dummy(f"sqrt_{s.name}", positive=True)
            rooted = {scale: [e.xreplace({s: root**2 / scale}) for e in found] for scale in (sympy.Integer(1), *_roots_of_numbers(*found))}
            scale = next((scale for scale, e in rooted.items() if not _roots_of_numbers(*e[:2])), sympy.Integer(1))  # √3·√s is one root
            originals[root], found = Original(originals.get(s, Original(s)).expression, scale), rooted[scale]
    return found, originals


def _scale_free(sides: Any, parts: Any, scaled: dict[Any, Any]) -> bool:
    """Whether scaling changes neither of two sides, and of their parts only by a positive factor where they are defined."""

    def keeps_its_sign(part: Any) -> bool:
        inside = part.args[0]
        ratio = sympy.cancel(sympy.together(inside.xreplace(scaled) / inside)) if inside != 0 and not transcendental(inside) else sympy.nan
        return bool(ratio.is_number and ratio.is_positive) or same_function(part.xreplace(scaled), part)

    return all(same_function(e.xreplace(scaled), e) for e in sides) and all(keeps_its_sign(p) for p in parts if p.has(*scaled))


def moved(e: Any, swap: dict[Any, Any]) -> Any:
    """An expression with others put in, none of its parts having cancelled on the way."""
    try:
        lost = lost_conditions(e, swap)
    except NotStated as why:
        raise NoClosedForm(str(why)) from None
    if lost:
        raise NoClosedForm(f"a part cancels which may be undefined: {lost[0]}")
    return e.xreplace(swap)


def _roots_of_numbers(*expressions: Any) -> list[Any]:
    """The numbers of which square roots occur."""
    return sorted({p.base for e in expressions for p in e.atoms(sympy.Pow) if p.base.is_Rational and p.exp.is_Rational and p.exp.q == 2})


def same_function(a: Any, b: Any) -> bool:
    """Whether scaling left an expression as it was, argument by argument of its logarithms."""
    if a.has(sympy.functions.elementary.trigonometric.TrigonometricFunction, sympy.floor, sympy.ceiling, sympy.sign):
        return False  # which may be periodic in a logarithm
    logs_a, logs_b = a.replace(sympy.log, lambda y: sympy.log(tidy(y))), b.replace(sympy.log, lambda y: sympy.log(tidy(y)))
    return bool(sympy.cancel(sympy.together(logs_a - logs_b)) == 0) or bool(sympy.simplify(logs_a - logs_b) == 0)


def _interval(variable: Any, original: Original, prover: Prover) -> tuple[tuple[Any, Any], list[Any]] | None:
    """The open interval of a variable under the hypotheses, and those of its ends that are allowed values."""
    symbol, condition = original.expression, original.expression == kappa
    low, high, closed_low, closed_high = (sympy.Integer(0), sympy.oo, False, False) if variable.is_positive else (-sympy.oo, sympy.oo, False, False)
    if variable.is_nonnegative and not variable.is_positive:
        low, closed_low = sympy.Integer(0), True
    if condition:
        low = rational_near(start := original.variable(sympy.Integer(1)), -1)
        closed_low = low == start
    if symbol == eps or (symbol == eta * mu and prover.holds(sympy.Lt(symbol, 1, evaluate=False))):
        high = rational_near(original.variable(sympy.Integer(1)), 1)
    for hypothesis in prover.given:
        g = hypothesis.xreplace({kappa: L / mu})
        parts = g.args if isinstance(g, sympy.And) else (g,)
        for part in parts:
            if condition and part in (mu < L, sympy.Ne(mu, L), sympy.Ne(L, mu)):
                closed_low = closed_low and low != original.variable(sympy.Integer(1))
                continue
            ratio = condition and isinstance(part, Relational) and _homogeneous(part)
            single = part.xreplace({mu: sympy.Integer(1)}).xreplace({L: kappa}) if ratio else part
            if part.has(mu) and not ratio:
                continue
            if not isinstance(single, (sympy.Lt, sympy.Le, sympy.Gt, sympy.Ge)) or single.free_symbols != {symbol}:
                continue
            try:
                allowed = sympy.solveset(single, symbol, sympy.Interval.open(0, sympy.oo) if symbol.is_positive else sympy.S.Reals)
            except (NotImplementedError, ValueError, TypeError):
                continue
            if not isinstance(allowed, sympy.Interval):
                continue
            start, end = (original.variable(t) for t in (allowed.start, allowed.end))
            (start, moved_down), (end, moved_up) = ((near := rational_near(t, side), near != t) for t, side in ((start, -1), (end, 1)))
            if start.is_Rational and start > low:
                low, closed_low = start, not (allowed.left_open or moved_down)
            elif start.is_Rational and start == low:
                closed_low = closed_low and not allowed.left_open
            if (end.is_Rational and end < high) or (end.is_Rational and end == high and not high.is_infinite):
                high, closed_high = end, not (allowed.right_open or moved_up)
    return ((low, high), [e for e, c in ((low, closed_low), (high, closed_high)) if c]) if low < high else None


def _homogeneous(relation: Any) -> bool:
    scaled = relation.xreplace({mu: 4 * mu, L: 4 * L})
    difference, other = relation.lhs - relation.rhs, scaled.lhs - scaled.rhs
    ratio = sympy.cancel(sympy.together(other / difference)) if difference != 0 else sympy.nan
    return bool(ratio.is_number and ratio.is_positive)


def variable_powers(e: Any) -> bool:
    """Whether an exponent in an expression is no number."""
    return any(not p.exp.is_number for p in e.atoms(sympy.Pow))


def _positive(e: Any, line: Line) -> bool:
    """Whether a product of exponentials, powers and rational functions is seen to be positive on the interval."""
    for factor in sympy.Mul.make_args(e):
        if isinstance(factor, sympy.exp):
            continue
        base = factor.base if factor.is_Pow else factor
        if base.has(sympy.log, sympy.exp) or line.rational_sign(base) != 1:
            return False
    return True


def _cleared(f: Any, line: Line) -> Any:
    """A function with the sign of f that is a polynomial in logarithms with rational coefficients; None if there is none."""
    f = expanded_logs(f, line.variable, line.rational_sign)
    if f is None:
        return None
    names = {g: sympy.Dummy(f"log_{i}") for i, g in enumerate(sorted(f.atoms(sympy.log), key=str))}
    back = {y: g for g, y in names.items()}
    n, d = sympy.fraction(sympy.together(f.xreplace(names)))
    constant, factors = sympy.factor_list(d)
    sign = 1 if constant > 0 else -1
    for factor, power in factors:
        if power % 2:
            one = line.sign(factor.xreplace(back))
            if one not in (1, -1):
                return None
            sign *= one
    return (sympy.expand(n) * sign).xreplace(back)


def expanded_logs(f: Any, variable: Any, sign_of: Callable[[Any], int | None]) -> Any:
    """Every logarithm of the variable as a sum of logarithms of positive factors; None if ``sign_of`` does not tell one's sign."""

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
                sign = sign_of(factor)
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


def number_sign(e: Any) -> int | None:
    """The sign of a number with roots and logarithms: 1, −1, 0 if it is exactly 0; None if no precision shows it."""
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


def _holds_at(relation: Any, original: Original | None, end: Any) -> bool:
    """Whether the relation itself holds where the variable has this value, which the hypotheses allow."""
    if original is None or not original.expression.is_Symbol:
        return False
    number = original.value(end)
    exact = fmpq(int(number.p), int(number.q))
    point = {mu: fmpq(1), L: exact} if original.expression == kappa else {original.expression: exact}
    try:
        return holds(relation, complete(point)) is True
    except Undefined:
        return False
