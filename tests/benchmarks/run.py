"""What the simulators cost beside what a user would write or take instead: ``python tests/benchmarks/run.py``.

Every line is a ratio of two times measured in turn in this one run, the best of several; loops too long to run are run for a part and
extrapolated, and marked "x". A rival that is not installed is left out. ``--smoke``: tiny sizes, to see that everything runs. Names: only these.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cdmtheory.methods import critically_damped, gradient_descent
from cdmtheory.simulate.closed_form import norms, residuals
from cdmtheory.simulate.hitting import hit
from cdmtheory.simulate.kernel import Modes
from cdmtheory.simulate.route import distances
from cdmtheory.simulate.stepwise import dense
from cdmtheory.spectra import synthetic
from cdmtheory.sweeps import sweep


class Line(NamedTuple):
    what: str
    against: str
    ours: str
    theirs: str
    ratio: str
    wanted: str


def seconds(value: float) -> str:
    for unit, scale in (("h", 3600.0), ("s", 1.0), ("ms", 1e-3)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value * 1e6:.3g} µs"


def interleaved(*runs: Callable[[], Any], times: int = 7, clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """The best time of each, in rounds of random order, because a predecessor leaves caches and threads behind."""
    rng = np.random.default_rng(0)
    best = [np.inf] * len(runs)
    for run in runs:
        run()  # compiles, fills caches
    for _ in range(times):
        for i in rng.permutation(len(runs)):
            began = clock()
            runs[i]()
            best[i] = min(best[i], clock() - began)
    return best


def line(what: str, against: str, ours: float, theirs: float, wanted: str, extrapolated: bool = False) -> Line:
    return Line(what, against, seconds(ours), seconds(theirs) + (" x" if extrapolated else ""), f"{theirs / ours:.3g}", wanted)


def numpy_loop(h: Any, step_size: float, momentum: float, steps: int) -> Any:
    x, v, seen = np.ones_like(h), np.zeros_like(h), np.empty(steps)
    for k in range(steps):
        v = momentum * v - step_size * (h * x)
        x = x + v
        seen[k] = np.linalg.norm(x)
    return seen


def numpy_descent(h: Any, step_size: float, steps: int) -> Any:
    x, seen = np.ones_like(h), np.empty(steps)
    for k in range(steps):
        x = x - step_size * (h * x)
        seen[k] = np.linalg.norm(x)
    return seen


def torch_loop(h: Any, step_size: float, momentum: float, steps: int) -> Any:
    import torch

    curvature, x = torch.from_numpy(h.copy()), torch.ones(len(h), dtype=torch.float64)
    optimiser, seen = torch.optim.SGD([x], lr=step_size, momentum=momentum), np.empty(steps)
    for k in range(steps):
        x.grad = curvature * x
        optimiser.step()
        seen[k] = torch.linalg.vector_norm(x)
    return seen


def optax_loop(h: Any, step_size: float, momentum: float, steps: int) -> Callable[[], Any]:
    """Compiled once; every call runs the steps."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    curvature, rule = jax.numpy.asarray(h), optax.sgd(step_size, momentum=momentum or None)

    def step(carry: Any, _: None) -> Any:
        x, state = carry
        update, state = rule.update(curvature * x, state)
        x = optax.apply_updates(x, update)
        return (x, state), jax.numpy.linalg.norm(x)

    x = jax.numpy.ones(len(h))
    run = jax.jit(lambda: jax.lax.scan(step, (x, rule.init(x)), None, length=steps)[1])
    return lambda: run().block_until_ready()


