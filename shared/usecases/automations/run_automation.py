"""Have some enrollments of an automation go on, step by step, until each waits or has ended.

Each step is taken by the most recently completed one, is stored as queued, and is done once: what it makes is
written in the transaction that completes it, or is known by an id that is computed from it.
"""

import asyncio
from collections.abc import Iterable
from itertools import groupby

from shared import log
from shared.domain.automations.enrollment import Enrollment, EnrollmentState, run_jobs
from shared.domain.automations.move import Move
from shared.domain.automations.steps import (
    AutomationStep,
    FieldStep,
    IfStep,
    ListStep,
    SendStep,
    WaitStep,
    WaitUntilEvent,
    find_step,
)
from shared.domain.automations.wait_times import wait_ends_at
from shared.domain.contacts.contact_field import check_values
from shared.domain.job import RunAutomation
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.automations.change_stepwise import DONE, change_stepwise, edit_of
from shared.usecases.automations.choose_branch import choose_branch
from shared.usecases.automations.load_round import Round, load_round
from shared.usecases.automations.plan_sends import PlannedSends, plan_sends
from shared.usecases.automations.store_moves import store_moves

ROUNDS_A_JOB = 20  # steps in a row; then another job goes on
CHANGES_AT_ONCE = 8


async def run_automation(runtime: Runtime, job: RunAutomation) -> None:
    """Do what is due for the enrollments; nothing for those for whom nothing is."""
    with log.context(company_id=job.company_id, automation_id=job.automation_id):
        going_on = list[Enrollment]()
        for _ in range(ROUNDS_A_JOB):
            round = await load_round(runtime, job.company_id, job.automation_id, job.enrollment_ids)
            if round is None:
                return
            await _run(runtime, round)
            going_on = list(round.enrollments.values())
        await announce_jobs(runtime, run_jobs(job.company_id, going_on), "run_automation.publish")


async def _run(runtime: Runtime, round: Round) -> None:
    """One step of each enrollment."""
    gate = asyncio.Semaphore(CHANGES_AT_ONCE)

    async def move(enrollment: Enrollment) -> Move:
        async with gate:
            return await _move(runtime, round, enrollment)

    moves = await asyncio.gather(*map(move, round.enrollments.values()))
    planned = await _plan(runtime, round, moves)
    jobs = await store_moves(runtime, round.company.id, round, moves, planned)
    await announce_jobs(runtime, jobs, "run_automation.publish")


async def _move(runtime: Runtime, round: Round, enrollment: Enrollment) -> Move:
    """What is to be stored of the enrollment's step."""
    contact = round.contacts.get(enrollment.contact_id)
    if contact is None or enrollment.state is EnrollmentState.ENTERED:
        return Move(before=enrollment)
    if (brought := round.brought(enrollment)) is not None:
        return Move(before=enrollment, brought=brought)
    step = find_step(round.definition_of(enrollment).steps, enrollment.step_id)
    if step is None:
        return Move(before=enrollment)
    if isinstance(step, WaitStep):
        return _wait(round, enrollment, step)
    if isinstance(step, IfStep):
        outcome = await choose_branch(runtime, round.company.id, round, step, enrollment)
        return Move(before=enrollment, step=step, outcome=outcome)
    if refusal := _refusal(round, step):
        return Move(before=enrollment, step=step, outcome=refusal)
    if (edit := edit_of(step)) is not None:
        outcome = await change_stepwise(runtime, round.company.id, enrollment, step.id, edit)
        return Move(before=enrollment, step=step, outcome=outcome)
    return Move(before=enrollment, step=step)


def _refusal(round: Round, step: AutomationStep) -> str:
    """Why it cannot be done: its list or field was deleted since, or became another kind; else empty."""
    match step:
        case ListStep(list_id=list_id) if list_id not in round.list_ids:
            return "not done: there is no such list"
        case FieldStep(field=field, value=value):
            problems = check_values({field: value}, round.fields)[1]
            return f"not done: {problems[0].reason}" if problems else ""
    return ""


def _wait(round: Round, enrollment: Enrollment, step: WaitStep) -> Move:
    is_woken = isinstance(step.wait, WaitUntilEvent) and enrollment.way.awaits is None
    if enrollment.waits_until is None or not is_woken:
        ends = wait_ends_at(step.wait, enrollment.since or round.now, round.person(enrollment))
        if ends > round.now:
            return Move(before=enrollment, step=step, is_waiting=True)
    outcome = "limit" if enrollment.way.awaits is not None else DONE
    return Move(before=enrollment, step=step, outcome=outcome)


async def _plan(runtime: Runtime, round: Round, moves: Iterable[Move]) -> list[PlannedSends]:
    """The messages of those who stand on a send step; those of one step and version together."""
    sends = [move for move in moves if isinstance(move.step, SendStep)]

    def key(move: Move) -> tuple[int, str]:
        return round.version_of(move.before).number, move.before.step_id

    planned = []
    for _, group in groupby(sorted(sends, key=key), key):
        several = list(group)
        step = several[0].step
        if isinstance(step, SendStep):
            enrollments = [one.before for one in several]
            planned.append(await plan_sends(runtime, round.company.id, round, step, enrollments))
    return planned
