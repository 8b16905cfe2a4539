"""A mapping against a file's header and records."""

import re

import pytest

from shared.domain.errors import InvalidInput
from shared.domain.files.cell import TypedCell
from shared.domain.files.check_columns import check_columns
from shared.domain.files.column_names import column_letters
from shared.domain.files.file import FileRefused, RejectedRow, Row
from shared.domain.files.mapping import map_record, prepare_mapping
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.record import replace

NAME = ColumnMapping(column="Patient Name", field="name", is_required=True)
DAY = ColumnMapping(column="Day", field="day", type=FieldType.DATE, formats=("%m/%d/%Y",))
HEADER = ("Day", "Note", " patient  NAME ")


def test_columns_are_found_whatever_case_and_white_space() -> None:
    mapping = prepare_mapping((NAME, DAY), ("\ufeffDAY\u00a0", "Note", " patient  NAME "), time_zone="UTC")
    assert [index for index, _ in mapping.columns] == [2, 0]


def test_missing_columns_are_all_named_with_near_misses() -> None:
    reason = re.escape(
        "lacks 2 mapped columns: 'Patient Name' (did you mean 'Patient Names'?), 'Day'. "
        "It has: 'Patient Names', 'x'."
    )
    with pytest.raises(FileRefused, match=reason):
        prepare_mapping((NAME, DAY), ("Patient Names", "x", ""), time_zone="UTC")


NOTE = ColumnMapping(column="Note", field="note")
PHONE = ColumnMapping(column="Phone", field="phone", type=FieldType.PHONE)
MAIL = ColumnMapping(column="Email", field="email", type=FieldType.EMAIL)


def test_an_optional_column_may_be_missing() -> None:
    mapping = prepare_mapping((NAME, NOTE, PHONE), ("Patient Name", "Phone"), time_zone="UTC")
    assert mapping.absent == (NOTE,)
    row = map_record(mapping, 2, ("Ana", "2025550165"))
    assert row == Row(number=2, values={"name": "Ana", "phone": "2025550165"}, time_zone="UTC")


