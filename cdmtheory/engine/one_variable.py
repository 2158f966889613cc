"""Two sides of a comparison over one variable: κ where they depend on L/μ alone, ημ, or a root of one of these; and the interval it runs over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy
from sympy.core.relational import Relational

from cdmtheory.engine.euler import rational_near
from cdmtheory.engine.prover import NoClosedForm, Prover, transcendental
from cdmtheory.engine.roots import tidy
from cdmtheory.language import L, eps, eta, kappa, mu

__all__ = ["Original", "interval_of", "over_one_variable", "same_function"]


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


def over_one_variable(low: Any, high: Any, their_parts: tuple[Any, ...]) -> tuple[list[Any], dict[Any, Original]]:
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
    """Whether scaling changes neither of two sides, nor where their parts are defined."""

    def keeps_its_sign(part: Any) -> bool:
        inside, by_sign = part.args[0], part.is_Pow or isinstance(part, sympy.log)
        ratio = sympy.cancel(sympy.together(inside.xreplace(scaled) / inside)) if by_sign and inside != 0 and not transcendental(inside) else sympy.nan
        return bool(ratio.is_number and ratio.is_positive) or same_function(part.xreplace(scaled), part)

    return all(same_function(e.xreplace(scaled), e) for e in sides) and all(keeps_its_sign(p) for p in parts if p.has(*scaled))


def _roots_of_numbers(*expressions: Any) -> list[Any]:
    """The numbers of which square roots occur."""
    return sorted({p.base for e in expressions for p in e.atoms(sympy.Pow) if p.base.is_Rational and p.exp.is_Rational and p.exp.q == 2})


def same_function(a: Any, b: Any) -> bool:
    """Whether scaling left an expression as it was, argument by argument of its logarithms and base by base of its powers."""
    if a.has(sympy.functions.elementary.trigonometric.TrigonometricFunction, sympy.floor, sympy.ceiling, sympy.sign):
        return False  # which may be periodic in a logarithm
    logs_a, logs_b = (e.replace(sympy.log, lambda y: sympy.log(tidy(y))).replace(
        lambda p: p.is_Pow and not p.exp.is_number and p.base != sympy.E, lambda p: tidy(p.base) ** p.exp) for e in (a, b))
    return bool(sympy.cancel(sympy.together(logs_a - logs_b)) == 0) or bool(sympy.simplify(logs_a - logs_b) == 0)


def interval_of(variable: Any, original: Original, prover: Prover) -> tuple[tuple[Any, Any], list[Any]] | None:
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
