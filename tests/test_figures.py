"""The figures: their data are what the package computes today, say what the theory says, and nothing in them covers anything else."""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from functools import partial
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib.text
import numpy as np
import pytest

from cdmtheory.cli import main
from cdmtheory.groktimizer.table import COLUMNS, read
from cdmtheory.report import plots
from cdmtheory.report import quadratic_speedup as speedup
from cdmtheory.report.figures import FIGURES as ALL
from cdmtheory.report.figures import available, panels
from cdmtheory.report.figures.beyond import valley
from cdmtheory.report.figures.one_mode import damping_regimes
from cdmtheory.report.figures.over_a_spectrum import convergence_on, polyak_transient
from cdmtheory.report.quadratic_speedup import Measured
from cdmtheory.report.study_figure import committed as committed_study
from cdmtheory.report.study_figure import equal, law, race
from tolerances import DRAWN, EXPONENT_OF_LAST_DECADE

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


def data(path: Path) -> dict[tuple[str, str], np.ndarray]:
    found = defaultdict(list)
    with open(path, newline="", encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            found[row["panel"], row["curve"]].append((float(row["x"]), float(row["y"])))
    return {key: np.array(points) for key, points in found.items()}


@pytest.mark.parametrize("name", [name for name in available() if name != "quadratic_speedup"])
def test_every_figure(name: str, tmp_path: Path) -> None:
    """Its committed data are those of today; nothing is clipped, no text is on other text, no legend on a curve."""
    drawn = panels(name)
    axes = plots.save(tmp_path / "drawn.svg", *drawn, size="column" if len(drawn) == 1 else "text", caption=ALL[name].caption)
    plots.write_data(tmp_path / "drawn.csv", axes)
    today, committed = data(tmp_path / "drawn.csv"), data(FIGURES / f"{name}.csv")
    assert list(today) == list(committed)
    for key, points in today.items():
        scale = np.abs(committed[key]).max(axis=0)
        np.testing.assert_allclose(points, committed[key], rtol=DRAWN, atol=DRAWN * float(scale.max()), err_msg=str(key))
    assert {path.suffix for path in FIGURES.glob(f"{name}.*")} == {".svg", ".pdf", ".csv"}
    nothing_covers_anything(axes)
    assert ALL[name].caption.count("?") >= 1, "a figure answers a question"
    assert f"<dc:description>{ALL[name].caption[:20]}" in (tmp_path / "drawn.svg").read_text(encoding="utf-8")


def nothing_covers_anything(axes: list) -> None:
    figure = axes[0].figure
    renderer = figure.canvas.get_renderer()
    figure.draw_without_rendering()  # at the resolution of this renderer
    for ax in axes:
        words = [t for t in [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts] if t.get_text()]
        boxes = {t.get_text(): matplotlib.text.Text.get_window_extent(t, renderer) for t in words}  # of an annotation the words alone, without its arrow
        legend = ax.get_legend()
        if legend is not None:
            boxes["the legend"] = legend.get_window_extent(renderer)
            for line in ax.lines:
                points = ax.transData.transform(line.get_xydata())
                within = [ax.bbox.contains(*p) and boxes["the legend"].shrunk(0.98, 0.98).contains(*p) for p in points]
                assert not any(within), (ax.get_title(), "legend on a curve", line.get_label())
        for box_name, box in boxes.items():
            assert figure.bbox.contains(box.x0 + 0.5, box.y0 + 0.5), (ax.get_title(), box_name, "clipped")
            assert figure.bbox.contains(box.x1 - 0.5, box.y1 - 0.5), (ax.get_title(), box_name, "clipped")
        for (one, a), (two, b) in combinations(boxes.items(), 2):
            assert not a.overlaps(b), (ax.get_title(), one, two)


def test_an_overlap_is_seen(tmp_path: Path) -> None:
    def crowded(ax) -> None:
        ax.plot([0, 1], [0, 1], label="a line")
        ax.annotate("one", (0.5, 0.5))
        ax.annotate("two", (0.5, 0.5))

    with pytest.raises(AssertionError, match="one"):
        nothing_covers_anything(plots.save(tmp_path / "a.svg", crowded))


@pytest.mark.parametrize("size", plots.SIZES)
def test_every_size_fits_its_page(size: str, tmp_path: Path) -> None:
    axes = plots.save(tmp_path / "a.png", damping_regimes, damping_regimes, size=size)
    nothing_covers_anything(axes)
    assert axes[0].figure.get_size_inches()[0] == plots.SIZES[size].width


def test_a_size_that_does_not_exist_and_a_figure_without_panels_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="size = 'huge'; allowed are column, text, talk"):
        plots.save(tmp_path / "a.svg", damping_regimes, size="huge")
    with pytest.raises(ValueError, match="panels: there are none"):
        plots.save(tmp_path / "a.svg")


