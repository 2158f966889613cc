"""From a statement to a tree of comparisons between expressions in which no quantity is left."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

import sympy
from sympy.logic.boolalg import And, BooleanFalse, BooleanTrue, Equivalent, Implies, Not, Or

from cdmtheory.engine.substitute import NotStated, apart, is_partial, lost_conditions
from cdmtheory.language import L, MethodTerm, Sup, _OfMethod, _Optimum, bind, h, k, mu, residual, spectral_radius, stable, steps_to, worst_rate, worst_residual
from cdmtheory.modes import characteristic, coefficients_of
from cdmtheory.modes import residual as residual_polynomial

__all__ = ["LARGEST_RESIDUAL", "Compare", "Node", "NotPolynomial", "Reducer", "comparisons", "negated", "parts_of_coefficients", "replaced_in"]

LARGEST_RESIDUAL = 12


class NotPolynomial(Exception):
    """A statement that is not a polynomial question; the message says why."""


@dataclass(frozen=True)
class Compare:
    """left relation right, both free of quantities; relation one of < <= = !=."""

    left: Any
    relation: str
    right: Any


@dataclass(frozen=True)
class Node:
    """A Boolean node over comparisons before they are polynomials: "all", "any", "every" and "some" (eigenvalue)."""

    kind: str
    parts: tuple[Any, ...]
    bound: Any = None


class Reducer:
    """Collects fresh variables and their meanings while statements are taken apart."""

    def __init__(self) -> None:
        self.definitions: list[Any] = []  # trees that tie fresh symbols to what they stand for
        self.fresh_symbols: list[Any] = []
        self.cache: dict[Any, Any] = {}
        self.strengthened = False
        self.watched: list[Any] = []  # powers that must be defined, each by itself so that nothing cancels
        self.conditions: list[Any] = []  # trees that must hold for what cancelled to be defined
        self.watched_at: list[Any] = []  # the same at some eigenvalue in [mu, L], which is a symbol of its own

    # -- statements ---------------------------------------------------------------------------------------------

    def statement(self, s: Any) -> Any:
        """A statement as a tree of comparisons that is true exactly where the statement is."""
        if isinstance(s, (BooleanTrue, BooleanFalse)):
            return Node("all" if s else "any", ())
        if isinstance(s, Not):
            return negated(self.statement(s.args[0]))
        if isinstance(s, (And, Or)):
            return Node("all" if isinstance(s, And) else "any", tuple(self.statement(p) for p in s.args))
        if isinstance(s, Implies):
            a, b = (self.statement(p) for p in s.args)
            return Node("any", (negated(a), b))
        if isinstance(s, Equivalent):
            parts = [self.statement(p) for p in s.args]
            return Node("any", (Node("all", tuple(parts)), Node("all", tuple(negated(p) for p in parts))))
        if isinstance(s, (stable, sympy.core.relational.Relational)):
            self.watch(s)
        if isinstance(s, stable):
            ends = [s.args[1]] if len(s.args) == 2 else [mu, L]
            if len(s.args) == 1 and h in s.args[0].free_symbols:
                return self._over_eigenvalues(lambda at: self._radius_below(s.args[0], at, "<", sympy.Integer(1)), "every")
            return Node("all", tuple(self._radius_below(s.args[0], at, "<", sympy.Integer(1)) for at in ends))
        if isinstance(s, sympy.core.relational.Relational):
            a, b = s.args
            if isinstance(s, (sympy.Gt, sympy.Ge)):
                a, b = b, a
            relation = "=" if isinstance(s, sympy.Eq) else "!=" if isinstance(s, sympy.Ne) else "<" if isinstance(s, (sympy.Lt, sympy.Gt)) else "<="
            return self.compare(a, relation, b)
        if isinstance(s, _Optimum):
            raise NotPolynomial("an optimum inside another statement; state it as a claim of its own, or as part of And")
        raise NotPolynomial(f"{type(s).__name__} is not a polynomial statement")

    def compare(self, a: Any, relation: str, b: Any) -> Any:
        """a relation b, with a quantity that stands alone on one side taken apart without a fresh variable."""
        a, b = _isolate(a, b)
        if isinstance(a, tuple):  # the sides changed places
            (a, b), swapped = a, True
        else:
            swapped = False
        if relation in ("=", "!=") and (_special(a) or _special(b)):
            both = Node("all", (self.compare(a, "<=", b), self.compare(b, "<=", a)))
            return both if relation == "=" else negated(both)
        if swapped:
            a, b = b, a
        if isinstance(a, (sympy.Max, sympy.Min)):
            return Node("all" if isinstance(a, sympy.Max) else "any", tuple(self.compare(x, relation, b) for x in a.args))
        if isinstance(b, (sympy.Max, sympy.Min)):
            return Node("any" if isinstance(b, sympy.Max) else "all", tuple(self.compare(a, relation, x) for x in b.args))
        if isinstance(a, sympy.Abs):
            return Node("all", (self.compare(a.args[0], relation, b), self.compare(-a.args[0], relation, b)))
        if isinstance(b, sympy.Abs):
            return Node("any", (self.compare(a, relation, b.args[0]), self.compare(a, relation, -b.args[0])))
        strict_opposite = "<=" if relation == "<" else "<"
        if isinstance(a, spectral_radius):
            return self._radius_below(a.args[0], a.args[1], relation, b)
        if isinstance(b, spectral_radius):
            return negated(self._radius_below(b.args[0], b.args[1], strict_opposite, a))
        if isinstance(a, worst_rate):
            if h in a.args[0].free_symbols:
                return self._over_eigenvalues(lambda at: self._radius_below(a.args[0], at, relation, b), "every")
            return Node("all", tuple(self._radius_below(a.args[0], at, relation, b) for at in (mu, L)))
        if isinstance(b, worst_rate):
            return negated(self.compare(b, strict_opposite, a))
        if isinstance(a, worst_residual):
            return self._over_eigenvalues(lambda at: self.compare(sympy.Abs(self._polynomial(a.args[0], a.args[1], at)), relation, b), "every")
        if isinstance(b, worst_residual):
            return negated(self.compare(b, strict_opposite, a))
        return Compare(self.expression(a), relation, self.expression(b))

    def _radius_below(self, term: MethodTerm, at: Any, relation: str, bound: Any) -> Any:
        """Jury's test: the spectral radius at an eigenvalue is < or <= bound."""
        trace, determinant = (self.expression(x) for x in _characteristic(term, at))
        return _jury(trace, determinant, relation, self.expression(bound))

    def _over_eigenvalues(self, body: Any, kind: str) -> Any:
        at = sympy.Dummy("h", positive=True)
        return Node(kind, (body(at),), at)

    def _polynomial(self, term: MethodTerm, steps: Any, at: Any) -> Any:
        if not steps.is_Integer:
            raise NotPolynomial(f"a statement about every number of steps ({steps}); claims for all k are not decided yet")
        if steps > LARGEST_RESIDUAL:
            raise NotPolynomial(f"a residual polynomial of degree {steps}; decided are degrees up to {LARGEST_RESIDUAL}")
        return sympy.sympify(residual_polynomial(bind(term, at).method, int(steps), at))

    # -- what must be defined -----------------------------------------------------------------------------------

    def watch(self, e: Any) -> None:
        """Note every root and reciprocal in a statement as it stands, the methods' own included, before anything can cancel."""
        if isinstance(e, MethodTerm):
            for a in e.args[1:]:
                self.watch(a)
            return
        if isinstance(e, steps_to) or (isinstance(e, (residual, worst_residual)) and not e.args[1].is_Integer):
            raise NotPolynomial(f"a statement about every number of steps ({e})")
        if isinstance(e, _OfMethod):
            for a in e.args[1:]:
                self.watch(a)
            over_all = isinstance(e, (worst_rate, worst_residual)) or (isinstance(e, stable) and len(e.args) == 1)
            if over_all and h in e.args[0].free_symbols:
                at = sympy.Dummy("h", positive=True)
                self.watched_at.append(at)
            else:
                at = h if over_all else e.args[-1]
            term = bind(e.args[0], at)
            for part in (term, *_coefficients(term, e)):
                self.watch(part)
            self.watch_lost(e.args[0], {h: at})
            open_term, parameters = _with_open_parameters(e.args[0])
            for part in _coefficients(open_term, e):  # √(−x²) is I·|x| for SymPy, and its square −x²
                self.watch_lost(part, {s: bind(value, at) for s, value in parameters.items()})
            return
        if isinstance(e, sympy.Pow) and e.exp.is_Rational and (e.exp < 0 or not e.exp.is_Integer):
            self.watched.append(self.expression(e))
        elif is_partial(e) or isinstance(e, (Sup, sympy.Limit)):
            raise NotPolynomial(_not_polynomial(e))
        for a in e.args:
            self.watch(a)

    def take_watched(self) -> tuple[list[Any], list[Any]]:
        """Trees that are defined and true where all that was noted is defined, and the eigenvalues of their own in them; both are forgotten."""
        found = [*(Compare(w, "=", w) for w in self.watched), *self.conditions], self.watched_at
        self.watched, self.conditions, self.watched_at = [], [], []
        return found

    def watch_lost(self, e: Any, swap: dict[Any, Any]) -> None:
        """Note under which conditions parts are defined that SymPy drops where an eigenvalue is put in."""
        try:
            self.conditions += [self.statement(c) for c in lost_conditions(e, swap)]
        except NotStated as why:
            raise NotPolynomial(str(why)) from None

    # -- expressions --------------------------------------------------------------------------------------------

    def expression(self, e: Any) -> Any:
        """An expression with every quantity, modulus, maximum and minimum replaced by a fresh variable that is defined."""
        e = sympy.sympify(e)
        if e in self.cache:
            return self.cache[e]
        self.cache[e] = result = self._expression(e)
        return result

    def _expression(self, e: Any) -> Any:
        if e.is_Rational or e.is_Symbol:
            return e
        if e.is_Add or e.is_Mul:
            return e.func(*[self.expression(a) for a in e.args])
        if e.is_Pow:
            if not e.exp.is_Rational:
                if e.exp.has(k):
                    raise NotPolynomial(f"a statement about every number of steps ({e}); claims for all k are not decided yet")
                raise NotPolynomial(f"the power {e} is not rational")
            return sympy.Pow(self.expression(e.base), e.exp)
        if isinstance(e, residual):
            return self.expression(self._polynomial(e.args[0], e.args[1], e.args[2]))
        y = sympy.Dummy(_fresh_name(e), real=True)
        if isinstance(e, sympy.Abs):
            inside = self.expression(e.args[0])
            tie = Node("all", (Compare(sympy.Integer(0), "<=", y), Node("any", (Compare(y, "=", inside), Compare(y, "=", -inside)))))
        elif isinstance(e, (sympy.Max, sympy.Min)):
            parts = [self.expression(a) for a in e.args]
            order = [(p, y) if isinstance(e, sympy.Max) else (y, p) for p in parts]
            tie = Node("all", (*(Compare(a, "<=", b) for a, b in order), Node("any", tuple(Compare(y, "=", p) for p in parts))))
        elif isinstance(e, spectral_radius):
            trace, determinant = (self.expression(x) for x in _characteristic(e.args[0], e.args[1]))
            tie = Node("all", (_jury(trace, determinant, "<=", y), negated(_jury(trace, determinant, "<", y))))
        elif isinstance(e, worst_rate) and h not in e.args[0].free_symbols:
            return self.expression(sympy.Max(*[spectral_radius(e.args[0], at) for at in (mu, L)], evaluate=False))
        else:
            raise NotPolynomial(_not_polynomial(e))
        self.fresh_symbols.append(y)
        self.definitions.append(tie)
        return y


