"""Certificates are found, say what the claim says, are kept, and carry a verdict only where they fit."""

import io
import json
import time
from types import SimpleNamespace

import pytest
import sympy
from flint import fmpq
from sympy import Abs, And, Eq, Equivalent, Implies, Max, Ne, Or, Rational, symbols

from cdmtheory import L, Optimal, Unique, beta, check, eta, gradient_descent, h, heavy_ball, kappa, mu, nesterov, polyak, sqrt, stable, worst_rate
from cdmtheory.claims import Claim, Derivation
from cdmtheory.cli import main
from cdmtheory.engine import certificate, formula
from cdmtheory.engine.certificate import certify
from cdmtheory.engine.decide import decide
from cdmtheory.engine.part import part_of
from cdmtheory.engine.reduce import reduce_claim
from cdmtheory.engine.worker import NOTHING, Keeping, Worker
from tests_support import AMPLE, as_certificate

A, B = symbols("A B", real=True)

x, y, z = symbols("x y z", real=True)
a = symbols("a", real=True)
p, q, r = symbols("p q r", positive=True)
polyak_rate = (sqrt(kappa) - 1) / (sqrt(kappa) + 1)

TRUE = {
    "arithmetic and geometric mean": (p * q <= ((p + q) / 2) ** 2, ()),
    "a square": (x**2 - 4 * x + 5 > 0, ()),
    "strict and nonstrict": (x * y > 0, (x > 0, y >= 1)),
    "an equation": (Eq(x * y, 0), (Eq(x, 0),)),
    "two equations": (Eq(x**2 + y**2, 5), (Eq(x, 1), Eq(y**2, 4))),
    "not equal": (x**2 > 0, (Ne(x, 0),)),
    "alternatives": (Or(x < y, x > y, Eq(x, y)), ()),
    "a modulus": (Abs(x + y) <= Abs(x) + Abs(y), ()),
    "a maximum": (Max(x, y) >= (x + y) / 2, ()),
    "a root": (sqrt(p * q) <= (p + q) / 2, ()),
    "a root of a sum": (sqrt(1 + x**2) >= 1, ()),
    "three variables": (x**2 + y**2 + z**2 >= x * y + y * z + z * x, ()),
    "means of three": (p**3 + q**3 + r**3 >= 3 * p * q * r, ()),
    "monotone": (1 / (1 + q) <= 1 / (1 + p), (p <= q,)),
    "no polynomial at all": (Eq(p, p, evaluate=False), ()),
    "gradient descent": (Equivalent(stable(gradient_descent(a)), And(a > 0, a * L < 2)), ()),
    "gradient descent, 1/L": (Eq(worst_rate(gradient_descent(1 / L)), 1 - 1 / kappa), ()),
    "heavy ball": (Implies(stable(heavy_ball(eta, beta), h), Abs(beta) < 1), ()),
    "a determinant": (worst_rate(heavy_ball(a, beta)) ** 2 >= beta, ()),
    "polyak": (worst_rate(polyak(mu, L)) <= polyak_rate, ()),
    "polyak is faster than gradient descent": (worst_rate(polyak(mu, L)) <= (kappa - 1) / (kappa + 1), ()),
    "nesterov": (worst_rate(nesterov(1 / L, (sqrt(kappa) - 1) / (sqrt(kappa) + 1))) <= 1 - 1 / sqrt(kappa), ()),
    "two rates": (worst_rate(nesterov(1 / L, polyak_rate)) <= worst_rate(gradient_descent(1 / L)), ()),
    "two rates, strictly": (worst_rate(polyak(mu, L)) < worst_rate(gradient_descent(2 / (mu + L))), (mu < L,)),
    "with numbers": (worst_rate(heavy_ball(1 / L, Rational(1, 4))) < 1, ()),
}
FALSE = {
    "not a square": (x**2 - 2 * x + 1 > 0, ()),
    "at the border": (x * y > 0, (x > 0, y >= 0)),
    "a hypothesis short": (1 / (1 + q) < 1 / (1 + p), (p <= q,)),
    "too fast": (worst_rate(polyak(mu, L)) < polyak_rate, ()),
    "unstable": (stable(gradient_descent(2 / L)), ()),
}


