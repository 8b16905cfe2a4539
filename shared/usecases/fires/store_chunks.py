"""Store the chunks of a fire's audience, reserve its senders' time, and announce the chunks."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from shared import faults
from shared.domain.campaigns import window
from shared.domain.campaigns.content import CampaignContent
from shared.domain.files.row_chunk import RowChunk
from shared.domain.fires.fire import Chunk, Fire
from shared.domain.ids import computed_id
from shared.domain.job import QueueMessages
from shared.domain.senders.sender_timeline import SenderTimeline, reserve
from shared.firestore.kit.transactions import Transaction, commit, transact
from shared.runtime import Runtime
from shared.usecases.ledger.summarize_fire import summarize_fire

CHUNKS_PER_COMMIT = 200
WORTH_A_NOTE = timedelta(minutes=1)


async def store_chunks(runtime: Runtime, company_id: str, fire: Fire) -> Fire:
    """Go on with a fire whose chunks may not all be stored; doing it twice is harmless."""
    if fire.chunks_stored:
        return fire
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    chunks = await _chunks(runtime, company_id, fire)
    row_count = sum(chunk.row_count for chunk in chunks)
    note = await _reserve_senders(runtime, company_id, fire, content, row_count)
    await _store(runtime, company_id, fire, chunks)

    async def finish(transaction: Transaction) -> Fire:
        current = await runtime.stores.fires.get(company_id, fire.id, transaction)
        done = replace(current, chunks_stored=True, note=current.note or note)
        runtime.stores.fires.put(transaction, company_id, fire.id, done)
        return done

    stored = await transact(runtime.stores.db, finish, "store_chunks.finish")
    jobs = [
        QueueMessages(company_id=company_id, fire_id=fire.id, chunk_id=_chunk_id(fire, chunk.number))
        for chunk in chunks
    ]
    with faults.step("store_chunks.publish" if jobs else None):
        await runtime.publisher.publish(jobs)
    if not chunks:
        await summarize_fire(runtime, company_id, fire.id)
    return stored


def _chunk_id(fire: Fire, number: int) -> str:
    return computed_id(fire.id, "chunk", number)


async def _chunks(runtime: Runtime, company_id: str, fire: Fire) -> list[RowChunk]:
    if fire.file_id is None:
        return []
    found = runtime.stores.row_chunks.each(company_id, fire.file_id, fire.chunk_count)
    return [replace(chunk, rows=b"") async for chunk in found]


async def _store(runtime: Runtime, company_id: str, fire: Fire, chunks: list[RowChunk]) -> None:
    stores = runtime.stores
    existing = await stores.chunks.find_many(company_id, (_chunk_id(fire, c.number) for c in chunks))
    missing = [chunk for chunk in chunks if _chunk_id(fire, chunk.number) not in existing]
    for start in range(0, len(missing), CHUNKS_PER_COMMIT):
        writer = stores.db.batch()
        for chunk in missing[start : start + CHUNKS_PER_COMMIT]:
            item = Chunk(
                id=_chunk_id(fire, chunk.number),
                fire_id=fire.id,
                number=chunk.number,
                rows_before=chunk.rows_before,
                published_at=runtime.now(),
            )
            stores.chunks.put(writer, company_id, item.id, item)
        await commit(writer, "store_chunks.store")


async def _reserve_senders(
    runtime: Runtime, company_id: str, fire: Fire, content: CampaignContent, row_count: int
) -> str:
    """Give the fire its time on each sender's timeline, once for the whole fire; a note if it must wait."""
    steps_of = Counter(step.sender_id for step in content.campaign.steps)
    earliest = starts_at = _earliest(content, fire.fired_at)
    for sender_id, steps in steps_of.items():
        seconds = row_count * steps / content.senders[sender_id].rate_per_second

        async def take(
            transaction: Transaction, sender_id: str = sender_id, seconds: float = seconds
        ) -> datetime:
            timelines = runtime.stores.sender_timelines
            timeline = await timelines.find(company_id, sender_id, transaction)
            timeline, start = reserve(
                timeline or SenderTimeline(id=sender_id), fire.id, earliest, seconds, fire.fired_at
            )
            timelines.put(transaction, company_id, sender_id, timeline)
            return start

        starts_at = max(starts_at, await transact(runtime.stores.db, take, "store_chunks.reserve"))
    if starts_at - earliest < WORTH_A_NOTE:
        return ""
    return f"Starts at {starts_at:%Y-%m-%d %H:%M} UTC, when its sender is through with another fire."


def _earliest(content: CampaignContent, now: datetime) -> datetime:
    zone = str(ZoneInfo(content.company_time_zone))
    return window.next_open(content.campaign.window, (zone,), now) or now
