"""Move messages whose window closed before they were sent to batches at its next opening."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from shared.domain.messages.batch import Claim, batch_of
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.runtime import Runtime
from shared.usecases.sending.reserve_start import taking_start


async def replan_messages(
    runtime: Runtime, company_id: str, claim: Claim, sender: Sender, later: Mapping[datetime, Sequence[str]]
) -> None:
    """Give the messages of each opening a batch of their own there, on the sender's timeline."""
    for opens_at, message_ids in later.items():
        take = taking_start(runtime, company_id, claim.batch.fire_id, sender, opens_at, message_ids)
        start = await transact(runtime.stores.db, take, "replan_messages.reserve")
        await halving(message_ids, partial(_move, runtime, company_id, claim, start))


async def _move(
    runtime: Runtime, company_id: str, claim: Claim, start: datetime, message_ids: Sequence[str]
) -> None:
    stores = runtime.stores

    async def move(transaction: Transaction) -> None:
        now = runtime.now()
        batch = await stores.batches.get(company_id, claim.batch.id, transaction)
        found = await stores.messages.find_many(company_id, message_ids, transaction)
        members = [m for m in found.values() if m.state is MessageState.QUEUED and m.batch_id == batch.id]
        if not members or batch.lease_token != claim.token:
            return
        following = batch_of(company_id, batch.fire_id, batch.sender_id, members, start, now, now)
        stores.batches.put(transaction, company_id, following.id, following)
        for message in members:
            stores.messages.put(
                transaction,
                company_id,
                message.id,
                replace(message, batch_id=following.id, planned_for=start),
            )

    await transact(stores.db, move, "replan_messages.move")
