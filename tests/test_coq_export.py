"""A certificate as a theory: what a reader sees of it; no Coq is needed here."""

import copy
import json

import pytest

from cdmtheory.cli import main
from cdmtheory.collect import builtin_claims
from cdmtheory.coq.compile import FORBIDDEN, coqc, required
from cdmtheory.coq.export import NoPolynomials, NotExported, says_something, theory
from cdmtheory.coq.formulas import comment, identifier, stem

CERTIFICATES = sorted((builtin_claims() / "certificates").glob("*.json"))


def certificate(part):
    """A certificate with one part, which is to be proved by nothing."""
    empty = {"role": "the statement", "statement": "s", "substitution": {}, "fixed": [], "domain": {"all": []}, "proof": {"terms": []}}
    return {"claim": {"name": "f.py::a", "title": "t", "statement": "s", "hypotheses": []}, "parts": [{**empty, **part}]}


def test_the_theorem_is_the_claim_in_its_own_symbols():
    [path] = [p for p in CERTIFICATES if "every_eigenvalue_contracts_alike" in p.name]
    text = theory(json.loads(path.read_text(encoding="utf-8")))
    assert """Theorem every_eigenvalue_contracts_alike :
  forall mu L eta h : R,
  0 < mu -> 0 < L -> 0 < eta -> 0 < h ->
  sqrt mu <= sqrt L ->
  mu <= h ->
  h <= L ->
  sqrt mu * sqrt eta + sqrt L * sqrt eta <= 2 ->
  sqrt mu * sqrt eta <= 1 /\\ """ in text
    assert "In the certificate mu = root_mu**2, L = root_L**2, eta = root_eta**2." in text


@pytest.mark.parametrize("path", CERTIFICATES, ids=lambda p: p.stem)
def test_every_kept_certificate_is_exported_without_a_forbidden_word(path):
    data = json.loads(path.read_text(encoding="utf-8"))
    parts = [p for p in data["parts"] if "kind" not in p]
    if not parts:
        pytest.skip("no part about polynomials")
    text = theory(data)
    assert text.count("\nTheorem ") == len(parts) == text.count("\nQed.")
    assert not FORBIDDEN.search(text)
    assert required(text, ["Certificate", "other"]) == ["Certificate"]


def test_what_the_failure_denies():
    p, q = {"x": "1"}, {"x": "2", "1": "-1/2"}

    def says(failure):
        text = theory(certificate({"variables": ["x"], "signs": {"x": ">"}, "failure": failure}))
        return text.partition("0 < x ->\n  ")[2].partition(".\nProof")[0]

    assert says({"<": q}) == "1 <= 4 * x"
    assert says({"<=": q}) == "1 < 4 * x"
    assert says({"=": q}) == "4 * x <> 1"
    assert says({"!=": q}) == "4 * x = 1"
    assert says({"any": [{"<": p}, {"!=": q}]}) == "0 <= x /\\ 4 * x = 1"
    assert says({"all": [{"<": p}, {"!=": q}]}) == "x < 0 -> 4 * x = 1"
    assert says({"any": []}) == "True"
    assert says({"all": []}) == "False"
    assert says({"any": [{"all": [{"<": p}, {"<": q}]}, {"=": p}]}) == "(x < 0 -> 1 <= 4 * x) /\\ x <> 0"


def test_where_nothing_is_left_to_prove_the_theory_says_so():
    empty = certificate({"variables": ["x"], "signs": {}, "failure": {"any": []}, "proof": {"choose": 0, "cases": []}})
    assert not says_something(empty)
    assert "nothing is left to prove" in theory(empty)
    assert says_something(certificate({"variables": ["x"], "signs": {}, "failure": {"<": {"x": "1"}}}))


def test_a_part_about_something_else_is_named_and_is_no_theorem():
    data = certificate({"variables": ["x"], "signs": {}, "failure": {"<": {"x": "1"}}})
    data["parts"].append({"kind": "logarithms", "role": "lemma", "statement": "log(x) < x"})
    assert "(* Not in this theory: lemma, about logarithms" in theory(data)
    assert theory(data).count("Theorem") == 1
    assert not says_something(data)
    data["parts"] = data["parts"][1:]
    with pytest.raises(NoPolynomials):
        theory(data)


def test_a_certificate_without_polynomials_has_no_theory_which_is_no_failure(tmp_path, monkeypatch, capsys):
    data = certificate({})
    data["parts"] = [{"kind": "logarithms", "role": "lemma", "statement": "log(x) < x"}]
    (tmp_path / "a.json").write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.setattr("cdmtheory.check.check_file", lambda path: [])
    assert main(["export", str(tmp_path / "a.json"), "--coq", str(tmp_path / "new")]) == 0
    assert "no theory" in capsys.readouterr().out
    assert list((tmp_path / "new").iterdir()) == []


