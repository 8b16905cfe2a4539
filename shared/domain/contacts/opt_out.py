"""A refusal, per company, channel and address, with its source and time; bounces suppress in the same way."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.channels.channel import Channel, all_channels
from shared.domain.companies.consent_rules import CHANNEL_WIDE, Narrowing, topic_key
from shared.domain.ids import computed_id
from shared.domain.record import replace

MOST_EARLIER = 20


class OptOutSource(StrEnum):
    """How we learned of a refusal, or of its end."""

    REPLY = "reply"
    PROVIDER = "provider"
    COMPLAINT = "complaint"
    API = "api"
    FILE = "file"
    PAGE = "page"  # the person chose so by a link
    BOUNCE = "bounce"  # nobody refused: nothing reaches the address


class Clearing(StrEnum):
    """How far it is that a person who returned is taken off the list that a provider keeps of its own."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"  # or not to be had for days: somebody must do it there


class OptOutChange(Struct, frozen=True, kw_only=True):
    """What an opt-out was before, and since when, as far as that is known."""

    is_active: bool
    source: OptOutSource
    changed_at: datetime
    text: str = ""
    code: str | None = None
    message_id: str | None = None
    changed_by: str | None = None


class OptOut(Struct, frozen=True, kw_only=True):
    """Whether an address has refused, or is known to be out of reach. An ended one stays, with the new time.

    `text` is what was said: by the person, by who changed it, or by the provider, whose `code` is beside it.
    `message_id` is the message that taught it, `changed_by` the API key of who changed it. `earlier` is what
    it was before, the newest last. `said_at` is when it was said, or the provider saw it, where that is known
    apart from `changed_at`, when it was noted. With a `sender_id` it is about messages of that sender alone,
    with a `topic` about those of that kind: both have ids of their own. `clearing` is of one that ended by a
    return, where a provider of the channel keeps a list and lets addresses be taken off it.
    """

    id: str
    channel: Channel
    address: str
    is_active: bool
    source: OptOutSource
    changed_at: datetime
    text: str = ""
    code: str | None = None
    message_id: str | None = None
    changed_by: str | None = None
    earlier: tuple[OptOutChange, ...] = ()
    sender_id: str | None = None
    topic: str | None = None
    said_at: datetime | None = None
    clearing: Clearing | None = None

    @property
    def holds_since(self) -> datetime:
        """When it became what it is."""
        return self.said_at or self.changed_at

    @property
    def returned_at(self) -> datetime | None:
        """When somebody last agreed to be contacted, here; that an address is in reach again is no word."""
        changes = (*self.earlier, _change(self))
        returns = (
            one.changed_at
            for one, former in zip(changes, (None, *changes), strict=False)
            if not one.is_active and (former is None or former.source is not OptOutSource.BOUNCE)
        )
        return max(returns, default=None)

    @property
    def learned_by(self) -> OptOutSource:
        """How the refusal was learned, also of one that is over."""
        return self.source if self.is_active or not self.earlier else self.earlier[-1].source

    @property
    def is_return(self) -> bool:
        """Whether it is over because a person agreed to be contacted again, by whatever sender."""
        is_narrow = self.topic is not None or self.sender_id is not None
        return not (self.is_active or is_narrow or self.ended_bounce)

    @property
    def is_bounce(self) -> bool:
        """Whether nobody refused, but nothing reaches the address."""
        return self.source is OptOutSource.BOUNCE

    @property
    def ended_bounce(self) -> bool:
        """Whether it is over and was about an address out of reach: nobody agreed to anything."""
        return not self.is_active and bool(self.earlier) and self.earlier[-1].source is OptOutSource.BOUNCE


def active(opt_outs: Iterable[OptOut]) -> dict[str, OptOut]:
    """Those that hold, by id."""
    return {opt_out.id: opt_out for opt_out in opt_outs if opt_out.is_active}


def holding(ids: Iterable[str], opt_outs: Mapping[str, OptOut]) -> OptOut | None:
    """Which of the opt-outs that hold is about the address with these ids: a refusal before a bounce."""
    found = [opt_outs[item_id] for item_id in ids if item_id in opt_outs]
    return min(found, key=lambda opt_out: opt_out.is_bounce, default=None)


