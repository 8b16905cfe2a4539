"""Rows in zones of their own are read, shown, expired and kept back by their own clocks."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from shared.domain.campaigns.window import ContactWindow
from shared.domain.files.row_filter import ConditionTest, RowCondition, RowFilter
from shared.domain.fires.planning import FilteredOut, PlannedMessage, Planner
from shared.domain.fires.recipient import Recipient
from shared.domain.local_time import moment_of
from shared.domain.record import replace
from tests.domain.campaigns.test_freezing import a_content
from tests.domain.fires.test_planning import CALIFORNIA, VALUES, a_recipient
from tests.kit.builders import NOON, a_campaign, a_step


def a_row(zone: str = CALIFORNIA, **values: str) -> Recipient:
    """A row of a source that names the field `zone` for each row's own, as it was loaded."""
    return replace(a_recipient({"zone": zone, **values}), time_zone=zone.split(",")[0])


def planned_row(recipient: Recipient, now: datetime = NOON, **campaign: Any) -> PlannedMessage:
    template = replace(a_content().templates["reminder"], body="{{ appointment_at | date: '%I:%M %p' }}")
    content = a_content(
        content_hash="h",
        campaign=a_campaign(**campaign),
        templates={"reminder": template},
        time_zone_field="zone",
    )
    outcome = Planner(content, a_step(), now).plan(recipient)
    assert isinstance(outcome, PlannedMessage), outcome
    return outcome


def test_a_row_in_its_own_zone_is_not_expired_by_the_companys_clock() -> None:
    # 14:00 in New York is 11:00 in California; the visit there is at 12:30 by its own clock.
    now = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
    wall = planned_row(a_row(appointment_at="2026-11-23T12:30"), now, expires_field="appointment_at")
    loaded = planned_row(
        a_row(appointment_at="2026-11-23T12:30:00-08:00"), now, expires_field="appointment_at"
    )
    day = planned_row(a_row(appointment_at="2026-11-23"), now, expires_field="appointment_at")
    assert [one.skip for one in (wall, loaded, day)] == [None, None, None]
    assert wall.not_after == loaded.not_after == datetime(2026, 11, 23, 20, 30, tzinfo=UTC)
    assert day.not_after == datetime(2026, 11, 24, 7, 59, 59, tzinfo=UTC)  # the day ends at midnight there


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-06-14T20:50:00Z", "01:50 PM"),  # June: -07:00
        ("2026-12-14T20:50:00Z", "12:50 PM"),  # December: -08:00
        ("2026-12-14T12:50:00-08:00", "12:50 PM"),
        ("2026-12-14T15:50:00-05:00", "12:50 PM"),
        ("2026-12-14T12:50:00", "12:50 PM"),
    ],
)
def test_a_moment_is_shown_on_the_rows_own_clocks(text: str, shown: str) -> None:
    assert planned_row(a_row(appointment_at=text)).texts.body == shown
    assert planned_row(replace(a_row(appointment_at=text), time_zone="")).texts.body == shown, "queued again"


def test_a_row_that_was_loaded_in_another_zone_is_shown_as_it_was_loaded() -> None:
    older = replace(a_row(appointment_at="2026-12-14T09:00:00-05:00"), time_zone="America/New_York")
    assert planned_row(older).texts.body == "09:00 AM"


def test_windows_take_the_rows_zone_unless_the_campaign_names_another_field() -> None:
    window = ContactWindow(opens=time(9), closes=time(17))
    morning = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 10:00 in New York, 7:00 in California
    planned = planned_row(a_row(), morning, window=window)
    assert (planned.where.zones, planned.opens_at.hour) == ((CALIFORNIA,), 17)
    person = replace(window, time_zone_field="home")
    away = planned_row(a_row(home="NY", appointment_at="2026-12-14T20:50:00Z"), morning, window=person)
    assert (away.where.zones, away.opens_at, away.texts.body) == (("America/New_York",), morning, "12:50 PM")
    empty = planned_row(replace(a_row(), values=VALUES, time_zone="America/New_York"), morning, window=window)
    assert empty.where.zones == ("America/New_York",)


def test_times_of_a_place_in_several_zones_are_read_in_the_companys_or_the_one_ahead() -> None:
    both = "America/Chicago,America/Denver"
    there = replace(a_row(both, appointment_at="2026-12-14T20:50:00Z"), time_zone="")
    assert planned_row(there).texts.body == "02:50 PM"  # New York is neither; Chicago is ahead
    assert planned_row(there).where.zones == ("America/Chicago", "America/Denver")


@pytest.mark.parametrize(
    ("text", "zone", "moment"),
    [
        ("2027-03-14T02:30", "America/New_York", "2027-03-14T07:30:00+00:00"),  # skipped: 03:30 -04:00
        ("2027-11-07T01:30", "America/New_York", "2027-11-07T05:30:00+00:00"),  # the first: -04:00
        ("2027-10-03T02:15", "Australia/Lord_Howe", "2027-10-02T15:45:00+00:00"),  # 02:45 +11:00
        ("2011-12-30T10:00", "Pacific/Apia", "2011-12-30T20:00:00+00:00"),  # 2011-12-31 10:00 +14:00
        ("2011-12-29", "Pacific/Apia", "2011-12-30T09:59:59+00:00"),  # 23:59:59 -10:00
        ("2026-03-28", "America/Nuuk", "2026-03-29T00:59:59+00:00"),  # 22:59:59 -02:00; 23:00 is skipped
        ("2026-10-29", "Africa/Cairo", "2026-10-29T21:59:59+00:00"),  # 23:59:59 +02:00, the second one
    ],
)
def test_an_expiry_that_clocks_skip_or_double_follows_the_one_rule(text: str, zone: str, moment: str) -> None:
    assert moment_of(text, zone).isoformat() == moment


def test_today_is_the_day_of_the_fire_where_the_row_is() -> None:
    tomorrow = RowCondition(field="appointment_at", test=ConditionTest.IS, value="today+1")
    content = a_content(
        campaign=a_campaign(row_filter=RowFilter(conditions=(tomorrow,))), time_zone_field="zone"
    )
    fired_at = datetime(
        2026, 11, 24, 6, 0, tzinfo=UTC
    )  # 01:00 on the 24th in New York, 22:00 on the 23rd there
    planner = Planner(content, a_step(), fired_at + timedelta(hours=4), fired_at)
    visits = ("2026-11-23T09:00:00-08:00", "2026-11-24T23:30:00-08:00", "2026-11-25T00:00:00-08:00")
    plans = [planner.plan(a_row(appointment_at=visit)) for visit in visits]
    assert [isinstance(one, FilteredOut) for one in plans] == [True, False, True]
