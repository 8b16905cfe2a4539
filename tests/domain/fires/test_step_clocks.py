"""Steps that follow from a date, and the window they wait for, over three years of clock changes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from shared.domain.campaigns.step import AtField
from shared.domain.campaigns.window import ContactWindow, is_open
from shared.domain.fires.recipient_zones import RecipientZones, Where
from shared.domain.fires.step_times import StepTimes
from tests.domain.campaigns.test_freezing import a_content
from tests.kit.builders import ALWAYS, a_campaign, a_step

# Whole hours, half an hour, three quarters of one, a change of half an hour, changes at midnight, and none.
ZONES = (
    "America/New_York", "America/St_Johns", "Europe/London", "Asia/Kolkata", "Asia/Kathmandu",
    "Australia/Adelaide", "Australia/Lord_Howe", "Pacific/Chatham", "America/Santiago", "Africa/Cairo",
)  # fmt: skip
FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)
CLOCKS = (time(0), time(1, 30), time(2), time(2, 15), time(3), time(17))
NOON = time(12)
BEGAN = datetime(2025, 12, 1, tzinfo=UTC)
DAYTIME = ContactWindow(opens=time(9), closes=time(20, 30))


def changes(zone: ZoneInfo) -> Iterator[date]:
    """The days of the three years on which clocks change in the zone."""
    for number in range((LAST - FIRST).days):
        day = FIRST + timedelta(days=number)
        before, after = (datetime.combine(one, NOON, zone) for one in (day - timedelta(days=1), day))
        if before.utcoffset() != after.utcoffset():
            yield day


def due(when: AtField, moment: datetime, zone: str, window: ContactWindow = ALWAYS) -> datetime:
    """When the step is due for a row whose field holds that moment."""
    content = a_content(campaign=a_campaign(steps=(a_step(id="s", when=when),), window=window))
    times = StepTimes(content, content.campaign.steps[0], BEGAN)
    zones = RecipientZones(times=zone, shown=zone, window=(zone,))
    where = Where(zones=(zone,), places=(), told_in=zone)
    return times.due({"at": moment.isoformat()}, zones, where, BEGAN).at


def exists(wall: datetime, zone: ZoneInfo) -> bool:
    """Whether clocks in the zone ever show it."""
    return wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == wall


def test_the_zones_change_their_clocks_as_the_test_supposes() -> None:
    counts = {name: len(list(changes(ZoneInfo(name)))) for name in ZONES}
    assert {name for name, count in counts.items() if count == 0} == {"Asia/Kolkata", "Asia/Kathmandu"}
    assert {count for count in counts.values() if count} == {6}


@pytest.mark.parametrize("name", ZONES)
def test_days_before_at_a_clock_is_that_clock_on_that_day_wherever_it_exists(name: str) -> None:
    zone = ZoneInfo(name)
    days = [*changes(zone), date(2026, 6, 1), date(2027, 12, 1)]
    for day, clock, before in product(days, CLOCKS, (0, 1, 3, 30)):
        visit = datetime.combine(day + timedelta(days=before), time(18), zone)
        at = due(AtField(field="at", days=-before, clock=clock), visit, name)
        wall = datetime.combine(day, clock)
        local = at.astimezone(zone).replace(tzinfo=None)
        if exists(wall, zone):
            assert local == wall
            assert at == wall.replace(tzinfo=zone, fold=0).astimezone(UTC)  # of two, the first
        else:  # a time that clocks skip is as much later as they skip
            assert timedelta() < local - wall <= timedelta(hours=1)
            assert local.date() == day


@pytest.mark.parametrize("name", ZONES)
def test_hours_before_are_hours_that_pass_whatever_clocks_do(name: str) -> None:
    zone = ZoneInfo(name)
    for day, hours in product([*changes(zone), date(2027, 3, 1)], (1, 2, 24, 72)):
        visit = datetime.combine(day, time(4), zone)
        assert due(AtField(field="at", seconds=-hours * 3600), visit, name) == visit.astimezone(
            UTC
        ) - timedelta(hours=hours)


@pytest.mark.parametrize("name", ZONES)
def test_days_before_without_a_clock_keep_the_time_of_day(name: str) -> None:
    zone = ZoneInfo(name)
    for day in changes(zone):
        visit = datetime.combine(day + timedelta(days=1), time(9, 45), zone)
        local = due(AtField(field="at", days=-2), visit, name).astimezone(zone)
        assert (local.date(), local.time()) == (day - timedelta(days=1), time(9, 45))


@pytest.mark.parametrize("name", ZONES)
def test_what_is_due_when_the_window_is_closed_waits_for_its_opening_on_the_wall(name: str) -> None:
    zone = ZoneInfo(name)
    for day in [*changes(zone), date(2027, 3, 1)]:
        for hour in range(24):
            at = datetime.combine(day, time(hour, 30), zone).astimezone(UTC)
            local = at.astimezone(zone).time()
            assert is_open(DAYTIME, (name,), at) == (time(9) <= local < time(20, 30))
