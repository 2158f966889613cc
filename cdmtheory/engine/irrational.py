"""Counterexamples at irrational points: what the solvers propose, judged exactly on the polynomials of the claim, and in balls on the claim itself."""

from __future__ import annotations

from typing import Any

import sympy
from flint import ctx, fmpq

from cdmtheory.engine.algebraic import Algebraic, satisfied
from cdmtheory.engine.evaluate import complete, holds
from cdmtheory.engine.falsify import described, satisfies, symbols_of
from cdmtheory.engine.formula import Formula
from cdmtheory.engine.quantities import value
from cdmtheory.engine.reduce import Problem
from cdmtheory.engine.scalars import Undefined
from cdmtheory.language import L, kappa, mu

__all__ = ["irrational_counterexample"]


def irrational_counterexample(problem: Problem, question: Formula, models: tuple[dict[str, Algebraic], ...], statement: Any,
                              given: tuple[Any, ...]) -> dict[str, Any] | None:
    """The counterexample that a model of ``question`` is, with its coordinates as exact expressions; None if none of them is one."""
    if problem.strengthened or problem.relaxed:
        return None
    for model in models:
        values = [model.get(f"v{i}", Algebraic.of(1)) for i in range(len(problem.variables))]
        try:
            if not _in_range(problem, values) or not satisfied(question, values):
                continue
            names = dict(zip(problem.variables, values, strict=True))
            wanted = [s for s in symbols_of(statement, given) if s in problem.substitution]
            shown = {s: sympy.radsimp(problem.substitution[s].xreplace({v: names[v].symbolic() for v in problem.substitution[s].free_symbols}))
                     for s in wanted}
            if mu in shown and L in shown:
                shown[kappa] = sympy.radsimp(shown[L] / shown[mu])
            with ctx.workprec(256):
                point = complete({s: _number(problem.substitution[s], names) for s in wanted})
                if satisfies(given, point) is False or _is_true(statement, point):
                    continue
                return described(statement, point, shown)
        except (ValueError, NotImplementedError, OverflowError, TypeError):  # SymPy's roots, of polynomials with very large coefficients
            continue
    return None


def _in_range(problem: Problem, values: list[Algebraic]) -> bool:
    return all(x.ball() > 0 for v, x in zip(problem.variables, values, strict=True) if v in problem.positive) and all(
        x.ball() > 0 or x.middle == 0 for v, x in zip(problem.variables, values, strict=True) if v in problem.nonnegative)


def _number(e: Any, names: dict[Any, Algebraic]) -> Any:
    """The value of a symbol: rational where it is seen to be, else a ball."""
    exact = {v: fmpq(-x.coefficients[0], x.coefficients[1]) if x.degree == 1 else x.ball() for v, x in names.items()}
    return value(e, exact)


def _is_true(statement: Any, point: dict[Any, Any]) -> bool:
    """Whether balls contradict the polynomials: a point at which the claim holds after all."""
    try:
        return holds(statement, point) is True
    except Undefined:
        return False
