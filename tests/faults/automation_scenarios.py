"""Scenarios of automations: no step is done twice and nobody is left standing, whatever dies on the way."""

import asyncio
import random
from collections.abc import Iterator
from functools import partial

from shared.domain.automations.enrollment import EnrollmentState, run_jobs
from tests.faults.automation_trial import AutomationTrial
from tests.faults.kind_scenarios import of_kind
from tests.faults.laboratory import Laboratory
from tests.faults.scenario import Scenario
from tests.faults.trial import Trial

TIMES = 3


async def repeat_jobs(lab: Laboratory, trial: Trial) -> None:
    """Push the jobs of all enrollments again and again, in any order, until all have ended."""
    if not isinstance(trial, AutomationTrial):
        raise TypeError("this is for automations")

    async def push() -> None:
        found = await trial.enrollments()
        while len(found) < len(trial.numbers) or any(one.state is not EnrollmentState.ENDED for one in found):
            jobs = [job for one in found for job in run_jobs(trial.company_id, [one])]
            jobs += run_jobs(trial.company_id, found)
            pushes = [
                lab.push("run_automation", _body(job.company_id, job.automation_id, job.enrollment_ids))
                for job in jobs
                for _ in range(TIMES)
            ]
            random.shuffle(pushes)
            await asyncio.gather(*pushes)
            await asyncio.sleep(0.1)
            found = await trial.enrollments()

    trial.meanwhile(push())


def _body(company_id: str, automation_id: str, ids: tuple[str, ...]) -> dict[str, object]:
    return {"company_id": company_id, "automation_id": automation_id, "enrollment_ids": list(ids)}


def automations() -> Iterator[Scenario]:
    """What is tried with an automation."""
    yield from of_kind(
        "automation", partial(Scenario, is_automation=True), repeat_jobs, "advance_enrollments"
    )
