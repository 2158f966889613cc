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

from dataclasses import dataclass, replace
from typing import Any

import sympy
from flint import fmpq

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
from cdmtheory.engine.ring import Ring, ordered
from cdmtheory.engine.statements import Compare, Node, NotPolynomial, Reducer, comparisons, negated, replaced_in
from cdmtheory.engine.substitute import NotStated, lost_conditions, put_in
from cdmtheory.language import L, eps, h, kappa, mu

__all__ = ["Problem", "reduce_claim"]


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
    unscaled: Problem | None = None  # the same before variables were set to 1

    def point(self, values: dict[Any, fmpq]) -> dict[Any, fmpq]:
        """The values of the claim's symbols at rational values of the variables."""
        numbers = {v: sympy.Rational(int(q.p), int(q.q)) for v, q in {**values, **{v: fmpq(1) for v in self.fixed}}.items()}
        found = {}
        for symbol, expression in self.substitution.items():
            at = expression.xreplace(numbers)
            if at.is_Rational:
                found[symbol] = fmpq(int(at.p), int(at.q))
        return found


def _at_integers(tree: Any) -> Any:
    """The same with S <= 1 for S < 2, where S is a sum of products of integers, so that a formula over the reals knows of no point between them."""
    if isinstance(tree, Node):
        return Node(tree.kind, tuple(_at_integers(p) for p in tree.parts), tree.bound)
    symbols = sorted(tree.left.free_symbols | tree.right.free_symbols, key=str)
    if tree.relation not in ("<", "<=") or not symbols or not all(s.is_integer for s in symbols):
        return tree
    try:
        whole = sympy.Poly(tree.left, *symbols, domain="QQ") - sympy.Poly(tree.right, *symbols, domain="QQ")
    except (sympy.PolynomialError, sympy.CoercionFailed):
        return tree
    constant = whole.coeff_monomial(1)
    content, sums = (whole - constant).primitive()
    if sums.is_zero or not content > 0:
        return tree
    top = -constant / content
    if tree.relation == "<=" and top.is_Integer:
        return tree
    return Compare(sums.as_expr(), "<=", sympy.ceiling(top) - 1 if tree.relation == "<" else sympy.floor(top))


def _polynomial(tree: Any, ring: Ring, needs: list[Any]) -> Formula:
    """A tree as a formula; ``needs`` collects what must hold for all its sides to be defined."""
    if isinstance(tree, Compare):
        formula, required = ring.comparison(tree)
        needs += [r for r in required if r not in needs]
        return formula
    parts = [_polynomial(p, ring, needs) for p in tree.parts]
    return conjunction(*parts) if tree.kind == "all" else disjunction(*parts)


def _without_quantifiers(tree: Any, reducer: Reducer, eigenvalues: list[Any], witnesses: tuple[Any, ...]) -> Any:
    """The tree that says how a claim fails, with eigenvalues chosen: "some" gets a variable, "every" its ends and other witnesses.

    "Every" in a failure is "there is" in the claim; naming witnesses asks for more than the claim does.
    """
    if isinstance(tree, Compare):
        return tree
    if tree.kind == "some":
        eigenvalues.append(tree.bound)
        return _without_quantifiers(tree.parts[0], reducer, eigenvalues, witnesses)
    if tree.kind == "every":
        if _depends_on_bound(reducer, [tree.bound]):
            raise NotPolynomial("a modulus, maximum or spectral radius inside a supremum over the eigenvalues")
        reducer.strengthened = True
        body = tree.parts[0]
        at = {x: _without_quantifiers(replaced_in(body, tree.bound, x), reducer, eigenvalues, witnesses) for x in (mu, L, *witnesses)}
        outside = {x: (Compare(x, "<", mu), Compare(L, "<", x)) for x in witnesses}
        return Node("all", tuple(Node("any", (*outside.get(x, ()), fails)) for x, fails in at.items()))
    return Node(tree.kind, tuple(_without_quantifiers(p, reducer, eigenvalues, witnesses) for p in tree.parts))


def _has_any(tree: Any, symbols: list[Any]) -> bool:
    return bool(symbols) and any(c.left.has(*symbols) or c.right.has(*symbols) for c in comparisons(tree))


def _is_positive_power(tree: Any) -> bool:
    """Whether what is watched is a power of what SymPy knows to be positive."""
    return isinstance(tree, Compare) and tree.left.is_Pow and bool(tree.left.base.is_positive)


def _depends_on_bound(reducer: Reducer, eigenvalues: list[Any]) -> bool:
    return any(_has_any(t, eigenvalues) for t in reducer.definitions)


