"""The benchmarks run, at sizes at which their figures mean nothing."""

import subprocess
import sys
from pathlib import Path

from tests_support import environment

RUN = Path(__file__).parent / "benchmarks" / "run.py"


def test_benchmarks_run() -> None:
    done = subprocess.run([sys.executable, RUN, "--smoke", "far", "trajectory", "dense_steps", "wide", "sweeps", "array_api"], capture_output=True, text=True,
                          timeout=120, env=environment())
    assert done.returncode == 0, done.stderr
    rows = [row for row in done.stdout.splitlines() if row.startswith("| ")]
    assert len(rows) >= 9
    assert all(row.count("|") == 7 for row in rows)
