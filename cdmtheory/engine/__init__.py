"""What decides claims. :func:`verify` is the way in."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdmtheory.claims import Claim, Derivation
    from cdmtheory.engine.verdict import Verdict

__all__ = ["verify"]


def verify(claim: Claim | Derivation, *, timeout: float = 60) -> Verdict:
    """Decide a claim or derivation, and run its near misses.

    ``timeout``: seconds for the claim, and again for each near miss; what is not decided by then is UNDECIDED.
    The result's attributes are the fields of the JSON output of ``cdmtheory verify``.

    Raises
    ------
    TypeError
        If ``claim`` is neither a Claim nor a Derivation.
    ValueError
        If ``timeout`` is not a positive number.
    """
    from cdmtheory.claims import Claim, Derivation
    from cdmtheory.engine.worker import Keeping, Worker

    if not isinstance(claim, (Claim, Derivation)):
        raise TypeError(f"claim = {claim!r}; allowed is a Claim or a Derivation, for instance Claim('title', that=worst_rate(m) < 1)")
    check_timeout(timeout)
    worker = Worker()
    try:
        verdict = worker.decide(claim, timeout)
        misses = [{"statement": miss.statement, "verdict": worker.decide(miss, timeout, keeping=Keeping(search=False)).verdict} for miss in claim.near_miss]
    finally:
        worker.stop()
    return verdict.with_(near_misses=misses)


def check_timeout(timeout: float) -> None:
    """Refuse a time limit that is not a positive, finite number of seconds."""
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not timeout > 0 or not math.isfinite(timeout):
        raise ValueError(f"timeout = {timeout!r}; allowed is a positive number of seconds, such as 60")
