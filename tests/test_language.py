"""The language of claims: every quantity and statement can be written, pickled, shown as text and LaTeX, and is inert."""

import pickle

import pytest
import sympy
from sympy import Abs, And, Eq, Equivalent, Implies, Limit, Max, Min, Not, Or, Rational, Symbol, exp, log, oo

from cdmtheory import L as L_
from cdmtheory import (
    Optimal,
    Sup,
    Unique,
    beta,
    chebyshev,
    critically_damped,
    eps,
    eta,
    gradient_descent,
    h,
    heavy_ball,
    k,
    kappa,
    lambda_,
    momentum_method,
    mu,
    nesterov,
    phased,
    polyak,
    residual,
    spectral_radius,
    sqrt,
    stable,
    steps_to,
    triple_momentum,
    worst_rate,
    worst_residual,
)
from cdmtheory.claims import Claim, text
from cdmtheory.language import SYMBOLS, MethodTerm
from cdmtheory.methods import METHODS

L = L_
hb = heavy_ball(eta, beta)
METHODS_IN_CLAIMS = [gradient_descent(eta), hb, heavy_ball(eta, beta, eta / (1 + beta)), critically_damped(1 / L, mu), polyak(mu, L), nesterov(1 / L, beta),
                     momentum_method(eta, beta, beta / 2), triple_momentum(mu, L), chebyshev(mu, L), phased(gradient_descent(1 / L), 3, polyak(mu, L))]
QUANTITIES = [spectral_radius(hb, h), worst_rate(hb), residual(hb, 2, h), residual(chebyshev(mu, L), k, h), worst_residual(hb, k), steps_to(hb, eps)]
STATEMENTS = [
    stable(hb), stable(hb, h), Optimal(worst_rate(hb), over=[eta, beta], value=1 - 1 / sqrt(kappa)), Unique(worst_rate(hb), over=[eta], value=beta),
    Eq(worst_rate(hb), worst_rate(gradient_descent(eta))), worst_rate(hb) < 1, worst_rate(hb) >= sqrt(Max(beta, Min(eta, mu))), sympy.Ne(worst_rate(hb), 0),
    Eq(Sup(worst_residual(hb, k), k), 1), Eq(Limit(worst_rate(polyak(mu, L)), kappa, oo), 1), Eq(steps_to(hb, eps), oo),
    log(1 / eps) * Abs(residual(hb, k, h)) <= exp(-k * mu / L), And(stable(hb), eta < 1),
    Or(stable(hb), eta < 1), Not(stable(hb)), Implies(stable(hb), beta < 1),
    Equivalent(stable(hb), beta < 1), lambda_ * sympy.atanh(eps) <= 2 ** k]


@pytest.mark.parametrize("statement", [*STATEMENTS, *[q < 1 for q in QUANTITIES], *[worst_residual(m, k) < 1 for m in METHODS_IN_CLAIMS]], ids=str)
def test_every_statement_can_be_claimed_pickled_and_shown(statement):
    claim = Claim("a title", that=statement, given=[eta < 1], near_miss=[statement], reference="somewhere")
    assert claim.that == statement
    back = pickle.loads(pickle.dumps(claim))
    assert back == claim
    assert hash(back) == hash(claim)
    assert claim.statement == text(statement)
    assert "\n" not in claim.statement
    latex = sympy.latex(statement)
    assert latex.count("{") == latex.count("}")
    assert latex.count(r"\left") == latex.count(r"\right")
    assert "operatorname{Str" not in latex
    assert claim._repr_latex_().startswith("$")


@pytest.mark.parametrize("quantity", [*QUANTITIES, *[s for s in STATEMENTS if not isinstance(s, (sympy.Eq, sympy.Ne))]], ids=str)
def test_the_text_reads_as_it_is_written(quantity):
    names = {name: getattr(sympy, name) for name in ("Implies", "Equivalent", "Abs", "Max", "Min", "log", "exp", "sqrt", "atanh", "oo")}
    names |= {c.__name__: c for c in (spectral_radius, worst_rate, residual, worst_residual, steps_to, stable, Optimal, Unique, Sup)}
    shown = text(quantity).replace("lambda", "lambda_")
    assert eval(shown, {**METHODS, **SYMBOLS, **names}) == quantity


@pytest.mark.parametrize(("expression", "shown"), [
    (worst_rate(hb), r"\sup_{h \in [\mu, L]} \rho\left[\mathrm{heavy\ ball}\left(\eta, \beta\right)\right]\left(h\right)"),
    (residual(hb, 3, mu), r"p_{3}\left[\mathrm{heavy\ ball}\left(\eta, \beta\right)\right]\left(\mu\right)"),
    (stable(hb, L), r"\rho\left[\mathrm{heavy\ ball}\left(\eta, \beta\right)\right]\left(L\right) < 1")])
def test_latex(expression, shown):
    assert sympy.latex(expression) == shown
    if not isinstance(expression, stable):
        assert sympy.latex(expression**2) == rf"\left({shown}\right)^{{2}}"


