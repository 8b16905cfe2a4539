"""Bring what became of messages from notes, in which it was told, into the shards of activity.

A note is deleted when all shards have its traces: killed in between, they are brought once more, and are the
same. So it needs no lease.
"""

import asyncio
from collections.abc import Sequence

from shared.domain.contacts.activity import KEPT, Trace, by_shard_of, together
from shared.domain.contacts.contact_keys import shard_id
from shared.firestore.activity import activity_shard, traces_in
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

NOTES_A_ROUND = 1_000  # a hundred thousand messages' at most; each round writes every shard once
AT_ONCE = 8  # transactions under way; they touch different documents


async def record_notes(runtime: Runtime, company_id: str) -> bool:
    """Record some notes; False when there are no more."""
    notes = runtime.stores.activity_notes
    found = await notes.page(company_id, limit=NOTES_A_ROUND)
    traces = by_shard_of(trace for note in found.items for trace in traces_in(note))
    gate = asyncio.Semaphore(AT_ONCE)

    async def bring(number: int) -> None:
        async with gate:
            await _bring(runtime, company_id, number, traces[number])

    await asyncio.gather(*map(bring, sorted(traces)))
    await notes.remove(company_id, [note.id for note in found.items])
    return found.next_after is not None


async def _bring(runtime: Runtime, company_id: str, number: int, traces: Sequence[Trace]) -> None:
    shards = runtime.stores.activity_shards

    async def bring(transaction: Transaction) -> None:
        stored = await shards.in_shard(company_id, number, transaction)
        every = together([*stored, *traces], runtime.now() - KEPT)
        if every != stored:
            shards.put(transaction, company_id, shard_id(number), activity_shard(number, every))

    await transact(runtime.stores.db, bring)
