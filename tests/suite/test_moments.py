"""A test that passes at some hours only is found: the check of moments can fail."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.kit.suite.inner_run import inner_run
from tests.kit.suite.moments import MOMENTS, moment_of

MODULE = """
from datetime import timedelta
import pytest

MORNING = 14  # the mistake of old: a day's search ends ten hours after the fire

@pytest.fixture
def clinic(clock):
    return clock

def test_that_depends_on_the_hour(clinic):
    assert clinic().hour < MORNING

def test_that_depends_on_the_month(clock):
    assert (clock() + timedelta(days=1)).month == clock().month

def test_without_a_clock():
    pass

@pytest.mark.every_moment
def test_marked(clock):
    assert clock().year < 2031
"""
HOUR = {name for name, at in MOMENTS.items() if at.hour >= 14}
MONTH = {"months_end", "leap_day"}
NEW_YORK = ZoneInfo("America/New_York")


def failed(said: str, test: str) -> set[str]:
    return set(re.findall(rf"^FAILED .*::{test}\[(\w+)\]", said, re.MULTILINE))


def test_every_moment_is_tried_with_every_test_that_has_a_clock(tmp_path: Path) -> None:
    code, said = inner_run(tmp_path, MODULE, "moments", "--every-moment", "-rf")
    assert code == 1
    assert failed(said, "test_that_depends_on_the_hour") == HOUR
    assert failed(said, "test_that_depends_on_the_month") == MONTH
    assert failed(said, "test_marked") == {"five_years_on"}
    assert f"{3 * len(MOMENTS) - len(HOUR) - len(MONTH) - 1} passed, 1 deselected" in said


def test_usually_the_marked_ones_are_and_others_take_turns(tmp_path: Path) -> None:
    _, said = inner_run(tmp_path, MODULE, "moments", "-rf")
    assert failed(said, "test_marked") == {"five_years_on"}
    by_hour = moment_of("test_inner.py::test_that_depends_on_the_hour") in HOUR
    by_month = moment_of("test_inner.py::test_that_depends_on_the_month") in MONTH
    assert f"{1 + by_hour + by_month} failed, {len(MOMENTS) + 2 - by_hour - by_month} passed" in said
    assert {moment_of(f"tests/test_inner.py::test_{number}") for number in range(200)} == set(MOMENTS)


def test_the_moments_are_what_they_are_called() -> None:
    assert len(MOMENTS) >= 12
    local = {name: at.astimezone(NEW_YORK) for name, at in MOMENTS.items()}
    assert MOMENTS["before_midnight"].date() < MOMENTS["after_midnight"].date()
    assert local["before_local_midnight"].date() < local["after_local_midnight"].date()
    assert local["sunday"].weekday() == MOMENTS["sunday"].weekday() == 6
    assert local["years_end"].year < MOMENTS["years_end"].year
    assert MOMENTS["months_end"].day == 31
    for name in ("clocks_go_forward", "clocks_go_back"):
        at = MOMENTS[name]
        later = datetime.fromtimestamp(at.timestamp() + 3600, NEW_YORK)
        assert later.utcoffset() != local[name].utcoffset(), name
    assert (MOMENTS["leap_day"].month, MOMENTS["leap_day"].day) == (2, 29)
    assert MOMENTS["five_years_on"].year == MOMENTS["noon"].year + 5
