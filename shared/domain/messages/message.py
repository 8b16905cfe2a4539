"""A message and its states. The one module that owns the arrows."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.ids import computed_id
from shared.domain.messages.packing import unpacked
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.sending import RANKS, Delivery, Outcome, Receipt, ReceiptKind, SendResult
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.domain.templates.provider_content import FilledContent


class MessageState(StrEnum):
    """Where a message is. Delivery, which comes after SENT, is a field of its own."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


_S = MessageState
ARROWS: dict[MessageState, frozenset[MessageState]] = {
    _S.QUEUED: frozenset({_S.SENDING, _S.SKIPPED, _S.FAILED}),
    _S.SENDING: frozenset({_S.SENT, _S.FAILED, _S.QUEUED, _S.UNKNOWN}),
    _S.UNKNOWN: frozenset({_S.SENT, _S.FAILED}),
    _S.SENT: frozenset(),
    _S.FAILED: frozenset(),
    _S.SKIPPED: frozenset(),
}
SETTLED = frozenset({_S.SENT, _S.FAILED, _S.UNKNOWN, _S.SKIPPED})


class Message(Struct, frozen=True, kw_only=True):
    """One rendered text to one address.

    `id` is computed from fire, step and dedupe key, so duplicates collide. `rendering_hash` seals all that it
    says to the fire's frozen content. `packed_html` is its HTML part, `media_urls` the pictures beside it,
    `content` the provider's format it is sent as. `recipient_key` says whom it is for, `chunk_id` in which
    chunk. `identity` is the same for messages of other fires that say the same, `sends_again`: whatever those
    did. `duplicate_of` is the message it is the same as, `explanation` says so. `token` is the lease under
    which it was last taken. `planned_for` is when its batch starts, `not_after` "no use after", `about_at`
    when what it is about takes place. `search_at` is when history is next searched for an unknown one,
    `searched_at` when that was done in vain for good, `settled_by` who settled it. `appointment_key`,
    `series_key` and `appointment_at` say which appointment it is about; `withdrawn_by` is the file that took
    that back, `followed` the one by whose row it was planned anew. `is_over_cap`: it had to wait, as the
    person had had too many, `is_over_capacity`, as its sender had sent what it may in a day.
    `taken_over_from` is the sender it was planned for. `earlier` are the ids of the
    earlier steps' messages to the recipient, of 24 characters each, `-` where a step has none. `reply_id` is
    the first reply that is about it, `answer_to` the one that it answers, where that is its `purpose`.
    `time_zones` and `places` (US-FL) say where the person may be; its text tells times in `told_in`, or in
    the first zone. It `waits_until` then for the person to write, where a step invites them to. `asked_with`
    are the ids of the messages, as `earlier` has them, whose appointments it asks about too, by numbers from
    2; `told_apart` are the words that its own appointment has and none of the others. `in_thread`: mail
    programs show it as an answer to the earlier ones.
    """

    id: str
    fire_id: str
    campaign_id: str
    step_id: str
    recipient_key: str
    chunk_id: str
    sender_id: str
    channel: Channel
    address: str
    body: str
    subject: str
    rendering_hash: str
    time_zones: tuple[str, ...]
    created_at: datetime
    row_number: int | None = None
    contact_id: str | None = None
    state: MessageState = MessageState.QUEUED
    batch_id: str | None = None
    planned_for: datetime | None = None
    not_after: datetime | None = None
    about_at: datetime | None = None
    attempt: int = 0
    token: str | None = None
    reason: str | None = None
    code: str | None = None
    provider_id: str | None = None
    sending_at: datetime | None = None
    sent_at: datetime | None = None
    delivery: Delivery | None = None
    delivery_code: str | None = None
    delivery_reason: str | None = None
    disposition: Disposition | None = None
    duplicate_of: str | None = None
    resend_of: str | None = None
    search_at: datetime | None = None
    searched_at: datetime | None = None
    settled_by: str | None = None
    appointment_key: str | None = None
    series_key: str | None = None
    appointment_at: str | None = None
    withdrawn_by: str | None = None
    followed: str | None = None
    is_over_cap: bool = False
    is_over_capacity: bool = False
    taken_over_from: str | None = None
    identity: str = ""
    sends_again: bool = False
    explanation: str | None = None
    file_id: str | None = None
    purpose: Purpose = Purpose.CAMPAIGN
    answer_to: str | None = None
    packed_html: bytes = b""
    media_urls: tuple[str, ...] = ()
    earlier: str | None = None  # one text: a list would need an exemption from indexes
    reply_id: str | None = None
    content: FilledContent | None = None
    places: tuple[str, ...] = ()
    told_in: str = ""
    waits_until: datetime | None = None
    asked_with: str | None = None
    told_apart: str = ""
    in_thread: bool = False

    @property
    def html(self) -> str:
        """The HTML part; empty for a plain text. It is stored compressed, as it is long."""
        return unpacked(self.packed_html)

    @property
    def said(self) -> tuple[str, ...]:
        """All that the person is told."""
        return said(self.subject, self.body, self.html, self.media_urls, self.content)

    @property
    def needs_conversation(self) -> bool:
        """Whether it may go out only while the person's conversation with the sender is open."""
        return self.channel.record.needs_conversation(is_kept=self.content is not None)


