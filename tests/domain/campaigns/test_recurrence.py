"""Fires come at the right wall time, one after the other, in every zone and over every clock change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.recurrence import check_schedule, next_fire, replanned
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from tests.kit.work import counting_calls

ZONES = (
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Pacific/Apia",
)
NEW_YORK = "America/New_York"
MOST_CALLS = 200_000  # some thirty milliseconds


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


def recurring(rule: str, at: str = "2026-01-01T09:00", zone: str | None = None) -> Schedule:
    return Schedule(kind=ScheduleKind.RECURRING, at=wall(at), rule=rule, time_zone=zone)


def fires(schedule: Schedule, zone: str, count: int, after: datetime | None = None) -> list[datetime]:
    found: list[datetime] = []
    while len(found) < count and (moment := next_fire(schedule, zone, after)):
        found.append(moment)
        after = moment
    return found


def walls(schedule: Schedule, zone: str, count: int, after: datetime | None = None) -> list[str]:
    local = (moment.astimezone(ZoneInfo(zone)) for moment in fires(schedule, zone, count, after))
    return [moment.strftime("%Y-%m-%d %H:%M %a") for moment in local]


def test_once_is_once() -> None:
    once = Schedule(kind=ScheduleKind.ONCE, at=wall("2026-07-01T09:00"))
    assert fires(once, NEW_YORK, 3) == [datetime(2026, 7, 1, 13, tzinfo=UTC)]
    assert next_fire(once, NEW_YORK, datetime(2026, 7, 1, 13, tzinfo=UTC)) is None
    in_london = Schedule(kind=ScheduleKind.ONCE, at=wall("2026-07-01T09:00"), time_zone="Europe/London")
    assert fires(in_london, NEW_YORK, 3) == [datetime(2026, 7, 1, 8, tzinfo=UTC)]


def test_on_demand_never_fires_by_itself() -> None:
    assert next_fire(Schedule(), NEW_YORK, None) is None
    assert check_schedule(Schedule()) == ()
    assert [p.field for p in check_schedule(Schedule(time_zone="³#"))] == ["schedule.time_zone"]


def test_a_time_that_clocks_skip_moves_forward() -> None:
    daily = recurring("FREQ=DAILY", "2026-03-07T02:30")
    assert walls(daily, NEW_YORK, 3) == [
        "2026-03-07 02:30 Sat",
        "2026-03-08 03:30 Sun",
        "2026-03-09 02:30 Mon",
    ]
    after = datetime(2026, 3, 8, 7, 10, tzinfo=UTC)  # 03:10 there: past 02:30, before the fire it became
    assert next_fire(daily, NEW_YORK, after) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_a_time_that_comes_twice_fires_once_at_the_first() -> None:
    daily = recurring("FREQ=DAILY", "2026-10-31T01:30")
    assert fires(daily, NEW_YORK, 3) == [
        datetime(2026, 10, 31, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 2, 6, 30, tzinfo=UTC),
    ]
    between = datetime(2026, 11, 1, 6, 15, tzinfo=UTC)  # 01:15 for the second time
    assert next_fire(daily, NEW_YORK, between) == datetime(2026, 11, 2, 6, 30, tzinfo=UTC)


def test_a_lost_day_is_made_up_once() -> None:
    daily = recurring("FREQ=DAILY", "2011-12-29T09:00")
    assert walls(daily, "Pacific/Apia", 3) == [
        "2011-12-29 09:00 Thu",
        "2011-12-31 09:00 Sat",
        "2012-01-01 09:00 Sun",
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO", ["2026-01-05 09:00 Mon", "2026-01-12 09:00 Mon"]),
        ("RRULE:FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-01-31 09:00 Sat", "2026-02-28 09:00 Sat"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-01-31 09:00 Sat", "2026-03-31 09:00 Tue"]),
        ("freq=yearly;bymonth=2;bymonthday=29", ["2028-02-29 09:00 Tue", "2032-02-29 09:00 Sun"]),
        ("FREQ=DAILY;COUNT=1", ["2026-01-01 09:00 Thu"]),
        ("FREQ=DAILY;UNTIL=20260101T140000Z", ["2026-01-01 09:00 Thu"]),
        ("FREQ=DAILY;UNTIL=20260101T135959Z", []),
        ("FREQ=DAILY;UNTIL=20260101", ["2026-01-01 09:00 Thu"]),
        ("FREQ=DAILY;UNTIL=20260101T085959", []),
        ("FREQ=HOURLY;INTERVAL=12", ["2026-01-01 09:00 Thu", "2026-01-01 21:00 Thu"]),
    ],
)
def test_rules(rule: str, expected: list[str]) -> None:
    assert walls(recurring(rule), NEW_YORK, 2) == expected


def test_count_holds_from_the_start_and_not_from_the_last_fire() -> None:
    assert len(fires(recurring("FREQ=DAILY;COUNT=3"), NEW_YORK, 10)) == 3
    assert next_fire(recurring("FREQ=DAILY;COUNT=3"), NEW_YORK, datetime(2026, 2, 1, tzinfo=UTC)) is None


RULES = st.builds(
    lambda freq, interval, extra: f"FREQ={freq};INTERVAL={interval}{extra}",
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY"]),
    st.integers(1, 5),
    st.sampled_from(["", ";BYDAY=MO,SU", ";BYHOUR=0,1,2,3", ";BYMONTHDAY=31", ";COUNT=4", ";BYMONTH=3,11"]),
)


@given(
    rule=RULES,
    zone=st.sampled_from(ZONES),
    start=st.datetimes(wall("2026-01-01"), wall("2028-12-31")).map(
        lambda d: d.replace(second=0, microsecond=0)
    ),
    after=st.one_of(st.none(), st.datetimes(wall("2026-01-01"), wall("2029-12-31"), timezones=st.just(UTC))),
)
def test_fires_strictly_increase_and_never_hang(
    rule: str, zone: str, start: datetime, after: datetime | None
) -> None:
    schedule = Schedule(kind=ScheduleKind.RECURRING, at=start, rule=rule)
    found = fires(schedule, zone, 5, after)
    assert all(earlier < later for earlier, later in pairwise(found))
    for moment in found:
        assert after is None or moment > after
        local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert local >= start or local + timedelta(hours=1) >= start


@given(
    zone=st.sampled_from(ZONES), hour=st.integers(0, 23), minute=st.sampled_from([0, 1, 15, 29, 30, 45, 59])
)
def test_a_daily_fire_comes_once_a_day_over_the_changes_of_spring(zone: str, hour: int, minute: int) -> None:
    schedule = recurring("FREQ=DAILY", f"2026-01-01T{hour:02}:{minute:02}")
    days = [
        moment.astimezone(ZoneInfo(zone)).date()
        for moment in fires(schedule, zone, 60, datetime(2026, 2, 20, tzinfo=UTC))
    ]
    assert [later - earlier for earlier, later in pairwise(days)] == [timedelta(days=1)] * 59


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "nonsense",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY",
        "FREQ=HOURLY;BYMINUTE=0,5,10",
        "FREQ=DAILY;BYSECOND=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=²",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=99999999999999999999",
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;UNTIL=20261399",
        "FREQ=DAILY;UNTIL=20200101",
        "FREQ=DAILY;BYDAY=XX",
        "FREQ=DAILY;BYMONTHDAY=x",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=5",
        "FREQ=DAILY\nDTSTART:20200101T000000",
        "DTSTART:20200101T000000\nRRULE:FREQ=DAILY",
        "FREQ=DAILY;BYEASTER=1",
        "FREQ=DAILY;BYSETPOS=5",
        "FREQ=MONTHLY;BYSETPOS=0;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=YEARLY;BYDAY=60MO",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=MONTHLY;INTERVAL=12;BYMONTH=3",
        "FREQ=YEARLY;INTERVAL=2;BYMONTH=3;BYDAY=-6FR",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=HOURLY;INTERVAL=168;BYDAY=MO",
        "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY;BYMONTHDAY=32",
        "FREQ=DAILY;BYMONTHDAY=-31;BYMONTH=4",
        "FREQ=DAILY;BYHOUR=99",
        "FREQ=DAILY;BYHOUR=25",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;BYHOUR=-1",
        "FREQ=DAILY;BYHOUR=9,-1",
        "FREQ=DAILY;BYMINUTE=60",
        "FREQ=DAILY;BYMINUTE=-1",
        "FREQ=DAILY;BYMONTH=-1",
        "FREQ=DAILY;BYMONTH=0",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=--1",
        "FREQ=YEARLY;BYSETPOS=366;BYDAY=MO,TU,WE,TH,FR,SA,SU",
        "FREQ=MONTHLY;BYSETPOS=5",
        "FREQ=DAILY;WKST=XX",
        "FREQ=DAILY;UNTIL=99991231T235959Z",
        "FREQ=DAILY;UNTIL=99991231T235959",
        "FREQ=DAILY;UNTIL=99991231",
        "FREQ=DAILY;UNTIL=22000101",
        "FREQ=DAILY;UNTIL=00010101T000000Z",
        "FREQ=DAILY;UNTIL=20260230",
        "FREQ=DAILY;UNTIL=20261130T250000Z",
    ],
)
def test_bad_rules_are_refused_at_save_and_quickly(rule: str) -> None:
    (problem,), calls = counting_calls(lambda: check_schedule(recurring(rule, zone="Asia/Tokyo")))
    assert problem.field == "schedule.rule"
    assert problem.reason
    assert calls < MOST_CALLS


def test_what_else_a_schedule_needs() -> None:
    assert [p.field for p in check_schedule(Schedule(kind=ScheduleKind.ONCE))] == ["schedule.at"]
    aware = Schedule(kind=ScheduleKind.ONCE, at=datetime(2026, 1, 1, tzinfo=UTC), time_zone="Nowhere/Land")
    assert [p.field for p in check_schedule(aware)] == ["schedule.at", "schedule.time_zone"]
    assert [p.field for p in check_schedule(recurring("FREQ=DAILY", "1970-01-01T09:00"))] == ["schedule.at"]
    assert check_schedule(recurring("FREQ=DAILY", zone="../../etc/passwd"))[0].field == "schedule.time_zone"
    assert check_schedule(recurring("FREQ=WEEKLY;BYDAY=MO,WE", zone="Europe/London")) == ()


def test_a_naive_last_fire_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next_fire(recurring("FREQ=DAILY"), NEW_YORK, wall("2026-01-01"))


def test_years_of_hours_are_walked_fast_enough() -> None:
    after = datetime(2031, 1, 1, tzinfo=UTC)
    found, calls = counting_calls(lambda: next_fire(recurring("FREQ=HOURLY"), NEW_YORK, after))
    assert found
    assert calls < MOST_CALLS


@pytest.mark.parametrize("rule", ["FREQ=HOURLY", "FREQ=HOURLY;INTERVAL=6", "FREQ=DAILY", "FREQ=MONTHLY"])
@pytest.mark.parametrize("zone", ZONES)
def test_a_fire_planned_by_the_same_rules_stays_and_by_others_moves_to_the_nearest(
    rule: str, zone: str
) -> None:
    schedule = recurring(rule)
    for planned in fires(schedule, zone, 20):
        assert replanned(schedule, zone, planned) == planned
        assert replanned(schedule, zone, planned + timedelta(minutes=20)) == planned


def test_a_fire_of_a_schedule_that_has_none_near_stays() -> None:
    planned = datetime(2027, 1, 1, 9, tzinfo=UTC)
    assert replanned(recurring("FREQ=DAILY;UNTIL=20260601"), "UTC", planned) == planned


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Pacific/Kiritimati", "Etc/GMT+12"])
@pytest.mark.parametrize("at", ["2000-01-01T00:00", "2199-12-31T23:59"])
def test_the_ends_of_the_range_can_be_planned(zone: str, at: str) -> None:
    once = Schedule(kind=ScheduleKind.ONCE, at=wall(at), time_zone=zone)
    assert check_schedule(once) == ()
    assert next_fire(once, "UTC", None) is not None
    daily = recurring("FREQ=DAILY;UNTIL=21991231T235959", at, zone)
    assert next_fire(daily, "UTC", None) is not None


@pytest.mark.parametrize(
    "at", ["1999-12-31T23:59", "2200-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00"]
)
def test_times_outside_the_range_are_refused(at: str) -> None:
    (problem,) = check_schedule(Schedule(kind=ScheduleKind.ONCE, at=wall(at)))
    assert (problem.field, "2000 to 2199" in problem.reason) == ("schedule.at", True)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;BYHOUR=0,23", ["2026-01-01 23:00 Thu", "2026-01-02 00:00 Fri"]),
        ("FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR", ["2026-01-30 09:00 Fri", "2026-02-27 09:00 Fri"]),
        ("FREQ=MONTHLY;BYMONTHDAY=1,-1", ["2026-01-01 09:00 Thu", "2026-01-31 09:00 Sat"]),
    ],
)
def test_the_ends_of_what_a_part_may_list(rule: str, expected: list[str]) -> None:
    assert check_schedule(recurring(rule)) == ()
    assert walls(recurring(rule), NEW_YORK, 2) == expected
