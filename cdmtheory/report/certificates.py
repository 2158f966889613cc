"""A certificate as text a human can follow. The format is that of ``cdmtheory/check.py``, which alone decides whether it is valid."""

from __future__ import annotations

from typing import Any

__all__ = ["readable"]

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
LONGEST = 400  # characters of a polynomial; the file has the rest
MOST_LINES = 300


def readable(certificate: dict[str, Any]) -> list[dict[str, str]]:
    """The parts of a certificate: ``role``, ``statement`` and the ``proof`` as lines of text."""
    return [_part(part) for part in certificate["parts"]]


def _part(part: dict[str, Any]) -> dict[str, str]:
    lines = _about_logarithms(part) if part.get("kind") == "logarithms" else _about_polynomials(part)
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"… and {len(lines) - MOST_LINES} lines more; the file has all of them"]
    return {"role": str(part.get("role", "")), "statement": str(part.get("statement", "")), "proof": "\n".join(lines)}


def _about_polynomials(part: dict[str, Any]) -> list[str]:
    fixed = [f["variable"] for f in part.get("fixed", [])]
    signs = part.get("signs", {})
    lines = ["variables: " + (", ".join(f"{v} {signs[v]} 0" if v in signs else f"{v} real" for v in part["variables"]) or "none")
             + (f"; by scaling {', '.join(f'{v} = 1' for v in fixed)}" if fixed else "")]
    lines += [f"{name} = {value}" for name, value in part.get("substitution", {}).items() if name != value]
    facts = [f"-{v} {'<' if signs[v] == '>' else '<='} 0" for v in part["variables"] if v in signs and v not in fixed]
    state = _State(facts, [])
    lines += [f"hypotheses: {_formula(part['domain'])}", f"it would fail if: {_formula(part['failure'])}", "",
              "No point satisfies both:"]
    state = state.with_(part["domain"]).with_(part["failure"])
    _proof(part["proof"], state, "  ", lines)
    return lines


def _about_logarithms(part: dict[str, Any]) -> list[str]:
    x = part["variable"]
    logs = [f"log({_in(x, q)})" for q in part["logs"]]
    terms = [_times(_over(x, term), *(_raised(log, n) for log, n in zip(logs, term["powers"], strict=True) if n)) for term in part["function"]]
    lines = [f"{name} = {value}" for name, value in part.get("substitution", {}).items() if name != value]
    lines += [f"f({x}) = {' + '.join(terms) or '0'}", "", f"f is {'above' if part['sign'] > 0 else 'below'} 0 for {part['low']} < {x} < {part['high']}:"]
    _sign(part["proof"], x, "f", "  ", lines)
    return lines


def _sign(proof: dict[str, Any], x: str, f: str, indent: str, lines: list[str]) -> None:
    """The proof of the sign of a function of x on an interval."""
    if "number" in proof or "rational" in proof:
        (kind, sign), = proof.items()
        what, how = (f"does not depend on {x}", "computed with error bounds") if kind == "number" else ("has no logarithm left", "by Descartes' rule of signs")
        lines.append(f"{indent}{f} {what}; it is {'above' if sign > 0 else 'below'} 0, {how}")
    elif "divisor" in proof:
        lines.append(f"{indent}g = {f}/d with d = {_over(x, proof['divisor'])}, which has a sign; g is monotone from its {proof['end']} end, because of g':")
        _sign(proof["slope"], x, "g'", indent + "  ", lines)
    else:
        for piece in proof["pieces"]:
            if "boxes" in piece:
                ends = piece["boxes"]
                lines.append(f"{indent}from {ends[0]} to {ends[-1]} by interval arithmetic on {len(ends) - 1} boxes")
            else:
                lines.append(f"{indent}for {piece['low']} < {x} < {piece['high']}:")
                _sign(piece["proof"], x, f, indent + "  ", lines)


def _in(x: str, coefficients: list[str]) -> str:
    """A polynomial in x, given by its coefficients, the constant term first."""
    return _polynomial({"1" if n == 0 else x if n == 1 else f"{x}^{n}": c for n, c in enumerate(coefficients) if c != "0"})


