"""Webhook endpoints, and the webhooks that were made for them."""

from shared.domain.events.event import EventType
from shared.domain.events.webhook_delivery import DeliveryState, WebhookDelivery
from shared.domain.events.webhook_endpoint import EndpointState, WebhookEndpoint
from shared.firestore.queries.lists import WEBHOOK_DELIVERIES, WEBHOOK_ENDPOINTS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_endpoints(
    runtime: Runtime, company_id: str, asked: PageAsked, *, state: EndpointState | None = None
) -> Page[WebhookEndpoint]:
    """The company's endpoints, newest first."""
    return await page_of(runtime.stores.webhook_endpoints, company_id, asked, WEBHOOK_ENDPOINTS, state=state)


async def get_endpoint(runtime: Runtime, company_id: str, endpoint_id: str) -> WebhookEndpoint:
    """One endpoint. Raises NotFound."""
    return await runtime.stores.webhook_endpoints.get(company_id, endpoint_id)


async def find_endpoint(runtime: Runtime, company_id: str, endpoint_id: str) -> WebhookEndpoint | None:
    """One endpoint; None when it is deleted."""
    return await runtime.stores.webhook_endpoints.find(company_id, endpoint_id)


async def list_deliveries(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    endpoint_id: str | None = None,
    event_type: EventType | None = None,
    state: DeliveryState | None = None,
) -> Page[WebhookDelivery]:
    """Webhooks that match every filter given, newest first."""
    return await page_of(
        runtime.stores.webhook_deliveries,
        company_id,
        asked,
        WEBHOOK_DELIVERIES,
        endpoint_id=endpoint_id,
        event_type=event_type,
        state=state,
    )


async def get_delivery(runtime: Runtime, company_id: str, delivery_id: str) -> WebhookDelivery:
    """One webhook. Raises NotFound."""
    return await runtime.stores.webhook_deliveries.get(company_id, delivery_id)
