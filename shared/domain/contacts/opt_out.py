"""A refusal, per company, channel and address, with its source and time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.domain.channels.channel import Channel
from shared.domain.ids import computed_id


class OptOutSource(StrEnum):
    """How we learned of a refusal, or of its end."""

    REPLY = "reply"
    PROVIDER = "provider"
    COMPLAINT = "complaint"
    API = "api"
    FILE = "file"


@dataclass(frozen=True, kw_only=True, slots=True)
class OptOut:
    """Whether an address has refused. START ends a refusal; the document stays, with the new time."""

    id: str
    channel: Channel
    address: str
    is_active: bool
    source: OptOutSource
    changed_at: datetime
    text: str = ""


def active_ids(opt_outs: Iterable[OptOut]) -> set[str]:
    """The ids of those refusals that hold."""
    return {opt_out.id for opt_out in opt_outs if opt_out.is_active}


def opt_out_id(channel: Channel, address: str) -> str:
    """One refusal per channel and address, compared as the channel compares them."""
    return computed_id(channel, channel.record.address.key(address))