def _not_polynomial(e: Any) -> str:
    if e.has(sympy.log, sympy.exp, sympy.atanh):
        return "logarithms and exponentials; such claims are not decided yet"
    if e.is_Pow:
        return f"the power {e} is not rational"
    return f"{e} is not polynomial; claims about {type(e).__name__} in this place are not decided yet"


def _fresh_name(e: Any) -> str:
    return {"Abs": "modulus", "Max": "maximum", "Min": "minimum", "spectral_radius": "radius"}.get(type(e).__name__, "y")


def parts_of_coefficients(term: MethodTerm) -> list[tuple[Any, dict[Any, Any]]]:
    """The roots and reciprocals that a method takes by itself in its first step, in symbols for its parameters, and what these stand for."""
    open_term, parameters = _with_open_parameters(term)
    return [(part, parameters) for c in _coefficients(open_term, None) for part in apart(c)[1:]]


def _with_open_parameters(term: MethodTerm) -> tuple[MethodTerm, dict[Any, Any]]:
    """A method with symbols without any assumption for its parameters, and what they stand for."""
    parameters: dict[Any, Any] = {}

    def opened(value: Any, name: str) -> Any:
        if isinstance(value, MethodTerm):
            found, own = _with_open_parameters(value)
            parameters.update(own)
            return found
        if value == sympy.Tuple() or name == "steps":
            return value
        parameters[symbol := sympy.Dummy(name)] = value
        return symbol

    names = term.method.family.signature.parameters
    return term.func(term.args[0], *[opened(value, name) for name, value in zip(names, term.args[1:], strict=True)]), parameters


