"""The tick of sequences: announce whose plan is to be looked at, and enrollings that nobody goes on with."""

from datetime import datetime

from shared.domain.sequences.enrolling import EnrollingState, enroll_job
from shared.domain.sequences.sequence_plan import plan_job
from shared.firestore.queries.sequences import ENROLLINGS_DUE, PLANS_DUE
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.hold.check_database import check_database

JOBS_PER_TICK = 1_000


async def advance_sequences(runtime: Runtime, now: datetime) -> dict[str, int]:
    """Announce what is due; returns how many of each."""
    if await check_database(runtime, now) is not None:
        return {"held": 1}
    stores = runtime.stores
    plans = stores.sequence_plans.each_across_companies(PLANS_DUE, True, now)
    enrollings = stores.enrollings.each_across_companies(ENROLLINGS_DUE, EnrollingState.WAITING, now)
    due = [plan_job(company_id) async for company_id, _ in plans][:JOBS_PER_TICK]
    begun = [enroll_job(company_id, one.id) async for company_id, one in enrollings][:JOBS_PER_TICK]
    await announce_jobs(runtime, [*due, *begun], "advance_sequences.publish")
    return {"plans": len(due), "enrollings": len(begun)}
