"""What in a source's mapping could never work."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache

from shared.domain.errors import InvalidInput, Problem
from shared.domain.files.appointments import APPOINTMENT_ID
from shared.domain.files.column_names import column_key
from shared.domain.files.source import ColumnMapping, FieldType, Source, SourceFormat

FORMATS = 200  # different ones of one source
MAPPING_BYTES = 200_000  # names and formats of one source, which is one stored document

_FIELD_NAME = re.compile(r"[a-z][a-z0-9_]*")
_WITH_DATE = (FieldType.DATE, FieldType.DATETIME)
_ZONED = (FieldType.TIME_ZONE, FieldType.TEXT, FieldType.PHONE)
_WITH_FORMATS = (*_WITH_DATE, FieldType.TIME)
# Afternoon and a day above 12, so that a format that drops either does not read back.
_SAMPLE = datetime(2026, 11, 23, 14, 30, 45, tzinfo=UTC)


def check_columns(columns: Sequence[ColumnMapping]) -> None:
    """Raise InvalidInput naming everything in a mapping that could never work."""
    if problems := list(_size_problems(columns)):  # trying so many formats would take seconds
        raise InvalidInput(*problems)
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


def _size_problems(columns: Sequence[ColumnMapping]) -> Iterator[Problem]:
    formats = {form for column in columns for form in (*column.formats, *column.time_formats)}
    if len(formats) > FORMATS:
        yield Problem(field="columns", reason=f"have {len(formats):,} different formats; {FORMATS} are taken")
    texts = (
        text
        for column in columns
        for text in (column.field, *column.names, *column.formats, *column.time_formats)
    )
    size = sum(len(text.encode(errors="surrogatepass")) for text in texts)
    if size > MAPPING_BYTES:
        reason = f"have names and formats of {size:,} bytes; {MAPPING_BYTES:,} are taken"
        yield Problem(field="columns", reason=reason)


def check_format(source: Source) -> list[Problem]:
    """What is wrong with a source of appointments: without their ids none could be withdrawn."""
    if source.format is SourceFormat.TABLE:
        return []
    if any((column.column, column.field) == (APPOINTMENT_ID, APPOINTMENT_ID) for column in source.columns):
        return []
    reason = (
        f"a source of the format {source.format.value!r} needs the column {APPOINTMENT_ID!r} as the field of "
        "that name; POST /v1/sources/suggest proposes the whole mapping"
    )
    return [Problem(field="columns", reason=reason)]


def check_zone_field(source: Source) -> Iterator[Problem]:
    """What is wrong with the field that names each row's time zone."""
    if source.time_zone_field is None:
        return
    kinds = {column.field: column.type for column in source.columns}
    kind = kinds.get(source.time_zone_field)
    if kind is None:
        reason = f"{source.time_zone_field!r} is not a field of the source; it has: {', '.join(kinds)}"
        yield Problem(field="time_zone_field", reason=reason)
    elif kind not in _ZONED:
        reason = f"is a {kind} field; name one with time zones or US states, or a phone"
        yield Problem(field="time_zone_field", reason=reason)


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
    yield from _pair_problems(where, column)
    for part, name in zip(column.parts, ("formats", "time_formats"), strict=False):
        for number, form in enumerate(part.formats):
            reason = _format_fault(form, part.type)
            if reason:
                yield Problem(field=f"{where}.{name}[{number}]", reason=reason)


def _pair_problems(where: str, column: ColumnMapping) -> Iterator[Problem]:
    """What is wrong with the column of the time that goes with a date."""
    if column.time_column is None:
        if column.time_formats:
            yield Problem(field=f"{where}.time_formats", reason="go with a time_column")
        return
    if column.type is not FieldType.DATETIME:
        reason = "goes with the type datetime: a date and a time in two columns are one date-time"
        yield Problem(field=f"{where}.time_column", reason=reason)
    if not column_key(column.time_column):
        yield Problem(field=f"{where}.time_column", reason="give the column's name in the file's header")
    elif column_key(column.time_column) == column_key(column.column):
        yield Problem(field=f"{where}.time_column", reason="must be another column than that of the date")


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


@lru_cache(maxsize=FORMATS)
def _format_fault(form: str, kind: FieldType) -> str | None:
    """Why `form` cannot read what `kind` needs, or None. Formats are those of strptime."""
    if "%Y-%d" in form:
        return "year-day-month is not taken: it looks like ISO 8601 (2026-01-31), which is always read"
    if "%d" in form and not re.search("%[yYcx]", form):  # Python 3.13 warns of these, 3.15 refuses them
        return "must hold day, month and year, such as %m/%d/%Y"
    if "%H" in form and "%p" in form:  # strptime would take 02:30 PM for 02:30
        return "%p has no effect with %H; write %I for hours from 1 to 12"
    try:
        read = datetime.strptime(_SAMPLE.strftime(form), form).replace(tzinfo=UTC)
    except (ValueError, re.error) as error:
        return f"is not a strptime format such as %m/%d/%Y %I:%M %p ({error})"
    if kind in _WITH_DATE and read.date() != _SAMPLE.date():
        return "must hold day, month and year, such as %m/%d/%Y"
    if kind is not FieldType.DATE and (read.hour, read.minute) != (_SAMPLE.hour, _SAMPLE.minute):
        return "must hold hour and minute, such as %H:%M or %I:%M %p"
    return None
