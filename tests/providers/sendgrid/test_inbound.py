"""Mails that people write, as Inbound Parse posts them: whose words they are, and whom they answer."""

import json
from typing import Any

import pytest

from shared.domain.errors import InvalidInput
from shared.domain.messages.sending import IncomingMessage
from shared.providers.kit.mail_text import LONGEST_KEPT, new_text
from shared.providers.sendgrid.form import MOST_PARTS
from shared.providers.sendgrid.inbound import parse_inbound

TYPE = "multipart/form-data; boundary=xYz"
PNG = b"\x89PNG\r\n--xY\x00"
HEADERS = (
    "Received: by mx.sendgrid.net\nFrom: Ana <ana@example.com>\nTo: desk@in.example.com\n"
    "Message-ID: <CA+1@mail.gmail.com>\nIn-Reply-To: <rollcall.m1@example.com>\n"
)


def form(*files: tuple[str, str, bytes], **fields: str | bytes) -> bytes:
    """A form as SendGrid builds it."""
    parts = [
        f'--xYz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        + (value if isinstance(value, bytes) else value.encode())
        for name, value in fields.items()
    ] + [
        f'--xYz\r\nContent-Disposition: form-data; name="attachment1"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode()
        + content
        for name, kind, content in files
    ]
    return b"".join(part + b"\r\n" for part in parts) + b"--xYz--\r\n"


def parsed(*files: tuple[str, str, bytes], **changes: str | bytes) -> IncomingMessage:
    fields: dict[str, Any] = {
        "headers": HEADERS,
        "from": "Ana <ana@example.com>",
        "to": "desk@in.example.com",
        "subject": "Re: Your visit",
        "text": "Confirm\r\n",
        "envelope": json.dumps({"to": ["desk@in.example.com"], "from": "ana@example.com"}),
    }
    [mail] = parse_inbound(TYPE, form(*files, **(fields | changes)))
    return mail


def raw(*lines: bytes) -> IncomingMessage:
    mail = b"\r\n".join((b"From: ana@example.com", b"Message-ID: <1@x>", b"MIME-Version: 1.0", *lines))
    [found] = parse_inbound(TYPE, form(email=mail, envelope='{"to":["desk@in.example.com"],"from":"b@x"}'))
    return found


def test_a_mail_is_its_writers_words_and_names_what_it_answers() -> None:
    mail = parsed(("Röntgen.png", "image/png", PNG))
    assert (mail.from_address, mail.to_address) == ("ana@example.com", "desk@in.example.com")
    assert mail.body == "Confirm"
    assert (mail.answers_id, mail.is_automatic) == ("m1", False)
    [media] = mail.media
    assert (media.name, media.content_type, media.size, media.url) == (
        "Röntgen.png",
        "image/png",
        len(PNG),
        "",
    )


def test_the_same_post_again_is_the_same_mail_and_another_is_not() -> None:
    assert parsed().provider_id == parsed(text="changed by a scanner").provider_id
    other = HEADERS.replace("CA+1", "CA+2")
    assert parsed(headers=other).provider_id != parsed().provider_id
    without = HEADERS.replace("Message-ID", "X-Other")
    assert parsed(headers=without).provider_id != parsed(headers=without, text="Another").provider_id


QUOTED = {
    "gmail en": "Yes\n\nOn Mon, Nov 30, 2026 at 9:00 AM Clinic <a@c.example> wrote:\n\n> Please cancel.\n",
    "gmail de": "Yes\n\nAm Mo., 30. Nov. 2026 um 09:00 Uhr schrieb Klinik <a@c.example>:\n\n> Absagen?\n",
    "gmail fr": "Yes\n\nLe lun. 30 nov. 2026 à 09:00, Clinique <a@c.example> a écrit :\n\n> Annuler ?\n",
    "gmail es": "Yes\n\nEl lun, 30 nov 2026 a las 9:00, Clínica (<a@c.example>) escribió:\n\n> ¿Cancelar?\n",
    "gmail pt": "Yes\n\nEm seg., 30 de nov. de 2026 às 09:00, Clínica <a@c.example> escreveu:\n\n> Não\n",
    "apple de": "Yes\n\n> Am 30.11.2026 um 09:00 schrieb Klinik <a@c.example>:\n> \n> Absagen?\n",
    "outlook en": "Yes\n\nFrom: Clinic <a@c.example>\nSent: Monday, November 30, 2026 9:00 AM\n"
    "To: Ann <ann@x.example>\nSubject: Your visit\n\nPlease cancel\n",
    "outlook de": "Yes\n\n________________________________\nVon: Klinik <a@c.example>\n"
    "Gesendet: Montag, 30. November 2026 09:00\nAn: Ann <ann@x.example>\nBetreff: Ihr Termin\n\nAbsagen?\n",
    "outlook fr": "Yes\n\nDe : Clinique <a@c.example>\nEnvoyé : lundi 30 novembre 2026 09:00\n"
    "À : Ann <ann@x.example>\nObjet : Votre rendez-vous\n\nAnnuler ?\n",
    "outlook es": "Yes\n\nDe: Clínica <a@c.example>\nEnviado: lunes, 30 de noviembre de 2026 9:00\n"
    "Para: Ann <ann@x.example>\nAsunto: Su cita\n\n¿Cancelar?\n",
    "wrapped": "Yes\n\nOn Monday, 30 November 2026 at 09:00:00 GMT, The very long name of the clinic\n"
    "<appointments@clinic.example> wrote:\n\n> Please cancel\n",
}


