"""The certificates of a claim while it is decided: kept ones that fit are checked again, new ones written where they belong."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sympy

from cdmtheory import check
from cdmtheory.claims import slug, text
from cdmtheory.engine.certificate import box, certify
from cdmtheory.engine.kept import KeptFile, kept_file
from cdmtheory.engine.ladder import sign_with_proof, to_json
from cdmtheory.engine.logsum import Ends, LogSum
from cdmtheory.engine.part import part_of
from cdmtheory.engine.reduce import Problem
from cdmtheory.engine.worker import NOTHING, Keeping

__all__ = ["Certificates"]

LEMMA = "lemma"


class Certificates:
    """The certificates of one claim while it is decided: kept ones that fit, and new ones, part by part.

    What another engine rests on (inside :meth:`lemmas`) is collected, and gets its certificates when the claim is proved.
    """

    def __init__(self, keeping: Keeping = NOTHING, hints: tuple[Any, ...] = ()) -> None:
        self.keeping, self.hints = keeping, hints
        self.parts: list[dict[str, Any]] = []
        self.statements: list[Any] = []  # what they show
        self.missing = 0  # what was proved without one
        self._depth = 0
        self._waiting: dict[Any, Problem] = {}  # lemmas without one so far
        self._known: dict[Any, dict[str, Any] | None] = {}
        self._shelf: dict[str, list[tuple[dict[str, Any], KeptFile]]] | None = None
        self._announced: set[tuple[str, ...]] = set()

    @contextlib.contextmanager
    def lemmas(self) -> Iterator[None]:
        """What is proved meanwhile are lemmas of another engine."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def kept(self, statement: Any, given: tuple[Any, ...], problem: Problem, witnesses: tuple[Any, ...] = ()) -> bool:
        """Whether a kept certificate proves the problem, posed with these eigenvalues as witnesses; it is checked again, against the problem as it is now."""
        if not self._kept_parts():
            return False
        if (known := (statement, given, witnesses)) not in self._known:
            self._known[known] = self._find(part_of(problem))
        found = self._known[known]
        if found is not None:
            self._record(statement, given, found)
        return found is not None

    def announced(self, claim: Any) -> bool:
        """Whether a kept file that the checker accepts says that it is about this claim: a reason to try it first, and no more than that."""
        self._kept_parts()
        return (claim.statement, *claim.hypotheses) in self._announced

    def sign(self, f: LogSum, ends: Ends, variable: Any, deadline: float) -> tuple[int, set[str]] | None:
        """The strict sign of a function with logarithms on an interval, and what showed it."""
        shown = to_json(f, ends)
        for sign in (1, -1):
            wanted = {"kind": "logarithms", "variable": variable.name, "substitution": {}, "sign": sign, **shown}
            wanted["key"] = check.key(wanted)
            found = self._find(wanted) if self._kept_parts() else None
            if found is not None:
                self._record(f"the function is {'positive' if sign > 0 else 'negative'}", (), found)
                return sign, {"certificate"}
        answer = sign_with_proof(f, ends, deadline)
        if answer is None:
            return None
        sign, proof = answer
        part = {"kind": "logarithms", "variable": variable.name, "substitution": {}, "sign": sign, **shown}
        part = {"key": check.key(part), **part, "proof": proof}
        by = {"balls"} if "boxes" in str(proof) else set()
        if check.check(_file({}, [{"role": "", "statement": "", **part}])):
            self.missing += 1
            return sign, by
        self._record(f"the function is {'positive' if sign > 0 else 'negative'}", (), part)
        return sign, by | {"certificate"}

    @property
    def inside_lemmas(self) -> bool:
        """Whether what is proved now is a lemma."""
        return self._depth > 0

    def wait(self, statement: Any, given: tuple[Any, ...], problem: Problem) -> None:
        """Note a lemma that was proved; its certificate can wait until the claim is."""
        self._waiting.setdefault((statement, given), problem)

    def complete(self, deadline: float) -> bool:
        """Find the certificates of the lemmas of a proved claim, within their share of the time; whether there is one of any.

        The first lemma that has none ends it, for then the claim has none either.
        """
        if not self.keeping.search or not self._waiting:
            return False
        until, before = box(deadline), len(self.parts)
        notes = self.keeping.in_vain()
        keys = {lemma: part_of(problem)["key"] for lemma, problem in self._waiting.items()} if notes or self.keeping.write else {}
        if any(until - time.monotonic() <= 1.1 * notes.get(key, 0) for key in keys.values()):
            self.missing += 1
            return False
        for (statement, given), problem in self._waiting.items():
            allowed = until - time.monotonic()
            part = certify(problem, until, self.hints)
            if part is None or check.check(_file({}, [{"role": "", "statement": "", **part}])):
                self.missing += 1
                if self.keeping.write:
                    self.keeping.note_in_vain(keys[statement, given], allowed)
                break
            self._record(statement, given, part, lemma=True)
        return len(self.parts) > before

    def made(self, statement: Any, given: tuple[Any, ...], problem: Problem, deadline: float) -> bool:
        """Whether a certificate was found for a problem within its share of the time, and accepted by the checker; what was in vain is not tried again."""
        if not self.keeping.search:
            return False
        key, until = part_of(problem)["key"], box(deadline)
        allowed = until - time.monotonic()
        if allowed <= 1.1 * self.keeping.in_vain().get(key, 0):
            return False
        part = certify(problem, until, self.hints)
        if part is None or check.check(_file({}, [{"role": "", "statement": "", **part}])):
            self.keeping.note_in_vain(key, allowed)
            return False
        self._record(statement, given, part)
        return True

    def known_as_false(self, problem: Problem) -> bool:
        """Whether a note says that a problem was refuted: a lemma that was worth a try once is not tried again."""
        notes = self.keeping.in_vain()
        return bool(notes) and notes.get(part_of(problem)["key"]) == math.inf

    def note_as_false(self, problem: Problem) -> None:
        """Note that a problem was refuted; for ever is how long a proof of it would take."""
        if self.keeping.write is not None:
            self.keeping.note_in_vain(part_of(problem)["key"], math.inf)

    def name_parts(self, start: int, optimum: Any) -> None:
        """Say what the parts recorded since ``start`` show of an optimum, and at which parameters it is attained."""
        new = [i for i in range(start, len(self.parts)) if self.parts[i]["role"] != LEMMA]
        for i, role in zip(new, ("lower bound", "attained at the witness", "attained nowhere else"), strict=False):
            self.parts[i]["role"] = f"{role}: {text(optimum)}"
        for i in new[1:2]:
            for relation in (r for r in sympy.And.make_args(self.statements[i]) if isinstance(r, sympy.Le)):
                witness = _bindings(optimum.quantity, relation.lhs, set(optimum.over))
                if len(witness) == len(optimum.over):
                    self.parts[i]["witness"] = {s.name: text(witness[s]) for s in optimum.over}

    def keep(self, claim: Any, assumed: list[str]) -> str | None:
        """Write the certificate of a proved claim where it belongs; its path, or None if it has no complete one or cannot be written."""
        if not self.parts or self.missing:
            return None
        if self.keeping.write is None:
            return self._holding_all_parts(claim)
        name = self.keeping.name or slug(claim.title)
        about = {"name": name, "title": claim.title, "statement": claim.statement, "hypotheses": claim.hypotheses} | ({"assumed": assumed} if assumed else {})
        content = json.dumps(_file(about, self.parts), indent=1, ensure_ascii=False) + "\n"
        folder = Path(self.keeping.write)
        safe = re.sub(r"[^\w.-]+", "_", name.replace(".py::", ".")).strip("._")[:120] or "claim"
        for path in (folder / f"{safe}.json", folder / f"{safe}-{hashlib.sha256(json.dumps(about).encode()).hexdigest()[:8]}.json"):
            if path.exists() and ((there := kept_file(path)) is None or there.claim.get("title") != claim.title):
                continue  # another claim's
            try:
                if not path.exists() or path.read_text(encoding="utf-8") != content:
                    beside = path.with_suffix(f".{os.getpid()}.tmp")
                    beside.write_text(content, encoding="utf-8")
                    beside.replace(path)
            except OSError:
                return None
            return _shown(path)
        return None

    def _holding_all_parts(self, claim: Any) -> str | None:
        """The kept file that holds all parts, the claim's own if there is one; parts of the same normal form may be in several."""
        shelf = self._kept_parts()
        common = set.intersection(*[{file for _, file in shelf.get(part["key"], [])} for part in self.parts])
        accepted = (file for file in sorted(common, key=lambda file: (file.claim.get("title") != claim.title, file.path)) if file.accepted)
        return next((_shown(file.path) for file in accepted), None)

    def _record(self, statement: Any, given: tuple[Any, ...], part: dict[str, Any], *, lemma: bool = False) -> None:
        role = LEMMA if lemma or self._depth else "the statement"
        written = self.keeping.write is not None
        shown = {"role": role, "statement": statement if isinstance(statement, str) else text(statement) if written else "",
                 "hypotheses": [text(g) for g in given] if written else []}
        if any(p["key"] == part["key"] and p["role"] == role == LEMMA for p in self.parts):
            return
        self.parts.append({**shown, **{name: value for name, value in part.items() if name not in (*shown, "witness")}})
        self.statements.append(statement)

    def _kept_parts(self) -> dict[str, list[tuple[dict[str, Any], KeptFile]]]:
        if self._shelf is None:
            self._shelf = {}
            for file in filter(None, map(kept_file, self.keeping.read())):
                hypotheses = file.claim.get("hypotheses")
                if file.parts and file.accepted:
                    self._announced.add((str(file.claim.get("statement")), *map(str, hypotheses if isinstance(hypotheses, list) else ())))
                for part in file.parts:
                    self._shelf.setdefault(part["key"], []).append((part, file))
        return self._shelf

    def _find(self, wanted: dict[str, Any]) -> dict[str, Any] | None:
        for part, file in self._kept_parts().get(wanted["key"], []):
            accepted = file.accepted or not check.check(_file({}, [{"role": "", "statement": "", **part}]))
            if accepted and check.canonical(part) == check.canonical(wanted):
                return part
        return None


def _bindings(pattern: Any, value: Any, symbols: set[Any]) -> dict[Any, Any]:
    """What stands in ``value`` where ``pattern`` has the symbols, as far as the two have the same shape."""
    if pattern in symbols:
        return {pattern: value}
    found: dict[Any, Any] = {}
    if pattern.func == value.func and len(pattern.args) == len(value.args):
        for a, b in zip(pattern.args, value.args, strict=True):
            found = {**_bindings(a, b, symbols), **found}
    return found


def _file(about: dict[str, Any], parts: list[dict[str, Any]]) -> dict[str, Any]:
    about = about or {"name": "", "title": "", "statement": "", "hypotheses": []}
    return {"format": "cdmtheory certificate", "schema": 1, "claim": about, "parts": parts}


def _shown(path: Path) -> str:
    try:
        short = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return str(path) if short.startswith("..") else short
