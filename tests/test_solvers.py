"""Solvers are other people's processes: one that crashes, is killed, talks nonsense or is missing changes no verdict to a wrong one."""

import json
import sys
import time

import pytest
import sympy
from flint import fmpq
from sympy import Symbol

from cdmtheory import Claim, L, eta, gradient_descent, mu, stable
from cdmtheory.engine import decide as decide_module
from cdmtheory.engine import solvers as solvers_module
from cdmtheory.engine.algebraic import Algebraic
from cdmtheory.engine.decide import decide
from cdmtheory.engine.formula import conjunction
from cdmtheory.engine.reduce import reduce_claim
from cdmtheory.engine.solvers import Answer, Solvers, candidates, script
from cdmtheory.language import _Optimum
from tests_support import AMPLE

a, b = Symbol("a"), Symbol("b")
TRUE, FALSE_NEAR_MISS = a**2 + b**2 >= 2 * a * b, a**2 + b**2 >= sympy.Rational(2000001, 1000000) * a * b

FAKES = {
    "crashes": "import sys; sys.stdin.readline(); sys.exit(3)",
    "dies at once": "raise SystemExit(1)",
    "prints garbage": "import sys\nfor line in sys.stdin: print('Segmentation fault, probably', flush=True)",
    "prints half an answer": "import sys\nfor line in sys.stdin: print('{\"status\": ', flush=True)",
    "answers with a list": "import sys\nfor line in sys.stdin: print('[]', flush=True)",
    "raises": "import sys\nfor line in sys.stdin: print('{\"status\": \"error\", \"reason\": \"MemoryError: \"}', flush=True)",
    "does not know": "import sys\nfor line in sys.stdin: print('{\"status\": \"unknown\"}', flush=True)",
    "never answers": "import sys, time\nsys.stdin.readline(); time.sleep(100)",
}


@pytest.fixture
def fake(monkeypatch):
    """``fake(z3=source)``: the solver of that name is a program of our own."""
    real = solvers_module.subprocess.Popen

    def install(**programs):
        def popen(command, *arguments, **more):
            source = programs.get(command[-1])
            return real(command if source is None else [sys.executable, "-c", source] if source else ["/does/not/exist"], *arguments, **more)

        monkeypatch.setattr(solvers_module.subprocess, "Popen", popen)
    return install


def asked(statement, seconds=4.0):
    problem = reduce_claim(statement, ())
    with Solvers() as solvers:
        return solvers.ask(problem, conjunction(problem.domain, problem.failure), time.monotonic() + seconds)


def test_both_agree():
    found = asked(TRUE, AMPLE)
    assert (found.status, found.models) == ("unsat", ())
    assert set(found.by) <= {"z3", "cvc5"}
    assert found.by
    refuted = asked(FALSE_NEAR_MISS, 20)
    assert refuted.status == "sat"
    assert refuted.models


@pytest.mark.parametrize("broken", FAKES, ids=str)
@pytest.mark.parametrize("name", ["z3", "cvc5"])
def test_the_other_one_decides(fake, name, broken):
    fake(**{name: FAKES[broken]})
    found = asked(TRUE, AMPLE)
    assert found.status == "unsat", found.notes
    assert found.by == tuple({"z3", "cvc5"} - {name})


@pytest.mark.parametrize("broken", FAKES, ids=str)
def test_without_any_it_stays_unknown_with_a_reason(fake, broken):
    fake(z3=FAKES[broken], cvc5=FAKES[broken])
    began = time.monotonic()
    found = asked(TRUE, 1.5)
    assert time.monotonic() - began < 8
    assert (found.status, found.by) == ("unknown", ())


def test_a_missing_solver_is_named(fake):
    fake(z3="")
    found = asked(TRUE, AMPLE)
    assert (found.status, found.by) == ("unsat", ("cvc5",))
    assert "z3 could not be started" in found.notes
    fake(z3="", cvc5="")
    assert asked(TRUE).notes == ("z3 could not be started", "cvc5 could not be started")


