"""The tick of every minute: announce the batches that start before the next one, in turn per company."""

from collections import defaultdict
from datetime import datetime, timedelta

from shared.domain.messages.batch import Batch, BatchState
from shared.domain.record import replace
from shared.domain.turns import in_turn
from shared.firestore.queries.messages import BATCHES_DUE
from shared.runtime import Runtime
from shared.usecases.hold.check_database import check_database
from shared.usecases.sending.dispatch_batches import dispatch_batches

# Five million messages. Marking one takes some 30 ms and 16 are marked at once, so all take 94 s of the
# function's 300. A minute is enough for 3.2 million: the next tick takes those that are not marked yet.
BATCHES_PER_TICK = 50_000
AT_A_TIME = 500  # so that the first are announced while the others are still marked


async def dispatch_due_batches(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Announce what is due within the next interval; returns how many batches."""
    if await check_database(runtime, now) is not None:
        return {"held": 1}
    until = now + timedelta(seconds=runtime.settings.dispatch_ahead_seconds)
    by_company: dict[str, list[Batch]] = defaultdict(list)
    found = runtime.stores.batches.each_across_companies(BATCHES_DUE, BatchState.WAITING, until)
    async for company_id, batch in found:
        by_company[company_id].append(replace(batch, message_ids=()))  # the ids are 8 KB, and not needed here
    due = in_turn(by_company)
    taken, dispatched = due[:BATCHES_PER_TICK], 0
    for first in range(0, len(taken), AT_A_TIME):
        dispatched += await dispatch_batches(runtime, taken[first : first + AT_A_TIME])
    return {"dispatched": dispatched, "left": len(due) - len(taken)}
