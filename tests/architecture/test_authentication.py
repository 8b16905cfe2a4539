"""Nobody unauthenticated changes anything: every route of every function knows its caller first."""

import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from functools import cached_property

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp
from starlette.types import Message as ASGIMessage

import main
from functions.api.app import build_app
from functions.api.route import ApiRoute
from functions.authentication import check_caller
from functions.process import current_runtime
from functions.webhooks.messages import ROUTES
from infra.local.emulators import Emulators
from infra.manifest import Trigger, read_manifest
from shared.domain.api_key import Scope
from shared.domain.message import Message, MessageState
from shared.runtime import Runtime
from tests.architecture.asgi import a_request
from tests.architecture.conftest import TOKEN
from tests.builders import NOON, a_message, an_email_sender, an_sms_sender

MANIFEST = read_manifest()
OURS = sorted(
    function.name
    for function in MANIFEST.functions
    if function.trigger in (Trigger.TICK, Trigger.WORKER)  # called by our own scheduler and topics only
)
# Routes of the API that anybody may read: they hold no company's data.
OPEN_ROUTES = {"/v1/openapi.json", "/v1/docs"}
COMPANY = "acme"


def _built(runtime: Runtime) -> set[str]:
    """The clients a runtime has built so far."""
    clients = {name for name, value in vars(Runtime).items() if isinstance(value, cached_property)}
    assert "stores" in clients
    return clients & set(vars(runtime))


# Ticks and workers.


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize("query", ["", "token=", "token=wrong", f"token={TOKEN}x", f"token={TOKEN[:-1]}"])
async def test_ticks_and_workers_refuse_without_the_token_and_do_nothing(
    environment: pytest.MonkeyPatch, name: str, query: str
) -> None:
    response = await getattr(main, name)(a_request("/", query))
    assert response.status_code == 403
    assert _built(current_runtime()) == set()


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {}),
        (f"token={TOKEN}", {}),  # what the local stack's callers carry opens nothing in the cloud
        ("", {"authorization": "Bearer "}),
        ("", {"authorization": "Basic Y2FsbGVyOnRva2Vu"}),
        ("", {"x-cloudscheduler": "true", "x-cloudscheduler-scheduletime": "2026-11-23T12:00:00Z"}),
    ],
)
async def test_ticks_and_workers_refuse_without_a_bearer_token_and_do_nothing(
    environment: pytest.MonkeyPatch, name: str, query: str, headers: dict[str, str]
) -> None:
    environment.delenv("ROLLCALL_CALLER_TOKEN")
    environment.setenv("ROLLCALL_CALLER_AUDIENCE", "https://rollcall.example")
    environment.setenv("ROLLCALL_CALLER_SERVICE_ACCOUNT", "push@example.iam.gserviceaccount.com")
    response = await getattr(main, name)(a_request("/", query, headers))
    assert response.status_code == 403
    assert _built(current_runtime()) == set()


@pytest.mark.parametrize("name", OURS)
async def test_the_right_token_opens(environment: pytest.MonkeyPatch, name: str) -> None:
    # What comes after the token shows: a body that is no job, or a time that is none.
    headers = {"x-cloudscheduler-scheduletime": "noon"}
    response = await getattr(main, name)(a_request("/", f"token={TOKEN}", headers, body=b"no job"))
    is_tick = MANIFEST.get(name).trigger is Trigger.TICK
    assert response.status_code == (403 if is_tick else 204)
    settings = current_runtime().settings
    await check_caller(a_request("/", f"token={TOKEN}"), settings)


# Webhooks.


@pytest_asyncio.fixture
async def company(environment: pytest.MonkeyPatch, emulators: Emulators) -> AsyncIterator[Runtime]:
    """A company with a sender at each provider and a message on its way, in the functions' own runtime."""
    for name, value in emulators.env.items():
        environment.setenv(name, value)
    environment.setenv("ROLLCALL_PROJECT_ID", f"test-{time.time_ns()}")
    current_runtime.cache_clear()
    runtime = current_runtime()
    for sender in (an_sms_sender(), an_email_sender()):
        await runtime.stores.senders.save(COMPANY, sender.id, sender)
    await runtime.secrets.add(COMPANY, "texts", {"account_sid": "AC1", "auth_token": "auth-token"}, NOON)
    mails = {"api_key": "SG.key", "webhook_public_key": _public_key()}
    await runtime.secrets.add(COMPANY, "mails", mails, NOON)
    await runtime.stores.messages.save(COMPANY, "m1", _message())
    yield runtime
    runtime.stores.db.close()  # type: ignore[no-untyped-call]


