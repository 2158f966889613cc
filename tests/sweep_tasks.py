"""Tasks for tests/test_sweeps.py that processes elsewhere can import without the tests."""

import os
import signal
import time
from pathlib import Path


def square(x, log=None, delay=0.0):
    time.sleep(delay)
    if log is not None:
        with open(log, "a", encoding="utf-8") as stream:
            stream.write(f"{x}\n")
    return {"y": x * x}


def pair(x):
    return (x, 1.5)


def unkeepable(x):
    return object() if x == 1 else x


def failing(x, fixed=None):
    if x == 2 and not (fixed and Path(fixed).exists()):
        raise ValueError("two is not liked")
    return x


def deadly(x, once=None, delay=0.01):
    """Kills its worker at x = 3, the first time only if ``once`` names a file that is not there yet."""
    time.sleep(delay)
    if x == 3 and not (once and Path(once).exists()):
        if once:
            Path(once).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return x


def worker(x, folder):
    """Leaves a trace of which process worked on what."""
    (Path(folder) / f"{x}-{os.getpid()}").touch()
    time.sleep(0.05)
    return x
