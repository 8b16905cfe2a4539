"""A reply: what a person wrote to one of our senders, and what it was taken to mean."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.address_search import address_key
from shared.domain.channels.channel import Channel
from shared.domain.contacts.consent import WordMeaning
from shared.domain.messages.message import Message
from shared.domain.messages.sending import Media
from shared.domain.record import replace
from shared.domain.replies.asked import Flag, ReplyMeaning


class GivenAnswer(Struct, frozen=True, kw_only=True):
    """What a reply answers one message. `contradicts_earlier` where that had another answer before."""

    message_id: str
    disposition: Disposition
    contradicts_earlier: bool = False


class Reply(Struct, frozen=True, kw_only=True):
    """Something a person wrote. `address` is in the form in which messages have it.

    An answer belongs to `message_id`; one to several messages has no such id. `answers` has one entry for
    each message that is answered. Any other reply names the fire and campaign it most likely belongs to,
    and the message where only one can be meant; `candidates` are the messages when there are several, or
    when a person decides. `consent` is what it does to the address's opt-out. `contradicts_earlier` says that
    a message had another answer before. `flags` are what somebody should know besides, `may_also_mean` an
    answer heard beside a refusal, or not surely enough. It `waits` until a person has settled it, when no
    rule could. `assigned_to` is the user who is to see to it. `choice` is what stands behind a button that
    was pressed.
    """

    id: str
    sender_id: str
    channel: Channel
    address: str
    body: str
    received_at: datetime
    meaning: ReplyMeaning
    message_id: str | None = None
    fire_id: str | None = None
    campaign_id: str | None = None
    disposition: Disposition | None = None
    candidates: tuple[str, ...] = ()
    note: str = ""
    media: tuple[Media, ...] = ()
    consent: WordMeaning | None = None
    contradicts_earlier: bool = False
    waits: bool = False
    settled_by: str | None = None
    settled_at: datetime | None = None
    answers: tuple[GivenAnswer, ...] = ()
    flags: tuple[Flag, ...] = ()
    may_also_mean: Disposition | None = None
    choice: str | None = None
    assigned_to: str | None = None

    @property
    def address_key(self) -> str:
        """What a contact with the address is found by."""
        return address_key(self.channel, self.address)

    @property
    def is_waiting(self) -> bool:
        """Whether a person must see to it; also an unclear one of an older version, which did not say so."""
        return self.waits or (self.meaning is ReplyMeaning.UNCLEAR and self.settled_at is None)


def noted(reply: Reply, note: str) -> Reply:
    """The reply with one more sentence to be known of it."""
    return replace(reply, note=f"{reply.note} {note}".strip())


def settled(reply: Reply, by: str, at: datetime) -> Reply:
    """The reply once a person has seen to it."""
    return replace(reply, waits=False, settled_by=by or None, settled_at=at)


# What no person has said: a machine's answer, a mark, or that somebody came by a link.
_SAYS_NOTHING = frozenset({ReplyMeaning.AUTO_REPLY, ReplyMeaning.REACTION, ReplyMeaning.INVITED})


def replied(reply: Reply, messages: Mapping[str, Message]) -> Iterator[Message]:
    """Those of the messages that the reply changes: with their answers, and that somebody wrote back at all.

    A message about an answered appointment that had another answer has the new one, too.

    What a person has yet to read counts as well: it ends the steps for whoever wrote it. What a machine
    answers does not.
    """
    from shared.domain.messages.one_appointment import with_others  # here, as most only read what is stored

    answers = with_others({one.message_id: one.disposition for one in reply.answers}, messages)
    about = () if reply.meaning in _SAYS_NOTHING else (reply.message_id, *reply.candidates)
    for item_id in dict.fromkeys((*answers, *about)):
        message = messages.get(item_id or "")
        if message is None:
            continue
        disposition = answers.get(message.id, message.disposition)
        changed = replace(message, disposition=disposition, reply_id=message.reply_id or reply.id)
        if changed != message:
            yield changed
