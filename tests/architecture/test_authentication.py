"""Nobody unauthenticated changes anything: every route of every function knows its caller first."""

from collections.abc import Iterator
from functools import cached_property

import pytest
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp
from starlette.types import Message as ASGIMessage

import main
from functions.api.kit.app import build_app
from functions.api.kit.docs import FILES
from functions.api.kit.route import ApiRoute
from functions.authentication import check_caller
from functions.process import current_runtime
from infra.manifest import Trigger, read_manifest
from shared.domain.companies.api_key import Scope
from shared.runtime import Runtime
from tests.architecture.conftest import TOKEN
from tests.kit.architecture.asgi import a_request

MANIFEST = read_manifest()
OURS = sorted(
    function.name
    for function in MANIFEST.functions
    if function.trigger in (Trigger.TICK, Trigger.WORKER)  # called by our own scheduler and topics only
)
# Routes of the API that anybody may read: they hold no company's data.
OPEN_ROUTES = {"/v1/openapi.json", "/v1/docs", *(f"/v1/docs/{name}" for name in FILES)}
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
