"""The language of claims: symbols, inert quantities and statements. Names, not computations.

A quantity such as ``worst_rate(m)`` is a SymPy object that nothing simplifies, evaluates or assumes anything about; what it
means is said in its docstring, and decided by :mod:`cdmtheory.engine` alone.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Function, Integer, Symbol, Tuple, sympify
from sympy.core.function import Application
from sympy.core.symbol import Str
from sympy.logic.boolalg import Boolean

from cdmtheory.methods import METHODS, Method

__all__ = ["SYMBOLS", "L", "MethodTerm", "Optimal", "Sup", "Unique", "beta", "eps", "eta", "h", "k", "kappa", "lambda_", "mu",
           "residual", "spectral_radius", "stable", "steps_to", "worst_rate", "worst_residual"]

mu = Symbol("mu", positive=True)
L = Symbol("L", positive=True)
kappa = Symbol("kappa", positive=True)
eta = Symbol("eta", positive=True)
beta = Symbol("beta", real=True)
h = Symbol("h", positive=True)
k = Symbol("k", integer=True, nonnegative=True)
eps = Symbol("eps", positive=True)
lambda_ = Symbol("lambda", positive=True)

SYMBOLS: dict[str, Symbol] = {"mu": mu, "L": L, "kappa": kappa, "eta": eta, "beta": beta, "h": h, "k": k, "eps": eps, "lambda": lambda_,
                              "lambda_": lambda_}


class MethodTerm(Basic):  # type: ignore[misc]
    """A method inside an expression; ``.method`` is the method itself."""

    @classmethod
    def of(cls, method: Method) -> MethodTerm:
        """The method as a term: its name and the values of its parameters, an empty tuple for None."""
        return cls(Str(method.name), *[Tuple() if value is None else sympify(value) for value in method.values])

    @property
    def method(self) -> Method:
        """The method that :meth:`of` was given."""
        family = METHODS[self.args[0].name]
        names = family.signature.parameters
        values = [None if value == Tuple() else value.method if isinstance(value, MethodTerm)
                  else int(value) if name == "steps" and value.is_Integer else value
                  for name, value in zip(names, self.args[1:], strict=True)]
        return Method(family, tuple(values))

    @property
    def last(self) -> MethodTerm:
        """The method that runs in the end: the last phase of a phased one."""
        found: MethodTerm = self.args[-1].last if self.args[0].name == "phased" else self
        return found

    def _sympystr(self, printer: Any) -> str:
        shown = [a for a in self.args[1:] if a != Tuple()]
        return f"{self.args[0].name}({', '.join(printer.doprint(a) for a in shown)})"

    def _latex(self, printer: Any) -> str:
        shown = [printer.doprint(a) for a in self.args[1:] if a != Tuple()]
        return rf"\mathrm{{{self.args[0].name.replace('_', chr(92) + ' ')}}}\left({', '.join(shown)}\right)"


def bind(e: Any, at: Any) -> Any:
    """An expression or method term with its free ``h`` replaced; inside the method of an inner quantity ``h`` is bound already."""
    if e == h:
        return at
    if isinstance(e, _OfMethod):
        return e.func(e.args[0], *[bind(a, at) for a in e.args[1:]])
    return e.func(*[bind(a, at) for a in e.args]) if e.args and e.has(h) else e


class Captured(ValueError):
    """An expression with a symbol that is bound where it would be put in; what the outcome would say is another thing."""


def _put_inside(inside: Any, rule: Any, bound: set[Any]) -> Any:
    """``inside.xreplace(rule)`` where some symbols are bound: they keep their meaning, and no expression with another of that name gets there."""
    if not isinstance(rule, dict):  # a transformation of SymPy's own, which puts in no symbols
        return inside.xreplace(rule)
    free = {old: new for old, new in rule.items() if not old.free_symbols & bound}
    if any(new.free_symbols & bound and inside.has(old) for old, new in free.items()):
        raise Captured(f"{', '.join(sorted(s.name for s in bound))} in an expression that is put into {inside}, where it is bound")
    return inside.xreplace(free)


def _term(method: Any, quantity: str) -> MethodTerm:
    if isinstance(method, Method):
        return MethodTerm.of(method)
    if isinstance(method, MethodTerm):
        return method
    raise TypeError(f"{quantity}: {method!r} is not a method; allowed is one made by {', '.join(METHODS)}")


class _OfMethod(Basic):  # type: ignore[misc]
    """What all quantities share: inside the method, ``h`` is bound to the eigenvalue the method runs on."""

    args: tuple[Any, ...]

    @property
    def method(self) -> Method:
        found: Method = self.args[0].method
        return found

    @property
    def free_symbols(self) -> set[Symbol]:
        found: set[Symbol] = (self.args[0].free_symbols - {h}).union(*(a.free_symbols for a in self.args[1:]))
        return found

    def _eval_subs(self, old: Any, new: Any) -> Any:
        if old == h:
            return self.func(self.args[0], *[a._subs(old, new) for a in self.args[1:]])
        return None

    def _xreplace(self, rule: Any) -> tuple[Any, bool]:
        if self in rule:
            return rule[self], True
        rest = [a.xreplace(rule) for a in self.args[1:]]
        at_one = isinstance(self, (spectral_radius, residual)) or (isinstance(self, stable) and bool(rest))
        same = at_one and self.args[-1] == rest[-1] == h  # the eigenvalue that h is bound to is the free h
        found = self.func(_put_inside(self.args[0], rule, set() if same else {h}), *rest)
        return (self, False) if found == self else (found, True)


class _Quantity(_OfMethod, Function):  # type: ignore[misc]
    """A number that depends on a method. No SymPy assumption holds of it but that it is a number, so that SymPy decides nothing about it."""

    is_commutative = True
    is_extended_real = True

    def __new__(cls, method: Any, *rest: Any) -> Any:
        return Function.__new__(cls, _term(method, cls.__name__), *[sympify(a) for a in rest])

    @classmethod
    def eval(cls, *args: Any) -> None:
        return None


class spectral_radius(_Quantity):
    """Spectral radius of the 2×2 transfer matrix of a method at the eigenvalue ``at``: the larger modulus of its roots."""

    nargs = 2

    def __new__(cls, method: Any, at: Any) -> Any:
        _stationary(method, "spectral_radius")
        return super().__new__(cls, method, at)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return _powered(rf"\rho\left[{printer.doprint(self.args[0])}\right]\left({printer.doprint(self.args[1])}\right)", exp)


class worst_rate(_Quantity):
    """Supremum of the spectral radius over all eigenvalues in [mu, L]."""

    nargs = 1

    def __new__(cls, method: Any) -> Any:
        _stationary(method, "worst_rate")
        return super().__new__(cls, method)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        return _powered(rf"\sup_{{h \in [\mu, L]}} \rho\left[{printer.doprint(self.args[0])}\right]\left(h\right)", exp)


class residual(_Quantity):
    """The residual polynomial p_k at the eigenvalue ``at``: x_k = p_k x_0 from rest."""

    nargs = 3

    def __new__(cls, method: Any, k: Any, at: Any) -> Any:
        return super().__new__(cls, method, _step_count(k, "residual"), at)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        m, steps, at = (printer.doprint(a) for a in self.args)
        return _powered(rf"p_{{{steps}}}\left[{m}\right]\left({at}\right)", exp)


class worst_residual(_Quantity):
    """Supremum of abs(p_k) over all eigenvalues in [mu, L]."""

    nargs = 2

    def __new__(cls, method: Any, k: Any) -> Any:
        return super().__new__(cls, method, _step_count(k, "worst_residual"))

    def _latex(self, printer: Any, exp: Any = None) -> str:
        m, steps = (printer.doprint(a) for a in self.args)
        return _powered(rf"\sup_{{h \in [\mu, L]}} \left|p_{{{steps}}}\left[{m}\right]\left(h\right)\right|", exp)


class steps_to(_Quantity):
    """The least K with worst_residual(m, j) <= eps for all j >= K; oo if there is none."""

    nargs = 2

    def __new__(cls, method: Any, eps: Any) -> Any:
        return super().__new__(cls, method, eps)

    def _latex(self, printer: Any, exp: Any = None) -> str:
        m, tolerance = (printer.doprint(a) for a in self.args)
        return _powered(rf"K\left[{m}\right]\left({tolerance}\right)", exp)


class stable(_OfMethod, Application, Boolean):  # type: ignore[misc]
    """Spectral radius < 1 at the eigenvalue ``at``, or on all of [mu, L] where none is given."""

    nargs = (1, 2)

    def __new__(cls, method: Any, at: Any = None) -> Any:
        _stationary(method, "stable")
        return Application.__new__(cls, _term(method, "stable"), *([] if at is None else [sympify(at)]))

    @classmethod
    def eval(cls, *args: Any) -> None:
        return None

    def to_nnf(self, simplify: bool = True) -> Any:
        return self

    def _latex(self, printer: Any) -> str:
        where = printer.doprint(self.args[1]) if len(self.args) == 2 else r"h"
        every = "" if len(self.args) == 2 else r"\ \forall h \in [\mu, L]"
        return rf"\rho\left[{printer.doprint(self.args[0])}\right]\left({where}\right) < 1{every}"


class Sup(Expr):  # type: ignore[misc]
    """Supremum of an expression over the integers k >= 0 that ``given`` allows."""

    def __new__(cls, expr: Any, over: Any) -> Any:
        over = sympify(over)
        if over != k:
            raise ValueError(f"Sup(..., {over}): the supremum is over k, the exported symbol; write Sup(expr, k)")
        return Basic.__new__(cls, sympify(expr), over)

    @property
    def free_symbols(self) -> set[Symbol]:
        return self.args[0].free_symbols - {k}  # type: ignore[no-any-return]

    def _eval_subs(self, old: Any, new: Any) -> Any:
        return self if old == k else None

    def _xreplace(self, rule: Any) -> tuple[Any, bool]:
        if self in rule:
            return rule[self], True
        found = self.func(_put_inside(self.args[0], rule, {k}), k)
        return (self, False) if found == self else (found, True)

    def _latex(self, printer: Any) -> str:
        return rf"\sup_{{k \ge 0}} {printer.parenthesize(self.args[0], 50)}"


class _Optimum(Application, Boolean):  # type: ignore[misc]
    """A statement about the minimum of a quantity over parameters, which are bound in it."""

    def __new__(cls, quantity: Any, *rest: Any, over: Any = None, value: Any = None) -> Any:
        if rest:  # how SymPy rebuilds it from its own arguments
            over, value = rest
        if over is None or value is None:
            raise TypeError(f"{cls.__name__}(quantity, over=[symbols], value=expression): over and value are both needed")
        symbols = Tuple(*over) if isinstance(over, (list, tuple, set, Tuple)) else Tuple(over)
        if not symbols or any(not isinstance(s, Symbol) for s in symbols):
            raise TypeError(f"{cls.__name__}: over = {over!r}; allowed is a list of symbols, the parameters to choose")
        bad = sorted(s.name for s in symbols if s in (mu, L, kappa, h, k, eps))
        if bad:
            raise ValueError(f"{cls.__name__}: over = {bad}; these belong to the problem, not to the method, and cannot be chosen")
        value = sympify(value)
        if value.free_symbols & set(symbols):
            chosen = sorted(s.name for s in value.free_symbols & set(symbols))
            raise ValueError(f"{cls.__name__}: value = {value} depends on {chosen}, over which the minimum is taken")
        return Application.__new__(cls, sympify(quantity), symbols, value)

    @classmethod
    def eval(cls, *args: Any) -> None:
        return None

    @property
    def quantity(self) -> Any:
        return self.args[0]

    @property
    def over(self) -> tuple[Symbol, ...]:
        return tuple(self.args[1])

    @property
    def value(self) -> Any:
        return self.args[2]

    @property
    def free_symbols(self) -> set[Symbol]:
        return (self.args[0].free_symbols - set(self.args[1])) | self.args[2].free_symbols  # type: ignore[no-any-return]

    def to_nnf(self, simplify: bool = True) -> Any:
        return self

    def _xreplace(self, rule: Any) -> tuple[Any, bool]:
        if self in rule:
            return rule[self], True
        found = self.func(_put_inside(self.quantity, rule, set(self.over)), self.args[1], self.value.xreplace(rule))
        return (self, False) if found == self else (found, True)

    def _sympystr(self, printer: Any) -> str:
        quantity, over, value = self.args
        return f"{type(self).__name__}({printer.doprint(quantity)}, over=[{', '.join(s.name for s in over)}], value={printer.doprint(value)})"

    def _latex(self, printer: Any) -> str:
        quantity, over, value = self.args
        under = ", ".join(printer.doprint(s) for s in over)
        unique = r"\text{, at one point only}" if isinstance(self, Unique) else ""
        return rf"\min_{{{under}}} {printer.doprint(quantity)} = {printer.doprint(value)}{unique}"


class Optimal(_Optimum):
    """The minimum of ``quantity`` over all real values of the symbols ``over`` equals ``value`` and is attained.

    The symbols range over what ``given`` and their own assumptions allow.
    """


class Unique(_Optimum):
    """As :class:`Optimal`, and attained at one point only."""


def _powered(text: str, exp: Any) -> str:
    return text if exp is None else rf"\left({text}\right)^{{{exp}}}"


def _stationary(method: Any, quantity: str) -> None:
    made = method.method if isinstance(method, MethodTerm) else method
    if isinstance(made, Method) and made.schedule.constant is None:
        raise ValueError(f"{quantity}({made!r}): this method changes from step to step, so it has no transfer matrix and no spectral radius; "
                         "use worst_residual(method, k) instead")


def _step_count(value: Any, quantity: str) -> Any:
    value = sympify(value)
    if value.is_Integer and value >= 0:
        return Integer(value)
    if value.is_number or value.is_integer is False:
        raise ValueError(f"{quantity}: k = {value}; allowed is an integer >= 0, the symbol k, or an expression of it")
    return value
