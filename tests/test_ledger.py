"""The ledger page names every built-in claim, and says of every line of the theory what is proved or missing."""

import tomllib

from cdmtheory.collect import builtin_claims, collect
from cdmtheory.engine.verdict import Verdict
from cdmtheory.report.ledger import line_of, main, page


def test_the_page_in_the_repository_names_every_claim(capsys):
    assert main(["--check"]) == 0, f"run python -m cdmtheory.report.ledger: {capsys.readouterr().out}"


def test_every_line_has_a_claim_or_a_gap():
    with (builtin_claims() / "ledger.toml").open("rb") as file:
        ledger = tomllib.load(file)
    lines = {line_of(entry) for entry in collect([str(builtin_claims())])}
    assert lines <= set(ledger)
    assert all(line in lines or "gap" in row for line, row in ledger.items())


def test_a_refuted_claim_and_a_missed_near_miss_are_shown_as_such():
    entry = next(e for e in collect([str(builtin_claims())]) if line_of(e) == "C1")
    verdict = Verdict(id=entry.id, title="a | b", statement="", latex="", hypotheses=[], verdict="REFUTED", assumed=["induction"],
                      near_misses=[{"statement": "s", "verdict": "PROVED"}])
    shown = page([entry], [verdict], {"C1": {"says": "x", "formal": ["Iterates.C1_attained"]}})
    assert "[C1_attained](formal/Iterates.v)" in shown
    assert "| REFUTED |" in shown
    assert "a \\| b" in shown
    assert "| 0 of 1 |" in shown
    assert "1. induction" in shown
