"""Dates with times, rows' own zones and row filters, from the upload to the stored rows."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.domain.errors import InvalidInput
from shared.domain.files.file import File, FileState, Row
from shared.domain.files.row_filter import ConditionTest, RowCondition, RowFilter
from shared.domain.files.source import ColumnMapping, FieldType, Source
from shared.domain.record import replace
from shared.firestore.row_chunks import unpacked
from shared.usecases.files.save_source import create_source
from tests.kit.builders import a_source
from tests.kit.clinic import Clinic

PHONE = ColumnMapping(column="Phone", field="phone", type=FieldType.PHONE)
STATE = ColumnMapping(column="State", field="state")
VISIT = ColumnMapping(
    column="Date",
    field="visit",
    type=FieldType.DATETIME,
    formats=("%m/%d/%Y",),
    time_column="Time",
    time_formats=("%I:%M %p",),
)


async def use_source(clinic: Clinic, *columns: ColumnMapping, **changes: Any) -> None:
    """Have the company's source be this one, checked as the API checks it."""
    source: Source = a_source(id="checked", columns=columns, dedupe_key=("address",), **changes)
    await create_source(clinic.runtime, clinic.company_id, source)
    await clinic.stores.sources.save(clinic.company_id, "appointments", replace(source, id="appointments"))


async def load(clinic: Clinic, *lines: str) -> File:
    return await clinic.load_bytes("\n".join(lines).encode())


async def rows(clinic: Clinic, file: File) -> Sequence[Row]:
    chunks = clinic.stores.row_chunks.each(clinic.company_id, file.id, file.chunk_count)
    return [row async for chunk in chunks for row in unpacked(chunk)]


async def rejected(clinic: Clinic, file: File) -> str:
    pieces = clinic.runtime.files.read(file.rejected_object_name or "")
    return b"".join([piece async for piece in pieces]).decode("utf-8-sig")


async def test_rejected_rows_of_a_date_and_a_time_come_back_mended(clinic: Clinic) -> None:
    await use_source(clinic, PHONE, VISIT)
    file = await load(
        clinic,
        "Time,Phone,Date,Note",
        "2:30 PM,2125550101,06/14/2027,a",
        ",2125550102,06/14/2027,b",
        "9:00-10:00,2125550103,06/15/2027,c",
    )
    assert (file.row_count, file.rejected_count) == (1, 2)
    assert [row.values["visit"] for row in await rows(clinic, file)] == ["2027-06-14T14:30:00-04:00"]
    reasons = [(failure.row_number, failure.field, failure.reason) for failure in await clinic.failures()]
    together = "; 'Date' and 'Time' together are the field 'visit'"
    assert reasons == [
        (3, "Time", f"is empty though the date is filled; type the time, or clear both{together}"),
        (4, "Time", f"is a range of times; type one time, such as its beginning{together}"),
    ]
    text = await rejected(clinic, file)
    assert text.splitlines()[0] == "Time,Phone,Date,Note,rollcall_reason"
    mended = text.replace("\r\n,2125550102", "\r\n9:15 AM,2125550102").replace("9:00-10:00", "10:00 AM")
    again = await load(clinic, mended)
    assert (again.row_count, again.rejected_count) == (2, 0)
    assert [row.values["visit"] for row in await rows(clinic, again)] == [
        "2027-06-14T09:15:00-04:00",
        "2027-06-15T10:00:00-04:00",
    ]


async def test_each_row_is_read_in_the_zone_that_its_field_names(clinic: Clinic) -> None:
    stamp = ColumnMapping(column="Stamp", field="stamp", type=FieldType.DATETIME)
    await use_source(clinic, PHONE, STATE, VISIT, stamp, time_zone_field="state")
    file = await load(
        clinic,
        "Phone,Date,Time,Stamp,State",
        "2125550101,12/14/2027,9:00 AM,2027-12-14T20:50:00Z,CA",
        "2125550102,06/14/2027,9:00 AM,2027-06-14T20:50:00Z,America/Chicago",
        "2125550103,12/14/2027,9:00 AM,2027-12-14T20:50:00Z,",
        "2125550104,12/14/2027,9:00 AM,2027-12-14T20:50:00Z,TX",
        "2125550105,12/14/2027,9:00 AM,2027-12-14T20:50:00Z,Narnia",
        "2125550106,03/12/2028,2:30 AM,2027-12-14T20:50:00Z,AZ",
    )
    found = [(row.time_zone, row.values["visit"], row.values["stamp"]) for row in await rows(clinic, file)]
    assert found == [
        ("America/Los_Angeles", "2027-12-14T09:00:00-08:00", "2027-12-14T12:50:00-08:00"),
        ("America/Chicago", "2027-06-14T09:00:00-05:00", "2027-06-14T15:50:00-05:00"),
        ("America/New_York", "2027-12-14T09:00:00-05:00", "2027-12-14T15:50:00-05:00"),
        ("America/Chicago", "2027-12-14T09:00:00-06:00", "2027-12-14T14:50:00-06:00"),
        ("America/Phoenix", "2028-03-12T02:30:00-07:00", "2027-12-14T13:50:00-07:00"),  # no gap there
    ]
    [failure] = await clinic.failures()
    assert (failure.row_number, failure.field, failure.value) == (6, "State", "Narnia")
    assert "neither a time zone such as America/New_York nor a US state" in failure.reason


