"""Recurring visits, expanded within a range and bounded, whatever a rule says."""

import math
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from types import FrameType
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

from shared.domain.files.appointments import VisitRange
from shared.tabular.appointments.calendar_times import EventUnreadable, until_of, with_zone

MOST_VISITS = 1_000  # of one series
_SECONDS = 2.0  # of processor time, for one series
_TIMES_A_DAY = 24
_TOO_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError)


def expand(
    master: icalendar.Event, overrides: Sequence[icalendar.Event], visits: VisitRange, home: ZoneInfo
) -> list[icalendar.Event]:
    """The series' visits in the range, in order of their start. Raises EventUnreadable."""
    start = with_zone(master["DTSTART"], "DTSTART", home)
    for rule in rules_of(master):
        _mend(rule, start)
    _, last = days_of(start, visits)
    calendar = icalendar.Calendar()
    for event in (master, *overrides):
        calendar.add_component(event)
    try:
        with _limited():
            begins = datetime.combine(max(visits.first_day, date(1, 1, 2)), time(), home)
            found = recurring_ical_events.of(calendar).between(begins, datetime.combine(last, time(), home))
    except TimeoutError:
        raise EventUnreadable(
            "its rule (RRULE) takes too long to work out; end the series, or enter its visits one by one"
        ) from None
    except _UNREADABLE as error:
        raise EventUnreadable(f"its rule (RRULE, RDATE, EXDATE) cannot be read ({error})") from None
    if len(found) > MOST_VISITS:
        raise EventUnreadable(
            f"it has {len(found):,} visits within {visits.days} days; {MOST_VISITS:,} are taken"
        )
    return sorted(found, key=lambda event: _sortable(with_zone(event["DTSTART"], "DTSTART", home), home))


def days_of(start: date, visits: VisitRange) -> tuple[date, date]:
    """The days within which visits of a series that begins with `start` are wanted; not on the last."""
    first = max(visits.first_day, start.date() if isinstance(start, datetime) else start)
    return first, first + timedelta(days=visits.days)


def rules_of(event: icalendar.Event) -> list[icalendar.vRecur]:
    """The rules of a series."""
    found = event.get("RRULE", [])
    return found if isinstance(found, list) else [found]


def excluded_of(event: icalendar.Event, visits: VisitRange, home: ZoneInfo) -> Iterator[date]:
    """The visits of the wanted days that were taken out of a series."""
    first, last = days_of(with_zone(event["DTSTART"], "DTSTART", home), visits)
    found = event.get("EXDATE", [])
    for dates in found if isinstance(found, list) else [found]:
        try:
            entries = dates.dts
        except _UNREADABLE as error:
            raise EventUnreadable(f"EXDATE is not a list of dates or times ({error})") from None
        for entry in entries:
            value = entry.dt
            is_moment = isinstance(value, datetime)
            if first <= (value.date() if is_moment else value) < last:
                yield value.replace(tzinfo=home) if is_moment and value.tzinfo is None else value


def _mend(rule: icalendar.vRecur, start: date) -> None:
    """Let the rule end where its writer meant. Raises EventUnreadable when it has too many times a day."""
    frequency = str(next(iter(rule.get("FREQ", [])), "")).upper()
    if not frequency:
        raise EventUnreadable("its rule (RRULE) has no FREQ, such as FREQ=WEEKLY")
    times = math.prod(len(rule.get(part, [])) or 1 for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    if frequency in _TOO_OFTEN or times > _TIMES_A_DAY:
        raise EventUnreadable(
            f"its rule (RRULE) is {frequency} and may have more than {_TIMES_A_DAY} visits a day; daily, "
            "weekly, monthly and yearly ones are read"
        )
    if rule.get("UNTIL"):
        rule["UNTIL"] = [until_of(until, start) for until in rule["UNTIL"]]


def _sortable(value: date, home: ZoneInfo) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time(), home).astimezone(UTC)


@contextmanager
def _limited() -> Iterator[None]:
    """Raise TimeoutError when it takes more processor time than one series may."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
