"""Putting expressions in for symbols without asking SymPy which relations then hold: it asks for signs, which takes longer than all else."""

from __future__ import annotations

from typing import Any

from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction

__all__ = ["put_in"]


def put_in(e: Any, swap: dict[Any, Any]) -> Any:
    """``e.xreplace(swap)``, with relations and connectives that stay as they are written."""
    if isinstance(e, Relational) and e not in swap:
        return e.func(*(a.xreplace(swap) for a in e.args), evaluate=False)
    if isinstance(e, BooleanFunction) and e not in swap:
        return e.func(*(put_in(a, swap) for a in e.args), evaluate=False)
    return e.xreplace(swap)
