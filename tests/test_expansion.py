"""Limits with roots and parameters, from first terms whose coefficients are shown not to vanish."""

import random

import mpmath
import pytest
import sympy
from sympy import Rational, Symbol, exp, log, oo, sqrt

from cdmtheory.engine.expansion import limit_of_expansion
from tests_support import approached_far_out

y, p, q = Symbol("y", positive=True), Symbol("p", positive=True), Symbol("q", nonnegative=True)
zero = sympy.Integer(0)


def sign(c):
    """What SymPy knows of a positive parameter, and no more."""
    if c.is_number:
        return int(sympy.sign(c))
    return 1 if c.is_positive else -1 if c.is_negative else None


TABLE = {
    "a difference of roots": (sqrt(y**2 + p * y) - y, oo, p / 2),
    "two roots": (y * (sqrt(y**2 + p) - sqrt(y**2 + 1)), oo, (p - 1) / 2),  # at p = 1 too, where it is 0
    "a first term that may vanish below a power": (y**2 * (sqrt(y**2 + p) - sqrt(y**2 + 1)), oo, None),  # oo, −oo or 0
    "a logarithm where the first term may vanish": ((p - 1) * log(y) + p, oo, None),  # 1 at p = 1
    "steps, none of them perhaps": (y * (1 - (1 - 1 / y) ** q), oo, q),
    "a coefficient that may vanish": (((p - 1) * y + sqrt(p)) / ((p - 1) * y + 1), oo, None),  # 1, but √p at p = 1
    "a coefficient that may vanish later": (((p + 1) * y + (p - 1)) / y, oo, p + 1),
    "a rate with a parameter": (-1 / (y * log(1 - p / y)), oo, 1 / p),
    "a logarithm of a sum": (log(y**p.subs(p, 3) + p * y) / log(y), oo, 3),
    "a logarithm wins": (log(p * y) / p, oo, oo),
    "a logarithm loses": (-y / log(p + y), oo, -oo),
    "a power": ((1 - p / y) ** y, oo, exp(-p)),
    "a power of a logarithm": ((1 + log(y) / y**2) ** y, oo, 1),
    "an exponential": (y * (exp(p / y) - 1), oo, p),
    "an exponential that grows": (exp(p * y), oo, None),
    "at 0": ((sqrt(1 + p * y) - 1) / y, zero, p / 2),
    "a sine, which is not looked at": (sympy.sin(y), oo, None),
    "nothing": (sqrt(y**2 + 1) ** 2 - y**2 - 1, oo, 0),
    "a root without sign": (sqrt(y * (p - 1)), oo, None),
    "half powers": (sqrt(y), oo, None),
}


@pytest.mark.parametrize("name", TABLE)
def test_known_limits(name):
    e, target, expected = TABLE[name]
    found = limit_of_expansion(e, y, target, sign)
    assert (found is None) == (expected is None)
    assert expected is None or found == expected or sympy.simplify(found - expected) == 0


def test_random_limits_agree_with_values():
    generator = random.Random(5)
    roots = [sqrt(y**2 + p * y), sqrt(4 * y**2 + 1), log(1 + p / y), log(y), log(p * y**2 + 1), exp(-p / y), 1 / (y + p), (1 - 1 / y) ** y, sqrt(1 + 1 / y)]
    seen = set()
    with mpmath.workdps(400):
        for _ in range(120):
            over, under = (sum((generator.randint(-3, 3) * y ** generator.randint(-1, 2) * generator.choice(roots) for _ in range(3)),
                               generator.randint(-2, 2) * y) for _ in range(2))
            if under == 0:
                continue
            number = Rational(generator.randint(1, 40), 7)
            e = (over / under).subs(p, number)
            limit = limit_of_expansion(e, y, oo, sign)
            if limit is None:
                continue
            assert approached_far_out(e, y, limit), e
            seen.add(limit if limit in (oo, -oo, 0) else 1)
    assert seen == {oo, -oo, 0, 1}
