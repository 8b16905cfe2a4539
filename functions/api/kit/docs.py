"""/v1/docs: the OpenAPI document as a page, shown by a renderer that this process serves itself.

It is Swagger UI 5.35.0 (Apache-2.0), as published in the package swagger-ui-dist: see
docs/decisions/structure.md for why this one. The page loads nothing from another host, and no script stands
in it: its policy would not let one run.
"""

import gzip
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # the renderer sets styles of single elements
        "img-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    )
)
_FOLDER = Path(__file__).parents[1] / "reference"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
# What may be asked for: nothing else of the folder, and no other path.
FILES = ("swagger-ui-bundle.js", "swagger-ui.css", "page.js", "page.css")


async def docs(request: Request) -> Response:
    """The page."""
    return _file("index.html", request)


async def docs_file(request: Request) -> Response:
    """A part of the page, which the path names: one of FILES."""
    return _file(request.url.path.rpartition("/")[2], request)


def _file(name: str, request: Request) -> Response:
    headers = {"Content-Security-Policy": _POLICY, "Vary": "Accept-Encoding"}
    content = _packed(name) if "gzip" in request.headers.get("accept-encoding", "") else _content(name)
    if content is not _content(name):
        headers["Content-Encoding"] = "gzip"
    media_type = f"{_TYPES[Path(name).suffix]}; charset=utf-8"
    return Response(content, headers=headers, media_type=media_type)


@cache
def _content(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()


@cache
def _packed(name: str) -> bytes:
    return gzip.compress(_content(name))
