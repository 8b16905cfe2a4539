"""What Amazon SES tells of mails: events of a configuration set, or notifications of an identity.

https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from shared.domain.errors import InvalidInput
from shared.domain.ids import computed_id
from shared.domain.messages.sending import Lesson, Receipt, ReceiptKind

MESSAGE_ID_TAG = "rollcall_message_id"
_MESSAGE_ID = re.compile(r"[\w-]{1,128}", re.ASCII)
_KINDS: Mapping[str, ReceiptKind] = {
    "send": ReceiptKind.SENDING,
    "delivery": ReceiptKind.DELIVERED,
    "deliverydelay": ReceiptKind.SENDING,
    "bounce": ReceiptKind.UNDELIVERED,
    "complaint": ReceiptKind.COMPLAINED,
    "reject": ReceiptKind.FAILED,
    "rendering failure": ReceiptKind.FAILED,
}
_REASONS: Mapping[str, str] = {
    "deliverydelay": "The recipient's mail server asks to wait; Amazon SES tries again.",
    "bounce": "The recipient's mail server refused the message.",
    "complaint": "The recipient marked the message as spam.",
    "reject": "Amazon SES did not send the message.",
    "rendering failure": "Amazon SES did not send the message.",
}


def parse_events(text: str) -> list[Receipt]:
    """The receipts in one notification's message. One that is not about our mail says nothing.

    So does one that is no JSON: Amazon begins with a sentence that it has validated the topic. Raises
    InvalidInput for JSON that is no object.
    """
    try:
        event = json.loads(text)
    except ValueError:
        return []
    if not isinstance(event, dict):
        raise InvalidInput.at("body.Message", "is no object; Amazon SES posts one")
    name = str(event.get("eventType") or event.get("notificationType") or "").casefold()
    mail = event.get("mail")
    if name not in _KINDS or not isinstance(mail, dict):
        return []
    details = event.get(_details_name(name))
    return list(_receipts(name, mail, details if isinstance(details, dict) else {}))


def _details_name(name: str) -> str:
    names = {"deliverydelay": "deliveryDelay", "rendering failure": "failure"}
    return names.get(name, name)


def _receipts(name: str, mail: Mapping[str, Any], details: Mapping[str, Any]) -> Iterator[Receipt]:
    """One for each address that it is about; mails of ours have one recipient each."""
    message_id, provider_id = _our_id(mail), str(mail.get("messageId") or "")
    if not message_id and not provider_id:
        return
    for address, said in _about(name, mail, details):
        at = str(details.get("timestamp") or mail.get("timestamp") or "")
        reason = _REASONS.get(name)
        yield Receipt(
            message_id=message_id,
            kind=_KINDS[name],
            event_id=computed_id(message_id or provider_id, name, address, at),
            provider_id=provider_id or None,
            code=_code(name, details),
            reason=f"{reason} It says: {said}" if reason and said else reason,
            address=address or None,
            lesson=_lesson(name, details),
            at=_moment(at),
        )


def _moment(text: str) -> datetime | None:
    """A time as Amazon writes it: "2026-05-05T10:00:00.123Z"."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _our_id(mail: Mapping[str, Any]) -> str:
    tags = mail.get("tags")
    values = tags.get(MESSAGE_ID_TAG) if isinstance(tags, dict) else None
    found = str(values[0]) if isinstance(values, list) and values else ""
    return found if _MESSAGE_ID.fullmatch(found) else ""


def _about(name: str, mail: Mapping[str, Any], details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The addresses, each with what the other server said of it."""
    for key in ("bouncedRecipients", "complainedRecipients", "delayedRecipients"):
        several = details.get(key)
        if isinstance(several, list) and several:
            return [
                (str(one.get("emailAddress") or ""), str(one.get("diagnosticCode") or ""))
                for one in several
                if isinstance(one, dict)
            ]
    to = mail.get("destination")
    said = str(details.get("reason") or details.get("errorMessage") or "")
    return [(str(to[0]) if isinstance(to, list) and to else "", said)]


def _code(name: str, details: Mapping[str, Any]) -> str | None:
    if name == "bounce":
        return f"{details.get('bounceType', '')} {details.get('bounceSubType', '')}".strip() or name
    return name if name in _REASONS else None


def _lesson(name: str, details: Mapping[str, Any]) -> Lesson | None:
    """A bounce for good says that nothing will ever arrive; one on Amazon's own list says so too.

    https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html#bounce-types
    """
    if name == "complaint":
        return Lesson.COMPLAINED
    return Lesson.GONE if name == "bounce" and details.get("bounceType") == "Permanent" else None
