"""The words of the findings follow from the table: rows that support a claim, rows that do not, and the page in the repository."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from cdmtheory.cli import main
from cdmtheory.groktimizer.findings import findings
from cdmtheory.groktimizer.table import COLUMNS, exponent, medians, read, write

FIGURES = Path(__file__).parent.parent / "figures"


def row(**known):
    return {**dict.fromkeys(COLUMNS), "seconds": 1.0, "config": "{}", "diverged": False, **known}


def law(power, method, *, seeds=2):
    return [row(part="law", task="t", method=method, seed=seed, decay=decay, settled=round(1000 * decay**power))
            for seed in range(seeds) for decay in (1e-2, 1e-3)]


def race(**settled):
    return [row(part="race", task="t", method=method.replace("_", ", "), seed=seed, settled=v, first=v, error=0.1) for method, values in settled.items()
            for seed, v in enumerate(values)]


def equal(*, ours=100, theirs=2000.0, **state):
    usual = {"norm": 1.0, "switch_norm": 2.0, "accuracy": 1.0, "training_loss": 0.01, "switch_loss": 0.02, "sharpness": 1.0, "switch_sharpness": 2.0,
             "trace": 1.0, "switch_trace": 2.0, "repairs": 0.0, "collapsed": False, "decay": 1e-3}
    arrived = {"gap_settled": ours and ours / 2, "gap_steps": ours and ours / 4}, {"gap_settled": theirs and theirs / 2, "gap_steps": theirs and theirs / 4}
    return [row(part="equal", task="t", method="GROKtimizer", seed=0, settled=ours, gradients=150, steps=140, switch_step=30,
                **{**usual, **arrived[0], **state}),
            row(part="equal", task="t", method="GD, two phases", seed=0, settled=theirs, gradients=theirs or 1200, repairs=0.0, collapsed=False, decay=1e-3,
                steps=330, switch_step=30, **arrived[1])]


def verdicts(rows):
    return {line[3:].partition(":")[0]: line.split("**")[1] for line in findings(rows).splitlines() if line.startswith("## ")}


def test_exponents_decide_the_speedup():
    assert verdicts(law(-0.5, "CDM") + law(-1.0, "GD"))["Quadratic speedup in λ"] == "SUPPORTED"
    assert verdicts(law(-0.6, "CDM") + law(-1.0, "GD"))["Quadratic speedup in λ"] == "DEPENDS"
    assert verdicts(law(-0.6, "CDM") + law(-0.6, "GD"))["Quadratic speedup in λ"] == "NOT SUPPORTED"
    unsettled = law(-0.5, "CDM")
    unsettled[0]["settled"] = None
    assert "not all settled" in findings(unsettled)


def test_what_the_local_model_predicts_stands_beside_it():
    taken = law(-0.5, "CDM")
    foretold = [{**r, "part": "predicted", "settled": r["settled"] / 2} for r in taken]
    page = findings(taken + foretold)
    assert "| -0.500 [-0.500, -0.500] | 2 | – | 0.001 … 0.01 |" in page
    assert "| – | – | – | 0.001 … 0.01 |" in findings(taken)
    assert f"{len(taken)} runs" in page  # a prediction is no run


@pytest.mark.parametrize("name", ["Faster grokking at equal λ", "The objective falls faster at equal λ"])
def test_equal_weight_decay(name):
    assert verdicts(equal())[name] == "SUPPORTED"
    assert verdicts(equal(theirs=900.0))[name] == "NOT SUPPORTED"
    assert verdicts(equal(theirs=None))[name] == "SUPPORTED"  # given up after 12 times as many
    assert verdicts(equal(ours=None))[name] == "NOT SUPPORTED"
    assert "GROKtimizer settled on 0 of 1 seeds" in findings(equal(ours=None))


@pytest.mark.parametrize(("along", "nearer"), [(1.1, "1 of 1"), (0.4, "0 of 1")])
def test_the_valley_is_held_against_the_local_model_where_that_is_off(along, nearer):
    taken = law(-0.5, "CDM")
    local = [{**r, "part": "predicted", "settled": r["settled"] / 2} for r in taken]
    valley = [{**r, "part": "valley", "settled": r["settled"] / along} for r in taken if r["decay"] == 1e-3]
    page = " ".join(findings(taken + local + valley).split())
    assert f"| 2 | {along:g} | 0.001 … 0.01 |" in page
    assert f"this one is nearer to 1 in {nearer}." in page
    assert f"{len(taken)} runs" in page
    assert "nearer to 1 in 0 of 0." in " ".join(findings(taken + [{**r, "part": "predicted"} for r in taken] + valley).split())  # nothing was left over


def test_the_two_thresholds_have_their_own_verdicts():
    rows = equal()
    rows[1] |= {"gap_settled": 400.0}
    assert "(10 or more on 0 and on 1)" in " ".join(findings(rows).split())
    assert (verdicts(rows)["Faster grokking at equal λ"], verdicts(rows)["The objective falls faster at equal λ"]) == ("SUPPORTED", "NOT SUPPORTED")
    rows = equal()
    rows[1] |= {"settled": 400.0}
    assert (verdicts(rows)["Faster grokking at equal λ"], verdicts(rows)["The objective falls faster at equal λ"]) == ("NOT SUPPORTED", "SUPPORTED")


def test_the_columns_at_equal_weight_decay():
    """Both phases in gradients and in steps, phase 2 alone, and the local model, where it was asked."""
    assert "| t | 0.001 | 1 | 50 | 1000 | 20 | 9.64 | 25 | 500 | 20 | – | – | – |" in findings(equal())
    bounds = equal(theirs=None)
    for r, foretold in zip(bounds, (30.0, 600.0), strict=True):
        r["gap_foretold"] = foretold
    assert "| t | 0.001 | 1 | 50 | given up | ≥ 24 | ≥ 6 | 25 | given up | ≥ 12 | 30 | 600 | 20 |" in findings(bounds)
    assert "| t | 0.001 | 1 | 100 | given up | ≥ 12 |" in findings(bounds)


def test_a_bound_is_said_to_be_one_only_where_it_is():
    """Ratios 8, 9 and at least 12: the median is known, the upper end is not."""
    rows = [r | {"seed": seed} for seed, theirs in enumerate((800.0, 900.0, None)) for r in equal(theirs=theirs)]
    assert "| t | 0.001 | 3 | 100 | 900 [800, given up] | 9 [8, ≥ 12] |" in findings(rows)


def test_a_target_met_from_the_start_is_no_gain():
    assert "| t | 0.001 | 1 | 0 | 0 | 1 |" in findings(equal(ours=0, theirs=0))


def test_norm_interpolation_and_flatness():
    name = "Low norm without losing interpolation"
    assert verdicts(equal())[name] == "SUPPORTED"
    assert verdicts(equal(accuracy=0.99))[name] == "NOT SUPPORTED"
    assert verdicts(equal(norm=2.5))[name] == "NOT SUPPORTED"
    assert verdicts(equal())["Generalising minima are flatter"] == "SUPPORTED"
    assert verdicts(equal(trace=3.0))["Generalising minima are flatter"] == "NOT SUPPORTED"


def test_the_race():
    name = "Against tuned rivals"
    others = {"AdamW": [300, 310, 320], "GROKtimizer_constant": [None, None, None]}
    assert verdicts(race(GROKtimizer=[100, 110, 120], **others))[name] == "SUPPORTED"
    assert verdicts(race(GROKtimizer=[310, 315, 500], **others))[name] == "SUPPORTED"  # within the interval of the best
    assert verdicts(race(GROKtimizer=[500, 510, 520], **others))[name] == "NOT SUPPORTED"
    assert verdicts(race(GROKtimizer=[None, None, 1], **others))[name] == "NOT SUPPORTED"
    page = findings(race(GROKtimizer=[100, 110, 120], **others))
    assert "**110 [100, 120]**" in page
    assert "| never |" in page


def test_real_data():
    def table(ours, ridge):
        several = {"GROKtimizer": ours, "AdamW": [0.5, 0.5, 0.5], "ridge": ridge, "logistic regression": [0.4, 0.4, 0.4]}
        return [row(part="race", task="t", method=m, seed=seed, error=e) for m, errors in several.items() for seed, e in enumerate(errors)]

    name = "Better generalisation on real data"
    assert verdicts(table([0.1, 0.2, 0.2], [0.3, 0.3, 0.3]))[name] == "SUPPORTED"
    nearly = table([0.1, 0.2, 0.35], [0.3, 0.3, 0.3])  # the median is less, the interval is not below
    assert verdicts(nearly)[name] == "NOT SUPPORTED"
    assert "Its median is the least on 1;" in " ".join(findings(nearly).split())
    assert verdicts(table([0.4, 0.4, 0.4], [0.3, 0.3, 0.3]))[name] == "NOT SUPPORTED"


def test_variants():
    def table(usual, changed):
        return [row(part="variant", task="t", method=m, seed=0, decay=1e-3, settled=v) for m, v in (("as it is", usual), ("changed", changed))]

    name = "Each part of GROKtimizer is worth having"
    assert verdicts(table(100, 120))[name] == verdicts(table(100, None))[name] == "SUPPORTED"
    assert "| of the 1 tasks not designed on, better on |  |  | 1 |" in findings(table(100, 80))
    assert "better on |  |  | 0 |" in findings(table(100, 120))
    assert verdicts(table(100, 80))[name] == verdicts(table(None, 80))[name] == "NOT SUPPORTED"


def test_divergence_is_counted():
    rows = race(GROKtimizer=[100], AdamW=[100], GROKtimizer_constant=[100])
    for r in rows:
        r["repairs"] = None if r["method"] == "AdamW" else 2.0
    assert verdicts(rows)["No divergence of GROKtimizer that is not repaired"] == "SUPPORTED"
    rows[0]["diverged"] = True
    assert verdicts(rows)["No divergence of GROKtimizer that is not repaired"] == "NOT SUPPORTED"


def test_statistics():
    assert medians([1.0, 2.0, 3.0])[0] == 2.0
    assert medians([1.0, math.inf, math.inf]) == (math.inf, 1.0, math.inf)
    assert exponent(law(-0.5, "CDM"))[0] == pytest.approx(-0.5, abs=0.01)
    assert exponent([]) is None
    bent = [row(part="law", task="t", method="CDM", seed=0, decay=d, settled=s) for d, s in ((1e-2, 99), (1e-3, 100), (1e-4, 1000))]
    assert exponent(bent, decade=True)[0] == pytest.approx(-1.0)
    assert exponent(bent)[0] == pytest.approx(-0.5, abs=0.01)


def test_written_and_read(tmp_path):
    rows = law(-0.5, "CDM") + equal()
    write(tmp_path / "study.csv", rows)
    again = read(tmp_path / "study.csv")
    assert findings(again) == findings(rows)
    assert again[0]["settled"] == rows[0]["settled"]
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="not a table of cdmtheory study"):
        read(tmp_path / "other.csv")


def test_the_page_in_the_repository_is_made_from_its_table(capsys):
    assert (FIGURES / "study_findings.md").read_text(encoding="utf-8") == findings(read(FIGURES / "study.csv"))
    assert main(["study", "--findings", str(FIGURES / "study.csv")]) == 0
    assert capsys.readouterr().out == findings(read(FIGURES / "study.csv"))


@pytest.mark.parametrize("decade", [False, True])
def test_the_committed_study_has_the_exponents(decade):
    """Over all λ, and on the last decade."""
    rows = [r for r in read(FIGURES / "study.csv") if r["part"] == "law"]
    tasks = {r["task"] for r in rows}
    assert tasks >= {"linear regression", "diagonal network", "matrix completion"}
    for task in tasks:
        for method, expected, within in (("CDM", -0.5, 0.05), ("GD", -1.0, 0.1)):
            assert abs(exponent([r for r in rows if r["task"] == task and r["method"] == method], decade=decade)[0] - expected) <= within
