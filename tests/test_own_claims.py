"""Claims of our own with known truth (tests/claims): none is decided wrongly, and every kind of the first stage is decided."""

import json
from pathlib import Path

import pytest

from cdmtheory.collect import collect
from cdmtheory.engine.session import verify_all
from tests_support import AMPLE

FOLDER = Path(__file__).parent / "claims"
TRUTH = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
MAY_STAY_OPEN = {"other.py::plain_4"}  # of integers: solvers are asked about reals


@pytest.fixture(scope="module")
def verdicts():
    session = verify_all(collect([str(FOLDER)]), timeout=AMPLE, jobs=2)
    return {v.id.removeprefix(f"{FOLDER}/"): v for v in session.verdicts}


def test_every_claim_has_a_known_truth(verdicts):
    assert set(verdicts) == set(TRUTH)
    assert {"PROVED", "REFUTED", "VACUOUS"} == set(TRUTH.values())
    assert len(TRUTH) > 30


@pytest.mark.parametrize("name", TRUTH)
def test_the_verdict_is_the_truth(name, verdicts):
    found = verdicts[name]
    allowed = {TRUTH[name], "UNDECIDED"} if name in MAY_STAY_OPEN else {TRUTH[name]}
    assert found.verdict in allowed, (found.by, found.reason, found.counterexample)
    if found.verdict == "REFUTED":
        assert found.counterexample or found.reason
    if found.verdict in ("PROVED", "VACUOUS"):
        assert found.by
        assert found.scope == "all"
