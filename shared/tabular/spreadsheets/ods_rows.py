"""The rows of one table of an ODS document, with the texts that its cells show."""

import re
from typing import NamedTuple

from shared.domain.files.cell import TypedCell, is_error
from shared.tabular.spreadsheets.book import put, without_empty_end
from shared.tabular.spreadsheets.number_text import exact, plain, rounded
from shared.tabular.spreadsheets.xlsx_rows import UNCALCULATED
from shared.tabular.spreadsheets.xml import Attributes, XmlHandler

_SPACES = re.compile(r"[ \t\r\n]+")
_SPAN = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_CLOCK = re.compile(r"\d:\d\d")
_MOST_PLACES = 15


class ParsedRows(NamedTuple):
    """Rows that are alike and not empty, from row `first` on."""

    first: int
    repeats: int
    cells: list[str]
    is_hidden: bool


class TableParser(XmlHandler):
    """Gathers the rows of the table with the given index; `take` gives those that are complete."""

    def __init__(self, index: int) -> None:
        self._before = index  # tables still to come before it
        self.has_ended = False
        self._depth = 0  # of tables: cells may hold further ones
        self._rows: list[ParsedRows] = []
        self._number = 1
        self._row: Attributes = {}
        self._groups: list[bool] = []
        self._cells: list[str] = []
        self._column = 0
        self._cell: Attributes = {}
        self._inside = 0  # how deep in the cell; 0 outside of any
        self._paragraph = 0  # how deep its paragraph is; 0 outside of any
        self._pieces: list[str] = []
        self._lines: list[str] = []

    def take(self) -> list[ParsedRows]:
        """The rows that were read since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: Attributes) -> None:
        """Take up an element."""
        if self._inside:
            self._inside += 1
            self._start_inside(name, attributes)
            return
        if name == "table":
            self._depth += 1
        if self._before or self.has_ended or self._depth != 1:
            return
        if name in ("table-cell", "covered-table-cell"):
            self._cell, self._inside, self._lines = attributes, 1, []
        elif name == "table-row":
            self._row, self._cells, self._column = attributes, [], 0
        elif name == "table-row-group":
            self._groups.append(attributes.get("table:display") == "false")

    def end(self, name: str) -> None:
        """Finish an element."""
        if self._inside:
            if self._inside == self._paragraph:
                self._paragraph = 0
                self._lines.append("".join(self._pieces).strip(" "))
            self._inside -= 1
            if not self._inside:
                self._end_cell()
            return
        if name == "table":
            self._depth -= 1
            if not self._depth:
                self.has_ended = not self._before
                self._before = max(0, self._before - 1)
        elif self._depth == 1 and not self._before and not self.has_ended:
            if name == "table-row":
                self._end_row()
            elif name == "table-row-group":
                self._groups.pop()

    def text(self, data: str) -> None:
        """Take up character data."""
        if self._paragraph:
            self._pieces.append(_SPACES.sub(" ", data))

    def _start_inside(self, name: str, attributes: Attributes) -> None:
        # Only the cell's own paragraphs: comments and drawings have theirs deeper down.
        if name in ("p", "h") and self._inside == 2:
            self._paragraph, self._pieces = 2, []
        elif self._paragraph and name == "s":
            self._pieces.append(" " * min(_count(attributes, "text:c"), 1_000))
        elif self._paragraph and name == "tab":
            self._pieces.append("\t")
        elif self._paragraph and name == "line-break":
            self._pieces.append("\n")

    def _end_cell(self) -> None:
        repeats = _count(self._cell, "table:number-columns-repeated")
        if text := _value(self._cell, "\n".join(self._lines)):
            for column in range(self._column, self._column + repeats):
                put(self._cells, column, text)
        self._column += repeats

    def _end_row(self) -> None:
        repeats = _count(self._row, "table:number-rows-repeated")
        is_hidden = self._row.get("table:visibility") in ("collapse", "filter") or any(self._groups)
        if without_empty_end(self._cells):
            self._rows.append(ParsedRows(self._number, repeats, self._cells, is_hidden))
        self._number += repeats


def _value(cell: Attributes, shown: str) -> str:
    if cell.get("calcext:value-type") == "error":
        return shown if is_error(shown) else "#ERROR!"
    match cell.get("office:value-type"):
        case "float" | "currency" | "percentage" as kind:
            return _number_cell(cell.get("office:value", ""), shown, is_percent=kind == "percentage")
        case "date":
            return _date_cell(cell.get("office:date-value", ""), shown)
        case "time":
            return _time_cell(cell.get("office:time-value", ""), shown)
        case "boolean":
            value = cell.get("office:boolean-value", "")
            return TypedCell(value, shown or value.upper())
        case None if not shown and "table:formula" in cell:
            return UNCALCULATED
        case _:
            return shown or cell.get("office:string-value", "")


def _number_cell(raw: str, shown: str, *, is_percent: bool) -> str:
    """With as many decimal places as are shown: those at which the digits of both agree."""
    try:
        number = exact(float(raw))
    except ValueError:
        return shown or raw
    digits = re.sub(r"\D", "", shown).lstrip("0")
    for places in range(_MOST_PLACES) if digits else ():
        value = rounded(number.scaleb(2) if is_percent else number, places)
        if re.sub(r"\D", "", format(value, "f")).lstrip("0") == digits:
            return TypedCell(format(value.scaleb(-2) if is_percent else value, "f"), shown)
    return TypedCell(plain(number), shown or plain(number))


def _date_cell(raw: str, shown: str) -> TypedCell:
    day, _, clock = raw.partition("T")
    clock = clock.partition(".")[0].removesuffix("Z") or "00:00:00"  # no program means UTC by it
    # Midnight may be left out of the value of a date-time, and written into that of a date.
    value = day if clock == "00:00:00" and not _CLOCK.search(shown) else f"{day}T{clock}"
    return TypedCell(value, shown or value.replace("T", " "))


def _time_cell(raw: str, shown: str) -> str:
    """A span such as PT26H30M00S in hours, minutes and seconds."""
    match = _SPAN.fullmatch(raw)
    if not match:
        return shown or raw
    days, hours, minutes = (int(part or 0) for part in match.groups()[:3])
    total = round(((days * 24 + hours) * 60 + minutes) * 60 + float(match[4] or 0))
    value = f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}"
    return TypedCell(value, shown or value)


def _count(attributes: Attributes, name: str) -> int:
    raw = attributes.get(name, "1")
    return int(raw) if raw.isdecimal() else 1
