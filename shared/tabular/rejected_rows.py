"""CSV files we hand out: a file's rejected rows with their reasons, and any other table of text.

They are UTF-8 with a byte order mark whatever the upload was: spreadsheet programs read accents right only
with the mark, and reasons and mended cells may hold characters that the first encoding lacks. The
delimiter stays that of the upload, so that the source's settings fit the mended file too.
"""

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO

from msgspec import Struct

from shared.domain.files.cell import shown
from shared.domain.files.file import RejectedRow
from shared.tabular.defusing import defuse, restore

REASON_COLUMN = "rollcall_reason"


class RejectedTable(Struct, frozen=True):
    """The rejected rows of a file: their cells, with those beyond the header, and why each was rejected."""

    header: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], str], ...]


def csv_export(rows: Iterable[Sequence[str]], *, delimiter: str = ",") -> Iterator[bytes]:
    """The rows as the bytes of a CSV file, defused, piece by piece. The first row should be the header."""
    yield codecs.BOM_UTF8
    for row in rows:
        yield _line(row, delimiter)


def without_rows(
    content: bytes, delimiter: str | None, drops: Callable[[Sequence[str]], bool]
) -> tuple[bytes, int]:
    """A rejected-rows file without the rows that `drops` names by their cells, and how many those were."""
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    header, *rows = csv.reader(text, delimiter=delimiter or ",")
    kept = [row for row in rows if not drops(row)]
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter or ",").writerows([header, *kept])
    return codecs.BOM_UTF8 + out.getvalue().encode(), len(rows) - len(kept)


def reasons_of(
    content: bytes, delimiter: str | None, concerns: Callable[[Sequence[str]], bool]
) -> Iterator[str]:
    """Of a rejected-rows file, or its beginning, why those rows were rejected that `concerns` names."""
    text = io.StringIO(content.decode("utf-8-sig", "ignore"), newline="")
    rows = csv.reader(text, delimiter=delimiter or ",")
    place = next(rows).index(REASON_COLUMN)
    return (row[place] for row in rows if len(row) > place and concerns(row))


def read_rejected(content: bytes, delimiter: str | None) -> RejectedTable:
    """What a rejected-rows file holds, as it was before it was defused."""
    text = io.StringIO(content.decode("utf-8-sig"), newline="")
    header, *rows = csv.reader(text, delimiter=delimiter or ",")
    width = header.index(REASON_COLUMN)

    def cells(row: Sequence[str]) -> tuple[str, ...]:
        return tuple(restore(cell) for place, cell in enumerate(row) if place != width)

    return RejectedTable(
        header=cells(header), rows=tuple((cells(row), row[width]) for row in rows if len(row) > width)
    )


class RejectedRowsFile:
    """Writes a file's rejected rows to `stream` as they come: the cells as they stood, then the reason.

    Mended and uploaded again, such a file loads: the reader drops the reasons and undoes the defusing.
    """

    def __init__(self, stream: BinaryIO, *, header: Sequence[str], delimiter: str | None) -> None:
        """Write the header. `delimiter` is the upload's; None, as for spreadsheets, gives commas."""
        self._stream = stream
        self._delimiter = delimiter or ","
        self._width = len(header)
        stream.write(codecs.BOM_UTF8 + _line([*header, REASON_COLUMN], self._delimiter))

    def add(self, row: RejectedRow) -> None:
        """Write one row. Cells beyond the header's width follow the reason."""
        cells = [*row.cells, *[""] * (self._width - len(row.cells))]
        cells.insert(self._width, _reason(row))
        self._stream.write(_line(cells, self._delimiter))


def _reason(row: RejectedRow) -> str:
    if not row.column:
        return row.reason
    return f"column {row.column!r}: value {row.value!r}: {row.reason}"


def _line(cells: Sequence[str], delimiter: str) -> bytes:
    line = io.StringIO(newline="")
    csv.writer(line, delimiter=delimiter).writerow([defuse(shown(cell)) for cell in cells])
    return line.getvalue().encode()
