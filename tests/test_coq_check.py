"""What coqc says of theories: the exported ones of true claims are accepted, those of false ones and of tampered certificates are not."""

import contextlib
import copy
import json
import shutil

import pytest

from cdmtheory.check import Rejected, check, key
from cdmtheory.cli import main
from cdmtheory.collect import builtin_claims, collect
from cdmtheory.coq.compile import compile_theories
from cdmtheory.coq.export import theory
from cdmtheory.engine.formal import BASIS, library
from cdmtheory.engine.part import part_of
from cdmtheory.engine.reduce import reduce_claim

pytestmark = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not installed (apt-get install --no-install-recommends coq)")

NAME = "C2_critical_damping_over_a_spectrum.every_eigenvalue_contracts_alike"
TRUE = json.loads((builtin_claims() / "certificates" / f"{NAME}.json").read_text(encoding="utf-8"))


def changed(**entries):
    """The true certificate with other entries, its key made to fit, so that no checker can go by it."""
    data = copy.deepcopy(TRUE)
    data["parts"][0].update(entries)
    with contextlib.suppress(Rejected):
        data["parts"][0]["key"] = key(data["parts"][0])
    return data


def with_proof(change):
    data = copy.deepcopy(TRUE)
    change(data["parts"][0]["proof"]["cases"])
    return data


def flipped(formula):
    """Every atom with the other sign."""
    [(kind, content)] = formula.items()
    return {kind: [flipped(f) for f in content]} if kind in ("all", "any") else {kind: {m: c[1:] if c[0] == "-" else f"-{c}" for m, c in content.items()}}


def near_miss():
    """The near miss of the claim with the proof of the claim: not one of its own, which does not exist."""
    [entry] = collect([f"{builtin_claims() / 'C' / 'C2_critical_damping_over_a_spectrum.py'}::every_eigenvalue_contracts_alike"])
    [miss] = entry.claim.near_miss
    part = part_of(reduce_claim(miss.that, miss.given))
    assert part["fixed"] == TRUE["parts"][0]["fixed"]
    return changed(**{name: part[name] for name in ("variables", "signs", "substitution", "domain", "failure", "fixed")})


FALSE = {
    "near_miss": near_miss(),
    "sign_flipped": changed(failure=flipped(TRUE["parts"][0]["failure"])),
    "hypothesis_flipped": changed(domain=flipped(TRUE["parts"][0]["domain"])),
    "hypothesis_left_out": changed(domain={"all": [*TRUE["parts"][0]["domain"]["all"][:3], {"<=": {"1": "-1"}}]}),
    "weight_changed": with_proof(lambda cases: cases[0]["terms"][0].update(weight="1")),
    "weight_negative": with_proof(lambda cases: cases[0]["terms"][0].update(weight="-1/2")),
    "fact_changed": with_proof(lambda cases: cases[1]["terms"][1].update(facts=[3, 5])),
    "term_left_out": with_proof(lambda cases: cases[2]["terms"].pop()),
    "case_left_out": with_proof(lambda cases: cases.pop()),
    "cases_exchanged": with_proof(lambda cases: cases.reverse()),
    "nothing_strict": with_proof(lambda cases: cases[0].update(terms=[])),
    "scaling_wrong": changed(fixed=[{"variable": "root_mu", "weights": {"root_mu": "1", "root_L": "1"}}]),
}


@pytest.fixture(scope="module")
def compiled():
    texts = {"true": theory(TRUE)}
    for name, data in FALSE.items():
        try:
            texts[name] = theory(data)
        except ValueError:
            assert name == "case_left_out"
    return compile_theories({"Certificate": (library() / BASIS).read_text(encoding="utf-8"), **texts})


def test_the_theory_of_a_true_claim_is_accepted(compiled):
    assert compiled["true"].reason == ""
    assert check(TRUE) == []


@pytest.mark.parametrize("name", FALSE)
def test_the_theory_of_a_false_claim_or_a_tampered_certificate_is_rejected(compiled, name):
    assert check(FALSE[name]), "the checker of the standard library rejects it too"
    if name in compiled:
        assert "coqc does not accept it" in compiled[name].reason


