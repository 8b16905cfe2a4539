"""What Meta posts: signed bytes, entries of several accounts, and every kind of event."""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from multidict import CIMultiDict

from shared.domain.errors import InvalidInput
from shared.domain.messages.sending import IncomingMessage, Media, Receipt, ReceiptKind, Unsent
from shared.domain.messages.webhook import WebhookRequest
from shared.providers.kit.signature import BadSignature
from shared.providers.meta.credentials import MetaCredentials
from shared.providers.meta.events import read_events
from shared.providers.meta.payload import metadata_of, payload_of
from shared.providers.meta.webhook import SIGNATURE_HEADER, answer_challenge, verify
from tests.kit.builders import NOON

CREDENTIALS = MetaCredentials(access_token="token", app_secret="secret", verify_token="verify-me-please")
PAGE, PERSON = "1112223334445556", "5551234567890123"
AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
MILLISECONDS = int(AT.timestamp() * 1000)


def post(*events: dict[str, Any], account: str = PAGE, channel: str = "messaging") -> bytes:
    entry = {"id": account, "time": MILLISECONDS, channel: list(events)}
    return json.dumps({"object": "page", "entry": [entry]}).encode()


def event(**told: Any) -> dict[str, Any]:
    return {"sender": {"id": PERSON}, "recipient": {"id": PAGE}, "timestamp": MILLISECONDS, **told}


def only(body: bytes) -> Any:
    [news] = read_events(body).values()
    [one] = news
    return one


def request(body: bytes, signature: str = "", **query: str) -> WebhookRequest:
    headers = CIMultiDict({SIGNATURE_HEADER: signature} if signature else {})
    return WebhookRequest(url="https://x", query=query, headers=headers, body=body, received_at=NOON)


def signed(body: bytes, secret: bytes = b"secret") -> str:
    return f"sha256={hmac.new(secret, body, hashlib.sha256).hexdigest()}"


def test_only_the_very_bytes_pass() -> None:
    body = b'{"entry": [], "text": "\\u2713"}'
    verify(request(body, signed(body)), CREDENTIALS)
    for wrong in (
        request(body + b" ", signed(body)),
        request(body, signed(body, b"other")),
        request(body, signed(body).removeprefix("sha256=")),
        request(body, "sha256=ü"),
        request(body),
    ):
        with pytest.raises(BadSignature):
            verify(wrong, CREDENTIALS)


def test_the_challenge_is_repeated_to_who_knows_the_token() -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "verify-me-please", "hub.challenge": "1158201444"}
    answered = answer_challenge(request(b"", **asked), CREDENTIALS)
    assert (answered.status, answered.body, answered.media_type) == (200, "1158201444", "text/plain")
    for wrong in (
        {"hub.verify_token": "verify-me-pleasE"},
        {"hub.verify_token": ""},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": "<script>"},
        {"hub.challenge": ""},
    ):
        with pytest.raises(BadSignature):
            answer_challenge(request(b"", **(asked | wrong)), CREDENTIALS)


def test_a_text_with_pictures_and_what_it_answers() -> None:
    told = {
        "mid": "m_1",
        "text": "Yes",
        "reply_to": {"mid": "m_0"},
        "attachments": [
            {"type": "image", "payload": {"url": "https://cdn.example/a.jpg"}},
            {"type": "fallback", "payload": None},
        ],
    }
    assert only(post(event(message=told))) == IncomingMessage(
        provider_id="m_1",
        from_address=PERSON,
        to_address=PAGE,
        body="Yes",
        media=(Media(url="https://cdn.example/a.jpg", content_type="image"),),
        replies_to="m_0",
        written_at=AT,
    )


def test_a_quick_reply_names_the_message_that_it_stood_below() -> None:
    told = {"mid": "m_1", "text": "Confirm", "quick_reply": {"payload": payload_of("ours", "1")}}
    found = only(post(event(message=told)))
    assert (found.body, found.choice, found.answers_id) == ("Confirm", "1", "ours")
    foreign = only(post(event(message=told | {"quick_reply": {"payload": "GET_HELP"}})))
    assert (foreign.choice, foreign.answers_id) == ("GET_HELP", None)


