"""Result: the provider's answers, written under our token."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.domain.messages.failure import refusal_of
from shared.domain.messages.message import Message, MessageState, after_result
from shared.domain.messages.sending import Outcome, SendResult
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.runtime import Runtime
from shared.usecases.ledger.reopen_fire import reopen_books
from shared.usecases.ledger.summarize_fire import summarize_fire


async def record_results(
    runtime: Runtime, company_id: str, token: str, results: Mapping[str, SendResult]
) -> None:
    """Write what became of each message. One that is no longer ours keeps what it has.

    An answer may come so late that its message counts as unknown, in a fire that was closed over it.
    """
    stores = runtime.stores

    async def record(item_ids: Sequence[str], transaction: Transaction) -> set[str]:
        now = runtime.now()
        messages = await stores.messages.find_many(company_id, item_ids, transaction)
        changes = {
            item_id: after_result(message, token, results[item_id], now)
            for item_id, message in messages.items()
        }
        late = {
            message.fire_id
            for item_id, message in messages.items()
            if message.state is MessageState.UNKNOWN and changes[item_id] != message
        }
        for fire_id in late:
            await reopen_books(runtime, company_id, fire_id, transaction)
        for item_id, changed in changes.items():
            if results[item_id].outcome is Outcome.OPTED_OUT:  # also when the message is not ours any more
                opt_out = _refusal(changed, now)
                stores.opt_outs.put(transaction, company_id, opt_out.id, opt_out)
            if changed == messages[item_id]:
                continue
            stores.messages.put(transaction, company_id, item_id, changed)
            if changed.state is MessageState.FAILED:
                failure = refusal_of(changed, now)
                stores.failures.put(transaction, company_id, failure.id, failure)
        return late

    late = await halving(
        list(results), lambda part: transact(stores.db, partial(record, part), "record_results")
    )
    for fire_id in set().union(*late):
        await summarize_fire(runtime, company_id, fire_id)


def _refusal(message: Message, now: datetime) -> OptOut:
    return OptOut(
        id=opt_out_id(message.channel, message.address),
        channel=message.channel,
        address=message.address,
        is_active=True,
        source=OptOutSource.PROVIDER,
        changed_at=now,
    )
