"""Twilio's message: the resource its API shows, and the fields of its webhooks."""

import json
import sqlite3
from datetime import UTC, datetime
from email.utils import format_datetime

from infra.local.simulator.twilio_address import TEXT_CHANNEL
from infra.local.simulator.twilio_channels import channel_fields

API, API_VERSION = "https://api.twilio.com", "2010-04-01"
# GSM 03.38, what fits into seven bits a character.
GSM_CHARACTERS = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = set("^{}\\[~]|€")  # take two
STOP_WORDS = {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"}
START_WORDS = {"start", "yes", "unstop"}


def message_resource(message: sqlite3.Row) -> dict[str, object]:
    """The resource as the API shows it. https://www.twilio.com/docs/messaging/api/message-resource"""
    uri = f"/{API_VERSION}/Accounts/{message['account']}/Messages/{message['provider_id']}"
    incoming = bool(message["incoming"])
    # A messaging service chooses the number later than it takes the text.
    from_address = message["sender"] if message["status"] != "accepted" else None
    to_address = message["handset"]
    if incoming:
        from_address, to_address = to_address, from_address
    sent_at = message["sent_at"]
    return {
        "account_sid": message["account"],
        "api_version": API_VERSION,
        "body": message["body"],
        "date_created": twilio_date(message["created_at"]),
        "date_sent": twilio_date(sent_at) if sent_at else None,
        "date_updated": twilio_date(sent_at or message["created_at"]),
        "direction": "inbound" if incoming else "outbound-api",
        "error_code": message["error_code"],
        "error_message": None,
        "from": from_address,
        "messaging_service_sid": message["request_id"] or None,
        "num_media": str(len(media_of(message))),
        "num_segments": str(segments(message["body"])),
        "price": None,
        "price_unit": "USD",
        "sid": message["provider_id"],
        "status": message["status"],
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": to_address,
        "uri": f"{uri}.json",
    }


def status_fields(message: sqlite3.Row, status: str, error_code: int | None) -> dict[str, str]:
    """The form of a status callback. https://www.twilio.com/docs/messaging/guides/track-outbound-message-status"""
    fields = {
        "AccountSid": message["account"],
        "ApiVersion": API_VERSION,
        "MessageSid": message["provider_id"],
        "MessageStatus": status,
        "SmsSid": message["provider_id"],
        "SmsStatus": status,
        "To": message["handset"],
    }
    if status != "accepted":
        fields["From"] = message["sender"]
    if message["request_id"]:
        fields["MessagingServiceSid"] = message["request_id"]
    return fields if error_code is None else {**fields, "ErrorCode": str(error_code)}


def incoming_fields(message: sqlite3.Row) -> dict[str, str]:
    """The form of an incoming message. https://www.twilio.com/docs/messaging/guides/webhook-request"""
    fields = {
        "AccountSid": message["account"],
        "ApiVersion": API_VERSION,
        "Body": message["body"],
        "From": message["handset"],
        "MessageSid": message["provider_id"],
        "NumMedia": str(len(media_of(message))),
        "NumSegments": str(segments(message["body"])),
        "SmsMessageSid": message["provider_id"],
        "SmsSid": message["provider_id"],
        "SmsStatus": "received",
        "To": message["sender"],
    }
    if message["request_id"]:
        fields["MessagingServiceSid"] = message["request_id"]
    for number, media in enumerate(media_list(message)):
        fields[f"MediaUrl{number}"] = f"{API}{str(media['uri']).removesuffix('.json')}"
        fields[f"MediaContentType{number}"] = str(media["content_type"])
    fields |= channel_fields(message)
    kind = opt_out_type(message["body"]) if message["channel"] == TEXT_CHANNEL else ""
    return {**fields, "OptOutType": kind} if kind else fields


def media_of(message: sqlite3.Row) -> dict[str, str]:
    """What lies beside the text, by id: content types of what came in, addresses of what went out."""
    return dict(json.loads(message["arguments"]))


def media_list(message: sqlite3.Row) -> list[dict[str, str]]:
    """The media as the API lists them. https://www.twilio.com/docs/messaging/api/media-resource"""
    place = f"/{API_VERSION}/Accounts/{message['account']}/Messages/{message['provider_id']}/Media"
    return [
        {
            "account_sid": message["account"],
            "content_type": kind if message["incoming"] else "image/png",
            "date_created": twilio_date(message["created_at"]),
            "date_updated": twilio_date(message["created_at"]),
            "parent_sid": message["provider_id"],
            "sid": sid,
            "uri": f"{place}/{sid}.json",
        }
        for sid, kind in media_of(message).items()
    ]


def opt_out_type(body: str) -> str:
    """STOP or START when the whole message is such a word, else nothing.

    https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
    """
    word = body.strip().lower()
    return "STOP" if word in STOP_WORDS else "START" if word in START_WORDS else ""


def segments(body: str) -> int:
    """How many SMS the text takes. https://www.twilio.com/docs/glossary/what-sms-character-limit"""
    if all(character in GSM_CHARACTERS or character in GSM_EXTENSION for character in body):
        length, single, part = len(body) + sum(character in GSM_EXTENSION for character in body), 160, 153
    else:
        length, single, part = len(body.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= single else -(-length // part)


def twilio_date(timestamp: float) -> str:
    """RFC 2822 with a numeric zone, as in the API's answers."""
    return format_datetime(datetime.fromtimestamp(timestamp, UTC))
