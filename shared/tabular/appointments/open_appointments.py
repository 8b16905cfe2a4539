"""Files of appointments as a table: one record for each appointment and each person it is with."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.domain.files.appointments import VisitRange, columns_of
from shared.domain.files.source import SourceFormat
from shared.tabular.caps import Caps
from shared.tabular.child import Child
from shared.tabular.kind import Kind
from shared.tabular.raw_table import Fault, RawTable, Record

_CHILD = "shared.tabular.appointments.child"
_NOUNS = {
    SourceFormat.ICALENDAR: "calendar",
    SourceFormat.HL7: "HL7 file",
    SourceFormat.FHIR: "FHIR file",
}
_REMEDY = "Export a shorter time, or split the file."


@contextmanager
def open_appointments(
    path: Path, form: SourceFormat, *, visits: VisitRange, caps: Caps
) -> Iterator[RawTable]:
    """Open a file of the format; its first record is the header.

    Its notes are complete when all records are read. Raises FileRefused, also in `records`.
    """
    wanted = {
        "form": form,
        "first_day": visits.first_day.isoformat(),
        "time_zone": visits.time_zone,
        "days": visits.days,
    }
    notes: list[str] = []
    with Child(_CHILD, path, caps, wanted, noun=_NOUNS[form], remedy=_REMEDY) as child:
        yield RawTable(kind=Kind(form), records=_records(child, form, notes), late_notes=notes)


def _records(child: Child, form: SourceFormat, notes: list[str]) -> Iterator[Record]:
    yield Record(1, columns_of(form), 0)
    number = 1
    while isinstance(message := child.next_message(), list):
        number += 1
        percent, cells, fault = message
        yield Record(number, tuple(cells), percent, Fault(fault[0], fault[1]) if fault else None)
    notes += message["notes"]
