"""Processes of the engine run this package and the installed libraries, whatever lies in the current folder."""

from cdmtheory import Claim, L, eta, mu
from cdmtheory.engine.worker import NOTHING, Worker


def test_files_of_the_user_are_not_taken_for_libraries(tmp_path, monkeypatch):
    for name in ("queue", "sympy", "z3", "cvc5", "cdmtheory"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a file of the user')\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    worker = Worker()
    try:
        verdict = worker.decide(Claim("means of three numbers", that=3 * mu * L * eta <= mu**3 + L**3 + eta**3), 60, keeping=NOTHING)
    finally:
        worker.stop()
    assert (verdict.verdict, verdict.reason) == ("PROVED", None)
    assert {"z3", "cvc5"} & set(verdict.by)
