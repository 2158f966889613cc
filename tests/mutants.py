"""Claims that differ a little from known ones, and the points that what was proved of them is held against."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import sympy
from flint import fmpq
from sympy.core.relational import Relational

from cdmtheory import Claim, L, beta, kappa, mu
from cdmtheory.engine.approximate import NO_VALUE, margin
from cdmtheory.engine.evaluate import complete, holds
from cdmtheory.engine.falsify import points, satisfies
from cdmtheory.engine.scalars import Undefined
from cdmtheory.language import h, k

FLIPPED = {sympy.Le: sympy.Lt, sympy.Lt: sympy.Le, sympy.Ge: sympy.Gt, sympy.Gt: sympy.Ge, sympy.Eq: sympy.Le}
BOUNDARIES = ({L: fmpq(1)}, {k: fmpq(0)}, {beta: fmpq(0)}, {beta: fmpq(1)}, {L: fmpq(12100)}, {L: fmpq(10**8)}, {L: fmpq(1), k: fmpq(0)}, {k: fmpq(1)}, {})
CLEAR = 1e-9  # a relative margin that doubles cannot mistake
SCALES = (sympy.Rational(99, 100), sympy.Rational(101, 100), sympy.Rational(1001, 1000), sympy.Rational(3, 4), sympy.Integer(2))


@dataclass(frozen=True)
class Mutant:
    """A changed claim, and what was changed."""

    claim: Claim
    change: str


def mutants(name: str, claim: Claim) -> Iterator[Mutant]:
    """Every mutant of a claim, kind by kind."""
    for change, that, given in _changes(claim.that, claim.given):
        try:
            made = Claim(f"{name}: {change}", that=that, given=given)
        except (TypeError, ValueError):
            continue  # a mutant that the language refuses
        if made.that not in (sympy.true, sympy.false) and (made.that, made.given) != (claim.that, claim.given):
            yield Mutant(made, change)


def _changes(that, given):
    for n, relation in enumerate(sorted(that.atoms(Relational), key=str)):
        if type(relation) in FLIPPED:
            yield f"relation {n} changed", _put(that, relation, FLIPPED[type(relation)](*relation.args, evaluate=False)), given
        for scale in SCALES:
            wider = relation.func(relation.lhs, relation.rhs * scale, evaluate=False)
            yield f"right side {n} times {scale}", _put(that, relation, wider), given
        swapped = relation.rhs.xreplace({mu: L, L: mu})
        yield f"mu and L exchanged in right side {n}", _put(that, relation, relation.func(relation.lhs, swapped, evaluate=False)), given
        yield f"k shifted in right side {n}", _put(that, relation, relation.func(relation.lhs, relation.rhs.xreplace({k: k + 1}), evaluate=False)), given
    for number in sorted((q for q in that.atoms(sympy.Rational) if q not in (0, 1, -1)), key=str):
        for changed in (number + 1, number * sympy.Rational(101, 100), number * sympy.Rational(99, 100)):
            yield f"{number} became {changed}", _put(that, number, changed), given
    for power in sorted((p for p in that.atoms(sympy.Pow) if p.exp.is_Integer or p.exp.has(k)), key=str):
        yield f"exponent of {power} raised", _put(that, power, power.base ** (power.exp + 1)), given
    for n, hypothesis in enumerate(given):
        yield f"hypothesis {n} dropped", that, given[:n] + given[n + 1:]
        if isinstance(hypothesis, Relational):
            for scale in SCALES:
                changed = hypothesis.func(hypothesis.lhs, hypothesis.rhs * scale, evaluate=False)
                yield f"hypothesis {n} times {scale}", that, (*given[:n], changed, *given[n + 1:])
            if type(hypothesis) in FLIPPED:
                yield f"hypothesis {n} changed", that, (*given[:n], FLIPPED[type(hypothesis)](*hypothesis.args, evaluate=False), *given[n + 1:])


def _put(e, old, new):
    """An expression with a part replaced, in the parameters of methods too; as it was where that makes no sense, such as 3.03 steps."""
    try:
        return _replaced(e, old, new)
    except (TypeError, ValueError):
        return e


def _replaced(e, old, new):
    if e == old:
        return new
    if not e.args or not e.has(old):
        return e
    parts = [_replaced(a, old, new) for a in e.args]
    return e.func(*parts, evaluate=False) if isinstance(e, Relational) else e.func(*parts)


def spread(claims: dict[str, Claim], count: int) -> list[Mutant]:
    """So many mutants, from all claims in turn, with different kinds of change first."""
    lines = [list(mutants(name, claim)) for name, claim in claims.items()]
    for number, line in enumerate(lines):  # not the same kind of change from each
        line[:] = [m for start in range(7) for m in line[(start + number) % 7 :: 7]]
    found, seen = [], set()
    for row in itertools.zip_longest(*lines):
        for mutant in row:
            if mutant is not None and (key := (mutant.claim.that, mutant.claim.given)) not in seen:
                seen.add(key)
                found.append(mutant)
    return found[:count]


def contradiction(claim: Claim, count: int, *, seed: int = 11):
    """A point among ``count`` within the hypotheses at which a claim fails, or None; and how many were looked at.

    The boundaries κ = 1, k = 0, β = 0 and 1 and κ > 10⁴ are tried with every fourth choice of the rest. In doubles first; where those do
    not speak clearly for the claim, exactly. Equations that doubles confirm are looked at exactly at every fortieth point.
    """
    looked, attempts = 0, 0
    for point in points(claim.that, claim.given, seed=seed):
        for boundary in BOUNDARIES if attempts % 4 == 0 else ({},):
            attempts += 1
            at = {**point, **{s: x * point[mu] if s == L else x for s, x in boundary.items() if s in point}}
            if h in at:
                at[h] = max(at[mu], min(at[h], at[L]))
            at = complete({s: x for s, x in at.items() if s != kappa})
            floats = _floats(at)
            if satisfies((), at) is not True or (_margin(claim.given, floats) < CLEAR and satisfies(claim.given, at) is not True):
                continue
            looked += 1
            clear = _margin((claim.that,), floats)
            if clear > CLEAR or (clear > -CLEAR and claim.that.has(sympy.Eq) and attempts % 40):
                continue
            try:
                if holds(claim.that, at) is False:
                    return at, looked
            except Undefined:
                return at, looked
        if looked >= count or attempts > 4 * count:
            return None, looked
    return None, looked


def _floats(at):
    try:
        return {s: float(Fraction(int(x.p), int(x.q))) for s, x in at.items()}
    except OverflowError:
        return {}


def _margin(statements, floats):
    """The least margin in doubles; below any other where it has no value there."""
    try:
        return min((margin(s, floats) for s in statements), default=0.0)
    except NO_VALUE:
        return -1.0


__all__ = ["Mutant", "contradiction", "mutants", "spread"]
