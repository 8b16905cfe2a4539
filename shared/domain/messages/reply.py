"""A reply: what a person wrote to one of our senders, and what it was taken to mean."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel


class ReplyMeaning(StrEnum):
    """What a reply was taken for."""

    ANSWER = "answer"
    OPT_OUT = "opt_out"
    OPT_IN = "opt_in"
    UNCLEAR = "unclear"  # no known word, or no one message it can belong to: a person decides


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """Something a person wrote. `candidates` are the messages it could answer when that is not clear."""

    id: str
    sender_id: str
    channel: Channel
    address: str
    body: str
    received_at: datetime
    meaning: ReplyMeaning
    message_id: str | None = None
    fire_id: str | None = None
    disposition: Disposition | None = None
    candidates: tuple[str, ...] = ()
    note: str = ""
