"""The portal's own files: style, scripts and pictures, under names that change with their content."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parents[1] / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FOR_EVER = "public, max-age=31536000, immutable"


class StaticFile(Struct, frozen=True):
    """One file, as it is sent."""

    name: str
    content_type: str
    content: bytes
    packed: bytes


@cache
def static_files() -> dict[str, StaticFile]:
    """Every file by the name under which pages ask for it."""
    found = {}
    for path in sorted(FOLDER.rglob("*")):
        if path.suffix in TYPES:
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:10]
            name = f"{path.stem}.{digest}{path.suffix}"
            packed = gzip.compress(content, mtime=0)
            found[name] = StaticFile(path.name, TYPES[path.suffix], content, packed)
    return found


@cache
def static_path(name: str) -> str:
    """Where a page asks for the file called `name`. Raises KeyError when there is none."""
    paths = {file.name: f"/static/{hashed}" for hashed, file in static_files().items()}
    return paths[name]


async def serve_static(request: Request) -> Response:
    """A file, to be kept for ever: another content has another name."""
    file = static_files().get(request.path_params["name"])
    if file is None:
        return Response("There is no such file.", 404, media_type="text/plain")
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(file.packed, headers=headers, media_type=file.content_type)
    return Response(file.content, headers=headers, media_type=file.content_type)
