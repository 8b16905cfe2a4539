"""Cells to values, by field type."""

import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.files.cell import CellRejected, TypedCell
from shared.domain.files.characters import trim
from shared.domain.files.cleaning import clean_cell
from shared.domain.files.source import ColumnMapping, FieldType

NEW_YORK = ZoneInfo("America/New_York")
_T = FieldType


def clean(
    cell: str,
    kind: FieldType,
    *formats: str,
    decimal: str = ".",
    thousands: str = ",",
    zone: ZoneInfo = NEW_YORK,
) -> str:
    column = ColumnMapping(
        column="c",
        field="f",
        type=kind,
        formats=formats,
        decimal_separator=decimal,
        thousands_separator=thousands,
    )
    return clean_cell(cell, column, zone)


@given(st.text(), st.sampled_from(FieldType))
def test_any_cell_is_cleaned_or_rejected(cell: str, kind: FieldType) -> None:
    try:
        value = clean(cell, kind, "%m/%d/%Y %H:%M")
    except CellRejected:
        return
    assert value == trim(value)
    assert bool(value) == bool(trim(cell))


@pytest.mark.parametrize("kind", FieldType)
def test_invisible_characters_alone_are_an_empty_cell(kind: FieldType) -> None:
    assert clean(" \u00a0\u200b\ufeff\u202a\t\x00", kind) == ""


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        (" \u00a0Zoë  Doe\u200b ", _T.TEXT, "Zoë  Doe"),
        ("a\x00b\x07c", _T.TEXT, "abc"),
        ("one\r\ntwo\rthree\tfour", _T.TEXT, "one\ntwo\nthree\tfour"),
        ("👩\u200d👧", _T.TEXT, "👩\u200d👧"),
        ("1,234.50", _T.NUMBER, "1234.50"),
        ("12,34,567", _T.NUMBER, "1234567"),
        ("-0,5", _T.NUMBER, None),
        ("1,5", _T.NUMBER, None),
        ("1,2345", _T.NUMBER, None),
        ("+007", _T.NUMBER, "7"),
        (".5", _T.NUMBER, "0.5"),
        ("5.", _T.NUMBER, None),
        (".", _T.NUMBER, None),
        ("-", _T.NUMBER, None),
        ("$5", _T.NUMBER, "5"),
        ("$1,234.50", _T.NUMBER, "1234.50"),
        ("45 USD", _T.NUMBER, "45"),
        ("EUR 45.00", _T.NUMBER, "45.00"),
        ("-$12.50", _T.NUMBER, "-12.50"),
        ("$-12.50", _T.NUMBER, "-12.50"),
        ("($12.50)", _T.NUMBER, "-12.50"),
        ("(12.50", _T.NUMBER, None),
        ("--5", _T.NUMBER, None),
        ("(-5)", _T.NUMBER, None),
        ("$5 USD", _T.NUMBER, None),
        ("5 KGS", _T.NUMBER, None),
        ("5$ or 6$", _T.NUMBER, None),
        ("15%", _T.NUMBER, None),
        ("١٢", _T.NUMBER, None),
        ("2026-01-31", _T.DATE, "2026-01-31"),
        ("2026-01-31 14:30", _T.DATE, "2026-01-31"),
        ("2026-01-31T02:00Z", _T.DATE, "2026-01-30"),
        ("2026-02-30", _T.DATE, None),
        ("01/02/2026", _T.DATE, None),
        ("20260131", _T.DATE, None),
        ("0026-01-31", _T.DATE, None),
        ("0001-01-01T00:00+14:00", _T.DATE, None),
        ("14:30", _T.TIME, "14:30:00"),
        ("14:30:05.25", _T.TIME, "14:30:05"),
        ("1899-12-31T14:30:00", _T.TIME, "14:30:00"),
        ("2:30 PM", _T.TIME, "14:30:00"),
        ("12 am", _T.TIME, "00:00:00"),
        ("12:05:09 p.\u00a0m.", _T.TIME, "12:05:09"),
        ("2:30p", _T.TIME, "14:30:00"),
        ("9 A", _T.TIME, "09:00:00"),
        ("13:30 PM", _T.TIME, None),
        ("0:30 AM", _T.TIME, None),
        ("9:30", _T.TIME, None),
        ("25:00", _T.TIME, None),
        ("2026-01-31 14:30", _T.DATETIME, "2026-01-31T14:30:00-05:00"),
        ("2026-07-31T14:30:00", _T.DATETIME, "2026-07-31T14:30:00-04:00"),
        ("2026-01-31T14:30:00Z", _T.DATETIME, "2026-01-31T09:30:00-05:00"),
        ("2026-01-31T14:30:00+01:00", _T.DATETIME, "2026-01-31T08:30:00-05:00"),
        ("9999-12-31T23:59Z", _T.DATETIME, None),
        ("1/31/2026 2:30 PM", _T.DATETIME, None),
        ("YES", _T.BOOLEAN, "true"),
        ("n", _T.BOOLEAN, "false"),
        ("0", _T.BOOLEAN, "false"),
        ("maybe", _T.BOOLEAN, None),
        ("\u202a+1 (212) 555-0100\u202c", _T.PHONE, "+1 (212) 555-0100"),
        ("4155551234.0", _T.PHONE, "4155551234"),
        ("4.15556E+09", _T.PHONE, None),
        ("4,15556e9", _T.PHONE, None),
        (" a@b.com ", _T.EMAIL, "a@b.com"),
        ("(202)\u200b 555\u00ad-0165\x00", _T.PHONE, "(202) 555-0165"),
        ("(202)\t555-0165", _T.PHONE, "(202) 555-0165"),
        ("202555\x000165", _T.PHONE, None),
        ("202555\u24000165", _T.PHONE, None),
        ("202-555-0165\n202-555-0166", _T.PHONE, None),
        ("ana\u200b@b.com\u2060", _T.EMAIL, "ana@b.com"),
        ("ana\x00@b.com", _T.EMAIL, None),
        ("ana\x9d@b.com", _T.EMAIL, None),
        ("a@b.com\nc@d.com", _T.EMAIL, None),
        ("a\u2400b\u2407c\u2426", _T.TEXT, "abc"),
        ("Dear \ufffd", _T.TEXT, None),
        ("#N/A", _T.TEXT, None),
        (" #DIV/0! ", _T.BOOLEAN, None),
        ("#¡VALOR!", _T.TEXT, None),
        ("#BEZUG!", _T.PHONE, None),
        ("Err:502", _T.TEXT, None),
        ("########", _T.TEXT, None),
        ("#1 fan", _T.TEXT, "#1 fan"),
        ("#", _T.TEXT, "#"),
        ("N/A", _T.TEXT, "N/A"),
        ("america/new_york", _T.TIME_ZONE, "America/New_York"),
        ("America/New York", _T.TIME_ZONE, "America/New_York"),
        ("utc", _T.TIME_ZONE, "UTC"),
        ("nj", _T.TIME_ZONE, "America/New_York"),
        ("New  Jersey", _T.TIME_ZONE, "America/New_York"),
        ("DC", _T.TIME_ZONE, "America/New_York"),
        ("TX", _T.TIME_ZONE, "America/Chicago,America/Denver"),
        ("EST", _T.TIME_ZONE, None),
        ("Nu Jersy", _T.TIME_ZONE, None),
        ("../etc/passwd", _T.TIME_ZONE, None),
    ],
)
def test_cells(cell: str, kind: FieldType, value: str | None) -> None:
    if value is not None:
        assert clean(cell, kind) == value
        return
    with pytest.raises(CellRejected):
        clean(cell, kind)


