"""Which records of a source of appointments cancel one, and which say that one was moved."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.files.appointments import (
    APPOINTMENT_ID,
    CANCELED,
    CHANGE,
    CHANGED,
    USEFUL_UNTIL,
    appointment_key,
    visit_of,
)
from shared.domain.files.characters import trim
from shared.domain.files.column_names import column_key
from shared.domain.files.file import Row
from shared.domain.files.source import Source, SourceFormat
from shared.domain.files.withdrawal import Withdrawal


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitColumns:
    """Where a file of the source says which appointment a record is about, and what became of it."""

    source_id: str
    id_index: int
    change_index: int

    def canceled(self, cells: Sequence[str]) -> Withdrawal | None:
        """The withdrawal that the record is; None when it cancels nothing that has an id."""
        name = self._cell(cells, self.id_index)
        if not name or self._cell(cells, self.change_index).casefold() != CANCELED:
            return None
        return Withdrawal(key=appointment_key(self.source_id, name))

    def moved(self, cells: Sequence[str], row: Row) -> Withdrawal | None:
        """What the row, if it says that it changed, withdraws: the appointment at any other time."""
        if self._cell(cells, self.change_index).casefold() != CHANGED or USEFUL_UNTIL not in row.values:
            return None
        visit = visit_of(self.source_id, row.values)
        return Withdrawal(key=visit.key, still_at=row.values[USEFUL_UNTIL]) if visit else None

    @staticmethod
    def _cell(cells: Sequence[str], index: int) -> str:
        return trim(cells[index]) if index < len(cells) else ""


def visits_in(source: Source, header: Sequence[str]) -> VisitColumns | None:
    """Where the header has them; None for a table's source, and for a file that says nothing of changes."""
    keys = [column_key(name) for name in header]
    if source.format is SourceFormat.TABLE or not {APPOINTMENT_ID, CHANGE} <= set(keys):
        return None
    return VisitColumns(
        source_id=source.id, id_index=keys.index(APPOINTMENT_ID), change_index=keys.index(CHANGE)
    )
