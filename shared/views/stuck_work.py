"""Work that does not go on, and why."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.domain.files.file import FileState
from shared.domain.fires.fire import ChunkState
from shared.domain.messages.batch import Batch, BatchState
from shared.firestore.queries.events import EVENTS_OVERDUE
from shared.firestore.queries.files import FILES_STALLED
from shared.firestore.queries.fires import CHUNKS_STALLED, CHUNKS_UNPUBLISHED
from shared.firestore.queries.messages import BATCHES_DUE, BATCHES_HELD, BATCHES_STALLED, BATCHES_UNTAKEN
from shared.runtime import Runtime
from shared.views.waiting import explain_waiting

MOST_UNTOLD = 100  # companies


class StuckKind(StrEnum):
    """What is stuck. All but HELD_BATCH are faults: the sweep should have set them going again."""

    LOST_BATCH = "lost_batch"
    UNTAKEN_BATCH = "untaken_batch"
    OVERDUE_BATCH = "overdue_batch"
    LOST_CHUNK = "lost_chunk"
    UNTAKEN_CHUNK = "untaken_chunk"
    LOST_FILE = "lost_file"
    UNTOLD_EVENTS = "untold_events"
    HELD_BATCH = "held_batch"


class StuckWork(Struct, frozen=True, kw_only=True):
    """One thing that does not go on: since when, and why."""

    kind: StuckKind
    company_id: str
    item_id: str
    since: datetime | None
    why: str


_LEASE_OVER = "its worker stopped, and no other has taken it since its lease ended"

_UNTAKEN = "it was announced, and no worker has taken it: look at send-batch and its dead letters"
_OVERDUE = "its start is past, and nothing has announced it: look at dispatch_due_batches and its schedule"
_UNTOLD = "nobody has told its listeners: look at tell-listeners and its dead letters"
_UNTAKEN_CHUNK = "it was announced, and no worker has taken it: look at queue-messages and its dead letters"


async def list_stuck_work(runtime: Runtime, now: datetime) -> AsyncIterator[StuckWork]:
    """What is stuck in any company: leases that are over, what nobody took, and what is held."""
    stores = runtime.stores
    late = now - timedelta(seconds=runtime.settings.tick_interval_seconds)
    lost = stores.batches.each_across_companies(BATCHES_STALLED, BatchState.LEASED, late)
    async for company_id, batch in lost:
        yield _stuck(StuckKind.LOST_BATCH, company_id, batch.id, batch.lease_until, _LEASE_OVER)
    very_late = now - timedelta(seconds=3 * runtime.settings.tick_interval_seconds)
    untaken = stores.batches.each_across_companies(BATCHES_UNTAKEN, BatchState.DISPATCHED, very_late)
    async for company_id, batch in untaken:
        # One that was announced early waits for its start.
        if batch.planned_start <= very_late:
            yield _stuck(StuckKind.UNTAKEN_BATCH, company_id, batch.id, batch.dispatched_at, _UNTAKEN)
    overdue = stores.batches.each_across_companies(BATCHES_DUE, BatchState.WAITING, very_late)
    async for company_id, batch in overdue:
        yield _stuck(StuckKind.OVERDUE_BATCH, company_id, batch.id, batch.planned_start, _OVERDUE)
    async for stuck in _chunks(runtime, late, very_late):
        yield stuck
    files = stores.files.each_across_companies(FILES_STALLED, FileState.LOADING, late)
    async for company_id, file in files:
        yield _stuck(StuckKind.LOST_FILE, company_id, file.id, file.lease_until, _LEASE_OVER)
    async for untold in _untold(runtime, very_late):
        yield untold
    async for held in _held(runtime):
        yield held


async def _chunks(runtime: Runtime, late: datetime, very_late: datetime) -> AsyncIterator[StuckWork]:
    stores = runtime.stores
    chunks = stores.chunks.each_across_companies(CHUNKS_STALLED, ChunkState.LEASED, late)
    async for company_id, chunk in chunks:
        yield _stuck(StuckKind.LOST_CHUNK, company_id, chunk.id, chunk.lease_until, _LEASE_OVER)
    untaken = stores.chunks.each_across_companies(CHUNKS_UNPUBLISHED, ChunkState.WAITING, very_late)
    async for company_id, chunk in untaken:
        yield _stuck(StuckKind.UNTAKEN_CHUNK, company_id, chunk.id, chunk.published_at, _UNTAKEN_CHUNK)


async def _untold(runtime: Runtime, very_late: datetime) -> AsyncIterator[StuckWork]:
    """Events of companies that wait although the sweep announces them: the oldest of each."""
    seen: set[str] = set()
    async for company_id, events in runtime.stores.events.each_across_companies(EVENTS_OVERDUE, very_late):
        if company_id not in seen:
            seen |= {company_id}
            yield _stuck(StuckKind.UNTOLD_EVENTS, company_id, events.id, events.due_at, _UNTOLD)
        if len(seen) == MOST_UNTOLD:
            return


async def _held(runtime: Runtime) -> AsyncIterator[StuckWork]:
    """Held batches, each with what its fire waits for."""
    reasons: dict[tuple[str, str], str] = {}
    found: AsyncIterator[tuple[str, Batch]] = runtime.stores.batches.each_across_companies(
        BATCHES_HELD, BatchState.HELD
    )
    async for company_id, batch in found:
        key = (company_id, batch.fire_id)
        if key not in reasons:
            fire = await runtime.stores.fires.find(*key)
            waits = await explain_waiting(runtime, company_id, fire) if fire else ["Its fire is gone."]
            reasons[key] = " ".join(waits) or "Nothing holds it any more: the sweep will release it."
        yield _stuck(StuckKind.HELD_BATCH, company_id, batch.id, batch.planned_start, reasons[key])


def _stuck(kind: StuckKind, company_id: str, item_id: str, since: datetime | None, why: str) -> StuckWork:
    return StuckWork(kind=kind, company_id=company_id, item_id=item_id, since=since, why=why)
