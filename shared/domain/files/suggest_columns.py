"""A first mapping for a new kind of file, out of its header and some records. The user corrects it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from shared.domain.files.characters import trim
from shared.domain.files.cleaning import CellRejected, clean_cell
from shared.domain.files.column_names import column_key
from shared.domain.files.source import ColumnMapping, FieldType

# The first type whose words stand in the column's name and which can read every sample value, holds.
_BY_NAME: Sequence[tuple[str, tuple[FieldType, ...]]] = (
    ("email|e mail|mail", (FieldType.EMAIL,)),
    ("phone|mobile|cell|tel|telephone|fax", (FieldType.PHONE,)),
    (
        "date|datetime|time|when|at|on|dob|start|end|birthday",
        (FieldType.DATETIME, FieldType.DATE, FieldType.TIME),
    ),
    ("timezone|time zone|zone|tz", (FieldType.TIME_ZONE,)),
    ("amount|total|price|balance|cost|fee|quantity|count|rating|age", (FieldType.NUMBER,)),
    ("is|has|may|consent|yes|flag|active", (FieldType.BOOLEAN,)),
)
_FORMATS = {
    FieldType.DATE: ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m/%d/%y", "%d/%m/%y", "%d-%b-%Y", "%b %d, %Y"),
    FieldType.TIME: ("%I:%M %p", "%I:%M%p", "%H:%M"),
    FieldType.DATETIME: (
        "%m/%d/%Y %I:%M %p",
        "%d/%m/%Y %I:%M %p",
        "%m/%d/%Y %H:%M",
        "%d/%m/%Y %H:%M",
        "%d.%m.%Y %H:%M",
    ),
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[\d\s().-]{7,20}(x\d+)?")
_UTC = ZoneInfo("UTC")


def suggest_columns(header: Sequence[str], sample: Sequence[Sequence[str]]) -> tuple[ColumnMapping, ...]:
    """A mapping of every named column; `sample` are some of the file's first records.

    A date format is suggested only when no other order of day and month can read the sample.
    Names that occur twice are left out: a mapping could not tell them apart.
    A column of US states also gives the time zone.
    """
    columns: list[ColumnMapping] = []
    states: list[ColumnMapping] = []
    keys = [column_key(name) for name in header]
    for index, name in enumerate(header):
        if not keys[index] or keys.count(keys[index]) > 1:
            continue
        values = [record[index] for record in sample if index < len(record) and trim(record[index])]
        taken = {column.field for column in columns}
        column = _suggest(ColumnMapping(column=trim(name), field=_field_name(name, taken)), values)
        columns.append(column)
        zone = replace(column, field="time_zone", type=FieldType.TIME_ZONE)
        if column.field == "state" and values and _reads_all(zone, values):
            states.append(zone)
    has_zone = any(column.type is FieldType.TIME_ZONE or column.field == "time_zone" for column in columns)
    return (*columns, *([] if has_zone else states))


def _suggest(column: ColumnMapping, values: Sequence[str]) -> ColumnMapping:
    words = column.field.replace("_", " ")
    for pattern, types in _BY_NAME:
        if values and re.search(rf"\b({pattern})\b", words):
            for kind in types:
                suggestion = _reading(replace(column, type=kind), values)
                if suggestion:
                    return suggestion
    if values and all(_EMAIL.fullmatch(trim(value)) for value in values):
        return replace(column, type=FieldType.EMAIL)
    return column


def _reading(column: ColumnMapping, values: Sequence[str]) -> ColumnMapping | None:
    """`column`, with a format if it needs one, when it can read all values."""
    if column.type is FieldType.EMAIL:
        return column if any(_EMAIL.fullmatch(trim(value)) for value in values) else None
    if column.type is FieldType.PHONE:
        return column if any(_PHONE.fullmatch(trim(value)) for value in values) else None
    if _reads_all(column, values):
        return column
    fitting = [
        candidate
        for form in _FORMATS.get(column.type, ())
        if _reads_all(candidate := replace(column, formats=(form,)), values)
    ]
    if len(fitting) > 1:  # day and month are not told apart: the user has to say
        return column
    return fitting[0] if fitting else None


def _reads_all(column: ColumnMapping, values: Sequence[str]) -> bool:
    try:
        for value in values:
            clean_cell(value, column, _UTC)
    except CellRejected:
        return False
    return True


def _field_name(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "column"
    slug = slug if slug[0].isalpha() else f"column_{slug}"
    number = 1
    unique = slug
    while unique in taken:
        number += 1
        unique = f"{slug}_{number}"
    return unique
