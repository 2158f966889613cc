"""Which files are claim files, which claims they hold and under which id; what goes wrong in one file hides nothing else."""

import sys
import textwrap

import pytest

from cdmtheory.collect import builtin_claims, collect

HEADER = "from cdmtheory import Claim, Derivation, L, eta, mu\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    """``files(name=source, …)`` writes files into the current folder; ``claim(title)`` is the text of a claim."""
    monkeypatch.chdir(tmp_path)

    def write(**sources):
        for name, source in sources.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(HEADER + textwrap.dedent(source), encoding="utf-8")
        return tmp_path
    return write


def claim(title):
    return f'Claim("{title}", that=eta < L)\n'


def ids(paths):
    return [e.id for e in collect(paths)]


def errors(paths):
    return {e.id: e.error for e in collect(paths) if e.claim is None}


def test_claims_come_in_file_order_with_the_path_as_given(files):
    files(b=f"second = {claim('2')}first = {claim('1')}", a=f"x = {claim('3')}")
    assert ids(["b.py", "./a.py"]) == ["b.py::second", "b.py::first", "./a.py::x"]
    assert [e.claim.title for e in collect(["b.py"])] == ["2", "1"]


def test_a_folder_is_searched_recursively_and_sorted(files, tmp_path):
    files(f__b=f"x = {claim('b')}", f__a__z=f"x = {claim('z')}", f__a__c=f"x = {claim('c')}")
    (tmp_path / "f" / ".hidden").mkdir()
    (tmp_path / "f" / ".hidden" / "h.py").write_text(HEADER + "x = " + claim("hidden"), encoding="utf-8")
    (tmp_path / "f" / "env").mkdir()
    (tmp_path / "f" / "env" / "pyvenv.cfg").touch()
    (tmp_path / "f" / "env" / "installed.py").write_text(HEADER + "x = " + claim("of somebody else"), encoding="utf-8")
    (tmp_path / "f" / "round").symlink_to(tmp_path / "f")
    assert ids(["f"]) == ["f/a/c.py::x", "f/a/z.py::x", "f/b.py::x"]
    assert ids([str(tmp_path / "f")]) == [f"{tmp_path}/f/a/c.py::x", f"{tmp_path}/f/a/z.py::x", f"{tmp_path}/f/b.py::x"]


def test_one_claim_of_a_file(files):
    files(a=f"one = {claim('1')}two = {claim('2')}")
    assert ids(["a.py::two"]) == ["a.py::two"]
    assert ids(["a.py::two", "a.py"]) == ["a.py::two", "a.py::one"], "each once"
    assert errors(["a.py::three"]) == {"a.py::three": "there is no claim named 'three'; the file holds one, two"}


def test_a_claim_bound_to_two_names_counts_once(files):
    files(a=f"one = {claim('1')}again = one\n")
    assert ids(["a.py"]) == ["a.py::one"]


def test_two_equal_claims_are_two(files):
    files(a=f"one = {claim('1')}two = {claim('1')}")
    assert ids(["a.py"]) == ["a.py::one", "a.py::two"]


@pytest.mark.parametrize("order", [["base.py", "user.py"], ["user.py", "base.py"], ["."]], ids=str)
@pytest.mark.parametrize("borrow", ["from base import one", "from base import *", "import base\nmine = base.one", "from base import one as other",
                                    "from base import one\nalias = one"])
def test_an_imported_claim_counts_where_it_is_defined(files, order, borrow):
    files(base=f"one = {claim('1')}", user=f"{borrow}\ntwo = {claim('2')}")
    assert sorted(i.removeprefix("./") for i in ids(order)) == ["base.py::one", "user.py::two"]


def test_a_claim_of_a_file_that_is_not_asked_for_counts_where_it_is_imported(files):
    """Nothing else would show it."""
    files(base=f"one = {claim('1')}", user=f"from base import one\ntwo = {claim('2')}")
    assert set(ids(["user.py"])) >= {"user.py::two"}


def test_derivations_are_collected_and_lists_are_not(files):
    files(a='d = Derivation("d", steps=[eta < L])\nhidden = [Claim("x", that=eta < L)]\n')
    assert ids(["a.py"]) == ["a.py::d"]


def test_a_file_that_imports_from_its_own_folder_runs(files):
    files(f__helper="title = 'from the helper'\n", f__a="from helper import title\nx = Claim(title, that=eta < L)\n")
    assert [e.claim.title for e in collect(["f/a.py"])] == ["from the helper"]


def test_helpers_of_one_name_in_two_folders_do_not_meet(files):
    user = "from helper import title\nx = Claim(title, that=eta < L)\n"
    files(f__helper="title = 'f'\n", f__a=user, g__helper="title = 'g'\n", g__b=user)
    assert [e.claim.title for e in collect(["f", "g"])] == ["f", "g"]


def test_files_of_one_name_in_two_folders_do_not_meet(files):
    files(f__a=f"x = {claim('f')}", g__a=f"x = {claim('g')}", f__json=f"x = {claim('json')}")
    assert [e.claim.title for e in collect(["f", "g"])] == ["f", "json", "g"]


def test_a_file_is_run_once(files, tmp_path):
    files(a=f"with open('count', 'a') as f:\n    f.write('x')\none = {claim('1')}two = {claim('2')}", b="import a\nx = a.one\n")
    collect(["a.py", "a.py::two", ".", "b.py"])
    assert (tmp_path / "count").read_text(encoding="utf-8") == "x"


def test_printing_while_loading_does_not_reach_standard_output(files, capsys):
    files(a=f"print('loading')\nx = {claim('1')}")
    assert ids(["a.py"]) == ["a.py::x"]
    assert capsys.readouterr().out == ""


# -- passed over ---------------------------------------------------------------------------------------------------------------

def test_other_files_are_not_even_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.py").write_text("raise SystemExit('this must not run')", encoding="utf-8")
    (tmp_path / "broken.py").write_text("def (:", encoding="utf-8")
    (tmp_path / "mentions.py").write_text("x = 'cdmtheory'\nraise SystemExit", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("from cdmtheory import Claim", encoding="utf-8")
    assert collect(["."]) == []
    assert collect(["other.py"]) == []


def test_a_claim_file_without_claims_is_passed_over(files):
    files(a="nothing = 1\n")
    assert collect(["a.py"]) == []


# -- errors ------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("source", "message"), [
    ("x = (\n", "the file cannot be parsed: .*, line 2"),
    ("raise ValueError('broken on purpose')\n", r"ValueError: broken on purpose \(line 2\)"),
    ("import sys\nsys.exit(3)\n", "the file ends the program .SystemExit 3.; a claim file only defines claims"),
    ("raise SystemExit\n", "the file ends the program"),
    ("raise BaseException('odd')\n", "BaseException: odd"),
    ("import does_not_exist\n", "No module named 'does_not_exist'"),
    ("x = Claim('t', that=eta < 0.5)\n", r"the float 0.5 .*use Rational\(1, 2\) instead \(line 2\)"),
    ("from sympy import Symbol\nb = Symbol('b')\nx = Claim('t', that=0 < b < 1)\n", r"write And\(.*\(line 4\)"),
    ("x = Claim('t', that=eta < L, given=[0 < eta < 1])\n", r"the chained comparison 0 < eta < 1 \(line 2\) .*use And\("),
    ("def unused():\n    return mu < eta < L\nx = Claim('t', that=eta < L)\n", r"the chained comparison mu < eta < L \(line 3\)"),
    ("bounds = 0 < eta < 1\n", r"the chained comparison 0 < eta < 1 \(line 2\)"),
    ("x = Claim(that=eta < L)\n", "missing 1 required positional argument: 'title'"),
    ("def f():\n    f()\nf()\n", "RecursionError"),
])
def test_a_file_that_cannot_be_loaded_is_one_error_and_hides_nothing(files, source, message):
    files(bad=source, good=f"x = {claim('1')}")
    found = collect(["bad.py", "good.py"])
    assert [e.id for e in found] == ["bad.py", "good.py::x"]
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(found[0].error)
    assert found[1].claim is not None


def test_a_file_that_is_not_text_is_an_error_if_it_mentions_the_package(tmp_path):
    (tmp_path / "a.py").write_bytes(b"\xff\xfe from cdmtheory import")
    (tmp_path / "b.py").write_bytes(b"\0\0\0")
    (found,) = collect([str(tmp_path)])
    assert found.id.endswith("a.py")
    assert "cannot be parsed" in found.error


@pytest.mark.parametrize(("path", "message"), [("missing.py", "there is no file or folder missing.py"), ("missing/", "there is no file"),
                                               ("notes.txt", "not a Python file"), ("folder::x", "is a folder"), ("missing.py::x", "there is no file")])
def test_a_path_that_leads_nowhere_is_an_error(tmp_path, monkeypatch, path, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    (found,) = collect([path])
    assert found.id == path
    assert found.claim is None
    assert message in found.error


def test_the_builtin_claims_are_found_and_load():
    found = collect([str(builtin_claims())])
    assert found
    assert [e.error for e in found if e.claim is None] == []
    assert all(e.claim.near_miss for e in found), "a built-in claim carries a near miss"


def test_collecting_leaves_the_interpreter_as_it_was(files):
    files(some_claims=f"x = {claim('1')}")
    path, modules = list(sys.path), set(sys.modules)
    collect(["some_claims.py"])
    assert sys.path == path
    assert "some_claims" not in set(sys.modules) - modules
