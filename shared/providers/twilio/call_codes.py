"""What Twilio's refusals of calls mean, and how calls end. https://www.twilio.com/docs/api/errors"""

from msgspec import Struct

from shared.domain.messages.sending import Lesson, Outcome, ReceiptKind
from shared.providers.twilio.codes import REFUSALS, Refusal, broken, rejected

QUEUE_FULL_WAIT_SECONDS = 3600.0

# Codes in the answer to a request to call. Each proves that no call was created.
CALL_REFUSALS: dict[int, Refusal] = REFUSALS | {
    # The recipient
    13223: rejected("The recipient's number is not in a form that can be dialled."),
    13224: rejected("The recipient's number cannot be dialled."),
    13225: rejected("The recipient's number must not be called: it is an emergency or premium number."),
    13226: rejected("The recipient's number is in a country that does not exist."),
    13227: rejected("Calling the recipient's country is not enabled in the Twilio account."),
    21201: rejected("The recipient's number is missing."),
    21214: rejected("The recipient's number cannot be reached."),
    21215: rejected("Calling the recipient's country is not enabled in the Twilio account."),
    21216: rejected("The Twilio account may not call the recipient's number."),
    21219: rejected("A trial account can only call verified numbers: upgrade it, or verify this number."),
    573005: rejected("A trial account can only call verified numbers: upgrade it, or verify this number."),
    # Us: the account, the sender's number, our settings
    10004: Refusal(
        Outcome.NOT_ACCEPTED,
        "As many calls are going on as the Twilio account may have; it will be tried again.",
    ),
    10005: broken("Calls are disabled for this Twilio account."),
    21205: broken("Twilio cannot use our address for calls: check the public URL in the settings."),
    21210: broken("The sender's number is neither a number of this Twilio account nor a verified caller id."),
    21212: broken("The sender's number is not valid."),
    21213: broken("The sender's number is missing."),
    22005: Refusal(
        Outcome.NOT_ACCEPTED,
        "The account's queue of calls at Twilio is full; it will be tried again.",
        QUEUE_FULL_WAIT_SECONDS,
    ),
    573002: broken("This number of a trial account may not call the recipient."),
}

LEFT = "It was left on an answering machine."
NOT_LEFT = "An answering machine took the call; no message was left."
# What DetectMessageEnd says of a machine once it may speak; Enable says machine_start at once.
# https://www.twilio.com/docs/voice/answering-machine-detection
_MESSAGE_END = "machine_end"


class CallEnd(Struct, frozen=True):
    """How far a call got, and why in words."""

    kind: ReceiptKind
    reason: str | None = None
    code: str | None = None
    lesson: Lesson | None = None


# https://www.twilio.com/docs/voice/api/call-resource#call-status-values
_ENDS: dict[str, CallEnd] = {
    "queued": CallEnd(ReceiptKind.SENDING),
    "initiated": CallEnd(ReceiptKind.SENDING),
    "ringing": CallEnd(ReceiptKind.SENT),
    "in-progress": CallEnd(ReceiptKind.SENT),  # who took it is said when it has ended
    "answered": CallEnd(ReceiptKind.SENT),
    "busy": CallEnd(ReceiptKind.UNDELIVERED, "The line was busy, or the call was declined.", "busy"),
    "no-answer": CallEnd(ReceiptKind.UNDELIVERED, "Nobody took the call.", "no-answer"),
    "canceled": CallEnd(ReceiptKind.FAILED, "The call was canceled before it was taken.", "canceled"),
}
_FAILED = "The call could not be put through: the number may not exist, or cannot be reached now."
# RFC 3261: what a network answers for a number that does not exist (any more).
_NO_NUMBER = {"404": "The number does not exist.", "410": "The number is no longer in service."}


def call_end(status: str, answered_by: str, sip_code: str = "") -> CallEnd:
    """What a call's status says, with who took it (AnsweredBy) and the network's answer (SipResponseCode)."""
    if status == "completed":
        return _completed(answered_by)
    if status == "failed":
        known = _NO_NUMBER.get(sip_code)
        code = f"sip-{sip_code}" if sip_code else "failed"
        lesson = Lesson.MAYBE_GONE if known else None
        return CallEnd(ReceiptKind.FAILED, known or _FAILED, code, lesson)
    return _ENDS.get(status, CallEnd(ReceiptKind.UNKNOWN))


def _completed(answered_by: str) -> CallEnd:
    if answered_by.startswith(_MESSAGE_END):
        return CallEnd(ReceiptKind.DELIVERED, LEFT, answered_by)
    if answered_by.startswith("machine"):
        return CallEnd(ReceiptKind.UNDELIVERED, NOT_LEFT, answered_by)
    if answered_by == "fax":
        return CallEnd(ReceiptKind.UNDELIVERED, "A fax took the call.", answered_by)
    # `unknown` is what the detection is not sure of, and is spoken to as a person.
    return CallEnd(ReceiptKind.DELIVERED, "A person took the call.", answered_by or None)
