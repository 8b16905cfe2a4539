"""Files of visits as an office uploads them, and what is found in them."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from shared.domain.files.file import File
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
    """Give the clinic's source these columns; it holds files with serious findings."""
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
    """Upload and load these rows."""
    return await clinic.load_bytes(text_of(rows, header))


def found(file: File) -> dict[FindingCode, Finding]:
    """The file's findings, by code."""
    return {finding.code: finding for finding in file.findings}


def serious(file: File) -> set[FindingCode]:
    """The codes of those that hold it."""
    return {one.code for one in file.findings if one.severity is Severity.SERIOUS}


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
