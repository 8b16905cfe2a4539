"""What a message comes from: a number, a pool of numbers or a mailbox at a provider, with its pace."""

from datetime import datetime
from typing import NewType

from msgspec import Struct

from shared.domain.channels.channel import Channel

# Who carries a sender's messages: the name of a record of shared/providers/registry.py.
Provider = NewType("Provider", str)


# A company's, so that a list of them is read at once: those of an older version have no time to page by.
MOST_SENDERS = 500
# How the reason ends where somebody paused it; who did stands before.
BY_HAND = " paused it."


class Sender(Struct, frozen=True, kw_only=True):
    """Where messages come from.

    `address` is of the channel's kind, or what the provider alone knows, such as a pool's id.
    `rate_per_second` is the pace the provider allows this sender, at most its channel's `highest_rate`.
    Provider credentials are kept apart, under the sender's id (shared/storage/secrets.py), and are never
    shown. `created_at` is None in senders of an older version. `reply_to` is the mailbox that answers to a
    mailbox's mails go to. `help_text` and `opt_out_text` are answers of its own, in place of the company's.
    `keywords_at_provider`: where its provider answers STOP, START and HELP by itself, as Twilio does for text
    messages, that is on; False once it was turned off there, so that Rollcall answers. `stand_in_id` is the
    sender of the same channel that takes over, while this one's provider is down, what that has provably not
    accepted. `daily_capacity` is how many messages of campaigns may leave from it in a day on the company's
    clock; None: as many as its pace allows. `link_name` is what links to it are made of, such as an Instagram
    account's name.
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
    help_text: str = ""
    opt_out_text: str = ""
    keywords_at_provider: bool = True
    stand_in_id: str | None = None
    link_name: str = ""
    daily_capacity: int | None = None

    @property
    def is_paused_by_hand(self) -> bool:
        """Whether somebody of the company paused it, and not what its provider said."""
        return self.is_paused and self.paused_reason.endswith(BY_HAND)
