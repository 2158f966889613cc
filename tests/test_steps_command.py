"""``cdmtheory steps`` and ``cdmtheory.steps``: the contract's JSON, the table, and one clear line for every bad input."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cdmtheory.cli import main
from cdmtheory.simulate import steps
from cdmtheory.simulate.compare import RIVALS
from cdmtheory.spectra import Spectrum, synthetic

SYNTHETIC = ["steps", "--spectrum", "uniform", "--kappa", "100", "--size", "20"]
KEYS = {"name", "step_size", "momentum", "first", "settled", "predicted", "speedup", "seconds", "how"}


def read_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*SYNTHETIC, *arguments, "--json", "-"]) == 0
    return json.loads(capsys.readouterr().out)


def failure(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line a usage error prints."""
    assert main(["steps", *arguments]) == 2
    seen = capsys.readouterr()
    assert not seen.out
    assert "Traceback" not in seen.err
    lines = [line for line in seen.err.splitlines() if "error:" in line]
    assert len(lines) == 1
    return lines[0]


def test_json_is_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    found = read_json(capsys)
    assert set(found) == {"schema", "mu", "L", "kappa", "size", "tolerance", "methods"}
    assert (found["schema"], found["mu"], found["L"], found["kappa"], found["size"], found["tolerance"]) == (1, 0.01, 1.0, 100.0, 20, 1e-6)
    assert [entry["name"] for entry in found["methods"]] == list(RIVALS)
    for entry in found["methods"]:
        assert set(entry) == KEYS
        assert all(isinstance(entry[name], int) for name in ("first", "settled", "predicted"))
        assert entry["first"] <= entry["settled"] <= entry["predicted"]
        assert entry["speedup"] == found["methods"][0]["settled"] / entry["settled"]
        assert isinstance(entry["speedup"], float)


def test_parameters_are_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    by_name = {entry["name"]: entry for entry in read_json(capsys)["methods"]}
    root = math.sqrt(100)
    expected = {"gd": (1, 0), "gd-best": (2 / 1.01, 0), "cdm": (1, (1 - 1 / root) ** 2), "polyak": (4 / (1 + 0.1) ** 2, ((root - 1) / (root + 1)) ** 2),
                "nesterov": (1, (root - 1) / (root + 1))}
    for name, (step_size, momentum) in expected.items():
        assert by_name[name]["step_size"] == pytest.approx(step_size, rel=1e-14)
        assert by_name[name]["momentum"] == pytest.approx(momentum, rel=1e-14)
    assert by_name["chebyshev"]["step_size"] is by_name["chebyshev"]["momentum"] is None


def test_null_has_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    found = read_json(capsys, "--tolerance", "0.5", "--methods", "triple-momentum,gd")
    assert [entry["name"] for entry in found["methods"]] == ["triple-momentum", "gd"]
    assert found["methods"][0]["predicted"] is None
    assert "predicted: at least" in found["methods"][0]["reason"]
    assert "reason" not in found["methods"][1]


def test_speedup_needs_gd_even_where_it_is_not_listed(capsys: pytest.CaptureFixture[str]) -> None:
    alone, together = read_json(capsys, "--methods", "cdm"), read_json(capsys, "--methods", "gd,cdm")
    assert alone["methods"][0]["speedup"] == together["methods"][1]["speedup"] > 5


def test_python_equals_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    found = steps(synthetic("uniform", 100, 20)).to_dict()
    seen = read_json(capsys)
    for entry in [*found["methods"], *seen["methods"]]:
        del entry["seconds"]
    assert found == seen
    with pytest.raises(AttributeError):
        steps([1.0]).mu = 2.0  # type: ignore[misc]


def test_eigenvalues_in_any_order_with_weights() -> None:
    """Weights go with the eigenvalues as given; equal eigenvalues are merged by their squares."""
    h, w = [4.0, 1.0, 4.0, 9.0], [3.0, 1.0, 4.0, 2.0]
    shuffled = steps(h, weights=w)
    merged = steps(Spectrum.of_eigenvalues([1.0, 4.0, 9.0]), weights=[1.0, 5.0, 2.0])
    assert [(m.first, m.settled) for m in shuffled.methods] == [(m.first, m.settled) for m in merged.methods]
    assert shuffled.size == 4
    only_fast = steps(h, weights=[0, 0, 0, 1], methods=["gd"]).methods[0]
    assert only_fast.settled == 1
    assert only_fast.predicted == steps(h, methods=["gd"]).methods[0].predicted


def test_tolerance_one_is_met_at_once() -> None:
    for entry in steps([1.0, 2.0], tolerance=1).methods:
        assert entry.first == 0
        assert entry.speedup is None or entry.speedup >= 0


