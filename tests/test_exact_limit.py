"""Limits of quotients of polynomials in logarithms, from their first terms."""

import random

import mpmath
import pytest
import sympy
from sympy import Rational, Symbol, log, oo

from cdmtheory.engine.exact_limit import exact_limit, of_powers
from tests_support import approached_far_out

y = Symbol("y", positive=True)
E = Symbol("E", real=True)

TABLE = {
    "time constants": (log(1 - 1 / y) / log(1 - 1 / y**2) / y, oo, 1),
    "their squares": (log(1 - 1 / y) ** 2 / log(1 - 1 / y**2), oo, -1),
    "best steps": (log((y - 1) / (y + 1)) / log((y**2 - 1) / (y**2 + 1)) / y, oo, 1),
    "with a parameter": (E / log(1 - 1 / y**2) / y**2, oo, -E),
    "a logarithm wins": (log(y + 1) / log(1 + 1 / y) / y, oo, oo),
    "a logarithm loses": (y / (log(y) * (y + 1)), oo, 0),
    "equal logarithms": (log(y**3 + 1) / log(2 * y + 5), oo, 3),
    "a difference": (y * (log(y + 1) - log(y)), oo, 1),
    "numbers": ((log(2) * y + 1) / (log(8) * y - 5), oo, Rational(1, 3)),
    "at 0": (log(1 + y) / y, sympy.Integer(0), 1),
    "below every power": (y * log(y), sympy.Integer(0), 0),
    "no such quotient": (sympy.exp(y), oo, None),
    "a root": (sympy.sqrt(1 + y), oo, None),
}


@pytest.mark.parametrize("name", TABLE)
def test_known_limits(name):
    e, target, expected = TABLE[name]
    assert exact_limit(e, y, target) == expected


POWERS = {
    "e": ((1 + 1 / y) ** y, oo, sympy.E),
    "one step more": ((1 - 1 / y) ** (y + 1), oo, sympy.exp(-1)),
    "with a factor": ((1 - 1 / y**2) ** (3 * y**2) * (2 * y + 1) / y, oo, 2 * sympy.exp(-3)),
    "a negative factor": (-y * (1 - 1 / y) ** (y**2), oo, 0),
    "a power wins": (-y * (1 - 1 / y) ** y, oo, -oo),
    "at 0": ((1 - y) ** (1 / y), sympy.Integer(0), sympy.exp(-1)),
    "an exponential": (y**5 * sympy.exp(-y), oo, 0),
    "a base below 0": ((-1 - 1 / y) ** y, oo, None),
    "no power": (1 + 1 / y, oo, None),
}


@pytest.mark.parametrize("name", POWERS)
def test_limits_of_powers(name):
    e, target, expected = POWERS[name]
    assert of_powers(e, y, target) == expected


def test_random_limits_agree_with_values():
    generator = random.Random(3)
    arguments = [1 - 1 / y, (y - 1) / (y + 1), 1 - 1 / y**2, (y**2 - 1) / (y**2 + 1), y, 2 * y + 1, 1 + 3 / y]

    def polynomial():
        return sum((generator.randint(-3, 3) * y**i for i in range(generator.randint(1, 3))), sympy.Integer(0))

    def term():
        return polynomial() / generator.choice([1, y, y + 1, y**2]) * log(generator.choice(arguments)) ** generator.randint(0, 2)

    seen = set()
    with mpmath.workdps(400):
        for _ in range(60):
            under = term() + generator.choice([0, 0, 1])
            if under == 0:
                continue
            e = (term() + term() + generator.randint(-1, 1)) / under
            limit = exact_limit(e, y, oo)
            assert approached_far_out(e, y, limit), e
            seen.add(limit if limit in (oo, -oo, 0) else 1)
    assert seen == {oo, -oo, 0, 1}
