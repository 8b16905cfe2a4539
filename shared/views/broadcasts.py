"""Broadcasts, and how one stands at this moment: its phase, its numbers, its times, and why it waits."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.campaigns.broadcast import Broadcast, BroadcastState
from shared.domain.fires.broadcast_phase import BroadcastPhase, phase_of, second_wave_at
from shared.domain.fires.fire import Fire, Ledger
from shared.domain.local_time import clock_words
from shared.domain.messages.batch import BatchState
from shared.firestore.queries.lists import BROADCASTS
from shared.firestore.queries.messages import FIRE_BATCHES
from shared.runtime import Runtime
from shared.views.history import read_searches
from shared.views.kit.paging import Page, PageAsked, page_of
from shared.views.ledger import count_fire
from shared.views.waiting import explain_waiting

BATCHES_LOOKED_AT = 200
_WORTH_A_WORD = timedelta(seconds=60)


class Collected(Struct, frozen=True, kw_only=True):
    """How far the statuses of the day were read: pages of 100, and messages that they moved forward."""

    page_count: int = 0
    settled_count: int = 0
    is_done: bool = False


class LiveBroadcast(Struct, frozen=True, kw_only=True):
    """A broadcast as it stands. `waves` are its ledgers so far, `waits_for` a sentence for each reason.

    `second_wave_at` is when the second wave begins or began, as far as that is known.
    """

    broadcast: Broadcast
    phase: BroadcastPhase
    waves: tuple[Ledger, ...] = ()
    second_wave_at: datetime | None = None
    collected: Collected = Collected()
    waits_for: tuple[str, ...] = ()


async def list_broadcasts(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    state: BroadcastState | None = None,
    series_id: str | None = None,
) -> Page[Broadcast]:
    """The company's broadcasts that match every filter given, newest first."""
    return await page_of(
        runtime.stores.broadcasts, company_id, asked, BROADCASTS, state=state, series_id=series_id
    )


async def get_broadcast(runtime: Runtime, company_id: str, broadcast_id: str) -> LiveBroadcast:
    """One broadcast, counted now. Raises NotFound."""
    broadcast = await runtime.stores.broadcasts.get(company_id, broadcast_id)
    company = await runtime.stores.companies.get(company_id)
    zone, now = broadcast.time_zone or company.time_zone, runtime.now()
    fire = await runtime.stores.fires.find(company_id, broadcast.fire_id) if broadcast.fire_id else None
    phase = phase_of(broadcast, fire, now)
    reasons = list(_reasons(broadcast, fire, phase, zone))
    if fire is None:
        return LiveBroadcast(broadcast=broadcast, phase=phase, waits_for=tuple(reasons))
    books = await count_fire(runtime, company_id, fire)
    reasons += await explain_waiting(runtime, company_id, fire)
    reasons += await _next_run(runtime, company_id, fire, zone, now)
    return LiveBroadcast(
        broadcast=broadcast,
        phase=phase,
        waves=tuple(step.ledger for step in books.steps),
        second_wave_at=second_wave_at(fire),
        collected=await _collected(runtime, company_id, broadcast, fire),
        waits_for=tuple(reasons),
    )


def _reasons(broadcast: Broadcast, fire: Fire | None, phase: BroadcastPhase, zone: str) -> Iterator[str]:
    """Why it waits, as far as it says so itself."""
    if broadcast.refusal:
        yield f"It could not be made: {broadcast.refusal} It is tried again every few minutes."
    elif phase is BroadcastPhase.PLANNED:
        yield f"It is made on {clock_words(broadcast.run_at, zone)}."
    elif phase is BroadcastPhase.MADE and fire is not None and fire.is_gathering:
        yield "The people of its audience are being found."
    elif phase is BroadcastPhase.MADE:
        yield f"Its first wave begins on {clock_words(broadcast.run_at, zone)}."
    elif phase is BroadcastPhase.WAITING and fire is not None and (at := second_wave_at(fire)) is not None:
        pause = f"{broadcast.pause_seconds:,} seconds after the last message of the first"
        yield f"The second wave begins on {clock_words(at, zone)}, {pause}."
    elif phase is BroadcastPhase.COLLECTING_STATUSES:
        yield "The day's statuses are being read from the providers."


async def _next_run(runtime: Runtime, company_id: str, fire: Fire, zone: str, now: datetime) -> list[str]:
    """That nothing goes out before some later time, as when the contact window is closed."""
    if fire.is_closed:
        return []
    batches = runtime.stores.batches
    working = (BatchState.DISPATCHED, BatchState.LEASED)
    if await batches.some(company_id, FIRE_BATCHES, fire.id, working, limit=1):
        return []
    waiting = await batches.some(
        company_id, FIRE_BATCHES, fire.id, BatchState.WAITING, limit=BATCHES_LOOKED_AT
    )
    starts = min((batch.planned_start for batch in waiting), default=now)
    return [f"Its next run begins on {clock_words(starts, zone)}."] if starts > now + _WORTH_A_WORD else []


async def _collected(runtime: Runtime, company_id: str, broadcast: Broadcast, fire: Fire) -> Collected:
    if broadcast.state not in (BroadcastState.COLLECTING, BroadcastState.ENDED):
        return Collected()
    until = broadcast.due_at or broadcast.ended_at or runtime.now()
    searches = await read_searches(runtime, company_id, fire, until)
    return Collected(
        page_count=sum(one.page_count for one in searches),
        settled_count=sum(one.settled_count for one in searches),
        is_done=broadcast.state is BroadcastState.ENDED,
    )
