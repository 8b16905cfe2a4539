"""Messages as SendGrid takes them: which share a request, and what the request says."""

from collections.abc import Sequence
from typing import Any

from sendgrid.helpers.mail import (
    ClickTracking,
    CustomArg,
    From,
    Mail,
    OpenTracking,
    Personalization,
    ReplyTo,
    Subject,
    Substitution,
    To,
    TrackingSettings,
)

from shared.domain.ids import random_id
from shared.domain.messages.sending import OutgoingMessage

MESSAGE_ID_ARG = "rollcall_message_id"
# SendGrid allows 1,000; but one lost answer leaves a whole request in doubt.
MAX_RECIPIENTS = 250
# SendGrid allows 10,000 bytes of substitutions for each recipient, tags included.
# https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
MAX_SHARED_BODY_BYTES = 9_000


def group(messages: Sequence[OutgoingMessage]) -> list[list[OutgoingMessage]]:
    """The messages by request: same sender, no address twice, at most MAX_RECIPIENTS, long bodies alone."""
    alone: list[list[OutgoingMessage]] = []
    shared: dict[tuple[str | None, ...], list[dict[str, OutgoingMessage]]] = {}
    for message in messages:
        if len(message.body.encode(errors="surrogatepass")) > MAX_SHARED_BODY_BYTES:
            alone.append([message])
            continue
        requests = shared.setdefault((message.from_address, message.from_name, message.reply_to), [])
        address = message.to_address.casefold()
        request = next((r for r in requests if len(r) < MAX_RECIPIENTS and address not in r), None)
        if request is None:
            request = {}
            requests.append(request)
        request[address] = message
    return alone + [list(request.values()) for requests in shared.values() for request in requests]


def build(messages: Sequence[OutgoingMessage]) -> dict[str, Any]:
    """The body of one mail/send request for messages of one `group`, in their order.

    Plain text. Each recipient's own text replaces a tag in the shared content; the tag is random, so no text
    can contain it. Opens and clicks are not tracked: machines open mail and follow links, so they prove
    nothing, and rewritten links make people suspicious.
    """
    tag = f"-{random_id()}-" if len(messages) > 1 else None
    mail = Mail()
    mail.from_email = _from(messages[0])
    if messages[0].reply_to:
        mail.reply_to = _reply_to(messages[0].reply_to)
    for index, message in enumerate(messages):
        # Without an index the helper puts each one first, and errors would name the wrong recipient.
        mail.add_personalization(_personalization(message, tag), index=index)
    mail.tracking_settings = TrackingSettings(
        click_tracking=ClickTracking(enable=False, enable_text=False),
        open_tracking=OpenTracking(enable=False),
    )
    # Not by the helper's Content: it refuses texts that happen to begin like an API key.
    request: dict[str, Any] = mail.get()
    return request | {"content": [{"type": "text/plain", "value": tag or messages[0].body}]}


def _from(message: OutgoingMessage) -> From:
    sender = From()
    sender.email = message.from_address
    sender.name = message.from_name or None
    return sender


def _reply_to(address: str) -> ReplyTo:
    reply_to = ReplyTo()
    reply_to.email = address
    return reply_to


def _personalization(message: OutgoingMessage, tag: str | None) -> Personalization:
    to = To()
    to.email = message.to_address  # set apart: the constructor would parse it as "name <address>"
    personalization = Personalization()
    personalization.add_to(to)
    personalization.subject = Subject(message.subject).get()
    personalization.add_custom_arg(CustomArg(MESSAGE_ID_ARG, message.message_id))
    if tag:
        personalization.add_substitution(Substitution(tag, message.body))
    return personalization
