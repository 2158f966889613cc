"""Re-checks certificates. Needs Python 3.11 and nothing else; copied alone to another machine: ``python check.py FILE…``

What a certificate shows
------------------------
A claim was brought to one or several *parts*. A part says: no real values of its variables, with the signs given, satisfy
both of two formulas, ``domain`` (the hypotheses) and ``failure`` (the ways in which the statement can fail). Or, if its ``kind`` is
``logarithms``: a function of one variable with logarithms has one sign on an interval. This file decides whether the part's ``proof``
shows that. That the parts say what the claim means, and that the human steps it names (``assumed``) lead from the parts with the role
"lemma" to the claim, is the business of whoever wrote them.

The format
----------
A file is one JSON object (UTF-8, no key twice in an object, no floats)::

    {"format": "cdmtheory certificate", "schema": 1,
     "claim": {"name", "title", "statement": text, "hypotheses": [text, …], "assumed": [text, …] or left out},
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

A part about logarithms has, instead of what follows "key" above::

    "kind": "logarithms", "variable": name, "substitution": {symbol: expression}, "sign": 1 or -1,
    "low": rational or "-oo", "high": rational or "oo", "logs": [q, …],
    "function": [{"powers": [n, …], "over": p, "under": q}, …], "proof": proof

and says that f(x) = Σ over/under·Π log(logs[i])^powers[i] is defined and has that sign for low < x < high. Its polynomials in x are lists
of rationals, the constant term first. All q must be positive (``under``: not 0) on the interval, by Descartes' rule of signs on it or,
if there is more than one variation, on its halves. A proof of the sign of f on an open interval is

* ``{"number": s}``: f does not depend on x; its sign s is seen by computing with error bounds;
* ``{"rational": s}``: no logarithm is left in f; Descartes' rule shows the sign s;
* ``{"divisor": {"over": p, "under": q}, "slope": proof, "end": "low" or "high"}``: with d = p/q, which has a sign on the interval, and
  g = f/d, a proof of the sign of g'. g is monotone, so g has the sign that going away from the end gives it if its limit there is 0, or
  has this sign. The limit is exact: with t > 0 the distance from the end (1/abs(x) at infinity) over, under and the logarithms' arguments are
  c·t^v·(1 + …), so f is a series in t whose coefficients are polynomials in log t and the log c; the c are written over integers
  without common factors. The first coefficient that is not the polynomial 0 decides if its power of t is not above 0, by its
  highest power of log t, whose coefficient is computed with error bounds; if there is none, the limit is 0;
* ``{"pieces": [piece, …]}``: pieces that cover the interval from low to high, each beginning where the one before it has reached, or
  before. A piece is ``{"low", "high", "proof"}``, an open interval, or ``{"boxes": [x_0, …, x_n]}``: on every [x_i, x_(i+1)] the sign is
  seen from f(m) + f'([x_i, x_(i+1)])·([x_i, x_(i+1)] − m), m the middle, in interval arithmetic.

A second checker can be written from this text. ``facts`` may repeat an index; indices count from 0; ``squares`` and ``multipliers``
may be left out; other entries in a proof are refused, and so is a file beyond the limits below. For a formal proof: every term is a
product of facts and squares, so its sign follows from theirs, and the identity is one for a ring tactic.
"""

from __future__ import annotations

