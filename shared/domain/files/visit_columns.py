"""Which records of a source of appointments cancel one, and which say that one was moved.

A table is one of appointments when it has a field `appointment_id`. It need not say what changed: each row
is how that appointment is now. A row whose field `change` says that it is canceled cancels it, and so does
one that the source's row filter leaves out.
"""

from collections.abc import Sequence

from msgspec import Struct

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

_CANCELED = (CANCELED, "cancelled")


class VisitColumns(Struct, frozen=True, kw_only=True):
    """Where a file of the source says which appointment a record is about, and what became of it."""

    source_id: str
    id_index: int
    change_index: int | None
    is_table: bool = False

    def canceled(self, cells: Sequence[str]) -> Withdrawal | None:
        """The withdrawal that the record is; None when it cancels nothing that has an id."""
        name = self._cell(cells, self.id_index)
        if not name or self._change(cells) not in _CANCELED:
            return None
        return Withdrawal(key=appointment_key(self.source_id, name))

    def moved(self, cells: Sequence[str], row: Row) -> Withdrawal | None:
        """What the row, if it says that it changed, withdraws: the appointment at any other time."""
        is_change = self.is_table or (self._change(cells) == CHANGED and USEFUL_UNTIL in row.values)
        visit = visit_of(self.source_id, row.values) if is_change else None
        return Withdrawal(key=visit.key, still_at=visit.at or "") if visit else None

    def left_out(self, cells: Sequence[str]) -> Withdrawal | None:
        """What a row of a table withdraws that the source's row filter leaves out, such as a canceled one."""
        name = self._cell(cells, self.id_index) if self.is_table else ""
        return Withdrawal(key=appointment_key(self.source_id, name)) if name else None

    def _change(self, cells: Sequence[str]) -> str:
        return "" if self.change_index is None else self._cell(cells, self.change_index).casefold()

    @staticmethod
    def _cell(cells: Sequence[str], index: int) -> str:
        return trim(cells[index]) if index < len(cells) else ""


def visits_in(source: Source, header: Sequence[str]) -> VisitColumns | None:
    """Where the header has them; None for a file of no appointments, or that says nothing of changes."""
    keys = [column_key(name) for name in header]
    if source.format is SourceFormat.TABLE:
        return _table_visits(source, keys)
    if not {APPOINTMENT_ID, CHANGE} <= set(keys):
        return None
    return VisitColumns(
        source_id=source.id, id_index=keys.index(APPOINTMENT_ID), change_index=keys.index(CHANGE)
    )


def _table_visits(source: Source, keys: Sequence[str]) -> VisitColumns | None:
    columns = {column.field: column_key(column.column) for column in source.columns}
    places = {field: keys.index(key) for field, key in columns.items() if key in keys}
    if APPOINTMENT_ID not in places:
        return None
    return VisitColumns(
        source_id=source.id,
        id_index=places[APPOINTMENT_ID],
        change_index=places.get(CHANGE),
        is_table=True,
    )
