"""Store receipts until they are recorded: what a webhook waits for before it answers.

Those of a company that come within a moment go together into one commit. So a receipt costs a small part of a
write under load, and what is answered does not wait for the messages. Nobody is answered before the commit
that holds what they told.
"""

from collections.abc import Sequence
from functools import partial
from weakref import WeakKeyDictionary

from google.api_core.exceptions import GoogleAPIError

from shared import log
from shared.domain.messages.receipt_bundle import ReceiptBundle, bundles_of, record_job
from shared.domain.messages.sending import Receipt
from shared.firestore.kit.transactions import commit
from shared.rounds import Rounds
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs

GATHERED_SECONDS = 0.05
GATHERED_RECEIPTS = 3_000
COMMIT_BYTES = 3_000_000

_rounds: WeakKeyDictionary[Runtime, Rounds[Receipt]] = WeakKeyDictionary()


async def store_receipts(runtime: Runtime, company_id: str, receipts: Sequence[Receipt]) -> None:
    """Store the receipts and announce them. What is stored is recorded, be the announcement lost."""
    if not receipts:
        return
    rounds = _rounds.setdefault(runtime, Rounds(GATHERED_SECONDS, GATHERED_RECEIPTS))
    await rounds.join(company_id, receipts, partial(_store, runtime, company_id))


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
