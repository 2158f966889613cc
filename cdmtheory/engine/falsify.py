"""Looking for a counterexample in exact numbers: points built inside the hypotheses, at their edges and just outside bounds.

Every candidate, whoever proposes it, is judged by :mod:`cdmtheory.engine.evaluate` alone.
"""

from __future__ import annotations

import itertools
import math
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from flint import ctx, fmpq

from cdmtheory.engine.evaluate import complete, holds, sides
from cdmtheory.engine.quantities import Point, value
from cdmtheory.engine.scalars import Open, Undefined
from cdmtheory.language import L, Sup, _OfMethod, _Optimum, eps, h, k, kappa, mu, steps_to, worst_residual

__all__ = ["Search", "counterexample", "described", "satisfies", "simplified", "typical_parameters"]

Q = fmpq
CONDITION_NUMBERS = [Q(4), Q(1), Q(9), Q(100), Q(2), Q(5), Q(10**4), Q(25, 16), Q(3), Q(16), Q(36), Q(1024), Q(10**6), Q(121, 100), Q(10**8), Q(961), Q(64),
                     Q(10001, 10000), Q(8), Q(225), Q(1023, 1000), Q(10**10), Q(49, 4), Q(36, 25), Q(3, 2), Q(5, 4), Q(10**12)]
STEPS = [Q(1), Q(0), Q(2), Q(3), Q(5), Q(4), Q(7), Q(10), Q(16), Q(6), Q(31), Q(40), Q(64), Q(100), Q(187), Q(300)]
FAR_CONDITIONS, FAR_STEPS = [Q(10**16), Q(10**24)], [Q(301), Q(3000)]
AT_EDGES = 6  # numbers of steps that are tried where κ is what a hypothesis compares it with
FIRST_PROBLEMS = 4  # ordinary ones, before the corners
EARLY_STEPS = (1, 2, 3, 5, 8, 20)
TOLERANCES = [Q(1, 10), Q(1, 2), Q(9, 10), Q(1, 1000), Q(99, 100), Q(1, 10**6), Q(999, 1000), Q(1, 3), Q(1, 10**12)]
NUMBERS = [Q(1), Q(1, 2), Q(0), Q(2), Q(1, 4), Q(-1), Q(1, 10), Q(3), Q(9, 10), Q(1, 100), Q(-1, 2), Q(4), Q(10), Q(99, 100), Q(-2), Q(1, 10**4), Q(3, 2),
           Q(100), Q(1, 9), Q(4, 9), Q(1, 10**8), Q(1, 10**40), Q(-3), Q(10**4), Q(1 - 10**6, 10**6), Q(10**6 - 1, 10**6)]
NUDGES = [Q(1), Q(11, 10), Q(9, 10), Q(1001, 1000), Q(999, 1000), Q(2), Q(1, 2), Q(1000001, 1000000), Q(999999, 1000000),
          Q(10**10 + 1, 10**10), Q(10**10 - 1, 10**10),
          1 - Q(1, 10**40), 1 - Q(1, 10**120), 1 + Q(1, 10**40), 1 - Q(1, 10**400)]


@dataclass
class Search:
    """What the search for a counterexample has seen."""

    tried: int = 0
    inside: int = 0  # points that satisfy the hypotheses
    open: int = 0  # points inside at which the statement could not be evaluated
    witness: Point | None = None
    largest_condition: fmpq = field(default_factory=lambda: Q(0))
    largest_k: int = 0

    def summary(self) -> str:
        """One line of evidence."""
        if not self.tried:
            return "no point was tried"
        text = f"{self.inside} of {self.tried} points tried satisfy the hypotheses, "
        if not self.open:
            text += "none of them contradicts the statement"
        elif self.open == self.inside:
            text += "but the statement could be evaluated at none of them"
        else:
            text += f"{self.inside - self.open} of these could be evaluated, none of which contradicts the statement"
        reach = [f"kappa up to {float(self.largest_condition):.3g}"] if self.largest_condition else []
        reach += [f"k up to {self.largest_k}"] if self.largest_k else []
        return text + (f"; {', '.join(reach)}" if reach else "")


