"""Claims and derivations: data about what is to be decided, never how.

A :class:`Claim` says that a statement of the language (:mod:`cdmtheory.language`) holds wherever its hypotheses do. A
:class:`Derivation` is a chain of exact identities. Both refuse, when they are made, what could only mislead later.
"""

from __future__ import annotations

import ast
import functools
import linecache
import re
import sys
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from unicodedata import combining, normalize

import sympy
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, BooleanAtom, Equivalent, Implies, Not, Or
from sympy.printing.latex import LatexPrinter

from cdmtheory.language import SYMBOLS, MethodTerm, Optimal, Sup, Unique, _OfMethod, _Optimum, beta, eps, eta, h, k, kappa, lambda_, mu, stable
from cdmtheory.language import L as L_symbol

__all__ = ["Claim", "ClaimError", "Derivation", "implied_hypotheses", "text"]

_CONNECTIVES = (And, Or, Not, Implies, Equivalent)
_ASSUMPTIONS_OK = {"positive", "nonnegative", "negative", "nonpositive", "nonzero", "integer", "real"}
_ASSUMPTIONS_BAD = ("rational", "irrational", "algebraic", "transcendental", "even", "odd", "prime", "composite", "imaginary", "noninteger", "infinite", "zero")


class ClaimError(ValueError):
    """A claim that cannot be taken as it is written; the message says what to write instead."""


def text(expression: Any) -> str:
    """An expression or statement as one line of text."""
    return str(sympy.sstr(expression, order=None))


@dataclass(frozen=True, init=False)
class Claim:
    """A statement about first-order methods on quadratics with spectrum in [mu, L], to be decided.

    ``that`` is claimed wherever ``given`` and the implied hypotheses hold (0 < mu <= L, kappa = L/mu, eta > 0, mu <= h <= L,
    0 < eps < 1, lambda_ > 0, k an integer >= 0). ``near_miss``: slightly different statements (or Claims) that are
    false and must come out so. ``hints``: equations that name a witness of an optimum, and expressions whose sign or square may
    help an engine; they never decide.

    Raises
    ------
    ClaimError
        For a float, a look-alike of an exported symbol, a chained comparison, a statement that is none.
    """

    title: str
    that: Any
    given: tuple[Any, ...]
    near_miss: tuple[Claim, ...]
    reference: str
    hints: tuple[Any, ...]
    made_in: str = field(compare=False, repr=False)  # the file whose code made it

    def __init__(self, title: str, *, that: Any, given: Any = (), near_miss: Any = (), reference: str = "", hints: Any = ()) -> None:
        _refuse_misread(sys._getframe(1))
        hypotheses = tuple(_statement(s, "given") for s in _several(given, "given"))
        put = object.__setattr__
        put(self, "title", _title(title))
        put(self, "made_in", sys._getframe(1).f_code.co_filename)
        put(self, "that", _statement(that, "that"))
        put(self, "given", hypotheses)
        put(self, "near_miss", tuple(_near_misses(self.title, hypotheses, near_miss)))
        put(self, "reference", str(reference))
        put(self, "hints", tuple(sympy.sympify(x) for x in _several(hints, "hints")))
        _refuse_names(*(s for s in (self.that, *self.given)))

    @property
    def statement(self) -> str:
        """The statement as text."""
        return text(self.that)

    @property
    def hypotheses(self) -> list[str]:
        """What holds by hypothesis, the implied part included, as text."""
        return implied_hypotheses(self.that, *self.given) + [text(s) for s in self.given]

    def _latex(self, printer: Any) -> str:
        return str(printer.doprint(self.that))

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {sympy.latex(self.that)}$"