def test_a_killed_solver_is_started_again():
    problem = reduce_claim(TRUE, ())
    with Solvers() as solvers:
        for _ in range(2):
            assert solvers.ask(problem, problem.failure, time.monotonic() + AMPLE).status == "unsat"
            for process in solvers.processes.values():
                if process.child is not None:
                    process.child.kill()
                    process.child.wait()
        assert solvers.ask(problem, problem.failure, time.monotonic() + AMPLE).status == "unsat"
        children = [p.child for p in solvers.processes.values() if p.child is not None]
    assert all(child.poll() is not None for child in children), "no process outlives the claim"


SAT = "import sys\nfor line in sys.stdin: print({answer!r}, flush=True)"


def test_two_that_contradict_each_other_are_a_disagreement(fake):
    fake(z3=SAT.format(answer=json.dumps({"status": "sat", "model": {"v0": "1/1", "v1": "1/1"}})))
    assert asked(TRUE, AMPLE).status == "contradiction"
    found = decide(Claim("t", that=TRUE), time.monotonic() + 20)
    assert found.verdict in ("DISAGREEMENT", "PROVED"), "PROVED only if something that needs no solver showed it"
    assert found.verdict == "DISAGREEMENT" or set(found.by) & {"certificate", "algebra"}


def test_a_model_alone_refutes_nothing(fake):
    """Both lie that there is a counterexample; exact evaluation does not confirm it."""
    lie = SAT.format(answer=json.dumps({"status": "sat", "model": {"v0": "1/1", "v1": "3/7"}}))
    fake(z3=lie, cvc5=lie)
    found = decide(Claim("t", that=TRUE), time.monotonic() + 10)
    assert found.verdict in ("UNDECIDED", "PROVED")
    assert found.verdict == "UNDECIDED" or set(found.by) & {"certificate", "algebra"}


@pytest.mark.parametrize("broken", ["crashes", "prints garbage", "never answers"])
def test_a_claim_is_undecided_or_carried_by_something_else(fake, broken):
    fake(z3=FAKES[broken], cvc5=FAKES[broken])
    began = time.monotonic()
    found = decide(Claim("t", that=stable(gradient_descent(eta)), given=[eta * L < sympy.Rational(199, 100)]), time.monotonic() + 4)
    assert time.monotonic() - began < 15
    assert found.verdict == "UNDECIDED" or set(found.by) & {"certificate", "algebra", "balls"}
    assert found.verdict == "PROVED" or found.reason
    refuted = decide(Claim("t", that=stable(gradient_descent(eta)), given=[eta * L <= 2]), time.monotonic() + 4)
    assert (refuted.verdict, refuted.by) == ("REFUTED", ["search"]), "a counterexample needs no solver"


def test_the_question_is_smtlib_with_the_variables_that_occur():
    problem = reduce_claim(a * mu <= b + eta, ())
    text = script(problem, conjunction(problem.domain, problem.failure))
    assert text.startswith("(set-logic QF_NRA)\n")
    assert text.count("(") == text.count(")")
    assert text.count("declare-const") == sum(f"v{i}" in text for i in range(len(problem.variables)))


def test_candidates_are_the_model_and_simpler_numbers_near_it():
    from fractions import Fraction

    problem = reduce_claim(a < b, ())
    names = {f"v{i}": Algebraic.of(Fraction(i + 1) + Fraction(1, 10**9)) for i in range(len(problem.variables))}
    found = candidates(problem, (names,))
    assert {a: fmpq(10**9 + 1, 10**9), b: fmpq(2 * 10**9 + 1, 10**9)} in found
    assert {a: fmpq(1), b: fmpq(2)} in found


def test_an_answer_is_frozen_and_optima_are_no_questions_for_solvers():
    assert Answer("unknown").by == ()
    with pytest.raises(AttributeError):
        Answer("unknown").status = "sat"
    assert decide_module.decide is decide
    assert issubclass(_Optimum, sympy.logic.boolalg.Boolean)
