"""Count the sums of fires that have closed, or changed since they were counted: reports read them."""

import asyncio
import logging
from datetime import datetime

from shared import log
from shared.domain.errors import RollcallError
from shared.firestore.queries.fires import FIRE_SUMS_DUE
from shared.runtime import Runtime
from shared.usecases.ledger.count_sums import count_sums

SUMS_A_TICK = 300
AT_ONCE = 4


async def count_due_sums(runtime: Runtime, now: datetime) -> int:
    """How many were counted, those first that have waited longest. The work is no part of what fires cost."""
    due = []
    async for company_id, sums in runtime.stores.fire_sums.each_across_companies(FIRE_SUMS_DUE, now):
        if sums.is_wanted(now):
            due.append((company_id, sums.id))
        if len(due) == SUMS_A_TICK:
            break
    gate = asyncio.Semaphore(AT_ONCE)

    async def count(company_id: str, fire_id: str) -> bool:
        async with gate:
            try:
                return await count_sums(runtime, company_id, fire_id)
            except RollcallError as error:  # one broken fire must not keep the others from theirs
                log.event("sums not counted", level=logging.WARNING, reason=str(error))
                return False

    return sum(await asyncio.gather(*(count(*one) for one in due)))
