"""A step: one message of a campaign."""

from dataclasses import dataclass

from shared.domain.channels.channel import Channel


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One message of a campaign: over which channel, from which sender, to the address in which field."""

    id: str
    channel: Channel
    template_id: str
    sender_id: str
    address_field: str
