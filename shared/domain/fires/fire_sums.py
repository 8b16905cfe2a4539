"""What a fire's messages, failures, replies and costs came to: counts that add up, stored once a fire."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import Struct, field

from shared.domain.channels.channel import Channel
from shared.domain.fires.fire import Fire, StepLedger
from shared.domain.messages.sending import Delivery

Counts = Counter[str]
# Every time zone's hours begin at one of them.
ANSWERS_APART = timedelta(minutes=15)
# A mark holds for so long: until then the process that made it need not make it again.
MARKED_FOR = timedelta(minutes=2)
# What is written under a mark was committed by then, whoever wrote it and by whichever clock.
SETTLED_AFTER = timedelta(minutes=5)
# Sums that change without an end are counted anew so often meanwhile.
REFRESHED_AFTER = timedelta(minutes=30)
FIRST_AGAIN = timedelta(hours=1)
AGES_LATER = 7
# A fire that answers people, or an automation, gets messages all through its day, wherever that ends last.
STANDING_FOR = timedelta(days=2)


class FireSums(Struct, frozen=True, kw_only=True):
    """Counts of fires' messages, failures, replies and costs, each by kind (FireReport says which).

    `channels` are counts by `channel_key`, `answers` by `answer_key`.
    """

    skipped: dict[str, int] = field(default_factory=Counter)
    failed: dict[str, int] = field(default_factory=Counter)
    unknown: dict[str, int] = field(default_factory=Counter)
    deliveries: dict[str, int] = field(default_factory=Counter)
    undelivered: dict[str, int] = field(default_factory=Counter)
    dispositions: dict[str, int] = field(default_factory=Counter)
    replies: dict[str, int] = field(default_factory=Counter)
    costs: dict[str, int] = field(default_factory=Counter)
    channels: dict[str, int] = field(default_factory=Counter)
    answers: dict[str, int] = field(default_factory=Counter)


class CountedSums(Struct, frozen=True, kw_only=True):
    """The sums of one fire with the ledgers of its steps, as they were at `at`."""

    at: datetime
    steps: tuple[StepLedger, ...]
    sums: FireSums


class StoredSums(Struct, frozen=True, kw_only=True):
    """A fire's sums, under the fire's id. `counts` are its CountedSums as JSON, as reasons and codes may be
    what no field is named by; None until they were counted once.

    `due_at` is when they are to be counted again. Whoever changes what they are made of puts that to now,
    before the change; from then on they are not true any more.
    """

    id: str
    due_at: datetime
    counts: bytes | None = None

    @property
    def counted(self) -> CountedSums | None:
        """As they were counted last, decoded each time. None where another version stored them in its way:
        they are counted again.
        """
        try:
            return msgspec.json.decode(self.counts or b"", type=CountedSums)
        except msgspec.MsgspecError:
            return None

    def is_true(self, now: datetime) -> bool:
        """Whether nothing has changed since they were counted."""
        return self.counts is not None and self.due_at > now

    def is_settled(self, now: datetime) -> bool:
        """Whether nobody changes anything under a mark that was made before."""
        return self.due_at <= now - SETTLED_AFTER

    def is_wanted(self, now: datetime) -> bool:
        """Whether to count now: what has settled, and now and then what does not settle."""
        if self.due_at > now or self.is_settled(now):
            return self.is_settled(now)
        counted = self.counted
        return counted is None or counted.at <= now - REFRESHED_AFTER


def as_counts(counted: CountedSums) -> bytes:
    """The sums as they are stored."""
    return msgspec.json.encode(counted)


def may_be_summed(fire: Fire, now: datetime) -> bool:
    """Whether the fire is over, so that its sums are worth keeping."""
    return fire.is_closed and (not fire.is_standing or fire.fired_at <= now - STANDING_FOR)


def counted_again_at(fire: Fire, now: datetime) -> datetime:
    """When sums that were counted now are counted again, whether or not anybody marked them.

    Some times in the life of a fire: a worker that died may have left a change without its mark, and so may
    a worker of an older version.
    """
    return now + max(FIRST_AGAIN, AGES_LATER * (now - fire.fired_at))


def added(parts: Iterable[FireSums]) -> FireSums:
    """All of them together."""
    total = FireSums()
    for part in parts:
        for name in FireSums.__struct_fields__:
            getattr(total, name).update(getattr(part, name))
    return total


def channel_key(channel: Channel, kind: str) -> str:
    """What messages of a channel are counted by: `sent`, a delivery state, or `answered`."""
    return f"{channel} {kind}"


def of_channel(counts: Mapping[str, int], channel: Channel) -> dict[str, int]:
    """How many of the channel were sent, delivered, read, not delivered and answered."""

    def count(*kinds: str) -> int:
        return sum(counts.get(channel_key(channel, kind), 0) for kind in kinds)

    return {
        "sent": count("sent"),
        "delivered": count(Delivery.DELIVERED, Delivery.READ),
        "read": count(Delivery.READ),
        "undelivered": count(Delivery.UNDELIVERED, Delivery.FAILED),
        "answered": count("answered"),
    }


def answer_key(moment: datetime, disposition: str) -> str:
    """What an answer is counted by: the quarter of an hour it came in, and what it was."""
    seconds = ANSWERS_APART.total_seconds()
    since = datetime.fromtimestamp(moment.timestamp() // seconds * seconds, UTC)
    return f"{since.isoformat()} {disposition}"


def answer_of(key: str) -> tuple[datetime, str]:
    """The quarter of an hour, and the answer, that a key names."""
    since, _, disposition = key.partition(" ")
    return datetime.fromisoformat(since), disposition
