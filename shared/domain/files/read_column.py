"""One column of many records: the values of cells that are plainly right, many times faster than one by one.

What is seen of a whole column at once holds for each of its cells. Cells that repeat, as dates do, are read
once. Every other cell is cleaned as `cleaning` says.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

from shared.domain.files.cell import CellRejected, TypedCell, is_error, is_unreadable
from shared.domain.files.characters import is_plain
from shared.domain.files.cleaning import as_text, clean_cell, clean_cells
from shared.domain.files.source import ColumnMapping, FieldType

Cells = Sequence[str]
Values = list[str | None]  # None: the cell is rejected
ColumnReader = Callable[[Sequence[Cells], Sequence[ZoneInfo]], Values]

REMEMBERED = 8_192  # different cells of one column
_TEXTS = (FieldType.TEXT, FieldType.EMAIL)
_ERRORS = frozenset("#EF")  # what errors of spreadsheet programs begin with
_PHONES = re.compile(r"[0-9 ().+-]*", re.ASCII)
_NO_DIGIT = ".0"  # at the end of a phone that was a number of a spreadsheet


def column_reader(column: ColumnMapping, places: Mapping[str, int]) -> ColumnReader:
    """What reads the column's field of many records, given as columns, with the zones of their times.

    `places` are the indices of columns by name. An empty value of a required column is rejected.
    """
    read = _reader(column, [places[name] for name in column.names])
    if not column.is_required:
        return read
    return lambda columns, zones: [value or None for value in read(columns, zones)]


def _reader(column: ColumnMapping, indices: Sequence[int]) -> ColumnReader:
    clean = _cleaner(column)
    if column.time_column is not None:
        return lambda columns, zones: list(map(clean, *(columns[index] for index in indices), zones))
    [index], kind = indices, column.type

    def read(columns: Sequence[Cells], zones: Sequence[ZoneInfo]) -> Values:
        cells = _typed(columns[index], column)
        if kind in _TEXTS:
            return _texts(cells, zones, clean)
        if kind is FieldType.PHONE:
            return _phones(cells, zones, clean)
        joined = "".join(cells)
        if kind is FieldType.NUMBER and joined.isascii() and joined.isdecimal():
            return [cell and (cell.lstrip("0") or "0") for cell in cells]
        return list(map(clean, cells, zones))

    return read


def _typed(cells: Cells, column: ColumnMapping) -> Cells:
    """The cells, those of a spreadsheet that are not text as somebody would type them."""
    if set(map(type, cells)) == {str}:
        return cells
    return [
        as_text(cell, column) if isinstance(cell, TypedCell) and not is_unreadable(cell) else cell
        for cell in cells
    ]


def _cleaner(column: ColumnMapping) -> Callable[..., str | None]:
    """The value of a cell, or of a date and a time, with the zone of the times; None when it is rejected."""
    parts = column.parts

    def one(cell: str, zone: ZoneInfo) -> str:
        return clean_cell(cell, column, zone)

    def two(day: str, moment: str, zone: ZoneInfo) -> str:
        return clean_cells((day, moment), parts, zone)

    clean = _or_none(one if column.time_column is None else two)
    return clean if column.type in (*_TEXTS, FieldType.PHONE) else lru_cache(REMEMBERED)(clean)


def _or_none(clean: Callable[..., str]) -> Callable[..., str | None]:
    def read(*cells_and_zone: str | ZoneInfo) -> str | None:
        try:
            return clean(*cells_and_zone)
        except CellRejected:
            return None

    return read


def _texts(cells: Cells, zones: Sequence[ZoneInfo], clean: Callable[..., str | None]) -> Values:
    values: Values
    if is_plain("".join(cells)):
        values = [cell.strip() for cell in cells]
    else:
        values = [
            cell.strip() if is_plain(cell) else clean(cell, zone)
            for cell, zone in zip(cells, zones, strict=True)
        ]
    return [None if value and value[0] in _ERRORS and is_error(value) else value for value in values]


def _phones(cells: Cells, zones: Sequence[ZoneInfo], clean: Callable[..., str | None]) -> Values:
    joined = "".join(cells)
    if _PHONES.fullmatch(joined) and _NO_DIGIT not in joined:
        return [cell.strip() for cell in cells]
    return [
        text
        if _PHONES.fullmatch(text := cell.strip()) and not text.endswith(_NO_DIGIT)
        else clean(cell, zone)
        for cell, zone in zip(cells, zones, strict=True)
    ]
