"""``cdmtheory sweep``: one row for each combination and method, the same as ``cdmtheory steps``, in CSV and Parquet, on Dask too."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cdmtheory.cli import main
from cdmtheory.simulate import steps
from cdmtheory.spectra import synthetic

GRID = ["sweep", "--spectrum", "uniform,two-cluster", "--kappa", "100,1e3", "--size", "20", "--seed", "0:2", "--methods", "gd,chebyshev"]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_rows_are_those_of_steps(tmp_path: Path) -> None:
    out = tmp_path / "steps.csv"
    assert main([*GRID, "--out", str(out)]) == 0
    found = rows(out)
    assert len(found) == 16
    for row in found:
        [expected] = steps(synthetic(row["spectrum"], float(row["kappa"]), 20, seed=int(row["seed"])), methods=[row["method"]]).methods
        assert (int(row["first"]), int(row["settled"]), int(row["predicted"])) == (expected.first, expected.settled, expected.predicted)
        assert row["step_size"] == ("" if expected.step_size is None else repr(expected.step_size))
    journal = Path(f"{out}.journal")
    assert len(journal.read_text().splitlines()) == 16
    before = out.read_text()
    out.unlink()
    assert main([*GRID, "--out", str(out)]) == 0
    assert out.read_text() == before
    assert len(journal.read_text().splitlines()) == 16


def test_parquet_has_the_same_columns_and_types(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pip install 'cdmtheory[parquet]'")
    assert main([*GRID, "--out", str(tmp_path / "a.parquet")]) == 0
    assert main([*GRID, "--out", str(tmp_path / "a.csv")]) == 0
    table = parquet.read_table(tmp_path / "a.parquet").to_pylist()
    assert [row["settled"] for row in table] == [int(row["settled"]) for row in rows(tmp_path / "a.csv")]
    assert isinstance(table[0]["settled"], int)
    assert table[1]["momentum"] is None


def test_standard_output_and_what_is_undecided(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--spectrum", "uniform", "--kappa", "100", "--size", "5", "--methods", "triple-momentum", "--tolerance", "0.5", "--out", "-"]) == 0
    [row] = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert row["predicted"] == ""
    assert "predicted: at least" in row["reason"]


def test_a_failing_task_leaves_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One eigenvalue cannot have κ = 100."""
    out = tmp_path / "a.csv"
    assert main(["sweep", "--spectrum", "uniform", "--kappa", "1,100", "--size", "1", "--methods", "gd", "--out", str(out)]) == 1
    assert len(rows(out)) == 1
    assert "failed: " in capsys.readouterr().err


def test_on_a_dask_cluster(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="pip install 'cdmtheory[dask]'")
    with distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp") as cluster:
        assert main([*GRID, "--out", str(tmp_path / "a.csv"), "--scheduler", cluster.scheduler_address]) == 0
    assert main([*GRID, "--out", str(tmp_path / "b.csv")]) == 0
    assert (tmp_path / "a.csv").read_text() == (tmp_path / "b.csv").read_text()


@pytest.mark.parametrize(("arguments", "word"), [
    (["--spectrum", "gauss"], "'gauss' is not known"), (["--methods", "gd,adam"], "'adam' is not known"), (["--kappa", "0.5"], "numbers >= 1"),
    (["--size", "2.5"], "whole numbers"), (["--seed", "5:2"], "FIRST:STOP"), (["--tolerance", "0"], "numbers > 0"), (["--exponent", "0.5"], "power-law"),
    (["--exponent", "x"], "--exponent x: allowed are finite numbers"), (["--exponent", "nan"], "finite numbers"),
    (["--out", "a.txt"], ".parquet"), (["--out", "no/a.csv"], "does not exist"), (["--kappa", "1/0"], "kappa")])
def test_bad_input_is_one_line(arguments: list[str], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*GRID, "--out", "a.csv", *arguments]) == 2
    seen = capsys.readouterr()
    assert word in seen.err
    assert len(seen.err.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("module", "arguments"), [("distributed", ["--scheduler", "tcp://127.0.0.1:1"]), ("pyarrow", ["--out", "a.parquet"])])
def test_a_missing_library_is_named(module: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
                                    tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.chdir(tmp_path)
    assert main([*GRID, "--out", "a.csv", *arguments]) == 2
    assert "pip install 'cdmtheory[" in capsys.readouterr().err


def test_journal_holds_what_json_can(tmp_path: Path) -> None:
    assert main([*GRID, "--out", str(tmp_path / "a.csv"), "--journal", str(tmp_path / "j")]) == 0
    entry: dict[str, Any] = json.loads((tmp_path / "j").read_text().splitlines()[0])
    assert entry["task"] == "count_steps"
    assert not (tmp_path / "a.csv.journal").exists()
