"""Close a batch when its messages are settled, or give back what is left for a later try."""

from datetime import timedelta

from shared.domain.messages.batch import Batch, BatchState, Claim, closed
from shared.domain.messages.message import MessageState
from shared.domain.senders.pacing import retry_delay_seconds
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import FIRE_BATCHES
from shared.runtime import Runtime

_OPEN = (BatchState.DISPATCHED, BatchState.LEASED, BatchState.WAITING, BatchState.HELD)


async def close_batch(
    runtime: Runtime,
    company_id: str,
    claim: Claim,
    *,
    is_settled: bool,
    is_paused: bool,
    retry_after_seconds: float,
) -> Batch:
    """Write how the batch ends under our lease: done, waiting for another try, or held while paused.

    `is_settled`: under this lease every message was sent, or settled, or moved to another batch.
    """
    stores = runtime.stores

    async def close(transaction: Transaction) -> Batch:
        batch = await stores.batches.get(company_id, claim.batch.id, transaction)
        ids = () if is_settled else batch.message_ids
        messages = await stores.messages.find_many(company_id, ids, transaction)
        left = [m for m in messages.values() if m.state is MessageState.QUEUED and m.batch_id == batch.id]
        again_at = None
        if left:
            back_off = retry_delay_seconds(max(message.attempt for message in left))
            again_at = runtime.now() + timedelta(seconds=max(back_off, retry_after_seconds))
        ended = closed(batch, claim.token, again_at, is_paused=is_paused)
        if ended != batch:
            stores.batches.put(transaction, company_id, batch.id, ended)
        return ended

    return await transact(stores.db, close, "close_batch")


async def fire_has_open_batches(runtime: Runtime, company_id: str, fire_id: str) -> bool:
    """Whether any batch of the fire is not done."""
    batches = runtime.stores.batches
    return bool(await batches.some(company_id, FIRE_BATCHES, fire_id, _OPEN, limit=1))
