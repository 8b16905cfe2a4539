"""SendGrid's event webhook: only the bytes SendGrid signed get in, and every event means what it says."""

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from shared.domain.errors import InvalidInput
from shared.domain.messages.sending import Lesson, ReceiptKind
from shared.providers.kit.signature import BadSignature
from shared.providers.sendgrid import mail, webhook

EVENTS = (Path(__file__).parent / "payloads" / "events.json").read_bytes()
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY, NEXT = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))


def public(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    """A public key as SendGrid's settings show it."""
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


def sign(
    body: bytes, key: ec.EllipticCurvePrivateKey = KEY, at: datetime = NOW, timestamp: str | None = None
) -> dict[str, str]:
    stamp = timestamp if timestamp is not None else str(int(at.timestamp()))
    signature = key.sign(stamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }


def verify(body: bytes, headers: dict[str, str], *keys: str) -> None:
    webhook.verify(body, headers, keys or (public(KEY),), NOW)


def test_what_sendgrid_signed_passes() -> None:
    verify(EVENTS, sign(EVENTS))
    verify(EVENTS, {name.lower(): value for name, value in sign(EVENTS).items()})
    verify("[✓]\r\n".encode(), sign("[✓]\r\n".encode()))


@pytest.mark.parametrize("signer", [KEY, NEXT])
def test_both_keys_pass_while_they_are_exchanged(signer: ec.EllipticCurvePrivateKey) -> None:
    verify(EVENTS, sign(EVENTS, signer), public(KEY), public(NEXT))


@pytest.mark.parametrize(
    "body",
    [
        EVENTS.replace(b'"m1"}', b'"m1" }', 1),
        EVENTS.rstrip(b"\n"),
        EVENTS + b" ",
        json.dumps(json.loads(EVENTS)).encode(),
        EVENTS.replace(b"m1", b"m2", 1),
        b"",
        b"\xff",
    ],
)
def test_other_bytes_fail(body: bytes) -> None:
    assert body != EVENTS
    with pytest.raises(BadSignature):
        verify(body, sign(EVENTS))


@pytest.mark.parametrize("name", list(sign(b"")))
def test_a_missing_header_fails(name: str) -> None:
    headers = sign(EVENTS)
    for left in ({**headers, name: ""}, {key: value for key, value in headers.items() if key != name}):
        with pytest.raises(BadSignature, match="missing"):
            verify(EVENTS, left)


@pytest.mark.parametrize("signature", ["x", "ü", "AAAA", "====", "a b", base64.b64encode(b"x" * 70).decode()])
def test_a_signature_that_is_none_fails(signature: str, caplog: pytest.LogCaptureFixture) -> None:
    headers = sign(EVENTS) | {"X-Twilio-Email-Event-Webhook-Signature": signature}
    with pytest.raises(BadSignature):
        verify(EVENTS, headers)
    assert not caplog.records  # a stranger's nonsense is not reported as a fault of our key


@pytest.mark.parametrize(
    "key", ["", "  ", "nonsense", public(NEXT), public(rsa.generate_private_key(65537, 2048))]
)
def test_another_key_or_none_lets_nobody_in(key: str) -> None:
    with pytest.raises(BadSignature):
        verify(EVENTS, sign(EVENTS), key)
    with pytest.raises(BadSignature):
        webhook.verify(EVENTS, sign(EVENTS), (), NOW)


def test_a_broken_key_does_not_hide_a_good_one() -> None:
    verify(EVENTS, sign(EVENTS), "nonsense", public(KEY))


def test_bytes_cannot_move_between_time_stamp_and_body() -> None:
    body = b"1" + EVENTS
    headers = sign(body)
    stamp = headers["X-Twilio-Email-Event-Webhook-Timestamp"]
    with pytest.raises(BadSignature, match="ten digits"):
        verify(EVENTS, headers | {"X-Twilio-Email-Event-Webhook-Timestamp": stamp + "1"})


@pytest.mark.parametrize(
    "stamp", ["1", "17723664000", "-772366400", "1.77236640", "1772366400\n", "١٧٧٢٣٦٦٤٠٠"]
)
def test_a_time_stamp_is_ten_digits(stamp: str) -> None:
    with pytest.raises(BadSignature, match="ten digits"):
        verify(EVENTS, sign(EVENTS, timestamp=stamp))


@pytest.mark.parametrize(
    ("age", "passes"),
    [
        (timedelta(hours=25), True),
        (timedelta(hours=27), False),
        (timedelta(minutes=-9), True),
        (timedelta(minutes=-11), False),
    ],
)
def test_the_age_must_fit_sendgrids_repeats(age: timedelta, *, passes: bool) -> None:
    headers = sign(EVENTS, at=NOW - age)
    if passes:
        verify(EVENTS, headers)
    else:
        with pytest.raises(BadSignature, match="too old"):
            verify(EVENTS, headers)


def test_each_event_has_its_kind() -> None:
    receipts = webhook.parse_events(EVENTS)
    assert [(receipt.message_id, receipt.kind) for receipt in receipts] == [
        ("m1", ReceiptKind.SENDING),
        ("m1", ReceiptKind.SENDING),
        ("m1", ReceiptKind.DELIVERED),
        ("m2", ReceiptKind.UNDELIVERED),
        ("m3", ReceiptKind.UNDELIVERED),
        ("m4", ReceiptKind.FAILED),
        ("m5", ReceiptKind.UNKNOWN),
        ("m5", ReceiptKind.UNKNOWN),
        ("m6", ReceiptKind.COMPLAINED),
        ("m7", ReceiptKind.OPTED_OUT),
        ("m8", ReceiptKind.OPTED_OUT),
        ("m8", ReceiptKind.UNKNOWN),
    ]
    assert {receipt.provider_id for receipt in receipts} == {"14c5d75ce93dfd"}
    assert len({receipt.event_id for receipt in receipts}) == len(receipts)
    assert receipts[0].address == "person1@example.org"


def test_a_bounce_says_whether_it_is_for_good_and_why() -> None:
    _, _, _, bounce, blocked, dropped, *_ = webhook.parse_events(EVENTS)
    assert bounce.code == "bounce"
    assert bounce.reason == (
        "The recipient's mail server refused the message for good. It says: 550 5.1.1 no such user"
    )
    assert blocked.code == "blocked"
    assert dropped.reason == "SendGrid did not send the message. It says: Bounced Address"


def test_a_repeated_event_has_the_same_id_even_under_another_sg_event_id() -> None:
    first, again = (
        webhook.parse_events(EVENTS.replace(b"sg_event_id_3", name)) for name in (b"one", b"another")
    )
    assert [receipt.event_id for receipt in first] == [receipt.event_id for receipt in again]


@pytest.mark.parametrize(
    "bad",
    [
        "null",
        "1",
        "[]",
        "{}",
        '{"event": "delivered"}',
        '{"event": "delivered", "rollcall_message_id": 7}',
        '{"event": "delivered", "rollcall_message_id": "../../other"}',
        '{"event": "delivered", "rollcall_message_id": ""}',
        '{"event": 7, "rollcall_message_id": "m9"}',
        '{"rollcall_message_id": "m9"}',
    ],
)
def test_an_event_that_cannot_be_read_does_not_take_the_others_with_it(
    bad: str, caplog: pytest.LogCaptureFixture
) -> None:
    good = '{"event": "delivered", "rollcall_message_id": "m1", "timestamp": 1}'
    receipts = webhook.parse_events(f"[{bad}, {good}, {bad}]".encode())
    assert [receipt.kind for receipt in receipts] == [ReceiptKind.DELIVERED]
    (told,) = caplog.records
    assert told.message == "events_unread"
    assert vars(told)["fields"] == {"unread_count": 2, "event_count": 3}


def test_odd_fields_do_not_hurt() -> None:
    event = {
        "event": "new",
        "rollcall_message_id": "m1",
        "email": 5,
        "sg_message_id": {},
        "type": [],
        "reason": 1,
    }
    [receipt] = webhook.parse_events(json.dumps([event]).encode())
    assert receipt.kind is ReceiptKind.UNKNOWN
    assert receipt.address == "5"
    assert receipt.provider_id is None


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"null", b"\xff", b"1"])
def test_a_body_that_is_no_array_is_named(body: bytes) -> None:
    with pytest.raises(InvalidInput, match="array of events"):
        webhook.parse_events(body)


