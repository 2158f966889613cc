"""First-order methods. The only place where an update rule is written.

Every method here is a stream of coefficients (step size, momentum, lookahead) for one line, :func:`step`. Gradient
descent, heavy ball, critically damped momentum, Polyak, Nesterov, Chebyshev, triple momentum and phased schedules differ
in the stream alone; transfer matrices, residual polynomials, simulators and proofs are derived from it.

**To add a method**: write a function that returns its :class:`Schedule`, decorate it with ``@family`` and name it in
``METHODS`` at the end of this file. Nothing else needs to change.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, repeat
from typing import Any, NamedTuple

from cdmtheory.arithmetic import Arithmetic, arithmetic_of, convert, sqrt

__all__ = ["METHODS", "Coefficients", "Family", "Method", "Schedule", "step"]


class Coefficients(NamedTuple):
    """What one step of a method is made of."""

    step_size: Any
    momentum: Any = 0
    lookahead: Any = 0


def step(c: Coefficients, x: Any, x_prev: Any, grad: Callable[[Any], Any]) -> Any:
    """One step: ``x + momentum·d − step_size·grad(x + lookahead·d)`` with ``d = x − x_prev``.

    ``x`` and ``x_prev`` are the last two iterates (any shape, any arithmetic), ``grad`` the gradient of the objective.
    From rest means ``x_prev = x``.
    """
    d = x - x_prev
    return x + c.momentum * d - c.step_size * grad(x + c.lookahead * d)


@dataclass(frozen=True)
class Schedule:
    """A restartable stream of coefficients: first ``opening``, then ``constant`` forever or what ``varying()`` yields."""

    constant: Coefficients | None = None
    opening: tuple[Coefficients, ...] = ()
    varying: Callable[[], Iterator[Coefficients]] | None = None

    def __iter__(self) -> Iterator[Coefficients]:
        if self.constant is not None:
            return chain(self.opening, repeat(self.constant))
        assert self.varying is not None
        return chain(self.opening, self.varying())


@dataclass(frozen=True)
class Family:
    """A method with its parameters left open; calling it fixes them and gives a :class:`Method`."""

    name: str
    schedule: Callable[..., Schedule]
    signature: inspect.Signature

    def __call__(self, *args: Any, **kwargs: Any) -> Method:
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.name}: {error}; needed is {self.name}({', '.join(self.signature.parameters)})") from None
        bound.apply_defaults()
        parameters = tuple(bound.arguments.items())
        for name, value in parameters:
            if value is not None or self.signature.parameters[name].default is not None:
                _check_parameter(self.name, name, value)
        made = Method(self, tuple(value for _, value in parameters))
        _ = made.arithmetic  # refuses parameters of two number systems
        values = bound.arguments
        if "mu" in values and "L" in values and _is_plain_number(values["mu"]) and _is_plain_number(values["L"]) and values["mu"] > values["L"]:
            raise ValueError(f"{self.name}: mu = {values['mu']!r} is larger than L = {values['L']!r}; needed is 0 < mu <= L. Are the two exchanged?")
        return made


@dataclass(frozen=True)
class Method:
    """A first-order method with its parameters: frozen, comparable, restartable.

    ``iter(method)`` streams its :class:`Coefficients` from step 0 on.
    """

    family: Family
    values: tuple[Any, ...]

    @property
    def name(self) -> str:
        """The name of its family, such as ``heavy_ball``."""
        return self.family.name

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters by name."""
        return dict(zip(self.family.signature.parameters, self.values, strict=True))

    @property
    def arithmetic(self) -> Arithmetic | None:
        """The number system of the parameters; None where all of them are ints."""
        return arithmetic_of(**self._numbers())

    def _numbers(self) -> dict[str, Any]:
        """Every number among the parameters under a name that says where it stands, those of inner methods included."""
        found: dict[str, Any] = {}
        for name, value in self.parameters.items():
            if isinstance(value, Method):
                found |= {f"{inner}, {name} of {self.name}": v for inner, v in value._numbers().items()}
            elif value is not None and name != "steps":
                found[f"{name} of {self.name}"] = value
        return found

    @property
    def schedule(self) -> Schedule:
        """The stream with what is known of its structure. Ints count as exact rationals, so that 1/3 stays 1/3."""
        kind = self.arithmetic or Arithmetic.RATIONAL
        exact = self.map(lambda v: convert(v, kind) if isinstance(v, int) else v)
        return self.family.schedule(*exact.values)

    def __iter__(self) -> Iterator[Coefficients]:
        return iter(self.schedule)

    def __repr__(self) -> str:
        shown = [_shown(v) for v in self.values]
        defaults = [p.default for p in self.family.signature.parameters.values()]
        while shown and defaults[len(shown) - 1] is self.values[len(shown) - 1]:
            shown.pop()
        return f"{self.name}({', '.join(shown)})"

    def _sympy_(self) -> Any:
        from cdmtheory.language import MethodTerm

        return MethodTerm.of(self)

    def _repr_latex_(self) -> str:
        """For notebooks: the name with the parameters, and the step, derived from :func:`step`."""
        import sympy

        shown = sympy.latex(self._sympy_())
        constant = self.schedule.constant
        if constant is None:
            return f"$\\displaystyle {shown}$"
        x, before, after = sympy.symbols("x_k x_{k-1} x_{k+1}")
        made = step(Coefficients(*(sympy.sympify(c) for c in constant)), x, before, sympy.Function(r"\nabla F"))
        return f"$\\displaystyle {shown}:\\quad {sympy.latex(after)} = {sympy.latex(made)}$"

    def __reduce__(self) -> Any:
        return _restore, (self.name, self.values)

    def map(self, change: Callable[[Any], Any]) -> Method:
        """The same method with every number among its parameters replaced by ``change(number)``."""
        names = self.family.signature.parameters
        return Method(self.family, tuple(
            v if v is None or name == "steps" else v.map(change) if isinstance(v, Method) else change(v)
            for name, v in zip(names, self.values, strict=True)))

    def to(self, arithmetic: Arithmetic) -> Method:
        """The same method evaluated in another number system: its *parameters* are converted, its stream follows.

        ``polyak(1, 3).to(Arithmetic.BALL)`` has balls around the irrational step size; ``.to(Arithmetic.FLOAT)`` floats.
        """
        return self.map(lambda value: convert(value, arithmetic))


