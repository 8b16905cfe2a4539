"""Addresses of any channel in their one form."""

# For their loading alone: who imports this reads many addresses, and would import them with the first.
import shared.domain.channels.email_addresses
import shared.domain.channels.phone_numbers
import shared.domain.channels.plain_emails
import shared.domain.channels.received_phones  # noqa: F401
from shared.domain.channels.channel import Channel


def normalize(channel: Channel, text: str, region: str, *, allows_possible: bool = False) -> str:
    """The one form of an address of `channel`. Raises AddressInvalid; the text is not in the reason.

    `allows_possible`: also a number of the right length with an area code that is not known.
    """
    return channel.record.address.normalize(text, region, allows_possible=allows_possible)


def received(channel: Channel, text: str, region: str = "") -> str:
    """Who a provider says has written, in the form in which messages have it; else as it is written."""
    return channel.record.address.received(text, region)
