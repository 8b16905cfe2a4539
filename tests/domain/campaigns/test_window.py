"""Nobody is contacted outside the window, on any clock change; and never later than need be."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.window import ContactWindow, closes_at, is_open, next_open
from tests.kit.work import counting_calls

ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kolkata",
    "Pacific/Apia",
    "UTC",
)
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
WINDOWS = st.builds(
    ContactWindow,
    days=st.lists(st.integers(1, 7), unique=True, min_size=1).map(tuple),
    opens=CLOCKS,
    closes=CLOCKS,
    closed_days=st.lists(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=3).map(tuple),
)
START, END = datetime(2026, 1, 1), datetime(2028, 12, 31)  # noqa: DTZ001  # bounds of a strategy are naive
MOMENTS = st.datetimes(START, END, timezones=st.just(UTC))
# Around clock changes: New York, London, Lord Howe (30 minutes), and Apia's lost day of 2011.
CHANGES = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes),
    st.sampled_from(
        [
            datetime(2026, 3, 8, tzinfo=UTC),
            datetime(2026, 11, 1, tzinfo=UTC),
            datetime(2027, 3, 28, tzinfo=UTC),
            datetime(2026, 4, 4, tzinfo=UTC),
            datetime(2011, 12, 29, tzinfo=UTC),
            datetime(2017, 10, 15, tzinfo=UTC),
        ]
    ),
    st.integers(0, 48 * 60),
)


def wall_says_open(window: ContactWindow, zone: str, moment: datetime) -> bool:
    """The window by the clock on the wall alone."""
    local = moment.astimezone(ZoneInfo(zone))
    clock, day = local.time(), local.date()
    if window.opens == window.closes:
        inside = True
    elif window.opens < window.closes:
        inside = window.opens <= clock < window.closes
    else:
        inside = clock >= window.opens or clock < window.closes
        day -= timedelta(days=clock < window.closes and clock < window.opens)
    return inside and day.isoweekday() in window.days and day not in window.closed_days


def changes_near(zone: str, moment: datetime) -> bool:
    places = [(moment + timedelta(hours=h)).astimezone(ZoneInfo(zone)).utcoffset() for h in range(-48, 49, 3)]
    return len(set(places)) > 1


@given(
    window=WINDOWS,
    zones=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True).map(tuple),
    now=st.one_of(MOMENTS, CHANGES),
)
def test_it_opens_inside_the_window_and_not_later_than_the_clock_says(
    window: ContactWindow, zones: tuple[str, ...], now: datetime
) -> None:
    opening = next_open(window, zones, now)
    if opening is None:
        end = now + timedelta(days=3)
    else:
        assert opening >= now
        assert is_open(window, zones, opening)
        assert all(wall_says_open(window, zone, opening) for zone in zones)
        end = min(opening, now + timedelta(days=3))
    for minute in range(0, int((end - now).total_seconds() // 60), 15):
        moment = now + timedelta(minutes=minute)
        open_by_the_wall = all(wall_says_open(window, zone, moment) for zone in zones)
        assert not open_by_the_wall or any(changes_near(zone, moment) for zone in zones)


@given(window=WINDOWS, zone=st.sampled_from(ZONES), now=st.one_of(MOMENTS, CHANGES))
def test_every_minute_until_it_closes_is_inside_and_the_close_is_not(
    window: ContactWindow, zone: str, now: datetime
) -> None:
    opening = next_open(window, (zone,), now)
    if opening is None:
        return
    close = closes_at(window, (zone,), opening)
    assert close > opening
    if close < now + timedelta(days=399):
        assert not is_open(window, (zone,), close)
    for minute in range(0, min(int((close - opening).total_seconds() // 60), 2 * 24 * 60), 7):
        moment = opening + timedelta(minutes=minute)
        if moment < close:
            assert wall_says_open(window, zone, moment)


def at(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[misc,arg-type]  # year, month, day, …


NEW_YORK = ("America/New_York",)
NINE_TO_EIGHT = ContactWindow()


def test_the_window_is_half_open() -> None:
    assert is_open(NINE_TO_EIGHT, NEW_YORK, at(*NEW_YORK, 2026, 6, 1, 9))
    assert not is_open(NINE_TO_EIGHT, NEW_YORK, at(*NEW_YORK, 2026, 6, 1, 8, 59))
    assert is_open(NINE_TO_EIGHT, NEW_YORK, at(*NEW_YORK, 2026, 6, 1, 19, 59))
    assert not is_open(NINE_TO_EIGHT, NEW_YORK, at(*NEW_YORK, 2026, 6, 1, 20))
    assert closes_at(NINE_TO_EIGHT, NEW_YORK, at(*NEW_YORK, 2026, 6, 1, 9)) == at(*NEW_YORK, 2026, 6, 1, 20)


def test_with_several_zones_it_is_open_in_all() -> None:
    zones = ("America/New_York", "America/Los_Angeles")
    now = at("America/New_York", 2026, 6, 1, 9)
    assert next_open(NINE_TO_EIGHT, zones, now) == at("America/Los_Angeles", 2026, 6, 1, 9)
    assert closes_at(NINE_TO_EIGHT, zones, at("America/Los_Angeles", 2026, 6, 1, 9)) == at(
        "America/New_York", 2026, 6, 1, 20
    )


def test_zones_whose_days_never_meet_never_open() -> None:
    window = ContactWindow(opens=time(9), closes=time(10))
    assert next_open(window, ("America/New_York", "Asia/Kolkata"), at("UTC", 2026, 6, 1)) is None


def test_a_window_over_midnight_belongs_to_the_day_it_opened() -> None:
    friday_night = ContactWindow(days=(5,), opens=time(22), closes=time(2))
    assert is_open(friday_night, NEW_YORK, at(*NEW_YORK, 2026, 6, 6, 1, 59))
    assert not is_open(friday_night, NEW_YORK, at(*NEW_YORK, 2026, 6, 5, 1, 59))
    assert not is_open(friday_night, NEW_YORK, at(*NEW_YORK, 2026, 6, 6, 22))


def test_a_window_of_equal_ends_is_open_around_the_clock() -> None:
    always = ContactWindow(opens=time(0), closes=time(0))
    assert is_open(always, NEW_YORK, at(*NEW_YORK, 2026, 6, 6, 0))
    assert closes_at(always, NEW_YORK, at(*NEW_YORK, 2026, 6, 6, 0)) > at(*NEW_YORK, 2027, 6, 6)


@pytest.mark.parametrize(
    ("country", "day", "expected"),
    [
        (None, date(2026, 7, 3), date(2026, 7, 3)),
        ("US", date(2026, 12, 25), date(2026, 12, 26)),
        ("us", date(2026, 7, 3), date(2026, 7, 4 + 1)),  # observed on the 3rd, the day itself a Saturday
        ("US-CA", date(2026, 3, 31), date(2026, 4, 1)),  # César Chávez Day is California's alone
        ("US", date(2026, 3, 31), date(2026, 3, 31)),
        ("US-FL", date(2026, 2, 16), date(2026, 2, 16)),  # Presidents' Day is none of Florida's
        ("US+US-FL", date(2026, 2, 16), date(2026, 2, 17)),
        ("US+US-FL", date(2026, 11, 26), date(2026, 11, 28)),  # the Friday is Florida's alone
    ],
)
def test_holidays_are_no_contact_days(country: str | None, day: date, expected: date) -> None:
    window = ContactWindow(holiday_country=country)
    opening = next_open(window, NEW_YORK, datetime.combine(day, time(10), ZoneInfo(*NEW_YORK)))
    assert opening is not None
    assert opening.astimezone(ZoneInfo(*NEW_YORK)).date() == expected


@pytest.mark.parametrize("clock", [time(0), time(9), time(23, 59)])
def test_around_the_clock_keeps_to_its_days(clock: time) -> None:
    """A window from nine to nine on working days does not go on until Saturday at nine."""
    window = ContactWindow(days=(1, 2, 3, 4, 5), opens=clock, closes=clock)
    zones = ("America/New_York",)
    monday, saturday = at(zones[0], 2026, 11, 23, 0, 0), at(zones[0], 2026, 11, 28, 0, 0)
    assert next_open(window, zones, monday - timedelta(minutes=1)) == monday
    assert closes_at(window, zones, monday) == saturday
    assert not is_open(window, zones, saturday)
    assert next_open(window, zones, saturday) == monday + timedelta(days=7)


def test_closed_days_are_no_contact_days() -> None:
    window = ContactWindow(closed_days=(date(2026, 6, 1), date(2026, 6, 2)))
    assert next_open(window, NEW_YORK, at(*NEW_YORK, 2026, 6, 1, 10)) == at(*NEW_YORK, 2026, 6, 3, 9)


@pytest.mark.parametrize("ask", [is_open, next_open, closes_at])
def test_a_naive_time_and_no_zone_are_refused(ask: object) -> None:
    with pytest.raises(ValueError, match="time zone"):
        ask(NINE_TO_EIGHT, NEW_YORK, datetime(2026, 6, 1, 10))  # type: ignore[operator]  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        ask(NINE_TO_EIGHT, (), at("UTC", 2026, 6, 1, 10))  # type: ignore[operator]


def test_the_close_of_a_closed_window_is_not_a_question() -> None:
    with pytest.raises(ValueError, match="closed"):
        closes_at(NINE_TO_EIGHT, NEW_YORK, at(*NEW_YORK, 2026, 6, 1, 8))


def test_no_days_never_open() -> None:
    assert next_open(ContactWindow(days=()), NEW_YORK, at("UTC", 2026, 6, 1)) is None


def test_clock_changes_by_hand() -> None:
    early = ContactWindow(opens=time(2, 30), closes=time(6))
    assert next_open(early, NEW_YORK, at("UTC", 2026, 3, 8, 6)) == at("UTC", 2026, 3, 8, 7, 30)
    twice = ContactWindow(opens=time(0), closes=time(1, 30))
    assert not is_open(twice, NEW_YORK, at("UTC", 2026, 11, 1, 6))  # 01:00 for the second time
    opens_twice = ContactWindow(opens=time(1, 30), closes=time(9))
    assert not is_open(opens_twice, NEW_YORK, at("UTC", 2026, 11, 1, 6, 15))  # 01:15 for the second time
    assert is_open(opens_twice, NEW_YORK, at("UTC", 2026, 11, 1, 6, 30))
    closes_in_the_gap = ContactWindow(opens=time(0), closes=time(2, 30))
    assert not is_open(closes_in_the_gap, NEW_YORK, at("UTC", 2026, 3, 8, 7, 15))  # 03:15, past 02:30
    daily = ContactWindow(opens=time(9), closes=time(20))
    days = [next_open(daily, ("Australia/Lord_Howe",), at("UTC", 2026, 4, d, 12)) for d in (2, 3, 4, 5)]
    assert [b - a for a, b in pairwise(d for d in days if d)] == [
        timedelta(days=1),
        timedelta(days=1, minutes=30),
        timedelta(days=1),
    ]


def test_asking_for_each_of_many_rows_is_cheap() -> None:
    moment, rows = at("UTC", 2026, 6, 1), 50_000

    def ask() -> None:
        for number in range(rows):
            next_open(NINE_TO_EIGHT, (ZONES[number % len(ZONES)],), moment)

    _, calls = counting_calls(ask)
    assert calls < 6 * rows