def test_separators_are_the_columns() -> None:
    assert clean("1.234,50", _T.NUMBER, decimal=",", thousands=".") == "1234.50"
    assert clean("1\u202f234\u00a0567,5", _T.NUMBER, decimal=",", thousands=" ") == "1234567.5"
    assert clean("1234.5", _T.NUMBER, thousands="") == "1234.5"
    with pytest.raises(CellRejected, match=re.escape("such as 1.234,50")):
        clean("1,234.5", _T.NUMBER, decimal=",", thousands=".")


def test_formats_are_tried_in_order_then_iso() -> None:
    forms = ("%d/%m/%Y", "%m/%d/%Y")
    assert clean("01/02/2026", _T.DATE, *forms) == "2026-02-01"
    assert clean("01/31/2026", _T.DATE, *forms) == "2026-01-31"
    assert clean("2026-01-31", _T.DATE, *forms) == "2026-01-31"
    assert clean("1/31/2026 2:30 PM", _T.DATETIME, "%m/%d/%Y %I:%M %p") == "2026-01-31T14:30:00-05:00"
    assert clean("2:30 PM", _T.TIME, "%I:%M %p") == "14:30:00"
    assert clean("2026-01-31 14:30 +0100", _T.DATETIME, "%Y-%m-%d %H:%M %z") == "2026-01-31T08:30:00-05:00"
    assert clean("2026-01-31", _T.DATE, "%Y %Y", "%Q") == "2026-01-31"


