"""What ``coqc`` says of theories: whether it accepts them, and on which axioms their theorems rest."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

__all__ = ["ALLOWED", "INSTALL", "Compiled", "compile_theories", "coqc", "required", "sources", "stated"]

INSTALL = ("coqc is not installed, so nothing was compiled; install Coq 8.16 or later "
           "(Debian: apt-get install --no-install-recommends coq; elsewhere: coq.inria.fr)")
SECONDS = 300  # that one theory may take

ALLOWED = frozenset({"ClassicalDedekindReals.sig_forall_dec", "ClassicalDedekindReals.sig_not_dec",
                     "FunctionalExtensionality.functional_extensionality_dep", "Classical_Prop.classic"})
"""The axioms of Coq's own real numbers: the first three of their construction, excluded middle of its analysis (the mean value theorem)."""

FORBIDDEN = re.compile(r"\b(Admitted|admit|give_up|Axioms?|Parameters?|Conjectures?|bypass_check|Declare\s+ML|Redirect|"
                       r"Unset\s+(?:Guard|Positivity|Universe)\s+Checking|Load|Add\s+LoadPath)\b")
STATED = re.compile(r"(?<![\w'.])(?:Theorem|Lemma|Fact|Remark|Corollary|Proposition|Property|Example|Definition|Fixpoint|CoFixpoint|Instance)"
                    r"\s+([A-Za-z_][\w']*)")


@dataclass(frozen=True)
class Compiled:
    """What became of one theory: ``reason`` says why it was rejected, and is empty if it was accepted."""

    name: str
    reason: str = ""
    theorems: tuple[str, ...] = ()
    axioms: frozenset[str] = field(default_factory=frozenset)
    seconds: float = 0.0
    late: bool = False  # rejected for taking too long, which says nothing about the theory

    @property
    def accepted(self) -> bool:
        """Whether coqc accepts it and it rests on nothing but the allowed axioms."""
        return not self.reason


def coqc() -> str | None:
    """The path of the compiler, or None."""
    return shutil.which("coqc")


