"""Store blocks of a file: their rows as chunks, their rejected rows in the failures table."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence

import orjson
from msgspec import Struct, field

from shared.domain.files.file import File, FileHold, RejectedRow, Row
from shared.domain.files.finding import Finding
from shared.domain.files.row_chunk import ROWS_PER_CHUNK, RowChunk
from shared.domain.files.withdrawal import Withdrawal
from shared.domain.ids import computed_id
from shared.domain.messages.failure import Failure, FailureStep
from shared.domain.stored_size import cut, stored_bytes
from shared.firestore.kit.transactions import commit, commit_part
from shared.firestore.kit.wire import Writer
from shared.firestore.row_chunks import chunk_of
from shared.runtime import Runtime
from shared.tabular.table import Table
from shared.usecases.files.read_blocks import Block

FAILURES_PER_COMMIT = 150
CHUNKS_PER_COMMIT = 20
MOST_HELD = 1_500
_NO_FACTS = ("held", "withdrawals")
CHUNK_BYTES = 600_000  # before compression; a document holds 1 MiB


class Loaded(Struct, kw_only=True):
    """What was loaded of a file so far. `held` are rejected rows that wait for a first row that loads.

    `withdrawals` are those of its appointments that were canceled or moved.
    """

    content_hash: str | None = None
    size: int = 0
    row_count: int = 0
    rejected_count: int = 0
    hidden_count: int = 0
    marked_count: int = 0
    canceled_count: int = 0
    filtered_count: int = 0
    chunk_count: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    notes: tuple[str, ...] = ()
    rejected_object_name: str | None = None
    findings: tuple[Finding, ...] = ()
    hold: FileHold = FileHold.NONE
    held: list[RejectedRow] = field(default_factory=list)
    withdrawals: list[Withdrawal] = field(default_factory=list)

    def note_table(self, table: Table) -> None:
        """Take over how the file was opened."""
        self.encoding, self.delimiter, self.sheet = table.encoding, table.delimiter, table.sheet
        self.header_row, self.notes = table.header_row, table.notes

    def facts(self) -> dict[str, object]:
        """What the file's record says of it."""
        return {name: getattr(self, name) for name in self.__struct_fields__ if name not in _NO_FACTS}

    def facts_of_refusal(self) -> dict[str, object]:
        """What the record of a refused file says: how it was read; and its rejected rows, if all are that."""
        names = ["encoding", "delimiter", "header_row", "notes", "hidden_count", "filtered_count", "findings"]
        names += ["rejected_count", "rejected_object_name"] if self.rejected_object_name else []
        names += ["sheet"] if self.sheet else []
        return {name: getattr(self, name) for name in names}


async def store_rows(
    runtime: Runtime, company_id: str, file: File, loaded: Loaded, blocks: Sequence[Block]
) -> None:
    """Write the blocks and count them. Ids are computed, so writing a block again changes nothing.

    As long as no row loads, rejected ones are held back: a file of which none does is refused as a whole,
    and so are not its rows, one by one.
    """
    chunks: list[RowChunk] = []
    rejected: list[RejectedRow] = []
    for block in blocks:
        loaded.rejected_count += len(block.rejected)
        loaded.held += block.rejected
        chunks += _chunks(file, loaded, block.rows)
        if loaded.row_count or len(loaded.held) > MOST_HELD:
            rejected += loaded.held
            loaded.held = []
    await asyncio.gather(
        *_chunk_commits(runtime, company_id, chunks), *_failure_commits(runtime, company_id, file, rejected)
    )


def _chunks(file: File, loaded: Loaded, rows: Sequence[Row]) -> Iterator[RowChunk]:
    """The block's rows as chunks, which are counted."""
    for part in cut(rows, _row_bytes, most=ROWS_PER_CHUNK, most_bytes=CHUNK_BYTES):
        yield chunk_of(file.id, loaded.chunk_count, loaded.row_count, part)
        loaded.chunk_count += 1
        loaded.row_count += len(part)
        loaded.marked_count += sum(bool(row.marks) for row in part)


def _chunk_commits(
    runtime: Runtime, company_id: str, chunks: Sequence[RowChunk]
) -> Iterator[Coroutine[None, None, None]]:
    stores = runtime.stores
    for part in cut(chunks, stored_bytes, most=CHUNKS_PER_COMMIT):
        writer = stores.db.batch()
        for chunk in part:
            stores.row_chunks.put(writer, company_id, chunk.id, chunk)
        yield commit(writer, "store_rows")


async def release_held(runtime: Runtime, company_id: str, file: File, loaded: Loaded) -> None:
    """Store the rejected rows of a file that has no other, but says something all the same."""
    held, loaded.held = loaded.held, []
    await asyncio.gather(*_failure_commits(runtime, company_id, file, held))


def _failure_commits(
    runtime: Runtime, company_id: str, file: File, rejected: Sequence[RejectedRow]
) -> Iterator[Coroutine[None, None, None]]:
    stores = runtime.stores

    def put(writer: Writer, failure: Failure) -> None:
        stores.failures.put(writer, company_id, failure.id, failure)

    failures = [_failure(runtime, file, row) for row in rejected]
    for part in cut(failures, stored_bytes, most=FAILURES_PER_COMMIT):
        yield commit_part(stores.db, part, put, "store_rows")


def _row_bytes(row: Row) -> int:
    return len(orjson.dumps(row.values))


def _failure(runtime: Runtime, file: File, row: RejectedRow) -> Failure:
    return Failure(
        id=computed_id(file.id, "rejected", row.number),
        step=FailureStep.INGEST,
        field=row.column,
        value=row.value,
        kind=f"column {row.column}" if row.column else "row",
        reason=row.reason,
        row_number=row.number,
        created_at=runtime.now(),
        file_id=file.id,
    )
