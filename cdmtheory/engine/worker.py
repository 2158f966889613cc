"""A process that decides claims, so that whatever a claim sets off (in SymPy, in a solver) can be stopped in time.

Claims arrive and verdicts leave as length-prefixed pickles on the standard streams. A worker that passes its time is killed with all its solver
processes, and the claim is UNDECIDED.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

from sympy import Add, Function, Mul, Pow, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFunction

from cdmtheory.claims import Claim, Derivation, slug
from cdmtheory.collect import builtin_claims
from cdmtheory.engine.child import command
from cdmtheory.engine.verdict import Verdict
from cdmtheory.language import SYMBOLS

__all__ = ["NOTHING", "Keeping", "Worker"]

PATIENCE = 1.5  # seconds beyond the limit before a worker that does not answer is killed
START = 60  # seconds that a process may take to import what it needs
MEMORY_LIMIT = 8 * 2**30
IN_VAIN = "in_vain.txt"  # beside certificates: what none was found for
COUNTEREXAMPLES = "counterexamples.txt"  # beside certificates: points that refuted a claim


class _Pickler(pickle.Pickler):
    """Pickles claims so that they arrive as they were written.

    SymPy may make an equal symbol that is another object, and looks at every relation, sum, product, power and function again.
    """

    def reducer_override(self, value: Any) -> Any:
        """How what SymPy evaluates is made again."""
        if isinstance(value, (Relational, BooleanFunction)):
            return _as_written, (type(value), value.args)
        return (_as_it_was, (type(value), value.args)) if isinstance(value, (Add, Mul, Pow, Function)) else NotImplemented

    def persistent_id(self, value: Any) -> str | None:
        """The name of a symbol of the language."""
        return value.name if isinstance(value, Symbol) and SYMBOLS.get(value.name) == value else None


def _as_written(kind: Any, args: tuple[Any, ...]) -> Any:
    return kind(*args, evaluate=False)


def _as_it_was(kind: Any, args: tuple[Any, ...]) -> Any:
    made = kind(*args)
    return made if made.args == args and isinstance(made, kind) else kind(*args, evaluate=False)


class _Unpickler(pickle.Unpickler):
    """The other half of it."""

    def persistent_load(self, name: str) -> Any:
        """The symbol of that name."""
        return SYMBOLS[name]


def _send(stream: IO[bytes], value: Any) -> None:
    buffer = io.BytesIO()
    _Pickler(buffer).dump(value)
    data = buffer.getvalue()
    stream.write(struct.pack("<Q", len(data)) + data)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:
    header = stream.read(8)
    if len(header) < 8:
        raise EOFError
    return _Unpickler(io.BytesIO(stream.read(struct.unpack("<Q", header)[0]))).load()


def main() -> None:
    """Decide claims until the input ends."""
    from cdmtheory.engine.decide import decide
    from cdmtheory.engine.solvers import Solvers

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's to handle
    sys.setrecursionlimit(10000)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
    incoming, outgoing = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints, in C too, must not reach the channel
    with Solvers() as solvers:
        while True:
            try:
                claim, seconds, keeping = _receive(incoming)
            except EOFError:
                return
            try:
                _send(outgoing, ("tell", "begin"))
                verdict = decide(claim, time.monotonic() + seconds, lambda message: _send(outgoing, ("tell", message)), keeping, solvers,
                                 lambda verdict: _send(outgoing, ("proved", verdict)))
            except Exception as error:
                _send(outgoing, ("failed", f"{type(error).__name__}: {error}"))
            else:
                _send(outgoing, ("done", verdict))


@dataclass(frozen=True)
class Keeping:
    """Where certificates of a claim are looked for and written."""

    name: str = ""  # of the claim, as "file.py::variable"; "" if it comes from no file
    folders: tuple[str, ...] = ()
    write: str | None = None
    builtin: bool = True  # whether those that come with the package are looked at too
    search: bool = True  # whether new ones are looked for
    notes: str | None = None  # where counterexamples are noted

    def read(self) -> list[Path]:
        """The files in question."""
        return list(dict.fromkeys(path for folder in self._all_folders() for path in sorted(folder.glob("*.json"))))

    def in_vain(self) -> dict[str, float]:
        """The problems whose certificate was looked for and not found, by key, with the seconds that the search was allowed; inf: they are false."""
        found: dict[str, float] = {}
        for folder in self._all_folders():
            with contextlib.suppress(OSError, ValueError):
                found |= {key: float(seconds) for key, seconds, *_ in map(str.split, (folder / IN_VAIN).read_text(encoding="utf-8").splitlines())}
        return found

    def note_in_vain(self, key: str, seconds: float) -> None:
        """Write down that a search was in vain, where certificates are written."""
        if self.write is not None and self.in_vain().get(key, 0) < seconds:
            with contextlib.suppress(OSError), (Path(self.write) / IN_VAIN).open("a", encoding="utf-8") as notes:
                notes.write(f"{key} {seconds:.3g} {self.name}\n")

    def counterexamples(self) -> dict[str, dict[str, str]]:
        """Points that refuted a claim before, by a digest of what it says: a line has that, and values of symbols."""
        found: dict[str, dict[str, str]] = {}
        for folder in self._all_folders():
            with contextlib.suppress(OSError, ValueError):
                for digest, *values in map(str.split, (folder / COUNTEREXAMPLES).read_text(encoding="utf-8").splitlines()):
                    found[digest] = {name: number for name, _, number in (v.partition("=") for v in values)}
        return found

    def note_counterexample(self, digest: str, point: dict[str, str]) -> None:
        """Write down a point with rational values, where certificates are written."""
        if self.notes is not None and digest not in replace(self, folders=(self.notes,), builtin=False).counterexamples():
            with contextlib.suppress(OSError), (Path(self.notes) / COUNTEREXAMPLES).open("a", encoding="utf-8") as notes:
                notes.write(" ".join([digest, *(f"{name}={number}" for name, number in point.items())]) + "\n")

    def _all_folders(self) -> list[Path]:
        folders = [Path(f) for f in self.folders]
        if self.builtin:
            with contextlib.suppress(FileNotFoundError):
                folders.append(builtin_claims() / "certificates")
        return folders


NOTHING = Keeping(builtin=False)


class Worker:
    """The other end: gives claims to one process, and starts another when it had to be killed."""

    def __init__(self) -> None:
        self.child: subprocess.Popen[bytes] | None = None
        self.messages: queue.Queue[Any] = queue.Queue()

    def decide(self, claim: Claim | Derivation, timeout: float, tell: Callable[[str], None] = lambda _: None,
               keeping: Keeping | None = None) -> Verdict:
        """The verdict on a claim; UNDECIDED with the reason if the time ran out or the process died.

        ``keeping``: where its certificates are kept; default: those that come with the package are looked at.
        """
        began = time.monotonic()
        last = "the start"
        proved: Verdict | None = None  # counts, whatever becomes of the search for certificates of its lemmas
        try:
            self.start()
            assert self.child is not None
            assert self.child.stdin is not None
            _send(self.child.stdin, (claim, timeout, keeping or Keeping()))
            if self.messages.get(timeout=START)[0] != "tell":  # that it begins: it has imported what it needs
                raise EOFError("it ended before it began")
            began = time.monotonic()
            while True:
                kind, value = self.messages.get(timeout=max(0.01, began + timeout + PATIENCE - time.monotonic()))
                if kind == "tell":
                    last = value
                    tell(value)
                elif kind == "done":
                    verdict: Verdict = value
                    return verdict
                elif kind == "proved":
                    proved = value
                else:
                    return proved or _undecided(claim, began, value if kind == "failed" else f"the engine process ended during: {last}")
        except queue.Empty:
            self.stop()
            return proved or _undecided(claim, began, f"the time limit of {timeout:g} s was reached during: {last}")
        except (OSError, EOFError) as error:
            self.stop()
            return _undecided(claim, began, f"the engine process could not be used: {error}")
        except BaseException:
            self.stop()
            raise

    def start(self) -> None:
        """Start the process, which takes a while to import what it needs, if it does not run."""
        if self.child is not None and self.child.poll() is None:
            return
        self.messages = queue.Queue()
        self.child = subprocess.Popen(command("cdmtheory.engine.worker"), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.DEVNULL, start_new_session=True)
        threading.Thread(target=_listen, args=(self.child.stdout, self.messages), daemon=True).start()

    def stop(self) -> None:
        """End the process and the solvers it started."""
        child, self.child = self.child, None
        if child is None:
            return
        with contextlib.suppress(OSError):
            os.killpg(child.pid, signal.SIGKILL) if hasattr(os, "killpg") else child.kill()
        child.wait()
        if child.stdin is not None:
            with contextlib.suppress(OSError):
                child.stdin.close()


def _listen(stream: IO[bytes], messages: queue.Queue[Any]) -> None:
    with stream:
        while True:
            try:
                messages.put(_receive(stream))
            except Exception:  # the end, or bytes that are no message
                messages.put(("ended", ""))
                return


def _undecided(claim: Claim | Derivation, began: float, reason: str) -> Verdict:
    import sympy

    latex = sympy.latex(claim.that) if isinstance(claim, Claim) else r",\quad ".join(sympy.latex(s) for s in claim.steps)
    return Verdict(id=slug(claim.title), title=claim.title, statement=claim.statement, latex=latex, hypotheses=claim.hypotheses, verdict="UNDECIDED",
                   seconds=round(time.monotonic() - began, 3), reason=reason)
