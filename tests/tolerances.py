"""Every tolerance of the tests, with its reason. Exact arithmetic is compared with ==, and needs none."""

EPS = 2.0**-52

ROUNDING = 32 * EPS
"""A dozen operations of one step or one coefficient, each wrong by at most half a unit in the last place."""

STEPS = 400 * EPS
"""Some tens of steps of a stable recurrence, errors adding up; and the roots in coefficients that enter every step."""

DOUBLE_ROOT = 1e-7
"""A root that is nearly double moves by the square root of the rounding error: sqrt(EPS) is 1.5e-8."""

BALL = 1e-9
"""The largest radius, relative to the number, with which a ball counts as an answer: a wide ball contains everything."""
