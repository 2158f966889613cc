"""E2. On a curved interpolation manifold the flat curvature is not λ: on ab = 1 it is 2λ."""

from sympy import Eq, Matrix, diff, hessian, sqrt, symbols

from cdmtheory import Derivation

a, b = symbols("a b", real=True)
decay = symbols("decay", positive=True)
objective = (a * b - 1) ** 2 / 2 + decay * (a**2 + b**2) / 2
along = Matrix([1, -1]) / sqrt(2)


def at_minimiser(expression):
    """At a = b = √(1 − λ)."""
    return expression.subs({a: sqrt(1 - decay), b: sqrt(1 - decay)})


curvature = (along.T * hessian(objective, (a, b)) * along)[0]

flat_curvature_is_twice_the_weight_decay = Derivation(
    "At the minimiser of ½(ab − 1)² + (λ/2)(a² + b²) with λ < 1, the curvature along the valley ab = const is exactly 2λ.",
    given=[decay < 1],
    steps=[Eq(at_minimiser(diff(objective, a)), 0), Eq(at_minimiser(diff(objective, b)), 0), Eq(at_minimiser(curvature), 2 * decay)],
    near_miss=[Eq(at_minimiser(curvature), decay), Eq(at_minimiser(diff(objective, a)), decay)],
    reference="theory E2",
)
