"""Twilio's webhooks: only what Twilio signed gets in, and every status means what it says."""

import json
from pathlib import Path
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from shared.domain.errors import InvalidInput
from shared.domain.messages.sending import Lesson, Media, ReceiptKind
from shared.providers.kit.signature import BadSignature
from shared.providers.twilio import webhook
from shared.providers.twilio.webhook import Form

URL = "https://rollcall.example/messages/status/c1/m1?x=1"
TOKEN, NEXT = "current-token", "next-token"
FORM_TYPE = "application/x-www-form-urlencoded"


def payload(name: str) -> Form:
    pairs = json.loads((Path(__file__).parent / "payloads" / f"{name}.json").read_text())
    return [(key, value) for key, value in pairs]


def sign(form: Form, token: str = TOKEN, url: str = URL) -> dict[str, str]:
    signature = RequestValidator(token).compute_signature(url, dict(form))
    return {"X-Twilio-Signature": signature}


def verify(
    form: Form,
    headers: dict[str, str],
    url: str = URL,
    kind: str = FORM_TYPE,
    tokens: tuple[str, ...] = (TOKEN,),
) -> None:
    webhook.verify(url, form, headers, kind, tokens)


@pytest.mark.parametrize("name", ["delivered", "undelivered", "incoming_stop"])
def test_what_twilio_signed_passes(name: str) -> None:
    form = payload(name)
    received = webhook.read_form(urlencode(form).encode())
    verify(received, sign(form))
    verify(received, sign(form), kind="application/x-www-form-urlencoded; charset=UTF-8")
    verify(received, {"x-twilio-signature": sign(form)["X-Twilio-Signature"]})


def test_the_published_example_passes() -> None:
    # https://www.twilio.com/docs/usage/webhooks/webhooks-security
    form = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ]
    headers = {"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="}
    verify(form, headers, url="https://mycompany.com/myapp.php?foo=1&bar=2", tokens=("12345",))


def test_the_ports_default_may_stand_in_the_url_or_not() -> None:
    form = payload("delivered")
    with_port = URL.replace(".example/", ".example:443/")
    verify(form, sign(form, url=with_port))
    verify(form, sign(form), url=with_port)


@pytest.mark.parametrize("signer", [TOKEN, NEXT])
def test_both_tokens_pass_while_they_are_exchanged(signer: str) -> None:
    form = payload("delivered")
    verify(form, sign(form, signer), tokens=(TOKEN, NEXT))


def changed(form: Form) -> dict[str, Form]:
    first, *rest = form
    return {
        "changed value": [(first[0], first[1] + "x"), *rest],
        "one more space": [(first[0], first[1] + " "), *rest],
        "left out": rest,
        "one more": [*form, ("MessageStatusX", "delivered")],
        "one more empty": [*form, ("Extra", "")],
        "repeated with another value": [*form, ("MessageStatus", "failed")],
        "empty": [],
    }


@pytest.mark.parametrize("change", changed(payload("delivered")))
def test_a_changed_form_fails(change: str) -> None:
    form = payload("delivered")
    with pytest.raises(BadSignature):
        verify(changed(form)[change], sign(form))


def test_a_pair_sent_twice_says_nothing_new() -> None:
    form = payload("delivered")
    verify([*form, form[0]], sign(form))
    assert webhook.parse_status([*form, form[0]], "m1").kind is ReceiptKind.DELIVERED


@pytest.mark.parametrize(
    "url",
    [
        URL.replace("https:", "http:"),
        URL.replace("c1", "c2"),
        URL.replace("m1", "m2"),
        URL.replace("?x=1", ""),
        URL.replace("rollcall.example", "evil.example"),
        URL + "&y=2",
    ],
)
def test_another_url_fails(url: str) -> None:
    form = payload("delivered")
    with pytest.raises(BadSignature):
        verify(form, sign(form), url=url)


@pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": ""}, {"X-Twilio-Signature": "ü" * 28}])
def test_no_signature_or_nonsense_fails(headers: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verify(payload("delivered"), headers)


@pytest.mark.parametrize("tokens", [(), ("",), ("  ",), ("wrong",)])
def test_no_token_lets_nobody_in(tokens: tuple[str, ...]) -> None:
    form = payload("delivered")
    for signer in ("", "  "):
        with pytest.raises(BadSignature):
            verify(form, sign(form, signer), tokens=tokens)


@pytest.mark.parametrize("kind", ["application/json", "", "text/plain", "multipart/form-data; boundary=x"])
def test_only_forms_get_in_as_other_bodies_are_not_signed(kind: str) -> None:
    url_alone = sign([])
    with pytest.raises(BadSignature):
        verify([], url_alone, kind=kind)
    verify([], url_alone)


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"&".join(b"a%d=1" % i for i in range(2000))])
def test_a_body_that_is_no_form_fails(body: bytes) -> None:
    with pytest.raises(BadSignature):
        webhook.read_form(body)


