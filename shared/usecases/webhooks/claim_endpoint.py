"""Claim an endpoint to deliver to it: one worker at a time, so that an endpoint gets few requests at once."""

from datetime import datetime, timedelta

from shared.domain.events.webhook_endpoint import (
    CLOCK_SKEW,
    EndpointState,
    WebhookEndpoint,
    deliver_job,
)
from shared.domain.ids import random_id
from shared.domain.lease import leased
from shared.domain.record import replace
from shared.domain.repeats import NO_REPEATS
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.events import DELIVERIES_DUE
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs

_EVER = timedelta(days=365)


async def claim_endpoint(runtime: Runtime, company_id: str, endpoint_id: str) -> WebhookEndpoint | None:
    """Lease the endpoint; None when nothing waits for it, it is paused, or another worker has it.

    Raises NotFound.
    """
    endpoints, token = runtime.stores.webhook_endpoints, random_id()

    async def claim(transaction: Transaction) -> WebhookEndpoint | None:
        now, seconds = runtime.now(), runtime.settings.lease_seconds
        endpoint = await endpoints.get(company_id, endpoint_id, transaction)
        is_due = endpoint.due_at is not None and endpoint.due_at <= now + CLOCK_SKEW
        if endpoint.lease_token != token and (endpoint.state is not EndpointState.ACTIVE or not is_due):
            return None
        due_at = now + timedelta(seconds=seconds)
        ours = leased(endpoint, token, now, seconds, due_at=due_at, repeats=NO_REPEATS)
        if ours is not None and ours is not endpoint:
            endpoints.put_changed(transaction, company_id, endpoint_id, endpoint, ours)
        return ours

    return await transact(runtime.stores.db, claim)


async def give_back_endpoint(
    runtime: Runtime, company_id: str, claimed: WebhookEndpoint, *, not_before: datetime | None = None
) -> None:
    """End the lease, and say when the next webhook is due. What came in meanwhile is announced at once.

    Not before that time, if one is given, nor before the endpoint may be asked.
    """
    endpoints = runtime.stores.webhook_endpoints
    next_due = await _next_due(runtime, company_id, claimed.id)

    async def give_back(transaction: Transaction) -> WebhookEndpoint | None:
        current = await endpoints.find(company_id, claimed.id, transaction)
        if current is None or current.lease_token != claimed.lease_token:
            return None
        due_at = next_due if current.due_at == claimed.due_at else current.due_at  # else more came
        if due_at is not None:
            due_at = max(due_at, current.waits_until or due_at, not_before or due_at)
        if current.state is not EndpointState.ACTIVE:
            due_at = None
        free = replace(current, lease_token=None, lease_until=None, due_at=due_at)
        endpoints.put_changed(transaction, company_id, claimed.id, current, free)
        return free

    free = await transact(runtime.stores.db, give_back)
    if free is not None and free.due_at is not None and free.due_at <= runtime.now():
        await announce_jobs(runtime, [deliver_job(company_id, free)], None)


async def _next_due(runtime: Runtime, company_id: str, endpoint_id: str) -> datetime | None:
    ever = runtime.now() + _EVER
    found = await runtime.stores.webhook_deliveries.some(
        company_id, DELIVERIES_DUE, endpoint_id, ever, limit=1
    )
    return found[0].due_at if found else None
