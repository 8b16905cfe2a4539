"""Claim a request by its idempotency key, so that it is done once; keep its answer, or give the claim back.

An attempt that died is taken over when its time is over. What it had created has ids computed from the
record, so the next attempt writes the same ones.
"""

from shared.domain.idempotency import IdempotencyRecord, new_attempt, usable_record
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def claim_request(
    runtime: Runtime, company_id: str, record_id: str, request_hash: str
) -> IdempotencyRecord:
    """Our new record, or the one that holds the answer. Raises KeyUsedForAnother, AttemptUnderWay."""
    store, now = runtime.stores.idempotency, runtime.now()
    ours = new_attempt(record_id, request_hash, random_id(), now)
    if await store.add(company_id, record_id, ours):
        return ours
    # Reading before the transaction keeps many equal requests at once from contending for it.
    found = usable_record(await store.find(company_id, record_id), ours, now)
    if found is not None:
        return found

    async def take_over(transaction: Transaction) -> IdempotencyRecord:
        current = await store.find(company_id, record_id, transaction)
        usable = usable_record(current, ours, now)
        if usable is not None:
            return usable
        is_live = current is not None and now < current.expires_at
        taken = replace(ours, expires_at=current.expires_at) if current is not None and is_live else ours
        store.put(transaction, company_id, record_id, taken)
        return taken

    return await transact(runtime.stores.db, take_over)


async def keep_answer(runtime: Runtime, company_id: str, answered: IdempotencyRecord) -> None:
    """Store the answer, unless another attempt has taken over meanwhile."""
    store = runtime.stores.idempotency

    async def keep(transaction: Transaction) -> None:
        current = await store.find(company_id, answered.id, transaction)
        if current is not None and current.token == answered.token:
            store.put(transaction, company_id, answered.id, answered)

    await transact(runtime.stores.db, keep)


async def give_back_request(runtime: Runtime, company_id: str, record: IdempotencyRecord) -> None:
    """Forget an attempt that did nothing, unless another has taken over meanwhile."""
    store = runtime.stores.idempotency

    async def forget(transaction: Transaction) -> None:
        current = await store.find(company_id, record.id, transaction)
        if current is not None and current.token == record.token:
            transaction.delete(store.ref(company_id, record.id))

    await transact(runtime.stores.db, forget)
