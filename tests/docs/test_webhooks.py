"""The guide's receiver takes what is sent, and nothing else."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from shared.domain.events.event import EventType
from shared.usecases.webhooks.live_secrets import new_secret
from shared.usecases.webhooks.send_test_event import send_test_event
from tests.kit.clinic import Clinic
from tests.kit.docs.markdown import document
from tests.kit.hooks import endpoint_at, lets_local, running_hooks

GUIDE = document("docs/guide/webhooks.md")


def _receiver() -> dict[str, Any]:
    """What the guide's receiver defines."""
    [block] = [block for block in GUIDE.blocks if block.language == "python"]
    found: dict[str, Any] = {}
    exec(block.text, found)  # noqa: S102 - it is our own document's
    return found


async def test_the_guides_receiver_answers_and_says_what_came(
    clinic: Clinic, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.runtime.now = lambda: datetime.now(UTC)  # the library compares with the time it is
    lets_local(clinic.runtime)
    with ThreadingHTTPServer(("127.0.0.1", 0), _receiver()["Receiver"]) as server:
        serving = asyncio.create_task(asyncio.to_thread(server.handle_request))
        url = f"http://localhost:{server.server_port}/"
        _, secret = await endpoint_at(clinic.runtime, url, [EventType.REPLY_RECEIVED])
        monkeypatch.setattr("sys.argv", ["receiver.py", secret])
        sent = await send_test_event(clinic.runtime, "acme", "hooks")
        await serving
    assert [one.status for one in sent.tries] == [204]
    assert "webhook.test" in capsys.readouterr().out


def test_a_signature_is_made_by_hand_as_the_guide_says() -> None:
    secret, body, at = new_secret(), '{"type":"reply.received"}', datetime(2026, 11, 30, tzinfo=UTC)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"w1.{int(at.timestamp())}.{body}".encode()
    by_hand = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert Webhook(secret).sign("w1", at, body) == f"v1,{by_hand}"


async def test_the_guides_receiver_takes_each_webhook_once(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    take: Callable[[str, dict[str, str], bytes, set[str]], int] = _receiver()["take"]
    clinic.runtime.now = lambda: datetime.now(UTC)  # the library compares with the time it is
    lets_local(clinic.runtime)
    async with running_hooks() as hooks:
        _, secret = await endpoint_at(clinic.runtime, hooks.url(), [EventType.REPLY_RECEIVED])
        await send_test_event(clinic.runtime, "acme", "hooks")
    [taken], seen = hooks.taken, set[str]()
    assert take(secret, taken.headers, taken.body.encode(), seen) == 204
    assert take(secret, taken.headers, taken.body.encode(), seen) == 204
    assert capsys.readouterr().out.splitlines() == [f"webhook.test {taken.items[0]['id']} test"]
    assert take(secret, taken.headers, taken.body.encode() + b" ", set()) == 401
    assert take("whsec_" + "A" * 43 + "=", taken.headers, taken.body.encode(), set()) == 401


def test_the_guide_names_every_type_and_shows_the_shape_of_a_webhook() -> None:
    assert {kind for kind in EventType if f"`{kind}`" in GUIDE.text} == set(EventType)
    [block] = [block for block in GUIDE.blocks if block.language == "json"]
    shown = json.loads(block.text)
    assert set(shown) == {"type", "timestamp", "data"}
    assert set(shown["data"]["items"][0]) == {"id", "at", "what", "contact_id", "contact"}
