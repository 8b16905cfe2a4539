"""/v1/webhook-deliveries: the webhooks that were made, and what became of them."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter

from functions.api.kit.authentication import Admin, Reader
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import ItemId, Listed, Output
from shared.domain.events.event import EventType
from shared.domain.events.raised_events import unpacked
from shared.domain.events.webhook_delivery import DeliveryState, WebhookDelivery
from shared.usecases.webhooks.resend_webhooks import resend_webhook
from shared.views import webhooks as view

router = APIRouter(prefix="/v1/webhook-deliveries", tags=["webhooks"], route_class=ApiRoute)


class TryOutput(Output):
    """One try: the answer's status and the beginning of its text, or the reason why there was none."""

    at: datetime
    milliseconds: int
    status: int | None
    response: str
    reason: str


class ToldEventOutput(Output):
    """One event of a webhook: `object_id` names the contact, message, reply or opt-out."""

    id: str
    at: datetime
    object_id: str
    what: str


class DeliveryOutput(Output):
    """A webhook. Its id is its header `webhook-id`. `due_at` is its next try; `tries` are the last ones.

    `attempt` counts its tries since it was made or last asked for again; one that came before its time, as
    its endpoint took others again, does not count.
    """

    id: str
    endpoint_id: str
    event_type: EventType
    event_count: int
    state: DeliveryState
    attempt: int
    due_at: datetime | None
    created_at: datetime
    tries: tuple[TryOutput, ...]


class WholeDeliveryOutput(DeliveryOutput):
    """A webhook with the events it tells."""

    events: tuple[ToldEventOutput, ...]

    @classmethod
    def of(cls, record: object, **beside: object) -> Self:
        """The webhook with its events."""
        events = unpacked(record.events) if isinstance(record, WebhookDelivery) else ()
        return super().of(record, events=tuple(map(ToldEventOutput.of, events)), **beside)


@router.get("")
async def list_webhooks(
    caller: Reader,
    paging: Page,
    endpoint_id: ItemId | None = None,
    event_type: EventType | None = None,
    state: DeliveryState | None = None,
) -> Listed[DeliveryOutput]:
    """Webhooks that match every filter given, newest first. They are kept for 30 days."""
    return await list_page(
        caller,
        paging,
        DeliveryOutput,
        view.list_deliveries,
        endpoint_id=endpoint_id,
        event_type=event_type,
        state=state,
    )


@router.get("/{delivery_id}")
async def get_webhook(caller: Reader, delivery_id: ItemId) -> WholeDeliveryOutput:
    """One webhook, with its events and tries."""
    return WholeDeliveryOutput.of(await view.get_delivery(caller.runtime, caller.company_id, delivery_id))


@router.post("/{delivery_id}/resend", status_code=202)
async def resend_one_webhook(caller: Admin, delivery_id: ItemId) -> DeliveryOutput:
    """Send a webhook once more, whatever became of it. It keeps its id."""
    return DeliveryOutput.of(await resend_webhook(caller.runtime, caller.company_id, delivery_id))
