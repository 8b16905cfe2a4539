"""An invitation to a chat: who writes with its reference gets the message that waits for them.

The message is planned and queued with the others of its fire, and waits until it ends: so the ledger closes
by itself when nobody comes. Its reference follows from what it is for under our key (Links.reference). So the
step that invites can say it without having to read anything, planning twice gives the same, and nobody can
make one.
"""

import re
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.messages.message import Message, MessageState, rendering_hash
from shared.domain.record import replace

WAITS = timedelta(days=7)
_WRITTEN = re.compile(r"\bref:?\s*([A-Z2-7]{16})\b", re.IGNORECASE)
_REFERENCE = re.compile(r"[A-Z2-7]{16}")
_PLACEHOLDER = "invite:"


class Invite(Struct, frozen=True, kw_only=True):
    """A reference, and the message that waits for who writes with it. It is good once, until it ends.

    `reply_id` is what they wrote, once somebody did.
    """

    id: str
    message_id: str
    ends_at: datetime
    reply_id: str | None = None

    def is_good(self, at: datetime) -> bool:
        """Whether it can be used then."""
        return self.reply_id is None and at < self.ends_at


def is_reference(text: str) -> bool:
    """Whether it has the form of one: other links that lead to a chat have words of their own."""
    return _REFERENCE.fullmatch(text) is not None


def reference_in(text: str) -> tuple[str | None, str]:
    """The reference in what somebody wrote, if there is one, and what else they say."""
    found = _WRITTEN.search(text)
    if found is None:
        return None, text
    return found[1].upper(), f"{text[: found.start()].strip()} {text[found.end() :].strip()}".strip()


def placeholder(reference: str) -> str:
    """What a message has for an address while nobody knows where the person can be reached."""
    return _PLACEHOLDER + reference


def is_placeholder(address: str) -> bool:
    """Whether it only stands for an address."""
    return address.startswith(_PLACEHOLDER)


def is_waiting(message: Message) -> bool:
    """Whether the message waits for the person to write, and for nothing else."""
    ends = message.waits_until
    is_put_off = ends is not None and message.planned_for is not None and message.planned_for >= ends
    return message.state is MessageState.QUEUED and is_put_off


def bound(message: Message, address: str, batch_id: str, content_hash: str, now: datetime) -> Message:
    """The waiting message on its way to who wrote. Its text stays sealed as it was frozen.

    One whose seal is broken keeps it, and is refused as any other.
    """
    sealed = rendering_hash(content_hash, message.channel, message.address, *message.said)
    if sealed == message.rendering_hash:
        sealed = rendering_hash(content_hash, message.channel, address, *message.said)
    else:
        sealed = message.rendering_hash
    return replace(message, address=address, rendering_hash=sealed, batch_id=batch_id, planned_for=now)
