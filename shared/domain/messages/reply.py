"""A reply: what a person wrote to one of our senders, and what it was taken to mean."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.contacts.consent import WordMeaning
from shared.domain.messages.sending import Media
from shared.domain.replies.asked import Flag, ReplyMeaning


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenAnswer:
    """What a reply answers one message. `contradicts_earlier` where that had another answer before."""

    message_id: str
    disposition: Disposition
    contradicts_earlier: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """Something a person wrote. `address` is in the form in which messages have it.

    An answer belongs to `message_id`; one to several messages has no such id. `answers` has one entry for
    each message that is answered. Any other reply names the fire and campaign it most likely belongs to,
    and the message where only one can be meant; `candidates` are the messages when there are several, or
    when a person decides. `consent` is what it does to the address's opt-out. `contradicts_earlier` says that
    a message had another answer before. `flags` are what somebody should know besides, `may_also_mean` an
    answer heard beside a refusal, or not surely enough. It `waits` until a person has settled it, when no
    rule could.
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
