"""Messages as SendGrid takes them: which share a request, and what the request says."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from sendgrid.helpers.mail import Attachment as MailAttachment
from sendgrid.helpers.mail import (
    ClickTracking,
    CustomArg,
    Disposition,
    FileContent,
    FileName,
    FileType,
    From,
    Header,
    Mail,
    OpenTracking,
    Personalization,
    ReplyTo,
    Subject,
    Substitution,
    To,
    TrackingSettings,
)

from shared.domain.messages.sending import Attachment, OutgoingMessage
from shared.providers.kit.threads import thread_headers
from shared.providers.sendgrid.shared_text import SharedText, bytes_of, pieces_of

MESSAGE_ID_ARG = "rollcall_message_id"
# SendGrid allows 1,000; but one lost answer leaves a whole request in doubt.
MAX_RECIPIENTS = 250
# SendGrid allows 10,000 bytes of substitutions for each recipient, tags included.
# https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send
MAX_OWN_BYTES = 9_000
_Key = tuple[object, ...]


def group(messages: Sequence[OutgoingMessage]) -> list[list[OutgoingMessage]]:
    """The messages by request: same sender and attachments, no address twice, at most MAX_RECIPIENTS.

    Long ones share a request where they have as many pieces, so that what they have in common is said once;
    one that differs from the others by more than SendGrid takes goes alone.
    """
    shared: dict[_Key, list[dict[str, OutgoingMessage]]] = {}
    for message in messages:
        requests = shared.setdefault(_key(message), [])
        address = message.to_address.casefold()
        request = next((r for r in requests if len(r) < MAX_RECIPIENTS and address not in r), None)
        if request is None:
            request = {}
            requests.append(request)
        request[address] = message
    groups = [list(request.values()) for requests in shared.values() for request in requests]
    return [part for together in groups for part in _fitting(together)]


def build(messages: Sequence[OutgoingMessage]) -> dict[str, Any]:
    """The body of one mail/send request for messages of one `group`, in their order.

    Each recipient's own pieces replace tags in the shared content; the tags are random, so no text can
    contain them. Opens and clicks are not tracked: machines open mail and follow links, so they prove
    nothing, and rewritten links make people suspicious.
    """
    parts = _parts(messages)
    mail = Mail()
    mail.from_email = _from(messages[0])
    if messages[0].reply_to:
        mail.reply_to = _reply_to(messages[0].reply_to)
    for index, message in enumerate(messages):
        own = {tag: value for part in parts.values() for tag, value in part.own(index).items()}
        # Without an index the helper puts each one first, and errors would name the wrong recipient.
        mail.add_personalization(_personalization(message, own), index=index)
    mail.tracking_settings = TrackingSettings(
        click_tracking=ClickTracking(enable=False, enable_text=False),
        open_tracking=OpenTracking(enable=False),
    )
    # Not by the helper's Content: it refuses texts that happen to begin like an API key.
    request: dict[str, Any] = mail.get()
    if messages[0].attachments:
        request["attachments"] = [_attachment(one) for one in messages[0].attachments]
    return request | {"content": [{"type": kind, "value": part.text} for kind, part in parts.items()]}


def _key(message: OutgoingMessage) -> _Key:
    shape = (len(pieces_of(message.body)), len(pieces_of(message.html))) if _is_long(message) else ()
    who = (message.from_address, message.from_name, message.reply_to)
    return (*who, bool(message.html), shape, message.attachments)


def _is_long(message: OutgoingMessage) -> bool:
    """Whether it cannot be a recipient's own as a whole."""
    return bytes_of(message.body) + bytes_of(message.html) > MAX_OWN_BYTES


def _parts(messages: Sequence[OutgoingMessage]) -> dict[str, SharedText]:
    """The contents, by type, in SendGrid's order."""
    parts = {"text/plain": SharedText([message.body for message in messages])}
    if messages[0].html:
        parts["text/html"] = SharedText([message.html for message in messages])
    return parts


def _fitting(messages: Sequence[OutgoingMessage]) -> list[list[OutgoingMessage]]:
    """The messages in parts in which what each has of its own is not too long."""
    if len(messages) < 2 or not _is_long(messages[0]):  # as one is, so are all of a request
        return [list(messages)]
    parts = _parts(messages).values()
    own = [sum(part.own_bytes(index) for part in parts) for index in range(len(messages))]
    fitting = [message for message, size in zip(messages, own, strict=True) if size <= MAX_OWN_BYTES]
    others = [message for message, size in zip(messages, own, strict=True) if size > MAX_OWN_BYTES]
    if fitting:  # without the others they differ in no more than before
        return [fitting] + (_fitting(others) if others else [])
    middle = len(messages) // 2
    return _fitting(messages[:middle]) + _fitting(messages[middle:])


def _attachment(attachment: Attachment) -> dict[str, str]:
    content = FileContent(base64.b64encode(attachment.content).decode())
    name, kind = FileName(attachment.name), FileType(attachment.media_type)
    found: dict[str, str] = MailAttachment(content, name, kind, Disposition("attachment")).get()
    return found


def _from(message: OutgoingMessage) -> From:
    sender = From()
    sender.email = message.from_address
    sender.name = message.from_name or None
    return sender


def _reply_to(address: str) -> ReplyTo:
    reply_to = ReplyTo()
    reply_to.email = address
    return reply_to


def _personalization(message: OutgoingMessage, own: Mapping[str, str]) -> Personalization:
    to = To()
    to.email = message.to_address  # set apart: the constructor would parse it as "name <address>"
    personalization = Personalization()
    personalization.add_to(to)
    personalization.subject = Subject(message.subject).get()
    personalization.add_custom_arg(CustomArg(MESSAGE_ID_ARG, message.message_id))
    for name, value in {**thread_headers(message), **message.headers}.items():
        personalization.add_header(Header(name, value))
    for tag, value in own.items():
        personalization.add_substitution(Substitution(tag, value))
    return personalization