AXIOMS = {
    "admitted": ("Lemma a : 1 = 2. Proof. Admitted.", "it says 'Admitted'"),
    "axiom": ("Axiom a : 1 = 2. Lemma b : 1 = 2. Proof. exact a. Qed.", "it says 'Axiom'"),
    "parameter": ("Parameter a : 1 = 2. Lemma b : 1 = 2. Proof. exact a. Qed.", "it says 'Parameter'"),
    "not_of_the_reals": ("Require Import Eqdep. Lemma a : forall (U : Type) (p : U) (P : U -> Type) (x : P p) (h : p = p), x = eq_rect p P x p h. "
                         "Proof. exact eq_rect_eq. Qed.", "it rests on Eqdep.Eq_rect_eq.eq_rect_eq, beyond"),
    "nothing": ("Check 1.", "it states no theorem"),
    "needs_a_false_one": ("Require Import wrong. Lemma a : 1 = 2. Proof. exact w. Qed.", "it needs wrong, which was rejected"),
    "wrong": ("Lemma w : 1 = 2. Proof. reflexivity. Qed.", "coqc does not accept it: line 1: Error"),
    "only_in_a_comment": ("(* no Axiom, (* nothing *) Admitted *) Lemma a : 1 = 1. Proof. reflexivity. Qed.", ""),
}


def test_axioms_and_gaps_are_found():
    found = compile_theories({name: text for name, (text, _) in AXIOMS.items()})
    for name, (_, reason) in AXIOMS.items():
        assert found[name].reason.startswith(reason), (name, found[name])
        assert found[name].accepted == (reason == "")
    assert found["only_in_a_comment"].axioms == frozenset()


def test_the_command_checks_theories_and_certificates(tmp_path, capsys):
    (tmp_path / "good.v").write_text("Lemma a : 1 = 1. Proof. reflexivity. Qed.", encoding="utf-8")
    (tmp_path / "bad.v").write_text("Lemma a : 1 = 2. Proof. reflexivity. Qed.", encoding="utf-8")
    (tmp_path / "true.json").write_text(json.dumps(TRUE), encoding="utf-8")
    (tmp_path / "false.json").write_text(json.dumps(FALSE["near_miss"]), encoding="utf-8")
    (tmp_path / "none.json").write_text("{", encoding="utf-8")
    (tmp_path / "other.json").write_text(json.dumps(TRUE), encoding="utf-8")
    (tmp_path / "other.v").write_text("Lemma a : 1 = 1. Proof. reflexivity. Qed.", encoding="utf-8")
    assert main(["check", "--coq", str(tmp_path)]) == 1
    shown = {line.split("/")[-1]: line.split()[0] for line in capsys.readouterr().out.splitlines() if str(tmp_path) in line}
    assert shown == {"good.v": "valid", "bad.v": "rejected", "true.json": "valid", "false.json": "rejected", "none.json": "rejected",
                     "other.json": "rejected", "other.v": "valid"}
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".json"] * 4 + [".v"] * 3, "nothing is written beside them"


def test_verify_says_what_coq_carried(tmp_path, capsys):
    (tmp_path / "c.py").write_text("from sympy import Eq\nfrom cdmtheory import Claim, L, mu\n"
                                   "a = Claim('a', that=mu <= 2 * L)\nb = Claim('b', that=Eq((mu + 1)**2, mu**2 + 2 * mu + 1))\n", encoding="utf-8")
    assert main(["verify", str(tmp_path / "c.py"), "--coq", str(tmp_path / "theories"), "--json", str(tmp_path / "v.json")]) == 0
    a, b = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))["claims"]
    assert "coq" in a["by"]
    assert "coq" not in b["by"], "the reduction left nothing to the kernel"
    assert (tmp_path / "theories" / "c_a.v").exists()
    capsys.readouterr()


def test_a_theory_that_coq_rejects_is_a_disagreement(tmp_path, monkeypatch):
    from cdmtheory.engine import formal
    from cdmtheory.engine.verdict import Verdict

    path = tmp_path / "a.json"
    path.write_text(json.dumps(FALSE["near_miss"]), encoding="utf-8")
    verdict = Verdict(id="a", title="a", statement="", latex="", hypotheses=[], verdict="PROVED", certificate=str(path))
    [found], _ = formal.confirm([verdict], tmp_path / "theories")
    assert found.verdict == "DISAGREEMENT"
    assert "coqc does not accept it" in found.reason