def steps_of(d: int, kappa: int, part: int, wanted: dict[str, str]) -> Iterator[Line]:
    """First and settled step against loops that step there."""
    spectrum = synthetic("log-uniform", kappa, d)
    h, root = spectrum.eigenvalues, float(spectrum.mu) ** 0.5
    for name, method, momentum in (("gd", gradient_descent(1), 0.0), ("cdm", critically_damped(Fraction(1), spectrum.mu), (1 - root) ** 2)):
        found = hit(method, spectrum, 1e-6)
        assert found.settled is not None
        n = min(part, found.settled)
        scale, what = found.settled / n, f"first and settled step, {name}, d = {d}, κ = {kappa:.0e} ({found.settled:,})"
        rivals = {"NumPy loop": (lambda n=n: numpy_descent(h, 1.0, n)) if name == "gd" else (lambda n=n, b=momentum: numpy_loop(h, 1.0, b, n))}
        with suppress(ImportError):
            import torch  # noqa: F401

            rivals["torch.optim.SGD"] = lambda n=n, b=momentum: torch_loop(h, 1.0, b, n)
        with suppress(ImportError):
            rivals["optax, jitted scan"] = optax_loop(h, 1.0, momentum, n)
        ours, *theirs = interleaved(lambda m=method: hit(m, spectrum, 1e-6), *rivals.values(), times=5)
        for rival, taken in zip(rivals, theirs, strict=True):
            yield line(what, rival, ours, taken * scale, wanted.get(f"{name} {rival}", ""), n < found.settled)


def far(smoke: bool) -> Iterator[Line]:
    yield from steps_of(100 if smoke else 10**4, 10**8, 50 if smoke else 2000, {"gd NumPy loop": "≥ 10⁶", "cdm NumPy loop": "≥ 100"})


def near(smoke: bool) -> Iterator[Line]:
    yield from steps_of(100 if smoke else 1000, 10**4, 50 if smoke else 10**6, {"gd optax, jitted scan": "≥ 1", "cdm optax, jitted scan": "≥ 1"})


def trajectory(smoke: bool) -> Iterator[Line]:
    d, n = (100, 2000) if smoke else (10**4, 131_072)
    spectrum = synthetic("log-uniform", 10**8, d)
    method, part = critically_damped(Fraction(1), spectrum.mu), 200 if smoke else 2000
    k = np.arange(1, n + 1)
    ours, theirs = interleaved(lambda: norms(method, spectrum, k), lambda: numpy_loop(spectrum.eigenvalues, 1.0, (1 - 1e-4) ** 2, part), times=5)
    yield line(f"norms of {n} steps, cdm, d = {d}", "NumPy loop", ours, theirs * n / part, "≥ 40", True)


def dense_steps(smoke: bool) -> Iterator[Line]:
    d, rows, n = (100, 8, 4) if smoke else (2000, 128, 12)
    rng = np.random.default_rng(0)
    A, X = rng.standard_normal((d, d)), rng.standard_normal((rows, d))
    H, out, method = A @ A.T / d + np.eye(d), np.empty((rows, d)), critically_damped(0.2, 1.0)

    def bare() -> None:
        for _ in range(n):
            np.matmul(X, H, out=out)

    product, one, many = interleaved(bare, lambda: dense(method, H, X, 1), lambda: dense(method, H, X, n + 1))
    yield Line(f"dense step, {rows} rows, d = {d}", "bare matrix product", seconds((many - one) / n), seconds(product / n), f"{product / (many - one):.2f}",
               "≥ 0.85")
    big = rng.standard_normal((256 if smoke else 2048,) * 2)
    source = rng.standard_normal(10**5 if smoke else 2 * 10**7)
    multiply, copy = interleaved(lambda: big @ big, lambda: source.copy(), times=3)
    yield Line("the machine", "matrix product, copy", f"{2 * len(big) ** 3 / multiply / 1e9:.0f} Gflop/s", f"{16 * len(source) / copy / 1e9:.1f} GB/s",
               f"{2 * rows * d * d * n / (many - one) / (2 * len(big) ** 3 / multiply):.2f}", "dense step of the product's peak")


