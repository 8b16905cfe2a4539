"""A browser without scripts: cookies, forms with their hidden fields, and where they lead."""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from functions.portal.kit.app import build_portal, part_of
from shared.runtime import Runtime

ADDRESS = "https://portal.test"
HEADERS = {"Origin": ADDRESS, "Sec-Fetch-Site": "same-origin"}
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


def whole_portal(runtime: Runtime) -> ASGIApp:
    """All parts of the portal in one application, as its function answers."""
    parts: dict[str | None, ASGIApp] = {}

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        part = part_of(scope["path"])
        if part not in parts:
            parts[part] = build_portal(runtime, part)
        await parts[part](scope, receive, send)

    return app


class Visitor:
    """Somebody with a browser. `page` is the last answer."""

    def __init__(self, runtime: Runtime, address: str = "203.0.113.7") -> None:
        transport = httpx.ASGITransport(app=whole_portal(runtime), client=(address, 1))
        self.http = httpx.AsyncClient(transport=transport, base_url=ADDRESS)
        self.page: httpx.Response

    async def get(self, path: str, **headers: str) -> httpx.Response:
        """Open a page."""
        self.page = await self.http.get(path, headers=headers)
        return self.page

    async def post(
        self,
        path: str,
        fields: dict[str, Any] | None = None,
        *,
        seen: str | None = None,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        """Send a form as the page `seen` has it, or the last page: with that page's token."""
        if seen is not None:
            await self.get(seen)
        found = _TOKEN.search(self.page.text)
        data = {"csrf": unescape(found[1]) if found else "", **(fields or {})}
        self.page = await self.http.post(
            path, data=data, headers=HEADERS if headers is None else headers, **options
        )
        return self.page

    async def sign_in(self, email: str, password: str, wanted: str = "/") -> httpx.Response:
        """Sign in on the page for it."""
        fields = {"email": email, "password": password, "next": wanted}
        return await self.post("/sign-in", fields, seen="/sign-in")

    @property
    def says(self) -> str:
        """The last page as text."""
        return text_of(self.page.text)

    async def close(self) -> None:
        """Close the browser."""
        await self.http.aclose()


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(html: str) -> str:
    """What a page says, in one line."""
    parser = _Text()
    parser.feed(html)
    return " ".join(" ".join(parser.parts).split())
