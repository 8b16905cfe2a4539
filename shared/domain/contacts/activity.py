"""What became of messages to a person, as far as segments ask for it: a trace of each message.

A message that names a contact is that contact's. One that names none, as a file's row was sent to, is of
everybody who has its address, also of who becomes a contact later.
"""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_keys import SHARDS, shard_of
from shared.domain.contacts.segment import Activity, HasActivity
from shared.domain.ids import computed_id

MOST_DAYS = 365
KEPT = timedelta(days=MOST_DAYS + 7)
ARRIVED, FAILED, READ = 1, 2, 3  # in the order in which deliveries rank
_WHO = 16  # characters of a hash


class Trace(msgspec.Struct, frozen=True, array_like=True):
    """One message: whose it is, when it was sent (minutes since 1970), how far it came, and its answer.

    `channel` is the name of one: of so many, a Channel of each would take longer to make than all the rest.
    """

    who: str
    message: str
    at: int
    channel: str
    stage: int = 0
    is_answered: bool = False


def together(traces: Iterable[Trace], since: datetime) -> list[Trace]:
    """One trace of each message, of all that was told of it in whatever order; older ones are left out."""
    first, found = minutes_of(since), dict[tuple[str, str], Trace]()
    for one in traces:
        known = found.get((one.who, one.message))
        if one.at >= first:
            found[one.who, one.message] = one if known is None else _both(known, one)
    return sorted(found.values(), key=lambda one: (one.who, one.at, one.message))


def _both(one: Trace, other: Trace) -> Trace:
    if one == other:
        return one
    return Trace(
        who=one.who,
        message=one.message,
        at=max(one.at, other.at),
        channel=one.channel,
        stage=max(one.stage, other.stage),
        is_answered=one.is_answered or other.is_answered,
    )


def of_address(search_key: str) -> str:
    """Whose a message to the address is; `search_key` as in address_search."""
    return search_key[:_WHO]


def traces_are_of(contact: Contact) -> set[str]:
    """Under what traces of a contact are kept: its id, those it was merged from, and its addresses."""
    ids = {of_contact(one) for one in (contact.id, *contact.merged_ids)}
    return ids | {of_address(one.search_key) for one in contact.addresses}


class Tallies:
    """How often each activity that is asked for happened, until `now`.

    Of each address and contact with at least one, ten bytes are held for each activity that is asked for.
    """

    def __init__(self, asked: Iterable[HasActivity] = (), now: datetime | None = None) -> None:
        self._now = now
        self._counts = {_Asked.of(one): _Counts() for one in asked}
        self._whose: tuple[Contact, set[str]] | None = None

    def tally(self, number: int, traces: Iterable[Trace]) -> None:
        """Count the traces of a shard."""
        if self._now is None:
            return
        found = list(traces)
        for asked, counts in self._counts.items():
            counts.put(number, asked.counted(found, self._now))

    def count(self, asked: HasActivity, contact: Contact) -> int:
        """How many of the contact's messages it holds for."""
        counts = self._counts[_Asked.of(asked)]
        if self._whose is None or self._whose[0] is not contact:  # it is asked of for each activity
            self._whose = contact, traces_are_of(contact)
        return sum(map(counts.of, self._whose[1]))


class _Asked(msgspec.Struct, frozen=True):
    """What is counted, whatever number is asked for."""

    activity: Activity
    days: int
    channel: Channel | None

    @classmethod
    def of(cls, one: HasActivity) -> "_Asked":
        """What a criterion counts."""
        return cls(one.activity, one.days, one.channel)

    def counted(self, traces: Iterable[Trace], now: datetime) -> Counter[str]:
        """By whose they are, how many of the traces it holds for."""
        first, last, holds = (
            minutes_of(now - timedelta(days=self.days)),
            minutes_of(now),
            _HOLDS[self.activity],
        )
        channel = self.channel
        return Counter(
            one.who
            for one in traces
            if first <= one.at <= last and (channel is None or one.channel == channel) and holds(one)
        )


class _Counts:
    """Numbers by whose they are: in each shard the hashes in order, and beside them the numbers."""

    def __init__(self) -> None:
        self._shards: dict[int, tuple[array[int], array[int]]] = {}

    def put(self, number: int, counts: Mapping[str, int]) -> None:
        """Hold the numbers of a shard."""
        pairs = sorted((int(who, 16), count) for who, count in counts.items())
        if pairs:
            whose = array("Q", (who for who, _ in pairs))
            self._shards[number] = whose, array("H", (min(count, 65_535) for _, count in pairs))

    def of(self, who: str) -> int:
        """The number of one; 0 where there is none."""
        held = self._shards.get(shard_of(who))
        if held is None:
            return 0
        whose, counts = held
        wanted = int(who, 16)
        place = bisect_left(whose, wanted)
        return counts[place] if place < len(whose) and whose[place] == wanted else 0


_HOLDS: Mapping[Activity, Callable[[Trace], bool]] = {
    Activity.SENT: lambda one: True,
    Activity.DELIVERED: lambda one: one.stage in (ARRIVED, READ),
    Activity.READ: lambda one: one.stage == READ,
    Activity.NOT_DELIVERED: lambda one: one.stage == FAILED,
    Activity.ANSWERED: lambda one: one.is_answered,
    Activity.NOT_ANSWERED: lambda one: not one.is_answered,
}
NOTHING = Tallies()


def by_shard_of(traces: Iterable[Trace]) -> dict[int, list[Trace]]:
    """Traces by the shard that holds them."""
    found: dict[int, list[Trace]] = {}
    for one in traces:
        found.setdefault(shard_of(one.who), []).append(one)
    return found


def all_shards() -> range:
    """The numbers of all shards."""
    return range(SHARDS)


def of_contact(contact_id: str) -> str:
    """Whose a message to the contact is."""
    return computed_id("contact", contact_id)[:_WHO]


def minutes_of(at: datetime) -> int:
    """A time as traces have it."""
    return int(at.timestamp() // 60)
