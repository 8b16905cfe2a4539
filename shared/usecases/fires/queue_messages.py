"""Turn one chunk of a fire's audience into messages and failures, and its messages into batches."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from shared import faults, log, metering, tracing
from shared.domain.campaigns.content import CampaignContent
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.fires.fire import Chunk, ChunkState, Fire, FireState
from shared.domain.fires.fire_cost import Unit
from shared.domain.fires.planning import PlannedFailure, PlannedMessage, Planner
from shared.domain.fires.queueing import Starts, Writes, arrange
from shared.domain.ids import random_id
from shared.domain.job import QueueMessages, SendBatch
from shared.domain.messages.batch import Batch, BatchState
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.fires import CHUNKS_BY_STATE
from shared.runtime import Runtime
from shared.usecases.fires.store_writes import AlreadyTaken, store_writes
from shared.usecases.ledger.summarize_fire import summarize_fire

ROUNDS = 6


async def queue_messages(runtime: Runtime, job: QueueMessages) -> None:
    """Plan the chunk's rows, unless that is done or another worker is at it."""
    with log.context(company_id=job.company_id, fire_id=job.fire_id, chunk_id=job.chunk_id):
        metering.count(Unit.INVOCATIONS)
        chunk = await _claim(runtime, job)
        if chunk is not None:
            await _queue(runtime, job, chunk)


async def _queue(runtime: Runtime, job: QueueMessages, chunk: Chunk) -> None:
    fire = await runtime.stores.fires.get(job.company_id, job.fire_id)
    tracing.link(fire.traceparent)
    with log.context(campaign_id=fire.campaign_id):
        content = await runtime.stores.campaign_contents.frozen(
            job.company_id, fire.campaign_id, fire.content_hash
        )
        batches = await _plan(runtime, job.company_id, fire, content, chunk)
        is_last = await _finish(runtime, job.company_id, chunk)
        due = [batch for batch in batches if batch.state is BatchState.DISPATCHED]
        with faults.step("queue_messages.publish" if due else None):
            await runtime.publisher.publish(
                [
                    SendBatch(company_id=job.company_id, batch_id=batch.id, fire_id=batch.fire_id)
                    for batch in due
                ]
            )
        log.event("chunk queued", batches=len(batches), due=len(due))
        if is_last:
            await summarize_fire(runtime, job.company_id, fire.id)


async def _claim(runtime: Runtime, job: QueueMessages) -> Chunk | None:
    """Lease the chunk. `planned_at` stays that of the first claim, so planning again gives the same."""
    stores, token = runtime.stores, random_id()

    async def claim(transaction: Transaction) -> Chunk | None:
        now = runtime.now()
        chunk = await stores.chunks.get(job.company_id, job.chunk_id, transaction)
        if chunk.lease_token == token:
            return chunk
        is_taken = (
            chunk.state is ChunkState.LEASED and chunk.lease_until is not None and now < chunk.lease_until
        )
        if chunk.state is ChunkState.DONE or is_taken:
            return None
        leased = replace(
            chunk,
            state=ChunkState.LEASED,
            lease_token=token,
            lease_until=now + timedelta(seconds=runtime.settings.lease_seconds),
            planned_at=chunk.planned_at or now,
            attempt=chunk.attempt + 1,
        )
        stores.chunks.put(transaction, job.company_id, chunk.id, leased)
        return leased

    return await transact(stores.db, claim, "queue_messages.claim")


async def _plan(
    runtime: Runtime, company_id: str, fire: Fire, content: CampaignContent, chunk: Chunk
) -> list[Batch]:
    """Write what is not written yet. Duplicates in other chunks show as taken ids: look again then."""
    if fire.file_id is None or chunk.planned_at is None:
        raise ValueError(f"chunk {chunk.id} has no file or was not claimed")
    rows = await runtime.stores.row_chunks.rows(company_id, fire.file_id, chunk.number)
    planner = Planner(content, chunk.planned_at, fire.fired_at)
    outcomes = [outcome for row in rows for outcome in planner.plan(row)]
    starts = await _starts(runtime, company_id, fire, content, chunk)
    batches: dict[str, Batch] = {}
    for _ in range(ROUNDS):
        writes = await _missing(runtime, company_id, fire, content, outcomes, starts)
        batches |= {batch.id: batch for batch in writes.batches}
        try:
            await store_writes(runtime, company_id, writes)
        except AlreadyTaken:
            continue
        return list(batches.values())
    raise AlreadyTaken


async def _starts(
    runtime: Runtime, company_id: str, fire: Fire, content: CampaignContent, chunk: Chunk
) -> Starts:
    """Where on each sender's timeline this chunk's messages lie."""
    senders = {step.sender_id for step in content.campaign.steps}
    timelines = await runtime.stores.sender_timelines.find_many(company_id, senders)
    reserved = {
        sender_id: next((r.starts_at for r in timeline.reservations if r.fire_id == fire.id), fire.fired_at)
        for sender_id, timeline in timelines.items()
    }
    return Starts(
        now=runtime.now(),
        reserved=reserved,
        rows_before=chunk.rows_before,
        chunk_number=chunk.number,
        dispatch_until=runtime.now() + timedelta(seconds=runtime.settings.tick_interval_seconds),
    )


async def _missing(
    runtime: Runtime,
    company_id: str,
    fire: Fire,
    content: CampaignContent,
    outcomes: Sequence[PlannedMessage | PlannedFailure],
    starts: Starts,
) -> Writes:
    stores = runtime.stores
    arranged = arrange(company_id, fire, content, outcomes, starts)
    keys = {opt_out_id(channel, address) for channel, address in arranged.addresses()}
    messages, claims, failures, opt_outs = await asyncio.gather(
        stores.messages.find_many(company_id, arranged.message_ids()),
        stores.text_claims.find_many(company_id, arranged.claim_ids()),
        stores.failures.find_many(company_id, arranged.failure_ids()),
        stores.opt_outs.find_many(company_id, keys),
    )
    refused = {(o.channel, o.address.casefold()) for o in opt_outs.values() if o.is_active}
    is_canceled = fire.state is FireState.CANCELED
    return arranged.missing(messages, claims, set(failures), refused, is_canceled=is_canceled)


async def _finish(runtime: Runtime, company_id: str, chunk: Chunk) -> bool:
    """Mark the chunk done under our lease; whether the fire has no other chunk left."""
    stores = runtime.stores

    async def finish(transaction: Transaction) -> None:
        current = await stores.chunks.get(company_id, chunk.id, transaction)
        if current.lease_token == chunk.lease_token and current.state is ChunkState.LEASED:
            stores.chunks.put(transaction, company_id, chunk.id, replace(current, state=ChunkState.DONE))

    await transact(stores.db, finish, "queue_messages.finish")
    for state in (ChunkState.WAITING, ChunkState.LEASED):
        if await stores.chunks.some(company_id, CHUNKS_BY_STATE, chunk.fire_id, state, limit=1):
            return False
    return True