import hashlib
import io
import itertools
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

    Of a part about logarithms: the interval, the sign and the function.

    Raises
    ------
    Rejected
        If the part cannot be read.
    """
    if isinstance(part, dict) and "kind" in part:
        f, low, high, sign = _read_logarithms(part, _Budget())
        terms = sorted((n, *[[str(c) for c in p] for p in q]) for n, q in f.terms.items())
        return json.dumps(["logarithms", str(low), str(high), sign, [[str(c) for c in q] for q in f.logs], terms])
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
    if isinstance(part, dict) and "kind" in part:
        _need(part.get("key") == key(part), "the key is not that of the function")
        f, low, high, sign = _read_logarithms(part, budget)
        _need(_sign_of(part.get("proof"), f, low, high, budget) == sign, "the proof shows the other sign")
        return
    names, signs, domain, failure = _read(part, budget)
    _need(part.get("key") == key(part), "the key is not that of the formulas")
    start = [("<" if s == ">" else "<=", {tuple(int(i == names.place[n]) for i in range(names.count)): Fraction(-1)}) for n, s in signs]
    state = _State(start, [], budget)
    state.add(domain)
    state.add(failure)
    _prove(part.get("proof"), state, names, "the proof")


# -- logarithms -----------------------------------------------------------------------------------------------------------

BITS = 192  # of the binary point in interval arithmetic
BISECTIONS = 80
Coefficients = list[Fraction]  # of a polynomial in one variable, the constant term first, the last one not 0
Bound = tuple[int, int]  # an interval, in units of 2^-BITS


class _LogSum:
    """Σ over/under·Π log(logs[i])^powers[i]."""

    def __init__(self, logs: list[Coefficients], terms: dict[tuple[int, ...], tuple[Coefficients, Coefficients]]) -> None:
        self.logs, self.terms = logs, terms


def _product(a: Coefficients, b: Coefficients, budget: _Budget) -> Coefficients:
    if not a or not b:
        return []
    budget.spend(len(a) * len(b) * (1 + max(_cost(c.numerator, c.denominator) for p in (a, b) for c in p)))
    found = [Fraction(0)] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            found[i + j] += x * y
    return found


def _sum(a: Coefficients, b: Coefficients, sign: int = 1) -> Coefficients:
    found = [(a[i] if i < len(a) else Fraction(0)) + sign * (b[i] if i < len(b) else Fraction(0)) for i in range(max(len(a), len(b)))]
    while found and not found[-1]:
        found.pop()
    return found


def _derivative(p: Coefficients) -> Coefficients:
    return [i * c for i, c in enumerate(p)][1:]


def _divided(a: Coefficients, b: Coefficients, budget: _Budget) -> tuple[Coefficients, Coefficients]:
    """Quotient and remainder."""
    quotient, rest = [Fraction(0)] * max(0, len(a) - len(b) + 1), list(a)
    while len(rest) >= len(b):
        c, shift = rest[-1] / b[-1], len(rest) - len(b)
        quotient[shift] = c
        budget.spend(len(b) * (1 + _cost(c.numerator, c.denominator, rest[-1].numerator, b[0].denominator)))
        rest = _sum(rest, [Fraction(0)] * shift + [c * x for x in b], -1)
    return quotient, rest


def _reduced(over: Coefficients, under: Coefficients, budget: _Budget) -> tuple[Coefficients, Coefficients]:
    """A fraction without common factors; the denominator's leading coefficient becomes 1."""
    a, b = (over, under) if over else (under, under)
    while b:
        a, b = b, [c / b[-1] for c in _divided(a, b, budget)[1]]
        b = [c / b[-1] for c in b] if b else b
    over, under = _divided(over, a, budget)[0], _divided(under, a, budget)[0]
    return [c / under[-1] for c in over], [c / under[-1] for c in under]


def _slope(f: _LogSum, budget: _Budget) -> _LogSum:
    found: dict[tuple[int, ...], tuple[Coefficients, Coefficients]] = {}

    def add(powers: tuple[int, ...], over: Coefficients, under: Coefficients) -> None:
        if powers in found:
            p, q = found[powers]
            over, under = _sum(_product(p, under, budget), _product(over, q, budget)), _product(q, under, budget)
        found[powers] = _reduced(over, under, budget)

    for powers, (p, q) in f.terms.items():
        add(powers, _sum(_product(_derivative(p), q, budget), _product(p, _derivative(q), budget), -1), _product(q, q, budget))
        for i, (n, inner) in enumerate(zip(powers, f.logs, strict=True)):
            if n and len(inner) > 1:
                add((*powers[:i], n - 1, *powers[i + 1:]), [n * c for c in _product(p, _derivative(inner), budget)], _product(q, inner, budget))
    return _LogSum(f.logs, {n: c for n, c in found.items() if c[0]})


