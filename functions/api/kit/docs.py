"""/v1/docs: the OpenAPI document as a page. It loads nothing from anywhere."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse

# The page is one's own to read: no script runs in it, and nothing is loaded.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
_PAGE = Path(__file__).with_name("docs.html")


@cache
def _template() -> Any:
    return Environment(autoescape=True).from_string(_PAGE.read_text())


async def docs(request: Request) -> HTMLResponse:
    """The page."""
    page = _template().render(document=request.app.openapi())
    return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})