def satisfies(given: Iterable[Any], point: Point) -> bool | None:
    """Whether a point satisfies the implied hypotheses and the given ones (an undefined one is not satisfied)."""
    if not _implied(point):
        return False
    answer: bool | None = True
    for hypothesis in given:
        try:
            found = holds(hypothesis, point)
        except Undefined:
            return False
        if found is False:
            return False
        answer = None if found is None else answer
    return answer


def _implied(point: Point) -> bool:
    for s, x in point.items():
        if (s.is_positive and not x > 0) or (s.is_nonnegative and not x >= 0) or (s.is_negative and not x < 0) or (s.is_nonpositive and not x <= 0):
            return False
        if (s.is_integer and x.q != 1) or (s.is_nonzero and x == 0):
            return False
    if mu in point and L in point:
        if not point[mu] <= point[L] or (h in point and not point[mu] <= point[h] <= point[L]):
            return False
        if kappa in point and point[kappa] * point[mu] != point[L]:
            return False
    return not (eps in point and not 0 < point[eps] < 1)


def counterexample(statement: Any, given: tuple[Any, ...], point: Point) -> dict[str, Any] | None:
    """The counterexample that a point is, as the JSON of a verdict has it; None if it is none."""
    if satisfies(given, point) is not True:
        return None
    try:
        if holds(statement, point) is not False:
            return None
    except Undefined:
        pass
    return described(statement, point, point)


def described(statement: Any, point: Point, shown: dict[Any, Any]) -> dict[str, Any]:
    """A point as the counterexample in the JSON of a verdict, its values written as in ``shown``."""
    relation = _failing_relation(statement, point)
    left, right = sides(relation, point) if relation is not None else (None, None)
    return {"point": {s.name: str(x) for s, x in sorted(shown.items(), key=lambda item: item[0].name)}, "lhs": left, "rhs": right}


def simplified(statement: Any, given: tuple[Any, ...], point: Point) -> Point:
    """A counterexample with simpler numbers where there is one nearby: every coordinate in turn is rounded, as long as it stays one."""
    changes: list[tuple[Any, Any]] = []
    if mu in point:
        changes = [(L, lambda p, x: complete({**p, mu: Q(1), L: x}))]
    changes += [(s, lambda p, x, s=s: {**p, s: x}) for s in point if s not in (mu, L, kappa, k)]
    for s, changed in changes:
        exact = point[L] / point[mu] if s == L else point[s]
        for near in _rounded(exact):
            if s == L and near < 1:
                continue
            other = changed(point, near)
            if counterexample(statement, given, other) is not None:
                point = other
                break
    return point


def _rounded(number: fmpq) -> list[fmpq]:
    """Numbers near a rational with a smaller denominator, the simplest first."""
    exact = Fraction(int(number.p), int(number.q))
    found = [Fraction(side(exact * d), d) for d in (1, 2, 3, 4, 10, 100, 1000) for side in (math.floor, math.ceil)]
    return [Q(x.numerator, x.denominator) for x in dict.fromkeys(found) if x.denominator < exact.denominator]


def _failing_relation(statement: Any, point: Point) -> Any:
    """The relation to show both sides of: the statement itself, or the first part that is false."""
    if isinstance(statement, sympy.core.relational.Relational):
        return statement
    if isinstance(statement, _Optimum):
        return sympy.Ge(statement.quantity, statement.value, evaluate=False)
    if isinstance(statement, sympy.And):
        for part in statement.args:
            try:
                if holds(part, point) is False:
                    return _failing_relation(part, point)
            except Undefined:
                return _failing_relation(part, point)
    return None


