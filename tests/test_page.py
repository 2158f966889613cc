"""The page of ``verify --html``: what it holds, that it needs nothing from outside, and that it is well-formed."""

from __future__ import annotations

import html.parser
import re

import pytest
import sympy

from cdmtheory import L, critically_damped, eta, gradient_descent, kappa, mu, sqrt, stable, worst_rate
from cdmtheory.claims import Claim
from cdmtheory.cli import main
from cdmtheory.collect import Collected, builtin_claims, collect
from cdmtheory.engine.session import Session
from cdmtheory.engine.verdict import Verdict
from cdmtheory.report.certificates import readable
from cdmtheory.report.figures import FIGURES
from cdmtheory.report.ledger import line_of
from cdmtheory.report.mathematics import mathml
from cdmtheory.report.page import page

x = sympy.Symbol("x", positive=True)
CLAIMS = {
    "PROVED": Claim("The rate is at most 1 & <so on>.", given=[eta * L <= 1, x > 1], that=worst_rate(critically_damped(eta, mu)) <= 1 - sqrt(eta * mu)),
    "REFUTED": Claim("It is stable.", that=stable(gradient_descent(2 / L))),
    "VACUOUS": Claim("Nothing.", given=[eta > 2, eta < 1], that=stable(gradient_descent(eta))),
    "UNDECIDED": Claim("Open.", that=kappa**x > 1),
}


def verdict(kind: str, claim: Claim, **more: object) -> Verdict:
    return Verdict(id=f"a.py::{kind.lower()}", title=claim.title, statement=claim.statement, latex=sympy.latex(claim.that), hypotheses=claim.hypotheses,
                   verdict=kind, seconds=0.25).with_(**more)


@pytest.fixture(scope="module")
def session() -> Session:
    more = {"PROVED": {"by": ["z3"], "assumed": ["a human step"], "near_misses": [{"statement": "1 < 0", "verdict": "REFUTED"}]},
            "REFUTED": {"counterexample": {"point": {"mu": "1/3", "L": "sqrt(2)"}, "lhs": "[0.808 +/- 4.19e-21]", "rhs": None}},
            "VACUOUS": {}, "UNDECIDED": {"reason": "it took <too long>"}}
    verdicts = [verdict(kind, claim, **more[kind]) for kind, claim in CLAIMS.items()]
    error = Verdict(id="b.py", title="b.py", statement="", latex="", hypotheses=[], verdict="ERROR", reason="SyntaxError: no")
    return Session([*verdicts, error], seconds=1.5)


@pytest.fixture(scope="module")
def text(session: Session) -> str:
    return page(session, [Collected(v.id, CLAIMS.get(v.verdict)) for v in session.verdicts], command="cdmtheory verify 'my claims.py'")


