"""Twilio's call: the resource its API shows, and the fields of its webhooks."""

import sqlite3
from collections.abc import Mapping

from infra.local.simulator.twilio_message import API_VERSION, twilio_date

# What a network answers at the end of a call that was not taken (RFC 3261).
SIP_CODES = {"busy": "486", "no-answer": "487", "canceled": "487", "failed": "404"}


def call_resource(call: sqlite3.Row) -> dict[str, object]:
    """The resource as the API shows it. https://www.twilio.com/docs/voice/api/call-resource"""
    uri = f"/{API_VERSION}/Accounts/{call['account']}/Calls/{call['provider_id']}"
    started, seconds = call["sent_at"], call["duration"]
    return {
        "account_sid": call["account"],
        "annotation": None,
        "answered_by": call["answered_by"] or None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": twilio_date(call["created_at"]),
        "date_updated": twilio_date(started or call["created_at"]),
        "direction": "outbound-api",
        "duration": None if seconds is None else str(seconds),
        "end_time": twilio_date(started + seconds) if started and seconds is not None else None,
        "forwarded_from": None,
        "from": call["sender"],
        "from_formatted": call["sender"],
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call["provider_id"],
        "start_time": twilio_date(started) if started else None,
        "status": call["status"],
        "subresource_uris": {"events": f"{uri}/Events.json"},
        "to": call["handset"],
        "to_formatted": call["handset"],
        "trunk_sid": None,
        "uri": f"{uri}.json",
    }


def call_fields(call: sqlite3.Row, status: str) -> dict[str, str]:
    """The fields that every webhook of a call has. https://www.twilio.com/docs/voice/twiml#request-parameters"""
    fields = {
        "AccountSid": call["account"],
        "ApiVersion": API_VERSION,
        "CallSid": call["provider_id"],
        "CallStatus": status,
        "Called": call["handset"],
        "Caller": call["sender"],
        "Direction": "outbound-api",
        "From": call["sender"],
        "To": call["handset"],
    }
    return {**fields, "AnsweredBy": call["answered_by"]} if call["answered_by"] else fields


def progress_fields(call: sqlite3.Row, status: str, number: int, at: float) -> Mapping[str, str]:
    """The form of a status callback. https://www.twilio.com/docs/voice/api/call-resource#statuscallback"""
    fields = {
        **call_fields(call, status),
        "CallbackSource": "call-progress-events",
        "SequenceNumber": str(number),
        "Timestamp": twilio_date(at),
    }
    if call["duration"] is None:
        return fields
    seconds = int(call["duration"])
    return {
        **fields,
        "CallDuration": str(seconds),
        "Duration": str(-(-seconds // 60)),  # minutes that are billed
        "SipResponseCode": SIP_CODES.get(status, "200"),
    }
