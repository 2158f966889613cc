"""Sweeps: results in the order of the grid, and whatever was finished stays finished, whoever dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cdmtheory.journal
import sweep_tasks
from cdmtheory.methods import polyak
from cdmtheory.spectra import Spectrum
from cdmtheory.sweeps import SweepFailed, grid, sweep
from tests_support import environment

HERE = Path(__file__).parent


def calls(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def test_grid_is_every_combination() -> None:
    assert grid(a=[1, 2], b=["x", ""]) == [{"a": 1, "b": "x"}, {"a": 1, "b": ""}, {"a": 2, "b": "x"}, {"a": 2, "b": ""}]
    assert grid() == [{}]
    for wrong in ("ab", 3):
        with pytest.raises(TypeError, match="a = "):
            grid(a=wrong)  # type: ignore[arg-type]


def test_results_are_in_the_order_of_the_grid() -> None:
    points = [{"x": x, "delay": 0.02 * (x == 0)} for x in range(300)]
    assert sweep(sweep_tasks.square, points) == [{"y": x * x} for x in range(300)]
    assert sweep(sweep_tasks.square, []) == []


def test_any_executor_will_do() -> None:
    with ThreadPoolExecutor(3) as executor:
        assert sweep(lambda x: (x, object), grid(x=range(20)), executor=executor) == [(x, object) for x in range(20)]
        assert sweep(sweep_tasks.square, grid(x=[3]), executor=executor) == [{"y": 9}]


def test_a_second_run_computes_what_is_missing(tmp_path: Path) -> None:
    log, journal = tmp_path / "log", tmp_path / "journal.jsonl"
    assert sweep(sweep_tasks.square, grid(x=range(10), log=[str(log)]), journal=journal) == [{"y": x * x} for x in range(10)]
    assert sweep(sweep_tasks.square, grid(x=range(5, 15), log=[str(log)]), journal=journal) == [{"y": x * x} for x in range(5, 15)]
    assert sorted(calls(log)) == list(range(15))
    entries = [json.loads(line) for line in journal.read_text().splitlines()]
    assert len(entries) == 15
    assert set(entries[0]) == {"key", "task", "arguments", "seconds", "result"}


def test_a_torn_line_is_passed_over(tmp_path: Path) -> None:
    log, journal = tmp_path / "log", tmp_path / "journal.jsonl"
    points = grid(x=range(6), log=[str(log)])
    sweep(sweep_tasks.square, points, journal=journal)
    journal.write_bytes(journal.read_bytes()[:-20])
    lost = json.loads(journal.read_text().splitlines()[-2])["arguments"]["x"]
    sweep(sweep_tasks.square, points, journal=journal)
    again = calls(log)[6:]
    assert len(again) == 1
    assert again != [lost]
    sweep(sweep_tasks.square, points, journal=journal)
    assert len(calls(log)) == 7


def test_equal_points_are_computed_once_with_a_journal(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert sweep(sweep_tasks.square, [{"x": 2, "log": str(log)}] * 5, journal=tmp_path / "j") == [{"y": 4}] * 5
    assert calls(log) == [2]


def test_another_version_task_source_or_argument_is_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def key(task: Any, **arguments: Any) -> str:
        return cdmtheory.journal.key_of(task)(arguments)

    def square(x: int) -> int:
        return x

    keys = [key(sweep_tasks.square, x=1), key(sweep_tasks.square, x=1.0), key(sweep_tasks.square, x="1"), key(sweep_tasks.square, y=1),
            key(sweep_tasks.failing, x=1), key(square, x=1), key(sweep_tasks.square, x=polyak(1, 3)), key(sweep_tasks.square, x=polyak(1, 4)),
            key(sweep_tasks.square, x=np.zeros(2000)), key(sweep_tasks.square, x=np.arange(2000) == 1000),
            key(sweep_tasks.square, x=[1, 2]), key(sweep_tasks.square, x=[12]), key(sweep_tasks.square, x=Spectrum.of_eigenvalues([1.0, 2.0]))]
    assert len(set(keys)) == len(keys)
    assert keys[6] == key(sweep_tasks.square, x=polyak(1, 3))
    assert keys[-1] == key(sweep_tasks.square, x=Spectrum.of_eigenvalues([2.0, 1.0]))
    assert key(square, a=1, b={"c": 1, "d": 2}) == key(square, b={"d": 2, "c": 1}, a=1)
    monkeypatch.setattr(cdmtheory.journal, "__version__", "0")
    assert key(sweep_tasks.square, x=1) not in keys


def test_with_a_journal_the_first_result_is_what_a_later_run_reads(tmp_path: Path) -> None:
    for _ in range(2):
        assert sweep(sweep_tasks.pair, grid(x=[np.float64(2), 1]), journal=tmp_path / "j") == [[2.0, 1.5], [1, 1.5]]
    with pytest.raises(SweepFailed, match="leave the journal out") as failed:
        sweep(sweep_tasks.unkeepable, grid(x=range(3)), journal=tmp_path / "j")
    assert failed.value.results == [0, None, 2]


def test_a_task_that_fails_takes_nothing_else_along(tmp_path: Path) -> None:
    journal, fixed = tmp_path / "j", tmp_path / "fixed"
    points = grid(x=range(5), fixed=[str(fixed)])
    with pytest.raises(SweepFailed, match=r"1 of 5 tasks failed.*'x': 2.*two is not liked") as failed:
        sweep(sweep_tasks.failing, points, journal=journal)
    assert failed.value.results == [0, 1, None, 3, 4]
    assert failed.value.failures[0][0] == points[2]
    fixed.touch()
    assert sweep(sweep_tasks.failing, points, journal=journal) == [0, 1, 2, 3, 4]


def test_a_killed_worker_is_replaced_and_nothing_is_lost(tmp_path: Path) -> None:
    assert sweep(sweep_tasks.deadly, grid(x=range(20), once=[str(tmp_path / "once")])) == list(range(20))
    assert (tmp_path / "once").exists()


def test_only_the_task_that_kills_its_workers_is_given_up() -> None:
    with pytest.raises(SweepFailed, match="1 of 8 tasks failed.*alone") as failed:
        sweep(sweep_tasks.deadly, grid(x=range(8)))
    assert failed.value.results == [0, 1, 2, None, 4, 5, 6, 7]


def test_an_executor_given_that_breaks_is_said(tmp_path: Path) -> None:
    points = grid(x=range(8), once=[str(tmp_path / "once")])
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor, pytest.raises(RuntimeError, match="on a new executor"):
        sweep(sweep_tasks.deadly, points, executor=executor, journal=tmp_path / "j")
    assert sweep(sweep_tasks.deadly, points, journal=tmp_path / "j") == list(range(8))


@pytest.mark.parametrize("name", ["SIGINT", "SIGKILL"])
def test_an_interrupted_run_goes_on(name: str, tmp_path: Path) -> None:
    log, journal, script = tmp_path / "log", tmp_path / "j", tmp_path / "script.py"
    script.write_text(f"from sweep_tasks import square\nfrom cdmtheory.sweeps import grid, sweep\n"
                      f"if __name__ == '__main__':\n    sweep(square, grid(x=range(40), log=[{str(log)!r}], delay=[0.05]), journal={str(journal)!r})\n")
    running = subprocess.Popen([sys.executable, script], env=environment(PYTHONPATH=str(HERE)), stderr=subprocess.DEVNULL)
    while len(journal.read_bytes().splitlines() if journal.exists() else []) < 5:
        assert running.poll() is None
        time.sleep(0.02)
    running.send_signal(getattr(signal, name))
    assert running.wait(20) != 0
    kept = len(journal.read_bytes().splitlines())
    assert 5 <= kept < 40
    time.sleep(0.3)  # what the workers of a killed parent were in the middle of
    before = len(calls(log))
    assert sweep(sweep_tasks.square, grid(x=range(40), log=[str(log)], delay=[0.05]), journal=journal) == [{"y": x * x} for x in range(40)]
    assert len(calls(log)) - before == 40 - kept


@pytest.mark.parametrize(("task", "points", "word"), [(lambda x: x, [{"x": 1}], "top level"), (sweep_tasks.square, [{"x": (i for i in [])}], "plain values"),
                                                      (sweep_tasks.square, [3], "dict"), (sweep_tasks.square, [{1: 2}], "dict")])
def test_bad_input_is_named(task: Any, points: Any, word: str) -> None:
    with pytest.raises(TypeError, match=word):
        sweep(task, points)


def test_a_journal_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no" / "j"):
        with pytest.raises(ValueError, match="journal = "):
            sweep(sweep_tasks.square, grid(x=[1]), journal=path)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process of its own, talking over TCP."""
    pytest.importorskip("distributed", reason="pip install 'cdmtheory[dask]'")
    file = tmp_path / "scheduler.json"
    env = environment(PYTHONPATH=str(HERE))
    quiet = {"env": env, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    started = [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                                 "--scheduler-file", file], **quiet)]
    started += [subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", file, "--no-nanny", "--nthreads", "1",
                                  "--no-dashboard", "--host", "127.0.0.1"], **quiet) for _ in range(2)]
    try:
        deadline = time.monotonic() + 60
        while not (file.exists() and file.read_text().endswith("}")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield json.loads(file.read_text())["address"], started[1:]
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()


def test_a_dask_cluster_that_loses_a_worker_loses_no_result(cluster: tuple[str, list[subprocess.Popen[bytes]]], tmp_path: Path) -> None:
    from distributed import Client

    address, workers = cluster
    assert address.startswith("tcp://127.0.0.1:")
    traces = tmp_path / "traces"
    traces.mkdir()
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)

        def pids() -> Counter[int]:
            return Counter(int(trace.name.split("-")[1]) for trace in traces.iterdir())

        with ThreadPoolExecutor(1) as aside:
            running = aside.submit(sweep, sweep_tasks.worker, grid(x=range(60), folder=[str(traces)]), executor=client, journal=tmp_path / "j")
            while len(pids()) < 2 or min(pids().values()) < 4:
                assert not running.done()
                time.sleep(0.02)
            os.kill(workers[0].pid, signal.SIGKILL)
            assert running.result(60) == list(range(60))
        assert pids()[workers[0].pid] < 50
        assert set(pids()) == {worker.pid for worker in workers}
    assert len((tmp_path / "j").read_text().splitlines()) == 60