def _read_logarithms(part: Any, budget: _Budget) -> tuple[_LogSum, Fraction | None, Fraction | None, int]:
    _need(_field(part, "kind", str) == "logarithms", f"{str(part['kind'])[:40]!r} is no kind of part")
    _field(part, "variable", str)
    _need(all(isinstance(e, str) for e in _field(part, "substitution", dict).values()), "a substitution is not text")
    low, high = (None if part.get(name) == infinite else _rational(part.get(name)) for name, infinite in (("low", "-oo"), ("high", "oo")))
    _need(low is None or high is None or low < high, "the interval is empty")
    logs = [_coefficients(q) for q in _field(part, "logs", list)]
    _need(all(_sign_between(q, low, high, budget) == 1 for q in logs), "the argument of a logarithm was not seen to be positive")
    terms: dict[tuple[int, ...], tuple[Coefficients, Coefficients]] = {}
    for entry in _field(part, "function", list):
        powers = tuple(_field(entry, "powers", list))
        _need(len(powers) == len(logs) and all(type(n) is int and 0 <= n <= MOST_VARIABLES for n in powers), "there is not one power for every logarithm")
        _need(powers not in terms, "the same powers stand twice in the function")
        over, under = _quotient(entry, low, high, budget)
        if over:
            terms[powers] = over, under
    sign = part.get("sign")
    _need(type(sign) is int and sign in (1, -1), "the sign is not 1 or -1")
    return _LogSum(logs, terms), low, high, int(sign)


def _coefficients(node: Any) -> Coefficients:
    _need(isinstance(node, list) and len(node) <= DEPTH, "a polynomial in one variable is not a list of coefficients, or too long")
    return _sum([_rational(c) for c in node], [])


def _quotient(node: Any, low: Fraction | None, high: Fraction | None, budget: _Budget) -> tuple[Coefficients, Coefficients]:
    over, under = _coefficients(_field(node, "over", list)), _coefficients(_field(node, "under", list))
    _need(_sign_between(under, low, high, budget), "a denominator was not seen to be different from 0")
    return _reduced(over, under, budget)


def _at(p: Coefficients, inner: Coefficients, budget: _Budget) -> Coefficients:
    """p(inner(x))."""
    found: Coefficients = []
    for c in reversed(p):
        found = _sum(_product(found, inner, budget), [c])
    return found


def _sign_between(p: Coefficients, low: Fraction | None, high: Fraction | None, budget: _Budget) -> int:
    """The sign of a polynomial on an open interval; 0 if it was not seen to have one."""
    one = Fraction(1)
    if len(p) <= 1:
        return (p[0] > 0) - (p[0] < 0) if p else 0
    if low is None and high is None:
        left = _sign_between(p, None, Fraction(0), budget)
        return left if p[0] and left == _sign_between(p, Fraction(0), None, budget) else 0
    if low is not None and high is not None:
        moved = _at(p, [low, high - low], budget)
    else:
        half = _at(p, [low, one] if low is not None else [high or Fraction(0), -one], budget)  # on (0, oo)
        moved, power = [], [one]
        for i in range(len(half) - 1, -1, -1):  # Σ c_i x^i (1 − x)^(n − i)
            moved = _sum(moved, [Fraction(0)] * i + [half[i] * c for c in power])
            power = _product(power, [one, -one], budget)
    return _sign_on_unit(moved, BISECTIONS, budget)


def _sign_on_unit(p: Coefficients, depth: int, budget: _Budget) -> int:
    turned = _at(p[::-1], [Fraction(1), Fraction(1)], budget)
    signs = [1 if c > 0 else -1 for c in turned if c]
    variations = sum(a != b for a, b in itertools.pairwise(signs))
    if variations == 0:
        return signs[0]
    half = Fraction(1, 2)
    if variations == 1 or not depth or not sum((c * half**i for i, c in enumerate(p)), Fraction(0)):
        return 0
    left = _sign_on_unit(_at(p, [Fraction(0), half], budget), depth - 1, budget)
    return left if left and left == _sign_on_unit(_at(p, [half, half], budget), depth - 1, budget) else 0


