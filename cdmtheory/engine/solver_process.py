"""A solver in a process of its own: reads questions as JSON lines, answers as JSON lines.

Its argument is ``z3`` or ``cvc5``. It can be killed at any moment; whoever asked goes on.
Models come back as rationals ``p/q``; an irrational algebraic value as a polynomial, its integer coefficients from the constant one upwards, and two
rationals between which it has no other root.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import sys
from fractions import Fraction
from typing import Any

MEMORY_LIMIT = 6 * 2**30


def z3_answer(script: str, seconds: float, seed: int) -> dict[str, Any]:
    """One run of z3's nlsat, with shuffled variables for seeds beyond the first."""
    import z3

    context = z3.Context()  # so that an answer does not depend on the questions before
    tactic = z3.Tactic("qfnra-nlsat", context)
    solver = (z3.With(tactic, seed=seed, shuffle_vars=True) if seed else tactic).solver()
    solver.set("timeout", max(1, int(1000 * seconds)))
    solver.add(z3.parse_smt2_string(script, ctx=context))
    result = solver.check()
    if result != z3.sat:
        return {"status": str(result)}
    model: dict[str, Any] = {}
    found = solver.model()
    for declaration in found.decls():
        number = found[declaration]
        if z3.is_algebraic_value(number):
            near, width = number.approx(60).as_fraction(), Fraction(1, 10**60)
            model[declaration.name()] = _irrational([Fraction(str(c)) for c in number.poly()], near - width, near + width)
        else:
            model[declaration.name()] = str(number.as_fraction())
    return {"status": "sat", "model": model}


def cvc5_answer(script: str, seconds: float, seed: int) -> dict[str, Any]:
    """One run of cvc5 with its defaults."""
    import cvc5

    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    solver.setOption("produce-models", "true")
    solver.setOption("tlimit-per", str(max(1, int(1000 * seconds))))
    solver.setOption("seed", str(seed))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "question")
    symbols = parser.getSymbolManager()
    while not (command := parser.nextCommand()).isNull():
        command.invoke(solver, symbols)
    result = solver.checkSat()
    if not result.isSat():
        return {"status": "unsat" if result.isUnsat() else "unknown"}
    model: dict[str, Any] = {}
    for term in symbols.getDeclaredTerms():
        number = solver.getValue(term)
        model[str(term)] = str(Fraction(number.getRealValue())) if number.isRealValue() else _algebraic(number)
    return {"status": "sat", "model": model}


def _algebraic(number: Any) -> dict[str, Any]:
    """An algebraic number printed as ``<polynomial, (low, high)>``, between rationals that are within 2⁻¹⁰⁰ of each other."""
    text = str(number)
    low, high = (Fraction(end) for end in re.search(r"\(([-/\d]+), ([-/\d]+)\)>", text).groups())  # type: ignore[union-attr]
    terms = []
    for term in text[text.index("<") + 1:text.rindex(", (")].split(" + "):
        coefficient, _, power = term.replace("(", "").replace(")", "").partition("*x")
        terms.append((Fraction(coefficient), int(power[1:] or 1) if "*x" in term else 0))

    def sign(x: Fraction) -> int:
        total = sum((c * x**n for c, n in terms), Fraction(0))
        return (total > 0) - (total < 0)

    at_low = sign(low)
    while high - low > Fraction(1, 2**100):
        middle = (low + high) / 2
        if sign(middle) == at_low:
            low = middle
        else:
            high = middle
    coefficients = [sum((c for c, n in terms if n == power), Fraction(0)) for power in range(max(n for _, n in terms) + 1)]
    return _irrational(coefficients, low, high)


def _irrational(coefficients: list[Fraction], low: Fraction, high: Fraction) -> dict[str, Any]:
    common = math.lcm(*(c.denominator for c in coefficients))
    return {"coefficients": [int(c * common) for c in coefficients], "low": str(low), "high": str(high)}


def main() -> None:
    """Answer questions until the input ends."""
    answer = {"z3": z3_answer, "cvc5": cvc5_answer}[sys.argv[1]]
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a solver prints, in C too, must not reach the channel
    for line in sys.stdin:
        question = json.loads(line)
        try:
            reply = answer(question["script"], question["seconds"], question["seed"])
        except Exception as error:  # whatever a solver raises is an answer of its own
            reply = {"status": "error", "reason": f"{type(error).__name__}: {error}"}
        channel.write(json.dumps(reply) + "\n")
        channel.flush()
