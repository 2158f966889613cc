"""Re-checks certificates. Needs Python 3.11 and nothing else; copied alone to another machine: ``python check.py FILE…``

What a certificate shows
------------------------
A claim was brought to one or several *parts*. A part says: no real values of its variables, with the signs given, satisfy
both of two formulas, ``domain`` (the hypotheses) and ``failure`` (the ways in which the statement can fail). This file decides
whether the part's ``proof`` shows that. That the formulas say what the claim means is the business of whoever wrote them.

The format
----------
A file is one JSON object (UTF-8, no key twice in an object, no floats)::

    {"format": "cdmtheory certificate", "schema": 1,
     "claim": {"name", "title", "statement": text, "hypotheses": [text, …]},
     "parts": [part, …]}                               at least one
    part = {"role": text, "statement": text,           what of the claim it is: the statement, a lower bound, …; shown, like all other
                                                       entries that are not named here ("hypotheses", the "witness" of an optimum)
            "key": hex,                                see `key`
            "variables": [name, …], "signs": {name: ">" or ">="},       v > 0, v >= 0; the others are any real
            "substitution": {symbol of the claim: expression in the variables},      shown, not used here
            "fixed": [{"variable": name, "weights": {name: rational}}, …],
            "domain": formula, "failure": formula, "proof": proof}

* rational: ``"3"`` or ``"-3/2"``. Polynomial: ``{"mu^2*a": "3/2", "1": "-1"}``; monomials are names joined by ``*``, powers by ``^``.
* formula: ``{"<": p}``, ``{"<=": p}``, ``{"=": p}``, ``{"!=": p}`` (compared with 0), ``{"all": [formula, …]}``, ``{"any": [formula, …]}``.
* fixed: positive variables that are set to 1 in both formulas. Allowed because under the weights w of each of them every polynomial is
  homogeneous (all its monomials x^e have the same w·e), so x_i → t^(w_i)·x_i, t > 0, changes no sign. The weight of the variable itself
  is not 0, and that of those fixed before it is 0: one after the other can be scaled to 1.

A proof works on a *state*: a list of facts (a relation and a polynomial) and a list of open alternatives. At the start, for the
variables with a sign that are not fixed, in order: -v < 0 or -v <= 0; then ``domain`` and ``failure`` are added. To add a formula:
an atom is appended to the facts, the parts of an ``all`` are added in order, an ``any`` is appended to the open alternatives. A proof is

* ``{"choose": i, "cases": [proof, …]}``: one proof for each part of open alternative i, in the state to which that part was added;
* ``{"sign of": p, "cases": [proof, proof, proof]}``: for p < 0, p = 0 and -p < 0, in the state with this fact appended;
* ``{"terms": [{"weight": rational > 0, "facts": [i, …], "squares": [p, …]}, …], "multipliers": [{"fact": i, "times": p}, …]}``: the facts
  contradict each other. The value of a fact is -p for p < 0 and p <= 0, and p² for p != 0. The value of a term is
  weight · product of the values of its facts · product of its squares p²: at least 0; more than 0 if it has no squares and all its facts are
  ``<`` or ``!=`` (the empty product, 1, included). A multiplier belongs to a fact e = 0 and is worth times · e, so 0.
  Their sum must be the zero polynomial and at least one term more than 0: then 0 > 0.

A second checker can be written from this text. ``facts`` may repeat an index; indices count from 0; ``squares`` and ``multipliers``
may be left out; other entries in a proof are refused, and so is a file beyond the limits below. For a formal proof: every term is a
product of facts and squares, so its sign follows from theirs, and the identity is one for a ring tactic.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import operator
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

__all__ = ["canonical", "check", "check_text", "key", "main"]

LARGEST_FILE = 20_000_000
WORK = 2_000_000  # coefficient products, weighed by their size, that one file may cost
DEPTH = 200
LARGEST_EXPONENT = 10_000
RATIONAL = re.compile(r"-?[0-9]{1,4000}(/[0-9]{1,4000})?", re.ASCII)
EXPONENT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
RELATIONS = ("<", "<=", "=", "!=")

MOST_VARIABLES = 100

Monomial = tuple[int, ...]  # the exponents of all variables
Polynomial = dict[Monomial, Fraction]


class Rejected(Exception):
    """Why a certificate is not accepted."""


class _Names:
    """The variables that a polynomial may have, and where their exponents stand."""

    def __init__(self, place: dict[str, int], count: int) -> None:
        self.place, self.count = place, count


class _Budget:
    """Bounds what a file may cost, so that no file can keep the checker busy for long."""

    def __init__(self) -> None:
        self.left = WORK

    def spend(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise Rejected("it costs more work than the checker allows")


# -- reading --------------------------------------------------------------------------------------------------------------


def _need(condition: object, reason: str) -> None:
    if not condition:
        raise Rejected(reason)


def _field(node: Any, name: str, kind: type) -> Any:
    _need(isinstance(node, dict) and isinstance(node.get(name), kind), f"{name!r} is missing, or is not a {kind.__name__}")
    return node[name]


def _keys(node: dict[str, Any], needed: set[str], optional: frozenset[str] = frozenset()) -> None:
    _need(needed <= node.keys() <= needed | optional, f"the entries {sorted(node)[:6]!r} are not {sorted(needed)!r}")


def _rational(text: Any) -> Fraction:
    if not isinstance(text, str) or not RATIONAL.fullmatch(text):
        raise Rejected(f"{str(text)[:40]!r} is not a rational number such as '-3/2'")
    numerator, _, denominator = text.partition("/")
    if denominator and not int(denominator):
        raise Rejected(f"{text[:40]!r} divides by zero")
    return Fraction(int(numerator), int(denominator or 1))


def _monomial(text: str, names: _Names) -> Monomial:
    powers = [0] * names.count
    for factor in text.split("*") if text != "1" else ():
        name, mark, exponent = factor.partition("^")
        place = names.place.get(name)
        if place is None or powers[place]:
            raise Rejected(f"{name[:40]!r} is not a variable, or stands twice in {text[:40]!r}")
        if mark and not EXPONENT.fullmatch(exponent):
            raise Rejected(f"the exponent in {factor[:40]!r} is not a positive integer")
        powers[place] = int(exponent or 1)
    _need(sum(powers) <= LARGEST_EXPONENT, "an exponent is too large")
    return tuple(powers)


def _polynomial(node: Any, names: _Names) -> Polynomial:
    _need(isinstance(node, dict), "a polynomial is not an object")
    found: Polynomial = {}
    for text, coefficient in node.items():
        monomial = _monomial(text, names)
        if monomial in found:
            raise Rejected(f"the monomial {text[:40]!r} occurs twice")
        found[monomial] = _rational(coefficient)
    return {m: c for m, c in found.items() if c}


def _formula(node: Any, names: _Names, depth: int = 0) -> Any:
    """A formula as ``(relation, polynomial)``, ``("all", parts)`` or ``("any", parts)``."""
    _need(depth < DEPTH, "a formula is nested too deeply")
    _need(isinstance(node, dict) and len(node) == 1, "a formula is not an object with one entry")
    [(kind, content)] = node.items()
    if kind in RELATIONS:
        return kind, _polynomial(content, names)
    _need(kind in ("all", "any") and isinstance(content, list), f"{kind[:40]!r} is no kind of formula")
    return kind, [_formula(part, names, depth + 1) for part in content]


def _atoms(formula: Any) -> list[Any]:
    kind, content = formula
    return [formula] if kind in RELATIONS else [a for part in content for a in _atoms(part)]


def _change(formula: Any, change: Any) -> Any:
    kind, content = formula
    return (kind, change(content)) if kind in RELATIONS else (kind, [_change(part, change) for part in content])


# -- polynomials ----------------------------------------------------------------------------------------------------------


def _cost(*numbers: int) -> int:
    """What it costs to compute with long numbers; nothing for short ones."""
    return int(max(n.bit_length() for n in numbers) >> 9) ** 2


def _add(total: Polynomial, monomial: Monomial, c: Fraction, budget: _Budget) -> None:
    before = total.get(monomial)
    if before is not None:
        budget.spend(_cost(before.numerator, before.denominator, c.numerator, c.denominator))
        c += before
    total[monomial] = c


def _integers(p: Polynomial, budget: _Budget) -> tuple[list[tuple[Monomial, int]], int]:
    """A polynomial as integers over one denominator."""
    denominator = 1
    for c in p.values():
        if denominator % c.denominator:
            budget.spend(_cost(denominator, c.denominator))
            denominator = math.lcm(denominator, c.denominator)
    budget.spend(len(p) * _cost(denominator, *(c.numerator for c in p.values())))
    return [(m, c.numerator * (denominator // c.denominator)) for m, c in p.items()], denominator


def _times(a: Polynomial, b: Polynomial, budget: _Budget) -> Polynomial:
    budget.spend(1 + len(a) * len(b))
    (left, p), (right, q) = _integers(a, budget), _integers(b, budget)
    each = _cost(max((c for _, c in left), key=abs, default=0), max((c for _, c in right), key=abs, default=0))
    budget.spend(len(a) * len(b) * (each + (len(left[0][0]) >> 3 if left else 0)))
    found: dict[Monomial, int] = {}
    for m, c in left:
        for n, d in right:
            product = tuple(map(operator.add, m, n))
            found[product] = found.get(product, 0) + c * d
    budget.spend(len(found) * _cost(p * q))
    return {m: Fraction(c, p * q) for m, c in found.items() if c}


def _plus(total: Polynomial, p: Polynomial, budget: _Budget) -> None:
    budget.spend(1 + len(p))
    for m, c in p.items():
        _add(total, m, c, budget)


def _negative(p: Polynomial) -> Polynomial:
    return {m: -c for m, c in p.items()}


# -- a part ---------------------------------------------------------------------------------------------------------------


def _read(part: Any, budget: _Budget) -> tuple[_Names, list[tuple[str, str]], Any, Any]:
    """The variables that are not fixed, their signs, domain and failure with the fixed variables set to 1."""
    names = _field(part, "variables", list)
    _need(all(isinstance(n, str) and n.isidentifier() for n in names) and len(set(names)) == len(names), "the variables are not different names")
    _need(len(names) <= MOST_VARIABLES, f"there are more than {MOST_VARIABLES} variables")
    known = _Names({n: i for i, n in enumerate(names)}, len(names))
    signs = _field(part, "signs", dict)
    _need(all(n in known.place and s in (">", ">=") for n, s in signs.items()), "a sign is not > or >= of a variable")
    domain, failure = (_formula(_field(part, name, dict), known) for name in ("domain", "failure"))
    _need(all(isinstance(e, str) for e in _field(part, "substitution", dict).values()), "a substitution is not text")
    polynomials = [p for formula in (domain, failure) for _, p in _atoms(formula)]
    fixed: dict[str, None] = {}
    for entry in _field(part, "fixed", list):
        budget.spend(len(fixed) + len(polynomials) + sum(map(len, polynomials)))
        variable = _field(entry, "variable", str)
        weights = {n: _rational(w) for n, w in _field(entry, "weights", dict).items()}
        _need(signs.get(variable) == ">", f"{variable[:40]!r} is set to 1, but is not positive")
        _need(weights.keys() <= known.place.keys() and weights.get(variable), f"the weights do not let {variable[:40]!r} be scaled to 1")
        _need(not any(weights.get(n) for n in fixed), f"scaling {variable[:40]!r} changes a variable that is already fixed")
        heavy = [(known.place[n], w) for n, w in weights.items()]
        for p in polynomials:
            degrees = {sum((w * m[i] for i, w in heavy), Fraction(0)) for m in p}
            _need(len(degrees) <= 1, f"a polynomial is not homogeneous in the weights of {variable[:40]!r}")
        fixed[variable] = None

    ones = {known.place[n] for n in fixed}

    def at_one(p: Polynomial) -> Polynomial:
        found: Polynomial = {}
        for m, c in p.items():
            _add(found, tuple(0 if i in ones else e for i, e in enumerate(m)), c, budget)
        return {m: c for m, c in found.items() if c}

    free = {n: i for n, i in known.place.items() if n not in fixed}
    return _Names(free, len(names)), [(n, signs[n]) for n in names if n in signs and n in free], _change(domain, at_one), _change(failure, at_one)


def canonical(part: Any) -> str:
    """The normal form of what a part shows: signs and both formulas, fixed variables at 1, parts of formulas in sorted order.

    Raises
    ------
    Rejected
        If the part cannot be read.
    """
    names, signs, domain, failure = _read(part, _Budget())
    order = sorted(names.place.items())

    def form(formula: Any) -> str:
        kind, content = formula
        if kind in RELATIONS:
            terms = {"*".join(f"{n}^{m[i]}" for n, i in order if m[i]): str(c) for m, c in content.items()}
            return json.dumps([kind, sorted(terms.items())], ensure_ascii=False)
        pieces = sorted({form(p) for p in content})
        return pieces[0] if len(pieces) == 1 else f"[{json.dumps(kind)}, {', '.join(pieces)}]"

    used = {n for f in (domain, failure) for _, p in _atoms(f) for m in p for n, i in order if m[i]}
    return "\n".join([json.dumps(sorted(s for s in signs if s[0] in used), ensure_ascii=False), form(domain), form(failure)])


def key(part: Any) -> str:
    """The SHA-256 of :func:`canonical`, in hexadecimal: what a kept certificate is found by, whatever its claim is called."""
    return hashlib.sha256(canonical(part).encode()).hexdigest()


class _State:
    """Facts and open alternatives."""

    def __init__(self, facts: list[Any], choices: list[Any], budget: _Budget) -> None:
        budget.spend(len(facts) + len(choices))
        self.facts, self.choices, self.budget = list(facts), list(choices), budget

    def with_(self, formula: Any) -> _State:
        found = _State(self.facts, self.choices, self.budget)
        found.add(formula)
        return found

    def add(self, formula: Any) -> None:
        self.budget.spend(1)
        kind, content = formula
        if kind in RELATIONS:
            self.facts.append(formula)
        elif kind == "any":
            self.choices.append(content)
        else:
            for part in content:
                self.add(part)


def _prove(node: Any, state: _State, names: _Names, place: str, depth: int = 0) -> None:
    _need(depth < DEPTH, "the proof is nested too deeply")
    _need(isinstance(node, dict), f"{place}: a proof is not an object")
    try:
        if "choose" in node:
            _keys(node, {"choose", "cases"})
            parts = state.choices[_index(node["choose"], len(state.choices))]
            alternatives = [state.with_(p) for p in parts]
        elif "sign of" in node:
            _keys(node, {"sign of", "cases"})
            p = _polynomial(node["sign of"], names)
            alternatives = [state.with_(f) for f in (("<", p), ("=", p), ("<", _negative(p)))]
        else:
            _contradiction(node, state, names)
            return
        cases = _field(node, "cases", list)
        _need(len(cases) == len(alternatives), f"there are {len(alternatives)} cases, not {len(cases)}")
    except Rejected as why:
        raise Rejected(f"{place}: {why}") from None
    for number, (case, alternative) in enumerate(zip(cases, alternatives, strict=True), 1):
        _prove(case, alternative, names, f"{place}, case {number}", depth + 1)


def _index(i: Any, count: int) -> int:
    _need(isinstance(i, int) and not isinstance(i, bool) and 0 <= i < count, f"there is no number {str(i)[:40]} here")
    return int(i)


def _contradiction(node: Any, state: _State, names: _Names) -> None:
    """Expands the identity of a branch and looks at the signs."""
    _keys(node, {"terms"}, frozenset({"multipliers"}))
    total: Polynomial = {}
    positive = False
    one: Monomial = (0,) * names.count
    products: dict[tuple[int, ...], Polynomial] = {(): {one: Fraction(1)}}

    def product(indices: tuple[int, ...]) -> Polynomial:
        for end in range(len(indices) + 1):
            head = indices[:end]
            if head not in products:
                relation, p = state.facts[head[-1]]
                value = _times(p, p, state.budget) if relation == "!=" else _negative(p)
                products[head] = _times(products[head[:-1]], value, state.budget)
        return products[indices]

    for term in _field(node, "terms", list):
        weight = _rational(_field(term, "weight", str))
        _keys(term, {"weight", "facts"}, frozenset({"squares"}))
        _need(weight > 0, f"the weight {term['weight'][:40]} is not positive")
        indices = tuple(_index(i, len(state.facts)) for i in _field(term, "facts", list))
        _need(len(indices) <= DEPTH, "a product has too many factors")
        relations = {state.facts[i][0] for i in indices}
        _need("=" not in relations, "an equation is used as if it were an inequality")
        squares = term.get("squares", [])
        _need(isinstance(squares, list), "the squares are not a list")
        value = product(indices)
        for square in squares:
            p = _polynomial(square, names)
            value = _times(value, _times(p, p, state.budget), state.budget)
        positive = positive or (relations <= {"<", "!="} and not squares)
        _plus(total, _times({one: weight}, value, state.budget), state.budget)
    for multiplier in _field({"multipliers": [], **node}, "multipliers", list):
        relation, p = state.facts[_index(_field(multiplier, "fact", int), len(state.facts))]
        _keys(multiplier, {"fact", "times"})
        _need(relation == "=", "a multiplier belongs to a fact that is not an equation")
        _plus(total, _times(_polynomial(multiplier["times"], names), p, state.budget), state.budget)
    _need(positive, "no term is a product of strict facts alone")
    wrong = next((m for m, c in total.items() if c), None)
    shown = "*".join(f"{n}^{wrong[i]}" for n, i in names.place.items() if wrong[i]) if wrong else ""
    _need(wrong is None, f"the sum is not zero: {shown[:80] or 'the constant term'} remains")


def _check_part(part: Any, budget: _Budget) -> None:
    names, signs, domain, failure = _read(part, budget)
    _need(part.get("key") == key(part), "the key is not that of the formulas")
    start = [("<" if s == ">" else "<=", {tuple(int(i == names.place[n]) for i in range(names.count)): Fraction(-1)}) for n, s in signs]
    state = _State(start, [], budget)
    state.add(domain)
    state.add(failure)
    _prove(part.get("proof"), state, names, "the proof")


# -- files ----------------------------------------------------------------------------------------------------------------


def check(data: Any) -> list[str]:
    """Reasons why a certificate, as read from JSON, is rejected; none if it is valid."""
    where = ""
    try:
        _need(isinstance(data, dict) and data.get("format") == "cdmtheory certificate", "this is not a certificate")
        _need(type(data.get("schema")) is int and data["schema"] == 1, "the schema is not 1, the one this checker knows")
        claim = _field(data, "claim", dict)
        for name in ("name", "title", "statement"):
            _field(claim, name, str)
        _need(all(isinstance(h, str) for h in _field(claim, "hypotheses", list)), "a hypothesis is not text")
        parts = _field(data, "parts", list)
        _need(parts, "it has no parts")
        budget = _Budget()
        for number, part in enumerate(parts, 1):
            where = f"part {number} of {len(parts)}: "
            _field(part, "role", str), _field(part, "statement", str)
            _check_part(part, budget)
    except Rejected as why:
        return [f"{where}{why}"]
    except (RecursionError, MemoryError, OverflowError, ValueError) as why:
        return [f"{where}it is too large ({type(why).__name__})"]
    return []


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    _need(len({name for name, _ in pairs}) == len(pairs), "a key occurs twice in an object")
    return dict(pairs)


def check_text(text: str) -> list[str]:
    """Reasons why a certificate, as JSON text, is rejected; none if it is valid."""
    try:
        return check(json.loads(text, object_pairs_hook=_without_repetition))
    except Rejected as why:
        return [str(why)]
    except ValueError as why:
        return [f"it is not JSON: {why}"]
    except RecursionError:
        return ["it is nested too deeply"]


def check_file(path: Path) -> list[str]:
    """Reasons why a file is rejected; none if it holds a valid certificate."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            return [f"it is larger than {LARGEST_FILE} bytes"]
        return check_text(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as why:
        return [f"it cannot be read: {why}"]


def main(arguments: list[str]) -> int:
    """``python check.py FILE…``: 0 all valid, 1 some rejected, 2 no file named."""
    if not arguments or any(a in ("-h", "--help") for a in arguments):
        print("usage: python check.py FILE…\nRe-checks certificates; 0 all valid, 1 some rejected. The format is described at the top of this file.")
        return 0 if arguments else 2
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    rejected = 0
    for name in arguments:
        reasons = check_file(Path(name))
        print(f"{'rejected' if reasons else 'valid   '}  {name}" + "".join(f"\n          {r}" for r in reasons))
        rejected += bool(reasons)
    return 1 if rejected else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