def test_a_title_names_the_number_that_was_given(tmp_path: Path) -> None:
    """A panel is composed by users too, with numbers that are no powers of ten."""
    assert [plots.tex(x) for x in (10**4, 1e-2, 2000, 3e-4, 1.5e7, 2e-100)] == ["10^{4}", "10^{-2}", "2000", "0.0003", r"1.50 \cdot 10^{7}",
                                                                               r"2.00 \cdot 10^{-100}"]
    panels = [partial(convergence_on, kappa=2000, size=5, methods=("cdm",)), partial(valley, weight_decay=0.03), partial(polyak_transient, kappas=(200,))]
    first, second, third = plots.save(tmp_path / "a.svg", *panels)
    assert first.get_title().endswith("$\\kappa = 2000$")
    assert second.get_title().endswith("$\\lambda = 0.03$")
    assert third.get_legend().get_texts()[0].get_text() == "$\\kappa = 200$"


def test_regimes_are_those_of_the_modes(tmp_path: Path) -> None:
    """Points of the shaded regions are what ``modes.regime`` says."""
    from cdmtheory.methods import Coefficients
    from cdmtheory.modes import Regime, regime, spectral_radius

    (ax,) = plots.save(tmp_path / "a.svg", damping_regimes)
    under, over, both = (collection.get_paths()[0] for collection in ax.collections)
    seen = set()
    for x in np.linspace(0.05, 3.95, 40):
        for y in np.linspace(-0.95, 0.95, 39):
            for region, expected in ((under, Regime.UNDER_DAMPED), (over, Regime.OVER_DAMPED), (both, Regime.OVER_DAMPED)):
                if region.contains_point((x, y), radius=-1e-3):
                    c = Coefficients(x, y)
                    assert regime(c, 1.0) is expected, (x, y)
                    assert spectral_radius(c, 1.0) < 1
                    seen.add(expected)
    assert len(seen) == 2


def test_what_the_figures_say_is_what_the_theory_says() -> None:
    """Read off the committed data: √κ/e, κ* = 943.36, 3.73 and 2 times the steps, a gain of 2, exponents −1 and −1/2."""
    peak = data(FIGURES / "transients.csv")["1", "simulated, kappa = 1000000"][:, 1].max()
    assert 0.98 < peak / (1000 / math.e) < 1.01
    three = data(FIGURES / "transients.csv")["2", "k = 3"]
    assert (three[three[:, 0] < 943, 1] < 1 + 1e-9).all()
    assert (three[three[:, 0] > 945, 1] > 1).all()
    cost = data(FIGURES / "wrong_damping.csv")["1", r"counted, $\varepsilon = 10^{-100}$"]
    assert dict(cost)[4.0] == pytest.approx(3.73, rel=0.03)
    assert dict(cost)[0.25] == pytest.approx(2, rel=0.03)
    gain = data(FIGURES / "noise_floor.csv")["2", "gain"]
    assert gain[0, 1] == pytest.approx(2, abs=2e-3)
    bound = data(FIGURES / "residual_polynomials.csv")
    lowest = 1 / math.cosh(12 * math.acosh(101 / 99))
    for (_, curve), points in bound.items():
        assert np.abs(points[:, 1]).max() >= lowest * (1 - 1e-3), curve
    valley = {curve: points for (panel, curve), points in data(FIGURES / "flat_direction.csv").items() if panel == "2" and "slope" in curve}
    assert any("GD, slope \u22121.000" in curve for curve in valley)
    assert any("CDM, slope \u22120.500" in curve for curve in valley)


