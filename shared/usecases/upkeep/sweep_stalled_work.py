"""The five-minute tick: find what was lost on its way and announce it again. Nothing here sends."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from shared import faults, log
from shared.domain.errors import RollcallError
from shared.domain.files.file import FileState
from shared.domain.fires.fire import ChunkState, Fire, FireState, queue_job
from shared.domain.job import IngestFile, Job
from shared.domain.messages.batch import Batch, BatchState, send_job
from shared.domain.messages.receipt_bundle import record_job
from shared.domain.record import replace
from shared.firestore.queries.files import FILES_AWAITED, FILES_STALLED
from shared.firestore.queries.fires import CHUNKS_STALLED, CHUNKS_UNPUBLISHED, FIRES_OPEN, FIRES_UNSTORED
from shared.firestore.queries.messages import (
    BATCHES_HELD,
    BATCHES_STALLED,
    BATCHES_UNTAKEN,
    RECEIPTS_WAITING,
)
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.campaigns.cancel_campaign import settle_canceled
from shared.usecases.fires.store_chunks import store_all_chunks
from shared.usecases.hold.check_database import check_database
from shared.usecases.hold.leave_heartbeat import leave_heartbeat
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.sending.dispatch_batches import dispatch_batches
from shared.usecases.upkeep.announce_activity import announce_activity
from shared.usecases.upkeep.announce_again import announce_again, grace
from shared.usecases.upkeep.announce_consents import announce_clearings, announce_consents
from shared.usecases.upkeep.announce_deletions import announce_deletions
from shared.usecases.upkeep.announce_events import announce_events, announce_webhooks
from shared.usecases.upkeep.announce_imports import announce_imports
from shared.usecases.upkeep.announce_resends import announce_resends
from shared.usecases.upkeep.count_due_sums import count_due_sums

UPLOADS_FOUND_FOR = timedelta(days=2)
BUNDLES_A_TICK = 1_000
BATCHES_A_TICK = 10_000  # a million messages; marking one takes some 30 ms, and 16 are marked at once
# By then whoever stores a fire's chunks is through, died, or is overtaken.
UNSTORED_FOR = timedelta(seconds=30)


async def sweep_stalled_work(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Announce again what is overdue; returns how many of each kind were found.

    One kind that cannot be swept does not keep the others from it. Raises ExceptionGroup after all.
    """
    is_held = await check_database(runtime, now) is not None
    counts: dict[str, int] = {}
    errors: list[Exception] = []
    for name, sweep in _SWEEPS.items():
        try:
            counts[name] = await sweep(runtime, now)
        except Exception as error:  # noqa: BLE001 - raised when the others have had their turn
            log.event("sweep failed", level=logging.ERROR, kind=name, error_type=type(error).__name__)
            errors.append(error)
    if errors:
        raise ExceptionGroup("Not everything could be swept.", errors)
    with faults.step("sweep.beat"):
        await runtime.stores.ticks.beat("sweep_stalled_work", now)  # watch_work misses it
    if not is_held:
        await leave_heartbeat(runtime, now)
    return counts


async def _sweep_files(runtime: Runtime, now: datetime) -> int:
    """Files whose announcement was lost, and files whose loading stopped half-way."""
    jobs: list[IngestFile] = []
    stores = runtime.stores
    waiting = stores.files.each_across_companies(
        FILES_AWAITED, FileState.AWAITING_UPLOAD, now - grace(runtime)
    )
    stalled = stores.files.each_across_companies(FILES_STALLED, FileState.LOADING, now)
    async for _, file in waiting:
        if file.created_at < now - UPLOADS_FOUND_FOR:
            continue
        stored = await runtime.files.find(file.object_name)
        if stored is not None:
            jobs.append(_ingest(runtime, file.object_name, stored.generation))
    async for _, file in stalled:
        if not file.object_name:  # people who are gathered: their fire is found as one that is not stored
            continue
        jobs.append(_ingest(runtime, file.object_name, file.generation or ""))
    await announce_jobs(runtime, jobs, "sweep.publish_files")
    return len(jobs)


def _ingest(runtime: Runtime, object_name: str, generation: str) -> IngestFile:
    bucket = runtime.settings.upload_bucket
    return IngestFile(bucket=bucket, object_name=object_name, generation=generation)


async def _sweep_fires(runtime: Runtime, now: datetime) -> int:
    count = 0
    found = runtime.stores.fires.each_across_companies(FIRES_UNSTORED, False, False)
    for company_id, fire in [pair async for pair in found]:
        if fire.fired_at <= now - min(UNSTORED_FOR, grace(runtime)):
            with _about(company_id, fire):
                try:
                    await store_all_chunks(runtime, company_id, fire)
                    count += 1
                except RollcallError as error:  # one broken fire must not keep the others from going on
                    log.event("chunks not stored", level=logging.WARNING, reason=str(error))
    return count


