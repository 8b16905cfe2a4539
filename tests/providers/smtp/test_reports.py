"""What machines write about our mails: reports of many forms, complaints, our own mails."""

import base64
from datetime import timedelta

import pytest

from shared.domain.messages.sending import IncomingMessage, Lesson, Receipt, ReceiptKind
from shared.providers.kit.mail_status import says_gone, status_in
from shared.providers.smtp.inbound import news_of
from tests.kit.builders import NOON

OURS = "<rollcall.m3@north-clinic.com>"
COPY = f"From: desk@north-clinic.com\nMessage-ID: {OURS}\n\nHello\n"
FAILED = (
    "Final-Recipient: rfc822; ana@example-clinic.com\nAction: failed\nStatus: {}\nDiagnostic-Code: smtp; {}"
)
DELAYED = "Final-Recipient: rfc822; ben@example-clinic.com\nAction: delayed\nStatus: 4.4.1\n"
DAEMON = "MAILER-DAEMON@mail.example.com"


def report(kind: str, fields: str, copy: str = COPY, writer: str = DAEMON, head: str = "") -> bytes:
    part = {"delivery-status": kind, "feedback-report": kind}.get(kind, "disposition-notification")
    lines = f"""From: {writer}
To: in.desk@north-clinic.com
Subject: A report
{head}MIME-Version: 1.0
Content-Type: multipart/report; report-type={kind}; boundary="B"

--B
Content-Type: text/plain

A report.

--B
Content-Type: message/{part}

{fields}

--B
Content-Type: message/rfc822

{copy}
--B--
"""
    return lines.replace("\n", "\r\n").encode()


def told(raw: bytes) -> Receipt:
    [receipt] = news_of(raw)
    assert isinstance(receipt, Receipt)
    assert receipt.message_id == "m3"
    return receipt


@pytest.mark.parametrize("writer", ["postmaster@example.com", "MicrosoftExchange329e71ec88ae@example.com"])
def test_a_report_is_known_whoever_wrote_it(writer: str) -> None:
    fields = "Reporting-MTA: dns; mx\n\n" + FAILED.format("5.1.10", "550 5.1.10 RecipientNotFound")
    receipt = told(report("delivery-status", fields, writer=writer))
    assert (receipt.kind, receipt.code, receipt.lesson) == (ReceiptKind.UNDELIVERED, "5.1.10", Lesson.GONE)


def test_a_report_without_a_copy_names_the_mail_as_what_it_answers() -> None:
    fields = "Reporting-MTA: dns; mx\n\n" + FAILED.format("5.1.1", "550 5.1.1 no")
    head = f"In-Reply-To: {OURS}\nReferences: <rollcall.m1@north-clinic.com> {OURS}\n"
    assert told(report("delivery-status", fields, copy="", head=head)).kind is ReceiptKind.UNDELIVERED
    head = head.partition("\n")[2]
    assert told(report("delivery-status", fields, copy="", head=head)).lesson is Lesson.GONE


@pytest.mark.parametrize("before", [DELAYED, DELAYED.replace("delayed", "relayed").replace("4.4.1", "2.0.0")])
def test_of_several_addresses_that_which_failed_counts(before: str) -> None:
    fields = f"Reporting-MTA: dns; mx\n\n{before}\n" + FAILED.format("5.2.2", "552 5.2.2 full")
    receipt = told(report("delivery-status", fields))
    assert (receipt.kind, receipt.code, receipt.lesson) == (ReceiptKind.UNDELIVERED, "5.2.2", None)


