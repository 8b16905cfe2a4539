"""Topic record-receipts: record what providers told about messages."""

from functools import partial

from functions.triggers import worker
from shared.domain.job import RecordReceipts
from shared.rounds import Rounds
from shared.runtime import Runtime
from shared.usecases.answers import record_receipts as usecase

GATHERED_SECONDS = 0.5  # a message is often told of several times within a moment
GATHERED_BUNDLES = 20

_rounds: Rounds[str] = Rounds(GATHERED_SECONDS, GATHERED_BUNDLES)


@worker(RecordReceipts)
async def record_receipts(runtime: Runtime, job: RecordReceipts) -> None:
    """Record the job's bundle of receipts, together with others of the company that come just now."""
    record = partial(usecase.record_together, runtime, job.company_id)
    await _rounds.join(job.company_id, [job.bundle_id], record)
