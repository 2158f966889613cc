"""Inequalities between logarithms of rational functions in one variable: from the claim to one function on one interval.

Its sign is shown by :mod:`cdmtheory.engine.ladder`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import sympy
from flint import arb, ctx, fmpq

from cdmtheory.engine.closed_rates import closed_rates
from cdmtheory.engine.euler import EULER, substitution
from cdmtheory.engine.evaluate import complete, holds
from cdmtheory.engine.logsum import Ends, fraction, log_sum, sign_between
from cdmtheory.engine.one_variable import Original, interval_of, over_one_variable
from cdmtheory.engine.prover import NoClosedForm, Prover, transcendental
from cdmtheory.engine.quantities import value
from cdmtheory.engine.scalars import Open, Undefined
from cdmtheory.engine.substitute import apart, is_partial
from cdmtheory.language import L, _OfMethod, kappa, mu

__all__ = ["CLOSE_TO_END", "LADDER", "Line", "confirmed", "expanded_logs", "is_logarithmic_inequality", "number_sign", "variable_powers"]

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
        (low, high, *parts), originals = over_one_variable(low, high, (*apart(low)[1:], *apart(high)[1:]))
    except NoClosedForm:
        return False
    free = sympy.Tuple(low, high, *parts).free_symbols
    if len(free) != 1 or any(e.has(_OfMethod) for e in (low, high, *parts)):
        return False
    variable = free.pop()
    stands_for = originals.get(variable, Original(variable))
    original: Original | None = stands_for
    interval = interval_of(variable, stands_for, prover)
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