def test_the_study_is_drawn_where_its_data_are(tmp_path: Path) -> None:
    table = tmp_path / "study.csv"
    head = ",".join(COLUMNS)
    rows = [("CDM", 0, "0.001", 100), ("CDM", 1, "0.001", 100), ("CDM", 2, "0.001", 100), ("CDM", 0, "0.0001", 320), ("CDM", 1, "0.0001", 300),
            ("CDM", 2, "0.0001", 310), ("GD", 0, "0.001", 9000)]
    lines = [",".join({"part": "law", "task": "digits", "method": m, "decay": d, "settled": str(s), "seed": str(i)}.get(c, "") for c in COLUMNS)
             for m, i, d, s in rows]
    table.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    (ax,) = plots.save(tmp_path / "a.svg", lambda ax: law(ax, read(table)))
    shown = {str(line.get_label()).partition(":")[0]: line.get_xydata().tolist() for line in ax.lines}
    assert shown == {"CDM, digits": [[1e-4, 310], [1e-3, 100]], "GD, digits": [[1e-3, 9000]]}
    assert ("groktimizer_study" in available()) == committed_study().exists()


def test_what_momentum_saves_at_one_weight_decay(tmp_path: Path) -> None:
    runs = [("wine", "GROKtimizer", 160, 160, 720), ("wine", "GD, two phases", None, 4300, 2500), ("parity", "GROKtimizer", 90, None, 400),
            ("parity", "GD, two phases", 1500, None, 1600)]
    rows = [{**dict.fromkeys(COLUMNS), "task": task, "method": m, "seed": i, "decay": 3e-4, "gap_steps": taken, "gap_foretold": foretold, "steps": steps + 20,
             "switch_step": 20} for task, m, taken, foretold, steps in runs for i in range(3)]
    (ax,) = plots.save(tmp_path / "a.svg", partial(equal, rows=rows))
    shown = {str(line.get_label()): [p for p in line.get_xydata().tolist() if math.isfinite(p[0])] for line in ax.lines}
    assert shown == {"GD in phase 2": [[1500, 1]], "GD in phase 2: more, given up": [[2500, 0]], "GD in phase 2, local model": [[4300, 0]],
                     "GROKtimizer": [[160, 0], [90, 1]], "GROKtimizer, local model": [[160, 0]]}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["wine", "parity"]
    assert ax.get_title().endswith(", 0.0003")


def test_the_race_says_who_was_first_and_who_never_arrived(tmp_path: Path) -> None:
    settled = {"GD": None, "AdamW": 300, "GROKtimizer": 100, "ridge": None}
    rows = [{**dict.fromkeys(COLUMNS), "part": "race", "task": task, "method": m, "seed": i, "settled": s}
            for task in ("parity", "wine") for m, s in settled.items() for i in range(3) if (task, m) != ("wine", "AdamW")]
    _, ax = plots.save(tmp_path / "a.svg", lambda ax: law(ax, []), partial(race, rows=rows), size="text", heights=(1.0, 2.0))
    cells = {text.get_position(): (text.get_text(), text.get_weight()) for text in ax.texts}
    assert [label.get_text() for label in ax.get_xticklabels()] == ["GROKtimizer", "GD", "AdamW"]
    assert cells == {(0, 0): ("100", "bold"), (1, 0): ("never", "normal"), (2, 0): ("300", "normal"),
                     (0, 1): ("100", "bold"), (1, 1): ("never", "normal"), (2, 1): ("–", "normal")}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["parity", "wine"]


def test_captions_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--list"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in available())
    assert max(map(len, out.splitlines())) <= 80


def test_bad_names_and_places(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "mona_lisa", "--out", str(tmp_path)]) == 2
    assert "no figure 'mona_lisa'; there are quadratic_speedup" in capsys.readouterr().err
    (tmp_path / "file").write_text("")
    assert main(["figures", "--out", str(tmp_path / "file")]) == 2
    assert "error" in capsys.readouterr().err
