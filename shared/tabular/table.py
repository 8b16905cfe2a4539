"""An uploaded file as a header and records, whatever its kind, within the caps."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.domain.files.cell import TypedCell, is_unreadable, shown
from shared.domain.files.characters import trim
from shared.domain.files.file import FileRefused
from shared.domain.files.mapping import column_key, column_letters
from shared.tabular.caps import MIB, Caps
from shared.tabular.defusing import restore
from shared.tabular.encoding import HEAD_BYTES
from shared.tabular.kind import OLE2, ZIP, Kind, check_signature
from shared.tabular.raw_table import RawTable, Record, row_too_long
from shared.tabular.rejected_rows import REASON_COLUMN
from shared.tabular.spreadsheet import open_spreadsheet
from shared.tabular.text_file import open_text

DEFAULT_CAPS = Caps()
# An email address, a date or a long number: not the name of a column.
_DATA = re.compile(r"\S+@\S+\.\S+|\d{4}-\d\d-\d\d.*|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}.*|\+?[\d(][\d\s().-]{6,}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """An opened file. `records` are those below the header, without empty ones; iterate once.

    Cells of spreadsheets that are not text are TypedCell. Iterating raises FileRefused too.
    """

    kind: Kind
    header: tuple[str, ...]
    records: Iterator[Record]
    encoding: str | None
    delimiter: str | None
    sheet: str | None


@contextmanager
def open_table(
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    caps: Caps = DEFAULT_CAPS,
) -> Iterator[Table]:
    """Open a local file by its content; hints that are None are found out.

    Raises FileRefused for a file that is no table, has no header or exceeds the caps.
    """
    size = path.stat().st_size
    if size > caps.file_bytes:
        raise FileRefused(
            f"The file has {size / MIB:,.1f} MiB; {caps.file_bytes // MIB:,} MiB are taken. Split it, or "
            "remove columns that are not needed."
        )
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    check_signature(head)
    if head.startswith((ZIP, OLE2)):
        opening = open_spreadsheet(path, sheet=sheet, caps=caps)
    else:
        opening = open_text(path, encoding=encoding, delimiter=delimiter, caps=caps)
    with opening as raw:
        yield _with_header(raw, caps)


def _with_header(raw: RawTable, caps: Caps) -> Table:
    records = _filled(raw.records, caps)
    first = next(records, None)
    if first is None:
        raise FileRefused("The file holds no data. Check the export that made it, then upload it again.")
    header = first.cells
    while not trim(header[-1]):
        header = header[:-1]
    _check_header(header, first.number, caps)
    # A rejected-rows file of ours comes back mended.
    if column_key(header[-1]) == REASON_COLUMN and len(header) > 1:
        header, records = header[:-1], _without_reason(records, len(header) - 1)
    return Table(
        kind=raw.kind,
        header=tuple(shown(name) for name in header),
        records=records,
        encoding=raw.encoding,
        delimiter=raw.delimiter,
        sheet=raw.sheet,
    )


def _filled(records: Iterator[Record], caps: Caps) -> Iterator[Record]:
    """The records that are not empty. Raises FileRefused beyond the caps."""
    cell_count = 0
    for record in records:
        cell_count += len(record.cells)
        if record.number > caps.rows:
            raise FileRefused(f"The file has more than {caps.rows:,} rows. Split it into several files.")
        if sum(map(len, record.cells)) > caps.row_characters:
            raise row_too_long(record.number, caps)
        if cell_count > caps.cells:
            raise FileRefused(
                f"The file has more than {caps.cells:,} cells by row {record.number:,}. Remove columns that "
                "are not needed, or split it into several files."
            )
        if any(map(trim, record.cells)):
            yield _restored(record)


def _restored(record: Record) -> Record:
    if not any(cell[:1] == "'" for cell in record.cells):
        return record
    cells = (cell if isinstance(cell, TypedCell) else restore(cell) for cell in record.cells)
    return record._replace(cells=tuple(cells))


def _check_header(header: tuple[str, ...], number: int, caps: Caps) -> None:
    if len(header) > caps.columns:
        raise FileRefused(
            f"The header in row {number} has {len(header):,} columns; {caps.columns:,} are taken. "
            "Remove columns that are not needed."
        )
    for index, name in enumerate(header):
        where = f"Row {number}, column {column_letters(index)}"
        if is_unreadable(name):
            raise FileRefused(
                f"{where}: the column's name has characters that are not in the file's encoding. "
                "Save the file as UTF-8, or give the source the right encoding."
            )
        if _DATA.fullmatch(trim(name)):
            raise FileRefused(
                f"{where} looks like data, not like a column's name. Put a row with the names of the columns "
                "on top."
            )


def _without_reason(records: Iterator[Record], index: int) -> Iterator[Record]:
    for record in records:
        kept = (*record.cells[:index], *record.cells[index + 1 :])
        if any(map(trim, kept)):
            yield record._replace(cells=kept)