def test_files_of_every_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    np.save(tmp_path / "h.npy", np.array([9, 1, 4]))
    (tmp_path / "h.csv").write_text("eigenvalue\n9\n1\n\n4\n")
    (tmp_path / "w.csv").write_text("0\n1\n0\n")
    (tmp_path / "x.csv").write_text("a,b,c\n1,2,0.5\n3,4,1e-3\n")
    results = []
    for name in ("h.npy", "h.csv"):
        assert main(["steps", "--eigenvalues", str(tmp_path / name), "--json", "-"]) == 0
        results.append([entry["settled"] for entry in json.loads(capsys.readouterr().out)["methods"]])
    assert results[0] == results[1]
    assert main(["steps", "--eigenvalues", str(tmp_path / "h.csv"), "--weights", str(tmp_path / "w.csv"), "--json", str(tmp_path / "out.json")]) == 0
    assert "settled" in capsys.readouterr().out
    weighted = json.loads((tmp_path / "out.json").read_text())
    assert weighted["methods"][0]["settled"] == math.ceil(math.log(1e-6) / math.log1p(-1 / 9))
    assert main(["steps", "--data", str(tmp_path / "x.csv"), "--weight-decay", "1e-3", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["size"], found["mu"]) == (3, 1e-3)


def test_kappa_is_exact(capsys: pytest.CaptureFixture[str]) -> None:
    """1e8 is 10⁸, so μ is 1/10⁸ and CDM is critically damped there, not next to it."""
    assert main(["steps", "--spectrum", "interpolating", "--kappa", "1e8", "--size", "1e9", "--rank", "3", "--methods", "cdm", "--json", "-"]) == 0
    entry = json.loads(capsys.readouterr().out)["methods"][0]
    spectrum = synthetic("interpolating", Fraction(10**8), 10**9, rank=3)
    assert spectrum.mu == Fraction(1, 10**8)
    assert entry["settled"] == entry["predicted"] == 166876  # the three curved directions weigh nothing against 10⁹ flat ones


@pytest.mark.parametrize(("content", "words"), [
    ("1\nabc\n", "line 2, column 1: 'abc' is not a number"), ("", "no numbers"), ("h\n", "no numbers"), ("1,2\n3,4\n", "2 columns"), ("1\n2,3\n", "columns"),
    ("1\n-2\n", "> 0"), ("1\n0\n", "> 0"), ("1\nnan\n", "finite"), ("1\ninf\n", "finite"), ("1\n1+2j\n", "not a number"), ("a\nb\n1\n", "line 2")])
def test_bad_csv(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, words: str) -> None:
    (tmp_path / "h.csv").write_text(content)
    assert words in failure(capsys, "--eigenvalues", str(tmp_path / "h.csv"))


@pytest.mark.parametrize(("array", "words"), [
    (np.ones((2, 2)), "one axis"), (np.array([1 + 2j]), "complex"), (np.array([]), "empty"), (np.array([1.0, np.nan]), "nan"), (np.array([1.0, np.inf]), "inf"),
    (np.array([1.0, -1.0]), "> 0"), (np.array([0.0]), "> 0"), (np.array(["a"]), "dtype"), (np.array([{}], dtype=object), "never unpickled")])
def test_bad_npy(tmp_path: Path, capsys: pytest.CaptureFixture[str], array: Any, words: str) -> None:
    np.save(tmp_path / "h.npy", array, allow_pickle=True)
    assert words in failure(capsys, "--eigenvalues", str(tmp_path / "h.npy"))


def test_an_object_array_runs_no_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    class Trap:
        def __reduce__(self) -> Any:
            return (os.mkdir, (str(tmp_path / "sprung"),))

    np.save(tmp_path / "h.npy", np.array([Trap()], dtype=object), allow_pickle=True)
    failure(capsys, "--eigenvalues", str(tmp_path / "h.npy"))
    assert not (tmp_path / "sprung").exists()


def test_bad_files_and_outputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "h.txt").write_text("1\n")
    (tmp_path / "broken.npy").write_bytes(b"\x93NUMPY\x01\x00")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x81")
    (tmp_path / "gap.csv").write_text("1,2\n3,\n")
    (tmp_path / "h.csv").write_text("1\n2\n")
    (tmp_path / "w.csv").write_text("1\n")
    (tmp_path / "zero.csv").write_text("0\n0\n")
    assert "no such file" in failure(capsys, "--eigenvalues", str(tmp_path / "missing.csv"))
    assert "a folder" in failure(capsys, "--eigenvalues", str(tmp_path))
    assert "allowed are .npy and .csv" in failure(capsys, "--eigenvalues", str(tmp_path / "h.txt"))
    assert "not a valid .npy" in failure(capsys, "--eigenvalues", str(tmp_path / "broken.npy"))
    assert "not a text file" in failure(capsys, "--eigenvalues", str(tmp_path / "binary.csv"))
    assert "a number is missing" in failure(capsys, "--data", str(tmp_path / "gap.csv"), "--weight-decay", "1")
    assert "weights: 1 numbers" in failure(capsys, "--eigenvalues", str(tmp_path / "h.csv"), "--weights", str(tmp_path / "w.csv"))
    assert "weights: all zero" in failure(capsys, "--eigenvalues", str(tmp_path / "h.csv"), "--weights", str(tmp_path / "zero.csv"))
    for option in ("--json", "--plot"):
        assert "does not exist" in failure(capsys, *SYNTHETIC[1:], option, str(tmp_path / "nowhere" / "out.svg"))
        assert "is a folder" in failure(capsys, *SYNTHETIC[1:], option, str(tmp_path))
    assert ".svg, .pdf and .png" in failure(capsys, *SYNTHETIC[1:], "--plot", str(tmp_path / "plot.docx"))


