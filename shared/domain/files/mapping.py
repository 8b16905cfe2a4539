"""A source's mapping held against a file: records become rows, or rejected rows with the cell to mend."""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from shared.domain.errors import InvalidInput, Problem
from shared.domain.files.cell import shown
from shared.domain.files.characters import trim
from shared.domain.files.cleaning import CellRejected, as_text, clean_cell
from shared.domain.files.file import FileRefused, RejectedRow, Row
from shared.domain.files.source import ColumnMapping, FieldType

SHOWN_LENGTH = 200  # characters of a rejected value that are shown; the row's cells are kept whole
_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WITH_DATE = (FieldType.DATE, FieldType.DATETIME)
_WITH_FORMATS = (*_WITH_DATE, FieldType.TIME)
# Afternoon and a day above 12, so that a format that drops either does not read back.
_SAMPLE = datetime(2026, 11, 23, 14, 30, 45, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedMapping:
    """A mapping whose columns were found in a file's header. `columns` pairs cell index and column."""

    header: tuple[str, ...]
    columns: tuple[tuple[int, ColumnMapping], ...]
    time_zone: ZoneInfo


def check_columns(columns: Sequence[ColumnMapping]) -> None:
    """Raise InvalidInput naming everything in a mapping that could never work."""
    problems = [
        problem for index, column in enumerate(columns) for problem in _column_problems(index, column)
    ]
    if not columns:
        problems.append(Problem(field="columns", reason="map at least one column"))
    for name, count in Counter(column.field for column in columns).items():
        if count > 1:
            problems.append(Problem(field="columns", reason=f"the field {name!r} is mapped {count} times"))
    if problems:
        raise InvalidInput(*problems)


def _column_problems(index: int, column: ColumnMapping) -> Iterator[Problem]:
    where = f"columns[{index}]"
    if not column_key(column.column):
        yield Problem(field=f"{where}.column", reason="give the column's name in the file's header")
    if not _FIELD_NAME.fullmatch(column.field):
        yield Problem(
            field=f"{where}.field", reason="use small letters, digits and _, starting with a letter"
        )
    if column.type is FieldType.NUMBER:
        yield from _separator_problems(where, column)
    if column.formats and column.type not in _WITH_FORMATS:
        yield Problem(field=f"{where}.formats", reason="only dates and times have formats")
        return
    for number, form in enumerate(column.formats):
        reason = _format_fault(form, column.type)
        if reason:
            yield Problem(field=f"{where}.formats[{number}]", reason=reason)


def _separator_problems(where: str, column: ColumnMapping) -> Iterator[Problem]:
    decimal, thousands = column.decimal_separator, column.thousands_separator
    if len(decimal) != 1 or decimal.isalnum() or decimal in "+- ":
        yield Problem(field=f"{where}.decimal_separator", reason="give one character, such as . or ,")
    if len(thousands) > 1 or thousands.isalnum() or (thousands and thousands in "+-"):
        yield Problem(
            field=f"{where}.thousands_separator", reason="give one character, such as , or ., or none"
        )
    if decimal == thousands:
        yield Problem(field=f"{where}.thousands_separator", reason="must differ from the decimal separator")


def _format_fault(form: str, kind: FieldType) -> str | None:
    """Why `form` cannot read what `kind` needs, or None. Formats are those of strptime."""
    if "%Y-%d" in form:
        return "year-day-month is not taken: it looks like ISO 8601 (2026-01-31), which is always read"
    if "%d" in form and not re.search("%[yYcx]", form):  # Python 3.13 warns of these, 3.15 refuses them
        return "must hold day, month and year, such as %m/%d/%Y"
    try:
        read = datetime.strptime(_SAMPLE.strftime(form), form).replace(tzinfo=UTC)
    except (ValueError, re.error) as error:
        return f"is not a strptime format such as %m/%d/%Y %I:%M %p ({error})"
    if kind in _WITH_DATE and read.date() != _SAMPLE.date():
        return "must hold day, month and year, such as %m/%d/%Y"
    if kind is not FieldType.DATE and (read.hour, read.minute) != (_SAMPLE.hour, _SAMPLE.minute):
        return "must hold hour and minute, such as %H:%M or %I:%M %p"
    return None


def prepare_mapping(
    columns: Sequence[ColumnMapping], header: Sequence[str], *, time_zone: str
) -> PreparedMapping:
    """Find the mapped columns in `header`, ignoring case and white space around names.

    `time_zone` (IANA) is the source's or the company's. Raises FileRefused naming every mapped
    column that is missing, with near misses, or that occurs twice.
    """
    keys = [column_key(name) for name in header]
    missing = [column.column for column in columns if column_key(column.column) not in keys]
    if missing:
        raise FileRefused(_missing_reason(missing, header))
    for column in columns:
        places = [index for index, key in enumerate(keys) if key == column_key(column.column)]
        if len(places) > 1:
            letters = " and ".join(column_letters(index) for index in places)
            raise FileRefused(
                f"The column {column.column!r} occurs {len(places)} times (columns {letters}), so it is not "
                "clear which one is meant. Rename or remove all but one, then upload the file again."
            )
    return PreparedMapping(
        header=tuple(header),
        columns=tuple((keys.index(column_key(column.column)), column) for column in columns),
        time_zone=ZoneInfo(time_zone),
    )


def _missing_reason(missing: Sequence[str], header: Sequence[str]) -> str:
    names = {column_key(name): trim(name) for name in header if column_key(name)}
    parts = []
    for column in dict.fromkeys(missing):
        near = difflib.get_close_matches(column_key(column), names, n=2)
        hint = " (did you mean " + " or ".join(repr(shown(names[key])) for key in near) + "?)" if near else ""
        parts.append(f"{column!r}{hint}")
    found = ", ".join(repr(shown(name)) for name in list(names.values())[:30])
    return (
        f"The header lacks {len(parts)} mapped column{'s' if len(parts) > 1 else ''}: {', '.join(parts)}. "
        f"It has: {found}. Rename the columns in the file, or change the source's mapping."
    )


def column_key(name: str) -> str:
    """What two names of the same column have in common."""
    return " ".join(trim(name).split()).casefold()


def column_letters(index: int) -> str:
    """A column's letters in a spreadsheet: 0 is A, 26 is AA."""
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters


def map_record(mapping: PreparedMapping, number: int, cells: Sequence[str]) -> Row | RejectedRow:
    """The record's row, or the first thing wrong with it. `number` counts the header as row 1."""
    filled = max((index + 1 for index, cell in enumerate(cells) if trim(cell)), default=0)
    if filled > len(mapping.header):
        extra = cells[len(mapping.header)]
        reason = (
            f"row has {filled} cells, header has {len(mapping.header)}; "
            "put a cell that holds the delimiter into quotation marks"
        )
        return _rejected(mapping, number, cells, "", extra, reason)
    values: dict[str, str] = {}
    for index, column in mapping.columns:
        cell = cells[index] if index < len(cells) else ""
        try:
            value = clean_cell(cell, column, mapping.time_zone)
        except CellRejected as rejection:
            return _rejected(mapping, number, cells, column.column, cell, str(rejection))
        if value:
            values[column.field] = value
        elif column.is_required:
            return _rejected(
                mapping, number, cells, column.column, cell, "is empty, and the field is required"
            )
    return Row(number=number, values=values)


def _rejected(
    mapping: PreparedMapping, number: int, cells: Sequence[str], column: str, value: str, reason: str
) -> RejectedRow:
    # A spreadsheet's typed cells are written as the source reads text, so that the mended CSV loads.
    texts = list(cells)
    for index, mapped in mapping.columns:
        if index < len(texts):
            texts[index] = as_text(texts[index], mapped)
    return RejectedRow(
        number=number,
        column=column,
        value=shown(value)[:SHOWN_LENGTH],
        reason=reason,
        cells=tuple(shown(text) for text in texts),
    )
