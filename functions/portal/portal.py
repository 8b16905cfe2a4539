"""The portal's place: until it is built, a page that says where things are."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from functions.entry_point import entry_point
from functions.problems import NO_PATH, no_method, problem_response

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rollcall</title>
<body style="font: 16px/1.5 system-ui; max-width: 40rem; margin: 4rem auto; padding: 0 1rem">
<h1>Rollcall</h1>
<p>The portal is not built yet. Everything it will do is in the REST API: see <code>/v1/openapi.json</code>
at the address of the API.</p>
"""


@entry_point
async def portal(request: Request) -> Response:
    """Serve the page."""
    path = request.url.path
    if path != "/":
        return problem_response(NO_PATH, path)
    if request.method not in ("GET", "HEAD"):
        return problem_response(no_method("GET, HEAD"), path)
    return HTMLResponse(
        PAGE, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    )
