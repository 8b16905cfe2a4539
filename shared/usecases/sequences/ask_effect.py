"""What a change of sequences would do: at once where few emails wait, else a worker finds it."""

import asyncio

from shared.domain.ids import random_id
from shared.domain.job import ForeseeChange
from shared.domain.record import replace
from shared.domain.sequences.plan_effect import EffectState, PlanEffect, effect_asked
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.domain.sequences.sequence_plan import PLAN_ID, SequencePlan
from shared.domain.sequences.what_if import SequenceEdit, WhatIf, applied
from shared.firestore.kit.query import Match
from shared.firestore.queries.sequences import SCHEDULED_EMAILS, SEQUENCE_ENROLLMENTS
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.sequences.check_sequence_parts import check_sequence_parts
from shared.usecases.sequences.find_effect import effect_on
from shared.usecases.sequences.read_work import LONGEST_DAY, read_few_emails, read_work

# What is planned again while somebody waits: under a second.
FEW_EMAILS = 1_000


async def ask_effect(runtime: Runtime, company_id: str, what: WhatIf) -> PlanEffect:
    """The effect, kept as previews are; one that is running still is found by a worker.

    Raises NotFound, InvalidInput, and what the edit raises.
    """
    plan = await runtime.stores.sequence_plans.find(company_id, PLAN_ID) or SequencePlan()
    work, are_few = await asyncio.gather(read_work(runtime, company_id, plan), _are_few(runtime, company_id))
    changed, _ = applied(work, what)
    if isinstance(what, SequenceEdit):
        await check_sequence_parts(runtime, company_id, changed.sequences[what.sequence_id])
    asked = effect_asked(random_id(), what, changed, runtime.now())
    effects = runtime.stores.plan_effects
    if are_few:
        emails = await read_few_emails(runtime, company_id)
        found = await effect_on(runtime, company_id, work, emails, what)
        asked = replace(asked, state=EffectState.DONE, found=found)
    await effects.save(company_id, asked.id, asked)
    if asked.state is not EffectState.RUNNING:
        return asked
    job = ForeseeChange(company_id=company_id, effect_id=asked.id)
    await announce_jobs(runtime, [job], None)  # whoever waits for it asks again
    return await effects.get(company_id, asked.id)


async def _are_few(runtime: Runtime, company_id: str) -> bool:
    """Whether all that would be read is little: counted by the database, and no further than that."""
    stores, limit = runtime.stores, FEW_EMAILS + 1
    lately = runtime.now() - LONGEST_DAY
    emails = [
        stores.scheduled_emails.count_newest(
            company_id, SCHEDULED_EMAILS, most=limit, matches=((Match("status", status),),), since=since
        )
        for status, since in (
            (EmailStatus.PENDING, None),
            (EmailStatus.QUEUED, None),
            (EmailStatus.SENT, lately),
        )
    ]
    people = stores.enrollments.count_newest(
        company_id, SEQUENCE_ENROLLMENTS, most=limit, matches=((Match("state", "active"),),)
    )
    count, *counts = await asyncio.gather(people, *emails)
    return count <= FEW_EMAILS and sum(counts) <= FEW_EMAILS