@pytest.mark.parametrize(("arguments", "words"), [
    (["--spectrum", "uniform"], "needs --kappa"), (["--spectrum", "bell", "--kappa", "2", "--size", "2"], "invalid choice"),
    (["--spectrum", "uniform", "--kappa", "0.5", "--size", "2"], "kappa"), (["--spectrum", "uniform", "--kappa", "nan", "--size", "2"], "kappa"),
    (["--spectrum", "uniform", "--kappa", "1/2", "--size", "2"], "kappa = 1/2;"),
    (["--spectrum", "uniform", "--kappa", "1/0", "--size", "2"], "'1/0' is not a"),
    (["--spectrum", "uniform", "--kappa", "2", "--size", "5", "--seed", "x"], "'x' is not a"),
    (["--spectrum", "uniform", "--kappa", "2", "--size", "0"], "size"), (["--spectrum", "uniform", "--kappa", "2", "--size", "2.5"], "size"),
    (["--spectrum", "uniform", "--kappa", "2", "--size", "5", "--rank", "2"], "rank"),
    (["--data", "x.csv"], "weight-decay"), (["--eigenvalues", "h.csv", "--kappa", "2"], "--kappa belongs to --spectrum"), ([], "required"),
    ([*SYNTHETIC[1:], "--tolerance", "0"], "tolerance"), ([*SYNTHETIC[1:], "--tolerance", "nan"], "tolerance"),
    ([*SYNTHETIC[1:], "--tolerance", "-1"], "tolerance"),
    ([*SYNTHETIC[1:], "--tolerance", "inf"], "tolerance"), ([*SYNTHETIC[1:], "--tolerance", "small"], "tolerance"),
    ([*SYNTHETIC[1:], "--methods", "sgd"], "'sgd' is not known"), ([*SYNTHETIC[1:], "--methods", "gd,gd"], "twice"),
    ([*SYNTHETIC[1:], "--methods", ""], "methods")])
def test_bad_options(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], words: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text("1,2\n")
    assert words in failure(capsys, *arguments)


def test_what_does_not_fit_into_memory_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def no_memory(*_: Any, **__: Any) -> None:
        raise MemoryError("Unable to allocate 7 TiB")

    monkeypatch.setattr("cdmtheory.spectra.synthetic", no_memory)
    assert "not enough memory (Unable to allocate 7 TiB); a smaller --size" in failure(capsys, *SYNTHETIC[1:])


def test_negative_weight_decay(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.eye(3))
    assert "weight_decay" in failure(capsys, "--data", str(tmp_path / "x.npy"), "--weight-decay", "-1")


@pytest.mark.parametrize("call", [lambda: steps([]), lambda: steps([1.0, float("nan")]), lambda: steps([[1.0]]), lambda: steps([1.0], tolerance=0.0),
                                  lambda: steps([1.0], weights=[1.0, 2.0]), lambda: steps([1.0], methods=[]), lambda: steps([1.0], methods=None),
                                  lambda: steps([-1.0]),
                                  lambda: steps([1e-320, 1.0]), lambda: steps([1e-308, 1e308])])
def test_bad_input_in_python(call: Any) -> None:
    with pytest.raises(ValueError, match="allowed"):
        call()


def test_table_is_ascii_in_an_ascii_pipe_and_80_columns_wide() -> None:
    """The largest numbers that occur: 10¹³ steps."""
    run = subprocess.run([sys.executable, "-m", "cdmtheory", "steps", "--spectrum", "interpolating", "--kappa", "1e12", "--size", "20", "--explain"],
                         capture_output=True, check=True, env={**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "80", "TERM": "dumb"})
    text = run.stdout.decode("ascii")
    assert not run.stderr
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "triple-momentum" in text
    assert "13815510557958" in text  # predicted for gd: no room for groups of digits, and unbroken
    assert "theory C1" in text


def test_plot_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for ending in ("svg", "pdf", "png"):
        assert main([*SYNTHETIC, "--methods", "gd,cdm", "--plot", str(tmp_path / f"plot.{ending}")]) == 0
        assert (tmp_path / f"plot.{ending}").stat().st_size > 3000
    assert "<svg" in (tmp_path / "plot.svg").read_text()
    capsys.readouterr()


def test_help_has_an_example_and_imports_nothing_heavy() -> None:
    code = ("import sys; from cdmtheory.cli import main; main(['steps', '--help']); "
            "sys.exit(any(name in sys.modules for name in ('numpy', 'rich', 'matplotlib', 'sympy', 'flint')))")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert "cdmtheory steps --spectrum" in run.stdout
