"""Recipients with a fixed outcome: one table, by last four digits of a number or local part of an email.

Every other recipient is delivered. `delivered+anna@…` counts as `delivered@…`.
"""

from enum import StrEnum

from msgspec import Struct


class Answer(StrEnum):
    """How a provider answers a request to send. Only the ACCEPTED ones reach the recipient."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # for good: Twilio says so at once, SendGrid drops it after accepting
    THROTTLED = "throttled"  # 429
    ERROR = "error"  # 500, and it was not accepted
    ERROR_ACCEPTED = "error_accepted"  # 500, and yet it was
    TIMEOUT_ACCEPTED = "timeout_accepted"  # accepted, but the answer comes too late
    RESET_ACCEPTED = "reset_accepted"  # accepted, but the connection breaks before the answer
    HALF_ACCEPTED = "half_accepted"  # accepted, but only half of the answer arrives
    SLOW = "slow"


class Receipts(StrEnum):
    """How the receipts of an accepted message come. The provider's history shows the truth in any case."""

    ONCE = "once"
    TWICE = "twice"
    REORDERED = "reordered"
    NEVER = "never"


class Outcome(Struct, frozen=True, kw_only=True):
    """What becomes of a message to a recipient with these last `digits` or this `mailbox`.

    `refusal_code` is Twilio's for a text that is refused, `error_code` for one that is not delivered;
    `event` is SendGrid's last one and `reason` its text.
    """

    digits: str
    mailbox: str
    meaning: str
    answer: Answer = Answer.ACCEPTED
    receipts: Receipts = Receipts.ONCE
    refusal_code: int = 21610
    error_code: int | None = None
    event: str = "delivered"
    reason: str = ""


DELIVERED = Outcome(digits="0001", mailbox="delivered", meaning="delivered, like every recipient not listed")
OUTCOMES = (
    DELIVERED,
    Outcome(
        digits="0002",
        mailbox="bounced",
        meaning="not delivered: handset off, or no such mailbox",
        error_code=30003,
        event="bounce",
        reason="550 5.1.1 The email account that you tried to reach does not exist.",
    ),
    Outcome(
        digits="0003",
        mailbox="dropped",
        meaning="opted out with the provider: refused with 21610, or dropped",
        answer=Answer.REFUSED,
        event="dropped",
        reason="Unsubscribed Address",
    ),
    Outcome(
        digits="0004",
        mailbox="throttled",
        meaning="429 the first time, then delivered",
        answer=Answer.THROTTLED,
    ),
    Outcome(digits="0005", mailbox="error", meaning="500 and not accepted", answer=Answer.ERROR),
    Outcome(
        digits="0006",
        mailbox="error-accepted",
        meaning="500, yet accepted and delivered",
        answer=Answer.ERROR_ACCEPTED,
    ),
    Outcome(
        digits="0007",
        mailbox="timeout-accepted",
        meaning="accepted and delivered, but the answer comes too late",
        answer=Answer.TIMEOUT_ACCEPTED,
    ),
    Outcome(digits="0008", mailbox="slow", meaning="delivered after a slow answer", answer=Answer.SLOW),
    Outcome(
        digits="0009",
        mailbox="twice",
        meaning="delivered, every receipt and every reply comes twice",
        receipts=Receipts.TWICE,
    ),
    Outcome(
        digits="0010",
        mailbox="reordered",
        meaning="delivered, receipts come last first",
        receipts=Receipts.REORDERED,
    ),
    Outcome(
        digits="0011",
        mailbox="silent",
        meaning="delivered, but no receipt ever comes",
        receipts=Receipts.NEVER,
    ),
    Outcome(
        digits="0012",
        mailbox="blocked",
        meaning="not delivered: unknown handset, or blocked by the receiving server",
        error_code=30005,
        event="blocked",
        reason="554 5.7.1 Message blocked",
    ),
    Outcome(
        digits="0013",
        mailbox="reset-accepted",
        meaning="accepted and delivered, but the connection breaks before the answer",
        answer=Answer.RESET_ACCEPTED,
    ),
    Outcome(
        digits="0014",
        mailbox="complained",
        meaning="not delivered: carrier filter; or delivered and reported as spam",
        error_code=30007,
        event="spamreport",
    ),
    Outcome(
        digits="0015",
        mailbox="foreign",
        meaning="refused with 21659: this sender cannot text that country; an email is delivered",
        answer=Answer.REFUSED,
        refusal_code=21659,
    ),
    Outcome(
        digits="0016",
        mailbox="deferred",
        meaning="an email is put off once, then delivered; a text is delivered",
        event="deferred",
        reason="450 4.2.1 The mailbox is busy, try again later.",
    ),
    Outcome(
        digits="0017",
        mailbox="unsubscribed",
        meaning="an email is delivered, and its reader unsubscribes; a text is delivered",
        event="unsubscribe",
    ),
    Outcome(
        digits="0018",
        mailbox="group-unsubscribed",
        meaning="an email is delivered, and its reader leaves a group of SendGrid's; a text is delivered",
        event="group_unsubscribe",
    ),
    Outcome(
        digits="0019",
        mailbox="returned",
        meaning="an email is delivered, and comes back later; a text is delivered",
        event="returned",
        reason="550 5.1.1 The account was closed.",
    ),
)
# Of chats alone: a text or a call to the same phone gets through.
CHAT_OUTCOMES = (
    Outcome(
        digits="0020",
        mailbox="no-whatsapp",
        meaning="has no WhatsApp: nothing is delivered there; a text, a call or an email is",
        error_code=63024,
    ),
)
BY_DIGITS = {outcome.digits: outcome for outcome in OUTCOMES}
BY_MAILBOX = {outcome.mailbox: outcome for outcome in OUTCOMES}
_CHAT_BY_DIGITS = {**BY_DIGITS, **{outcome.digits: outcome for outcome in CHAT_OUTCOMES}}


def outcome_of_number(number: str) -> Outcome:
    """What becomes of a text to this number, or of a chat to whatsapp: and the number."""
    found = _CHAT_BY_DIGITS if ":" in number else BY_DIGITS  # whatsapp:+12125550100
    return found.get(number[-4:], DELIVERED)


def outcome_of_mailbox(address: str) -> Outcome:
    """What becomes of an email to this address."""
    mailbox = address.lower().partition("@")[0].partition("+")[0]
    return BY_MAILBOX.get(mailbox, DELIVERED)
