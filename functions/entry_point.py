"""A function's entry point, with everything that reaches its address.

The functions framework answers /robots.txt, /favicon.ico and methods it does not know by itself, as plain
text, and takes any number of headers. Nothing that it offers changes that. So its class of application is
exchanged for ours, which hands every path and method on, within bounds that hold before anything is read.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from typing import Any

import functions_framework.aio
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.problems import FAULT, Refusal, invalid, problem_response
from shared import calls
from shared.domain.errors import Problem
from shared.settings import SettingsError

Handler = Callable[[Request], Any]  # as functions_framework.aio.http types what it decorates
MOST_HEADERS, HEADER_BYTES = 100, 32 * 1024
PATH_CHARACTERS, QUERY_CHARACTERS = 2_000, 8_000
MOST_PARAMETERS = 100
# No function has answered yet, so that none of its headers are there; a 414 may be kept without the first.
_FOR_BROWSERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


def entry_point(handler: Callable[[Request], Awaitable[Any]]) -> Handler:
    """What functions-framework calls for each request, whatever its path and method."""
    vars(functions_framework.aio)["Starlette"] = _Application

    @functions_framework.aio.http
    @wraps(handler)
    async def enter(request: Request) -> Any:
        calls.begin(is_waited_for=True)
        try:
            return await handler(request)
        except SettingsError as error:  # it names what is wrong; nothing is configured yet, logging neither
            logging.getLogger().error("%s", error)
            return problem_response(FAULT, request.url.path)

    return enter


class _Application(Starlette):
    """The framework's application, but for the routes and methods it keeps to itself."""

    def __init__(self, *, routes: Sequence[Route], middleware: Sequence[Middleware]) -> None:
        [every] = [route for route in routes if route.path == "/{path:path}"]
        every.methods = None  # any
        super().__init__(routes=[every], middleware=[Middleware(_Bounds), *middleware])


class _Bounds:
    """Refuses a request whose address or headers are beyond all use, before anybody looks at them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on, or refuse it."""
        refusal = _refusal_of(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            response = problem_response(refusal, scope["path"][:PATH_CHARACTERS])
            response.headers.update(_FOR_BROWSERS)
            await response(scope, receive, send)


def _refusal_of(scope: Scope) -> Refusal | None:
    headers, query = scope["headers"], scope["query_string"]
    if len(headers) > MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > HEADER_BYTES:
        return Refusal(
            status=431,
            kind="headers-too-large",
            title="The headers are too large",
            detail=f"At most {MOST_HEADERS} headers of {HEADER_BYTES:,} bytes together are taken.",
        )
    if len(scope["path"]) > PATH_CHARACTERS or len(query) > QUERY_CHARACTERS:
        return Refusal(
            status=414,
            kind="uri-too-long",
            title="The address is too long",
            detail=f"After the question mark {QUERY_CHARACTERS:,} characters are taken, before it "
            f"{PATH_CHARACTERS:,}.",
        )
    if (count := query.count(b"&") + 1) > MOST_PARAMETERS:
        reason = f"has {count:,} parameters; {MOST_PARAMETERS} are taken"
        return invalid(Problem(field="query", reason=reason))
    return None
