"""Go on with fires whose next step is due: it waited for the end of the step before, and for its delay."""

from datetime import datetime, timedelta

from shared import log
from shared.domain.errors import RollcallError
from shared.domain.fires.fire import Fire
from shared.domain.fires.planned_steps import with_due_steps
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.fires import FIRES_WITH_STEPS_DUE
from shared.runtime import Runtime
from shared.usecases.fires.store_chunks import CHUNKS_AT_ONCE, store_chunks


async def plan_later_steps(runtime: Runtime, now: datetime) -> int:
    """Plan the steps that are due before the next tick; returns of how many fires.

    They are planned shortly before their time, so that whoever has answered by then is left out. A fire that
    is paused waits for a later tick; one that cannot go on harms no other.
    """
    until = now + timedelta(seconds=runtime.settings.tick_interval_seconds)
    found = runtime.stores.fires.each_across_companies(FIRES_WITH_STEPS_DUE, until)
    count = 0
    for company_id, fire in [pair async for pair in found]:
        with log.context(company_id=company_id, campaign_id=fire.campaign_id, fire_id=fire.id):
            try:
                count += await _plan(runtime, company_id, fire, until)
            except RollcallError as error:
                log.event("step not planned", reason=str(error))
    return count


async def _plan(runtime: Runtime, company_id: str, fire: Fire, until: datetime) -> bool:
    """Store the fire with its due steps, then their chunks; what stops in between the sweep goes on with."""
    stores = runtime.stores
    content = await stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)

    async def go_on(transaction: Transaction) -> Fire | None:
        current = await stores.fires.get(company_id, fire.id, transaction)
        following = with_due_steps(current, content, until)
        if following == current:
            return None
        stores.fires.put(transaction, company_id, fire.id, following)
        return following

    planned = await transact(stores.db, go_on, "plan_later_steps")
    if planned is None:
        return False
    log.event("steps planned", steps=len(planned.steps) - len(fire.steps))
    # As many chunks are stored at once, from such a place on: those of the steps before are there already.
    await store_chunks(runtime, company_id, planned, fire.chunk_count // CHUNKS_AT_ONCE * CHUNKS_AT_ONCE)
    return True
