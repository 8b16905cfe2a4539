"""Read the file of an import block by block, in a thread; each row is read as its columns say."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from msgspec import Struct, field

from shared.domain.contacts.contact_import import BY_ID, BY_KEY, ContactImport
from shared.domain.contacts.import_columns import ImportColumn, check_columns, guessed
from shared.domain.contacts.import_row import ImportRow, RowRejected, RowRepeated
from shared.domain.contacts.read_import_row import Known, RowReader, is_matched_by, placed
from shared.domain.errors import InvalidInput
from shared.domain.files.cell import shown
from shared.domain.files.file import FileRefused, RejectedRow
from shared.tabular.caps import Caps
from shared.tabular.raw_table import Record
from shared.tabular.table import Table
from shared.tabular.vcards import open_people

BLOCK_ROWS = 20_000  # each block writes every shard once, whether it has ten contacts of it or a hundred
SHOWN_VALUE = 100


class Block(Struct, kw_only=True):
    """Some rows: those that can be taken, those that cannot, and how many are skipped."""

    number: int
    rows: list[ImportRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    skipped: int = 0
    percent: int = 0

    @property
    def row_count(self) -> int:
        """How many rows there are."""
        return len(self.rows) + len(self.rejected) + self.skipped


class BlockReader:
    """Gives the blocks of an opened file, one after another. It keeps a number for each row it has read."""

    def __init__(self, table: Table, item: ContactImport, known: Known) -> None:
        self.table = table
        self.used = item.columns or guessed(table.header, known.fields)
        _check(item, self.used, known)
        self.notes = (*table.notes, *_unused(table, self.used))
        self._reader = RowReader(item, placed(self.used, table.header), known)
        self._skips_repeated = item.skips_repeated
        self._rows_by_key: dict[int, int] = {}
        self._number = 0

    def next_block(self) -> Block | None:
        """The next one; None at the end. Raises FileRefused."""
        records = list(islice(self.table.records, BLOCK_ROWS))
        if not records:
            return None
        block = Block(number=self._number, percent=records[-1].percent)
        self._number += 1
        for record in records:
            try:
                block.rows.append(self._read(record))
            except RowRejected as rejected:
                if isinstance(rejected, RowRepeated) and self._skips_repeated:
                    block.skipped += 1
                    continue
                block.rejected.append(rejected_row(record.number, record.cells, rejected))
        return block

    def _read(self, record: Record) -> ImportRow:
        if record.fault is not None:
            cell = record.fault.cell
            names = self.table.header
            column = names[cell] if cell is not None and cell < len(names) else ""
            raise RowRejected(column, record.fault.line or "", record.fault.reason)
        row = self._reader.read(record.number, record.cells)
        for key in filter(None, {row.match, row.contact_id, row.key and f"key {row.key}"}):
            first = self._rows_by_key.setdefault(hash(key), row.number)
            if first != row.number:
                raise RowRepeated(first)
        return row


def rejected_row(number: int, cells: tuple[str, ...], rejected: RowRejected) -> RejectedRow:
    """The row as the file of rejected rows has it."""
    value = shown(rejected.value)[:SHOWN_VALUE]
    return RejectedRow(
        number=number, column=rejected.column, value=value, reason=rejected.reason, cells=cells
    )


@contextmanager
def read_import(path: Path, item: ContactImport, known: Known, most_bytes: int) -> Iterator[BlockReader]:
    """The file's blocks. Raises FileRefused for one that is no table, or lacks a column."""
    names = [one.column for one in item.columns]
    with open_people(path, sheet=item.sheet, columns=names, caps=Caps(file_bytes=most_bytes)) as table:
        yield BlockReader(table, item, known)


def _check(item: ContactImport, used: tuple[ImportColumn, ...], known: Known) -> None:
    """Raises FileRefused where the columns do not fit, or none is what contacts are found by."""
    try:
        check_columns(used, known.fields)
    except InvalidInput as invalid:
        raise FileRefused(f"The columns do not fit: {invalid}.") from invalid
    if not any(is_matched_by(item.match_by, one) for one in used):
        what = "the contacts' ids" if item.match_by == BY_ID else "your key"
        what = what if item.match_by in (BY_ID, BY_KEY) else f"an address of {item.match_by}"
        raise FileRefused(
            f"No column holds {what}, by which contacts are found. Name the one that does in `columns`, or "
            "match by another."
        )


def _unused(table: Table, used: tuple[ImportColumn, ...]) -> tuple[str, ...]:
    names = {one.column for one in used}
    others = [name for name in table.header if name not in names and name]
    if not others:
        return ()
    return (f"Not used: {', '.join(repr(name[:60]) for name in others[:20])}.",)
