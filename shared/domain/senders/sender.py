"""What a message comes from: a number, a pool of numbers or a mailbox at a provider, with its pace."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from shared.domain.channels.channel import Channel

# Who carries a sender's messages: the name of a record of shared/providers/registry.py.
Provider = NewType("Provider", str)


# A company's, so that a list of them is read at once: those of an older version have no time to page by.
MOST_SENDERS = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Where messages come from.

    `address` is of the channel's kind, or what the provider alone knows, such as a pool's id.
    `rate_per_second` is the pace the provider allows this sender, at most its channel's `highest_rate`.
    Provider credentials are kept apart, under the sender's id (shared/storage/secrets.py), and are never
    shown. `created_at` is None in senders of an older version. `reply_to` is the mailbox that answers to a
    mailbox's mails go to.
    """

    id: str
    channel: Channel
    provider: Provider
    address: str
    name: str = ""
    rate_per_second: float = 1.0
    is_paused: bool = False
    paused_reason: str = ""
    pause_count: int = 0
    created_at: datetime | None = None
    reply_to: str | None = None
