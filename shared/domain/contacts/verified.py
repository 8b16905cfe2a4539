"""Whether a company in trial may send to an address."""

from shared.domain.channels.channel import Channel
from shared.domain.companies.consent_rules import Narrowing


def verified_key(channel: Channel, address: str) -> str:
    """Equal for addresses at which the same person is reached, on every channel that reaches it."""
    kind = channel.record.address
    return f"{kind.name} {kind.key(address)}"


def is_unverified(channel: Channel, address: str, narrowing: Narrowing) -> bool:
    """Whether the company sends to verified addresses alone, and this is none."""
    return narrowing.only is not None and verified_key(channel, address) not in narrowing.only