def _coefficients(term: MethodTerm, quantity: Any) -> list[Any]:
    """The coefficients that a quantity runs a method with, and those of the first step of each of its phases, as SymPy expressions."""
    steps = quantity.args[1] if isinstance(quantity, (residual, worst_residual)) else None
    first = [c for phase in (term.args[1], term.args[3]) for c in _coefficients(phase, None)] if term.args[0].name == "phased" else []
    try:
        schedule = term.method.schedule
        if schedule.constant is not None:
            rows = [*schedule.opening, schedule.constant]
        elif quantity is None or steps is not None:
            rows = list(islice(schedule, max(1, int(steps)) if steps is not None and steps.is_Integer and steps <= LARGEST_RESIDUAL else 1))
        else:
            return first
    except ValueError as error:
        raise NotPolynomial(str(error)) from None
    return [*first, *(sympy.sympify(x) for row in rows for x in row)]


def _characteristic(term: MethodTerm, at: Any) -> tuple[Any, Any]:
    """Trace and determinant of a method at an eigenvalue, as SymPy expressions; ``h`` in the method is that eigenvalue."""
    try:
        made = bind(term, at).method
        found = characteristic(coefficients_of(made), sympy.sympify(at))
    except ValueError as error:
        raise NotPolynomial(str(error)) from None
    return sympy.sympify(found.trace), sympy.sympify(found.determinant)