@pytest.mark.parametrize("program", QUOTED)
def test_what_is_quoted_is_not_the_writers(program: str) -> None:
    assert parsed(text=QUOTED[program]).body == "Yes"
    assert parsed(text=QUOTED[program].replace("\n", "\r\n")).body == "Yes"


def test_html_alone_is_read_without_its_quote() -> None:
    html = (
        '<div dir="ltr">S&iacute;,<br>voy</div><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        "El lun, 30 nov 2026 a las 9:00, C (&lt;a@c.example&gt;) escribi&oacute;:</div><blockquote>Cancelar"
        "</blockquote></div>"
    )
    assert parsed(text="", html=html).body.split() == ["Sí,", "voy"]


@pytest.mark.parametrize(
    ("text", "subject", "said"),
    [
        ("", "STOP", "STOP"),
        ("\n ", "unsubscribe", "unsubscribe"),
        ("", "Re: Please cancel or confirm", ""),
        ("", "AW: Absagen?", ""),
        ("> only a quote", "Re: x", "> only a quote"),
        ("y" * (LONGEST_KEPT + 5), "", "y" * LONGEST_KEPT),
    ],
)
def test_a_mail_without_words_says_its_subject_unless_that_is_ours(
    text: str, subject: str, said: str
) -> None:
    assert new_text(text, "", subject) == said


@pytest.mark.parametrize(
    ("header", "is_automatic"),
    [
        ("Auto-Submitted: auto-replied", True),
        ("Auto-Submitted: auto-generated; type=x", True),
        ("Auto-Submitted: no", False),
        ("Precedence: auto_reply", True),
        ("Precedence: bulk", True),
        ("Precedence: first-class", False),
        ("X-Autoreply: yes", True),
        ("Content-Type: multipart/report; report-type=delivery-status", True),
        ("Return-Path: <>", True),
        ("X-Mailer: Outlook", False),
    ],
)
def test_machines_are_known_by_their_headers(header: str, is_automatic: bool) -> None:
    assert parsed(headers=f"{HEADERS}{header}\n").is_automatic is is_automatic


def test_a_mail_from_nobody_is_a_machines() -> None:
    assert parsed(envelope='{"to":["desk@in.example.com"],"from":""}').is_automatic


@pytest.mark.parametrize(
    ("data", "charsets"),
    [
        ("Bestätigt ß".encode("iso-8859-1"), {"text": "iso-8859-1"}),
        ("Bestätigt ß".encode("windows-1252"), {"text": "windows-1252"}),
        ("Bestätigt ß".encode(), {"text": "utf-8"}),
        ("Bestätigt ß".encode(), {}),
        ("Bestätigt ß".encode("iso-8859-1"), {}),
        ("Bestätigt ß".encode("iso-8859-1"), {"text": "x-nonsense"}),
        ("Bestätigt ß".encode("iso-8859-1"), {"text": "ascii"}),
    ],
)
def test_a_text_survives_whatever_charset_it_claims(data: bytes, charsets: dict[str, str]) -> None:
    assert parsed(text=data, charsets=json.dumps(charsets)).body == "Bestätigt ß"


def test_a_raw_mail_is_read_alike() -> None:
    mail = raw(
        b"Subject: =?utf-8?B?UmU6IFZpc2l0?=",
        b"References: <x@y> <rollcall.m7@example.com>",
        b"Content-Type: multipart/mixed; boundary=b", b"",
        b"--b", b"Content-Type: multipart/alternative; boundary=c", b"",
        b"--c", b"Content-Type: text/plain; charset=iso-8859-1",
        b"Content-Transfer-Encoding: quoted-printable", b"", b"Best=E4tigt", b"> q",
        b"--c", b"Content-Type: text/html", b"", b"<p>other</p>", b"--c--",
        b"--b", b'Content-Type: application/pdf; name="a.pdf"', b"Content-Transfer-Encoding: base64",
        b"Content-Disposition: attachment", b"", b"AAAA", b"--b--",
    )  # fmt: skip
    assert (mail.body, mail.answers_id) == ("Bestätigt\n> q", "m7")
    assert [(one.name, one.content_type, one.size) for one in mail.media] == [("a.pdf", "application/pdf", 3)]


@pytest.mark.parametrize(
    "lines",
    [
        (b"Content-Type: text/plain; charset=nonsense", b"", b"Yes \xe4"),
        (b"Content-Type: text/plain; charset=utf-8", b"", b"Yes \xe4"),
        (b"Content-Type: rubbish", b"", b"Yes \xe4"),
        (b"Content-Type: text/html; charset=utf-8", b"", b"<p>Yes \xe4</p>"),
    ],
)
def test_a_raw_mail_survives_what_no_program_should_write(lines: tuple[bytes, ...]) -> None:
    assert raw(b"Subject: =?bad?Q?=E4?=", *lines).body == "Yes ä"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", b"Yes"),
        ("multipart/form-data", form(text="Yes")),
        (TYPE, b"no form at all"),
        (TYPE, form(text="Yes")),
        (TYPE, form(**{f"field{n}": "x" for n in range(MOST_PARTS + 1)})),
    ],
)
def test_what_is_no_mail_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse_inbound(content_type, body)
