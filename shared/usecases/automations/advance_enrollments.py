"""The tick of automations: find the contacts for whom something is due, and announce them."""

from datetime import datetime

from shared.domain.automations.enrollment import Enrollment, run_jobs
from shared.firestore.kit.transactions import commit
from shared.firestore.queries.automations import ENROLLMENTS_DUE
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.outbox.hear_events import looked_after

MOST_A_TICK = 20_000
MARKED_TOGETHER = 300


async def advance_enrollments(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Announce the enrollments that are due; how many. One whose job is lost is found again later."""
    count, part = 0, list[tuple[str, Enrollment]]()
    async for pair in runtime.stores.enrollments.each_across_companies(ENROLLMENTS_DUE, now):
        part.append(pair)
        count += 1
        if len(part) == MARKED_TOGETHER:
            await _announce(runtime, part, now)
            part = []
        if count == MOST_A_TICK:
            break
    await _announce(runtime, part, now)
    return {"enrollments": count}


async def _announce(runtime: Runtime, found: list[tuple[str, Enrollment]], now: datetime) -> None:
    """Have these go on. That they are looked after is stored first."""
    if not found:
        return
    enrollments, writer = runtime.stores.enrollments, runtime.stores.db.batch()
    for company_id, one in found:
        enrollments.change(writer, company_id, one.id, due_at=now + looked_after(runtime))
    await commit(writer, "advance_enrollments.mark")
    companies: dict[str, list[Enrollment]] = {}
    for company_id, one in found:
        companies.setdefault(company_id, []).append(one)
    jobs = [job for company_id, theirs in companies.items() for job in run_jobs(company_id, theirs)]
    await announce_jobs(runtime, jobs, "advance_enrollments.publish")