def test_empty_values_are_kept_as_they_are_signed() -> None:
    assert webhook.read_form(b"a=&b=1") == [("a", ""), ("b", "1")]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("accepted", ReceiptKind.SENDING),
        ("scheduled", ReceiptKind.SENDING),
        ("queued", ReceiptKind.SENDING),
        ("sending", ReceiptKind.SENDING),
        ("sent", ReceiptKind.SENT),
        ("delivered", ReceiptKind.DELIVERED),
        ("undelivered", ReceiptKind.UNDELIVERED),
        ("failed", ReceiptKind.FAILED),
        ("canceled", ReceiptKind.FAILED),
        ("read", ReceiptKind.READ),
        ("partially_delivered", ReceiptKind.UNKNOWN),
        ("something new", ReceiptKind.UNKNOWN),
    ],
)
def test_each_status_has_its_kind(status: str, kind: ReceiptKind) -> None:
    receipt = webhook.parse_status([("MessageSid", "SM1"), ("MessageStatus", status)], "m1")
    assert receipt.kind is kind
    assert receipt.message_id == "m1"


def test_a_failure_has_its_code_and_reason() -> None:
    receipt = webhook.parse_status(payload("undelivered"), "m1")
    assert receipt.kind is ReceiptKind.UNDELIVERED
    assert receipt.code == "30003"
    assert receipt.reason
    assert receipt.reason.startswith("The phone was switched off")
    assert receipt.provider_id == "SM0123456789abcdef0123456789abcdef"
    assert receipt.address == "+14155550001"


def test_a_repeated_callback_has_the_same_event_id_and_another_status_another() -> None:
    delivered, again = (webhook.parse_status(payload("delivered"), "m1") for _ in range(2))
    assert delivered.event_id == again.event_id
    assert delivered.event_id != webhook.parse_status(payload("undelivered"), "m1").event_id


def test_an_incoming_stop() -> None:
    incoming = webhook.parse_incoming(payload("incoming_stop"))
    assert (incoming.from_address, incoming.to_address) == ("+14155550001", "+15005550006")
    assert incoming.provider_id == "SMfedcba9876543210fedcba9876543210"
    assert incoming.body == " Stop ✋"
    assert incoming.is_opt_out
    assert not incoming.is_opt_in


@pytest.mark.parametrize(
    ("opt_out_type", "flags"), [("START", (False, True)), ("stop", (True, False)), ("HELP", (False, False))]
)
def test_opt_out_types(opt_out_type: str, flags: tuple[bool, bool]) -> None:
    form = [("MessageSid", "SM1"), ("From", "+1"), ("To", "+2"), ("OptOutType", opt_out_type)]
    incoming = webhook.parse_incoming(form)
    assert (incoming.is_opt_out, incoming.is_opt_in) == flags
    assert incoming.body == ""


def test_missing_fields_are_named() -> None:
    with pytest.raises(InvalidInput, match=r"From.*To"):
        webhook.parse_incoming([("MessageSid", "SM1"), ("From", "")])
    with pytest.raises(InvalidInput, match="MessageStatus"):
        webhook.parse_status([("MessageSid", "SM1")], "m1")


@pytest.mark.parametrize("name", ["MessageSid", "From", "To"])
def test_a_message_without_its_sid_or_addresses_is_refused(name: str) -> None:
    form = [(key, value) for key, value in payload("incoming_stop") if key != name]
    with pytest.raises(InvalidInput) as caught:
        webhook.parse_incoming(form)
    assert [problem.field for problem in caught.value.problems] == [name]


def test_two_messages_with_the_same_status_are_two_events() -> None:
    one, other = (
        webhook.parse_status([("MessageSid", sid), ("MessageStatus", "delivered")], "m1")
        for sid in ("SM1", "SM2")
    )
    assert one.event_id != other.event_id


@pytest.mark.parametrize(
    ("status", "code", "lesson"),
    [
        ("undelivered", "30006", Lesson.MAYBE_GONE),
        ("failed", "21610", Lesson.REFUSED),
        ("failed", "30003", None),  # a phone that is off
        ("delivered", "30006", None),
        ("failed", "", None),
    ],
)
def test_what_a_status_teaches_of_its_address(status: str, code: str, lesson: Lesson | None) -> None:
    form = [("MessageSid", "SM1"), ("MessageStatus", status), ("ErrorCode", code)]
    receipt = webhook.parse_status(form, "m1")
    assert (receipt.lesson, receipt.code) == (lesson, code or None)


def test_a_canceled_message_says_so() -> None:
    receipt = webhook.parse_status([("MessageSid", "SM1"), ("MessageStatus", "canceled")], "m1")
    assert (receipt.kind, receipt.reason) == (ReceiptKind.FAILED, "The message was canceled at Twilio.")


def test_pictures_beside_a_text_are_named_and_nothing_else_is() -> None:
    form = [
        *payload("incoming_stop"),
        ("MediaUrl0", "https://api.twilio.com/m/0"),
        ("MediaContentType0", "image/png"),
        ("MediaUrl1", "javascript:alert(1)"),
        ("MediaUrl2", "https://" + "x" * 1_993),  # 2,001 characters
        ("MediaUrl3", "https://" + "x" * 1_992),
        ("MediaContentType3", "k" * 101),
        ("MediaUrl9", "http://media.example/9"),
        ("MediaUrl10", "https://media.example/10"),
    ]
    assert webhook.parse_incoming(form).media == (
        Media(url="https://api.twilio.com/m/0", content_type="image/png"),
        Media(url="https://" + "x" * 1_992, content_type="k" * 100),
        Media(url="http://media.example/9", content_type=""),
    )
