"""Scenarios of automations: no step is done twice and nobody is left standing, whatever dies on the way."""

import asyncio
import random
from collections.abc import Iterator
from functools import partial

import grpc

from shared.domain.automations.enrollment import EnrollmentState, run_jobs
from tests.faults import disturbances
from tests.faults.automation_trial import AutomationTrial
from tests.faults.disturbances import Passage
from tests.faults.grpc_proxy import Failing
from tests.faults.laboratory import Laboratory
from tests.faults.scenario import LEAVES_UNKNOWN, MOMENTS, Scenario
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


async def five_ticks(lab: Laboratory, trial: Trial) -> None:
    """Every tick five times at once, until all is settled."""

    async def tick() -> None:
        for _ in range(20):
            names = ("advance_enrollments", "dispatch_due_batches", "sweep_stalled_work")
            await asyncio.gather(*(lab.stack.tick_now(name) for name in names for _ in range(5)))

    trial.meanwhile(tick())


def automations() -> Iterator[Scenario]:
    """Jobs that come often, ticks at once, commits that are unsure, workers that die while they send."""
    yield Scenario(
        name="automation, every job three times, shuffled", disturb=repeat_jobs, is_automation=True
    )
    yield Scenario(name="automation, ticks fired five times at once", disturb=five_ticks, is_automation=True)
    for moment in MOMENTS:
        failing = Failing(code=grpc.StatusCode.ABORTED, moment=moment, methods=("Commit",), every=3)
        yield Scenario(
            name=f"automation, every third commit ABORTED {moment} it applied",
            disturb=partial(disturbances.fail_firestore, failing),
            is_automation=True,
        )
    passages: tuple[Passage, ...] = (
        ("intend_messages", "after"),
        ("send_batch.call", "after"),
        ("close_batch", "before"),
    )
    for passage in passages:
        yield Scenario(
            name=f"automation, kill {passage[1]} {passage[0]}",
            disturb=partial(disturbances.kill, [passage], replies=False),
            may_be_unknown=passage in LEAVES_UNKNOWN,
            is_automation=True,
        )
