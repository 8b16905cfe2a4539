"""A row's values as templates see them: each is what its column says, and is written as the row has it."""

import re
from abc import abstractmethod
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from operator import eq, ge, gt, le, lt
from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.errors import RollcallError
from shared.domain.files.source import FieldType

_DIGITS = 30  # before and after the point; what has more is no amount, and stays a text
_NUMBER = re.compile(
    rf"\s*[+-]?(?:\d{{1,{_DIGITS}}}(?:\.\d{{0,{_DIGITS}}})?|\.\d{{1,{_DIGITS}}})\s*", re.ASCII
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(Z|[+-]\d\d:\d\d)?")
_TIME = re.compile(r"\d\d:\d\d(?::\d\d)?")


class NotComparable(RollcallError):
    """A date or time is compared with what is none; the message says what would do."""


class _Compared:
    """Compares by one method: it gets the operator and the other side."""

    __slots__ = ()

    @abstractmethod
    def _with(self, compare: Any, other: object) -> Any:
        """What `compare` says of both, or NotImplemented."""

    def __lt__(self, other: object) -> Any:
        return self._with(lt, other)

    def __le__(self, other: object) -> Any:
        return self._with(le, other)

    def __gt__(self, other: object) -> Any:
        return self._with(gt, other)

    def __ge__(self, other: object) -> Any:
        return self._with(ge, other)


class Number(_Compared, Decimal):
    """A number that is written as the row has it ("12.50"), and equals literals and texts by its value."""

    __slots__ = ()

    def __str__(self) -> str:
        return format(self, "f")

    def _with(self, compare: Any, other: object) -> Any:
        if isinstance(other, float):
            other = Decimal(repr(other))
        if isinstance(other, str):
            other = number_in(other)
        return NotImplemented if other is None else compare(Decimal(self), other)

    def __eq__(self, other: object) -> Any:
        return self._with(eq, other)

    __hash__ = Decimal.__hash__


class _Shown(_Compared, str):
    """What Liquid compares in place of a date or time: it knows the value, and refuses other kinds.

    Where one side has no time of day, days are compared: "2026-12-24" is also 24 December at 14:30.
    """

    __slots__ = ("value",)
    value: "date | time"

    def _with(self, compare: Any, other: object) -> Any:
        if not isinstance(other, str):
            return NotImplemented
        theirs = other.value if isinstance(other, _Shown) else _moment_in(other, self.value)
        if isinstance(self.value, time) is not isinstance(theirs, time):
            raise NotComparable("a time is compared with a date")
        return compare(*_alike(self.value, theirs))

    def __eq__(self, other: object) -> Any:
        return self._with(eq, other)

    def __ne__(self, other: object) -> Any:
        return not self == other

    __hash__ = str.__hash__


class Day(date):
    """A date."""

    def __liquid__(self) -> str:
        return _shown(self)


class Moment(datetime):
    """A date and time, with or without an offset; it is written to the minute."""

    def __str__(self) -> str:
        return self.strftime("%Y-%m-%d %H:%M")

    def __liquid__(self) -> str:
        return _shown(self)


class Clock(time):
    """A time of day; it is written to the minute."""

    def __str__(self) -> str:
        return self.strftime("%H:%M")

    def __liquid__(self) -> str:
        return _shown(self)


def number_in(text: str) -> Number | None:
    """The number a text is, when it is a plain decimal and nothing else (no exponent, no separators)."""
    return Number(text.strip()) if _NUMBER.fullmatch(text) else None


def render_values(
    row_values: Mapping[str, str], types: Mapping[str, FieldType], time_zone: str | None = None
) -> dict[str, object]:
    """A row's values as templates see them: numbers, booleans, dates and times as such, all else as text.

    A datetime with an offset is shown in `time_zone` (IANA) when one is given, else as it stands.
    """
    return {field: _read(text, types.get(field), time_zone) for field, text in row_values.items()}


def is_comparable(kind: FieldType, literal: object) -> bool:
    """Whether a value of a column of this kind can ever equal `literal`, or be set against it."""
    if kind is FieldType.BOOLEAN:
        return isinstance(literal, bool)
    if kind is FieldType.NUMBER:
        is_number = isinstance(literal, int | float) and not isinstance(literal, bool)
        return is_number or (isinstance(literal, str) and number_in(literal) is not None)
    if not isinstance(literal, str):
        return False
    if kind is FieldType.TIME:
        return _TIME.fullmatch(literal) is not None
    if kind in (FieldType.DATE, FieldType.DATETIME):
        return _DATE.fullmatch(literal) is not None or _MOMENT.fullmatch(literal) is not None
    return True


def _read(text: str, kind: FieldType | None, time_zone: str | None) -> object:
    try:
        if kind is FieldType.NUMBER:
            number = number_in(text)
            return text if number is None else number
        if kind is FieldType.BOOLEAN:
            return {"true": True, "false": False}.get(text, text)
        if kind is FieldType.DATE:
            return Day.fromisoformat(text)
        if kind is FieldType.TIME:
            return Clock.fromisoformat(text)
        if kind is FieldType.DATETIME:
            moment = Moment.fromisoformat(text)
            return moment.astimezone(ZoneInfo(time_zone)) if time_zone and moment.tzinfo else moment
    except ValueError:
        return text  # an older file, loaded when the column had another type
    return text


def _shown(value: date | time) -> str:
    shown = _Shown(value)
    shown.value = value
    return shown


def _moment_in(text: str, like: date | time) -> date | time:
    """The date or time a text means, of the same kind as `like`. Raises NotComparable."""
    try:
        if isinstance(like, time):
            if _TIME.fullmatch(text):
                return time.fromisoformat(text)
        elif _DATE.fullmatch(text):
            return date.fromisoformat(text)
        elif _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # such as 30 February
    example = "14:30" if isinstance(like, time) else "2026-11-30, or 2026-11-30 14:30"
    raise NotComparable(
        f"{text[:40]!r} is no {'time' if isinstance(like, time) else 'date'} such as {example}"
    )


def _alike(mine: date | time, theirs: date | time) -> tuple[Any, Any]:
    """Both with a time of day or both without, both with an offset or both as on the wall."""
    if isinstance(mine, datetime) and isinstance(theirs, datetime):
        if mine.tzinfo is None or theirs.tzinfo is None:
            return mine.replace(tzinfo=None), theirs.replace(tzinfo=None)
        return mine, theirs
    return tuple(value.date() if isinstance(value, datetime) else value for value in (mine, theirs))  # type: ignore[return-value]