def said(
    subject: str, body: str, html: str = "", media: tuple[str, ...] = (), content: FilledContent | None = None
) -> tuple[str, ...]:
    """All that a message says, in the one order in which it is compared and sealed."""
    told = (subject, body, html, *media) if html or media else (subject, body)
    return told if content is None else (*told, *content.sealed)


def rendering_hash(content_hash: str, channel: Channel, address: str, *told: str) -> str:
    """Seals one rendering, all that is `said`, to the frozen content it was made from."""
    return computed_id(content_hash, channel, address, *told)


def moved(message: Message, state: MessageState, **changes: object) -> Message:
    """The message in `state`. Raises ValueError for an arrow that does not exist."""
    if state not in ARROWS[message.state]:
        raise ValueError(f"message {message.id}: no arrow from {message.state} to {state}")
    return replace(message, state=state, **changes)  # type: ignore[arg-type]  # fields of Message


def withdrawn(message: Message, file_id: str, *, is_change: bool = False) -> Message | None:
    """The message once the file `file_id` withdrew what it is about; None where that comes too late.

    One that asks about others as well goes out all the same. Another that waits is skipped. One that may have
    gone out stays what it is, and is never sent again.
    """
    if message.withdrawn_by is not None or message.state in (_S.SENT, _S.SKIPPED):
        return None
    if message.asked_with is not None:  # the others still stand
        return None
    marked = replace(message, withdrawn_by=file_id)
    reason = SkipReason.CHANGED if is_change else SkipReason.WITHDRAWN
    return moved(marked, _S.SKIPPED, reason=reason) if message.state is _S.QUEUED else marked


LEASE_LOST = "The worker that sent it stopped before it learned the outcome."


def telling(message: Message, file_id: str, batch_id: str, now: datetime) -> Message | None:
    """The message that tells of the appointment's cancelation, on its way; None where that comes too late."""
    if message.state is not _S.QUEUED or message.withdrawn_by is not None:
        return None
    return replace(message, withdrawn_by=file_id, batch_id=batch_id, planned_for=now)


def given_up(message: Message, token: str) -> Message:
    """The message when its batch was taken under `token`: one that another lease was sending is unknown.

    It never goes back to queued: that worker may have called the provider.
    """
    if message.state is not _S.SENDING or message.token == token:
        return message
    return moved(message, _S.UNKNOWN, reason=LEASE_LOST, search_at=message.sending_at)


RESULT_STATES: dict[Outcome, MessageState] = {
    Outcome.ACCEPTED: _S.SENT,
    Outcome.REJECTED: _S.FAILED,
    Outcome.OPTED_OUT: _S.FAILED,
    Outcome.SENDER_BROKEN: _S.QUEUED,
    Outcome.NOT_ACCEPTED: _S.QUEUED,
    Outcome.UNKNOWN: _S.UNKNOWN,
}
MAX_ATTEMPTS = 16  # with the back-off of pacing.retry_delay_seconds, nearly two hours

