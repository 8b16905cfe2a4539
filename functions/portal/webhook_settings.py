"""Webhooks: where a company's systems are told of what happens. Admins only."""

from datetime import datetime, timedelta

from starlette.responses import Response

from functions.portal.kit.lists import every, shown
from functions.portal.kit.pages import Pages
from functions.portal.kit.visit import Visit
from functions.portal.webhook_log import HERE, MOST_DAYS
from shared.domain.companies.api_key import Scope
from shared.domain.errors import InvalidInput, RollcallError
from shared.domain.events.event import EventType
from shared.domain.events.webhook_delivery import DeliveryState
from shared.domain.events.webhook_endpoint import EndpointState, WebhookEndpoint
from shared.domain.ids import random_id
from shared.usecases.webhooks.delete_webhook_endpoint import delete_webhook_endpoint
from shared.usecases.webhooks.pause_endpoint import pause_endpoint, resume_endpoint
from shared.usecases.webhooks.rotate_secret import rotate_secret
from shared.usecases.webhooks.save_webhook_endpoint import create_webhook_endpoint, edit_webhook_endpoint
from shared.usecases.webhooks.send_test_event import send_test_event
from shared.views.webhooks import get_endpoint, list_deliveries, list_endpoints

pages = Pages()
OVERLAP = timedelta(hours=24)
TOLD = tuple(one for one in EventType if one is not EventType.TEST)


@pages.get(HERE, Scope.ADMIN)
async def show_endpoints(visit: Visit) -> Response:
    """All endpoints, and the form to add another."""
    return await _list(visit, {})


@pages.post(HERE, Scope.ADMIN)
async def add_endpoint(visit: Visit) -> Response:
    """Add one: its secret is shown this once."""
    form = visit.form
    name, url = form.line("name", is_needed=False, most=100), form.line("url", most=2000)
    try:
        form.check()
        endpoint, secret = await create_webhook_endpoint(
            visit.runtime, visit.company_id, random_id(), url, _types(visit), name
        )
    except InvalidInput as invalid:
        return await _list(visit, {one.field: one.reason for one in invalid.problems})
    except RollcallError as refused:
        return await _list(visit, {"url": str(refused)})
    return visit.page("webhooks/secret.html", endpoint=endpoint, secret=secret, is_new=True)


@pages.get(f"{HERE}/{{endpoint_id}}", Scope.ADMIN)
async def show_endpoint(visit: Visit) -> Response:
    """One endpoint, to be changed, and what became of telling it."""
    return await _page(visit, {})


@pages.post(f"{HERE}/{{endpoint_id}}", Scope.ADMIN)
async def change_endpoint(visit: Visit) -> Response:
    """Another address, or other things to be told of."""
    form, endpoint_id = visit.form, visit.path("endpoint_id")
    name, url = form.line("name", is_needed=False, most=100), form.line("url", most=2000)
    try:
        form.check()
        await edit_webhook_endpoint(visit.runtime, visit.company_id, endpoint_id, url, _types(visit), name)
    except InvalidInput as invalid:
        return await _page(visit, {one.field: one.reason for one in invalid.problems})
    return visit.go(f"{HERE}/{endpoint_id}", done="The endpoint is changed.")


@pages.post(f"{HERE}/{{endpoint_id}}/pause", Scope.ADMIN)
async def pause_one_endpoint(visit: Visit) -> Response:
    """Tell it nothing for now."""
    endpoint_id = visit.path("endpoint_id")
    try:
        await pause_endpoint(visit.runtime, visit.company_id, endpoint_id)
    except RollcallError as refused:
        return visit.go(f"{HERE}/{endpoint_id}", refused=str(refused))
    return visit.go(f"{HERE}/{endpoint_id}", done="What happens is kept for it, and waits.")


@pages.post(f"{HERE}/{{endpoint_id}}/resume", Scope.ADMIN)
async def resume_one_endpoint(visit: Visit) -> Response:
    """Tell it everything again, what waited first."""
    endpoint = await resume_endpoint(visit.runtime, visit.company_id, visit.path("endpoint_id"))
    return visit.go(f"{HERE}/{endpoint.id}", done="It is told again, what waited first.")


@pages.post(f"{HERE}/{{endpoint_id}}/rotate", Scope.ADMIN)
async def rotate_one_secret(visit: Visit) -> Response:
    """Another secret, shown this once; the one before signs too for a day."""
    endpoint, secret = await rotate_secret(
        visit.runtime, visit.company_id, visit.path("endpoint_id"), OVERLAP
    )
    return visit.page("webhooks/secret.html", endpoint=endpoint, secret=secret, is_new=False)


@pages.post(f"{HERE}/{{endpoint_id}}/test", Scope.ADMIN)
async def test_one_endpoint(visit: Visit) -> Response:
    """Send it something to try."""
    endpoint_id = visit.path("endpoint_id")
    try:
        await send_test_event(visit.runtime, visit.company_id, endpoint_id)
    except RollcallError as refused:
        return visit.go(f"{HERE}/{endpoint_id}", refused=str(refused))
    return visit.go(f"{HERE}/{endpoint_id}", done="A test is on its way. It stands below.")


@pages.post(f"{HERE}/{{endpoint_id}}/delete", Scope.ADMIN)
async def delete_one_endpoint(visit: Visit) -> Response:
    """Delete it with its secrets, and what waits for it."""
    await delete_webhook_endpoint(visit.runtime, visit.company_id, visit.path("endpoint_id"))
    return visit.go(HERE, done="The endpoint is deleted.")


def _types(visit: Visit) -> list[EventType]:
    ticked = visit.form.lines("event_types")
    return [one for one in TOLD if one in ticked]


async def _list(visit: Visit, problems: dict[str, str]) -> Response:
    return visit.page(
        "webhooks/list.html",
        code=422 if problems else 200,
        endpoints=await every(visit, list_endpoints),
        told=TOLD,
        problems=problems,
        typed={name: visit.form.given(name) for name in ("name", "url")},
        ticked=visit.form.lines("event_types"),
    )


def _pause_of(visit: Visit, endpoint: WebhookEndpoint) -> datetime | None:
    """Until when nothing goes there, as it fails or gets too much."""
    until = endpoint.waits_until if endpoint.state is EndpointState.ACTIVE else None
    return until if until is not None and until > visit.runtime.now() else None


async def _page(visit: Visit, problems: dict[str, str]) -> Response:
    endpoint = await get_endpoint(visit.runtime, visit.company_id, visit.path("endpoint_id"))
    kept = {"name": endpoint.name, "url": endpoint.url}
    state = next((one for one in DeliveryState if one == visit.query("state")), None)
    return visit.page(
        "webhooks/endpoint.html",
        code=422 if problems else 200,
        endpoint=endpoint,
        deliveries=await shown(visit, list_deliveries, endpoint_id=endpoint.id, state=state),
        waits_until=_pause_of(visit, endpoint),
        states=tuple(DeliveryState),
        state=state,
        most_days=MOST_DAYS,
        told=TOLD,
        problems=problems,
        typed={name: visit.form.given(name) for name in kept} if problems else kept,
        ticked=visit.form.lines("event_types") if problems else endpoint.event_types,
    )
