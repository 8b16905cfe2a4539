"""What a reply does to opt-outs, as far as the company has a refusal reach."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import product

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.companies.consent_rules import OptOutScope
from shared.domain.contacts.consent import WordMeaning
from shared.domain.contacts.opt_out import (
    OptOut,
    OptOutSource,
    ended,
    is_before,
    noted,
    opt_out_id,
    opt_out_ids,
    same_address,
    sender_opt_out_id,
)
from shared.domain.messages.reply import Reply

LONGEST_TEXT = 160
TOLD_LATE = (
    "It was written before what the person said last about getting messages, and changes nothing of that."
)


class Saying(Struct, frozen=True, kw_only=True):
    """A reply with what it says of consent, and how far that reaches.

    `written_at` is when it was written, by the provider's clock, where that is not now. `sender_ids` are the
    senders at the number that was written to: a refusal of one sender is of each of them.
    """

    reply: Reply
    scope: OptOutScope = OptOutScope.CHANNEL
    written_at: datetime | None = None
    sender_ids: Sequence[str] = ()

    @property
    def is_narrow(self) -> bool:
        """Whether it begins refusals of single senders."""
        return self.scope is OptOutScope.SENDER and self.reply.consent is WordMeaning.OPT_OUT

    @property
    def channels(self) -> list[Channel]:
        """The channels it is about."""
        channel = self.reply.channel
        is_wide = self.scope is OptOutScope.ADDRESS and self.reply.consent is not None
        return same_address(channel) if is_wide else [channel]

    @property
    def other_ids(self) -> set[str]:
        """Ids of opt-outs on other channels that it may change."""
        return {
            item_id
            for channel in self.channels
            if channel != self.reply.channel
            for item_id in opt_out_ids(channel, self.reply.address)
        }


def concerned_ids(channel: Channel, address: str, *sender_ids: str) -> tuple[str, ...]:
    """Ids of the opt-outs that forbid what any of the senders would write to the address."""
    narrow = (sender_opt_out_id(channel, address, one) for one in sender_ids)
    return (*opt_out_ids(channel, address), *narrow)


def after_saying(saying: Saying, stored: Collection[OptOut]) -> list[OptOut]:
    """What changes of the person's opt-outs. Whoever writes is in reach: that ends what bounces taught.

    What is told late changes nothing that the person said after it.
    """
    reply = saying.reply
    if reply.consent is WordMeaning.OPT_OUT:
        return list(_refusals(saying, stored))
    at, text, is_in = reply.received_at, reply.body[:LONGEST_TEXT], reply.consent is WordMeaning.OPT_IN
    over = [
        ended(one, OptOutSource.REPLY, at, text, said_at=saying.written_at)
        for one in stored
        if one.is_active
        and (is_in or one.is_bounce)
        and (one.channel == reply.channel or one.source is OptOutSource.REPLY)  # elsewhere what a STOP began
        and not (saying.written_at and is_before(saying.written_at, one.holds_since))
    ]
    return over or ([_said(saying, reply.channel, None, is_active=False)] if is_in and not stored else [])


def is_told_late(saying: Saying, stored: Collection[OptOut]) -> bool:
    """Whether the person has said the opposite after it was written."""
    at, meaning = saying.written_at, saying.reply.consent
    if at is None or meaning is None:
        return False
    refusals = [one for one in stored if one.is_active and not one.is_bounce]
    if meaning is WordMeaning.OPT_IN:
        return bool(refusals) and all(is_before(at, one.holds_since) for one in refusals)
    return not refusals and any(one.returned_at and is_before(at, one.returned_at) for one in stored)


def _refusals(saying: Saying, stored: Collection[OptOut]) -> Iterator[OptOut]:
    senders = (saying.sender_ids or (saying.reply.sender_id,)) if saying.is_narrow else (None,)
    for channel, sender_id in product(saying.channels, senders):
        said = _said(saying, channel, sender_id, is_active=True)
        theirs = [one for one in stored if one.channel == channel and one.sender_id in (None, sender_id)]
        if (new := noted(theirs, said, said_at=saying.written_at)) is not None:
            yield new


def _said(saying: Saying, channel: Channel, sender_id: str | None, *, is_active: bool) -> OptOut:
    reply = saying.reply
    return OptOut(
        id=opt_out_id(channel, reply.address)
        if sender_id is None
        else sender_opt_out_id(channel, reply.address, sender_id),
        channel=channel,
        address=reply.address,
        is_active=is_active,
        source=OptOutSource.REPLY,
        changed_at=reply.received_at,
        text=reply.body[:LONGEST_TEXT],
        message_id=reply.message_id,
        sender_id=sender_id,
        said_at=saying.written_at,
    )
