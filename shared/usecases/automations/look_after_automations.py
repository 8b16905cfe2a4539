"""A part of the tick of automations: look after those of which something is to be done as a whole.

Who was parked while one was paused goes on. An edit whose job was lost is announced again. Contacts whose
date comes within the hour are looked for.
"""

from datetime import datetime, timedelta

from shared.domain.automations.automation import Automation, version_id
from shared.domain.automations.bring_up import find_job, looks_at_segments, looks_for_dates, move_job
from shared.domain.job import Job
from shared.firestore.kit.transactions import commit
from shared.firestore.queries.automations import AUTOMATIONS_DUE, ENROLLMENTS_PARKED
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.outbox.find_heard import looked_after

MOST_UNPARKED = 20_000  # a tick
TOGETHER = 300
LOOKED_BACK = 50  # versions: more edits are not made between two looks
DATES_EVERY = timedelta(hours=1)


async def look_after_automations(runtime: Runtime, now: datetime) -> int:
    """Look after those that are due; how many enrollments are no longer parked."""
    stores, unparked = runtime.stores, 0
    due = [pair async for pair in stores.automations.each_across_companies(AUTOMATIONS_DUE, now)]
    for company_id, automation in due:
        count = await _unpark(runtime, company_id, automation, now, MOST_UNPARKED - unparked)
        unparked += count
        jobs = await _moves(runtime, company_id, automation)
        next_at = now + looked_after(runtime) if jobs else None
        if looks_for_dates(automation) or looks_at_segments(automation):
            jobs.append(find_job(company_id, automation))
            next_at = min(next_at or now + DATES_EVERY, now + DATES_EVERY)
        writer = stores.db.batch()
        is_more = unparked >= MOST_UNPARKED
        stores.automations.change(writer, company_id, automation.id, due_at=now if is_more else next_at)
        await commit(writer, "advance_enrollments.mark")
        await announce_jobs(runtime, jobs, "advance_enrollments.publish")
    return unparked


async def _unpark(runtime: Runtime, company_id: str, automation: Automation, now: datetime, most: int) -> int:
    """Have those who are parked looked after from now on, if contacts move on again; how many."""
    enrollments, count = runtime.stores.automation_enrollments, 0
    while automation.moves and count < most:
        parked = await enrollments.some(company_id, ENROLLMENTS_PARKED, automation.id, True, limit=TOGETHER)
        if not parked:
            break
        writer = runtime.stores.db.batch()
        for one in parked:
            enrollments.change(writer, company_id, one.id, due_at=now, is_parked=False)
        await commit(writer, "advance_enrollments.mark")
        count += len(parked)
    return count


async def _moves(runtime: Runtime, company_id: str, automation: Automation) -> list[Job]:
    """The jobs of edits of which not everybody was moved."""
    first = max(1, automation.version - LOOKED_BACK + 1)
    ids = [version_id(automation.id, number) for number in range(first, automation.version + 1)]
    found = await runtime.stores.automation_versions.find_many(company_id, ids)
    return [
        move_job(company_id, one)
        for one in found.values()
        if one.moving is not None and not one.moving.is_done
    ]
