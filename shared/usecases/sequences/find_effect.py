"""What a change of sequences or mailboxes would do to those who wait, in numbers. Nothing is written."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from shared.domain.sequences.after_edit import after_edit
from shared.domain.sequences.enrollment import Enrollment, EnrollmentState
from shared.domain.sequences.plan_change import PlanChange
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.sequence_plan import PLAN_ID, SequencePlan
from shared.domain.sequences.what_if import Effect, WhatIf, applied, effect_of
from shared.domain.sequences.work import Work, make_plan
from shared.firestore.queries.sequences import ENROLLMENTS_IN_STATE
from shared.runtime import Runtime
from shared.usecases.sequences.read_work import read_emails, read_work


async def find_effect(runtime: Runtime, company_id: str, what: WhatIf) -> Effect:
    """The effect on everybody whose email is pending, as if the change were made now.

    Raises NotFound, and what the edit raises. What is edited was checked.
    """
    plan = await runtime.stores.sequence_plans.find(company_id, PLAN_ID) or SequencePlan()
    work = await read_work(runtime, company_id, plan)
    emails = [one async for one in read_emails(runtime, company_id)]
    return await effect_on(runtime, company_id, work, emails, what)


async def effect_on(
    runtime: Runtime, company_id: str, work: Work, emails: list[ScheduledEmail], what: WhatIf
) -> Effect:
    """The same of work and emails that were read just now."""
    changed, change = applied(work, what)
    wanted = change.sequence_ids if change else ()
    people = await _people(runtime, company_id, wanted) if wanted else {}
    return await asyncio.to_thread(_effect, changed, change, emails, people, runtime.now())


async def _people(runtime: Runtime, company_id: str, sequence_ids: Iterable[str]) -> dict[str, Enrollment]:
    enrollments = runtime.stores.enrollments
    found = enrollments.each_match(company_id, ENROLLMENTS_IN_STATE, EnrollmentState.ACTIVE)
    return {one.id: one async for one in found if one.sequence_id in sequence_ids}


def _effect(
    changed: Work,
    change: PlanChange | None,
    emails: list[ScheduledEmail],
    people: dict[str, Enrollment],
    now: datetime,
) -> Effect:
    tally = _Rewritten()
    rewritten = list(_rewritten(changed, emails, people, now, tally))
    after = make_plan(
        changed,
        rewritten,
        is_replanned=change is not None,
        brings_forward=change is not None and change.brings_forward,
    )
    return effect_of(after, tally.rewritten, tally.canceled, changed)


class _Rewritten(Struct, kw_only=True):
    """How many get something else, and how many of them nothing any more."""

    rewritten: int = 0
    canceled: int = 0


def _rewritten(
    work: Work,
    emails: Iterable[ScheduledEmail],
    people: dict[str, Enrollment],
    now: datetime,
    tally: _Rewritten,
) -> Iterator[ScheduledEmail]:
    """The emails as they would be after an edit of their steps."""
    for email in emails:
        enrollment = people.get(email.enrollment_id)
        if enrollment is None or email.status is not EmailStatus.PENDING:
            yield email
            continue
        sequence = work.sequences[email.sequence_id]
        hours = work.hours_of(sequence, sequence.zone_of(enrollment.time_zone))[1]
        move = after_edit(sequence, enrollment, email, hours, now)
        left = (move.following or move.email) if move else email
        tally.rewritten += move is not None
        if left.status is EmailStatus.PENDING:
            yield left
        else:
            tally.canceled += 1
