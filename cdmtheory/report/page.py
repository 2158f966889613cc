"""The page of ``verify --html``: verdicts with statements in MathML, what decided them, counterexamples, certificates, figures.

One file that needs neither a network nor a script to be read; the script in it filters, sorts and moves the roots of one panel.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdmtheory.collect import builtin_claims
from cdmtheory.engine.session import versions
from cdmtheory.engine.verdict import VERDICTS
from cdmtheory.report.certificates import readable
from cdmtheory.report.figures import FIGURES
from cdmtheory.report.formats import failed
from cdmtheory.report.ledger import line_of
from cdmtheory.report.mathematics import mathml, symbol

if TYPE_CHECKING:
    from cdmtheory.collect import Collected
    from cdmtheory.engine.session import Session
    from cdmtheory.engine.verdict import Verdict

__all__ = ["page"]

IMPLIED = {"0 < mu <= L": r"0 < \mu \le L", "kappa = L/mu": r"\kappa = L/\mu", "eta > 0": r"\eta > 0", "mu <= h <= L": r"\mu \le h \le L",
           "0 < eps < 1": r"0 < \varepsilon < 1", "lambda > 0": r"\lambda > 0",
           "k an integer >= 0": r"k \in \mathbb{N}_0", "beta real": r"\beta \in \mathbb{R}"}
LONG = 150  # characters of LaTeX: beyond, a statement is shown as text where nothing can be scrolled
_OWN = re.compile(r"(\w+) ((?:an integer ?)?)(real|[<>!]=? 0|)")  # how claims.implied_hypotheses shows one's own symbols


def page(session: Session, entries: Sequence[Collected], *, command: str) -> str:
    """The page as HTML. ``entries``: what was decided; ``command``: how to repeat it."""
    import jinja2

    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, trim_blocks=True,
                                     lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    by_id = {entry.id: entry for entry in entries}
    misses = [m for v in session.verdicts for m in v.near_misses]
    shown: set[str] = set()
    return environment.get_template("page.html").render(
        claims=[_claim(number, v, by_id.get(v.id), shown) for number, v in enumerate(session.verdicts)], counts=session.counts, meanings=VERDICTS,
        seconds=session.seconds, interrupted=session.interrupted, internal_error=session.internal_error, versions=versions(), command=command,
        today=date.today().isoformat(), misses=len(misses), refuted=sum(m["verdict"] == "REFUTED" for m in misses),
        assumed=sorted({a for v in session.verdicts for a in v.assumed}))


def _claim(number: int, verdict: Verdict, entry: Collected | None, shown: set[str]) -> dict[str, Any]:
    statements = [part for part in verdict.latex.split(r",\quad ") if part and part != r"\text{True}"]  # a step that SymPy saw at once
    return {"anchor": f"claim-{number + 1}", "number": number, "verdict": verdict, "failed": failed(verdict),
            "statements": [{"math": mathml(part), "long": len(part) > LONG} for part in statements],
            "hypotheses": _hypotheses(verdict, entry), "reference": getattr(entry.claim, "reference", "") if entry else "",
            "counterexample": _counterexample(verdict), "certificate": _certificate(verdict), "figures": _figures(entry, shown),
            "text": f"{verdict.id} {verdict.title} {verdict.verdict} {' '.join(verdict.by)}".lower()}


def _hypotheses(verdict: Verdict, entry: Collected | None) -> list[Any]:
    """In mathematics where the claim is at hand, else as text."""
    import sympy

    given = entry.claim.given if entry is not None and entry.claim is not None else ()
    implied = verdict.hypotheses[:len(verdict.hypotheses) - len(given)]
    return [_implied(text) for text in implied] + [mathml(sympy.latex(g), "inline") for g in given]


def _implied(text: str) -> Any:
    if text in IMPLIED:
        return mathml(IMPLIED[text], "inline")
    own = _OWN.fullmatch(text)
    if own is None:
        return text
    name, kind, sign = own.groups()
    import sympy

    belongs = rf" \in \mathbb{{{'Z' if kind else 'R'}}}" if kind or sign == "real" else ""
    compared = "" if sign in ("", "real") else " " + {"< 0": "< 0", "> 0": "> 0", "<= 0": r"\le 0", ">= 0": r"\ge 0", "!= 0": r"\ne 0"}[sign]
    shown = sympy.latex(sympy.Symbol(name))
    return mathml(f"{shown}{belongs}" + (f", {shown}{compared}" if belongs and compared else compared), "inline")


def _counterexample(verdict: Verdict) -> dict[str, Any] | None:
    found = verdict.counterexample
    if found is None:
        return None
    point = [(symbol(name), _number(value)) for name, value in found["point"].items()]
    return {"point": point, "lhs": _number(found["lhs"]), "rhs": _number(found["rhs"])}


def _number(text: str | None) -> Any:
    """A rational as a fraction; a ball as its midpoint and radius; anything else as it is."""
    if text is None:
        return None
    if re.fullmatch(r"-?\d{1,12}/\d{1,12}", text):
        top, _, bottom = text.partition("/")
        return mathml(rf"{'-' if top.startswith('-') else ''}\frac{{{top.lstrip('-')}}}{{{bottom}}}", "inline")
    return re.sub(r"^\[(\S+) \+/- (\S+)\]$", r"\1 ± \2", text)


def _certificate(verdict: Verdict) -> dict[str, Any] | None:
    if verdict.certificate is None:
        return None
    try:
        data = json.loads(Path(verdict.certificate).read_text(encoding="utf-8"))
        parts = readable(data)
    except (OSError, ValueError, KeyError, TypeError, LookupError) as error:
        return {"path": verdict.certificate, "parts": [], "trouble": f"it could not be read: {error}"}
    return {"path": verdict.certificate, "parts": parts, "trouble": None}


def _figures(entry: Collected | None, shown: set[str]) -> list[dict[str, Any]]:
    """The figures that show a built-in claim's line of the ledger, each on the page once."""
    if entry is None or entry.path is None or not entry.path.resolve().is_relative_to(builtin_claims()):
        return []
    found = []
    for name, figure in FIGURES.items():
        path = _drawn() / f"{name}.svg"
        if line_of(entry) in figure.shows and name not in shown and path.exists():
            shown.add(name)
            data = path.read_bytes()
            width, height = (float(n) for n in re.findall(rb'(?:width|height)="([\d.]+)pt"', data)[:2])
            found.append({"name": name, "caption": figure.caption, "wide": width > 2 * height, "data": base64.b64encode(data).decode("ascii")})
    return found


def _drawn() -> Path:
    """The folder of the figures that come with the package, beside the built-in claims."""
    return builtin_claims().parent / "figures"