def part_for(statement, given=(), seconds=AMPLE):
    return certify(reduce_claim(statement, given), time.monotonic() + seconds)


@pytest.mark.parametrize("name", TRUE)
def test_a_certificate_is_found_and_valid(name):
    part = part_for(*TRUE[name])
    assert part is not None
    assert check.check_text(json.dumps(as_certificate(part))) == []


@pytest.mark.parametrize("name", FALSE)
def test_there_is_none_of_what_is_false(name):
    assert part_for(*FALSE[name], seconds=3) is None


def test_its_formulas_are_those_of_the_reduction():
    """At random rational points domain and failure hold in the certificate iff they hold in the problem."""
    statement, given = worst_rate(heavy_ball(eta, beta)) < 1, (eta <= 1 / L, beta > 0, beta < 1)
    problem = reduce_claim(statement, given)
    part = part_of(problem)
    assert [entry["variable"] for entry in part["fixed"]] == [n for n, v in zip(problem.names, problem.variables, strict=True) if v in problem.fixed]

    def holds(node, point):
        [(kind, content)] = node.items()
        if kind in ("all", "any"):
            return {"all": all, "any": any}[kind]([holds(n, point) for n in content])
        total = fmpq(0)
        for monomial, c in content.items():
            term = fmpq(*map(int, c.split("/")))
            for factor in monomial.split("*") if monomial != "1" else ():
                name, _, e = factor.partition("^")
                term *= point[name] ** int(e or 1)
            total += term
        return {"<": total < 0, "<=": total <= 0, "=": total == 0, "!=": total != 0}[kind]

    seen = set()
    for i in range(200):
        values = [fmpq(1) if v in problem.fixed else fmpq((i * (3 + j) + j * j) % 17 + 1, (i * (5 + j)) % 11 + 1) for j, v in enumerate(problem.variables)]
        point = dict(zip(part["variables"], values, strict=True))
        for name in ("domain", "failure"):
            answer = formula.evaluate(getattr(problem, name), values)
            assert holds(part[name], point) == answer
            seen.add((name, answer))
    assert len(seen) == 4, "both formulas were seen true and false"


def test_every_symbol_is_explained():
    part = part_for(*TRUE["polyak"])
    assert part["substitution"] == {"mu": "root_mu**2", "L": "root_L**2"}
    assert part["fixed"] == [{"variable": "root_L", "weights": {"root_mu": "1", "root_L": "1"}}]
    assert part["signs"] == {"root_mu": ">", "root_L": ">"}


def test_names_that_would_confuse_a_reader_are_replaced():
    strange, plain = symbols("a*b v0", positive=True)
    part = part_for(strange**2 + plain >= 2 * strange - 1)
    assert all(n.isidentifier() for n in part["variables"])
    assert len(set(part["variables"])) == 2
    assert set(part["substitution"]) == {"a*b", "v0"}
    assert check.check(as_certificate(part)) == []


def test_the_time_is_kept():
    began = time.monotonic()
    assert part_for(*FALSE["too fast"], seconds=0.5) is None
    assert time.monotonic() - began < 5
    assert certificate.box(time.monotonic() + 1000) - time.monotonic() <= certificate.LONGEST
    assert certificate.box(time.monotonic() + 1) - time.monotonic() <= 0.3


# -- kept certificates ----------------------------------------------------------------------------------------------------


def decided(claim, keeping=NOTHING, seconds=AMPLE):
    return decide(claim, time.monotonic() + seconds, keeping=keeping)


@pytest.mark.parametrize(("square", "rest"), [(A**3 + B**3 - 2, (A * B - 1) ** 2), (A**3 - 7 * sqrt(kappa) * A**2 * B - B**3, (A - B) ** 2 * kappa)], ids=str)
def test_a_hint_is_squared(square, rest):
    """Sums of squares that nobody finds in this time, and the square that matters is found at once when it is named."""
    problem = reduce_claim(sympy.expand(square**2 + rest) >= 0, ())
    assert certify(problem, time.monotonic() + 2, (Eq(A, 0), sympy.exp(A))) is None  # no expressions, or no polynomials: no help
    part = certify(problem, time.monotonic() + AMPLE, (square, A * B - 1))
    assert check.check(as_certificate(part)) == []


