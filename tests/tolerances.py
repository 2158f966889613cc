"""Every tolerance of the tests, in units of eps × scale (× steps); each looser one with its reason.

Use them as ``abs(found - expected) <= FACTOR * scale``, the scale being the largest number that took part.
"""

EPS = 2.0**-52

# A handful of operations on numbers of one size.
ROUNDING = 8 * EPS

# Sums and products of up to a few hundred terms, each rounded once.
SUMS = 256 * EPS

# LAPACK's symmetric eigenvalues, relative to the largest, times the dimension: backward stable with a modest constant.
EIGENVALUES = 64 * EPS

# Per simulated step, relative to the largest iterate: matrix products and the update; critical damping adds their errors up.
STEPS = 64 * EPS

# h = s²/n at s = 1e-7·s_max: building the matrix moves s by eps·s_max, 2e-9 relative, 4e-9 in h. From a Gram matrix it would be 1e-2.
SMALL_SINGULAR_VALUES = 1e-6

# scipy.integrate.quad reports errors around 1e-10 for the densities here.
QUADRATURE = 1e-9

# Extremes by Lanczos relative to themselves: the residual at which ARPACK is told to stop, and eps·κ where κ ≤ 10⁵.
LANCZOS = 1e-8

# PEPit through an open-source solver: it stops at 1e-8 in its residuals; the value of these degenerate problems errs by up to 2e-5.
SDP = 5e-5

# scipy.integrate.solve_ivp at rtol = 1e-11 over some ten time units, and the location of its events.
ODE = 1e-6

# Tolerances of the tests, each with its reason.
# |p_k| in doubles, as the width of its bounds over the envelope: closed_form.ERROR = 1e-12 enters both of them a few times.
CLOSED_FORM_OF_ENVELOPE = 1e-10
# The same for windows, where the error is that of a square under a root: √(x² + ε) − x reaches √ε.
WINDOW_OF_ENVELOPE = 1e-5
# Below this the closed forms round up instead of underflowing, relative to the tolerance.
UNDERFLOW = 1e-100
# Velocity form in doubles: at most a few roundings per step of numbers of the size of the norm, amplified by transients of about 10 at κ = 9.
ROUNDING_PER_STEP = 1e-14
# Distance of the spectral radius from 1 at which 2000 steps decide: 0.99^2000 = 2e-9, times a transient of at most k.
STABILITY_MARGIN = 1e-2
# Velocity form at κ = 10⁸ after 10⁵ steps, relative: √steps roundings of the position.
VELOCITY_FORM = 3e-12
# Of the exponent of steps in κ on the decade 10⁷ … 10⁸, as the issue asks; measured 0.002 at most.
EXPONENT_OF_LAST_DECADE = 0.02

# The definitions of methods and modes in floating point.
# A dozen operations of one step or one coefficient, each wrong by at most half a unit in the last place.
DEFINITION = 32 * EPS

# Some tens of steps of a stable recurrence, errors adding up; and the roots in coefficients that enter every step.
RECURRENCE = 400 * EPS

# A root that is nearly double moves by the square root of the rounding error: sqrt(EPS) is 1.5e-8.
DOUBLE_ROOT = 1e-7

# The largest radius, relative to the number, with which a ball counts as an answer: a wide ball contains everything.
BALL = 1e-9

# Data of figures from other processors and libraries: they are written with 8 digits, and a mode near a double root moves by √eps.
DRAWN = 1e-6

# Closed forms against balls, relative to the envelope, as the issue asks: up to k·√(ημ) = 20, and down to underflow. Measured 6e-16 in both.
NEAR_OF_ENVELOPE = 5e-15
FAR_OF_ENVELOPE = 1e-12
# Norms of consecutive steps: a transform errs by 1e-14 of the sum of all squares, so the root of what is left by √(1e-14 × …) where norms vary; measured 2e-13.
CONSECUTIVE_OF_ENVELOPE = 1e-11
# Double-double arithmetic: a few units of 2⁻¹⁰⁴; logarithms to 2⁻⁶⁴.
TWOFOLD = 2.0**-100
# The spreading kernel of width 15, relative to the sum of moduli; measured 2e-14.
NON_UNIFORM = 1e-13
# Stepping Polyak's method: rounding the step size once moves x_k at a double root by about k²·eps of itself, 1e-10 after 700 steps.
STEPPED_DOUBLE_ROOT = 1e-9
# Between array libraries, relative to the envelope, as the issue asks; their sines and exponentials differ in the last place.
BACKEND_OF_ENVELOPE = 1e-14
# What balls of 256 bits leave of a residual that is exactly zero.
ZERO = 1e-60

# Of step counts fitted against the weight decay over decades: counts are whole, and phase 1
# hands over at other coordinates each time. A twentieth of a decade per decade.
FITTED_EXPONENT = 0.05
