"""E3. Flat minima: the trace of the Hessian and the norm of the weights."""

from sympy import Eq, Matrix, Rational, diff, sqrt, symbols

from cdmtheory import Claim, Derivation

a, b, c = symbols("a b c", real=True)


def hessian_trace(loss, variables):
    """The sum of the second derivatives."""
    return sum(diff(loss, x, 2) for x in variables)


trace_on_a_product_is_the_squared_norm = Derivation(
    "The trace of the Hessian of ½(ab − 1)² is a² + b², everywhere.",
    steps=[Eq(hessian_trace((a * b - 1) ** 2 / 2, (a, b)), a**2 + b**2)],
    near_miss=[Eq(hessian_trace((a * b - 1) ** 2 / 2, (a, b)), 2 * a * b)],
    reference="theory E3",
)

W1 = Matrix(2, 2, symbols("p0:4", real=True))
W2 = Matrix(2, 2, symbols("q0:4", real=True))
target = Matrix(2, 2, symbols("t0:4", real=True))
s1, s2, s12 = symbols("s1 s2 s12", real=True)
Sigma = Matrix([[s1, s12], [s12, s2]])
errors = W2 * W1 - target
linear_network = (errors * Sigma * errors.T).trace() / 2


def squares(matrix):
    """The squared Frobenius norm."""
    return sum(x**2 for x in matrix)


trace_of_a_two_layer_linear_network = Derivation(
    "With input covariance Σ and q outputs it is tr(Σ)‖W2‖² + q·tr(W1ΣW1ᵀ) for a two-layer linear network, everywhere.",
    steps=[Eq(hessian_trace(linear_network, [*W1, *W2]), Sigma.trace() * squares(W2) + 2 * (W1 * Sigma * W1.T).trace())],
    near_miss=[Eq(hessian_trace(linear_network, [*W1, *W2]), Sigma.trace() * squares(W2) + (W1 * Sigma * W1.T).trace()),
               Eq(hessian_trace(linear_network, [*W1, *W2]), 2 * (squares(W1) + squares(W2)))],
    reference="theory E3",
    assumed="two inputs, two hidden units and two outputs stand for general sizes",
)

x, y, d, q = symbols("x y d q", positive=True)

least_trace_for_a_given_product = Claim(
    "White inputs, singular values x, y of the layers with a given product xy: the trace d·y² + q·x² is at least 2√(dq)·xy …",
    that=d * y**2 + q * x**2 >= 2 * sqrt(d * q) * x * y,
    near_miss=[d * y**2 + q * x**2 >= (d + q) * x * y, d * y**2 + q * x**2 > 2 * sqrt(d * q) * x * y],
    reference="theory E3",
)

least_norm_is_flattest_iff_sizes_agree = Derivation(
    "… and (d + q)·xy at the least norm, x = y: the excess is (√d − √q)²·xy, so the least norm is the flattest point iff d = q.",
    steps=[Eq((d * y**2 + q * x**2).subs(y, x) - 2 * sqrt(d * q) * x**2, (sqrt(d) - sqrt(q)) ** 2 * x**2)],
    near_miss=[Eq((d * y**2 + q * x**2).subs(y, x) - 2 * sqrt(d * q) * x**2, 0)],
    reference="theory E3",
)

trace_of_three = hessian_trace((a * b * c - 1) ** 2 / 2, (a, b, c))


def at(p, r, s):
    """At the point of abc = 1 with these squares."""
    return {a: sqrt(p), b: sqrt(r), c: sqrt(s)}


smaller_norm_can_be_sharper = Derivation(
    "On abc = 1 the trace is Σ1/a_i²: the squares (2, 2, 1/4) have a smaller sum than (1/2, 1/2, 4), 17/4 against 5, and a larger trace, 5 against 17/4.",
    steps=[
        Eq((a * b * c).subs(at(2, 2, Rational(1, 4))), 1), Eq((a * b * c).subs(at(Rational(1, 2), Rational(1, 2), 4)), 1),
        Eq((a**2 + b**2 + c**2).subs(at(2, 2, Rational(1, 4))), Rational(17, 4)), Eq(trace_of_three.subs(at(2, 2, Rational(1, 4))), 5),
        Eq((a**2 + b**2 + c**2).subs(at(Rational(1, 2), Rational(1, 2), 4)), 5),
        Eq(trace_of_three.subs(at(Rational(1, 2), Rational(1, 2), 4)), Rational(17, 4)),
        Eq(trace_of_three.subs(c, 1 / (a * b)), (1 / a**2 + 1 / b**2 + 1 / c**2).subs(c, 1 / (a * b))),
    ],
    near_miss=[Eq(trace_of_three, a**2 + b**2 + c**2), Eq(trace_of_three, 1 / a**2 + 1 / b**2 + 1 / c**2)],
    reference="theory E3",
)
