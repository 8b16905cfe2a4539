"""Claim a batch: a lease with a random token, an end and an attempt."""

from collections.abc import Sequence
from functools import partial

from shared.domain.ids import random_id
from shared.domain.messages.batch import Claim, taken
from shared.domain.messages.message import given_up
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.runtime import Runtime


async def claim_batch(runtime: Runtime, company_id: str, batch_id: str) -> Claim | None:
    """Lease the batch, or None when it is done, gone, or another worker has it.

    What a lost lease left in `sending` becomes unknown: nobody can know whether it went out.
    """
    stores, token = runtime.stores, random_id()

    async def claim(transaction: Transaction) -> Claim | None:
        now = runtime.now()
        batch = await stores.batches.find(company_id, batch_id, transaction)
        seconds = runtime.settings.lease_seconds
        leased = taken(batch, token, now, seconds) if batch is not None else None
        if leased is None:
            return None
        stores.batches.put(transaction, company_id, batch_id, leased)
        return Claim(batch=leased, token=token)

    claimed = await transact(stores.db, claim, "claim_batch.lease")
    if claimed is not None:
        await _give_up_lost(runtime, company_id, claimed)
    return claimed


async def _give_up_lost(runtime: Runtime, company_id: str, claimed: Claim) -> None:
    """Messages still `sending` under any other lease than ours are unknown: their worker is gone."""
    if claimed.batch.attempt == 1:
        return
    stores = runtime.stores

    async def give_up(message_ids: Sequence[str], transaction: Transaction) -> None:
        messages = await stores.messages.find_many(company_id, message_ids, transaction)
        for message in messages.values():
            is_here = message.batch_id == claimed.batch.id  # else it was moved, and another worker has it
            lost = given_up(message, claimed.token)
            if is_here and lost != message:
                stores.messages.put(transaction, company_id, message.id, lost)

    await halving(
        claimed.batch.message_ids,
        lambda part: transact(stores.db, partial(give_up, part), "claim_batch.give_up"),
    )
