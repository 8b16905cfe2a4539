"""Store one block of a file: its rows as a chunk, its rejected rows in the failures table."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from shared.domain.files.file import File, RejectedRow, Row
from shared.domain.ids import computed_id
from shared.domain.messages.failure import Failure, FailureStep
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime

FAILURES_PER_COMMIT = 150
CHUNK_BYTES = 600_000  # before compression; a document holds 1 MiB


@dataclass(kw_only=True, slots=True)
class Loaded:
    """What was loaded of a file so far."""

    content_hash: str
    size: int
    row_count: int = 0
    rejected_count: int = 0
    chunk_count: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    rejected_object_name: str | None = None

    def facts(self) -> dict[str, object]:
        """What the file's record says of it."""
        return {name: getattr(self, name) for name in self.__slots__}


async def store_rows(
    runtime: Runtime,
    company_id: str,
    file: File,
    loaded: Loaded,
    rows: Sequence[Row],
    rejected: Sequence[RejectedRow],
) -> None:
    """Write the block and count it. Ids are computed, so writing a block again changes nothing."""
    stores = runtime.stores
    commits = []
    for part in _cut(rows):
        writer = stores.db.batch()
        stores.row_chunks.put_rows(writer, company_id, file.id, loaded.chunk_count, loaded.row_count, part)
        commits.append(commit(writer, "store_rows"))
        loaded.chunk_count += 1
        loaded.row_count += len(part)
    for start in range(0, len(rejected), FAILURES_PER_COMMIT):
        writer = stores.db.batch()
        for row in rejected[start : start + FAILURES_PER_COMMIT]:
            failure = _failure(runtime, file, row)
            stores.failures.put(writer, company_id, failure.id, failure)
        commits.append(commit(writer, "store_rows"))
    loaded.rejected_count += len(rejected)
    await asyncio.gather(*commits)


def _cut(rows: Sequence[Row]) -> list[list[Row]]:
    """Cut rows so that each part fits a document."""
    parts: list[list[Row]] = []
    size = 0
    for row in rows:
        length = len(orjson.dumps(row.values))
        if not parts or size + length > CHUNK_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(row)
        size += length
    return parts


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
