"""Withdraw one message that waits: it is never sent."""

from shared import log
from shared.domain.errors import Conflict
from shared.domain.messages.message import Message, MessageState, moved
from shared.domain.messages.skip_reason import SkipReason
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.ledger.reopen_fire import reopen_books
from shared.usecases.ledger.summarize_fire import summarize_fire

_TOO_LATE = {
    MessageState.SENDING: "It is being sent this moment, so it cannot be withdrawn.",
    MessageState.SENT: "It was sent already, so it cannot be withdrawn.",
    MessageState.UNKNOWN: "It may have been sent: nobody knows its outcome yet, so it cannot be withdrawn.",
    MessageState.FAILED: "It was tried and failed, so there is nothing to withdraw: its failure says why.",
}


async def withdraw_message(runtime: Runtime, company_id: str, message_id: str, *, by: str) -> Message:
    """Skip the message, and record `by` whom. One that is skipped already stays as it is.

    The intent to send it writes the message too: one of the two finds that the other was first. Raises
    NotFound, and Conflict when it is too late.
    """
    stores = runtime.stores

    async def withdraw(transaction: Transaction) -> Message:
        message = await stores.messages.get(company_id, message_id, transaction)
        if message.state is MessageState.SKIPPED:
            return message
        if message.state is not MessageState.QUEUED:
            raise Conflict(_TOO_LATE[message.state])
        words = f"It was withdrawn before it went out, by {by}."
        skipped = moved(message, MessageState.SKIPPED, reason=SkipReason.WITHDRAWN, explanation=words)
        await reopen_books(runtime, company_id, message.fire_id, transaction)
        stores.messages.put(transaction, company_id, message_id, skipped)
        return skipped

    withdrawn = await transact(stores.db, withdraw)
    ids = {"campaign_id": withdrawn.campaign_id, "fire_id": withdrawn.fire_id, "message_id": message_id}
    with log.context(company_id=company_id, **ids):
        log.event("message withdrawn", by=by)
        await summarize_fire(runtime, company_id, withdrawn.fire_id)
    return withdrawn
