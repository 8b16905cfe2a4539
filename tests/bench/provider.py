"""A provider that accepts everything, in a process of its own: `python -m tests.bench.provider --port=…`.

It answers `POST …/Messages.json` as Twilio does and `POST /v3/mail/send` as SendGrid does, after `--latency`
seconds, head and body in one write, and counts what it accepted. `GET /accepted` says how much
that is and when the last came; `DELETE /accepted` begins anew. All else goes to the simulator at `--behind`.
"""

import argparse
import asyncio
import json
import time
from uuid import uuid4

import aiohttp
from aiohttp import web
from msgspec import Struct, field

KEPT_HEADERS = ("Authorization", "Content-Type")


class Accepted(Struct, kw_only=True):
    """Messages taken, and when the first and the last of them came, by the clock all processes share."""

    count: int = 0
    first_at: float | None = None
    last_at: float | None = None
    addresses: set[str] = field(default_factory=set)

    def add(self, addresses: list[str]) -> None:
        """Take messages for these addresses."""
        now = time.monotonic()
        self.first_at = self.first_at or now
        self.last_at = now
        self.count += len(addresses)
        self.addresses.update(addresses)


class AcceptingProvider:
    """The application; `latency` in seconds."""

    def __init__(self, latency: float, behind: str) -> None:
        self._latency = latency
        self._behind = behind
        self._accepted = Accepted()

    def app(self) -> web.Application:
        """All routes."""
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/accepted", self._show)
        app.router.add_delete("/accepted", self._begin_anew)
        app.router.add_post("/2010-04-01/Accounts/{sid}/Messages.json", self._take_text)
        app.router.add_post("/v3/mail/send", self._take_mails)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        return app

    async def _show(self, _: web.Request) -> web.Response:
        found = self._accepted
        return web.json_response(
            {
                "count": found.count,
                "different": len(found.addresses),
                "first_at": found.first_at,
                "last_at": found.last_at,
            }
        )

    async def _begin_anew(self, _: web.Request) -> web.Response:
        self._accepted = Accepted()
        return web.Response(status=204)

    async def _take_text(self, request: web.Request) -> web.Response:
        form = await request.post()
        await asyncio.sleep(self._latency)
        self._accepted.add([str(form["To"])])
        sid = f"SM{uuid4().hex}"
        body = {"sid": sid, "status": "queued", "to": form["To"], "body": form.get("Body", "")}
        return web.json_response(body, status=201)

    async def _take_mails(self, request: web.Request) -> web.Response:
        order = json.loads(await request.read())
        await asyncio.sleep(self._latency)
        self._accepted.add([to["email"] for one in order["personalizations"] for to in one["to"]])
        return web.Response(status=202, headers={"X-Message-Id": uuid4().hex})

    async def _pass_on(self, request: web.Request) -> web.Response:
        kept = {name: request.headers[name] for name in KEPT_HEADERS if name in request.headers}
        body = await request.read()
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                request.method, self._behind + request.path_qs, data=body or None, headers=kept
            ) as answer,
        ):
            content = await answer.read()
            return web.Response(status=answer.status, body=content, content_type=answer.content_type)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--behind", default="")
    options = parser.parse_args()
    provider = AcceptingProvider(options.latency, options.behind)
    web.run_app(provider.app(), host="127.0.0.1", port=options.port, access_log=None, print=lambda *_: None)


if __name__ == "__main__":
    main()
