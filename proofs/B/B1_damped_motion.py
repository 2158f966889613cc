"""B1. Continuous damped motion ẍ + 2γẋ + hx = 0 along one direction."""

from sympy import Abs, Eq, Rational, cos, diff, exp, sin, sqrt, symbols

from cdmtheory import Claim, Derivation, h

t = symbols("t", nonnegative=True)
gamma, omega, low, rate = symbols("gamma omega h_low rate", positive=True)


def residue(x, damping, curvature):
    """What is left of the equation of motion."""
    return diff(x, t, 2) + 2 * damping * diff(x, t) + curvature * x


critical = (1 + sqrt(h) * t) * exp(-sqrt(h) * t)
under = exp(-gamma * t) * (cos(omega * t) + gamma / omega * sin(omega * t))
over = ((gamma + rate) * exp((rate - gamma) * t) - (gamma - rate) * exp((-rate - gamma) * t)) / (2 * rate)

motion_from_rest = Derivation(
    "From rest at 1 the motion is (1 + √h·t)e^(−√h·t) at critical damping, a damped oscillation below it, two decays above it.",
    steps=[
        Eq(residue(critical, sqrt(h), h), 0), Eq(critical.subs(t, 0), 1), Eq(diff(critical, t).subs(t, 0), 0),
        Eq(residue(under, gamma, gamma**2 + omega**2), 0), Eq(under.subs(t, 0), 1), Eq(diff(under, t).subs(t, 0), 0),
        Eq(residue(over, gamma, gamma**2 - rate**2), 0), Eq(over.subs(t, 0), 1), Eq(diff(over, t).subs(t, 0), 0),
    ],
    near_miss=[Eq(residue(critical, sqrt(h) / 2, h), 0), Eq(residue(under, gamma, gamma**2 - omega**2), 0)],
    reference="theory B1",
)

slope_of_worst_rate = Claim(
    "No damping decays faster than √h_low at h_low: the slower root γ − √(γ² − h_low) of an over-damped motion is below it.",
    given=[gamma**2 >= low],
    that=gamma - sqrt(gamma**2 - low) <= sqrt(low),
    near_miss=gamma - sqrt(gamma**2 - low) < sqrt(low),
    reference="theory B1",
)

x, y = symbols("x y", real=True)

largest_at_the_critical_curvature = Claim(
    "With γ = √h_low no curvature h_low + ω² is further out than h_low: |cos ωt + (γ/ω)·sin ωt| <= 1 + γt, since |sin ωt| <= ωt.",
    given=[Eq(x**2 + y**2, 1), Abs(y) <= omega * t],
    that=Abs(x + gamma / omega * y) <= 1 + gamma * t,
    near_miss=[Abs(x + gamma / omega * y) <= 1 + Rational(99, 100) * gamma * t, Abs(x + gamma / omega * y) <= 1],
    reference="theory B1; x and y stand for cos ωt and sin ωt",
)
