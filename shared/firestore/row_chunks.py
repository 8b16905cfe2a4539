"""Rows in chunk documents, as compressed JSON: no index entries, and far under 1 MiB."""

import zlib
from collections.abc import AsyncIterator, Iterable, Sequence

import msgspec
import orjson
from google.cloud.firestore import AsyncClient
from msgspec import Struct, field

from shared.domain.files.file import Mending, Row
from shared.domain.files.row_chunk import RowChunk, row_chunk_id
from shared.domain.record import replace
from shared.firestore.kit.collection import Collection
from shared.firestore.kit.retention import Keeping

CHUNKS_PER_READ = 20


class _Remark(Struct, frozen=True, kw_only=True):
    """What is said of one row. Apart from the rows, as those of older chunks have none."""

    number: int
    marks: dict[str, str] = field(default_factory=dict)
    mended: Mending | None = None


class RowChunks(Collection[RowChunk]):
    """The row chunks of files."""

    def __init__(self, db: AsyncClient, keeping: Keeping | None = None) -> None:
        super().__init__(db, "row_chunks", RowChunk, "row chunk", keeping)

    async def rows(self, company_id: str, file_id: str, number: int) -> list[Row]:
        """The rows of one chunk. Raises NotFound."""
        return unpacked(await self.get(company_id, row_chunk_id(file_id, number)))

    async def number_with(
        self,
        company_id: str,
        file_id: str,
        chunk_count: int,
        row_number: int,
        known: dict[int, list[Row]] | None = None,
    ) -> int | None:
        """The number of the chunk that holds the row, or would; None when it cannot be in any.

        Rows are in order, so a dozen reads find one among a million. Chunks that are `known`, by number, are
        not read again; those that are read are added.
        """
        known = {} if known is None else known
        low, high = 0, chunk_count - 1
        while low <= high:
            middle = (low + high) // 2
            if middle not in known:
                known[middle] = await self.rows(company_id, file_id, middle)
            rows = known[middle]
            if row_number < rows[0].number:
                high = middle - 1
            elif row_number > rows[-1].number:
                low = middle + 1
            else:
                return middle
        return None

    async def with_numbers(
        self, company_id: str, file_id: str, chunk_count: int, numbers: Iterable[int]
    ) -> dict[int, Row]:
        """By number, those of these rows that the file has. No chunk is read twice. Raises NotFound."""
        known: dict[int, list[Row]] = {}
        found: dict[int, Row] = {}
        for number in sorted(numbers):
            place = await self.number_with(company_id, file_id, chunk_count, number, known)
            rows = known[place] if place is not None else ()
            found |= {row.number: row for row in rows if row.number == number}
        return found

    async def rows_before(
        self, company_id: str, places: Sequence[tuple[str, int]]
    ) -> dict[tuple[str, int], int]:
        """How many rows of its file lie before each chunk (file id, number); no rows are transferred."""
        ids = {place: row_chunk_id(*place) for place in places}
        found = await self.find_field(company_id, ids.values(), "rows_before")
        return {place: int(found[item_id]) for place, item_id in ids.items()}

    async def each(self, company_id: str, file_id: str, chunk_count: int) -> AsyncIterator[RowChunk]:
        """All chunks of a file in order."""
        for start in range(0, chunk_count, CHUNKS_PER_READ):
            ids = [row_chunk_id(file_id, n) for n in range(start, min(start + CHUNKS_PER_READ, chunk_count))]
            found = await self.find_many(company_id, ids)
            for item_id in ids:
                yield found[item_id]


def chunk_of(file_id: str, number: int, rows_before: int, rows: Sequence[Row]) -> RowChunk:
    """Rows as chunk `number` of the file."""
    chunk = RowChunk(
        id=row_chunk_id(file_id, number),
        file_id=file_id,
        number=number,
        row_count=len(rows),
        rows_before=rows_before,
        rows=b"",
    )
    return with_rows(chunk, rows)


def with_rows(chunk: RowChunk, rows: Sequence[Row]) -> RowChunk:
    """The chunk with these rows in place of its own; as many as it had."""
    remarks = [_Remark(number=r.number, marks=r.marks, mended=r.mended) for r in rows if r.marks or r.mended]
    return replace(
        chunk,
        rows=zlib.compress(orjson.dumps([[row.number, row.values] for row in rows]), 1),
        marked_count=sum(bool(row.marks) for row in rows),
        remarks=zlib.compress(msgspec.json.encode(remarks), 1) if remarks else b"",
        time_zones=_zones(rows),
    )


def unpacked(chunk: RowChunk) -> list[Row]:
    """The rows a chunk holds; those of older ones have no time zone."""
    pairs = orjson.loads(zlib.decompress(chunk.rows))
    zones = chunk.time_zones or ("",)
    zones = zones * len(pairs) if len(zones) == 1 else zones
    placed = zip(pairs, zones, strict=True)
    if not chunk.remarks:
        return [Row(number=number, values=values, time_zone=zone) for (number, values), zone in placed]
    remarks = msgspec.json.decode(zlib.decompress(chunk.remarks), type=list[_Remark])
    said = {remark.number: remark for remark in remarks}
    nothing = _Remark(number=0)
    return [
        Row(number=number, values=values, marks=of.marks, mended=of.mended, time_zone=zone)
        for (number, values), zone in placed
        for of in (said.get(number, nothing),)
    ]


def _zones(rows: Sequence[Row]) -> tuple[str, ...]:
    """The rows' time zones: one for each, or the one that all have."""
    zones = tuple(row.time_zone for row in rows)
    return zones[:1] if len(set(zones)) == 1 else zones
