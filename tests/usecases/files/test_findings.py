"""A file is compared with the last ones of its source: what is unlike them is found, what is usual is not."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.domain.files.file import File, FileHold, FileState
from shared.domain.files.finding import ColumnChange, Finding, FindingCode, Severity
from shared.domain.files.source import ColumnMapping, FieldType, HoldRule
from shared.usecases.files.reload_file import reload_file
from tests.kit.builders import a_source
from tests.kit.clinic import Clinic

Row = Mapping[str, str]
MONDAY = date(2027, 7, 5)
DATES = (
    ColumnMapping(column="Name", field="name", is_required=True),
    ColumnMapping(column="Phone", field="phone", type=FieldType.PHONE, is_required=True),
    ColumnMapping(column="Date", field="day", type=FieldType.DATE, formats=("%m/%d/%Y",)),
    ColumnMapping(column="Doctor", field="doctor"),
)


async def map_columns(clinic: Clinic, *columns: ColumnMapping) -> None:
    source = a_source(columns=columns, holds=HoldRule.SERIOUS)
    await clinic.stores.sources.save(clinic.company_id, source.id, source)


def visits(
    count: int, first: date = MONDAY, days: int = 5, form: str = "%m/%d/%Y", start: int = 0
) -> list[dict[str, str]]:
    """So many visits on `days` days from `first`; nobody comes twice."""
    return [
        {
            "Name": f"{chr(65 + n % 26)}{chr(97 + (n + start) % 26)} Person{'abcdefghij'[n % 10]}",
            "Phone": f"(212) 555-{1000 + start + n}",
            "Date": (first + timedelta(days=n % days)).strftime(form),
            "Doctor": ("Dr Vega", "Dr Lin", "Dr Okafor")[n % 3],
        }
        for n in range(count)
    ]


def text_of(rows: Sequence[Row], header: Sequence[str] | None = None) -> bytes:
    """A CSV file; `header` are other names for its columns."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header or list(rows[0]))
    writer.writerows(list(row.values()) for row in rows)
    return text.getvalue().encode()


async def load(clinic: Clinic, rows: Sequence[Row], header: Sequence[str] | None = None) -> File:
    return await clinic.load_bytes(text_of(rows, header))


def found(file: File) -> dict[FindingCode, Finding]:
    return {finding.code: finding for finding in file.findings}


def serious(file: File) -> set[FindingCode]:
    return {one.code for one in file.findings if one.severity is Severity.SERIOUS}


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


async def test_dates_of_which_some_are_impossible(clinic: Clinic) -> None:
    await load(clinic, visits(40, date(2027, 6, 10)))
    file = await load(clinic, visits(40, date(2027, 6, 10), form="%d/%m/%Y", start=100))
    finding = found(file)[FindingCode.DATES_SWAPPED]
    assert (file.row_count, file.rejected_count, file.hold) == (24, 16, FileHold.HELD)
    assert finding.severity is Severity.SERIOUS
    assert finding.columns == ("Date",)
    assert finding.rows == (5, 6, 10, 11, 15)
    assert finding.changes == (ColumnChange(column="Date", formats=("%d/%m/%Y",)),)


async def test_dates_of_which_all_are_impossible_refuse_the_file_and_one_call_mends_it(
    clinic: Clinic,
) -> None:
    file = await load(clinic, visits(6, date(2027, 6, 14), form="%d/%m/%Y"))
    assert file.state is FileState.REFUSED
    assert serious(file) >= {FindingCode.DATES_SWAPPED}
    mended = await again(clinic, file)
    assert (mended.state, mended.row_count, mended.findings) == (FileState.LOADED, 6, ())
    source = await clinic.stores.sources.get(clinic.company_id, "appointments")
    assert source.columns[2].formats == ("%d/%m/%Y",)


@pytest.mark.parametrize(
    ("first", "days"), [(MONDAY, 5), (date(2027, 7, 6), 1), (date(2027, 7, 8), 2)], ids=str
)
async def test_dates_that_are_all_possible(clinic: Clinic, first: date, days: int) -> None:
    """07/05 to 07/09, then 05/07 to 09/07: days in a row have become months in a row."""
    await load(clinic, visits(40))
    file = await load(clinic, visits(40, first, days, "%d/%m/%Y", start=100))
    assert serious(file) == {FindingCode.DATES_SWAPPED}
    assert file.row_count == 40


async def test_dates_far_ahead_are_told_by_the_days_of_the_week(clinic: Clinic) -> None:
    """Where visits lie anywhere in a year, both orders are near; but this clinic never opens at weekends."""
    open_days = [day for n in range(300) if (day := date(2027, 1, 4) + timedelta(days=n)).isoweekday() < 6]
    rows = visits(len(open_days))
    await load(clinic, [{**row, "Date": f"{day:%m/%d/%Y}"} for row, day in zip(rows, open_days, strict=True)])
    both = [day for day in open_days if day.day < 13]
    more = visits(len(both), start=500)
    usual = await load(clinic, [{**r, "Date": f"{d:%m/%d/%Y}"} for r, d in zip(more, both, strict=True)])
    assert FindingCode.DATES_SWAPPED not in found(usual)
    more = visits(len(both), start=1000)
    swapped = await load(clinic, [{**r, "Date": f"{d:%d/%m/%Y}"} for r, d in zip(more, both, strict=True)])
    assert FindingCode.DATES_SWAPPED in serious(swapped)


async def test_bills_due_on_the_first_of_each_month_are_not_swapped(clinic: Clinic) -> None:
    def bills(start: int) -> list[dict[str, str]]:
        rows = visits(24, start=start)
        return [{**row, "Date": f"{1 + n % 9:02}/01/2027"} for n, row in enumerate(rows)]

    await load(clinic, bills(0))
    assert FindingCode.DATES_SWAPPED not in serious(await load(clinic, bills(100)))


async def test_two_orders_in_one_file(clinic: Clinic) -> None:
    rows = visits(10, date(2027, 6, 14)) + visits(10, date(2027, 6, 14), form="%d/%m/%Y", start=50)
    file = await load(clinic, rows)
    finding = found(file)[FindingCode.DATES_SWAPPED]
    assert (finding.severity, finding.changes) == (Severity.SERIOUS, ())
    assert "mixes two orders" in finding.what


async def test_an_old_file_whose_dates_are_past(clinic: Clinic) -> None:
    today = clinic.runtime.now().date()
    await load(clinic, visits(20, today + timedelta(days=1)))
    old = await load(clinic, visits(20, today - timedelta(days=9), start=100))
    assert FindingCode.DATES_UNUSUAL in serious(old)


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


async def again(
    clinic: Clinic,
    file: File,
    changes: Sequence[ColumnChange] | None = None,
    accepts_missing: Sequence[str] = (),
) -> File:
    """Load it again; jobs run in this process."""
    await reload_file(clinic.runtime, clinic.company_id, file.id, changes, accepts_missing)
    await clinic.run_published()
    return await clinic.stores.files.get(clinic.company_id, file.id)