@pytest.mark.parametrize(
    ("status", "said", "is_gone"),
    [
        ("5.0.0", "550 no such user here", True),
        ("5.0.0", "554 delivery error: dd This user doesn't have an account", True),
        ("5.0.0", "550 Unrouteable address", True),
        ("5.0.0", "552 Mailbox quota exceeded", False),
        ("5.0.0", "554 Message rejected as spam", False),
        ("5.0.0", "550 Blocked by our policy, no such luck", False),
        ("5.0.0", "550 No", False),
        ("4.0.0", "450 no such user yet", False),
        ("5.1.1", "550 whatever is full of words", True),
        ("5.2.2", "552 no such room", False),
        ("", "550 User unknown", True),
        ("", "552 exceeded storage allocation", False),
    ],
)
def test_a_status_that_says_too_little_is_read_by_its_words(status: str, said: str, is_gone: bool) -> None:
    assert says_gone(status, said) is is_gone
    if status:
        fields = "Reporting-MTA: dns; mx\n\n" + FAILED.format(status, said)
        assert (told(report("delivery-status", fields)).lesson is Lesson.GONE) is is_gone


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("host mx [1.2.3.4]: 550 Unrouteable address", ""),
        ("host mx [5.1.1.4] said so (#5.1.2).", "5.1.2"),
        ("550-5.1.1 The account is not there. 5.1.1.", "5.1.1"),
    ],
)
def test_an_address_of_a_server_is_no_status(text: str, status: str) -> None:
    assert status_in(text) == status


@pytest.mark.parametrize(
    ("kind", "words", "is_gone"),
    [
        ("full", "Sorry, the user is over quota", False),
        ("gone", "Sorry, no mailbox here by that name.", True),
    ],
)
def test_an_older_servers_words_say_whether_the_address_is_gone(kind: str, words: str, is_gone: bool) -> None:
    head = (
        f"From: {DAEMON}\nTo: in.desk@north-clinic.com\nSubject: failure notice\n\nHi. This is the qmail-send"
    )
    text = f"{head} program at mail.example.com.\nThis is a permanent error; I've given up.\n\n"
    text += f"<ana@example-clinic.com>:\n{words}\n\n--- Below this line is a copy of the message.\n\n{COPY}"
    for charset in ("utf-8", "latin-1"):
        receipt = told(f"{text}The quota is full, no such user is unknown.\n".encode(charset))
        assert (receipt.kind, receipt.lesson is Lesson.GONE) == (ReceiptKind.UNDELIVERED, is_gone)


@pytest.mark.parametrize(
    ("feedback", "kind"),
    [
        ("abuse", ReceiptKind.COMPLAINED),
        ("fraud", ReceiptKind.COMPLAINED),
        ("opt-out", ReceiptKind.COMPLAINED),
        ("not-spam", ReceiptKind.SENT),
    ],
)
def test_a_complaint_is_one(feedback: str, kind: ReceiptKind) -> None:
    fields = f"Feedback-Type: {feedback}\nUser-Agent: Some/1.0\nVersion: 1"
    receipt = told(report("feedback-report", fields, writer="abuse@isp.example"))
    assert (receipt.kind, receipt.at) == (kind, None)
    dated = "Date: Mon, 23 Nov 2026 12:00:05 -0500\n"
    later = told(report("feedback-report", fields, writer="abuse@isp.example", head=dated))
    assert (later.kind, later.at) == (kind, NOON + timedelta(seconds=5))


def test_a_note_that_a_mail_was_read_shows_that_it_arrived() -> None:
    fields = f"Original-Message-ID: {OURS}\nDisposition: manual-action/MDN-sent-manually; displayed"
    receipt = told(report("disposition-notification", fields, copy="", writer="ana@example-clinic.com"))
    assert receipt.kind is ReceiptKind.DELIVERED


def test_a_postmaster_may_be_a_person() -> None:
    raw = f"From: postmaster@small.example\nMessage-ID: <p@small.example>\nIn-Reply-To: {OURS}\n\nSTOP\n"
    [reply, receipt] = news_of(raw.encode())
    assert isinstance(reply, IncomingMessage)
    assert (reply.body, reply.answers_id) == ("STOP", "m3")
    assert isinstance(receipt, Receipt)


