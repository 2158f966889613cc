"""Attack: claims a little beside the known ones. Whatever comes out PROVED is held against many exact points, and none contradicts it.

Those for every k, with logarithms, of limits and suprema are asked under a hypothesis that takes the search out of play.

MUTANTS and POINTS in the environment ask for a larger run, for instance ``MUTANTS=3000 POINTS=1000000 pytest tests/test_mutants.py``.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from sympy import Eq, Limit, Symbol, log

from cdmtheory import Claim, L, Sup, critically_damped, gradient_descent, k, kappa, mu, sqrt, steps_to, worst_rate, worst_residual
from cdmtheory.collect import Collected, builtin_claims, collect
from cdmtheory.engine.session import verify_all
from mutants import Mutant, contradiction, spread

COUNT = int(os.environ.get("MUTANTS", "300"))
POINTS = int(os.environ.get("POINTS", "100000"))
SLOW = COUNT // 8  # mutants of claims for every k, with logarithms, of limits and suprema, which take longer
SECONDS, SECONDS_SLOW = 0.6, 4.0
PIN = Eq(Symbol("pin", positive=True) ** 2, 2)  # no rational point satisfies it, so that the search for counterexamples hides no wrong proof
OWN = Path(__file__).parent / "claims"


def known_claims() -> dict[str, Claim]:
    found = collect([str(builtin_claims()), str(OWN)])
    return {Path(e.id).name: e.claim for e in found if isinstance(e.claim, Claim)}


def contradicted(claim: Claim, count: int):
    return contradiction(claim, count)


def contradictions(proved: list[Claim], total: int) -> tuple[list[str], int]:
    """The claims that some point contradicts, and how many points were looked at in all."""
    wrong, looked = [], 0
    with ProcessPoolExecutor(2) as pool:
        for claim, (point, count) in zip(proved, pool.map(contradicted, proved, [1 + total // max(1, len(proved))] * len(proved)), strict=True):
            looked += count
            if point is not None:
                wrong.append(f"{claim.title}: {claim.statement} given {claim.hypotheses} fails at {point}")
    return wrong, looked


@pytest.fixture(scope="module")
def decided() -> list[tuple[Mutant, str]]:
    known = known_claims()
    slow = {name for name, c in known.items() if any(s.has(log, Limit, Sup, steps_to) or k in s.free_symbols for s in (c.that, *c.given))}
    quick, patient = (spread({n: c for n, c in known.items() if (n in slow) is which}, size) for which, size in ((False, COUNT - SLOW), (True, SLOW)))
    return [*_decided(quick, SECONDS), *_decided(patient, SECONDS_SLOW, pinned=True)]


def _decided(chosen: list[Mutant], seconds: float, pinned: bool = False) -> list[tuple[Mutant, str]]:
    asked = [Claim(m.claim.title, that=m.claim.that, given=[*m.claim.given, PIN]) if pinned else m.claim for m in chosen]
    session = verify_all([Collected(f"mutant {n}", claim) for n, claim in enumerate(asked)], timeout=seconds, jobs=2)
    return [(m, v.verdict) for m, v in zip(chosen, session.verdicts, strict=True)]


def test_there_are_enough_mutants_and_all_kinds_of_verdicts(decided):
    verdicts = [v for _, v in decided]
    assert len(verdicts) == COUNT
    assert verdicts.count("PROVED") >= COUNT // 30  # a loaded machine decides fewer in the time
    assert verdicts.count("REFUTED") >= COUNT // 4
    assert not {"DISAGREEMENT", "ERROR"} & set(verdicts)


def test_no_proved_mutant_is_contradicted(decided):
    wrong, looked = contradictions([m.claim for m, v in decided if v == "PROVED"], POINTS)
    assert wrong == []
    assert looked >= POINTS / 2


r = 1 - 1 / sqrt(kappa)
FALSE = {
    "at kappa = 1 only": Claim("a", that=worst_rate(gradient_descent(1 / L)) > 0),
    "at k = 0 only": Claim("b", that=worst_residual(gradient_descent(1 / L), k) < 1, given=[mu < L]),
    "beyond kappa = 943": Claim("c", that=worst_residual(critically_damped(1 / L, mu), k) <= r**k * (1 + k / sqrt(kappa))),
    "undefined at kappa = 1": Claim("d", that=1 / (kappa - 1) > 0),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_mutant_falsely_taken_for_proved_is_seen(name):
    wrong, _ = contradictions([FALSE[name]], 2000)
    assert len(wrong) == 1
