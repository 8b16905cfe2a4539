"""A message as a mail (RFC 5322), in seven bits and lines that every server takes."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from shared.domain.messages.sending import OutgoingMessage
from shared.providers.kit.threads import thread_headers

_POLICY = SMTP.clone(cte_type="7bit")


def mail_of(message: OutgoingMessage, reply_to: str, now: datetime) -> bytes:
    """The mail's bytes, with lines that end in CR LF. Answers go to `reply_to`, if it is not empty."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = formataddr((message.from_name, message.from_address))
    mail["To"] = message.to_address
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = format_datetime(now)
    for name, value in {**thread_headers(message), **message.headers}.items():
        mail[name] = value
    if reply_to:
        mail["Reply-To"] = reply_to
    mail.set_content(message.body)
    if message.html:
        mail.add_alternative(message.html, subtype="html")
    for one in message.attachments:
        kind, _, subtype = one.media_type.partition("/")
        mail.add_attachment(one.content, maintype=kind, subtype=subtype or "octet-stream", filename=one.name)
    return mail.as_bytes()


def message_id_of(message: OutgoingMessage) -> str:
    """The Message-ID of its mail, without the brackets."""
    return thread_headers(message)["Message-ID"].strip("<>")
