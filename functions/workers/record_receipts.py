"""Topic record-receipts: record what providers told about messages."""

from functions.triggers import worker
from shared.domain.job import RecordReceipts
from shared.runtime import Runtime
from shared.usecases.answers import record_receipts as usecase


@worker(RecordReceipts)
async def record_receipts(runtime: Runtime, job: RecordReceipts) -> None:
    """Record the job's bundle of receipts."""
    await usecase.record_receipts(runtime, job)
