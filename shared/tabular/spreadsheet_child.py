"""The child process that opens spreadsheets: a hostile file can abort it, not the service.

Arguments: path, caps as JSON, and as JSON the name of the sheet ("" to find it out) and the source's columns.
Writes JSON lines: "ready"; then what was opened; then rows, as number, percent, whether hidden (0 or 1) and
cells, where a text cell is a string and a typed cell a list of its value and what is shown; then "end".
Or, at any point, {"refused": reason}.
"""

import json
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from shared.domain.files.cell import TypedCell
from shared.domain.files.column_names import column_letters
from shared.domain.files.file import FileRefused
from shared.tabular.archive import check_archive
from shared.tabular.caps import Caps
from shared.tabular.child import OUT_OF_MEMORY, limit_this_process, say
from shared.tabular.kind import OLE2, Kind
from shared.tabular.spreadsheets.book import Book, Sheet, SheetRow
from shared.tabular.spreadsheets.choose_sheet import choose_sheet
from shared.tabular.spreadsheets.ods import open_ods
from shared.tabular.spreadsheets.xlsx import open_xlsx


def main(path: Path, caps: Caps, sheet_name: str, columns: Sequence[str]) -> None:
    """Write the sheet's rows to standard output."""
    limit_this_process(caps)
    say("ready")
    try:
        # Opening must end in time; writing rows may take as long as the reader at the other end does.
        signal.alarm(caps.seconds)
        book = _open(path, caps)
        sheet, note = choose_sheet(book, name=sheet_name, columns=columns)
        signal.alarm(0)
        say({"kind": book.kind, "sheet": sheet.name, "notes": [note] if note else []})
        for row in _checked(sheet, caps):
            say([row.number, row.percent, int(row.is_hidden), [_cell(cell) for cell in row.cells]])
        say("end")
    except FileRefused as refusal:
        say({"refused": refusal.reason})
    except MemoryError:
        sys.exit(OUT_OF_MEMORY)
    sys.stdout.flush()


def _open(path: Path, caps: Caps) -> Book:
    with path.open("rb") as stream:
        is_old = stream.read(len(OLE2)) == OLE2
    if is_old:
        from shared.tabular.spreadsheets.xls import open_xls  # here, as few files need it

        return open_xls(path)
    return open_ods(path) if check_archive(path, caps) is Kind.ODS else open_xlsx(path)


def _checked(sheet: Sheet, caps: Caps) -> Iterator[SheetRow]:
    """The sheet's rows. Raises FileRefused when it spans more than the caps."""
    for row in sheet.rows():
        width = len(row.cells)
        for size, cap, what in ((row.number, caps.rows, "rows"), (width, caps.columns, "columns")):
            if size > cap:
                raise FileRefused(
                    f"The sheet {sheet.name!r} has data in row {row.number:,}, column "
                    f"{column_letters(width - 1)}; {cap:,} {what} are taken. Delete what stands far from the "
                    "table, or split the file."
                )
        yield row


def _cell(cell: str) -> str | list[str]:
    if not isinstance(cell, TypedCell):
        return cell
    return [cell] if cell.shown == cell else [cell, cell.shown]


if __name__ == "__main__":
    main(Path(sys.argv[1]), Caps(**json.loads(sys.argv[2])), **json.loads(sys.argv[3]))
