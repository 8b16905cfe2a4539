"""Send an endpoint an event that says nothing, to see whether it gets through."""

from shared.domain.errors import Conflict
from shared.domain.events.event import Event, EventType
from shared.domain.events.webhook_delivery import WebhookDelivery, webhook
from shared.domain.events.webhook_endpoint import EndpointState, deliver_job, with_more
from shared.domain.ids import random_id
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs


async def send_test_event(runtime: Runtime, company_id: str, endpoint_id: str) -> WebhookDelivery:
    """The webhook, which is on its way. Raises NotFound, Conflict for an endpoint that gets none."""
    stores, now = runtime.stores, runtime.now()
    event = Event(id=random_id(), type=EventType.TEST, at=now, object_id=endpoint_id, what="test")

    async def send(transaction: Transaction) -> WebhookDelivery:
        endpoint = await stores.webhook_endpoints.get(company_id, endpoint_id, transaction)
        if endpoint.state is not EndpointState.ACTIVE:
            raise Conflict(f"The endpoint is {endpoint.state}: resume it first.")
        delivery = webhook(endpoint, [event], now)
        stores.webhook_deliveries.put(transaction, company_id, delivery.id, delivery)
        if (due := with_more(endpoint, now, is_asked=True)) is not None:
            stores.webhook_endpoints.put_changed(transaction, company_id, endpoint_id, endpoint, due)
        return delivery

    delivery = await transact(stores.db, send)
    endpoint = await stores.webhook_endpoints.get(company_id, endpoint_id)
    await announce_jobs(runtime, [deliver_job(company_id, endpoint)], None)
    return await stores.webhook_deliveries.get(company_id, delivery.id)