def _shown(value: Any) -> str:
    """A parameter as text that evaluates back to it: a rational must not come back as a rounded quotient."""
    if hasattr(value, "free_symbols"):
        return f"Rational({value.p}, {value.q})" if value.is_Rational and not value.is_Integer else str(value)
    return f"fmpq({value.p}, {value.q})" if type(value).__name__ == "fmpq" else repr(value)


def _restore(name: str, values: tuple[Any, ...]) -> Method:
    return Method(METHODS[name], values)


def _is_plain_number(value: Any) -> bool:
    """Whether a value can be compared at once: not an array, not symbolic, not a ball, not a method."""
    return not isinstance(value, bool) and (isinstance(value, (int, float)) or (hasattr(value, "numerator") and hasattr(value, "denominator")
                                                                                   and not hasattr(value, "free_symbols")))


def _check_parameter(family: str, name: str, value: Any) -> None:
    if isinstance(value, Method) != (name in ("first", "second")):
        raise TypeError(f"{family}: {name} = {value!r}; " + ("a method is needed here, such as gradient_descent(1)" if name in ("first", "second")
                                                             else "a number is needed here, not a method"))
    if name == "steps" and not hasattr(value, "free_symbols") and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        raise ValueError(f"{family}: steps = {value!r}; allowed is a whole number >= 0")
    if name == "steps" and hasattr(value, "free_symbols") and not (value.is_integer and value.is_nonnegative):
        raise ValueError(f"{family}: steps = {value}; allowed is a whole number >= 0, or a symbol that is one: Symbol('n', integer=True, nonnegative=True)")
    if value is None:
        raise TypeError(f"{family}: {name} = None; a number is needed here")
    if not _is_plain_number(value):
        return
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{family}: {name} = {value!r} is not finite; allowed is a finite number")
    if name in ("step_size", "first_step", "curvature", "mu", "L") and not value > 0:
        raise ValueError(f"{family}: {name} = {value!r}; allowed is a number > 0")


def family(schedule: Callable[..., Schedule]) -> Family:
    """Turn the definition of a schedule into the family of methods that users call."""
    made = Family(schedule.__name__, schedule, inspect.signature(schedule))
    object.__setattr__(made, "__doc__", schedule.__doc__)
    object.__setattr__(made, "__signature__", made.signature)
    return made


