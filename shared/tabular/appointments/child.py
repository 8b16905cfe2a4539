"""The child process that reads files of appointments: a hostile one can exhaust it, not the service.

Arguments: path, caps as JSON, and as JSON the format and which visits are wanted. Writes JSON lines: "ready";
then records, as percent, cells, and null or the fault with the index of the cell to blame or null; then
{"notes": […]}. Or, at any point, {"refused": reason}.
"""

import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from shared.domain.files.appointments import VisitRange, columns_of
from shared.domain.files.file import FileRefused
from shared.domain.files.source import SourceFormat
from shared.tabular.appointments.entry import Entry, Reader
from shared.tabular.caps import Caps
from shared.tabular.child import OUT_OF_MEMORY, limit_this_process, say


def main(path: Path, caps: Caps, form: str, first_day: str, time_zone: str, days: int) -> None:
    """Write the file's records to standard output."""
    limit_this_process(caps)
    say("ready")
    visits = VisitRange(first_day=date.fromisoformat(first_day), time_zone=time_zone, days=days)
    columns = columns_of(SourceFormat(form))
    try:
        reader = _open(path, SourceFormat(form), visits)
        for entry in reader.entries():
            say(_record(entry, columns))
        say({"notes": reader.notes()})
    except FileRefused as refusal:
        say({"refused": refusal.reason})
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    sys.stdout.flush()


def _open(path: Path, form: SourceFormat, visits: VisitRange) -> Reader:
    if form is SourceFormat.ICALENDAR:  # each has a library of its own
        from shared.tabular.appointments.calendar import CalendarReader

        return CalendarReader(path, visits)
    if form is SourceFormat.HL7:
        from shared.tabular.appointments.hl7_reader import Hl7Reader

        return Hl7Reader(path, visits)
    from shared.tabular.appointments.fhir_reader import FhirReader

    return FhirReader(path, visits)


def _record(entry: Entry, columns: Sequence[str]) -> list[object]:
    cells = [entry.values.get(column, "") for column in columns]
    blamed = columns.index(entry.column) if entry.column in columns else None
    return [entry.percent, cells, entry.fault and [entry.fault, blamed]]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Caps(**json.loads(sys.argv[2])), **json.loads(sys.argv[3]))
