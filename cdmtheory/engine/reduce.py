"""From a claim to polynomials.

The claim fails at a point iff the point satisfies the hypotheses and either the statement is false there or one of its
sides is undefined. :func:`reduce_claim` writes both halves as formulas over polynomials:

* κ becomes L/μ, a symbol under a root becomes a power of its root, any other root a fresh variable with its equation;
* the spectral radius of z² − Tz + D is at most r iff r ≥ 0, D ≤ r², ±T·r ≤ r² + D and ±T ≤ 2r (Jury's test; the last
  clause matters at r = 0). In the (T, D)-plane this is a triangle, and T and D of a method are affine in the eigenvalue, so
  the supremum over [μ, L] is at one of the two ends: no quantifier is left (proofs/C/C0 proves the convexity);
* denominators are cleared; that they vanish, or a radicand is negative, is a way for the claim to fail.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sympy
from flint import Ordering, fmpq, fmpq_mpoly_ctx
from sympy.logic.boolalg import And, BooleanFalse, BooleanTrue, Equivalent, Implies, Not, Or

from cdmtheory.engine.formula import (
    Atom,
    Formula,
    atom,
    atoms,
    conjunction,
    disjunction,
    map_atoms,
    negate,
    weights,
)
from cdmtheory.language import L, MethodTerm, _OfMethod, _Optimum, bind, eps, h, k, kappa, mu, residual, spectral_radius, stable, worst_rate, worst_residual
from cdmtheory.modes import characteristic, coefficients_of
from cdmtheory.modes import residual as residual_polynomial

__all__ = ["NotPolynomial", "Problem", "reduce_claim"]

LARGEST_RESIDUAL = 12


class NotPolynomial(Exception):
    """A statement that is not a polynomial question; the message says why."""


@dataclass(frozen=True)
class Problem:
    """A claim as polynomials: it holds iff ``domain`` and ``failure`` exclude each other."""

    names: list[str]
    domain: Formula
    failure: Formula
    substitution: dict[Any, Any]  # claim symbol -> SymPy expression in the variables
    variables: list[Any]
    positive: frozenset[Any]  # variables that are > 0, and known to be; their signs are not among the atoms
    nonnegative: frozenset[Any]
    fixed: frozenset[Any] = frozenset()  # variables set to 1, because everything is homogeneous
    strengthened: bool = False  # what is asked is more than the claim: it can prove, and only suggest a counterexample
    relaxed: bool = False  # integers range over the reals: likewise

    def point(self, values: dict[Any, fmpq]) -> dict[Any, fmpq]:
        """The values of the claim's symbols at rational values of the variables."""
        numbers = {v: sympy.Rational(int(q.p), int(q.q)) for v, q in {**values, **{v: fmpq(1) for v in self.fixed}}.items()}
        found = {}
        for symbol, expression in self.substitution.items():
            at = expression.xreplace(numbers)
            if at.is_Rational:
                found[symbol] = fmpq(int(at.p), int(at.q))
        return found


@dataclass(frozen=True)
class _Compare:
    """left relation right, both free of quantities; relation one of < <= = !=."""

    left: Any
    relation: str
    right: Any


@dataclass(frozen=True)
class _Node:
    """A Boolean node over comparisons before they are polynomials: "all", "any", "every" and "some" (eigenvalue)."""

    kind: str
    parts: tuple[Any, ...]
    bound: Any = None


