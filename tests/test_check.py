"""The checker accepts what is a proof and nothing else; a second reading of the format, in FLINT, is held against it."""

import ast
import contextlib
import copy
import json
import random
import shutil
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest
from flint import Ordering, fmpq, fmpq_mpoly_ctx

from cdmtheory import check
from cdmtheory.cli import main
from cdmtheory.collect import builtin_claims
from tests_support import at, places

KEPT = sorted((builtin_claims() / "certificates").glob("*.json"))
CHECKER = Path(check.__file__)


def example() -> dict:
    """1 <= L/mu and L/mu·a < a exclude each other for a > 0, with mu set to 1; written by hand from the documentation."""
    part = {
        "role": "the statement", "statement": "a <= a*L/mu", "variables": ["mu", "L", "a"], "signs": {"mu": ">", "L": ">", "a": ">"},
        "substitution": {"mu": "mu", "L": "L", "a": "a"}, "fixed": [{"variable": "mu", "weights": {"mu": "1", "L": "1"}}],
        "domain": {"<=": {"mu": "1", "L": "-1"}}, "failure": {"any": [{"<": {"L*a": "1", "mu*a": "-1"}}, {"all": [{"=": {"a": "1"}}, {"!=": {"L": "1"}}]}]},
        # facts: -L < 0, -a < 0, 1 - L <= 0, and then of each alternative
        "proof": {"choose": 0, "cases": [{"terms": [{"weight": "1", "facts": [3]}, {"weight": "1", "facts": [1, 2]}]},
                                         {"terms": [{"weight": "1", "facts": [1, 4]}], "multipliers": [{"fact": 3, "times": {"L^2": "-1"}}]}]},
    }
    part["key"] = check.key(part)
    return {"format": "cdmtheory certificate", "schema": 1, "claim": {"name": "", "title": "t", "statement": "s", "hypotheses": []}, "parts": [part]}


def tampered(change, *, key: bool = True) -> list[str]:
    """What the checker says of the example after a change to its only part."""
    data = example()
    change(data["parts"][0])
    if key:
        data["parts"][0]["key"] = check.key(data["parts"][0])
    return check.check_text(json.dumps(data))


def first(part: dict) -> dict:
    return part["proof"]["cases"][0]


def test_the_example_of_the_documentation_is_valid():
    assert check.check(example()) == []


