"""What goes out to a provider, and what can come of it. The class decides what happens next."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.campaigns.reply_option import Choice
from shared.domain.templates.provider_content import FilledContent


class Outcome(StrEnum):
    """What became of one call to a provider. Only NOT_ACCEPTED may ever be tried again."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"  # this message, for good
    OPTED_OUT = "opted_out"  # the provider says this address refused
    SENDER_BROKEN = "sender_broken"  # our account or sender is at fault, provably nothing went out
    NOT_ACCEPTED = "not_accepted"  # provably nothing went out: 429, refused, name look-up, TLS
    UNKNOWN = "unknown"  # it may have gone out: 5xx, time-out, reset, anything unlisted


class Attachment(Struct, frozen=True):
    """A file that a message carries; `media_type` as mails name it."""

    name: str
    media_type: str
    content: bytes


class OutgoingMessage(Struct, frozen=True, kw_only=True):
    """One message as a provider adapter gets it.

    `validity_seconds` is how long the provider may still deliver it; `status_url` is where one that reports
    on each message by itself may post (it carries our message id). `subject` and `html` are empty where the
    channel, or the message, has none. `reply_to` is where answers go, if not to `from_address`. `headers` are
    further ones of a mail, by name. `media_urls` are pictures that the provider fetches, `attachments` files
    that it is given. `leaves_voicemail`
    says whether an answering machine that takes a call gets the text too. With `content` a format that the
    provider keeps is sent, which says `body`. `choices` are the answers to show as buttons, where the
    provider has any. `thread_ids` are our earlier messages to the person that it continues, in their order,
    where the channel has threads.
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
    html: str = ""
    media_urls: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    leaves_voicemail: bool = True
    content: FilledContent | None = None
    choices: tuple[Choice, ...] = ()
    thread_ids: tuple[str, ...] = ()


class Lesson(StrEnum):
    """What a provider's answer or event teaches about the address itself, for all messages to come."""

    REFUSED = "refused"
    COMPLAINED = "complained"
    GONE = "gone"  # nothing will ever arrive there
    MAYBE_GONE = "maybe_gone"  # certain enough when two messages in a row end so


class SendResult(Struct, frozen=True, kw_only=True):
    """What the provider made of one message: its id there, or a code and a reason people understand.

    `seconds` is how long its call took; None when it was never called.
    """

    outcome: Outcome
    provider_id: str | None = None
    code: str | None = None
    reason: str | None = None
    retry_after_seconds: float | None = None
    lesson: Lesson | None = None
    seconds: float | None = None


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


class Receipt(Struct, frozen=True, kw_only=True):
    """One event about one message. `event_id` is the same when the provider repeats the event.

    `sent_at` is when the provider passed the message on, `at` when what it tells happened, where it says so.
    Where a provider does not repeat
    our id, `message_id` is empty, and it says which message it means by its own (`provider_id`), or which
    ones: all that `sender_id` had sent to `address` `until` then.
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
    sender_id: str | None = None
    until: datetime | None = None
    at: datetime | None = None


class Media(Struct, frozen=True, kw_only=True):
    """A picture or the like beside a text: where the provider keeps it, and what it says it is.

    Of a mail's attachment nobody keeps the content: `url` is empty, `size` is in bytes.
    """

    url: str
    content_type: str
    name: str = ""
    size: int | None = None


class IncomingMessage(Struct, frozen=True, kw_only=True):
    """Something a person wrote to one of our senders. Addresses are as the provider writes them.

    `pool_address` is the sender that has the written number in its pool, where the provider names one.
    `replies_to` is the provider's id of the message it refers to, where people can choose one. `choice` is
    what stands behind a button that was pressed, whose words are the body. `written_at` is when it was
    written, by the provider's clock, where that is not now. `answers_id` is the id of our message that it
    answers, where it carries one that nobody could guess; `is_automatic` says that a machine wrote it.
    `is_help`: the provider itself took it as HELP, as others as STOP or START; what it takes so it has
    answered. `is_reaction`: it is no text but a mark at one of ours. `reference` is that of the link by which
    the person came.
    `dated` is when it was written by the clock of who wrote it, where the provider's is not known. Unless
    `is_reply_sure`, what `replies_to` names may be a message of ours by an id that we do not know.
    `continues_id` is our message earlier in a conversation in which another's is answered.
    """

    provider_id: str
    from_address: str
    to_address: str
    body: str
    media: tuple[Media, ...] = ()
    is_opt_out: bool = False  # the provider itself took it as STOP
    is_opt_in: bool = False
    is_help: bool = False
    pool_address: str | None = None
    replies_to: str | None = None
    choice: str | None = None
    written_at: datetime | None = None
    answers_id: str | None = None
    is_automatic: bool = False
    is_reaction: bool = False
    reference: str | None = None
    dated: datetime | None = None
    is_reply_sure: bool = True
    continues_id: str | None = None

    @property
    def is_answered(self) -> bool:
        """Whether the provider said that it has answered the word by itself."""
        return self.is_opt_out or self.is_opt_in or self.is_help


class Unsent(Struct, frozen=True, kw_only=True):
    """A person took back what they had written: the provider's id of it."""

    provider_id: str
