"""Turn one chunk of a step's recipients into messages and failures, and the messages into batches."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from shared import log, metering, tracing
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import chain_of
from shared.domain.fires.fire import Chunk, ChunkState, Fire
from shared.domain.fires.fire_cost import Unit
from shared.domain.fires.planning import Planner
from shared.domain.fires.queueing import arrange
from shared.domain.fires.starts import Starts
from shared.domain.fires.step_begins import opening_of
from shared.domain.ids import random_id
from shared.domain.job import QueueMessages
from shared.domain.lease import leased
from shared.domain.messages.batch import Batch, BatchState, send_job
from shared.domain.record import replace
from shared.domain.repeats import NO_REPEATS
from shared.domain.senders.run_limits import RunLimits
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.fires import CHUNKS_BY_STATE
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.campaigns.find_withdrawn import find_withdrawn
from shared.usecases.campaigns.plan_together import plan_together
from shared.usecases.campaigns.read_recipients import read_recipients
from shared.usecases.companies.find_rules import find_rules
from shared.usecases.companies.make_links import make_links
from shared.usecases.fires.find_unmet import without_unmet
from shared.usecases.fires.give_back_chunk import give_back_chunk
from shared.usecases.fires.reserve_own_starts import reserve_own_starts
from shared.usecases.fires.store_chunks import store_following
from shared.usecases.fires.store_planned import store_planned
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.sending.cap_plans import cap_plans
from shared.usecases.sending.find_linked_files import find_linked_files
from shared.usecases.sending.withdraw_messages import withdraw_messages


async def queue_messages(runtime: Runtime, job: QueueMessages) -> None:
    """Plan the chunk's recipients, unless that is done or another worker is at it."""
    with log.context(company_id=job.company_id, fire_id=job.fire_id, chunk_id=job.chunk_id):
        metering.count(Unit.INVOCATIONS)
        chunk = await _claim(runtime, job)
        if chunk is None:
            return
        try:
            await _queue(runtime, job, chunk)
        except Exception:  # whatever it was, the next try need not wait for our lease
            await give_back_chunk(runtime, job.company_id, chunk)
            raise


async def _queue(runtime: Runtime, job: QueueMessages, chunk: Chunk) -> None:
    fire = await runtime.stores.fires.get(job.company_id, job.fire_id)
    tracing.link(fire.traceparent)
    with log.context(campaign_id=fire.campaign_id):
        await store_following(runtime, job.company_id, fire, chunk)
        content = await runtime.stores.campaign_contents.frozen(
            job.company_id, fire.campaign_id, fire.content_hash
        )
        batches, filtered = await _plan(runtime, job.company_id, fire, content, chunk)
        is_last = await _finish(runtime, job.company_id, chunk, filtered)
        due = [send_job(batch) for batch in batches if batch.state is BatchState.DISPATCHED]
        await announce_jobs(runtime, due, "queue_messages.publish")
        log.event("chunk queued", batches=len(batches), due=len(due))
        if is_last:
            await summarize_fire(runtime, job.company_id, fire.id)


async def _claim(runtime: Runtime, job: QueueMessages) -> Chunk | None:
    """Lease the chunk. `planned_at` stays that of the first claim, so planning again gives the same."""
    stores, token = runtime.stores, random_id()

    async def claim(transaction: Transaction) -> Chunk | None:
        now = runtime.now()
        chunk = await stores.chunks.get(job.company_id, job.chunk_id, transaction)
        if chunk.state is ChunkState.DONE:
            return None
        changes = {
            "state": ChunkState.LEASED,
            "planned_at": chunk.planned_at or now,
            "repeats": NO_REPEATS,
        }
        ours = leased(chunk, token, now, runtime.settings.lease_seconds, **changes)
        if ours is not None:
            stores.chunks.put(transaction, job.company_id, chunk.id, ours)
        return ours

    return await transact(stores.db, claim, "queue_messages.claim")


async def _plan(
    runtime: Runtime, company_id: str, fire: Fire, content: CampaignContent, chunk: Chunk
) -> tuple[list[Batch], int]:
    """Store the chunk's messages and failures.

    Returns the batches, and how many recipients the campaign's row filter did not take.
    """
    began_at = fire.began_at(chunk.step_id)
    planned_at = chunk.planned_at or runtime.now()
    step, links = content.step(chunk.step_id), make_links(runtime, company_id)
    planner = Planner(content, step, planned_at, fire.fired_at, began_at, links)
    recipients = await read_recipients(runtime, company_id, chunk.piece)
    rules = await find_rules(runtime, company_id, content)
    plans = await plan_together(
        runtime, company_id, content, fire.id, planner, fire.audience, chunk.piece, recipients
    )
    plans = await cap_plans(runtime, company_id, content, rules.cap, plans, fire.id)
    plans = await find_linked_files(runtime, company_id, content, plans, fire.fired_at)
    arranged = arrange(company_id, fire, content, plans, rules.narrowing)
    source_id = content.campaign.audience.source_id
    withdrawn = await find_withdrawn(runtime, company_id, source_id, recipients)
    if began_at > fire.fired_at:  # of a step that is planned as the fire starts nothing is known yet
        arranged = await without_unmet(runtime, company_id, arranged)
    opening = opening_of(content, chain_of(content.campaign.steps, chunk.step_id), began_at)
    own = await reserve_own_starts(runtime, company_id, arranged, chunk)
    starts = _starts(runtime, chunk, opening, own, content.campaign.runs)
    batches = await store_planned(runtime, company_id, arranged, starts, withdrawn.files)
    # A file that came meanwhile did not find these messages; nor did one before a try that was cut short.
    withdrawn = await find_withdrawn(runtime, company_id, source_id, recipients)
    await withdraw_messages(runtime, company_id, withdrawn.withdrawals)
    return batches, arranged.filtered


def _starts(
    runtime: Runtime,
    chunk: Chunk,
    opening: datetime,
    own: Mapping[datetime, Sequence[datetime]],
    runs: RunLimits | None,
) -> Starts:
    """Where on the sender's timeline this chunk's messages lie."""
    now = runtime.now()
    return Starts(
        now=now,
        reserved_at=chunk.reserved_at,
        opening=opening,
        recipients_before=chunk.recipients_before,
        chunk_id=chunk.id,
        dispatch_until=now + timedelta(seconds=runtime.settings.dispatch_ahead_seconds),
        own=own,
        runs=runs,
    )


async def _finish(runtime: Runtime, company_id: str, chunk: Chunk, filtered: int) -> bool:
    """Mark the chunk done under our lease; whether the fire has no other chunk left."""
    stores = runtime.stores

    async def finish(transaction: Transaction) -> None:
        current = await stores.chunks.get(company_id, chunk.id, transaction)
        if current.lease_token == chunk.lease_token and current.state is ChunkState.LEASED:
            done = replace(current, state=ChunkState.DONE, filtered=filtered)
            stores.chunks.put(transaction, company_id, chunk.id, done)

    await transact(stores.db, finish, "queue_messages.finish")
    states = (ChunkState.WAITING, ChunkState.LEASED)
    return not await stores.chunks.some(company_id, CHUNKS_BY_STATE, chunk.fire_id, states, limit=1)
