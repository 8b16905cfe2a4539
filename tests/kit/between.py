"""A server between us and Twilio that refuses what a test says, or changes what it answers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from msgspec import Struct, field

from tests.kit.clinic import Clinic
from tests.kit.providers_at import providers_at

HEADERS = ("Authorization", "Content-Type")


class Between(Struct, kw_only=True):
    """What was asked of the list of messages, and how that is answered."""

    asked: list[str] = field(default_factory=list)
    refuses: Callable[[web.Request], web.Response | None] = lambda request: None
    changes: Callable[[dict[str, Any]], None] = lambda message: None


@asynccontextmanager
async def between(clinic: Clinic) -> AsyncIterator[Between]:
    """From now on the clinic reaches Twilio through a server that the test controls."""
    found, twilio = Between(), clinic.runtime.settings.provider_base_urls["twilio"]
    async with aiohttp.ClientSession() as session:

        async def answer(request: web.Request) -> web.Response:
            if request.method == "GET" and request.path.endswith("/Messages.json"):
                found.asked.append(request.path_qs)
                refusal = found.refuses(request)
                if refusal is not None:
                    return refusal
            kept = {name: request.headers[name] for name in HEADERS if name in request.headers}
            body = await request.read()
            async with session.request(
                request.method, twilio + request.path_qs, data=body or None, headers=kept
            ) as response:
                content = await response.json()
                for message in content.get("messages", ()):
                    found.changes(message)
                return web.json_response(content, status=response.status)

        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        clinic.runtime.settings = providers_at(clinic.runtime.settings, twilio=f"http://127.0.0.1:{port}")
        try:
            yield found
        finally:
            await runner.cleanup()
