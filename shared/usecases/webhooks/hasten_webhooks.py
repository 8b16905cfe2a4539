"""Have what waits for an endpoint be due now: it takes webhooks again, or may do so elsewhere.

That is what was tried in vain, one webhook each five minutes: some hundreds at most. What was never tried is
due anyway.
"""

from collections.abc import Sequence
from datetime import datetime

from shared.domain.events.webhook_delivery import Hastened, WebhookDelivery
from shared.domain.events.webhook_endpoint import CLOCK_SKEW, WebhookEndpoint
from shared.domain.lease import LeaseLost
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.firestore.queries.events import DELIVERIES_LATER
from shared.runtime import Runtime

TOGETHER = 200


async def hasten_webhooks(runtime: Runtime, company_id: str, endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """The endpoint, which has caught up then. Raises LeaseLost.

    Each webhook is hastened once: one that alone is not taken keeps to its times.
    """
    now = runtime.now()
    after = now + CLOCK_SKEW
    while later := await runtime.stores.webhook_deliveries.some(
        company_id, DELIVERIES_LATER, endpoint.id, after, limit=TOGETHER
    ):
        await _hasten(
            runtime, company_id, endpoint, [one for one in later if one.hastened is Hastened.NOT_YET], now
        )
        after = max(one.due_at for one in later if one.due_at is not None)
    return await _hasten(runtime, company_id, endpoint, (), now)


async def _hasten(
    runtime: Runtime,
    company_id: str,
    endpoint: WebhookEndpoint,
    later: Sequence[WebhookDelivery],
    now: datetime,
) -> WebhookEndpoint:
    """Have these be due; without any, the endpoint has caught up."""
    stores = runtime.stores

    async def hasten(transaction: Transaction) -> WebhookEndpoint:
        current = await stores.webhook_endpoints.find(company_id, endpoint.id, transaction)
        if current is None or current.lease_token != endpoint.lease_token:
            raise LeaseLost
        for one in later:
            stores.webhook_deliveries.change(
                transaction, company_id, one.id, due_at=now, hastened=Hastened.NOW
            )
        after = current if later else replace(current, is_catching_up=False)
        if after != current:
            stores.webhook_endpoints.put_changed(transaction, company_id, endpoint.id, current, after)
        return after

    return await transact(stores.db, hasten)
