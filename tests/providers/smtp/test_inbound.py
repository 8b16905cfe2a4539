"""What comes to a mailbox's inbound address: answers, machines, mails that were returned in many forms."""

import base64
from datetime import timedelta

import pytest

from infra.local.mail_host.people import Mail, answer_to, returned
from shared.domain.errors import InvalidInput
from shared.domain.messages.sending import (
    IncomingMessage,
    Lesson,
    OutgoingMessage,
    Receipt,
    ReceiptKind,
)
from shared.providers.kit.signature import BadSignature
from shared.providers.smtp.inbound import news_of
from shared.providers.smtp.mail import mail_of
from shared.providers.smtp.signature import ID, SIGNATURE, TIMESTAMP, signed, verify
from tests.kit.builders import NOON

SENT = OutgoingMessage(
    message_id="m3",
    from_address="desk@north-clinic.com",
    to_address="ana@example-clinic.com",
    subject="Re: Your visit",
    body="See you.",
    thread_ids=("m1", "m2"),
)
SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


def kept() -> Mail:
    """The mail as the mail host keeps it."""
    return {
        "mailbox": "desk@north-clinic.com",
        "envelope_from": "in.desk@north-clinic.com",
        "recipient": SENT.to_address,
        "raw": mail_of(SENT, "in.desk@north-clinic.com", NOON),
    }


def test_an_answer_names_its_message_and_proves_that_it_went_out() -> None:
    [reply, receipt] = news_of(answer_to(kept(), "Yes, please.", {}, NOON.timestamp()))
    assert isinstance(reply, IncomingMessage)
    assert (reply.from_address, reply.body, reply.answers_id) == (SENT.to_address, "Yes, please.", "m3")
    assert not reply.is_automatic
    assert isinstance(receipt, Receipt)
    assert (receipt.message_id, receipt.kind) == ("m3", ReceiptKind.DELIVERED)


def test_a_machine_that_answers_is_told_from_a_person() -> None:
    raw = answer_to(kept(), "I am away.", {"Auto-Submitted": "auto-replied"}, NOON.timestamp())
    [reply, receipt] = news_of(raw)
    assert isinstance(reply, IncomingMessage)
    assert reply.is_automatic
    assert isinstance(receipt, Receipt)


def test_a_mail_of_somebody_who_answers_nothing_is_taken_alone() -> None:
    [reply] = news_of(b"From: eve@example.com\r\nTo: desk@north-clinic.com\r\n\r\nHello\r\n")
    assert isinstance(reply, IncomingMessage)
    assert (reply.body, reply.answers_id) == ("Hello", None)
    with pytest.raises(InvalidInput):
        news_of(b"Subject: nobody\r\n\r\nHello\r\n")


@pytest.mark.parametrize(
    ("status", "action", "kind", "lesson"),
    [
        ("5.1.1", "failed", ReceiptKind.UNDELIVERED, Lesson.GONE),
        ("5.2.2", "failed", ReceiptKind.UNDELIVERED, None),
        ("5.7.1", "failed", ReceiptKind.UNDELIVERED, None),
        ("4.4.7", "failed", ReceiptKind.UNDELIVERED, None),
        ("4.4.1", "delayed", ReceiptKind.SENDING, None),
    ],
)
def test_a_returned_mail_says_what_became_of_it(
    status: str, action: str, kind: ReceiptKind, lesson: Lesson | None
) -> None:
    said = f"550 {status} so it is"
    [receipt] = news_of(returned(kept(), status, said, action, NOON.timestamp()))
    assert isinstance(receipt, Receipt)
    assert (receipt.message_id, receipt.kind, receipt.lesson) == ("m3", kind, lesson)
    assert (receipt.code, receipt.address) == (status, SENT.to_address)
    assert said in str(receipt.reason)


