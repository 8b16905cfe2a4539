"""What Twilio tells of calls, and the TwiML it is answered with."""

from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import pytest
from multidict import CIMultiDict

from shared.domain.channels.voice import VOICE
from shared.domain.errors import InvalidInput
from shared.domain.messages.call_turn import Answerer, CallHeard, CallTurn
from shared.domain.messages.sending import Lesson, Receipt, ReceiptKind
from shared.domain.messages.webhook import WebhookRequest
from shared.domain.replies.spoken_words import SPOKEN_WORDS
from shared.providers.twilio.call_webhook import answer_call, parse_call, parse_call_status
from shared.providers.twilio.voices import voice_of
from shared.providers.twilio.webhook import Form
from tests.kit.builders import NOON

PUBLIC = "https://rollcall.example"
QUERY = "company=c1&sender=s1&message=m1"
TWIML_LIMIT = 4_000  # of the parameter Twiml: https://www.twilio.com/docs/api/errors/32018


def form(**fields: str) -> Form:
    usual = {"AccountSid": "AC1", "CallSid": "CA1", "From": "+12125550100", "To": "+12125550187"}
    return list((usual | fields).items())


def request(query: str = QUERY, path: str = "voice/answered") -> WebhookRequest:
    return WebhookRequest(
        url=f"{PUBLIC}/messages/{path}?{query}",
        query=dict(parse_qsl(query)),
        headers=CIMultiDict[str](),
        body=b"",
        received_at=NOON,
    )


@pytest.mark.parametrize(
    ("fields", "kind", "reason", "code", "lesson"),
    [
        ({"CallStatus": "queued"}, ReceiptKind.SENDING, None, None, None),
        ({"CallStatus": "initiated"}, ReceiptKind.SENDING, None, None, None),
        ({"CallStatus": "ringing"}, ReceiptKind.SENT, None, None, None),
        ({"CallStatus": "in-progress"}, ReceiptKind.SENT, None, None, None),
        (
            {"CallStatus": "completed", "AnsweredBy": "human", "CallDuration": "12"},
            ReceiptKind.DELIVERED,
            "A person took the call.",
            "human",
            None,
        ),
        ({"CallStatus": "completed"}, ReceiptKind.DELIVERED, "A person took the call.", None, None),
        (
            {"CallStatus": "completed", "AnsweredBy": "unknown"},
            ReceiptKind.DELIVERED,
            "A person took the call.",
            "unknown",
            None,
        ),
        (
            {"CallStatus": "completed", "AnsweredBy": "machine_end_silence"},
            ReceiptKind.DELIVERED,
            "It was left on an answering machine.",
            "machine_end_silence",
            None,
        ),
        (
            {"CallStatus": "completed", "AnsweredBy": "machine_start"},
            ReceiptKind.UNDELIVERED,
            "An answering machine took the call; no message was left.",
            "machine_start",
            None,
        ),
        (
            {"CallStatus": "completed", "AnsweredBy": "fax"},
            ReceiptKind.UNDELIVERED,
            "A fax took the call.",
            "fax",
            None,
        ),
        (
            {"CallStatus": "busy", "SipResponseCode": "486"},
            ReceiptKind.UNDELIVERED,
            "The line was busy, or the call was declined.",
            "busy",
            None,
        ),
        (
            {"CallStatus": "no-answer", "SipResponseCode": "487"},
            ReceiptKind.UNDELIVERED,
            "Nobody took the call.",
            "no-answer",
            None,
        ),
        (
            {"CallStatus": "canceled"},
            ReceiptKind.FAILED,
            "The call was canceled before it was taken.",
            "canceled",
            None,
        ),
        (
            {"CallStatus": "failed", "SipResponseCode": "404"},
            ReceiptKind.FAILED,
            "The number does not exist.",
            "sip-404",
            Lesson.MAYBE_GONE,
        ),
        (
            {"CallStatus": "failed", "SipResponseCode": "503"},
            ReceiptKind.FAILED,
            "The call could not be put through: the number may not exist, or cannot be reached now.",
            "sip-503",
            None,
        ),
        ({"CallStatus": "something new"}, ReceiptKind.UNKNOWN, None, None, None),
    ],
)
def test_a_status_says_in_words_how_far_the_call_got(
    fields: dict[str, str], kind: ReceiptKind, reason: str | None, code: str | None, lesson: Lesson | None
) -> None:
    receipt = parse_call_status(form(**fields), "m1")
    assert receipt == Receipt(
        message_id="m1",
        kind=kind,
        event_id=receipt.event_id,
        provider_id="CA1",
        code=code,
        reason=reason,
        address="+12125550187",
        lesson=lesson,
    )
    assert parse_call_status(form(**fields), "m1").event_id == receipt.event_id


