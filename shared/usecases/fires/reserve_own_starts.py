"""Give the messages of a chunk that are due at times of their own their places on the sender's timeline."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.domain.campaigns.step import chain_of
from shared.domain.fires.fire import Chunk, FireState
from shared.domain.fires.queueing import Arranged
from shared.domain.fires.step_begins import is_spread, pace_of
from shared.domain.senders.own_starts import Piece, own_timeline_id, pieces_of, reserve_pieces
from shared.domain.senders.sender_timeline import SenderTimeline
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def reserve_own_starts(
    runtime: Runtime, company_id: str, arranged: Arranged, chunk: Chunk
) -> Mapping[datetime, Sequence[datetime]]:
    """By when messages are due, when each of their batches starts; nothing for a step for all at once.

    Done again for a chunk whose worker died, it takes places again: what was stored keeps the ones it has.
    """
    content = arranged.content
    chain = chain_of(content.campaign.steps, chunk.step_id)
    if not is_spread(chain) or arranged.fire.state is FireState.CANCELED:
        return {}
    sender, pace = content.senders[chain[-1].sender_id], pace_of(content, chain)
    counts = Counter(one.plan.opens_at for one in arranged.messages if one.plan.skip is None)
    pieces: dict[datetime, list[Piece]] = {}
    first = chunk.recipients_before
    for opens_at in sorted(counts):
        pieces[opens_at] = pieces_of(opens_at, counts[opens_at], first, pace, sender.rate_per_second)
        first += counts[opens_at]
    if not pieces:
        return {}
    flat = [piece for several in pieces.values() for piece in several]
    starts = iter(await _reserve(runtime, company_id, chunk, sender.id, flat))
    return {opens_at: [next(starts) for _ in several] for opens_at, several in pieces.items()}


async def _reserve(
    runtime: Runtime, company_id: str, chunk: Chunk, sender_id: str, pieces: Sequence[Piece]
) -> list[datetime]:
    timelines, timeline_id = runtime.stores.sender_timelines, own_timeline_id(sender_id)

    async def take(transaction: Transaction) -> list[datetime]:
        timeline = await timelines.find(company_id, timeline_id, transaction)
        timeline = timeline or SenderTimeline(id=timeline_id)
        timeline, starts = reserve_pieces(timeline, chunk.id, chunk.fire_id, pieces, runtime.now())
        timelines.put(transaction, company_id, timeline_id, timeline)
        return starts

    return await transact(runtime.stores.db, take)