async def _sweep_chunks(runtime: Runtime, now: datetime) -> int:
    chunks = runtime.stores.chunks
    lost = chunks.each_across_companies(CHUNKS_UNPUBLISHED, ChunkState.WAITING, now - grace(runtime))
    stalled = chunks.each_across_companies(CHUNKS_STALLED, ChunkState.LEASED, now)
    return await announce_again(runtime, chunks, queue_job, "sweep.publish_chunks", now, lost, stalled)


async def _sweep_batches(runtime: Runtime, now: datetime) -> int:
    batches = runtime.stores.batches
    untaken = batches.each_across_companies(BATCHES_UNTAKEN, BatchState.DISPATCHED, now - grace(runtime))
    stalled = batches.each_across_companies(BATCHES_STALLED, BatchState.LEASED, now)
    count = await announce_again(runtime, batches, _send_job, "sweep.publish_batches", now, untaken, stalled)
    return count + await _sweep_held(runtime)


def _send_job(_: str, batch: Batch) -> Job:
    return send_job(batch)


async def _sweep_receipts(runtime: Runtime, now: datetime) -> int:
    """The oldest bundles that wait. They go on waiting for their turn unmarked: a job more costs one read."""
    jobs = []
    waiting = runtime.stores.receipt_bundles.each_across_companies(RECEIPTS_WAITING, now - grace(runtime))
    async for company_id, bundle in waiting:
        jobs.append(record_job(company_id, bundle))
        if len(jobs) == BUNDLES_A_TICK:
            break
    await announce_jobs(runtime, jobs, "sweep.publish_receipts")
    return len(jobs)


async def _sweep_held(runtime: Runtime) -> int:
    """Batches that were held just as their fire, their sender, their company or everything went on again."""
    if await runtime.stores.system.find_hold() is not None:
        return 0
    held: AsyncIterator[tuple[str, Batch]] = runtime.stores.batches.each_across_companies(
        BATCHES_HELD, BatchState.HELD
    )
    holding: dict[tuple[str, str, str], bool] = {}
    released = []
    async for company_id, batch in held:
        key = (company_id, batch.fire_id, batch.sender_id)
        if key not in holding:
            holding[key] = await _is_held_back(runtime, *key)
        if not holding[key]:
            released.append((company_id, replace(batch, message_ids=())))  # 8 KB that are not needed here
        if len(released) == BATCHES_A_TICK:
            break
    return await dispatch_batches(runtime, released)


async def _is_held_back(runtime: Runtime, company_id: str, fire_id: str, sender_id: str) -> bool:
    """Whether a batch of this fire and sender is to stay held; of a canceled fire none is."""
    fire = await runtime.stores.fires.find(company_id, fire_id)
    if fire is None or fire.state is not FireState.FIRING:
        return fire is None or fire.state is FireState.PAUSED
    sender = await runtime.stores.senders.find(company_id, sender_id)
    company = await runtime.stores.companies.find(company_id)
    is_disabled = company is None or not company.sending_enabled
    return is_disabled or (sender is not None and sender.is_paused)


async def _sweep_summaries(runtime: Runtime, now: datetime) -> int:
    count = 0
    found = runtime.stores.fires.each_across_companies(FIRES_OPEN, False)
    for company_id, fire in [pair async for pair in found]:
        with _about(company_id, fire):
            try:
                if fire.state is FireState.CANCELED:  # a chunk may have been queued while it was canceled
                    await settle_canceled(runtime, company_id, fire.id)
                await summarize_fire(runtime, company_id, fire.id)
                count += 1
            except RollcallError as error:  # one broken fire must not keep the others from being closed
                log.event("summary failed", level=logging.WARNING, reason=str(error))
    return count


def _about(company_id: str, fire: Fire) -> AbstractContextManager[None]:
    return log.context(company_id=company_id, campaign_id=fire.campaign_id, fire_id=fire.id)


_SWEEPS: dict[str, Callable[[Runtime, datetime], Awaitable[int]]] = {
    "files": _sweep_files,
    "fires": _sweep_fires,
    "chunks": _sweep_chunks,
    "batches": _sweep_batches,
    "receipts": _sweep_receipts,
    "deletions": announce_deletions,
    "imports": announce_imports,
    "resends": announce_resends,
    "activity": announce_activity,
    "consents": announce_consents,
    "clearings": announce_clearings,
    "events": announce_events,
    "webhooks": announce_webhooks,
    "summaries": _sweep_summaries,
    "sums": count_due_sums,
}
