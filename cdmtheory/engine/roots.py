"""Expressions in square roots as rational functions: a symbol for every root, and a normal form."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy

from cdmtheory.language import L, kappa, mu

__all__ = ["square_root", "squares", "tidy", "vanishes"]


@lru_cache(maxsize=4096)
def tidy(e: Any) -> Any:
    """Factored over the roots of the positive symbols, of sums of them and of numbers, with κ = L/μ."""
    inside, back = squares(sympy.sympify(e).xreplace({kappa: L / mu}))
    numbers = {root: number for root, number in back.items() if number.is_number and inside.has(root)}
    if numbers:  # √2·√2 is 2, and √(L + μ)² is L + μ, before anything else cancels
        inside = _without_summand(inside, back).xreplace(numbers)
        return sympy.factor(sympy.cancel(sympy.together(inside), extension=True), extension=list(numbers.values())).xreplace(back)
    return sympy.factor(sympy.cancel(sympy.together(inside))).xreplace(back)


def _without_summand(inside: Any, back: dict[Any, Any]) -> Any:
    """L as √(L + μ)² − μ, where such a root occurs and √L does not."""
    for root, original in back.items():
        if original.is_Pow and original.base.is_Add and inside.has(root):
            square = sympy.expand(original.base.xreplace({s.base: r**2 for r, s in back.items() if s.is_Pow and s.base.is_Symbol}))
            for r in sorted(square.free_symbols, key=str):
                slope, rest = square.coeff(r, 2), square.coeff(r, 0)
                parts = [sympy.Poly(part, r) for part in sympy.fraction(sympy.together(inside))]
                if slope.is_Rational and square == slope * r**2 + rest and all(n % 2 == 0 for part in parts for (n,), _ in part.terms()):
                    n, d = (sympy.Add(*[c * ((root**2 - rest) / slope) ** (m // 2) for (m,), c in part.terms()]) for part in parts)
                    return n / d
    return inside


def vanishes(e: Any) -> bool:
    """Whether an expression in roots is 0, the roots of sums taken for what they are."""
    inside, back = squares(sympy.sympify(e).xreplace({kappa: L / mu}))
    number = sympy.numer(sympy.cancel(sympy.together(inside)))
    for w, root in back.items():
        if root.is_Pow and not root.base.is_Symbol:
            square, _ = squares(root.base)
            same = {r: next(s for s, other in back.items() if other == p) for r, p in _.items()}
            number = sympy.rem(sympy.expand(number), w**2 - square.xreplace(same), w)
    return bool(sympy.expand(number) == 0)


def square_root(e: Any) -> Any:
    """A root of a square, without its sign; None if it is no square."""
    c, factors = sympy.factor_list(sympy.numer(e)), sympy.factor_list(sympy.denom(e))
    root = sympy.Integer(1)
    for (number, parts), sign in ((c, 1), (factors, -1)):
        r = sympy.sqrt(number)
        if not r.is_Rational or any(n % 2 for _, n in parts):
            return None
        root *= (r * sympy.Mul(*[f ** (n // 2) for f, n in parts])) ** sign
    return root


def squares(e: Any) -> tuple[Any, dict[Any, Any]]:
    """The expression with a symbol for every root: of the positive symbols, and of the sums under other square roots; and the way back."""
    roots = {s: sympy.Dummy(f"root_{s.name}", positive=True) for s in sorted(e.free_symbols, key=str) if s.is_positive}
    back = {r: sympy.sqrt(s) for s, r in roots.items()}
    inside = e.xreplace({s: r**2 for s, r in roots.items()})

    def root_of(polynomial: Any) -> Any:
        c, factors = sympy.factor_list(polynomial)
        outside = sympy.Mul(*[f ** (n // 2) for f, n in factors if f.is_positive and f.is_Symbol])
        rest = c * sympy.Mul(*[f ** (n % 2) if f.is_positive and f.is_Symbol else f**n for f, n in factors])
        if rest.is_Rational and sympy.sqrt(rest).is_Rational:
            return outside * sympy.sqrt(rest)
        original = sympy.sqrt(sympy.expand(rest).xreplace(back))
        known = next((w for w, p in back.items() if p == original), None)
        if known is None:
            back[known := sympy.Dummy("root", positive=True)] = original
        return outside * known

    for power in sorted((p for p in inside.atoms(sympy.Pow) if p.exp.is_Rational and p.exp.q == 2), key=sympy.count_ops):
        if power in inside.atoms(sympy.Pow) and not any(p.exp.is_Rational and not p.exp.is_Integer for p in power.base.atoms(sympy.Pow)):
            n, d = sympy.fraction(sympy.together(power.base))
            if n.is_polynomial() and d.is_polynomial():
                inside = inside.xreplace({power: (root_of(n) / root_of(d)) ** power.exp.p})
    sums = {sympy.expand(root.base.xreplace({s: r**2 for s, r in roots.items()})): w for w, root in back.items() if root.is_Pow and root.base.is_Add}
    if sums:  # a factor under such a root is the square of its symbol
        inside = sympy.Mul(*[(sums[f] ** 2 if f in sums else f) ** n for f, n in _factors(inside)])
    return inside, back


def _factors(e: Any) -> list[tuple[Any, int]]:
    """A rational function as factors with powers, the constant among them."""
    n, d = (sympy.factor_list(part) for part in sympy.fraction(sympy.together(e)))
    return [(n[0] / d[0], 1), *n[1], *((f, -m) for f, m in d[1])]
