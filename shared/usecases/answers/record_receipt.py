"""A provider's receipt about one message. Order and repetition do not matter."""

from collections.abc import Iterable
from datetime import datetime

from shared import log
from shared.domain.contacts.opt_out import OptOut, noted, opt_out_ids
from shared.domain.events.other_events import message_events, opt_out_events
from shared.domain.fires.person import is_forgotten
from shared.domain.messages.lessons import is_second_in_row, learned, lesson_of_receipt, refused_at
from shared.domain.messages.message import Message, MessageState, after_receipt
from shared.domain.messages.sending import Lesson, Receipt
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.messages import MESSAGES_TO_ADDRESS
from shared.runtime import Runtime
from shared.usecases.ledger.mark_sums import mark_sums
from shared.usecases.ledger.reopen_fire import reopen_books
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.outbox.open_outbox import open_outbox

LOOKED_AT = 20  # earlier messages to an address


async def record_receipt(runtime: Runtime, company_id: str, receipt: Receipt) -> bool:
    """Move the message's delivery forward; what is learned of its address is noted, as is a refusal.

    False for an unknown message.

    The receipt finds its message by our own id, so it may come before we read the provider's answer.
    """
    stores = runtime.stores
    lesson, outbox = await _lesson(runtime, company_id, receipt), await open_outbox(runtime, company_id)

    async def record(transaction: Transaction) -> tuple[Message, Message] | None:
        message = await stores.messages.find(company_id, receipt.message_id, transaction)
        if message is None:
            return None
        changed = after_told(message, (receipt,), runtime.now())
        opt_out = await _learned(runtime, company_id, changed, receipt, lesson, transaction)
        if is_resolved(message, changed):
            await reopen_books(runtime, company_id, message.fire_id, transaction)
        if changed != message:
            await mark_sums(runtime, company_id, [message.fire_id])
            stores.messages.put(transaction, company_id, message.id, changed)
        if opt_out is not None:
            stores.opt_outs.put(transaction, company_id, opt_out.id, opt_out)
        learned = opt_out_events([opt_out] if opt_out else [])
        outbox.put(transaction, [*message_events(message, changed, runtime.now()), *learned])
        return message, changed

    with log.context(company_id=company_id, message_id=receipt.message_id):
        found = await transact(stores.db, record, "record_receipt")
        await outbox.announce()
        log_receipt(company_id, receipt, found)
        if found is None:
            return False
        before, after = found
        if is_resolved(before, after):
            with log.context(campaign_id=after.campaign_id, fire_id=after.fire_id):
                await summarize_fire(runtime, company_id, after.fire_id)
        return True


async def _lesson(runtime: Runtime, company_id: str, receipt: Receipt) -> Lesson | None:
    """What the receipt teaches; what only two in a row prove is looked up."""
    lesson = lesson_of_receipt(receipt)
    if lesson is not Lesson.MAYBE_GONE:
        return lesson
    messages = runtime.stores.messages
    message = await messages.find(company_id, receipt.message_id)
    if message is None or is_forgotten(message):
        return None
    others: list[Message] = []
    for address in message.channel.record.address.spellings(message.address):
        others += await messages.some(
            company_id, MESSAGES_TO_ADDRESS, address, message.sender_id, limit=LOOKED_AT
        )
    others.sort(key=lambda one: one.sent_at or one.created_at, reverse=True)
    return lesson if is_second_in_row(receipt, message, others) else None


async def _learned(
    runtime: Runtime,
    company_id: str,
    message: Message,
    receipt: Receipt,
    lesson: Lesson | None,
    transaction: Transaction,
) -> OptOut | None:
    """What is to be noted of the address; nothing when that is known already."""
    kind = message.channel.record.address
    address = message.address or kind.received(receipt.address or "")
    if lesson is None or not address:
        return None
    ids = opt_out_ids(message.channel, address)
    stored = await runtime.stores.opt_outs.find_many(company_id, ids, transaction)
    new, now = learned(message, address, lesson, receipt.code, receipt.reason, runtime.now()), runtime.now()
    sent_at, said_at = message.sent_at or message.sending_at, refused_at(receipt, message, now)
    return noted(list(stored.values()), new, sent_at, said_at)


def teaches(receipt: Receipt) -> bool:
    """Whether the receipt says more than how far its message got."""
    return lesson_of_receipt(receipt) is not None


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
