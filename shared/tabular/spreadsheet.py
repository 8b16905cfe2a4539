"""Reading XLSX, XLS and ODS files through a child process with limits on memory and time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from shared.domain.files.cell import TypedCell
from shared.tabular.caps import Caps
from shared.tabular.child import Child
from shared.tabular.kind import Kind
from shared.tabular.raw_table import RawTable, Record

_CHILD = "shared.tabular.spreadsheet_child"
_REMEDY = (
    "Often a single cell far from the table is the cause: delete the rows below and the columns beside the "
    "table, or save the sheet as CSV."
)


@contextmanager
def open_spreadsheet(
    path: Path, *, sheet: str | None, columns: Sequence[str], caps: Caps
) -> Iterator[RawTable]:
    """Open a sheet, by default the visible one that has most of the columns.

    Raises FileRefused, also in `records`.
    """
    wanted = {"sheet_name": sheet or "", "columns": list(columns)}
    with Child(_CHILD, path, caps, wanted, noun="spreadsheet", remedy=_REMEDY) as child:
        opened = child.next_message()
        yield RawTable(
            kind=Kind(opened["kind"]),
            sheet=opened["sheet"],
            notes=tuple(opened["notes"]),
            records=_records(child),
        )


def _records(child: Child) -> Iterator[Record]:
    while (message := child.next_message()) != "end":
        number, percent, is_hidden, written = message
        cells = tuple(TypedCell(*cell) if isinstance(cell, list) else cell for cell in written)
        yield Record(number, cells, percent, is_hidden=bool(is_hidden))
