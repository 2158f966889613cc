"""The sign of a function with logarithms on an interval, with a proof that :mod:`cdmtheory.check` follows.

Divide by a coefficient of known sign, differentiate, and the highest power of the logarithms is gone; at the bottom is a rational
function. Going up again, a monotone function has the sign that its limit at one end gives it. Where this ladder fails on the whole
interval it is climbed near the ends, and balls cover what is between.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from flint import arb, ctx, fmpq

from cdmtheory.engine.logsum import ONE, Ends, LogSum, Quotient, end_sign, sign_between

__all__ = ["DEPTH", "Proof", "sign_on", "sign_with_proof", "to_json"]

DEPTH = 7
MOST_BOXES = 4000
SMALLEST_BOX = fmpq(1, 10**9)
BITS = 128
LADDER_SECONDS = 4.0  # for one climb
Proof = dict[str, Any]


def sign_with_proof(f: LogSum, ends: Ends, deadline: float) -> tuple[int, Proof] | None:
    """The strict sign of f on an open interval, and why; None if it is not shown."""
    whole = sign_on(f, ends, DEPTH, _soon(deadline))
    return whole or _in_pieces(f, ends, deadline)


def _soon(deadline: float) -> float:
    return min(deadline, time.monotonic() + LADDER_SECONDS)


def sign_on(f: LogSum, ends: Ends, depth: int, deadline: float) -> tuple[int, Proof] | None:
    """The strict sign of f on an open interval by the ladder alone."""
    if f.constant:
        sign = f.number()
        return (sign, {"number": sign}) if sign in (1, -1) else None
    rational = f.rational
    if rational is not None:
        sign = _sign_of(rational, ends)
        return (sign, {"rational": sign}) if sign in (1, -1) else None
    if depth == 0 or time.monotonic() > deadline:
        return None
    for divisor in _divisors(f):
        sign = _sign_of(divisor, ends)
        if sign not in (1, -1):
            continue
        g = f.divided(divisor)
        below = sign_on(g.slope(), ends, depth - 1, deadline)
        if below is None:
            continue
        direction, proof = below
        for at_low in (True, False):
            limit = end_sign(g, ends, at_low)
            outward = direction if at_low else -direction  # the sign that going away from this end adds to
            if limit is not None and limit in (0, outward):
                return outward * sign, {"divisor": _quotient(divisor), "slope": proof, "end": "low" if at_low else "high"}
    return None


def _divisors(f: LogSum) -> Iterator[Quotient]:
    """The coefficients of the highest powers of the logarithms, and 1."""
    top = max(f.varying(n) for n in f.terms)
    found: list[Quotient] = []
    for c in (*(c for n, c in f.terms.items() if f.varying(n) == sum(n) == top), ONE):
        if c not in found:
            found.append(c)
            yield c


def _sign_of(q: Quotient, ends: Ends) -> int | None:
    over, under = sign_between(q.over, ends), sign_between(q.under, ends)
    return None if over is None or not under else over * under


# -- pieces ---------------------------------------------------------------------------------------------------------------


def _in_pieces(f: LogSum, ends: Ends, deadline: float) -> tuple[int, Proof] | None:
    low, high = ends
    left = _near(f, [(Ends(low, c), c) for c in _starts(ends)], deadline)
    if left is None:
        return None
    right = _near(f, [(Ends(c, high), c) for c in _ends(ends)], deadline)
    if right is None or left[0] != right[0]:
        return None
    (sign, a, first), (_, b, last) = left, right
    between: list[Proof] = []
    if a <= b:
        boxes = _boxes(f, a, b, sign, deadline)
        if boxes is None:
            return None
        between = [{"boxes": [str(x) for x in boxes]}]
    pieces = [{"low": _end(low, "-oo"), "high": str(a), "proof": first}, *between, {"low": str(b), "high": _end(high, "oo"), "proof": last}]
    return sign, {"pieces": pieces}


def _starts(ends: Ends) -> list[fmpq]:
    low, high = ends
    if low is None:
        return [fmpq(-n) for n in (1, 10, 100) if high is None or -n < high]
    width = fmpq(1) if high is None else min(fmpq(1), high - low)
    return [low + width * d for d in (fmpq(1, 2), fmpq(1, 8), fmpq(1, 100), fmpq(1, 10000))]


def _ends(ends: Ends) -> list[fmpq]:
    low, high = ends
    if high is None:
        return [(low or fmpq(0)) + n for n in (1, 4, 20, 200, 10**4)]
    width = fmpq(1) if low is None else min(fmpq(1), high - low)
    return [high - width * d for d in (fmpq(1, 2), fmpq(1, 4), fmpq(1, 20), fmpq(1, 500))]


def _near(f: LogSum, tries: list[tuple[Ends, fmpq]], deadline: float) -> tuple[int, fmpq, Proof] | None:
    for piece, cut in tries:
        found = sign_on(f, piece, DEPTH, _soon(deadline))
        if found is not None:
            return found[0], cut, found[1]
    return None


def _boxes(f: LogSum, low: fmpq, high: fmpq, sign: int, deadline: float) -> list[fmpq] | None:
    """Points low = x_0 < … < x_n = high with the sign of f shown in balls on every [x_i, x_{i+1}] by its mean value form."""
    if low == high:
        high = low + SMALLEST_BOX
    slope = f.slope()
    waiting, found = [(low, high)], [low]
    with ctx.workprec(BITS):
        while waiting:
            a, b = waiting.pop()
            if len(found) + len(waiting) > MOST_BOXES or time.monotonic() > deadline or b - a < SMALLEST_BOX / 2:
                return None
            middle, half = (a + b) / 2, (b - a) / 2
            spread = arb(half) * arb(0, 1)
            value = f.at(arb(middle)) + slope.at(arb(middle) + spread) * spread
            if value > 0 if sign > 0 else value < 0:
                found.append(b)
            else:
                waiting += [(middle, b), (a, middle)]
    return found


# -- JSON -----------------------------------------------------------------------------------------------------------------


def _end(x: fmpq | None, infinite: str) -> str:
    return infinite if x is None else str(x)


def _polynomial(p: Any) -> list[str]:
    return [str(c) for c in p.coeffs()]


def _quotient(q: Quotient) -> dict[str, list[str]]:
    return {"over": _polynomial(q.over), "under": _polynomial(q.under)}


def to_json(f: LogSum, ends: Ends) -> dict[str, Any]:
    """What a proof is about: the function and the open interval."""
    return {"low": _end(ends.low, "-oo"), "high": _end(ends.high, "oo"), "logs": [_polynomial(q) for q in f.logs],
            "function": [{"powers": list(n), **_quotient(c)} for n, c in sorted(f.terms.items())]}
