"""``proofs/README.md``: every line of the theory with its claims, their verdicts, what carried them, and what is missing.

Made by ``python -m cdmtheory.report.ledger``, which decides all built-in claims and needs ``coqc``; ``--check`` only says
whether the page names every claim and every theorem that there is.
"""

from __future__ import annotations

import re
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdmtheory.collect import Collected, builtin_claims, collect

if TYPE_CHECKING:
    from cdmtheory.engine.verdict import Verdict

__all__ = ["line_of", "page"]

HEAD = """# The ledger

What the project proves, line by line. Each line links the claim files that carry it; `by` says what carried the verdict: `algebra`
(exact rewriting), `certificate` (re-checked by `check.py`), `z3`, `cvc5` (solvers), `coq` (its kernel has accepted the certificate's theory,
or a step that was assumed). What no kernel has seen is listed as assumed. The theorems under "By Coq" speak of the iterates x_k themselves
and are in `formal/`; `cdmtheory check --coq proofs/formal` compiles them. Where a line or a part of it is not stated in the language, that
is a gap. Made by `python -m cdmtheory.report.ledger`.
"""


def line_of(entry: Collected) -> str:
    """The line of the ledger that a claim belongs to, by the name of its file: ``C4_quadratic_speedup.py`` is C4."""
    found = re.match(r"([A-E]\d*)_", (entry.path.name if entry.path else ""))
    return found.group(1) if found else "other"


def page(entries: Sequence[Collected], verdicts: Sequence[Verdict], ledger: dict[str, dict[str, Any]]) -> str:
    """The page as Markdown."""
    parts = [HEAD]
    assumed = sorted({a for v in verdicts for a in v.assumed})
    for line, row in ledger.items():
        parts.append(f"\n## {line}\n\n{row['says']}\n")
        mine = [(e, v) for e, v in zip(entries, verdicts, strict=True) if line_of(e) == line]
        if mine:
            parts.append("\n| claim | verdict | by | seconds | assumed | near misses refuted |\n|---|---|---|---|---|---|\n")
            for e, v in mine:
                assert e.path is not None
                file, name = f"{e.path.parent.name}/{e.path.name}", v.id.split("::")[-1]
                steps = ", ".join(str(assumed.index(a) + 1) for a in v.assumed)
                refuted = sum(m["verdict"] == "REFUTED" for m in v.near_misses)
                parts.append(f"| [{name}]({file}): {_cell(v.title)} | {v.verdict} | {', '.join(v.by)} | {v.seconds:.1f} | {steps} "
                             f"| {refuted} of {len(v.near_misses)} |\n")
        if "formal" in row:
            parts.append(f"\nBy Coq: {', '.join(map(_theorem, row['formal']))}.\n")
        if "gap" in row:
            parts.append(f"\nGap: {row['gap']}\n")
    parts.append("\n## What is assumed\n\n" + "".join(f"{i}. {_cell(a)}\n" for i, a in enumerate(assumed, 1)))
    return "".join(parts)


def _theorem(name: str) -> str:
    file, _, theorem = name.partition(".")
    return f"[{theorem}](formal/{file}.v)"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main(arguments: Sequence[str]) -> int:
    """Write the page, or with ``--check`` say which claims and theorems it does not name."""
    folder = builtin_claims()
    entries = collect([str(folder)])
    target = folder / "README.md"
    with (folder / "ledger.toml").open("rb") as file:
        ledger = tomllib.load(file)
    if "--check" in arguments:
        text = target.read_text(encoding="utf-8")
        theorems = [name for row in ledger.values() for name in row.get("formal", [])]
        missing = [e.id for e in entries if f"[{e.id.split('::')[-1]}]" not in text] + [name for name in theorems if _theorem(name) not in text]
        print("\n".join(missing))
        return 1 if missing else 0
    from cdmtheory.engine.formal import confirm
    from cdmtheory.engine.session import verify_all

    session = verify_all(entries, timeout=120)
    with tempfile.TemporaryDirectory() as theories:
        session.verdicts, _ = confirm(session.verdicts, Path(theories))
    target.write_text(page(entries, session.verdicts, ledger), encoding="utf-8")
    print(f"{target}: {session.counts}")
    return session.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
