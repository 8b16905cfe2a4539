"""Every refusal and fault as a page: what is wrong, and how to go on."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from functions.portal.kit.visit import Visit
from functions.problems import FAULT, Refusal
from functions.refusals import refusal_of

NO_PAGE = Refusal(
    status=404,
    kind="not-found",
    title="There is no such page",
    detail="The address may be mistyped, or what was here is gone.",
)
# Without template, style or script, so that nothing can fail once more.
_PLAIN = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Rollcall</title><h1>{}</h1><p>{}</p>"
    "<p><a href=/>To the start</a></p>"
)


async def error_page(request: Request, error: Exception) -> Response:
    """The page about an error. Raises it again when it is our own fault."""
    refusal = refusal_of(error) or _of_http(error)
    if refusal is None:
        raise error
    visit = getattr(request.state, "visit", None) or Visit(runtime=request.app.state.runtime, request=request)
    response = visit.page("parts/error.html", code=refusal.status, refusal=refusal)
    response.headers.update(refusal.headers or {})
    return response


def fault_page(path: str) -> Response:
    """The page about a fault of ours."""
    return HTMLResponse(_PLAIN.format(FAULT.title, FAULT.detail), 500)


def _of_http(error: Exception) -> Refusal | None:
    status = getattr(error, "status_code", None)
    if status == 404:
        return NO_PAGE
    if status == 405:
        return Refusal(
            status=405,
            kind="method-not-allowed",
            title="This page is for another use",
            detail="Go back and use the page's own buttons.",
            headers=getattr(error, "headers", None),  # Allow: RFC 9110, 15.5.6
        )
    return None
