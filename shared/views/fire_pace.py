"""How fast a fire goes and when it is through: from its batches' starts, and what was handed over lately."""

import asyncio
from datetime import datetime

from msgspec import Struct

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


class Ends(Struct, frozen=True):
    """The first and the last batch of a fire that is to be sent; none of one that has none."""

    first: list[Batch]
    last: list[Batch]


async def read_ends(runtime: Runtime, company_id: str, fire: Fire) -> Ends | None:
    """Between what the fire's batches go out: no more is read of a large fire than of a small one.

    None for a fire of which no pace is told, as it is closed or answers people.
    """
    if fire.is_closed or fire.is_standing:
        return None
    batches, key = runtime.stores.batches, (fire.id, _TO_BE_SENT)
    first, last = await asyncio.gather(
        batches.some(company_id, FIRE_BATCHES_FIRST, *key, limit=1),
        batches.some(company_id, FIRE_BATCHES_LAST, *key, limit=1),
    )
    return Ends(first, last)


async def measure_pace(
    runtime: Runtime,
    company_id: str,
    books: CountedFire,
    ends: Ends,
    holds: list[str],
    outcomes: Outcomes | None,
) -> Pace:
    """The pace of a fire with these books; `holds` say what keeps it back.

    What was handed over is told from the messages' `outcomes`, where these were read, else counted.
    """
    fire, now = books.fire, runtime.now()
    since, first, last = measured_since(fire, now), ends.first, ends.last
    handed_over = await _handed_over(runtime, company_id, fire, since, outcomes)
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
    times = (one.get("sending_at") for one in outcomes.messages)
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