def test_a_postback_is_a_button_and_brings_the_link_by_which_the_person_came() -> None:
    told = {
        "title": "Get started",
        "payload": "START_NOW",
        "referral": {"ref": "ABCD", "source": "SHORTLINK"},
    }
    found = only(post(event(postback=told)))
    assert (found.body, found.choice, found.reference) == ("", "START_NOW", "ABCD")
    assert found.provider_id == only(post(event(postback=told))).provider_id
    assert only(post(event(postback=told | {"referral": None}))).body == "Get started"


def test_somebody_who_comes_back_by_a_link_says_nothing_else() -> None:
    found = only(post(event(referral={"ref": "ABCD", "source": "SHORTLINK", "type": "OPEN_THREAD"})))
    assert (found.body, found.reference, found.from_address) == ("", "ABCD", PERSON)


def test_an_echo_of_ours_proves_that_meta_has_it_and_others_are_ignored() -> None:
    told = {"mid": "m_9", "text": "Hello", "is_echo": True, "app_id": 7, "metadata": metadata_of("ours")}
    echo = event(message=told) | {"sender": {"id": PAGE}, "recipient": {"id": PERSON}}
    found = only(post(echo))
    assert (found.message_id, found.kind, found.provider_id) == ("ours", ReceiptKind.SENT, "m_9")
    assert (found.address, found.sent_at) == (PERSON, AT)
    for metadata in (None, "", "another app's"):
        assert read_events(post(echo | {"message": told | {"metadata": metadata}})) == {}


def test_deliveries_and_reads_by_id_or_until_a_moment() -> None:
    named = read_events(post(event(delivery={"mids": ["m_1", "m_2"], "watermark": MILLISECONDS})))[PAGE]
    assert [(one.provider_id, one.kind) for one in named if isinstance(one, Receipt)] == [
        ("m_1", ReceiptKind.DELIVERED),
        ("m_2", ReceiptKind.DELIVERED),
    ]
    until = only(post(event(delivery={"watermark": MILLISECONDS})))
    assert (until.provider_id, until.until, until.address, until.message_id) == (None, AT, PERSON, "")
    read = only(post(event(read={"watermark": MILLISECONDS})))
    assert (read.kind, read.until) == (ReceiptKind.READ, AT)
    instagram = only(post(event(read={"mid": "m_3"})))
    assert (instagram.kind, instagram.provider_id, instagram.until) == (ReceiptKind.READ, "m_3", None)


def test_marks_edits_and_what_is_taken_back() -> None:
    mark = only(post(event(reaction={"mid": "m_1", "action": "react", "emoji": "\U0001f44d"})))
    assert (mark.is_reaction, mark.replies_to, mark.body) == (True, "m_1", "\U0001f44d")
    assert read_events(post(event(reaction={"mid": "m_1", "action": "unreact"}))) == {}
    edited = only(post(event(message_edit={"mid": "m_1", "text": "No", "num_edit": 1})))
    assert (edited.body, edited.provider_id != "m_1") == ("No", True)
    assert only(post(event(message={"mid": "m_1", "is_deleted": True}))) == Unsent(provider_id="m_1")


def test_one_post_tells_of_several_accounts_and_of_what_another_app_leads() -> None:
    stop = event(message={"mid": "m_1", "text": "STOP"})
    one, other = json.loads(post(stop, channel="standby")), json.loads(post(stop, account="77"))
    found = read_events(json.dumps({"object": "page", "entry": one["entry"] + other["entry"]}).encode())
    assert {account: len(news) for account, news in found.items()} == {PAGE: 1, "77": 1}


def test_comments_and_unknown_events_say_nothing() -> None:
    entry = {"id": PAGE, "time": 1, "changes": [{"field": "comments", "value": {"text": "hi"}}]}
    assert read_events(json.dumps({"object": "instagram", "entry": [entry]}).encode()) == {}
    assert read_events(post(event(optin={"ref": "x"}), event(account_linking={}))) == {}


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"entry": [1]}', b'{"entry": [{"messaging": []}]}'])
def test_what_is_no_post_of_metas_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        read_events(body)
    with pytest.raises(InvalidInput):
        read_events(post({"message": {"mid": "m_1"}}))
