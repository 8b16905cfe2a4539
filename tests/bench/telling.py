"""A provider that accepts everything and tells what became of it: `python -m tests.bench.telling --port=…`.

`POST /telling` begins to post receipts, so many a second, about what was accepted: a text's in a post each,
mails' as SendGrid posts them. Each is due at its moment whatever the answers to others; `GET /telling` says
how long they took. `POST /replies` has one person answer.
"""

import argparse
import asyncio
import json
import time
from collections import Counter, deque
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from aiohttp import web
from msgspec import Struct, field
from twilio.request_validator import RequestValidator

from infra.local.simulator.callbacks import sign
from tests.bench.provider import AcceptingProvider

KINDS = {"sms": ("sent", "delivered"), "email": ("processed", "delivered")}
FORM = "application/x-www-form-urlencoded"
ANSWER_SECONDS = 60


class Order(Struct, kw_only=True):
    """What to post and where: as `POST /telling` has it. `events` are how many a post of mails holds."""

    channel: str
    per_second: float
    seconds: float
    events: int
    events_url: str
    account: str
    token: str
    signing_key: str


class Told(Struct, kw_only=True):
    """What was posted so far: how long each answer took, in seconds, and which statuses came."""

    receipts: int = 0
    is_done: bool = False
    first_seconds: float = 0.0  # of a post before all others, which may find a process that is just starting
    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    last: dict[str, str] = field(default_factory=dict)  # by message id


class TellingProvider(AcceptingProvider):
    """Accepts as its base does, and keeps of which messages it could tell."""

    def __init__(self, latency: float, behind: str) -> None:
        super().__init__(latency, behind)
        self._untold: deque[tuple[str, str, int]] = (
            deque()
        )  # where to, our message id, how many kinds were told
        self._told = Told()
        self._tasks: set[asyncio.Task[None]] = set()

    def app(self) -> web.Application:
        """All routes."""
        app = super().app()
        app.middlewares.append(_telling(self))
        return app

    async def start(self, request: web.Request) -> web.Response:
        """Begin to tell."""
        order = Order(**await request.json())
        self._told = Told()
        self._keep(asyncio.create_task(self._tell_all(order)))
        return web.Response(status=204)

    async def show(self) -> web.Response:
        """What was told."""
        told = self._told
        ordered = sorted(told.seconds) or [0.0]
        return web.json_response(
            {
                "is_done": told.is_done,
                "first": told.first_seconds,
                "receipts": told.receipts,
                "posts": len(told.seconds),
                "p50": ordered[len(ordered) // 2],
                "p99": ordered[len(ordered) * 99 // 100],
                "longest": ordered[-1],
                "statuses": told.statuses,
                "delivered": [item_id for item_id, kind in told.last.items() if kind == "delivered"],
                "left": len(self._untold),
            }
        )

    def note(self, where: str, message_id: str) -> None:
        """Of this message something can be told."""
        self._untold.append((where, message_id, 0))

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_all(self, order: Order) -> None:
        together = 1 if order.channel == "sms" else order.events
        posts = int(order.per_second * order.seconds / together)
        connector = aiohttp.TCPConnector(limit=0)
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        async with (
            aiohttp.ClientSession(connector=connector, timeout=timeout) as http,
            asyncio.TaskGroup() as all_posts,
        ):
            await self._tell(http, order, [self._untold.popleft()], time.monotonic())
            self._told.first_seconds = self._told.seconds.pop()
            begun = time.monotonic()
            for number in range(posts):
                due = begun + number * together / order.per_second
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                some = [self._untold.popleft() for _ in range(min(together, len(self._untold)))]
                if some:
                    all_posts.create_task(self._tell(http, order, some, due))
        self._told.is_done = True

    async def _tell(
        self, http: aiohttp.ClientSession, order: Order, some: list[tuple[str, str, int]], due: float
    ) -> None:
        kinds = KINDS[order.channel]
        for where, item_id, count in some:
            if count + 1 < len(kinds):
                self._untold.append((where, item_id, count + 1))
        if order.channel == "sms":
            [(url, _, count)] = some
            body, headers = _text_post(
                order, url, {"MessageSid": f"SM{uuid4().hex}", "MessageStatus": kinds[count]}
            )
        else:
            url = order.events_url
            body, headers = _mail_post(order, [(item_id, kinds[count]) for _, item_id, count in some])
        try:
            async with http.post(url, data=body, headers=headers) as answer:
                await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        told = self._told
        told.seconds.append(time.monotonic() - due)
        told.statuses[status] += 1
        told.receipts += len(some)
        if 200 <= status < 300:
            for _, item_id, count in some:
                told.last[item_id] = kinds[max(count, kinds.index(told.last.get(item_id, kinds[0])))]

    async def reply(self, request: web.Request) -> web.Response:
        """Have a person write; how the application answered."""
        found = await request.json()
        order = Order(**found["order"])
        fields = {
            "MessageSid": f"SM{uuid4().hex}",
            "From": found["from"],
            "To": found["to"],
            "Body": found["body"],
        }
        body, headers = _text_post(order, found["url"], fields)
        async with (
            aiohttp.ClientSession() as http,
            http.post(found["url"], data=body, headers=headers) as answer,
        ):
            return web.json_response({"status": answer.status})


def _telling(provider: TellingProvider) -> Any:
    @web.middleware
    async def middleware(request: web.Request, handler: Any) -> web.StreamResponse:
        match request.method, request.path:
            case "POST", "/telling":
                return await provider.start(request)
            case "GET", "/telling":
                return await provider.show()
            case "POST", "/replies":
                return await provider.reply(request)
        answer: web.StreamResponse = await handler(request)
        if request.method == "POST" and answer.status in (201, 202):
            await _note(provider, request)
        return answer

    return middleware


async def _note(provider: TellingProvider, request: web.Request) -> None:
    """Remember what an accepted request was about; its body was read already."""
    if request.path.endswith("/Messages.json"):
        url = str((await request.post()).get("StatusCallback", "")).partition("#")[0]
        provider.note(url, url.rpartition("message=")[2].partition("&")[0])
    elif request.path == "/v3/mail/send":
        for one in json.loads(await request.read())["personalizations"]:
            provider.note("", one["custom_args"]["rollcall_message_id"])


def _text_post(order: Order, url: str, fields: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    form = {"AccountSid": order.account, **fields}
    signature = RequestValidator(order.token).compute_signature(url, form)
    return urlencode(form).encode(), {"Content-Type": FORM, "X-Twilio-Signature": signature}


def _mail_post(order: Order, events: list[tuple[str, str]]) -> tuple[bytes, dict[str, str]]:
    now = str(int(time.time()))
    posted = [
        {
            "rollcall_message_id": item_id,
            "event": kind,
            "timestamp": int(now),
            "email": "p@example.com",
            "sg_message_id": uuid4().hex,
        }
        for item_id, kind in events
    ]
    body = json.dumps(posted).encode()
    signature = sign(order.signing_key, now.encode() + body)
    prefix = "X-Twilio-Email-Event-Webhook"
    return body, {
        "Content-Type": "application/json",
        f"{prefix}-Signature": signature,
        f"{prefix}-Timestamp": now,
    }


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--behind", default="")
    options = parser.parse_args()
    app = TellingProvider(options.latency, options.behind).app()
    web.run_app(app, host="127.0.0.1", port=options.port, access_log=None, print=lambda *_: None)


if __name__ == "__main__":
    main()
