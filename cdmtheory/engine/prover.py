"""Side conditions of a proof: proved one by one under the claim's hypotheses, with what carried them and what was assumed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import sympy
from sympy.logic.boolalg import And

from cdmtheory.engine.logsum import Ends, LogSum
from cdmtheory.engine.proof import Finding, certificates_of, prove
from cdmtheory.engine.root_of_sum import without_root_of_number, without_root_of_sum
from cdmtheory.engine.solvers import Solvers
from cdmtheory.language import k

__all__ = ["NoClosedForm", "Prover", "Tell", "all_proved", "powers_of_k", "transcendental"]

SIGN_SECONDS = 30.0
Tell = Callable[[str], None]


class NoClosedForm(Exception):
    """No closed form of a residual was found; the message says which."""


class Prover:
    """Proves side conditions under the hypotheses of the claim, remembering which engines did and what was assumed."""

    def __init__(self, given: tuple[Any, ...], solvers: Solvers, deadline: float, tell: Tell) -> None:
        self.given, self.solvers, self.deadline, self.tell = given, solvers, deadline, tell
        self.by: set[str] = set()
        self.assumed: list[str] = []

    def holds(self, statement: Any, *more: Any, seconds: float = 8) -> bool:
        """Whether a statement is proved under the hypotheses and ``more``."""
        if statement == sympy.true:
            return True
        if statement == sympy.false:
            return False
        return self.attempt(statement, (*self.given, *more), seconds).verdict == "PROVED"

    def attempt(self, statement: Any, given: tuple[Any, ...], seconds: float) -> Finding:
        """What becomes of a statement under hypotheses of its own, in so many seconds times the patience with this claim."""
        began = time.monotonic()
        allowed = min(self.deadline - began, seconds * self.solvers.patience)
        found = prove(_of_square(statement), given, (), self.solvers, began + allowed, lambda _: None)
        if found.verdict == "PROVED":
            self.by |= set(found.by)
        self.solvers.hurried |= found.verdict == "UNDECIDED" and time.monotonic() - began > 0.8 * allowed
        return found

    def sign_of(self, f: LogSum, ends: Ends, variable: Any) -> int | None:
        """The strict sign of a function with logarithms on an open interval; None if it is not shown."""
        found = certificates_of(self.solvers).sign(f, ends, variable, min(self.deadline, time.monotonic() + SIGN_SECONDS))
        if found is None:
            return None
        sign, by = found
        self.by |= by
        return sign

    def without(self, symbol: Any) -> Prover:
        """The same without what the hypotheses say of a symbol: for what is to hold for all of its values."""
        rest = Prover(tuple(g for g in self.given if symbol not in g.free_symbols), self.solvers, self.deadline, self.tell)
        rest.by, rest.assumed = self.by, self.assumed
        return rest

    def assume(self, *steps: str) -> None:
        self.assumed += [s for s in steps if s not in self.assumed]


def _of_square(statement: Any) -> Any:
    """``x >= c²`` for ``√x >= c``, c > 0 rational, which says the same, also where x < 0; any other statement as it is."""
    if isinstance(statement, (sympy.Ge, sympy.Le)) and statement.gts.is_Pow and statement.gts.exp == sympy.Rational(1, 2) and statement.lts.is_Rational:
        return sympy.Ge(statement.gts.base, statement.lts**2, evaluate=False) if statement.lts > 0 else statement
    return statement


def transcendental(e: Any) -> bool:
    """Whether a logarithm or an exponential is in an expression."""
    return bool(e.has(sympy.log, sympy.exp, sympy.atanh))


def powers_of_k(e: Any) -> bool:
    """Whether k stands in an exponent."""
    return any(p.exp.has(k) for p in e.atoms(sympy.Pow))


def all_proved(goal: Any, given: tuple[Any, ...], prover: Prover, seconds: float = 12) -> bool:
    """Whether every part of a conjunction is proved under hypotheses of its own, which replace those of the claim."""
    goal, given = without_root_of_number(*without_root_of_sum(goal, given))
    parts = goal.args if isinstance(goal, And) else (goal,)
    end = time.monotonic() + seconds * prover.solvers.patience
    return all(prover.attempt(part, given, (end - time.monotonic()) / prover.solvers.patience).verdict == "PROVED" for part in parts)