def reduce_claim(statement: Any, given: tuple[Any, ...], witnesses: tuple[Any, ...] = ()) -> Problem:
    """A statement and its hypotheses as polynomials; ``witnesses``: eigenvalues that "there is one" may mean, besides the ends of the spectrum.

    Raises
    ------
    NotPolynomial
        If it is not a polynomial question; the message says why.
    """
    swap = {kappa: L / mu}
    statement, given = _with_condition(statement, swap), tuple(_with_condition(g, swap) for g in given)
    reducer = Reducer()
    hypotheses = [reducer.statement(g) for g in given]
    hypothesis_definitions = list(reducer.definitions)
    watched, own = reducer.take_watched()
    if any(_has_any(t, own) and not _is_positive_power(t) for t in watched):
        raise NotPolynomial("a hypothesis about a method that may be undefined at an eigenvalue")
    hypothesis_watched = [t for t in watched if not _has_any(t, own)]
    eigenvalues: list[Any] = []
    hypotheses = [_at_integers(_no_quantifier_in_hypothesis(t, eigenvalues)) for t in hypotheses]
    goal = reducer.statement(statement)
    failing = _at_integers(_without_quantifiers(negated(goal), reducer, eigenvalues, witnesses))
    if _depends_on_bound(reducer, [e for e in eigenvalues if reducer.strengthened]):
        raise NotPolynomial("a supremum over the eigenvalues inside a nested expression")
    watched, own = reducer.take_watched()
    eigenvalues += own
    every = [failing, *hypotheses, *reducer.definitions, *watched, *hypothesis_watched]
    used = set().union(*(e.free_symbols for t in every for c in comparisons(t) for e in (c.left, c.right)))
    used |= {s for s in statement.free_symbols | set().union(*(g.free_symbols for g in given)) if isinstance(s, sympy.Symbol)}
    used -= set(reducer.fresh_symbols)
    if used & {mu, L, h, *eigenvalues}:
        used |= {mu, L}
    symbols = sorted(used, key=lambda s: (s != mu, s != L, s in eigenvalues, s.name))
    relaxed = any(s.is_integer for s in symbols)
    ring = Ring(every, symbols, reducer.fresh_symbols)

    domain = [_implied(ring, s, eigenvalues) for s in symbols]
    needs: list[Any] = []
    domain += [_polynomial(t, ring, needs) for t in hypotheses]
    hypothesis_ties = [_polynomial(t, ring, needs) for t in hypothesis_definitions]
    needs += [f for t in hypothesis_watched if (f := _polynomial(t, ring, needs)) not in needs]
    domain += [*needs, *hypothesis_ties]

    needs = []
    failed = _polynomial(failing, ring, needs)
    meaning = {ring.substitution[y]: _polynomial(t, ring, needs) for y, t in zip(reducer.fresh_symbols, reducer.definitions, strict=True)}
    meaning |= ring.root_definitions()
    needs += [f for t in watched if (f := _polynomial(t, ring, needs)) not in needs]
    undefined = [conjunction(negate(map_atoms(n, ring.simplified)), _ties_for(n, ring, meaning)) for n in needs]
    failure = disjunction(conjunction(failed, *meaning.values(), *needs), *undefined)
    # "undefined at some eigenvalue" has a variable of its own, which stands for nothing in the first alternative
    domain_formula = map_atoms(conjunction(*domain, *[_ties_for(part, ring, ring.root_definitions()) for part in domain]), ring.simplified)
    failure = map_atoms(failure, ring.simplified)
    whole = Problem(ring.names, domain_formula, failure, ring.substitution, ring.variables, frozenset(ring.positive), frozenset(ring.nonnegative),
                    strengthened=reducer.strengthened, relaxed=relaxed)
    fixed = _dehomogenised(ring, domain_formula, failure)
    if not fixed:
        return whole
    domain_formula, failure = (_set_to_one(f, ring, fixed) for f in (domain_formula, failure))
    return replace(whole, domain=domain_formula, failure=failure, fixed=frozenset(fixed), unscaled=whole)


def _with_condition(statement: Any, swap: dict[Any, Any]) -> Any:
    """A statement with L/μ for κ, as it is written, and what must hold for parts to be defined that cancel then."""
    try:
        lost = lost_conditions(statement, swap)
    except NotStated as why:
        raise NotPolynomial(str(why)) from None
    return sympy.And(put_in(statement, swap), *lost, evaluate=False) if lost else put_in(statement, swap)


def _ties_for(part: Formula, ring: Ring, meaning: dict[Any, Formula]) -> Formula:
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
    if isinstance(tree, Compare):
        return tree
    if tree.kind == "every":
        raise NotPolynomial("a hypothesis about a supremum over all eigenvalues that is not at the ends")
    if tree.kind == "some":
        eigenvalues.append(tree.bound)
        return _no_quantifier_in_hypothesis(tree.parts[0], eigenvalues)
    return Node(tree.kind, tuple(_no_quantifier_in_hypothesis(p, eigenvalues) for p in tree.parts))


def _implied(ring: Ring, symbol: Any, eigenvalues: list[Any]) -> Formula:
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
        parts.append(ordered(ring, mu, L))
    if symbol == h or symbol in eigenvalues:
        parts += [ordered(ring, mu, symbol), ordered(ring, symbol, L)]
    if symbol == eps:
        parts.append(atom(of(symbol) - ring.constant(1), "<"))
    return conjunction(*parts)


def _dehomogenised(ring: Ring, *formulas: Formula) -> list[Any]:
    """Positive variables that may be set to 1, because scaling changes no sign of any polynomial."""
    polynomials = [a.polynomial for f in formulas for a in atoms(f)]
    largest = ring.substitution.get(L)
    candidates = sorted((v for v in ring.variables if v in ring.positive), key=lambda v: v not in getattr(largest, "free_symbols", ()))
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


def _set_to_one(formula: Formula, ring: Ring, fixed: list[Any]) -> Formula:
    values: dict[str | int, Any] = {ring.names[ring.variables.index(v)]: 1 for v in fixed}
    return map_atoms(formula, lambda a: ring.simplified(Atom(a.polynomial.subs(values), a.relation)))