TAMPERING = {
    "flip a sign in a fact": (lambda p: p["domain"]["<="].update(L="1"), "not zero"),
    "flip a sign in a multiplier": (lambda p: p["proof"]["cases"][1]["multipliers"][0]["times"].update({"L^2": "1"}), "not zero"),
    "a negative weight": (lambda p: first(p)["terms"][0].update(weight="-1"), "not positive"),
    "weight zero": (lambda p: first(p)["terms"][0].update(weight="0"), "not positive"),
    "another weight": (lambda p: first(p)["terms"][0].update(weight="2"), "not zero"),
    "drop a branch": (lambda p: p["proof"]["cases"].pop(), "there are 2 cases, not 1"),
    "drop an alternative with its branch": (lambda p: (p["failure"]["any"].pop(), p["proof"]["cases"].pop()), None),
    "a third alternative": (lambda p: p["failure"]["any"].append({"<": {"a": "1"}}), "there are 3 cases, not 2"),
    "weaken a hypothesis": (lambda p: p["domain"].update({"<=": {"mu": "1/2", "L": "-1"}}), "not zero"),
    "drop a hypothesis": (lambda p: p.update(domain={"all": []}), "no number"),
    "strict to nonstrict": (lambda p: p["failure"]["any"].__setitem__(0, {"<=": p["failure"]["any"][0]["<"]}), "no term is a product of strict facts"),
    "nonstrict to strict": (lambda p: p.update(domain={"<": p["domain"]["<="]}), None),
    "an equation as an inequality": (lambda p: p["proof"]["cases"][1]["terms"][0].update(facts=[1, 3]), "as if it were an inequality"),
    "an inequality as an equation": (lambda p: p["proof"]["cases"][1]["multipliers"][0].update(fact=2), "not an equation"),
    "no terms": (lambda p: first(p).update(terms=[]), "no term is a product of strict facts"),
    "only a square": (lambda p: first(p).update(terms=[{"weight": "1", "facts": [], "squares": [{}]}]), "no term is a product of strict facts"),
    "change a fixed weight": (lambda p: p["fixed"][0]["weights"].update(L="2"), "not homogeneous"),
    "a fixed weight 0": (lambda p: p["fixed"][0]["weights"].update(mu="0"), "scaled to 1"),
    "fix what is not positive": (lambda p: p["signs"].update(mu=">="), "not positive"),
    "fix twice": (lambda p: p["fixed"].append(p["fixed"][0]), "already fixed"),
    "fix what may not be scaled": (lambda p: p["fixed"].append({"variable": "a", "weights": {"a": "1", "L": "1"}}), "not homogeneous"),
    "a sign too many": (lambda p: p["signs"].update(b=">"), "not > or >="),
    "a variable less": (lambda p: p["variables"].pop(), "not > or >= of a variable"),
    "a fixed variable in the proof": (lambda p: p["proof"]["cases"][1]["multipliers"][0].update(times={"mu": "1"}), "is not a variable"),
    "a Boolean index": (lambda p: first(p)["terms"][0].update(facts=[True]), "no number"),
    "a negative index": (lambda p: first(p)["terms"][0].update(facts=[-1]), "no number"),
    "a float": (lambda p: first(p)["terms"][0].update(weight=1.0), "weight"),
    "a zero denominator": (lambda p: first(p)["terms"][0].update(weight="1/0"), "divides by zero"),
    "digits of another script": (lambda p: first(p)["terms"][0].update(weight="١"), "not a rational"),
    "an entry too many": (lambda p: first(p).update(note="trust me"), "entries"),
    "two kinds of proof": (lambda p: first(p).update({"choose": 0, "cases": []}), "entries"),
}


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_is_seen(name):
    change, reason = TAMPERING[name]
    unreadable = "fix" in name or "sign too" in name or "variable less" in name  # the key itself cannot be computed
    reasons = tampered(change, key=not unreadable)
    if reason is None:
        assert reasons == [], "this change leaves a proof"
    else:
        assert reasons
        assert reason in reasons[0]


def test_the_key_is_that_of_the_formulas_and_not_of_their_order_or_the_title():
    assert tampered(lambda p: p["domain"].update({"<=": {"mu": "1/2", "L": "-1"}}), key=False) == ["part 1 of 1: the key is not that of the formulas"]
    data = example()
    other = copy.deepcopy(data["parts"][0])
    other["failure"]["any"].reverse()
    other |= {"role": "x", "statement": "y", "substitution": {}}
    assert check.key(other) == data["parts"][0]["key"]


def test_signs_of_a_polynomial_are_three_cases():
    """x² - 2x + 2 <= 0 has no solution: where x < 1, where x = 1, where 1 < x."""
    middle = {"terms": [{"weight": "1", "facts": [0]}, {"weight": "1", "facts": []}], "multipliers": [{"fact": 1, "times": {"x": "1", "1": "-1"}}]}
    one = {"terms": [{"weight": "1", "facts": [0]}, {"weight": "1", "facts": [1, 1]}, {"weight": "1", "facts": []}]}
    part = {"role": "", "statement": "", "variables": ["x"], "signs": {}, "substitution": {}, "fixed": [], "domain": {"all": []},
            "failure": {"<=": {"x^2": "1", "x": "-2", "1": "2"}}, "proof": {"sign of": {"x": "1", "1": "-1"}, "cases": [one, middle, one]}}
    part["key"] = check.key(part)
    data = example() | {"parts": [part]}
    assert check.check(data) == []
    by_square = copy.deepcopy(data)
    by_square["parts"][0]["proof"] = {"terms": [{"weight": "1", "facts": [0]}, {"weight": "1", "facts": [], "squares": [{"x": "1", "1": "-1"}]},
                                                {"weight": "1", "facts": []}]}
    assert check.check(by_square) == []
    data["parts"][0]["proof"]["cases"].pop(1)
    assert "there are 3 cases, not 2" in check.check(data)[0]


