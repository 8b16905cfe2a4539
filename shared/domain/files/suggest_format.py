"""How the values of a column are written: formats of dates and times, separators and currency of amounts."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import product
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.files.cell import CellRejected
from shared.domain.files.cell_times import HALF
from shared.domain.files.characters import trim
from shared.domain.files.cleaning import clean_cell
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.record import replace

_UTC = ZoneInfo("UTC")
_SHAPES = {"%Y": r"\d{4}", "%y": r"\d\d", "%p": HALF} | {
    **dict.fromkeys(("%m", "%d", "%H", "%I", "%M", "%S"), r"\d{1,2}"),
    **dict.fromkeys(("%b", "%B", "%a", "%A"), "[A-Za-z]+"),
}
_LONGEST = 40
# Ways to write a day. Within one, several may stand in a column (years of two and four digits); between them,
# the order of day and month differs, so only one can be meant.
_MONTH_FIRST = tuple(f"%m{mark}%d{mark}{year}" for mark in "/-" for year in ("%Y", "%y"))
_DAY_FIRST = tuple(f"%d{mark}%m{mark}{year}" for mark in "/-" for year in ("%Y", "%y"))
_DOTS = ("%d.%m.%Y", "%d.%m.%y")
_MONTH_FIRST_DOTS = ("%m.%d.%Y", "%m.%d.%y")
_NAMES = (
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%a %b %d, %Y",
    "%a, %b %d, %Y", "%A, %B %d, %Y", "%A %B %d, %Y",
)  # fmt: skip
_YEAR_FIRST = ("%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")
_SIGNS = ("%Y年%m月%d日", "%Y년 %m월 %d일")
_DAYS = (_MONTH_FIRST, _DAY_FIRST, _DOTS, _MONTH_FIRST_DOTS, _NAMES, _YEAR_FIRST, _SIGNS)
_CLOCKS = (
    *("%I:%M %p", "%H:%M", "%I:%M%p", "%I %p", "%I%p", "%H:%M:%S", "%I:%M:%S %p"),
    *("%Hh%M", "%H h %M", "%H:%M h", "%H:%Mh", "%H.%M h", "%H:%M hs"),  # fr, pt, es
    *("%H:%M Uhr", "%H.%M Uhr", "%H:%M uur", "%H.%M uur"),  # de, nl
    *("%H時%M分", "%H시 %M분"),
)
_DOTTED_CLOCKS = (*_CLOCKS, "%H.%M")  # alone: after a date it could be a part of that
_BETWEEN = (" ", ", ", " at ", "T", " à ", " às ", " um ", " om ", " a las ", " alle ")
_MOMENTS = tuple(
    tuple(f"{day}{between}{clock}" for day, between, clock in product(days, _BETWEEN, _CLOCKS))
    for days in _DAYS
)
_DIGIT = re.compile("[0-9]")
_SEPARATORS = ((".", ","), (",", "."), (",", " "), (".", " "), (".", "'"), (",", "'"))


class Reading(Struct, frozen=True, kw_only=True):
    """A way to read a column: how many of its values it reads, and as what."""

    column: ColumnMapping
    read: tuple[str | None, ...]

    @property
    def count(self) -> int:
        """How many values are read."""
        return sum(value is not None for value in self.read)


def readings(column: ColumnMapping, values: Sequence[str]) -> list[Reading]:
    """The ways to read the values as the column's type, the likeliest first, without those that read none.

    Separators that read the same numbers are one way; orders of day and month never are: other days will
    differ.
    """
    found: list[Reading] = []
    for candidate in _candidates(column, values):
        reading = Reading(column=candidate, read=tuple(_clean(candidate, value) for value in values))
        is_known = column.type is FieldType.NUMBER and any(reading.read == other.read for other in found)
        if reading.count and not is_known:
            found.append(reading)
    return sorted(found, key=lambda reading: -reading.count)


def _candidates(column: ColumnMapping, values: Sequence[str]) -> Iterator[ColumnMapping]:
    yield column
    if column.type is FieldType.NUMBER:
        for decimal, thousands in _SEPARATORS[1:]:
            yield replace(column, decimal_separator=decimal, thousands_separator=thousands)
    elif column.type is FieldType.TIME:
        yield from _with_formats(column, [_DOTTED_CLOCKS], values)
    elif column.type is FieldType.DATE:
        yield from _with_formats(column, _DAYS, values)
    elif column.type is FieldType.DATETIME:
        yield from _with_formats(column, _MOMENTS, values)


def _with_formats(
    column: ColumnMapping, families: Sequence[tuple[str, ...]], values: Sequence[str]
) -> Iterator[ColumnMapping]:
    """The column with those formats of each family that some value needs."""
    written = [text for value in values if len(text := trim(value)) <= _LONGEST]
    for family in families:
        needed: list[str] = []
        for text in written:
            forms = _fitting(family, _DIGIT.sub("1", text))
            if forms and not _reads(replace(column, formats=tuple(needed)), text):
                needed += [form for form in forms if _reads(replace(column, formats=(form,)), text)][:1]
        if needed:  # else all is ISO 8601, or none is written so
            yield replace(column, formats=tuple(needed))


@lru_cache(maxsize=10_000)
def _fitting(family: tuple[str, ...], text: str) -> list[str]:
    """The formats that texts of this shape may have; strptime compiles each anew, so no other is tried."""
    folded = text.casefold()
    return [
        form
        for form in family
        if all(word in folded for word in _words(form)) and _shape(form).fullmatch(text)
    ]


@cache
def _words(form: str) -> tuple[str, ...]:
    """What a format has besides its directives: looked for first, as a pattern takes longer to make."""
    return tuple(part.casefold() for part in re.split("%.", form) if part)


@cache
def _shape(form: str) -> re.Pattern[str]:
    """What texts of a format look like."""
    parts = (_SHAPES.get(part) or re.escape(part) for part in re.split("(%.)", form))
    return re.compile("".join(parts), re.ASCII | re.IGNORECASE)


def _reads(column: ColumnMapping, value: str) -> bool:
    return _clean(column, value) is not None


def _clean(column: ColumnMapping, value: str) -> str | None:
    try:
        return clean_cell(value, column, _UTC)
    except CellRejected:
        return None
