"""A date and a time in two columns are one date-time."""

from typing import Any

import pytest

from shared.domain.errors import InvalidInput
from shared.domain.files.cell import TypedCell
from shared.domain.files.check_columns import check_columns
from shared.domain.files.file import FileRefused, RejectedRow, Row
from shared.domain.files.mapping import map_record, prepare_mapping
from shared.domain.files.source import ColumnMapping, FieldType
from shared.domain.record import replace

VISIT = ColumnMapping(
    column="Date",
    field="visit",
    type=FieldType.DATETIME,
    formats=("%m/%d/%Y",),
    time_column="Time",
    time_formats=("%H:%M",),
)
HEADER = ("Date", "Time")


def visit(
    date: str, time: str, zone: str = "America/New_York", header: tuple[str, ...] = HEADER, **changes: Any
) -> str | RejectedRow:
    """The field `visit` of one row, or the row as it is rejected."""
    mapping = prepare_mapping((replace(VISIT, **changes),), header, time_zone=zone)
    cells = dict(zip(HEADER, (date, time), strict=True))
    row = map_record(mapping, 2, [cells.get(name, "-") for name in header])
    assert row is not None
    return row.values.get("visit", "") if isinstance(row, Row) else row


def reason(*arguments: Any, **changes: Any) -> str:
    row = visit(*arguments, **changes)
    assert isinstance(row, RejectedRow), row
    return f"{row.number}, {row.column}, {row.value}: {row.reason}"


@pytest.mark.parametrize(
    ("date", "time", "moment"),
    [
        ("06/14/2027", "14:30", "2027-06-14T14:30:00-04:00"),
        ("06/14/2027", "9:05", "2027-06-14T09:05:00-04:00"),
        ("06/14/2027", "2:30 PM", "2027-06-14T14:30:00-04:00"),
        ("06/14/2027", "12:00 a.m.", "2027-06-14T00:00:00-04:00"),
        ("12/14/2027", "2 pm", "2027-12-14T14:00:00-05:00"),
        ("2027-06-14", "14:30:15", "2027-06-14T14:30:15-04:00"),
        # As spreadsheets give them: a day and h:mm, a date-time in each, the day that stands for none.
        (TypedCell("2027-06-14", "6/14/2027"), TypedCell("14:30:00", "14:30"), "2027-06-14T14:30:00-04:00"),
        (
            TypedCell("2027-06-14T14:30:00", "6/14/2027"),
            TypedCell("2027-06-14T14:30:00", "2:30 PM"),
            "2027-06-14T14:30:00-04:00",
        ),
        (
            TypedCell("2027-06-14T00:00:00", "6/14/2027"),
            TypedCell("1899-12-31T09:00:00", "9:00"),
            "2027-06-14T09:00:00-04:00",
        ),
        ("06/14/2027", "1970-01-01T14:30", "2027-06-14T14:30:00-04:00"),
        ("", "", ""),
        (" ", "\u00a0", ""),
    ],
)
def test_a_date_and_a_time_are_one_moment(date: str, time: str, moment: str) -> None:
    assert visit(date, time) == moment
    assert visit(date, time, header=("x", "Time", "y", "Date")) == moment


def test_a_time_may_bring_its_own_offset() -> None:
    # 14:30 at +02:00 is 12:30Z, which is 8:30 in New York in summer
    assert visit("06/14/2027", "14:30 +0200", time_formats=("%H:%M %z",)) == "2027-06-14T08:30:00-04:00"


@pytest.mark.parametrize(
    ("date", "time", "where", "why"),
    [
        ("06/14/2027", "", "2, Time, ", "is empty though the date is filled; type the time, or clear both"),
        ("", "14:30", "2, Date, ", "is empty though the time is filled; type the date, or clear both"),
        ("06/14/2027", "9:00-10:00", "2, Time, 9:00-10:00", "is a range of times; type one time"),
        ("06/14/2027", "9 AM \u2013 10 AM", "2, Time, 9 AM \u2013 10 AM", "is a range of times"),
        ("06/14/2027", "9 to 10", "2, Time, 9 to 10", "is a range of times"),
        (
            "06/14/2027",
            "25:00",
            "2, Time, 25:00",
            "in the column's formats (%H:%M) nor like 14:30 or 2:30 PM",
        ),
        ("06/14/2027", "13:30 PM", "2, Time, 13:30 PM", "is not a time"),
        ("06/14/2027", "noon", "2, Time, noon", "is not a time"),
        ("14/06/2027", "14:30", "2, Date, 14/06/2027", "is not a date in the column's formats (%m/%d/%Y)"),
        ("06/14/2027", "#N/A", "2, Time, #N/A", "is an error of a spreadsheet program"),
        ("\udcff", "14:30", "2, Date, ", "characters that are not in the file's encoding"),
        ("06/14/2027", "2027-06-15 14:30", "2, Time, 2027-06-15 14:30", "brings another date (2027-06-15)"),
        ("2027-06-14 09:00", "14:30", "2, Time, 14:30", "is another time than the 09:00 beside the date"),
        ("06/14/1827", "14:30", "2, Date, 06/14/1827", "has the year 1827"),
    ],
)
def test_what_makes_no_moment_names_both_columns_the_row_and_how_to_mend_it(
    date: str, time: str, where: str, why: str
) -> None:
    found = reason(date, time)
    assert found.startswith(where)
    assert why in found
    assert found.endswith("; 'Date' and 'Time' together are the field 'visit'")


