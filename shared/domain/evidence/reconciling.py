"""Which of the provider's messages is ours: evidence for a message whose outcome was lost."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from shared.domain.messages.message import Message, MessageState, after_receipt, moved
from shared.domain.messages.sending import IncomingMessage, Lesson, Receipt, ReceiptKind
from shared.domain.record import replace

CLOCK_SKEW = timedelta(minutes=2)  # between our clock and the provider's, whose times are in whole seconds
NOT_FOUND = "The provider's history of that day does not have it: it was not sent."
NOT_FOUND_CODE = "not_found"
BY_HISTORY = "history"


class ProviderMessage(Struct, frozen=True, kw_only=True):
    """One message as the provider's history shows it. `sent_at` is None while the provider queues it.

    `body` is None where providers do not show what was said, as of a call.
    """

    provider_id: str
    to_address: str
    body: str | None
    created_at: datetime
    sent_at: datetime | None
    kind: ReceiptKind
    code: str | None = None
    reason: str | None = None
    lesson: Lesson | None = None


class HistoryPage(Struct, frozen=True, kw_only=True):
    """Some of the provider's messages, and where the next ones are (None at the end)."""

    messages: tuple[ProviderMessage, ...]
    next_cursor: str | None


class ReceivedMessage(Struct, frozen=True, kw_only=True):
    """One message that a person wrote, as the provider's history shows it, and when that was."""

    at: datetime
    message: IncomingMessage


class ReceivedPage(Struct, frozen=True, kw_only=True):
    """Some of what people wrote, and where the next ones are (None at the end)."""

    messages: tuple[ReceivedMessage, ...]
    next_cursor: str | None


class Proof(StrEnum):
    """What the provider's history says about one message of ours."""

    FOUND = "found"
    ABSENT = "absent"  # nothing at all went to that address at that time
    UNCLEAR = "unclear"  # several could be it, or one whose text differs


class Evidence(Struct, frozen=True, kw_only=True):
    """The proof, and the provider's message when it was found."""

    proof: Proof
    found: ProviderMessage | None = None


def judge(
    message: Message,
    listed: Sequence[ProviderMessage],
    taken: Collection[str],
    rivals: Sequence[Message],
    call_lasts: timedelta,
) -> Evidence:
    """What the complete list of one address says about `message`.

    A candidate was created while we may have called (from `sending_at`, for `call_lasts`), has the
    same text, and is not in `taken`, the provider's ids that other messages of ours have. Only one
    candidate proves anything, and only if none of `rivals`, our other messages to the address, could be
    it. Where no text is shown, any text may be it. A text that differs proves nothing either way, nor does
    another address: a provider may change or redact what it shows. Nor is a message absent while there is
    one like it that was created later: a worker may have been stopped for longer than its lease just before
    it called.
    """
    free = [p for p in listed if p.provider_id not in taken and _is_since(p, message)]
    near = [p for p in free if _was_created_by(p, message, call_lasts)]
    if not near:
        is_alike = any(_says(other, message) for other in free)
        return Evidence(proof=Proof.UNCLEAR if is_alike else Proof.ABSENT)
    same = [p for p in near if _says(p, message) and _is_to(p, message)]
    if len(same) != 1 or any(_could_be(rival, message, same[0], call_lasts) for rival in rivals):
        return Evidence(proof=Proof.UNCLEAR)
    return Evidence(proof=Proof.FOUND, found=same[0])


def _says(candidate: ProviderMessage, message: Message) -> bool:
    """Whether the candidate may have the message's text."""
    return candidate.body is None or plain_text(candidate.body) == plain_text(message.body)


def _is_since(candidate: ProviderMessage, message: Message) -> bool:
    return message.sending_at is not None and candidate.created_at >= message.sending_at - CLOCK_SKEW


def _was_created_by(candidate: ProviderMessage, message: Message, call_lasts: timedelta) -> bool:
    if message.sending_at is None or not _is_since(candidate, message):
        return False
    return candidate.created_at <= message.sending_at + call_lasts + CLOCK_SKEW


def _is_to(candidate: ProviderMessage, message: Message) -> bool:
    """Whether it went to the message's address, with a plus sign or without, or a channel before it."""
    return message.channel.record.address.is_same(candidate.to_address, message.address)


def _could_be(rival: Message, message: Message, candidate: ProviderMessage, call_lasts: timedelta) -> bool:
    """Whether the candidate may be another message of ours that has no provider's id yet."""
    if (
        rival.id == message.id
        or rival.channel != message.channel
        or rival.provider_id is not None
        or not _says(candidate, rival)
    ):
        return False
    # A refusal proves that nothing was created; a failure that somebody decided on does not.
    is_open = rival.state in (MessageState.SENDING, MessageState.UNKNOWN, MessageState.SENT)
    is_doubtful = rival.state is MessageState.FAILED and rival.settled_by is not None
    return (is_open or is_doubtful) and _was_created_by(candidate, rival, call_lasts)


def plain_text(body: str) -> str:
    """What of a text is the same however a provider shows it."""
    return body.replace("\r\n", "\n").strip()


def first_day(message: Message) -> date:
    """The first day, in GMT, on whose list `message` may be. Raises ValueError if it was never called for."""
    if message.sending_at is None:
        raise ValueError(f"message {message.id} was never called for")
    return (message.sending_at - CLOCK_SKEW).astimezone(UTC).date()


def after_found(message: Message, found: ProviderMessage) -> Message:
    """The unknown message, settled as sent by the provider's own record of it."""
    sent_at = found.sent_at or found.created_at
    sent = moved(
        message,
        MessageState.SENT,
        provider_id=found.provider_id,
        sent_at=sent_at,
        reason=None,
        code=None,
        search_at=None,
        settled_by=BY_HISTORY,
    )
    return after_receipt(sent, receipt_of(message.id, found), sent_at)


def after_absent(message: Message, now: datetime) -> Message:
    """The unknown message, settled as not sent: the whole list, after the quiet period, lacks it."""
    return moved(
        message,
        MessageState.FAILED,
        reason=NOT_FOUND,
        code=NOT_FOUND_CODE,
        search_at=None,
        searched_at=now,
        settled_by=BY_HISTORY,
    )


def after_search(message: Message, now: datetime, quiet: timedelta) -> Message:
    """The message that stays unknown: to be looked for again, ever more seldom, or searched for good."""
    called_at = message.sending_at or message.created_at
    if now >= called_at + quiet:
        return replace(message, search_at=None, searched_at=now)
    return replace(message, search_at=min(called_at + quiet, now + (now - called_at)))


def receipt_of(message_id: str, found: ProviderMessage) -> Receipt:
    """What the history shows, as the receipt that may never have come."""
    return Receipt(
        message_id=message_id,
        kind=found.kind,
        event_id=f"{found.provider_id} {found.kind}",
        provider_id=found.provider_id,
        code=found.code,
        reason=found.reason,
        address=found.to_address,
        sent_at=found.sent_at,
        lesson=found.lesson,
    )
