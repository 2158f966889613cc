"""Claims of our own with known truth (tests/claims): none is decided wrongly, and every kind of the first stage is decided."""

import json
from pathlib import Path

from cdmtheory.collect import collect
from cdmtheory.engine.session import verify_all
from tests_support import AMPLE

FOLDER = Path(__file__).parent / "claims"
TRUTH = json.loads((FOLDER / "truth.json").read_text(encoding="utf-8"))
MAY_STAY_OPEN = {"other.py::plain_4"}  # of integers: solvers are asked about reals


def test_every_claim_gets_the_verdict_that_is_true():
    """All in one test, so that no claim is decided once for every process of the test run."""
    session = verify_all(collect([str(FOLDER)]), timeout=AMPLE, jobs=2)
    found = {v.id.removeprefix(f"{FOLDER}/"): v for v in session.verdicts}
    assert set(found) == set(TRUTH)
    assert {"PROVED", "REFUTED", "VACUOUS"} == set(TRUTH.values())
    assert len(TRUTH) > 30
    allowed = {name: {truth, "UNDECIDED"} if name in MAY_STAY_OPEN else {truth} for name, truth in TRUTH.items()}
    wrong = {name: (v.verdict, v.by, v.reason, v.counterexample) for name, v in found.items() if v.verdict not in allowed[name]}
    assert wrong == {}
    assert [name for name, v in found.items() if v.verdict == "REFUTED" and not (v.counterexample or v.reason)] == []
    assert [name for name, v in found.items() if v.verdict in ("PROVED", "VACUOUS") and not (v.by and v.scope == "all")] == []