async def test_a_phone_tells_the_zone_and_of_several_the_companys_counts(clinic: Clinic) -> None:
    await use_source(clinic, PHONE, VISIT, time_zone_field="phone")
    file = await load(
        clinic,
        "Phone,Date,Time",
        "(213) 555-0101,12/14/2027,9:00 AM",  # Los Angeles
        "+1 800 555 0199,12/14/2027,9:00 AM",  # anywhere in North America: New York is there
        "+61 8 8234 5678,12/14/2027,9:00 AM",  # Adelaide (+10:30) and Perth (+08:00): the one ahead
        "n/a,12/14/2027,9:00 AM",
    )
    assert [(row.time_zone, row.values["visit"][-6:]) for row in await rows(clinic, file)] == [
        ("America/Los_Angeles", "-08:00"),
        ("America/New_York", "-05:00"),
        ("Australia/Adelaide", "+10:30"),
        ("America/New_York", "-05:00"),
    ]


async def test_a_file_without_the_zones_column_is_refused_not_read_in_another_zone(clinic: Clinic) -> None:
    await use_source(clinic, PHONE, STATE, time_zone_field="state")
    file = await load(clinic, "Phone,Other", "2125550101,x")
    assert file.state is FileState.REFUSED
    assert file.refusal is not None
    assert file.refusal.startswith("The header lacks 1 mapped column: 'State'.")


STATUS = RowCondition(column="Status", test=ConditionTest.IS_NOT, value="Cancelled")


async def test_rows_that_the_filter_does_not_take_are_left_out_and_counted(clinic: Clinic) -> None:
    await use_source(clinic, PHONE, VISIT, row_filter=RowFilter(conditions=(STATUS,)))
    file = await load(
        clinic,
        "Phone,Date,Time,Status",
        "2125550101,06/14/2027,9:00 AM,Booked",
        "2125550102,soon,25:00, CANCELLED ",  # what is wrong in a row that is left out does not matter
        "2125550103,06/14/2027,9:00 AM,",
        "2125550104,06/14/2027,9:00 AM,#N/A",
        "2125550105,soon,9:00 AM,booked",
    )
    assert (file.row_count, file.rejected_count, file.filtered_count) == (2, 2, 1)
    assert [row.number for row in await rows(clinic, file)] == [2, 4]
    assert [failure.row_number for failure in await clinic.failures()] == [5, 6]
    assert file.notes == (
        "1 row was left out by the source's row filter: it takes those of which Status is not 'Cancelled'.",
    )


async def test_a_file_of_which_nothing_is_taken_is_refused_and_says_so(clinic: Clinic) -> None:
    await use_source(clinic, PHONE, row_filter=RowFilter(conditions=(STATUS,)))
    file = await load(clinic, "Phone,Status", "2125550101,Cancelled", "2125550102,cancelled")
    assert (file.state, file.filtered_count) == (FileState.REFUSED, 2)
    assert file.refusal is not None
    assert file.refusal.startswith("Nothing of the file is left to load. 2 rows were left out")


async def test_a_file_without_the_filters_column_is_refused_not_taken_whole(clinic: Clinic) -> None:
    await use_source(clinic, PHONE, row_filter=RowFilter(conditions=(STATUS,)))
    file = await load(clinic, "Phone,State", "2125550101,Cancelled")
    assert file.state is FileState.REFUSED
    assert file.refusal is not None
    assert "'Status' (did you mean 'State'?)" in file.refusal


async def test_fields_are_compared_by_their_type_and_today_is_that_of_the_upload(clinic: Clinic) -> None:
    soon = RowCondition(field="visit", test=ConditionTest.IN_NEXT_DAYS, value="2")
    clinic.stop_clock(datetime(2027, 6, 15, 3, 0, tzinfo=UTC))  # the 14th, 23:00, in New York
    await use_source(clinic, PHONE, VISIT, row_filter=RowFilter(conditions=(soon,)))
    days = ("06/13/2027", "06/14/2027", "06/16/2027", "06/17/2027")
    file = await load(clinic, "Phone,Date,Time", *(f"2125550101,{day},11:59 PM" for day in days))
    assert (file.row_count, file.filtered_count) == (2, 2)
    assert [row.number for row in await rows(clinic, file)] == [3, 4]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"time_zone_field": "zone"}, "time_zone_field"),
        ({"time_zone_field": "visit"}, "time_zone_field"),
        (
            {"row_filter": RowFilter(conditions=(replace(STATUS, column=None, field="status"),))},
            "row_filter.conditions[0].field",
        ),
    ],
)
async def test_rules_that_could_never_work_are_refused_when_saved(
    clinic: Clinic, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await use_source(clinic, PHONE, VISIT, **changes)
    assert [problem.field for problem in refused.value.problems] == [field]
