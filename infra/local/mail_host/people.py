"""What people and mail servers write in answer to a mail that the host took."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any
from uuid import uuid4

Mail = Mapping[str, Any]  # as the books keep it
_BOUNDARY = "==mail-host=="
_RETURNED = """\
From: Mail Delivery System <MAILER-DAEMON@mail-host.local>
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: <{id}@mail-host.local>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="{boundary}"

--{boundary}
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

<{recipient}>: {said}

--{boundary}
Content-Type: message/delivery-status

Reporting-MTA: dns; mail-host.local

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--{boundary}
Content-Type: message/rfc822

"""


def answer_to(mail: Mail, body: str, headers: Mapping[str, str], at: float) -> bytes:
    """What the recipient writes, `at` a Unix time, with a quote below; `headers` are further ones."""
    answered = message_from_bytes(mail["raw"], policy=policy.default)
    made = EmailMessage(policy=policy.SMTP)
    made["From"], made["To"] = mail["recipient"], answered["Reply-To"] or answered["From"]
    subject = str(answered["Subject"])
    made["Subject"] = subject if subject.startswith("Re: ") else f"Re: {subject}"
    made["Date"] = format_datetime(datetime.fromtimestamp(at, UTC))
    made["Message-ID"] = f"<{uuid4().hex}@{mail['recipient'].rpartition('@')[2]}>"
    made["In-Reply-To"] = str(answered["Message-ID"])
    made["References"] = f"{answered.get('References', '')} {answered['Message-ID']}".strip()
    for name, value in headers.items():
        made[name] = value
    quoted = "\n".join(f"> {line}" for line in text_of(mail["raw"]).splitlines())
    made.set_content(f"{body}\n\nOn Mon, Nov 30, 2026 at 9:00 AM <{mail['mailbox']}> wrote:\n\n{quoted}\n")
    return made.as_bytes()


def returned(mail: Mail, status: str, said: str, action: str, at: float) -> bytes:
    """The mail as a server returns it (RFC 3464)."""
    head = _RETURNED.format(
        to=mail["envelope_from"],
        date=format_datetime(datetime.fromtimestamp(at, UTC)),
        id=uuid4().hex,
        boundary=_BOUNDARY,
        recipient=mail["recipient"],
        said=said,
        action=action,
        status=status,
    )
    end, raw = f"\n--{_BOUNDARY}--\n", bytes(mail["raw"])
    return (head.encode() + raw.replace(b"\r\n", b"\n") + end.encode()).replace(b"\n", b"\r\n")


def text_of(raw: bytes) -> str:
    """The text that people read."""
    part = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def address_answered(mail: Mail) -> str:
    """Where answers to the mail go."""
    found = message_from_bytes(mail["raw"], policy=policy.default)
    return parseaddr(str(found["Reply-To"] or found["From"]))[1]
