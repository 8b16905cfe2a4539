"""The whole way on the stack: STOP on somebody's phone arrives signed at the company's own server."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from standardwebhooks import Webhook

from tests.kit.hooks import Hooks, Taken, running_hooks
from tests.kit.patience import PATIENCE_SECONDS
from tests.kit.stack.office import Office, campaign, settled

pytestmark = pytest.mark.asyncio(loop_scope="session")
ANA = "+12125550187"
TYPES = ["opt_out.given", "reply.received", "message.delivery_changed"]


@pytest_asyncio.fixture(loop_scope="session")
async def hooks() -> AsyncIterator[Hooks]:
    async with running_hooks() as hooks:
        yield hooks


async def first(hooks: Hooks, kind: str) -> Taken:
    """The first webhook of this type, once it came."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            for taken in hooks.taken:
                if taken.type == kind:
                    return taken
            await asyncio.sleep(0.05)


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
