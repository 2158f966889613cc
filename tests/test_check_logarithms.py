"""Signs of functions with logarithms: found by the ladder, followed by the checker, and held against values in balls."""

import contextlib
import copy
import json
import random
import time
from fractions import Fraction

import pytest
import sympy
from flint import arb, ctx, fmpq, fmpq_poly
from sympy import Rational, Symbol, log, oo

from cdmtheory import check
from cdmtheory.engine.ladder import sign_with_proof, to_json
from cdmtheory.engine.logsum import Ends, end_sign, leading, log_sum, sign_between
from tests_support import AMPLE, as_certificate, at, places

x = Symbol("x", positive=True)
R = Rational

SIGNS = {  # function, interval, sign
    "log(1 + x) < x": (x - log(1 + x), 0, None, 1),
    "log x < x - 1 above 1": (x - 1 - log(x), 1, None, 1),
    "log x < x - 1 below 1": (x - 1 - log(x), 0, 1, 1),
    "Padé from below": (log(1 + x) - 2 * x / (2 + x), 0, None, 1),
    "Padé from above": (log(1 + x) - x * (6 + x) / (6 + 4 * x), 0, None, -1),
    "a product": ((x + 1) * log(x + 1) - x * log(x) - log(x + 1) - 1 + 1 / (x + 1), 1, None, 1),
    "two logarithms": (log(x + 2) - 2 * log(x + 1) + log(x), 0, None, -1),
    "a square": (log(x) ** 2 - (x - 1) ** 2 / x, 1, None, -1),
    "entropy": (log(2) + x * log(x) + (1 - x) * log(1 - x), 0, R(1, 2), 1),
    "a number": (log(3) - log(2) - R(2, 5), 0, 1, 1),
    "a number of no sign": (log(4) - 2 * log(2), 0, 1, None),
    "rational": (x**2 - 2 * x + R(101, 100), None, None, 1),
    "touches": ((x - 1) ** 2 * log(1 + x), 0, 2, None),
    "changes sign": (log(x), R(1, 2), 2, None),
    "boxes": (x**4 - 3 * x**3 + 4 * x**2 - 3 * x + R(6, 5) - log(1 + x) ** 2 / 50, R(1, 10), 3, 1),
}


def function_of(name):
    e, low, high, sign = SIGNS[name]
    ends = Ends(*(None if c is None else fmpq(int(R(c).p), int(R(c).q)) for c in (low, high)))
    f = log_sum(e, x)
    assert f is not None
    return f, ends, sign


def part_of(name):
    f, ends, _ = function_of(name)
    sign, proof = sign_with_proof(f, ends, time.monotonic() + AMPLE)
    part = {"kind": "logarithms", "variable": "x", "substitution": {}, "sign": sign, **to_json(f, ends)}
    return {"key": check.key(part), **part, "proof": proof}


@pytest.mark.parametrize("name", SIGNS)
def test_signs_are_found_and_followed(name):
    f, ends, sign = function_of(name)
    found = sign_with_proof(f, ends, time.monotonic() + (20 if sign is None else AMPLE))
    if sign is None:
        assert found is None
        return
    assert found is not None
    assert found[0] == sign
    part = part_of(name)
    assert check.check_text(json.dumps(as_certificate(part))) == []
    contradicted(part)
    part["sign"] = -sign
    part["key"] = check.key(part)
    assert "the other sign" in check.check(as_certificate(part))[0]


@pytest.mark.parametrize(("e", "end", "side"), [
    (x * log(x), 0, "+"), (log(1 + x) / x - 1, 0, "+"), ((log(1 + x) - x) / x**2, 0, "+"), ((log(1 + x) - x) / x**2 + R(1, 2), 0, "+"),
    (log(x) ** 3 / x, 0, "+"), (log(1 + x) - log(x), oo, "-"), (x * (log(1 + x) - log(x)), oo, "-"), (x * (log(1 + x) - log(x)) - 1, oo, "-"),
    (log(1 + x) - R(1, 3) * log(8 * x**3 + 1), oo, "-"), (log(x) ** 2 - log(x**2 + 1) ** 2 / 4, oo, "-"), (log(3 - x) * (3 - x), 3, "-"),
])
def test_limits_at_an_end_are_those_of_sympy(e, end, side):
    ends = Ends(fmpq(0), None if end in (0, oo) else fmpq(end))
    f = log_sum(e, x)
    limit = sympy.limit(e, x, end, side)
    assert end_sign(f, ends, side == "+") == sympy.sign(limit)
    if limit.is_finite and limit != 0:
        first = leading(f, ends, side == "+", 5)
        assert (first.power, first.degree) == (0, 0)
        assert sympy.simplify(first.symbolic() - limit) == 0


def test_signs_of_polynomials_are_those_of_their_roots():
    generator = random.Random(1)
    seen = set()
    for _ in range(300):
        p = sympy.Poly([generator.randint(-9, 9) for _ in range(generator.randint(1, 6))] + [generator.choice([0, 1, -2])], x)
        if p.is_zero:
            continue
        low, high = sorted(generator.sample([None, -2, 0, R(1, 2), 1, 3], 2), key=lambda c: -100 if c is None else c)
        high = None if generator.random() < 0.3 else high
        inside = [r for r in p.real_roots() if (low is None or r > low) and (high is None or r < high)] if p.degree() > 0 else []
        at = 0 if low is None and high is None else high - 1 if low is None else low + 1 if high is None else (low + high) / R(2)
        expected = None if inside else int(sympy.sign(p.eval(at)))
        flint = fmpq_poly([int(c) for c in reversed(p.all_coeffs())])
        ends = Ends(*(None if c is None else fmpq(int(R(c).p), int(R(c).q)) for c in (low, high)))
        assert sign_between(flint, ends) == expected, (p, low, high)
        coefficients = [Fraction(int(c)) for c in reversed(p.all_coeffs())]
        ours = check._sign_between(coefficients, *(None if c is None else Fraction(int(R(c).p), int(R(c).q)) for c in (low, high)), check._Budget())
        assert ours == (expected or 0)
        seen.add(expected)
    assert seen == {None, 1, -1}


