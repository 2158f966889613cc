"""E7. Other complexity measures than ‖θ‖²: a quadratic one, ½θᵀMθ (a weight decay per parameter group is a diagonal M), and the sum of |θ_i|."""

from sympy import Eq, Matrix, diag, diff, sqrt, symbols

from cdmtheory import Claim, Derivation, k
from cdmtheory.methods import Coefficients, step

x, y, a, b, c, d, start = symbols("x y a b c d start", real=True)
first, second = symbols("first second", real=True)
step_size, momentum, decay, p, q, distance = symbols("step_size momentum decay p q distance", positive=True)

metric = diag(p**2, q**2)  # M
data = Matrix([first, second])
theta, before = Matrix([a, b]), Matrix([c, d])


def slope(w):
    """The gradient of ½(data·θ − y)² + (λ/2)θᵀMθ."""
    return data * ((data.T * w)[0] - y) + decay * metric * w


def stretched_slope(w):
    """The gradient of the same in φ = M^(1/2)θ, where the measure is ½‖φ‖²."""
    u, v = symbols("u v", real=True)
    objective = (first * u / p + second * v / q - y) ** 2 / 2 + decay * (u**2 + v**2) / 2
    return Matrix([diff(objective, u), diff(objective, v)]).subs({u: w[0], v: w[1]})


preconditioned = step(Coefficients(step_size, momentum), theta, before, lambda w: metric.inv() * slope(w))
plain = step(Coefficients(step_size, momentum), theta, before, slope)
in_phi = step(Coefficients(step_size, momentum), diag(p, q) * theta, diag(p, q) * before, stretched_slope)

a_quadratic_measure_is_a_norm_in_other_coordinates = Derivation(
    "Momentum whose gradient is multiplied by M⁻¹ moves θ for the measure ½θᵀMθ as plain momentum moves φ = M^(1/2)θ for ½‖φ‖²: "
    "all flat directions have the curvature λ again, and A to D hold for φ.",
    steps=[Eq(diag(p, q) * preconditioned, in_phi)],
    near_miss=[Eq(diag(p, q) * plain, in_phi)],
    reference="theory E7",
    assumed="two parameters and one sample stand for d and n",
)

minimiser = metric.inv() * data * y / (decay + (data.T * metric.inv() * data)[0])
limit = metric.inv() * data * y / (data.T * metric.inv() * data)[0]

it_selects_the_interpolant_of_least_measure = Derivation(
    "The minimiser tends, as λ → 0, to the interpolant that is M-orthogonal to the flat direction: the one of least ½θᵀMθ.",
    steps=[Eq(slope(minimiser), Matrix([0, 0])), Eq(minimiser.subs(decay, 0), limit), Eq((data.T * limit)[0], y),
           Eq((Matrix([second, -first]).T * metric * limit)[0], 0)],
    near_miss=[Eq((Matrix([second, -first]).T * limit)[0], 0), Eq((data.T * minimiser)[0], y)],
    reference="theory E7",
    assumed="two parameters and one sample stand for d and n",
)


def pull(w):
    """The gradient of λ|x| at x > 0: it does not depend on x."""
    return decay + 0 * w


def fallen(steps):
    """Where undamped momentum is after so many steps from rest."""
    return start - step_size * decay * steps * (steps + 1) / 2


top_speed = step_size * decay / (1 - momentum)

absolute_value_falls_freely = Derivation(
    "For the measure |x| a flat coordinate x > 0 moves by ηλ a step under gradient descent; with momentum 1, from rest, by ηλk(k + 1)/2 in k steps; "
    "with a momentum β < 1 it tends to move by ηλ/(1 − β) a step.",
    steps=[
        Eq(step(Coefficients(step_size), x, x, pull), x - step_size * decay),
        Eq(fallen(0), start), Eq(fallen(-1), start),
        Eq(step(Coefficients(step_size, 1), fallen(k), fallen(k - 1), pull), fallen(k + 1)),
        Eq(step(Coefficients(step_size, momentum), x, x + top_speed, pull), x - top_speed),
    ],
    near_miss=[Eq(step(Coefficients(step_size, momentum), fallen(k), fallen(k - 1), pull), fallen(k + 1)),
               Eq(step(Coefficients(step_size), x, x + top_speed, pull), x - top_speed)],
    reference="theory E7",
    assumed="induction over the steps",
)

absolute_value_takes_the_root_too = Claim(
    "So a distance of N steps of gradient descent takes undamped momentum at most √(2N) steps, rounded up: the exponent −1/2 in λ again, "
    "by momentum that is not damped at all and must be stopped at 0.",
    that=sqrt(2 * distance) * (sqrt(2 * distance) + 1) / 2 >= distance,
    near_miss=(sqrt(2 * distance) - 1) * sqrt(2 * distance) / 2 >= distance,
    reference="theory E7",
)
