"""Mark batches dispatched and announce them; stored before it is published."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from shared import faults, log
from shared.domain.job import SendBatch
from shared.domain.messages.batch import Batch, BatchState
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

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
    jobs = [
        SendBatch(company_id=company_id, batch_id=batch.id, fire_id=batch.fire_id)
        for (company_id, batch), is_ours in zip(batches, marked, strict=True)
        if is_ours
    ]
    with faults.step("dispatch_batches.publish" if jobs else None):
        await runtime.publisher.publish(jobs)
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
