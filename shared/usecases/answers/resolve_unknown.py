"""Receipts that prove what became of messages whose outcome was unknown. They concern a fire's books too."""

from collections.abc import Mapping, Sequence
from itertools import chain

from shared import log
from shared.domain.events.other_events import message_events
from shared.domain.messages.message import Message
from shared.domain.messages.sending import Receipt
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.answers.record_receipt import after_told, is_resolved, log_receipt
from shared.usecases.ledger.reopen_fire import reopen_books
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.outbox.open_outbox import open_outbox

MESSAGES_PER_COMMIT = 50
Proofs = Sequence[tuple[str, Sequence[Receipt]]]  # what was told, by message id


async def resolve_unknown(runtime: Runtime, company_id: str, proofs: Mapping[str, Proofs]) -> None:
    """Record the proofs, by fire. A closed fire is opened in the transaction that changes its message, and is
    summed up once when all is recorded.
    """
    for fire_id, told in proofs.items():
        for start in range(0, len(told), MESSAGES_PER_COMMIT):
            await _resolve(runtime, company_id, fire_id, dict(told[start : start + MESSAGES_PER_COMMIT]))
        with log.context(company_id=company_id, fire_id=fire_id):
            await summarize_fire(runtime, company_id, fire_id)


async def _resolve(
    runtime: Runtime, company_id: str, fire_id: str, receipts: Mapping[str, Sequence[Receipt]]
) -> None:
    stores, now = runtime.stores, runtime.now()
    outbox = await open_outbox(runtime, company_id)

    async def resolve(transaction: Transaction) -> dict[str, tuple[Message, Message]]:
        found = await stores.messages.find_many(company_id, receipts, transaction)
        changes = {one.id: (one, after_told(one, receipts[one.id], now)) for one in found.values()}
        if any(is_resolved(before, after) for before, after in changes.values()):
            await reopen_books(runtime, company_id, fire_id, transaction)
        for before, after in changes.values():
            if before != after:
                stores.messages.put(transaction, company_id, after.id, after)
        outbox.put(transaction, chain.from_iterable(message_events(*pair, now) for pair in changes.values()))
        return changes

    changes = await transact(stores.db, resolve, "record_receipt")
    await outbox.announce()
    for item_id, told in receipts.items():
        for receipt in told:
            log_receipt(company_id, receipt, changes.get(item_id))