def _over(x: str, quotient: dict[str, Any]) -> str:
    under = _in(x, quotient["under"])
    return f"({_in(x, quotient['over'])})" + ("" if under == "1" else f"/({under})")


def _raised(name: str, exponent: int) -> str:
    return name if exponent == 1 else name + str(exponent).translate(_RAISED)


def _times(*factors: str) -> str:
    kept = [f for f in factors if f != "(1)"]
    return "·".join(kept) or "1"


class _State:
    """The facts and the open alternatives, as text and as formulas."""

    def __init__(self, facts: list[str], alternatives: list[Any]) -> None:
        self.facts, self.alternatives = facts, alternatives

    def with_(self, formula: dict[str, Any]) -> _State:
        """The state to which a formula was added."""
        (kind, value), = formula.items()
        if kind == "all":
            state = self
            for inner in value:
                state = state.with_(inner)
            return state
        if kind == "any":
            return _State(self.facts, [*self.alternatives, value])
        return _State([*self.facts, f"{_polynomial(value)} {kind} 0"], self.alternatives)


def _proof(proof: dict[str, Any], state: _State, indent: str, lines: list[str]) -> None:
    if "choose" in proof:
        branches = state.alternatives[proof["choose"]]
        if not branches:
            lines.append(f"{indent}there is no way for it to fail")
        for number, (branch, inner) in enumerate(zip(branches, proof["cases"], strict=True), 1):
            lines.append(f"{indent}case {number} of {len(branches)}: {_formula(branch)}")
            _proof(inner, state.with_(branch), indent + "  ", lines)
    elif "sign of" in proof:
        p = proof["sign of"]
        minus = {monomial: c[1:] if c.startswith("-") else f"-{c}" for monomial, c in p.items()}
        for fact, inner in zip(({"<": p}, {"=": p}, {"<": minus}), proof["cases"], strict=True):
            lines.append(f"{indent}case {_formula(fact)}")
            _proof(inner, state.with_(fact), indent + "  ", lines)
    else:
        used = sorted({i for term in proof["terms"] for i in term.get("facts", [])} | {m["fact"] for m in proof.get("multipliers", [])})
        lines += [f"{indent}({i})  {state.facts[i]}" for i in used]
        terms = [_term(term) for term in proof["terms"]] + [f"({_polynomial(m['times'])})·e({m['fact']})" for m in proof.get("multipliers", [])]
        lines.append(f"{indent}0 < {' + '.join(terms)} = 0, a contradiction; v(i) > 0 or >= 0 is the value of fact i")


def _term(term: dict[str, Any]) -> str:
    factors = [] if term["weight"] == "1" else [term["weight"]]
    factors += [f"v({i})" for i in term.get("facts", [])] + [f"({_polynomial(p)})²" for p in term.get("squares", [])]
    return "·".join(factors) or "1"


def _formula(formula: dict[str, Any]) -> str:
    (kind, value), = formula.items()
    if kind in ("all", "any"):
        word = " and " if kind == "all" else " or "
        inner = [_formula(f) for f in value]
        text = word.join(f"({f})" if " or " in f and kind == "all" else f for f in inner) or ("always" if kind == "all" else "never")
    else:
        text = f"{_polynomial(value)} {kind} 0"
    return text


def _polynomial(p: dict[str, str]) -> str:
    shown = []
    for monomial, coefficient in p.items():
        name = "·".join(_power(f) for f in monomial.split("*")) if monomial != "1" else ""
        sign, size = ("- ", coefficient[1:]) if coefficient.startswith("-") else ("+ ", coefficient)
        shown.append(sign + (size if not name else name if size == "1" else f"{size}·{name}"))
    text = " ".join(shown).removeprefix("+ ") or "0"
    text = "-" + text[2:] if text.startswith("- ") else text
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({len(p)} terms)"


def _power(factor: str) -> str:
    name, _, exponent = factor.partition("^")
    return name + exponent.translate(_RAISED)