def symbols_of(statement: Any, given: tuple[Any, ...]) -> list[Any]:
    """The symbols a point must give values to; bound ones of Optimal included, because a better parameter refutes it."""
    parts = [statement, *given]
    free = {s for p in parts for s in p.free_symbols if isinstance(s, sympy.Symbol)}
    free |= {s for p in parts for o in p.atoms(_Optimum) for s in o.over}
    if any(p.has(Sup) for p in parts):
        free.add(k)
    if any(p.has(_OfMethod) for p in parts) or free & {mu, L, kappa, h}:
        free |= {mu, L}
    return sorted(free - {kappa}, key=lambda s: (s not in (mu, L), s == L, s != h, s.name))


def points(statement: Any, given: tuple[Any, ...], *, seed: int = 0) -> Iterator[Point]:
    """Candidate points, simple ones first: a systematic round, then random combinations, without end."""
    symbols = symbols_of(statement, given)
    bounds = _bounds(statement, given)
    generator = random.Random(seed)
    edges = _condition_edges(given)
    for attempt in itertools.count():
        if attempt == FIRST_PROBLEMS:
            yield from _corners(symbols, bounds)
            yield from _far_away(symbols, bounds)
        point: Point = {}
        if mu in symbols:
            ratio = CONDITION_NUMBERS[attempt % len(CONDITION_NUMBERS)] if attempt < 400 else generator.choice(CONDITION_NUMBERS) * _jitter(generator)
            if attempt > 400 and generator.random() < 0.1:
                ratio *= 10 ** (2 * generator.randint(1, 5))
            point[mu] = Q(1) if attempt % 3 != 2 else generator.choice([Q(1, 4), Q(4), Q(9), Q(1, 100), Q(2)])
            if edges and attempt % 2 and attempt < 2 * len(edges) * AT_EDGES:
                ratio = edges[attempt // 2 % len(edges)]
            elif edges and attempt % 2:
                edge = generator.choice(edges)
                ratio = (edge * generator.choice(NUDGES)) if len(edges) == 1 or generator.random() < 0.6 else (edge + generator.choice(edges)) / 2
                if generator.random() < 0.2:
                    ratio = edge * generator.choice(CONDITION_NUMBERS)
            point[L] = point[mu] * max(ratio, Q(1))
            point = complete(point)
        rest = [s for s in symbols if s not in point]
        if attempt >= len(CONDITION_NUMBERS):
            generator.shuffle(rest)
        for s in rest:
            point[s] = _choose(s, point, bounds.get(s, []), generator, attempt)
        if k in point and k not in bounds and attempt % 2 and attempt < 2 * len(edges) * AT_EDGES:
            point[k] = STEPS[attempt // 2 // len(edges)]
        if point.get(k) and attempt < len(CONDITION_NUMBERS):
            yield {**point, k: Q(0)}  # the boundary that is cheap to try
        yield point
        if not symbols:
            return


def _corners(symbols: list[Any], bounds: dict[Any, Any]) -> Iterator[Point]:
    """κ = 1 and 4, every parameter at what it is compared with, after the first few steps."""
    generator = random.Random(0)
    if not bounds or mu not in symbols:
        return
    for ratio, steps, which in itertools.product((Q(1), Q(4)), STEPS[:4] if k in symbols else STEPS[:1], range(2)):
        point = complete({mu: Q(1), L: ratio})
        for s in (s for s in symbols if s not in point):
            usable = [b for b, needed in bounds.get(s, []) if needed <= point.keys()]
            bound = _value_of_bound(usable[which % len(usable)], point) if usable and not s.is_integer else None
            point[s] = steps if s == k else point[L] if s == h else _choose(s, point, [], generator, which) if bound is None else bound
        yield point


def _far_away(symbols: list[Any], bounds: dict[Any, Any]) -> Iterator[Point]:
    """Condition numbers so large that nothing decays within some hundred steps, where overshoot comes closest to what it tends to."""
    generator = random.Random(0)
    if mu not in symbols or k not in symbols or k in bounds:
        return
    for ratio, steps in itertools.product(FAR_CONDITIONS, FAR_STEPS):
        point = {**complete({mu: Q(1), L: ratio}), k: steps}
        for s in (s for s in symbols if s not in point):
            point[s] = _choose(s, point, bounds.get(s, []), generator, 0)
        yield point


def _condition_edges(given: tuple[Any, ...]) -> list[fmpq]:
    """Condition numbers with which the hypotheses compare κ, or L with μ."""
    found: list[fmpq] = []
    for g in given:
        for relation in g.atoms(sympy.core.relational.Relational):
            difference = (relation.lhs - relation.rhs).xreplace({kappa: L / mu}).xreplace({mu: sympy.Integer(1)})
            if difference.free_symbols != {L} or difference.has(_OfMethod):
                continue
            slope = difference.diff(L)
            if slope.is_Rational and slope != 0:
                edge = -difference.xreplace({L: sympy.Integer(0)}) / slope
                if edge.is_Rational and edge >= 1:
                    found.append(Q(int(edge.p), int(edge.q)))
    return found


def _jitter(generator: random.Random) -> fmpq:
    n = generator.randint(1, 60)
    return Q(1) if generator.random() < 0.5 else Q((n + generator.randint(1, 20)) ** 2, n**2)


def _choose(s: Any, point: Point, bounds: list[Any], generator: random.Random, attempt: int) -> fmpq:
    if s == k:
        if attempt < 100 and not bounds:
            return STEPS[attempt % len(STEPS)]
        return _near_bound(s, point, bounds, generator) or (_natural_steps(point, generator) if generator.random() < 0.4 else generator.choice(STEPS))
    if s == eps:
        reached = _near_bound(s, point, bounds, generator) if attempt % 2 else None
        return reached or (TOLERANCES[attempt % len(TOLERANCES)] if attempt < 100 else generator.choice(TOLERANCES))
    if s == h:
        low, high = point[mu], point[L]
        part = generator.choice([Q(0), Q(1), Q(1, 2), Q(1, 10), Q(1, 1000), Q(9, 10), Q(generator.randint(1, 99), 100)])
        inside = low + (high - low) * part
        return _square_near(inside, low, high) if generator.random() < 0.5 else inside
    near = _near_bound(s, point, bounds, generator)
    if near is not None and (attempt % 4 != 3):
        return near
    choices = [x for x in NUMBERS if not (s.is_positive and x <= 0) and not (s.is_nonnegative and x < 0) and not (s.is_negative and x >= 0)
               and not (s.is_nonpositive and x > 0) and not (s.is_integer and x.q != 1)] or [Q(-1)]
    x = generator.choice(choices)
    if L in point and s.is_positive and not s.is_integer and generator.random() < 0.6:
        x = x * generator.choice([1 / point[L], 1 / point[mu], 1 / (point[L] + point[mu]), 4 / (point[L] + point[mu])])
    if not s.is_integer and generator.random() < 0.2:
        x *= Q(generator.randint(1, 200), 100)
    return x


def _natural_steps(point: Point, generator: random.Random) -> fmpq:
    """A number of steps of the order in which methods converge: a few times √κ or κ."""
    ratio = float(point.get(kappa, Q(1)))
    scale = ratio if generator.random() < 0.5 else ratio**0.5
    return Q(int(min(scale * generator.choice([0.25, 0.5, 1, 2, 3, 5, 10, 30, 1e4, 1e8]), 1e17)))


def _square_near(x: fmpq, low: fmpq, high: fmpq) -> fmpq:
    """A rational square inside [low, high], close to x, so that roots of eigenvalues stay rational where they can."""
    root = Q(round(float(x) ** 0.5 * 64), 64)
    return root * root if low <= root * root <= high else x


def _near_bound(s: Any, point: Point, bounds: list[tuple[Any, set[Any]]], generator: random.Random) -> fmpq | None:
    usable = [b for b, symbols in bounds if symbols <= point.keys()]
    if not usable:
        return None
    bound = _value_of_bound(generator.choice(usable), point)
    if bound is None:
        return None
    if s.is_integer:
        return Q(max(0, int(bound.floor()) + generator.choice([0, 1, -1, 2]))) if abs(bound) < 10**17 else None
    nudge = NUDGES[0] if generator.random() < 0.3 else generator.choice(NUDGES)
    if generator.random() < 0.15:
        return bound + generator.choice([Q(1, 1000), Q(-1, 1000), Q(1, 10**6), Q(-1, 10**6)])
    return bound * nudge


def _value_of_bound(bound: Any, point: Point) -> fmpq | None:
    """The value of an expression at a point, or a rational next to it."""
    try:
        with ctx.workprec(128):
            number = value(bound, point)
    except (Undefined, Open, ZeroDivisionError):
        return None
    if isinstance(number, fmpq):
        return number
    if not number.is_finite():
        return None
    mantissa, exponent = (int(x) for x in number.mid().man_exp())
    return Q(mantissa) * Q(2) ** exponent if abs(exponent) < 4000 else None


@lru_cache(maxsize=16)
def _bounds(statement: Any, given: tuple[Any, ...]) -> dict[Any, list[tuple[Any, set[Any]]]]:
    """For every symbol the expressions it is compared with, directly or after solving a linear relation for it, each with the symbols in it."""
    symbols = symbols_of(statement, given)
    found: dict[Any, list[Any]] = {}
    for part in (statement, *given):
        for optimum in part.atoms(_Optimum):
            for s in optimum.over:
                found.setdefault(s, []).extend(typical_parameters())
        for count in sorted(part.atoms(steps_to), key=str):
            if count.args[1] == eps:  # where a number of steps changes
                found.setdefault(eps, []).extend(worst_residual(count.args[0], sympy.Integer(steps)) for steps in EARLY_STEPS)
        for relation in part.atoms(sympy.core.relational.Relational):
            difference = relation.lhs - relation.rhs
            for s in symbols:
                if s in (mu, L) or not difference.has(s) or difference.has(_OfMethod) or not difference.is_polynomial(s):
                    continue
                slope = difference.diff(s)
                if not slope.has(s) and slope != 0:
                    found.setdefault(s, []).append(-difference.xreplace({s: sympy.Integer(0)}) / slope)
    for s in symbols:
        if s.is_real is not False and s not in (mu, L, h, k, eps) and not s.is_integer:
            found.setdefault(s, []).extend(typical_parameters())
    return {s: [(bound, bound.free_symbols) for bound in several] for s, several in found.items()}


@lru_cache(maxsize=1)
def typical_parameters() -> tuple[Any, ...]:
    """Step sizes and momenta that claims are usually about; only places to look."""
    low, high = sympy.sqrt(mu), sympy.sqrt(L)
    return 1 / L, 2 / (L + mu), 4 / (low + high) ** 2, ((high - low) / (high + low)) ** 2, (1 - low / high) ** 2, 2 / L, 1 / mu, (high - low) / (high + low)


def allowance(seconds: float, deadline: float) -> Callable[[], bool]:
    """Tells whether this process has worked for so many seconds, or the deadline has passed: beside other work a search is as thorough as alone."""
    end = time.process_time() + seconds
    return lambda: time.process_time() > end or time.monotonic() > deadline


def search(statement: Any, given: tuple[Any, ...], *, over: Callable[[], bool], limit: int = 1500, seed: int = 0) -> tuple[Search, Point | None]:
    """Try points until one contradicts the statement, the limit is reached or the time is up."""
    seen = Search()
    for point in points(statement, given, seed=seed):
        if seen.tried >= limit or over():
            break
        seen.tried += 1
        if satisfies(given, point) is not True:
            continue
        seen.inside += 1
        seen.witness = seen.witness or point
        if mu in point:
            seen.largest_condition = max(seen.largest_condition, point[L] / point[mu])
        seen.largest_k = max(seen.largest_k, int(point.get(k, Q(0)).p))
        try:
            found = holds(statement, point)
        except Undefined:
            found = False
        if found is False:
            return seen, point
        seen.open += found is None
    return seen, None


__all__ += ["points", "search", "symbols_of"]