@pytest.mark.parametrize("missing", ["CallSid", "CallStatus"])
def test_a_status_that_lacks_what_it_must_have_is_refused(missing: str) -> None:
    with pytest.raises(InvalidInput):
        parse_call_status([(k, v) for k, v in form(CallStatus="busy") if k != missing], "m1")


@pytest.mark.parametrize(
    ("fields", "query", "heard"),
    [
        ({}, QUERY, {}),
        ({"AnsweredBy": "human"}, QUERY, {}),
        ({"AnsweredBy": "machine_end_beep"}, QUERY, {"answerer": Answerer.MACHINE}),
        ({"AnsweredBy": "fax"}, QUERY, {"answerer": Answerer.MACHINE}),
        ({"Digits": "1"}, f"{QUERY}&round=2&wrong=1", {"keys": "1", "round": 2, "wrong": 1}),
        ({"Digits": ""}, f"{QUERY}&round=x&wrong=-1", {"keys": ""}),
        ({"Digits": "*"}, f"{QUERY}&round=1000", {"keys": "*"}),
    ],
)
def test_what_is_heard_of_a_call(fields: dict[str, str], query: str, heard: dict[str, object]) -> None:
    usual: dict[str, object] = {
        "message_id": "m1",
        "call_id": "CA1",
        "person": "+12125550187",
        "sender": "+12125550100",
    }
    assert parse_call(form(**fields), request(query)) == CallHeard(**(usual | heard))  # type: ignore[arg-type]


def test_a_turn_that_asks_is_a_gather_with_our_own_address() -> None:
    turn = CallTurn(
        language="es-MX",
        says=("Hola <Ana> & co.\x07", "Pulse 1."),
        asks=True,
        at_last=("Adiós.",),
        round=2,
        wrong=1,
    )
    answer = answer_call(request(f"{QUERY}&round=1", "voice/keys"), turn)
    assert (answer.status, answer.media_type) == (200, "application/xml")
    response = ElementTree.fromstring(answer.body)  # noqa: S314  # our own
    assert [verb.tag for verb in response] == ["Gather", "Say", "Hangup"]
    gather = response[0]
    action = urlsplit(gather.attrib.pop("action"))
    assert gather.attrib == {
        "input": "dtmf",
        "numDigits": "1",
        "finishOnKey": "",
        "timeout": "7",
        "method": "POST",
    }
    assert f"{action.scheme}://{action.netloc}{action.path}" == f"{PUBLIC}/messages/voice/keys"
    assert dict(parse_qsl(action.query)) == dict(parse_qsl(QUERY)) | {"round": "2", "wrong": "1"}
    assert [(say.text, say.attrib) for say in gather] == [
        (text, {"language": "es-MX", "voice": "Polly.Mia"}) for text in ("Hola <Ana> & co.", "Pulse 1.")
    ]


@pytest.mark.parametrize(("says", "verbs"), [(("Bye.",), ["Say", "Hangup"]), ((), ["Hangup"])])
def test_a_last_turn_ends_the_call(says: tuple[str, ...], verbs: list[str]) -> None:
    document = answer_call(request(), CallTurn(language="en", says=says)).body
    response = ElementTree.fromstring(document)  # noqa: S314  # our own
    assert [verb.tag for verb in response] == verbs


def test_the_longest_text_would_not_fit_a_request() -> None:
    """Why a call fetches what it says: with the keys around it, it is longer than Twiml may be."""
    assert VOICE.longest_text is not None
    body = "You & I; " * (VOICE.longest_text // 9)
    document = answer_call(request(), CallTurn(language="en", says=(body,), asks=True)).body
    assert len(document) > TWIML_LIMIT


@pytest.mark.parametrize(
    ("tag", "voice"),
    [
        ("en", ("en-US", "Polly.Joanna")),
        ("en-GB", ("en-GB", "Polly.Amy")),
        ("en-NZ", ("en-US", "Polly.Joanna")),
        ("es", ("es-US", "Polly.Penelope")),
        ("ES-mx", ("es-MX", "Polly.Mia")),
        ("fr-CA", ("fr-CA", "Polly.Chantal")),
        ("pt", ("pt-BR", "Polly.Vitoria")),
    ],
)
def test_a_text_is_read_by_a_voice_of_its_language(tag: str, voice: tuple[str, str]) -> None:
    assert voice_of(tag) == voice


def test_every_language_of_calls_has_a_voice() -> None:
    for language in SPOKEN_WORDS:
        assert voice_of(language).language.startswith(language)
