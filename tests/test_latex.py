"""What a notebook shows: methods, claims and verdicts as LaTeX."""

from __future__ import annotations

import pytest
import sympy

from cdmtheory import L, beta, chebyshev, eta, gradient_descent, heavy_ball, mu, nesterov, phased, polyak, stable
from cdmtheory.claims import Claim, Derivation
from cdmtheory.engine.verdict import Verdict
from cdmtheory.methods import METHODS, Method


def test_a_method_shows_its_step() -> None:
    assert gradient_descent(eta)._repr_latex_() == (r"$\displaystyle \mathrm{gradient\ descent}\left(\eta\right):\quad x_{k+1} = "
                                                    r"- \eta \nabla F{\left(x_{k} \right)} + x_{k}$")
    shown = nesterov(1 / L, beta)._repr_latex_()
    assert r"\beta \left(x_{k} - x_{k-1}\right)" in shown
    assert r"\nabla F{\left(\beta \left(x_{k} - x_{k-1}\right) + x_{k} \right)}" in shown
    assert heavy_ball(0.1, 0.9)._repr_latex_().endswith(r"x_{k+1} = 1.9 x_{k} - 0.9 x_{k-1} - 0.1 \nabla F{\left(x_{k} \right)}$")


def test_one_that_varies_shows_its_name() -> None:
    assert chebyshev(1, 9)._repr_latex_() == r"$\displaystyle \mathrm{chebyshev}\left(1, 9\right)$"
    assert r"\mathrm{phased}" in phased(gradient_descent(1), 3, polyak(1, 9))._repr_latex_()


def test_every_method_has_one(method: Method) -> None:
    shown = method._repr_latex_()
    assert shown.startswith("$")
    assert shown.count(r"\left") == shown.count(r"\right")
    assert METHODS[method.name].name.replace("_", r"\ ") in shown


@pytest.mark.parametrize("claim", [Claim("a", that=stable(gradient_descent(eta))), Derivation("b", steps=[sympy.Eq(mu + L, 2 * mu)])], ids=str)
def test_claims(claim: Claim | Derivation) -> None:
    assert claim._repr_latex_().startswith(r"$\displaystyle ")


def test_verdicts_show_the_title_as_it_is_written() -> None:
    v = Verdict(id="a", title="50% of {x}_1 & x^2", statement="", latex="x < 1", hypotheses=[], verdict="PROVED")
    assert v._repr_latex_() == r"$\displaystyle \textbf{PROVED}\quad \text{50\% of \{x\}\_1 \& x\^{}2}\quad x < 1$"