class _Reducer:
    """Collects fresh variables and their meanings while statements are taken apart."""

    def __init__(self) -> None:
        self.definitions: list[Any] = []  # trees that tie fresh symbols to what they stand for
        self.fresh_symbols: list[Any] = []
        self.cache: dict[Any, Any] = {}
        self.strengthened = False
        self.watched: list[Any] = []  # powers that must be defined, each by itself so that nothing cancels
        self.watched_at: list[Any] = []  # the same at some eigenvalue in [mu, L], which is a symbol of its own

    # -- statements ---------------------------------------------------------------------------------------------

    def statement(self, s: Any) -> Any:
        """A statement as a tree of comparisons that is true exactly where the statement is."""
        if isinstance(s, (BooleanTrue, BooleanFalse)):
            return _Node("all" if s else "any", ())
        if isinstance(s, Not):
            return _negated(self.statement(s.args[0]))
        if isinstance(s, (And, Or)):
            return _Node("all" if isinstance(s, And) else "any", tuple(self.statement(p) for p in s.args))
        if isinstance(s, Implies):
            a, b = (self.statement(p) for p in s.args)
            return _Node("any", (_negated(a), b))
        if isinstance(s, Equivalent):
            parts = [self.statement(p) for p in s.args]
            return _Node("any", (_Node("all", tuple(parts)), _Node("all", tuple(_negated(p) for p in parts))))
        if isinstance(s, (stable, sympy.core.relational.Relational)):
            self.watch(s)
        if isinstance(s, stable):
            ends = [s.args[1]] if len(s.args) == 2 else [mu, L]
            if len(s.args) == 1 and h in s.args[0].free_symbols:
                return self._over_eigenvalues(lambda at: self._radius_below(s.args[0], at, "<", sympy.Integer(1)), "every")
            return _Node("all", tuple(self._radius_below(s.args[0], at, "<", sympy.Integer(1)) for at in ends))
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
            both = _Node("all", (self.compare(a, "<=", b), self.compare(b, "<=", a)))
            return both if relation == "=" else _negated(both)
        if swapped:
            a, b = b, a
        if isinstance(a, (sympy.Max, sympy.Min)):
            return _Node("all" if isinstance(a, sympy.Max) else "any", tuple(self.compare(x, relation, b) for x in a.args))
        if isinstance(b, (sympy.Max, sympy.Min)):
            return _Node("any" if isinstance(b, sympy.Max) else "all", tuple(self.compare(a, relation, x) for x in b.args))
        if isinstance(a, sympy.Abs):
            return _Node("all", (self.compare(a.args[0], relation, b), self.compare(-a.args[0], relation, b)))
        if isinstance(b, sympy.Abs):
            return _Node("any", (self.compare(a, relation, b.args[0]), self.compare(a, relation, -b.args[0])))
        strict_opposite = "<=" if relation == "<" else "<"
        if isinstance(a, spectral_radius):
            return self._radius_below(a.args[0], a.args[1], relation, b)
        if isinstance(b, spectral_radius):
            return _negated(self._radius_below(b.args[0], b.args[1], strict_opposite, a))
        if isinstance(a, worst_rate):
            if h in a.args[0].free_symbols:
                return self._over_eigenvalues(lambda at: self._radius_below(a.args[0], at, relation, b), "every")
            return _Node("all", tuple(self._radius_below(a.args[0], at, relation, b) for at in (mu, L)))
        if isinstance(b, worst_rate):
            return _negated(self.compare(b, strict_opposite, a))
        if isinstance(a, worst_residual):
            return self._over_eigenvalues(lambda at: self.compare(sympy.Abs(self._polynomial(a.args[0], a.args[1], at)), relation, b), "every")
        if isinstance(b, worst_residual):
            return _negated(self.compare(b, strict_opposite, a))
        return _Compare(self.expression(a), relation, self.expression(b))

    def _radius_below(self, term: MethodTerm, at: Any, relation: str, bound: Any) -> Any:
        """Jury's test: the spectral radius at an eigenvalue is < or <= bound."""
        trace, determinant = (self.expression(x) for x in _characteristic(term, at))
        return _jury(trace, determinant, relation, self.expression(bound))

    def _over_eigenvalues(self, body: Any, kind: str) -> Any:
        at = sympy.Dummy("h", positive=True)
        return _Node(kind, (body(at),), at)

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
            return
        if isinstance(e, sympy.Pow) and e.exp.is_Rational and (e.exp < 0 or not e.exp.is_Integer):
            self.watched.append(self.expression(e))
        for a in e.args:
            self.watch(a)

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
            tie = _Node("all", (_Compare(sympy.Integer(0), "<=", y), _Node("any", (_Compare(y, "=", inside), _Compare(y, "=", -inside)))))
        elif isinstance(e, (sympy.Max, sympy.Min)):
            parts = [self.expression(a) for a in e.args]
            order = [(p, y) if isinstance(e, sympy.Max) else (y, p) for p in parts]
            tie = _Node("all", (*(_Compare(a, "<=", b) for a, b in order), _Node("any", tuple(_Compare(y, "=", p) for p in parts))))
        elif isinstance(e, spectral_radius):
            trace, determinant = (self.expression(x) for x in _characteristic(e.args[0], e.args[1]))
            tie = _Node("all", (_jury(trace, determinant, "<=", y), _negated(_jury(trace, determinant, "<", y))))
        elif isinstance(e, worst_rate) and h not in e.args[0].free_symbols:
            return self.expression(sympy.Max(*[spectral_radius(e.args[0], at) for at in (mu, L)], evaluate=False))
        else:
            if e.has(sympy.log, sympy.exp, sympy.atanh):
                raise NotPolynomial("logarithms and exponentials; such claims are not decided yet")
            raise NotPolynomial(f"{e} is not polynomial; claims about {type(e).__name__} in this place are not decided yet")
        self.fresh_symbols.append(y)
        self.definitions.append(tie)
        return y


