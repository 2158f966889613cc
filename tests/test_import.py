"""``import cdmtheory`` and ``cdmtheory --help`` answer at once: they load none of the heavy libraries."""

import subprocess
import sys

import pytest

import cdmtheory
from tests_support import environment

HEAVY = ("sympy", "numpy", "scipy", "flint", "z3", "cvc5", "matplotlib", "rich", "torch")


def loaded_by(code: str) -> list[str]:
    report = f"\nimport sys\nprint('loaded:', *[m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code + report], capture_output=True, text=True, timeout=60, env=environment(), check=True)
    return done.stdout.rpartition("loaded:")[2].split()


@pytest.mark.parametrize("code", ["import cdmtheory; cdmtheory.__version__; dir(cdmtheory)", "from cdmtheory.cli import main; main(['--help'])",
                                  "from cdmtheory.cli import main; main(['--version'])", "import cdmtheory.pytest_plugin",
                                  "from cdmtheory.cli import main; main(['verify', '--help'])"])
def test_nothing_heavy_is_loaded(code):
    assert loaded_by(code) == []


def test_help_needs_next_to_nothing_of_the_standard_library():
    """What keeps ``cdmtheory --help`` below three times ``python -c pass``."""
    done = subprocess.run([sys.executable, "-c", "import sys; before = set(sys.modules); from cdmtheory.cli import main; main(['--help']); "
                           "print('new:', *sorted(m for m in set(sys.modules) - before if not m.startswith('cdmtheory')))"],
                          capture_output=True, text=True, timeout=60, env=environment(), check=True)
    new = done.stdout.rpartition("new:")[2].split()
    assert not {"argparse", "re", "typing", "traceback", "ast", "inspect"} & set(new)
    assert len(new) <= 10, new


def test_words_of_sympy_that_claims_are_made_of_come_from_here_too():
    import sympy

    from cdmtheory import Abs, And, Eq, Equivalent, Implies, Limit, Max, Min, Ne, Not, Or, Rational, atanh, exp, log, oo

    for word in (Abs, And, Eq, Equivalent, Implies, Limit, Max, Min, Ne, Not, Or, Rational, atanh, exp, log):
        assert word is getattr(sympy, word.__name__)
    assert oo is sympy.oo


def test_the_probe_sees_what_is_loaded():
    assert "sympy" in loaded_by("from cdmtheory import eta")
    assert "numpy" not in loaded_by("from cdmtheory import gradient_descent; gradient_descent(1)")


@pytest.mark.parametrize("name", cdmtheory.__all__)
def test_every_exported_name_is_there(name):
    assert getattr(cdmtheory, name) is not None
    assert name in dir(cdmtheory)


def test_a_name_that_is_not_exported_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'heavy_bal'"):
        cdmtheory.heavy_bal
    assert not hasattr(cdmtheory, "_private")
