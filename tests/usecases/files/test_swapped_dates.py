"""Day and month in another order than in the files before: what gives it away, and what does not."""

from datetime import date, timedelta

import pytest

from shared.domain.files.file import FileHold, FileState
from shared.domain.files.finding import ColumnChange, FindingCode, Severity
from tests.kit.clinic import Clinic
from tests.kit.visit_files import DATES, MONDAY, again, found, load, map_columns, serious, visits


@pytest.fixture(autouse=True)
async def dated(clinic: Clinic) -> None:
    await map_columns(clinic, *DATES)


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