def _fresh_name(e: Any) -> str:
    return {"Abs": "modulus", "Max": "maximum", "Min": "minimum", "spectral_radius": "radius"}.get(type(e).__name__, "y")


def _coefficients(term: MethodTerm, quantity: Any) -> list[Any]:
    """The coefficients that a quantity runs a method with, as SymPy expressions."""
    try:
        schedule = term.method.schedule
        steps = quantity.args[1] if isinstance(quantity, (residual, worst_residual)) else None
        if schedule.constant is not None:
            rows = [*schedule.opening, schedule.constant]
        elif steps is not None and steps.is_Integer and steps <= LARGEST_RESIDUAL:
            rows = list(islice(schedule, int(steps)))
        else:
            return []
    except ValueError as error:
        raise NotPolynomial(str(error)) from None
    return [sympy.sympify(x) for row in rows for x in row]


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
        return _Node("all", (_Compare(trace, relation, r), _Compare(-trace, relation, r)))
    tests = [_Compare(zero, relation, r), _Compare(determinant, relation, r**2), _Compare(trace * r, relation, r**2 + determinant),
             _Compare(-trace * r, relation, r**2 + determinant)]
    if relation == "<=":
        tests += [_Compare(trace, "<=", 2 * r), _Compare(-trace, "<=", 2 * r)]
    return _Node("all", tuple(tests))


def _negated(tree: Any) -> Any:
    if isinstance(tree, _Compare):
        if tree.relation in ("=", "!="):
            return _Compare(tree.left, "!=" if tree.relation == "=" else "=", tree.right)
        return _Compare(tree.right, "<" if tree.relation == "<=" else "<=", tree.left)
    kind = {"all": "any", "any": "all", "every": "some", "some": "every"}[tree.kind]
    return _Node(kind, tuple(_negated(p) for p in tree.parts), tree.bound)


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


# -- from comparisons to polynomials ------------------------------------------------------------------------------------


