"""Send webhooks again that failed, or that somebody wants once more. Their ids stay."""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.errors import Conflict
from shared.domain.events.webhook_delivery import DeliveryState, WebhookDelivery, asked_again
from shared.domain.events.webhook_endpoint import EndpointState, WebhookEndpoint, deliver_job, with_more
from shared.firestore.kit.query import Match
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.lists import WEBHOOK_DELIVERIES
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs

TOGETHER = 200
MOST_RESENT = 10_000  # by one call


async def resend_webhook(runtime: Runtime, company_id: str, delivery_id: str) -> WebhookDelivery:
    """Send it once more, whatever became of it. Raises NotFound, Conflict where its endpoint gets none."""
    deliveries = runtime.stores.webhook_deliveries
    delivery = await deliveries.get(company_id, delivery_id)
    endpoint = await _resend(runtime, company_id, delivery.endpoint_id, [delivery])
    await announce_jobs(runtime, [deliver_job(company_id, endpoint)], None)
    return await deliveries.get(company_id, delivery_id)


async def resend_webhooks(runtime: Runtime, company_id: str, endpoint_id: str, since: datetime) -> int:
    """Send again what failed of what was made since then; how many, 10,000 at most. Raises as the other."""
    failed, count = DeliveryState.FAILED, 0
    matches = ((Match("endpoint_id", endpoint_id),), (Match("state", failed),))
    endpoint = await _resend(runtime, company_id, endpoint_id, ())
    while count < MOST_RESENT:
        found = await runtime.stores.webhook_deliveries.newest(
            company_id, WEBHOOK_DELIVERIES, limit=TOGETHER, matches=matches, since=since
        )
        if not found:
            break
        endpoint = await _resend(runtime, company_id, endpoint_id, found)
        count += len(found)
    if count:
        await announce_jobs(runtime, [deliver_job(company_id, endpoint)], None)
    return count


async def _resend(
    runtime: Runtime, company_id: str, endpoint_id: str, deliveries: Sequence[WebhookDelivery]
) -> WebhookEndpoint:
    stores, now = runtime.stores, runtime.now()

    async def resend(transaction: Transaction) -> WebhookEndpoint:
        endpoint = await stores.webhook_endpoints.get(company_id, endpoint_id, transaction)
        if endpoint.state is EndpointState.DISABLED:
            raise Conflict("The endpoint is disabled: resume it first.")
        ids = [one.id for one in deliveries]  # a worker may have tried them since they were found
        current = await stores.webhook_deliveries.find_many(company_id, ids, transaction) if ids else {}
        for one in current.values():
            stores.webhook_deliveries.put(transaction, company_id, one.id, asked_again(one, now))
        due = with_more(endpoint, now, is_asked=True) if deliveries else None
        if due is not None:
            stores.webhook_endpoints.put_changed(transaction, company_id, endpoint_id, endpoint, due)
        return endpoint

    return await transact(stores.db, resend)
