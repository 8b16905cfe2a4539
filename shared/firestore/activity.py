"""Traces of messages, by whose they are, in shards; and those that were told and are not in a shard yet.

They are told with the messages, many in one document, and brought into the shards by `record_activity`. Told
twice they are one: each names its message.
"""

import zlib
from collections.abc import AsyncIterator, Iterable
from datetime import datetime

import msgspec
from google.cloud.firestore import AsyncClient, AsyncTransaction
from msgspec import Struct

from shared.domain.channels.channel import as_text
from shared.domain.contacts.activity import Trace
from shared.domain.contacts.contact_keys import SHARDS, shard_id
from shared.firestore.kit.collection import Collection

SHARDS_A_READ = 64
LARGEST = 900_000  # bytes of a shard's traces; a document has 1,048,576
_TRACES = msgspec.json.Decoder(list[Trace])
_ENCODER = msgspec.json.Encoder(enc_hook=as_text)


class ActivityShard(Struct, frozen=True, kw_only=True):
    """One shard's traces, packed."""

    id: str
    trace_count: int
    traces: bytes


class ActivityNote(Struct, frozen=True, kw_only=True):
    """Traces that wait for `record_activity`, packed; it deletes the note."""

    id: str
    noted_at: datetime
    traces: bytes


class ActivityShards(Collection[ActivityShard]):
    """What became of a company's messages, for its segments."""

    def __init__(self, db: AsyncClient) -> None:
        super().__init__(db, "activity_shards", ActivityShard, "activity shard")

    async def in_shard(
        self, company_id: str, number: int, transaction: AsyncTransaction | None = None
    ) -> list[Trace]:
        """All traces of one shard. With a transaction the read is part of it."""
        found = await self.find(company_id, shard_id(number), transaction)
        return traces_in(found) if found else []

    async def scan(self, company_id: str) -> AsyncIterator[ActivityShard]:
        """Every shard that has traces, some of them read at a time."""
        for first in range(0, SHARDS, SHARDS_A_READ):
            for shard in await self.between(company_id, shard_id(first), shard_id(first + SHARDS_A_READ)):
                yield shard


def traces_in(packed: ActivityShard | ActivityNote) -> list[Trace]:
    """The traces that are packed in it."""
    return _TRACES.decode(zlib.decompress(packed.traces))


def packed_traces(traces: Iterable[Trace]) -> bytes:
    """Traces as a document holds them."""
    return zlib.compress(_ENCODER.encode(list(traces)), 1)


def activity_shard(number: int, traces: list[Trace]) -> ActivityShard:
    """The shard of these traces; of more than fit, the oldest are left out."""
    packed = packed_traces(traces)
    while len(packed) > LARGEST:
        oldest = sorted(one.at for one in traces)[len(traces) // 10]
        traces = [one for one in traces if one.at > oldest]
        packed = packed_traces(traces)
    return ActivityShard(id=shard_id(number), trace_count=len(traces), traces=packed)
