"""Quiet hours: what the law of a person's place forbids is closed, whatever the window says."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.campaigns.quiet_hours import quiet_rules, rules_of
from shared.domain.campaigns.window import ContactWindow, closes_at, is_open, next_open

ALWAYS = ContactWindow(opens=time(0), closes=time(0), keeps_quiet_hours=True)
EASTERN, CENTRAL, PARIS = "America/New_York", "America/Chicago", "Europe/Paris"


def at(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("zone", "place", "now", "opens"),
    [
        # Florida ends at eight, an hour before the country does.
        (EASTERN, "US-FL", "2027-06-15T19:59", "2027-06-15T19:59"),
        (EASTERN, "US-FL", "2027-06-15T20:00", "2027-06-16T08:00"),
        (EASTERN, "US-NY", "2027-06-15T20:00", "2027-06-15T20:00"),
        (EASTERN, "US-NY", "2027-06-15T21:00", "2027-06-16T08:00"),
        # Texas: Sundays from noon, other days from nine. June 20, 2027 is a Sunday.
        (CENTRAL, "US-TX", "2027-06-20T09:00", "2027-06-20T12:00"),
        (CENTRAL, "US-TX", "2027-06-21T08:00", "2027-06-21T09:00"),
        # Alabama: not on Sundays, nor on July 5, 2027, when Independence Day is kept.
        (CENTRAL, "US-AL", "2027-07-03T20:30", "2027-07-06T08:00"),
        # Rhode Island: weekdays until six, Saturdays until five.
        (EASTERN, "US-RI", "2027-06-25T18:00", "2027-06-26T10:00"),
        (EASTERN, "US-RI", "2027-06-26T17:00", "2027-06-28T09:00"),
        # France: a pause at noon, no weekends, not on the holiday of July 14.
        (PARIS, "FR", "2027-06-16T13:00", "2027-06-16T14:00"),
        (PARIS, "FR", "2027-06-18T20:00", "2027-06-21T10:00"),
        (PARIS, "FR", "2027-07-13T20:00", "2027-07-15T10:00"),
        # A place without a rule.
        ("Europe/Berlin", "DE", "2027-06-20T23:00", "2027-06-20T23:00"),
    ],
)
def test_it_opens_when_the_law_allows_it(zone: str, place: str, now: str, opens: str) -> None:
    moment = at(zone, now)
    assert next_open(ALWAYS, (zone,), moment, (place,)) == at(zone, opens)
    assert is_open(ALWAYS, (zone,), moment, (place,)) == (now == opens)


def test_of_several_places_each_must_allow_it() -> None:
    """A number from Kentucky (from ten), a home in Florida (until eight)."""
    both = ("US-KY", "US-FL")
    assert next_open(ALWAYS, (EASTERN,), at(EASTERN, "2027-06-15T08:30"), both) == at(
        EASTERN, "2027-06-15T10:00"
    )
    assert closes_at(ALWAYS, (EASTERN,), at(EASTERN, "2027-06-15T12:00"), both) == at(
        EASTERN, "2027-06-15T20:00"
    )


def test_the_window_holds_beside_the_law_and_alone_where_it_does_not_ask_for_it() -> None:
    window = ContactWindow(opens=time(9), closes=time(17), keeps_quiet_hours=True)
    morning = at(EASTERN, "2027-06-15T08:30")
    assert next_open(window, (EASTERN,), morning, ("US-FL",)) == at(EASTERN, "2027-06-15T09:00")
    late = at(EASTERN, "2027-06-15T20:30")
    free = ContactWindow(opens=time(9), closes=time(21))
    assert is_open(free, (EASTERN,), late, ("US-FL",)), "it does not keep quiet hours"


@given(
    st.sampled_from(sorted(quiet_rules())),
    st.sampled_from([EASTERN, CENTRAL, PARIS, "Australia/Adelaide", "America/St_Johns"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_on_no_clock_of_three_years_is_anybody_contacted_outside(
    place: str, zone: str, now: datetime
) -> None:
    opens = next_open(ALWAYS, (zone,), now, (place,))
    assert opens is not None
    closes = closes_at(ALWAYS, (zone,), opens, (place,))
    for moment in (opens, opens + (closes - opens) / 2, closes - timedelta(microseconds=1)):
        local = moment.astimezone(ZoneInfo(zone))
        for rule in rules_of((place,)):
            assert any(start <= local.time() < end for start, end in rule.hours(local.date())), local


def test_each_rule_says_its_law_and_allows_something() -> None:
    assert {"US", "US-FL", "CA", "FR", "AU"} <= set(quiet_rules())
    for rule in quiet_rules().values():
        assert rule.law
        assert rule.source.startswith("http")
        assert rule.weekday, rule.place
        for hours in (rule.weekday, rule.saturday, rule.sunday, rule.holiday or ()):
            assert all(opens < closes for opens, closes in hours)
    assert [rule.place for rule in rules_of(("US-FL", "US-NY"))] == ["US", "US-FL"]
    assert quiet_rules()["US-AL"].hours(date(2026, 12, 25)) == ()


def test_half_days_close_early() -> None:
    window = ContactWindow(
        opens=time(9),
        closes=time(17),
        half_days=(date(2026, 12, 23),),
        half_days_close=time(12, 30),
        holiday_country="GR",
    )
    athens = "Europe/Athens"
    for day in (23, 24):  # one of its own, and Christmas Eve, which Greece keeps by half
        morning = at(athens, f"2026-12-{day}T10:00")
        assert closes_at(window, (athens,), morning) == at(athens, f"2026-12-{day}T12:30")
    assert closes_at(window, (athens,), at(athens, "2026-12-22T10:00")) == at(athens, "2026-12-22T17:00")
    assert next_open(window, (athens,), at(athens, "2026-12-24T13:00")) == at(athens, "2026-12-27T09:00")
    assert is_open(
        ContactWindow(holiday_country="US", half_days_close=time(12)),
        (EASTERN,),
        at(EASTERN, "2026-12-24T15:00"),
    )
