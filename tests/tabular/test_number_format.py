"""Numbers as the sheet shows them.

`number_formats.json` was written by an independent implementation, numfmt 4.0.1 of npm (2026-11-28): for each
format code pairs of a number and what is shown.
"""

import json
from pathlib import Path

import pytest

from shared.domain.files.cell import TypedCell, is_error
from shared.tabular.spreadsheets.number_format import BUILT_IN, number_format

SHOWN: dict[str, list[tuple[float, str]]] = json.loads(
    (Path(__file__).parent / "number_formats.json").read_text()
)


@pytest.mark.parametrize("code", SHOWN)
def test_numbers_are_shown_as_another_implementation_does(code: str) -> None:
    for value, shown in SHOWN[code]:
        cell = number_format(code).cell(value)
        assert isinstance(cell, TypedCell)
        assert cell.shown == shown


@pytest.mark.parametrize(
    ("number", "code", "value", "shown"),
    [
        (42, "00000", "42", "00042"),
        (34.3, "$#,##0.00", "34.30", "$34.30"),
        (3.1 + 2.95, "$#,##0.00", "6.05", "$6.05"),
        (3.1 + 2.95, "General", "6.05", "6.05"),
        (0.153, "0%", "0.15", "15%"),
        (0.153, "0.0%", "0.153", "15.3%"),
        (-12.5, "#,##0.00_);(#,##0.00)", "-12.50", "(12.50)"),
        (-0.001, "0.00", "0.00", "0.00"),
        (0, '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)', "0", "$-"),
        (1_234_567, '0.0,,"M"', "1234567", "1.2M"),
        (123_456_789_012, "General", "123456789012", "123456789012"),
        (2.5, "# ?/?", "2.5", "2 1/2"),
        (99.995, "# ?/8", "99.995", "100"),
        (1e300, "0.00", f"1{'0' * 300}.00", f"1{'0' * 300}.00"),
        (46380.375, "m/d/yyyy h:mm AM/PM", "2026-12-24T09:00:00", "12/24/2026 9:00 AM"),
        (46380.375, "m/d/yyyy", "2026-12-24T09:00:00", "12/24/2026"),
        (46380, "m/d/yyyy", "2026-12-24", "12/24/2026"),
        (46380, "m/d/yyyy h:mm", "2026-12-24T00:00:00", "12/24/2026 0:00"),
        (46380.999999, "yyyy-mm-dd hh:mm", "2026-12-25T00:00:00", "2026-12-25 00:00"),
        (0.41666666, "h:mm", "10:00:00", "10:00"),
        (0.41666666, "h:mm:ss", "10:00:00", "10:00:00"),
        (1.104166667, "[h]:mm", "26:30:00", "26:30"),
        (46380, BUILT_IN[14], "2026-12-24", "2026-12-24"),
        (46380.375, BUILT_IN[22], "2026-12-24T09:00:00", "2026-12-24 09:00"),
        (46380, "[$-F800]dddd, mmmm dd, yyyy", "2026-12-24", "2026-12-24"),
        (46380, "[$-409]d mmmm", "2026-12-24", "24 December"),
        (46380, "[$-407]d. mmmm yyyy", "2026-12-24", "2026-12-24"),
        (1, "d mmm yyyy", "1900-01-01", "1 Jan 1900"),
        (59, "d mmm yyyy", "1900-02-28", "28 Feb 1900"),
        (61, "d mmm yyyy", "1900-03-01", "1 Mar 1900"),
    ],
)
def test_a_cell_has_the_value_that_is_shown(number: float, code: str, value: str, shown: str) -> None:
    cell = number_format(code).cell(number)
    assert isinstance(cell, TypedCell)
    assert (str(cell), cell.shown) == (value, shown)


def test_days_may_count_from_1904() -> None:
    cell = number_format("yyyy-mm-dd").cell(44918, is_1904=True)
    assert cell == "2026-12-24"


@pytest.mark.parametrize("number", [-1.0, 2_958_466.0, 1e300])
def test_a_moment_that_no_calendar_has_is_an_error(number: float) -> None:
    assert is_error(number_format("yyyy-mm-dd").cell(number))
    assert is_error(number_format("0").cell(float("inf")))


@pytest.mark.parametrize(
    "code", ["", ";;;", "[", '"open', "\\", "_", "[h", "E+", "/", "0/", "a" * 5_000, "%%%"]
)
def test_any_format_shows_something_or_nothing(code: str) -> None:
    for number in (0.0, -1.5, 46380.5):
        cell = number_format(code).cell(number)
        assert isinstance(cell, TypedCell) or is_error(cell)