def test_a_hint_never_decides():
    problem = reduce_claim(sympy.expand(A**2 - 2 * A * B) >= 0, ())
    assert certify(problem, time.monotonic() + 2, (A - B, A)) is None


def test_a_kept_certificate_is_used_where_it_fits(tmp_path):
    folder = str(tmp_path)
    claim = Claim("Polyak is as fast as he says.", that=worst_rate(polyak(mu, L)) <= polyak_rate)
    found = decided(claim, Keeping("mine.py::fast", (), folder, builtin=False))
    assert found.verdict == "PROVED"
    assert "certificate" in found.by
    assert (tmp_path / "mine.fast.json").is_file()
    assert found.certificate.endswith("mine.fast.json")
    reading = Keeping("mine.py::fast", (folder,), None, builtin=False)
    again = decided(claim, reading)
    assert (again.verdict, again.by, again.certificate) == ("PROVED", ["certificate"], found.certificate)
    renamed = Claim("The same under another name.", that=worst_rate(polyak(mu, L)) <= polyak_rate)
    assert decided(renamed, Keeping("other.py::name", (folder,), None, builtin=False)).by == ["certificate"]
    assert decided(Claim("Something else.", that=worst_rate(polyak(mu, L)) <= polyak_rate + (kappa - 1) ** 2), reading).by != ["certificate"]
    assert decided(Claim("Too fast.", that=worst_rate(polyak(mu, L)) < polyak_rate), reading).verdict == "REFUTED"


@pytest.mark.parametrize("spoil", ["weights", "formulas and key", "text"])
def test_a_spoiled_one_is_not_used(tmp_path, spoil):
    claim = Claim("Gradient descent.", that=Eq(worst_rate(gradient_descent(1 / L)), 1 - 1 / kappa))
    keeping = Keeping("gd.py::rate", (str(tmp_path),), str(tmp_path), builtin=False)
    assert decided(claim, keeping).verdict == "PROVED"
    path = tmp_path / "gd.rate.json"
    good = path.read_text(encoding="utf-8")
    data = json.loads(good)
    part = data["parts"][0]
    if spoil == "weights":
        part["proof"] = {"terms": [{"weight": "1", "facts": []}]}
    elif spoil == "formulas and key":  # a valid proof of something else that claims to be of this
        part |= {"domain": {"<": {}}, "proof": {"terms": [{"weight": "1", "facts": [1]}]}}
        assert part["key"] != check.key(part)
    path.write_text("{" if spoil == "text" else json.dumps(data), encoding="utf-8")
    found = decided(claim, keeping)
    assert found.verdict == "PROVED"
    assert found.by != ["certificate"]
    if spoil != "text":
        assert path.read_text(encoding="utf-8") == good, "it was written anew"


def test_contradictory_hypotheses_stay_vacuous(tmp_path):
    """The proof that they exclude each other is a proof of any statement; it must not pass for one."""
    given = (x > 1, x < 0)
    part = part_for(x > 5, given)
    (tmp_path / "any.json").write_text(json.dumps(as_certificate(part)), encoding="utf-8")
    assert decided(Claim("Nothing.", given=given, that=x > 5), Keeping(folders=(str(tmp_path),), builtin=False)).verdict == "VACUOUS"


def test_an_optimum_has_its_parts_and_its_witness(tmp_path):
    quantity, value = worst_rate(gradient_descent(a)), (kappa - 1) / (kappa + 1)
    keeping = Keeping("gd.py::best", (str(tmp_path),), str(tmp_path), builtin=False)
    found = decided(Claim("The best step.", that=Unique(quantity, over=[a], value=value)), keeping)
    assert found.verdict == "PROVED"
    parts = json.loads((tmp_path / "gd.best.json").read_text(encoding="utf-8"))["parts"]
    assert [part["role"].partition(":")[0] for part in parts] == ["lower bound", "attained at the witness", "attained nowhere else"]
    assert parts[1]["witness"] == {"a": str(2 / (L + mu))}
    again = decided(Claim("A part of it.", that=And(Optimal(quantity, over=[a], value=value), kappa >= 1)), keeping)
    assert (again.verdict, again.by) == ("PROVED", ["certificate"]) or "certificate" in again.by


