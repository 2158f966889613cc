"""groktimize: the two phases without PyTorch, as a function and as a method of ``scipy.optimize.minimize``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from cdmtheory.groktimizer.control import FRESH, STRONGER, Controller, Decision, Switch, damped, new_step_size
from cdmtheory.groktimizer.curvature import hessian_product, top_eigenvalue
from cdmtheory.inputs import boolean, count, exact_number, real_array
from cdmtheory.methods import Coefficients, step

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

__all__ = ["groktimize"]

FIRST_MOMENTUM = 0.9


def groktimize(fun: Callable[..., Any], x0: Any, args: tuple[Any, ...] = (), *, jac: Any, weight_decay: float | None = None,
               callback: Callable[..., Any] | None = None, lr: Any = "auto", switch: Switch = None, guard: bool = True, nesterov: bool = False,
               decay_from: float | None = None, maxiter: int = 10_000, tol: float | None = None, disp: bool = False, **rest: Any) -> OptimizeResult:
    """Interpolate, then decay the weights with critically damped momentum: the minimiser of fun(x) + (λ/2)‖x‖² near where phase 1 ends.

    ``fun``, ``jac``: training loss without weight decay and its gradient, called with (x, *args); ``jac=True``: fun returns both. ``weight_decay``:
    λ > 0. ``lr``, ``switch``, ``guard``, ``nesterov``, ``decay_from``: as in :class:`cdmtheory.groktimizer.GROKtimizer`, which takes the same
    steps. ``maxiter``: steps of both phases. ``tol``: stop in phase 2 once ‖∇F‖ ≤ tol·λ·‖x‖ (default 1e-6): the flat distance to the minimiser
    is then at most tol·‖x‖.
    ``callback(xk)`` or ``callback(intermediate_result=…)`` after every step; ``StopIteration`` ends the run. Also
    ``scipy.optimize.minimize(fun, x0, jac=…, method=groktimize, options={"weight_decay": …})``.

    The result has ``fun`` (the training loss), ``objective`` (with the decay), ``jac`` (gradient of the objective), ``phase``, ``switch_step``,
    ``repairs``, ``collapsed``, ``nfev`` (gradients, those for the curvature included), ``nit``, and ``phases``: for each phase its first step, number of
    steps, step size, momentum (at the final λ), and loss and norm at its beginning and end.

    Raises
    ------
    ValueError, TypeError
        If weight_decay is missing or not positive, jac is missing, or bounds, constraints or an unknown option are given.
    FloatingPointError
        If the loss is not finite at the start, or no step size helps.
    """
    _refuse(rest)
    if weight_decay is None:
        raise ValueError("weight_decay is missing; give a positive number, with scipy.optimize.minimize as options={'weight_decay': 1e-3}")
    if exact_number("weight_decay", weight_decay) <= 0:
        raise ValueError(f"weight_decay = {weight_decay!r}; allowed is a finite number > 0")
    if lr != "auto" if isinstance(lr, str) else exact_number("lr", lr) <= 0:
        raise ValueError(f"lr = {lr!r}; allowed is a number > 0, or 'auto'")
    if tol is not None and exact_number("tol", tol) < 0:
        raise ValueError(f"tol = {tol!r}; allowed is a number >= 0, or None")
    if jac is not True and not callable(jac):
        raise TypeError(f"jac = {jac!r}; allowed is a function that returns the gradient, or True if fun returns (loss, gradient). "
                        "Finite differences ('2-point') are not made here")
    if callback is not None and not callable(callback):
        raise TypeError(f"callback = {callback!r}; allowed is a function, or None")
    shape = np.shape(x0)
    control = Controller(switch, guard, stronger=decay_from if decay_from is not None else STRONGER if isinstance(lr, str) else 1.0)
    run = _Run(_evaluator(fun, jac, args if isinstance(args, tuple) else (args,), shape), real_array("x0", np.ravel(x0), 1).copy(),
               float(weight_decay), lr, boolean("nesterov", nesterov), control, 1e-6 if tol is None else tol)
    return run.to_the_end(count("maxiter", maxiter), _caller(callback), shape, disp)


class _Run:
    """The state of one minimisation. Loss and gradient are evaluated once a step, at the point ``y`` at which the step takes its gradient."""

    def __init__(self, evaluate: Callable[[Any], tuple[float, Any]], x: Any, decay: float, lr: Any, nesterov: bool, control: Controller, tol: float) -> None:
        self.evaluations = 0
        self._evaluate, self.decay, self.lr, self.nesterov, self.control, self.tol = evaluate, decay, lr, nesterov, control, tol
        self.phases: list[dict[str, Any]] = []
        self.copy, self.sharpest, self.measured_at = x, 0.0, 0
        self._rest_at(x)
        self._open()

    def _at(self, y: Any) -> tuple[float, Any]:
        self.evaluations += 1
        return self._evaluate(y)

    def _rest_at(self, y: Any) -> None:
        self.x = self.x_prev = self.y = y
        self.loss, self.gradient = self._at(y)

    def _open(self) -> None:
        """Begin a phase: measure the step size where it is automatic, and note where it begins."""
        known = self.control.phase == 2 and (self.control.switch_step or 0) - self.measured_at <= FRESH
        self.step_size = float(self.lr) if not isinstance(self.lr, str) else self._chosen() if known else self._measure()
        self.phases.append({"phase": self.control.phase, "first_step": self.control.switch_step or 0, "step_size": self.step_size,
                            "momentum": self._coefficients().momentum, "loss_at_start": self.loss, "norm_at_start": float(np.linalg.norm(self.y))})

    def _measure(self) -> float:
        self.sharpest = max(top_eigenvalue(hessian_product(lambda y: self._at(y)[1], self.y), len(self.y), tolerance=0.1), 0.0)
        self.measured_at = self.control.steps
        return self._chosen()

    def _chosen(self) -> float:
        decay = self.decay if self.control.phase == 2 else 0.0
        return new_step_size(self.sharpest, decay, self.step_size if self.control.steps else None, nesterov=self.nesterov)

    def _coefficients(self, stronger: float = 1.0) -> Coefficients:
        eta, decay = self.step_size * self.control.scale, self.decay * stronger
        if self.control.phase == 1:
            return Coefficients(eta, FIRST_MOMENTUM, FIRST_MOMENTUM)
        if not self.nesterov:
            return Coefficients(eta, damped(eta, decay))
        q = float(np.sqrt(eta * decay))
        return Coefficients(eta, (1 - q) / (1 + q), (1 - q) / (1 + q))

    def advance(self) -> bool:
        """One step, or a repair; False once phase 2 has converged."""
        control = self.control
        if isinstance(self.lr, str) and control.remeasure:
            before, self.step_size = self.step_size, self._measure()
            self.x_prev = self.x - (self.step_size / before) ** 0.5 * (self.x - self.x_prev)  # velocity per step over √step size stays
        decision = control.decide(self.loss, None, lambda: self.decay / 2 * float(self.y @ self.y))
        if decision is Decision.REPAIR:
            self._rest_at(self.copy)
            return True
        if decision is Decision.SWITCH:
            self._close()
            self.x = self.x_prev = self.y
            self._open()
        if decision in (Decision.SWITCH, Decision.KEEP):
            self.copy = self.y
        if control.phase == 2 and np.linalg.norm(self.slope()) <= self.tol * self.decay * np.linalg.norm(self.y):
            return False
        stronger = control.strengthen(self.step_size * control.scale * self.decay) if control.phase == 2 else 0.0
        c = self._coefficients(stronger)
        self.x, self.x_prev = step(c, self.x, self.x_prev, lambda y: self.gradient + stronger * self.decay * self.y), self.x
        self.y = self.x + c.lookahead * (self.x - self.x_prev)
        self.loss, self.gradient = self._at(self.y)
        control.steps += 1
        return True

    def slope(self) -> Any:
        """The gradient of the objective at y."""
        return self.gradient + self.decay * self.y

    def _close(self) -> None:
        last = self.phases[-1]
        last |= {"steps": self._total() - last["first_step"], "loss_at_end": self.loss, "norm_at_end": float(np.linalg.norm(self.y))}

    def _total(self) -> int:
        return self.control.steps + (self.control.switch_step or 0 if self.control.phase == 2 else 0)

    def to_the_end(self, maxiter: int, call: Callable[[Any], None], shape: tuple[int, ...], disp: bool) -> OptimizeResult:
        from scipy.optimize import OptimizeResult

        success, message, status = False, f"{maxiter} steps (maxiter) were not enough", 1
        for _ in range(maxiter):
            if not self.advance():
                success, message, status = True, "‖∇F‖ <= tol·weight_decay·‖x‖", 0
                break
            try:
                call(OptimizeResult(x=self.y.reshape(shape).copy(), fun=self.loss, nit=self._total(), phase=self.control.phase))
            except StopIteration:
                message, status = "stopped by the callback", 99
                break
        if status == 1 and self.control.phase == 1:
            message += f" to end phase 1 (loss {self.loss:.3g}); raise maxiter, or give switch or lr"
        self._close()
        control = self.control
        if disp:
            print(f"groktimize: {message}; phase {control.phase}, {self._total()} steps, training loss {self.loss:.6g}")
        return OptimizeResult(x=self.y.reshape(shape), fun=self.loss, objective=self.loss + self.decay / 2 * float(self.y @ self.y),
                              jac=self.slope().reshape(shape), success=success, status=status, message=message, nit=self._total(),
                              nfev=self.evaluations, njev=self.evaluations, phase=control.phase, switch_step=control.switch_step, repairs=control.repairs,
                              collapsed=control.collapsed, phases=self.phases)


def _evaluator(fun: Callable[..., Any], jac: Any, args: tuple[Any, ...], shape: tuple[int, ...]) -> Callable[[Any], tuple[float, Any]]:
    def evaluate(x: Any) -> tuple[float, Any]:
        at = [x.reshape(shape).copy() for _ in range(2)]  # what is handed out may be written to
        found = fun(at[0], *args)
        if jac is True and not (isinstance(found, (tuple, list)) and len(found) == 2):
            raise TypeError(f"fun returned {found!r}; with jac=True it must return (loss, gradient)")
        value, gradient = found if jac is True else (found, jac(at[1], *args))
        slope = np.asarray(gradient, dtype=np.float64).ravel()
        if slope.shape != x.shape:
            raise ValueError(f"jac returned an array of shape {np.shape(gradient)}; x0 has shape {shape}, and the gradient must have as many entries")
        return _one(value), slope

    return evaluate


def _one(value: Any) -> float:
    loss = np.asarray(value)
    if loss.size != 1 or loss.dtype.kind not in "fiub":
        shown = f"an array of shape {loss.shape}" if loss.size != 1 else repr(value)
        raise TypeError(f"fun returned {shown}; allowed is the training loss, one real number (of residuals r: (r @ r) / (2 * len(r)))")
    return float(loss.item())


def _caller(callback: Callable[..., Any] | None) -> Callable[[Any], None]:
    """SciPy's convention: an argument named intermediate_result gets the result so far, any other the point."""
    if callback is None:
        return lambda result: None
    if set(inspect.signature(callback).parameters) == {"intermediate_result"}:
        return lambda result: callback(intermediate_result=result)
    return lambda result: callback(result.x)


def _refuse(rest: dict[str, Any]) -> None:
    """What SciPy hands to every method: nothing, or empty, is fine."""
    for name in ("hess", "hessp", "bounds", "constraints"):
        given = rest.pop(name, None)
        if given is not None and not (isinstance(given, (tuple, list)) and not given):
            raise ValueError(f"{name} = {given!r}; groktimize takes none. Leave it out, or use another method of scipy.optimize.minimize")
    if rest:
        raise TypeError(f"unknown options {sorted(rest)}; there are weight_decay, lr, switch, guard, nesterov, decay_from, maxiter, tol and disp")