@dataclass(frozen=True, init=False)
class Derivation:
    """A chain of exact steps: equations between SymPy expressions that must reduce to zero, or statements a claim could make.

    For what is not a claim about a method on a spectrum: matrix identities of small explicit size, differential equations,
    sums. What the steps do not cover (general sizes) is said in the verdict's ``assumed``: give it as ``assumed``.
    """

    title: str
    steps: tuple[Any, ...]
    given: tuple[Any, ...]
    near_miss: tuple[Derivation, ...]
    reference: str
    assumed: tuple[str, ...]
    made_in: str = field(compare=False, repr=False)  # the file whose code made it

    def __init__(self, title: str, *, steps: Any, given: Any = (), near_miss: Any = (), reference: str = "", assumed: Any = ()) -> None:
        _refuse_misread(sys._getframe(1))
        chain = tuple(_step(s) for s in _several(steps, "steps"))
        if not chain:
            raise ClaimError("steps is empty; a derivation needs at least one step, an equation such as Eq(left, right)")
        hypotheses = tuple(_statement(s, "given") for s in _several(given, "given"))
        put = object.__setattr__
        put(self, "title", _title(title))
        put(self, "made_in", sys._getframe(1).f_code.co_filename)
        put(self, "steps", chain)
        put(self, "given", hypotheses)
        put(self, "reference", str(reference))
        put(self, "assumed", tuple(str(a) for a in ((assumed,) if isinstance(assumed, str) else assumed)))
        misses = []
        for number, miss in enumerate(_several(near_miss, "near_miss"), 1):
            misses.append(miss if isinstance(miss, Derivation)
                          else Derivation(f"{self.title} (near miss {number})", steps=[miss], given=hypotheses))
        put(self, "near_miss", tuple(misses))
        _refuse_names(*self.steps, *self.given)

    @property
    def statement(self) -> str:
        """The steps as text, one after the other."""
        return "; ".join(text(s) for s in self.steps)

    @property
    def hypotheses(self) -> list[str]:
        """What holds by hypothesis, as text."""
        return implied_hypotheses(*self.steps, *self.given) + [text(s) for s in self.given]

    def _latex(self, printer: Any) -> str:
        return r",\quad ".join(str(printer.doprint(s)) for s in self.steps)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self._latex(LatexPrinter())}$"


def implied_hypotheses(*statements: Any) -> list[str]:
    """The hypotheses that every claim has by the symbols and quantities in it, as text."""
    free = set().union(*(s.free_symbols for s in statements)) | {s for st in statements for s in _bound(st)}
    over_spectrum = any(st.has(_OfMethod) if hasattr(st, "has") else False for st in statements)
    found = ["0 < mu <= L"] if over_spectrum or free & {mu, L_symbol, kappa, h} else []
    found += [shown for symbol, shown in ((kappa, "kappa = L/mu"), (eta, "eta > 0"), (h, "mu <= h <= L"), (eps, "0 < eps < 1"),
                                          (lambda_, "lambda > 0"), (k, "k an integer >= 0"), (beta, "beta real")) if symbol in free]
    own = sorted((s for s in free - set(SYMBOLS.values()) if isinstance(s, sympy.Symbol)), key=lambda s: s.name)
    return found + [f"{s.name} {_range(s)}" for s in own]


def _bound(statement: Any) -> set[Any]:
    """Symbols bound by Optimal, Unique or Sup: they have hypotheses of their own too."""
    return set().union(*(set(o.over) for o in statement.atoms(_Optimum)), *({k} for _ in statement.atoms(Sup))) if hasattr(statement, "atoms") else set()


def _range(s: Any) -> str:
    sign = ("> 0" if s.is_positive else "< 0" if s.is_negative else ">= 0" if s.is_nonnegative else "<= 0" if s.is_nonpositive
            else "!= 0" if s.is_nonzero and s.is_real else "")
    if s.is_integer:
        return f"an integer {sign}".strip()
    return sign or "real"


def _title(title: Any) -> str:
    if not isinstance(title, str) or not title.strip():
        raise ClaimError(f"title = {title!r}; the first argument is the title, a sentence that says what is claimed")
    return title.strip()


def _several(value: Any, name: str) -> tuple[Any, ...]:
    if isinstance(value, (list, tuple, set, frozenset, sympy.Tuple)):
        return tuple(value)
    if isinstance(value, (str, bytes)):
        raise ClaimError(f"{name} = {value!r} is text; allowed are SymPy statements such as Eq(a, b) or a <= b")
    return (value,)


def _near_misses(title: str, given: tuple[Any, ...], near_miss: Any) -> Iterator[Claim]:
    for number, miss in enumerate(_several(near_miss, "near_miss"), 1):
        yield miss if isinstance(miss, Claim) else Claim(f"{title} (near miss {number})", that=miss, given=given)


def _step(value: Any) -> Any:
    if isinstance(value, (Claim, Derivation)):
        raise ClaimError(f"steps holds the {type(value).__name__} {value.title!r}; a step is an equation, an inequality, a limit or a supremum")
    if isinstance(value, (bool, sympy.logic.boolalg.BooleanAtom)):
        return sympy.sympify(value)
    if isinstance(value, sympy.Eq):
        _refuse_floats(value, "steps")
        return value
    return _statement(value, "steps")


