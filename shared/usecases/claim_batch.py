"""Claim a batch: a lease with a random token, an end and an attempt."""

from dataclasses import dataclass, replace
from datetime import timedelta

from shared.domain.batch import Batch, BatchState
from shared.domain.ids import random_id
from shared.domain.message import MessageState, moved
from shared.firestore.transactions import Transaction, transact
from shared.runtime import Runtime

OPEN_STATES = frozenset({BatchState.WAITING, BatchState.HELD, BatchState.DISPATCHED})
LEASE_LOST = "The worker that sent it stopped before it learned the outcome."


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A leased batch, and the token of the lease before, if that one ended without closing."""

    batch: Batch
    token: str
    lost_token: str | None


async def claim_batch(runtime: Runtime, company_id: str, batch_id: str) -> Claim | None:
    """Lease the batch, or None when it is done, gone, or another worker has it.

    What a lost lease left in `sending` becomes unknown: nobody can know whether it went out.
    """
    stores, token = runtime.stores, random_id()

    async def claim(transaction: Transaction) -> Claim | None:
        now = runtime.now()
        batch = await stores.batches.find(company_id, batch_id, transaction)
        if batch is None or batch.state is BatchState.DONE:
            return None
        if (
            batch.lease_token == token
        ):  # an attempt of this claim that was applied though it reported an error
            return Claim(batch=batch, token=token, lost_token=None)
        is_over = batch.lease_until is not None and batch.lease_until <= now
        if batch.state not in OPEN_STATES and not is_over:
            return None
        leased = replace(
            batch,
            state=BatchState.LEASED,
            lease_token=token,
            lease_until=now + timedelta(seconds=runtime.settings.lease_seconds),
            attempt=batch.attempt + 1,
        )
        stores.batches.put(transaction, company_id, batch_id, leased)
        return Claim(batch=leased, token=token, lost_token=batch.lease_token)

    claimed = await transact(stores.db, claim, "claim_batch.lease")
    if claimed is not None:
        await _give_up_lost(runtime, company_id, claimed)
    return claimed


async def _give_up_lost(runtime: Runtime, company_id: str, claimed: Claim) -> None:
    """Messages still `sending` under any other lease than ours are unknown: their worker is gone."""
    if claimed.batch.attempt == 1:
        return
    stores = runtime.stores

    async def give_up(transaction: Transaction) -> None:
        messages = await stores.messages.find_many(company_id, claimed.batch.message_ids, transaction)
        for message in messages.values():
            if message.state is MessageState.SENDING and message.token != claimed.token:
                unknown = moved(message, MessageState.UNKNOWN, reason=LEASE_LOST, search_at=runtime.now())
                stores.messages.put(transaction, company_id, message.id, unknown)

    await transact(stores.db, give_up, "claim_batch.give_up")
