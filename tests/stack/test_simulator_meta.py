"""The simulator speaks Meta's API: what it takes, what it posts, signed, and how its address is confirmed."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec import Struct, field

from infra.local.simulator.client import MetaAccount, SimulatorClient
from shared.domain.campaigns.reply_option import Choice
from shared.domain.messages.sending import Outcome, OutgoingMessage, SendResult
from shared.providers.kit import http
from shared.providers.meta.credentials import MetaCredentials
from shared.providers.meta.platform import MESSENGER_PLATFORM
from shared.providers.meta.sender import MetaSender
from tests.kit.patience import PATIENCE_SECONDS

PAGE, PERSON = "1112223334445556", "5551234567890187"
ADDRESS, HANDSET = f"messenger:{PAGE}", f"messenger:{PERSON}"
YES = Choice(id="1", title="Yes")


class Application(Struct):
    """What stands in for ours: it keeps what is posted, and repeats challenges."""

    url: str = ""
    posts: list[tuple[str, bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Keep a post, with its signature."""
        if request.method == "POST":
            self.posts.append((request.headers["X-Hub-Signature-256"], await request.read()))
        return web.Response(text=request.query.get("hub.challenge", ""))

    async def events(self, count: int) -> list[dict[str, Any]]:
        """So many events, once they have come."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(self.posts) < count:
                await asyncio.sleep(0.02)
        return [json.loads(body)["entry"][0]["messaging"][0] for _, body in self.posts]


@pytest_asyncio.fixture
async def application() -> AsyncIterator[Application]:
    """It listens on a free port."""
    made, app = Application(), web.Application()
    app.router.add_route("*", "/{path:.*}", made.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/messages/meta?company=c&sender=pages"
    yield made
    await http.aclose()
    await runner.cleanup()


async def send(account: MetaAccount, simulator: SimulatorClient, **changes: Any) -> SendResult:
    names = ("access_token", "app_secret", "verify_token")
    credentials = MetaCredentials(**{name: account.fields[name] for name in names})
    facts = {"message_id": "m1", "from_address": PAGE, "to_address": PERSON, "body": "Hi", "choices": (YES,)}
    sender = MetaSender(credentials, MESSENGER_PLATFORM, simulator.address, 5.0)
    return (await sender.send([OutgoingMessage(**facts | changes)]))["m1"]


async def test_a_conversation_is_told_event_by_event(
    simulator: SimulatorClient, application: Application
) -> None:
    account = await simulator.add_meta_account(ADDRESS, webhook_url=application.url)
    assert await simulator.subscribe(ADDRESS)
    await simulator.reply(HANDSET, "Hello", sender=ADDRESS)
    await application.events(1)
    assert (await send(account, simulator)).outcome is Outcome.ACCEPTED
    await application.events(3)
    [sent] = [one for one in await simulator.messages(handset=HANDSET) if not one["incoming"]]
    await simulator.press(HANDSET, sent["buttons"][0]["id"])
    await application.events(4)
    await simulator.look(HANDSET)
    await application.events(5)
    await simulator.reply(HANDSET, "", sender=ADDRESS, reference="ABCD")
    hello, echo, delivered, pressed, read, came = await application.events(6)
    assert (hello["sender"]["id"], hello["message"]["text"]) == (PERSON, "Hello")
    assert (echo["message"]["is_echo"], echo["message"]["metadata"]) == (True, "rollcall:m1")
    assert delivered["delivery"]["mids"] == [sent["provider_id"]]
    assert pressed["message"]["quick_reply"] == {"payload": "rollcall:m1:1"}
    assert read["read"]["watermark"] >= delivered["delivery"]["watermark"]
    assert came["referral"]["ref"] == "ABCD"
    for signature, body in application.posts:
        expected = hmac.new(account.app_secret.encode(), body, hashlib.sha256).hexdigest()
        assert signature == f"sha256={expected}"


@pytest.mark.parametrize(
    ("changes", "outcome", "code"),
    [
        ({"to_address": "5551234567890188"}, Outcome.REJECTED, "10/2018278"),  # has not written
        ({"to_address": "nobody"}, Outcome.REJECTED, "100/2018001"),
        ({"body": "x" * 2001}, Outcome.REJECTED, "100/2018109"),
        ({"from_address": "999"}, Outcome.REJECTED, "100/33"),
    ],
)
async def test_what_meta_refuses_is_refused(
    simulator: SimulatorClient, changes: dict[str, str], outcome: Outcome, code: str
) -> None:
    account = await simulator.add_meta_account(ADDRESS)
    await simulator.reply(HANDSET, "Hello", sender=ADDRESS)
    result = await send(account, simulator, **changes)
    assert (result.outcome, result.code) == (outcome, code)
    await http.aclose()


async def test_a_token_without_its_apps_secret_opens_nothing(simulator: SimulatorClient) -> None:
    account = await simulator.add_meta_account(ADDRESS)
    stolen = MetaAccount(
        address=ADDRESS, token=account.token, app_secret="b" * 32, app_id="1", verify_token="v"
    )
    assert (await send(stolen, simulator)).outcome is Outcome.REJECTED
    forged = MetaAccount(address=ADDRESS, token="x", app_secret="b" * 32, app_id="1", verify_token="v")
    assert (await send(forged, simulator)).outcome is Outcome.SENDER_BROKEN
    await http.aclose()
