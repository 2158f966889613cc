"""A3. What the end point costs in training loss: at most (λ/8)·‖Pθ*‖²."""

from sympy import symbols

from cdmtheory import Claim, lambda_

curvature = symbols("h_1", positive=True)
c = symbols("c", real=True)

loss_at_minimiser = Claim(
    "The loss along one eigenvector at the minimiser is at most λ/8 times the squared coordinate.",
    that=curvature / 2 * (lambda_ / (curvature + lambda_) * c) ** 2 <= lambda_ / 8 * c**2,
    near_miss=[curvature / 2 * (lambda_ / (curvature + lambda_) * c) ** 2 <= lambda_ / 9 * c**2,
               curvature / 2 * (lambda_ / (curvature + lambda_) * c) ** 2 < lambda_ / 8 * c**2],
    reference="theory A3",
)
