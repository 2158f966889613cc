"""``cdmtheory verify`` from the outside: exit codes, options, JSON, bad input, interrupts."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

import cdmtheory
from cdmtheory import L, eta, gradient_descent, worst_rate
from cdmtheory.claims import Claim
from cdmtheory.cli import main
from cdmtheory.collect import Collected
from cdmtheory.engine.session import Session, select, verify_all
from cdmtheory.engine.verdict import VERDICTS, Verdict
from tests_support import environment

HEADER = ("from sympy import Rational, gamma, log, symbols\n"
          "from cdmtheory import Claim, L, beta, eta, gradient_descent, heavy_ball, kappa, mu, stable, worst_rate\n")
CLAIMS = {
    "proved": "proved = Claim('a true one', that=stable(gradient_descent(1 / L)))\n",
    "refuted": "refuted = Claim('a false one', that=stable(gradient_descent(2 / L)))\n",
    "vacuous": "vacuous = Claim('an empty one', given=[eta > 2, eta < 1], that=stable(gradient_descent(eta)))\n",
    "undecided": "undecided = Claim('an open one', that=gamma(1 + kappa)**2 > Rational(1, 10**9))\n",
    "held": "held = Claim('with a near miss that holds', that=stable(gradient_descent(1 / L)), near_miss=worst_rate(gradient_descent(1 / L)) < 2)\n",
    "open_miss": "open_miss = Claim('with an open near miss', that=stable(gradient_descent(1 / L)), "
                 "near_miss=gamma(1 + kappa)**2 > Rational(1, 10**9))\n",
    "missed": "missed = Claim('with a near miss that fails', that=stable(gradient_descent(1 / L)), near_miss=stable(gradient_descent(2 / L)))\n",
    "error": "raise ValueError('broken on purpose')\n",
    "none": "nothing = 1\n",
}
SLOW = """x, y, z, w = symbols('x y z w', positive=True)
slow = Claim('as a polynomial it has a million terms', that=(1 + x + 2*y + 3*z + 5*w)**70 >= x**70 + y**70 + z**70*w)
"""


def verify(*arguments, folder, timeout=100, **more):
    return subprocess.run([sys.executable, "-m", "cdmtheory", "verify", *arguments], cwd=folder, capture_output=True, text=True, timeout=timeout,
                          env=environment(**more))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("claims")
    for name, source in CLAIMS.items():
        (made / f"{name}.py").write_text(HEADER + source, encoding="utf-8")
    return made


# -- exit codes ----------------------------------------------------------------------------------------------------------------

@pytest.fixture
def command(folder, monkeypatch, capsys):
    """``command("verify", …)`` runs the command line here; the answer is the exit code, standard output and standard error."""
    monkeypatch.chdir(folder)

    def run(*arguments):
        code = main(list(arguments))
        return code, *capsys.readouterr()
    return run


@pytest.mark.parametrize(("files", "code"), [("proved missed", 0), ("held", 1), ("undecided", 4), ("error proved", 2), ("none", 5)])
def test_the_exit_code_says_what_came_out(files, code, command):
    assert command("verify", "--timeout", "6", *[f"{f}.py" for f in files.split()])[0] == code


def verdict(kind, *misses):
    return Verdict(id="a", title="a", statement="", latex="", hypotheses=[], verdict=kind, near_misses=[{"statement": "", "verdict": m} for m in misses])


@pytest.mark.parametrize(("verdicts", "code"), [
    ([], 5), ([verdict("PROVED")], 0), ([verdict("PROVED", "REFUTED")], 0), ([verdict("DISAGREEMENT"), verdict("UNDECIDED")], 1),
    ([verdict("PROVED", "PROVED")], 1), ([verdict("PROVED", "VACUOUS")], 1), ([verdict("PROVED", "DISAGREEMENT"), verdict("UNDECIDED")], 1),
    ([verdict("PROVED", "UNDECIDED")], 4), ([verdict("UNDECIDED"), verdict("REFUTED")], 1), ([verdict("ERROR"), verdict("DISAGREEMENT")], 2)], ids=str)
def test_the_first_exit_code_that_applies(verdicts, code):
    assert Session(verdicts).exit_code == code
    assert Session(verdicts, internal_error="x").exit_code == 3
    assert Session(verdicts, internal_error="x", interrupted=True).exit_code == 130


# -- JSON ----------------------------------------------------------------------------------------------------------------------

FIELDS = {"id": str, "title": str, "statement": str, "latex": str, "hypotheses": list, "verdict": str, "by": list, "scope": str, "seconds": (int, float),
          "counterexample": (dict, type(None)), "certificate": (str, type(None)), "assumed": list, "reason": (str, type(None)), "near_misses": list}
ENGINES = {"algebra", "certificate", "balls", "z3", "cvc5", "coq", "search"}


@pytest.fixture(scope="module")
def report(folder):
    files = ["proved.py", "refuted.py", "missed.py", "error.py", "vacuous.py"]
    done = verify("--json", "-", "--jobs", "2", *files, folder=folder)
    return done, json.loads(done.stdout)


def test_json_on_standard_output_is_alone_there(report):
    done, _ = report
    assert done.returncode == 2
    assert "1 ERROR" in done.stderr


def test_json_has_the_schema_of_the_contract(report):
    _, found = report
    assert list(found) == ["schema", "claims", "summary"]
    assert found["schema"] == 1
    for entry in found["claims"]:
        assert {name: isinstance(entry[name], kind) for name, kind in FIELDS.items()} == dict.fromkeys(FIELDS, True)
        assert set(entry) == set(FIELDS)
        assert entry["verdict"] in VERDICTS
        assert set(entry["by"]) <= ENGINES
        assert all(set(m) == {"statement", "verdict"} for m in entry["near_misses"])
    assert list(found["summary"]) == ["counts", "seconds", "versions"]
    assert found["summary"]["counts"] == {"PROVED": 2, "REFUTED": 1, "VACUOUS": 1, "ERROR": 1}
    assert found["summary"]["versions"]["cdmtheory"] == cdmtheory.__version__
    assert {"sympy", "z3-solver", "cvc5", "python-flint"} <= set(found["summary"]["versions"])


def test_json_has_one_entry_per_claim_in_file_order(report):
    _, found = report
    entries = found["claims"]
    assert [e["id"] for e in entries] == ["proved.py::proved", "refuted.py::refuted", "missed.py::missed", "error.py", "vacuous.py::vacuous"]
    assert [e["verdict"] for e in entries] == ["PROVED", "REFUTED", "PROVED", "ERROR", "VACUOUS"]
    proved, refuted, missed, error, _ = entries
    assert (proved["title"], proved["statement"], proved["scope"], proved["reason"]) == ("a true one", "stable(gradient_descent(1/L))", "all", None)
    assert proved["hypotheses"] == ["0 < mu <= L"]
    assert set(refuted["counterexample"]) == {"point", "lhs", "rhs"}
    assert {"mu", "L"} <= set(refuted["counterexample"]["point"])
    assert missed["near_misses"] == [{"statement": "stable(gradient_descent(2/L))", "verdict": "REFUTED"}]
    assert error["reason"] == "ValueError: broken on purpose (line 3)"


def test_json_to_a_file(folder, tmp_path):
    done = verify("--json", str(tmp_path / "out.json"), "proved.py", folder=folder)
    assert "PROVED" in done.stdout
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["summary"]["counts"] == {"PROVED": 1}


@pytest.mark.parametrize("target", ["missing/out.json", "."])
def test_an_output_that_cannot_be_written_is_seen_before_the_work(command, target):
    code, out, err = command("verify", "--json", target, "proved.py")
    assert code == 2
    assert f"error: --json {target}: " in err
    assert "PROVED" not in out


# -- options -------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("arguments", "message"), [
    (["--timeout", "0"], "timeout = 0.0; allowed is a positive number of seconds"), (["--timeout", "-1"], "timeout = -1.0"),
    (["--timeout", "nan"], "timeout = nan"),
    (["--timeout", "inf"], "timeout = inf"), (["--timeout", "soon"], "invalid float value"), (["--jobs", "0"], "--jobs = 0; allowed is a whole number >= 1"),
    (["--jobs", "x"], "invalid int value"), (["-k", "and or"], "-k 'and or' cannot be read"), (["-k", "(polyak"], "cannot be read"),
    (["--what"], "unrecognized arguments")], ids=str)
def test_wrong_usage(arguments, message, command):
    code, out, err = command("verify", *arguments, "proved.py")
    assert code == 2
    assert out == ""
    assert message in err
    assert "Traceback" not in err


def test_an_output_is_not_begun_before_there_is_something_to_write(command, tmp_path):
    assert command("verify", "--html", str(tmp_path / "page.html"), "--timeout", "0", "proved.py")[0] == 2
    assert command("verify", "--html", str(tmp_path / "page.html"), "-k", "and or", "proved.py")[0] == 2
    assert not (tmp_path / "page.html").exists()


def test_a_missing_path_is_one_error_each_and_the_rest_is_decided(folder):
    missing = ["missing.py", "missing", "proved.py::missing", "proved.py::proved::more"]
    done = verify("--json", "-", *missing, "proved.py", folder=folder)
    assert done.returncode == 2
    entries = json.loads(done.stdout)["claims"]
    assert [(e["id"], e["verdict"]) for e in entries] == [*[(path, "ERROR") for path in missing], ("proved.py::proved", "PROVED")]


def test_list_decides_nothing(command):
    code, out, _ = command("verify", "--list", "proved.py", "refuted.py", "error.py")
    assert code == 2
    assert command("verify", "--list", "proved.py", "refuted.py")[0] == 0
    assert out.splitlines() == ["proved.py::proved  a true one", "refuted.py::refuted  a false one", "error.py  ERROR: ValueError: broken on purpose (line 3)"]
    assert command("verify", "--list", "none.py")[0] == 5


def test_one_claim_by_name_and_by_words(command):
    assert command("verify", "--list", "proved.py::proved")[1] == "proved.py::proved  a true one\n"
    assert command("verify", "--list", "-k", "TRUE or empty", ".")[1] == "proved.py::proved  a true one\nvacuous.py::vacuous  an empty one\n"
    assert command("verify", "--list", "-k", "nonexistent", ".")[0] == 5


@pytest.mark.parametrize(("expression", "chosen"), [
    ("polyak", "ab"), ("polyak and not unique", "a"), ("not polyak", "c"), ("(polyak and unique) or nesterov", "bc"), ("C3", "ab"),
    ("c3/file.py::polyak_rate", "a"), (None, "abc"), ("1-sqrt", "")])
def test_words_select_by_id_and_title(expression, chosen):
    made = {"a": ("c3/file.py::polyak_rate", "rate"), "b": ("c3/file.py::polyak_2", "it is Unique"), "c": ("c9.py::nesterov", "rate")}
    entries = [Collected(i, Claim(t, that=eta < 1)) for i, t in made.values()]
    assert [e.id for e in select(entries, expression)] == [made[c][0] for c in chosen]


def test_stop_at_the_first_failure(folder):
    done = verify("-x", "--json", "-", "proved.py", "refuted.py", "vacuous.py", "missed.py", folder=folder)
    assert done.returncode == 1
    assert [c["id"] for c in json.loads(done.stdout)["claims"]] == ["proved.py::proved", "refuted.py::refuted"]


def test_the_report_on_a_terminal_without_unicode(folder):
    done = verify("refuted.py", folder=folder, PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 1
    assert done.stdout.isascii()
    assert re.search(r"^REFUTED +refuted.py::refuted", done.stdout)
    assert "fails at L = " in done.stdout


# -- bad input -------------------------------------------------------------------------------------------------------------------

def test_a_broken_file_hides_nothing_else(tmp_path):
    (tmp_path / "a_syntax.py").write_text(HEADER + "x = (\n", encoding="utf-8")
    (tmp_path / "b_exits.py").write_text(HEADER + "raise SystemExit(0)\n", encoding="utf-8")
    (tmp_path / "c_raises.py").write_text(HEADER + "1 / 0\n", encoding="utf-8")
    (tmp_path / "d_good.py").write_text(HEADER + CLAIMS["proved"], encoding="utf-8")
    (tmp_path / "e_other.py").write_text("raise SystemExit(9)\n", encoding="utf-8")
    done = verify("--json", "-", ".", folder=tmp_path)
    assert done.returncode == 2
    entries = json.loads(done.stdout)["claims"]
    assert [e["id"] for e in entries] == ["a_syntax.py", "b_exits.py", "c_raises.py", "d_good.py::proved"]
    assert [e["verdict"] for e in entries] == ["ERROR", "ERROR", "ERROR", "PROVED"]
    assert all(e["reason"] for e in entries[:3])


def test_a_claim_with_forty_symbols(tmp_path):
    source = "xs = symbols('x:40', positive=True)\nmany = Claim('many', that=sum(xs)**2 >= xs[0] * xs[39])\n"
    source += "few = Claim('false', that=sum(xs) >= 1)\n"
    (tmp_path / "many.py").write_text(HEADER + source, encoding="utf-8")
    began = time.monotonic()
    found = json.loads(verify("--json", "-", "--timeout", "10", "many.py", folder=tmp_path).stdout)["claims"]
    assert time.monotonic() - began < 40
    assert found[0]["verdict"] in ("PROVED", "UNDECIDED")
    assert found[1]["verdict"] == "REFUTED"
    assert len(found[0]["hypotheses"]) == 40


def test_a_claim_that_takes_too_long_is_undecided_in_time(tmp_path):
    (tmp_path / "slow.py").write_text(HEADER + SLOW, encoding="utf-8")
    began = time.monotonic()
    done = verify("--json", "-", "--timeout", "2", "slow.py", folder=tmp_path)
    assert time.monotonic() - began < 15
    (found,) = json.loads(done.stdout)["claims"]
    assert (done.returncode, found["verdict"]) == (4, "UNDECIDED")
    assert "time limit of 2 s" in found["reason"]


# -- interrupts ------------------------------------------------------------------------------------------------------------------

@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_what_is_still_being_collected_is_decided_meanwhile():
    seen = []

    def entries():
        yield Collected("first", Claim("true", that=worst_rate(gradient_descent(1 / L)) < 1 + eta))
        while not seen:  # a verdict comes before the end of the entries
            time.sleep(0.01)
            yield Collected(f"more {time.monotonic()}", None, "an error")

    session = verify_all(entries(), timeout=30, jobs=2, on_verdict=lambda verdict: seen.append(verdict.id))
    assert session.verdicts[0].verdict == "PROVED"
    assert [v.id for v in session.verdicts] == seen
    assert session.exit_code == 2


def test_an_interrupt_keeps_the_verdicts(tmp_path):
    (tmp_path / "a.py").write_text(HEADER + CLAIMS["proved"] + CLAIMS["undecided"], encoding="utf-8")
    command = [sys.executable, "-m", "cdmtheory", "verify", "--json", "out.json", "--jobs", "1", "--timeout", "60", "a.py"]
    with subprocess.Popen(command, cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(PYTHONUNBUFFERED="1"),
                          start_new_session=True) as child:
        assert child.stdout is not None
        line = child.stdout.readline()
        assert line.startswith("PROVED"), line
        child.send_signal(signal.SIGINT)
        rest, errors = child.communicate(timeout=30)
    assert child.returncode == 130, errors
    assert "interrupted" in rest
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["claims"]
    assert [(c["id"], c["verdict"]) for c in found] == [("a.py::proved", "PROVED")]
    assert "Traceback" not in errors


def test_an_interrupt_before_the_first_verdict_leaves_no_older_report(tmp_path, monkeypatch, capsys):
    def stopped(paths):
        raise KeyboardInterrupt

    monkeypatch.setattr("cdmtheory.collect.collect", stopped)
    reports = {option: tmp_path / f"out.{option}" for option in ("json", "junit", "html")}
    for path in reports.values():
        path.write_text("of yesterday", encoding="utf-8")
    assert main(["verify", "claims.py", *(word for option, path in reports.items() for word in (f"--{option}", str(path)))]) == 130
    assert json.loads(reports["json"].read_text(encoding="utf-8"))["claims"] == []
    assert "interrupted" in reports["html"].read_text(encoding="utf-8")
    assert all("of yesterday" not in path.read_text(encoding="utf-8") for path in reports.values())
    assert capsys.readouterr().err == "interrupted\n"
    reports["json"].write_text("of yesterday", encoding="utf-8")
    assert main(["verify", "claims.py", "--list", "--json", str(reports["json"])]) == 130
    assert reports["json"].read_text(encoding="utf-8") == "of yesterday"  # --list writes none


# -- the command itself ------------------------------------------------------------------------------------------------------------

def test_version_and_module():
    done = subprocess.run([sys.executable, "-m", "cdmtheory", "--version"], capture_output=True, text=True, timeout=30, env=environment())
    assert (done.stdout, done.returncode) == (f"cdmtheory {cdmtheory.__version__}\n", 0)


@pytest.mark.parametrize("arguments", [[], ["prove"]], ids=str)
def test_without_a_command_or_with_an_unknown_one(arguments, command):
    code, out, err = command(*arguments)
    assert code == 2
    assert "verify" in out + err


def test_an_internal_error_exits_with_3(monkeypatch, capsys, folder):
    from cdmtheory.engine import session

    def fails(*_, **__):
        raise RuntimeError("a bug")

    monkeypatch.setattr(session, "verify_all", fails)
    assert main(["verify", str(folder / "proved.py")]) == 3
    assert "a bug" in capsys.readouterr().err