def test_a_required_moment_is_missing_when_both_are_empty() -> None:
    assert reason("", "", is_required=True).startswith(
        "2, Date, : is empty, and the field is required; 'Date'"
    )


# (zone, date, time, what it means): worked out from the zone's changes, which stand beside them
CLOCK_CHANGES = [
    ("America/New_York", "03/14/2027", "02:30", "2027-03-14T03:30:00-04:00"),  # 02:00 -> 03:00
    ("America/New_York", "11/07/2027", "01:30", "2027-11-07T01:30:00-04:00"),  # comes twice: the first
    ("Europe/London", "03/28/2027", "01:15", "2027-03-28T02:15:00+01:00"),  # 01:00 -> 02:00
    ("Europe/London", "10/31/2027", "01:15", "2027-10-31T01:15:00+01:00"),
    ("Australia/Lord_Howe", "10/03/2027", "02:15", "2027-10-03T02:45:00+11:00"),  # 02:00 -> 02:30
    ("Australia/Lord_Howe", "04/04/2027", "01:45", "2027-04-04T01:45:00+11:00"),  # 02:00 -> 01:30
    ("Pacific/Apia", "12/30/2011", "10:00", "2011-12-31T10:00:00+14:00"),  # the whole day was skipped
    ("Africa/Cairo", "04/30/2027", "00:00", "2027-04-30T01:00:00+03:00"),  # 00:00 -> 01:00
    ("America/Phoenix", "03/14/2027", "02:30", "2027-03-14T02:30:00-07:00"),  # no change there
]


@pytest.mark.parametrize(("zone", "date", "time", "moment"), CLOCK_CHANGES)
def test_skipped_times_move_forward_by_the_gap_and_doubled_ones_are_the_first(
    zone: str, date: str, time: str, moment: str
) -> None:
    assert visit(date, time, zone) == moment


def test_a_column_may_also_be_a_field_of_its_own() -> None:
    columns = (
        VISIT,
        ColumnMapping(column="Date", field="day", type=FieldType.DATE, formats=("%m/%d/%Y",)),
        ColumnMapping(column="Time", field="hour", type=FieldType.TIME),
    )
    check_columns(columns)
    row = map_record(prepare_mapping(columns, HEADER, time_zone="UTC"), 2, ("06/14/2027", "2:30 PM"))
    assert isinstance(row, Row)
    assert row.values == {"visit": "2027-06-14T14:30:00+00:00", "day": "2027-06-14", "hour": "14:30:00"}


@pytest.mark.parametrize("header", [("Date", "x"), ("Time", "x"), ("Date", "Times")])
def test_half_of_it_refuses_the_file(header: tuple[str, ...]) -> None:
    other = ColumnMapping(column="x", field="x")
    with pytest.raises(FileRefused, match=r"The header lacks 1 mapped column: '(Date|Time)'"):
        prepare_mapping((VISIT, other), (*header, "x"), time_zone="UTC")


def test_without_both_an_optional_one_is_absent_and_a_doubled_one_refuses_the_file() -> None:
    other = ColumnMapping(column="Name", field="name")
    assert prepare_mapping((VISIT, other), ("Name",), time_zone="UTC").absent == (VISIT,)
    with pytest.raises(FileRefused, match="The column 'Time' occurs 2 times"):
        prepare_mapping((VISIT,), ("Time", "Date", "time"), time_zone="UTC")


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"type": FieldType.DATE}, "columns[0].time_column", "goes with the type datetime"),
        ({"time_column": " "}, "columns[0].time_column", "give the column's name"),
        ({"time_column": "date "}, "columns[0].time_column", "must be another column"),
        ({"time_column": None, "formats": ()}, "columns[0].time_formats", "go with a time_column"),
        ({"formats": ("%H:%M",)}, "columns[0].formats[0]", "must hold day, month and year"),
        ({"time_formats": ("%m/%d/%Y",)}, "columns[0].time_formats[0]", "must hold hour and minute"),
        ({"time_formats": ("%H:%M %p",)}, "columns[0].time_formats[0]", "%p has no effect with %H"),
    ],
)
def test_a_mapping_that_could_never_work_is_refused(changes: Any, field: str, why: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_columns((replace(VISIT, **changes),))
    assert [problem.field for problem in refused.value.problems] == [field]
    assert why in refused.value.problems[0].reason