def _jury(trace: Any, determinant: Any, relation: str, r: Any) -> Any:
    zero = sympy.Integer(0)
    if determinant == 0:  # one root is 0, the other is the trace
        return Node("all", (Compare(trace, relation, r), Compare(-trace, relation, r)))
    tests = [Compare(zero, relation, r), Compare(determinant, relation, r**2), Compare(trace * r, relation, r**2 + determinant),
             Compare(-trace * r, relation, r**2 + determinant)]
    if relation == "<=":
        tests += [Compare(trace, "<=", 2 * r), Compare(-trace, "<=", 2 * r)]
    return Node("all", tuple(tests))


def negated(tree: Any) -> Any:
    """The tree that is true where the given one is false."""
    if isinstance(tree, Compare):
        if tree.relation in ("=", "!="):
            return Compare(tree.left, "!=" if tree.relation == "=" else "=", tree.right)
        return Compare(tree.right, "<" if tree.relation == "<=" else "<=", tree.left)
    kind = {"all": "any", "any": "all", "every": "some", "some": "every"}[tree.kind]
    return Node(kind, tuple(negated(p) for p in tree.parts), tree.bound)


def _special(e: Any) -> bool:
    return isinstance(e, (sympy.Max, sympy.Min, sympy.Abs, spectral_radius, worst_rate, worst_residual))


def _isolate(a: Any, b: Any) -> Any:
    """Bring a single quantity with a factor of known sign to stand alone; ``(sides, …)`` swapped is marked by a tuple first."""
    if (_special(a) and not _holds_special(b)) or (_special(b) and not _holds_special(a)):
        return a, b
    terms = [*sympy.Add.make_args(a), *(-t for t in sympy.Add.make_args(b))]
    holding = [t for t in terms if _holds_special(t)]
    if len(holding) != 1:
        return a, b
    factors = sympy.Mul.make_args(holding[0])
    inside = [f for f in factors if _holds_special(f)]
    factor = sympy.Mul(*[f for f in factors if not _holds_special(f)])
    if len(inside) != 1 or not _special(inside[0]) or not (factor.is_positive or factor.is_negative):
        return a, b
    rest = -sympy.Add(*[t for t in terms if t is not holding[0]]) / factor
    return (inside[0], rest) if factor.is_positive else ((rest, inside[0]))


def _holds_special(e: Any) -> bool:
    return bool(e.has(sympy.Max, sympy.Min, sympy.Abs, spectral_radius, worst_rate, worst_residual))


def comparisons(tree: Any) -> Any:
    """The comparisons in a tree, from left to right."""
    if isinstance(tree, Compare):
        yield tree
    else:
        for p in tree.parts:
            yield from comparisons(p)


def replaced_in(tree: Any, old: Any, new: Any) -> Any:
    """A tree with an expression in place of a symbol."""
    if isinstance(tree, Compare):
        return Compare(tree.left.xreplace({old: new}), tree.relation, tree.right.xreplace({old: new}))
    return Node(tree.kind, tuple(replaced_in(p, old, new) for p in tree.parts), tree.bound)
