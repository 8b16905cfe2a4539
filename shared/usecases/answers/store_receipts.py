"""Store receipts until they are recorded: what a webhook waits for before it answers.

Those that come while others of the company are being stored go together into the next commit. So a receipt
costs a small part of a write under load, and what is answered does not wait for the messages.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from google.api_core.exceptions import GoogleAPIError

from shared import log
from shared.domain.messages.receipt_bundle import ReceiptBundle, bundles_of, record_job
from shared.domain.messages.sending import Receipt
from shared.firestore.kit.transactions import commit
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs

GATHERED_SECONDS = 0.05  # between two commits of one company
COMMIT_BYTES = 3_000_000


@dataclass(slots=True)
class _Waiting:
    """Receipts of one company that wait for the next commit, and what ends with it."""

    receipts: list[Receipt] = field(default_factory=list)
    stored: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


_waiting: WeakKeyDictionary[Runtime, dict[str, _Waiting]] = WeakKeyDictionary()


async def store_receipts(runtime: Runtime, company_id: str, receipts: Sequence[Receipt]) -> None:
    """Store the receipts and announce them. What is stored is recorded, be the announcement lost."""
    if not receipts:
        return
    of_companies = _waiting.setdefault(runtime, {})
    current = of_companies.get(company_id)
    if current is not None:
        current.receipts += receipts
        await asyncio.shield(current.stored)
        return
    of_companies[company_id] = _Waiting()
    try:
        await _store(runtime, company_id, receipts)
    finally:
        gathering = asyncio.create_task(_store_gathered(runtime, company_id))
        _gathering.add(gathering)
        gathering.add_done_callback(_gathering.discard)


_gathering: set[asyncio.Task[None]] = set()  # a task that nobody holds may vanish


async def _store_gathered(runtime: Runtime, company_id: str) -> None:
    """Store what came meanwhile, again and again, until nothing does."""
    of_companies = _waiting[runtime]
    try:
        while of_companies[company_id].receipts:
            await asyncio.sleep(GATHERED_SECONDS)
            ready, of_companies[company_id] = of_companies[company_id], _Waiting()
            try:
                await _store(runtime, company_id, ready.receipts)
            except Exception as error:  # noqa: BLE001  # it is for those who wait: their providers repeat it
                ready.stored.set_exception(error)
            else:
                ready.stored.set_result(None)
    finally:
        of_companies.pop(company_id).stored.cancel()  # nobody waits, unless this process ends


async def _store(runtime: Runtime, company_id: str, receipts: Sequence[Receipt]) -> None:
    bundles = list(bundles_of(receipts, runtime.now()))
    for group in _commits(bundles):
        writer = runtime.stores.db.batch()
        for bundle in group:
            runtime.stores.receipt_bundles.put(writer, company_id, bundle.id, bundle)
        await commit(writer, "store_receipts.store")
    try:
        jobs = [record_job(company_id, bundle) for bundle in bundles]
        await announce_jobs(runtime, jobs, "store_receipts.publish")
    except GoogleAPIError as error:  # they are stored: the sweep announces them
        log.event("receipts not announced", company_id=company_id, error_type=type(error).__name__)


def _commits(bundles: Sequence[ReceiptBundle]) -> list[list[ReceiptBundle]]:
    """The bundles in groups that one commit takes."""
    groups: list[list[ReceiptBundle]] = [[]]
    size = 0
    for bundle in bundles:
        size += len(bundle.receipts)
        if size > COMMIT_BYTES and groups[-1]:
            groups.append([])
            size = len(bundle.receipts)
        groups[-1].append(bundle)
    return groups
