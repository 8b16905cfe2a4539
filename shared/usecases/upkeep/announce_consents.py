"""Announce the companies that have to ask who joined a list, or a provider about who returned."""

from datetime import datetime

from shared.domain.contacts.opt_out import Clearing
from shared.domain.job import AskConsents, ClearOwnLists
from shared.firestore.queries.messages import CLEARINGS_OVERDUE
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.upkeep.announce_again import grace

LOOKED_AT = 1_000


async def announce_consents(runtime: Runtime, now: datetime) -> int:
    """Announce each company of which a list asks; returns how many. Who was asked is not asked again."""
    jobs = [AskConsents(company_id=one.id) async for one in runtime.stores.companies.asking_to_confirm()]
    await announce_jobs(runtime, jobs, None)
    return len(jobs)


async def announce_clearings(runtime: Runtime, now: datetime) -> int:
    """Announce companies of people who returned and are still on a provider's own list; returns how many."""
    companies: dict[str, None] = {}
    looked_at = 0
    overdue = runtime.stores.opt_outs.each_across_companies(
        CLEARINGS_OVERDUE, Clearing.ASKED, now - grace(runtime)
    )
    async for company_id, _ in overdue:
        companies[company_id] = None
        looked_at += 1
        if looked_at == LOOKED_AT:
            break
    await announce_jobs(runtime, [ClearOwnLists(company_id=one) for one in companies], None)
    return len(companies)
