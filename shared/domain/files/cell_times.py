"""Dates and times of cells: as texts of their columns' formats, in ISO 8601, or times with AM or PM.

What may mean two things is rejected, never guessed. A wall time that clocks skip or double is resolved by the
rule of shared/domain/local_time.py.
"""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from shared.domain.files.cell import CellRejected
from shared.domain.files.source import ColumnMapping
from shared.domain.local_time import moment_at

_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ISO_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?")
_ISO_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?")
# 2:30 PM, 2 pm, 02:30:00PM, 2:30 p. m., 2:30p: the half of the day leaves nothing to guess.
HALF = r"[ap]\.?(?:\s?m\.?)?"
_HALVED = re.compile(rf"(0?[1-9]|1[0-2])(?::(\d\d))?(?::(\d\d))?\s*({HALF})", re.IGNORECASE)
_WRITTEN_HALF = re.compile(rf"(?<=[\d\s])({HALF})$", re.IGNORECASE)
_RANGE = re.compile(r"\d\s*(?:[ap]\.?\s?m\.?)?\s*(?:[-\u2013\u2014]|to|a|\u00e0|bis|tot)\s*\d", re.IGNORECASE)
_YEARS = range(1900, 2200)
# The dates that programs put beside a time of day when they keep it as a date-time.
_NO_DATES = frozenset(
    date.fromisoformat(day)
    for day in ("1899-12-30", "1899-12-31", "1900-01-01", "1904-01-01", "1970-01-01", "2000-01-01")
)
_MIDNIGHT = time(0)


def clean_date(text: str, column: ColumnMapping, time_zone: ZoneInfo) -> str:
    """A date as ISO 8601; of a date-time its date in `time_zone`. Raises CellRejected."""
    return _wall(_read_date(text, column), time_zone).date().isoformat()


def clean_time(text: str, column: ColumnMapping, time_zone: ZoneInfo) -> str:
    """A time of day as ISO 8601; of a date-time its time in `time_zone`. Raises CellRejected."""
    moment = _read_time(text, column)
    wall = _in_zone(moment, time_zone) if moment.tzinfo else moment
    return wall.time().isoformat("seconds")


def clean_datetime(text: str, column: ColumnMapping, time_zone: ZoneInfo) -> str:
    """A date-time as ISO 8601 with the offset of `time_zone`. Raises CellRejected.

    Of a column that holds the date alone, formats would make midnight of it, so they are not asked.
    """
    moment = None if column.time_column else _parse_formats(text, column)
    moment = moment or _parse_iso_datetime(text)
    if moment is None and _ISO_DATE.fullmatch(text):
        raise CellRejected(
            "has no time of day; write it as 2026-01-31 14:30, make the field a date, or combine the column "
            "with the one that holds the time"
        )
    if moment is None:
        raise _not_in_form(
            "a date and time", "2026-01-31 14:30", "%m/%d/%Y %I:%M %p (01/31/2026 02:30 PM)", column
        )
    return _in_zone(moment, time_zone).isoformat(timespec="seconds")


def clean_pair(texts: tuple[str, str], columns: tuple[ColumnMapping, ColumnMapping], zone: ZoneInfo) -> str:
    """A date and a time out of two cells as one date-time with the offset of `zone`.

    A time may bring its own offset. A day without a time, and the reverse, is no moment. Raises CellRejected,
    whose `place` is the cell at fault.
    """
    for place, (lacking, other) in enumerate((("date", "time"), ("time", "date"))):
        if not texts[place]:
            reason = f"is empty though the {other} is filled; type the {lacking}, or clear both"
            raise CellRejected(reason, place=place)
    day = _wall(_read_date(texts[0], columns[0]), zone)
    try:
        clock = _read_time(texts[1], columns[1])
        _check_alike(day, clock)
        joined = datetime.combine(day.date(), clock.time(), clock.tzinfo)
        return _in_zone(joined, zone).isoformat(timespec="seconds")
    except CellRejected as rejection:
        raise CellRejected(str(rejection), place=1) from rejection


def _check_alike(day: datetime, clock: datetime) -> None:
    """Refuse a date that brings another time, and a time that brings another date."""
    if day.time() not in (_MIDNIGHT, clock.time()):
        raise CellRejected(f"is another time than the {day:%H:%M} beside the date; mend one of the two")
    if clock.date() not in (day.date(), *_NO_DATES):
        raise CellRejected(f"brings another date ({clock.date()}) than the date's own; mend one of the two")


def _read_date(text: str, column: ColumnMapping) -> datetime:
    moment = _parse_formats(text, column)
    if moment is None and _ISO_DATE.fullmatch(text):
        moment = _parse_iso(f"{text} 00:00")
    if moment is None:
        moment = _parse_iso_datetime(text)
    if moment is None:
        raise _not_in_form("a date", "2026-01-31", "%m/%d/%Y (01/31/2026) or %d/%m/%Y (31/01/2026)", column)
    return moment


def _read_time(text: str, column: ColumnMapping) -> datetime:
    moment = _parse_formats(text, column)
    if moment is None and _ISO_TIME.fullmatch(text):
        moment = _parse_iso(f"2000-01-01 {text}")
    if moment is None:
        moment = _parse_iso_datetime(text) or _parse_halved(text)
    if moment is None and _RANGE.search(text):
        raise CellRejected("is a range of times; type one time, such as its beginning")
    if moment is None:
        raise _not_in_form("a time", "14:30 or 2:30 PM", "%H:%M (9:30)", column)
    return moment


def _parse_formats(text: str, column: ColumnMapping) -> datetime | None:
    for form in column.formats:
        # strptime knows AM and PM alone.
        cell = _WRITTEN_HALF.sub(lambda half: f"{half[0][0]}m", text) if form.endswith("%p") else text
        try:
            return datetime.strptime(cell, form)  # noqa: DTZ007  # the caller attaches the row's zone
        except (ValueError, re.error):  # re.error: a directive given twice
            continue
    return None


def _parse_iso_datetime(text: str) -> datetime | None:
    return _parse_iso(text) if _ISO_DATETIME.fullmatch(text) else None


def _parse_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # such as February 30
        return None


def _parse_halved(text: str) -> datetime | None:
    match = _HALVED.fullmatch(text)
    if match is None:
        return None
    hour = int(match[1]) % 12 + (12 if match[4][0] in "pP" else 0)
    return _parse_iso(f"2000-01-01 {hour:02}:{match[2] or '00'}:{match[3] or '00'}")


def _plausible(moment: datetime) -> datetime:
    if moment.year not in _YEARS:
        raise CellRejected(f"has the year {moment.year}; years from 1900 to 2199 are taken")
    return moment


def _wall(moment: datetime, time_zone: ZoneInfo) -> datetime:
    """What clocks in the zone show then; a wall time as it is."""
    return _in_zone(moment, time_zone) if moment.tzinfo else _plausible(moment)


def _in_zone(moment: datetime, time_zone: ZoneInfo) -> datetime:
    """`moment` in the zone. A wall time without an offset belongs to the zone."""
    attached = _plausible(moment)
    return (attached if attached.tzinfo else moment_at(attached, time_zone)).astimezone(time_zone)


def _not_in_form(what: str, iso: str, forms: str, column: ColumnMapping) -> CellRejected:
    if column.formats:
        return CellRejected(
            f"is not {what} in the column's formats ({', '.join(column.formats)}) nor like {iso}"
        )
    return CellRejected(
        f"is not {what} like {iso}; change the cell, or give the column a format such as {forms}"
    )
