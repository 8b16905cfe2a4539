"""Read an open table through a source's mapping, block by block."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path

from shared.domain.files.file import RejectedRow, Row
from shared.domain.files.mapping import PreparedMapping, map_record, prepare_mapping, rejected_record
from shared.domain.files.row_chunk import ROW_CHARACTERS, ROWS_PER_CHUNK
from shared.domain.files.source import Source
from shared.domain.files.visit_columns import VisitColumns, visits_in
from shared.domain.files.withdrawal import Withdrawal
from shared.tabular.raw_table import Record
from shared.tabular.rejected_rows import RejectedRowsFile
from shared.tabular.table import Table
from shared.usecases.files.check_file import FileCheck

_SAMPLED = 200  # records that are looked at before the columns are found
_REASONS = 3  # that a refusal names
_COUNTED = 100  # kinds of reason that are told apart

_TOO_LONG = (
    f"its fields hold {{length:,}} characters together, more than the {ROW_CHARACTERS:,} a row may have; "
    "map a long column to fewer fields, or shorten it"
)


@dataclass(frozen=True, slots=True)
class Block:
    """What is stored in one go: rows of one chunk, rows rejected on the way, and how far the file is read.

    The rejected ones come without their cells, which stand in the rejected-rows file. `canceled` appointments
    are no rows; `withdrawals` are theirs and those of appointments that were moved.
    """

    rows: list[Row]
    rejected: list[RejectedRow]
    withdrawals: list[Withdrawal]
    canceled: int
    percent: int


@contextmanager
def read_blocks(
    table: Table, source: Source, time_zone: str, rejected_path: Path, check: FileCheck
) -> Iterator["BlockReader"]:
    """Find the source's columns in the table's header, to read on. Raises FileRefused."""
    first = list(islice(table.records, _SAMPLED))
    seen = check.seen([record.cells for record in first])
    mapping = prepare_mapping(source.columns, table.header, time_zone=time_zone, seen=seen)
    check.begin(mapping, comes_back=table.comes_back)
    with rejected_path.open("wb") as stream:
        rejected_file = RejectedRowsFile(stream, header=table.header, delimiter=table.delimiter)
        visits = visits_in(source, table.header)
        yield BlockReader(table, chain(first, table.records), mapping, rejected_file, check, visits)


class BlockReader:
    """Reads a table block by block and writes the rejected-rows file. Runs in threads, one call at a time."""

    def __init__(
        self,
        table: Table,
        records: Iterator[Record],
        mapping: PreparedMapping,
        rejected_file: RejectedRowsFile,
        check: FileCheck,
        visits: VisitColumns | None,
    ) -> None:
        self._table = table
        self._records = records
        self._mapping = mapping
        self._rejected_file = rejected_file
        self._check = check
        self._visits = visits
        self._reasons: Counter[tuple[str, str]] = Counter()

    def next_block(self) -> Block | None:
        """The next rows, or None at the end. Raises FileRefused."""
        block = Block([], [], [], 0, 0)
        percent = canceled = 0
        for record in self._records:
            percent = record.percent
            read = self._outcome(record)
            if isinstance(read, Withdrawal):
                block.withdrawals.append(read)
                canceled += 1
            else:
                self._take(record, self._check.looked_at(record.cells, read), block)
            if len(block.rows) + len(block.rejected) + canceled >= ROWS_PER_CHUNK:
                break
        is_empty = not (block.rows or block.rejected or block.withdrawals)
        return None if is_empty else replace(block, percent=percent, canceled=canceled)

    def _take(self, record: Record, outcome: Row | RejectedRow, block: Block) -> None:
        if isinstance(outcome, Row):
            block.rows.append(outcome)
            if self._visits and (moved := self._visits.moved(record.cells, outcome)):
                block.withdrawals.append(moved)
        else:
            block.rejected.append(replace(outcome, cells=()))
            self._rejected_file.add(outcome)
            self._count(outcome)

    def notes(self) -> tuple[str, ...]:
        """What people should know of how the file was read; complete when all is read."""
        absent = [
            f"The file has no column {column.column!r}: the field {column.field} is empty in every row."
            for column in self._mapping.absent
        ]
        hidden = self._table.hidden.note()
        return (*self._table.notes, *self._table.late_notes, *absent, *([hidden] if hidden else []))

    def nothing_loaded(self) -> str:
        """Why no row could be loaded, when all is read."""
        count = self._reasons.total()
        if not count:
            hidden = self._table.hidden.note()
            return (hidden and f"Nothing of the file is left to load. {hidden}") or (
                "The file has a header but no rows. Check the export that made it."
            )
        reasons = "; ".join(
            f"{times:,} × {f'column {column!r} ' if column else ''}{reason}"
            for (column, reason), times in self._reasons.most_common(_REASONS)
        )
        return (
            f"None of the {count:,} rows could be loaded, so nothing was: {reasons}. The rejected-rows file "
            "shows each row with its reason. Change the source or the file and upload it again."
        )

    def _outcome(self, record: Record) -> Row | RejectedRow | Withdrawal:
        fault = record.fault
        if fault is None and self._visits and (canceled := self._visits.canceled(record.cells)):
            return canceled
        if fault is None:
            outcome = map_record(self._mapping, record.number, record.cells)
            if isinstance(outcome, Row) and (length := _characters(outcome)) > ROW_CHARACTERS:
                reason = _TOO_LONG.format(length=length)
                return rejected_record(self._mapping, record.number, record.cells, reason)
            return outcome
        return rejected_record(
            self._mapping, record.number, record.cells, fault.reason, index=fault.cell, line=fault.line
        )

    def _count(self, row: RejectedRow) -> None:
        key = (row.column, row.reason)
        self._reasons[
            key if key in self._reasons or len(self._reasons) < _COUNTED else ("", "other reasons")
        ] += 1


def _characters(row: Row) -> int:
    return sum(map(len, row.values.values()))
