"""/v1/webhook-endpoints: where a company is told of what happens."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import Field

from functions.api.kit.authentication import Admin, Reader
from functions.api.kit.idempotency import new_id
from functions.api.kit.paging import Page, list_page
from functions.api.kit.route import ApiRoute
from functions.api.kit.shapes import LEFT_OUT, Input, ItemId, Listed, Moment, Name, Output
from functions.api.webhook_deliveries import DeliveryOutput
from shared.domain.events.event import EventType
from shared.domain.events.webhook_endpoint import LONGEST_OVERLAP, EndpointState, WebhookEndpoint
from shared.usecases.webhooks.delete_webhook_endpoint import delete_webhook_endpoint
from shared.usecases.webhooks.pause_endpoint import pause_endpoint, resume_endpoint
from shared.usecases.webhooks.resend_webhooks import resend_webhooks
from shared.usecases.webhooks.rotate_secret import rotate_secret
from shared.usecases.webhooks.save_webhook_endpoint import create_webhook_endpoint, edit_webhook_endpoint
from shared.usecases.webhooks.send_test_event import send_test_event
from shared.views import webhooks as view

router = APIRouter(prefix="/v1/webhook-endpoints", tags=["webhooks"], route_class=ApiRoute)

Url = Annotated[str, Field(min_length=1, max_length=2000)]
EventTypes = Annotated[tuple[EventType, ...], Field(min_length=1, max_length=len(EventType))]
_MOST_HOURS = int(LONGEST_OVERLAP.total_seconds() / 3600)


class EndpointInput(Input):
    """An endpoint: an address with https, and what it is to be told of."""

    url: Url
    event_types: EventTypes
    name: Name | None = None


class EndpointChanges(Input):
    """What is to be changed. `event_types` take the place of all there were."""

    url: Url = LEFT_OUT
    event_types: EventTypes = LEFT_OUT
    name: Name = LEFT_OUT


class RotationInput(Input):
    """For how many hours the secret before signs too: time to change the receiver. 0 ends it at once."""

    overlap_hours: Annotated[int, Field(ge=0, le=_MOST_HOURS, strict=True)] = 24


class ResendInput(Input):
    """What failed of what was made from then on is sent again."""

    since: Moment


class EndpointOutput(Output):
    """An endpoint. It is told of everything from 15 seconds on after it was made or changed.

    `failing_since` is its first failure since it last took something; `note` says why it was disabled. The
    secret before the newest signs too until `old_secret_until`.
    """

    id: str
    name: str
    url: str
    event_types: tuple[EventType, ...]
    state: EndpointState
    note: str
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_at: datetime
    updated_at: datetime


class SecretEndpointOutput(EndpointOutput):
    """An endpoint with its new secret: shown this once. Null when the answer is given again."""

    secret: str | None


class ResentOutput(Output):
    """How many webhooks are sent again; 10,000 at most: ask again while it is so many."""

    resent: int


@router.post("", status_code=201)
async def add_endpoint(
    caller: Admin, body: EndpointInput, request: Request, response: Response
) -> SecretEndpointOutput:
    """Create an endpoint. Its secret is in this answer and nowhere else, also not in its repetition."""
    endpoint, secret = await create_webhook_endpoint(
        caller.runtime, caller.company_id, new_id(request), body.url, body.event_types, body.name or ""
    )
    response.headers["Location"] = f"/v1/webhook-endpoints/{endpoint.id}"
    return _with_secret(request, endpoint, secret)


@router.get("")
async def list_endpoints(
    caller: Reader, paging: Page, state: EndpointState | None = None
) -> Listed[EndpointOutput]:
    """The company's endpoints, newest first."""
    return await list_page(caller, paging, EndpointOutput, view.list_endpoints, state=state)


@router.get("/{endpoint_id}")
async def get_endpoint(caller: Reader, endpoint_id: ItemId) -> EndpointOutput:
    """One endpoint."""
    return EndpointOutput.of(await view.get_endpoint(caller.runtime, caller.company_id, endpoint_id))


@router.patch("/{endpoint_id}")
async def change_endpoint(caller: Admin, endpoint_id: ItemId, body: EndpointChanges) -> EndpointOutput:
    """Change an endpoint: what is named and nothing else. What waits goes to the new address."""
    changed = await edit_webhook_endpoint(caller.runtime, caller.company_id, endpoint_id, **body.given())
    return EndpointOutput.of(changed)


@router.delete("/{endpoint_id}", status_code=204)
async def delete_endpoint(caller: Admin, endpoint_id: ItemId) -> None:
    """Delete an endpoint with its secrets, and the webhooks that wait for it."""
    await delete_webhook_endpoint(caller.runtime, caller.company_id, endpoint_id)


@router.post("/{endpoint_id}/pause")
async def pause_one_endpoint(caller: Admin, endpoint_id: ItemId) -> EndpointOutput:
    """Send an endpoint nothing for now. What happens is kept, and waits."""
    return EndpointOutput.of(await pause_endpoint(caller.runtime, caller.company_id, endpoint_id))


@router.post("/{endpoint_id}/resume")
async def resume_one_endpoint(caller: Admin, endpoint_id: ItemId) -> EndpointOutput:
    """Send an endpoint everything again, what waited first; also one that was disabled."""
    return EndpointOutput.of(await resume_endpoint(caller.runtime, caller.company_id, endpoint_id))


@router.post("/{endpoint_id}/rotate")
async def rotate_endpoint_secret(
    caller: Admin, endpoint_id: ItemId, body: RotationInput, request: Request
) -> SecretEndpointOutput:
    """Give an endpoint another secret. It is in this answer and nowhere else."""
    overlap = timedelta(hours=body.overlap_hours)
    endpoint, secret = await rotate_secret(caller.runtime, caller.company_id, endpoint_id, overlap)
    return _with_secret(request, endpoint, secret)


@router.post("/{endpoint_id}/test", status_code=202)
async def test_endpoint(caller: Admin, endpoint_id: ItemId) -> DeliveryOutput:
    """Send an endpoint an event of the type webhook.test. The answer is the webhook, which is on its way."""
    return DeliveryOutput.of(await send_test_event(caller.runtime, caller.company_id, endpoint_id))


@router.post("/{endpoint_id}/resend", status_code=202)
async def resend_to_endpoint(caller: Admin, endpoint_id: ItemId, body: ResendInput) -> ResentOutput:
    """Send again what failed since a time. The webhooks keep their ids."""
    count = await resend_webhooks(caller.runtime, caller.company_id, endpoint_id, body.since)
    return ResentOutput(resent=count)


def _with_secret(request: Request, endpoint: WebhookEndpoint, secret: str) -> SecretEndpointOutput:
    shown = EndpointOutput.of(endpoint).model_dump()
    request.state.kept_body = SecretEndpointOutput(**shown, secret=None).model_dump_json().encode()
    return SecretEndpointOutput(**shown, secret=secret)
