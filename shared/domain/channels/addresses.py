"""Addresses of any channel in their one form."""

# For their loading alone: who imports this reads many addresses, and would import them with the first.
import shared.domain.channels.email_addresses
import shared.domain.channels.phone_numbers  # noqa: F401
from shared.domain.channels.channel import Channel


def normalize(channel: Channel, text: str, region: str) -> str:
    """The one form of an address of `channel`. Raises AddressInvalid; the text is not in the reason."""
    return channel.record.address.normalize(text, region)
