"""Grids of tasks: on the cores of this machine, on any executor, or on a Dask cluster; what was finished is never computed twice.

    def decay(kappa, seed):
        ...
        return {"steps": 1234}

    sweep(decay, grid(kappa=[10, 100], seed=range(5)), journal="decay.jsonl")

Tasks travel in batches that grow until one takes about a tenth of a second. A worker that dies takes nothing along but what it was working on,
and that is tried again: first with others, then alone, so that only a task that kills its worker by itself is given up.
"""

from __future__ import annotations

import itertools
import math
import os
import pickle
import sys
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor, wait
from typing import Any, NamedTuple

from cdmtheory.journal import Journal, key_of, plain
from cdmtheory.progress import late_bar

__all__ = ["SweepFailed", "grid", "sweep"]

_BATCH = 0.1  # seconds
_AHEAD = 2  # batches per worker that are handed out at once, so that none waits for the next


class SweepFailed(RuntimeError):
    """Some tasks failed, the others are done. ``results``: in grid order, None where a task failed; ``failures``: (arguments, what happened, a traceback)."""

    def __init__(self, results: list[Any], failures: list[tuple[dict[str, Any], str]]) -> None:
        self.results, self.failures = results, failures
        arguments, happened = failures[0]
        super().__init__(f"{len(failures)} of {len(results)} tasks failed, the first with {arguments}: {happened.strip().splitlines()[-1]}")

    def __reduce__(self) -> Any:
        return SweepFailed, (self.results, self.failures)


def grid(**axes: Iterable[Any]) -> list[dict[str, Any]]:
    """Every combination of the values of the axes, the last axis moving fastest: ``grid(kappa=[10, 100], seed=range(5))``."""
    for name, values in axes.items():
        if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
            raise TypeError(f"grid: {name} = {values!r}; allowed is a collection of values, such as [{values!r}]")
    return [dict(zip(axes, point, strict=True)) for point in itertools.product(*axes.values())]


def sweep(task: Callable[..., Any], grid: Iterable[Mapping[str, Any]], *, executor: Any = None, journal: str | os.PathLike[str] | None = None,
          progress: bool = True) -> list[Any]:
    """``task(**point)`` for every point of a grid; the results in its order.

    ``task``: a function at the top level of a module, so that other processes can import it. ``executor``: None (one process per core of this
    machine, each with one BLAS thread), any ``concurrent.futures.Executor``, or a ``dask.distributed.Client``. ``journal``: a file in which every
    result is kept as soon as it is there; run the same sweep again after an interruption and it goes on. Results are then what JSON can hold:
    numbers, text, lists (tuples come back as lists), dicts. ``progress``: a bar on a terminal, if it takes over two seconds.

    Raises
    ------
    SweepFailed
        At the end, if tasks failed; it holds the results of all others.
    TypeError, ValueError
        If the task cannot be sent to other processes, a point is no dict, or the journal cannot be written.
    RuntimeError
        If an executor given by the caller breaks; one of our own is rebuilt.
    """
    points = [_checked(point) for point in grid]
    if executor is None or isinstance(executor, ProcessPoolExecutor):
        _check_picklable(task, points)
    book = Journal(journal)
    try:
        keys = [str(i) for i in range(len(points))] if journal is None else [*map(key_of(task), points)]
        work = _Work(task, points, keys, book, keep=journal is not None)
        with late_bar(len(points), shown=progress) as advance:
            work.advance = lambda n: advance(n, task.__name__)
            work.advance(len(points) - work.left)
            if work.left:
                _run(work, executor)
    finally:
        book.close()
    return work.results()


def _checked(point: Any) -> dict[str, Any]:
    if not isinstance(point, Mapping) or not all(isinstance(name, str) for name in point):
        raise TypeError(f"grid: {point!r}; every point is a dict of keyword arguments. Make them with grid(name=[…], …)")
    return dict(point)


def _check_picklable(task: Any, points: Sequence[Any]) -> None:
    main = sys.modules["__main__"]
    nowhere = getattr(task, "__module__", "") == "__main__" and not hasattr(main, "__file__")
    try:
        pickle.dumps((task, points[:1]))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise TypeError(f"task or grid cannot be sent to another process: {error}; define the task at the top level of a module, and use plain values, "
                        "or give executor=concurrent.futures.ThreadPoolExecutor()") from None
    if nowhere:
        raise TypeError(f"task = {task.__name__}, defined in a session that other processes cannot import; save it in a module, "
                        "or give executor=concurrent.futures.ThreadPoolExecutor()")


class _Outcome(NamedTuple):
    """What became of one task, as a worker sends it."""

    seconds: float
    result: Any
    error: str | None


def _run_batch(task: Callable[..., Any], points: Sequence[Mapping[str, Any]], keep: bool) -> list[_Outcome]:
    """In a worker: a task that fails does not disturb the others of its batch."""
    outcomes = []
    for point in points:
        began = time.perf_counter()
        result, error = None, None
        try:
            result = task(**point)
            if keep:
                result = plain(result)
        except Exception:
            error = traceback.format_exc()
        outcomes.append(_Outcome(time.perf_counter() - began, result, error))
    return outcomes


