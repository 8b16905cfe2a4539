"""Fault points: each is somewhere, tells before and after, and costs nothing when nobody listens."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared import faults
from shared.faults import POINTS

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def passages() -> Iterator[list[str]]:
    passed: list[str] = []
    faults.install(lambda point, moment: passed.append(f"{moment} {point}"))
    yield passed
    faults.install(None)


def test_every_point_is_somewhere() -> None:
    sources = [*(REPOSITORY / "shared").rglob("*.py"), *(REPOSITORY / "functions").rglob("*.py")]
    text = "".join(path.read_text() for path in sources if path.name != "faults.py")
    for point in POINTS:
        named = re.findall(rf'(?:faults\.step\(|(?:transact|commit)\([^()]*, )"{re.escape(point)}"', text)
        assert named, f"{point} is nowhere"


def test_a_step_tells_before_and_after(passages: list[str]) -> None:
    with faults.step("close_batch"):
        passages.append("work")
    assert passages == ["before close_batch", "work", "after close_batch"]


def test_a_step_that_failed_is_not_passed(passages: list[str]) -> None:
    with pytest.raises(ConnectionResetError), faults.step("close_batch"):
        raise ConnectionResetError
    with faults.step(None):
        passages.append("no step")
    assert passages == ["before close_batch", "no step"]


def test_unused_a_step_is_nothing() -> None:
    assert faults.step("close_batch") is faults.step("record_results")
