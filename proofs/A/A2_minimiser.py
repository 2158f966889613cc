"""A2. The minimiser of the local model with weight decay, its spectrum, and how close it is to the least-norm point."""

from sympy import Eq, Matrix, diag, eye, symbols

from cdmtheory import Claim, Derivation, lambda_

h1, h2 = symbols("h_1 h_2", positive=True)
c1, c2, c3, x = symbols("c_1 c_2 c_3 x", real=True)
low, high = symbols("h_low h_high", positive=True)

H = diag(h1, h2, 0)
start = Matrix([c1, c2, c3])
minimiser = Matrix([h1 * c1 / (h1 + lambda_), h2 * c2 / (h2 + lambda_), 0])

minimiser_of_local_model = Derivation(
    "In the eigenbasis the local model has the minimiser (H + λ)⁻¹Hθ*, and its Hessian the eigenvalues h + λ, and λ on flat directions.",
    steps=[
        Eq(H * (minimiser - start) + lambda_ * minimiser, Matrix([0, 0, 0])),
        Eq((H + lambda_ * eye(3)) * minimiser, H * start),
        Eq((H + lambda_ * eye(3)).det(), (h1 + lambda_) * (h2 + lambda_) * lambda_),
    ],
    near_miss=[Eq(H * (minimiser - start) + 2 * lambda_ * minimiser, Matrix([0, 0, 0]))],
    reference="theory A2",
    assumed="two curved directions and a flat one stand for all of them",
)

distance_to_least_norm_point = Claim(
    "On a curved direction the minimiser is off the least-norm point by at most λ/(h_low + λ) of it.",
    given=[low <= high],
    that=(high * x / (high + lambda_) - x) ** 2 <= (lambda_ / (low + lambda_) * x) ** 2,
    near_miss=(high * x / (high + lambda_) - x) ** 2 <= (lambda_ / (2 * low + lambda_) * x) ** 2,
    reference="theory A2",
)
