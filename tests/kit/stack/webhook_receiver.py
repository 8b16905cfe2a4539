"""An application that takes webhooks and remembers them, as ours would be called."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from msgspec import Struct, field

from tests.kit.patience import PATIENCE_SECONDS


class Received(Struct, frozen=True, kw_only=True):
    """One request."""

    url: str
    body: str
    headers: dict[str, str]


class Receiver(Struct, kw_only=True):
    """What came, in order. The first `refusals` requests are answered with 503.

    `answers` are documents of XML by path, the next one for each request; other paths get an empty 204.
    """

    address: str = ""
    received: list[Received] = field(default_factory=list)
    refusals: int = 0
    answers: dict[str, list[str]] = field(default_factory=dict)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_for(self, is_enough: Callable[[list[Received]], bool]) -> list[Received]:
        """Wait until enough came."""
        async with asyncio.timeout(PATIENCE_SECONDS), self.changed:
            await self.changed.wait_for(lambda: is_enough(self.received))
            return list(self.received)

    async def handle(self, request: web.Request) -> web.Response:
        """Take any request."""
        body = await request.text()
        async with self.changed:
            if self.refusals:
                self.refusals -= 1
                return web.Response(status=503)
            url = f"{self.address}{request.path_qs}"
            self.received.append(Received(url=url, body=body, headers=dict(request.headers)))
            self.changed.notify_all()
            waiting = self.answers.get(request.path)
            document = waiting.pop(0) if waiting else None
        if document is not None:
            return web.Response(text=document, content_type="application/xml")
        return web.Response(status=204)


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield receiver
    finally:
        await runner.cleanup()
