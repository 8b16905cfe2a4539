"""Hand over to the sender's stand-in what its provider provably did not accept, or was never called for.

The message stays one message of its fire. It goes from the batch of the one sender to a batch of the other in
one transaction, so that one of their workers has it. What may have gone out stays.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from shared import log
from shared.domain.messages.batch import Batch, Claim, batch_of
from shared.domain.messages.message import Message, MessageState
from shared.domain.record import replace
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.runtime import Runtime
from shared.usecases.sending.dispatch_batches import dispatch_batches
from shared.usecases.sending.reserve_start import reserve_start

NEVER = datetime.min.replace(tzinfo=UTC)


async def hand_over(
    runtime: Runtime, company_id: str, claim: Claim, stand_in: Sender, message_ids: Sequence[str]
) -> None:
    """Move those of the messages that wait in the claimed batch to the stand-in; none goes further than once.

    What only the first sender can send stays: a format that its provider keeps, and what needs the person's
    conversation with it.
    """
    if not message_ids:
        return
    now = runtime.now()
    start = await reserve_start(runtime, company_id, claim.batch.fire_id, stand_in, now, message_ids)

    async def move(ids: Sequence[str]) -> None:
        write = partial(_move, runtime, company_id, claim, stand_in, start, ids)
        following = await transact(runtime.stores.db, write)
        if following is not None:
            count, sender_id = len(following.message_ids), claim.batch.sender_id
            log.event("handed over", sender_id=sender_id, stand_in_id=stand_in.id, messages=count)
            await dispatch_batches(runtime, [(company_id, following)])

    await halving(message_ids, move)


async def _move(
    runtime: Runtime,
    company_id: str,
    claim: Claim,
    stand_in: Sender,
    start: datetime,
    ids: Sequence[str],
    transaction: Transaction,
) -> Batch | None:
    """Write those that may go over into a batch of the stand-in's; None when there is none."""
    stores = runtime.stores
    batch = await stores.batches.get(company_id, claim.batch.id, transaction)
    found = await stores.messages.find_many(company_id, ids, transaction)
    members = [one for one in found.values() if one.batch_id == batch.id and may_go_over(one)]
    if not members or batch.lease_token != claim.token:
        return None
    made = batch_of(company_id, batch.fire_id, stand_in.id, members, start, runtime.now(), NEVER)
    following = replace(made, is_taken_over=True)
    stores.batches.put(transaction, company_id, following.id, following)
    for one in members:
        moved = replace(
            one,
            sender_id=stand_in.id,
            taken_over_from=one.sender_id,
            batch_id=following.id,
            planned_for=start,
            attempt=0,
        )
        stores.messages.put(transaction, company_id, one.id, moved)
    return following


def may_go_over(message: Message) -> bool:
    """Whether another sender may send it in its place."""
    is_free = message.content is None and not message.needs_conversation
    return message.state is MessageState.QUEUED and message.taken_over_from is None and is_free
