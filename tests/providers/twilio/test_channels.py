"""WhatsApp and Messenger over Twilio's official client: what is asked, and what answers and webhooks mean."""

import json
from asyncio import StreamWriter
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.messages.sending import Lesson, OutgoingMessage
from shared.domain.senders.sender import Provider
from shared.domain.templates.provider_content import Approval, ContentButton, FilledContent
from shared.providers import registry
from shared.providers.kit.asking import ProviderUnavailable
from shared.providers.twilio import codes, webhook
from shared.providers.twilio.contents import TwilioContents
from shared.providers.twilio.credentials import TwilioCredentials
from shared.settings import Settings
from tests.kit.builders import a_chat_sender
from tests.kit.providers.misbehaving_server import TIMEOUT_SECONDS, Behaviour, Request, answer, serve

CREDENTIALS = TwilioCredentials(account_sid="AC" + "0" * 32, auth_token="secret")
PAYLOADS = Path(__file__).parent / "payloads"
CREATED = (PAYLOADS / "created.json").read_text()
CONTENT = "HX" + "1a" * 16
# As https://www.twilio.com/docs/content/content-api-resources shows them.
QUICK_REPLY = {
    "sid": CONTENT,
    "account_sid": CREDENTIALS.account_sid,
    "friendly_name": "owl_air_qr",
    "language": "en",
    "variables": {"1": "Owl Air Customer"},
    "types": {
        "twilio/text": {"body": "Hi, {{1}}."},
        "twilio/quick-reply": {
            "body": "Hi, {{1}}. To which topic?",
            "actions": [{"title": "Flight {{2}}", "id": "flightid1"}, {"title": "Gate", "id": "gateid1"}],
        },
    },
    "date_created": "2022-08-29T10:43:20Z",
    "date_updated": "2022-08-29T10:43:20Z",
}
APPROVAL = {
    "name": "owl_air_qr",
    "category": "UTILITY",
    "content_type": "twilio/quick-reply",
    "status": "rejected",
    "rejection_reason": "TAG_CONTENT_MISMATCH",
    "allow_category_change": True,
}


def settings(url: str) -> Settings:
    return Settings(
        project_id="p",
        upload_bucket="b",
        public_url="u",
        signing_key="k",
        secrets="s",
        provider_base_urls={"twilio": url},
        provider_timeout_seconds=TIMEOUT_SECONDS,
    )


def in_turn(*answers: Mapping[str, object]) -> Behaviour:
    """One answer after the other."""
    waiting = iter(answers)

    async def behave(writer: StreamWriter, request: Request) -> None:
        await answer(200, json.dumps(next(waiting)))(writer, request)

    return behave


def message(**changes: object) -> OutgoingMessage:
    fields = {"message_id": "m1", "from_address": "+14155238886", "to_address": "+12125550187", "body": "Hi"}
    return OutgoingMessage(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("channel", "from_address", "to_address", "said"),
    [
        ("sms", "+14155238886", "+12125550187", ("+14155238886", "+12125550187")),
        ("whatsapp", "+14155238886", "+12125550187", ("whatsapp:+14155238886", "whatsapp:+12125550187")),
        ("messenger", "107771325640937", "5551234567890123",
         ("messenger:107771325640937", "messenger:5551234567890123")),
    ],
)  # fmt: skip
async def test_addresses_have_the_channels_name_before_them(
    channel: str, from_address: str, to_address: str, said: tuple[str, str]
) -> None:
    sender = a_chat_sender(channel=Channel(channel), provider=Provider("twilio"))
    async with serve(answer(201, CREATED)) as seen:
        adapter = registry.open_sender(sender, CREDENTIALS, settings(seen.url))
        await adapter.send([message(from_address=from_address, to_address=to_address)])
    form = dict(parse_qsl(seen.requests[0].body.decode()))
    assert (form["From"], form["To"], form["Body"]) == (*said, "Hi")


async def test_a_format_goes_out_with_its_values_and_without_a_text() -> None:
    content = FilledContent(content_id=CONTENT, values={"1": "Ana", "2": "AA 7 ✓"})
    async with serve(answer(201, CREATED)) as seen:
        adapter = registry.open_sender(a_chat_sender(), CREDENTIALS, settings(seen.url))
        await adapter.send([message(content=content)])
    form = dict(parse_qsl(seen.requests[0].body.decode()))
    assert "Body" not in form
    assert form["ContentSid"] == CONTENT
    assert json.loads(form["ContentVariables"]) == {"1": "Ana", "2": "AA 7 ✓"}


async def test_history_is_asked_for_the_channels_addresses() -> None:
    page = json.dumps({"messages": [], "next_page_uri": None})
    async with serve(answer(200, page)) as seen:
        history = registry.open_history(a_chat_sender(), CREDENTIALS, settings(seen.url))
        assert history is not None
        await history.page("+14155238886", to_address="+12125550187")
    asked = parse_qs(urlsplit(seen.requests[0].head.split()[1]).query)
    assert (asked["From"], asked["To"]) == (["whatsapp:+14155238886"], ["whatsapp:+12125550187"])


