"""What is learned of an address from what became of a message to it."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.domain.messages.message import SENT_AT_PRECISION, Message
from shared.domain.messages.sending import Delivery, Lesson, Outcome, Receipt, ReceiptKind, SendResult

_BY_KIND = {ReceiptKind.OPTED_OUT: Lesson.REFUSED, ReceiptKind.COMPLAINED: Lesson.COMPLAINED}
_SOURCES = {
    Lesson.REFUSED: OptOutSource.PROVIDER,
    Lesson.COMPLAINED: OptOutSource.COMPLAINT,
    Lesson.GONE: OptOutSource.BOUNCE,
    Lesson.MAYBE_GONE: OptOutSource.BOUNCE,
}
_FAILED = (Delivery.UNDELIVERED, Delivery.FAILED)
_FAILURES = (ReceiptKind.UNDELIVERED, ReceiptKind.FAILED)
_ENDS = (*_FAILED, Delivery.DELIVERED, Delivery.READ)
LONGEST_TEXT = 1000


def lesson_of_receipt(receipt: Receipt) -> Lesson | None:
    """What the event teaches about its message's address."""
    return receipt.lesson or _BY_KIND.get(receipt.kind)


def lesson_of_result(result: SendResult) -> Lesson | None:
    """What the answer teaches about its message's address."""
    return Lesson.REFUSED if result.outcome is Outcome.OPTED_OUT else result.lesson


def refused_at(receipt: Receipt, message: Message, now: datetime) -> datetime | None:
    """When the refusal that the event tells of was given, at the latest; None where nobody knows.

    A message that failed for it met a refusal that was there before. A time before the message left, or one
    that is to come, is no time of this event; clocks differ a little.
    """
    at, left_at = receipt.at, message.sending_at or message.sent_at
    if at is not None and (left_at is None or left_at - SENT_AT_PRECISION <= at):
        return min(max(at, left_at or at), now)
    return left_at if receipt.kind in _FAILURES else None


def is_second_in_row(receipt: Receipt, message: Message, others: Iterable[Message]) -> bool:
    """Whether the message before, of another fire, failed with the receipt's code too.

    `others` are messages to the same address, the newest first. Those without an end yet do not count.
    """
    at = message.sent_at or message.sending_at or message.created_at
    before = (
        other
        for other in others
        if other.fire_id != message.fire_id
        and other.delivery in _ENDS
        and other.sent_at is not None
        and other.sent_at <= at
    )
    last = next(before, None)
    return last is not None and last.delivery in _FAILED and last.delivery_code == receipt.code


def learned(
    message: Message, address: str, lesson: Lesson, code: str | None, text: str | None, now: datetime
) -> OptOut:
    """The opt-out that follows, with the provider's words; of who was forgotten only a digest is kept."""
    is_known = bool(message.address)
    return OptOut(
        id=opt_out_id(message.channel, address),
        channel=message.channel,
        address=message.address,
        is_active=True,
        source=_SOURCES[lesson],
        changed_at=now,
        text=(text or "")[:LONGEST_TEXT] if is_known else "",
        code=code,
        message_id=message.id,
    )
