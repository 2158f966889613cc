"""B4. Critical damping: the double root, and the best momentum at one eigenvalue."""

from sympy import Abs, Eq, Equivalent, Or, Rational

from cdmtheory import Claim, Unique, beta, critically_damped, eta, h, heavy_ball, spectral_radius, sqrt
from cdmtheory.modes import characteristic, coefficients_of

root = sqrt(eta * h)
discriminant = characteristic(coefficients_of(heavy_ball(eta, beta)), h).discriminant

double_root_iff = Claim(
    "Heavy ball has a double root at h iff β = (1 − √(ηh))² or β = (1 + √(ηh))².",
    that=Equivalent(Eq(discriminant, 0), Or(Eq(beta, (1 - root) ** 2), Eq(beta, (1 + root) ** 2))),
    near_miss=Equivalent(Eq(discriminant, 0), Eq(beta, (1 - root) ** 2)),
    reference="theory B4",
)

best_momentum = Claim(
    "Over all real β the spectral radius at h is least at (1 − √(ηh))² alone, and is |1 − √(ηh)| there.",
    that=Unique(spectral_radius(heavy_ball(eta, beta), h), over=[beta], value=Abs(1 - root)),
    near_miss=[Unique(spectral_radius(heavy_ball(eta, beta), h), over=[beta], value=1 - root),
               Unique(spectral_radius(heavy_ball(eta, beta), h), over=[beta], value=Abs(1 - Rational(99, 100) * root))],
    reference="theory B4",
)

contracts_iff = Claim(
    "Critically damped at h, the mode contracts iff ηh < 4.",
    that=Equivalent(spectral_radius(critically_damped(eta, h), h) < 1, eta * h < 4),
    near_miss=Equivalent(spectral_radius(critically_damped(eta, h), h) < 1, eta * h <= 4),
    reference="theory B4",
)
