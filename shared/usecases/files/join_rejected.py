"""Put rejected rows that were corrected into the file they came from, as its last rows."""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from shared.domain.companies.company import Company
from shared.domain.errors import Conflict, InvalidInput, Problem
from shared.domain.files.file import File, FileHold, FileState, Mending, RejectedRow, Row
from shared.domain.files.row_chunk import RowChunk, row_chunk_id
from shared.domain.files.source import Source
from shared.domain.files.visit_columns import visits_in
from shared.domain.ids import random_id
from shared.domain.messages.failure import Failure, FailureStep
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.files import FILE_FAILURES
from shared.firestore.row_chunks import chunk_of, unpacked
from shared.runtime import Runtime
from shared.tabular.rejected_rows import RejectedRowsFile, RejectedTable, csv_export
from shared.tabular.table import open_table
from shared.usecases.files.check_file import check_file
from shared.usecases.files.check_rows_are_free import check_rows_are_free
from shared.usecases.files.read_blocks import read_blocks
from shared.views.files import MOST_CORRECTED


async def why_not_joined(
    runtime: Runtime, company_id: str, file: File, source: Source, header: Sequence[str]
) -> str:
    """Why corrected rows cannot become rows of this file any more; empty where they can."""
    if file.state is not FileState.LOADED or file.hold is FileHold.REJECTED:
        return "No row of it is loaded."
    if source.contacts is not None:
        return "Contacts are made of the rows of such a file, all at once."
    if visits_in(source, header) is not None:
        return "Such a file books, moves and cancels appointments as a whole."
    try:
        await check_rows_are_free(runtime, company_id, file)
    except Conflict as taken:
        return str(taken)
    return ""


async def join_rejected(
    runtime: Runtime,
    company_id: str,
    file: File,
    source: Source,
    table: RejectedTable,
    corrected: Mapping[int, Sequence[str]],
    *,
    by: str,
) -> File:
    """Store the rows behind the file's last one; they are rejected no more. Counts follow in the same commit.

    `corrected` are all cells of each row, by its place in `table`. They are read as the file was: the row
    filter of its source holds too. Raises InvalidInput (`rows[0]`), and Conflict where the file changed
    meanwhile.
    """
    places = sorted(corrected)
    company = await runtime.stores.companies.get(company_id)
    lines = [corrected[at] for at in places]
    rows = await asyncio.to_thread(_read, file, source, company, table.header, lines, places)
    failures = await _failures(runtime, company_id, file, table)
    left = replace(table, rows=tuple(row for at, row in enumerate(table.rows) if at not in corrected))
    name = await _store_left(runtime, company_id, file, left)
    joining = _Joining(runtime, company_id, file, rows, [failures[at] for at in places], name, by)
    return await transact(runtime.stores.db, joining.make)


def _read(
    file: File,
    source: Source,
    company: Company,
    header: Sequence[str],
    lines: Sequence[Sequence[str]],
    places: Sequence[int],
) -> list[Row]:
    """The rows as the file's own are read. Raises InvalidInput."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "corrected"
        path.write_bytes(b"".join(csv_export([header, *lines])))
        columns = [column.column for column in source.columns]
        check = check_file(file, source, company, [])
        with (
            open_table(path, delimiter=",", columns=columns) as opened,
            read_blocks(opened, source, company, file.created_at, Path(folder) / "rejected", check) as reader,
        ):
            blocks = [block for several in iter(reader.next_blocks, []) for block in several]
    problems = [
        Problem(
            field=f"rows[{places[0]}]", reason=f"{one.column}: {one.reason}" if one.column else one.reason
        )
        for block in blocks
        for one in block.rejected
    ]
    if problems:
        raise InvalidInput(*problems)
    rows = [row for block in blocks for row in block.rows]
    if len(rows) != len(lines):
        raise Conflict("The row filter of this kind of file leaves some of these rows out.")
    return rows


async def _failures(runtime: Runtime, company_id: str, file: File, table: RejectedTable) -> Sequence[Failure]:
    """What the failures table says of each rejected row, in the table's order."""
    found = await runtime.stores.failures.some(company_id, FILE_FAILURES, file.id, limit=MOST_CORRECTED + 1)
    failures = sorted(
        (one for one in found if one.step is FailureStep.INGEST), key=lambda one: one.row_number or 0
    )
    if len(failures) != len(table.rows):
        raise Conflict("Rejected rows of this file were deleted or corrected meanwhile. Look at it again.")
    return failures


async def _store_left(runtime: Runtime, company_id: str, file: File, left: RejectedTable) -> str | None:
    """What is still rejected, as a file of a name of its own: the one before stands until the commit."""
    if not left.rows:
        return None
    name = f"companies/{company_id}/files/{file.id}/rejected-{random_id()}.csv"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejected"
        with path.open("wb") as stream:
            writer = RejectedRowsFile(stream, header=left.header, delimiter=file.delimiter)
            for cells, reason in left.rows:
                writer.add(RejectedRow(number=0, column="", value="", reason=reason, cells=cells))
        await runtime.files.upload(name, str(path), "text/csv")
    return name


class _Joining(Struct, frozen=True):
    """One commit: rows, counts, and what is rejected no more."""

    runtime: Runtime
    company_id: str
    file: File
    rows: Sequence[Row]
    failures: Sequence[Failure]
    name: str | None
    by: str

    async def make(self, transaction: Transaction) -> File:
        stores, file = self.runtime.stores, self.file
        current = await stores.files.get(self.company_id, file.id, transaction)
        if current.mend_count == file.mend_count + 1 and current.rejected_object_name == self.name:
            return current  # our own commit, applied though it reported an error
        last = await stores.row_chunks.get(
            self.company_id, row_chunk_id(file.id, file.chunk_count - 1), transaction
        )
        if current != file:
            raise Conflict("The file was changed, or fired for, meanwhile. Look at it again.")
        chunk = self._chunk(last)
        stores.row_chunks.put(transaction, self.company_id, chunk.id, chunk)
        for failure in self.failures:
            transaction.delete(stores.failures.ref(self.company_id, failure.id))
        joined = replace(
            file,
            row_count=file.row_count + len(self.rows),
            chunk_count=file.chunk_count + 1,
            rejected_count=file.rejected_count - len(self.rows),
            marked_count=file.marked_count + chunk.marked_count,
            mend_count=file.mend_count + 1,
            rejected_object_name=self.name,
        )
        stores.files.put(transaction, self.company_id, file.id, joined)
        return joined

    def _chunk(self, last: RowChunk) -> RowChunk:
        known = [row.number for row in unpacked(last)[-1:]] + [one.row_number or 0 for one in self.failures]
        first, at = max(known) + 1, self.runtime.now()
        rows = [
            replace(
                row,
                number=first + place,
                mended=Mending(fields=tuple(sorted(row.values)), by=self.by, at=at),
            )
            for place, row in enumerate(self.rows)
        ]
        return chunk_of(self.file.id, self.file.chunk_count, self.file.row_count, rows)
