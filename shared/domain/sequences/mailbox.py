"""A mailbox: one of the pool that sequences are sent from, with how much it may send a day."""

from collections.abc import Iterator
from datetime import date, datetime

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.errors import Problem
from shared.domain.senders.sender import Provider, Sender

CHANNEL = Channel("email")  # what mailboxes send
MOST_A_DAY = 2_000  # what the largest mail hosts allow one mailbox a day
MOST_MAILBOXES = 500  # a company's, as every one of them is a sender


class WarmUp(Struct, frozen=True, kw_only=True):
    """How a new mailbox gets going: so many emails on the first day, and so many more on each day after."""

    begins_on: date
    first_day: int = 5
    more_each_day: int = 5


class Mailbox(Struct, frozen=True, kw_only=True):
    """A mailbox of the company. Its id is that of its sender, which has its credentials and its pace.

    `user_id` is whose mailbox it is, if it is one user's. `email` is the address it sends from, `provider`
    who carries its mail, both as the sender has them. A mailbox's day is the company's calendar day.
    """

    id: str
    email: str
    provider: Provider
    daily_capacity: int
    created_at: datetime
    user_id: str | None = None
    warm_up: WarmUp | None = None
    is_paused: bool = False

    def capacity_on(self, day: date) -> int:
        """How many emails it may send on that day."""
        ramp = self.warm_up
        if ramp is None:
            return self.daily_capacity
        days = max(0, (day - ramp.begins_on).days)
        return min(self.daily_capacity, ramp.first_day + days * ramp.more_each_day)


def may_send(mailbox: Mailbox | None, sender: Sender | None) -> bool:
    """Whether the mailbox is there, and neither it nor its sender is paused."""
    return mailbox is not None and sender is not None and not (mailbox.is_paused or sender.is_paused)


def check_mailbox(mailbox: Mailbox) -> Iterator[Problem]:
    """What is wrong with how much it may send."""
    if not 1 <= mailbox.daily_capacity <= MOST_A_DAY:
        yield Problem(field="daily_capacity", reason=f"must be 1 to {MOST_A_DAY:,} emails a day")
    ramp = mailbox.warm_up
    if ramp is not None and not 1 <= ramp.first_day <= MOST_A_DAY:
        yield Problem(field="warm_up.first_day", reason=f"must be 1 to {MOST_A_DAY:,} emails")
    if ramp is not None and not 1 <= ramp.more_each_day <= MOST_A_DAY:
        yield Problem(field="warm_up.more_each_day", reason=f"must be 1 to {MOST_A_DAY:,} emails")