# -- a second reading of the format ---------------------------------------------------------------------------------------


class Wrong(Exception):
    pass


def reread(part: dict) -> None:
    """Checks a part with FLINT's polynomials; raises Wrong. It relies on the types being right, not on the content."""
    ring = fmpq_mpoly_ctx.get(part["variables"], Ordering.lex)
    place = {n: i for i, n in enumerate(part["variables"])}

    def poly(node):
        found = ring.constant(0)
        for monomial, c in node.items():
            term = ring.constant(fmpq(*map(int, c.split("/"))))
            for factor in monomial.split("*") if monomial != "1" else ():
                name, _, e = factor.partition("^")
                term *= ring.gens()[place[name]] ** int(e or 1)
            found += term
        return found

    def atoms(f):
        [(kind, content)] = f.items()
        return [(kind, poly(content))] if kind in check.RELATIONS else [a for p in content for a in atoms(p)]

    done = []
    for entry in part["fixed"]:
        w = {place[n]: Fraction(x) for n, x in entry["weights"].items()}
        if part["signs"][entry["variable"]] != ">" or not w.get(place[entry["variable"]]) or any(w.get(place[n]) for n in done):
            raise Wrong("scaling")
        for _, p in [*atoms(part["domain"]), *atoms(part["failure"])]:
            if len({sum(w.get(i, 0) * int(e) for i, e in enumerate(m)) for m in p.monoms()}) > 1:
                raise Wrong("homogeneity")
        done.append(entry["variable"])
    ones = dict.fromkeys(done, 1)

    def add(state, f):
        [(kind, content)] = f.items()
        if kind in check.RELATIONS:
            return [*state[0], (kind, poly(content).subs(ones))], state[1]
        if kind == "any":
            return state[0], [*state[1], content]
        for p in content:
            state = add(state, p)
        return state

    def prove(node, state):
        facts, choices = state
        if "choose" in node:
            cases = [add(state, p) for p in choices[node["choose"]]]
        elif "sign of" in node:
            p = poly(node["sign of"])
            cases = [([*facts, a], choices) for a in (("<", p), ("=", p), ("<", -p))]
        else:
            total, positive = ring.constant(0), False
            for term in node["terms"]:
                value = ring.constant(fmpq(*map(int, term["weight"].split("/"))))
                kinds = [facts[i][0] for i in term["facts"]]
                if Fraction(term["weight"]) <= 0 or "=" in kinds:
                    raise Wrong("weight")
                for i in term["facts"]:
                    value *= facts[i][1] ** 2 if facts[i][0] == "!=" else -facts[i][1]
                for s in term.get("squares", []):
                    value *= poly(s) ** 2
                positive |= "<=" not in kinds and not term.get("squares")
                total += value
            for m in node.get("multipliers", []):
                if facts[m["fact"]][0] != "=":
                    raise Wrong("multiplier")
                total += poly(m["times"]) * facts[m["fact"]][1]
            if not positive or total != 0:
                raise Wrong("identity")
            return
        if len(cases) != len(node["cases"]):
            raise Wrong("cases")
        for case, inner in zip(node["cases"], cases, strict=True):
            prove(case, inner)

    start = [("<" if part["signs"][n] == ">" else "<=", -ring.gens()[place[n]]) for n in part["variables"] if n in part["signs"] and n not in done]
    prove(part["proof"], add(add((start, []), part["domain"]), part["failure"]))


