"""Gather an audience of people: who they are now is stored as the rows of a file, which change no more."""

from collections.abc import Collection
from datetime import datetime

from shared import faults
from shared.domain.campaigns.audience import PeopleAudience, PeoplePart
from shared.domain.channels.address_kinds import AddressKind
from shared.domain.files.file import Row
from shared.domain.files.row_chunk import ROWS_PER_CHUNK
from shared.firestore.row_chunks import chunk_of
from shared.runtime import Runtime
from shared.usecases.campaigns.read_people import read_people


async def store_people(
    runtime: Runtime,
    company_id: str,
    audience: PeopleAudience,
    kinds: Collection[AddressKind],
    file_id: str,
    now: datetime,
) -> PeoplePart:
    """Store everybody who is in the audience `now` as rows under `file_id`; done again, they are replaced.

    `kinds` are those of the addresses that the campaign sends to. Raises Conflict when a segment or a file
    that it names is gone.
    """
    rows = _Rows(runtime, company_id, file_id)
    await read_people(runtime, company_id, audience, kinds, now, rows.add)
    return await rows.close()


class _Rows:
    """The rows of the file that they become, stored a chunk at a time."""

    def __init__(self, runtime: Runtime, company_id: str, file_id: str) -> None:
        self._runtime, self._company_id, self._file_id = runtime, company_id, file_id
        self._rows: list[Row] = []
        self._chunks = self._count = 0

    async def add(self, values: dict[str, str], time_zone: str) -> None:
        """One more."""
        self._count += 1
        self._rows.append(Row(number=self._count, values=values, time_zone=time_zone))
        if len(self._rows) == ROWS_PER_CHUNK:
            await self._flush()

    async def close(self) -> PeoplePart:
        """What was stored."""
        await self._flush()
        return PeoplePart(file_id=self._file_id, recipient_count=self._count, chunk_count=self._chunks)

    async def _flush(self) -> None:
        if not self._rows:
            return
        before = self._count - len(self._rows)
        chunk = chunk_of(self._file_id, self._chunks, before, self._rows)
        with faults.step("store_people"):
            await self._runtime.stores.row_chunks.save(self._company_id, chunk.id, chunk)
        self._chunks += 1
        self._rows = []