@pytest.mark.parametrize(
    ("columns", "header", "reason"),
    [
        ((NAME, NOTE), ("Patient Name", "Notes"), "'Note' (did you mean 'Notes'?)"),
        ((NOTE,), ("Patient Name", "x"), "lacks 1 mapped column: 'Note'"),
        ((NAME, PHONE), ("Patient Name", "Cell Number"), "'Phone' (did you mean 'Cell Number'?). It has"),
        ((NAME, PHONE, MAIL), ("Patient Name", "x"), "lacks 2 mapped columns: 'Phone', 'Email'. It has"),
        ((NAME, PHONE, NOTE), ("Phone", "x", "Phone"), "'Patient Name', 'Note'. It has"),
        ((NAME, PHONE, NOTE), ("Phone", "x", "Phone"), "'Phone' occurs 2 times (columns A and C)"),
    ],
)
def test_a_missing_column_that_may_harm_refuses_with_all_that_is_wrong(
    columns: tuple[ColumnMapping, ...], header: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(FileRefused, match=re.escape(reason)):
        prepare_mapping(columns, header, time_zone="UTC")


def test_a_file_with_one_kind_of_address_less_is_taken() -> None:
    mapping = prepare_mapping((NAME, PHONE, MAIL), ("Patient Name", "Phone"), time_zone="UTC")
    assert mapping.absent == (MAIL,)


def test_a_mapped_column_that_occurs_twice_is_refused_and_another_one_is_not() -> None:
    with pytest.raises(FileRefused, match=re.escape("'Day' occurs 2 times (columns A and C)")):
        prepare_mapping((DAY,), ("Day", "x", "day "), time_zone="UTC")
    assert prepare_mapping((DAY,), ("x", "Day", "X"), time_zone="UTC").columns == ((1, DAY),)


def test_column_letters() -> None:
    assert [column_letters(index) for index in (0, 25, 26, 701, 702, 16383)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
        "XFD",
    ]


def test_a_record_becomes_a_row_without_its_empty_cells() -> None:
    mapping = prepare_mapping((NAME, DAY), HEADER, time_zone="UTC")
    row = map_record(mapping, 2, ("01/31/2026", "ignored", " Zoë ", "", " "))
    assert row == Row(number=2, values={"name": "Zoë", "day": "2026-01-31"}, time_zone="UTC")
    assert map_record(mapping, 3, ("", "", "Zoë")) == Row(number=3, values={"name": "Zoë"}, time_zone="UTC")


def test_a_row_that_repeats_the_names_of_the_columns_is_no_person() -> None:
    mapping = prepare_mapping((NAME, NOTE), HEADER, time_zone="UTC")
    row = map_record(mapping, 30, ("Day", "note", "Patient Name"))
    assert isinstance(row, RejectedRow)
    assert "repeats the names of the columns" in row.reason


def test_a_rejected_row_names_the_cell_and_keeps_the_row() -> None:
    mapping = prepare_mapping((NAME, DAY), HEADER, time_zone="UTC")
    cells = ("31.1.", "n", "Zoë")
    row = map_record(mapping, 9, cells)
    assert isinstance(row, RejectedRow)
    assert (row.number, row.column, row.value, row.cells) == (9, "Day", "31.1.", cells)
    assert "%m/%d/%Y" in row.reason


def test_too_few_cells_are_empty_ones_and_a_required_one_rejects() -> None:
    mapping = prepare_mapping((NAME, DAY), HEADER, time_zone="UTC")
    row = map_record(mapping, 2, ("01/31/2026",))
    assert isinstance(row, RejectedRow)
    assert (row.column, row.value, row.reason) == ("Patient Name", "", "is empty, and the field is required")


def test_too_many_filled_cells_reject_with_both_counts() -> None:
    mapping = prepare_mapping((NAME, DAY), HEADER, time_zone="UTC")
    row = map_record(mapping, 2, ("01/31/2026", "", "Doe", " John", "", "x"))
    assert isinstance(row, RejectedRow)
    assert "row has 6 cells, header has 3" in row.reason


def test_rejected_rows_can_be_stored_whatever_the_cells_held() -> None:
    mapping = prepare_mapping((replace(NAME, is_required=False), DAY), HEADER, time_zone="UTC")
    bad = b"\xe9".decode("utf-8", "surrogateescape")
    row = map_record(mapping, 2, (TypedCell("x" * 900), bad, bad))
    assert isinstance(row, RejectedRow)
    assert row.cells == ("x" * 900, "\ufffd", "\ufffd")
    assert {type(cell) for cell in row.cells} == {str}
    assert row.value == "\ufffd"


@pytest.mark.parametrize(
    ("column", "field"),
    [
        (replace(DAY, column=" "), "columns[0].column"),
        (replace(DAY, field="The Day"), "columns[0].field"),
        (replace(DAY, formats=("%d/%m",)), "columns[0].formats[0]"),
        (replace(DAY, formats=("%m/%Y",)), "columns[0].formats[0]"),
        (replace(DAY, formats=("%m/%d/%Y", "%Q")), "columns[0].formats[1]"),
        (replace(DAY, formats=("%d %d %m %Y",)), "columns[0].formats[0]"),
        (replace(DAY, formats=("%Y-%d-%m",)), "columns[0].formats[0]"),
        (replace(DAY, formats=("",)), "columns[0].formats[0]"),
        (replace(DAY, type=FieldType.DATETIME, formats=("%m/%d/%Y",)), "columns[0].formats[0]"),
        (replace(DAY, type=FieldType.DATETIME, formats=("%m/%d/%Y %I:%M",)), "columns[0].formats[0]"),
        (replace(DAY, type=FieldType.TEXT), "columns[0].formats"),
        (
            ColumnMapping(column="n", field="n", type=FieldType.NUMBER, decimal_separator=","),
            "columns[0].thousands_separator",
        ),
        (
            ColumnMapping(column="n", field="n", type=FieldType.NUMBER, decimal_separator=""),
            "columns[0].decimal_separator",
        ),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_where_it_is_wrong(column: ColumnMapping, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_columns((column,))
    assert field in {problem.field for problem in refusal.value.problems}


def test_fields_are_mapped_once_and_there_is_at_least_one() -> None:
    with pytest.raises(InvalidInput, match="'day' is mapped 2 times"):
        check_columns((DAY, DAY))
    with pytest.raises(InvalidInput, match="at least one column"):
        check_columns(())
    check_columns((NAME, DAY, replace(DAY, field="also_day", type=FieldType.TEXT, formats=())))


def test_a_record_that_ends_before_a_mapped_column_has_nothing_there() -> None:
    mapping = prepare_mapping((NAME, NOTE), ("Patient Name", "Note"), time_zone="UTC")
    assert map_record(mapping, 2, ("Ana",)) == Row(number=2, values={"name": "Ana"}, time_zone="UTC")
    assert map_record(mapping, 3, ("Ana", "")) == Row(number=3, values={"name": "Ana"}, time_zone="UTC")


def test_formats_in_great_number_are_refused_for_the_columns_as_a_whole() -> None:
    formats = tuple(f"%m/%d/%Y {number}" for number in range(201))
    with pytest.raises(InvalidInput) as caught:
        check_columns([replace(DAY, formats=formats)])
    assert [problem.field for problem in caught.value.problems] == ["columns"]
    assert "201 different formats; 200 are taken" in caught.value.problems[0].reason
