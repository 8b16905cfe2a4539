"""The beeper's HTTP on this machine: takes pages, and tells what became of each."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from msgspec import Struct, field

from infra.local.ports import HOST
from tests.kit.pager.provider import SIGNATURE_HEADER, signature

LINE = "700700"
NOBODY = "0000"  # there is no such pager
OUT_OF_REACH = "9999"


class PagerSimulator(Struct, kw_only=True):
    """What was paged, by number, and what our webhook answered."""

    secret: str
    address: str = ""
    paged: list[tuple[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    telling: set[asyncio.Task[None]] = field(default_factory=set)

    def _knows(self, request: web.Request) -> bool:
        return request.headers.get("Authorization") == f"Bearer {self.secret}"

    async def line(self, request: web.Request) -> web.Response:
        """Whether there is such a line."""
        if not self._knows(request):
            return web.Response(status=401)
        return web.Response(status=200 if request.match_info["line"] == LINE else 404)

    async def page(self, request: web.Request) -> web.Response:
        """Take a page, and tell a moment later what became of it."""
        if not self._knows(request):
            return web.Response(status=401)
        page = await request.json()
        if page["to"] == NOBODY:
            return web.Response(status=400)
        self.paged.append((page["to"], page["text"]))
        page_id = f"page-{len(self.paged)}"
        event = "out of reach" if page["to"] == OUT_OF_REACH else "beeped"
        task = asyncio.create_task(self.tell(page["callback"], page_id, event))
        self.telling.add(task)
        task.add_done_callback(self.telling.discard)
        return web.json_response({"page": page_id}, status=202)

    async def tell(self, url: str, page_id: str, event: str, secret: str | None = None) -> None:
        """Post what became of a page, signed."""
        body = json.dumps({"page": page_id, "event": event}).encode()
        headers = {SIGNATURE_HEADER: signature(secret or self.secret, url, body)}
        async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=headers) as answer:
            self.answers.append(answer.status)


@asynccontextmanager
async def running_pager_simulator(secret: str) -> AsyncIterator[PagerSimulator]:
    """The simulator on a free port."""
    simulator = PagerSimulator(secret=secret)
    app = web.Application()
    app.router.add_get("/lines/{line}", simulator.line)
    app.router.add_post("/pages", simulator.page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    simulator.address = f"http://{HOST}:{runner.addresses[0][1]}"
    try:
        yield simulator
    finally:
        await asyncio.gather(*simulator.telling, return_exceptions=True)
        await runner.cleanup()
