"""What SendGrid's event webhook posts to us: proof that it was SendGrid, and what it says."""

import base64
import logging
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from sendgrid.helpers.eventwebhook import EventWebhook, EventWebhookHeader

from shared import log
from shared.domain.errors import InvalidInput
from shared.domain.ids import computed_id
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.providers.kit.signature import BadSignature, required_header
from shared.providers.sendgrid.bounces import lesson_of_event

MESSAGE_ID_ARG = "rollcall_message_id"  # set in mail.py, which this module must not load
# SendGrid repeats a post for 24 hours. An old one does no harm: a repeated event changes nothing.
MAX_AGE = timedelta(hours=26)
MAX_AHEAD = timedelta(minutes=10)

# https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
# Every event that is published about a message. Opens and clicks say nothing: machines do both. Who comes
# back to a group of SendGrid's own says nothing to us: START ends a refusal, or a person.
KINDS: dict[str, ReceiptKind] = {
    "processed": ReceiptKind.SENDING,
    "deferred": ReceiptKind.SENDING,
    "delivered": ReceiptKind.DELIVERED,
    "bounce": ReceiptKind.UNDELIVERED,
    "blocked": ReceiptKind.UNDELIVERED,
    "dropped": ReceiptKind.FAILED,
    "spamreport": ReceiptKind.COMPLAINED,
    "unsubscribe": ReceiptKind.OPTED_OUT,
    "group_unsubscribe": ReceiptKind.OPTED_OUT,
    "group_resubscribe": ReceiptKind.UNKNOWN,
    "open": ReceiptKind.UNKNOWN,
    "click": ReceiptKind.UNKNOWN,
}
REASONS: dict[str, str] = {
    "deferred": "The recipient's mail server asks to wait; SendGrid tries again.",
    "bounce": "The recipient's mail server refused the message for good.",
    "blocked": "The recipient's mail server refused the message this time.",
    "dropped": "SendGrid did not send the message.",
    "spamreport": "The recipient marked the message as spam.",
    "unsubscribe": "The recipient unsubscribed.",
    "group_unsubscribe": "The recipient unsubscribed.",
}

_MESSAGE_ID = re.compile(r"[\w-]{1,128}", re.ASCII)


def verify(raw_body: bytes, headers: Mapping[str, str], public_keys: Sequence[str], now: datetime) -> None:
    """Raise BadSignature unless SendGrid signed exactly these bytes with one of the keys, and lately.

    The time stamp is checked first and strictly, as it is joined to the body without a mark between.
    https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
    """
    timestamp = required_header(headers, EventWebhookHeader.TIMESTAMP)
    signature = required_header(headers, EventWebhookHeader.SIGNATURE)
    if not re.fullmatch(r"[0-9]{10}", timestamp):
        raise BadSignature("the time stamp is not ten digits")
    age = timedelta(seconds=now.timestamp() - int(timestamp))
    if not -MAX_AHEAD <= age <= MAX_AGE:
        raise BadSignature("the time stamp is too old or in the future")
    try:
        signed = base64.b64decode(signature, validate=True)
    except ValueError as error:
        raise BadSignature("the signature is not base64") from error
    if not any(_fits(key, timestamp.encode() + raw_body, signed) for key in public_keys):
        raise BadSignature("the signature does not fit the request")


def is_public_key(text: str) -> bool:
    """Whether this is a public key as SendGrid shows it: base64 of its DER form."""
    try:
        return isinstance(EventWebhook(text).public_key, EllipticCurvePublicKey)
    except (ValueError, UnsupportedAlgorithm):
        return False


def parse_events(raw_body: bytes) -> list[Receipt]:
    """The receipts in one post. An event that cannot be read, or is not about our mail, is logged and left.

    Raises InvalidInput when the body is not a JSON array at all.
    """
    try:
        events = orjson.loads(raw_body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput.at("body", "is not JSON; SendGrid posts an array of events") from error
    if not isinstance(events, list):
        raise InvalidInput.at("body", "is not an array; SendGrid posts an array of events")
    receipts = [_parse_event(event) for event in events]
    unread_count = receipts.count(None)
    if unread_count:
        log.event("events_unread", level=logging.WARNING, unread_count=unread_count, event_count=len(events))
    return [receipt for receipt in receipts if receipt is not None]


def _fits(key: str, signed: bytes, signature: bytes) -> bool:
    """Not by the library's `verify_signature`: it takes texts, and a mail is in any charset."""
    try:
        EventWebhook(key.strip()).public_key.verify(signature, signed, ECDSA(SHA256()))
        return True
    except InvalidSignature:
        return False
    except (ValueError, TypeError, AttributeError):  # empty, no public key, or not of the right kind
        log.event("webhook_public_key_unreadable", level=logging.ERROR)
        return False


def _parse_event(event: object) -> Receipt | None:
    if not isinstance(event, dict):
        return None
    message_id, name, at = event.get(MESSAGE_ID_ARG), event.get("event"), event.get("timestamp")
    if not (isinstance(message_id, str) and _MESSAGE_ID.fullmatch(message_id) and isinstance(name, str)):
        return None
    # A bounce is for good; one of the type "blocked" is not. https://www.twilio.com/docs/sendgrid/glossary/blocks
    kind = "blocked" if name == "bounce" and event.get("type") == "blocked" else name
    provider_id = str(event.get("sg_message_id") or "").partition(".")[0]
    return Receipt(
        message_id=message_id,
        kind=KINDS.get(kind, ReceiptKind.UNKNOWN),
        # Not SendGrid's sg_event_id: that has been seen to change when the event is posted again.
        event_id=computed_id(message_id, name, str(at)),
        provider_id=provider_id or None,  # up to the first dot it is what the send request answered
        code=kind if kind in REASONS else None,
        reason=_reason(kind, event),
        address=str(event["email"]) if event.get("email") else None,
        lesson=lesson_of_event(kind, event),
        at=_moment(at),
    )


def _moment(seconds: object) -> datetime | None:
    """Unix time in seconds."""
    try:
        return datetime.fromtimestamp(int(str(seconds)), UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _reason(kind: str, event: Mapping[str, object]) -> str | None:
    if kind not in REASONS:
        return None
    said = event.get("reason") or event.get("response")
    return f"{REASONS[kind]} It says: {said}" if said else REASONS[kind]
