"""What the answers of Amazon SES mean. Whatever is not listed is UNKNOWN: it may have gone out.

https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
https://docs.aws.amazon.com/ses/latest/APIReference-V2/CommonErrors.html
"""

import json
from typing import Any

from msgspec import Struct

from shared.domain.messages.sending import Outcome, SendResult
from shared.providers.kit import http

SAID_LENGTH = 1_000


class _Rule(Struct, frozen=True):
    outcome: Outcome
    reason: str


_KEYS = _Rule(Outcome.SENDER_BROKEN, "Amazon SES does not accept the access key.")
_BUSY = _Rule(Outcome.NOT_ACCEPTED, "Amazon SES is busy; it will be tried again.")
BY_ERROR: dict[str, _Rule] = {
    "AccountSuspendedException": _Rule(Outcome.SENDER_BROKEN, "Amazon has suspended the account's sending."),
    "SendingPausedException": _Rule(Outcome.SENDER_BROKEN, "The account's sending is paused at Amazon SES."),
    "MailFromDomainNotVerifiedException": _Rule(
        Outcome.SENDER_BROKEN, "The MAIL FROM domain is not verified at Amazon SES."
    ),
    "NotFoundException": _Rule(Outcome.SENDER_BROKEN, "Amazon SES does not know the configuration set."),
    "AccessDeniedException": _Rule(
        Outcome.SENDER_BROKEN, "The access key may not send: allow it ses:SendEmail for this identity."
    ),
    "NotAuthorized": _Rule(
        Outcome.SENDER_BROKEN, "The access key may not send: allow it ses:SendEmail for this identity."
    ),
    "MessageRejected": _Rule(Outcome.REJECTED, "Amazon SES refused the message."),
    "BadRequestException": _Rule(Outcome.REJECTED, "Amazon SES refused the message."),
    "ValidationError": _Rule(Outcome.REJECTED, "Amazon SES refused the message."),
    "RequestEntityTooLargeException": _Rule(Outcome.REJECTED, "The message is larger than Amazon SES takes."),
    "LimitExceededException": _BUSY,
    "TooManyRequestsException": _BUSY,
    "Throttling": _BUSY,
    "ThrottlingException": _BUSY,
    "UnrecognizedClientException": _KEYS,
    "InvalidClientTokenId": _KEYS,
    "SignatureDoesNotMatch": _KEYS,
    "InvalidSignatureException": _KEYS,
    "IncompleteSignature": _KEYS,
    "MissingAuthenticationToken": _KEYS,
    "ExpiredTokenException": _KEYS,
    "OptInRequired": _KEYS,
}
_NOT_VERIFIED = "not verified"
_SERVERS_FAULT = 500  # from here on nothing is proved, whatever the error's name


def result(answer: http.Answer, from_address: str) -> SendResult:
    """What one answer means for its message.

    In the sandbox the recipient may be whom Amazon has not verified: only where it names `from_address` is
    the sender at fault.
    """
    body = _json(answer.text)
    if answer.status == 200 and isinstance(body.get("MessageId"), str):
        return SendResult(outcome=Outcome.ACCEPTED, provider_id=body["MessageId"])
    name, said = error_of(answer)
    rule = BY_ERROR.get(name)
    if rule is None or answer.status >= _SERVERS_FAULT:
        reason = f"Amazon SES answered with error {name or answer.status}; the message may have gone out."
        return SendResult(outcome=Outcome.UNKNOWN, code=name or str(answer.status), reason=reason)
    names_sender = _NOT_VERIFIED in said.casefold() and from_address.casefold() in said.casefold()
    is_sender = rule.outcome is Outcome.REJECTED and names_sender
    return SendResult(
        outcome=Outcome.SENDER_BROKEN if is_sender else rule.outcome,
        code=name,
        reason=f"{rule.reason} Amazon says: {said[:SAID_LENGTH]}" if said else rule.reason,
        retry_after_seconds=http.retry_after_seconds(answer.headers)
        if rule.outcome is Outcome.NOT_ACCEPTED
        else None,
    )


def error_of(answer: http.Answer) -> tuple[str, str]:
    """The name of the error, and what Amazon says of it; both empty where the answer has another form."""
    body = _json(answer.text)
    name = answer.headers.get("x-amzn-ErrorType", "") or str(body.get("__type") or body.get("code") or "")
    said = str(body.get("message") or body.get("Message") or "")
    return name.partition(":")[0].rpartition("#")[2], said


def _json(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
