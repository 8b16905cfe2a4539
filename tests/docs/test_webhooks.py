"""The guide's receiver takes what is sent, and nothing else."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.domain.events.event import EventType
from shared.usecases.webhooks.send_test_event import send_test_event
from tests.kit.clinic import Clinic
from tests.kit.docs.markdown import document
from tests.kit.hooks import endpoint_at, lets_local, running_hooks

GUIDE = document("docs/guide/webhooks.md")


def _take() -> Callable[[str, dict[str, str], bytes, set[str]], int]:
    [block] = [block for block in GUIDE.blocks if block.language == "python"]
    found: dict[str, Any] = {}
    exec(block.text, found)  # noqa: S102 - it is our own document's
    take: Callable[[str, dict[str, str], bytes, set[str]], int] = found["take"]
    return take


async def test_the_guides_receiver_takes_each_webhook_once(
    clinic: Clinic, capsys: pytest.CaptureFixture[str]
) -> None:
    take = _take()
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
