"""The tick of automations: find the contacts for whom something is due, and announce them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.domain.automations.automation import Automation
from shared.domain.automations.enrollment import Enrollment, run_jobs
from shared.firestore.kit.transactions import commit
from shared.firestore.queries.automations import ENROLLMENTS_DUE
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.automations.look_after_automations import look_after_automations
from shared.usecases.outbox.find_heard import looked_after

MOST_A_TICK = 20_000
MARKED_TOGETHER = 300
_Found = Sequence[tuple[str, Enrollment]]


async def advance_enrollments(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Announce the enrollments that are due; how many. One whose job is lost is found again later."""
    unparked = await look_after_automations(runtime, now)
    count, part = 0, list[tuple[str, Enrollment]]()
    async for pair in runtime.stores.automation_enrollments.each_across_companies(ENROLLMENTS_DUE, now):
        part.append(pair)
        count += 1
        if len(part) == MARKED_TOGETHER:
            await _announce(runtime, part, now)
            part = []
        if count == MOST_A_TICK:
            break
    await _announce(runtime, part, now)
    return {"enrollments": count, "unparked": unparked}


async def _announce(runtime: Runtime, found: _Found, now: datetime) -> None:
    """Have these go on. That they are looked after is stored first.

    Those of an automation in which nobody moves on are parked: nothing looks after them until it goes on.
    """
    if not found:
        return
    moving = await _automations(runtime, found)
    enrollments, writer = runtime.stores.automation_enrollments, runtime.stores.db.batch()
    companies: dict[str, list[Enrollment]] = {}
    for company_id, one in found:
        if (company_id, one.automation_id) in moving:
            enrollments.change(writer, company_id, one.id, due_at=now + looked_after(runtime))
            companies.setdefault(company_id, []).append(one)
        else:
            enrollments.change(writer, company_id, one.id, due_at=None, is_parked=True)
    await commit(writer, "advance_enrollments.mark")
    jobs = [job for company_id, theirs in companies.items() for job in run_jobs(company_id, theirs)]
    await announce_jobs(runtime, jobs, "advance_enrollments.publish")


async def _automations(runtime: Runtime, found: _Found) -> Mapping[tuple[str, str], Automation]:
    """By company and id, those of the enrollments' automations in which contacts move on."""
    ids: dict[str, set[str]] = {}
    for company_id, one in found:
        ids.setdefault(company_id, set()).add(one.automation_id)
    moving = dict[tuple[str, str], Automation]()
    for company_id, theirs in ids.items():
        stored = await runtime.stores.automations.find_many(company_id, theirs)
        moving |= {(company_id, key): one for key, one in stored.items() if one.moves}
    return moving
