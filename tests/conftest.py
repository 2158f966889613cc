"""The tables that tests are parametrised over: every method of METHODS, in every arithmetic, at a few sets of parameters.

Parameters are found by their *names*, so a method added to ``cdmtheory/methods.py`` is tested without a word here.
"""

from __future__ import annotations

import os
import signal
from fractions import Fraction
from typing import Any

import array_api_strict
import flint
import numpy as np
import pytest
from hypothesis import settings

from cdmtheory.arithmetic import Arithmetic, convert
from cdmtheory.methods import METHODS, Method

os.environ.pop("FORCE_COLOR", None)  # output is compared
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # what a shell starts in the background ignores interrupts, and so would every process started by a test
    signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile("cdmtheory", derandomize=True, deadline=None, max_examples=60, database=None)
settings.load_profile("cdmtheory")

Q = Fraction
PARAMETERS: list[dict[str, Any]] = [  # products and quotients under a root are squares, so that everything stays rational
    {"step_size": Q(1, 4), "momentum": Q(1, 3), "lookahead": Q(1, 5), "curvature": Q(1), "mu": Q(1), "L": Q(9), "steps": 2,
     "first": METHODS["gradient_descent"](Q(1, 7)), "second": METHODS["heavy_ball"](Q(1, 3), Q(1, 4))},
    {"step_size": Q(4, 9), "momentum": Q(-1, 2), "lookahead": Q(-2, 3), "curvature": Q(1, 4), "mu": Q(1, 4), "L": Q(25, 4), "first_step": Q(1, 3), "steps": 0,
     "first": METHODS["nesterov"](Q(1, 4), Q(1, 3)), "second": METHODS["chebyshev"](Q(1), Q(9))},
    {"step_size": Q(1), "momentum": Q(1), "lookahead": Q(1), "curvature": Q(4), "mu": Q(4), "L": Q(4), "first_step": Q(2), "steps": 3,
     "first": METHODS["heavy_ball"](Q(1), Q(1), Q(1, 2)), "second": METHODS["triple_momentum"](Q(1), Q(9))},
]
ANY_OTHER = [Q(1, 3), Q(3, 7), Q(1)]  # for parameters with names not seen before


def _sample(name: str, row: int) -> Method:
    family = METHODS[name]
    given = {p: PARAMETERS[row].get(p, ANY_OTHER[row]) for p in family.signature.parameters if p != "first_step" or "first_step" in PARAMETERS[row]}
    return family(**given)


EXACT = {f"{name}-{row}": _sample(name, row) for name in METHODS for row in range(len(PARAMETERS))}


def _in(system: str, x: Any) -> Any:
    """A rational number in one of the number systems, named by what tests call it."""
    if system == "float":
        return convert(x, Arithmetic.FLOAT)
    if system == "array":
        made = np.full(3, float(x))
        made.flags.writeable = False
        return made
    if system == "strict array":
        return array_api_strict.full((3,), float(x), dtype=array_api_strict.float64)
    return convert(x, {"Fraction": Arithmetic.RATIONAL, "fmpq": Arithmetic.FLINT, "SymPy": Arithmetic.SYMBOLIC, "arb": Arithmetic.BALL}[system])


EXACT_SYSTEMS = ["Fraction", "fmpq", "SymPy"]
ROUNDED_SYSTEMS = ["float", "array", "strict array"]
SYSTEMS = [*EXACT_SYSTEMS, "arb", *ROUNDED_SYSTEMS]


@pytest.fixture
def put():
    """``put(x, system)``: a rational number, or a whole method, in another number system."""
    return lambda x, system: x.map(lambda v: _in(system, v)) if isinstance(x, Method) else _in(system, x)


@pytest.fixture
def agrees():
    """``agrees(number, exact, tolerance)``: equal where exact; a small ball around it; within ``tolerance`` of it in floating point."""
    from tolerances import BALL

    def compare(number: Any, exact: Fraction, tolerance: float = 0.0) -> bool:
        if isinstance(number, flint.arb):
            with flint.ctx.workprec(1000):  # the rational itself becomes a ball, and must be a much smaller one
                inside = number.contains(flint.arb(flint.fmpq(exact.numerator, exact.denominator)))
            return bool(inside) and float(number.rad()) <= BALL * max(1.0, abs(float(exact)))
        if hasattr(number, "free_symbols"):
            return bool(number == convert(exact, Arithmetic.SYMBOLIC))
        if isinstance(number, flint.fmpq):
            return bool(number == flint.fmpq(exact.numerator, exact.denominator))
        if isinstance(number, (int, Fraction)):
            return number == exact
        return bool(np.all(np.abs(np.asarray(number) - float(exact)) <= tolerance * max(1.0, abs(float(exact)))))
    return compare


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The arguments ``method``, ``stationary``, ``system`` and ``exact_system`` run over the tables, unless a test has a table of its own."""
    if any(name in str(mark.args[0]) for mark in metafunc.definition.iter_markers("parametrize") for name in ("method", "system")):
        return
    if "method" in metafunc.fixturenames:
        metafunc.parametrize("method", EXACT.values(), ids=EXACT.keys())
    if "stationary" in metafunc.fixturenames:
        found = {name: m for name, m in EXACT.items() if m.schedule.constant is not None}
        metafunc.parametrize("stationary", found.values(), ids=found.keys())
    for argument, systems in (("system", SYSTEMS), ("exact_system", EXACT_SYSTEMS)):
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, systems)