# Who settled a failed message with which nothing is wrong: it may be sent again as it is.
NOT_SENT = "proof that it was not sent"


def after_result(message: Message, token: str, result: SendResult, now: datetime) -> Message:
    """The message after the provider's answer, fenced by `token`.

    A message that is no longer this lease's, or was settled by a receipt meanwhile, stays as it is;
    a settled one still learns the provider's id.
    """
    if message.token != token:
        return message
    if message.state is _S.SENT and message.provider_id is None:
        return replace(message, provider_id=result.provider_id)
    if message.state not in (_S.SENDING, _S.UNKNOWN):
        return message
    state = RESULT_STATES[result.outcome]
    is_not_sent = state is _S.QUEUED  # provably
    is_ours = result.outcome is Outcome.SENDER_BROKEN  # the message is not to blame: no attempt of its own
    if state is _S.QUEUED and message.attempt >= MAX_ATTEMPTS and not is_ours:
        state = _S.FAILED
    if state not in ARROWS[message.state]:  # an answer that came after the lease was lost
        state = _S.FAILED if state is _S.QUEUED else message.state
    return replace(
        message,
        state=state,
        token=None if state is _S.QUEUED else token,
        attempt=message.attempt - 1 if state is _S.QUEUED and is_ours else message.attempt,
        provider_id=result.provider_id or message.provider_id,
        code=result.code,
        reason=None if state is _S.SENT else result.reason,
        sent_at=now if state is _S.SENT else message.sent_at,
        search_at=message.sending_at if state is _S.UNKNOWN else None,
        settled_by=NOT_SENT if is_not_sent and state is _S.FAILED else message.settled_by,
    )


SENT_AT_PRECISION = timedelta(minutes=2)  # the provider's clock is another one, and says whole seconds

_DELIVERIES: dict[ReceiptKind, Delivery] = {
    ReceiptKind.SENDING: Delivery.SENDING,
    ReceiptKind.SENT: Delivery.SENT,
    ReceiptKind.DELIVERED: Delivery.DELIVERED,
    ReceiptKind.UNDELIVERED: Delivery.UNDELIVERED,
    ReceiptKind.FAILED: Delivery.FAILED,
    ReceiptKind.READ: Delivery.READ,
    ReceiptKind.COMPLAINED: Delivery.DELIVERED,
}


def after_receipt(message: Message, receipt: Receipt, now: datetime) -> Message:
    """The message after a provider's receipt; late, repeated and reordered ones change nothing.

    A receipt that carries our id proves that the provider has the message, so one that was being
    sent, or whose outcome was unknown, is sent: then, or else when we called. What the provider says of
    the time holds where it differs from ours by more than a little.
    """
    delivery = _DELIVERIES.get(receipt.kind)
    if delivery is None:
        return message
    if message.state in (_S.SENDING, _S.UNKNOWN):
        sent_at = message.sending_at or now
        message = replace(message, state=_S.SENT, sent_at=sent_at, reason=None, code=None, search_at=None)
    message = replace(
        message,
        provider_id=message.provider_id or receipt.provider_id,
        sent_at=_sent_at(message, receipt),
    )
    if message.delivery is not None and _rank(delivery, receipt.code) <= _rank(
        message.delivery, message.delivery_code
    ):
        return message
    return replace(message, delivery=delivery, delivery_code=receipt.code, delivery_reason=receipt.reason)


def _sent_at(message: Message, receipt: Receipt) -> datetime | None:
    said = receipt.sent_at
    if said is None or message.state is not _S.SENT:
        return message.sent_at
    is_near = message.sent_at is not None and abs(message.sent_at - said) <= SENT_AT_PRECISION
    return message.sent_at if is_near else said


def _rank(delivery: Delivery, code: str | None) -> tuple[int, str]:
    """Of two receipts that say the same, the code decides: any order of them ends the same."""
    return RANKS[delivery], code or ""
