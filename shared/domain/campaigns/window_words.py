"""What closes a contact window at a moment: its hours, a day of its own, a holiday, the law of a place."""

from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.campaigns.public_holidays import holidays_of
from shared.domain.campaigns.quiet_hours import QuietRule, rules_of
from shared.domain.campaigns.window import ContactWindow, Places, is_open


class Closing(StrEnum):
    """What kind of thing closes it."""

    OUTSIDE_WINDOW = "outside_window"
    CLOSED_DAY = "closed_day"
    HOLIDAY = "holiday"
    QUIET_HOURS = "quiet_hours"


class ClosedBy(Struct, frozen=True, kw_only=True):
    """What closes a window, with a sentence that names it."""

    kind: Closing
    words: str


def closed_by(
    window: ContactWindow, zones: tuple[str, ...], at: datetime, places: Places = ()
) -> ClosedBy | None:
    """What closes the window at `at` in one of the zones, or by the law of one of the places; None if open.

    Of several reasons the one that lasts longest comes first: a day before an hour.
    """
    if is_open(window, zones, at, places):
        return None
    found = [one for zone in zones for one in _of_zone(window, zone, at)]
    if window.keeps_quiet_hours:
        found += [
            one for rule in rules_of(places) for zone in zones if (one := _by_law(rule, zone, at)) is not None
        ]
    if not found:  # the minute on which clocks change, for one
        return ClosedBy(kind=Closing.OUTSIDE_WINDOW, words="The contact window is closed.")
    return min(found, key=lambda one: one.kind is Closing.OUTSIDE_WINDOW)


def _of_zone(window: ContactWindow, zone: str, at: datetime) -> list[ClosedBy]:
    local = at.astimezone(ZoneInfo(zone))
    day, clock = local.date(), local.time()
    if (name := _holiday(window, day)) is not None:
        return [ClosedBy(kind=Closing.HOLIDAY, words=f"It is a holiday: {name}.")]
    if day in window.closed_days:
        return [ClosedBy(kind=Closing.CLOSED_DAY, words=f"{day.isoformat()} is one of the closed days.")]
    if day.isoweekday() not in window.days:
        return [ClosedBy(kind=Closing.CLOSED_DAY, words=f"{day:%A} is no contact day.")]
    if window.opens != window.closes and not _is_within(window, clock):
        hours = f"{window.opens:%H:%M} to {window.closes:%H:%M}"
        words = f"The contact window is from {hours} in {zone}."
        return [ClosedBy(kind=Closing.OUTSIDE_WINDOW, words=words)]
    early = window.half_days_close
    if early is not None and clock >= early and not is_open(window, (zone,), at):
        words = f"On {day.isoformat()}, a half day, the contact window closes at {early:%H:%M}."
        return [ClosedBy(kind=Closing.CLOSED_DAY, words=words)]
    return []


def _is_within(window: ContactWindow, clock: time) -> bool:
    opens, closes = window.opens, window.closes
    if opens < closes:
        return opens <= clock < closes
    return clock >= opens or clock < closes  # over midnight


def _holiday(window: ContactWindow, day: date) -> str | None:
    if window.holiday_country is None:
        return None
    return next((one.name for one in holidays_of(window.holiday_country, day) if one.day == day), None)


def _by_law(rule: QuietRule, zone: str, at: datetime) -> ClosedBy | None:
    local = at.astimezone(ZoneInfo(zone))
    for opens, closes in rule.hours(local.date()):
        if opens <= local.time() < closes:
            return None
    words = f"The law of {rule.name} has quiet hours ({rule.law})."
    return ClosedBy(kind=Closing.QUIET_HOURS, words=words)