def _sign_of(node: Any, f: _LogSum, low: Fraction | None, high: Fraction | None, budget: _Budget, depth: int = 0) -> int:
    """The sign of f on an open interval, as its proof shows it."""
    _need(depth < DEPTH, "the proof is nested too deeply")
    _need(isinstance(node, dict), "a proof is not an object")
    sign = 0
    if "number" in node:
        _keys(node, {"number"})
        constant = all(len(p) <= 1 and len(q) <= 1 and all(len(inner) <= 1 for n, inner in zip(powers, f.logs, strict=True) if n)
                       for powers, (p, q) in f.terms.items())
        _need(constant, "what is called a number depends on the variable")
        sign = _sign_of_bound(_value(f, (0, 0), budget))
        _need(sign and sign == node["number"], "the sign of a number was not seen")
    elif "rational" in node:
        _keys(node, {"rational"})
        _need(len(f.terms) == 1 and not any(next(iter(f.terms))), "what is called rational has logarithms")
        over, under = next(iter(f.terms.values()))
        sign = _sign_between(over, low, high, budget) * _sign_between(under, low, high, budget)
        _need(sign and sign == node["rational"], "the sign of a rational function was not seen")
    elif "pieces" in node:
        _keys(node, {"pieces"})
        sign = _sign_of_pieces(_field(node, "pieces", list), f, low, high, budget, depth)
    else:
        _keys(node, {"divisor", "slope", "end"})
        over, under = _quotient(node["divisor"], low, high, budget)
        divisor = _sign_between(over, low, high, budget) * _sign_between(under, low, high, budget)
        _need(divisor, "the sign of a divisor was not seen")
        g = _LogSum(f.logs, {n: _reduced(_product(p, under, budget), _product(q, over, budget), budget) for n, (p, q) in f.terms.items()})
        _need(node["end"] in ("low", "high"), "an end is neither low nor high")
        at_low = node["end"] == "low"
        away = _sign_of(node["slope"], _slope(g, budget), low, high, budget, depth + 1) * (1 if at_low else -1)
        _need(_sign_at_end(g, low if at_low else high, at_low, budget) in (0, away), "the limit at an end has the other sign")
        sign = away * divisor
    return sign


def _sign_of_pieces(pieces: list[Any], f: _LogSum, low: Fraction | None, high: Fraction | None, budget: _Budget, depth: int) -> int:
    reached, closed = low, False  # how far the pieces have come, and whether that point is covered too
    signs = set()
    slope = _slope(f, budget)
    for number, piece in enumerate(pieces):
        _need(isinstance(piece, dict), "a piece is not an object")
        if "boxes" in piece:
            _keys(piece, {"boxes"})
            points = [_rational(x) for x in _field(piece, "boxes", list)]
            _need(len(points) > 1 and all(a < b for a, b in itertools.pairwise(points)), "the boxes are not in order")
            _need(reached is not None and points[0] <= reached and (low is None or points[0] > low) and (high is None or points[-1] < high),
                  "boxes leave a gap, or the interval")
            for a, b in itertools.pairwise(points):
                signs.add(_sign_on_box(f, slope, a, b, budget))
            if reached is not None and points[-1] >= reached:
                reached, closed = points[-1], True
            continue
        _keys(piece, {"low", "high", "proof"})
        start, end = (None if piece[name] == infinite else _rational(piece[name]) for name, infinite in (("low", "-oo"), ("high", "oo")))
        first = number == 0 and start == low
        _need(first or (start is not None and reached is not None and (start < reached or (start == reached and closed))), "there is a gap between two pieces")
        _need((low is None or (start is not None and start >= low)) and (high is None or (end is not None and end <= high)), "a piece leaves the interval")
        _need(start is None or end is None or start < end, "a piece is empty")
        signs.add(_sign_of(piece["proof"], f, start, end, budget, depth + 1))
        if end is None or reached is None or end > reached:
            reached, closed = end, False
        if end is None:
            break
    _need(bool(pieces) and reached == high and len(signs) == 1, "the pieces do not reach the end, or differ in sign")
    return int(signs.pop())


# limits at an end: series in t with coefficients that are polynomials in log t (variable 0) and logarithms of integers


