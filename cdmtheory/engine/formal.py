"""What Coq says of verdicts: their certificates as theories, and which of the steps that were assumed its library proves."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from cdmtheory.collect import builtin_claims
from cdmtheory.coq.compile import Compiled, compile_theories, sources
from cdmtheory.coq.export import NoPolynomials, says_something, theory
from cdmtheory.coq.formulas import stem
from cdmtheory.engine.verdict import Verdict

__all__ = ["BASIS", "Exported", "confirm", "export", "library", "proved_steps", "theory_of"]

BASIS = "Certificate.v"
"""The theory that those made from certificates need beside them."""


def library() -> Path:
    """The folder of the hand-written theories."""
    return builtin_claims() / "formal"


@dataclass
class Exported:
    """Theories that were written: their text by name; by the path of the certificate the name and whether there was anything to prove, or why not."""

    texts: dict[str, str] = field(default_factory=dict)
    of: dict[str, tuple[str, bool]] = field(default_factory=dict)
    without: dict[str, str] = field(default_factory=dict)


def theory_of(certificate: Path) -> str:
    """The theory of a certificate's file.

    Raises
    ------
    OSError, ValueError
        If it cannot be read, or is no certificate.
    """
    return theory(json.loads(certificate.read_text(encoding="utf-8")))


def export(certificates: Iterable[str | Path], folder: Path) -> Exported:
    """Write the theories of certificates, which are valid, and what they need into a folder.

    Raises
    ------
    OSError
        If a file cannot be read or written.
    """
    found = Exported()
    for path in dict.fromkeys(map(str, certificates)):
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        try:
            text = theory(data)
        except NoPolynomials as why:
            found.without[path] = str(why)
            continue
        base = name = stem(Path(path).stem)
        for number in range(2, len(found.texts) + 2):
            name = name if name not in found.texts else f"{base}_{number}"
        found.texts[name] = text
        found.of[path] = (name, says_something(data))
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in found.texts.items():
        (folder / f"{name}.v").write_text(text, encoding="utf-8")
    if found.texts:
        (folder / BASIS).write_text((library() / BASIS).read_text(encoding="utf-8"), encoding="utf-8")
    return found


def confirm(verdicts: list[Verdict], folder: Path, tell: Callable[[Compiled], None] = lambda _: None) -> tuple[list[Verdict], list[str]]:
    """The verdicts after coqc has compiled their theories, which are written to the folder; and what it could not decide, with the reason.

    ``by`` gains "coq" where it accepts a theory with something to prove, or proves a step that was assumed; ``assumed`` loses such steps.
    A theory that it rejects, though ``check.py`` accepts the certificate, is a disagreement of two checkers.

    Raises
    ------
    FileNotFoundError
        If there is no coqc: the theories are written all the same; the message says what to install.
    """
    written = export([v.certificate for v in verdicts if v.verdict == "PROVED" and v.certificate], folder)
    texts = {**sources(library()), **written.texts}
    proofs = {a: theorems for a, theorems in proved_steps().items() if any(a in v.assumed for v in verdicts)}
    modules = {theorem.partition(".")[0] for theorems in proofs.values() for theorem in theorems}
    found = compile_theories(texts, [*sorted(modules), *written.texts], tell=tell)
    proved = {a for a, theorems in proofs.items() if all(_accepted(found, theorem) for theorem in theorems)}
    return [_confirmed(v, written, found, proved) for v in verdicts], [f"{c.name}: {c.reason}" for c in found.values() if c.late]


def proved_steps() -> dict[str, list[str]]:
    """For steps that the engine assumes the theorems of the library that prove them."""
    with (library() / "assumptions.toml").open("rb") as file:
        return {row["step"]: row["theorems"] for row in tomllib.load(file)["proved"]}


def _accepted(found: dict[str, Compiled], theorem: str) -> bool:
    module, _, name = theorem.partition(".")
    return found[module].accepted and name in found[module].theorems


def _confirmed(verdict: Verdict, written: Exported, found: dict[str, Compiled], proved: set[str]) -> Verdict:
    if verdict.verdict != "PROVED":
        return verdict
    assumed = [a for a in verdict.assumed if a not in proved]
    seen = len(assumed) < len(verdict.assumed)
    if verdict.certificate in written.of:
        name, something = written.of[verdict.certificate]
        if not found[name].accepted and not found[name].late:
            return verdict.with_(verdict="DISAGREEMENT", reason=f"check.py accepts its certificate, but {found[name].reason}")
        seen = seen or (something and found[name].accepted)
    return verdict.with_(assumed=assumed, by=[*verdict.by, "coq"] if seen else verdict.by)
