"""How every request is taken: authenticated, allowed, within bounds, with known parameters, once per key.

Scope comes before all else: nothing is read, stored or answered again for a key that may not ask.
"""

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute
from msgspec import Struct
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.api.kit.act import act_of
from functions.api.kit.authentication import Caller, authenticate, require, scope_of
from functions.api.kit.idempotency import once, request_hash
from functions.api.kit.json_body import read_json
from functions.problems import Refusal, invalid
from functions.refusals import RETRY_SECONDS
from functions.request_body import announces_more
from shared import log, tracing
from shared.acting import acting
from shared.domain.errors import Problem
from shared.usecases.ledger.count_costs import count_costs

BODY_BYTES = 1024 * 1024
Answer = Callable[[Request], Coroutine[Any, Any, Response]]


def _name_of(route: APIRoute) -> str:
    return route.name


class ApiRoute(APIRoute):
    """A route whose body, if any, is small. Its name is its operation's id."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options | {"generate_unique_id_function": _name_of})

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
                act = act_of(request, caller, self.name)
                with acting(act), log.context(company_id=caller.company_id, route=self.name):
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
        # Here, as FastAPI would make a 400 of what BodyLimit and read_json raise.
        body = await request.body()
        if body and self.body_field is not None and "json" in request.headers.get("content-type", "").lower():
            request = JsonRequest(request, body, read_json(body))
        if request.method != "POST":
            return await handler(request)
        return await once(request, caller, self.name, request_hash(request, body), handler)


class JsonRequest(Request):
    """A request whose body was read as JSON, by our rules and not by the web framework's."""

    def __init__(self, request: Request, body: bytes, value: object) -> None:
        super().__init__(request.scope, request.receive)
        self._bytes, self._value = body, value

    async def body(self) -> bytes:
        """The body as it came."""
        return self._bytes

    async def json(self) -> object:
        """What the body holds."""
        return self._value


class ReceivedFile(Struct, frozen=True, kw_only=True):
    """A body on this machine's disk, there until the request ends."""

    path: str
    size: int


class UploadRoute(ApiRoute):
    """A route whose body is a file: it goes to disk, not to memory. The handler finds it as `received`."""

    async def take(self, request: Request, caller: Caller, handler: Answer) -> Response:
        """Take the file, then do the POST once per Idempotency-Key and content.

        Raises Refusal (503) while as many are under way as one machine holds.
        """
        with _UPLOADS.one_of(caller.company_id):
            return await self._take(request, caller, handler)

    async def _take(self, request: Request, caller: Caller, handler: Answer) -> Response:
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


class _Uploads:
    """Counts the uploads under way: their files fill this machine's memory, which all companies share."""

    def __init__(self, most: int, of_one_company: int) -> None:
        self._most, self._of_one_company = most, of_one_company
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def one_of(self, company_id: str) -> Iterator[None]:
        """Hold a place for an upload. Raises Refusal with 503 when there is none."""
        if self._under_way.total() >= self._most or self._under_way[company_id] >= self._of_one_company:
            raise Refusal(
                status=503,
                kind="busy",
                title="Rollcall is busy",
                detail=f"A company's files are taken {self._of_one_company} at a time. Send this one again.",
                headers={"Retry-After": str(RETRY_SECONDS)},
            )
        self._under_way[company_id] += 1
        try:
            yield
        finally:
            self._under_way[company_id] -= 1
            self._under_way += Counter()  # without the companies that have none


_UPLOADS = _Uploads(most=6, of_one_company=3)


def _check_query(request: Request, known: set[str]) -> None:
    """Refuse unknown and repeated parameters: a misspelt filter would return everything."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    problems = [
        Problem(
            field=name[:100], reason=f"is not known here; known are: {', '.join(sorted(known)) or 'none'}"
        )
        for name in counts
        if name not in known
    ]
    problems += [Problem(field=name, reason="is given more than once") for name in known if counts[name] > 1]
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
        announced = Headers(scope=scope).get("content-length", "")

        async def receiving() -> Message:  # called once the caller is known and may ask
            nonlocal taken
            if announces_more(announced, limit):
                raise _too_large(limit)
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
