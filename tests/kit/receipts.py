"""Receipts that were told and wait in bundles: what they say, and having them recorded."""

from shared.domain.messages.receipt_bundle import ReceiptBundle, receipts_of, record_job
from shared.domain.messages.sending import Receipt
from shared.runtime import Runtime
from shared.usecases.answers.record_receipts import record_receipts


async def waiting_bundles(runtime: Runtime, company_id: str) -> list[ReceiptBundle]:
    """The bundles that wait."""
    return (await runtime.stores.receipt_bundles.page(company_id, limit=1000)).items


async def waiting_receipts(runtime: Runtime, company_id: str) -> list[Receipt]:
    """The receipts in all of them."""
    bundles = await waiting_bundles(runtime, company_id)
    return [receipt for bundle in bundles for receipt in receipts_of(bundle)]


async def record_waiting(runtime: Runtime, company_id: str) -> int:
    """Have each recorded, as its job does; how many there were."""
    bundles = await waiting_bundles(runtime, company_id)
    for bundle in bundles:
        await record_receipts(runtime, record_job(company_id, bundle))
    return len(bundles)
