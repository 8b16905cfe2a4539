"""The rows of an XLSX worksheet (ECMA-376 part 1, 18.3) and the texts that its cells share (18.4)."""

import functools
import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from shared.domain.files.cell import TypedCell, is_error
from shared.tabular.spreadsheets.book import put, without_empty_end
from shared.tabular.spreadsheets.number_format import GENERAL, NumberFormat, number_format
from shared.tabular.spreadsheets.xml import Attributes, XmlHandler

UNCALCULATED = "#CALC!"  # a formula without a result: the file was never opened in a spreadsheet program
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE = ("1", "true")
_EXACT_DIGITS = 16  # numbers with fewer are shown as they are written


class ParsedRow(NamedTuple):
    """A row that is not empty."""

    number: int
    cells: list[str]
    is_hidden: bool


class SharedTexts(XmlHandler):
    """The texts that cells refer to by number, without their formatting and readings (rPh)."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._is_text = self._is_reading = False

    def start(self, name: str, attributes: Attributes) -> None:
        """Take up an element."""
        if name == "t":
            self._is_text = not self._is_reading
        elif name == "rPh":
            self._is_reading = True
        elif name == "si":
            self._pieces = []

    def end(self, name: str) -> None:
        """Finish an element."""
        if name == "t":
            self._is_text = False
        elif name == "rPh":
            self._is_reading = False
        elif name == "si":
            self.texts.append(unescaped("".join(self._pieces)))

    def text(self, data: str) -> None:
        """Take up character data."""
        if self._is_text:
            self._pieces.append(data)


class RowParser(XmlHandler):
    """Gathers a worksheet's rows; `take` gives those that are complete."""

    def __init__(self, texts: Sequence[str], formats: Sequence[str], *, is_1904: bool) -> None:
        """`texts` are the shared ones, `formats` the codes by style."""
        self._texts = texts
        self._formats = [number_format(code) for code in formats] or [number_format(GENERAL)]
        self._number_cell = functools.lru_cache(maxsize=20_000)(
            functools.partial(_number_cell, is_1904=is_1904)
        )
        self._rows: list[ParsedRow] = []
        self._number = 0
        self._cells: list[str] = []
        self._is_hidden = False
        self._column = 0
        self._cell: Attributes = {}
        self._pieces: list[str] = []
        self._collects = self._is_reading = self._has_formula = False

    def take(self) -> list[ParsedRow]:
        """The rows that were read since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: Attributes) -> None:
        """Take up an element."""
        if name == "c":
            reference = attributes.get("r")
            self._column = column_of(reference) if reference else self._column + 1
            self._cell = attributes
            self._pieces = []
            self._has_formula = False
        elif name in ("v", "t"):
            self._collects = not self._is_reading
        elif name == "f":
            self._has_formula = True
        elif name == "rPh":
            self._is_reading = True
        elif name == "row":
            number = attributes.get("r", "")
            self._number = int(number) if number.isdecimal() else self._number + 1
            self._is_hidden = attributes.get("hidden") in _TRUE or attributes.get("ht") == "0"
            self._cells = []
            self._column = -1

    def end(self, name: str) -> None:
        """Finish an element."""
        if name in ("v", "t"):
            self._collects = False
        elif name == "c":
            if text := self._value("".join(self._pieces)):
                put(self._cells, self._column, text)
        elif name == "rPh":
            self._is_reading = False
        elif name == "row" and without_empty_end(self._cells):
            self._rows.append(ParsedRow(self._number, self._cells, self._is_hidden))

    def text(self, data: str) -> None:
        """Take up character data."""
        if self._collects:
            self._pieces.append(data)

    def _value(self, raw: str) -> str:
        kind = self._cell.get("t", "n")
        if kind == "s":
            return self._texts[int(raw)] if raw.isdecimal() and int(raw) < len(self._texts) else ""
        if kind in ("str", "inlineStr"):
            return unescaped(raw)
        if not raw:
            return UNCALCULATED if self._has_formula else ""
        match kind:
            case "b":
                return TypedCell("true", "TRUE") if raw in _TRUE else TypedCell("false", "FALSE")
            case "e":
                return raw if is_error(raw) else "#ERROR!"
            case "d":
                return _iso_cell(raw)
            case _:
                style = int(self._cell.get("s") or 0)
                number = self._formats[style if style < len(self._formats) else 0]
                if number.is_general and raw.isdecimal() and len(raw) < _EXACT_DIGITS:
                    return TypedCell(raw)
                return self._number_cell(raw, number)


def _number_cell(raw: str, number: NumberFormat, *, is_1904: bool) -> str:
    try:
        return number.cell(float(raw), is_1904=is_1904)
    except ValueError:
        return raw


def unescaped(text: str) -> str:
    """`text` with characters that XML cannot hold, written as _x000D_, in their place."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def column_of(reference: str) -> int:
    """The index of a cell's column: A1 is 0, AA7 is 26."""
    return _column(reference.rstrip("0123456789"))


@functools.lru_cache(maxsize=20_000)
def _column(letters: str) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def _iso_cell(raw: str) -> TypedCell:
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        return TypedCell(raw)
    return TypedCell(moment.isoformat() if "T" in raw else raw, raw.replace("T", " "))
