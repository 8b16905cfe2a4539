"""Announce jobs whose work is stored."""

from collections.abc import Sequence

from shared import faults
from shared.domain.job import Job
from shared.runtime import Runtime


async def announce_jobs(runtime: Runtime, jobs: Sequence[Job], fault_point: faults.Point | None) -> None:
    """Publish the jobs. What is lost on the way is found by the sweep, as its work was stored before.

    `fault_point` names the step for tests that break it; None where nothing is lost by a lost job.
    """
    with faults.step(fault_point if jobs else None):
        await runtime.publisher.publish(jobs)
