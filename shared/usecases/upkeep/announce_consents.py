"""Announce the companies that may have to ask somebody who joined a list with double opt-in."""

from datetime import datetime

from shared.domain.job import AskConsents
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs


async def announce_consents(runtime: Runtime, now: datetime) -> int:
    """Announce each company of which a list asks; returns how many. Who was asked is not asked again."""
    jobs = [AskConsents(company_id=one.id) async for one in runtime.stores.companies.asking_to_confirm()]
    await announce_jobs(runtime, jobs, None)
    return len(jobs)
