"""Nobody unauthenticated changes anything: every route of every function knows its caller first."""

import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import google.auth.crypt
import google.auth.jwt
import google.auth.transport.requests
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp
from starlette.types import Message as ASGIMessage

import main
from functions.api.app import build_app
from functions.api.route import ApiRoute
from functions.authentication import CallerRefused, check_caller
from functions.process import current_runtime
from functions.webhooks.messages import ROUTES
from infra.local.emulators import Emulators
from infra.manifest import Trigger, read_manifest
from shared.domain.api_key import Scope
from shared.domain.message import Message, MessageState
from shared.runtime import Runtime
from shared.settings import Settings
from tests.architecture.conftest import TOKEN
from tests.builders import a_message, an_email_sender, an_sms_sender

MANIFEST = read_manifest()
OURS = sorted(
    function.name
    for function in MANIFEST.functions
    if function.trigger in (Trigger.TICK, Trigger.WORKER)  # called by our own scheduler and topics only
)
# Routes of the API that anybody may read: they hold no company's data.
OPEN_ROUTES = {"/v1/openapi.json", "/v1/docs"}
COMPANY = "acme"


def _request(
    path: str,
    query: str = "",
    headers: dict[str, str] | None = None,
    body: bytes = b"{}",
    method: str = "POST",
) -> Request:
    """A request as the framework hands it on."""
    pairs = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": pairs,
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return Request(scope, receive)


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
    response = await getattr(main, name)(_request("/", query))
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
    response = await getattr(main, name)(_request("/", query, headers))
    assert response.status_code == 403
    assert _built(current_runtime()) == set()


@pytest.mark.parametrize("name", OURS)
async def test_the_right_token_opens(environment: pytest.MonkeyPatch, name: str) -> None:
    # What comes after the token shows: a body that is no job, or a time that is none.
    headers = {"x-cloudscheduler-scheduletime": "noon"}
    response = await getattr(main, name)(_request("/", f"token={TOKEN}", headers, body=b"no job"))
    is_tick = MANIFEST.get(name).trigger is Trigger.TICK
    assert response.status_code == (403 if is_tick else 204)
    settings = current_runtime().settings
    await check_caller(_request("/", f"token={TOKEN}"), settings)


class _Signer:
    """Signs tokens as Google does, with a key of its own."""

    def __init__(self) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "signer")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
        certificate = builder.sign(key, hashes.SHA256())
        self.certificates = {"key": certificate.public_bytes(serialization.Encoding.PEM).decode()}
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self._signer = google.auth.crypt.RSASigner.from_string(pem, "key")  # type: ignore[no-untyped-call]

    def token(self, **changes: object) -> str:
        """A token of our push account, but for `changes`."""
        claims = {
            "iss": "https://accounts.google.com",
            "aud": "https://rollcall.example",
            "email": "push@example.iam.gserviceaccount.com",
            "email_verified": True,
            "iat": int(time.time()),
            "exp": int(time.time()) + 600,
        } | changes
        signed: bytes = google.auth.jwt.encode(self._signer, claims)  # type: ignore[no-untyped-call]
        return signed.decode()


@pytest.fixture(scope="module")
def google_signer() -> _Signer:
    return _Signer()


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, google_signer: _Signer) -> Settings:
    """Settings of a deployed function; Google's certificates are the signer's."""

    class Answer:
        status = 200
        data = json.dumps(google_signer.certificates).encode()

    monkeypatch.setattr(google.auth.transport.requests, "Request", lambda: lambda *_, **__: Answer)
    return Settings(
        project_id="p",
        upload_bucket="b",
        public_url="https://rollcall.example",
        signing_key="k",
        secrets_path="s",
        caller_audience="https://rollcall.example",
        caller_service_account="push@example.iam.gserviceaccount.com",
    )


def _bearing(token: str) -> Request:
    return _request("/", headers={"authorization": f"Bearer {token}"})


async def test_our_push_account_is_let_in(cloud: Settings, google_signer: _Signer) -> None:
    await check_caller(_bearing(google_signer.token()), cloud)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://another.example"},
        {"email": "push@another.iam.gserviceaccount.com"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"iss": "https://issuer.example"},
        {"iat": int(time.time()) - 7200, "exp": int(time.time()) - 3600},
    ],
)
async def test_any_other_token_is_refused(
    cloud: Settings, google_signer: _Signer, changes: dict[str, object]
) -> None:
    with pytest.raises(CallerRefused):
        await check_caller(_bearing(google_signer.token(**changes)), cloud)


async def test_a_token_google_did_not_sign_is_refused(cloud: Settings, google_signer: _Signer) -> None:
    head, _, rest = google_signer.token().partition(".")
    forged = base64.urlsafe_b64encode(b"signature").decode().rstrip("=")
    for token in (_Signer().token(), "text", f"{head}.{rest.partition('.')[0]}.{forged}"):
        with pytest.raises(CallerRefused):
            await check_caller(_bearing(token), cloud)


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
    runtime.secrets.store(COMPANY, "texts", {"account_sid": "AC1", "auth_token": "auth-token"})
    runtime.secrets.store(COMPANY, "mails", {"api_key": "SG.key", "webhook_public_key": _public_key()})
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
    request = _request(f"/messages{route}", query, {**headers, "content-type": kind}, body)
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
                assert await _status(app, _request(route.path, "", headers, method=method)) == 401, route.path
    assert _built(current_runtime()) == set()


async def _status(app: ASGIApp, request: Request) -> int:
    """What the application answers to a request."""
    statuses = []

    async def send(message: ASGIMessage) -> None:
        if message["type"] == "http.response.start":
            statuses.append(int(message["status"]))

    await app(request.scope, request.receive, send)
    return statuses[0]
