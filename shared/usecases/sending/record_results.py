"""Result: the provider's answers, written under our token."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from shared import faults, tracing
from shared.domain.contacts.opt_out import OptOut, noted, opt_out_ids
from shared.domain.events.other_events import opt_out_events
from shared.domain.messages.failure import refusal_of
from shared.domain.messages.intents import Intended
from shared.domain.messages.lessons import learned, lesson_of_result
from shared.domain.messages.message import Message, MessageState, after_result
from shared.domain.messages.sending import SendResult
from shared.firestore.kit.documents import Change
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.runtime import Runtime
from shared.usecases.ledger.reopen_fire import reopen_books
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.outbox.open_outbox import open_outbox


async def record_results(
    runtime: Runtime,
    company_id: str,
    token: str,
    results: Mapping[str, SendResult],
    intended: Sequence[Intended] = (),
) -> None:
    """Write what became of each message. One that is no longer ours keeps what it has.

    Of those that are `intended` it is known when they were written: one that nobody has written since is
    ours for sure, and is not read again. That is most often so; what somebody wrote, a receipt say, is read
    and judged with what it says now.
    """
    left = await _record_untouched(runtime, company_id, token, results, intended)
    if left:
        await _record_read(runtime, company_id, token, {item_id: results[item_id] for item_id in left})


async def _record_untouched(
    runtime: Runtime,
    company_id: str,
    token: str,
    results: Mapping[str, SendResult],
    intended: Sequence[Intended],
) -> list[str]:
    """Write the results that teach nothing else, where nobody wrote the message; the ids of the others."""
    now = runtime.now()
    changes: dict[str, Change[Message]] = {}
    for one in intended:
        message, result = one.message, results[one.message.id]
        after = after_result(message, token, result, now)
        is_simple = after.state is not MessageState.FAILED and lesson_of_result(result) is None
        if one.written_at is not None and is_simple:
            changes[message.id] = Change(message, after, one.written_at)
    if not changes:
        return list(results)
    with tracing.span("record_results.untouched"), faults.step("record_results.untouched"):
        touched = await runtime.stores.messages.replace_versions(company_id, changes)
    return [item_id for item_id in results if item_id not in changes or item_id in touched]


async def _record_read(
    runtime: Runtime, company_id: str, token: str, results: Mapping[str, SendResult]
) -> None:
    """Write the results of messages as they are now.

    An answer may come so late that its message counts as unknown, in a fire that was closed over it.
    """
    stores, outbox = runtime.stores, await open_outbox(runtime, company_id)

    async def record(item_ids: Sequence[str], transaction: Transaction) -> set[str]:
        now = runtime.now()
        messages = await stores.messages.find_many(company_id, item_ids, transaction)
        changes = {
            item_id: after_result(message, token, results[item_id], now)
            for item_id, message in messages.items()
        }
        late = _settled_late(messages, changes)
        opt_outs = await _learned(runtime, company_id, messages, results, now, transaction)
        for fire_id in late:
            await reopen_books(runtime, company_id, fire_id, transaction)
        for item_id, changed in changes.items():
            if changed == messages[item_id]:
                continue
            stores.messages.put_changed(transaction, company_id, item_id, messages[item_id], changed)
            if changed.state is MessageState.FAILED:
                failure = refusal_of(changed, now)
                stores.failures.put(transaction, company_id, failure.id, failure)
        for opt_out in opt_outs:
            stores.opt_outs.put(transaction, company_id, opt_out.id, opt_out)
        outbox.put(transaction, opt_out_events(opt_outs))
        return late

    late = await halving(
        list(results), lambda part: transact(stores.db, partial(record, part), "record_results")
    )
    await outbox.announce()
    for fire_id in set().union(*late):
        await summarize_fire(runtime, company_id, fire_id)


def _settled_late(messages: Mapping[str, Message], changes: Mapping[str, Message]) -> set[str]:
    """The fires of messages that counted as unknown and no longer do."""
    return {
        message.fire_id
        for item_id, message in messages.items()
        if message.state is MessageState.UNKNOWN and changes[item_id] != message
    }


async def _learned(
    runtime: Runtime,
    company_id: str,
    messages: Mapping[str, Message],
    results: Mapping[str, SendResult],
    now: datetime,
    transaction: Transaction,
) -> list[OptOut]:
    """What the answers teach of the addresses, also of messages that are not ours any more."""
    lessons = {item_id: lesson_of_result(results[item_id]) for item_id in messages}
    ids = {
        item_id: opt_out_ids(messages[item_id].channel, messages[item_id].address)
        for item_id, lesson in lessons.items()
        if lesson is not None and messages[item_id].address
    }
    if not ids:
        return []
    wanted = {one for several in ids.values() for one in several}
    stored = await runtime.stores.opt_outs.find_many(company_id, wanted, transaction)
    found: list[OptOut] = []
    for item_id, several in ids.items():
        message, result, lesson = messages[item_id], results[item_id], lessons[item_id]
        if lesson is None:
            continue
        new = learned(message, message.address, lesson, result.code, result.reason, now)
        known = [stored[one] for one in several if one in stored]
        opt_out = noted(known, new, message.sending_at, message.sending_at)  # it was refused before that
        found += [opt_out] if opt_out else []
    return found