def _message() -> Message:
    return a_message(id="m1", state=MessageState.SENDING, token="lease", sender_id="texts")


def _public_key() -> str:
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


FORM = (
    b"AccountSid=AC1&MessageSid=SM1&SmsSid=SM1&MessageStatus=delivered&Body=STOP"
    b"&From=%2B12125550187&To=%2B12125550100"
)
EVENTS = json.dumps(
    [{"event": "delivered", "sg_event_id": "e1", "sg_message_id": "s1", "message_id": "m1", "timestamp": 1}]
).encode()
FORGED = {
    "x-twilio-signature": base64.b64encode(b"0" * 20).decode(),
    "x-twilio-email-event-webhook-signature": base64.b64encode(b"0" * 70).decode(),
    "x-twilio-email-event-webhook-timestamp": str(int(time.time())),
}


@pytest.mark.parametrize("sender_id", ["texts", "mails", "nobody", "", "../texts"])
@pytest.mark.parametrize("headers", [{}, FORGED], ids=["unsigned", "forged"])
@pytest.mark.parametrize("route", sorted(ROUTES))
async def test_webhooks_refuse_what_is_not_signed_and_change_nothing(
    company: Runtime, route: str, headers: dict[str, str], sender_id: str
) -> None:
    kind, body = (
        ("application/json", EVENTS) if route == "/events" else ("application/x-www-form-urlencoded", FORM)
    )
    query = f"company={COMPANY}&sender={sender_id}&message=m1"
    request = a_request(f"/messages{route}", query, {**headers, "content-type": kind}, body)
    response = await main.messages(request)
    assert response.status_code == 403
    stores = company.stores
    assert await stores.messages.get(COMPANY, "m1") == _message()
    assert (await stores.replies.page(COMPANY, limit=1)).items == []
    assert (await stores.opt_outs.page(COMPANY, limit=1)).items == []


# The API.


def _walk(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        included = getattr(route, "original_router", None)  # FastAPI keeps included routers as one route
        if included is not None:
            yield from _walk(included.routes)
        else:
            yield route


@pytest.fixture
def api_routes(environment: pytest.MonkeyPatch) -> list[BaseRoute]:
    return list(_walk(build_app(current_runtime()).routes))


def _scopes(route: APIRoute) -> set[Scope]:
    """The scopes that the route's dependencies demand of the key."""
    found, waiting = set(), [route.dependant]
    while waiting:
        dependant = waiting.pop()
        scope = getattr(dependant.call, "scope", None)
        found |= {scope} if isinstance(scope, Scope) else set()
        waiting += dependant.dependencies
    return found


def test_every_route_of_the_api_is_authenticated_and_needs_a_scope(api_routes: list[BaseRoute]) -> None:
    assert len(api_routes) > 40
    open_paths, faults = set(), []
    for route in api_routes:
        if not isinstance(route, ApiRoute):  # what authenticates before anything of the request is read
            open_paths.add(getattr(route, "path", str(route)))
        elif len(_scopes(route)) != 1:
            faults.append((route.path, route.methods, _scopes(route)))
    assert open_paths == OPEN_ROUTES
    assert faults == []


def test_what_changes_something_needs_more_than_reading(api_routes: list[BaseRoute]) -> None:
    readers = {
        (route.path, *sorted(route.methods or ()))
        for route in api_routes
        if isinstance(route, ApiRoute)
        and not (route.methods or set()) <= {"GET", "HEAD"}
        and _scopes(route) == {Scope.READ}
    }
    assert readers == set()


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer"}, {"authorization": "Basic cms6"}])
async def test_every_route_of_the_api_refuses_without_a_key(
    environment: pytest.MonkeyPatch, api_routes: list[BaseRoute], headers: dict[str, str]
) -> None:
    app = build_app(current_runtime())
    for route in api_routes:
        if isinstance(route, APIRoute):
            for method in route.methods or ():
                assert await _status(app, a_request(route.path, "", headers, method=method)) == 401, (
                    route.path
                )
    assert _built(current_runtime()) == set()


async def _status(app: ASGIApp, request: Request) -> int:
    """What the application answers to a request."""
    statuses = []

    async def send(message: ASGIMessage) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(message["status"]))

    await app(request.scope, request.receive, send)
    return statuses[0]
