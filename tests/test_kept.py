"""Kept files are read again after they changed, and believed only if the checker accepts what was read."""

import json
import os
import time

import pytest
from sympy import sqrt, symbols

from cdmtheory import Claim
from cdmtheory.engine import keeping
from cdmtheory.engine.decide import decide
from cdmtheory.engine.kept import kept_file
from cdmtheory.engine.worker import IN_VAIN, Keeping
from tests_support import AMPLE

p, q = symbols("p q", positive=True)
MEAN = Claim("The geometric mean is at most the arithmetic one", that=sqrt(p * q) <= (p + q) / 2)


@pytest.fixture
def file(tmp_path):
    decide(MEAN, time.monotonic() + AMPLE, keeping=Keeping(name="mean.py::mean", write=str(tmp_path), builtin=False))
    return tmp_path / "mean.mean.json"


def test_what_was_accepted_is_checked_again_when_it_has_changed(file):
    assert kept_file(file).accepted
    assert kept_file(file) is kept_file(file)
    data = json.loads(file.read_text())
    data["parts"][0]["proof"] = {"terms": []}
    file.write_text(json.dumps(data))
    assert not kept_file(file).accepted
    assert kept_file(file).claim["title"] == MEAN.title


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"parts": 3, "claim": []}', '{"parts": [3, {"key": 4}]}'])
def test_what_is_no_certificate_has_no_parts_and_is_not_accepted(tmp_path, text):
    (tmp_path / "no.json").write_text(text)
    found = kept_file(tmp_path / "no.json")
    assert (found.claim, found.parts, found.accepted) == ({}, [], False)


def test_what_cannot_be_read(tmp_path):
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    os.mkdir(tmp_path / "folder.json")
    assert [kept_file(tmp_path / name) for name in ("binary.json", "folder.json", "missing.json")] == [None] * 3


def test_a_search_in_vain_is_not_repeated_with_no_more_time(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(keeping, "certify", lambda *_: calls.append(1))
    writing, reading = Keeping(name="mean.py::mean", write=str(tmp_path), builtin=False), Keeping(folders=(str(tmp_path),), builtin=False)
    first = decide(MEAN, time.monotonic() + AMPLE, keeping=writing)
    assert (first.verdict, len(calls)) == ("PROVED", 1)
    key, seconds, name = (tmp_path / IN_VAIN).read_text().split()
    assert name == "mean.py::mean"
    assert decide(MEAN, time.monotonic() + AMPLE, keeping=reading).verdict == "PROVED"
    assert len(calls) == 1
    (tmp_path / IN_VAIN).write_text(f"{key} {float(seconds) / 2} {name}\n")  # with more time than then it may succeed
    decide(MEAN, time.monotonic() + AMPLE, keeping=reading)
    assert len(calls) == 2
    decide(MEAN, time.monotonic() + AMPLE, keeping=Keeping(builtin=False))
    assert len(calls) == 3


def test_notes_that_cannot_be_read_are_passed_over(tmp_path):
    (tmp_path / IN_VAIN).write_text("one\n\nkey many seconds\n")
    assert Keeping(folders=(str(tmp_path),), builtin=False).in_vain() == {}
