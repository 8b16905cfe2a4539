"""A file is compared with the last ones of its source: what is unlike them is found, what is usual is not."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from shared.domain.files.file import File, FileHold, FileState
from shared.domain.files.finding import ColumnChange, FindingCode, Severity
from shared.domain.files.source import ColumnMapping
from shared.domain.record import replace
from tests.kit.clinic import Clinic
from tests.kit.visit_files import (
    DATES,
    MONDAY,
    Row,
    again,
    found,
    load,
    map_columns,
    serious,
    text_of,
    visits,
)


@pytest.fixture(autouse=True)
async def dated(clinic: Clinic) -> None:
    await map_columns(clinic, *DATES)


async def test_an_ordinary_file_of_the_next_day_has_no_findings(clinic: Clinic) -> None:
    for day in range(4):
        first = MONDAY + timedelta(days=day)
        file = await load(clinic, visits(36 + 3 * day, first, start=100 * day))
        assert (file.findings, file.hold) == ((), FileHold.NONE)
        clinic.later(timedelta(days=1))


async def test_an_ordinary_file_of_the_next_month_has_no_findings(clinic: Clinic) -> None:
    """Its days may be months as well: 08/02 to 08/06."""
    await load(clinic, visits(40, date(2027, 7, 26)))
    clinic.later(timedelta(days=7))
    assert (await load(clinic, visits(40, date(2027, 8, 2), start=100))).findings == ()


async def test_far_fewer_and_far_more_rows(clinic: Clinic) -> None:
    await load(clinic, visits(40))
    few = await load(clinic, visits(4, start=100))
    assert serious(few) == {FindingCode.FEWER_ROWS}
    assert few.hold is FileHold.HELD
    assert found(few)[FindingCode.FEWER_ROWS].what == (
        "The file has 4 rows; the file before of its source had 40."
    )
    many = await load(clinic, visits(400, start=200))
    assert serious(many) == {FindingCode.MORE_ROWS}
    half = await load(clinic, visits(20, start=700))
    assert found(half)[FindingCode.FEWER_ROWS].severity is Severity.WARNING
    assert half.hold is FileHold.NONE


async def test_mended_rejected_rows_are_few_and_nobody_minds(clinic: Clinic) -> None:
    rows = visits(40)
    first = await load(clinic, [*rows[:36], *({**row, "Date": "soon"} for row in rows[36:])])
    assert first.rejected_object_name is not None
    pieces = [piece async for piece in clinic.runtime.files.read(first.rejected_object_name)]
    mended = await clinic.load_bytes(b"".join(pieces).replace(b"soon", b"07/09/2027"))
    assert (mended.row_count, mended.findings) == (4, ())
    assert FindingCode.FEWER_ROWS in serious(await load(clinic, visits(4, start=100)))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Mobile Number", "(212) 555-{}"),
        ("Cell Number", "212-555-{}"),
        ("Teléfono", "+1 212 555 {}"),
        ("Handynummer", "212555{}"),
        ("PATIENT PHONE", "(212) 555-{}"),
        ("Fone", "(212) 555-{}"),
        ("2", "(212) 555-{}"),
    ],
)
async def test_a_renamed_column_is_found_and_one_call_mends_it(clinic: Clinic, name: str, value: str) -> None:
    await load(clinic, visits(8))
    rows = [{**row, "Phone": value.format(2000 + n)} for n, row in enumerate(visits(8, start=50))]
    file = await load(clinic, rows, ["Name", name, "Date", "Doctor"])
    assert file.state is FileState.REFUSED
    assert f"'Phone' (did you mean {name!r}?)" in (file.refusal or "")
    [finding] = file.findings
    assert finding.code is FindingCode.COLUMN_RENAMED
    assert finding.changes == (ColumnChange(column="Phone", to=name),)
    mended = await again(clinic, file)
    assert (mended.state, mended.row_count, mended.findings) == (FileState.LOADED, 8, ())
    assert (await load(clinic, visits(8, start=99), ["Name", name, "Date", "Doctor"])).findings == ()


async def test_two_columns_that_may_be_it_are_named_and_none_is_chosen(clinic: Clinic) -> None:
    rows = [
        {**row, "Phone": row["Phone"], "Work": f"(212) 555-{3000 + n}"} for n, row in enumerate(visits(5))
    ]
    file = await load(clinic, rows, ["Name", "Home Phone", "Date", "Doctor", "Work Phone"])
    finding = found(file)[FindingCode.COLUMN_MISSING]
    assert finding.changes == ()
    assert {"Home Phone", "Work Phone"} <= set(finding.columns)
    done = await again(clinic, file, [ColumnChange(column="Phone", to="Work Phone")])
    assert done.row_count == 5


async def test_another_date_is_not_taken_for_the_one_that_is_missing(clinic: Clinic) -> None:
    await map_columns(clinic, *(replace(column, is_required=True) for column in DATES))
    born = [{**row, "DOB": "02/03/1980"} for row in visits(5)]
    await load(clinic, born)
    rows = [{name: value for name, value in row.items() if name != "Date"} for row in born]
    assert found(await load(clinic, rows)).keys() == {FindingCode.COLUMN_MISSING}


async def test_an_optional_column_that_is_missing_is_a_warning(clinic: Clinic) -> None:
    await load(clinic, visits(8))
    rows = [{name: row[name] for name in ("Name", "Phone", "Date")} for row in visits(8, start=20)]
    file = await load(clinic, rows)
    assert file.state is FileState.LOADED
    finding = found(file)[FindingCode.COLUMN_MISSING]
    assert (finding.severity, finding.columns) == (Severity.WARNING, ("Doctor",))


async def test_an_optional_column_with_a_new_name_may_be_left_out(clinic: Clinic) -> None:
    await load(clinic, visits(8))
    file = await load(clinic, visits(8, start=20), ["Name", "Phone", "Date", "Doctors"])
    assert found(file).keys() == {FindingCode.COLUMN_RENAMED}
    done = await again(clinic, file, [], ["Doctor"])
    assert (done.state, done.row_count) == (FileState.LOADED, 8)


async def test_a_doubled_column(clinic: Clinic) -> None:
    rows = [{**row, "phone ": row["Phone"]} for row in visits(3)]
    file = await load(clinic, rows)
    assert file.state is FileState.REFUSED
    assert found(file)[FindingCode.COLUMN_DOUBLED].columns == ("Phone",)


async def test_the_same_rows_in_another_order_and_the_same_file_again(clinic: Clinic) -> None:
    rows = visits(12)
    first = await load(clinic, rows)
    other = await load(clinic, rows[::-1])
    assert serious(other) == {FindingCode.SAME_ROWS}
    assert found(other)[FindingCode.SAME_ROWS].file_id == first.id
    # The same rows under other bytes: quoted, with another end of line.
    quoted = text_of(rows).replace(b"\r\n", b"\n").replace(b"Dr Vega", b'"Dr Vega"')
    assert serious(await clinic.load_bytes(quoted)) == {FindingCode.SAME_FILE}
    meant = await clinic.load_bytes(text_of(rows), accepts_repeat=True)
    assert found(meant)[FindingCode.SAME_FILE].severity is Severity.WARNING
    assert meant.hold is FileHold.NONE


async def sent(clinic: Clinic, file: File) -> None:
    """The file was fired for."""
    fired = replace(file, fired_at=clinic.runtime.now())
    await clinic.stores.files.save(clinic.company_id, file.id, fired)


async def test_rows_that_were_sent_before(clinic: Clinic) -> None:
    rows = visits(3)
    first = await load(clinic, rows)
    unsent = await load(clinic, [*rows[::-1], *visits(1, start=50)])
    assert FindingCode.ROWS_SENT_BEFORE not in found(unsent), "what was not sent does not count"
    await sent(clinic, first)
    second = await load(clinic, [*rows[::-1], *visits(1, start=60)])
    finding = found(second)[FindingCode.ROWS_SENT_BEFORE]
    assert serious(second) == {FindingCode.ROWS_SENT_BEFORE}
    assert (finding.rows, finding.file_id) == ((2, 3, 4), first.id)
    assert finding.what.startswith("3 of 4 rows (75%) stood just so in a file that a campaign was fired for")


async def test_files_that_always_overlap_are_not_held_for_it(clinic: Clinic) -> None:
    """Three days every day: two thirds were in the file before. Once released, that is usual."""
    days = [visits(10, MONDAY + timedelta(days=n), 1, start=100 * n) for n in range(5)]
    await sent(clinic, await load(clinic, days[0] + days[1] + days[2]))
    clinic.later(timedelta(days=1))
    second = await load(clinic, days[1] + days[2] + days[3])
    assert serious(second) == {FindingCode.ROWS_SENT_BEFORE}
    await sent(clinic, replace(second, hold=FileHold.RELEASED))
    clinic.later(timedelta(days=1))
    third = await load(clinic, days[2] + days[3] + days[4])
    assert found(third)[FindingCode.ROWS_SENT_BEFORE].severity is Severity.WARNING
    assert third.hold is FileHold.NONE


def swapped(rows: Sequence[Row], one: str, other: str) -> list[dict[str, str]]:
    return [{**row, one: row[other], other: row[one]} for row in rows]


@pytest.mark.parametrize(("one", "other"), [("Name", "Doctor"), ("Name", "Phone"), ("Phone", "Doctor")])
async def test_two_columns_that_are_swapped(clinic: Clinic, one: str, other: str) -> None:
    await load(clinic, visits(30))
    file = await load(clinic, swapped(visits(30, start=100), one, other))
    finding = found(file)[FindingCode.COLUMNS_SWAPPED]
    assert set(finding.columns) == {one, other}
    assert file.hold is FileHold.HELD
    mended = await again(clinic, file, finding.changes)
    assert (mended.state, mended.row_count, mended.marked_count) == (FileState.LOADED, 30, 0)
    assert mended.findings == ()


async def test_columns_that_share_few_values_or_are_mostly_empty_are_not_changed(clinic: Clinic) -> None:
    columns = (*DATES, ColumnMapping(column="City", field="city"), ColumnMapping(column="Note", field="note"))
    await map_columns(clinic, *columns)

    def rows(start: int, doctor: str, city: str, note: str) -> list[dict[str, str]]:
        made = visits(9, start=start)
        return [
            {**row, "Doctor": doctor, "City": city, "Note": note if n < 3 else ""}
            for n, row in enumerate(made)
        ]

    assert (await load(clinic, rows(0, "Austin", "Dallas", "call back"))).findings == ()
    assert (await load(clinic, rows(50, "Dallas", "Austin", "07/05/2027"))).findings == ()


async def test_phones_that_become_dates(clinic: Clinic) -> None:
    await load(clinic, visits(12))
    rows = [{**row, "Phone": row["Date"]} for row in visits(12, start=50)]
    file = await load(clinic, rows)
    assert found(file)[FindingCode.VALUES_CHANGED].columns == ("Phone",)
    assert "look like date" in found(file)[FindingCode.VALUES_CHANGED].what
    assert FindingCode.MANY_MARKED in serious(file)


async def test_phone_and_date_swapped_refuse_the_file_with_the_finding(clinic: Clinic) -> None:
    file = await load(clinic, swapped(visits(12), "Phone", "Date"))
    assert file.state is FileState.REFUSED
    assert found(file)[FindingCode.COLUMNS_SWAPPED].columns == ("Phone", "Date")
    assert (await again(clinic, file)).row_count == 12


async def test_findings_hold_no_values_of_people(clinic: Clinic) -> None:
    await sent(clinic, await load(clinic, visits(12)))
    file = await load(clinic, swapped(visits(12), "Name", "Doctor"))
    assert file.findings
    texts = " ".join(f"{one.what} {one.to_do}" for one in file.findings)
    assert not any(value in texts for row in visits(12) for value in (row["Name"], row["Phone"]))