def test_a_report_of_a_server_with_letters_of_all_scripts_is_understood() -> None:
    """By RFC 6533, whose types have other names."""
    raw = returned(kept(), "5.1.1", "550 5.1.1 no", "failed", NOON.timestamp())
    raw = raw.replace(b"delivery-status", b"global-delivery-status").replace(
        b"message/rfc822", b"message/global"
    )
    [receipt] = news_of(raw.replace(b"Final-Recipient: rfc822;", b"Final-Recipient: utf-8;"))
    assert isinstance(receipt, Receipt)
    assert (receipt.message_id, receipt.lesson, receipt.address) == ("m3", Lesson.GONE, SENT.to_address)


def test_the_same_mail_again_is_the_same_event() -> None:
    raw = returned(kept(), "5.1.1", "550 5.1.1 no", "failed", NOON.timestamp())
    assert news_of(raw) == news_of(raw)


def test_a_report_of_success_is_no_answer_and_shows_that_the_mail_went_out() -> None:
    [receipt] = news_of(returned(kept(), "2.0.0", "250 ok", "delivered", NOON.timestamp()))
    assert isinstance(receipt, Receipt)
    assert (receipt.message_id, receipt.kind) == ("m3", ReceiptKind.SENT)


def test_an_older_servers_words_are_understood() -> None:
    """As qmail returns mails."""
    raw = (
        b"From: MAILER-DAEMON@mail.example.com\r\nTo: in.desk@north-clinic.com\r\nSubject: failure notice\r\n"
        b"\r\nHi. This is the qmail-send program at mail.example.com.\r\n"
        b"I'm afraid I wasn't able to deliver your message to the following addresses.\r\n"
        b"This is a permanent error; I've given up. Sorry it didn't work out.\r\n\r\n"
        b"<ana@example-clinic.com>:\r\n550 5.1.1 no such mailbox\r\n\r\n"
        b"--- Below this line is a copy of the message.\r\n\r\n"
    ) + kept()["raw"]
    [receipt] = news_of(raw)
    assert isinstance(receipt, Receipt)
    assert (receipt.message_id, receipt.kind) == ("m3", ReceiptKind.UNDELIVERED)
    assert (receipt.lesson, receipt.address) == (Lesson.GONE, SENT.to_address)


def test_what_a_person_quotes_of_a_returned_mail_is_no_returned_mail() -> None:
    words = (
        "Look what I got:\nThis is a permanent error; I've given up.\n<ana@example-clinic.com>:\n550 5.1.1"
    )
    [reply, receipt] = news_of(answer_to(kept(), words, {}, NOON.timestamp()))
    assert isinstance(reply, IncomingMessage)
    assert isinstance(receipt, Receipt)
    assert receipt.kind is ReceiptKind.DELIVERED


def test_a_returned_mail_of_somebody_elses_is_nothing() -> None:
    raw = returned(kept(), "5.1.1", "550 5.1.1 no", "failed", NOON.timestamp())
    assert news_of(raw.replace(b"Message-ID: <rollcall.m3@", b"Message-ID: <other.m3@")) == []


def test_only_what_was_signed_lately_with_the_secret_is_taken() -> None:
    body, timestamp = b"From: \xe9\r\n\r\nHello", str(int(NOON.timestamp()))
    headers = {ID: "p1", TIMESTAMP: timestamp, SIGNATURE: signed(SECRET, "p1", timestamp, body)}
    verify(body, headers, SECRET, NOON)
    verify(body, {**headers, SIGNATURE: f"v1,AAAA {headers[SIGNATURE]}"}, SECRET, NOON)
    other = "whsec_" + base64.b64encode(b"o" * 32).decode()
    wrong = [
        (b"x" + body, headers, SECRET, NOON),
        (body, {**headers, ID: "p2"}, SECRET, NOON),
        (body, {**headers, TIMESTAMP: "abc"}, SECRET, NOON),
        (body, {**headers, SIGNATURE: "v1,\u00e9"}, SECRET, NOON),
        (body, {}, SECRET, NOON),
        (body, headers, other, NOON),
        (body, headers, "", NOON),
        (body, headers, SECRET, NOON + timedelta(days=7)),
        (body, headers, SECRET, NOON - timedelta(hours=1)),
    ]
    for case in wrong:
        with pytest.raises(BadSignature):
            verify(*case)
