"""Find the contacts who enter an automation as a date of theirs comes: those of the hour before and the next.

It is looked every hour. Each enters once for the same date, by an id that is computed from it; until then the
enrollment waits for its time.
"""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

from shared.domain.automations.automation import definition_in
from shared.domain.automations.bring_up import looks_at_segments, looks_for_dates
from shared.domain.automations.enrollment import Enrollment, run_jobs
from shared.domain.automations.trigger import DateReached
from shared.domain.automations.wait_times import date_moment
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.judge_contact import value_text
from shared.domain.ids import computed_id
from shared.domain.job import FindEntrants
from shared.firestore.contact_shards import contacts_in
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.automations.look_at_segments import look_at_segments

AHEAD = timedelta(minutes=70)  # a look is made every hour, and may be late
BEHIND = timedelta(hours=2)
ADDED_AT_ONCE = 50


async def find_entrants(runtime: Runtime, job: FindEntrants) -> None:
    """Look through all contacts. Those whose date has just come go on at once.

    Who comes into a segment or leaves it as a day begins is looked for too, and raised.
    """
    stores, now = runtime.stores, runtime.now()
    automation = await stores.automations.find(job.company_id, job.automation_id)
    company = await stores.companies.find(job.company_id)
    if automation is None or company is None:
        return
    if looks_at_segments(automation):
        await look_at_segments(runtime, job.company_id, automation)
    if not looks_for_dates(automation):
        return
    triggers = [one for one in definition_in(automation.live).triggers if isinstance(one, DateReached)]
    found: list[Enrollment] = []
    async for shard in stores.contact_shards.scan(job.company_id):
        for contact in contacts_in(shard):
            for trigger in triggers:
                found += _entering(job.automation_id, contact, trigger, company.time_zone, now)
    added = await _add(runtime, job.company_id, found)
    due = [one for one in added if one.due_at is not None and one.due_at <= now]
    await announce_jobs(runtime, run_jobs(job.company_id, due), None)


def _entering(
    automation_id: str, contact: Contact, trigger: DateReached, time_zone: str, now: datetime
) -> Iterator[Enrollment]:
    text = value_text(contact, trigger.field)
    zone = contact.time_zone or time_zone
    moment = date_moment(text, trigger.days, trigger.clock, zone) if text else None
    if moment is not None and now - BEHIND <= moment <= now + AHEAD:
        event_id = computed_id("date", trigger.field, trigger.days, moment.isoformat())
        yield Enrollment(
            id=computed_id("enrollment", automation_id, event_id, contact.id),
            automation_id=automation_id,
            contact_id=contact.id,
            event_id=event_id,
            entered_by=f"date {trigger.field}",
            entered_at=moment,
            due_at=moment,
        )


async def _add(runtime: Runtime, company_id: str, found: list[Enrollment]) -> list[Enrollment]:
    """Those that are new, stored."""
    enrollments, gate = runtime.stores.automation_enrollments, asyncio.Semaphore(ADDED_AT_ONCE)

    async def add(one: Enrollment) -> bool:
        async with gate:
            return await enrollments.add(company_id, one.id, one)

    are_new = await asyncio.gather(*map(add, found))
    return [one for one, is_new in zip(found, are_new, strict=True) if is_new]
