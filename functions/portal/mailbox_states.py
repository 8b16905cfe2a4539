"""How a mailbox is, as pages show it: in a word with a note, and what it has to send day by day."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from shared.domain.senders.sender import Sender
from shared.domain.sequences.mailbox import Mailbox
from shared.views.sequences import DayLoad


class MailboxState(Struct, frozen=True, kw_only=True):
    """A mailbox with how it is: a word, and a note where it sends nothing; and what it has to send."""

    mailbox: Mailbox
    badge: str
    note: str
    capacity: int
    today: int = 0
    tomorrow: int = 0
    planned: int = 0


class DayTotal(Struct, frozen=True, kw_only=True):
    """What is planned on a day, and what may be sent."""

    day: date
    planned: int
    capacity: int


def state_of(mailbox: Mailbox, sender: Sender | None, loads: Iterable[DayLoad], today: date) -> MailboxState:
    """The mailbox with what it has to send by these loads."""
    by_day = {one.day: one.emails for one in loads}
    badge, note = "ready", ""
    if sender is None:
        badge, note = "failed", "Its sender is gone: nothing goes out from it."
    elif sender.is_paused:
        badge, note = "paused", f"Its sender is paused. {sender.paused_reason or ''}".strip()
    elif mailbox.is_paused:
        badge, note = "paused", "Others of its sequences send in its place; without others their emails wait."
    elif mailbox.capacity_on(today) < mailbox.daily_capacity:
        badge, note = "warming_up", f"{mailbox.daily_capacity:,} a day once it is warm."
    return MailboxState(
        mailbox=mailbox,
        badge=badge,
        note=note,
        capacity=mailbox.capacity_on(today),
        today=by_day.get(today, 0),
        tomorrow=by_day.get(today + timedelta(days=1), 0),
        planned=sum(by_day.values()),
    )


def days_of(loads: Iterable[DayLoad], mailboxes: Iterable[Mailbox]) -> list[DayTotal]:
    """From the first planned day to the last, each with what all of the mailboxes may send together."""
    planned: dict[date, int] = defaultdict(int)
    for load in loads:
        planned[load.day] += load.emails
    if not planned:
        return []
    first, last = min(planned), max(planned)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    every = list(mailboxes)
    return [
        DayTotal(day=one, planned=planned[one], capacity=sum(each.capacity_on(one) for each in every))
        for one in days
    ]
