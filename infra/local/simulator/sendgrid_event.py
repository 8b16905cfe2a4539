"""SendGrid's events about one email, as its event webhook posts them."""

import json
import secrets
import sqlite3
import time
from typing import Any

from infra.local.simulator.outcomes import Outcome

REFUSED_BEFORE_SENDING = "dropped"


def events_of(message: sqlite3.Row, outcome: Outcome) -> list[dict[str, Any]]:
    """All events of the message in their natural order; our custom arguments are fields beside the others.

    https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
    """
    if outcome.event == REFUSED_BEFORE_SENDING:
        return [_event(message, "dropped", reason=outcome.reason)]
    processed = _event(message, "processed")
    if outcome.event in ("bounce", "blocked"):
        kind = "blocked" if outcome.event == "blocked" else "bounce"
        status = outcome.reason.split()[1]  # the enhanced status code of RFC 3463
        return [processed, _event(message, "bounce", type=kind, reason=outcome.reason, status=status)]
    delivered = _event(message, "delivered", response="250 2.0.0 OK")
    if outcome.event == "spamreport":
        return [processed, delivered, _event(message, "spamreport")]
    return [processed, delivered]


def _event(message: sqlite3.Row, name: str, **more: str) -> dict[str, Any]:
    return {
        **json.loads(message["arguments"]),
        "email": message["handset"],
        "timestamp": int(time.time()),
        "smtp-id": f"<{message['request_id']}@geopod-ismtpd-0>",
        "event": name,
        "sg_event_id": secrets.token_urlsafe(16),
        "sg_message_id": message["provider_id"],
        **more,
    }
