"""A6. Linear teacher and student: training and test risk after k steps of phase 2, through p_k alone."""

from sympy import Eq, expand, symbols

from cdmtheory import Derivation, heavy_ball, lambda_
from cdmtheory.methods import step
from cdmtheory.modes import residual

eta, h1 = symbols("step h_1", positive=True)
beta, p, p_flat, c, t, flat, flat_teacher, variance = symbols("momentum p p_flat c t theta_flat teacher_flat v", real=True)
share = lambda_ / (h1 + lambda_)
where = c * (1 - share * (1 - p))  # the coordinate after k steps, p = p_k(h + λ)


def walk(steps):
    """The coordinate after some steps from rest at the interpolating solution c, along a curved direction."""
    now = before = c
    for _, coefficients in zip(range(steps), heavy_ball(eta, beta), strict=False):
        now, before = step(coefficients, now, before, lambda x: h1 * (x - c) + lambda_ * x), now
    return expand(now)


def after(steps):
    """What the closed form says of it."""
    return where.subs(p, residual(heavy_ball(eta, beta), steps, h1 + lambda_))


risk = ((where - t) ** 2 + (p_flat * flat - flat_teacher) ** 2 + variance) / 2

grokking_curve = Derivation(
    "Along a curved direction the coordinate is c(1 − λ/(h+λ)·(1 − p_k)), here for heavy ball and k <= 3; the risks follow.",
    steps=[
        *(Eq(walk(k), after(k), evaluate=False) for k in range(4)),
        Eq(h1 * (where - c) ** 2 / 2, h1 * share**2 * (1 - p) ** 2 * c**2 / 2),
        Eq(risk, ((where - t) ** 2 + p_flat**2 * flat**2 - 2 * p_flat * flat * flat_teacher + flat_teacher**2 + variance) / 2),
    ],
    near_miss=[Eq(walk(2), after(3)), Eq(h1 * (where - c) ** 2 / 2, h1 * share**2 * (1 - p) * c**2 / 2)],
    reference="theory A6",
    assumed="induction over the steps (the residual polynomial is that of the distance to the minimiser); isotropic inputs; a sum over the eigenvectors",
)
