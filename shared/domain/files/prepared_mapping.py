"""A source's mapping whose columns were found in a file's header: a record's cells become values."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.files.cell import CellRejected
from shared.domain.files.cleaning import clean_cell, clean_cells
from shared.domain.files.row_rules import RowRules
from shared.domain.files.source import ColumnMapping


class FieldRejected(Exception):
    """A field cannot be read: the text is the reason, `column` and `cell` are what is at fault."""

    def __init__(self, column: str, cell: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.cell = column, cell


class PreparedMapping(Struct, frozen=True, kw_only=True):
    """A mapping whose columns were found in a file's header. `columns` pairs cell index and column.

    `cells` are all that are read, each as a column of its own. `places` are the indices of columns by the
    names that the source gives them; `names` pairs cell index and the key of the column's name. `absent` are
    the optional columns that the file does not have. `rules` say which rows are left out, and in which zone a
    row's times are read if not in `time_zone`.
    """

    header: tuple[str, ...]
    columns: tuple[tuple[int, ColumnMapping], ...]
    cells: tuple[tuple[int, ColumnMapping], ...]
    places: Mapping[str, int]
    time_zone: ZoneInfo
    names: tuple[tuple[int, str], ...]
    absent: tuple[ColumnMapping, ...] = ()
    rules: RowRules | None = None

    def zone(self, cells: Sequence[str]) -> ZoneInfo:
        """The zone in which the row's times are read. Raises FieldRejected."""
        column = self.rules.zone_column if self.rules else None
        if self.rules is None or column is None:
            return self.time_zone
        text = self.value(column, cells, self.time_zone)
        try:
            return self.rules.zone(text)
        except CellRejected as rejection:
            raise FieldRejected(column.column, text, str(rejection)) from rejection

    def takes(self, cells: Sequence[str], zone: ZoneInfo) -> bool:
        """Whether the source's row filter takes the row. Raises FieldRejected when it cannot be asked."""
        return self.rules is None or self.rules.takes(lambda column: self.value(column, cells, zone), zone)

    def values(self, cells: Sequence[str], zone: ZoneInfo) -> dict[str, str]:
        """The row's values by field, without empty ones. Raises FieldRejected, for required ones too."""
        found: dict[str, str] = {}
        for index, column in self.columns:
            value = self.value(column, cells, zone)
            if value:
                found[column.field] = value
            elif column.is_required:
                cell = cells[index] if index < len(cells) else ""
                reason = f"is empty, and the field is required{_beside(column)}"
                raise FieldRejected(column.column, cell, reason)
        return found

    def value(self, column: ColumnMapping, cells: Sequence[str], zone: ZoneInfo) -> str:
        """The cleaned value of one column, "" for none. Raises FieldRejected."""
        if column.time_column is None:
            place = self.places[column.column]
            cell = cells[place] if place < len(cells) else ""
            try:
                return clean_cell(cell, column, zone)
            except CellRejected as rejection:
                raise FieldRejected(column.column, cell, str(rejection)) from rejection
        return self._pair(column, cells, zone)

    def _pair(self, column: ColumnMapping, cells: Sequence[str], zone: ZoneInfo) -> str:
        places = [self.places[name] for name in column.names]
        texts = [cells[place] if place < len(cells) else "" for place in places]
        try:
            return clean_cells(texts, column.parts, zone)
        except CellRejected as rejection:
            name, cell = column.names[rejection.place], texts[rejection.place]
            raise FieldRejected(name, cell, f"{rejection}{_beside(column)}") from rejection


def _beside(column: ColumnMapping) -> str:
    """What a fault of a field says that is read from two columns."""
    if column.time_column is None:
        return ""
    return f"; {column.column!r} and {column.time_column!r} together are the field {column.field!r}"
