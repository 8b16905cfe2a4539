"""A campaign over WhatsApp on the running stack: a format, a button, a free text, and STOP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio
from msgspec import Struct

from tests.kit.patience import PATIENCE_SECONDS
from tests.kit.stack.chats import CHAT_NUMBER, add_chat_sender
from tests.kit.stack.office import Office, campaign, settled

pytestmark = pytest.mark.asyncio(loop_scope="session")
ANA, BEN = "whatsapp:+12125550187", "whatsapp:+12125550188"
ROWS = ["Ana,(212) 555-0187,", "Ben,(212) 555-0188,"]
BUTTONS = {"1": "Yes, I come", "2": "Please cancel"}
OPTIONS = [
    {"words": ["1"], "disposition": "confirmed"},
    {"words": ["2"], "disposition": "canceled"},
]


class ChatOffice(Struct, frozen=True):
    """A company with a WhatsApp number, and a format that WhatsApp approved."""

    office: Office
    sender_id: str
    content_id: str

    async def fire(
        self, rows: list[str] = ROWS, changes: Mapping[str, Any] = MappingProxyType({}), **template: Any
    ) -> dict[str, Any]:
        """Fire a campaign for Ana and Ben with this template; its report when nothing is pending."""
        api = self.office.api
        made = await api.post("/templates", {"name": "Visit", "channel": "whatsapp", **template})
        step = {
            "channel": "whatsapp",
            "template_id": made["id"],
            "sender_id": self.sender_id,
            "address_field": "phone",
        }
        draft = await campaign(self.office, rows, **{"steps": [step], "reply_options": OPTIONS, **changes})
        await api.post(f"/campaigns/{draft['id']}/ready")
        fire = await api.post(f"/campaigns/{draft['id']}/fire")
        return await settled(self.office, fire["id"])

    async def fire_format(self) -> dict[str, Any]:
        """The same with the approved format."""
        return await self.fire(content_id=self.content_id, content_values={"1": "{{ name }}"})

    async def replies(self, count: int) -> list[dict[str, Any]]:
        """So many replies, the newest first."""

        async def look() -> list[dict[str, Any]]:
            return list((await self.office.api.get("/replies"))["items"])

        found: list[dict[str, Any]] = await _until(look, lambda items: len(items) == count)
        return found

    async def messages(self, fire_id: str, is_enough: Callable[[Any], bool]) -> dict[str, dict[str, Any]]:
        """The fire's messages by address, once that holds of all of them."""

        async def look() -> list[dict[str, Any]]:
            return list((await self.office.api.get("/messages", fire_id=fire_id))["items"])

        return {one["address"]: one for one in await _until(look, lambda items: all(map(is_enough, items)))}


