"""The library of theories, and what the ledger and the engine say of it."""

import re
import shutil
import tomllib

import pytest

from cdmtheory.collect import builtin_claims
from cdmtheory.coq.compile import ALLOWED, FORBIDDEN, compile_theories, sources, stated
from cdmtheory.engine import closed_forms, complexity, every_k, logarithms, powers
from cdmtheory.engine.formal import confirm, library, proved_steps
from cdmtheory.engine.verdict import Verdict

NAMED_STEPS = {closed_forms.AMPLITUDE, closed_forms.CHEBYSHEV, closed_forms.INCREASING, closed_forms.MINIMAX, closed_forms.POWER_OF_RATE,
               closed_forms.RECURRENCE, complexity.EXPONENTIAL, powers.POWERS, every_k.LOWER_BOUND, logarithms.LADDER}
needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not installed (apt-get install --no-install-recommends coq)")


def theorems():
    return {f"{name}.{theorem}" for name, text in sources(library()).items() for theorem in stated(text)}


def ledger():
    with (builtin_claims() / "ledger.toml").open("rb") as file:
        return tomllib.load(file)


def test_what_the_ledger_names_is_stated():
    named = {line: row["formal"] for line, row in ledger().items() if "formal" in row}
    assert {"C1", "C2", "C3", "C6", "C7", "C9", "D1"} <= set(named)
    assert {name for names in named.values() for name in names} <= theorems()


def test_steps_that_are_proved_are_steps_of_the_engine_word_for_word():
    steps = proved_steps()
    assert set(steps) <= NAMED_STEPS, "a Derivation's own words are no engine's, and nothing may take them off the list"
    assert all(steps.values())
    assert {name for names in steps.values() for name in names} <= theorems()


def test_nothing_in_the_library_is_taken_for_granted():
    texts = sources(library())
    assert len(texts) > 5
    for text in texts.values():
        assert not FORBIDDEN.search(text)
        assert text.count("Qed.") == len(re.findall(r"^ *(?:Theorem|Lemma|Corollary) ", text, re.MULTILINE))


FALSE = """Require Import Reals Lra Recurrence Powers Methods Iterates.
Open Scope R_scope.
Theorem C9_with_a_smaller_factor : forall eta mu L h x0 k, 0 < mu -> mu <= h <= L -> 0 < eta -> eta <= 1 / L ->
  let s := sqrt (eta * mu) in
  Rabs (iterate (nesterov eta ((1 - s) / (1 + s))) h x0 k) <= (1 - s) ^ k * Rabs x0.
Proof. intros eta mu L h x0 k A B C D s. PROOF Qed.
"""
PROOFS = {"Applied": "apply (C9_nesterov eta mu L h x0 k A B C D).", "Arithmetic": "pose proof (C9_nesterov eta mu L h x0 k A B C D). lra."}


@pytest.fixture(scope="module")
def compiled():
    return compile_theories({**sources(library()), **{name: FALSE.replace("PROOF", proof) for name, proof in PROOFS.items()}})


@needs_coq
def test_the_library_is_accepted(compiled):
    found = [c for c in compiled.values() if c.name not in PROOFS]
    assert {c.name: c.reason for c in found if not c.accepted} == {}
    assert all(c.axioms <= ALLOWED for c in found)


@needs_coq
@pytest.mark.parametrize("name", PROOFS)
def test_a_false_neighbour_is_not_accepted(name, compiled):
    assert "coqc does not accept it" in compiled[name].reason


@needs_coq
def test_a_step_is_taken_off_the_list_once_its_theorems_are_accepted(monkeypatch, tmp_path):
    step = closed_forms.INCREASING
    verdict = Verdict(id="a", title="a", statement="", latex="", hypotheses=[], verdict="PROVED", by=["algebra"], assumed=["diagonalisation", step])
    [found], _ = confirm([verdict], tmp_path)
    assert found.assumed == ["diagonalisation"]
    assert found.by == ["algebra", "coq"]
    [other], _ = confirm([verdict.with_(assumed=["diagonalisation"])], tmp_path)
    assert other.by == ["algebra"]
    monkeypatch.setattr("cdmtheory.engine.formal.proved_steps", lambda: {step: ["Powers.not_there"]})
    [found], _ = confirm([verdict], tmp_path)
    assert found.assumed == verdict.assumed