class _Ring:
    """The polynomial ring of a problem: which variable stands for which symbol, and which signs are known."""

    def __init__(self, trees: list[Any], symbols: list[Any], fresh: list[Any]) -> None:
        expressions = [e for t in trees for c in _comparisons(t) for e in (c.left, c.right)]
        powers = [p for e in expressions for p in e.atoms(sympy.Pow) if p.exp.is_Rational and not p.exp.is_Integer]
        self.substitution: dict[Any, Any] = {}
        variables, self.positive, self.nonnegative = [], set(), set()
        for s in [*symbols, *fresh]:
            order = math.lcm(*(int(p.exp.q) for p in powers if p.base == s)) if s.is_nonnegative else 1
            v = s if order == 1 else sympy.Dummy(f"root_{s.name}" if order == 2 else f"root{order}_{s.name}", nonnegative=True)
            self.substitution[s] = v**order
            variables.append(v)
            if s.is_positive:
                self.positive.add(v)
            elif s.is_nonnegative:
                self.nonnegative.add(v)
        radicands: dict[Any, Any] = {}
        for p in sorted(powers, key=sympy.count_ops):
            if not (p.base.is_Symbol and p.base.is_nonnegative) and (p.base, p.exp.q) not in radicands:
                radicands[p.base, p.exp.q] = v = sympy.Dummy(f"root_{len(radicands)}", nonnegative=True)
                variables.append(v)
        self.radicands = radicands
        self.variables = variables
        self.names = _distinct([v.name for v in variables])
        self.context = fmpq_mpoly_ctx.get(self.names or ["unused"], Ordering.degrevlex)
        self.generator = dict(zip(variables, self.context.gens(), strict=False))
        self.cache: dict[Any, Any] = {}
        for (base, _), v in radicands.items():
            n, d, _needs = self.rational(base)
            if self.sign(n) * self.sign(d) > 0:
                self.positive.add(v)

    def constant(self, q: Any) -> Any:
        return self.context.constant(q)

    def rational(self, e: Any) -> tuple[Any, Any, tuple[Any, ...]]:
        """Numerator, denominator and what must hold for the expression to be defined (trees of atoms)."""
        if e not in self.cache:
            self.cache[e] = self._rational(e)
        found: tuple[Any, Any, tuple[Any, ...]] = self.cache[e]
        return found

    def _rational(self, e: Any) -> tuple[Any, Any, tuple[Any, ...]]:
        one = self.constant(1)
        if e.is_Rational:
            return self.constant(fmpq(int(e.p), int(e.q))), one, ()
        if e.is_Symbol:
            v = self.substitution[e]
            base, order = (v.base, int(v.exp)) if v.is_Pow else (v, 1)
            return self.generator[base] ** order, one, ()
        if e.is_Add or e.is_Mul:
            n, d, needs = self.rational(e.args[0])
            for a in e.args[1:]:
                n2, d2, needs2 = self.rational(a)
                n, d = (n * d2 + n2 * d, d * d2) if e.is_Add else (n * n2, d * d2)
                n, d = self.cancel(n, d)
                needs = (*needs, *(x for x in needs2 if x not in needs))
            return n, d, needs
        if e.is_Pow and e.exp.is_Rational:
            n, d, needs = self._root(e.base, int(e.exp.q)) if e.exp.q != 1 else self.rational(e.base)
            power = int(e.exp.p)
            if power < 0:
                needs = (*needs, atom(n, "!="))
                n, d = d, n
            return n ** abs(power), d ** abs(power), needs
        raise NotPolynomial(f"{e} is not polynomial")

    def _root(self, base: Any, order: int) -> tuple[Any, Any, tuple[Any, ...]]:
        if base.is_Symbol and base.is_nonnegative:
            v = self.substitution[base]
            total = int(v.exp) if v.is_Pow else 1
            return self.generator[v.base if v.is_Pow else v] ** (total // order), self.constant(1), ()
        n, d, needs = self.rational(base)
        return self.generator[self.radicands[base, order]], self.constant(1), (*needs, atom(-n * d, "<="))

    def root_definitions(self) -> dict[Any, Formula]:
        """y ≥ 0 and y^q = radicand, for every fresh root y."""
        found = {}
        for (base, order), v in self.radicands.items():
            n, d, _ = self.rational(base)
            y = self.generator[v]
            found[v] = conjunction(atom(-y, "<="), atom(y**order * d - n, "="))
        return found

    def cancel(self, n: Any, d: Any) -> tuple[Any, Any]:
        if d.is_constant():
            return n / d.leading_coefficient(), self.constant(1)
        g = n.gcd(d)
        return (n, d) if g.is_constant() else (n / g, d / g)

    def comparison(self, c: _Compare) -> tuple[Formula, tuple[Any, ...]]:
        """A comparison as an atom, given that both sides are defined, and what makes them so."""
        n, d, needs = self.rational(c.left - c.right if not (c.left.is_Rational and c.right.is_Rational) else sympy.Add(c.left, -c.right))
        # the difference may have cancelled what the sides need
        needs = tuple({str(x): x for side in (c.left, c.right) for x in self.rational(side)[2]}.values()) or needs
        if c.relation in ("=", "!="):
            return self.simplified(Atom(n, c.relation)), needs
        return self.simplified(Atom(n * d, c.relation)), needs

    def simplified(self, a: Atom) -> Formula:
        """The atom without factors that are known to be positive, and with even factors split off."""
        if a.polynomial.is_constant():
            return atom(a.polynomial, a.relation)
        c, factors = a.polynomial.factor()
        odd, even = self.constant(1 if c > 0 else -1), self.constant(1)
        for f, e in factors:
            sign = self.sign(f)
            if sign == 0:
                odd, even = (odd * f, even) if e % 2 else (odd, even * f)
            elif sign < 0 and e % 2:
                odd = -odd
        if a.relation in ("=", "!="):
            return atom(odd * even, a.relation)
        if a.relation == "<":
            return conjunction(atom(odd, "<"), atom(even, "!="))
        return disjunction(atom(odd, "<="), atom(even, "="))

    def sign(self, p: Any) -> int:
        """+1 or −1 if the polynomial is seen to be positive or negative on the positive variables, else 0."""
        signs = set()
        strict = False
        for exponents, c in p.to_dict().items():
            used = [v for v, e in zip(self.variables, exponents, strict=False) if int(e)]
            if any(v not in self.positive and v not in self.nonnegative and int(e) % 2
                   for v, e in zip(self.variables, exponents, strict=False) if int(e)):
                return 0
            signs.add(1 if c > 0 else -1)
            strict = strict or all(v in self.positive for v in used)
        return signs.pop() if len(signs) == 1 and strict else 0


def _distinct(names: list[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        candidate, number = name, 1
        while candidate in found:
            number += 1
            candidate = f"{name}_{number}"
        found.append(candidate)
    return found


def _comparisons(tree: Any) -> Any:
    if isinstance(tree, _Compare):
        yield tree
    else:
        for p in tree.parts:
            yield from _comparisons(p)


def _polynomial(tree: Any, ring: _Ring, needs: list[Any]) -> Formula:
    """A tree as a formula; ``needs`` collects what must hold for all its sides to be defined."""
    if isinstance(tree, _Compare):
        formula, required = ring.comparison(tree)
        needs += [r for r in required if r not in needs]
        return formula
    parts = [_polynomial(p, ring, needs) for p in tree.parts]
    return conjunction(*parts) if tree.kind == "all" else disjunction(*parts)


def _without_quantifiers(tree: Any, reducer: _Reducer, eigenvalues: list[Any]) -> Any:
    """The tree that says how a claim fails, with eigenvalues chosen: "some" gets a variable, "every" its ends.

    "Every" in a failure is "there is" in the claim; naming the ends as witnesses asks for more than the claim does.
    """
    if isinstance(tree, _Compare):
        return tree
    if tree.kind == "some":
        eigenvalues.append(tree.bound)
        return _without_quantifiers(tree.parts[0], reducer, eigenvalues)
    if tree.kind == "every":
        reducer.strengthened = True
        body = tree.parts[0]
        return _Node("all", tuple(_without_quantifiers(_replace(body, tree.bound, end), reducer, eigenvalues) for end in (mu, L)))
    return _Node(tree.kind, tuple(_without_quantifiers(p, reducer, eigenvalues) for p in tree.parts))


def _replace(tree: Any, old: Any, new: Any) -> Any:
    if isinstance(tree, _Compare):
        return _Compare(tree.left.xreplace({old: new}), tree.relation, tree.right.xreplace({old: new}))
    return _Node(tree.kind, tuple(_replace(p, old, new) for p in tree.parts), tree.bound)


def _depends_on_bound(reducer: _Reducer, eigenvalues: list[Any]) -> bool:
    return any(c.left.has(*eigenvalues) or c.right.has(*eigenvalues) for t in reducer.definitions for c in _comparisons(t)) if eigenvalues else False


def reduce_claim(statement: Any, given: tuple[Any, ...]) -> Problem:
    """A statement and its hypotheses as polynomials.

    Raises
    ------
    NotPolynomial
        If it is not a polynomial question; the message says why.
    """
    swap = {kappa: L / mu}
    statement, given = statement.xreplace(swap), tuple(g.xreplace(swap) for g in given)
    reducer = _Reducer()
    hypotheses = [reducer.statement(g) for g in given]
    hypothesis_definitions = list(reducer.definitions)
    hypothesis_watched = [w for w in reducer.watched if not w.has(*reducer.watched_at)] if reducer.watched_at else list(reducer.watched)
    reducer.watched, reducer.watched_at = [], []
    eigenvalues: list[Any] = []
    hypotheses = [_no_quantifier_in_hypothesis(t, eigenvalues) for t in hypotheses]
    goal = reducer.statement(statement)
    failing = _without_quantifiers(_negated(goal), reducer, eigenvalues)
    if _depends_on_bound(reducer, [e for e in eigenvalues if reducer.strengthened]):
        raise NotPolynomial("a supremum over the eigenvalues inside a nested expression")
    eigenvalues += reducer.watched_at
    seen = [_Compare(w, "=", w) for w in (*reducer.watched, *hypothesis_watched)]  # only so that the ring knows them
    every = [failing, *hypotheses, *reducer.definitions, *seen]
    used = set().union(*(e.free_symbols for t in every for c in _comparisons(t) for e in (c.left, c.right)))
    used |= {s for s in statement.free_symbols | set().union(*(g.free_symbols for g in given)) if isinstance(s, sympy.Symbol)}
    used -= set(reducer.fresh_symbols)
    if used & {mu, L, h, *eigenvalues}:
        used |= {mu, L}
    symbols = sorted(used, key=lambda s: (s is not mu, s is not L, s in eigenvalues, s.name))
    relaxed = any(s.is_integer for s in symbols)
    ring = _Ring(every, symbols, reducer.fresh_symbols)

    domain = [_implied(ring, s, eigenvalues) for s in symbols]
    needs: list[Any] = []
    domain += [_polynomial(t, ring, needs) for t in hypotheses]
    hypothesis_ties = [_polynomial(t, ring, needs) for t in hypothesis_definitions]
    needs += [x for w in hypothesis_watched for x in ring.rational(w)[2] if x not in needs]
    domain += [*needs, *hypothesis_ties]

    needs = []
    failed = _polynomial(failing, ring, needs)
    meaning = {ring.substitution[y]: _polynomial(t, ring, needs) for y, t in zip(reducer.fresh_symbols, reducer.definitions, strict=True)}
    meaning |= ring.root_definitions()
    needs += [x for w in reducer.watched for x in ring.rational(w)[2] if x not in needs]
    undefined = [conjunction(negate(map_atoms(n, ring.simplified)), _ties_for(n, ring, meaning)) for n in needs]
    failure = disjunction(conjunction(failed, *meaning.values(), *needs), *undefined)
    # "undefined at some eigenvalue" has a variable of its own, which stands for nothing in the first alternative
    domain_formula = map_atoms(conjunction(*domain, *[_ties_for(part, ring, ring.root_definitions()) for part in domain]), ring.simplified)
    failure = map_atoms(failure, ring.simplified)
    fixed = _dehomogenised(ring, domain_formula, failure)
    domain_formula, failure = (_set_to_one(f, ring, fixed) for f in (domain_formula, failure))
    return Problem(ring.names, domain_formula, failure, ring.substitution, ring.variables, frozenset(ring.positive), frozenset(ring.nonnegative),
                   frozenset(fixed), reducer.strengthened, relaxed)


def _simplify(formula: Formula, ring: _Ring) -> Formula:
    return map_atoms(formula, ring.simplified)


def _ties_for(part: Formula, ring: _Ring, meaning: dict[Any, Formula]) -> Formula:
    """The definitions of the fresh variables that a formula depends on, and of no others: those may be undefined where it matters."""
    found: dict[Any, Formula] = {}
    waiting = [part]
    while waiting:
        formula = waiting.pop()
        for v in {v for a in atoms(formula) for v, degree in zip(ring.variables, a.polynomial.degrees(), strict=False) if degree}:
            if v in meaning and v not in found:
                found[v] = meaning[v]
                waiting.append(meaning[v])
    return conjunction(*found.values())


def _no_quantifier_in_hypothesis(tree: Any, eigenvalues: list[Any]) -> Any:
    """A hypothesis may say "there is an eigenvalue" (it gets a variable); "for all eigenvalues" is out of reach."""
    if isinstance(tree, _Compare):
        return tree
    if tree.kind == "every":
        raise NotPolynomial("a hypothesis about a supremum over all eigenvalues that is not at the ends")
    if tree.kind == "some":
        eigenvalues.append(tree.bound)
        return _no_quantifier_in_hypothesis(tree.parts[0], eigenvalues)
    return _Node(tree.kind, tuple(_no_quantifier_in_hypothesis(p, eigenvalues) for p in tree.parts))


def _implied(ring: _Ring, symbol: Any, eigenvalues: list[Any]) -> Formula:
    """What holds of a symbol by the conventions of the language and its own assumptions."""

    def of(s: Any) -> Any:
        return ring.rational(s)[0]

    v = ring.substitution[symbol]
    v = ring.generator[v.base if v.is_Pow else v]
    parts: list[Formula] = []
    if symbol.is_positive:
        parts.append(Atom(-v, "<"))
    elif symbol.is_nonnegative:
        parts.append(Atom(-v, "<="))
    elif symbol.is_negative:
        parts.append(Atom(v, "<"))
    elif symbol.is_nonpositive:
        parts.append(Atom(v, "<="))
    elif symbol.is_nonzero:
        parts.append(Atom(v, "!="))
    if symbol.is_integer and ring.substitution[symbol] == symbol:  # no integer lies between −1 and 0, or 0 and 1
        parts.append(disjunction(atom(v, "="), atom(1 - v, "<="), *([] if symbol.is_nonnegative else [atom(v + 1, "<=")])))
    if symbol == L:
        parts.append(_ordered(ring, mu, L))
    if symbol == h or symbol in eigenvalues:
        parts += [_ordered(ring, mu, symbol), _ordered(ring, symbol, L)]
    if symbol == eps:
        parts.append(atom(of(symbol) - ring.constant(1), "<"))
    return conjunction(*parts)


def _ordered(ring: _Ring, a: Any, b: Any) -> Formula:
    """a ≤ b for positive symbols; between roots of the same order where both are powers."""
    va, vb = ring.substitution[a], ring.substitution[b]
    if va.is_Pow and vb.is_Pow and va.exp == vb.exp:
        return atom(ring.generator[va.base] - ring.generator[vb.base], "<=")
    return atom(ring.rational(a)[0] - ring.rational(b)[0], "<=")


def _dehomogenised(ring: _Ring, *formulas: Formula) -> list[Any]:
    """Positive variables that may be set to 1, because scaling changes no sign of any polynomial."""
    polynomials = [a.polynomial for f in formulas for a in atoms(f)]
    candidates = [v for v in ring.variables if v in ring.positive]
    fixed: list[Any] = []
    for v in candidates:
        restricted = [p.subs({ring.names[ring.variables.index(x)]: 1 for x in fixed}) if fixed else p for p in polynomials]
        free = [i for i, x in enumerate(ring.variables) if x not in fixed]
        basis = weights(restricted, len(ring.variables))
        i = ring.variables.index(v)
        # variables already fixed must keep weight 0
        usable = [w for w in _combine(basis, [j for j in range(len(ring.variables)) if j not in free]) if w[i] != 0]
        if usable:
            fixed.append(v)
    return fixed


def _combine(basis: list[list[fmpq]], zero: list[int]) -> list[list[fmpq]]:
    """The part of a space of weights that vanishes at the given places."""
    for place in zero:
        pivot = next((w for w in basis if w[place] != 0), None)
        if pivot is None:
            continue
        rest = [w for w in basis if w is not pivot]
        basis = [[a - b * (w[place] / pivot[place]) for a, b in zip(w, pivot, strict=True)] for w in rest]
    return basis


def _set_to_one(formula: Formula, ring: _Ring, fixed: list[Any]) -> Formula:
    if not fixed:
        return formula
    values: dict[str | int, Any] = {ring.names[ring.variables.index(v)]: 1 for v in fixed}
    return map_atoms(formula, lambda a: ring.simplified(Atom(a.polynomial.subs(values), a.relation)))
