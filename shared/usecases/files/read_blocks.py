"""Read an open table through a source's mapping, block by block."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from pathlib import Path

from msgspec import Struct

from shared.domain.companies.company import Company
from shared.domain.files.file import RejectedRow, Row
from shared.domain.files.map_records import Outcome, RecordMapper
from shared.domain.files.mapping import prepare_mapping, rejected_record
from shared.domain.files.prepared_mapping import PreparedMapping
from shared.domain.files.row_chunk import ROW_CHARACTERS, ROWS_PER_CHUNK
from shared.domain.files.row_rules import RowRules
from shared.domain.files.source import Source
from shared.domain.files.visit_columns import VisitColumns, visits_in
from shared.domain.files.withdrawal import Withdrawal
from shared.domain.record import replace
from shared.tabular.raw_table import Record
from shared.tabular.rejected_rows import RejectedRowsFile
from shared.tabular.table import Table
from shared.usecases.files.check_file import FileCheck

_SAMPLED = 200  # records that are looked at before the columns are found
_REASONS = 3  # that a refusal names
_COUNTED = 100  # kinds of reason that are told apart
_MOST_FILTERED = 10_000  # in one block: the file's lease is renewed between blocks
BLOCKS_AT_ONCE = 10
_CHARACTERS_AT_ONCE = 1_000_000

_TOO_LONG = (
    f"its fields hold {{length:,}} characters together, more than the {ROW_CHARACTERS:,} a row may have; "
    "map a long column to fewer fields, or shorten it"
)


class Block(Struct, frozen=True):
    """The rows of one chunk, rows rejected on the way, and how far the file is read.

    The rejected ones come without their cells, which stand in the rejected-rows file. `canceled` appointments
    are no rows; `withdrawals` are theirs and those of appointments that were moved. `filtered` counts rows
    that the source's row filter did not take.
    """

    rows: list[Row]
    rejected: list[RejectedRow]
    withdrawals: list[Withdrawal]
    canceled: int
    percent: int
    filtered: int = 0


@contextmanager
def read_blocks(
    table: Table, source: Source, company: Company, now: datetime, rejected_path: Path, check: FileCheck
) -> Iterator["BlockReader"]:
    """Find the source's columns in the table's header, to read on. Raises FileRefused.

    `now` decides which day a row filter takes for today.
    """
    home = source.time_zone or company.time_zone
    region = source.default_region or company.default_region
    rules = RowRules(
        source=source,
        home=home,
        now=now,
        zones_of_number=lambda text, its: _zones_of_number(text, its or region),
    )
    first = list(islice(table.records, _SAMPLED))
    seen = check.seen([record.cells for record in first])
    needed = rules.needed()
    mapping = prepare_mapping(source.columns, table.header, time_zone=home, needed=needed, seen=seen)
    mapping = replace(mapping, rules=rules)
    check.begin(mapping, comes_back=table.comes_back)
    with rejected_path.open("wb") as stream:
        rejected_file = RejectedRowsFile(stream, header=table.header, delimiter=table.delimiter)
        visits = visits_in(source, table.header)
        yield BlockReader(table, chain(first, table.records), mapping, rejected_file, check, visits)


def _zones_of_number(text: str, region: str) -> tuple[str, ...]:
    from shared.domain.channels.phone_numbers import zones_of_written  # here, as few sources ask for it

    return zones_of_written(text, region)


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
        self._mapper = RecordMapper(mapping)
        self._rejected_file = rejected_file
        self._check = check
        self._visits = visits
        self._reasons: Counter[tuple[str, str]] = Counter()
        self._filtered = 0
        self._characters = 0  # of rows that are about to be stored

    def next_blocks(self) -> list[Block]:
        """The next rows, as many as are stored in one go; none at the end. Raises FileRefused."""
        blocks: list[Block] = []
        self._characters = 0
        while len(blocks) < BLOCKS_AT_ONCE and self._characters < _CHARACTERS_AT_ONCE:
            block = self._next_block()
            if block is None:
                break
            blocks.append(block)
        return blocks

    def _next_block(self) -> Block | None:
        block = Block([], [], [], 0, 0)
        percent = canceled = filtered = 0
        while wanted := min(
            ROWS_PER_CHUNK - len(block.rows) - len(block.rejected) - canceled, _MOST_FILTERED - filtered
        ):
            records = list(islice(self._records, wanted))
            if not records:
                break
            percent = records[-1].percent
            outcomes = self._outcomes(records)
            canceled += sum(isinstance(outcome, Withdrawal) for outcome in outcomes)
            filtered += outcomes.count(None)
            self._take(records, outcomes, block)
        self._filtered += filtered
        is_empty = not (block.rows or block.rejected or block.withdrawals or filtered)
        return None if is_empty else replace(block, percent=percent, canceled=canceled, filtered=filtered)

    def _take(
        self, records: Sequence[Record], outcomes: Sequence[Outcome | Withdrawal], block: Block
    ) -> None:
        """Put what became of the records into the block, in their order."""
        read = [
            (record.cells, outcome)
            for record, outcome in zip(records, outcomes, strict=True)
            if isinstance(outcome, Row | RejectedRow)
        ]
        looked_at = iter(self._check.looked_at(read))
        for record, outcome in zip(records, outcomes, strict=True):
            if isinstance(outcome, Withdrawal):
                block.withdrawals.append(outcome)
            elif isinstance(outcome, Row | RejectedRow):
                self._put(record, next(looked_at), block)
            elif self._visits and (gone := self._visits.left_out(record.cells)):
                block.withdrawals.append(gone)

    def _put(self, record: Record, outcome: Row | RejectedRow, block: Block) -> None:
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
        return (*self._table.notes, *self._table.late_notes, *absent, *self._notes_left_out())

    def nothing_loaded(self) -> str:
        """Why no row could be loaded, when all is read."""
        count = self._reasons.total()
        left_out = " ".join(self._notes_left_out())
        if not count and left_out:
            return f"Nothing of the file is left to load. {left_out}"
        if not count:
            return "The file has a header but no rows. Check the export that made it."
        reasons = "; ".join(
            f"{times:,} × {f'column {column!r} ' if column else ''}{reason}"
            for (column, reason), times in self._reasons.most_common(_REASONS)
        )
        return (
            f"None of the {count:,} rows could be loaded, so nothing was: {reasons}. The rejected-rows file "
            "shows each row with its reason. Change the source or the file and upload it again."
            f"{left_out and f' {left_out}'}"
        )

    def _notes_left_out(self) -> list[str]:
        """What was left out although nothing is wrong with it."""
        notes = [hidden] if (hidden := self._table.hidden.note()) else []
        rules = self._mapping.rules
        if self._filtered and rules:
            rows = "1 row was" if self._filtered == 1 else f"{self._filtered:,} rows were"
            taken = f"it takes those of which {rules.source.row_filter}"
            notes.append(f"{rows} left out by the source's row filter: {taken}.")
        return notes

    def _outcomes(self, records: Sequence[Record]) -> list[Outcome | Withdrawal]:
        """What becomes of each record."""
        known: dict[int, RejectedRow | Withdrawal] = {
            record.number: outcome for record in records if (outcome := self._known(record)) is not None
        }
        others = [record for record in records if record.number not in known] if known else records
        mapped = iter(
            self._mapper.map_all([one.number for one in others], [one.cells for one in others])
            if others
            else ()
        )
        return [known.get(one.number) or self._fitting(one, next(mapped)) for one in records]

    def _known(self, record: Record) -> RejectedRow | Withdrawal | None:
        """What becomes of a record whatever its fields are."""
        fault = record.fault
        if fault is not None:
            return rejected_record(
                self._mapping, record.number, record.cells, fault.reason, index=fault.cell, line=fault.line
            )
        return self._visits.canceled(record.cells) if self._visits else None

    def _fitting(self, record: Record, outcome: Outcome) -> Outcome:
        if not isinstance(outcome, Row):
            return outcome
        length = sum(map(len, outcome.values.values()))
        if length > ROW_CHARACTERS:
            reason = _TOO_LONG.format(length=length)
            return rejected_record(self._mapping, record.number, record.cells, reason)
        self._characters += length
        return outcome

    def _count(self, row: RejectedRow) -> None:
        key = (row.column, row.reason)
        self._reasons[
            key if key in self._reasons or len(self._reasons) < _COUNTED else ("", "other reasons")
        ] += 1