def test_a_root_is_shown_as_a_root_only_where_nothing_else_rests_on_it():
    part = {"variables": ["r"], "signs": {"r": ">="}, "failure": {"<": {"r^3": "1"}}}
    assert "0 <= x ->\n  0 <= x * sqrt x" in theory(certificate({**part, "substitution": {"x": "r**2"}}))
    assert "0 <= r ->\n  0 <= r^3" in theory(certificate({**part, "substitution": {"x": "r**2", "y": "1/r"}}))
    assert "0 <= r^3" in theory(certificate({**part, "signs": {}, "substitution": {"x": "r**2"}})), "without a sign r may be the negative root"


def test_names_and_comments_cannot_break_out():
    assert identifier("sqrt", set()) == "sqrt_"
    assert identifier("F3", set()) == "F3_"
    assert identifier("λ", set()) == "v_"
    assert identifier("a", {"a", "a_2"}) == "a_3"
    assert stem("my file.py::rate") == "my_file_rate"
    assert stem("2x") == "claim_2x"
    assert comment(['a *) Axiom b : False. (* "c']) == "(* a * ) Axiom b : False. ( * 'c *)\n"
    assert comment(["((**))"]).count("*)") == 1


@pytest.mark.parametrize("spoil", [lambda d: d.pop("parts"), lambda d: d["parts"][0].pop("failure"), lambda d: d["parts"][0].update(failure={}),
                                   lambda d: d["parts"][0]["proof"].update(choose=7), lambda d: d["parts"][0].update(failure={"<": {"x": "1/0"}})])
def test_what_is_no_certificate_is_refused(spoil):
    data = copy.deepcopy(certificate({"variables": ["x"], "signs": {}, "failure": {"<": {"x": "1"}}}))
    spoil(data)
    with pytest.raises((NotExported, ZeroDivisionError)):
        theory(data)


def test_the_command_writes_theories_and_what_they_need(tmp_path, capsys):
    assert main(["export", str(CERTIFICATES[0]), "--coq", str(tmp_path / "new")]) == 0
    assert {p.name for p in (tmp_path / "new").iterdir()} == {"Certificate.v", f"{stem(CERTIFICATES[0].stem)}.v"}
    assert "1 of 1 written" in capsys.readouterr().out


def test_the_command_refuses_what_the_checker_rejects(tmp_path, capsys):
    data = json.loads(CERTIFICATES[0].read_text(encoding="utf-8"))
    data["parts"][0]["failure"] = {"all": []}
    (tmp_path / "a.json").write_text(json.dumps(data), encoding="utf-8")
    assert main(["export", str(tmp_path), "--coq", str(tmp_path / "new")]) == 1
    assert "rejected" in capsys.readouterr().out
    assert list((tmp_path / "new").iterdir()) == []
    assert main(["export", str(tmp_path / "new"), "--coq", str(tmp_path)]) == 5
    assert main(["export", str(tmp_path / "absent"), "--coq", str(tmp_path)]) == 2


def test_certificates_of_the_same_name_get_theories_of_their_own(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.json").write_text(CERTIFICATES[0].read_text(encoding="utf-8"), encoding="utf-8")
    assert main(["export", str(tmp_path), "--coq", str(tmp_path / "new")]) == 0
    assert {p.name for p in (tmp_path / "new").iterdir()} == {"Certificate.v", "x.v", "x_2.v"}


def test_without_coqc_the_commands_say_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert coqc() is None
    assert main(["check", "--coq", str(CERTIFICATES[0])]) == 2
    assert "apt-get install --no-install-recommends coq" in capsys.readouterr().err
    (tmp_path / "c.py").write_text("from cdmtheory import Claim, L, mu\na = Claim('a', that=mu <= 2 * L)\n", encoding="utf-8")
    assert main(["verify", str(tmp_path / "c.py"), "--coq", str(tmp_path / "theories")]) == 0
    assert "apt-get install" in capsys.readouterr().out
    assert (tmp_path / "theories" / "c_a.v").exists()


def test_an_interrupt_while_coq_is_at_work_keeps_the_verdicts(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("cdmtheory.engine.formal.confirm", interrupted)
    (tmp_path / "c.py").write_text("from cdmtheory import Claim, L, mu\na = Claim('a', that=mu <= 2 * L)\n", encoding="utf-8")
    assert main(["verify", str(tmp_path / "c.py"), "--coq", str(tmp_path / "theories"), "--json", str(tmp_path / "v.json")]) == 130
    [verdict] = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))["claims"]
    assert verdict["verdict"] == "PROVED"
