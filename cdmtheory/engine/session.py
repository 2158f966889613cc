"""Many claims: decided side by side, collected in order, summed up in an exit code and in JSON."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import platform
import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cdmtheory.collect import Collected
from cdmtheory.engine.verdict import VERDICTS, Verdict
from cdmtheory.engine.worker import Keeping, Worker

__all__ = ["NOTHING_FOUND", "Session", "select", "verify_all"]

NOTHING_FOUND = 5
PACKAGES = ("sympy", "python-flint", "z3-solver", "cvc5", "numpy")
FAILED = ("REFUTED", "VACUOUS", "DISAGREEMENT")


@dataclass
class Session:
    """The verdicts of one run."""

    verdicts: list[Verdict] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False
    internal_error: str | None = None

    @property
    def counts(self) -> dict[str, int]:
        """How often each verdict came out."""
        found = Counter(v.verdict for v in self.verdicts)
        return {name: found[name] for name in VERDICTS if found[name]}

    @property
    def exit_code(self) -> int:
        """What the run means, the first that applies."""
        kinds = {v.verdict for v in self.verdicts}
        misses = {m["verdict"] for v in self.verdicts for m in v.near_misses}
        if self.interrupted:
            return 130
        if self.internal_error:
            return 3
        if "ERROR" in kinds:
            return 2
        if kinds & set(FAILED) or misses & {"PROVED", "VACUOUS", "DISAGREEMENT"}:
            return 1
        if "UNDECIDED" in kinds | misses:
            return 4
        return 0 if self.verdicts else NOTHING_FOUND

    def to_json(self) -> str:
        """The run as the JSON text of the contract."""
        summary = {"counts": self.counts, "seconds": round(self.seconds, 3), "versions": versions()}
        return json.dumps({"schema": 1, "claims": [v.to_dict() for v in self.verdicts], "summary": summary}, indent=1, ensure_ascii=False) + "\n"


def versions() -> dict[str, str]:
    """The versions of what a verdict rests on."""
    import cdmtheory

    found = {"cdmtheory": cdmtheory.__version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def select(entries: list[Collected], expression: str | None) -> list[Collected]:
    """The entries whose id or title matches an expression of words with and, or, not and brackets, as in pytest.

    Raises
    ------
    ValueError
        If the expression cannot be read.
    """
    if not expression:
        return entries
    import ast
    import re

    words: list[str] = []

    def word(match: re.Match[str]) -> str:
        if match.group() in ("and", "or", "not", "(", ")"):
            return match.group()
        words.append(match.group().lower())
        return f"w[{len(words) - 1}]"

    source = re.sub(r"[()]|[^\s()]+", word, expression)
    try:
        compiled = compile(ast.parse(source.strip(), mode="eval"), "-k", "eval")
    except SyntaxError:
        raise ValueError(f"-k {expression!r} cannot be read; write words joined by and, or, not, for instance 'polyak and not unique'") from None

    def matches(entry: Collected) -> bool:
        text = f"{entry.id} {entry.claim.title if entry.claim else ''}".lower()
        return bool(eval(compiled, {"__builtins__": {}}, {"w": [w in text for w in words]}))

    return [e for e in entries if matches(e)]


def verify_all(entries: Iterable[Collected], *, timeout: float, jobs: int | None = None, stop_early: bool = False,
               on_verdict: Callable[[Verdict], None] = lambda _: None, on_progress: Callable[[str, str], None] = lambda *_: None,
               certificates: str | None = None, fresh: bool = False) -> Session:
    """Decide all entries, several at once; verdicts are reported in their order. An interrupt keeps the verdicts so far.

    ``entries``: what is still being collected can be an iterator, whose first entries are decided meanwhile. ``certificates``: a
    folder in which certificates are looked for, beside those that come with the package, and to which they are written;
    ``fresh``: none is looked for.
    """
    began = time.monotonic()
    session = Session()
    results: dict[int, Verdict] = {}
    done: queue.Queue[tuple[int, Verdict | None, str | None]] = queue.Queue()
    tasks: queue.Queue[tuple[int, Collected] | None] = queue.Queue()
    stop = threading.Event()
    workers: list[Worker] = []
    keeping = Keeping(folders=(certificates,) if certificates and not fresh else (), write=certificates, builtin=not fresh, notes=certificates)

    def over(*, wait: bool) -> bool:
        """Take in what was decided; whether that ends the run."""
        with contextlib.suppress(queue.Empty):
            number, verdict, trouble = done.get(block=wait)
            if verdict is None:
                session.internal_error = trouble
                return True
            results[number] = verdict
            while (shown := len(session.verdicts)) in results:
                session.verdicts.append(results[shown])
                on_verdict(results[shown])
                if stop_early and _failed(session.verdicts[-1]):
                    return True
        return False

    try:
        given, ready = 0, Worker()
        with contextlib.suppress(OSError):  # said of the claim that needs it
            ready.start()  # while the first entries are collected
        for given, entry in enumerate(entries, 1):
            tasks.put((given - 1, entry))
            if len(workers) < (jobs or os.cpu_count() or 1):
                workers.append(Worker() if workers else ready)
                threading.Thread(target=_serve, args=(workers[-1], tasks, done, stop, timeout, on_progress, keeping), daemon=True).start()
            if over(wait=False):
                break
        else:
            while len(results) < given and not over(wait=True):
                pass
    except KeyboardInterrupt:
        session.interrupted = True
        for number in sorted(n for n in results if n >= len(session.verdicts)):  # decided, but behind one that was not
            session.verdicts.append(results[number])
            on_verdict(results[number])
    finally:
        stop.set()
        for worker in workers or [ready]:
            tasks.put(None)
            worker.stop()
    session.seconds = time.monotonic() - began
    return session


def _failed(verdict: Verdict) -> bool:
    """Whether ``-x`` stops at it: anything that makes the exit code other than 0."""
    return Session([verdict]).exit_code != 0


def _serve(worker: Worker, tasks: queue.Queue[tuple[int, Collected] | None], done: queue.Queue[tuple[int, Verdict | None, str | None]],
           stop: threading.Event, timeout: float, on_progress: Callable[[str, str], None], keeping: Keeping) -> None:
    while (task := tasks.get()) is not None and not stop.is_set():
        number, entry = task
        try:
            verdict = _decide(worker, entry, timeout, on_progress, keeping)
        except Exception as error:
            if not stop.is_set():
                done.put((number, None, f"{type(error).__name__}: {error}"))
            return
        done.put((number, verdict, None))


def _decide(worker: Worker, entry: Collected, timeout: float, on_progress: Callable[[str, str], None], keeping: Keeping) -> Verdict:
    if entry.claim is None:
        return Verdict(id=entry.id, title=entry.id, statement="", latex="", hypotheses=[], verdict="ERROR", reason=entry.error)
    file, _, name = entry.id.partition("::")
    keeping = replace(keeping, name=f"{Path(file).name}::{name}")
    verdict = worker.decide(entry.claim, timeout, lambda message: on_progress(entry.id, message), keeping)
    misses: list[dict[str, Any]] = []
    for miss in entry.claim.near_miss:
        on_progress(entry.id, "near miss")
        misses.append({"statement": miss.statement, "verdict": worker.decide(miss, timeout, keeping=replace(keeping, write=None, search=False)).verdict})
    return verdict.with_(id=entry.id, near_misses=misses)
