"""Mark batches dispatched and announce them; stored before it is published."""

import asyncio
from collections.abc import Sequence

from shared import log
from shared.domain.messages.batch import Batch, BatchState, send_job
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs

_MAY_GO = frozenset({BatchState.WAITING, BatchState.HELD})
AT_ONCE = 16


async def dispatch_batches(runtime: Runtime, batches: Sequence[tuple[str, Batch]]) -> int:
    """Announce those of the batches (company id, batch) that still wait; returns how many."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def mark(company_id: str, batch: Batch) -> bool:
        async with gate:
            with log.context(company_id=company_id, fire_id=batch.fire_id, batch_id=batch.id):
                return await _mark_dispatched(runtime, company_id, batch.id)

    marked = await asyncio.gather(*(mark(*pair) for pair in batches))
    jobs = [send_job(batch) for (_, batch), is_ours in zip(batches, marked, strict=True) if is_ours]
    await announce_jobs(runtime, jobs, "dispatch_batches.publish")
    return len(jobs)


async def _mark_dispatched(runtime: Runtime, company_id: str, batch_id: str) -> bool:
    stores = runtime.stores

    async def mark(transaction: Transaction) -> bool:
        batch = await stores.batches.get(company_id, batch_id, transaction)
        if batch.state not in _MAY_GO:
            return False
        dispatched = replace(batch, state=BatchState.DISPATCHED, dispatched_at=runtime.now())
        stores.batches.put(transaction, company_id, batch_id, dispatched)
        return True

    return await transact(stores.db, mark, "dispatch_batches.mark")