def _near(p: Coefficients, end: Fraction | None, at_low: bool, budget: _Budget) -> tuple[int, Coefficients]:
    """A polynomial near an end as t^v·(coefficients of a power series), the first of them not 0."""
    if end is None:
        return 1 - len(p), [c * (-1) ** (i if at_low else 0) for i, c in reversed(list(enumerate(p)))]
    moved = _at(p, [end, Fraction(1 if at_low else -1)], budget)
    v = next(i for i, c in enumerate(moved) if c)
    return v, moved[v:]


def _coprime(numbers: list[int]) -> list[int]:
    """Integers above 1 without common factors, of which all the numbers are products."""
    waiting = [n for n in numbers if n > 1]
    found: list[int] = []
    while waiting:
        n = waiting.pop()
        for i, b in enumerate(found):
            common = math.gcd(n, b)
            if common > 1:
                del found[i]
                waiting += [m for m in (common, b // common, n // common) if m > 1]
                break
        else:
            found.append(n)
    return sorted(found)


def _sign_at_end(f: _LogSum, end: Fraction | None, at_low: bool, budget: _Budget) -> int:
    """The sign of the limit of f at an end, 0 if the limit is 0."""
    quotients = {n: (_near(p, end, at_low, budget), _near(q, end, at_low, budget)) for n, (p, q) in f.terms.items()}
    lowest = min((a[0] - b[0] for a, b in quotients.values()), default=1)
    if lowest > 0:
        return 0
    count = 1 - lowest
    _need(count <= DEPTH, "the order at an end is too high")
    arguments = [_near(q, end, at_low, budget) for q in f.logs]
    base = _coprime([n for _, s in arguments for n in (s[0].numerator, s[0].denominator)])
    one: Monomial = (0,) * (1 + len(base))

    def number(c: Fraction) -> Polynomial:
        return {one: c} if c else {}

    def logarithm(v: int, s: Coefficients) -> list[Polynomial]:
        constant: Polynomial = {(1, *one[1:]): Fraction(v)} if v else {}
        for part, sign in ((s[0].numerator, 1), (s[0].denominator, -1)):
            for i, b in enumerate(base):
                exponent = next(e for e in itertools.count() if part % b ** (e + 1))
                if exponent:
                    _add(constant, tuple(int(j == i + 1) for j in range(1 + len(base))), Fraction(sign * exponent), budget)
        u = [c / s[0] for c in s[:count]] + [Fraction(0)] * (count - len(s))
        found = [Fraction(0)] * count
        for n in range(1, count):
            found[n] = u[n] - sum((Fraction(j, n) * found[j] * u[n - j] for j in range(1, n)), Fraction(0))
        return [{m: c for m, c in constant.items() if c}, *map(number, found[1:])]

    logs = [logarithm(*a) for a in arguments]
    total: dict[int, Polynomial] = {}
    for powers, ((v, over), (w, under)) in quotients.items():
        ratio: Coefficients = []
        for i in range(count):
            rest = (over[i] if i < len(over) else Fraction(0)) - sum((ratio[j] * under[i - j] for j in range(i) if i - j < len(under)), Fraction(0))
            ratio.append(rest / under[0])
        series = [number(c) for c in ratio]
        for n, factor in zip(powers, logs, strict=True):
            for _ in range(n):
                multiplied: list[Polynomial] = [{} for _ in range(count)]
                for i, a in enumerate(series):
                    for j, b in enumerate(factor[:count - i]):
                        _plus(multiplied[i + j], _times(a, b, budget), budget)
                series = multiplied
        for i, p in enumerate(series):
            if v - w + i <= 0:
                _plus(total.setdefault(v - w + i, {}), p, budget)
    for power in sorted(total):
        terms = {m: c for m, c in total[power].items() if c}
        if terms:
            degree = max(m[0] for m in terms)
            value = (0, 0)
            for m, c in terms.items():
                if m[0] == degree:
                    part = _bound(c)
                    for n, integer in zip(m[1:], base, strict=True):
                        for _ in range(n):
                            part = _times_bound(part, _log(Fraction(integer)))
                    value = value[0] + part[0], value[1] + part[1]
            sign = _sign_of_bound(value)
            _need(sign, "the sign of a limit was not seen")
            return -sign if degree % 2 else sign
    return 0


# interval arithmetic


def _bound(c: Fraction) -> Bound:
    scaled = c.numerator << BITS
    return scaled // c.denominator, -(-scaled // c.denominator)


def _times_bound(a: Bound, b: Bound) -> Bound:
    products = [x * y for x in a for y in b]
    return min(products) >> BITS, -(-max(products) >> BITS)


def _over_bound(a: Bound, b: Bound) -> Bound:
    _need(b[0] > 0 or b[1] < 0, "a denominator may be 0 in a box")
    quotients = [Fraction(x, y) for x in a for y in b]
    return _bound(min(quotients))[0], _bound(max(quotients))[1]


def _sign_of_bound(a: Bound) -> int:
    return (a[0] > 0) - (a[1] < 0)


def _log(x: Fraction) -> Bound:
    """log x for x > 0: x = m·2^k with 1/2 < m < 2, log m = 2·artanh((m − 1)/(m + 1))."""
    k = x.numerator.bit_length() - x.denominator.bit_length()
    n, d = x.numerator << max(0, -k), x.denominator << max(0, k)
    low, high = _artanh(n - d, n + d)
    two = _artanh(1, 3)
    return 2 * (low + min(k * two[0], k * two[1])), 2 * (high + max(k * two[0], k * two[1]))


def _artanh(n: int, d: int) -> Bound:
    """artanh(n/d), abs(n/d) <= 1/3, by its series: every term is cut off by less than one unit, and what is left out is less than one."""
    guard = BITS + 32
    z = (abs(n) << guard) // d
    square = (z * z) >> guard
    total, power, i = 0, z, 1
    while power:
        total += power // i
        power = (power * square) >> guard
        i += 2
    margin = 4 * i  # units of 2^-guard: fewer than 3 per term, for the power carries the error of those before it times 1/9
    low, high = (total - margin) >> 32, -(-(total + margin) >> 32)
    return (low, high) if n >= 0 else (-high, -low)


def _horner(p: Coefficients, x: Bound) -> Bound:
    value = (0, 0)
    for c in reversed(p):
        value = _times_bound(value, x)
        term = _bound(c)
        value = value[0] + term[0], value[1] + term[1]
    return value


def _value(f: _LogSum, x: Bound, budget: _Budget) -> Bound:
    """f on an interval."""
    budget.spend(20 * len(f.logs) + sum(len(p) + len(q) for p, q in f.terms.values()))
    logs: list[Bound] = []
    for i, q in enumerate(f.logs):
        low, high = _horner(q, x) if any(n[i] for n in f.terms) else (1, 1)
        _need(low > 0, "the argument of a logarithm may not be positive in a box")
        logs.append((_log(Fraction(low, 1 << BITS))[0], _log(Fraction(high, 1 << BITS))[1]))
    total = (0, 0)
    for powers, (p, q) in f.terms.items():
        value = _over_bound(_horner(p, x), _horner(q, x))
        for n, y in zip(powers, logs, strict=True):
            for _ in range(n):
                value = _times_bound(value, y)
        total = total[0] + value[0], total[1] + value[1]
    return total


def _sign_on_box(f: _LogSum, slope: _LogSum, a: Fraction, b: Fraction, budget: _Budget) -> int:
    """The sign of f on [a, b] by its mean value form."""
    low, high, middle = _bound(a)[0], _bound(b)[1], _bound((a + b) / 2)
    at, change = _value(f, middle, budget), _times_bound(_value(slope, (low, high), budget), (low - middle[1], high - middle[0]))
    sign = _sign_of_bound((at[0] + change[0], at[1] + change[1]))
    _need(sign, "the sign of the function was not seen in a box")
    return sign


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
        texts = [*_field(claim, "hypotheses", list), *_field({"assumed": [], **claim}, "assumed", list)]
        _need(all(isinstance(t, str) for t in texts), "a hypothesis, or what is assumed, is not text")
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
