"""Do a job in the process that announced it: without a queue, or while one fails."""

import logging
import time

import msgspec

from shared import calls, log
from shared.domain.errors import NotFound
from shared.domain.job import TOPICS, Job
from shared.runtime import Runtime
from shared.usecases.run_job import run_job


async def run_here(runtime: Runtime, job: Job, *, most_jobs: int | None = None) -> None:
    """Do the job, unless this call has done `most_jobs` or has no time left: then the sweep finds its work.

    So it does after a job that fails, as no queue brings that again. Nothing is raised.
    """
    name = TOPICS[type(job)]
    with log.context(**_ids(job)):
        if not _may_begin(runtime, most_jobs):
            log.event("job left to the sweep", job=name)
            return
        try:
            await run_job(runtime, job)
        except NotFound as missing:  # deleted meanwhile
            log.event("job for nothing", job=name, kind=missing.kind, item_id=missing.item_id)
        except Exception as error:  # noqa: BLE001 - as a worker: who announced it is no part of it
            log.event("job failed", level=logging.ERROR, job=name, error=error)


def _may_begin(runtime: Runtime, most_jobs: int | None) -> bool:
    call = calls.current() or calls.begin(is_waited_for=False)
    if most_jobs is not None and call.jobs_done >= most_jobs:
        return False
    call.jobs_done += 1
    return time.monotonic() + runtime.settings.longest_call_seconds < runtime.deadline()


def _ids(job: Job) -> dict[str, str]:
    fields: dict[str, str] = msgspec.to_builtins(job)
    return {name: value for name, value in fields.items() if name.endswith("_id") and value}
