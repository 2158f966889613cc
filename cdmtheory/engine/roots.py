"""Expressions in square roots as rational functions: a symbol for every root, and a normal form."""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Any

import sympy
from flint import Ordering, fmpq, fmpq_mpoly_ctx

from cdmtheory.language import L, kappa, mu

__all__ = ["square_root", "squares", "tidy", "vanishes"]


@lru_cache(maxsize=4096)
def tidy(e: Any) -> Any:
    """Factored over the roots of the positive symbols, of sums of them and of numbers, with κ = L/μ."""
    inside, back = squares(sympy.sympify(e).xreplace({kappa: L / mu}))
    numbers = {root: number for root, number in back.items() if number.is_number and inside.has(root)}
    if numbers:  # √2·√2 is 2, and √(L + μ)² is L + μ, before anything else cancels
        inside = _without_summand(inside, back).xreplace(numbers)
        for number, (r, root) in itertools.product(numbers.values(), back.items()):  # √2 may stand with √μ only: then √(2μ) is one root
            whole = inside.xreplace({r: r / number})
            if root.base.is_Symbol and root.base != L and not any(p.exp.is_Rational and not p.exp.is_Integer for p in whole.atoms(sympy.Pow)):
                return _factored(whole).xreplace({r: number * root}).xreplace(back)
        return sympy.factor(sympy.cancel(sympy.together(inside), extension=True), extension=list(numbers.values())).xreplace(back)
    try:
        return _factored(inside).xreplace(back)
    except ValueError:  # another function is in it
        return sympy.factor(sympy.cancel(sympy.together(inside))).xreplace(back)


def _factored(e: Any) -> Any:
    """A rational function of symbols over the rationals as a product of powers of irreducible polynomials."""
    symbols = sorted(e.free_symbols, key=lambda s: (s.name, s.sort_key()))
    ring = fmpq_mpoly_ctx.get([f"x{i}" for i in range(max(1, len(symbols)))], Ordering.lex)
    generators = dict(zip(symbols, ring.gens(), strict=False))
    numerator, denominator = _fraction(e, generators, ring.constant(1))
    constant, factors = sympy.Integer(1), []
    for part, sign in ((numerator, 1), (denominator, -1)):
        c, found = part.factor() if part != 0 else (fmpq(0), [])
        constant *= sympy.Rational(int(c.p), int(c.q)) ** sign
        for f, n in found:
            terms = [(sympy.Rational(int(q.p), int(q.q)), sympy.Mul(*[s ** int(m) for s, m in zip(symbols, powers, strict=False)]))
                     for powers, q in f.to_dict().items()]
            content = sympy.gcd_list([q for q, _ in terms]) * (1 if terms[0][0] > 0 else -1)
            constant *= content ** (sign * int(n))
            factors.append(sympy.Add(*[q / content * m for q, m in terms]) ** (sign * int(n)))
    return sympy.Mul(constant, *factors)


def _fraction(e: Any, generators: dict[Any, Any], one: Any) -> tuple[Any, Any]:
    """Numerator and denominator, without a common factor."""
    if e.is_Rational:
        return one * int(e.p), one * int(e.q)
    if e.is_Symbol:
        return generators[e], one
    if e.is_Pow and e.exp.is_Integer:
        n, d = _fraction(e.base, generators, one)
        return (n ** int(e.exp), d ** int(e.exp)) if e.exp > 0 else (d ** int(-e.exp), n ** int(-e.exp))
    if not (e.is_Add or e.is_Mul):
        raise ValueError(f"{e} is no rational function of symbols")
    n, d = _fraction(e.args[0], generators, one)
    for a in e.args[1:]:
        n2, d2 = _fraction(a, generators, one)
        n, d = (n * d2 + n2 * d, d * d2) if e.is_Add else (n * n2, d * d2)
        common = n.gcd(d)
        n, d = n / common, d / common
    return n, d


@lru_cache(maxsize=256)
def _root(of: Any) -> Any:
    """The symbol that stands for a root; the same one every time, so that SymPy knows it again."""
    return sympy.Dummy(f"root_{of.name}" if of.is_Symbol else "root", positive=True)


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
    roots = {s: _root(s) for s in sorted(e.free_symbols, key=str) if s.is_positive}
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
            back[known := _root(original)] = original
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
