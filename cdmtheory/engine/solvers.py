"""z3 and cvc5 side by side, each in a process that can be killed.

They fail on different questions, so both are asked; the first decisive answer is taken after the other one had a moment to
agree or to contradict. A contradiction is a bug of the program and is reported as one. A model is only a candidate.
"""

from __future__ import annotations

import contextlib
import json
import selectors
import subprocess
import time
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from flint import fmpq

from cdmtheory.engine.algebraic import Algebraic
from cdmtheory.engine.child import command
from cdmtheory.engine.evaluate import complete
from cdmtheory.engine.formula import All, Formula, atoms, smtlib
from cdmtheory.engine.reduce import Problem
from cdmtheory.language import mu

__all__ = ["Answer", "Solvers", "candidates", "script"]

NAMES = ("z3", "cvc5")
GRACE = 0.3  # seconds that a solver gets to agree with the other, and as long again as that one took
FIRST_RUN = 3.0  # seconds of z3's first run; each later one, with another seed, is longer


@dataclass(frozen=True)
class Answer:
    """What the solvers said of one question."""

    status: str  # "unsat", "sat", "unknown" or "contradiction"
    by: tuple[str, ...] = ()
    models: tuple[dict[str, Algebraic], ...] = ()
    notes: tuple[str, ...] = ()


def script(problem: Problem, question: Formula) -> str:
    """A question about the variables of a problem as an SMT-LIB script; only variables that occur are declared."""
    used = {i for a in atoms(question) for i, d in enumerate(a.polynomial.degrees()) if d}
    lines = ["(set-logic QF_NRA)", *(f"(declare-const v{i} Real)" for i in sorted(used))]
    for i in sorted(used):
        v = problem.variables[i]
        if v in problem.positive:
            lines.append(f"(assert (> v{i} 0.0))")
        elif v in problem.nonnegative:
            lines.append(f"(assert (>= v{i} 0.0))")
    parts = question.parts if isinstance(question, All) else (question,)
    lines += [f"(assert {smtlib(p, problem.names)})" for p in parts]
    return "\n".join(lines) + "\n"


class _Process:
    """One solver process, started when it is first needed and again after it died."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.child: subprocess.Popen[str] | None = None
        self.busy = False

    def start(self, text: str, seconds: float, seed: int) -> bool:
        if self.busy:
            self.stop()
        try:
            if self.child is None or self.child.poll() is not None:
                self.stop()
                self.child = subprocess.Popen(command("cdmtheory.engine.solver_process", self.name), stdin=subprocess.PIPE,
                                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            assert self.child.stdin is not None
            self.child.stdin.write(json.dumps({"script": text, "seconds": seconds, "seed": seed}) + "\n")
            self.child.stdin.flush()
        except OSError:
            self.stop()
            return False
        self.busy = True
        return True

    def read(self) -> dict[str, Any]:
        assert self.child is not None
        assert self.child.stdout is not None
        line = self.child.stdout.readline()
        self.busy = False
        if not line:
            code = self.child.wait()
            self.stop()
            return {"status": "error", "reason": f"{self.name} died (exit {code})"}
        try:
            reply = json.loads(line)
            status = reply["status"]
            if status == "sat":
                reply["model"] = {name: _number(number) for name, number in reply["model"].items()}
            if status not in ("sat", "unsat", "unknown", "error"):
                raise ValueError(f"the status {status!r}")
        except (ValueError, TypeError, KeyError, AttributeError, ZeroDivisionError) as error:
            self.stop()
            return {"status": "error", "reason": f"{self.name} gave an answer that cannot be read ({error})"}
        found: dict[str, Any] = reply
        return found

    def stop(self) -> None:
        if self.child is not None:
            self.child.kill()
            with contextlib.suppress(OSError):
                for stream in (self.child.stdin, self.child.stdout):
                    if stream is not None:
                        stream.close()
            self.child.wait()
        self.child, self.busy = None, False


@dataclass
class Solvers:
    """Both solvers, to be used in a ``with`` block; the processes end with it."""

    processes: dict[str, _Process] = field(default_factory=lambda: {name: _Process(name) for name in NAMES})
    patience: float = 1.0  # how many times as long as usual a lemma may take
    hurried: bool = False  # whether one was given up for want of time

    def __enter__(self) -> Solvers:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes.values():
            process.stop()

    def ask(self, problem: Problem, question: Formula, deadline: float) -> Answer:
        """Whether a question about a problem has a solution. ``deadline`` is on ``time.monotonic``'s clock."""
        return self._race(script(problem, question), deadline)

    def _race(self, text: str, deadline: float) -> Answer:
        began = time.monotonic()
        statuses: dict[str, str] = {}
        models, notes = [], []
        seed, run = 0, FIRST_RUN
        waiting: dict[str, _Process] = {}
        for name, process in self.processes.items():
            left = deadline - time.monotonic()
            if left <= 0:
                return Answer("unknown", notes=("the time was used up",))
            if process.start(text, min(run, left) if name == "z3" else left, 0):
                waiting[name] = process
            else:
                notes.append(f"{name} could not be started")
        until = deadline
        while waiting and (now := time.monotonic()) < until:
            for name in _ready(waiting, min(until - now, 1.0)):
                reply = waiting.pop(name).read()
                status = reply["status"]
                if status == "sat":
                    models.append(reply["model"])
                if status in ("sat", "unsat"):
                    statuses[name] = status
                    elapsed = time.monotonic() - began
                    until = min(until, time.monotonic() + GRACE + elapsed)
                    continue
                if status == "error":
                    notes.append(f"{name}: {reply.get('reason', 'failed')}")
                if name == "z3" and not statuses and (left := deadline - time.monotonic()) > 0.05 and "error" not in status:
                    seed, run = seed + 1, run * 1.5
                    if self.processes[name].start(text, min(run, left), seed):
                        waiting[name] = self.processes[name]
        for process in waiting.values():
            process.stop()
            if not statuses:
                notes.append(f"{process.name} did not answer in time")
        said = set(statuses.values())
        status = "contradiction" if len(said) == 2 else said.pop() if said else "unknown"
        return Answer(status, tuple(sorted(statuses)), tuple(models), tuple(notes))


def _number(said: Any) -> Algebraic:
    if isinstance(said, str):
        return Algebraic.of(Fraction(said))
    return Algebraic(tuple(int(c) for c in said["coefficients"]), Fraction(said["low"]), Fraction(said["high"]))


def _ready(waiting: dict[str, _Process], seconds: float) -> list[str]:
    with selectors.DefaultSelector() as selector:
        for name, process in waiting.items():
            assert process.child is not None
            assert process.child.stdout is not None
            selector.register(process.child.stdout, selectors.EVENT_READ, name)
        return [key.data for key, _ in selector.select(seconds)]


def candidates(problem: Problem, models: tuple[dict[str, Algebraic], ...]) -> list[dict[Any, fmpq]]:
    """Rational points of the claim that a model suggests: the model itself, and simpler ones close to it."""
    found = []
    for model in models:
        exact = {int(name[1:]): number.middle for name, number in model.items()}
        for bits in (None, 10, 1000, 10**6, 10**12):
            values = {}
            for i, v in enumerate(problem.variables):
                if v in problem.fixed:
                    continue
                number = exact.get(i, Fraction(1))
                number = number if bits is None else number.limit_denominator(bits)
                values[v] = fmpq(number.numerator, number.denominator)
            point = complete(problem.point(values))
            if point.get(mu, 1) != 0 and point not in found:
                found.append(point)
    return found
