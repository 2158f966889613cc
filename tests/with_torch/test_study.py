"""Tasks, rivals and the study: every task starts the same twice, every rival makes a step, a study resumes, and its parts hold together."""

from __future__ import annotations

import json
import math
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

torch = pytest.importorskip("torch")

from cdmtheory.cli import main
from cdmtheory.groktimizer import study as module
from cdmtheory.groktimizer.cells import cell
from cdmtheory.groktimizer.rivals import RIVALS, draws
from cdmtheory.groktimizer.study import Profile, study
from cdmtheory.groktimizer.table import COLUMNS, read
from cdmtheory.groktimizer.tasks import SYNTHETIC, real_data

TINY = Profile(("matrix completion",), (1e-2, 3e-3), 1, True, 1, 1, 1, 1, 60, 3)


def task(name, seed):
    pytest.importorskip("sklearn") if name in ("digits, large init", "wine") else None
    return (SYNTHETIC[name] if name in SYNTHETIC else real_data(name))(seed)


@pytest.mark.parametrize("name", [*SYNTHETIC, "wine"])
def test_tasks_are_their_seed(name):
    first, again, other = task(name, 3), task(name, 3), task(name, 4)
    assert float(first.loss().detach()) == float(again.loss().detach()) != float(other.loss().detach())
    assert first.errors() == again.errors()
    assert all(0 <= e < 50 for e in first.errors())
    assert 0 < first.target < max(first.errors())
    optimizer = torch.optim.SGD(first.parameters, 1e-9)
    optimizer.step(first.closure(optimizer))
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in first.parameters)


@pytest.mark.parametrize("method", RIVALS)
def test_rivals_step(method):
    pytest.importorskip("pytorch_optimizer") if method in ("SAM", "Grokfast AdamW") else None
    made = task("matrix completion", 0)
    hyper = draws(method, 1, made.decays)[0]
    row = cell("race", "matrix completion", method, 0, json.dumps(hyper), 40)
    assert set(row) <= set(COLUMNS)
    assert row["gradients"] >= 40
    assert row["steps"] <= row["gradients"]
    assert not row["diverged"]


def test_draws_are_as_many_for_everybody_and_within_their_ranges():
    for method, rival in RIVALS.items():
        made = draws(method, 6, (1e-4, 1e-2))
        assert len({json.dumps(d) for d in made}) == 6
        for d in made:
            assert set(d) == set(rival.space)
            assert d["decay"] > 0
        assert made[:3] == draws(method, 3, (1e-4, 1e-2))


def test_exponents_of_the_law_on_matrix_completion():
    """−1/2 ± 0.05 for CDM, −1 ± 0.1 for GD."""
    for method, expected, within in (("CDM", -0.5, 0.05), ("GD", -1.0, 0.1)):
        steps = [cell("law", "matrix completion", method, 0, json.dumps({"decay": decay}), 5000)["settled"] for decay in (1e-2, 1e-3)]
        assert abs(math.log(steps[1] / steps[0]) / math.log(1e-3 / 1e-2) - expected) < within


def test_a_study_is_resumed(tmp_path):
    pytest.importorskip("pytorch_optimizer")
    said = []
    rows = study(TINY, journal=tmp_path / "journal.jsonl", tell=said.append, executor=ThreadPoolExecutor(1))
    assert {r["part"] for r in rows} == {"law", "predicted", "valley", "equal", "variant", "tuning", "race"}
    assert len(said) == 5
    lines = (tmp_path / "journal.jsonl").read_text().splitlines()
    assert len(lines) == len(rows) - 1  # both at equal weight decay are one
    (tmp_path / "journal.jsonl").write_text("\n".join(lines[:-3]) + "\n")
    again = study(TINY, journal=tmp_path / "journal.jsonl", tell=said.append, executor=ThreadPoolExecutor(1))
    assert [{**r, "seconds": 0} for r in again] == [{**r, "seconds": 0} for r in rows]
    assert len((tmp_path / "journal.jsonl").read_text().splitlines()) == len(lines)


def test_the_command(tmp_path, monkeypatch, capsys):
    made = cell("race", "matrix completion", "GD", 0, json.dumps({"factor": 1.0, "decay": 1e-2}), 20)
    monkeypatch.setattr(module, "study", lambda profile, **_: [{**made, "settled": 17}])
    assert main(["study", "--out", str(tmp_path / "new")]) == 0
    assert {p.name for p in (tmp_path / "new").iterdir()} == {"study.csv", "study.svg", "study.pdf", "findings.md"}
    assert "# Findings" in (tmp_path / "new" / "findings.md").read_text()
    assert read(tmp_path / "new" / "study.csv")
    capsys.readouterr()


@pytest.mark.parametrize(("arguments", "message"), [(["--profile", "huge"], "there are short, medium, full"), (["--tasks", "chess"], "no task 'chess'"),
                                                    (["--jobs", "0"], "--jobs 0"),
                                                    (["--findings", "nowhere.csv"], "nowhere.csv: No such file"), (["--out", __file__], "File exists")])
def test_command_used_wrongly(arguments, message, tmp_path, capsys):
    assert main(["study", *([] if "--out" in arguments else ["--out", str(tmp_path)]), *arguments]) == 2
    assert message in capsys.readouterr().err


def test_an_interrupt_says_how_to_go_on(tmp_path, monkeypatch, capsys):
    def stopped(profile, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "study", stopped)
    assert main(["study", "--out", str(tmp_path)]) == 130
    assert f"{tmp_path / 'journal.jsonl'}, and the same command goes on from there" in capsys.readouterr().err


def test_rivals_that_are_not_installed_are_missed_at_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pytorch_optimizer", None)
    assert main(["study", "--out", str(tmp_path)]) == 2
    assert "pip install --no-deps pytorch-optimizer" in capsys.readouterr().err
    assert not (tmp_path / "journal.jsonl").exists()


def test_a_task_whose_data_are_missing_is_left_out(monkeypatch, tmp_path):
    pytest.importorskip("pytorch_optimizer")

    def absent(name, seed):
        raise ImportError("this data set comes with ISLP: pip install --no-deps islp")

    monkeypatch.setattr(module, "task_named", absent)
    said = []
    assert study(TINY, tell=said.append) == []
    assert said == ["matrix completion: left out; this data set comes with ISLP: pip install --no-deps islp"]
