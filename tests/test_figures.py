"""The figures: their data are what the package computes today, the exponents are those of the theory, and the same bytes come out twice."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest

from cdmtheory.cli import main
from cdmtheory.report import plots
from cdmtheory.report import quadratic_speedup as speedup
from cdmtheory.report.quadratic_speedup import Measured
from tolerances import EXPONENT_OF_LAST_DECADE

FIGURES = Path(__file__).parent.parent / "figures"


@pytest.fixture(scope="module")
def committed() -> list[Measured]:
    return speedup.read(FIGURES / "quadratic_speedup.csv")


def test_committed_data_are_what_is_computed_today(committed: list[Measured]) -> None:
    """Without stepping, except for what is quick; the file says which were stepped through when it was written."""
    today = speedup.measure(stepped_up_to=1500)
    assert [(p.spectrum, p.method, p.kappa, p.first, p.settled, p.predicted) for p in today] == \
           [(p.spectrum, p.method, p.kappa, p.first, p.settled, p.predicted) for p in committed]
    assert sum(p.stepped for p in today) > 50
    assert all(p.stepped == (p.settled <= speedup.STEPPED_UP_TO) for p in committed)


def test_it_covers_what_it_claims(committed: list[Measured]) -> None:
    assert len({p.spectrum for p in committed}) >= 5
    assert {p.kappa for p in committed} == set(speedup.KAPPAS)
    assert (min(speedup.KAPPAS), max(speedup.KAPPAS)) == (10**2, 10**8)


def test_exponents_on_the_last_decade(committed: list[Measured]) -> None:
    """1 for GD, 1/2 for CDM and Chebyshev, on every spectrum (theory C5)."""
    for (spectrum, method), slopes in speedup.exponents(committed).items():
        last = slopes[-1][1]
        if method == "polyak":
            assert EXPONENT_OF_LAST_DECADE < last - 0.5 < 1 / math.log(10**7), spectrum  # its logarithm has not died out
        else:
            assert abs(last - (1.0 if method == "gd" else 0.5)) < EXPONENT_OF_LAST_DECADE, (spectrum, method)


def test_exponents_tend_to_their_limits(committed: list[Measured]) -> None:
    """CDM from above, and so does Polyak, decade by decade: measured on the worst case, where no weights blur it."""
    worst = [Measured("all", p.method, p.kappa, p.first, p.predicted, p.predicted, stepped=False) for p in committed if p.spectrum == committed[0].spectrum]
    slopes = speedup.exponents(worst)
    for method in ("cdm", "polyak"):
        line = [slope - 0.5 for _, slope in slopes["all", method]]
        assert all(b < a for a, b in pairwise(line)), line


def test_measured_never_exceeds_the_worst_case(committed: list[Measured]) -> None:
    for p in committed:
        assert p.first <= p.settled <= p.predicted
        assert p.settled > 0.75 * p.predicted


def test_a_wrong_simulation_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from cdmtheory.methods import gradient_descent

    monkeypatch.setitem(speedup.RIVALS, "gd", lambda mu, L: gradient_descent(1 / L))
    assert speedup.measure([100], spectra=["uniform"])
    honest = speedup.spectral
    monkeypatch.setattr(speedup, "spectral", lambda method, spectrum, steps: honest(gradient_descent(0.999), spectrum, steps))
    with pytest.raises(RuntimeError, match="simulated"):
        speedup.measure([100], spectra=["uniform"])


def test_the_same_bytes_twice(tmp_path: Path, committed: list[Measured]) -> None:
    for name in ("a.svg", "b.svg", "a.pdf", "b.pdf"):
        plots.save(tmp_path / name, lambda ax: plots.quadratic_speedup(ax, committed))
    for ending in ("svg", "pdf"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()
    assert "<dc:date>" not in (tmp_path / "a.svg").read_text()


def test_command_writes_all_three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], committed: list[Measured]) -> None:
    monkeypatch.setattr(speedup, "measure", lambda **_: committed)
    assert main(["figures", "quadratic_speedup", "--out", str(tmp_path / "new")]) == 0
    assert {file.suffix for file in (tmp_path / "new").iterdir()} == {".svg", ".pdf", ".csv"}
    assert speedup.read(tmp_path / "new" / "quadratic_speedup.csv") == committed
    assert "quadratic_speedup" in capsys.readouterr().out


def test_bad_names_and_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "mona_lisa", "--out", str(tmp_path)]) == 2
    assert "no figure 'mona_lisa'; there are quadratic_speedup" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["figures", "--out", str(tmp_path / "file")]) == 2
    assert "error" in capsys.readouterr().err
