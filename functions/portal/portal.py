"""The portal's place: until it is built, a page that says where things are."""

import functions_framework.aio
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

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


@functions_framework.aio.http
async def portal(request: Request) -> Response:
    """Serve the page."""
    if request.method not in ("GET", "HEAD"):
        return Response("Method Not Allowed", status_code=405, headers={"Allow": "GET, HEAD"})
    return HTMLResponse(
        PAGE, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    )
