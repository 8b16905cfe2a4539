"""Whether a row meets a row filter: values are compared as what their field's type says.

Numbers and times are compared by value, dates as days, texts without case and with white space collapsed. A
date-time is compared with a day by its date in the row's time zone, and `today`, `today+3` and `today-1` are
days too.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.errors import RollcallError
from shared.domain.files.cell import CellRejected
from shared.domain.files.characters import trim
from shared.domain.files.cleaning import clean_cell
from shared.domain.files.row_filter import ConditionTest, Match, RowCondition, RowFilter
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.local_time import moment_at

MOST_DAYS = 3_660
DATES = (FieldType.DATE, FieldType.DATETIME)

_T = ConditionTest
_NEXT = (_T.IN_NEXT_DAYS, _T.ANNIVERSARY_IN_NEXT_DAYS)
_LAST = (_T.IN_LAST_DAYS, _T.ANNIVERSARY_IN_LAST_DAYS)
_ANNIVERSARIES = (_T.ANNIVERSARY_IN_NEXT_DAYS, _T.ANNIVERSARY_IN_LAST_DAYS)
_UTC = ZoneInfo("UTC")
_RELATIVE = re.compile(r"today(?:\s*([+-])\s*(\d{1,4}))?", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?", re.ASCII)


class RowUnfit(RollcallError):
    """A row's value is not what its field's type says, so that it cannot be judged."""

    def __init__(self, field: str, value: str, kind: FieldType) -> None:
        super().__init__(f"The row filter needs {field!r} as {kind.replace('_', ' ')}, which it is not.")
        self.field, self.value = field, value


def takes(
    row_filter: RowFilter,
    value_of: Callable[[RowCondition], tuple[str, FieldType]],
    now: datetime,
    zone: ZoneInfo,
) -> bool:
    """Whether a row meets the filter. `value_of` gives its cleaned value and the type of that.

    `now` decides which day is today in the row's `zone`. Raises RowUnfit.
    """
    met = (meets(condition, *value_of(condition), now, zone) for condition in row_filter.conditions)
    return all(met) if row_filter.match is Match.ALL else any(met)


def meets(condition: RowCondition, text: str, kind: FieldType, now: datetime, zone: ZoneInfo) -> bool:
    """Whether a cleaned value meets one condition. An empty one meets those that say what it is not."""
    test = condition.test
    if test is _T.IS_EMPTY or test is _T.IS_NOT_EMPTY:
        return bool(text) is (test is _T.IS_NOT_EMPTY)
    if not text:
        return test in (_T.IS_NOT, _T.IS_NONE_OF, _T.DOES_NOT_CONTAIN)
    try:
        value = _value(text, kind, zone)
    except (ValueError, InvalidOperation) as error:
        raise RowUnfit(condition.name, text, kind) from error
    today = now.astimezone(zone).date()
    if test in (*_NEXT, *_LAST):
        first, last = _days(condition, today)
        day = value.date() if isinstance(value, datetime) else value
        if test in _ANNIVERSARIES:
            return any(first <= _in_year(day, year) <= last for year in range(first.year, last.year + 1))
        return first <= day <= last
    wanted = [wanted_value(one, kind, today) for one in condition.wanted]
    if test in (_T.CONTAINS, _T.DOES_NOT_CONTAIN):
        return (wanted[0] in value) is (test is _T.CONTAINS)
    if test in (_T.BEFORE, _T.LESS_THAN):
        return _order(value, wanted[0], zone) < 0
    if test in (_T.AFTER, _T.MORE_THAN):
        return _order(value, wanted[0], zone) > 0
    is_among = any(_equal(value, one, zone) for one in wanted)
    return is_among is (test in (_T.IS, _T.IS_ONE_OF))


def moves_with_days(condition: RowCondition) -> bool:
    """Whether another day may change what meets it, as it says `today` or so many days from it."""
    if condition.test in (*_NEXT, *_LAST):
        return True
    return any(_RELATIVE.fullmatch(trim(text)) for text in condition.wanted)


@lru_cache(maxsize=4096)
def wanted_value(text: str, kind: FieldType, today: date) -> Any:
    """What a condition's text means for a field of this kind. Raises CellRejected for what it never is."""
    text = trim(text)
    if kind not in DATES:
        column = ColumnMapping(column="", field="", type=kind)
        return _value(clean_cell(text, column, _UTC), kind, _UTC)
    if match := _RELATIVE.fullmatch(text):
        days = int(match[2] or 0) * (-1 if match[1] == "-" else 1)
        return today + timedelta(days=days)
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
        if kind is FieldType.DATETIME and _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # such as 30 February
    beside = " or a date and time such as 2026-01-31 14:30," if kind is FieldType.DATETIME else ""
    raise CellRejected(f"is not a date such as 2026-01-31,{beside} nor today, today+3 or today-1")


def _value(text: str, kind: FieldType, zone: ZoneInfo) -> Any:
    """A cleaned value, to be compared. Raises ValueError, InvalidOperation."""
    match kind:
        case FieldType.NUMBER:
            return Decimal(text)
        case FieldType.DATE:
            return date.fromisoformat(text)
        case FieldType.TIME:
            return time.fromisoformat(text)
        case FieldType.DATETIME:
            return _moment(datetime.fromisoformat(text), zone).astimezone(zone)
        case FieldType.TIME_ZONE:
            return frozenset(text.split(","))
        case _:
            return " ".join(trim(unicodedata.normalize("NFC", text)).casefold().split())


def _moment(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo else moment_at(moment, zone)


def _equal(value: Any, wanted: Any, zone: ZoneInfo) -> bool:
    return _order(value, wanted, zone) == 0 if isinstance(wanted, date) else bool(value == wanted)


def _order(value: Any, wanted: Any, zone: ZoneInfo) -> int:
    """Below, at or above 0 as the value is earlier than the wanted one, the same or later."""
    if isinstance(wanted, datetime):
        wanted = _moment(wanted, zone)
    elif isinstance(value, datetime):
        value = value.date()  # a day was asked for
    return int(value > wanted) - int(value < wanted)


def _days(condition: RowCondition, today: date) -> tuple[date, date]:
    """The first and the last day of those that are asked for."""
    span = timedelta(days=int(condition.value or 0))
    return (today, today + span) if condition.test in _NEXT else (today - span, today)


def _in_year(day: date, year: int) -> date:
    """The day's anniversary in a year: of 29 February it is the 28th where there is no 29th."""
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
