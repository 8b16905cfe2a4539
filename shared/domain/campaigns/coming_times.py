"""The coming times of a schedule, as a person checks them: on the clock there, and what day that is."""

from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.campaigns.public_holidays import holidays_of
from shared.domain.campaigns.recurrence import fires_after
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.campaigns.window import ContactWindow

SHOWN_TIMES = 10
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class ComingTime(Struct, frozen=True, kw_only=True):
    """One time at which a campaign fires: `local` is on the clock of the schedule's zone.

    `closed_for` says why that day is no contact day there: its messages wait for the next opening.
    """

    at: datetime
    local: datetime
    weekday: str
    closed_for: str | None


def coming_times(
    schedule: Schedule, window: ContactWindow, time_zone: str, now: datetime
) -> tuple[ComingTime, ...]:
    """The next ten fires after `now`; fewer when the schedule ends before.

    `time_zone` (IANA) holds where the schedule names none. Raises as `next_fire`.
    """
    if schedule.kind is ScheduleKind.ON_DEMAND:
        return ()
    zone = ZoneInfo(schedule.time_zone or time_zone)
    times = (moment.astimezone(zone) for moment in fires_after(schedule, time_zone, now))
    return tuple(_coming(moment, window) for moment in islice(times, SHOWN_TIMES))


def _coming(moment: datetime, window: ContactWindow) -> ComingTime:
    day = moment.date()
    return ComingTime(
        at=moment,
        local=moment.replace(tzinfo=None),
        weekday=_WEEKDAYS[day.weekday()],
        closed_for=_closed_for(day, window),
    )


def _closed_for(day: date, window: ContactWindow) -> str | None:
    """Why nobody is contacted on that day, or None."""
    if day in window.closed_days:
        return "a closed day of this campaign"
    if window.holiday_country:
        first = next(iter(holidays_of(window.holiday_country, day)), None)
        if first is not None and first.day == day:
            return first.name
    if day.isoweekday() not in window.days:
        return f"{_WEEKDAYS[day.weekday()]} is no contact day of this campaign"
    return None