class Checker(html.parser.HTMLParser):
    """Every tag is closed, every id is there once, and what points to something outside is noted."""

    VOID = {"meta", "input", "br", "img", "link"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.outside: list[str] = []
        self.kinds: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("src", "href", "action") and not (value or "").startswith(("#", "data:")):
                self.outside.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_is_well_formed_and_needs_nothing_from_outside(text: str) -> None:
    checker = Checker()
    checker.feed(text)
    assert checker.open == []
    assert len(checker.ids) == len(set(checker.ids))
    assert checker.outside == []
    assert not re.search(r"@import|url\(|fetch\(|XMLHttpRequest", text)
    assert "math" in checker.kinds


def test_it_says_everything_that_the_verdicts_say(text: str, session: Session) -> None:
    for v in session.verdicts:
        assert v.id in text
        assert f'data-verdict="{v.verdict}"' in text
    for said in ("The rate is at most 1 &amp; &lt;so on&gt;.", "it took &lt;too long&gt;", "a human step", "0.808 ± 4.19e-21", "1 &lt; 0", "SyntaxError: no",
                 "No values satisfy all of these hypotheses", "1.5 s", "cdmtheory verify &#39;my claims.py&#39;", sympy.__version__):
        assert said in text, said
    assert "<mfrac><mn>1</mn><mn>3</mn></mfrac>" in text.replace("<mrow>", "").replace("</mrow>", "")


def test_hypotheses_are_shown_in_mathematics(text: str) -> None:
    first = text[text.index('id="claim-1"'):text.index('id="claim-2"')]
    given = first[first.index("Given"):]
    assert given.count("<math") == 5  # 0 < mu <= L, eta > 0, x > 0 and the two given
    assert "&#x003B7;" in given


def test_all_built_in_statements_become_mathematics() -> None:
    from cdmtheory.language import SYMBOLS

    for entry in collect([str(builtin_claims())]):
        assert entry.claim is not None
        for s in [entry.claim.that] if isinstance(entry.claim, Claim) else entry.claim.steps:
            made = mathml(sympy.latex(s))
            assert "<math" in made, (entry.id, sympy.latex(s))
            assert not re.search(r"<mi>(true|eps)</mi>", made, re.IGNORECASE)
    assert "&#x003B5;" in mathml(sympy.latex(SYMBOLS["eps"]))


def test_figures_stand_beside_the_claims_they_show() -> None:
    entries = collect([str(builtin_claims())])
    verdicts = [Verdict(id=e.id, title=e.id, statement="", latex="", hypotheses=[], verdict="PROVED") for e in entries]
    text = page(Session(verdicts), entries, command="cdmtheory verify")
    lines = {line_of(e) for e in entries}
    for name, figure in FIGURES.items():
        drawn = (builtin_claims().parent / "figures" / f"{name}.svg").exists()
        assert text.count(f"<code>cdmtheory figures {name}</code>") == (1 if drawn and lines & set(figure.shows) else 0), name
    place = text.index("<code>cdmtheory figures damping_regimes</code>")
    assert "B3_stability" in text[text.rindex("<article", 0, place):place]
    own = page(Session(verdicts[:1]), [Collected(entries[0].id, entries[0].claim)], command="cdmtheory verify")
    assert "<figure" not in own


def test_what_cannot_be_converted_is_shown_as_it_is() -> None:
    assert str(mathml(r"\left( <x>")) == r"<code>\left( &lt;x&gt;</code>"


def test_certificates_can_be_opened() -> None:
    import json

    files = sorted((builtin_claims() / "certificates").glob("*.json"))
    assert files
    for file in files:
        for part in readable(json.loads(file.read_text(encoding="utf-8"))):
            assert part["statement"]
            ends = r"a contradiction|there is no way for it to fail|error bounds|Descartes|interval arithmetic|lines more"
            assert re.search(ends, part["proof"]), (file.name, part)


def test_a_certificate_reads_as_what_it_says() -> None:
    part = {"role": "statement", "statement": "x < 2", "variables": ["x", "y"], "signs": {"x": ">"}, "substitution": {}, "fixed": [],
            "domain": {"all": [{"<=": {"x": "1", "1": "-1"}}]}, "failure": {"any": [{"<=": {"1": "2", "x": "-1"}}]},
            "proof": {"choose": 0, "cases": [{"terms": [{"weight": "1", "facts": [1]}, {"weight": "1", "facts": [2]}, {"weight": "1", "facts": []}],
                                              "multipliers": []}]}}
    (shown,) = readable({"parts": [part]})
    assert shown["proof"].splitlines() == [
        "variables: x > 0, y real", "hypotheses: x - 1 <= 0", "it would fail if: 2 - x <= 0", "", "No point satisfies both:", "  case 1 of 1: 2 - x <= 0",
        "    (1)  x - 1 <= 0", "    (2)  2 - x <= 0", "    0 < v(1) + v(2) + 1 = 0, a contradiction; v(i) > 0 or >= 0 is the value of fact i"]


def test_a_certificate_about_logarithms_reads_as_what_it_says() -> None:
    part = {"role": "lemma", "statement": "log(x) < x", "kind": "logarithms", "variable": "x", "substitution": {}, "sign": 1, "low": "1", "high": "oo",
            "logs": [["0", "1"]], "function": [{"powers": [0], "over": ["0", "1"], "under": ["1"]}, {"powers": [1], "over": ["-1"], "under": ["1"]}],
            "proof": {"divisor": {"over": ["1"], "under": ["1"]}, "slope": {"rational": 1}, "end": "low"}}
    (shown,) = readable({"parts": [part]})
    assert shown["proof"].splitlines() == [
        "f(x) = (x) + (-1)·log(x)", "", "f is above 0 for 1 < x < oo:",
        "  g = f/d with d = (1), which has a sign; g is monotone from its low end, because of g':",
        "    g' has no logarithm left; it is above 0, by Descartes' rule of signs"]


def test_the_command_writes_page_and_junit(tmp_path, monkeypatch, capsys) -> None:
    from xml.etree import ElementTree

    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("from cdmtheory import *\nfirst = Claim('one', that=stable(gradient_descent(1 / L)))\n\n"
                                   "second = Claim('two: a, b', that=stable(gradient_descent(2 / L)))\n", encoding="utf-8")
    assert main(["verify", "a.py", "--html", "a.html", "--junit", "a.xml", "--format", "github"]) == 1
    out = capsys.readouterr().out
    (line,) = (text for text in out.splitlines() if text.startswith("::"))
    assert line.startswith("::error file=a.py,line=4,title=REFUTED%3A two%3A a%2C b::claimed: stable(gradient_descent(2/L))%0Agiven: 0 < mu <= L%0Afails at ")
    assert "next: " in out
    written = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert "1 PROVED" in written
    assert "1 REFUTED" in written
    root = ElementTree.parse(tmp_path / "a.xml").getroot()
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {"tests": "2", "failures": "1", "errors": "0"}
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert cases["first"].find("failure") is None
    failure = cases["second"].find("failure")
    assert failure is not None
    assert failure.get("type") == "REFUTED"
    assert "fails at" in (failure.text or "")


def test_outputs_that_cannot_be_written_are_refused_first(tmp_path, capsys) -> None:
    for option in ("--html", "--junit"):
        assert main(["verify", option, str(tmp_path / "no" / "where")]) == 2
        assert f"{option} " in capsys.readouterr().err
