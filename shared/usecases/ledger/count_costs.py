"""Keep what a job used, by fire: one document for each attempt, so that nothing contends and all adds up."""

import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from google.api_core.exceptions import GoogleAPIError

from shared import log
from shared.domain.fires.fire_cost import FireCost, Unit
from shared.domain.ids import random_id
from shared.domain.stored_size import cut, stored_bytes
from shared.metering import NO_FIRE, Meter, metered
from shared.runtime import Runtime

COSTS_PER_COMMIT = 200
STORE_SECONDS = 5.0


@asynccontextmanager
async def count_costs(runtime: Runtime, job: str, *, is_for_one_fire: bool) -> AsyncIterator[None]:
    """Count what is done inside and store it afterwards, also when it failed: an attempt costs either way.

    With `is_for_one_fire` all that is used is that fire's, also what led to it; of a tick, which looks for
    the work of many, only what it does for each. It is stored after the work, as the last commits and the
    summary count too: an attempt that is killed before loses its count, and nothing else.
    """
    with metered() as meter:
        try:
            yield
        finally:
            costs = _costs(runtime, job, meter, is_for_one_fire=is_for_one_fire)
            if costs:
                await _store(runtime, costs)


def _costs(runtime: Runtime, job: str, meter: Meter, *, is_for_one_fire: bool) -> list[tuple[str, FireCost]]:
    shared = meter.pop(NO_FIRE, Counter())
    if is_for_one_fire and len(meter) == 1:
        [counts] = meter.values()
        counts += shared
    return [
        (company_id, _cost(runtime, job, fire_id, counts)) for (company_id, fire_id), counts in meter.items()
    ]


def _cost(runtime: Runtime, job: str, fire_id: str, counts: Counter[str]) -> FireCost:
    own = Counter({str(Unit.WRITES): 1})
    amounts = {str(unit): amount for unit, amount in (counts + own).items()}
    return FireCost(id=random_id(), fire_id=fire_id, job=job, counted_at=runtime.now(), amounts=amounts)


async def _store(runtime: Runtime, costs: list[tuple[str, FireCost]]) -> None:
    """Store them; what cannot be stored is given up, as the work itself is done."""
    from shared.firestore.kit.retries import (
        READ_RETRY,  # here: some functions need no database at their start
    )
    from shared.usecases.ledger.mark_sums import mark_sums

    stores = runtime.stores
    try:
        for company_id in {company_id for company_id, _ in costs}:
            await mark_sums(runtime, company_id, [cost.fire_id for home, cost in costs if home == company_id])
        for part in cut(costs, lambda cost: stored_bytes(cost[1]), most=COSTS_PER_COMMIT):
            writer = stores.db.batch()
            for company_id, cost in part:
                stores.fire_costs.put(writer, company_id, cost.id, cost)
            await writer.commit(retry=READ_RETRY.with_timeout(STORE_SECONDS))  # it sets: twice is once
    except GoogleAPIError as error:
        log.event("costs not stored", level=logging.WARNING, error_type=type(error).__name__)
