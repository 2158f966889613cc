"""A problem as the part of a certificate that says what is to be shown; :mod:`cdmtheory.check` describes the format."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import sympy
from flint import fmpq

from cdmtheory import check
from cdmtheory.engine.formula import All, Atom, Formula, atoms, weights
from cdmtheory.engine.reduce import Problem
from cdmtheory.language import L, kappa, mu

__all__ = ["hinted", "identifiers", "part_of", "polynomial_to_json"]


def part_of(problem: Problem) -> dict[str, Any]:
    """The part of a certificate that says what is to be shown, without its proof."""
    source = problem.unscaled or problem
    names = identifiers(source.names)
    signs = {n: ">" if v in source.positive else ">=" for n, v in zip(names, source.variables, strict=True) if v in source.positive or v in source.nonnegative}
    shown = {v: sympy.Symbol(n) for n, v in zip(names, source.variables, strict=True)}
    part = {
        "variables": names, "signs": signs, "substitution": {s.name: str(e.xreplace(shown)) for s, e in source.substitution.items()},
        "fixed": _scalings(source, [i for i, v in enumerate(source.variables) if v in problem.fixed], names),
        "domain": _to_json(source.domain, names), "failure": _to_json(source.failure, names),
    }
    return {"key": check.key(part), **part}


def hinted(problem: Problem, hints: Sequence[Any], context: Any) -> list[Any]:
    """The hints that are expressions, as polynomials in the variables of a problem; what is none there is no help here."""
    variable = {s.name: e for s, e in problem.substitution.items()}
    found = []
    for hint in hints:
        if isinstance(hint, sympy.Basic) and not isinstance(hint, sympy.Rel):
            plain = hint.xreplace({kappa: L / mu})
            plain = plain.xreplace({s: variable[s.name] for s in plain.free_symbols if s.name in variable})
            numerator = sympy.fraction(sympy.together(sympy.powdenest(plain.xreplace(dict.fromkeys(problem.fixed, sympy.Integer(1))))))[0]
            try:
                terms = sympy.Poly(numerator, *problem.variables, domain="QQ").terms()
            except (sympy.PolynomialError, sympy.CoercionFailed):
                continue
            found.append(context.from_dict({powers: fmpq(int(c.p), int(c.q)) for powers, c in terms}))
    return found


def identifiers(names: list[str]) -> list[str]:
    """The names, with those replaced that could not be told apart in the text of a monomial."""
    taken = {n for n in names if n.isidentifier()}
    found = []
    for i, name in enumerate(names):
        fresh = name if name in taken else next(c for c in (f"v{i + j}" for j in itertools.count()) if c not in taken)
        taken.add(fresh)
        found.append(fresh)
    return found


def _scalings(problem: Problem, fixed: list[int], names: list[str]) -> list[dict[str, Any]]:
    """For every variable set to 1 the weights that allow it, without effect on those before it."""
    basis = weights([a.polynomial for f in (problem.domain, problem.failure) for a in atoms(f)], len(problem.variables))
    found = []
    for place in fixed:
        chosen = next((w for w in basis if w[place] != 0), None)
        if chosen is None:
            return []
        found.append({"variable": names[place], "weights": {n: str(w) for n, w in zip(names, chosen, strict=True) if w != 0}})
        basis = [[a - b * (w[place] / chosen[place]) for a, b in zip(w, chosen, strict=True)] for w in basis if w is not chosen]
    return found


def _to_json(formula: Formula, names: list[str]) -> dict[str, Any]:
    if isinstance(formula, Atom):
        return {formula.relation: polynomial_to_json(formula.polynomial, names)}
    return {"all" if isinstance(formula, All) else "any": [_to_json(p, names) for p in formula.parts]}


def polynomial_to_json(p: Any, names: list[str]) -> dict[str, str]:
    """A polynomial as a certificate has it: monomials in the variables' names with their coefficients."""
    found = {}
    for exponents, c in p.to_dict().items():
        factors = [n if e == 1 else f"{n}^{e}" for n, e in zip(names, map(int, exponents), strict=False) if e]
        found["*".join(factors) or "1"] = str(c)
    return found