@family
def gradient_descent(step_size: Any) -> Schedule:
    """Gradient descent: x⁺ = x − η∇F(x).

    Over curvatures in [μ, L] its rate is max(|1−ημ|, |1−ηL|), best at η = 2/(μ+L) (theory C1; proofs/C/C1).
    """
    return Schedule(Coefficients(step_size))


@family
def heavy_ball(step_size: Any, momentum: Any, first_step: Any = None) -> Schedule:
    """Polyak's heavy ball: x⁺ = x + β(x − x₋) − η∇F(x); ``first_step`` is the step size of step 0 (default: η).

    Stable at curvature h iff |β| < 1 and 0 < ηh < 2(1+β) (theory B3). The first step η/(1+β) gives the clean bound of theory C6.
    """
    always = Coefficients(step_size, momentum)
    return Schedule(always, () if first_step is None else (Coefficients(first_step, momentum),))


@family
def critically_damped(step_size: Any, curvature: Any) -> Schedule:
    """Critically damped momentum (CDM): heavy ball with β = (1 − √(η·curvature))².

    The double root at that curvature is r = 1 − √(η·curvature); up to η = 4/(√L+√μ)² it is the rate over all of [μ, L] (theory B4, C2).
    """
    root = sqrt(step_size * curvature)
    return Schedule(Coefficients(step_size, (1 - root) * (1 - root)))


@family
def polyak(mu: Any, L: Any) -> Schedule:
    """Heavy ball at Polyak's optimal parameters: η = 4/(√L+√μ)², β = ((√L−√μ)/(√L+√μ))².

    Critically damped at both ends of [μ, L]; rate (√κ−1)/(√κ+1), the best possible (theory C3, D2; Polyak 1964).
    """
    low, high = sqrt(mu), sqrt(L)
    total = high + low
    return Schedule(Coefficients(4 / (total * total), ((high - low) / total) * ((high - low) / total)))


@family
def nesterov(step_size: Any, momentum: Any) -> Schedule:
    """Nesterov's accelerated gradient with constant momentum: y = x + β(x − x₋), x⁺ = y − η∇F(y)."""
    return Schedule(Coefficients(step_size, momentum, momentum))


@family
def chebyshev(mu: Any, L: Any) -> Schedule:
    """Chebyshev's semi-iterative method: the minimax residual 1/T_k((κ+1)/(κ−1)) at every k (theory D1).

    Step k has the coefficients 2ω_k/(L+μ) and ω_k − 1 with ω₀ = 1, ω₁ = 1/(1 − σ²/2), ω_{k+1} = 1/(1 − σ²ω_k/4), σ = (L−μ)/(L+μ).
    """
    total = L + mu
    squared = ((L - mu) / total) * ((L - mu) / total)

    def stream() -> Iterator[Coefficients]:
        yield Coefficients(2 / total)
        omega = 1 / (1 - squared / 2)
        while True:
            yield Coefficients(2 * omega / total, omega - 1)
            omega = 1 / (1 - squared * omega / 4)

    return Schedule(varying=stream)


@family
def triple_momentum(mu: Any, L: Any) -> Schedule:
    """Triple momentum (Van Scoy, Freeman, Lynch 2018), with ρ = 1 − √(μ/L): η = (1+ρ)/L, β = ρ²/(2−ρ), lookahead ρ²/((1+ρ)(2−ρ)).

    The sequence advanced is the internal state ξ; the published output is ξ + ρ²/(1−ρ²)·(ξ − ξ₋).
    """
    rho = 1 - sqrt(mu) / sqrt(L)
    return Schedule(Coefficients((1 + rho) / L, rho * rho / (2 - rho), rho * rho / ((1 + rho) * (2 - rho))))


@family
def momentum_method(step_size: Any, momentum: Any, lookahead: Any) -> Schedule:
    """Every stationary method of this class: x⁺ = x + β·d − η∇F(x + γ·d), d = x − x₋. The place of a method of your own."""
    return Schedule(Coefficients(step_size, momentum, lookahead))


@family
def phased(first: Method, steps: int, second: Method) -> Schedule:
    """``first`` for the given number of steps, then ``second`` from its own step 0; the velocity is kept at the change."""
    if not isinstance(steps, int):
        raise ValueError(f"phased: steps = {steps} is a symbol; give a number of steps before the method is run")
    return Schedule(varying=lambda: chain(islice(first, steps), second))


METHODS: dict[str, Family] = {made.name: made for made in (
    gradient_descent, heavy_ball, critically_damped, polyak, nesterov, chebyshev, triple_momentum, momentum_method, phased)}
