"""Record bundles of receipts: many messages at once, each for itself. Order and repetition do not matter.

A message is read once and written once for all that the bundles say of it. Nothing is locked, as the messages
may just be sent, or other workers record other receipts of them: what another wrote meanwhile is read again.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import chain

from google.api_core.exceptions import FailedPrecondition, NotFound

from shared import faults, tracing
from shared.domain.events.event import EventType
from shared.domain.events.other_events import message_events
from shared.domain.job import RecordReceipts
from shared.domain.messages.message import Message
from shared.domain.messages.receipt_bundle import ReceiptBundle, receipts_of, with_receipts
from shared.domain.messages.sending import Receipt
from shared.firestore.kit.documents import Change
from shared.firestore.kit.retries import back_off
from shared.firestore.kit.transactions import ContentionError, commit
from shared.runtime import Runtime
from shared.usecases.answers.find_told import Told, find_told
from shared.usecases.answers.record_receipt import (
    after_told,
    is_resolved,
    log_receipt,
    record_receipt,
    teaches,
)
from shared.usecases.answers.resolve_unknown import resolve_unknown
from shared.usecases.ledger.mark_sums import mark_sums
from shared.usecases.outbox.open_outbox import Outbox, open_outbox

MESSAGES_TOGETHER = 50
AT_ONCE = 4
ATTEMPTS = 8
# What a provider says of a message whose id there we have yet to learn is looked for once more, by the sweep.
EARLY_FOR = timedelta(minutes=15)
_ByMessage = Mapping[str, Sequence[Receipt]]


async def record_receipts(runtime: Runtime, job: RecordReceipts) -> None:
    """Record what the job's bundle holds, then delete it. One that is gone was recorded."""
    await _record_bundles(runtime, job.company_id, [job.bundle_id])


