"""A table of text as an XLSX file, written row by row: every cell is a text, which nothing calculates."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shared.tabular.defusing import unmistakable

MOST_ROWS = 1_048_575  # of a sheet, beside its header


class XlsxSheet:
    """The only sheet of a file; rows are written as they come, and not held."""

    def __init__(self, sheet: Any) -> None:
        self._sheet, self._count = sheet, 0

    def write_rows(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows below those there are. Raises ValueError for what no sheet holds."""
        for row in rows:
            for place, cell in enumerate(row):
                if cell and self._sheet.write_string(self._count, place, unmistakable(cell)) != 0:
                    raise ValueError("the sheet has no room for another row, or a cell for its text")
            self._count += 1


@contextmanager
def xlsx_file(path: Path) -> Iterator[XlsxSheet]:
    """A new file at `path`, which is whole when this ends. What waits to be written is kept beside it."""
    import xlsxwriter  # loaded only where a workbook is written

    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with xlsxwriter.Workbook(str(path), options) as book:
        yield XlsxSheet(book.add_worksheet("Contacts"))