def opt_out_id(channel: Channel, address: str) -> str:
    """One opt-out per channel and address, compared as the channel compares them."""
    return computed_id(channel, channel.record.address.key(address))


def sender_opt_out_id(channel: Channel, address: str, sender_id: str) -> str:
    """The opt-out of an address from what one sender sends."""
    return computed_id(channel, channel.record.address.key(address), "sender", sender_id)


def topic_opt_out_id(channel: Channel, address: str, topic: str) -> str:
    """The opt-out of an address from messages of one topic."""
    return computed_id(channel, channel.record.address.key(address), "topic", topic_key(topic))


def opt_out_ids(channel: Channel, address: str) -> tuple[str, ...]:
    """The id of the address's opt-out, and those that it has where it was stored by another spelling."""
    kind = channel.record.address
    former = (spelling.casefold() for spelling in kind.spellings(address))
    return tuple(computed_id(channel, text) for text in dict.fromkeys((kind.key(address), *former)))


def forbidding_ids(
    channel: Channel, address: str, sender_id: str, narrowing: Narrowing = CHANNEL_WIDE
) -> tuple[str, ...]:
    """The ids of all opt-outs that forbid a message of this sender to the address."""
    narrow = []
    if narrowing.topic:
        narrow.append(topic_opt_out_id(channel, address, narrowing.topic))
    if narrowing.by_sender:
        narrow.append(sender_opt_out_id(channel, address, sender_id))
    return (*opt_out_ids(channel, address), *narrow)


def same_address(channel: Channel) -> list[Channel]:
    """The channels that reach the same address, with this one."""
    return [one for one in all_channels() if one.record.address is channel.record.address]


def noted(
    stored: Collection[OptOut],
    new: OptOut,
    sent_at: datetime | None = None,
    said_at: datetime | None = None,
) -> OptOut | None:
    """What is to be stored when `new` is learned; None when that changes nothing.

    `stored` are the opt-outs with the address's ids. A refusal stays as it was noted first, and a bounce does
    not take its place. Of a bounce, `sent_at` is when its message was sent: after a person or START ended an
    opt-out, only what was sent later teaches that nothing reaches the address. Of a refusal, `said_at` is
    when it was given, if that is known: told late, it does not undo a return that came after it.
    """
    if any(one.is_active and (new.is_bounce or not one.is_bounce) for one in stored):
        return None
    if new.is_bounce and sent_at and any(sent_at <= one.changed_at for one in stored):
        return None
    if not new.is_bounce and said_at is not None:
        new = replace(new, said_at=said_at)
        if any(_is_overtaken(new, one) for one in stored):
            return None
    current = next((one for one in stored if one.id == new.id), None)
    return new if current is None else replace(new, earlier=_with(current))


def is_before(said_at: datetime, at: datetime) -> bool:
    """Whether something was said before that, for certain: providers tell times in whole seconds."""
    return said_at < at.replace(microsecond=0)


def _is_overtaken(new: OptOut, stored: OptOut) -> bool:
    """Whether the person has returned since the refusal was given, or the very same was told before."""
    if (
        stored.returned_at is not None
        and new.said_at is not None
        and is_before(new.said_at, stored.returned_at)
    ):
        return True
    if new.source is OptOutSource.REPLY:  # one that is told again is known by its id
        return False
    same = (one for one in stored.earlier if one.is_active and one.changed_at == new.said_at)
    return any((one.source, one.message_id) == (new.source, new.message_id) for one in same)


def ended(
    current: OptOut,
    source: OptOutSource,
    at: datetime,
    text: str = "",
    changed_by: str | None = None,
    said_at: datetime | None = None,
) -> OptOut:
    """The opt-out when the person agreed to be contacted again, or the address is in reach again."""
    return replace(
        current,
        is_active=False,
        source=source,
        changed_at=at,
        text=text,
        code=None,
        message_id=None,
        changed_by=changed_by,
        said_at=said_at,
        earlier=_with(current),
    )


def _with(current: OptOut) -> tuple[OptOutChange, ...]:
    return (*current.earlier, _change(current))[-MOST_EARLIER:]


def _change(current: OptOut) -> OptOutChange:
    return OptOutChange(
        is_active=current.is_active,
        source=current.source,
        changed_at=current.holds_since,
        text=current.text,
        code=current.code,
        message_id=current.message_id,
        changed_by=current.changed_by,
    )
