"""Until when a person may be written to freely: some channels take a text only where they wrote lately."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.ids import computed_id

# A text must be able to arrive before the conversation ends: its last seconds are not used.
CLOSING = timedelta(seconds=30)


class OpenConversation(Struct, frozen=True, kw_only=True):
    """When a person last wrote to a sender.

    Kept only of channels whose record has `conversation_hours`. Who it is, only the id says: it is computed
    from channel, sender and address.
    """

    id: str
    channel: Channel
    sender_id: str
    written_at: datetime

    @property
    def ends_at(self) -> datetime | None:
        """Until when the person may be written to freely; None: always."""
        return self.channel.record.conversation_ends(self.written_at)

    def is_open(self, at: datetime) -> bool:
        """Whether the person may be written to freely then, with some seconds to spare."""
        return self.ends_at is None or at + CLOSING < self.ends_at


def conversation_id(channel: Channel, sender_id: str, address: str) -> str:
    """One conversation for each channel, sender and person, however the address is spelled."""
    return computed_id(channel, sender_id, channel.record.address.key(address))


def conversation_ids(channel: Channel, sender_ids: Iterable[str], address: str) -> frozenset[str]:
    """Those that the person may have with these senders; none on a channel without the rule."""
    if channel.record.conversation_hours is None:
        return frozenset()
    return frozenset(conversation_id(channel, sender_id, address) for sender_id in sender_ids)


def conversations_of(
    channel: Channel, sender_ids: Iterable[str], address: str, written_at: datetime
) -> list[OpenConversation]:
    """The conversations that begin, or go on, when the person writes; none on a channel without the rule."""
    if channel.record.conversation_hours is None:
        return []
    return [
        OpenConversation(
            id=conversation_id(channel, sender_id, address),
            channel=channel,
            sender_id=sender_id,
            written_at=written_at,
        )
        for sender_id in dict.fromkeys(sender_ids)
    ]