def test_our_own_mail_that_comes_back_is_nobodys_answer() -> None:
    earlier = "<rollcall.m2@north-clinic.com>"
    assert told(f"In-Reply-To: {earlier}\n{COPY}".encode()).kind is ReceiptKind.SENT


def test_a_large_attachment_is_known_by_its_size_and_read_no_further() -> None:
    content = base64.encodebytes(b"x" * 20_000_000).replace(b"\n", b"\r\n")
    head = f"From: ana@example.com\r\nMessage-ID: <1@x>\r\nIn-Reply-To: {OURS}\r\nMIME-Version: 1.0\r\n"
    raw = head.encode() + (
        b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n--B\r\nContent-Type: text/plain\r\n\r\nYes\r\n'
        b'--B\r\nContent-Type: application/pdf; name="scan.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        + content
        + b'--B\r\nContent-Type: text/csv; name="b.csv"\r\n\r\n'
        + b"a,b\r\n" * 30_000
        + b"--B--\r\n"
    )
    [reply, _] = news_of(raw)
    assert isinstance(reply, IncomingMessage)
    assert reply.body == "Yes"
    scan, table = reply.media
    assert (scan.name, scan.size, table.name) == ("scan.pdf", 20_000_000, "b.csv")
    assert table.size == pytest.approx(150_000, abs=5)


def test_a_mail_that_is_one_large_file_is_known_by_its_size() -> None:
    content = base64.encodebytes(b"x" * 3_000_001).replace(b"\n", b"\r\n")
    head = f"Received: from a\r\n\tby b\r\nFrom: ana@example.com\r\nIn-Reply-To: {OURS}\r\n"
    kind = 'Content-Type: application/pdf; name="scan.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    [reply, _] = news_of(f"{head}{kind}".encode() + content)
    assert isinstance(reply, IncomingMessage)
    assert [(one.name, one.size) for one in reply.media] == [("scan.pdf", 3_000_001)]


@pytest.mark.parametrize("line", [b"\r\n", b"--B\r\n", b"> > >\r\n", b"X: y\r\n"])
def test_a_mail_of_a_million_lines_is_read_as_far_as_anybody_reads(line: bytes) -> None:
    raw = b"From: ana@example.com\r\nMessage-ID: <1@x>\r\n\r\nYes\r\n" + line * 1_000_000
    [reply] = news_of(raw)
    assert isinstance(reply, IncomingMessage)
    assert reply.body.startswith("Yes")


FORMS = {
    "html alone": "Content-Type: text/html\n\n<p>No, <b>thank you</b></p>",
    "base64": f"Content-Transfer-Encoding: base64\n\n{base64.encodebytes(b'No, thank you').decode()}",
    "base64, cut": "Content-Transfer-Encoding: base64\n\nTm8sIHRoYW5rIHlvdQ",
    "a charset that is none": "Content-Type: text/plain; charset=x-nonsense\n\nNo, thank you",
    "winmail.dat": 'Content-Type: multipart/mixed; boundary="B"\n\n--B\nContent-Type: text/plain\n\n'
    'No, thank you\n--B\nContent-Type: application/ms-tnef; name="winmail.dat"\n'
    "Content-Transfer-Encoding: base64\n\neJ8+\n--B--\n",
    "quoted below": f"\nNo, thank you\n\n> Hello\n> {'STOP ' * 3}\n> more\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_an_answer_is_read_in_whatever_form_it_comes(name: str) -> None:
    head = f"From: ana@example.com\nMessage-ID: <1@x>\nIn-Reply-To: {OURS}\nMIME-Version: 1.0\n"
    [reply, _] = news_of(f"{head}{FORMS[name]}".encode())
    assert isinstance(reply, IncomingMessage)
    assert (reply.body, reply.answers_id) == ("No, thank you", "m3")
    assert [one.name for one in reply.media] == (["winmail.dat"] if name == "winmail.dat" else [])