def test_the_id_travels_out_and_back_under_one_name() -> None:
    assert mail.MESSAGE_ID_ARG == webhook.MESSAGE_ID_ARG


@pytest.mark.parametrize(
    ("event", "lesson"),
    [
        ({"event": "bounce", "reason": "550 5.1.1 no such user", "status": "5.1.1"}, Lesson.GONE),
        ({"event": "bounce", "type": "blocked", "reason": "550 5.1.1 no such user"}, None),
        ({"event": "dropped", "reason": "Unsubscribed Address"}, Lesson.REFUSED),
        ({"event": "dropped", "reason": "Spam Reporting Address"}, Lesson.COMPLAINED),
        ({"event": "dropped"}, None),
        ({"event": "delivered"}, None),
    ],
)
def test_what_an_event_teaches_of_its_address(event: dict[str, str], lesson: Lesson | None) -> None:
    (receipt,) = webhook.parse_events(json.dumps([{webhook.MESSAGE_ID_ARG: "m1", **event}]).encode())
    assert receipt.lesson is lesson


def test_events_of_two_messages_or_two_moments_are_two() -> None:
    events = [
        {webhook.MESSAGE_ID_ARG: item_id, "event": name, "timestamp": at}
        for item_id, name, at in [("m1", "open", 1), ("m2", "open", 1), ("m1", "open", 2), ("m1", "click", 1)]
    ]
    assert len({one.event_id for one in webhook.parse_events(json.dumps(events).encode())}) == 4
