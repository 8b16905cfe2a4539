"""Announce again the deletions of people that stopped half-way, or that had to leave something."""

from datetime import datetime

from shared.domain.fires.deletion_work import forget_job
from shared.firestore.queries.deletions import DELETIONS_DUE
from shared.runtime import Runtime
from shared.usecases.upkeep.announce_again import announce_again


async def announce_deletions(runtime: Runtime, now: datetime) -> int:
    """Announce those that are due; returns how many."""
    works = runtime.stores.deletion_work
    due = works.each_across_companies(DELETIONS_DUE, now)
    return await announce_again(runtime, works, forget_job, None, now, due)
