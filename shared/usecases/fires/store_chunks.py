"""Store the chunks of a fire's steps, reserve their senders' time, and announce the chunks."""

from dataclasses import replace
from datetime import datetime, timedelta

from shared import log
from shared.domain.alert import Alert
from shared.domain.campaigns.audience import Piece
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import Step
from shared.domain.fires.fire import Chunk, Fire, PlannedStep, chunk_id, queue_job
from shared.domain.ids import computed_id
from shared.domain.job import GatherPeople
from shared.domain.senders.sender_timeline import SenderTimeline, reserve
from shared.domain.stored_size import cut, stored_bytes
from shared.firestore.kit.transactions import Transaction, commit_part, transact
from shared.firestore.kit.wire import Writer
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.campaigns.read_audience import read_audience
from shared.usecases.ledger.summarize_fire import summarize_fire

CHUNKS_PER_COMMIT = 200
WORTH_A_NOTE = timedelta(minutes=1)


async def store_chunks(runtime: Runtime, company_id: str, fire: Fire) -> Fire:
    """Go on with a fire whose chunks may not all be stored; doing it twice is harmless."""
    if fire.chunks_stored:
        return fire
    if fire.is_gathering:
        job = GatherPeople(company_id=company_id, fire_id=fire.id)
        await announce_jobs(runtime, [job], "store_chunks.publish")
        return fire
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    pieces = [found async for found in read_audience(runtime, company_id, fire.audience)]
    earliest = starts_at = content.opening(fire.fired_at)
    chunks: list[Chunk] = []
    for planned, step in _planned_steps(fire, content):
        reserved_at = await _reserve(runtime, company_id, fire, content, step, planned, earliest)
        starts_at = max(starts_at, reserved_at)
        chunks += _chunks(runtime, fire, step, pieces, reserved_at)
    await _store(runtime, company_id, chunks)
    if fire.is_alarming:  # before it is noted as done: a worker that dies here has its successor say it
        log.alert(Alert.FIRE_EMPTY, 1, company_id=company_id, fire_id=fire.id, reason=fire.empty_because)
    note = _note(starts_at) if starts_at - earliest >= WORTH_A_NOTE else ""

    async def finish(transaction: Transaction) -> Fire:
        current = await runtime.stores.fires.get(company_id, fire.id, transaction)
        done = replace(current, chunks_stored=True, note=_joined(current.note, note))
        runtime.stores.fires.put(transaction, company_id, fire.id, done)
        return done

    stored = await transact(runtime.stores.db, finish, "store_chunks.finish")
    jobs = [queue_job(company_id, chunk) for chunk in chunks]
    await announce_jobs(runtime, jobs, "store_chunks.publish")
    if not chunks:
        await summarize_fire(runtime, company_id, fire.id)
    return stored


def _planned_steps(fire: Fire, content: CampaignContent) -> list[tuple[PlannedStep, Step]]:
    steps = {step.id: step for step in content.campaign.steps}
    return [(planned, steps[planned.step_id]) for planned in fire.steps]


def _chunks(
    runtime: Runtime, fire: Fire, step: Step, pieces: list[tuple[int, Piece, int]], reserved_at: datetime
) -> list[Chunk]:
    chunks, before = [], 0
    for number, piece, recipient_count in pieces:
        chunks.append(
            Chunk(
                id=chunk_id(fire.id, step.id, number),
                fire_id=fire.id,
                step_id=step.id,
                number=number,
                piece=piece,
                recipients_before=before,
                reserved_at=reserved_at,
                published_at=runtime.now(),
            )
        )
        before += recipient_count
    return chunks


async def _store(runtime: Runtime, company_id: str, chunks: list[Chunk]) -> None:
    stores = runtime.stores
    existing = await stores.chunks.find_many(company_id, (chunk.id for chunk in chunks))
    missing = [chunk for chunk in chunks if chunk.id not in existing]

    def put(writer: Writer, chunk: Chunk) -> None:
        stores.chunks.put(writer, company_id, chunk.id, chunk)

    for part in cut(missing, stored_bytes, most=CHUNKS_PER_COMMIT):
        await commit_part(stores.db, part, put, "store_chunks.store")


async def _reserve(
    runtime: Runtime,
    company_id: str,
    fire: Fire,
    content: CampaignContent,
    step: Step,
    planned: PlannedStep,
    earliest: datetime,
) -> datetime:
    """Give the step its time on its sender's timeline, once for all its recipients."""
    timelines, sender = runtime.stores.sender_timelines, content.senders[step.sender_id]
    key, seconds = computed_id(fire.id, step.id), planned.planned / sender.rate_per_second

    async def take(transaction: Transaction) -> datetime:
        timeline = await timelines.find(company_id, sender.id, transaction) or SenderTimeline(id=sender.id)
        timeline, start = reserve(timeline, key, fire.id, earliest, seconds, fire.fired_at)
        timelines.put(transaction, company_id, sender.id, timeline)
        return start

    return await transact(runtime.stores.db, take, "store_chunks.reserve")


def _joined(said: str, note: str) -> str:
    """Both notes; one that was added by an attempt before is not added again."""
    return said if note in said else f"{said} {note}".strip()


def _note(starts_at: datetime) -> str:
    return f"Starts at {starts_at:%Y-%m-%d %H:%M} UTC, when its sender is through with another fire."