def _statement(value: Any, where: str) -> Any:
    """Check one statement and hand it back as SymPy's."""
    if isinstance(value, bool):
        return sympy.true if value else sympy.false
    if not isinstance(value, sympy.Basic):
        raise ClaimError(f"{where}: {value!r} is not a statement; allowed are relations such as Eq(a, b), a <= b, stable(m), and And, Or, Not of them")
    _refuse_floats(value, where)
    _check_boolean(value, where)
    return value


def _refuse_floats(value: Any, where: str) -> None:
    floats = sorted(value.atoms(sympy.Float), key=str)
    if floats:
        number = floats[0]
        near = sympy.nsimplify(number, rational=True, tolerance=sympy.Rational(1, 10**12))
        raise ClaimError(f"{where}: the float {float(number)!r} in {text(value)}; a claim is exact, so use Rational({near.p}, {near.q}) instead")
    if value.has(sympy.nan, sympy.zoo, sympy.I):
        raise ClaimError(f"{where}: {text(value)} holds an undefined or complex number; claims are about real numbers")


def _check_boolean(value: Any, where: str) -> None:
    if isinstance(value, BooleanAtom):
        return
    if isinstance(value, _CONNECTIVES):
        for part in value.args:
            if isinstance(part, sympy.Symbol) or not isinstance(part, sympy.logic.boolalg.Boolean):
                raise ClaimError(f"{where}: {text(part)} inside {type(value).__name__} is not a statement but a number; "
                                 "compare it with something, for instance Eq(a, b) or a <= b")
            _check_boolean(part, where)
        return
    if isinstance(value, (sympy.Eq, sympy.Ne, sympy.Lt, sympy.Le, sympy.Gt, sympy.Ge)):
        for side in value.args:
            _check_expression(side, where)
        return
    if isinstance(value, _Optimum):
        _check_expression(value.quantity, where)
        _check_expression(value.value, where)
        return
    if isinstance(value, stable):
        return
    what = "a symbol" if isinstance(value, sympy.Symbol) else "a method" if isinstance(value, MethodTerm) else type(value).__name__
    raise ClaimError(f"{where}: {text(value)} is {what}, not a statement; allowed are Eq, Ne, <, <=, >, >=, stable, Optimal, Unique, "
                     "and And, Or, Not, Implies, Equivalent of them")


def _check_expression(side: Any, where: str) -> None:
    is_matrix = getattr(side, "is_Matrix", False)
    if is_matrix or not isinstance(side, sympy.Expr):
        what = "a method" if isinstance(side, MethodTerm) else "a matrix" if is_matrix else f"{type(side).__name__}"
        raise ClaimError(f"{where}: {text(side)} is {what}, not a number; compare quantities of methods, such as worst_rate(m)")
    statements = side.atoms(Relational, stable, Optimal, Unique) - {side}
    if statements and not side.has(sympy.Piecewise):
        raise ClaimError(f"{where}: the statement {text(next(iter(statements)))} stands inside the number {text(side)}")


def _refuse_names(*statements: Any) -> None:
    symbols = sorted(set().union(*(st.atoms(sympy.Symbol) for st in statements)), key=lambda s: (s.name, s.sort_key()))
    for s in symbols:
        exported = SYMBOLS.get(s.name)
        if exported is not None and s != exported:
            raise ClaimError(f"the symbol {s.name} is spelled like cdmtheory's but is another one (its assumptions differ); "
                             f"write 'from cdmtheory import {'lambda_' if s.name.startswith('lambda') else s.name}', or give yours another name")
        implied = {"rational", "algebraic"} if s.is_integer else set()
        bad = ["not real"] if s.is_real is False else [name for name in _ASSUMPTIONS_BAD if s.assumptions0.get(name) is True and name not in implied]
        said = sympy.Symbol(s.name, **{name: True for name in _ASSUMPTIONS_OK if s.assumptions0.get(name) is True})
        bad = bad or [f"{name} ({value})" for name, value in s.assumptions0.items() if said.assumptions0.get(name) != value]
        if bad:
            raise ClaimError(f"the symbol {s.name} is assumed to be {', '.join(bad)}; allowed are {', '.join(sorted(_ASSUMPTIONS_OK))}")
    for one, other in pairwise(symbols):
        if one.name == other.name:
            raise ClaimError(f"two different symbols are called {one.name} (their assumptions differ, or one is a Dummy), which no answer could tell apart; "
                             "give each a name of its own")


