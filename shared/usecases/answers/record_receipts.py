"""Record a bundle of receipts: many messages in one transaction. Order and repetition do not matter."""

import asyncio
from collections.abc import Mapping, Sequence

from shared import faults
from shared.domain.job import RecordReceipts
from shared.domain.messages.message import Message
from shared.domain.messages.receipt_bundle import receipts_of
from shared.domain.messages.sending import Receipt
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.answers.record_receipt import (
    after_told,
    is_resolved,
    log_receipt,
    record_receipt,
    teaches,
)

MESSAGES_PER_COMMIT = 50  # a transaction keeps others from its messages: few enough for a moment
AT_ONCE = 4
_Changes = dict[str, tuple[Message, Message]]  # before and after, by id


async def record_receipts(runtime: Runtime, job: RecordReceipts) -> None:
    """Record what the bundle holds, then delete it. One that is gone was recorded."""
    bundles, company_id = runtime.stores.receipt_bundles, job.company_id
    bundle = await bundles.find(company_id, job.bundle_id)
    if bundle is None:
        return
    by_message: dict[str, list[Receipt]] = {}
    alone: list[Receipt] = []
    for receipt in receipts_of(bundle):
        if teaches(receipt):
            alone.append(receipt)
        else:
            by_message.setdefault(receipt.message_id, []).append(receipt)
    ids, gate = sorted(by_message), asyncio.Semaphore(AT_ONCE)

    async def record(some: Mapping[str, list[Receipt]]) -> list[Receipt]:
        async with gate:
            return await _record_together(runtime, company_id, some)

    groups = [ids[start : start + MESSAGES_PER_COMMIT] for start in range(0, len(ids), MESSAGES_PER_COMMIT)]
    left = await asyncio.gather(*(record({one: by_message[one] for one in group}) for group in groups))
    for receipt in [*alone, *(one for some in left for one in some)]:
        await record_receipt(runtime, company_id, receipt)
    with faults.step("record_receipts.finish"):
        await bundles.remove(company_id, [bundle.id])


async def _record_together(
    runtime: Runtime, company_id: str, receipts: Mapping[str, Sequence[Receipt]]
) -> list[Receipt]:
    """Record the receipts, by message id, in one transaction. Those that resolve an unknown outcome are left:
    they concern their fire's books too.
    """
    messages, now = runtime.stores.messages, runtime.now()

    async def record(transaction: Transaction) -> _Changes:
        found = await messages.find_many(company_id, receipts, transaction)
        changes = {item_id: (one, after_told(one, receipts[item_id], now)) for item_id, one in found.items()}
        for before, after in changes.values():
            if before != after and not is_resolved(before, after):
                messages.put(transaction, company_id, after.id, after)
        return changes

    async with runtime.turn(company_id):
        changes = await transact(runtime.stores.db, record, "record_receipts")
    left: list[Receipt] = []
    for item_id, told in receipts.items():
        change = changes.get(item_id)
        if change is not None and is_resolved(*change):
            left += told
        else:
            for receipt in told:
                log_receipt(company_id, receipt, change)
    return left