def test_the_checker_encloses_logarithms():
    generator = random.Random(2)
    with ctx.workprec(300):
        for _ in range(300):
            q = Fraction(generator.randint(1, 10 ** generator.randint(1, 40)), generator.randint(1, 10 ** generator.randint(1, 40)))
            low, high = check._log(q)
            true = arb(fmpq(q.numerator, q.denominator)).log() * arb(2) ** check.BITS
            assert low <= true <= high
            assert high - low < 2**12


# -- values ---------------------------------------------------------------------------------------------------------------


class Contradicted(Exception):
    """A value has the other sign, or there is none."""


def contradicted(part):
    """Holds a part against values of its function in balls: inside, and close to both ends."""
    low, high = (None if part[name] in ("-oo", "oo") else fmpq(*map(int, part[name].split("/"))) for name in ("low", "high"))
    start = low if low is not None else (high if high is not None else fmpq(0)) - 10**6
    stop = high if high is not None else start + 2 * 10**6
    width = stop - start
    points = [start + width * fmpq(i, 97) for i in range(1, 97)]
    points += [start + width / 10**j for j in range(2, 13)] + [stop - width / 10**j for j in range(2, 13)]
    with ctx.workprec(400):
        def poly(c, at):
            return sum((arb(fmpq(*map(int, a.split("/")))) * at**i for i, a in enumerate(c)), arb(0))

        for point in points:
            at = arb(point)
            logs = [poly(q, at) for q in part["logs"]]
            if any(not y > 0 for y in logs):
                raise Contradicted("a logarithm")
            total = arb(0)
            for term in part["function"]:
                under = poly(term["under"], at)
                if under.contains(0):
                    raise Contradicted("a denominator")
                value = poly(term["over"], at) / under
                for n, y in zip(term["powers"], logs, strict=True):
                    value *= y.log() ** n
                total += value
            if not (total > 0 if part["sign"] > 0 else total < 0):
                raise Contradicted(f"at {point}")


def test_values_contradict_what_is_false():
    part = part_of("Padé from below")
    part["function"][0]["over"] = ["0", "-201/100"]
    with pytest.raises(Contradicted):
        contradicted(part)


def mutate(part, generator):
    """One change to what a part about logarithms says."""
    path = generator.choice([p for p in places(part) if p and p[0] in ("low", "high", "sign", "logs", "function", "proof")])
    parent, key = at(part, path[:-1]), path[-1]
    value = parent[key]
    if isinstance(value, str) and check.RATIONAL.fullmatch(value):
        q = Fraction(value)
        parent[key] = str(generator.choice([-q, q + 1, q - 1, 2 * q, q / 3, Fraction(0), q + Fraction(1, 1000), q * Fraction(999, 1000)]))
    elif isinstance(value, str):
        parent[key] = generator.choice(["low", "high", "oo", "-oo", "0", "3"])
    elif isinstance(value, int):
        parent[key] = generator.choice([-value, value + 1, 0])
    elif isinstance(parent, list):
        parent.insert(key, copy.deepcopy(value)) if generator.random() < 0.4 else parent.pop(key)
    else:
        kin = [p for p in places(part["proof"]) if p and p[-1] == key]
        parent[key] = copy.deepcopy(at(part["proof"], generator.choice(kin))) if kin else {"rational": 1}


def test_every_mutation_is_rejected_or_still_true():
    generator = random.Random(3)
    sources = [part_of(name) for name, (*_, sign) in SIGNS.items() if sign is not None]
    rejected = accepted = 0
    while rejected + accepted < 1000:
        part = copy.deepcopy(generator.choice(sources))
        before = copy.deepcopy(part)
        for _ in range(generator.choice([1, 1, 1, 2, 3])):
            mutate(part, generator)
        if part == before:
            continue
        with contextlib.suppress(check.Rejected):
            part["key"] = check.key(part)
        if check.check(as_certificate(part)):
            rejected += 1
        else:
            contradicted(part)
            accepted += 1
    assert rejected > 300
    assert accepted > 50


JUNK = [None, True, 0, -1, 1.5, float("nan"), "", "x", "1/0", "oo", "9" * 5000, [], {}, [[]], ["1"], ["x"], [None], {"number": 1}, {"rational": 1},
        {"pieces": []}, {"pieces": [{"boxes": ["1", "2"]}]}, ["0"] * 300]


def test_nothing_that_json_can_hold_makes_the_checker_fail():
    source = as_certificate(part_of("boxes"))
    for path in [p for p in places(source) if p]:
        for junk in JUNK:
            data = copy.deepcopy(source)
            at(data, path[:-1])[path[-1]] = junk
            [part] = data["parts"] if isinstance(data["parts"], list) and len(data["parts"]) == 1 else [None]
            if isinstance(part, dict):
                with contextlib.suppress(check.Rejected, TypeError):
                    part["key"] = check.key(part)
            assert isinstance(check.check(data), list)
