"""Announce again the events that nobody told, and the webhooks that are due."""

from datetime import datetime

from shared.domain.events.raised_events import tell_job
from shared.domain.events.webhook_endpoint import deliver_job
from shared.firestore.queries.events import CHANGES_OVERDUE, ENDPOINTS_DUE, EVENTS_OVERDUE
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.upkeep.announce_again import announce_again, grace

LOOKED_AT = 1_000  # of each kind; a company's job tells all it has


async def announce_events(runtime: Runtime, now: datetime) -> int:
    """Announce a job for each company with events that wait too long; returns how many."""
    stores, companies, before = runtime.stores, set[str](), now - grace(runtime)
    for found in (
        stores.events.each_across_companies(EVENTS_OVERDUE, before),
        stores.contact_changes.each_across_companies(CHANGES_OVERDUE, before),
    ):
        looked_at = 0
        async for company_id, _ in found:
            companies.add(company_id)
            looked_at += 1
            if looked_at == LOOKED_AT:
                break
    await announce_jobs(runtime, [tell_job(company_id) for company_id in sorted(companies)], None)
    return len(companies)


async def announce_webhooks(runtime: Runtime, now: datetime) -> int:
    """Announce the endpoints for which something is due; returns how many."""
    endpoints = runtime.stores.webhook_endpoints
    due = endpoints.each_across_companies(ENDPOINTS_DUE, now)
    return await announce_again(runtime, endpoints, deliver_job, None, now, due)