class _Work:
    """What is to be done, what is done, and how often an attempt was lost with its worker."""

    def __init__(self, task: Callable[..., Any], points: list[dict[str, Any]], keys: list[str], book: Journal, *, keep: bool) -> None:
        self.task, self.points, self.keys, self.book, self.keep = task, points, keys, book, keep
        self.count = Counter(keys)  # equal points of a sweep with a journal are computed once
        self.done: dict[str, Any] = {key: book.finished[key] for key in self.count if key in book.finished}
        self.failed: dict[str, str] = {}
        self.place = {key: i for i, key in reversed(list(enumerate(keys)))}
        self.fresh = deque(sorted(i for key, i in self.place.items() if key not in self.done))
        self.again: deque[int] = deque()  # lost once: one task a batch
        self.alone: deque[int] = deque()  # lost twice: one task and nothing else, when all others are done
        self.lost: Counter[int] = Counter()
        self.pace = _BATCH  # seconds per task
        self.advance: Callable[[int], None] = lambda n: None

    @property
    def left(self) -> int:
        return len(self.keys) - sum(self.count[key] for key in (*self.done, *self.failed))

    def next_batch(self, workers: int, *, idle: bool) -> list[int]:
        """The tasks to hand out next; none if there are none, or if those left have to wait until everything else is back."""
        if self.again:
            return [self.again.popleft()]
        size = max(1, min(int(_BATCH / self.pace), len(self.fresh) // (_AHEAD * workers)))
        batch = [self.fresh.popleft() for _ in range(min(size, len(self.fresh)))]
        return batch or ([self.alone.popleft()] if self.alone and idle else [])

    def finish(self, batch: list[int], outcomes: list[_Outcome]) -> None:
        self.pace = max(1e-6, (self.pace + sum(outcome.seconds for outcome in outcomes) / len(batch)) / 2)
        entries = []
        for i, outcome in zip(batch, outcomes, strict=True):
            if outcome.error is None:
                self.done[self.keys[i]] = outcome.result
                entries.append((self.keys[i], self.task.__qualname__, self.points[i], outcome.seconds, outcome.result))
            else:
                self.failed[self.keys[i]] = outcome.error
        self.book.add(entries)
        self.advance(sum(self.count[self.keys[i]] for i in batch))

    def lose(self, batch: list[int], error: BaseException) -> None:
        """The batch died with its worker or could not travel: once more one by one, then each alone, then given up."""
        for i in batch:
            tried = self.lost[i]
            self.lost[i] += 1 if isinstance(error, BrokenExecutor) else 2
            if tried >= 2:
                self.failed[self.keys[i]] = f"{type(error).__name__}: {error} (tried again, in the end alone)"
                self.advance(self.count[self.keys[i]])
            else:
                (self.again if self.lost[i] == 1 else self.alone).append(i)

    def results(self) -> list[Any]:
        found = [self.done.get(key) for key in self.keys]
        if self.failed:
            raise SweepFailed(found, [(self.points[self.place[key]], error) for key, error in self.failed.items()])
        return found


def _run(work: _Work, executor: Any) -> None:
    """Hand out batches until nothing is left; what has come back is written down even if this is interrupted."""
    is_dask = hasattr(executor, "get_executor")
    pool: Executor = _pool() if executor is None else executor.get_executor(pure=False) if is_dask else executor
    workers = _worker_count(executor, is_dask)
    flying: dict[Future[list[_Outcome]], list[int]] = {}
    try:
        while True:
            broken = None
            while len(flying) < _AHEAD * workers() and (batch := work.next_batch(workers(), idle=not flying)):
                try:
                    flying[pool.submit(_run_batch, work.task, [work.points[i] for i in batch], work.keep)] = batch
                except BrokenExecutor as error:
                    work.again.extend(batch)
                    broken = error
                    break
            if not flying and broken is None:
                return
            for future in wait(flying, return_when=FIRST_COMPLETED).done if flying else ():
                broken = _collect(work, flying, future) or broken
            if broken is not None:
                for future in wait(flying).done:
                    _collect(work, flying, future)
                if executor is not None:
                    raise RuntimeError(f"the executor given broke ({broken}), with {work.left} of {len(work.keys)} tasks still to do; "
                                       "with a journal, the same sweep on a new executor goes on from here")
                pool.shutdown(wait=False)
                pool = _pool()
    finally:
        for future in [future for future in flying if future.done() and not future.cancelled()]:
            _collect(work, flying, future)
        for future in flying:
            future.cancel()
        if executor is None:
            _stop(pool)


def _collect(work: _Work, flying: dict[Future[list[_Outcome]], list[int]], future: Future[list[_Outcome]]) -> BrokenExecutor | None:
    """Take a batch that has come back; the error, if it broke the executor."""
    batch = flying.pop(future)
    error = CancelledError("cancelled by the executor") if future.cancelled() else future.exception()
    if error is None:
        work.finish(batch, future.result())
    else:
        work.lose(batch, error)
    return error if isinstance(error, BrokenExecutor) else None


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _pool() -> ProcessPoolExecutor:
    """Fresh processes (a fork would copy locks that threads of ours hold), as many as there are cores."""
    from multiprocessing import get_context

    return ProcessPoolExecutor(_cores(), mp_context=get_context("spawn"), initializer=_prepare)


def _prepare() -> None:
    """In a new worker, before NumPy is there: one thread each, and Ctrl-C ends it without a traceback."""
    import signal

    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _stop(pool: Executor) -> None:
    """End the workers, whatever they are doing: all that was to be kept has come back."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()


def _worker_count(executor: Any, is_dask: bool) -> Callable[[], int]:
    """How many tasks run at once; a cluster is asked again every second, because it may grow."""
    if not is_dask:
        fixed = int(getattr(executor, "_max_workers", 0)) or _cores()
        return lambda: fixed
    asked, known = -math.inf, 1

    def count() -> int:
        nonlocal asked, known
        if time.monotonic() - asked > 1:
            asked, known = time.monotonic(), max(1, sum(executor.nthreads().values()))
        return known

    return count
