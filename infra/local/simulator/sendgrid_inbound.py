"""A mail that somebody writes, as SendGrid's Inbound Parse posts it: taken apart, or as it came."""

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape

from msgspec import Struct, field

BOUNDARY = "xYzZY"
CHARSETS = ("to", "from", "subject", "text", "html")
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


class Written(Struct, frozen=True, kw_only=True):
    """What a person writes; `headers` are what its mail program adds, `media` types of attachments."""

    body: str
    subject: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    media: Sequence[str] = ()


class InboundMail(Struct, frozen=True, kw_only=True):
    """What a person writes in answer to a mail, with what its mail program adds."""

    message: EmailMessage
    text: str
    html: str

    def form(self, *, is_raw: bool) -> bytes:
        """The body of the post."""
        envelope = {"to": [self.message["To"]], "from": self.message["From"]}
        if is_raw:
            return _form({"email": self.message.as_bytes(), "envelope": json.dumps(envelope).encode()})
        headers = "\n".join(f"{name}: {value}" for name, value in self.message.items())
        fields = {
            "headers": headers.encode(),
            "from": str(self.message["From"]).encode(),
            "to": str(self.message["To"]).encode(),
            "subject": str(self.message["Subject"]).encode(),
            "text": self.text.encode(),
            "html": self.html.encode(),
            "envelope": json.dumps(envelope).encode(),
            "charsets": json.dumps(dict.fromkeys(CHARSETS, "UTF-8")).encode(),
            "SPF": b"pass",
            "attachments": str(len(list(self.message.iter_attachments()))).encode(),
        }
        return _form(fields, self.message)


def answer_to(mail: sqlite3.Row, headers: Mapping[str, str], reply: Written, at: float) -> InboundMail:
    """The answer to a mail that was sent with these headers: with a quote of it, as Gmail writes one.

    It is written `at` (Unix time).
    """
    message = EmailMessage()
    message["From"], message["To"] = mail["handset"], mail["reply_to"] or mail["sender"]
    message["Subject"] = reply.subject or f"Re: {mail['subject']}"
    message["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    message["Message-ID"] = f"<{secrets.token_hex(12)}@mail.example.com>"
    answered = headers.get("Message-ID", f"<{mail['request_id']}@geopod-ismtpd-0>")
    message["In-Reply-To"], message["References"] = answered, answered
    for name, value in reply.headers.items():  # in place of what is there; empty: without it
        del message[name]
        if value:
            message[name] = value
    text, html = _texts(mail, reply)
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    for kind in reply.media:
        main, _, sub = kind.partition("/")
        message.add_attachment(b"\x89 not shown", maintype=main, subtype=sub, filename=f"file.{sub}")
    return InboundMail(message=message, text=text, html=html)


def _texts(mail: sqlite3.Row, reply: Written) -> tuple[str, str]:
    head = f"On Mon, Nov 30, 2026 at 9:00 AM <{mail['sender']}> wrote:"
    quoted = "\n".join(f"> {line}" for line in str(mail["body"]).splitlines())
    html = (
        f'<div dir="ltr">{escape(reply.body)}</div><div class="gmail_quote"><div class="gmail_attr">'
        f"{escape(head)}</div><blockquote>{mail['html'] or escape(mail['body'])}</blockquote></div>"
    )
    return f"{reply.body}\n\n{head}\n\n{quoted}\n", html


def _form(fields: Mapping[str, bytes], message: EmailMessage | None = None) -> bytes:
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields.items()
    ]
    for number, part in enumerate(message.iter_attachments() if message else (), start=1):
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="attachment{number}"; '
            f'filename="{part.get_filename()}"\r\nContent-Type: {part.get_content_type()}\r\n\r\n'
        )
        data = part.get_payload(decode=True)
        parts.append(head.encode() + (data if isinstance(data, bytes) else b"") + b"\r\n")
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
