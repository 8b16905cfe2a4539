"""Topic record-activity: bring what became of a company's messages to where segments look for it."""

from functions.triggers import worker
from shared.domain.job import RecordActivity
from shared.runtime import Runtime
from shared.usecases.contacts import record_activity as usecase


@worker(RecordActivity)
async def record_activity(runtime: Runtime, job: RecordActivity) -> None:
    """Record the activity of the job's company."""
    await usecase.record_activity(runtime, job)