def test_a_derivation_by_algebra_has_none(tmp_path):
    keeping = Keeping("d.py::d", (), str(tmp_path), builtin=False)
    assert decided(Derivation("Binomial.", steps=[Eq((x + y) ** 2, x**2 + 2 * x * y + y**2)]), keeping).certificate is None
    assert not list(tmp_path.iterdir())


def test_files_of_two_claims_do_not_overwrite_each_other(tmp_path):
    keeping = Keeping("c.py::c", (), str(tmp_path), builtin=False)
    first = decided(Claim("One.", that=x**2 + 1 > y - y**2), keeping)
    second = decided(Claim("Two.", that=x**2 + y**2 >= 2 * x * y), keeping)
    assert first.certificate != second.certificate
    assert len(list(tmp_path.iterdir())) == 2


def test_names_of_files_are_safe(tmp_path):
    for name in ("../../x.py::y", "/abs/x.py::a b\n", "", "con:*?.py::z"):
        found = decided(Claim("Safe.", that=x**2 - 2 * x + 2 > 0), Keeping(name, (), str(tmp_path / "in"), builtin=False))
        assert (found.verdict, found.certificate) == ("PROVED", None), "a folder that is missing is no reason to fail"
        (tmp_path / "made").mkdir(exist_ok=True)
        assert decided(Claim("Safe.", that=x**2 - 2 * x + 2 > 0), Keeping(name, (), str(tmp_path / "made"), builtin=False)).certificate
    assert sorted(p.name for p in tmp_path.iterdir()) == ["made"]


def test_the_command(tmp_path, capsys):
    file = tmp_path / "mine.py"
    file.write_text("from cdmtheory import *\nfrom sympy import symbols\nx = symbols('x', real=True)\nc = Claim('A square.', that=x**2 - 2*x + 2 > 0)\n",
                    encoding="utf-8")
    folder, out = tmp_path / "kept", tmp_path / "v.json"

    def verdict(*more):
        assert main(["verify", str(file), "--certificates", str(folder), "--json", str(out), *more]) == 0
        capsys.readouterr()
        return json.loads(out.read_text(encoding="utf-8"))["claims"][0]

    first, second, third = verdict(), verdict(), verdict("--fresh")
    assert "certificate" in first["by"]
    assert second["by"] == ["certificate"]
    assert len(third["by"]) > 1
    assert check.check_file(tmp_path / second["certificate"]) == []
    assert main(["check", str(folder)]) == 0
    (tmp_path / "occupied").write_text("", encoding="utf-8")
    assert main(["verify", str(file), "--certificates", str(tmp_path / "occupied")]) == 2


def test_sympy_symbols_arrive_in_a_worker_as_themselves():
    """An equal symbol that is another object once changed which variable is set to 1, and with it the key."""
    import io

    from cdmtheory.engine.worker import _receive, _send

    stream = io.BytesIO()
    _send(stream, (mu + L * symbols("b", real=True), sympy.Symbol("mu")))
    stream.seek(0)
    expression, other = _receive(stream)
    assert all(any(s is t for t in (mu, L)) for s in expression.free_symbols if s.name in ("mu", "L"))
    assert other is not mu


@pytest.mark.parametrize("end", [None, ("failed", "MemoryError"), ("ended", "")], ids=str)
def test_a_proof_outlives_the_search_for_certificates_of_its_lemmas(end, monkeypatch):
    claim, heard = Claim("A square.", that=a**2 >= 0), []
    verdict = decide(claim, time.monotonic() + AMPLE, proved=heard.append)
    assert [v.verdict for v in heard] == [verdict.verdict] == ["PROVED"]
    worker = Worker()

    def start():
        worker.child = SimpleNamespace(stdin=io.BytesIO(), pid=2**30, wait=lambda: 0)  # a process that says so much, and then takes too long
        for message in (("tell", "begin"), ("proved", heard[0]), end):
            if message is not None:
                worker.messages.put(message)

    monkeypatch.setattr(worker, "start", start)
    assert worker.decide(claim, 0.1) is heard[0]
