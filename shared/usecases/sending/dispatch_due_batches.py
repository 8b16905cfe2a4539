"""The five-minute tick: announce the batches that start before the next one, in turn per company."""

from collections import defaultdict
from datetime import datetime, timedelta

from shared.domain.messages.batch import Batch, BatchState
from shared.domain.turns import in_turn
from shared.firestore.queries.messages import BATCHES_DUE
from shared.runtime import Runtime
from shared.usecases.hold.check_database import check_database
from shared.usecases.sending.dispatch_batches import dispatch_batches

BATCHES_PER_TICK = 5_000


async def dispatch_due_batches(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Announce what is due within the next interval; returns how many batches."""
    if await check_database(runtime, now) is not None:
        return {"held": 1}
    until = now + timedelta(seconds=runtime.settings.tick_interval_seconds)
    by_company: dict[str, list[Batch]] = defaultdict(list)
    found = runtime.stores.batches.each_across_companies(BATCHES_DUE, BatchState.WAITING, until)
    async for company_id, batch in found:
        by_company[company_id].append(batch)
    due = in_turn(by_company)
    dispatched = await dispatch_batches(runtime, due[:BATCHES_PER_TICK])
    return {"dispatched": dispatched, "left": max(0, len(due) - BATCHES_PER_TICK)}
