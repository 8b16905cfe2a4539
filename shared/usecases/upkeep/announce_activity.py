"""Announce what became of messages, and is not yet where segments look for it: once for each company."""

from datetime import datetime

from shared.domain.job import RecordActivity
from shared.firestore.queries.messages import ACTIVITY_WAITING
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.upkeep.announce_again import grace

NOTES_A_TICK = 10_000


async def announce_activity(runtime: Runtime, now: datetime) -> int:
    """Announce the companies that have the oldest notes; returns how many."""
    companies: dict[str, None] = {}
    seen = 0
    waiting = runtime.stores.activity_notes.each_across_companies(ACTIVITY_WAITING, now - grace(runtime))
    async for company_id, _ in waiting:
        companies[company_id] = None
        seen += 1
        if seen == NOTES_A_TICK:
            break
    await announce_jobs(runtime, [RecordActivity(company_id=one) for one in companies], None)
    return len(companies)
