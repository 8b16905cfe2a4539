"""Campaigns over Instagram and Messenger on the running stack: buttons, the 24 hours, an invitation."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from msgspec import Struct

from shared.domain.senders.sender import Sender
from shared.usecases.senders.save_sender import save_sender
from tests.kit.builders import a_page_sender, an_instagram_sender
from tests.kit.patience import PATIENCE_SECONDS
from tests.kit.stack.office import Office, campaign, settled, stack_runtime

pytestmark = pytest.mark.asyncio(loop_scope="session")
SENDERS = (a_page_sender(), an_instagram_sender())
ANA, BEN = "5551234567890187", "5551234567890188"
OPTIONS = [
    {"words": ["confirm", "1"], "disposition": "confirmed"},
    {"words": ["not coming", "2"], "disposition": "canceled"},
]


async def until(look: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds(found := await look()):  # what is waited for happens in other processes
            await asyncio.sleep(0.1)
    return found


class MetaOffice(Struct, frozen=True):
    """A company with a page and an Instagram account."""

    office: Office

    async def draft(self, sender: Sender, rows: list[str], *further: dict[str, Any]) -> dict[str, Any]:
        """A draft over the sender's channel, to the ids in the rows' last column, with further steps."""
        api, name = self.office.api, str(sender.channel)
        made = await api.post("/templates", {"name": "Visit", "channel": name, "body": "Hello {{ name }}"})
        step = {
            "channel": name,
            "template_id": made["id"],
            "sender_id": sender.id,
            "address_field": "email",
        }
        return await campaign(self.office, rows, steps=[step, *further], reply_options=OPTIONS)

    async def fire(self, draft: dict[str, Any]) -> dict[str, Any]:
        """Mark it ready, and fire it."""
        await self.office.api.post(f"/campaigns/{draft['id']}/ready")
        return await self.office.api.post(f"/campaigns/{draft['id']}/fire")

    async def messages(self, fire_id: str, holds: Callable[[Any], bool]) -> dict[str, dict[str, Any]]:
        """The fire's messages by address, once all of them are so."""

        async def look() -> list[dict[str, Any]]:
            return list((await self.office.api.get("/messages", fire_id=fire_id))["items"])

        found = await until(look, lambda items: bool(items) and all(map(holds, items)))
        return {one["address"]: one for one in found}

    async def replies(self, count: int) -> list[dict[str, Any]]:
        """So many replies, the newest first."""

        async def look() -> list[dict[str, Any]]:
            return list((await self.office.api.get("/replies"))["items"])

        return list(await until(look, lambda items: len(items) == count))


@pytest_asyncio.fixture(loop_scope="session")
async def meta(office: Office) -> AsyncIterator[MetaOffice]:
    public, company = office.stack.settings_env["ROLLCALL_PUBLIC_URL"], office.company.company_id
    for sender in SENDERS:
        url = f"{public}/messages/meta?company={company}&sender={sender.id}"
        address = f"{sender.channel}:{sender.address}"
        account = await office.simulator.add_meta_account(address, webhook_url=url, name=sender.link_name)
        async with stack_runtime(office.stack) as runtime:
            await save_sender(runtime, company, sender, account.fields)
        assert await office.simulator.subscribe(address)
        assert not await office.simulator.subscribe(address, verify_token="another")
    yield MetaOffice(office)


@pytest.mark.parametrize("sender", SENDERS, ids=lambda sender: str(sender.channel))
async def test_a_button_moves_the_appointment_and_who_has_not_written_is_skipped(
    meta: MetaOffice, sender: Sender
) -> None:
    simulator, channel = meta.office.simulator, str(sender.channel)
    before = len((await meta.office.api.get("/replies"))["items"])
    checked = await meta.office.api.get(f"/senders/{sender.id}/check")
    assert checked["problem"] is None
    await simulator.reply(f"{channel}:{ANA}", "Hello", sender=f"{channel}:{sender.address}")
    await meta.replies(before + 1)
    fire = await meta.fire(await meta.draft(sender, [f"Ana,,{ANA}", f"Ben,,{BEN}"]))
    report = await settled(meta.office, fire["id"])
    assert report["ledger"] | {"planned": 2, "sent": 1, "skipped": 1} == report["ledger"]
    assert report["skipped"] == {"conversation_closed": 1}

    [sent] = [one for one in await simulator.messages(handset=f"{channel}:{ANA}") if not one["incoming"]]
    assert [one["title"] for one in sent["buttons"]] == ["Confirm", "Not coming"]
    await simulator.press(f"{channel}:{ANA}", sent["buttons"][1]["id"])
    await simulator.look(f"{channel}:{ANA}")
    found = await meta.messages(fire["id"], lambda one: one["state"] == "skipped" or bool(one["disposition"]))
    assert found[ANA]["disposition"] == "canceled"
    [reply, *_] = await meta.replies(before + 2)
    assert (reply["meaning"], reply["choice"], reply["body"]) == ("answer", "not coming", "Not coming")

    async def delivery() -> Any:
        return (await meta.messages(fire["id"], lambda one: True))[ANA]["delivery"]

    assert await until(delivery, lambda told: told == "read") == "read"


@pytest.mark.parametrize(
    ("sender", "opens"),
    [(SENDERS[0], f"https://m.me/{SENDERS[0].address}"), (SENDERS[1], "https://ig.me/m/example.clinic")],
    ids=["messenger", "instagram"],
)
async def test_a_text_invites_to_a_chat_and_the_message_follows(
    meta: MetaOffice, sender: Sender, opens: str
) -> None:
    api, simulator, channel = meta.office.api, meta.office.simulator, str(sender.channel)
    body = "Hello {{ name }}, confirm here: {{ invite_url }}"
    text = await api.post("/templates", {"name": "Invite", "channel": "sms", "body": body})
    inviting = {
        "channel": "sms",
        "template_id": text["id"],
        "sender_id": meta.office.company.sms_sender_id,
        "address_field": "phone",
        "invites_to": 0,
    }
    fire = await meta.fire(await meta.draft(sender, ["Cleo,(212) 555-0190,"], inviting))

    async def texts() -> list[dict[str, Any]]:
        return [one for one in await simulator.messages(handset="+12125550190") if not one["incoming"]]

    [invitation] = await until(texts, bool)
    link, _, reference = invitation["body"].rpartition("?ref=")
    assert link.endswith(opens)
    cleo = f"{channel}:5551234567890190"
    await simulator.reply(cleo, "", sender=f"{channel}:{sender.address}", reference=reference)

    async def chat() -> list[dict[str, Any]]:
        return [one for one in await simulator.messages(handset=cleo) if not one["incoming"]]

    [followed] = await until(chat, bool)
    assert followed["body"] == "Hello Cleo"
    report = await settled(meta.office, fire["id"])
    assert report["ledger"] | {"planned": 2, "sent": 2, "pending": 0} == report["ledger"]
