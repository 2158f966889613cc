"""A1. At an interpolating point the Hessian of the loss is the Gauss-Newton matrix."""

from sympy import Eq, Function, Matrix, Rational, hessian, symbols, zeros

from cdmtheory import Derivation

theta = symbols("theta_1:4", real=True)
errors = Matrix([Function("rho_1")(*theta), Function("rho_2")(*theta)])
n = len(errors)
loss = (errors.T * errors)[0] / (2 * n)
jacobian = errors.jacobian(theta)
curvature_of_errors = sum((errors[i] * hessian(errors[i], theta) for i in range(n)), zeros(3, 3)) / n

hessian_is_gauss_newton_plus_errors = Derivation(
    "The Hessian of the loss is JᵀJ/n plus the errors times their own Hessians, which vanish where the errors do.",
    steps=[Eq(hessian(loss, theta) - jacobian.T * jacobian / n - curvature_of_errors, zeros(3, 3))],
    near_miss=[Eq(Matrix([[hessian((theta[0] * theta[1] - 1) ** 2 / 2, theta[:2])[0, 1]]]), Matrix([[theta[0] * theta[1]]])),
               Eq(Rational(1, 2) * hessian((theta[0] * theta[1]) ** 2, theta[:2])[0, 0], theta[1])],
    reference="theory A1",
    assumed="two samples and three parameters stand for n and d; rank(JᵀJ) <= n",
)