# -- inert -------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("quantity", QUANTITIES, ids=str)
def test_nothing_is_assumed_of_a_quantity(quantity):
    assert [quantity.is_real, quantity.is_nonnegative, quantity.is_finite, quantity.is_zero] == [None] * 4
    for relation in (quantity < 0, quantity >= 0, quantity < oo, Eq(quantity, -1), Eq(quantity, oo)):
        assert isinstance(relation, sympy.core.relational.Relational), "SymPy must not decide it"
    assert sqrt(quantity**2) != quantity
    assert Abs(quantity) != quantity


@pytest.mark.parametrize("statement", [stable(hb), stable(hb, h), *STATEMENTS[2:4]], ids=str)
def test_statements_stay_as_they_are(statement):
    assert statement.to_nnf() == statement
    assert sympy.simplify(And(statement, eta < 1)).has(type(statement))
    assert Not(statement).args == (statement,)
    assert statement not in (sympy.true, sympy.false)


def test_what_sympy_decides_by_itself_arrives_as_true_or_false():
    assert Claim("t", that=Eq(worst_rate(hb), worst_rate(hb))).that is sympy.true
    assert Claim("t", that=eta > 0, given=[eta < 0]).given == (sympy.false,)
    assert Claim("t", that=True, given=False).given == (sympy.false,)


# -- binding -----------------------------------------------------------------------------------------------------------------

def test_h_inside_a_method_is_bound():
    method = heavy_ball(1 / h, beta)
    assert worst_rate(method).free_symbols == {beta}
    assert stable(method).free_symbols == {beta}
    assert steps_to(method, eps).free_symbols == {beta, eps}
    assert spectral_radius(method, mu).free_symbols == {beta, mu}
    assert spectral_radius(method, h).free_symbols == {beta, h}, "the explicit eigenvalue is free"
    assert residual(method, k, h).free_symbols == {beta, h, k}


def test_substitution_of_h_does_not_reach_into_a_method():
    method = heavy_ball(1 / h, beta)
    assert worst_rate(method).subs(h, 2) == worst_rate(method)
    assert (worst_rate(method) + h).subs(h, 2) == worst_rate(method) + 2
    assert spectral_radius(method, h).subs(h, mu) == spectral_radius(method, mu)
    assert worst_rate(method).subs(beta, 0) == worst_rate(heavy_ball(1 / h, sympy.Integer(0)))


def test_optimal_and_sup_bind_their_symbols():
    assert Optimal(worst_rate(hb), over=[eta, beta], value=mu / L).free_symbols == {mu, L}
    assert Sup(worst_residual(hb, k), k).free_symbols == {eta, beta}
    assert Sup(worst_residual(hb, k), k).subs(k, 3) == Sup(worst_residual(hb, k), k)


@pytest.mark.parametrize("made", METHODS_IN_CLAIMS, ids=str)
def test_a_method_comes_back_out_of_its_term(made):
    term = sympy.sympify(made)
    assert isinstance(term, MethodTerm)
    assert term.method == made
    assert str(term) == str(made)


# -- what is refused ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("made", [chebyshev(mu, L), phased(hb, 2, hb)], ids=str)
@pytest.mark.parametrize("quantity", [worst_rate, stable, lambda m: spectral_radius(m, h), lambda m: stable(m, h)])
def test_a_method_that_changes_has_no_rate(made, quantity):
    with pytest.raises(ValueError, match="changes from step to step.*use worst_residual"):
        quantity(made)
    assert worst_residual(made, k).method == made


@pytest.mark.parametrize(("make", "message"), [
    (lambda: worst_rate(eta), "worst_rate: eta is not a method; allowed is one made by gradient_descent"),
    (lambda: stable(0), "stable: 0 is not a method"),
    (lambda: residual(hb, -1, h), "residual: k = -1"),
    (lambda: worst_residual(hb, Rational(1, 2)), "worst_residual: k = 1/2"),
    (lambda: Sup(worst_residual(hb, k), eta), "the supremum is over k"),
    (lambda: Optimal(worst_rate(hb), over=[eta]), "over and value are both needed"),
    (lambda: Optimal(worst_rate(hb), over=[eta + 1], value=1), "allowed is a list of symbols"),
    (lambda: Optimal(worst_rate(hb), over=[], value=1), "allowed is a list of symbols"),
    (lambda: Unique(worst_rate(hb), over=[eta, L], value=1), "Unique: over = \\['L'\\]; these belong to the problem"),
    (lambda: Optimal(worst_rate(hb), over=[eta], value=1 - eta), "value = 1 - eta depends on \\['eta'\\]")])
def test_a_quantity_that_makes_no_sense_is_refused(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_the_symbols_have_the_assumptions_of_the_contract():
    positive = {mu, L, kappa, eta, h, eps, lambda_}
    assert all(s.is_positive for s in positive)
    assert beta.is_real
    assert beta.is_positive is None
    assert k.is_integer
    assert k.is_nonnegative
    assert set(SYMBOLS.values()) == positive | {beta, k}
    assert Symbol("mu") != mu
