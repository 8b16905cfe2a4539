"""A provider's receipt about one message. Order and repetition do not matter."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shared import log
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.domain.fires.person import is_forgotten
from shared.domain.messages.message import Message, MessageState, after_receipt
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.ledger.reopen_fire import reopen_books
from shared.usecases.ledger.summarize_fire import summarize_fire

_REFUSALS = {ReceiptKind.OPTED_OUT: OptOutSource.PROVIDER, ReceiptKind.COMPLAINED: OptOutSource.COMPLAINT}


async def record_receipt(runtime: Runtime, company_id: str, receipt: Receipt) -> bool:
    """Move the message's delivery forward; a refusal is recorded as consent. False for an unknown message.

    The receipt finds its message by our own id, so it may come before we read the provider's answer.
    """
    stores = runtime.stores

    async def record(transaction: Transaction) -> tuple[Message, Message] | None:
        message = await stores.messages.find(company_id, receipt.message_id, transaction)
        if message is None:
            return None
        now = runtime.now()
        changed = after_told(message, (receipt,), now)
        if is_resolved(message, changed):
            await reopen_books(runtime, company_id, message.fire_id, transaction)
        if changed != message:
            stores.messages.put(transaction, company_id, message.id, changed)
        address = message.address or receipt.address
        if receipt.kind in _REFUSALS and address:
            refusal = _refusal(message, address, _REFUSALS[receipt.kind], now)
            stores.opt_outs.put(transaction, company_id, refusal.id, refusal)
        return message, changed

    with log.context(company_id=company_id, message_id=receipt.message_id):
        found = await transact(stores.db, record, "record_receipt")
        log_receipt(company_id, receipt, found)
        if found is None:
            return False
        before, after = found
        if is_resolved(before, after):
            with log.context(campaign_id=after.campaign_id, fire_id=after.fire_id):
                await summarize_fire(runtime, company_id, after.fire_id)
        return True


def teaches(receipt: Receipt) -> bool:
    """Whether the receipt says more than how far its message got."""
    return receipt.kind in _REFUSALS


def after_told(message: Message, receipts: Iterable[Receipt], now: datetime) -> Message:
    """The message after its receipts, in whatever order."""
    for receipt in receipts:
        message = after_receipt(message, receipt, now)
    if is_forgotten(message):  # what providers say may name the person
        message = replace(message, provider_id=None, delivery_reason=None)
    return message


def is_resolved(before: Message, after: Message) -> bool:
    """Whether the outcome was unknown and no longer is."""
    return before.state is MessageState.UNKNOWN and after.state is not MessageState.UNKNOWN


def log_receipt(company_id: str, receipt: Receipt, change: tuple[Message, Message] | None) -> None:
    """Note what a receipt changed: the message before and after, or None when there is none."""
    with log.context(company_id=company_id, message_id=receipt.message_id):
        if change is None:
            log.event("receipt for no message")
            return
        before, after = change
        with log.context(campaign_id=after.campaign_id, fire_id=after.fire_id):
            log.event("receipt", kind=str(receipt.kind), delivery=after.delivery, is_news=before != after)


def _refusal(message: Message, address: str, source: OptOutSource, now: datetime) -> OptOut:
    """Of who was forgotten nothing but the address's digest is kept."""
    return OptOut(
        id=opt_out_id(message.channel, address),
        channel=message.channel,
        address=message.address,
        is_active=True,
        source=source,
        changed_at=now,
    )
