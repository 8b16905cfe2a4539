"""What every error of the API is to its caller."""

import logging
import traceback
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from google.api_core.exceptions import (
    Aborted,
    DeadlineExceeded,
    ResourceExhausted,
    RetryError,
    ServiceUnavailable,
)
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from functions.problems import FAULT, Refusal, invalid, problem_response
from shared import log
from shared.domain.errors import Conflict, InvalidInput, NotFound, Problem, RollcallError, Unavailable

RETRY_SECONDS = 5
SHOWN_NAME = 100  # characters of a caller's own field name that are repeated to him

# The store is out of reach or busy; nothing was done that asking again would do twice.
_BUSY = (Aborted, DeadlineExceeded, ResourceExhausted, RetryError, ServiceUnavailable, Unavailable)

# What pydantic's own words do not say: how to mend it.
_REASONS = {
    "missing": "is required",
    "extra_forbidden": "is not known here; remove it, or check its spelling",
    "model_attributes_type": "must be a JSON object, sent with Content-Type: application/json",
}


def refusal_of(error: Exception) -> Refusal | None:
    """What an error is to the caller; None for one that is no answer but our own fault."""
    match error:
        case Refusal():
            return error
        case NotFound():
            return _refusal(404, "not-found", "There is no such thing", str(error))
        case Conflict():
            return _refusal(409, "conflict", "This does not fit its state", str(error))
        case InvalidInput():
            return invalid(*error.problems)
        case RollcallError():  # such as a file that is no table, or a text that is no template
            return _refusal(422, "invalid-input", "The input is wrong", str(error))
        case RequestValidationError():
            return _of_validation(error)
        case HTTPException():
            return _of_http(error)
    if isinstance(error, _BUSY):
        return Refusal(
            status=503,
            kind="busy",
            title="Rollcall is busy",
            detail="This could not be done at the moment. Send the request again.",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )
    return None


def answer_with_problems(app: FastAPI) -> None:
    """Make every error of `app`, also of paths and methods it does not have, a problem document."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        refusal = refusal_of(error)
        if refusal is None:
            raise error
        return problem_response(refusal, request.url.path)

    for kind in (Refusal, RollcallError, RequestValidationError, HTTPException, *_BUSY):
        app.add_exception_handler(kind, answer)
    app.add_middleware(_Crashes)


class _Crashes:
    """Outermost: what nobody expected is logged, and answered without a word about its inside.

    Starlette's own handler raises the error again after answering, and the functions framework would
    answer a second time.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001  # the last line: a caller must get an answer
            # Without the error's text, which may hold what the caller sent.
            frames = traceback.extract_tb(error.__traceback__)[-8:]
            with log.context(**scope.get("state", {}).get("logged", {})):
                log.event(
                    "request failed",
                    level=logging.ERROR,
                    route=_route(scope),
                    error_type=type(error).__name__,
                    frames=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
                )
            if not started:
                await problem_response(FAULT, scope.get("path", ""))(scope, receive, sending)


# Answers hold a company's data: nobody on the way may keep them, and no browser may guess their type.
_HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


def _route(scope: Scope) -> str:
    """The route's pattern: the path itself may hold what must not be logged."""
    return str(getattr(scope.get("route"), "path", ""))


def _refusal(status: int, kind: str, title: str, detail: str) -> Refusal:
    return Refusal(status=status, kind=kind, title=title, detail=detail)


def _of_http(error: HTTPException) -> Refusal:
    details = {
        404: "There is no such path. /v1/openapi.json lists all that there are.",
        405: "This path does not take this method. /v1/openapi.json lists those it takes.",
    }
    title = HTTPStatus(error.status_code).phrase
    detail = details.get(error.status_code, str(error.detail))
    kind = title.lower().replace(" ", "-")
    return Refusal(
        status=error.status_code, kind=kind, title=title, detail=detail, headers=dict(error.headers or {})
    )


def _of_validation(error: RequestValidationError) -> Refusal:
    found = error.errors()
    if found and all(item["loc"][0] == "path" for item in found):
        return _refusal(404, "not-found", "There is no such thing", "The path holds no id of ours.")
    # A list with a wrong item is also said to be too short: only the innermost faults help.
    outer = {item["loc"][:length] for item in found for length in range(len(item["loc"]))}
    innermost = [item for item in found if item["loc"] not in outer]
    return invalid(*(_problem(item["loc"], item["type"], item["msg"]) for item in innermost))


def _problem(loc: Sequence[str | int], kind: str, message: str) -> Problem:
    message = message.removeprefix("Value error, ")
    reason = _REASONS.get(kind, message[:1].lower() + message[1:])
    return Problem(field=_field_path(loc[1:]) or str(loc[0]), reason=reason)


def _field_path(parts: Sequence[str | int]) -> str:
    """("steps", 0, "template_id") as steps[0].template_id."""
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            shown = part[:SHOWN_NAME].encode("utf-8", "replace").decode()
            path += f".{shown}" if path else shown
    return path