async def record_together(runtime: Runtime, company_id: str, bundle_ids: Sequence[str]) -> None:
    """Record several bundles as one; each by itself when that fails, so that none keeps others from it.

    Raises what went wrong with one of them in the end.
    """
    try:
        await _record_bundles(runtime, company_id, bundle_ids)
    except Exception:  # whatever it was, it is raised again for the bundle that caused it
        if len(bundle_ids) == 1:
            raise
        tries = (_record_bundles(runtime, company_id, [bundle_id]) for bundle_id in bundle_ids)
        for outcome in await asyncio.gather(*tries, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome from None


async def _record_bundles(runtime: Runtime, company_id: str, bundle_ids: Sequence[str]) -> None:
    bundles = runtime.stores.receipt_bundles
    found = await bundles.find_many(company_id, bundle_ids)
    if not found:
        return
    outbox = await open_outbox(runtime, company_id)
    by_message: dict[str, list[Receipt]] = {}
    alone: dict[str, list[Receipt]] = {}
    told = {item_id: await find_told(runtime, company_id, receipts_of(one)) for item_id, one in found.items()}
    for receipt in (receipt for one in told.values() for receipt in one.receipts):
        if teaches(receipt):  # what a second one in a row proves must find the first recorded
            alone.setdefault(receipt.address or receipt.message_id, []).append(receipt)
        else:
            by_message.setdefault(receipt.message_id, []).append(receipt)
    proofs = await _record_messages(runtime, company_id, by_message, outbox)
    await outbox.announce()
    await resolve_unknown(runtime, company_id, proofs)
    await _record_alone(runtime, company_id, alone.values())
    early = _early(runtime, found, told)
    for bundle in early:
        with faults.step("record_receipts.finish"):
            await bundles.save(company_id, bundle.id, bundle)
    with faults.step("record_receipts.finish"):
        await bundles.remove(company_id, set(found) - {bundle.id for bundle in early})


def _early(
    runtime: Runtime, bundles: Mapping[str, ReceiptBundle], told: Mapping[str, Told]
) -> list[ReceiptBundle]:
    """The bundles with what is to be looked for again: the sweep announces them."""
    since = runtime.now() - EARLY_FOR
    return [
        with_receipts(bundle, told[item_id].early)
        for item_id, bundle in bundles.items()
        if told[item_id].early and bundle.told_at > since
    ]


async def _record_messages(
    runtime: Runtime, company_id: str, receipts: _ByMessage, outbox: Outbox
) -> dict[str, list[tuple[str, Sequence[Receipt]]]]:
    """Record the receipts; returns those that resolve unknown outcomes, with their message's id, by fire."""
    gate, ids = asyncio.Semaphore(AT_ONCE), sorted(receipts)
    proofs: dict[str, list[tuple[str, Sequence[Receipt]]]] = {}

    async def record(group: Sequence[str]) -> None:
        async with gate:
            told = {one: receipts[one] for one in group}
            for message in await _record_group(runtime, company_id, told, outbox):
                proofs.setdefault(message.fire_id, []).append((message.id, receipts[message.id]))

    starts = range(0, len(ids), MESSAGES_TOGETHER)
    await asyncio.gather(*(record(ids[start : start + MESSAGES_TOGETHER]) for start in starts))
    return proofs


async def _record_group(
    runtime: Runtime, company_id: str, receipts: _ByMessage, outbox: Outbox
) -> list[Message]:
    """Record the receipts by message; returns the messages whose unknown outcome they prove, as they are."""
    messages, waiting, unknown = runtime.stores.messages, set(receipts), []
    for attempt in range(ATTEMPTS):
        found = await messages.find_versions(company_id, sorted(waiting))
        now = runtime.now()
        changes = {
            item_id: Change(one.record, after_told(one.record, receipts[item_id], now), one.written_at)
            for item_id, one in found.items()
        }
        proved = {item_id for item_id, change in changes.items() if is_resolved(change.before, change.after)}
        news = {
            item_id: change
            for item_id, change in changes.items()
            if item_id not in proved and change.before != change.after
        }
        refused = await _write(runtime, company_id, news, outbox)
        unknown += [changes[item_id].before for item_id in proved]
        for item_id in waiting - refused - proved:
            _log(company_id, receipts[item_id], changes.get(item_id))
        if not refused:
            return unknown
        waiting = refused
        await back_off(attempt, 0.02)
    raise ContentionError(f"{len(waiting)} messages were changed by others in each of {ATTEMPTS} attempts")


async def _write(
    runtime: Runtime, company_id: str, news: Mapping[str, Change[Message]], outbox: Outbox
) -> set[str]:
    """Write the messages that nobody has written meanwhile; the ids of the others."""
    if not news:
        return set()
    await mark_sums(runtime, company_id, {change.after.fire_id for change in news.values()})
    if outbox.hears(EventType.DELIVERY_CHANGED):
        return await _write_together(runtime, company_id, news, outbox)
    with tracing.span("record_receipts"), faults.step("record_receipts"):
        return await runtime.stores.messages.replace_versions(company_id, news)


async def _write_together(
    runtime: Runtime, company_id: str, news: Mapping[str, Change[Message]], outbox: Outbox
) -> set[str]:
    """The same in one commit with the events; a half with a message that somebody wrote is halved again."""
    writer, now, ids = runtime.stores.db.batch(), runtime.now(), list(news)
    runtime.stores.messages.put_versions(writer, company_id, news)
    changes = news.values()
    outbox.put(writer, chain.from_iterable(message_events(one.before, one.after, now) for one in changes))
    try:
        await commit(writer, "record_receipts")
    except (FailedPrecondition, NotFound):
        if len(ids) == 1:
            return set(ids)
        halves = (ids[: len(ids) // 2], ids[len(ids) // 2 :])
        refused = [
            await _write_together(runtime, company_id, {one: news[one] for one in half}, outbox)
            for half in halves
        ]
        return set().union(*refused)
    return set()


def _log(company_id: str, told: Iterable[Receipt], change: Change[Message] | None) -> None:
    for receipt in told:
        log_receipt(company_id, receipt, (change.before, change.after) if change else None)


async def _record_alone(runtime: Runtime, company_id: str, lists: Iterable[Sequence[Receipt]]) -> None:
    """Record receipts one by one: those in one list in its order, several lists at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def record(told: Sequence[Receipt]) -> None:
        async with gate:
            for receipt in told:
                await record_receipt(runtime, company_id, receipt)

    await asyncio.gather(*map(record, lists))
