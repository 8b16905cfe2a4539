"""Part of a five-minute tick: make every broadcast whose time has come, and go on where an attempt died."""

import logging
from datetime import datetime

from shared import log
from shared.domain.campaigns.broadcast import Broadcast, BroadcastState
from shared.domain.errors import RollcallError
from shared.firestore.queries.broadcasts import BROADCASTS_DUE
from shared.runtime import Runtime


async def make_due_broadcasts(runtime: Runtime, now: datetime) -> int:
    """Make what is due at `now`; returns how many. One that cannot be made harms no other."""
    broadcasts, made = runtime.stores.broadcasts, 0
    for state in (BroadcastState.PLANNED, BroadcastState.MAKING):
        found = broadcasts.each_across_companies(BROADCASTS_DUE, state, now)
        for company_id, broadcast in [pair async for pair in found]:
            made += await _make(runtime, company_id, broadcast)
    return made


async def _make(runtime: Runtime, company_id: str, broadcast: Broadcast) -> bool:
    from shared.usecases.fires.make_broadcast import make_one  # most ticks make none

    with log.context(company_id=company_id, broadcast_id=broadcast.id):
        try:
            return (await make_one(runtime, company_id, broadcast)).state is BroadcastState.MADE
        except RollcallError as error:  # it is kept with the broadcast
            log.event("broadcast not made", level=logging.WARNING, reason=str(error))
            return False
