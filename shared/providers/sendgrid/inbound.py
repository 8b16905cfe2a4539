"""What Inbound Parse posts: a mail that somebody wrote to us, taken apart or as it came ("raw").

https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook
"""

import email
import email.policy
from collections.abc import Mapping

import orjson

from shared.domain.messages.sending import IncomingMessage, Media
from shared.providers.kit.inbound_mail import (
    LONGEST_NAME,
    MOST_MEDIA,
    Mail,
    decoded,
    headers_of,
    incoming_of,
    read_mail,
)
from shared.providers.sendgrid.form import Form, read_form


def parse_inbound(content_type: str, body: bytes) -> list[IncomingMessage]:
    """The mail of one post. Raises InvalidInput when it is no such form or nobody wrote it."""
    form = read_form(content_type, body)
    mail = read_mail(form.fields["email"]) if "email" in form.fields else _parsed_mail(form)
    envelope = _json(form.fields.get("envelope", b""))
    to, writer = envelope.get("to"), envelope.get("from")
    return [
        incoming_of(
            mail,
            writer=str(writer or ""),
            to_address=str(to[0]) if isinstance(to, list) and to else "",
            is_returned=writer == "",
        )
    ]


def _parsed_mail(form: Form) -> Mail:
    """A mail that SendGrid took apart: each field is in the charset that `charsets` names."""
    charsets = _json(form.fields.get("charsets", b""))

    def field(name: str) -> str:
        return decoded(form.fields.get(name, b""), str(charsets.get(name) or ""))

    headers = headers_of(
        email.message_from_bytes(form.fields.get("headers", b""), policy=email.policy.default)
    )
    shown = {name: field(name) for name in ("from", "to", "subject") if name in form.fields}
    media = tuple(
        Media(url="", content_type=file.content_type, name=file.name[:LONGEST_NAME], size=file.size)
        for file in form.files[:MOST_MEDIA]
    )
    return Mail(headers={**headers, **shown}, text=field("text"), html=field("html"), media=media)


def _json(data: bytes) -> Mapping[str, object]:
    try:
        read = orjson.loads(data or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return read if isinstance(read, dict) else {}
