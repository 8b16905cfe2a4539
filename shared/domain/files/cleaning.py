"""Cell text to cleaned text, by field type. Nothing is guessed: what may mean two things is rejected."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from zoneinfo import ZoneInfo

from shared.domain.files.amount import amount_of
from shared.domain.files.cell import LOST, CellRejected, TypedCell, is_error, is_unreadable
from shared.domain.files.cell_times import clean_date, clean_datetime, clean_pair, clean_time
from shared.domain.files.characters import trim, without_controls, without_marks
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.place import find_zones
from shared.domain.us_places import find_place

_SCIENTIFIC = re.compile(r"\d([.,]\d+)?[eE]\+?\d+")
_TRAILING_ZERO = re.compile(r"(\+?\d{7,})\.0")
_BY_VALUE = (FieldType.DATE, FieldType.TIME, FieldType.DATETIME, FieldType.BOOLEAN)
_BOOLEANS = {"yes": "true", "y": "true", "true": "true", "1": "true"} | {
    "no": "false",
    "n": "false",
    "false": "false",
    "0": "false",
}


def clean_cell(cell: str, column: ColumnMapping, time_zone: ZoneInfo) -> str:
    """The cell's value as a row keeps it, "" for an empty cell. Raises CellRejected.

    Dates and times come out as ISO 8601; date-times with the offset of `time_zone`, to which those
    without an offset belong. Numbers come out as plain decimals.
    """
    text = _text_of(cell, column)
    return _CLEANERS[column.type](text, column, time_zone) if text else ""


def clean_cells(cells: Sequence[str], columns: Sequence[ColumnMapping], time_zone: ZoneInfo) -> str:
    """The value of a field that is read from a date and a time in two cells, "" when both are empty.

    `columns` are the mapping's `parts`. Raises CellRejected, whose `place` is the cell at fault.
    """
    texts = []
    for place, (cell, column) in enumerate(zip(cells, columns, strict=True)):
        try:
            texts.append(_text_of(cell, column))
        except CellRejected as rejection:
            raise CellRejected(str(rejection), place=place) from rejection
    return clean_pair((texts[0], texts[1]), (columns[0], columns[1]), time_zone) if any(texts) else ""


def _text_of(cell: str, column: ColumnMapping) -> str:
    """What is written in the cell. Raises CellRejected for what no value can be read from."""
    if is_unreadable(cell):
        raise CellRejected(
            f"has characters that are not in the file's encoding or were lost before ({LOST}); "
            "type them again, or save the file as UTF-8"
        )
    text = trim(as_text(cell, column))
    if is_error(text):
        raise CellRejected(
            "is an error of a spreadsheet program, not a value; mend the formula, or widen the column if it "
            "shows only #, and save the file again"
        )
    return text


def as_text(cell: str, column: ColumnMapping) -> str:
    """A spreadsheet's typed cell as somebody would type it for `column`; other cells as they are.

    Texts and addresses are what the sheet shows; numbers, dates and booleans are the value.
    """
    if not isinstance(cell, TypedCell):
        return cell
    if column.type is FieldType.NUMBER:
        return cell.replace(".", column.decimal_separator)
    if column.type is FieldType.PHONE:
        return _shown_phone(cell)
    return str(cell) if column.type in _BY_VALUE else cell.shown


def _shown_phone(cell: TypedCell) -> str:
    """The number as shown, with what a format adds, such as zeros; its value if that loses digits."""
    digits = re.sub(r"\D", "", cell.shown)
    is_whole = digits.endswith(re.sub(r"\D", "", cell)) and not re.search(r"[,.eE]", cell.shown)
    return cell.shown if is_whole else str(cell)


def _clean_text(text: str, column: ColumnMapping, time_zone: ZoneInfo) -> str:
    return without_controls(text)


def _clean_number(text: str, column: ColumnMapping, time_zone: ZoneInfo) -> str:
    number = amount_of(text).number
    match = _number_pattern(column.decimal_separator, column.thousands_separator).fullmatch(number)
    if match is None or not (match[2] or match[3]):
        raise CellRejected(
            f"is not a number such as {_example_number(column)}; "
            "change the cell, the column's separators, or the field's type to text"
        )
    sign = "-" if match[1] == "-" else ""
    whole = re.sub(r"\D", "", match[2]).lstrip("0") or "0"
    return f"{sign}{whole}.{match[3]}" if match[3] else f"{sign}{whole}"


@functools.cache
def _number_pattern(decimal: str, thousands: str) -> re.Pattern[str]:
    between = r"[ \u00a0\u202f]" if thousands.isspace() else re.escape(thousands)
    # Groups must be whole (1,234 or 12,34,567): "1,5" must not become 15.
    grouped = rf"\d{{1,3}}(?:{between}\d{{2,3}})*{between}\d{{3}}" if between else r"\d+"
    return re.compile(rf"([+-]?)({grouped}|\d*)(?:{re.escape(decimal)}(\d+))?", re.ASCII)


def _example_number(column: ColumnMapping) -> str:
    return f"1{column.thousands_separator}234{column.decimal_separator}50"


def _clean_boolean(text: str, column: ColumnMapping, time_zone: ZoneInfo) -> str:
    value = _BOOLEANS.get(text.lower())
    if value is None:
        raise CellRejected("is not yes or no; use yes/no, y/n, true/false or 1/0")
    return value


def _clean_phone(text: str, column: ColumnMapping, time_zone: ZoneInfo) -> str:
    if _SCIENTIFIC.fullmatch(text):
        raise CellRejected(
            "was shortened by a spreadsheet program and its digits are lost; "
            "format the column as text there, enter the number again and save the file again"
        )
    # Programs that take the column for numbers write 4155551234.0; read as a phone that is a digit too many.
    whole = _TRAILING_ZERO.fullmatch(text)
    return whole[1] if whole else _address(text.replace("\t", " "))


def _clean_email(text: str, column: ColumnMapping, time_zone: ZoneInfo) -> str:
    return _address(text)


def _address(text: str) -> str:
    address = without_marks(text)
    if address is None:
        raise CellRejected("has a line break or control character in it; type one address, without it")
    return address


def _clean_time_zone(text: str, column: ColumnMapping, time_zone: ZoneInfo) -> str:
    zones = find_zones(text)
    if not zones and (place := find_place(text)) is not None:
        zones = place.zones
    if not zones:
        raise CellRejected(
            "is neither a time zone such as America/New_York nor a place in the USA: a state such as NJ, "
            "a ZIP code such as 07102, or an address that ends with one"
        )
    return ",".join(zones)


_CLEANERS: Mapping[FieldType, Callable[[str, ColumnMapping, ZoneInfo], str]] = MappingProxyType(
    {
        FieldType.TEXT: _clean_text,
        FieldType.NUMBER: _clean_number,
        FieldType.DATE: clean_date,
        FieldType.TIME: clean_time,
        FieldType.DATETIME: clean_datetime,
        FieldType.BOOLEAN: _clean_boolean,
        FieldType.PHONE: _clean_phone,
        FieldType.EMAIL: _clean_email,
        FieldType.TIME_ZONE: _clean_time_zone,
    }
)