def misread_in_source(tree: ast.AST, names: Mapping[str, Any], *, functions: bool = True) -> Iterator[tuple[int, str]]:
    """What Python or SymPy takes for something else, as line and message, where only the source shows it.

    A chained comparison such as ``0 < a < 1`` keeps one half where SymPy knows the other; a number in Equivalent counts as true.
    ``names`` are the values of the names at module level; what a function binds itself is not looked up there. ``functions``: look
    inside functions too, which may never be called.
    """
    for node, hidden in _suspects(tree, functions):
        if isinstance(node, ast.Compare):
            if any(_is_symbolic(_value(part, names, hidden)) for part in ast.walk(node)):
                yield node.lineno, chained_message(node)
        elif _value(node.func, names, hidden) is Equivalent:
            part = next(filter(_is_number, node.args))
            yield node.lineno, f"{ast.unparse(part)} inside Equivalent (line {node.lineno}) is not a statement but a number; compare it with something"


@functools.lru_cache(maxsize=8)
def _suspects(tree: ast.AST, functions: bool) -> list[tuple[ast.Compare | ast.Call, frozenset[str]]]:
    """Chained comparisons and calls with a number among their arguments, each with the names that functions around it bind themselves."""
    return [(node, hidden) for node, hidden in _with_scopes(tree, frozenset(), functions)
            if (isinstance(node, ast.Compare) and len(node.ops) > 1 and not all(isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for op in node.ops))
            or (isinstance(node, ast.Call) and any(map(_is_number, node.args)))]


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, bool)


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SCOPES = (*_FUNCTIONS, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def _with_scopes(node: ast.AST, hidden: frozenset[str], functions: bool) -> Iterator[tuple[ast.AST, frozenset[str]]]:
    """Every node below, with the names that functions around it bind themselves."""
    if isinstance(node, _FUNCTIONS) and not functions:
        return
    if isinstance(node, _SCOPES):
        inside = list(ast.walk(node))
        hidden |= {n.arg for n in inside if isinstance(n, ast.arg)} | {n.id for n in inside if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    yield node, hidden
    for child in ast.iter_child_nodes(node):
        yield from _with_scopes(child, hidden, functions)


def _value(node: ast.AST, names: Mapping[str, Any], hidden: frozenset[str]) -> Any:
    """What a name, or a name in a module, stands for; None where that cannot be seen."""
    if isinstance(node, ast.Name):
        return None if node.id in hidden else names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _value(node.value, names, hidden)
        return getattr(owner, node.attr, None) if isinstance(owner, types.ModuleType) else None
    return None


def _is_symbolic(value: Any) -> bool:
    """Whether a value is SymPy's, holds something of SymPy's, or is a function that makes it."""
    if isinstance(value, (list, tuple)):
        return any(isinstance(x, sympy.Basic) for x in value)
    return isinstance(value, sympy.Basic) or (isinstance(value, types.FunctionType) and value.__module__.startswith(("sympy", "cdmtheory")))


def chained_message(node: ast.Compare) -> str:
    """What to write instead of a chained comparison."""
    parts = [ast.unparse(node.left), *(ast.unparse(c) for c in node.comparators)]
    signs = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
    pieces = [f"{a} {signs.get(type(op), '?')} {b}" for a, op, b in zip(parts, node.ops, parts[1:], strict=False)]
    return f"the chained comparison {ast.unparse(node)} (line {node.lineno}) keeps only one of its halves; use And({', '.join(pieces)})"


def _refuse_misread(frame: Any) -> None:
    """Look at the source of the call that makes the claim, and at the module it stands in, where there is one."""
    lines = linecache.getlines(frame.f_code.co_filename, frame.f_globals)
    if not lines:
        return
    positions = list(frame.f_code.co_positions())
    first, last, _, _ = positions[frame.f_lasti // 2]
    if first is not None and last is not None:
        call = _parse_fragment("".join(lines[first - 1:last]))
        if call is not None:
            ast.increment_lineno(call, first - 1)
            for _, message in misread_in_source(call, {**frame.f_globals, **frame.f_locals}):
                raise ClaimError(message)
    for _, message in misread_in_source(_module("".join(lines)), frame.f_globals, functions=False):
        raise ClaimError(message)


@functools.lru_cache(maxsize=8)
def _module(source: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _parse_fragment(source: str) -> ast.AST | None:
    """The lines of one call, which may begin or end inside a statement."""
    import textwrap

    for candidate in (textwrap.dedent(source), textwrap.dedent(source).rstrip().rstrip(",")):
        try:
            return ast.parse(candidate)
        except SyntaxError:
            continue
    return None


def slug(title: str) -> str:
    """A title as an identifier for claims that come from no file: accents are dropped, other letters than a to z become hyphens."""
    letters = "".join(c for c in normalize("NFKD", title.lower()) if not combining(c))
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
