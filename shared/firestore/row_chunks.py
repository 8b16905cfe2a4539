"""Rows in chunk documents, as compressed JSON: no index entries, and far under 1 MiB."""

import zlib
from collections.abc import AsyncIterator, Sequence

import orjson
from google.cloud.firestore import AsyncClient, AsyncWriteBatch

from shared.domain.files.file import Row
from shared.domain.files.row_chunk import RowChunk, row_chunk_id
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.retention import Keeping

CHUNKS_PER_READ = 20


class RowChunks(Collection[RowChunk]):
    """The row chunks of files."""

    def __init__(self, db: AsyncClient, keeping: Keeping | None = None) -> None:
        super().__init__(db, "row_chunks", RowChunk, "row chunk", keeping)

    def put_rows(
        self,
        writer: AsyncWriteBatch,
        company_id: str,
        file_id: str,
        number: int,
        rows_before: int,
        rows: Sequence[Row],
    ) -> None:
        """Store rows as chunk `number` of the file."""
        item_id = row_chunk_id(file_id, number)
        chunk = RowChunk(
            id=item_id,
            file_id=file_id,
            number=number,
            row_count=len(rows),
            rows_before=rows_before,
            rows=packed(rows),
        )
        self.put(writer, company_id, item_id, chunk)

    async def rows(self, company_id: str, file_id: str, number: int) -> list[Row]:
        """The rows of one chunk. Raises NotFound."""
        return unpacked(await self.get(company_id, row_chunk_id(file_id, number)))

    async def sizes(self, company_id: str, file_id: str, chunk_count: int) -> list[int]:
        """How many rows each chunk of a file has, in order; the rows themselves stay where they are."""
        ids = [row_chunk_id(file_id, number) for number in range(chunk_count)]
        found = await self.find_field(company_id, ids, "row_count")
        return [int(found[item_id]) for item_id in ids]

    async def each(self, company_id: str, file_id: str, chunk_count: int) -> AsyncIterator[RowChunk]:
        """All chunks of a file in order."""
        for start in range(0, chunk_count, CHUNKS_PER_READ):
            ids = [row_chunk_id(file_id, n) for n in range(start, min(start + CHUNKS_PER_READ, chunk_count))]
            found = await self.find_many(company_id, ids)
            for item_id in ids:
                yield found[item_id]


def packed(rows: Sequence[Row]) -> bytes:
    """The rows as a chunk holds them."""
    return zlib.compress(orjson.dumps([[row.number, row.values] for row in rows]), 1)


def unpacked(chunk: RowChunk) -> list[Row]:
    """The rows a chunk holds."""
    return [Row(number=number, values=values) for number, values in orjson.loads(zlib.decompress(chunk.rows))]
