"""What a plan is made from, and what it is: whole seconds since 1970, and days by their number."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from shared.domain.sequences.hours import Days, Hours


class Pending(Struct, frozen=True, kw_only=True):
    """An email to be planned. `hours` names when its sequence sends to its contact.

    It goes out from `due` on, from `mailbox` if it has one. `waits` are the wait days of the steps behind it.
    """

    id: str
    sequence: str
    hours: str
    due: int
    mailbox: str | None = None
    is_follow_up: bool = False
    waits: tuple[int, ...] = ()


class Promised(Struct, frozen=True, kw_only=True):
    """An email that was sent, or has its time and keeps it. `waits` as of a pending one, with its `hours`."""

    mailbox: str
    at: int
    sequence: str = ""
    hours: str = ""
    waits: tuple[int, ...] = ()


class Room(Struct, frozen=True, kw_only=True):
    """What may be sent from where, and when.

    `capacity` says for each mailbox that sends how many emails it may send on a day. `pools` are the
    mailboxes of each sequence, `days` those of the company.
    """

    capacity: Mapping[str, Callable[[int], int]]
    pools: Mapping[str, Sequence[str]]
    hours: Mapping[str, Hours]
    days: Days


class Plan(Struct, kw_only=True):
    """What was planned: mailbox and second by email, what no day takes, and what comes of it.

    `loads` counts all emails by mailbox and day, those of later steps too; `ends` is the last second of each
    sequence.
    """

    times: dict[str, tuple[str, int]] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)
    loads: Counter[tuple[str, int]] = field(default_factory=Counter)
    ends: dict[str, int] = field(default_factory=dict)
