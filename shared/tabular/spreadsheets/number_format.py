"""Number formats: the cell that a spreadsheet's number is, with its value and what the sheet shows."""

import functools
from collections.abc import Mapping
from decimal import Decimal
from math import isfinite
from types import MappingProxyType

from shared.domain.files.cell import TypedCell
from shared.tabular.spreadsheets.format_tokens import Section, sections_of
from shared.tabular.spreadsheets.number_text import exact, number_text, places_of, plain, rounded
from shared.tabular.spreadsheets.serial_date import MomentFormat, Serial, is_moment, serial_of

GENERAL = "General"
_TOO_NARROW = "########"  # what is shown for a moment that is none; `cell.is_error` knows it
_DATE, _DATE_TIME, _TIME = "yyyy-mm-dd", "yyyy-mm-dd hh:mm", "hh:mm:ss"
# Formats that files name by number, as US English has them (ECMA-376 part 1, 18.8.30). Those that follow the
# settings of whoever looks (14, 22 and the East Asian ones) are shown as ISO 8601, which cannot be misread.
BUILT_IN: Mapping[int, str] = MappingProxyType(
    {
        0: GENERAL, 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "$#,##0_);($#,##0)",
        6: "$#,##0_);[Red]($#,##0)", 7: "$#,##0.00_);($#,##0.00)", 8: "$#,##0.00_);[Red]($#,##0.00)", 9: "0%",
        10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??", 14: _DATE, 15: "d-mmm-yy", 16: "d-mmm",
        17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: _DATE_TIME,
        37: "#,##0_);(#,##0)", 38: "#,##0_);[Red](#,##0)", 39: "#,##0.00_);(#,##0.00)",
        40: "#,##0.00_);[Red](#,##0.00)", 41: '_(* #,##0_);_(* (#,##0);_(* "-"_);_(@_)',
        42: '_($* #,##0_);_($* (#,##0);_($* "-"_);_(@_)',
        43: '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)',
        44: '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)', 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
        48: "##0.0E+0", 49: "@",
    }
    | dict.fromkeys((*range(27, 32), *range(34, 37), *range(50, 59)), _DATE)
    | dict.fromkeys((32, 33), _TIME)
)  # fmt: skip
_BY_SETTINGS = {0xF800: _DATE, 0xF400: _TIME}  # language ids that mean "as the reader's system writes it"
_ENGLISH = (0x00, 0x09)  # low bits of the language ids whose names of months and days are known here
_MOST_PLACES = 15


class NumberFormat:
    """A format, made ready: which section shows a number, and how."""

    def __init__(self, code: str) -> None:
        self._sections = [_Section(section) for section in sections_of(code or GENERAL)[:3]]
        self._is_conditional = any(section.condition for section in self._sections)
        self.is_general = code == GENERAL

    def cell(self, value: float, *, is_1904: bool = False) -> str:
        """The cell for a number: a TypedCell, or the error that the sheet shows instead.

        Its value is a plain decimal with as many places as are shown, or ISO 8601 for dates and times; a span
        is hours, minutes and seconds.
        """
        if not isfinite(value):
            return "#NUM!"
        section, is_negative = self._choose(value)
        if section.moment is None:
            return section.number_cell(exact(value), is_negative=is_negative)
        serial = serial_of(value, is_1904=is_1904)
        return section.moment_cell(serial, section.moment) if serial else _TOO_NARROW

    def _choose(self, value: float) -> "tuple[_Section, bool]":
        """The section for the value, and whether it leaves the minus sign to us."""
        sections = self._sections
        if not self._is_conditional:
            if len(sections) > 1 and value < 0:
                return sections[1], False
            return sections[2 if len(sections) > 2 and value == 0 else 0], value < 0
        for index, section in enumerate(sections[:2]):
            if section.condition and section.condition(value):
                return section, value < 0 and index == 0
        return sections[-1] if len(sections) > 1 else _Section(sections_of(GENERAL)[0]), value < 0


@functools.lru_cache(maxsize=2_000)  # more than a workbook has
def number_format(code: str) -> NumberFormat:
    """The format with that code, made ready once."""
    return NumberFormat(code)


class _Section:
    def __init__(self, section: Section) -> None:
        self.condition = section.condition
        self._tokens = section.tokens
        self._places = places_of(section.tokens)
        self.moment = MomentFormat(section.tokens) if is_moment(section.tokens) else None
        self._shown = self.moment and _readable(self.moment, section.language)

    def number_cell(self, number: Decimal, *, is_negative: bool) -> TypedCell:
        text = number_text(abs(number), self._tokens)
        sign = "-" if is_negative and any(digit in text for digit in "123456789") else ""
        if self._places is None:
            return TypedCell(plain(number), sign + text.strip())
        value = rounded(number, min(self._places, _MOST_PLACES))
        return TypedCell(format(value if value else abs(value), "f"), sign + text.strip())

    def moment_cell(self, serial: Serial, moment: MomentFormat) -> TypedCell:
        if moment.is_elapsed or serial.days == 0:
            value = serial.clock
        elif serial.seconds or moment.shows_time:
            value = serial.moment.isoformat()
        else:
            value = serial.moment.date().isoformat()
        return TypedCell(value, (self._shown or moment).text(serial).strip())


def _readable(moment: MomentFormat, language: int) -> MomentFormat:
    """The format itself, or ISO 8601 for one in the reader's settings or with names in another language."""
    code = _BY_SETTINGS.get(language)
    if code is None and moment.has_names and language & 0xFF not in _ENGLISH:
        code = _DATE_TIME if moment.shows_date and moment.shows_time else _DATE
    return MomentFormat(sections_of(code)[0].tokens) if code else moment