def sources(folder: Path) -> dict[str, str]:
    """The theories of a folder, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.v"))}


def stated(text: str) -> tuple[str, ...]:
    """The names of what a theory states and defines."""
    return tuple(dict.fromkeys(STATED.findall(_code(text))))


def required(text: str, known: Iterable[str]) -> list[str]:
    """Which of the known theories a theory asks for."""
    asked = {word for found in re.findall(r"\bRequire\s+(?:Import|Export)?\s*([^.]*)\.", _code(text)) for word in found.split()}
    return [name for name in known if name in asked]


def compile_theories(theories: Mapping[str, str], wanted: Iterable[str] | None = None, *, jobs: int | None = None,
                     tell: Callable[[Compiled], None] = lambda _: None) -> dict[str, Compiled]:
    """Compile theories and those they ask for, in a folder of its own, and read off their axioms.

    Parameters
    ----------
    theories : text by name; a theory may ask for others by ``Require``.
    wanted : the names of those whose result is wanted; default: all.
    jobs : how many at once; default: the number of cores.
    tell : hears of every theory that was compiled, before its axioms were looked at.

    Raises
    ------
    FileNotFoundError
        If there is no coqc; the message says what to install.
    """
    compiler = coqc()
    if compiler is None:
        raise FileNotFoundError(INSTALL)
    names = list(theories if wanted is None else wanted)
    with tempfile.TemporaryDirectory(prefix="cdmtheory-coq-") as folder, ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
        started: dict[str, Future[Compiled]] = {}

        def start(name: str, above: tuple[str, ...] = ()) -> Future[Compiled]:
            """Those that it asks for are started before, so that waiting for them always ends."""
            if name not in started:
                asked = [] if name in above else required(theories[name], theories)
                before = [start(other, (*above, name)) for other in asked if other != name and other not in above]
                started[name] = pool.submit(_one, compiler, Path(folder), name, theories[name], before, tell)
            return started[name]

        try:
            for name in names:
                start(name)
            found = {name: future.result() for name, future in started.items()}
            audited = _audit(compiler, Path(folder), [c for c in found.values() if c.accepted])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return {name: audited.get(name, found[name]) for name in names}


def _one(compiler: str, folder: Path, name: str, text: str, before: list[Future[Compiled]], tell: Callable[[Compiled], None]) -> Compiled:
    missing = [c.name for c in (future.result() for future in before) if not c.accepted]
    began = time.monotonic()
    theorems = stated(text)
    if missing:
        found = Compiled(name, f"it needs {', '.join(missing)}, which was rejected")
    elif not theorems:
        found = Compiled(name, "it states no theorem")
    elif word := FORBIDDEN.search(_code(text)):
        found = Compiled(name, f"it says {word.group()!r}: something in it is taken for granted, or reaches outside")
    else:
        (folder / f"{name}.v").write_text(text, encoding="utf-8")
        code, shown = _run(compiler, folder, name)
        late = code is None
        reason = f"coqc did not finish within {SECONDS} s" if late else "" if code == 0 else f"coqc does not accept it: {_first_error(shown)}"
        found = Compiled(name, reason, theorems, seconds=time.monotonic() - began, late=late)
    tell(found)
    return found


def _run(compiler: str, folder: Path, name: str) -> tuple[int | None, str]:
    """The exit code (None if it took too long) and what was said."""
    try:
        done = subprocess.run([compiler, "-q", f"{name}.v"], cwd=folder, capture_output=True, text=True, encoding="utf-8", errors="replace",
                              timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout if done.returncode == 0 else done.stdout + done.stderr


def _first_error(shown: str) -> str:
    """The place and the first lines of an error."""
    lines = [" ".join(line.split()) for line in shown.strip().splitlines() if line.strip()]
    at = next((i for i, line in enumerate(lines) if line.startswith("Error")), 0)
    place = re.search(r"line \d+", lines[at - 1]) if at else None
    return f"{place.group() + ': ' if place else ''}{' '.join(lines[at:at + 4])[:300]}"


def _audit(compiler: str, folder: Path, compiled: list[Compiled]) -> dict[str, Compiled]:
    """The same with the axioms of all theorems, by ``Print Assumptions`` in a file of its own; rejected if there are others than allowed.

    All are asked for at once, because a walk through the proofs of Coq's library takes seconds; one by one only if there is something to find.
    """
    if not compiled:
        return {}
    theorems = [f"@{c.name}.{theorem}" for c in compiled for theorem in c.theorems]
    lines = [f"Require {' '.join(c.name for c in compiled)}.", *[f"Definition used_{i} := {name}." for i, name in enumerate(theorems)],
             "Definition all_used := (" + ", ".join(["tt", *[f"used_{i}" for i in range(len(theorems))]]) + ").", "Print Assumptions all_used."]
    (folder / "Audit_of_axioms.v").write_text("\n".join(lines) + "\n", encoding="utf-8")
    code, shown = _run(compiler, folder, "Audit_of_axioms")
    axioms = frozenset(name.group(1) for line in shown.splitlines() if line != "Axioms:" and (name := re.match(r"([^\s:]+)\s*(?::|$)", line)))
    beyond = sorted(axioms - ALLOWED)
    answered = shown.startswith(("Axioms:", "Closed under the global context"))
    if code == 0 and answered and not beyond:
        return {c.name: replace(c, axioms=axioms) for c in compiled}
    if len(compiled) > 1:
        return {name: found for c in compiled for name, found in _audit(compiler, folder, [c]).items()}
    reason = f"it rests on {', '.join(beyond)}, beyond the axioms of Coq's real numbers" if code == 0 and answered else \
        f"its axioms could not be read: {_first_error(shown)}"
    return {compiled[0].name: replace(compiled[0], axioms=axioms, reason=reason, late=code is None)}


def _code(text: str) -> str:
    """The text without comments and strings."""
    found, depth, i = [], 0, 0
    while i < len(text):
        two = text[i:i + 2]
        if text[i] == '"':
            end = text.find('"', i + 1)
            i = len(text) if end < 0 else end + 1
        elif two == "(*":
            depth, i = depth + 1, i + 2
        elif two == "*)" and depth:
            depth, i = depth - 1, i + 2
            found.append(" ")
        else:
            if not depth:
                found.append(text[i])
            i += 1
    return "".join(found)
