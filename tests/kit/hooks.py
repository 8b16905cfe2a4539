"""Who takes webhooks in tests: a real HTTP server that remembers what came."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from msgspec import Struct, field
from standardwebhooks import Webhook, WebhookVerificationError

from shared.domain.events.event import EventType
from shared.domain.events.webhook_endpoint import WebhookEndpoint
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.webhooks.save_webhook_endpoint import create_webhook_endpoint


class Taken(Struct, frozen=True, kw_only=True):
    """One webhook as it came."""

    path: str
    headers: dict[str, str]
    body: str

    @property
    def id(self) -> str:
        """The webhook's."""
        return self.headers["webhook-id"]

    @property
    def type(self) -> str:
        """Of its events."""
        return str(json.loads(self.body)["type"])

    @property
    def items(self) -> list[dict[str, Any]]:
        """Its events."""
        found: list[dict[str, Any]] = json.loads(self.body)["data"]["items"]
        return found

    def check(self, secret: str) -> None:
        """Raise WebhookVerificationError unless it is signed with the secret, whenever that was."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        signature = Webhook(secret).sign(self.id, at, self.body)
        if signature not in self.headers["webhook-signature"].split(" "):
            raise WebhookVerificationError("signed with another secret")


class Hooks(Struct, kw_only=True):
    """What came, in order. `answer` says what is answered: a status, or what a function does."""

    port: int = 0
    taken: list[Taken] = field(default_factory=list)
    answer: Callable[[Taken], Awaitable[web.Response]] | int = 204

    def url(self, host: str = "localhost") -> str:
        """Where it takes them."""
        return f"http://{host}:{self.port}/hooks"

    def events(self, *types: str) -> list[tuple[str, str]]:
        """The events that came, by type and what they say; of these types, if some are named."""
        return [
            (one.type, item["what"])
            for one in self.taken
            for item in one.items
            if not types or one.type in types
        ]

    async def handle(self, request: web.Request) -> web.Response:
        """Take any request."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        taken = Taken(path=request.path, headers=headers, body=await request.text())
        self.taken.append(taken)
        if isinstance(self.answer, int):
            return web.Response(status=self.answer, text="thank you")
        return await self.answer(taken)


@asynccontextmanager
async def running_hooks() -> AsyncIterator[Hooks]:
    """A receiver on a free port of this machine."""
    hooks = Hooks()
    app = web.Application()
    app.router.add_post("/{path:.*}", hooks.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hooks.port = runner.addresses[0][1]
    try:
        yield hooks
    finally:
        await runner.cleanup()


def lets_local(runtime: Runtime) -> None:
    """Have webhooks go to this machine, as on the local stack."""
    runtime.settings = replace(runtime.settings, webhook_targets="local")


async def endpoint_at(
    runtime: Runtime, url: str, types: Iterable[EventType], item_id: str = "hooks", company_id: str = "acme"
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint that listens to these types, and its secret."""
    return await create_webhook_endpoint(runtime, company_id, item_id, url, types)
