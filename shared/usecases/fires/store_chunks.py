"""Store the chunks of a fire's steps, reserve their senders' time, and announce the chunks."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from google.api_core.exceptions import AlreadyExists

from shared import log
from shared.domain.alert import Alert
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import chain_of
from shared.domain.fires.fire import Chunk, Fire, FireState, PlannedStep, chunk_id, queue_job
from shared.domain.fires.step_begins import is_spread, opening_of
from shared.domain.ids import computed_id
from shared.domain.job import GatherPeople
from shared.domain.record import replace
from shared.domain.senders.pacing import sending_seconds
from shared.domain.senders.sender_timeline import SenderTimeline, reserve
from shared.firestore.kit.transactions import Transaction, commit_part, transact
from shared.firestore.kit.wire import Writer
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.campaigns.find_pieces import find_pieces
from shared.usecases.ledger.summarize_fire import summarize_fire

# 3,000 recipients. So few, as others' chunks come after them: tests/bench/fair_fires.py.
CHUNKS_AT_ONCE = 10
WORTH_A_NOTE = timedelta(minutes=1)


class _Reserved(NamedTuple):
    """Where a step's time on its sender begins, and where it could have begun."""

    earliest: datetime
    starts_at: datetime


async def store_chunks(runtime: Runtime, company_id: str, fire: Fire, first: int = 0) -> Fire:
    """Store the fire's chunks from place `first` on, at most `CHUNKS_AT_ONCE`, and announce them.

    Whoever queues the first of them goes on with the next ones (`store_following`), so that nobody waits for
    a large file; what stopped is found by the sweep (`store_all_chunks`). Doing it twice is harmless.
    """
    if fire.chunks_stored or (first and first >= fire.chunk_count):
        return fire
    if fire.is_gathering:
        job = GatherPeople(company_id=company_id, fire_id=fire.id)
        await announce_jobs(runtime, [job], "store_chunks.publish")
        return fire
    content = await runtime.stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    places = fire.places(first, first + CHUNKS_AT_ONCE)
    steps = {step_id for step_id, _ in places} if first else {step.step_id for step in fire.steps}
    reserved = {
        planned.step_id: await _reserve(runtime, company_id, fire, content, planned)
        for planned in fire.steps
        if planned.step_id in steps
    }
    chunks = await _chunks(runtime, company_id, fire, places, reserved)
    await _store(runtime, company_id, chunks)
    note = _note(reserved.values())
    is_last = first + CHUNKS_AT_ONCE >= fire.chunk_count
    stored = await _noted(runtime, company_id, fire, note, is_last=is_last) if is_last or note else fire
    jobs = [queue_job(company_id, chunk) for chunk in chunks]
    await announce_jobs(runtime, jobs, "store_chunks.publish")
    if not fire.chunk_count:
        await summarize_fire(runtime, company_id, fire.id)
    return stored


def first_of_next(place: int, at_once: int) -> int | None:
    """Where those begin that are stored by whoever queues the chunk at this place; None: another does it."""
    return place + at_once if place % at_once == 0 else None


async def store_following(runtime: Runtime, company_id: str, fire: Fire, chunk: Chunk) -> None:
    """Go on with the chunks after those that `chunk` was stored with, if it is their first.

    To be called before the chunk is done: another worker then does it when this one dies.
    """
    following = first_of_next(fire.place_of(chunk), CHUNKS_AT_ONCE)
    if following is not None:
        await store_chunks(runtime, company_id, fire, following)


async def store_all_chunks(runtime: Runtime, company_id: str, fire: Fire) -> None:
    """Store and announce every chunk of a fire with which nobody goes on."""
    for first in range(0, max(fire.chunk_count, 1), CHUNKS_AT_ONCE):
        await store_chunks(runtime, company_id, fire, first)


