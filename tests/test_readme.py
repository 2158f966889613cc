"""What README.md shows is what happens: its files are saved, its code and commands are run, their output is compared.

The two commands that make an environment and run the tests are run by .ci/run.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests_support import environment

README = Path(__file__).parent.parent / "README.md"


class Block(NamedTuple):
    language: str
    text: str
    mark: str  # the HTML comment on the line before, without its brackets


def blocks() -> list[Block]:
    found = re.findall(r"(?:^<!-- ([^\n]*) -->\n)?^```(\w+)\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [Block(language, text, mark) for mark, language, text in found]


def masked(output: str) -> str:
    """Without what varies: the seconds, and which of the engines was the first to answer."""
    return re.sub(r" by [a-z0-9, ]+$", "", re.sub(r"\d+\.\d s", "… s", output), flags=re.MULTILINE).strip()


def run(command: list[str] | str, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, shell=isinstance(command, str), capture_output=True, text=True, timeout=100, env=environment())
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("reader")
    for block in blocks():
        if block.mark.startswith("file: "):
            (made / block.mark.removeprefix("file: ")).write_text(block.text, encoding="utf-8")
    return made


SHOWN = [(i, b) for i, b in enumerate(blocks()) if b.language == "console"]
PROGRAMS = [(b, after) for b, after in zip(blocks(), blocks()[1:], strict=False) if b.language == "python" and not b.mark]


@pytest.mark.parametrize("block", [b for _, b in SHOWN], ids=lambda b: b.text.splitlines()[0])
def test_a_command_prints_what_is_shown(block, folder):
    command, _, expected = block.text.removeprefix("$ ").partition("\n")
    assert masked(run(command, folder)) == masked(expected)


@pytest.mark.parametrize(("program", "expected"), PROGRAMS, ids=lambda b: b.language)
def test_a_program_prints_what_is_shown(program, expected, folder):
    assert expected.language == "text", "a python block is followed by its output"
    assert run([sys.executable, "-c", program.text], folder).strip() == expected.text.strip()


def test_what_hypothesis_finds_is_what_is_shown(folder):
    """Its numbers are those of a random search; the words, and that it fails, are not."""
    (shown,) = (b.text for b in blocks() if b.mark.startswith("shows: "))
    (folder / "conftest.py").write_text("from hypothesis import settings\nsettings.register_profile('same', derandomize=True, deadline=None, database=None)\n"
                                        "settings.load_profile('same')\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_my_bound.py"], cwd=folder, capture_output=True, text=True,
                          timeout=100, env=environment())
    assert done.returncode == 1, done.stdout
    found = "\n".join(line.removeprefix("E").strip() for line in done.stdout.splitlines() if line.startswith("E  "))

    def words(text):
        return re.sub(r"[\d.]+(e[-+]\d+)?", "#", text).replace("#, #", "#").strip()

    for line in shown.strip().splitlines():
        assert words(line).rstrip("#, ") in words(found), found


def test_the_figure_of_your_own_is_drawn(folder):
    run([sys.executable, "my_figure.py"], folder)
    assert (folder / "mine.pdf").read_bytes().startswith(b"%PDF")


def test_pictures_and_pages_are_there():
    for target in re.findall(r"\]\(([^)#:]+)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / target).exists(), target
    for name in ("CITATION.cff", "CHANGELOG.md", "CONTRIBUTING.md"):
        assert name in README.read_text(encoding="utf-8")
        assert (README.parent / name).exists()


def test_every_block_is_covered():
    kinds = {(b.language, b.mark.partition(":")[0]) for b in blocks()}
    assert kinds == {("sh", "ci"), ("python", "file"), ("console", ""), ("python", ""), ("text", ""), ("text", "shows")}
    assert SHOWN
    assert PROGRAMS


def test_the_two_commands_are_one_line_each():
    commands = {b.mark: b.text for b in blocks() if b.language == "sh"}
    assert list(commands) == ["ci: command 1", "ci: command 2"]
    assert commands["ci: command 1"].startswith("python3 -m venv .venv && ")
    assert all(text.count("\n") == 1 for text in commands.values())


def test_the_table_of_exit_codes_names_every_verdict():
    from cdmtheory.engine.verdict import VERDICTS

    rows = dict(re.findall(r"^\| ([A-Z]+) \|.*\| (\d) \|$", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert rows == {"PROVED": "0", "REFUTED": "1", "VACUOUS": "1", "DISAGREEMENT": "1", "ERROR": "2", "UNDECIDED": "4"}
    assert set(rows) == set(VERDICTS)