def wide(smoke: bool) -> Iterator[Line]:
    d, n = (2000, 10) if smoke else (10**6, 100)
    J = np.random.default_rng(0).standard_normal((n, d))
    start, method = np.ones(d), gradient_descent(0.5 * n / d)
    x = start.copy()

    def step() -> None:
        nonlocal x
        x = x - 0.5 * n / d * (J.T @ (J @ x) / n + 1e-3 * x)
        np.linalg.norm(x)

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    few, many = 100, 20_100
    began = time.perf_counter()
    first = distances(method, J, np.array([few]), start=start, weight_decay=1e-3, route="stepping")
    set_up = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    from cdmtheory.curved_side import curved_side

    side = curved_side(J)
    less, more, one = interleaved(*(lambda k=k: distances(method, side, np.array([k]), start=start, weight_decay=1e-3, route="stepping") for k in (few, many)),
                                  step, times=3)
    assert np.isfinite(first.norms).all()
    yield line(f"one step, Jacobian {n} × {d}, set-up {seconds(set_up)}", "NumPy step", (more - less) / (many - few), one, "≥ 5000")
    size = J.nbytes / 1024
    yield Line("peak memory while it is collapsed, all of Python included", "the Jacobian", f"{max(before, peak) / 1e6:.2f} GB", f"{size / 1e6:.2f} GB",
               f"{max(before, peak) / size:.2f}", "≤ 1.5")


def worst_case(smoke: bool) -> Iterator[Line]:
    """u(20) of gradient descent over [μ, L] with an enclosure of 1e-12, and PEPit's answer."""
    import flint

    from cdmtheory.worst_case import WORST

    k, mu, L, method = 4 if smoke else 20, Fraction(1, 10), Fraction(1), gradient_descent(Fraction(3, 2))

    def ours() -> Any:
        with flint.ctx.workprec(128):
            return WORST["gradient_descent"](method, mu, L).at(k)

    enclosure = ours()
    assert float(enclosure.rad()) < 1e-12
    try:
        from PEPit import PEP
        from PEPit.functions import SmoothStronglyConvexQuadraticFunction
    except ImportError:
        return

    def pepit() -> float:
        problem = PEP()
        f = problem.declare_function(SmoothStronglyConvexQuadraticFunction, mu=float(mu), L=float(L))
        x = start = problem.set_initial_point()
        minimum = f.stationary_point()
        problem.set_initial_condition((start - minimum) ** 2 <= 1)
        for _ in range(k):
            x = x - 1.5 * f.gradient(x)
        problem.set_performance_metric((x - minimum) ** 2)
        return float(problem.solve(verbose=0))

    found = max(pepit(), 0.0) ** 0.5
    fast, slow = interleaved(ours, pepit, times=1 if smoke else 2)
    yield line(f"worst case over [μ, L] at k = {k}: {float(enclosure):.3e} ± {float(enclosure.rad()):.0e}, PEPit {found:.3e}", "PEPit", fast, slow, "≥ 100")


def nothing(x: int) -> int:
    return x


