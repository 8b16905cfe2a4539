"""The whole way on the stack: STOP on somebody's phone arrives signed at the company's own server."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web
from standardwebhooks import Webhook

from infra.local.waiting import wait_while_moving
from tests.kit.hooks import Hooks, Taken, running_hooks
from tests.kit.patience import PATIENCE_SECONDS
from tests.kit.stack.office import Office, campaign, settled

pytestmark = pytest.mark.asyncio(loop_scope="session")
ANA = "+12125550187"
MENDED: set[str] = set()
TYPES = ["opt_out.given", "reply.received", "message.delivery_changed"]


@pytest_asyncio.fixture(loop_scope="session")
async def hooks() -> AsyncIterator[Hooks]:
    async with running_hooks() as hooks:
        yield hooks


async def first(hooks: Hooks, kind: str) -> Taken:
    """The first webhook of this type, once it came."""
    [taken, *_] = await came(hooks, kind, 1)
    return taken


async def came(hooks: Hooks, kind: str, count: int) -> list[Taken]:
    """The webhooks of this type, once so many came."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = [one for one in hooks.taken if one.type == kind]
            if len(found) >= count:
                return found
            await asyncio.sleep(0.05)


async def fails_at_first(taken: Taken) -> web.Response:
    """What a stranger's receiver answers that is mended after its first webhook: a redirect, then thanks."""
    is_mended = taken.id in MENDED
    MENDED.add(taken.id)
    return web.Response(status=204) if is_mended else web.Response(status=302, headers={"Location": "/other"})


async def test_a_stop_on_a_phone_arrives_signed(office: Office, hooks: Hooks) -> None:
    endpoint = await office.api.post("/webhook-endpoints", {"url": hooks.url(), "event_types": TYPES})
    draft = await campaign(office, [f"Ana,{ANA},ana@example-clinic.com"])
    await office.api.post(f"/campaigns/{draft['id']}/ready")
    fire = await office.api.post(f"/campaigns/{draft['id']}/fire")
    await settled(office, fire["id"])
    await office.simulator.reply(ANA, "STOP")
    taken = await first(hooks, "opt_out.given")
    Webhook(endpoint["secret"]).verify(taken.body, taken.headers)  # as any receiver does
    [item] = taken.items
    shown = item["opt_out"]
    assert (item["what"], shown["address"], shown["is_active"]) == ("reply", ANA, True)
    assert (await first(hooks, "reply.received")).items[0]["reply"]["body"] == "STOP"
    await first(hooks, "message.delivery_changed")
    kept = await office.api.wait_for(f"/webhook-deliveries/{taken.id}", "state", "delivered")
    assert kept["tries"][0]["status"] == 204


async def test_what_failed_stands_in_the_log_and_is_sent_again_by_the_same_id(
    office: Office, hooks: Hooks
) -> None:
    hooks.answer = fails_at_first
    kinds = {"event_types": ["opt_out.given"]}
    endpoint = await office.api.post("/webhook-endpoints", {"url": hooks.url(), **kinds})
    await office.api.post("/opt-outs", {"channel": "sms", "address": ANA})
    failed = await first(hooks, "opt_out.given")
    seen = await wait_while_moving(
        "the try to be logged",
        lambda: office.api.get(f"/webhook-deliveries/{failed.id}"),
        lambda shown: bool(shown["tries"]),
    )
    assert (seen["state"], seen["tries"][0]["status"]) == ("waiting", 302)
    rotated = await office.api.post(f"/webhook-endpoints/{endpoint['id']}/rotate", {"overlap_hours": 24})
    assert rotated["secret"] != endpoint["secret"]
    await office.api.post(f"/webhook-deliveries/{failed.id}/resend")
    _, again = await came(hooks, "opt_out.given", 2)
    assert (again.id, again.items) == (failed.id, failed.items)
    Webhook(endpoint["secret"]).verify(again.body, again.headers)  # the former one signs for a day
    kept = await office.api.wait_for(f"/webhook-deliveries/{failed.id}", "state", "delivered")
    assert [one["status"] for one in kept["tries"]] == [302, 204]
    assert {one.path for one in hooks.taken} == {"/hooks"}  # where the redirect led, nobody went
