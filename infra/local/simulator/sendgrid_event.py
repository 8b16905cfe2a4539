"""SendGrid's events about one email, as its event webhook posts them."""

import json
import secrets
import sqlite3
from typing import Any

from infra.local.simulator.outcomes import Outcome

REFUSED_BEFORE_SENDING = "dropped"


def events_of(message: sqlite3.Row, outcome: Outcome, at: float) -> list[dict[str, Any]]:
    """All events of the message in their natural order, as of `at` (Unix time).

    Our custom arguments are fields beside the others.

    https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
    """
    if outcome.event == REFUSED_BEFORE_SENDING:
        return [_event(message, at, "dropped", reason=outcome.reason)]
    processed = _event(message, at, "processed")
    if outcome.event in ("bounce", "blocked"):
        kind = "blocked" if outcome.event == "blocked" else "bounce"
        status = outcome.reason.split()[1]  # the enhanced status code of RFC 3463
        return [processed, _event(message, at, "bounce", type=kind, reason=outcome.reason, status=status)]
    delivered = _event(message, at, "delivered", response="250 2.0.0 OK")
    match outcome.event:
        case "deferred":
            deferred = _event(message, at, "deferred", response=outcome.reason, attempt="1")
            return [processed, deferred, delivered]
        case "returned":
            status = outcome.reason.split()[1]
            bounce = _event(message, at, "bounce", type="bounce", reason=outcome.reason, status=status)
            return [processed, delivered, bounce]
        case "spamreport" | "unsubscribe" | "group_unsubscribe":
            more = {"asm_group_id": "10"} if outcome.event.startswith("group") else {}
            return [processed, delivered, _event(message, at, outcome.event, **more)]
    return [processed, delivered]


def _event(message: sqlite3.Row, at: float, name: str, **more: str) -> dict[str, Any]:
    return {
        **json.loads(message["arguments"]),
        "email": message["handset"],
        "timestamp": int(at),
        "smtp-id": f"<{message['request_id']}@geopod-ismtpd-0>",
        "event": name,
        "sg_event_id": secrets.token_urlsafe(16),
        "sg_message_id": message["provider_id"],
        **more,
    }
