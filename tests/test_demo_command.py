"""``cdmtheory demo``: a proof, a refutation and a figure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cdmtheory.cli import main
from tests_support import environment


def test_a_newcomer_sees_a_proof_a_refutation_and_a_figure(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-m", "cdmtheory", "demo"], cwd=tmp_path, capture_output=True, text=True, timeout=200, env=environment())
    assert done.returncode == 0, done.stderr
    for said in ("PROVED       claims.py::true", "REFUTED      claims.py::almost", "fails at L = ", "cdmtheory-demo.svg"):
        assert said in done.stdout
    assert [file.name for file in tmp_path.iterdir()] == ["cdmtheory-demo.svg"]
    assert "<svg" in (tmp_path / "cdmtheory-demo.svg").read_text(encoding="utf-8")


def test_bad_places_are_refused_before_anything_is_decided(tmp_path: Path, capsys) -> None:
    assert main(["demo", "--out", str(tmp_path / "plot.txt")]) == 2
    assert "allowed endings are .svg, .pdf and .png" in capsys.readouterr().err
    assert main(["demo", "--out", str(tmp_path / "no" / "plot.svg")]) == 2
