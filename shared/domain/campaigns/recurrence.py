"""When a campaign fires next: once at a wall time, by a recurrence rule, or only on demand."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.domain.campaigns.rule_days import WEEKDAYS, read_rule, walls_of
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.errors import Problem
from shared.domain.local_time import moment_at
from shared.domain.years import SHOWN_YEARS, YEARS

HORIZON_DAYS = 3_660  # ten years: 29 February comes within eight, also around 2100

# A wall time moves by the size of the clock change it falls in; Samoa's of 2011 was a whole day.
_LARGEST_CHANGE = timedelta(hours=25)
_NEAR = _LARGEST_CHANGE  # how far a fire can move when a zone's rules do
_FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY")
# fmt: off
_PARTS = frozenset({
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYSETPOS", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYHOUR",
    "BYMINUTE",
})
# fmt: on
_MONTH_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_WEEKDAY = re.compile(rf"([+-]?[1-5])?({'|'.join(WEEKDAYS)})")
_UNTIL = re.compile(r"\d{8}(T\d{6}Z?)?")
# The least and the greatest of what a part may list; SIGNED ones count from the end with a minus.
_BOUNDS = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (1, 31),
    "BYSETPOS": (1, 31),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
}
_CHOSEN_FROM = frozenset({"BYDAY", "BYMONTHDAY", "BYHOUR"})
_SIGNED = ("BYMONTHDAY", "BYSETPOS")


def next_fire(schedule: Schedule, time_zone: str, after: datetime | None) -> datetime | None:
    """The first fire (UTC) later than `after`, or the first of all when None; None when there is no more.

    `time_zone` (IANA) holds where the schedule names none. Rules are expanded in wall time. A time that
    clocks skip moves forward by the gap, one that comes twice is its first; each result is later than
    `after`, so asking again with the last result always ends. Raises ValueError for a naive `after` or a
    schedule `check_schedule` refuses.
    """
    return next(fires_after(schedule, time_zone, after), None)


def fires_after(schedule: Schedule, time_zone: str, after: datetime | None) -> Iterator[datetime]:
    """All fires later than `after`, as `next_fire` gives them one by one, from one walk along the rule."""
    if after is not None and after.tzinfo is None:
        raise ValueError("a fire has a time zone")
    if schedule.kind is ScheduleKind.ON_DEMAND:
        return
    if schedule.at is None or schedule.at.tzinfo is not None:
        raise ValueError("a schedule needs the wall time of its first fire")
    zone = ZoneInfo(schedule.time_zone or time_zone)
    walls = iter((schedule.at,)) if schedule.kind is ScheduleKind.ONCE else _walls(schedule, zone, after)
    last = after
    for moment in (moment_at(wall, zone) for wall in walls):
        if last is None or moment > last:
            yield moment
            last = moment


def replanned(schedule: Schedule, time_zone: str, planned: datetime) -> datetime:
    """The fire that `planned` (UTC) stands for, after the rules of time zones have changed.

    It is the schedule's fire nearest to `planned`: zones move by hours, and what has fired lies a whole
    interval back, so it is never found again. `planned` itself when there is none near.
    Raises as `next_fire`.
    """
    after = planned - _NEAR
    found: list[datetime] = []
    while (following := next_fire(schedule, time_zone, after)) and following <= planned + _NEAR:
        found.append(following)
        after = following
    return min(found, key=lambda moment: abs(moment - planned), default=planned)


def check_schedule(schedule: Schedule) -> tuple[Problem, ...]:
    """What is wrong with a schedule, by field and with what to write instead."""
    if schedule.kind is ScheduleKind.ON_DEMAND:
        return tuple(_zone_problems(schedule))
    problems = []
    if schedule.at is None:
        problems.append(Problem(field="schedule.at", reason="Say when it fires first, as 2026-11-30T09:00."))
    elif schedule.at.tzinfo is not None:
        reason = "Write the time as on the wall there, without an offset; the zone goes into time_zone."
        problems.append(Problem(field="schedule.at", reason=reason))
    elif schedule.at.year not in YEARS:  # the rule is walked from its start, so the start bounds the work
        problems.append(Problem(field="schedule.at", reason=f"The year must be {SHOWN_YEARS}."))
    problems += _zone_problems(schedule)
    if schedule.kind is ScheduleKind.RECURRING and not problems:
        fault = _fault_of_rule(schedule)
        problems += [Problem(field="schedule.rule", reason=fault)] if fault else []
    return tuple(problems)


def _zone_problems(schedule: Schedule) -> list[Problem]:
    if schedule.time_zone is None or _is_zone(schedule.time_zone):
        return []
    reason = f"{schedule.time_zone!r} is not a time zone; write one as America/New_York."
    return [Problem(field="schedule.time_zone", reason=reason)]


def _fault_of_rule(schedule: Schedule) -> str | None:
    try:
        if next_fire(schedule, "UTC", None) is None:
            return "The rule never fires within ten years of its start."
    except ValueError as error:
        return str(error)
    return None


def _walls(schedule: Schedule, zone: ZoneInfo, after: datetime | None) -> Iterator[datetime]:
    """The rule's wall times, from shortly before `after` on; ended by COUNT, UNTIL or the horizon."""
    start = schedule.at
    assert start is not None  # noqa: S101  # next_fire has checked it
    parts = _parse(schedule.rule or "")
    since = (
        start if after is None else max(start, after.astimezone(zone).replace(tzinfo=None) - _LARGEST_CHANGE)
    )
    until = min(since, datetime.max - timedelta(days=HORIZON_DAYS)) + timedelta(days=HORIZON_DAYS)  # noqa: DTZ901
    if "UNTIL" in parts:
        until = min(until, _until(parts["UNTIL"], zone))
    count = int(parts["COUNT"]) if "COUNT" in parts else None
    # Only from the start on can times be counted.
    walls = walls_of(read_rule(parts, start), start, since if count is None else start, until)
    return (wall for wall in islice(walls, count) if wall >= since)


