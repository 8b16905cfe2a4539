"""What every error of the API is to its caller."""

from collections.abc import Sequence
from http import HTTPStatus

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
