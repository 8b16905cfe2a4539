"""Parts of a five-minute tick: when its waves are through, a broadcast has its statuses read, and ends."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from shared import log
from shared.domain.campaigns.broadcast import Broadcast, BroadcastState
from shared.domain.errors import RollcallError
from shared.domain.fires.fire import Fire
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.broadcasts import BROADCASTS_DUE
from shared.runtime import Runtime
from shared.usecases.ledger.open_searches import ask_at_once
from shared.views.history import read_searches

# A provider that cannot be asked for a day is not waited for any longer.
COLLECTED_WITHIN = timedelta(hours=24)
NOT_COLLECTED = (
    "Not all statuses were read from the provider: it could not be asked. Receipts that come still count."
)

_Take = Callable[[Runtime, str, Broadcast, datetime], Awaitable[bool]]


async def begin_collecting(runtime: Runtime, now: datetime) -> int:
    """Have the statuses of broadcasts read whose fires have closed; returns how many begin."""
    return await _each(runtime, BroadcastState.MADE, now, _begin, "statuses not asked for")


async def end_broadcasts(runtime: Runtime, now: datetime) -> int:
    """End the broadcasts whose statuses were read; returns how many."""
    return await _each(runtime, BroadcastState.COLLECTING, now, _end, "broadcast not ended")


async def _each(runtime: Runtime, state: BroadcastState, now: datetime, take: _Take, failed: str) -> int:
    """Take the broadcasts in this state that are due; how many went on. One that cannot harms no other."""
    taken = 0
    found = runtime.stores.broadcasts.each_across_companies(BROADCASTS_DUE, state, now)
    for company_id, broadcast in [pair async for pair in found]:
        with log.context(company_id=company_id, broadcast_id=broadcast.id):
            try:
                taken += await take(runtime, company_id, broadcast, now)
            except RollcallError as error:
                log.event(failed, level=logging.WARNING, reason=str(error))
    return taken


async def _begin(runtime: Runtime, company_id: str, broadcast: Broadcast, now: datetime) -> bool:
    fire = await _fire(runtime, company_id, broadcast)
    if fire is None or not fire.is_closed:
        return False
    await ask_at_once(runtime, company_id, fire, now)
    begun = {"state": BroadcastState.COLLECTING, "due_at": now}
    return await _change(runtime, company_id, broadcast, **begun)


async def _end(runtime: Runtime, company_id: str, broadcast: Broadcast, now: datetime) -> bool:
    fire = await _fire(runtime, company_id, broadcast)
    begun_at = broadcast.due_at or now
    searches = await read_searches(runtime, company_id, fire, begun_at) if fire is not None else []
    is_read = not any(search.is_wanted for search in searches)
    if not is_read and now < begun_at + COLLECTED_WITHIN:
        return False
    note = "" if is_read else NOT_COLLECTED
    ended = {"state": BroadcastState.ENDED, "ended_at": now, "due_at": None, "note": note}
    return await _change(runtime, company_id, broadcast, **ended)


async def _fire(runtime: Runtime, company_id: str, broadcast: Broadcast) -> Fire | None:
    return await runtime.stores.fires.find(company_id, broadcast.fire_id or "")


async def _change(runtime: Runtime, company_id: str, read: Broadcast, **changes: object) -> bool:
    """Change the broadcast, unless its state is another by now."""
    broadcasts = runtime.stores.broadcasts

    async def change(transaction: Transaction) -> bool:
        current = await broadcasts.get(company_id, read.id, transaction)
        if current.state is not read.state:
            return current.state is changes["state"]  # our own, applied though it reported an error
        changed = replace(current, **changes, updated_at=runtime.now())  # type: ignore[arg-type]  # its fields
        broadcasts.put(transaction, company_id, read.id, changed)
        return True

    return await transact(runtime.stores.db, change, "end_broadcasts")
