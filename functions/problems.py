"""Every refusal as an RFC 9457 problem document: what is wrong, where, and how to mend it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import JSONResponse

from shared.domain.errors import Problem, shown_problems

MEDIA_TYPE = "application/problem+json"


@dataclass(kw_only=True)
class Refusal(Exception):
    """An answer that refuses a request. `kind` names the problem's type; `problems` the wrong fields."""

    status: int
    kind: str
    title: str
    detail: str
    problems: Sequence[Problem] = ()
    headers: Mapping[str, str] | None = None


def invalid(*problems: Problem) -> Refusal:
    """The input is wrong in these places; of very many the first are named."""
    problems = shown_problems(problems)
    detail = "; ".join(f"{problem.field}: {problem.reason}" for problem in problems)
    return Refusal(
        status=422, kind="invalid-input", title="The input is wrong", detail=detail, problems=problems
    )


def problem_response(refusal: Refusal, path: str) -> JSONResponse:
    """The problem document. `instance` is the path that was asked for."""
    document: dict[str, object] = {
        "type": f"urn:rollcall:problem:{refusal.kind}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.detail,
        "instance": path,
    }
    if refusal.problems:
        document["errors"] = [{"field": item.field, "reason": item.reason} for item in refusal.problems]
    headers = dict(refusal.headers or {})
    return JSONResponse(document, refusal.status, headers=headers, media_type=MEDIA_TYPE)


FAULT = Refusal(
    status=500,
    kind="fault",
    title="Rollcall has a fault",
    detail="The request could not be done because of a fault on our side. It was logged.",
)
UNAVAILABLE = Refusal(
    status=503,
    kind="unavailable",
    title="Not now",
    detail="This could not be done at the moment. Send the request again.",
)
FORBIDDEN = Refusal(
    status=403, kind="forbidden", title="You may not do this", detail="Nothing that was sent allows it."
)
NO_PATH = Refusal(
    status=404, kind="not-found", title="Not Found", detail="There is no such path at this address."
)


def no_method(allowed: str) -> Refusal:
    """The path takes only the `allowed` methods, such as "GET, HEAD"."""
    return Refusal(
        status=405,
        kind="method-not-allowed",
        title="Method Not Allowed",
        detail=f"This path takes {allowed}.",
        headers={"Allow": allowed},
    )
