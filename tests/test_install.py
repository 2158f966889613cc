"""Wheel, sdist and editable install: in each the command runs from an empty folder and finds the built-in claims."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import cdmtheory
from cdmtheory.collect import builtin_claims
from tests_support import PROJECT, environment

pytest.importorskip("build")
pytest.importorskip("hatchling", reason="building without isolation needs it")


def python(home: Path, *arguments, cwd=None):
    done = subprocess.run([str(home / "bin" / "python"), *arguments], cwd=cwd, capture_output=True, text=True, timeout=200, env=environment())
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """The wheel is built from the sdist, as an installer would."""
    folder = tmp_path_factory.mktemp("dist")
    done = subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(PROJECT)], capture_output=True, text=True, timeout=200,
                          env=environment(), check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def environment_with(tmp_path: Path, *install: str) -> Path:
    """A fresh environment that shares the libraries of this one, but not its cdmtheory."""
    home = tmp_path / "env"
    venv.create(home, symlinks=True, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    libraries = [p for p in sys.path if p.endswith("site-packages")]
    (site / "libraries.pth").write_text("\n".join(libraries) + "\n", encoding="utf-8")  # .pth files in there are not read again
    python(home, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--ignore-installed", *install)
    return home


@pytest.mark.parametrize("kind", ["wheel", "sdist", "editable"])
def test_the_command_runs_from_an_empty_folder(kind, archives, tmp_path):
    install = {"wheel": [str(p) for p in archives.glob("*.whl")], "sdist": [str(p) for p in archives.glob("*.tar.gz")], "editable": ["-e", str(PROJECT)]}[kind]
    home = environment_with(tmp_path, *install)
    empty = tmp_path / "empty"
    empty.mkdir()
    where = Path(python(home, "-c", "import cdmtheory; print(cdmtheory.__file__)", cwd=empty).strip())
    assert where.is_relative_to(PROJECT if kind == "editable" else home)
    command = str(home / "bin" / "cdmtheory")
    listed = subprocess.run([command, "verify", "--list"], cwd=empty, capture_output=True, text=True, timeout=60, env=environment())
    assert listed.returncode == 0, listed.stderr
    assert "ERROR" not in listed.stdout
    names = {line.split("  ")[0].rpartition("/")[2] for line in listed.stdout.splitlines()}
    assert names == {line.name + "::" + name for line in builtin_claims().rglob("*.py") for name in names_in(line)}
    assert python(home, "-m", "cdmtheory", "--version", cwd=empty) == f"cdmtheory {cdmtheory.__version__}\n"
    assert list(empty.iterdir()) == []
    if kind != "editable":
        for file in ("py.typed", "report/templates/page.html", "report/styles/cdmtheory.mplstyle", "figures/spectral_radius.svg"):
            assert (where.parent / file).exists(), file
        assert {p.name for p in (builtin_claims() / "formal").glob("*.v")} == {p.name for p in (where.parent / "proofs" / "formal").glob("*.v")}
        assert not list(where.parent.parent.glob("tests"))


def names_in(path: Path):
    from cdmtheory.collect import collect

    return [e.id.partition("::")[2] for e in collect([str(path)])]
