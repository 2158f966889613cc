"""C8. The peak of Polyak's heavy ball from rest."""

from sympy import Eq, Limit, Rational, exp, oo

from cdmtheory import Claim, L, Sup, k, kappa, mu, polyak, sqrt, worst_residual

peak = Sup(worst_residual(polyak(mu, L), k), k) / sqrt(kappa)

peak_grows_like_root_kappa = Claim(
    "Over all steps the supremum over √κ tends to 1/e.",
    that=Eq(Limit(peak, kappa, oo), exp(-1)),
    near_miss=[Limit(peak, kappa, oo) <= Rational(367, 1000), Eq(Limit(peak, kappa, oo), Rational(1, 2))],
    reference="theory C8",
)