@pytest.mark.parametrize("path", KEPT, ids=lambda p: p.stem)
def test_kept_certificates_are_valid_in_both_readings(path):
    assert check.check_file(path) == []
    for part in json.loads(path.read_text(encoding="utf-8"))["parts"]:
        if "kind" not in part:  # the others: test_check_logarithms.py
            reread(part)


# -- mutations ------------------------------------------------------------------------------------------------------------


def number(text: str, generator) -> str:
    x = Fraction(text)
    return str(generator.choice([-x, x + 1, x - 1, 2 * x, x / 3, Fraction(0), Fraction(generator.randint(-9, 9), 7),
                                 x + Fraction(1, 10**6)]))


def mutate(part: dict, names: list[str], generator) -> None:
    """One change to what a part says: a number, an index, a relation, a name, a case or an entry more or less."""
    here = [p for p in places(part) if p and p[0] in ("domain", "failure", "proof", "fixed", "signs", "variables")]
    path = generator.choice(here)
    parent, key = at(part, path[:-1]), path[-1]
    value = parent[key]
    kind = generator.random()
    if isinstance(parent, list) and kind < 0.25:
        del parent[key]
    elif isinstance(parent, list) and kind < 0.4:
        parent.insert(generator.randint(0, len(parent)), copy.deepcopy(generator.choice(parent)))
    elif isinstance(parent, dict) and isinstance(key, str) and kind < 0.3:
        del parent[key]
        if key in check.RELATIONS:
            parent[generator.choice(check.RELATIONS)] = value
        elif kind < 0.2 and isinstance(value, str):
            parent[generator.choice([*names, "1", f"{key}*{generator.choice(names or ['x'])}"])] = value
    elif isinstance(value, str) and check.RATIONAL.fullmatch(value):
        parent[key] = number(value, generator)
    elif isinstance(value, str):
        parent[key] = generator.choice([*names, ">", ">=", "x"])
    elif isinstance(value, int):
        parent[key] = value + generator.choice([-1, 1, 2])
    else:
        other = generator.choice(here)
        if other[:len(path)] != path and path[:len(other)] != other:
            parent[key] = copy.deepcopy(at(part, other))


def test_every_mutation_is_rejected_or_still_a_proof():
    generator = random.Random(4)
    sources = [data | {"parts": [part]} for p in KEPT for data in [json.loads(p.read_text(encoding="utf-8"))] for part in data["parts"] if "kind" not in part]
    rejected = accepted = 0
    while rejected + accepted < 2000:
        data = copy.deepcopy(generator.choice(sources))
        [part] = data["parts"]
        before = copy.deepcopy(part)
        for _ in range(generator.choice([1, 1, 1, 2, 3])):
            mutate(part, before["variables"], generator)
        if part == before:
            continue
        with contextlib.suppress(check.Rejected):  # if not even the formulas can be read
            part["key"] = check.key(part)
        if check.check(data):
            rejected += 1
        else:
            reread(part)
            accepted += 1
    assert rejected > 1000
    assert accepted > 50, "weights of superfluous terms, names, repeated alternatives: some changes leave a proof, and it is read twice"


JUNK = [None, True, 0, -1, 10**30, 1.5, float("nan"), "", "x", "1/0", "-", "mu^99999", "mu^-1", "9" * 5000, [], {}, [[]], {"": ""}, {"<": {}}, {"all": [{}]},
        ["x"], {"1": "1"}, "\ud800", "<script>", [None], {"choose": 0, "cases": []}]


def test_nothing_that_json_can_hold_makes_the_checker_fail():
    generator = random.Random(5)
    source = example()
    spots = [p for p in places(source) if p]
    for path in spots:
        for junk in JUNK:
            data = copy.deepcopy(source)
            at(data, path[:-1])[path[-1]] = junk
            assert isinstance(check.check(data), list)
    for junk in JUNK:
        assert check.check(junk)
    for _ in range(300):
        text = list(json.dumps(source))
        for _ in range(generator.randint(1, 4)):
            text[generator.randrange(len(text))] = generator.choice('{}[]",:0x\\')
        assert isinstance(check.check_text("".join(text)), list)