def _parse(rule: str) -> dict[str, str]:
    """The parts of an RRULE we run. Raises ValueError naming what we do not."""
    text = rule.strip().upper().removeprefix("RRULE:")
    pairs = [part.partition("=") for part in text.split(";")]
    parts = {name: value for name, _, value in pairs}
    unknown = [name for name, _, value in pairs if name not in _PARTS or not value]
    if unknown or len(parts) < len(pairs):
        raise ValueError(f"{(unknown or ['a part given twice'])[0]!r} cannot stand in a rule here.")
    if parts.get("FREQ") not in _FREQUENCIES:
        raise ValueError("FREQ must be YEARLY, MONTHLY, WEEKLY, DAILY or HOURLY.")
    if len(parts.get("BYMINUTE", "").split(",")) > 1:
        raise ValueError("BYMINUTE may name one minute: a campaign fires at most once an hour.")
    for name in _BOUNDS.keys() & parts.keys():
        _check_numbers(name, parts[name])
    if parts.get("WKST", "MO") not in WEEKDAYS:
        raise ValueError("WKST must be a day as MO.")
    _check_days(parts)
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not 1 <= _integer(parts[name]) <= 10_000:
            raise ValueError(f"{name} must be a number from 1 to 10000.")
    return parts


def _check_numbers(name: str, text: str) -> None:
    least, most = _BOUNDS[name]
    sign = "-" if name in _SIGNED else ""
    for number in text.split(","):
        digits = number.removeprefix(sign)
        if not (digits.isascii() and digits.isdigit() and len(digits) < 5 and least <= int(digits) <= most):
            beside = f", or -{least} to -{most}" if sign else ""
            raise ValueError(f"{name} must be numbers from {least} to {most}{beside}.")


def _check_days(parts: dict[str, str]) -> None:
    """Refuse days that never come, with the reason."""
    if "BYSETPOS" in parts and parts["FREQ"] not in ("YEARLY", "MONTHLY"):
        raise ValueError("BYSETPOS goes with FREQ=MONTHLY or FREQ=YEARLY.")
    if "BYSETPOS" in parts and not (parts.keys() & _CHOSEN_FROM):
        raise ValueError("BYSETPOS chooses among days: name them with BYDAY or BYMONTHDAY.")
    if not all(_WEEKDAY.fullmatch(text) for text in parts.get("BYDAY", "MO").split(",")):
        raise ValueError("BYDAY must be days as MO or 2TU or -1FR.")
    months = [_integer(text) for text in parts.get("BYMONTH", "1").split(",")]
    days = [_integer(text.removeprefix("-")) for text in parts.get("BYMONTHDAY", "1").split(",")]
    if min(days) > max(_MONTH_DAYS[month - 1] for month in months):
        raise ValueError("The rule never fires: its months have no such day.")


def _until(text: str, zone: ZoneInfo) -> datetime:
    """UNTIL as wall time: it is UTC with a Z, wall time without (RFC 5545 3.3.10), a day to its end."""
    if not _UNTIL.fullmatch(text):
        raise ValueError("UNTIL must look like 20261231, 20261231T090000 or 20261231T140000Z.")
    if len(text) == 8:
        text += "T235959"
    try:
        moment = datetime.strptime(text.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007  # wall time
    except ValueError as error:
        raise ValueError("UNTIL names a day or a time that does not exist.") from error
    if moment.year not in YEARS:
        raise ValueError(f"The year of UNTIL must be {SHOWN_YEARS}.")
    if text.endswith("Z"):
        return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    return moment


def _integer(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