def sweeps(smoke: bool) -> Iterator[Line]:
    """Processor time per task of this process and its workers: what a longer sweep of tasks that do nothing takes more."""
    n = 400 if smoke else 40_000
    with tempfile.TemporaryDirectory() as folder:
        taken = []
        for count in (n // 4, n):
            began = _processor_time()
            sweep(nothing, [{"x": i} for i in range(count)], journal=Path(folder) / f"{count}", progress=False)
            taken.append(_processor_time() - began)
    overhead = (taken[1] - taken[0]) / (n - n // 4)
    yield Line("overhead per task of a sweep with journal, processor time", "a task of 5 ms", seconds(overhead), "5 ms", f"{overhead / 0.005:.3f}", "≤ 0.05")


def _processor_time() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def array_api(smoke: bool) -> Iterator[Line]:
    """The kernel through the array-API standard against the same formula in plain NumPy."""
    spectrum = synthetic("log-uniform", 10**8, 50 if smoke else 1000)
    modes = Modes.of(critically_damped(Fraction(1), spectrum.mu), spectrum.eigenvalues, np.ones(len(spectrum)), {})
    k = np.arange(10**6, 10**6 + (20 if smoke else 400))

    def plain() -> Any:
        steps = k[:, None]
        real = steps.astype(np.float64)
        whole = steps * modes.turns + (real * modes.turns_low).astype(np.int64)
        direct = real * modes.angle
        phase = np.where(direct < 0.5, direct, whole.astype(np.float64) * (2 * np.pi / 2**64))
        cosine, sine = np.cos(phase), np.sin(phase)
        return cosine + modes.ratio_of_sine * sine, modes.ratio_of_sine * cosine - sine

    rotating = modes.take(np.arange(len(modes.angle)))
    standard, direct = interleaved(lambda: rotating.state(k), plain, times=15, clock=time.process_time)
    yield Line("kernel through the array-API standard", "the same in NumPy", seconds(standard), seconds(direct), f"{standard / direct:.2f}", "≤ 1.10")
    residuals(gradient_descent(Fraction(1)), spectrum, k[:2])


def dispatcher(smoke: bool) -> Iterator[Line]:
    """What was chosen over the quicker of both roads, the worst of a grid of matrices and of spectra."""
    rng, worst, slowest = np.random.default_rng(0), 0.0, ""
    for size, what, problem, start, steps, other in (*_matrices(rng, smoke), *_spectra(smoke)):
        method, k = critically_damped(0.2, 0.1), np.array(steps)
        chosen, *both = interleaved(*(lambda r=r: distances(method, problem, k, start=start, route=r) for r in (None, "stepping", other)))  # noqa: B023
        if chosen / min(both) > worst:
            worst, slowest = chosen / min(both), f"{size} {what}: {seconds(chosen)}"
    yield Line("dispatcher, worst of a grid of sizes", "the quicker road", slowest, "", f"{worst:.2f}", "≤ 1.2")


def _matrices(rng: Any, smoke: bool) -> Iterator[tuple[Any, ...]]:
    for d in (20, 40) if smoke else (50, 150, 400, 1000):
        A = rng.standard_normal((d, d))
        H = A @ A.T / d + 0.1 * np.eye(d)
        for rows in (1, 32):
            for k in (10, 300) if smoke else (10, 100, 1000):
                yield d, f"dimensions, {rows} rows, k = {k}", H, rng.standard_normal((rows, d)), [k], "eigendecomposition"


def _spectra(smoke: bool) -> Iterator[tuple[Any, ...]]:
    for m in (10, 100) if smoke else (10, 100, 1000, 10_000):
        spectrum = synthetic("log-uniform", 10**4, m)
        for k in (10, 100) if smoke else (10, 100, 1000, 10_000):
            yield m, f"eigenvalues, k = {k}", spectrum, None, [k], "closed form"
            yield m, f"eigenvalues, k = 0 … {k}", spectrum, None, range(k + 1), "closed form"


ALL = {f.__name__: f for f in (far, near, trajectory, dense_steps, wide, worst_case, sweeps, array_api, dispatcher)}


def versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for name in ("numpy", "torch", "jax", "optax", "PEPit"):
        with suppress(importlib.metadata.PackageNotFoundError):
            found.append(f"{name} {importlib.metadata.version(name)}")
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[index]
    return f"{', '.join(found)}; {blas['name']} {blas['version']}; {len(os.sched_getaffinity(0))} cores, {_processor()}; {date.today()}"


def _processor() -> str:
    with suppress(OSError):
        for row in Path("/proc/cpuinfo").read_text().splitlines():
            if row.startswith("model name"):
                return row.partition(": ")[2]
    return platform.processor() or platform.machine()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default all: {', '.join(ALL)}")
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_args()
    unknown = set(options.names) - set(ALL)
    if unknown:
        parser.error(f"{', '.join(sorted(unknown))}: allowed are {', '.join(ALL)}")
    if len(options.names) == 1:
        print("| what | against | ours | theirs | ratio | wanted |\n|---|---|---|---|---|---|", flush=True)
        for found in ALL[options.names[0]](options.smoke):
            print("| " + " | ".join(found) + " |", flush=True)
        return 0
    print(versions() + "\n\n| what | against | ours | theirs | ratio | wanted |\n|---|---|---|---|---|---|", flush=True)
    failed = False
    for name in options.names or ALL:  # each in a process of its own, so that memory and threads of one do not disturb the next
        command = [sys.executable, __file__, name] + ["--smoke"] * options.smoke
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print("\n".join(done.stdout.splitlines()[2:]), flush=True)
        if done.returncode:
            failed = True
            print(done.stderr, file=sys.stderr, flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
