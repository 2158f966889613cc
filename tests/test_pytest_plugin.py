"""``pytest --claims``: claim files as tests, and nothing at all without the option."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests_support import environment

CLAIMS = """from cdmtheory import Claim, L, gradient_descent, stable
good = Claim("true", that=stable(gradient_descent(1 / L)))

bad = Claim("false", that=stable(gradient_descent(2 / L)))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("claims")
    (made / "my_claims.py").write_text(CLAIMS, encoding="utf-8")
    (made / "broken.py").write_text("import cdmtheory\n1 / 0\n", encoding="utf-8")
    (made / "other.py").write_text("raise SystemExit('never run')\n", encoding="utf-8")
    (made / "test_one.py").write_text("def test_one():\n    pass\n", encoding="utf-8")
    return made


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", *arguments], cwd=folder, capture_output=True, text=True, timeout=100,
                          env=environment())
    return done.returncode, done.stdout


def test_without_the_option_nothing_changes(folder: Path) -> None:
    code, out = run(folder)
    assert code == 0
    assert "1 passed" in out
    assert "claims" not in out.partition("plugins:")[2].partition("\n")[2]


def test_claims_are_tests(folder: Path) -> None:
    code, out = run(folder, "--claims")
    assert code == 1
    assert "my_claims.py::good PASSED" in out
    assert "my_claims.py::bad FAILED" in out
    assert "broken.py::file FAILED" in out
    assert "2 failed, 2 passed" in out
    assert "claimed: stable(gradient_descent(2/L))" in out
    assert "fails at L = " in out
    assert "ZeroDivisionError: division by zero (line 2)" in out
    assert "other" not in out
    assert "Traceback" not in out


def test_it_is_the_engine_call_of_verify(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cdmtheory.engine import session
    from cdmtheory.engine.verdict import Verdict

    calls = []

    def decided(entries, *, timeout):
        calls.append(([e.id.rpartition("/")[2] for e in entries], timeout))
        return session.Session([Verdict(id=e.id, title="", statement="", latex="", hypotheses=[], verdict="PROVED") for e in entries])

    monkeypatch.setattr(session, "verify_all", decided)
    command = ["--claims", "--claims-timeout", "7", "-p", "no:cacheprovider", "-q", "--rootdir", str(folder), "-c", "/dev/null", str(folder / "my_claims.py")]
    assert pytest.main(command) == 0
    assert pytest.main([*command, "-k", "bad"]) == 0  # what is not selected is not decided
    assert calls == [(["my_claims.py::good", "my_claims.py::bad"], 7.0), (["my_claims.py::bad"], 7.0)]
