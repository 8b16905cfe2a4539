"""Pause a webhook endpoint, or have it told again."""

from collections.abc import Callable
from datetime import datetime

from shared.domain.events.webhook_endpoint import WebhookEndpoint, deliver_job, paused, resumed
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.outbox.find_listeners import forget_listeners


async def pause_endpoint(runtime: Runtime, company_id: str, endpoint_id: str) -> WebhookEndpoint:
    """Send it nothing for now: its webhooks wait. Raises NotFound, Conflict for one that is disabled."""
    return await _change(runtime, company_id, endpoint_id, paused)


async def resume_endpoint(runtime: Runtime, company_id: str, endpoint_id: str) -> WebhookEndpoint:
    """Send it everything again, what waited first; also one that was disabled. Raises NotFound."""
    endpoint = await _change(runtime, company_id, endpoint_id, resumed)
    await announce_jobs(runtime, [deliver_job(company_id, endpoint)], None)
    return endpoint


async def _change(
    runtime: Runtime,
    company_id: str,
    endpoint_id: str,
    after: Callable[[WebhookEndpoint, datetime], WebhookEndpoint],
) -> WebhookEndpoint:
    endpoints = runtime.stores.webhook_endpoints

    async def change(transaction: Transaction) -> WebhookEndpoint:
        current = await endpoints.get(company_id, endpoint_id, transaction)
        changed = after(current, runtime.now())
        endpoints.put_changed(transaction, company_id, endpoint_id, current, changed)
        return changed

    changed = await transact(runtime.stores.db, change)
    forget_listeners(runtime, company_id)
    return changed
