"""When waits end: by the contact's own clock, across clock changes, and never in the past."""

from datetime import UTC, datetime, time, timedelta

import pytest

from shared.domain.automations.steps import Wait, WaitFor, WaitUntilDate, WaitUntilEvent, WaitUntilTime
from shared.domain.automations.trigger import Happened
from shared.domain.automations.wait_times import person_of, wait_ends_at
from shared.domain.events.event import EventType
from shared.domain.record import replace
from tests.kit.builders import a_contact

MONDAY = datetime(2026, 11, 23, 17, tzinfo=UTC)  # noon in New York
CALLED = Happened(event=EventType.CONTACT_EVENT, what="called")
PERSON = person_of(replace(a_contact(), time_zone="", fields={"visit": "2026-11-27"}), "America/New_York")
IN_TOKYO = replace(PERSON, time_zone="Asia/Tokyo")


def utc(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wait", "ends"),
    [
        (WaitFor(seconds=90), MONDAY + timedelta(seconds=90)),
        (WaitUntilEvent(event=CALLED, limit_seconds=3600), utc(23, 18)),
        (WaitUntilTime(clock=time(14, 30)), utc(23, 19, 30)),
        (WaitUntilTime(clock=time(12)), MONDAY),
        (WaitUntilTime(clock=time(9)), utc(24, 14)),
        (WaitUntilTime(clock=time(9), weekdays=(1,)), utc(30, 14)),
        (WaitUntilTime(clock=time(9), weekdays=(3, 6)), utc(25, 14)),
        (WaitUntilDate(field="visit", clock=time(8)), utc(27, 13)),
        (WaitUntilDate(field="visit", days=-2, clock=time(8)), utc(25, 13)),
        (WaitUntilDate(field="visit"), utc(28, 4, 59) + timedelta(seconds=59)),  # the end of the day
        (WaitUntilDate(field="visit", days=-9, clock=time(8)), MONDAY),  # over
        (WaitUntilDate(field="none"), MONDAY),
    ],
)
def test_a_wait_ends_by_the_clock_of_the_contact(wait: Wait, ends: datetime) -> None:
    assert wait_ends_at(wait, MONDAY, PERSON) == ends


def test_another_zone_is_another_time() -> None:
    assert wait_ends_at(WaitUntilTime(clock=time(9)), MONDAY, IN_TOKYO) == utc(24, 0)
    assert wait_ends_at(WaitUntilDate(field="visit", clock=time(8)), MONDAY, IN_TOKYO) == utc(26, 23)


def test_who_is_gone_waits_for_no_time_of_theirs() -> None:
    assert wait_ends_at(WaitUntilTime(clock=time(9)), MONDAY, None) == MONDAY
    assert wait_ends_at(WaitFor(seconds=60), MONDAY, None) == MONDAY + timedelta(minutes=1)


def test_clock_changes_move_the_day_and_not_the_hour() -> None:
    before_autumn, before_spring = utc(31, 16, month=10), datetime(2026, 3, 7, 17, tzinfo=UTC)
    nine = WaitUntilTime(clock=time(9))
    assert wait_ends_at(nine, before_autumn, PERSON) == utc(1, 14)  # an hour later by UTC
    assert wait_ends_at(nine, before_spring, PERSON) == datetime(2026, 3, 8, 13, tzinfo=UTC)
    skipped = wait_ends_at(WaitUntilTime(clock=time(2, 30)), before_spring, PERSON)
    assert datetime(2026, 3, 8, 7, tzinfo=UTC) <= skipped <= datetime(2026, 3, 8, 8, tzinfo=UTC)
