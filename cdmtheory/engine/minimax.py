"""Lower bounds on the worst residual of any method, by the minimax polynomial that no method undercuts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sympy

from cdmtheory.engine.closed_forms import LOWER_BOUND
from cdmtheory.engine.powers import is_defined
from cdmtheory.engine.proof import Finding, certificates_of
from cdmtheory.engine.prover import Prover
from cdmtheory.engine.solvers import Solvers
from cdmtheory.language import L, h, k, mu, worst_residual

__all__ = ["above_minimax"]


def above_minimax(statement: Any, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Callable[[str], None]) -> Finding | None:
    """``worst_residual(m, 3) >= E`` and the like, if E is at most the residual of Chebyshev's method, which no method undercuts."""
    if not isinstance(statement, (sympy.Le, sympy.Lt, sympy.Ge, sympy.Gt)):
        return None
    left, right = statement.args if isinstance(statement, (sympy.Ge, sympy.Gt)) else statement.args[::-1]
    if not isinstance(left, worst_residual) or not left.args[1].is_Integer or h in left.args[0].free_symbols or right.has(worst_residual, sympy.log, k):
        return None
    rho, steps = (sympy.sqrt(L) - sympy.sqrt(mu)) / (sympy.sqrt(L) + sympy.sqrt(mu)), int(left.args[1])
    relation = sympy.Le if isinstance(statement, (sympy.Le, sympy.Ge)) else sympy.Lt
    tell("against the minimax polynomial")
    with certificates_of(solvers).lemmas():
        prover = Prover(given, solvers, min(deadline, time.monotonic() + 0.2 * (deadline - time.monotonic())), tell)
        if not is_defined(left, prover) or not prover.holds(relation(right, sympy.cancel(2 * rho**steps / (1 + rho ** (2 * steps))), evaluate=False)):
            return None
    certificates_of(solvers).missing += 1
    return Finding("PROVED", sorted(prover.by), assumed=[LOWER_BOUND])
