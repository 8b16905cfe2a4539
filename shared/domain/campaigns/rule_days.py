"""The wall times a recurrence rule names, period by period: work that ends, also for a rule that never fires.

dateutil looks for the next time up to the year 9999, and takes seconds for it; it also lets no day through
when BYDAY names days with and without a number (MO,2TU).
https://www.rfc-editor.org/rfc/rfc5545#section-3.3.10
"""

import calendar
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import count

from msgspec import Struct

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = timedelta(days=1)


class Rule(Struct, frozen=True, kw_only=True):
    """What a rule's parts say. Empty sets let all through; an `nth` weekday is of its month or year."""

    frequency: str
    interval: int
    months: frozenset[int]
    month_days: frozenset[int]  # -1 is the month's last
    weekdays: frozenset[int]
    nth: frozenset[tuple[int, int]]
    hours: frozenset[int]
    minute: int
    positions: frozenset[int]
    week_start: int


def read_rule(parts: Mapping[str, str], start: datetime) -> Rule:
    """The rule of these parts, which are known to be good; what they leave open is as at `start`."""
    frequency = parts["FREQ"]
    months, month_days = _numbers(parts.get("BYMONTH")), _numbers(parts.get("BYMONTHDAY"))
    named = [(int(text[:-2] or 0), WEEKDAYS.index(text[-2:])) for text in _items(parts.get("BYDAY"))]
    has_nth = frequency in ("MONTHLY", "YEARLY")  # elsewhere a number before a weekday means nothing
    weekdays = frozenset(weekday for number, weekday in named if not (number and has_nth))
    if not named and not month_days:
        if frequency == "YEARLY":
            months = months or frozenset({start.month})
        if has_nth:
            month_days = frozenset({start.day})
        if frequency == "WEEKLY":
            weekdays = frozenset({start.weekday()})
    return Rule(
        frequency=frequency,
        interval=int(parts.get("INTERVAL", 1)),
        months=months,
        month_days=month_days,
        weekdays=weekdays,
        nth=frozenset(pair for pair in named if pair[0] and has_nth),
        hours=_numbers(parts.get("BYHOUR")),
        minute=int(parts.get("BYMINUTE", start.minute)),
        positions=_numbers(parts.get("BYSETPOS")),
        week_start=WEEKDAYS.index(parts.get("WKST", "MO")),
    )


def walls_of(rule: Rule, start: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
    """The rule's times from `start` on, in order, up to `until`; those long before `since` are left out.

    All are naive. The work is bounded by the hours (HOURLY) or days from `since` to `until`.
    """
    start = start.replace(microsecond=0)
    found = (
        _hourly(rule, start, since, until)
        if rule.frequency == "HOURLY"
        else _daily(rule, start, since, until)
    )
    return (wall for wall in found if start <= wall <= until)


def _items(text: str | None) -> list[str]:
    return text.split(",") if text else []


def _numbers(text: str | None) -> frozenset[int]:
    return frozenset(map(int, _items(text)))


def _hourly(rule: Rule, start: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
    step = timedelta(hours=rule.interval)
    fits = cache(lambda day: _fits(rule, day))
    for number in count(max(0, (since - start) // step)):
        wall = start + number * step
        if wall > until + _DAY:
            return
        if (not rule.hours or wall.hour in rule.hours) and fits(wall.date()):
            yield wall.replace(minute=rule.minute)


def _daily(rule: Rule, start: datetime, since: datetime, until: datetime) -> Iterator[datetime]:
    """The times of all rules whose periods are whole days."""
    hours = sorted(rule.hours) or [start.hour]
    times = [time(hour, rule.minute, start.second) for hour in hours]
    for first, end in _periods(rule, start.date(), since.date()):
        if first > until.date():
            return
        days = (first + number * _DAY for number in range((end - first).days))
        walls = [datetime.combine(day, moment) for day in days if _fits(rule, day) for moment in times]
        yield from _chosen(walls, rule.positions) if rule.positions else walls


def _periods(rule: Rule, start: date, since: date) -> Iterator[tuple[date, date]]:
    """First day and the day after the last of every period that counts, from shortly before `since` on."""
    step = rule.interval
    if rule.frequency in ("DAILY", "WEEKLY"):
        length = 1 if rule.frequency == "DAILY" else 7
        begin = start if length == 1 else start - (start.weekday() - rule.week_start) % 7 * _DAY
        skipped = max(0, (since - begin).days // (length * step))
        for number in count(skipped):
            first = begin + number * length * step * _DAY
            yield first, first + length * _DAY
    length = 1 if rule.frequency == "MONTHLY" else 12
    begin_month = start.year * 12 + (start.month - 1 if length == 1 else 0)
    skipped = max(0, (since.year * 12 + since.month - 1 - begin_month) // (length * step))
    for number in count(skipped):
        month = begin_month + number * length * step
        yield _first_of(month), _first_of(month + length)


def _first_of(month: int) -> date:
    """The first day of the month with this number, counted from the year 0; at most the calendar's last."""
    month = min(month, 12 * date.max.year + 11)
    return date(month // 12, month % 12 + 1, 1)


def _chosen(walls: list[datetime], positions: frozenset[int]) -> list[datetime]:
    size = len(walls)
    places = {place - 1 if place > 0 else size + place for place in positions}
    return [walls[place] for place in sorted(places) if 0 <= place < size]


def _fits(rule: Rule, day: date) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not {day.day, day.day - _days_in(day) - 1} & rule.month_days:
        return False
    if not (rule.weekdays or rule.nth):
        return True
    return day.weekday() in rule.weekdays or bool(rule.nth and _nth(rule, day) & rule.nth)


def _nth(rule: Rule, day: date) -> set[tuple[int, int]]:
    """The day as the n-th of its weekday, from the front and from the back, in its month or its year."""
    if rule.frequency == "MONTHLY" or rule.months:
        place, size = day.day, _days_in(day)
    else:
        place, size = day.timetuple().tm_yday, 366 if calendar.isleap(day.year) else 365
    return {((place - 1) // 7 + 1, day.weekday()), ((place - size - 1) // 7, day.weekday())}


def _days_in(day: date) -> int:
    return calendar.monthrange(day.year, day.month)[1]
