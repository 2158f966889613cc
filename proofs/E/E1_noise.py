"""E1. Additive gradient noise: what momentum makes of it. m = 1 + β − ηh; u = √(ηh) at critical damping."""

from sympy import Eq, Matrix, Symbol, symbols

from cdmtheory import Claim, Derivation

step_size, momentum, h, v = symbols("step_size momentum curvature variance", positive=True)
u = Symbol("u", positive=True)

m = 1 + momentum - step_size * h
stationary = step_size * v * (1 + momentum) / (h * (1 - momentum) * (2 * (1 + momentum) - step_size * h))
neighbours = m * stationary / (1 + momentum)
transfer = Matrix([[m, -momentum], [1, 0]])
noise = Matrix([[step_size**2 * v, 0], [0, 0]])


def covariance(variance, between):
    """Of (x_k, x_{k−1})."""
    return Matrix([[variance, between], [between, variance]])


stationary_variance = Derivation(
    "Noise of variance v in the gradient gives heavy ball the stationary variance ηv(1+β)/(h(1−β)(2(1+β)−ηh)).",
    steps=[Eq(transfer * covariance(stationary, neighbours) * transfer.T + noise, covariance(stationary, neighbours))],
    near_miss=[Eq(transfer * covariance(stationary, stationary) * transfer.T + noise, covariance(stationary, stationary))],
    reference="theory E1",
    assumed="the second moments converge to the fixed point of their recurrence, which is stable where heavy ball is (B3)",
)

amplification = (2 - 2 * u + u**2) * (2 - u**2) / (u * (2 - u) ** 3)

amplification_at_critical_damping = Derivation(
    "At critical damping that is (2−2u+u²)(2−u²)/(u(2−u)³) times what gradient descent has.",
    steps=[Eq((stationary / stationary.subs(momentum, 0)).subs(momentum, (1 - u) ** 2).subs(step_size, u**2 / h), amplification, evaluate=False)],
    near_miss=[Eq((stationary / stationary.subs(momentum, 0)).subs(momentum, 1 - u).subs(step_size, u**2 / h), amplification, evaluate=False)],
    reference="theory E1",
)

amplification_is_at_most_one_over_u = Claim(
    "The noise of CDM is at most 1/u times that of gradient descent, for 0 < u ≤ 1 …",
    given=[u <= 1],
    that=amplification <= 1 / u,
    near_miss=amplification < 1 / u,
    reference="theory E1",
)

amplification_is_more_than_one_over_two_u = Claim(
    "… and more than 1/(2u) times: what is gained in time is paid in noise.",
    given=[u <= 1],
    that=amplification > 1 / (2 * u),
    near_miss=[amplification > 3 / (5 * u), amplification > 1 / (2 * u) + 1],
    reference="theory E1",
)
