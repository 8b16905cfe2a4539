"""How every request is taken: authenticated, allowed, within bounds, with known parameters, once per key.

Scope comes before all else: nothing is read, stored or answered again for a key that may not ask.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.api.kit.authentication import Caller, authenticate, require, scope_of
from functions.api.kit.idempotency import once, request_hash
from functions.api.kit.problems import Refusal, invalid
from shared import log, tracing
from shared.domain.errors import Problem
from shared.usecases.ledger.count_costs import count_costs

BODY_BYTES = 1024 * 1024
Answer = Callable[[Request], Coroutine[Any, Any, Response]]


class ApiRoute(APIRoute):
    """A route whose body, if any, is small."""

    def get_route_handler(self) -> Answer:
        """FastAPI's handler behind authentication, scope and idempotency."""
        handler, scope = super().get_route_handler(), scope_of(self.dependant)
        known = {
            field.alias for field in get_flat_params(self.dependant) if isinstance(field.field_info, Query)
        }

        async def answer(request: Request) -> Response:
            caller = await authenticate(request)
            require(caller, scope)
            request.state.caller = caller
            async with tracing.served(request.headers, f"api {self.name}", "server"):
                with log.context(company_id=caller.company_id, route=self.name):
                    request.state.logged = log.everything()  # for a line about a crash, logged further out
                    _check_query(request, known)
                    return await self._counted(request, caller, handler)

        return answer

    async def _counted(self, request: Request, caller: Caller, handler: Answer) -> Response:
        if request.method != "POST":  # looking at a fire is no part of what it cost
            return await self.take(request, caller, handler)
        async with count_costs(caller.runtime, self.name, is_for_one_fire=False):
            return await self.take(request, caller, handler)

    async def take(self, request: Request, caller: Caller, handler: Answer) -> Response:
        """Do the request; a POST once per Idempotency-Key."""
        body = await request.body()  # here, as FastAPI would make a 400 of what BodyLimit raises
        if request.method != "POST":
            return await handler(request)
        return await once(request, caller, self.name, request_hash(request, body), handler)


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceivedFile:
    """A body on this machine's disk, there until the request ends."""

    path: str
    size: int


class UploadRoute(ApiRoute):
    """A route whose body is a file: it goes to disk, not to memory. The handler finds it as `received`."""

    async def take(self, request: Request, caller: Caller, handler: Answer) -> Response:
        """Take the file, then do the POST once per Idempotency-Key and content."""
        handle, path = tempfile.mkstemp(prefix="upload-")
        try:
            digest, size = hashlib.sha256(), 0
            with os.fdopen(handle, "wb") as file:
                async for piece in request.stream():
                    digest.update(piece)
                    size += len(piece)
                    file.write(piece)
            request.state.received = ReceivedFile(path=path, size=size)
            return await once(request, caller, self.name, request_hash(request, digest.digest()), handler)
        finally:
            os.unlink(path)


def _check_query(request: Request, known: set[str]) -> None:
    """Refuse unknown and repeated parameters: a misspelt filter would return everything."""
    names = [name for name, _ in request.query_params.multi_items()]
    problems = [
        Problem(
            field=name[:100], reason=f"is not known here; known are: {', '.join(sorted(known)) or 'none'}"
        )
        for name in dict.fromkeys(names)
        if name not in known
    ]
    problems += [
        Problem(field=name, reason="is given more than once") for name in known if names.count(name) > 1
    ]
    if problems:
        raise invalid(*problems)


class BodyLimit:
    """Refuses bodies that are too large with 413, by their announced length or while they come."""

    def __init__(self, app: ASGIApp, limits: dict[str, int]) -> None:
        """`limits` are bytes by path; other paths take BODY_BYTES."""
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the body as it comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, taken = self._limits.get(scope["path"], BODY_BYTES), 0

        async def receiving() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _too_large(limit)
            return message

        await self._app(scope, receiving, send)


def _too_large(limit: int) -> Refusal:
    return Refusal(
        status=413,
        kind="too-large",
        title="The body is too large",
        detail=f"At most {limit:,} bytes are taken here. For a larger file, POST /v1/files gives an "
        "address to PUT it to.",
    )