def nested(levels: int) -> str:
    return json.dumps(example()).replace('{"all": [{"=": {"a": "1"}}', '{"all": ' * levels + "[]" + "}" * levels + ', "x": [{"=": {"a": "1"}}')


HOSTILE = {
    "deep formula": nested(100_000),
    "deep lists": "[" * 200_000,
    "a key twice": '{"format": "cdmtheory certificate", "format": "x"}',
    "not JSON": "MZ\x90",
    "empty": "",
    "a number of 5000 digits": json.dumps(example()).replace('"-1"', '"' + "7" * 5000 + '"'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_rejected(name):
    began = time.monotonic()
    assert check.check_text(HOSTILE[name])
    assert time.monotonic() - began < 5


def large(facts: list[int], p: dict[str, str], squares: list) -> dict:
    data = example()
    part = data["parts"][0]
    names = [f"x{i}" for i in range(12)]
    part |= {"variables": names, "signs": {}, "fixed": [], "domain": {"<": p}, "failure": {"all": []},
             "proof": {"terms": [{"weight": "1", "facts": facts, "squares": squares}]}}
    part["key"] = check.key(part)
    return data


@pytest.mark.parametrize("data", [
    large([0] * 200, {f"x{i}": "1" for i in range(12)} | {"1": "1"}, []),
    large([0] * 200, {"x0": "9" * 3000 + "/7", "1": "8" * 3000 + "/11"}, []),
    large([], {"x0": "1"}, [{f"x{i}^{j}": f"{i + 1}/{j + 7}" for i in range(12) for j in range(1, 80)}] * 40),
], ids=["many monomials", "long numbers", "squares"])
def test_work_is_bounded(data):
    began = time.monotonic()
    assert "more work" in check.check(data)[0]
    assert time.monotonic() - began < 60


# -- alone, and as a command ----------------------------------------------------------------------------------------------


def test_only_the_standard_library_is_imported():
    tree = ast.parse(CHECKER.read_text(encoding="utf-8"))
    names = [a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names]
    names += [str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    assert {n.split(".")[0] for n in names} <= set(sys.stdlib_module_names)
    assert not any(isinstance(n, ast.Call) and ast.unparse(n.func) in ("__import__", "eval", "exec", "import_module") for n in ast.walk(tree))


def test_it_runs_alone_on_bare_python(tmp_path):
    alone = Path(shutil.copy(CHECKER, tmp_path / "check.py"))
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(example()), encoding="utf-8")
    bad.write_text("{}", encoding="utf-8")

    def run(*files):
        return subprocess.run([sys.executable, "-I", "-S", str(alone), *map(str, files)], capture_output=True, timeout=60, encoding="utf-8", check=False)

    assert run(good).returncode == 0
    found = run(good, bad)
    assert found.returncode == 1
    assert "valid" in found.stdout
    assert "this is not a certificate" in found.stdout
    assert run().returncode == 2


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "good.json").write_text(json.dumps(example()), encoding="utf-8")
    return tmp_path


def test_the_command(folder, capsys):
    assert main(["check", str(folder)]) == 0
    assert "1 of 1 valid" in capsys.readouterr().out
    (folder / "bad.json").write_text("[]", encoding="utf-8")
    assert main(["check", str(folder)]) == 1
    shown = capsys.readouterr().out
    assert "rejected" in shown
    assert "this is not a certificate" in shown
    assert main(["check", str(folder / "deep" / "good.json")]) == 0
    assert main(["check", str(folder / "none.json")]) == 2
    (folder / "empty").mkdir()
    assert main(["check", str(folder / "empty")]) == 5
    assert main(["check"]) == 2
