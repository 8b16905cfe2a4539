"""The coming times of a schedule, worked out on a calendar."""

from datetime import UTC, date, datetime

import pytest

from shared.domain.campaigns.coming_times import coming_times
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.campaigns.window import ContactWindow

AT_NINE = datetime(2026, 12, 21, 9)  # noqa: DTZ001  # wall time; a Monday
NOW = datetime(2026, 12, 22, 17, tzinfo=UTC)
WINDOW = ContactWindow(days=(1, 2, 3, 4, 5), closed_days=(date(2026, 12, 24),), holiday_country="US")


def _daily(rule: str = "FREQ=DAILY", time_zone: str | None = None) -> Schedule:
    return Schedule(kind=ScheduleKind.RECURRING, at=AT_NINE, rule=rule, time_zone=time_zone)


def test_ten_times_with_the_reason_why_a_day_is_closed() -> None:
    times = coming_times(_daily(), WINDOW, "America/New_York", NOW)
    assert [(one.local.day, one.weekday, one.closed_for) for one in times] == [
        (23, "Wednesday", None),
        (24, "Thursday", "a closed day of this campaign"),
        (25, "Friday", "Christmas Day"),
        (26, "Saturday", "Saturday is no contact day of this campaign"),
        (27, "Sunday", "Sunday is no contact day of this campaign"),
        (28, "Monday", None),
        (29, "Tuesday", None),
        (30, "Wednesday", None),
        (31, "Thursday", None),
        (1, "Friday", "New Year's Day"),
    ]
    assert {one.local.hour for one in times} == {9}
    assert times[0].at == datetime(2026, 12, 23, 14, tzinfo=UTC)


def test_times_are_read_from_the_schedules_own_clock() -> None:
    """Ten in the evening in Los Angeles is the next day in New York."""
    schedule = Schedule(
        kind=ScheduleKind.RECURRING,
        at=datetime(2026, 12, 21, 22),  # noqa: DTZ001  # wall time
        rule="FREQ=WEEKLY;COUNT=2",
        time_zone="America/Los_Angeles",
    )
    [only] = coming_times(schedule, WINDOW, "America/New_York", NOW)
    assert (only.at, only.local.day, only.weekday) == (
        datetime(2026, 12, 29, 6, tzinfo=UTC),
        28,
        "Monday",
    )


def test_the_clock_change_moves_the_moment_and_not_the_hour() -> None:
    schedule = Schedule(
        kind=ScheduleKind.RECURRING,
        at=datetime(2026, 10, 30, 9),  # noqa: DTZ001  # wall time
        rule="FREQ=DAILY;COUNT=4",
    )
    times = coming_times(schedule, ContactWindow(), "America/New_York", datetime(2026, 10, 1, tzinfo=UTC))
    assert [(one.local.day, one.local.hour, one.at.astimezone(UTC).hour) for one in times] == [
        (30, 9, 13), (31, 9, 13), (1, 9, 14), (2, 9, 14),
    ]  # fmt: skip


def test_an_hour_that_clocks_skip_is_there_once() -> None:
    """Hourly on 2027-03-14, when New York has no 02:00: 01:00 and 03:00, not 03:00 twice."""
    schedule = Schedule(
        kind=ScheduleKind.RECURRING,
        at=datetime(2027, 3, 14, 1),  # noqa: DTZ001  # wall time
        rule="FREQ=HOURLY;COUNT=4",
    )
    times = coming_times(schedule, ContactWindow(), "America/New_York", datetime(2027, 3, 1, tzinfo=UTC))
    assert [one.local.hour for one in times] == [1, 3, 4]


@pytest.mark.parametrize(
    ("schedule", "count"),
    [
        (Schedule(), 0),
        (Schedule(kind=ScheduleKind.ONCE, at=AT_NINE), 0),
        (Schedule(kind=ScheduleKind.ONCE, at=datetime(2027, 1, 4, 9)), 1),  # noqa: DTZ001  # wall time
        (_daily("FREQ=DAILY;COUNT=5"), 3),
        (_daily("FREQ=DAILY;UNTIL=20261224"), 2),
        (_daily("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29"), 3),
    ],
    ids=str,
)
def test_what_ends_has_fewer(schedule: Schedule, count: int) -> None:
    """29 February comes in 2028, 2032 and 2036 within the ten years that are looked at."""
    assert len(coming_times(schedule, ContactWindow(), "America/New_York", NOW)) == count
