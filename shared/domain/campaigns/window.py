"""When a person may be contacted: a contact window laid over the clocks of the zones they may live in.

Where it keeps quiet hours, what the law of the places allows is laid over it too.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache, reduce
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.campaigns.public_holidays import is_half_day, is_holiday
from shared.domain.campaigns.quiet_hours import QuietRule, rules_of
from shared.domain.companies.contact_hours import ContactHours

SEARCH_DAYS = 400  # longer than a year, so that a window open on one day a year is found

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)
_Stretch = tuple[datetime, datetime]  # UTC, half-open
Places = tuple[str, ...]  # US-FL, or CA: whose quiet hours may hold


class ContactWindow(Struct, frozen=True, kw_only=True):
    """When people may be contacted, in their own time zone.

    `days` are ISO weekdays (Monday is 1). The window is half-open: [opens, closes). With `opens` equal to
    `closes` it is open around the clock: all of each contact day, from midnight to midnight.
    `time_zone_field` names the row's field with the zone, or with a phone number: then all zones count in
    which that number may be. Where nothing says a recipient's zone, `assumed_time_zone` holds, and without
    one all zones that are possible (shared/domain/fires/recipient_zones.py). `closed_days` and the holidays
    of `holiday_country` (US, US-FL, US+US-FL) are not contact days. On `half_days`, and on those of
    `holiday_country` that are known, it closes at `half_days_close`. With `keeps_quiet_hours` it is closed
    when the law of the person's place forbids unasked calls: the place of their number, and that which the
    row's `place_field` names, be it a US state, a ZIP code or an address.
    """

    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    opens: time = time(9, 0)
    closes: time = time(20, 0)
    time_zone_field: str | None = None
    closed_days: tuple[date, ...] = ()
    holiday_country: str | None = None
    half_days: tuple[date, ...] = ()
    half_days_close: time | None = None
    assumed_time_zone: str | None = None
    keeps_quiet_hours: bool = False
    place_field: str | None = None


def usual_window(hours: ContactHours) -> ContactWindow:
    """The window that a company's new campaigns begin with."""
    return ContactWindow(
        days=hours.days, opens=hours.opens, closes=hours.closes, keeps_quiet_hours=hours.keeps_quiet_hours
    )


def is_open(window: ContactWindow, zones: tuple[str, ...], at: datetime, places: Places = ()) -> bool:
    """Whether the window is open at `at` in every one of `zones` (IANA names), by the laws of all `places`.

    Raises ValueError for a naive datetime or no zone, ZoneInfoNotFoundError for a wrong one.
    """
    return next_open(window, zones, at, places) == at


@lru_cache(maxsize=4096)
def next_open(
    window: ContactWindow, zones: tuple[str, ...], now: datetime, places: Places = ()
) -> datetime | None:
    """The first moment from `now` on (UTC) at which the window is open in all `zones`; `now` if it is.

    None when it does not open within 400 days: no days, hours that never meet, or always a holiday.
    Remembered, since a fire asks it for each row with few different zones. Raises as `is_open`.
    """
    moment = _utc(now)
    end = moment + SEARCH_DAYS * _DAY
    for start, close in _common_stretches(window, zones, moment, places):
        if start > end:
            return None
        if close > moment:
            return max(start, moment)
    return None


@lru_cache(maxsize=4096)
def closes_at(window: ContactWindow, zones: tuple[str, ...], at: datetime, places: Places = ()) -> datetime:
    """The end (UTC, not in it) of the open stretch that holds `at`.

    A window that never closes ends after 400 days. Raises ValueError when it is closed at `at`, and as
    `is_open`.
    """
    moment = _utc(at)
    end: datetime | None = None
    for start, close in _common_stretches(window, zones, moment, places):
        if end is None and start <= moment < close:
            end = close
        elif end is not None and start <= end:
            end = max(end, close)  # midnight to midnight: one day's end is the next one's start
        elif start > moment:
            break
    if end is None:
        raise ValueError("the contact window is closed at this time")
    return end


def _common_stretches(
    window: ContactWindow, zones: tuple[str, ...], moment: datetime, places: Places
) -> Iterator[_Stretch]:
    """The stretches open in all zones, in order, from the one that may hold `moment` for 400 days."""
    if not zones:
        raise ValueError("a contact window needs at least one time zone")
    rules = rules_of(places) if window.keeps_quiet_hours else ()
    clocks = [ZoneInfo(zone) for zone in zones]
    every = [_stretches(window, clock, moment) for clock in clocks]
    every += [_lawful_stretches(rule, clock, moment) for rule in rules for clock in clocks]
    return reduce(_meet, every)


def _meet(left: Iterator[_Stretch], right: Iterator[_Stretch]) -> Iterator[_Stretch]:
    """What two ordered rows of stretches have in common."""
    one, other = next(left, None), next(right, None)
    while one and other:
        start, end = max(one[0], other[0]), min(one[1], other[1])
        if start < end:
            yield start, end
        if one[1] <= other[1]:
            one = next(left, None)
        else:
            other = next(right, None)


def _stretches(window: ContactWindow, zone: ZoneInfo, moment: datetime) -> Iterator[_Stretch]:
    """The open stretches of one zone, the first of them the day before `moment`'s."""
    today = moment.astimezone(zone).date()
    # Around the clock is no window from 09:00 to the next day's 09:00: that day may be no contact day.
    opens, closes = (_MIDNIGHT, _MIDNIGHT) if window.opens == window.closes else (window.opens, window.closes)
    for number in range(-1, SEARCH_DAYS + 1):
        day = today + number * _DAY
        if _is_contact_day(window, day):
            yield from _on(day, opens, _closing(window, day, opens, closes), zone)


def _lawful_stretches(rule: QuietRule, zone: ZoneInfo, moment: datetime) -> Iterator[_Stretch]:
    """When the rule allows it, by the clock of a zone; from the day before `moment`'s."""
    today = moment.astimezone(zone).date()
    for number in range(-1, SEARCH_DAYS + 1):
        day = today + number * _DAY
        for opens, closes in rule.hours(day):
            yield from _on(day, opens, closes, zone)


def _on(day: date, opens: time, closes: time, zone: ZoneInfo) -> Iterator[_Stretch]:
    """The stretch of a day from `opens` to `closes`, which is the next day's where it is not later."""
    start = _readings(day, opens, zone)[1]
    end = _readings(day if opens < closes else day + _DAY, closes, zone)[0]
    if start < end:
        yield start, end


def _closing(window: ContactWindow, day: date, opens: time, closes: time) -> time:
    """When it closes on `day`: on a half day at its own hour, where that is earlier."""
    early = window.half_days_close
    if early is None or early <= opens or (opens < closes <= early):
        return closes
    places = window.holiday_country
    is_half = day in window.half_days or (places is not None and is_half_day(places, day))
    return early if is_half else closes


def _is_contact_day(window: ContactWindow, day: date) -> bool:
    if day.isoweekday() not in window.days or day in window.closed_days:
        return False
    return not (window.holiday_country and is_holiday(window.holiday_country, day))


def _readings(day: date, clock: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A wall time as UTC, earliest and latest: they differ only where clocks change (PEP 495).

    A day's opening takes the latest and its closing the earliest, so that nobody is contacted at a
    wall time outside the window; the price is at most an hour on one night of the year.
    """
    both = [datetime.combine(day, clock.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1)]
    return min(both), max(both)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone cannot be placed in a contact window")
    return moment.astimezone(UTC)
