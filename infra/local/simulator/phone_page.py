"""Serves the phone page: every handset and mailbox, what arrived, a box to reply in, and phones that ring."""

from pathlib import Path

from aiohttp import web

PAGE = Path(__file__).with_name("page")
FILES = {
    "/": ("phone.html", "text/html"),
    "/phone.js": ("phone.js", "text/javascript"),
    "/phone.css": ("phone.css", "text/css"),
    "/phone_call.js": ("phone_call.js", "text/javascript"),
    "/phone_call.css": ("phone_call.css", "text/css"),
}
HEADERS = {
    # Bodies of messages are strangers' text: nothing runs but our own file.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def routes() -> list[web.RouteDef]:
    """The page and its files; what it shows it gets from the control interface."""
    return [web.get(path, show_file) for path in FILES]


async def show_file(request: web.Request) -> web.StreamResponse:
    """One of the files, read anew, so that it can be worked on."""
    name, content_type = FILES[request.path]
    text = (PAGE / name).read_text(encoding="utf-8")
    return web.Response(text=text, content_type=content_type, headers=HEADERS)
