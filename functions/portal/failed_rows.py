"""The row of a failure as a form has it: its fields, and its times on the clock that they were read on."""

import re
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from functions.portal.kit.visit import Visit
from shared.domain.errors import NotFound
from shared.domain.files.cell import CellRejected
from shared.domain.files.cell_times import clean_datetime
from shared.domain.files.source import ColumnMapping, FieldType, Source
from shared.domain.messages.failure import Failure
from shared.views.file_rows import get_row
from shared.views.files import get_file
from shared.views.sources import get_source

VALUE_CHARACTERS = 10_000
# As rows keep a date and time; without seconds where there are none.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_WALL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


class FailedRow(Struct, frozen=True, kw_only=True):
    """`values` are the row's fields as they are kept, empty ones too. `times` are those that are times.

    `time_zone` (IANA) is that of the clock on which these are shown and typed.
    """

    values: dict[str, str]
    time_zone: str
    times: dict[str, ColumnMapping] = field(default_factory=dict)

    def shown(self) -> dict[str, str]:
        """The values as a form has them: a time as 2026-12-17T14:15."""
        return {
            name: _on_clock(value, ZoneInfo(self.time_zone)) if name in self.times else value
            for name, value in self.values.items()
        }

    def picked(self, values: Mapping[str, str]) -> set[str]:
        """Those of a form's values that a browser's field for times can show: times, and none yet."""
        return {name for name in self.times if not values[name] or _WALL.fullmatch(values[name])}

    def corrections(self, visit: Visit) -> dict[str, str]:
        """What was typed other than it is shown, as rows keep it. Faults are noted in the form."""
        form, found = visit.form, dict[str, str]()
        for name, shown in self.shown().items():
            if f"values.{name}" not in form:
                continue
            text = form.line(f"values.{name}", is_needed=False, most=VALUE_CHARACTERS)
            if text == shown:
                continue
            found[name] = text
            if text and name in self.times:
                try:
                    found[name] = clean_datetime(text, self.times[name], ZoneInfo(self.time_zone))
                except (CellRejected, OverflowError):
                    reason = "is no date with a time of day: write it as 2026-12-17 14:30, on the clock of "
                    form.wrong(f"values.{name}", reason + self.time_zone)
        return found


async def failed_row(visit: Visit, failure: Failure) -> FailedRow:
    """All fields of the row, empty ones too: a missing one may be what is wrong."""
    runtime, company_id, home = visit.runtime, visit.company_id, visit.company.time_zone
    if failure.file_id is None:
        return _row(failure.values, None, home)
    values, zone = failure.values, ""
    try:
        source_id = (await get_file(runtime, company_id, failure.file_id)).source_id
        source = await get_source(runtime, company_id, source_id)
        # What the provider refused has no values of its own; and a row may have a clock of its own.
        if failure.row_number is not None and (not values or source.time_zone_field):
            row = await get_row(runtime, company_id, failure.file_id, failure.row_number)
            values, zone = values or row.values, row.time_zone
    except NotFound:  # their time is over
        return _row(values, None, home)
    fields = [column.field for column in source.columns]
    return _row({**dict.fromkeys(fields, ""), **values}, source, zone or source.time_zone or home)


def _row(values: dict[str, str], source: Source | None, time_zone: str) -> FailedRow:
    """The row; of times whose column is not known (any more) it is their form that tells."""
    columns = source.columns if source else ()
    times = {
        name: ColumnMapping(column=name, field=name, type=FieldType.DATETIME)
        for name, value in values.items()
        if _MOMENT.fullmatch(value)
    }
    times |= {column.field: column for column in columns if column.type is FieldType.DATETIME}
    return FailedRow(values=values, time_zone=time_zone, times=times)


def _on_clock(value: str, zone: ZoneInfo) -> str:
    """The time there, to the minute; what is none stays as it is."""
    if not _MOMENT.fullmatch(value):
        return value
    try:
        return f"{datetime.fromisoformat(value).astimezone(zone):%Y-%m-%dT%H:%M}"
    except (ValueError, OverflowError):
        return value