def test_a_date_that_may_mean_two_things_is_rejected_with_the_way_out() -> None:
    with pytest.raises(CellRejected, match=re.escape("give the column a format such as %m/%d/%Y")):
        clean("01/02/2026", _T.DATE)
    with pytest.raises(CellRejected, match=re.escape("column's formats (%d.%m.%Y)")):
        clean("01/02/2026", _T.DATE, "%d.%m.%Y")
    with pytest.raises(CellRejected, match="has no time of day"):
        clean("2026-01-31", _T.DATETIME)


@pytest.mark.parametrize(
    ("wall", "stored"),
    [
        ("2026-03-08 01:59", "2026-03-08T01:59:00-05:00"),
        ("2026-03-08 02:30", "2026-03-08T03:30:00-04:00"),  # the clock skips 02:00 to 03:00
        ("2026-11-01 01:30", "2026-11-01T01:30:00-04:00"),  # comes twice: the first
        ("2026-11-01 02:00", "2026-11-01T02:00:00-05:00"),
    ],
)
def test_times_that_dst_skips_move_forward_and_doubled_ones_are_the_first(wall: str, stored: str) -> None:
    assert clean(wall, _T.DATETIME) == stored
    assert clean(wall, _T.DATETIME, "%Y-%m-%d %H:%M") == stored


def test_typed_cells_of_spreadsheets_are_read_whatever_formats_and_separators_say() -> None:
    assert clean(TypedCell("2026-01-05"), _T.DATE, "%d.%m.%Y") == "2026-01-05"
    assert clean(TypedCell("2026-01-05T00:00:00"), _T.DATETIME, "%Y") == "2026-01-05T00:00:00-05:00"
    assert clean(TypedCell("2026-01-05T10:20:00"), _T.DATETIME, "%d.%m.%Y") == "2026-01-05T10:20:00-05:00"
    assert clean(TypedCell("1.234"), _T.NUMBER, decimal=",", thousands=".") == "1.234"
    assert clean("1.234", _T.NUMBER, decimal=",", thousands=".") == "1234"
    assert clean(TypedCell("4155551234"), _T.PHONE) == "4155551234"


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        (TypedCell("42", "00042"), _T.TEXT, "00042"),
        (TypedCell("42", "00042"), _T.NUMBER, "42"),
        (TypedCell("34.30", "$34.30"), _T.TEXT, "$34.30"),
        (TypedCell("34.30", "$34.30"), _T.NUMBER, "34.30"),
        (TypedCell("0.15", "15%"), _T.TEXT, "15%"),
        (TypedCell("0.15", "15%"), _T.NUMBER, "0.15"),
        (TypedCell("2026-12-24T09:00:00", "12/24/2026 9:00 AM"), _T.TEXT, "12/24/2026 9:00 AM"),
        (TypedCell("2026-12-24T09:00:00", "12/24/2026"), _T.DATETIME, "2026-12-24T09:00:00-05:00"),
        (TypedCell("true", "TRUE"), _T.BOOLEAN, "true"),
        (TypedCell("1", "Yes"), _T.BOOLEAN, "true"),
        (TypedCell("2025550165", "(202) 555-0165"), _T.PHONE, "(202) 555-0165"),
        (TypedCell("123456789", "012-345-6789"), _T.PHONE, "012-345-6789"),
        (TypedCell("2025550165", "+1 2025550165"), _T.PHONE, "+1 2025550165"),
        (TypedCell("2025550165", "2,025,550,165"), _T.PHONE, "2025550165"),
        (TypedCell("2025550165", "2.03E+09"), _T.PHONE, "2025550165"),
    ],
)
def test_texts_and_addresses_are_what_the_sheet_shows_the_others_its_values(
    cell: TypedCell, kind: FieldType, value: str
) -> None:
    assert clean(cell, kind) == value


def test_a_day_of_a_spreadsheet_is_not_taken_for_its_midnight() -> None:
    with pytest.raises(CellRejected, match="has no time of day"):
        clean(TypedCell("2026-01-05", "1/5/2026"), _T.DATETIME)


def test_values_are_plain_text_not_typed_cells() -> None:
    for kind in (_T.TEXT, _T.PHONE):
        assert type(clean(TypedCell("415"), kind)) is str


def test_unreadable_characters_are_rejected() -> None:
    with pytest.raises(CellRejected, match="save the file as UTF-8"):
        clean(b"Ren\xe9".decode("utf-8", "surrogateescape"), _T.TEXT)