async def test_a_content_is_its_richest_kind_with_what_whatsapp_says() -> None:
    told = {"sid": CONTENT, "account_sid": CREDENTIALS.account_sid, "whatsapp": APPROVAL, "url": "https://x"}
    async with serve(in_turn(QUICK_REPLY, told)) as seen:
        content = await TwilioContents(CREDENTIALS, seen.url, TIMEOUT_SECONDS).find(CONTENT)
    assert [one.head.split()[1] for one in seen.requests] == [
        f"/v1/Content/{CONTENT}",
        f"/v1/Content/{CONTENT}/ApprovalRequests",
    ]
    assert content is not None
    assert (content.kind, content.body) == ("twilio/quick-reply", "Hi, {{1}}. To which topic?")
    assert content.buttons[0] == ContentButton(id="flightid1", title="Flight {{2}}")
    assert (content.places, content.samples) == (("1", "2"), {"1": "Owl Air Customer"})
    assert (content.approval, content.reason) == (Approval.REJECTED, "TAG_CONTENT_MISMATCH")


async def test_a_list_has_the_approval_itself_and_its_cursor_leads_to_the_same_host() -> None:
    first = {
        "contents": [{**QUICK_REPLY, "approval_requests": {**APPROVAL, "status": "approved"}}],
        "meta": {
            "key": "contents",
            "next_page_url": "https://content.twilio.com/v1/ContentAndApprovals?PageSize=1&Page=1&PageToken=DN1",
        },
    }
    last = {"contents": [], "meta": {"key": "contents", "next_page_url": None}}
    async with serve(in_turn(first, last)) as seen:
        contents = TwilioContents(CREDENTIALS, seen.url, TIMEOUT_SECONDS)
        page = await contents.page(1)
        assert [one.approval for one in page.items] == [Approval.APPROVED]
        assert page.next_after == "/v1/ContentAndApprovals?PageSize=1&Page=1&PageToken=DN1"
        assert await contents.page(1, page.next_after) == type(page)(items=(), next_after=None)
    assert [one.head.split()[1] for one in seen.requests] == [
        "/v1/ContentAndApprovals?PageSize=1",
        "/v1/ContentAndApprovals?PageSize=1&Page=1&PageToken=DN1",
    ]


@pytest.mark.parametrize("body", ["[]", '{"types": 5}'])
async def test_an_answer_of_another_form_is_none(body: str) -> None:
    async with serve(answer(200, body)) as seen:
        with pytest.raises(ProviderUnavailable):
            await TwilioContents(CREDENTIALS, seen.url, TIMEOUT_SECONDS).find(CONTENT)


def senders(*found: Mapping[str, object]) -> Mapping[str, object]:
    return {"senders": list(found), "meta": {"key": "senders", "next_page_url": None}}


ACCOUNT = {"sid": CREDENTIALS.account_sid, "status": "active"}
ONLINE = {"sid": "XE1", "sender_id": "whatsapp:+12125550100", "status": "ONLINE"}
OFFLINE = {**ONLINE, "status": "OFFLINE", "offline_reasons": [{"code": "63020", "message": "Not verified"}]}


@pytest.mark.parametrize(
    ("listed", "problem"),
    [
        (senders({**ONLINE, "sender_id": "whatsapp:+12125550101"}, ONLINE), None),
        (senders(), "The number +12125550100 is not registered with WhatsApp in the Twilio account."),
        (
            senders(OFFLINE),
            "The number +12125550100 is OFFLINE at WhatsApp, and cannot send: Not verified",
        ),
    ],
)
async def test_a_number_must_be_registered_with_whatsapp(
    listed: Mapping[str, object], problem: str | None
) -> None:
    async with serve(in_turn(ACCOUNT, listed)) as seen:
        account = registry.open_account(a_chat_sender(), CREDENTIALS, settings(seen.url))
        assert await account.problem(a_chat_sender()) == problem
    assert seen.requests[1].head.split()[1].startswith("/v2/Channels/Senders?Channel=whatsapp")


def test_a_button_that_was_pressed_is_a_choice() -> None:
    pairs = json.loads((PAYLOADS / "incoming_button.json").read_text())
    incoming = webhook.parse_incoming([(name, value) for name, value in pairs])
    assert (incoming.from_address, incoming.to_address) == ("whatsapp:+12125550187", "whatsapp:+14155238886")
    assert (incoming.choice, incoming.body) == ("confirm", "Yes, I come")
    assert incoming.replies_to == "MM5cc44eecf7dab0d48d4529d0fa4af44d"


@pytest.mark.parametrize(
    ("code", "words", "lesson"),
    [
        ("63016", "Outside the 24 hour window only an approved template may be sent.", None),
        ("63003", "The recipient is not on this channel.", Lesson.MAYBE_GONE),
        ("63024", "The recipient cannot be reached on this channel.", Lesson.MAYBE_GONE),
        ("63033", "The recipient has blocked this sender.", Lesson.REFUSED),
        ("63050", "The person has stopped marketing messages of this sender.", Lesson.REFUSED),
    ],
)
def test_an_error_of_the_channel_is_said_and_teaches(code: str, words: str, lesson: Lesson | None) -> None:
    form = [("MessageSid", "SM1"), ("MessageStatus", "failed"), ("ErrorCode", code), ("To", "whatsapp:+1212")]
    receipt = webhook.parse_status(form, "m1")
    assert receipt.reason == f"{words} (https://www.twilio.com/docs/api/errors/{code})"
    assert receipt.lesson is lesson
    assert codes.LESSONS.get(code) is lesson
