"""A method is added by editing methods.py alone: a function, and a word in the table. Then it takes part in claims."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import cdmtheory
from tests_support import environment

DEFINITION = '''
@family
def sluggish(step_size: Any, drag: Any) -> Schedule:
    """A made-up method: heavy ball whose momentum is drag/2, and which looks back by half a step."""
    return Schedule(Coefficients(step_size, drag / 2, -drag / 2))


METHODS: dict'''
CLAIMS = '''
from sympy import Rational
from cdmtheory import Claim, L, Sup, beta, eta, h, k, mu, residual, sluggish, stable, worst_residual

method = sluggish(1 / L, Rational(1, 2))
true = Claim("stable at step 1/L", that=stable(method))
false = Claim("stable at step 4/L", that=stable(sluggish(4 / L, Rational(1, 2))))
second_step = Claim("its residual", given=[0 <= beta, beta <= 1], that=residual(sluggish(eta, beta), 1, h) <= 1)
'''


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A copy of the package in which methods.py has one more method."""
    folder = tmp_path_factory.mktemp("extended")
    shutil.copytree(Path(cdmtheory.__file__).parent, folder / "cdmtheory", ignore=shutil.ignore_patterns("__pycache__"))
    methods = folder / "cdmtheory" / "methods.py"
    text = methods.read_text(encoding="utf-8")
    head, table = text.split("\nMETHODS: dict")
    table = table.replace("triple_momentum, ", "triple_momentum, sluggish, ", 1)
    assert "sluggish" in table
    methods.write_text(head + DEFINITION + table, encoding="utf-8")
    (folder / "claims.py").write_text(CLAIMS, encoding="utf-8")
    return folder


def run(folder, *arguments):
    return subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=100, env=environment(PYTHONPATH=str(folder)))


def test_it_is_exported_and_simulated(extended):
    code = ("import cdmtheory, pickle; from cdmtheory.modes import residual; from fractions import Fraction; "
            "m = cdmtheory.sluggish(Fraction(1, 2), Fraction(1, 3)); print(m, residual(m, 2, 1), pickle.loads(pickle.dumps(m)) == m)")
    done = run(extended, "-c", code)
    assert done.stdout == "sluggish(Fraction(1, 2), Fraction(1, 3)) 1/8 True\n", done.stderr


def test_it_takes_part_in_claims(extended):
    done = run(extended, "-m", "cdmtheory", "verify", "--json", "-", "claims.py")
    found = {c["id"]: c for c in json.loads(done.stdout)["claims"]}
    assert {name: c["verdict"] for name, c in found.items()} == {"claims.py::true": "PROVED", "claims.py::false": "REFUTED",
        "claims.py::second_step": "PROVED"}, found
    assert found["claims.py::true"]["statement"] == "stable(sluggish(1/L, 1/2))"
