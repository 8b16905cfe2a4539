"""What every error of the API is to its caller."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse

from functions import refusals
from functions.crashes import Crashes
from functions.problems import FAULT, Refusal, invalid, problem_response
from shared.domain.errors import Problem, RollcallError

SHOWN_NAME = 100  # characters of a caller's own field name that are repeated to him

# What pydantic's own words do not say: how to mend it.
_REASONS = {
    "missing": "is required",
    "tuple_type": "must be a list",
    "extra_forbidden": "is not known here; remove it, or check its spelling",
    "model_attributes_type": "must be a JSON object, sent with Content-Type: application/json",
}


def refusal_of(error: Exception) -> Refusal | None:
    """What an error is to the caller; None for one that is no answer but our own fault."""
    match error:
        case RequestValidationError():
            return _of_validation(error)
        case HTTPException():
            return _of_http(error)
    return refusals.refusal_of(error)


def answer_with_problems(app: FastAPI) -> None:
    """Make every error of `app`, also of paths and methods it does not have, a problem document."""

    async def answer(request: Request, error: Exception) -> JSONResponse:
        refusal = refusal_of(error)
        if refusal is None:
            raise error
        return problem_response(refusal, request.url.path)

    for kind in (Refusal, RollcallError, RequestValidationError, HTTPException, *refusals.BUSY):
        app.add_exception_handler(kind, answer)
    app.add_middleware(Crashes, answer=lambda path: problem_response(FAULT, path), headers=_HEADERS)


# Answers hold a company's data: nobody on the way may keep them, and no browser may guess their type.
_HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


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
        return Refusal(
            status=404,
            kind="not-found",
            title="There is no such thing",
            detail="The path holds no id of ours.",
        )
    # A list with a wrong item is also said to be too short: only the innermost faults help.
    outer = {item["loc"][:length] for item in found for length in range(len(item["loc"]))}
    innermost = [item for item in found if item["loc"] not in outer]
    return invalid(*(_problem(item, error.body) for item in innermost))


def _problem(item: Mapping[str, Any], body: object) -> Problem:
    first, *parts = item["loc"]
    field = _field_path(_without_kinds(parts, body) if first == "body" else parts)
    return Problem(field=field or str(first), reason=_reason(item))


def _reason(item: Mapping[str, Any]) -> str:
    kind, bounds = item["type"], item.get("ctx", {})
    if kind == "too_short":
        return f"needs at least {_items(bounds['min_length'])}"
    if kind == "too_long":
        return f"may have at most {_items(bounds['max_length'])}"
    message = str(item["msg"]).removeprefix("Value error, ")
    return _REASONS.get(kind, message[:1].lower() + message[1:])


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count:,} items"


def _without_kinds(parts: Sequence[str | int], body: object) -> list[str | int]:
    """Where it stands in the body: pydantic names the kind of what has several like a field of its own."""
    shown: list[str | int] = []
    found = body
    for place, part in enumerate(parts):
        inside = found if isinstance(found, Mapping) else {}
        is_kind = part not in inside and part in inside.values() and place + 1 < len(parts)
        if is_kind:
            continue
        shown.append(part)
        if isinstance(found, Sequence) and isinstance(part, int) and part < len(found):
            found = found[part]
        else:
            found = inside.get(part)
    return shown


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
