"""How fast a fire goes and when it is through: from its batches' starts, and what was handed over lately."""

import asyncio
from datetime import datetime

from shared.domain.fires.fire import Fire
from shared.domain.fires.pace import SOON, Coming, Pace, measured_since, pace_of
from shared.domain.messages.batch import Batch, BatchState
from shared.domain.messages.message import MessageState
from shared.firestore.queries.messages import (
    FIRE_BATCHES_FIRST,
    FIRE_BATCHES_LAST,
    FIRE_MESSAGES_BY_STATE,
    FIRE_MESSAGES_SINCE,
)
from shared.runtime import Runtime
from shared.views.fire_outcomes import Outcomes
from shared.views.ledger import CountedFire
from shared.views.message_waits import with_waits

_TO_BE_SENT = (BatchState.WAITING, BatchState.DISPATCHED, BatchState.LEASED)


async def measure_pace(
    runtime: Runtime, company_id: str, books: CountedFire, holds: list[str], outcomes: Outcomes | None = None
) -> Pace | None:
    """The pace of a fire with these books; `holds` say what keeps it back. None for one that is closed.

    What was handed over is told from the messages' `outcomes`, where these were read.

    No more documents are read for a large fire than for a small one: counts, and its first and last batch.
    """
    fire, stores, now = books.fire, runtime.stores, runtime.now()
    if fire.is_closed or fire.is_standing:
        return None
    since = measured_since(fire, now)
    handed_over, first, last = await asyncio.gather(
        _handed_over(runtime, company_id, fire, since, outcomes),
        stores.batches.some(company_id, FIRE_BATCHES_FIRST, fire.id, _TO_BE_SENT, limit=1),
        stores.batches.some(company_id, FIRE_BATCHES_LAST, fire.id, _TO_BE_SENT, limit=1),
    )
    is_asked = books.is_queued and books.ledger.pending and not holds
    is_later = not first or first[0].planned_start > now + SOON
    coming = Coming(
        pending=books.ledger.pending,
        holds=tuple(holds),
        is_queued=books.is_queued,
        first=first[0].planned_start if first else None,
        last=last[0].planned_start if last else None,
        waits=await _waits(runtime, company_id, fire, first) if is_asked and is_later else "",
    )
    return pace_of(fire, coming, handed_over, now)


async def _handed_over(
    runtime: Runtime, company_id: str, fire: Fire, since: datetime, outcomes: Outcomes | None
) -> int:
    if outcomes is None:
        return await runtime.stores.messages.count(company_id, FIRE_MESSAGES_SINCE, fire.id, since)
    times = (one.get("sending_at") for one in outcomes)
    return sum(one is not None and one >= since for one in times)


async def _waits(runtime: Runtime, company_id: str, fire: Fire, first: list[Batch]) -> str:
    """What a message of the first batch waits for; without a batch, any message that waits."""
    messages, queued = runtime.stores.messages, MessageState.QUEUED
    if first:
        found = list((await messages.find_many(company_id, first[0].message_ids[:1])).values())
    else:
        found = await messages.some(company_id, FIRE_MESSAGES_BY_STATE, fire.id, queued, limit=1)
    shown = await with_waits(runtime, company_id, found)
    return shown[0].waits.words if shown and shown[0].waits else ""
