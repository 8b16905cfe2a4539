"""Rules give the times that dateutil gives; and the work ends, also where there are none."""

from datetime import datetime, timedelta
from itertools import islice

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.campaigns.recurrence import check_schedule
from shared.domain.campaigns.rule_days import WEEKDAYS, read_rule, walls_of
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from tests.kit.work import counting_calls

START, YEARS = datetime.fromisoformat("2026-01-01T09:30"), timedelta(days=3_660)
MOST_CALLS = 200_000  # some thirty milliseconds


def parts_of(text: str) -> dict[str, str]:
    return dict(part.split("=") for part in text.split(";"))


def found(
    text: str, start: datetime = START, since: datetime | None = None, count: int = 40
) -> list[datetime]:
    since = since or start
    walls = walls_of(read_rule(parts_of(text), start), start, since, since + YEARS)
    return list(islice((wall for wall in walls if wall >= since), count))


def expected(text: str, start: datetime, since: datetime, count: int) -> list[datetime]:
    """The same by dateutil, for rules that fire."""
    until = since + YEARS
    rule = rrulestr(f"{text};UNTIL={until:%Y%m%dT%H%M%S}", dtstart=start)
    return list(islice((wall for wall in rule if wall >= since), count))


def _some(least: int, most: int, *, is_signed: bool = False) -> st.SearchStrategy[str]:
    numbers = st.integers(least, most)
    if is_signed:
        numbers = numbers | numbers.map(lambda number: -number)
    return st.lists(numbers, min_size=1, max_size=4, unique=True).map(lambda some: ",".join(map(str, some)))


_WEEKDAYS = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True).map(",".join)
_NTH = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from("+-"), st.sampled_from(WEEKDAYS)), min_size=1, max_size=3
).map(lambda some: ",".join(f"{sign}{number}{day}" for number, sign, day in some))


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules that fire: what never does would keep dateutil for seconds."""
    frequency = draw(st.sampled_from(["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY"]))
    parts = {"FREQ": frequency, "INTERVAL": str(draw(st.integers(1, 3)))}
    choices = {
        "BYMONTH": _some(1, 12),
        "BYMONTHDAY": _some(1, 28, is_signed=True),
        "BYDAY": _WEEKDAYS,
        "BYHOUR": _some(0, 23),
        "BYMINUTE": st.integers(0, 59).map(str),
        "WKST": st.sampled_from(WEEKDAYS),
    }
    if frequency == "HOURLY":
        parts["INTERVAL"] = "1"  # every third hour never is a chosen one
    if frequency in ("YEARLY", "MONTHLY"):
        choices["BYDAY"] = _WEEKDAYS | _NTH
    for name in draw(st.lists(st.sampled_from(sorted(choices)), max_size=2, unique=True)):
        parts[name] = draw(choices[name])
    if (
        frequency in ("YEARLY", "MONTHLY")
        and ("BYDAY" in parts or "BYMONTHDAY" in parts)
        and draw(st.booleans())
    ):
        parts["BYSETPOS"] = draw(st.sampled_from(["1", "-1", "1,-1"]))
    return ";".join(f"{name}={value}" for name, value in parts.items())


@settings(max_examples=300, deadline=None)
@given(
    text=rules(),
    start=st.datetimes(datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2029-12-31")).map(
        lambda at: at.replace(microsecond=0)
    ),
    ahead=st.integers(0, 5_000),
)
def test_the_times_are_those_of_dateutil(text: str, start: datetime, ahead: int) -> None:
    since = start + timedelta(hours=ahead)
    assert found(text, start, since, 30) == expected(text, start, since, 30)


def test_days_with_and_without_a_number_are_both_meant() -> None:
    """RFC 5545 3.3.10; dateutil finds none. Mondays of January 2026: 5, 12, 19, 26; its second Friday: 9."""
    days = [wall.day for wall in found("FREQ=MONTHLY;BYDAY=MO,2FR", count=5)]
    assert days == [5, 9, 12, 19, 26]


def test_the_last_weekday_may_be_the_last_day() -> None:
    """By the calendar: 2027-01-25, 02-22, 03-29, 04-26, 05-31; and 2029 ends on a Monday."""
    walls = found("FREQ=MONTHLY;BYDAY=-1MO", datetime.fromisoformat("2027-01-01T09:30"), count=5)
    assert [(wall.month, wall.day) for wall in walls] == [(1, 25), (2, 22), (3, 29), (4, 26), (5, 31)]
    [last] = found("FREQ=YEARLY;BYDAY=-1MO", datetime.fromisoformat("2029-01-01T09:30"), count=1)
    assert (last.month, last.day) == (12, 31)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=31",
        "FREQ=YEARLY;BYDAY=1MO;BYMONTHDAY=15",
        "FREQ=YEARLY;INTERVAL=10000;BYMONTHDAY=1;BYMONTH=1",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=YEARLY;INTERVAL=2;BYDAY=5MO;BYMONTH=2",
        "FREQ=MONTHLY;INTERVAL=10000;BYMONTHDAY=31;BYMONTH=3",
        "FREQ=WEEKLY;INTERVAL=52;BYDAY=SU;BYMONTH=7",
        "FREQ=WEEKLY;BYDAY=TU;BYMONTHDAY=31;BYMONTH=2,4",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=DAILY;INTERVAL=14;BYDAY=TU;BYMONTHDAY=29;BYMONTH=2",
        "FREQ=HOURLY;INTERVAL=168;BYDAY=TU",
        "FREQ=HOURLY;BYHOUR=3;INTERVAL=24",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO;BYHOUR=4",
        "FREQ=HOURLY;INTERVAL=10000;BYHOUR=4",
        "FREQ=HOURLY",
        "FREQ=YEARLY;BYSETPOS=1;BYDAY=MO;BYHOUR=" + ",".join(map(str, range(24))),
        "FREQ=DAILY;COUNT=10000;INTERVAL=10000",
    ],
)
@pytest.mark.parametrize("start", ["2000-01-01T09:30", "2026-01-01T09:30", "2199-12-31T09:30"])
def test_no_rule_takes_long_whether_it_fires_or_not(rule: str, start: str) -> None:
    schedule = Schedule(
        kind=ScheduleKind.RECURRING, at=datetime.fromisoformat(start), rule=rule, time_zone="Asia/Tokyo"
    )
    problems, calls = counting_calls(lambda: check_schedule(schedule))
    assert [problem.field for problem in problems] in ([], ["schedule.rule"])
    assert calls < MOST_CALLS
