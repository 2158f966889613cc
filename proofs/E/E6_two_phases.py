"""E6. The two phases: what decoupled decay loses, when phase 1 pays, and what a switch that comes too early or too late costs. u = √(ηλ)."""

from sympy import Eq, Equivalent, Limit, Matrix, Rational, Symbol, eye, log, oo, sqrt, symbols

from cdmtheory import Claim, Derivation, L, critically_damped, eps, eta, gradient_descent, h, kappa, lambda_, mu, residual, spectral_radius
from cdmtheory.methods import Coefficients, step

step_size, beta, decay, x, v, z = symbols("step_size momentum decay x v z", real=True)
u = Symbol("u", positive=True)


def flat(w):
    """The gradient of the training loss along a flat direction."""
    return 0 * w


def decayed(w):
    """The gradient of the objective along a flat direction: weight decay alone, coupled."""
    return decay * w


decoupled = Matrix([[1 - step_size * decay, beta], [0, beta]])  # of (x, velocity): x⁺ = (1 − ηλ)x + v⁺, v⁺ = βv
coupled = Matrix([[1 - step_size * decay, beta], [-step_size * decay, beta]])

decoupled_decay_moves_as_gradient_descent = Derivation(
    "Decoupled decay (x⁺ = momentum step − ηλx) moves a flat direction from rest by the factor 1 − ηλ, as gradient descent does, whatever the momentum.",
    steps=[
        Eq(step(Coefficients(step_size, beta), x, x, flat) - step_size * decay * x, (1 - step_size * decay) * x),
        Eq(step(Coefficients(step_size), x, x, decayed), (1 - step_size * decay) * x),
        Eq((z * eye(2) - decoupled).det(), (z - (1 - step_size * decay)) * (z - beta)),
        Eq((z * eye(2) - coupled).det(), z**2 - (1 + beta - step_size * decay) * z + beta),
    ],
    near_miss=[Eq((z * eye(2) - coupled).det(), (z - (1 - step_size * decay)) * (z - beta)),
               Eq(step(Coefficients(step_size, beta), x, x - v, decayed), (1 - step_size * decay) * x)],
    reference="theory E6",
    assumed="induction over the steps: the velocity of decoupled decay stays 0 on a flat direction, or dies out as βᵏ",
)

decoupled_decay_loses_the_speedup = Claim(
    "So its slowest root is at least 1 − ηλ, slower than the 1 − √(ηλ) of coupled, critically damped decay.",
    given=[eta * lambda_ < 1],
    that=1 - eta * lambda_ > 1 - sqrt(eta * lambda_),
    near_miss=Claim("At every step size.", that=1 - eta * lambda_ > 1 - sqrt(eta * lambda_)),
    reference="theory E6",
)

one = step(Coefficients(step_size, beta), x, x, decayed)
two = step(Coefficients(step_size, beta), one, x, decayed)
waited = step(Coefficients(step_size, beta), x, x, flat)

late_switch_costs_its_delay = Derivation(
    "A step waited in phase 1 after interpolation leaves the flat direction where it was: phase 2 then starts from the same point, one step later.",
    steps=[Eq(waited, x), Eq(step(Coefficients(step_size, beta), waited, waited, decayed), one),
           Eq(step(Coefficients(step_size, beta), one, waited, decayed), two)],
    near_miss=[Eq(step(Coefficients(step_size, beta), waited, waited, decayed), two)],
    reference="theory E6",
    assumed="induction over the steps waited (A4)",
)

phase_1_pays_above_the_geometric_mean = Claim(
    "With η ≤ 1/L, phase 1 (gradient descent) contracts a direction h faster than CDM damped at μ does iff ηh > √(ημ): iff h > √(μ/η), "
    "with η = 1/L the geometric mean of μ and L.",
    given=[eta <= 1 / L],
    that=Equivalent(spectral_radius(gradient_descent(eta), h) < spectral_radius(critically_damped(eta, mu), h), eta * h > sqrt(eta * mu)),
    near_miss=[Equivalent(spectral_radius(gradient_descent(eta), h) < spectral_radius(critically_damped(eta, mu), h), h > mu),
               Equivalent(spectral_radius(gradient_descent(eta), h) < spectral_radius(critically_damped(eta, mu), h), eta * h > sqrt(eta * mu) / 2)],
    reference="theory E6",
)

early_switch_slows_curved_directions = Claim(
    "What is left of a curved direction at an early switch decays at the rate 1 − 1/√κ of all others, even at h = L, which gradient descent "
    "with η = 1/L removes in one step.",
    given=[kappa > 1],
    that=Eq(spectral_radius(critically_damped(1 / L, mu), L), 1 - 1 / sqrt(kappa)),
    near_miss=Eq(spectral_radius(critically_damped(1 / L, mu), L), spectral_radius(gradient_descent(1 / L), L)),
    reference="theory E6",
)

one_phase_steps = Claim(
    "One-phase gradient descent has the rate 1 − u² along a flat direction, hence a time constant −1/ln(1 − u²) of more than 1/u² − 1 steps.",
    given=[u < 1],
    that=-1 / log(1 - u**2) > 1 / u**2 - 1,
    near_miss=-1 / log(1 - u**2) > 1 / u**2,
    reference="theory E6",
)

phase_1_may_take_half_the_time = Claim(
    "For u ≤ 1/9 and ε ≤ 1/2 the (2/u)·ln(2/ε) ≤ (4/u)·ln(1/ε) steps of phase 2 (C5) are less than half of one-phase gradient descent's: "
    "phase 1 may take the other half.",
    given=[u <= Rational(1, 9)],
    that=4 / u < (1 / u**2 - 1) / 2,
    near_miss=Claim("For u ≤ 1/8.", given=[u <= Rational(1, 8)], that=4 / u < (1 / u**2 - 1) / 2),
    reference="theory E6",
)

two_phases_over_one_phase = Claim(
    "A phase 1 of fixed length, here a million steps, does not matter in the end: the steps of both phases over those of one-phase gradient descent "
    "tend to 0 as λ → 0 (κ → ∞).",
    that=Eq(Limit((10**6 + 2 * sqrt(kappa) * log(2 / eps)) / (kappa * log(1 / eps)), kappa, oo), 0),
    near_miss=Eq(Limit((10**6 + 2 * sqrt(kappa) * log(2 / eps)) / (sqrt(kappa) * log(1 / eps)), kappa, oo), 0),
    reference="theory E6",
)

flat_residual = Claim(
    "The flat direction of phase 2 from rest: (1 − u)ᵏ(1 + ku) at k = 5.",
    given=[eta * lambda_ < 1],
    that=Eq(residual(critically_damped(eta, lambda_), 5, lambda_), (1 - sqrt(eta * lambda_)) ** 5 * (1 + 5 * sqrt(eta * lambda_))),
    near_miss=Eq(residual(critically_damped(eta, lambda_), 5, lambda_), (1 - eta * lambda_) ** 5),
    reference="theory E6",
)
