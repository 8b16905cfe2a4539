"""Messages that ask about several appointments at once: which number each of them has there."""

from collections.abc import Iterable

from shared.domain.messages.earlier_steps import apart
from shared.domain.messages.message import Message
from shared.domain.messages.skip_reason import SkipReason


def is_asked_together(message: Message) -> bool:
    """Whether another message, its `duplicate_of`, asks about this one's appointment."""
    return message.reason == SkipReason.ASKED_TOGETHER and message.duplicate_of is not None


def numbers_together(messages: Iterable[Message]) -> dict[str, int]:
    """The numbers that people were told, by message id: 1 for the message that asks, the others from 2."""
    numbers: dict[str, int] = {}
    for message in messages:
        if message.asked_with is not None:
            numbers[message.id] = 1
            others = enumerate(apart(message.asked_with), start=2)
            numbers |= {item_id: number for number, item_id in others if item_id is not None}
    return numbers