async def _chunks(
    runtime: Runtime,
    company_id: str,
    fire: Fire,
    places: list[tuple[str, int]],
    reserved: Mapping[str, _Reserved],
) -> list[Chunk]:
    pieces = await find_pieces(runtime, company_id, fire.audience, {number for _, number in places})
    return [
        Chunk(
            id=chunk_id(fire.id, step_id, number),
            fire_id=fire.id,
            step_id=step_id,
            number=number,
            piece=pieces[number].piece,
            recipients_before=pieces[number].recipients_before,
            reserved_at=reserved[step_id].starts_at,
            published_at=runtime.now(),
        )
        for step_id, number in places
    ]


async def _store(runtime: Runtime, company_id: str, chunks: list[Chunk]) -> None:
    """Add those that are not there. Others may do so too, and have them queued meanwhile: none is changed."""
    stores, missing = runtime.stores, chunks

    def create(writer: Writer, chunk: Chunk) -> None:
        stores.chunks.create(writer, company_id, chunk.id, chunk)

    while missing:
        try:
            await commit_part(stores.db, missing, create, "store_chunks.store")
        except AlreadyExists:
            existing = await stores.chunks.find_many(company_id, (chunk.id for chunk in missing))
            missing = [chunk for chunk in missing if chunk.id not in existing]
        else:
            return


async def _noted(runtime: Runtime, company_id: str, fire: Fire, note: str, *, is_last: bool) -> Fire:
    if is_last and fire.is_alarming:  # before that is noted: who comes after a worker that dies here says it
        log.alert(Alert.FIRE_EMPTY, 1, company_id=company_id, fire_id=fire.id, reason=fire.empty_because)

    async def finish(transaction: Transaction) -> Fire:
        current = await runtime.stores.fires.get(company_id, fire.id, transaction)
        noted = replace(
            current, chunks_stored=current.chunks_stored or is_last, note=_joined(current.note, note)
        )
        runtime.stores.fires.put(transaction, company_id, fire.id, noted)
        return noted

    return await transact(runtime.stores.db, finish, "store_chunks.finish")


async def _reserve(
    runtime: Runtime,
    company_id: str,
    fire: Fire,
    content: CampaignContent,
    planned: PlannedStep,
) -> _Reserved:
    """Give the step its time on its sender's timeline, once for all its recipients: asked again, the same.

    One of a canceled fire takes none: nothing of it is sent. One that is not for all at the same time takes
    none either: its chunks do (reserve_own_starts).
    """
    stores, step_id = runtime.stores, planned.step_id
    chain = chain_of(content.campaign.steps, step_id)
    earliest = opening_of(content, chain, fire.began_at(step_id))
    if is_spread(chain):
        return _Reserved(earliest, earliest)
    timelines, sender = stores.sender_timelines, content.senders[chain[-1].sender_id]
    key = computed_id(fire.id, step_id)
    seconds = sending_seconds(planned.planned, sender.rate_per_second, content.campaign.runs)

    async def take(transaction: Transaction) -> datetime:
        current = await stores.fires.get(company_id, fire.id, transaction)
        if current.state is FireState.CANCELED:
            return earliest
        timeline = await timelines.find(company_id, sender.id, transaction) or SenderTimeline(id=sender.id)
        reserved, start = reserve(timeline, key, fire.id, earliest, seconds, fire.fired_at)
        if reserved != timeline:
            timelines.put(transaction, company_id, sender.id, reserved)
        return start

    return _Reserved(earliest, await transact(runtime.stores.db, take, "store_chunks.reserve"))


def _joined(said: str, note: str) -> str:
    """Both notes; one that was added by an attempt before is not added again."""
    return said if note in said else f"{said} {note}".strip()


def _note(reserved: Iterable[_Reserved]) -> str:
    """That a step has to wait for its sender; empty when none has."""
    waits = [one.starts_at for one in reserved if one.starts_at - one.earliest >= WORTH_A_NOTE]
    if not waits:
        return ""
    return f"Starts at {max(waits):%Y-%m-%d %H:%M} UTC, when its sender is through with another fire."
