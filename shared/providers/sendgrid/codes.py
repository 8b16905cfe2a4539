"""What SendGrid's answers mean. https://www.twilio.com/docs/sendgrid/api-reference/mail-send/errors"""

import json
import re
from collections.abc import Mapping

from msgspec import Struct

from shared.domain.messages.sending import Outcome, SendResult


class _Rule(Struct, frozen=True):
    outcome: Outcome
    reason: str


# Whatever is not listed is UNKNOWN: it may have gone out.
BY_STATUS: dict[int, _Rule] = {
    400: _Rule(Outcome.REJECTED, "SendGrid refused the message."),
    401: _Rule(Outcome.SENDER_BROKEN, "SendGrid does not accept the API key, or its credits are used up."),
    403: _Rule(
        Outcome.SENDER_BROKEN, "SendGrid does not let this API key send from this address: verify the sender."
    ),
    404: _Rule(Outcome.SENDER_BROKEN, "The address of SendGrid's API in the settings is wrong."),
    405: _Rule(Outcome.SENDER_BROKEN, "The address of SendGrid's API in the settings is wrong."),
    413: _Rule(Outcome.REJECTED, "The message is larger than SendGrid takes."),
    429: _Rule(Outcome.NOT_ACCEPTED, "SendGrid is busy; it will be tried again."),
}

REFUSED_WITH_OTHERS = SendResult(
    outcome=Outcome.NOT_ACCEPTED,
    code="400",
    reason="SendGrid refused the request because of other messages in it; it will be tried again.",
)

SAID_LENGTH = 1_000  # characters of what SendGrid says that are kept with a message
_CULPRIT = re.compile(r"personalizations\.(\d{1,4})(?:\.|$)")


def result(status: int, text: str, headers: Mapping[str, str], *, now: float) -> SendResult:
    """What one answer means for all messages of its request. `now` is in Unix seconds."""
    if status == 202:
        return SendResult(outcome=Outcome.ACCEPTED, provider_id=headers.get("X-Message-Id"))
    rule = BY_STATUS.get(status)
    if rule is None:
        reason = f"SendGrid answered with error {status}; the message may have gone out."
        return SendResult(outcome=Outcome.UNKNOWN, code=str(status), reason=reason)
    errors = _read_errors(text)
    is_sender = any(field == "from" or field.startswith("from.") for field, _ in errors)
    said = "; ".join(message for _, message in errors if message)[:SAID_LENGTH]
    return SendResult(
        outcome=Outcome.SENDER_BROKEN if is_sender else rule.outcome,
        code=str(status),
        reason=f"{rule.reason} SendGrid says: {said}" if said else rule.reason,
        retry_after_seconds=_wait_seconds(headers, now) if rule.outcome is Outcome.NOT_ACCEPTED else None,
    )


def culprits(text: str) -> dict[int, str]:
    """The messages a 400 names, by their place in the request, each with what is wrong."""
    found = ((_CULPRIT.match(field), message) for field, message in _read_errors(text))
    return {int(match[1]): message for match, message in found if match}


def rejection(said: str) -> SendResult:
    """The result of a message that a 400 named, with SendGrid's own words."""
    reason = f"{BY_STATUS[400].reason} SendGrid says: {said[:SAID_LENGTH]}"
    return SendResult(outcome=Outcome.REJECTED, code="400", reason=reason)


def _wait_seconds(headers: Mapping[str, str], now: float) -> float | None:
    """From X-RateLimit-Reset, a Unix time. https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits"""
    reset = headers.get("X-RateLimit-Reset", "")
    return max(0.0, int(reset) - now) if re.fullmatch(r"[0-9]{1,12}", reset) else None


def _read_errors(text: str) -> list[tuple[str, str]]:
    """Field and message of each error in an answer; nothing when it has another form."""
    try:
        body = json.loads(text)
    except ValueError:
        return []
    errors = body.get("errors") if isinstance(body, dict) else None
    if not isinstance(errors, list):
        return []
    return [(str(e.get("field") or ""), str(e.get("message") or "")) for e in errors if isinstance(e, dict)]
