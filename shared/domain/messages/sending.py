"""What goes out to a provider, and what can come of it. The class decides what happens next."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What became of one call to a provider. Only NOT_ACCEPTED may ever be tried again."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"  # this message, for good
    OPTED_OUT = "opted_out"  # the provider says this address refused
    SENDER_BROKEN = "sender_broken"  # our account or sender is at fault, provably nothing went out
    NOT_ACCEPTED = "not_accepted"  # provably nothing went out: 429, refused, name look-up, TLS
    UNKNOWN = "unknown"  # it may have gone out: 5xx, time-out, reset, anything unlisted


@dataclass(frozen=True, kw_only=True, slots=True)
class OutgoingMessage:
    """One message as a provider adapter gets it.

    `validity_seconds` is how long the provider may still deliver it; `status_url` is where one that reports
    on each message by itself may post (it carries our message id). `subject` is empty where the channel has
    none. `reply_to` is where answers go, if not to `from_address`.
    """

    message_id: str
    from_address: str
    to_address: str
    body: str
    subject: str = ""
    from_name: str = ""
    reply_to: str | None = None
    validity_seconds: int = 36_000
    status_url: str = ""


class Lesson(StrEnum):
    """What a provider's answer or event teaches about the address itself, for all messages to come."""

    REFUSED = "refused"
    COMPLAINED = "complained"
    GONE = "gone"  # nothing will ever arrive there
    MAYBE_GONE = "maybe_gone"  # certain enough when two messages in a row end so


@dataclass(frozen=True, kw_only=True, slots=True)
class SendResult:
    """What the provider made of one message: its id there, or a code and a reason people understand."""

    outcome: Outcome
    provider_id: str | None = None
    code: str | None = None
    reason: str | None = None
    retry_after_seconds: float | None = None
    lesson: Lesson | None = None


class Delivery(StrEnum):
    """How far a sent message got. `RANKS` orders them; a receipt only ever moves it forward."""

    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    READ = "read"


# No two are equal, so that receipts in any order end the same. A mail server may accept a mail and return it
# later, never the other way round: a refusal ranks above the delivery it takes back.
RANKS: dict[Delivery, int] = {
    Delivery.SENDING: 1,
    Delivery.SENT: 2,
    Delivery.DELIVERED: 3,
    Delivery.UNDELIVERED: 4,
    Delivery.FAILED: 5,
    Delivery.READ: 6,
}


class ReceiptKind(StrEnum):
    """What a provider's event says, in our words. UNKNOWN changes nothing, and is no error."""

    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    READ = "read"
    OPTED_OUT = "opted_out"
    COMPLAINED = "complained"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """One event about one message. `event_id` is the same when the provider repeats the event.

    `sent_at` is when the provider passed the message on, where it says so.
    """

    message_id: str
    kind: ReceiptKind
    event_id: str
    provider_id: str | None = None
    code: str | None = None
    reason: str | None = None
    address: str | None = None
    sent_at: datetime | None = None
    lesson: Lesson | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Media:
    """A picture or the like beside a text: where the provider keeps it, and what it says it is."""

    url: str
    content_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class IncomingMessage:
    """Something a person wrote to one of our senders. Addresses are as the provider writes them.

    `pool_address` is the sender that has the written number in its pool, where the provider names one.
    `replies_to` is the provider's id of the message it refers to, where people can choose one. `written_at`
    is when it was written, by the provider's clock, where that is not now.
    """

    provider_id: str
    from_address: str
    to_address: str
    body: str
    media: tuple[Media, ...] = ()
    is_opt_out: bool = False  # the provider itself took it as STOP
    is_opt_in: bool = False
    pool_address: str | None = None
    replies_to: str | None = None
    written_at: datetime | None = None
