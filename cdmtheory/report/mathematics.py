"""SymPy's LaTeX as MathML, so that a page shows real mathematics without a script or a network."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

__all__ = ["mathml", "symbol"]

_TOKEN = re.compile(r"\\(?:mathrm|text|mathit|operatorname|begin|end)\{[^}]*\}|\\[A-Za-z]+|[A-Za-z]{2,}")
_SIMPLE = re.compile(r"\\left([(\[])((?:(?!\\left|\\right|\\frac|\\sqrt|\\begin).)*?)\\right([)\]])")
_REPLACED = ((r"\left[\begin{matrix}", r"\begin{bmatrix}"), (r"\end{matrix}\right]", r"\end{bmatrix}"),
             (r"\sup_", r"\sup\limits_"), (r"\min_", r"\min\limits_"),
             (r"\lim_", r"\lim\limits_"), (r"\wedge", r"\;\wedge\;"), (r"\vee", r"\;\vee\;"), (r"\Leftrightarrow", r"\;\Leftrightarrow\;"),
             (r"\Rightarrow", r"\;\Rightarrow\;"))


@cache
def mathml(latex: str, display: str = "block") -> Any:
    """A formula as markup; if it cannot be converted, its LaTeX as text."""
    from latex2mathml.converter import convert
    from markupsafe import Markup, escape

    for old, new in _REPLACED:
        latex = latex.replace(old, new)
    latex = _TOKEN.sub(_name, latex)
    before = ""
    while before != latex:  # brackets around something low need not be stretched
        before, latex = latex, _SIMPLE.sub(r"\1\2\3", latex)
    try:
        made = convert(latex, display=display)
    except Exception:  # its parser raises whatever it stumbles on
        return Markup("<code>{}</code>").format(escape(latex))
    return Markup(made)


def symbol(name: str) -> Any:
    """A symbol by its name, as markup."""
    import sympy

    return mathml(sympy.latex(sympy.Symbol(name)), "inline")


def _name(match: re.Match[str]) -> str:
    """A name of several letters in one piece; ε for the exported eps."""
    word = match.group()
    return word if word.startswith("\\") else r"\varepsilon" if word == "eps" else rf"\,\mathit{{{word}}}"
