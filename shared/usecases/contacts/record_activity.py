"""Record what became of a company's messages for its segments, round by round."""

import time

from shared.domain.job import RecordActivity
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.contacts.record_notes import record_notes

SECONDS_A_JOB = 240.0


async def record_activity(runtime: Runtime, job: RecordActivity) -> None:
    """Record all that was told; what comes meanwhile has its turn too, or is announced."""
    deadline = time.monotonic() + SECONDS_A_JOB
    while await record_notes(runtime, job.company_id):
        if time.monotonic() >= deadline:
            await announce_jobs(runtime, [RecordActivity(company_id=job.company_id)], None)
            return