async def _until(look: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> Any:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds(found := await look()):  # what is waited for happens in other processes
            await asyncio.sleep(0.1)
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def chat(office: Office) -> AsyncIterator[ChatOffice]:
    sender_id, content = await add_chat_sender(office, BUTTONS)
    yield ChatOffice(office, sender_id, content)


async def test_a_button_answers_and_opens_the_conversation_for_words_of_our_own(chat: ChatOffice) -> None:
    simulator = chat.office.simulator
    checked = await chat.office.api.get(f"/senders/{chat.sender_id}/check")
    assert checked["problem"] is None
    listed = await chat.office.api.get(f"/senders/{chat.sender_id}/contents")
    assert [(one["id"], one["approval"]) for one in listed["items"]] == [(chat.content_id, "approved")]

    asked = await chat.fire_format()
    assert asked["ledger"] | {"planned": 2, "sent": 2} == asked["ledger"]
    await simulator.look(BEN)
    await simulator.press(ANA, "2")
    [reply] = await chat.replies(1)
    assert (reply["meaning"], reply["disposition"], reply["choice"]) == ("answer", "canceled", "2")
    assert (reply["address"], reply["body"]) == (ANA.removeprefix("whatsapp:"), BUTTONS["2"])
    fire_id = asked["fire_id"]
    messages = await chat.messages(fire_id, lambda one: one["delivery"] in ("delivered", "read"))
    assert messages[ANA.removeprefix("whatsapp:")]["disposition"] == "canceled"

    told = await chat.fire(body="Thank you, {{ name }}.")
    assert told["ledger"] | {"planned": 2, "sent": 1, "skipped": 1} == told["ledger"]
    assert told["skipped"] == {"conversation_closed": 1}
    sent = [one for one in await simulator.messages(handset=ANA) if not one["incoming"]]
    assert [one["body"] for one in sent] == ["Hello Ana, will you come?", "Thank you, Ana."]


async def test_a_mail_invites_to_whatsapp_and_the_message_follows(chat: ChatOffice) -> None:
    api, simulator = chat.office.api, chat.office.simulator
    told = await api.post(
        "/templates", {"name": "Chat", "channel": "whatsapp", "body": "Hello {{ name }}, here we are."}
    )
    asked = await api.post(
        "/templates",
        {"name": "Invite", "channel": "email", "subject": "Chat with us", "body": "{{ invite_url }}"},
    )
    first = {
        "channel": "whatsapp",
        "template_id": told["id"],
        "sender_id": chat.sender_id,
        "address_field": "phone",
    }
    inviting = {
        "channel": "email",
        "template_id": asked["id"],
        "sender_id": chat.office.company.email_sender_id,
        "address_field": "email",
        "invites_to": 0,
    }
    draft = await campaign(chat.office, ["Dana,,dana@patients.example"], steps=[first, inviting])
    await api.post(f"/campaigns/{draft['id']}/ready")
    fire = await api.post(f"/campaigns/{draft['id']}/fire")

    async def sent_to(handset: str) -> list[dict[str, Any]]:
        return [one for one in await simulator.messages(handset=handset) if not one["incoming"]]

    async def invitations() -> list[dict[str, Any]]:
        await chat.office.stack.tick_now("dispatch_due_batches")  # it may wait for the other step's message
        return await sent_to("dana@patients.example")

    [mail] = await _until(invitations, bool)
    link = urlsplit(mail["body"].strip())
    assert f"{link.scheme}://{link.netloc}{link.path}" == f"https://wa.me/{CHAT_NUMBER.removeprefix('+')}"
    [words] = parse_qs(link.query)["text"]
    dana = "whatsapp:+12125550199"
    await simulator.reply(dana, words, sender=f"whatsapp:{CHAT_NUMBER}")
    [followed] = await _until(lambda: sent_to(dana), bool)
    assert followed["body"] == "Hello Dana, here we are."
    report = await settled(chat.office, fire["id"])
    assert report["ledger"] | {"planned": 2, "sent": 2, "pending": 0} == report["ledger"]


async def test_stop_on_whatsapp_ends_whatsapp_and_texts_go_on(chat: ChatOffice) -> None:
    simulator, api = chat.office.simulator, chat.office.api
    await chat.fire_format()
    await simulator.reply(ANA, "STOP", sender=f"whatsapp:{CHAT_NUMBER}")
    [reply] = await chat.replies(1)
    assert (reply["meaning"], reply["consent"]) == ("opt_out", "opt_out")
    [refusal] = (await api.get("/opt-outs"))["items"]
    assert (refusal["channel"], refusal["address"]) == ("whatsapp", ANA.removeprefix("whatsapp:"))
    again = await chat.fire_format()
    assert again["skipped"] == {"opted_out": 1}
    draft = await campaign(chat.office, ROWS)
    await api.post(f"/campaigns/{draft['id']}/ready")
    texted = await settled(chat.office, (await api.post(f"/campaigns/{draft['id']}/fire"))["id"])
    assert texted["ledger"] | {"planned": 2, "sent": 2} == texted["ledger"]


async def test_words_on_whatsapp_answer_wait_and_refuse(chat: ChatOffice) -> None:
    simulator, number = chat.office.simulator, f"whatsapp:{CHAT_NUMBER}"
    asked = await chat.fire_format()
    await simulator.reply(BEN, "2, sorry, I meant 1", sender=number)
    [corrected] = await chat.replies(1)
    assert (corrected["disposition"], corrected["contradicts_earlier"]) == ("confirmed", False)
    await simulator.reply(ANA, "yes but Thursday", sender=number)
    unsure, _ = await chat.replies(2)
    assert (unsure["meaning"], unsure["waits"]) == ("unclear", True)
    assert unsure["message_id"] in [one["id"] for one in await _sent_of(chat, asked["fire_id"])]
    await simulator.reply(ANA, "déjenme en paz", sender=number)
    refused, *_ = await chat.replies(3)
    assert (refused["meaning"], refused["consent"]) == ("opt_out", "opt_out")
    [refusal] = (await chat.office.api.get("/opt-outs"))["items"]
    assert (refusal["channel"], refusal["is_active"]) == ("whatsapp", True)


async def test_numbered_questions_are_answered_by_one_text_and_thanked_once(chat: ChatOffice) -> None:
    thanks = "Thank you."
    options = [
        {"words": ["yes"], "disposition": "confirmed", "acknowledgement": thanks},
        {"words": ["no"], "disposition": "canceled"},
    ]
    rows = ["Ana,(212) 555-0187,", "Ben,(212) 555-0187,"]
    lists = "{% for one in appointments %}{{ one.number }} {{ one.name }} {% endfor %}"
    asked = await chat.fire(
        rows,
        {"reply_options": options, "asks_together": True},
        content_id=chat.content_id,
        content_values={"1": lists},
    )
    assert asked["skipped"] == {"asked_together": 1}
    await chat.office.simulator.reply(ANA, "1 yes 2 no", sender=f"whatsapp:{CHAT_NUMBER}")
    [reply] = await chat.replies(1)
    assert sorted(one["disposition"] for one in reply["answers"]) == ["canceled", "confirmed"]

    async def told() -> list[str]:
        found = await chat.office.simulator.messages(handset=ANA)
        return [one["body"] for one in found if not one["incoming"]]

    question, *after = await _until(told, lambda bodies: len(bodies) == 2)
    assert ("1 Ana 2 Ben" in question, after) == (True, [thanks])


async def _sent_of(chat: ChatOffice, fire_id: str) -> list[dict[str, Any]]:
    return list((await chat.office.api.get("/messages", fire_id=fire_id))["items"])
